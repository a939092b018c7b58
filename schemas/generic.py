"""An exchange that a configuration declares: one request and what its figure means."""

from decimal import Decimal
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from oirisk.schemas.units import Unit, UnitRule
from oirisk.schemas.venue import TimeUnit

_SOURCE = "oirisk.toml, [[generic]]: declared by whoever runs this"


class GenericLine(BaseModel):
    """One request of an exchange without a file here, and what its figure means."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(min_length=1, description="ccxt id of the exchange")
    product: Literal["linear", "inverse", "option"] = Field(
        "linear", description="which of its contracts the answer holds"
    )
    call: str = Field(min_length=1, description="ccxt method, for example publicGetTickers")
    params: dict[str, str] = Field({}, description="parameters of the call")
    each: str = Field("", description="parameter that takes a market id: one call a contract")
    shape: Literal["list", "object", "values"] = Field(
        "list", description="rows are a list, one object, or an object by market id"
    )
    rows: str = Field("", description="dotted path of the rows; empty means the whole body")
    market_id: str = Field("symbol", description="field of a row that holds the market id")
    field: str = Field(min_length=1, description="field of a row that holds open interest")
    unit: Unit = Field(description="contracts, base, usd, quote or settle_atoms")
    contract_size_source: str = Field(
        "", description="path in the ccxt market of the contract size, for unit contracts"
    )
    atoms: Decimal | None = Field(
        None, gt=0, description="smallest units in a coin of settlement, for unit settle_atoms"
    )
    counting_factor: Decimal = Field(
        gt=0, le=1, description="1 if each contract counts once, 0.5 if both sides are added"
    )
    mark_price: str = Field("", description="field of a row that holds the mark price")
    index_price: str = Field("", description="field of a row that holds the index price")
    last_price: str = Field("", description="field of a row that holds the last price")
    value_price: str = Field("", description="price that values coins where no mark price comes")
    underlying_price: str = Field("", description="price of the underlying, for options")
    volume_base: str = Field("", description="field of a row that holds the 24 h volume in coins")
    volume_usd: str = Field("", description="field of a row that holds the 24 h volume in USD")
    observed_at: str = Field("", description="field of a row that holds its time")
    observed_unit: TimeUnit = Field("ms", description="s, ms, us, ns or iso")

    @model_validator(mode="after")
    def _contracts_have_a_size(self) -> Self:
        if self.unit == "contracts" and not self.contract_size_source:
            return self.model_copy(update={"contract_size_source": "contractSize"})
        return self

    def rule(self) -> UnitRule:
        """Return the unit rule that this declares."""
        name = "".join(char if char.isalnum() else "_" for char in self.field)
        return UnitRule(
            id=f"{self.id}.{self.product}.{name}",
            venue=self.id,
            product=self.product,
            field=self.field,
            unit=self.unit,
            contract_size_source=self.contract_size_source,
            atoms=self.atoms,
            counting_factor=self.counting_factor,
            unit_evidence="assumed",
            unit_source=_SOURCE,
            counting_evidence="assumed",
            counting_source=_SOURCE,
        )

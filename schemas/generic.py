"""An exchange that a configuration declares: one request and what its figure means."""

import re
from decimal import Decimal
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from oirisk.schemas.units import Unit, UnitRule
from oirisk.schemas.venue import TimeUnit

_SOURCE = "oirisk.toml, [[generic]]: declared by whoever runs this"

Shape = Literal["list", "object", "values"]

_ADDRESS = re.compile(r"https?://[^/@\s]+(/\S*)?")
_SECRET = re.compile("token|secret|passw|api_?key|signature", re.IGNORECASE)
"""Names of parameters that nobody should read in the archive."""


class GenericMarkets(BaseModel):
    """How an exchange without a ccxt class lists its contracts.

    A field that starts with ``=`` is the value itself, such as ``=USDT``.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: str = Field(min_length=1, description="path of the market list, behind the address")
    params: dict[str, str] = Field({}, description="parameters of the call")
    shape: Shape = Field("list", description="as for the rows of open interest")
    rows: str = Field("", description="dotted path of the rows; empty means the whole body")
    market_id: str = Field("symbol", description="field of a row that holds the market id")
    base: str = Field(min_length=1, description="field that holds the coin")
    quote: str = Field(min_length=1, description="field that holds the coin of the price")
    settle: str = Field("", description="field that holds the coin of settlement; empty: quote")
    contract_size: str = Field("", description="field that holds the size of a contract")
    expiry: str = Field("", description="field that holds the expiry; empty there: perpetual")
    expiry_unit: TimeUnit = Field("ms", description="s, ms, us, ns or iso")
    active: str = Field("", description="field that tells whether a contract trades")
    active_is: str = Field("", description="what it holds then; empty means any true value")


class GenericLine(BaseModel):
    """One request of an exchange without a file here, and what its figure means."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(min_length=1, description="ccxt id of the exchange; with an address any name")
    product: Literal["linear", "inverse", "option", "pool"] = Field(
        "linear", description="which of its contracts the answer holds; pool: against a pool"
    )
    call: str = Field("", description="ccxt method, for example publicGetTickers")
    address: str = Field(
        "",
        description="instead of call: base of the exchange's own address, https://…, "
        "without user and password",
    )
    path: str = Field("", description="with address: path of the call")
    interval_ms: int = Field(200, ge=1, description="with address: least time between requests")
    headers: dict[str, SecretStr] = Field(
        {}, description="with address: sent with every request, and never kept"
    )
    secret_params: dict[str, SecretStr] = Field(
        {},
        description="with address: parameters of every call that are never kept, such as a token",
    )
    markets: GenericMarkets | None = Field(None, description="with address: the market list")
    params: dict[str, str] = Field({}, description="parameters of the call")
    each: str = Field("", description="parameter that takes a market id: one call a contract")
    shape: Shape = Field(
        "list", description="rows are a list, one object, or an object by market id"
    )
    rows: str = Field("", description="dotted path of the rows; empty means the whole body")
    market_id: str = Field("symbol", description="field of a row that holds the market id")
    field: str = Field(min_length=1, description="field of a row that holds open interest")
    short_field: str = Field(
        "", description="with product pool: field of the shorts; field then holds the longs"
    )
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

    @field_validator("address")
    @classmethod
    def _is_plain(cls, value: str) -> str:
        """Refuse what is no address, and one that holds a login."""
        if value and not _ADDRESS.fullmatch(value):
            msg = "expected https://host/…, without user and password: they go into headers"
            raise ValueError(msg)
        return value

    @field_validator("params")
    @classmethod
    def _holds_no_secret(cls, value: dict[str, str]) -> dict[str, str]:
        """Refuse parameters that would be archived, and by their names should not."""
        odd = [name for name in value if _SECRET.search(name)]
        if odd:
            msg = f"{', '.join(odd)}: put it under secret_params, so that it is kept nowhere"
            raise ValueError(msg)
        return value

    @model_validator(mode="after")
    def _is_asked_in_one_way(self) -> Self:
        plain = [bool(self.address), bool(self.path), self.markets is not None]
        if any(plain) if self.call else not all(plain):
            msg = f"{self.id}: expected either call, or all of address, path and markets"
            raise ValueError(msg)
        if self.call and (self.headers or self.secret_params):
            msg = f"{self.id}: headers and secret_params go with an address, not with call"
            raise ValueError(msg)
        if self.markets and self.product == "option":
            msg = f"{self.id}: a market list declared here can hold linear or inverse contracts"
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _a_pool_has_two_sides(self) -> Self:
        if (self.product == "pool") != bool(self.short_field):
            msg = f"{self.id}: product pool and short_field, the other side of it, go together"
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _contracts_have_a_size(self) -> Self:
        if self.unit == "contracts" and not self.contract_size_source:
            return self.model_copy(update={"contract_size_source": "contractSize"})
        return self

    def rules(self) -> tuple[UnitRule, ...]:
        """Return the unit rules that this declares: of its figure, or of longs and of shorts."""
        return tuple(self._rule(field) for field in (self.field, self.short_field) if field)

    def _rule(self, field: str) -> UnitRule:
        name = "".join(char if char.isalnum() else "_" for char in field)
        return UnitRule(
            id=f"{self.id}.{self.product}.{name}",
            venue=self.id,
            product=self.product,
            field=field,
            unit=self.unit,
            contract_size_source=self.contract_size_source,
            atoms=self.atoms,
            counting_factor=self.counting_factor,
            unit_evidence="assumed",
            unit_source=_SOURCE,
            counting_evidence="assumed",
            counting_source=_SOURCE,
        )

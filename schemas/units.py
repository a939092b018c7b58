"""The unit registry: what each exchange's open-interest field means, since when, and how we know.

The rules themselves are data, in ``flows/exchanges/<venue>/rules.toml``, one entry per product line
and field, in any order. A declaration names the rules it uses, in its order of preference; the
normaliser does the arithmetic.
"""

import tomllib
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Literal, Protocol, Self, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from oirisk.schemas.errors import ConfigurationError

_EXCHANGES, _FILE = "oirisk.flows.exchanges", "rules.toml"

Unit = Literal["contracts", "base", "usd", "quote", "settle_atoms"]
Evidence = Literal["official", "measured", "assumed", "contested"]
"""How a meaning is known: the exchange documents it; arithmetic on real figures shows it; nobody
says; or what is said and what figures show contradict each other."""
EVIDENCE: tuple[Evidence, ...] = get_args(Evidence)
"""Strongest first."""


class Dated(Protocol):
    """A rule that holds for a span of time, after the one that it follows."""

    @property
    def id(self) -> str:
        """Its name."""
        ...

    @property
    def follows(self) -> str:
        """The name of the rule that held before; empty: none did."""
        ...

    @property
    def valid_from(self) -> datetime | None:
        """Since when it holds; None: always."""
        ...

    @property
    def valid_to(self) -> datetime | None:
        """Until when, exclusive; None: still."""
        ...

    def is_valid_at(self, at: datetime) -> bool:
        """Return whether it held at an instant."""
        ...


DatedT = TypeVar("DatedT", bound=Dated)


class UnitRule(BaseModel):
    """Meaning of one field of one product line of one exchange.

    ``counting_factor`` turns the printed figure into single-sided open interest: 1 where the
    exchange counts each open contract once, 0.5 where it adds longs and shorts.

    A meaning that changes on a day is told by rules that follow each other: each ``follows`` the
    rule that held until its ``valid_from``. A venue file names the last one. Where nobody knows
    when a meaning changed, the rule of the span between says so in ``suspect_reason``: its
    figures are stored as suspect.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[a-z0-9]+(\.[A-Za-z0-9_]+)+$")
    venue: str
    product: str
    field: str = Field(min_length=1)
    unit: Unit
    contract_size_source: str = Field(
        "", description="ccxt market path of the contract size, only for unit contracts"
    )
    atoms: Decimal | None = Field(
        None, gt=0, description="smallest units in a coin of settlement, only for settle_atoms"
    )
    counting_factor: Decimal = Field(gt=0, le=1)
    unit_evidence: Evidence
    unit_source: str = Field(min_length=1)
    counting_evidence: Evidence
    counting_source: str = Field(min_length=1)
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    follows: str = Field(default="", description="id of the rule that held until valid_from")
    suspect_reason: str = Field(
        default="", description="why figures under this rule are stored as suspect"
    )

    @model_validator(mode="after")
    def _contracts_need_a_size(self) -> Self:
        if (self.unit == "contracts") != bool(self.contract_size_source):
            msg = f"{self.id}: unit contracts and contract_size_source go together"
            raise ValueError(msg)
        if (self.unit == "settle_atoms") != (self.atoms is not None):
            msg = f"{self.id}: unit settle_atoms and atoms go together"
            raise ValueError(msg)
        if self.valid_from and self.valid_to and self.valid_from >= self.valid_to:
            msg = f"{self.id}: valid_from must lie before valid_to"
            raise ValueError(msg)
        if self.follows and self.valid_from is None:
            msg = f"{self.id}: a rule that follows another needs valid_from"
            raise ValueError(msg)
        return self

    def is_valid_at(self, at: datetime) -> bool:
        """Return whether the rule held at an instant; ``valid_to`` is exclusive."""
        after = self.valid_from is None or at >= self.valid_from
        return after and (self.valid_to is None or at < self.valid_to)


@cache
def registry() -> Mapping[str, UnitRule]:
    """Return the rules of all exchanges, rule by id.

    Raises:
        ConfigurationError: A rule is not of the documented form, or two share an id.
    """
    rules: dict[str, UnitRule] = {}
    for folder in sorted(files(_EXCHANGES).iterdir(), key=lambda found: found.name):
        file = folder / _FILE
        for rule in _parse(folder.name, file.read_text("utf-8")) if file.is_file() else ():
            if rule.id in rules:
                raise ConfigurationError(f"{folder.name}: rule id {rule.id} is used twice")
            rules[rule.id] = rule
    check_spans(rules)
    return rules


def check_spans(rules: Mapping[str, Dated], registry_name: str = "unit registry") -> None:
    """Make sure that what a rule follows ends where the rule begins.

    Raises:
        ConfigurationError: It does not.
    """
    for rule in rules.values():
        earlier = rules.get(rule.follows)
        if rule.follows and (earlier is None or earlier.valid_to != rule.valid_from):
            raise ConfigurationError(
                f"{registry_name}: {rule.id} follows {rule.follows} from {rule.valid_from}: "
                f"expected a rule of that id that ends then, saw {earlier and earlier.valid_to}"
            )


def _parse(name: str, text: str) -> list[UnitRule]:
    try:
        return [UnitRule.model_validate(entry) for entry in tomllib.loads(text)["rule"]]
    except (ValidationError, tomllib.TOMLDecodeError, KeyError) as error:
        raise ConfigurationError(f"unit registry, {name}: {error}") from error


_ADDED: dict[str, UnitRule] = {}


def add_rules(rules: Iterable[UnitRule]) -> None:
    """Add the rules of exchanges that a configuration declares.

    Adding a rule again as it is changes nothing.

    Raises:
        ConfigurationError: The id already means something else.
    """
    for rule in rules:
        known = unit_rules().get(rule.id)
        if known is not None and known != rule:
            raise ConfigurationError(f"unit registry: rule id {rule.id} already means another rule")
        _ADDED[rule.id] = rule


def unit_rules() -> Mapping[str, UnitRule]:
    """Return every known rule by id: the registry's and those added by a configuration."""
    return {**registry(), **_ADDED} if _ADDED else registry()


def rule_at(rules: Mapping[str, DatedT], name: str, at: datetime) -> DatedT | None:
    """Return the rule that held at an instant: the named one, or what it follows.

    Returns:
        None where none of them held, before the first or after the last.
    """
    return next((rule for rule in spans(rules, name) if rule.is_valid_at(at)), None)


def spans(rules: Mapping[str, DatedT], name: str) -> tuple[DatedT, ...]:
    """Return the named rule and all that held before it, newest first."""
    found = [rules[name]]
    while found[-1].follows:
        found.append(rules[found[-1].follows])
    return tuple(found)


def suspect_rules() -> tuple[str, ...]:
    """Return the ids of the rules whose figures are stored as suspect."""
    return tuple(rule.id for rule in unit_rules().values() if rule.suspect_reason)

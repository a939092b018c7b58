"""What a row says of open interest: its figures, in what unit, and by which other routes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from oirisk.schemas.units import UnitRule, rule_at, unit_rules
from oirisk.schemas.venue import Fields, Figures, Product, Row
from oirisk.transforms.convert import Amount, relative_gap
from oirisk.transforms.decode import pick
from oirisk.transforms.market_fields import Terms, unscaled
from oirisk.transforms.numbers import number


class RowError(ValueError):
    """Why a row cannot be converted, as ``check: reason``."""


@dataclass(frozen=True)
class Told:
    """What a row says of one figure.

    Args:
        value: The figure as the exchange prints it, without its scale.
        rule: What it means.
        amount: Its value.
        others: Values of other figures of the row, for comparison.
    """

    value: Decimal
    rule: UnitRule
    amount: Amount
    others: tuple[Amount, ...]

    def widest_gap(self) -> Decimal | None:
        """Tell how far the figures disagree, in whichever unit they share."""
        one = self.amount
        gaps = (
            relative_gap(*pair)
            for other in self.others
            for pair in (
                (one.contracts, other.contracts), (one.base, other.base), (one.usd, other.usd)
            )
        )  # fmt: skip
        return max((gap for gap in gaps if gap is not None), default=None)

    def furthest_usd(self) -> Decimal | None:
        """Return the USD of the figure that lies furthest from the one that is used."""
        gaps = {other.usd: relative_gap(self.amount.usd, other.usd) for other in self.others}
        known = {usd: gap for usd, gap in gaps.items() if gap is not None}
        return max(known, key=lambda usd: known[usd], default=None)


def tell(row: Row, product: Product, at: datetime, terms: Terms) -> tuple[Told, ...]:
    """Read the figures of a row: open interest, or the longs and the shorts of a pool.

    Raises:
        RowError: One is missing, cannot be converted, or is no amount of a side.
    """
    told = tuple(_tell(row, figures, product.fields, at, terms) for figures in product.figures)
    if product.shorts is not None:
        _require_amounts(told)
    return told


def larger(told: tuple[Told, ...]) -> Told:
    """Return the larger side, the only one where there are none (M43)."""
    amounts = [one.amount for one in told]
    if all(amount.base is not None for amount in amounts):
        return max(told, key=lambda one: one.amount.base or Decimal(0))
    return max(told, key=lambda one: one.amount.usd or Decimal(0))


def _require_amounts(sides: tuple[Told, ...]) -> None:
    """Refuse sides that are none: the smaller one is not looked at again."""
    for name, side in zip(("longs", "shorts"), sides, strict=True):
        if not (side.value.is_finite() and side.value >= 0):
            raise RowError(f"sides_known: expected {name} of 0 or more, saw {side.value}")


def _tell(row: Row, figures: Figures, fields: Fields, at: datetime, terms: Terms) -> Told:
    """Read one figure and complete it from others of the row.

    Without coins a row is still worth its USD; without either it is worth nothing.
    """
    rule, value = _first(row, figures, fields, at, terms)
    amount = terms.convert(value, rule)
    others: list[Amount] = []
    for check in _rules_at(figures.checks, at):
        seen = _value(row, check, fields, terms)
        if seen is None:
            continue
        other = terms.convert(seen, check)
        others.append(other)
        amount = Amount(
            other.contracts if amount.contracts is None else amount.contracts,
            other.base if amount.base is None else amount.base,
            other.usd if amount.usd is None else amount.usd,
        )
    if amount.base is None and amount.usd is None:
        raise RowError(_no_base(rule, terms))
    return Told(value, rule, amount, tuple(others))


def _first(
    row: Row, figures: Figures, fields: Fields, at: datetime, terms: Terms
) -> tuple[UnitRule, Decimal]:
    for rule in _rules_at(figures.rules, at):
        value = _value(row, rule, fields, terms)
        if value is not None:
            return rule, value
    wanted = " or ".join(unit_rules()[name].field for name in figures.rules)
    raise RowError(f"has_open_interest: expected {wanted}, saw neither")


def _value(row: Row, rule: UnitRule, fields: Fields, terms: Terms) -> Decimal | None:
    return unscaled(number(pick(row, rule.field)), fields, rule.field, terms.instrument)


def _rules_at(names: Iterable[str], at: datetime) -> list[UnitRule]:
    found = (rule_at(unit_rules(), name, at) for name in names)
    return [rule for rule in found if rule is not None]


def _no_base(rule: UnitRule, terms: Terms) -> str:
    instrument = terms.instrument
    if rule.unit == "contracts" and instrument.contract_size is None:
        missing = "a contract size"
    elif instrument.margin == "quanto" and terms.settle_price is None:
        missing = f"the price of {instrument.settle}, in which this quanto contract settles"
    else:
        missing = "a price" if terms.price is None else f"a price above zero, saw {terms.price}"
    return f"base_known: {rule.field} cannot be turned into coins without {missing}"

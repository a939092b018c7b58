"""What a row says of open interest: its figure, in what unit, and by which other routes."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from oirisk.schemas.units import UnitRule, rule_at, unit_rules
from oirisk.schemas.venue import Product, Row
from oirisk.transforms.convert import Amount, relative_gap
from oirisk.transforms.decode import pick
from oirisk.transforms.market_fields import Terms
from oirisk.transforms.numbers import number


class RowError(ValueError):
    """Why a row cannot be converted, as ``check: reason``."""


def read_figure(row: Row, product: Product, at: datetime) -> tuple[UnitRule, Decimal]:
    """Read the first figure that a row has, and the rule that it follows.

    Raises:
        RowError: It has none.
    """
    for rule in _rules_at(product.rules, at):
        value = number(pick(row, rule.field))
        if value is not None:
            return rule, value
    wanted = " or ".join(unit_rules()[name].field for name in product.rules)
    raise RowError(f"has_open_interest: expected {wanted}, saw neither")


def _rules_at(names: Iterable[str], at: datetime) -> list[UnitRule]:
    found = (rule_at(unit_rules(), name, at) for name in names)
    return [rule for rule in found if rule is not None]


def all_routes(
    row: Row,
    product: Product,
    at: datetime,
    figure: tuple[Decimal, UnitRule],
    terms: Terms,
) -> tuple[Amount, list[Amount]]:
    """Complete an amount from the row's other figures; return those too, for comparison.

    Without coins a row is still worth its USD; without either it is worth nothing.

    Raises:
        RowError: Neither is known.
    """
    amount = terms.convert(*figure)
    others: list[Amount] = []
    for check in _rules_at(product.checks, at):
        value = number(pick(row, check.field))
        if value is None:
            continue
        other = terms.convert(value, check)
        others.append(other)
        amount = Amount(
            other.contracts if amount.contracts is None else amount.contracts,
            other.base if amount.base is None else amount.base,
            other.usd if amount.usd is None else amount.usd,
        )
    if amount.base is None and amount.usd is None:
        raise RowError(_no_base(figure[1], terms))
    return amount, others


def widest_gap(amount: Amount, others: Iterable[Amount]) -> Decimal | None:
    """Tell how far the figures of a row disagree, in whichever unit they share."""
    gaps = (
        relative_gap(*pair)
        for other in others
        for pair in (
            (amount.contracts, other.contracts), (amount.base, other.base), (amount.usd, other.usd)
        )
    )  # fmt: skip
    return max((gap for gap in gaps if gap is not None), default=None)


def furthest_usd(amount: Amount, others: Iterable[Amount]) -> Decimal | None:
    """Return the USD of the figure that lies furthest from the one that is used."""
    gaps = {other.usd: relative_gap(amount.usd, other.usd) for other in others}
    known = {usd: gap for usd, gap in gaps.items() if gap is not None}
    return max(known, key=lambda usd: known[usd], default=None)


def _no_base(rule: UnitRule, terms: Terms) -> str:
    instrument = terms.instrument
    if rule.unit == "contracts" and instrument.contract_size is None:
        missing = "a contract size"
    elif instrument.margin == "quanto" and terms.settle_price is None:
        missing = f"the price of {instrument.settle}, in which this quanto contract settles"
    else:
        missing = "a price" if terms.price is None else f"a price above zero, saw {terms.price}"
    return f"base_known: {rule.field} cannot be turned into coins without {missing}"

"""The arithmetic of units: one figure of one row to contracts, base coin and USD (M02, M38)."""

from dataclasses import dataclass
from decimal import Decimal

from oirisk.schemas.instruments import Instrument
from oirisk.schemas.units import UnitRule


@dataclass(frozen=True)
class Amount:
    """Single-sided open interest; None where it cannot be told from what is known.

    ``base`` is in units of the listed base (thousands of PEPE for 1000PEPE).
    """

    contracts: Decimal | None
    base: Decimal | None
    usd: Decimal | None


def convert(
    value: Decimal,
    rule: UnitRule,
    instrument: Instrument,
    price: Decimal | None,
    settle_price: Decimal | None = None,
) -> Amount:
    """Turn a printed figure into single-sided contracts, base and USD.

    Args:
        value: The figure as the exchange prints it.
        rule: What it means.
        instrument: Contract size, margin type and kind.
        price: USD per listed base: the mark price, for options the price of the underlying.
        settle_price: USD per coin of settlement, needed for quanto contracts only.

    Returns:
        The amounts; a conversion that needs an unknown price or contract size gives None.
        Nothing at all is worth nothing at any price: a zero needs none.
    """
    single = value * rule.counting_factor
    if rule.unit == "contracts":
        return from_contracts(single, instrument, price, settle_price)
    if rule.unit == "settle_atoms":
        return _from_settlement(single / _atoms(rule), instrument, price, settle_price)
    if rule.unit == "base":
        return Amount(None, single, _times(single, price))
    return Amount(None, _over(single, price), single)


def from_contracts(
    contracts: Decimal,
    instrument: Instrument,
    price: Decimal | None,
    settle_price: Decimal | None = None,
) -> Amount:
    """Turn single-sided contracts into base and USD; see :func:`convert`."""
    size = instrument.contract_size
    if size is None:
        return Amount(contracts, None, None)
    if instrument.margin == "quanto":
        base = _times(contracts * size, settle_price)
        return Amount(contracts, base, None if base is None else _times(base, price))
    if instrument.contract_size_unit == "usd":
        usd = contracts * size
        return Amount(contracts, _over(usd, price), usd)
    base = contracts * size
    return Amount(contracts, base, _times(base, price))


def _from_settlement(
    coins: Decimal, instrument: Instrument, price: Decimal | None, settle_price: Decimal | None
) -> Amount:
    """Convert a value in coins of settlement: USD if linear, base if inverse, else a third."""
    if instrument.margin == "inverse":
        return Amount(None, coins, _times(coins, price))
    usd = coins if instrument.margin == "linear" else _times(coins, settle_price)
    return Amount(None, None if usd is None else _over(usd, price), usd)


def _atoms(rule: UnitRule) -> Decimal:
    if rule.atoms is None:
        raise ValueError(f"unit registry: rule {rule.id} does not say how many atoms a coin has")
    return rule.atoms


def _times(amount: Decimal, price: Decimal | None) -> Decimal | None:
    if amount == 0:
        return Decimal(0)
    return None if price is None else amount * price


def _over(amount: Decimal, price: Decimal | None) -> Decimal | None:
    if amount == 0:
        return Decimal(0)
    return None if price is None or price == 0 else amount / price


def relative_gap(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    """Return how far two routes to one figure lie apart, as a share of the larger."""
    if one is None or other is None or not (one.is_finite() and other.is_finite()):
        return None
    larger = max(abs(one), abs(other))
    return abs(one - other) / larger if larger else Decimal(0)

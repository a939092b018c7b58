"""What a row says besides open interest: prices, volumes and funding, in the units of ours."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from oirisk.schemas.instruments import Instrument
from oirisk.schemas.units import UnitRule
from oirisk.schemas.venue import Fields, Interval, Row
from oirisk.transforms.convert import Amount, convert, from_contracts
from oirisk.transforms.decode import pick
from oirisk.transforms.numbers import number


@dataclass(frozen=True)
class Terms:
    """What turns a figure into amounts besides its rule; prices in USD."""

    instrument: Instrument
    price: Decimal | None
    settle_price: Decimal | None

    def convert(self, value: Decimal, rule: UnitRule) -> Amount:
        """Turn a printed figure into single-sided amounts."""
        return convert(value, rule, self.instrument, self.price, self.settle_price)


def read_prices(row: Row, fields: Fields, instrument: Instrument) -> dict[str, Decimal | None]:
    """Read prices of the coin; an option's own prices are premiums and stay out.

    Returns:
        ``mark``, ``index`` and ``last`` in USD per coin; None where there is none.
    """
    if instrument.kind == "option":
        return {
            "mark": None,
            "index": _price(row, fields, fields.underlying_price, instrument),
            "last": None,
        }
    return {
        "mark": _price(row, fields, fields.mark_price, instrument),
        "index": _price(row, fields, fields.index_price, instrument),
        "last": _price(row, fields, fields.last_price, instrument),
    }


def choose_price(
    row: Row, fields: Fields, instrument: Instrument, prices: Mapping[str, Decimal | None]
) -> Decimal | None:
    """Choose the price that values the figure: underlying, mark, or what the venue declares.

    Returns:
        USD per coin; None where it is not known, and then the figure has no value in USD either.
    """
    if instrument.kind == "option":
        return prices["index"]
    if fields.value_price:
        return _price(row, fields, fields.value_price, instrument)
    return prices["mark"]


def _price(row: Row, fields: Fields, path: str, instrument: Instrument) -> Decimal | None:
    """Read a price; exchanges print 0 where there is none."""
    value = unscaled(_optional(row, path), fields, path, instrument)
    return None if value == 0 else value


def unscaled(
    value: Decimal | None, fields: Fields, path: str, instrument: Instrument
) -> Decimal | None:
    """Undo the scaling of an integer field; None where its number of decimals is not known."""
    source = fields.decimals.get(path)
    if value is None or source is None:
        return value
    fixed = source.removeprefix("=")
    decimals = number(pick(instrument.market, source) if fixed == source else fixed)
    return None if decimals is None else value.scaleb(-int(decimals))


def read_volumes(row: Row, fields: Fields, terms: Terms) -> tuple[Decimal | None, Decimal | None]:
    """Read the volume of 24 hours in listed base and in USD, each from the other if need be."""
    price = terms.price
    base, usd = _optional(row, fields.volume_base), _optional(row, fields.volume_usd)
    contracts = _optional(row, fields.volume_contracts)
    if contracts is not None:
        traded = from_contracts(contracts, terms.instrument, price, terms.settle_price)
        base = traded.base if base is None else base
        usd = traded.usd if usd is None else usd
    if price is not None and price.is_finite() and price > 0:
        base = usd / price if base is None and usd is not None else base
        usd = base * price if usd is None and base is not None else usd
    return base, usd


def read_funding_rate(
    row: Row, fields: Fields, instrument: Instrument, index: Decimal | None
) -> Decimal | None:
    """Read the funding rate of a perpetual, as a fraction an interval.

    Args:
        row: Of the answer.
        fields: Where it is.
        instrument: Whose.
        index: USD per coin, for a rate that is an amount; None: such a rate is not known.
    """
    if instrument.kind != "perp":
        return None
    value = _optional(row, fields.funding_rate)
    value = unscaled(value, fields, fields.funding_rate, instrument)
    if not fields.funding_is_amount or value is None:
        return value
    if index is None or index <= 0:
        return None
    return value * index if instrument.margin == "inverse" else value / index


def read_funding_interval(row: Row, fields: Fields, instrument: Instrument) -> Decimal | None:
    """Read a perpetual's funding interval in hours; None where nobody says.

    A fixed interval of the venue goes first, then the declared field, then the market list, then
    what the venue's documents say of contracts that it does not list with one.
    """
    if instrument.kind != "perp":
        return None
    interval, fixed = fields.funding_interval, fields.funding_interval_hours
    if fixed is not None or interval is None:
        return None if fixed is None else Decimal(fixed)
    found = interval_hours(row, interval)
    if found is None and interval.listed is not None:
        return interval_hours(instrument.market, interval.listed)
    if found is None and interval.otherwise is not None and pick(row, _parent(interval.path)) == {}:
        return Decimal(interval.otherwise)
    return found


def interval_hours(found: Mapping[str, Any], interval: Interval) -> Decimal | None:
    """Read an interval of a row or a market in hours; None where it says none above zero.

    Raises:
        ValueError: There is something, and it is not a number.
    """
    value = number(pick(found, interval.path))
    if value is None or not value > 0:
        return None
    return value if value <= interval.hours_to else value / interval.per_hour


def _parent(path: str) -> str:
    return path.rpartition(".")[0]


def _optional(row: Row, path: str) -> Decimal | None:
    return number(pick(row, path)) if path else None

"""From the rows of an answer to open-interest candidates in one unit system."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

import polars as pl

from oirisk.schemas.instruments import Instrument
from oirisk.schemas.open_interest import CANDIDATE_DTYPES
from oirisk.schemas.units import UnitRule, rule_at, unit_rules
from oirisk.schemas.venue import Fields, Line, Product, Row
from oirisk.transforms.convert import Amount, relative_gap
from oirisk.transforms.decode import pick
from oirisk.transforms.instruments import Listing
from oirisk.transforms.joins import Answer
from oirisk.transforms.market_fields import (
    Terms,
    choose_price,
    read_funding_interval,
    read_funding_rate,
    read_prices,
    read_volumes,
)
from oirisk.transforms.numbers import number


class _RowError(ValueError):
    """Why a row cannot be converted, as ``check: reason``."""


def normalise(venue: str, answer: Answer, listing: Listing) -> pl.DataFrame:
    """Convert every row of an answer.

    Rows that the line declares to be no instruments, and rows of markets that are listed but
    are no derivatives of ours (spot), are not ours to judge and are left out; every other row
    becomes one candidate, usable or not.

    Args:
        venue: ccxt id.
        answer: Rows with their instants.
        listing: What the venue lists.

    Returns:
        A frame with the columns of ``OpenInterestCandidate``, one row per row received.
    """
    settle = _settle_prices(answer, listing)
    candidates = [
        _candidate(venue, row, answer, listing, settle)
        for row in answer.rows
        if not _is_foreign(row, answer.line, listing)
    ]
    return pl.DataFrame(candidates, schema=CANDIDATE_DTYPES, orient="row")


def _is_foreign(row: Row, line: Line, listing: Listing) -> bool:
    if line.ignores is not None and line.ignores(row):
        return True
    ids = {str(pick(row, product.fields.market_id)) for product in line.products}
    known = any(
        (product.name, market_id) in listing.instruments
        or (product.name, market_id) in listing.refused
        for product in line.products
        for market_id in ids
    )
    return not known and bool(ids & listing.other)


def _settle_prices(answer: Answer, listing: Listing) -> dict[str, Decimal]:
    """Read the USD prices of coins from the rows of the answer itself, for quanto contracts."""
    if all(found.margin != "quanto" for found in listing.instruments.values()):
        return {}
    prices: dict[str, Decimal] = {}
    for row in answer.rows:
        try:
            _, instrument = _instrument(row, answer.line, listing)
            mark = read_prices(row, _fields(row, answer.line, listing), instrument)["mark"]
        except (ValueError, ArithmeticError):
            continue
        if instrument.kind == "perp" and instrument.margin != "quanto" and mark is not None:
            prices[instrument.asset] = mark / instrument.base_multiplier
    return prices


def _fields(row: Row, line: Line, listing: Listing) -> Fields:
    product, _ = _instrument(row, line, listing)
    return product.fields


def _candidate(
    venue: str, row: Row, answer: Answer, listing: Listing, settle: Mapping[str, Decimal]
) -> dict[str, Any]:
    record = json.dumps(row, default=str, ensure_ascii=False)
    common = {
        "venue": venue,
        "market_id": _market_id(row, answer.line),
        "observed_at": answer.received_at,
        "received_at": answer.received_at,
        "record": record,
    }
    try:
        product, instrument = _instrument(row, answer.line, listing)
        settle_price = settle.get(instrument.settle)
        values = _converted(row, product, instrument, answer, settle_price)
        return {**_empty(), **common, **values}
    except _RowError as error:
        return {**_empty(), **common, "problem": str(error)}
    except (ValueError, ArithmeticError) as error:
        return {**_empty(), **common, "problem": f"readable: {error}"}


def _empty() -> dict[str, Any]:
    return dict.fromkeys(CANDIDATE_DTYPES)


def _market_id(row: Row, line: Line) -> str | None:
    value = pick(row, line.products[0].fields.market_id)
    return None if value is None else str(value)


def _instrument(row: Row, line: Line, listing: Listing) -> tuple[Product, Instrument]:
    for product in line.products:
        key = (product.name, str(pick(row, product.fields.market_id)))
        if key in listing.instruments:
            return product, listing.instruments[key]
        if key in listing.refused:
            raise _RowError(listing.refused[key])
    raise _RowError(
        f"known_instrument: the exchange lists no {line.name} instrument {_market_id(row, line)!r}"
    )


def _converted(
    row: Row,
    product: Product,
    instrument: Instrument,
    answer: Answer,
    settle_price: Decimal | None,
) -> dict[str, Any]:
    fields = product.fields
    observed = answer.time_of(row, fields.observed_at, fields.observed_unit)
    rule, value = _figure(row, product, observed)
    prices = read_prices(row, fields, instrument)
    price = choose_price(row, fields, instrument, prices)
    terms = Terms(instrument, price, settle_price)
    amount, others = _all_routes(row, product, observed, (value, rule), terms)
    multiplier = instrument.base_multiplier
    volume_base, volume_usd = read_volumes(row, fields, terms)
    return {
        "product": product.name,
        "symbol": instrument.symbol,
        "asset": instrument.asset,
        "kind": instrument.kind,
        "margin": instrument.margin,
        "observed_at": observed,
        "expiry": instrument.expiry,
        "oi_value": _float(value),
        "oi_contracts": _float(amount.contracts),
        "oi_base": _float(_scaled(amount.base, multiplier)),
        "oi_usd": _float(amount.usd),
        "mark_price": _float(_scaled(prices["mark"], 1 / multiplier)),
        "index_price": _float(_scaled(prices["index"], 1 / multiplier)),
        "last_price": _float(_scaled(prices["last"], 1 / multiplier)),
        "volume_24h_base": _float(_scaled(volume_base, multiplier)),
        "volume_24h_usd": _float(volume_usd),
        "funding_rate": _float(read_funding_rate(row, fields, instrument)),
        "funding_interval_hours": _float(read_funding_interval(row, fields, instrument)),
        "unit_rule": rule.id,
        "counting_factor": float(rule.counting_factor),
        "route_gap": _float(_widest_gap(amount, others)),
        "route_usd": _float(_furthest_usd(amount, others)),
    }


def _figure(row: Row, product: Product, at: datetime) -> tuple[UnitRule, Decimal]:
    for rule in _rules_at(product.rules, at):
        value = number(pick(row, rule.field))
        if value is not None:
            return rule, value
    wanted = " or ".join(unit_rules()[name].field for name in product.rules)
    raise _RowError(f"has_open_interest: expected {wanted}, saw neither")


def _rules_at(names: Iterable[str], at: datetime) -> list[UnitRule]:
    found = (rule_at(unit_rules(), name, at) for name in names)
    return [rule for rule in found if rule is not None]


def _all_routes(
    row: Row,
    product: Product,
    at: datetime,
    figure: tuple[Decimal, UnitRule],
    terms: Terms,
) -> tuple[Amount, list[Amount]]:
    """Complete an amount from the row's other figures; return those too, for comparison.

    Without coins a row is still worth its USD; without either it is worth nothing.
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
        raise _RowError(_no_base(figure[1], terms))
    return amount, others


def _widest_gap(amount: Amount, others: Iterable[Amount]) -> Decimal | None:
    """Tell how far the figures of a row disagree, in whichever unit they share."""
    gaps = (
        relative_gap(*pair)
        for other in others
        for pair in (
            (amount.contracts, other.contracts), (amount.base, other.base), (amount.usd, other.usd)
        )
    )  # fmt: skip
    return max((gap for gap in gaps if gap is not None), default=None)


def _furthest_usd(amount: Amount, others: Iterable[Amount]) -> Decimal | None:
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


def _scaled(value: Decimal | None, factor: Decimal) -> Decimal | None:
    return None if value is None else value * factor


def _float(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def concatenate(frames: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """Stack candidate frames; none at all gives an empty one."""
    return pl.concat([pl.DataFrame(schema=CANDIDATE_DTYPES), *frames])

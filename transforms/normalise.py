"""From the rows of an answer to open-interest candidates in one unit system."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

import polars as pl

from oirisk.schemas.instruments import Instrument
from oirisk.schemas.tables.open_interest import CANDIDATE_DTYPES
from oirisk.schemas.text import LONGEST_NAME, record_of, seen, shown
from oirisk.schemas.venue import Endpoint, Fields, Product, Row
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
from oirisk.transforms.routes import RowError, Told, larger, tell


def normalise(venue: str, answer: Answer, listing: Listing) -> pl.DataFrame:
    """Convert every row of an answer.

    Rows that the endpoint declares to be no instruments, and rows of markets that are listed but
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
        if not _is_foreign(row, answer.endpoint, listing)
    ]
    return pl.DataFrame(candidates, schema=CANDIDATE_DTYPES, orient="row")


def _is_foreign(row: Row, endpoint: Endpoint, listing: Listing) -> bool:
    if endpoint.ignores is not None and endpoint.ignores(row):
        return True
    ids = {str(pick(row, product.fields.market_id)) for product in endpoint.products}
    known = any(
        (product.name, market_id) in listing.instruments
        or (product.name, market_id) in listing.refused
        for product in endpoint.products
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
            _, instrument = _instrument(row, answer.endpoint, listing)
            mark = read_prices(row, _fields(row, answer.endpoint, listing), instrument)["mark"]
        except (ValueError, ArithmeticError):
            continue
        if instrument.kind == "perp" and instrument.margin != "quanto" and mark is not None:
            prices[instrument.asset] = mark / instrument.base_multiplier
    return prices


def _fields(row: Row, endpoint: Endpoint, listing: Listing) -> Fields:
    product, _ = _instrument(row, endpoint, listing)
    return product.fields


def _candidate(
    venue: str, row: Row, answer: Answer, listing: Listing, settle: Mapping[str, Decimal]
) -> dict[str, Any]:
    common = {
        "venue": venue,
        "market_id": _name(_market_id(row, answer.endpoint)),
        "observed_at": answer.received_at,
        "received_at": answer.received_at,
        "record": record_of(row),
    }
    try:
        product, instrument = _instrument(row, answer.endpoint, listing)
        settle_price = settle.get(instrument.settle)
        values = _converted(row, product, instrument, answer, settle_price)
        return {**_empty(), **common, **values}
    except RowError as error:
        return {**_empty(), **common, "problem": shown(str(error))}
    except (ValueError, ArithmeticError) as error:
        return {**_empty(), **common, "problem": shown(f"readable: {error}")}


def _empty() -> dict[str, Any]:
    return dict.fromkeys(CANDIDATE_DTYPES)


def _market_id(row: Row, endpoint: Endpoint) -> str | None:
    value = pick(row, endpoint.products[0].fields.market_id)
    return None if value is None else str(value)


def _name(market_id: str | None) -> str | None:
    return None if market_id is None else shown(market_id, LONGEST_NAME)


def _instrument(row: Row, endpoint: Endpoint, listing: Listing) -> tuple[Product, Instrument]:
    for product in endpoint.products:
        key = (product.name, str(pick(row, product.fields.market_id)))
        if key in listing.instruments:
            return product, listing.instruments[key]
        if key in listing.refused:
            raise RowError(listing.refused[key])
    raise RowError(
        f"known_instrument: the exchange lists no {endpoint.name} instrument "
        f"{seen(_market_id(row, endpoint))}"
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
    prices = read_prices(row, fields, instrument)
    price = choose_price(row, fields, instrument, prices)
    terms = Terms(instrument, price, settle_price)
    told = tell(row, product, observed, terms)
    figure = larger(told)
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
        "oi_value": _float(figure.value),
        "oi_contracts": _float(figure.amount.contracts),
        "oi_base": _float(_scaled(figure.amount.base, multiplier)),
        "oi_usd": _float(figure.amount.usd),
        **(_sides(told, multiplier) if len(told) > 1 else {}),
        "mark_price": _float(_scaled(prices["mark"], 1 / multiplier)),
        "index_price": _float(_scaled(prices["index"], 1 / multiplier)),
        "last_price": _float(_scaled(prices["last"], 1 / multiplier)),
        "volume_24h_base": _float(_scaled(volume_base, multiplier)),
        "volume_24h_usd": _float(volume_usd),
        "funding_rate": _float(read_funding_rate(row, fields, instrument, prices["index"])),
        "funding_interval_hours": _float(read_funding_interval(row, fields, instrument)),
        "unit_rule": figure.rule.id,
        "counting_factor": float(figure.rule.counting_factor),
        "route_gap": _float(_widest_gap(told)),
        "route_usd": _float(figure.furthest_usd()),
    }


def _sides(told: tuple[Told, ...], multiplier: Decimal) -> dict[str, float | None]:
    """Return longs, shorts and what the pool holds against them, in coins (M43)."""
    longs, shorts = (one.amount.base for one in told)
    net = None if longs is None or shorts is None else shorts - longs
    return {
        "oi_long_base": _float(_scaled(longs, multiplier)),
        "oi_short_base": _float(_scaled(shorts, multiplier)),
        "pool_net_base": _float(_scaled(net, multiplier)),
    }


def _widest_gap(told: tuple[Told, ...]) -> Decimal | None:
    gaps = [gap for one in told if (gap := one.widest_gap()) is not None]
    return max(gaps, default=None)


def _scaled(value: Decimal | None, factor: Decimal) -> Decimal | None:
    return None if value is None else value * factor


def _float(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def concatenate(frames: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """Stack candidate frames; none at all gives an empty one."""
    return pl.concat([pl.DataFrame(schema=CANDIDATE_DTYPES), *frames])

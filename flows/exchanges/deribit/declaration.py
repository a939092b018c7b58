"""Deribit: one book summary per currency carries futures, perpetuals and options.

Open interest is ``open_interest``: USD for inverse futures and perpetuals, base coin for linear
ones and for options, never contracts. Units documented by Deribit, API v2, book summary by
currency; the counting side is not documented (assumed one-sided). Options are valued at the index
(``estimated_delivery_price``), not at the forward beside it, and never enter a futures total. Spot
and combos in the answer are left out.
"""

from collections.abc import Sequence
from typing import Any

from oirisk.schemas.calls import Call, Market
from oirisk.schemas.venue import Endpoint, Fields, Product, Row, Venue
from oirisk.transforms.decode import pick, rows_at

_COMMON: dict[str, Any] = {"market_id": "instrument_name", "observed_at": "creation_timestamp"}
_FUTURE: dict[str, Any] = {
    **_COMMON,
    "mark_price": "mark_price",
    "index_price": "estimated_delivery_price",
    "last_price": "last",
    "volume_base": "volume",
    "volume_usd": "volume_usd",
    "funding_rate": "funding_8h",
    "funding_interval_hours": 8,
}


def _is_combo(market: Market) -> bool:
    return "combo" in str(pick(market, "info.kind"))


def _is_future(market: Market) -> bool:
    return not market.get("option") and not _is_combo(market)


INVERSE = Product(
    name="inverse",
    covers=lambda market: bool(market.get("inverse")) and _is_future(market),
    rules=("deribit.inverse.open_interest",),
    fields=Fields(**_FUTURE),
)
LINEAR = Product(
    name="linear",
    covers=lambda market: bool(market.get("linear")) and _is_future(market),
    rules=("deribit.linear.open_interest",),
    fields=Fields(**_FUTURE),
)
OPTION = Product(
    name="option",
    covers=lambda market: bool(market.get("option")) and not _is_combo(market),
    rules=("deribit.option.open_interest",),
    fields=Fields(**_COMMON, underlying_price="estimated_delivery_price", volume_base="volume"),
)


def _calls(markets: Sequence[Market]) -> tuple[Call, ...]:
    """Ask for each currency that settles a listed derivative."""
    currencies = {
        str(pick(market, "info.settlement_currency") or market.get("settle"))
        for market in markets
        if market.get("contract")
    }
    method = "publicGetGetBookSummaryByCurrency"
    return tuple(Call(method, {"currency": currency}) for currency in sorted(currencies))


def _is_no_instrument(row: Row) -> bool:
    """Spot has one part in its name (BTC_USDC), a combo letters in the second (BTC-FS-…)."""
    parts = str(row.get("instrument_name")).split("-")
    return len(parts) == 1 or (len(parts) > 2 and parts[1].isalpha())  # noqa: PLR2004


LINES = (
    Endpoint(
        name="summary",
        products=(INVERSE, LINEAR, OPTION),
        calls=_calls,
        rows=rows_at("result"),
        observed_at="usOut",
        observed_unit="us",
        ignores=_is_no_instrument,
        asks="publicGetGetBookSummaryByCurrency(currency=<settlement>)",
    ),
)

VENUE = Venue(id="deribit", book="deribit", endpoints=LINES)

"""Whatever JSON an exchange sends, its rows are accounted for and everything said is printable."""

import json
from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from oirisk.flows.exchanges.registry import select_venues
from oirisk.schemas.responses import MARKETS_ENDPOINT, Response
from oirisk.schemas.text import LONGEST_NAME, LONGEST_REASON, LONGEST_RECORD, shown
from oirisk.transforms.derive import Derived, derive, instruments_frame
from tests.markets import listed

AT = datetime(2026, 11, 21, 0, 5, tzinfo=UTC)
CUT = 60
"""Characters that say how long a text was, and its checksum."""

texts = st.one_of(
    st.text(st.characters(codec=None, categories=None), max_size=12),
    st.sampled_from(["\ud800", "\x00", "\u202e", "BTC_USDT", "NaN", "-0", "1e400", "A" * 20_000]),
)
numbers = st.one_of(
    st.integers(), st.floats(), st.sampled_from([10**4_000, -1, 0]), st.booleans(), st.none()
)
anything = st.recursive(
    st.one_of(texts, numbers),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(texts, inner, max_size=3)),
    max_leaves=6,
)
FIELDS = (
    "name", "position_size", "mark_price", "index_price", "last_price", "quanto_multiplier",
    "funding_rate", "funding_interval",
)  # fmt: skip
rows = st.fixed_dictionaries({}, optional=dict.fromkeys(FIELDS, anything))
sound = {
    "name": "BTC_USDT", "position_size": 3_000, "mark_price": "50000", "index_price": "50000",
    "last_price": "50000", "quanto_multiplier": "0.01", "funding_interval": 28_800,
    "funding_rate": "0.0001",
}  # fmt: skip

GATE = listed(
    "BTC_USDT", "BTC/USDT:USDT", 0.01,
    info={"quanto_multiplier": "0.01", "funding_interval": "28800"},
)  # fmt: skip


def _response(endpoint: str, body: str) -> Response:
    return Response("gate", endpoint, "GET", "https://a.example", "{}", None, 200, AT, AT, 1, body)


def _derived(markets: list[Any], body: str) -> Derived:
    (venue,) = select_venues(("gate",))
    listing = json.dumps(markets, default=str)
    name = next(one.name for one in venue.endpoints if not one.enriches)
    return derive(venue, [_response(name, body), _response(MARKETS_ENDPOINT, listing)])


def _is_fit(text: object, most: int) -> bool:
    return text is None or (str(text).isprintable() and len(str(text)) <= most + CUT)


@settings(max_examples=150, deadline=None)
@given(st.lists(rows, max_size=4))
def test_every_row_is_accepted_or_refused_and_fit_to_be_kept(odd: list[dict[str, Any]]) -> None:
    found = _derived([GATE], json.dumps([*odd, sound]))
    received = found.received
    assert received == len(odd) + 1
    for refused in found.verdict.rejected.to_dicts():
        assert _is_fit(refused["symbol"], LONGEST_NAME)
        assert _is_fit(refused["reason"], LONGEST_REASON)
        assert _is_fit(refused["record"], LONGEST_RECORD * 6)
    claims = [row for row in odd if row.get("name") == "BTC_USDT"]
    if not claims:
        (kept,) = found.verdict.accepted.to_dicts()
        assert (kept["oi_base"], kept["oi_usd"]) == (30.0, 1_500_000.0)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.dictionaries(
            st.sampled_from([*listed("X", "X/USDT:USDT"), "limits", "info"]), anything, max_size=6
        ),
        max_size=3,
    )
)
def test_an_odd_market_costs_itself(odd: list[dict[str, Any]]) -> None:
    markets = [{**listed("X_USDT", "X/USDT:USDT"), **change} for change in odd]
    for market in markets:
        if market["id"] == "BTC_USDT":
            market["id"] = "X_USDT"
    found = _derived(
        [*markets, GATE],
        json.dumps([sound]),
    )
    assert found.listing is not None
    frame = instruments_frame(found.listing)
    assert "BTC/USDT:USDT" in frame["symbol"].to_list()
    for row in frame.to_dicts():
        for name in ("symbol", "market_id", "asset", "quote", "settle", "option_type"):
            assert _is_fit(row[name], LONGEST_NAME)
    (kept,) = found.verdict.accepted.to_dicts()
    assert kept["oi_base"] == 30.0


@given(texts, st.integers(1, 50))
def test_what_is_shown_is_printable_and_different_texts_stay_different(
    text: str, most: int
) -> None:
    assert shown(text, most).isprintable()
    assert len(shown(text, most)) <= 6 * (most + CUT)
    assert shown(text, most) != shown(text + "B", most)

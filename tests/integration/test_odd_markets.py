"""Market lists with entries that ccxt cannot read, and lists that do not come at all."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from oirisk.flows.exchanges.cassette import read_recording
from oirisk.flows.exchanges.extract import fetch_venue
from oirisk.flows.exchanges.registry import all_venues
from oirisk.flows.exchanges.sources import ReplaySource
from oirisk.flows.settings.sections import FetchSettings
from oirisk.schemas.responses import MARKETS_ENDPOINT, VenueSnapshot
from oirisk.transforms.derive import derive

pytestmark = pytest.mark.integration

AT = datetime(2026, 11, 21, 0, 5, tzinfo=UTC)
KUCOIN = "https://api-futures.kucoin.com/api/v1/contracts/active"


def _contract(number: int, *, is_odd: bool = False) -> dict[str, Any]:
    """Return a KuCoin contract; a paused one has no next funding, which ccxt takes for a date."""
    return {
        "symbol": f"C{number}USDTM", "baseCurrency": f"C{number}", "quoteCurrency": "USDT",
        "settleCurrency": "USDT", "expireDate": None, "isInverse": False, "multiplier": 1,
        "status": "Paused" if is_odd else "Open", "openInterest": str(number), "markPrice": 2.0,
        "tickSize": 0.1, "lotSize": 1, "nextFundingRateTime": None if is_odd else 25_481_884,
        "fundingRateGranularity": 28_800_000, "maxLeverage": 20, "maxPrice": 1, "maxOrderQty": 1,
    }  # fmt: skip


def _fetch_all(
    tmp_path: Path, venue: str, lines: list[dict[str, Any]], known: Any = None
) -> VenueSnapshot:
    path = tmp_path / "recording.jsonl"
    common = {"kind": "response", "venue": venue, "received_at": AT.isoformat(), "status": 200}
    path.write_text("".join(json.dumps({**common, **line}) + "\n" for line in lines))
    fetch = FetchSettings(attempts=2, backoff_seconds=0)
    source = ReplaySource(read_recording(path))
    return asyncio.run(fetch_venue(all_venues()[venue], source, fetch, known))


def _listed(fetched: VenueSnapshot) -> set[str]:
    (listed,) = [one for one in fetched.responses if one.endpoint == MARKETS_ENDPOINT]
    return {market["id"] for market in json.loads(listed.body)}


def _kucoin(tmp_path: Path, odd: set[int]) -> VenueSnapshot:
    rows = [_contract(number, is_odd=number in odd) for number in range(60)]
    line = {"method": "GET", "url": KUCOIN, "body": json.dumps({"code": "200000", "data": rows})}
    return _fetch_all(tmp_path, "kucoinfutures", [line] * 3)


@pytest.mark.parametrize("odd", [set(), {0}, {59}, {7, 8, 41}, set(range(0, 60, 3))])
def test_entries_that_cannot_be_read_are_left_out_and_named(tmp_path: Path, odd: set[int]) -> None:
    fetched = _kucoin(tmp_path, odd)
    assert _listed(fetched) == {f"C{number}USDTM" for number in range(60) if number not in odd}
    assert fetched.failures == []
    said = "; ".join(fetched.notes)
    assert (f"cannot read {len(odd)} of the entries" in said) is bool(odd)
    assert all(f"C{number}USDTM" in said for number in odd)
    derived = derive(all_venues()["kucoinfutures"], fetched.responses)
    assert derived.verdict.accepted["oi_base"].sum() == sum(set(range(60)) - odd)


def test_a_list_of_another_form_is_no_list(tmp_path: Path) -> None:
    fetched = _kucoin(tmp_path, set(range(60)))
    assert "the market list cannot be read: TypeError" in fetched.failures[0]
    assert "the market list cannot be read: TypeError" in fetched.failures[0]


def test_where_a_market_is_known_by_its_place_no_entry_is_left_out(tmp_path: Path) -> None:
    universe = [{"name": "BTC", "szDecimals": 5, "maxLeverage": 40}, {"name": "ODD"}]
    contexts = [{"openInterest": "2", "markPx": "5", "oraclePx": "5", "funding": "0"}] * 2
    answers: dict[str, Any] = {
        "metaAndAssetCtxs": [{"universe": universe}, contexts], "perpDexs": [None],
        "spotMeta": {"tokens": [], "universe": []},
    }  # fmt: skip
    lines = [
        {
            "method": "POST", "url": "https://api.hyperliquid.xyz/info",
            "request_body": json.dumps({"type": kind}), "body": json.dumps(answer),
        }
        for kind, answer in answers.items()
    ]  # fmt: skip
    fetched = _fetch_all(tmp_path, "hyperliquid", lines * 3)
    assert "the market list cannot be read: TypeError" in fetched.failures[0]
    assert not [one for one in fetched.responses if one.endpoint == MARKETS_ENDPOINT]


def test_an_older_list_stands_in_where_the_exchange_does_not_tell(tmp_path: Path) -> None:
    market = {
        "id": "PF_XBTUSD", "symbol": "BTC/USD:USD", "base": "BTC", "quote": "USD", "settle": "USD",
        "type": "swap", "contract": True, "swap": True, "future": False, "option": False,
        "spot": False, "active": True, "linear": True, "inverse": False, "contractSize": 1,
        "expiry": None, "precision": {"amount": 0.0001, "price": 1}, "limits": {}, "info": {},
    }  # fmt: skip
    ticker = {
        "symbol": "PF_XBTUSD", "openInterest": 3, "markPrice": 50_000, "indexPrice": 50_000,
        "last": 50_000, "vol24h": 1, "fundingRate": 0, "tag": "perpetual",
    }  # fmt: skip
    body = {"result": "success", "serverTime": "2026-11-21T00:05:00.000Z", "tickers": [ticker]}
    url = "https://futures.kraken.com/derivatives/api/v3/tickers"
    lines = [{"method": "GET", "url": url, "body": json.dumps(body)}]
    listed_at = AT - timedelta(hours=50)
    fetched = _fetch_all(tmp_path, "krakenfutures", lines, (listed_at, [market]))
    assert len(fetched.failures) == 1
    assert fetched.failures[0].startswith("load_markets: ")
    assert fetched.failures[0].endswith("the market list of 2026-11-18T22:05Z is used instead")
    derived = derive(all_venues()["krakenfutures"], fetched.responses)
    assert derived.listed_at == listed_at
    assert derived.verdict.accepted["oi_base"].to_list() == [3.0]
    (without,) = _fetch_all(tmp_path, "krakenfutures", lines).failures
    assert without.startswith("load_markets: ")

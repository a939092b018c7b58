"""Venue files: what they ask, which rows they take, and how they complete them."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import ccxt.async_support as ccxt
import pytest

from oirisk.flows.exchanges.excluded import LEFT_OUT, SAME_BOOK
from oirisk.flows.exchanges.registry import all_venues, select_venues
from oirisk.schemas.calls import Bulk, Call, PerValue, each, once
from oirisk.schemas.errors import ConfigurationError
from oirisk.schemas.responses import MARKETS_ENDPOINT, Response
from oirisk.schemas.venue import Endpoint
from oirisk.transforms.decode import rows_at
from oirisk.transforms.derive import Derived, derive

AT = datetime(2026, 11, 21, 0, 5, tzinfo=UTC)
STAMP = int(AT.timestamp() * 1000)

VENUES = list(all_venues().values())


def _market(market_id: str, symbol: str, **more: Any) -> dict[str, Any]:
    pair, _, settled = symbol.partition(":")
    base, quote = pair.split("/")
    settle = settled.split("-")[0]
    return {
        "id": market_id, "symbol": symbol, "base": base, "quote": quote, "settle": settle,
        "contract": True, "swap": True, "future": False, "option": False, "active": True,
        "linear": settle != base, "inverse": settle == base, "contractSize": 1, "expiry": None,
        "info": {}, **more,
    }  # fmt: skip


def _response(
    venue: str, endpoint: str, body: Any, asked: Mapping[str, str] | None = None
) -> Response:
    return Response(
        venue=venue, endpoint=endpoint, method="GET", url="https://exchange/x",
        params=json.dumps(dict(asked or {})), request_body=None, status=200, requested_at=AT,
        received_at=AT, attempt=1, body=json.dumps(body),
    )  # fmt: skip


def _derive(venue: str, markets: list[dict[str, Any]], *answers: Response) -> Derived:
    return derive(all_venues()[venue], [_response(venue, MARKETS_ENDPOINT, markets), *answers])


def _row(derived: Derived, symbol: str) -> dict[str, Any]:
    (row,) = [row for row in derived.verdict.accepted.to_dicts() if row["symbol"] == symbol]
    return row


@pytest.mark.parametrize("venue", VENUES, ids=[venue.id for venue in VENUES])
def test_every_call_of_a_venue_is_a_method_of_ccxt_or_names_a_path(venue: Any) -> None:
    for endpoint in venue.endpoints:
        if not isinstance(endpoint.calls, Bulk | PerValue):
            assert endpoint.label, endpoint.name
        elif venue.address or endpoint.calls.call.path:
            assert endpoint.calls.call.path, endpoint.name
            assert endpoint.calls.call.method in {"GET", "POST"}, endpoint.name
        else:
            assert hasattr(getattr(ccxt, venue.id), endpoint.calls.call.method), endpoint.name


@pytest.mark.parametrize("venue", VENUES, ids=[venue.id for venue in VENUES])
def test_lines_have_names_of_their_own_and_refer_to_lines_that_exist(venue: Any) -> None:
    names = [endpoint.name for endpoint in venue.endpoints]
    assert len(set(names)) == len(names)
    assert not {MARKETS_ENDPOINT, "load_markets"} & set(names)
    for endpoint in venue.endpoints:
        assert endpoint.enriches in {"", *names}
        assert endpoint.fallback_for in {"", *names}
        assert bool(endpoint.key) == bool(endpoint.enriches)


def test_an_endpoint_that_completes_rows_says_by_what() -> None:
    with pytest.raises(ConfigurationError, match="'marks' enriches 'interest' without a key"):
        Endpoint("marks", (), once("publicGetMarks"), rows_at(), enriches="interest")


@pytest.mark.parametrize("venue", VENUES, ids=[venue.id for venue in VENUES])
def test_every_joined_field_names_a_line_that_completes_its_own(venue: Any) -> None:
    for endpoint in (endpoint for endpoint in venue.endpoints if not endpoint.enriches):
        known = {"asked", *(other.name for other in venue.completions(endpoint))}
        for product in endpoint.products:
            values = [value for value in vars(product.fields).values() if isinstance(value, str)]
            joined = {value[1:].partition(".")[0] for value in values if value.startswith("@")}
            assert joined <= known, (endpoint.name, joined)


def test_venues_that_show_one_order_book_cannot_both_be_asked() -> None:
    with pytest.raises(ConfigurationError, match="same order book"):
        select_venues(["deribit", "coinbaseinternational"])


@pytest.mark.parametrize("gone", ["bitmart", "deepcoin", "gateio", "weex"])
def test_a_venue_without_a_file_is_refused_with_the_reason(gone: str) -> None:
    with pytest.raises(ConfigurationError, match=LEFT_OUT[gone][:20]):
        select_venues(["okx", gone])


def test_no_venue_has_both_a_file_and_a_reason_for_having_none() -> None:
    assert not set(LEFT_OUT) & set(all_venues())


def test_other_names_of_a_book_lead_to_a_file() -> None:
    assert set(SAME_BOOK.values()) <= set(all_venues())
    assert not set(SAME_BOOK) & set(all_venues())


def test_one_request_is_made_for_each_value_and_none_for_what_is_delisted() -> None:
    markets = [
        {"id": "a", "active": True, "info": {"underlying": "BTC"}},
        {"id": "b", "active": None, "info": {"underlying": "BTC"}},
        {"id": "c", "active": True, "info": {"underlying": "ETH"}},
        {"id": "d", "active": False, "info": {"underlying": "SOL"}},
        {"id": "e", "active": True, "info": {}},
    ]
    calls = each("ask", "underlying", path="info.underlying", kind="x")(markets)
    assert calls == (
        Call("ask", {"underlying": "BTC", "kind": "x"}),
        Call("ask", {"underlying": "ETH", "kind": "x"}),
    )


def test_binance_options_are_asked_once_for_an_underlying_and_day() -> None:
    (endpoint,) = (it for it in all_venues()["binance"].endpoints if it.name == "option")
    names = ["ETH-261225-4000-C", "ETH-261225-4000-P", "BTC-261225-90000-C", "ETH-270326-4000-C"]
    asked = [dict(call.params) for call in endpoint.calls([{"id": name} for name in names])]
    assert asked == [
        {"underlyingAsset": "BTC", "expiration": "261225"},
        {"underlyingAsset": "ETH", "expiration": "261225"},
        {"underlyingAsset": "ETH", "expiration": "270326"},
    ]


def test_derives_options_are_asked_once_for_a_coin_and_day() -> None:
    (endpoint,) = (it for it in all_venues()["derive"].endpoints if it.name == "option")
    names = ["XRP-20261225-0_5-P", "BTC-20261225-90000-C", "XRP-20261225-1-C"]
    markets = [{"id": name} for name in names] + [{"id": "ETH-20261225-1-C", "active": False}]
    asked = [dict(call.params) for call in endpoint.calls(markets)]
    assert asked == [
        {"instrument_type": "option", "currency": coin, "expiry_date": "20261225"}
        for coin in ("BTC", "XRP")
    ]


def _dex(name: str, *assets: tuple[str, str, str]) -> list[Any]:
    del name
    universe = [{"name": asset} for asset, _, _ in assets]
    contexts = [{"openInterest": amount, "markPx": price} for _, amount, price in assets]
    return [{"universe": universe}, contexts]


def test_builder_exchanges_of_hyperliquid_are_asked_one_by_one_and_stay_apart() -> None:
    info = {"collateralToken": "0"}
    markets = [
        _market("0", "BTC/USDC:USDC", baseName="BTC"),
        _market("110000", "XYZ-TSLA/USDC:USDC", baseName="xyz:TSLA", info=info),
        _market("120000", "HYNA-BTC/USDC:USDC", baseName="hyna:BTC", info=info),
        _market("120001", "HYNA-ETH/USDC:USDC", baseName="hyna:ETH", info={"collateralToken": "9"}),
    ]
    endpoint = all_venues()["hyperliquid"].endpoints[1]
    assert [call.params["dex"] for call in endpoint.calls(markets[1:])] == ["hyna", "xyz"]

    derived = _derive(
        "hyperliquid",
        markets,
        _response("hyperliquid", "main", _dex("", ("BTC", "2", "100000"))),
        _response("hyperliquid", "builder", _dex("xyz", ("xyz:TSLA", "30", "400"))),
        _response(
            "hyperliquid",
            "builder",
            _dex("hyna", ("hyna:BTC", "5", "100000"), ("hyna:ETH", "1", "1")),
        ),
    )
    assets = {row["asset"]: row["oi_usd"] for row in derived.verdict.accepted.to_dicts()}
    # longs and shorts are added up: half of 2 x 100,000, of 30 x 400 and of 5 x 100,000
    assert assets == {"BTC": 100_000.0, "XYZ-TSLA": 6_000.0, "HYNA-BTC": 250_000.0}
    assert derived.verdict.rejected["check_name"].to_list() == ["quote_in_usd"]


def test_a_future_of_okx_that_pays_funding_is_a_perpetual() -> None:
    expiry = int(datetime(2031, 4, 4, 8, tzinfo=UTC).timestamp() * 1000)
    dated = {"swap": False, "future": True, "expiry": expiry}
    markets = [
        _market(
            "ETH-USD_UM_XPERP-310404", "ETH/USD:USDC-310404", info={"ruleType": "xperp"}, **dated
        ),
        _market("ETH-USD-270326", "ETH/USD:ETH-270326", info={"ruleType": "normal"}, **dated),
    ]
    rows = [
        {"instId": name, "oi": "10", "oiCcy": "10", "oiUsd": "25000", "ts": str(STAMP)}
        for name in ("ETH-USD_UM_XPERP-310404", "ETH-USD-270326")
    ]
    derived = _derive("okx", markets, _response("okx", "futures", {"data": rows}))
    kinds = {row["symbol"]: row["kind"] for row in derived.verdict.accepted.to_dicts()}
    assert kinds == {"ETH/USD:USDC-310404": "perp", "ETH/USD:ETH-270326": "future"}
    assert derived.listing is not None
    listed = derived.listing.instruments["futures", "ETH-USD_UM_XPERP-310404"]
    assert (listed.kind, listed.expiry) == ("perp", None)


def test_a_quanto_contract_of_gate_is_valued_at_the_price_of_bitcoin_in_the_same_answer() -> None:
    # 1000 contracts x 0.00001 BTC a USD x 3,000 USD x 60,000 USD = 1,800,000 USD = 600 ETH.
    multiplier = {"quanto_multiplier": "0.00001"}
    eth = _market("ETH_USD", "ETH/USD:BTC", linear=False, info=multiplier)
    btc = _market("BTC_USD", "BTC/USD:BTC", info={"quanto_multiplier": "0"})
    rows = [
        {"name": "ETH_USD", "position_size": 1000, "mark_price": "3000"},
        {"name": "BTC_USD", "position_size": 600_000, "mark_price": "60000"},
    ]
    derived = _derive("gate", [eth, btc], _response("gate", "btc", rows))

    row = _row(derived, "ETH/USD:BTC")
    assert (row["oi_base"], row["oi_usd"], row["margin"]) == (600.0, 1_800_000.0, "quanto")
    assert _row(derived, "BTC/USD:BTC")["oi_base"] == 10.0

    alone = _derive("gate", [eth], _response("gate", "btc", rows[:1]))
    assert alone.verdict.accepted.height == 0
    assert "the price of BTC" in alone.verdict.rejected["reason"][0]


def test_a_quanto_contract_of_unknown_size_is_refused() -> None:
    odd = _market("ETH_USD", "ETH/USD:BTC", linear=True)
    rows = {"data": [{"symbol": "ETH_USD", "holdVol": 10, "fairPrice": 3000, "timestamp": STAMP}]}
    derived = _derive("mexc", [odd], _response("mexc", "ticker", rows))
    assert derived.verdict.rejected["check_name"].to_list() == ["unit_known"]


def test_an_option_of_okx_is_valued_at_the_index_of_its_family() -> None:
    market = _market(
        "BTC-USD-261225-90000-C",
        "BTC/USD:BTC-261225-90000-C",
        swap=False,
        option=True,
        expiry=1798185600000,
        info={"instFamily": "BTC-USD", "ctVal": "1", "ctMult": "0.01"},
    )
    row = {"instId": market["id"], "oi": "300", "oiCcy": "3", "oiUsd": "3", "ts": str(STAMP)}
    index = {"instId": "BTC-USD", "idxPx": "85000", "ts": str(STAMP)}
    derived = _derive(
        "okx",
        [market],
        _response("okx", "index", {"data": [index]}),
        _response("okx", "option", {"data": [row]}, {"instFamily": "BTC-USD"}),
    )
    found = _row(derived, market["symbol"])
    assert (found["oi_base"], found["oi_usd"], found["quality"]) == (3.0, 255_000.0, "ok")


def test_volume_of_an_option_of_okx_is_its_own_while_the_index_is_that_of_the_family() -> None:
    names = ("BTC-USD-261225-90000-C", "BTC-USD-261225-80000-P")
    info = {"instFamily": "BTC-USD", "ctVal": "1", "ctMult": "0.01"}
    markets = [
        _market(
            name,
            f"BTC/USD:BTC-{name.removeprefix('BTC-USD-')}",
            swap=False,
            option=True,
            expiry=1798185600000,
            info=info,
        )
        for name in names
    ]
    open_now = [{"instId": name, "oi": "300", "oiCcy": "3", "ts": str(STAMP)} for name in names]
    tickers = [{"instId": names[1], "vol24h": "250", "volCcy24h": "2.5", "ts": str(STAMP)}]
    derived = _derive(
        "okx",
        markets,
        _response("okx", "index", {"data": [{"instId": "BTC-USD", "idxPx": "85000"}]}),
        _response("okx", "option_tickers", {"data": tickers}, {"instFamily": "BTC-USD"}),
        _response("okx", "option", {"data": open_now}, {"instFamily": "BTC-USD"}),
    )
    call, put = (_row(derived, market["symbol"]) for market in markets)
    assert (call["index_price"], put["index_price"]) == (85_000.0, 85_000.0)
    assert call["volume_24h_base"] is None
    assert (put["volume_24h_base"], put["volume_24h_usd"]) == (2.5, 212_500.0)


def test_options_of_gate_have_the_size_that_gate_lists_and_not_ccxts() -> None:
    market = _market(
        "ETH_USDT-20270326-4500-C",
        "ETH/USDT:USDT-270326-4500-C",
        swap=False,
        option=True,
        expiry=1806048000000,
        info={"underlying": "ETH_USDT", "multiplier": "0.01"},
    )
    row = {"name": market["id"], "position_size": 80, "underlying_price": "3326.6"}
    found = _row(_derive("gate", [market], _response("gate", "option", [row])), market["symbol"])
    assert found["oi_base"] == pytest.approx(0.8, rel=1e-12)
    assert found["oi_usd"] == pytest.approx(2661.28, rel=1e-12)


def test_spot_and_combos_of_deribit_are_left_out() -> None:
    market = _market("BTC-PERPETUAL", "BTC/USD:BTC")
    names = ["BTC-PERPETUAL", "BTC_USDC", "BTC-FS-25DEC26_PERP", "BTC-CS-25DEC26-80000_90000"]
    rows = [{"instrument_name": name, "open_interest": 100, "mark_price": 50} for name in names]
    derived = _derive("deribit", [market], _response("deribit", "summary", {"result": rows}))
    assert derived.received == 1
    assert derived.problems == ()


def test_the_usual_funding_interval_holds_only_if_the_list_of_exceptions_came() -> None:
    market = _market("BTCUSDT", "BTC/USDT:USDT")
    amount = _response(
        "binanceusdm", "linear", {"symbol": "BTCUSDT", "openInterest": "1", "time": STAMP}
    )
    price = {"symbol": "BTCUSDT", "markPrice": "9", "lastFundingRate": "0.0001", "time": STAMP}
    premium = _response("binanceusdm", "premium", [price])
    four = {"symbol": "BTCUSDT", "fundingIntervalHours": 4}

    def hours(*answers: Response) -> float | None:
        derived = _derive("binanceusdm", [market], amount, premium, *answers)
        found: float | None = _row(derived, "BTC/USDT:USDT")["funding_interval_hours"]
        return found

    assert hours(_response("binanceusdm", "intervals", [four])) == 4.0
    assert hours(_response("binanceusdm", "intervals", [])) == 8.0
    assert hours() is None

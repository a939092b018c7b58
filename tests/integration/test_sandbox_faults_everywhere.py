"""Every fault of the data on every answer with open interest, asked in bulk or one by one."""

import asyncio
import json
import math
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, NamedTuple

import aiohttp
import pytest

from oirisk.sandbox.faults import SCRIPT, SQL, Fault
from oirisk.sandbox.market import SimulatedMarket
from oirisk.sandbox.registry import VENUES
from oirisk.sandbox.server import Sandbox

pytestmark = pytest.mark.integration

END = datetime(2026, 11, 21, 0, 5, tzinfo=UTC)
DAY = 86_400
Answer = tuple[int, Any]


class Bulk(NamedTuple):
    """Where an answer about many contracts keeps what; rows may be lists."""

    path: str
    rows: Callable[[Any], list[Any]]
    name: Any
    size: Any
    instant: Any = None
    per_second: int = 1000


class One(NamedTuple):
    """How one contract is asked about, and what refuses one that is not known."""

    path: str
    symbols: tuple[str, str]
    refused: int
    name: str = "symbol"


def _data(body: Any) -> list[Any]:
    return list(body["data"])


def _result(body: Any) -> list[Any]:
    return list(body["result"])


BITGET = "/bitget/api/v2/mix/market/tickers?productType="
HTX_ROW = ("contract_code", "amount")
BULK = {
    "binance": Bulk(
        "/binance/eapi/v1/openInterest?underlyingAsset=BTC&expiration=261225",
        list,
        *("symbol", "sumOpenInterest", "timestamp"),
    ),
    "bitfinex": Bulk("/bitfinex/v2/status/deriv?keys=ALL", list, 0, 18, 1),
    "bitget-usdt": Bulk(f"{BITGET}USDT-FUTURES", _data, "symbol", "holdingAmount", "ts"),
    "bitget-coin": Bulk(f"{BITGET}COIN-FUTURES", _data, "symbol", "holdingAmount", "ts"),
    "bitmex": Bulk(
        "/bitmex/api/v1/instrument/active",
        lambda body: [row for row in body if "openInterest" in row],
        *("symbol", "openInterest"),
    ),
    "bybit-option": Bulk(
        "/bybit/v5/market/tickers?category=option&baseCoin=ETH",
        lambda body: body["result"]["list"],
        *("symbol", "openInterest"),
    ),
    "cryptocom": Bulk(
        "/cryptocom/exchange/v1/public/get-tickers",
        lambda body: body["result"]["data"],
        *("i", "oi", "t"),
    ),
    "delta": Bulk("/delta/v2/tickers", _result, "symbol", "oi_contracts", "timestamp", 1_000_000),
    "dydx": Bulk(
        "/dydx/v4/perpetualMarkets",
        lambda body: list(body["markets"].values()),
        *("ticker", "openInterest"),
    ),
    "gate-delivery": Bulk("/gate/api/v4/delivery/usdt/contracts", list, "name", "position_size"),
    "gate-option": Bulk(
        "/gate/api/v4/options/contracts?underlying=BTC_USDT", list, "name", "position_size"
    ),
    "gmx": Bulk("/gmx/v1/markets/tickers", list, "marketTokenAddress", "longInterestInTokens"),
    "htx-linear": Bulk("/htx/linear-swap-api/v1/swap_open_interest", _data, *HTX_ROW),
    "htx-coin": Bulk("/htx/swap-api/v1/swap_open_interest", _data, *HTX_ROW),
    "htx-future": Bulk("/htx/api/v1/contract_open_interest", _data, *HTX_ROW),
    "krakenfutures": Bulk(
        "/krakenfutures/derivatives/api/v3/tickers",
        lambda body: [row for row in body["tickers"] if "openInterest" in row],
        *("symbol", "openInterest"),
    ),
    "mexc": Bulk("/mexc/api/v1/contract/ticker", _data, "symbol", "holdVol", "timestamp"),
    "okx-option": Bulk(
        "/okx/api/v5/public/open-interest?instType=OPTION&instFamily=BTC-USD",
        _data,
        *("instId", "oi", "ts"),
    ),
    "paradex": Bulk(
        "/paradex/v1/markets/summary?market=ALL",
        lambda body: body["results"],
        *("symbol", "open_interest", "created_at"),
    ),
    "phemex-linear": Bulk(
        "/phemex/md/v2/ticker/24hr/all",
        _result,
        *("symbol", "openInterestRv", "timestamp"),
        1_000_000_000,
    ),
    "phemex-scaled": Bulk(
        "/phemex/v1/md/ticker/24hr/all",
        _result,
        *("symbol", "openInterest", "timestamp"),
        1_000_000_000,
    ),
    "variational": Bulk(
        "/variational/metadata/stats",
        lambda body: [{**row, **row["open_interest"]} for row in body["listings"]],
        *("ticker", "short_open_interest"),
    ),
    "woofipro": Bulk(
        "/woofipro/v1/public/futures",
        lambda body: body["data"]["rows"],
        *("symbol", "open_interest"),
    ),
}
ONE_BY_ONE = {
    "aster": One("/aster/fapi/v1/openInterest?symbol=", ("BTCUSDT", "ETHUSDT"), 400),
    "binanceusdm": One("/binanceusdm/fapi/v1/openInterest?symbol=", ("BTCUSDT", "ETHUSDT"), 400),
    "binancecoinm": One(
        "/binancecoinm/dapi/v1/openInterest?symbol=", ("BTCUSD_PERP", "ETHUSD_PERP"), 400
    ),
    "bingx": One(
        "/bingx/openApi/swap/v2/quote/openInterest?symbol=", ("BTC-USDT", "ETH-USDT"), 200
    ),
    "bingx-coin": One(
        "/bingx/openApi/cswap/v1/market/openInterest?symbol=", ("BTC-USD", "ETH-USD"), 200
    ),
    "edgex": One(
        "/edgex/api/v2/public/quote/getTicker?contractId=",
        ("30000001", "30000002"),
        200,
        "contractId",
    ),
}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    market = SimulatedMarket(end=END, days=1, venues=VENUES)
    with Sandbox(market, clock=lambda: END).in_background() as running:
        yield running


def _ask(sandbox: Sandbox, path: str, fault: Fault | None = None, times: int = 1) -> list[Answer]:
    """Ask for a path under a fault of its exchange; returns statuses and bodies."""

    async def run() -> list[Answer]:
        found = []
        async with aiohttp.ClientSession() as session:
            for _ in range(times):
                async with session.get(sandbox.url + path) as response:
                    text = await response.text()
                    found.append((response.status, json.loads(text, parse_float=Decimal)))
        return found

    sandbox.faults = {path.split("/")[1]: fault} if fault else {}
    try:
        return asyncio.run(run())
    finally:
        sandbox.faults = {}


def _rows(sandbox: Sandbox, case: Bulk, fault: Fault | None = None) -> list[Any]:
    ((status, body),) = _ask(sandbox, case.path, fault)
    assert status == 200
    return case.rows(body)


@pytest.mark.parametrize("name", BULK)
def test_a_bad_figure_is_that_of_the_first_row_and_no_other(sandbox: Sandbox, name: str) -> None:
    case = BULK[name]
    sound = _rows(sandbox, case)
    assert len({row[case.name] for row in sound}) == len(sound) >= 4
    absent = _rows(sandbox, case, Fault.NAN)
    assert math.isnan(float(absent[0][case.size]))
    assert absent[1:] == sound[1:]
    negative = _rows(sandbox, case, Fault.NEGATIVE)
    assert Decimal(negative[0][case.size]) == -Decimal(sound[0][case.size]) < 0
    assert negative[1:] == sound[1:]


@pytest.mark.parametrize("name", BULK)
def test_rows_can_be_missing_or_come_twice(sandbox: Sandbox, name: str) -> None:
    case = BULK[name]
    sound = _rows(sandbox, case)
    assert _rows(sandbox, case, Fault.EMPTY) == []
    assert _rows(sandbox, case, Fault.DEAD_SYMBOL) == sound[1:]
    twice = _rows(sandbox, case, Fault.DUPLICATED)
    assert twice == (sound if name == "dydx" else sound * 2)  # an object has each name once


@pytest.mark.parametrize(("fault", "factor"), [(Fault.DOUBLED, 2), (Fault.THOUSANDFOLD, 1000)])
@pytest.mark.parametrize("name", BULK)
def test_a_change_of_unit_multiplies_every_row(
    sandbox: Sandbox, name: str, fault: Fault, factor: int
) -> None:
    case = BULK[name]
    sound, changed = _rows(sandbox, case), _rows(sandbox, case, fault)
    for before, after in zip(sound, changed, strict=True):
        assert float(after[case.size]) == pytest.approx(float(before[case.size]) * factor, 1e-15)
        assert type(after[case.size]) is type(before[case.size])


@pytest.mark.parametrize(
    ("fault", "text"), [(Fault.SCRIPT_SYMBOL, SCRIPT), (Fault.SQL_SYMBOL, SQL)]
)
@pytest.mark.parametrize("name", BULK)
def test_a_hostile_name_comes_as_one_row_more(
    sandbox: Sandbox, name: str, fault: Fault, text: str
) -> None:
    case = BULK[name]
    sound, changed = _rows(sandbox, case), _rows(sandbox, case, fault)
    assert changed[:-1] == sound
    assert text in changed[-1][case.name]


@pytest.mark.parametrize(("fault", "days"), [(Fault.FUTURE, 1), (Fault.STALE, -1)])
@pytest.mark.parametrize("name", [name for name, case in BULK.items() if case.instant is not None])
def test_every_row_can_be_a_day_ahead_or_behind(
    sandbox: Sandbox, name: str, fault: Fault, days: int
) -> None:
    case = BULK[name]
    sound, moved = _rows(sandbox, case), _rows(sandbox, case, fault)
    stamp = int(END.timestamp()) * case.per_second
    assert {int(row[case.instant]) for row in sound} == {stamp}
    assert {int(row[case.instant]) for row in moved} == {stamp + days * DAY * case.per_second}


def test_an_instant_of_the_whole_answer_or_in_words_moves_too(sandbox: Sandbox) -> None:
    stamp = int(END.timestamp() * 1000)
    ((_, htx),) = _ask(sandbox, BULK["htx-linear"].path, Fault.STALE)
    ((_, orderly),) = _ask(sandbox, BULK["woofipro"].path, Fault.FUTURE)
    ((_, kraken),) = _ask(sandbox, BULK["krakenfutures"].path, Fault.STALE)
    assert htx["ts"] == stamp - 1000 * DAY
    assert orderly["timestamp"] == stamp + 1000 * DAY
    assert kraken["serverTime"][:19] == "2026-11-20T00:05:00"
    assert {row["lastTime"][:19] for row in kraken["tickers"]} == {"2026-11-20T00:05:00"}
    ((_, bitmex),) = _ask(sandbox, BULK["bitmex"].path, Fault.FUTURE)
    assert {row["timestamp"][:19] for row in bitmex} == {"2026-11-22T00:05:00"}


def _row(answer: Answer) -> Any:
    body = answer[1].get("data", answer[1])
    return body[0] if isinstance(body, list) else body


def _instant(answer: Answer) -> int:
    said = {**answer[1], **_row(answer)}
    return int(next(said[key] for key in ("timestamp", "responseTime", "time") if key in said))


@pytest.mark.parametrize("name", ONE_BY_ONE)
def test_asked_one_by_one_the_first_contract_has_the_bad_figure(
    sandbox: Sandbox, name: str
) -> None:
    path, (first, second), _, name_key = ONE_BY_ONE[name]
    sound = [_row(_ask(sandbox, path + symbol)[0]) for symbol in (first, second)]
    for fault in (Fault.NAN, Fault.NEGATIVE, Fault.SCRIPT_SYMBOL):
        spoiled, other = (
            _row(_ask(sandbox, path + symbol, fault)[0]) for symbol in (first, second)
        )
        assert other == sound[1]
        if fault is Fault.NAN:
            assert spoiled["openInterest"] == "NaN"
        elif fault is Fault.NEGATIVE:
            assert Decimal(spoiled["openInterest"]) == -Decimal(sound[0]["openInterest"])
        else:
            assert SCRIPT in spoiled[name_key]


@pytest.mark.parametrize("name", ONE_BY_ONE)
def test_asked_one_by_one_a_listed_contract_can_be_dead(sandbox: Sandbox, name: str) -> None:
    path, (first, second), refused, _ = ONE_BY_ONE[name]
    ((status, body),) = _ask(sandbox, path + first, Fault.DEAD_SYMBOL)
    ((unknown, same),) = _ask(sandbox, path + "NOSUCH-USD")
    assert (status, body) == (unknown, same)
    assert status == refused
    assert body["code"] != 0
    ((alive, _),) = _ask(sandbox, path + second, Fault.DEAD_SYMBOL)
    assert alive == 200


@pytest.mark.parametrize("name", ONE_BY_ONE)
def test_asked_one_by_one_faults_of_every_row_are_those_of_every_answer(
    sandbox: Sandbox, name: str
) -> None:
    path, symbols, _, _ = ONE_BY_ONE[name]
    for symbol in symbols:
        (answer,) = _ask(sandbox, path + symbol)
        sound = _row(answer)
        doubled = _row(_ask(sandbox, path + symbol, Fault.DOUBLED)[0])
        (stale,) = _ask(sandbox, path + symbol, Fault.STALE)
        ((_, empty),) = _ask(sandbox, path + symbol, Fault.EMPTY)
        assert Decimal(doubled["openInterest"]) == 2 * Decimal(sound["openInterest"])
        assert _instant(stale) == _instant(answer) - 1000 * DAY
        assert "openInterest" not in json.dumps(empty, default=str)


@pytest.mark.parametrize("path", [BULK["mexc"].path, ONE_BY_ONE["bingx"].path + "BTC-USDT"])
def test_flaky_refuses_the_first_time_and_answers_the_second(sandbox: Sandbox, path: str) -> None:
    first, second, third = _ask(sandbox, path, Fault.FLAKY, times=3)
    assert (first[0], second[0], third[0]) == (503, 200, 200)
    assert second[1] == _ask(sandbox, path)[0][1]

"""What an exchange may send: odd text, odd numbers, too much of everything, and the way elsewhere.

Each fault befalls one exchange of two. The other one's figures are as without it, the odd row is
refused with its reason, and the answer is archived as it came.
"""

import asyncio
import gzip
import hashlib
import json
import tracemalloc
import zlib
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from oirisk.flows.exchanges.cassette import read_recording, recording_lines
from oirisk.flows.maintain import maintain_home
from oirisk.flows.rederive import rederive_since
from oirisk.flows.settings.sections import RetentionSettings
from oirisk.schemas.responses import Response, VenueSnapshot
from oirisk.warehouse.archive import RunLabel, archived_runs, fetched
from oirisk.warehouse.home import Home
from tests.faults.exchange import AT, Exchange, ask, contract, declared, interest

pytestmark = pytest.mark.integration

MB = 2**20
ODD_TEXT = {
    "half a character": "\ud800",
    "nul": "BTC\x00",
    "control": "BTC\x1b[2J\r\n",
    "bidi": "\u202eCTB\u2066",
    "long": "A" * MB,
    "line": "BTC\u2028",
    "empty": "",
    "markup": "<script>alert(1)</script>",
    "formula": "=1+1",
}
SOUND = {"BTC": (10.0, 1000.0), "ETH": (10.0, 1000.0)}
"""10 coins at 100 USD."""

LONGEST_FIELD = 4_200
"""Characters of any text in the warehouse: 4,000, and what says that it was cut."""


def _night(make_desk: Callable[..., Any], odd: Exchange, **fetch: float) -> tuple[Any, list[Any]]:
    """Store a night of the odd exchange and a sound one; returns the desk and what each gave."""
    exchanges = {"odd": odd, "sound": Exchange()}
    desk = make_desk(generic=declared(exchanges), venues=("gate",))
    given = ask(exchanges, **fetch)
    desk.store(given, AT)
    return desk, given


def _totals(desk: Any, venue: str) -> dict[str, tuple[float, float]]:
    rows = desk.rows(
        "select asset, oi_base, oi_usd from core.open_interest"
        " where venue = $venue and superseded_at is null",
        venue=venue,
    )
    return {row["asset"]: (row["oi_base"], row["oi_usd"]) for row in rows}


def _longest_text(desk: Any) -> int:
    """Return the length of the longest text that analysts can meet, the archive aside."""
    columns = desk.rows(
        "select schema_name || '.' || table_name as name, column_name from duckdb_columns()"
        " where data_type = 'VARCHAR' and schema_name in ('core', 'ops', 'marts')"
    )
    asked = (
        f'select coalesce(max(length("{one["column_name"]}")), 0) as most from {one["name"]}'  # noqa: S608 -- names of ours
        for one in columns
    )
    return max(desk.column(" union all ".join(asked)))


def _printable(desk: Any, table: str, *names: str) -> bool:
    rows = desk.rows(f"select {', '.join(names)} from {table}")  # noqa: S608 -- names of ours
    return all(str(value).isprintable() for row in rows for value in row.values())


@pytest.mark.parametrize("text", ODD_TEXT.values(), ids=ODD_TEXT)
def test_odd_name_in_answer(text: str, make_desk: Callable[..., Any]) -> None:
    rows = [interest("BTC"), {**interest("X"), "symbol": text}, interest("ETH")]
    desk, given = _night(make_desk, Exchange(interest=rows))

    assert _totals(desk, "odd") == _totals(desk, "sound") == SOUND
    (refused,) = desk.rows("select * from ops.rejects")
    assert refused["check_name"] == "known_instrument"
    assert refused["record"].startswith('{"symbol": "' + text[:1].strip("\ud800\u202e"))
    assert _printable(desk, "ops.rejects", "symbol", "reason", "record")
    assert _longest_text(desk) <= LONGEST_FIELD
    (answer,) = [one for one in given[0].responses if one.endpoint == "linear"]
    archived = desk.column("select body from raw.responses where endpoint = 'linear'")
    assert answer.body in archived
    assert json.loads(answer.body)["data"][1]["symbol"] == text


@pytest.mark.parametrize("text", ODD_TEXT.values(), ids=ODD_TEXT)
def test_odd_name_in_market_list(text: str, make_desk: Callable[..., Any]) -> None:
    listed = [contract("BTC"), {**contract("X"), "base": text}, contract("ETH")]
    rows = [interest("BTC"), interest("X"), interest("ETH")]
    desk, _ = _night(make_desk, Exchange(contracts=listed, interest=rows))

    assert _totals(desk, "odd") == _totals(desk, "sound") == SOUND
    assert desk.column("select count(*) from ops.rejects") == [1]
    assert _printable(desk, "ops.rejects", "symbol", "reason", "record")
    assert _printable(desk, "core.instruments", "*")
    assert _longest_text(desk) <= LONGEST_FIELD


@pytest.mark.parametrize("text", ["\ud800", "A" * MB, "BTC\x00USDT\u202e"])
def test_odd_id_in_market_list(text: str, make_desk: Callable[..., Any]) -> None:
    listed = [contract("BTC"), {**contract("X"), "symbol": text}, contract("ETH")]
    desk, _ = _night(make_desk, Exchange(contracts=listed))

    assert _totals(desk, "odd") == _totals(desk, "sound") == SOUND
    assert _printable(desk, "core.instruments", "*")
    assert _longest_text(desk) <= LONGEST_FIELD


ODD_NUMBERS = {
    "nan literal": "NaN",
    "infinity literal": "Infinity",
    "minus infinity": "-Infinity",
    "beyond doubles": "1e400",
    "far beyond doubles": "1e999999999",
    "10,000 digits": "9" * 10_000,
    "text of a megabyte": json.dumps("1" * MB + "x"),
    "minus one": "-1",
    "true": "true",
    "null": "null",
    "a list": "[1, 2]",
    "an object": '{"value": 10}',
    "a nest": "[" * 900 + "]" * 900,
    "words": '"ten"',
    "empty": '""',
}


@pytest.mark.parametrize("number", ODD_NUMBERS.values(), ids=ODD_NUMBERS)
def test_odd_number(number: str, make_desk: Callable[..., Any]) -> None:
    rows = f'{{"data": [{json.dumps(interest("BTC"))}, {{"symbol": "ETHUSDT", "size": {number}, "mark": 100}}]}}'
    desk, _ = _night(make_desk, Exchange(interest=rows))

    assert _totals(desk, "odd") == {"BTC": (10.0, 1000.0)}
    assert _totals(desk, "sound") == SOUND
    assert desk.column("select venue from ops.rejects") == ["odd"]
    assert _longest_text(desk) <= LONGEST_FIELD


@pytest.mark.parametrize("number", ODD_NUMBERS.values(), ids=ODD_NUMBERS)
def test_odd_price(number: str, make_desk: Callable[..., Any]) -> None:
    rows = f'{{"data": [{json.dumps(interest("BTC"))}, {{"symbol": "ETHUSDT", "size": 10, "mark": {number}}}]}}'
    desk, _ = _night(make_desk, Exchange(interest=rows))

    told = _totals(desk, "odd")
    assert told.pop("BTC") == (10.0, 1000.0)
    assert told in ({}, {"ETH": (10.0, None)})
    assert _totals(desk, "sound") == SOUND


ODD_BODIES = {
    "a nest": "[" * 100_000,
    "a closed nest": '{"data": ' * 5_000 + "1" + "}" * 5_000,
    "no list": '{"data": "none"}',
    "numbers": '{"data": [1, 2]}',
    "cut": '{"data": [{"symbol": "BTC',
    "html": "<html>maintenance</html>",
    "utf-16": json.dumps({"data": []}).encode("utf-16"),
    "bytes": bytes(range(256)),
    "nothing": "",
}


@pytest.mark.parametrize("body", ODD_BODIES.values(), ids=ODD_BODIES)
def test_odd_body(body: bytes | str, make_desk: Callable[..., Any]) -> None:
    desk, given = _night(make_desk, Exchange(interest=body))

    assert _totals(desk, "odd") == {}
    assert _totals(desk, "sound") == SOUND
    (reason,) = desk.column("select error from ops.coverage where venue = 'odd'")
    assert reason.startswith("linear: ")
    assert reason.isprintable()
    assert _longest_text(desk) <= LONGEST_FIELD
    assert given[0].responses[-2].status == 200


@pytest.mark.parametrize("body", ODD_BODIES.values(), ids=ODD_BODIES)
def test_odd_market_list(body: bytes | str, make_desk: Callable[..., Any]) -> None:
    desk, _ = _night(make_desk, Exchange(contracts=body))

    assert _totals(desk, "odd") == {}
    assert _totals(desk, "sound") == SOUND
    (reason,) = desk.column("select error from ops.coverage where venue = 'odd'")
    assert "load_markets: " in reason
    assert _longest_text(desk) <= LONGEST_FIELD


def test_equal_keys_and_contradicting_rows(
    make_desk: Callable[..., Any],
) -> None:
    rows = (
        '{"data": [{"symbol": "BTCUSDT", "size": 99, "size": 10, "mark": 100}, '
        '{"symbol": "ETHUSDT", "size": 10, "mark": 100, "note": "'
        + "A" * 5_000
        + '"}, {"symbol": "ETHUSDT", "size": 10, "mark": 100, "note": "'
        + "A" * 5_000
        + 'B"}]}'
    )
    desk, _ = _night(make_desk, Exchange(interest=rows))

    assert _totals(desk, "odd") == {"BTC": (10.0, 1000.0)}
    refused = desk.rows("select symbol, reason from ops.rejects")
    assert len(refused) == 2
    assert all("contradict" in row["reason"] for row in refused)


def test_long_error_text(make_desk: Callable[..., Any]) -> None:
    async def refuse(_: web.Request) -> web.StreamResponse:
        return web.Response(status=400, text="\x1b]0;owned\x07\u202e" + "A" * MB)

    desk, _ = _night(make_desk, Exchange(interest=refuse))
    (reason,) = desk.column("select error from ops.coverage where venue = 'odd'")
    assert "HTTP 400" in reason
    assert reason.isprintable()
    assert _longest_text(desk) <= LONGEST_FIELD


def test_report_and_mail_size(make_desk: Callable[..., Any]) -> None:
    sizes = []
    odd = {
        "contracts": [contract("BTC"), *({**contract("X"), "base": f"{n}{'A' * MB}"} for n in range(3))],
        "interest": [interest("BTC"), *({**interest("X"), "symbol": f"{n}{'A' * MB}"} for n in range(3))],
    }  # fmt: skip
    for name, exchange in (("plain", Exchange()), ("odd", Exchange(**odd))):
        exchanges = {"odd": exchange, "sound": Exchange()}
        desk = make_desk(name, generic=declared(exchanges), venues=("gate",))
        folder = desk.write_report(desk.store(ask(exchanges), AT))
        sizes.append({file.name: file.stat().st_size for file in folder.glob("*.*")})
    for file in ("index.html", "email.html", "email.txt"):
        assert sizes[1][file] < sizes[0][file] + 20_000


# What a body may be ------------------------------------------------------------------------------


def _compressed(encoding: str, content: bytes) -> Callable[[web.Request], Awaitable[Any]]:
    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(
            body=content, content_type="application/json", headers={"Content-Encoding": encoding}
        )

    return answer


def _bomb(megabytes: int) -> bytes:
    packer = zlib.compressobj(9, wbits=31)
    return b"".join(packer.compress(b" " * MB) for _ in range(megabytes)) + packer.flush()


def _dense_bomb() -> bytes:
    packer = zlib.compressobj(9, wbits=31)
    piece = b"[],0," * (MB // 5)
    return (
        packer.compress(b'{"data": [')
        + b"".join(packer.compress(piece) for _ in range(40))
        + packer.flush()
    )


def _failure(given: VenueSnapshot) -> str:
    (reason,) = given.failures
    return reason


@pytest.mark.parametrize("place", ["interest", "contracts"])
def test_bomb(place: str) -> None:
    bomb = _bomb(200)
    assert len(bomb) < 250_000
    exchange = Exchange(**{place: _compressed("gzip", bomb)})
    tracemalloc.start()
    try:
        odd, sound = ask({"odd": exchange, "sound": Exchange()}, max_body_mb=2)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert "expected a body of at most 2 MB (fetch.max_body_mb)" in _failure(odd)
    assert sound.failures == []
    assert most < 20 * MB
    assert len([path for path in exchange.asked if place in path]) == 1


@pytest.mark.parametrize("place", ["interest", "contracts"])
def test_dense_bomb(place: str) -> None:
    exchange = Exchange(**{place: _compressed("gzip", _dense_bomb())})
    tracemalloc.start()
    try:
        odd, sound = ask({"odd": exchange, "sound": Exchange()})
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert "3000000 values" in _failure(odd)
    assert sound.failures == []
    assert most < 40 * MB


@pytest.mark.parametrize("encoding", ["gzip, gzip", "br", "zstd", "compress", "gzip"])
def test_unpackable_body(encoding: str) -> None:
    content = b"\x28\xb5\x2f\xfd no frame of any kind"
    odd, sound = ask(
        {"odd": Exchange(interest=_compressed(encoding, content)), "sound": Exchange()}
    )
    assert _failure(odd).startswith("linear: ")
    assert sound.failures == []


def test_compressed_answer() -> None:
    content = gzip.compress(json.dumps({"data": [interest("BTC"), interest("ETH")]}).encode())
    (odd,) = ask({"odd": Exchange(interest=_compressed("gzip", content))})
    assert odd.failures == []


def test_endless_body() -> None:
    async def pour(request: web.Request) -> web.StreamResponse:
        reply = web.StreamResponse()
        await reply.prepare(request)
        while True:
            await reply.write(b" " * MB)

    odd, sound = ask({"odd": Exchange(interest=pour), "sound": Exchange()}, max_body_mb=2)
    assert "at most 2 MB" in _failure(odd)
    assert sound.failures == []


@pytest.mark.parametrize("after_headers", [True, False])
def test_trickling_answer(after_headers: bool) -> None:
    async def trickle(request: web.Request) -> web.StreamResponse:
        if not after_headers:
            await asyncio.sleep(60)
        reply = web.StreamResponse()
        await reply.prepare(request)
        while True:
            await reply.write(b" ")
            await asyncio.sleep(0.05)

    exchange = Exchange(interest=trickle)
    odd, sound = ask(
        {"odd": exchange, "sound": Exchange()}, request_timeout_seconds=0.5, attempts=2
    )
    assert "no answer within 0.5 s" in _failure(odd)
    assert sound.failures == []
    assert len([path for path in exchange.asked if "interest" in path]) == 2


def test_too_many_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("oirisk.flows.exchanges.bounds.MOST_REQUESTS", 3)
    rows = [contract(f"C{number}") for number in range(10)]
    each = {"each": "contract", "shape": "object", "market_id": "@asked.contract"}
    exchange = Exchange(contracts=rows, interest=[], declared=each)
    odd, sound = ask({"odd": exchange, "sound": Exchange()}, attempts=1)
    assert "expected at most 3 requests" in " ".join(odd.failures)
    assert len(exchange.asked) == 3
    assert sound.failures == []


def test_too_many_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("oirisk.flows.exchanges.bounds.MOST_MB", 0)
    (odd,) = ask({"odd": Exchange()})
    assert "1024 MB" not in _failure(odd)
    assert "MB of answers from one exchange" in _failure(odd)


@pytest.mark.parametrize(
    "target",
    [
        "http://169.254.169.254/latest/meta-data/", "http://localhost:1/", "//10.0.0.1/x",
        "file:///etc/passwd", "https://other.example/", "http://127.0.0.1:1/", "http://[::1]/",
        "http://[", "",
    ],
)  # fmt: skip
@pytest.mark.parametrize("place", ["interest", "contracts"])
def test_redirect_elsewhere(target: str, place: str) -> None:
    async def send_away(_: web.Request) -> web.StreamResponse:
        return web.Response(status=302, headers={"Location": target} if target else {})

    exchange = Exchange(**{place: send_away})
    odd, sound = ask({"odd": exchange, "sound": Exchange()})
    assert odd.failures
    assert sound.failures == []
    assert not [one for one in odd.responses if "/odd/" not in one.url and one.url]


def test_redirect_to_a_host_that_answers() -> None:
    async def send_away(request: web.Request) -> web.StreamResponse:
        port = request.host.partition(":")[2]
        told = f"http://localhost:{port}/sound/v1/interest"
        return web.Response(status=302, headers={"Location": told})

    other = Exchange()
    odd, _ = ask({"odd": Exchange(interest=send_away), "sound": other})
    assert "only the exchange's own host is asked" in _failure(odd)
    assert len(other.asked) == 2


def test_redirect_on_the_same_host() -> None:
    async def move(request: web.Request) -> web.StreamResponse:
        if "moved" in request.query:
            return web.json_response({"data": [interest("BTC"), interest("ETH")]})
        return web.Response(status=307, headers={"Location": "?moved=1"})

    (odd,) = ask({"odd": Exchange(interest=move)})
    assert odd.failures == []


# What a run is known by --------------------------------------------------------------------------


def _answer(**change: Any) -> Response:
    given: dict[str, Any] = {
        "venue": "gate", "endpoint": "linear", "method": "GET", "url": "https://a.example/x",
        "params": "{}", "request_body": None, "status": 503, "requested_at": AT,
        "received_at": AT, "attempt": 1, "body": "", "error": "not usable, HTTP 503",
    }  # fmt: skip
    return Response(**{**given, **change})


def test_error_words_and_identity(tmp_path: Path) -> None:
    run = RunLabel("r", "nightly", AT, "replay", is_simulated=False)

    def content(**change: Any) -> str:
        (one,) = fetched(Home(tmp_path), run, [_answer(**change)])
        return one.content_sha256

    at_one = content(error="no answer at 00:05:00.123, request id 8f2a")
    assert content(error="no answer at 00:05:00.124, request id 91bc") == at_one
    assert content(error=None) != at_one
    assert content(body="{}") != content()


def test_same_recording_twice(tape: Any, gate_row: Any, desk: Any) -> None:
    path = tape.gate(gate_row(3_000, 50_000)).bybit().write()
    first = desk.replay(path)
    second = desk.replay(path)
    assert first.run_id == second.run_id
    assert desk.column("select count(*) from ops.runs") == [1]


# Bytes that are no text ---------------------------------------------------------------------------

_LATIN = b'{"data": [%s, {"symbol": "CAF\xc9USDT", "size": 5, "mark": 2}, %s]}' % tuple(
    json.dumps(interest(coin)).encode() for coin in ("BTC", "ETH")
)


def test_bytes_that_are_no_text(make_desk: Callable[..., Any]) -> None:
    desk, given = _night(make_desk, Exchange(interest=_LATIN))
    (answer,) = [one for one in given[0].responses if one.endpoint == "linear"]
    before = desk.rows("select * from core.open_interest order by all")

    assert _totals(desk, "odd") == _totals(desk, "sound") == SOUND
    (refused,) = desk.rows("select * from ops.rejects")
    assert "CAF\ufffd" in refused["record"]
    assert answer.received == _LATIN
    (again,) = [run for run in archived_runs(desk.home, AT.date(), {}) if run[0].run_id]
    assert [one for one in again[1] if one.endpoint == "linear" and one.venue == "odd"] == [answer]
    (told,) = desk.rows("select body, sha256 from raw.responses where body like '%CAF%'")
    assert told["sha256"] == hashlib.sha256(_LATIN).hexdigest()
    assert "CAF\ufffd" in told["body"]
    maintain_home(desk.home, RetentionSettings(), AT + timedelta(days=3), dry_run=False)
    done = rederive_since(desk.home, AT.date(), desk.settings, AT + timedelta(days=3))
    assert (done.runs, done.restated) == (1, 0)
    assert desk.rows("select * from core.open_interest order by all") == before
    assert not list(desk.home.raw.rglob("*.damaged"))


def test_recording_of_bytes_that_are_no_text(tmp_path: Path) -> None:
    (given,) = ask({"odd": Exchange(interest=_LATIN)})
    answers = [one for one in given.responses if one.endpoint != "load_markets"]
    path = tmp_path / "night.jsonl"
    path.write_text("\n".join(recording_lines(answers)))
    (line,) = read_recording(path).tapes["odd"].responses
    assert line.received == _LATIN

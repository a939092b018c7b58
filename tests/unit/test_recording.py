"""Recordings: what a line must hold, and which line answers which request."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from yarl import URL

from oirisk.flows.exchanges.cassette import read_recording, recording_lines
from oirisk.schemas.errors import RecordingError
from oirisk.schemas.responses import MARKETS_ENDPOINT, Response

AT = "2026-09-21T00:05:02Z"
LINE = {
    "kind": "response", "venue": "bybit", "received_at": AT, "method": "GET", "status": 200,
    "url": "https://api.bybit.com/v5/market/tickers?category=linear", "body": "{}",
}  # fmt: skip


def _write(path: Path, *lines: dict[str, Any]) -> Path:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def _tape(path: Path, *lines: dict[str, Any]) -> Any:
    return read_recording(_write(path / "r.jsonl", *lines)).tapes["bybit"]


def _ask(tape: Any, url: str, method: str = "GET", body: str | None = None) -> str | None:
    line = tape.answer(method, URL(url), body)
    return None if line is None else line.body


def test_an_answer_fits_by_path_and_by_the_query_that_was_asked(tmp_path: Path) -> None:
    tape = _tape(
        tmp_path,
        {**LINE, "url": "https://x.org/v5/market/time", "body": "time"},
        {**LINE, "url": "https://x.org/v5/market/tickers?category=inverse", "body": "inverse"},
        {
            **LINE,
            "url": "https://x.org/v5/market/tickers?category=linear&limit=9",
            "body": "linear",
        },
    )
    assert _ask(tape, "https://y.org/v5/market/tickers?category=linear") == "linear"
    assert _ask(tape, "https://y.org/v5/market/tickers?category=option") is None


def test_a_line_answers_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    tape = _tape(tmp_path, {**LINE, "body": "1"}, {**LINE, "body": "2"})
    answers = [_ask(tape, LINE["url"]) for _ in range(3)]
    assert answers == ["1", "2", None]


def test_what_a_client_adds_to_a_query_does_not_matter(tmp_path: Path) -> None:
    tape = _tape(tmp_path, LINE)
    assert _ask(tape, f"{LINE['url']}&timestamp=17&recvWindow=5000") == "{}"


def test_posts_compare_their_bodies_as_json(tmp_path: Path) -> None:
    line = {**LINE, "method": "POST", "url": "https://x.org/info", "request_body": '{"type": "a"}'}
    tape = _tape(tmp_path, line)
    assert _ask(tape, "https://x.org/info", "POST", '{"type":"b"}') is None
    assert _ask(tape, "https://x.org/info", "POST") is None
    assert _ask(tape, "https://x.org/info", "POST", '{"type":"a"}') == "{}"


def test_markets_of_several_lines_are_one_list(tmp_path: Path) -> None:
    lines = [
        {"kind": "markets", "venue": "bybit", "received_at": AT, "markets": [{"id": name}]}
        for name in ("a", "b")
    ]
    at, markets = _tape(tmp_path, *lines).listed()
    assert at == datetime(2026, 9, 21, 0, 5, 2, tzinfo=UTC)
    assert [market["id"] for market in markets] == ["a", "b"]


def test_the_clock_of_a_recording_is_its_last_instant(tmp_path: Path) -> None:
    path = _write(tmp_path / "r", {**LINE, "received_at": "2026-09-21T02:00:00+02:00"}, LINE)
    assert read_recording(path).last_received_at == datetime(2026, 9, 21, 0, 5, 2, tzinfo=UTC)


def test_separators_that_only_unicode_knows_do_not_end_a_line(tmp_path: Path) -> None:
    text = json.dumps({**LINE, "body": "a\u2028b\u0085c"}, ensure_ascii=False)
    path = tmp_path / "r.jsonl"
    path.write_text(f"\ufeff{text}\r\n\r\n{text}\r\n", encoding="utf-8")
    tape = read_recording(path).tapes["bybit"]
    assert [line.body for line in tape.responses] == ["a\u2028b\u0085c"] * 2


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ({**LINE, "kind": "reply"}, "line 2"),
        ({key: value for key, value in LINE.items() if key != "body"}, "body"),
        ({**LINE, "body": {"not": "text"}}, "body"),
        ({**LINE, "received_at": "2026-09-21T00:05:02"}, "time zone"),
        ({**LINE, "received_at": "yesterday"}, "received_at"),
        ({**LINE, "url": "/v5/market"}, "url"),
        ({**LINE, "url": "http://[::1"}, "url"),
        ({"kind": "markets", "venue": "bybit", "received_at": AT, "markets": {}}, "markets"),
    ],
)
def test_a_line_of_another_form_is_named_with_its_number(
    line: dict[str, Any], words: str, tmp_path: Path
) -> None:
    with pytest.raises(RecordingError) as caught:
        read_recording(_write(tmp_path / "r.jsonl", LINE, line))
    assert "r.jsonl, line 2" in str(caught.value)
    assert words in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xff\xfe", b"{", b"[" * 100_000, b"7\n"])
def test_a_file_that_is_no_recording_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    path.write_bytes(content)
    with pytest.raises(RecordingError, match=r"r\.jsonl"):
        read_recording(path)


def _response(endpoint: str, body: str, second: int, status: int = 200) -> Response:
    at = datetime(2026, 9, 21, 0, 5, second, tzinfo=UTC)
    return Response(
        "bybit", endpoint, "GET", "https://x.org/a?b=c", "{}", None, status, at, at, 1, body
    )


def test_what_was_received_is_written_in_order_and_read_back(tmp_path: Path) -> None:
    lines = recording_lines(
        [
            _response("linear", "second", 9),
            _response(MARKETS_ENDPOINT, '[{"id": "a"}]', 1),
            _response("linear", "", 2, status=0),
            _response("linear", "busy", 3, status=500),
        ]
    )
    path = tmp_path / "r.jsonl"
    path.write_text("\n".join(lines) + "\n")
    tape = read_recording(path).tapes["bybit"]
    assert tape.listed()[1] == [{"id": "a"}]
    assert [(line.status, line.body) for line in tape.responses] == [(500, "busy"), (200, "second")]

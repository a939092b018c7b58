"""Recordings: a run's markets and responses as JSON Lines, to repeat it without a network."""

import json
from base64 import b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    Base64Bytes,
    BaseModel,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    field_validator,
)
from yarl import URL

from oirisk.schemas.calls import Market
from oirisk.schemas.errors import RecordingError
from oirisk.schemas.responses import MARKETS_ENDPOINT, Response

_CLIENT_KEYS = frozenset({"timestamp", "nonce", "recvWindow", "recv_window", "_"})


class _Line(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    venue: str
    received_at: datetime


class MarketsLine(_Line):
    """What a venue listed, as ccxt unified market structures."""

    kind: Literal["markets"]
    markets: list[dict[str, Any]]


class ResponseLine(_Line):
    """One answered request; ``body_base64`` is its body where that is no UTF-8."""

    kind: Literal["response"]
    method: str
    url: str
    status: int
    body: str
    request_body: str | None = None
    body_base64: Base64Bytes | None = None

    @property
    def received(self) -> bytes:
        """The body as it came."""
        return self.body.encode() if self.body_base64 is None else self.body_base64

    @field_validator("url")
    @classmethod
    def _is_absolute(cls, value: str) -> str:
        """Refuse what no request can be compared with."""
        if not URL(value).absolute:
            msg = "expected a whole address, https://…"
            raise ValueError(msg)
        return value


_LINE: TypeAdapter[MarketsLine | ResponseLine] = TypeAdapter(
    Annotated[MarketsLine | ResponseLine, Field(discriminator="kind")]
)


@dataclass
class Cassette:
    """The recorded lines of one venue; a response answers once."""

    markets: list[tuple[datetime, list[Market]]] = field(default_factory=list)
    responses: list[ResponseLine] = field(default_factory=list)

    def listed(self) -> tuple[datetime, list[Market]] | None:
        """Return all recorded markets and when the first were received; None if there are none."""
        if not self.markets:
            return None
        return self.markets[0][0], [market for _, markets in self.markets for market in markets]

    def answer(self, method: str, url: URL, body: str | None) -> ResponseLine | None:
        """Take the first unused line that answers a request."""
        for index, line in enumerate(self.responses):
            if _matches(line, method, url, body):
                return self.responses.pop(index)
        return None


@dataclass(frozen=True)
class Recording:
    """A whole recording, by venue."""

    path: Path
    tapes: dict[str, Cassette]
    last_received_at: datetime


def read_recording(path: Path) -> Recording:
    """Read a recording.

    Raises:
        RecordingError: The file is missing, empty, or a line is not of the documented form;
            the message names the line.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise RecordingError(f"cannot read the recording {path}: {error}") from error
    tapes: dict[str, Cassette] = {}
    last = datetime.min.replace(tzinfo=UTC)
    # Only a line feed ends a line: JSON text may hold the other separators that Unicode knows.
    for number, raw in enumerate(text.split("\n"), start=1):
        if raw.strip():
            line = _parse(path, number, raw)
            last = max(last, line.received_at)
            tape = tapes.setdefault(line.venue, Cassette())
            if isinstance(line, MarketsLine):
                tape.markets.append((line.received_at, list(line.markets)))
            else:
                tape.responses.append(line)
    if not tapes:
        raise RecordingError(f"the recording {path} holds no lines")
    return Recording(path, tapes, last)


def _parse(path: Path, number: int, raw: str) -> MarketsLine | ResponseLine:
    try:
        line = _LINE.validate_python(json.loads(raw))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise RecordingError(f"{path}, line {number}: {where}: {first['msg']}") from error
    except (ValueError, RecursionError) as error:
        raise RecordingError(f"{path}, line {number}: not JSON: {error}") from error
    if line.received_at.tzinfo is None:
        raise RecordingError(f"{path}, line {number}: received_at needs a time zone (UTC: Z)")
    return line


def _matches(line: ResponseLine, method: str, url: URL, body: str | None) -> bool:
    recorded = URL(line.url)
    if line.method.upper() != method.upper() or recorded.path != url.path:
        return False
    asked = {key: value for key, value in url.query.items() if key not in _CLIENT_KEYS}
    held = all(recorded.query.get(key) == value for key, value in asked.items())
    return held and _same_body(line.request_body, body)


def _same_body(recorded: str | None, asked: str | None) -> bool:
    if not recorded or not asked:
        return (recorded or "") == (asked or "")
    try:
        return bool(json.loads(recorded) == json.loads(asked))
    except ValueError:
        return recorded == asked


def recording_lines(responses: Iterable[Response]) -> list[str]:
    """Turn archived responses into recording lines, in order of receipt."""
    ordered: Sequence[Response] = sorted(responses, key=lambda response: response.received_at)
    return [json.dumps(_line(response)) for response in ordered if response.status]


def _line(response: Response) -> dict[str, Any]:
    common = {"venue": response.venue, "received_at": _iso(response.received_at)}
    if response.endpoint == MARKETS_ENDPOINT:
        return {"kind": "markets", **common, "markets": json.loads(response.body)}
    line = {
        "kind": "response",
        **common,
        "method": response.method,
        "url": response.url,
        "status": response.status,
        "body": response.body,
    }
    if response.request_body is not None:
        line["request_body"] = response.request_body
    if response.body_bytes is not None:
        line["body_base64"] = b64encode(response.body_bytes).decode()
    return line


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")

"""The briefing as one e-mail message: text and HTML side by side, charts inside it."""

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from email.headerregistry import (
    Address,
    BaseHeader,
    HeaderRegistry,
    UnstructuredHeader,
)
from email.message import EmailMessage
from email.policy import SMTP, Policy
from email.utils import format_datetime
from typing import Any, cast
from urllib.parse import quote

from oirisk.schemas.errors import ConfigurationError, DeliveryError

# RFC 2045 and RFC 2047 end encoded lines at 76 characters; the library's default is 78.
LINE_LENGTH = 76
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
KIND = "briefing"
_IMAGE_NAME = re.compile(r"[A-Za-z0-9._@+-]+")
_IMAGE_USE = re.compile(r"""(?:src\s*=\s*|url\()\s*["']?cid:([^"'\s)>]+)""", re.IGNORECASE)
_TOKEN = re.compile(r"[\x21-\x7e]{1,200}")
_BARE = (
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*"
)
_ADDRESS = re.compile(
    rf"""(?P<bare>{_BARE})|(?:"(?P<quoted>[^"\\<>]*)"|(?P<name>[^"\\<>]*?))\s*<(?P<angled>{_BARE})>"""
)
_LINE_BREAKING = frozenset({"Cc", "Cs", "Zl", "Zp"})


class _Verbatim(UnstructuredHeader):
    """A header made of identifiers, written as it is.

    The standard folding turns an identifier longer than a line into encoded words, which no
    mail program recognises (https://github.com/python/cpython/issues/79986).
    """

    def fold(self, *, policy: "Policy[Any]") -> str:
        """Write the header on one line; RFC 5322 allows 998 characters."""
        return f"{self.name}: {self}{policy.linesep}"  # type: ignore[attr-defined]


def _policy() -> "Policy[EmailMessage]":
    registry = HeaderRegistry()
    for name in ("message-id", "references", "list-unsubscribe", "x-run-id"):
        # The registry adds BaseHeader itself; handed one with it, it could not build the class.
        registry.map_to_type(name, cast("type[BaseHeader]", _Verbatim))
    return SMTP.clone(max_line_length=LINE_LENGTH, header_factory=registry)


@dataclass(frozen=True)
class MessageContent:
    """What one night's message says, whoever gets it.

    Args:
        subject: One line.
        html: Whole HTML document; shows an image as ``cid:NAME``.
        text: The same for readers without HTML.
        images: NAME to PNG; those the HTML does not show are left out.
        run_id: Run that made the report.
        report_date: Night the report is about.
        previous_report_date: Night of the report before, for threading.
        kind: What sort of message; one of a kind is sent per recipient and night.
    """

    subject: str
    html: str
    text: str
    images: Mapping[str, bytes] = field(repr=False)
    run_id: str
    report_date: date
    previous_report_date: date | None
    kind: str = KIND


def parse_address(text: str, option: str) -> Address:
    """Read ``name@example.org`` or ``Name <name@example.org>``.

    Args:
        text: The address as configured.
        option: Setting it comes from, for the error.

    Raises:
        ConfigurationError: It is not exactly one plain ASCII address.
    """
    match = None if _breaks_lines(text) else _ADDRESS.fullmatch(text.strip())
    if match is None:
        raise ConfigurationError(
            f"{option}: {text!r} is not one e-mail address; write name@example.org or "
            "Name <name@example.org>, without line breaks, international domains as xn--…"
        )
    name = (match["quoted"] or match["name"] or "").strip()
    bare = match["bare"] or match["angled"]
    username, _, domain = bare.partition("@")
    return Address(name, username, domain.lower())


def message_id(content: MessageContent, sender: Address, recipient: Address | None) -> str:
    """Name the message; the same run, recipient and kind always get the same name.

    Source:
        RFC 5322 section 3.6.4: one identifier stands for one version of one message.
    """
    parts = (content.run_id, recipient.addr_spec if recipient else "", content.kind)
    digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]
    return f"<{digest}@{sender.domain}>"


def build_message(
    content: MessageContent,
    sender: str,
    recipient: str,
    *,
    sent_at: datetime,
    identifier: str = "",
    references: str = "",
) -> EmailMessage:
    """Build multipart/alternative(text, related(html, images)) with its headers.

    Everything but ``Date`` depends on the other arguments alone, part boundaries included.

    Args:
        content: What the message says.
        sender: From address, with or without a name.
        recipient: To address, with or without a name; empty leaves it open.
        sent_at: Instant for the ``Date`` header, with its time zone.
        identifier: Message-ID of an earlier attempt; empty makes the message's own.
        references: Message-ID of the message before, or empty.

    Raises:
        ConfigurationError: An address is not one plain address.
        DeliveryError: The content cannot be mailed: a subject of several lines, an image
            that is missing or not PNG, an empty part.
        ValueError: ``sent_at`` has no time zone.
    """
    if sent_at.utcoffset() is None:
        msg = f"sent_at needs a time zone, seen {sent_at.isoformat()}"
        raise ValueError(msg)
    _require_mailable(content)
    from_ = parse_address(sender, "mail.sender")
    to = parse_address(recipient, "mail.recipients") if recipient else None
    message = EmailMessage(policy=_policy())
    message["From"] = from_
    message["To"] = to or "undisclosed-recipients:;"
    message["Subject"] = content.subject
    message["Date"] = format_datetime(sent_at)
    message["Message-ID"] = identifier or message_id(content, from_, to)
    if references:
        message["References"] = references
    message["Auto-Submitted"] = "auto-generated"
    message["X-Run-Id"] = content.run_id
    unsubscribe = quote(from_.addr_spec, safe="@")
    message["List-Unsubscribe"] = f"<mailto:{unsubscribe}?subject=unsubscribe>"
    _add_parts(message, content)
    return message


def _add_parts(message: EmailMessage, content: MessageContent) -> None:
    # "=_" occurs neither in quoted-printable nor in base64, so no part can contain a boundary.
    boundary = hashlib.sha256(str(message["Message-ID"]).encode()).hexdigest()[:24]
    message.set_content(content.text, charset="utf-8", cte="quoted-printable")
    message.add_alternative(content.html, subtype="html", charset="utf-8", cte="quoted-printable")
    message.set_boundary(f"=_alternative_{boundary}")
    shown = images_shown(content.html)
    if not shown:
        return
    html = cast("EmailMessage", list(message.iter_parts())[1])
    for name in shown:
        html.add_related(
            content.images[name],
            maintype="image",
            subtype="png",
            cid=f"<{name}>",
            disposition="inline",
            filename=f"{name}.png",
        )
    html.set_param("type", "text/html")
    html.set_boundary(f"=_related_{boundary}")


def images_shown(html: str) -> tuple[str, ...]:
    """Return the names of the ``cid:`` images that HTML shows, each once, in order."""
    return tuple(dict.fromkeys(_IMAGE_USE.findall(html)))


def _require_mailable(content: MessageContent) -> None:
    if not content.subject.strip() or _breaks_lines(content.subject):
        raise DeliveryError(
            f"the subject {content.subject!r} must be one line of text without control characters"
        )
    if not _TOKEN.fullmatch(content.run_id):
        raise DeliveryError(
            f"the run id {content.run_id!r} must be 1 to 200 printable ASCII characters, no spaces"
        )
    for name, body in (("text", content.text), ("html", content.html)):
        if not body.strip():
            raise DeliveryError(f"the message has no {name} part; both text and HTML are needed")
    for name in images_shown(content.html):
        _require_image(name, content.images)


def _require_image(name: str, images: Mapping[str, bytes]) -> None:
    if name not in images:
        raise DeliveryError(
            f"the HTML shows the image {name!r}, which is not among those given: {sorted(images)}"
        )
    if not _IMAGE_NAME.fullmatch(name):
        raise DeliveryError(f"the image name {name!r} may only hold letters, digits and . _ @ + -")
    if not images[name].startswith(PNG_SIGNATURE):
        raise DeliveryError(f"the image {name!r} is not a PNG: it starts {images[name][:8]!r}")


def _breaks_lines(text: str) -> bool:
    return any(unicodedata.category(character) in _LINE_BREAKING for character in text)

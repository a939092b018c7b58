"""The briefing as an e-mail message."""

import struct
import zlib
from datetime import UTC, date, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, cast

import pytest

from oirisk.flows.mail.message import MessageContent, build_message, images_shown, parse_address
from oirisk.schemas.errors import ConfigurationError, DeliveryError

NOW = datetime(2026, 9, 21, 0, 9, 30, tzinfo=UTC)
SENDER = "oirisk <oirisk@desk.example>"


def png(shade: int) -> bytes:
    """A valid picture of one grey pixel."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    pixel = chunk(b"IDAT", zlib.compress(bytes([0, shade])))
    return b"\x89PNG\r\n\x1a\n" + header + pixel + chunk(b"IEND", b"")


def content(**changes: Any) -> MessageContent:
    fields: dict[str, Any] = {
        "subject": "[ELEVATED 77 ▲6] BTC — OI $34.8bn",
        "html": '<p>Größe</p><img src="cid:history-BTC" alt="up"><img src=\'cid:profile\'>',
        "text": "Größe ▲\n.\nFrom here on\n" + "x" * 500 + "\n",
        "images": {"history-BTC": png(10), "profile": png(20), "unused": png(30)},
        "run_id": "nightly-20260921T000500Z",
        "report_date": date(2026, 9, 21),
        "previous_report_date": None,
    }
    return MessageContent(**(fields | changes))


def build(**changes: Any) -> EmailMessage:
    return build_message(content(**changes), SENDER, "ann@fund.example", sent_at=NOW)


def parsed(message: EmailMessage) -> EmailMessage:
    return cast("EmailMessage", message_from_bytes(message.as_bytes(), policy=policy.default))


def test_text_and_html_are_alternatives_and_the_images_belong_to_the_html() -> None:
    message = parsed(build())
    assert message.get_content_type() == "multipart/alternative"
    text, related = message.iter_parts()
    assert text.get_content_type() == "text/plain"
    assert related.get_content_type() == "multipart/related"
    assert related.get_param("type") == "text/html"
    assert [part.get_content_type() for part in related.iter_parts()] == [
        "text/html",
        "image/png",
        "image/png",
    ]
    assert text.get_content().splitlines() == content().text.splitlines()
    assert next(iter(related.iter_parts())).get_content().rstrip() == content().html


def test_every_image_the_html_shows_is_found_by_its_content_id() -> None:
    message = parsed(build())
    images = {
        part["Content-ID"]: part.get_content()
        for part in message.walk()
        if part.get_content_maintype() == "image"
    }
    assert images == {"<history-BTC>": png(10), "<profile>": png(20)}
    assert all(
        part.get_content_disposition() == "inline"
        for part in message.walk()
        if part.get_content_maintype() == "image"
    )


def test_without_images_the_html_stands_alone() -> None:
    message = parsed(build(html="<p>quiet</p>", images={}))
    assert [part.get_content_type() for part in message.iter_parts()] == [
        "text/plain",
        "text/html",
    ]


def test_headers_say_who_when_and_that_a_machine_wrote_it() -> None:
    message = parsed(build())
    assert message["From"] == "oirisk <oirisk@desk.example>"
    assert message["To"] == "ann@fund.example"
    assert message["Subject"] == "[ELEVATED 77 ▲6] BTC — OI $34.8bn"
    assert message["Date"].datetime == NOW
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Run-Id"] == "nightly-20260921T000500Z"
    assert message["List-Unsubscribe"] == "<mailto:oirisk@desk.example?subject=unsubscribe>"
    assert message["References"] is None
    assert str(message["Message-ID"]).endswith("@desk.example>")


def test_the_same_arguments_give_the_same_bytes() -> None:
    assert build().as_bytes() == build().as_bytes()


def test_another_instant_changes_the_date_and_nothing_else() -> None:
    later = build_message(
        content(), SENDER, "ann@fund.example", sent_at=datetime(2026, 9, 22, tzinfo=UTC)
    )
    pairs = zip(build().as_bytes().splitlines(), later.as_bytes().splitlines(), strict=True)
    assert [before for before, after in pairs if before != after] == [
        b"Date: Mon, 21 Sep 2026 00:09:30 +0000"
    ]


@pytest.mark.parametrize(
    ("changes", "recipient"),
    [
        ({"run_id": "other"}, "ann@fund.example"),
        ({"kind": "alert"}, "ann@fund.example"),
        ({}, "bob@fund.example"),
    ],
)
def test_message_id_differs_by_run_kind_and_recipient(
    changes: dict[str, Any], recipient: str
) -> None:
    other = build_message(content(**changes), SENDER, recipient, sent_at=NOW)
    assert other["Message-ID"] != build()["Message-ID"]


def test_message_id_ignores_what_the_message_says() -> None:
    assert build(subject="corrected")["Message-ID"] == build()["Message-ID"]


def test_no_line_is_longer_than_the_mail_standards_allow_and_all_is_ascii() -> None:
    raw = build(text="é" * 3000, html="<p>" + "ü" * 3000 + "</p>", images={}).as_bytes()
    assert raw.isascii()
    assert max(len(line) for line in raw.split(b"\r\n")) <= 76
    assert b"\n" not in raw.replace(b"\r\n", b"")


def test_long_identifiers_are_written_as_they_are() -> None:
    domain = "reports.of-a-very-long-organisation-name.with-a-long-department.example"
    reference = f"<{'a' * 32}@{domain}>"
    message = build_message(
        content(), f"oirisk@{domain}", f"{'l' * 64}@{domain}", sent_at=NOW, references=reference
    )
    raw = message.as_bytes()
    assert f"\r\nReferences: {reference}\r\n".encode() in raw
    assert f"<mailto:oirisk@{domain}?subject=unsubscribe>\r\n".encode() in raw
    assert f"@{domain}>\r\n".encode() in raw.split(b"Message-ID: ")[1].split(b"\n")[0] + b"\n"
    assert parsed(message)["To"].addresses[0].addr_spec == f"{'l' * 64}@{domain}"


def test_a_long_foreign_subject_and_name_survive_the_journey() -> None:
    subject = "[ERHÖHT 77 ▲6] " + "Hebelrisiko — größer als üblich — 日本語 " * 8
    name = "Ängström, Jörg " + "von und zu Überlingen " * 4
    message = parsed(
        build_message(
            content(subject=subject.strip()),
            SENDER,
            f'"{name.strip()}" <ann@fund.example>',
            sent_at=NOW,
        )
    )
    assert message["Subject"] == subject.strip()
    (address,) = message["To"].addresses
    assert (address.display_name, address.addr_spec) == (name.strip(), "ann@fund.example")


@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r", "\x0b", "\x85", "\u2028", "\x00"])
def test_a_line_break_cannot_add_a_header(line_break: str) -> None:
    with pytest.raises(DeliveryError, match="subject"):
        build(subject=f"calm{line_break}Bcc: eve@evil.example")
    for bad in (f"ann@fund.example{line_break}Bcc: eve@evil.example", f"ann{line_break}@x.example"):
        with pytest.raises(ConfigurationError, match=r"mail\.recipients"):
            build_message(content(), SENDER, bad, sent_at=NOW)
        with pytest.raises(ConfigurationError, match=r"mail\.sender"):
            build_message(content(), bad, "ann@fund.example", sent_at=NOW)
    with pytest.raises(DeliveryError, match="run id"):
        build(run_id=f"run{line_break}Bcc: eve@evil.example")


@pytest.mark.parametrize(
    "text",
    ["", "ann", "ann@", "@fund.example", "a@x.example, b@x.example", "ann@f@x", "jörg@x.example",
     "all:a@x.example,b@x.example;", "a b@x.example", "Ann <ann@x.example", "a..b@x.example",
     "Ann <a@x.example> <b@x.example>", "<>", "a@x.example>"],
)  # fmt: skip
def test_what_is_not_one_plain_address_is_refused(text: str) -> None:
    with pytest.raises(ConfigurationError, match="is not one e-mail address"):
        parse_address(text, "mail.recipients")


def test_a_name_may_be_quoted_and_hold_a_comma() -> None:
    address = parse_address('"Lee, Ann" <ann@fund.example>', "x")
    assert (address.display_name, address.addr_spec) == ("Lee, Ann", "ann@fund.example")


def test_an_address_is_known_by_its_bare_form_and_a_lower_case_domain() -> None:
    assert parse_address("Ann Lee <Ann@Fund.EXAMPLE>", "x").addr_spec == "Ann@fund.example"
    assert parse_address("oirisk@localhost", "x").addr_spec == "oirisk@localhost"


def test_an_image_that_is_missing_is_named() -> None:
    with pytest.raises(DeliveryError, match=r"'profile'.*\['history-BTC'\]"):
        build(images={"history-BTC": png(10)})


def test_an_image_name_that_would_not_fit_a_header_is_refused() -> None:
    with pytest.raises(DeliveryError, match="'größe' may only hold"):
        build(html='<img src="cid:größe">', images={"größe": png(10)})


def test_an_image_that_is_not_a_png_is_refused() -> None:
    with pytest.raises(DeliveryError, match="'profile' is not a PNG"):
        build(images={"history-BTC": png(10), "profile": b"<svg/>"})


@pytest.mark.parametrize("part", ["text", "html", "subject"])
def test_an_empty_part_is_refused(part: str) -> None:
    with pytest.raises(DeliveryError, match=part):
        build(**{part: "  "})


def test_an_instant_without_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        build_message(content(), SENDER, "", sent_at=datetime(2026, 9, 21))  # noqa: DTZ001


def test_images_are_found_in_tags_and_styles_but_not_in_prose() -> None:
    html = '<img src=cid:a><td style="background:url(\'cid:b\')"><img SRC = "cid:a"> cid:c'
    assert images_shown(html) == ("a", "b")

"""One formatter per unit, shared by the page, the mail and the plain text.

Every number that a briefing prints goes through :func:`number` or :func:`figure`, so the same
value reads the same wherever it appears. A value that would round to a misleading limit (a share
of 0.9996 shown as 100 %) is printed as a bound instead.
"""

import math
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Literal

from oirisk.schemas.report.briefing import Figure, Unit

MISSING = "\u2014"
ALIKE = "all alike"
"""What is written of a range over several assumptions whose ends read the same."""

Direction = Literal["up", "down", "flat", "missing"]
ARROWS: Mapping[Direction, str] = {
    "up": "\u25b2",
    "down": "\u25bc",
    "flat": "\u25a0",
    "missing": "",
}

_SUFFIXES = ((1e12, "tn"), (1e9, "bn"), (1e6, "m"), (1e3, "k"))
_PLAIN_BELOW = 10_000
_HOURS_A_DAY = 24


def _significant(value: float, digits: int) -> float:
    return float(f"{value:.{digits - 1}e}")


def _digits(value: float, digits: int) -> str:
    """Write a value of at least 0.01 with at most so many digits, thousands grouped."""
    whole = len(str(int(abs(value))))
    return f"{value:,.{max(0, digits - whole)}f}"


def _scaled(value: float, digits: int) -> str:
    """Write a size of ten thousand or more with k, m, bn or tn."""
    rounded = _significant(value, digits)
    scale, suffix = next(pair for pair in _SUFFIXES if rounded >= pair[0])
    return f"{_digits(rounded / scale, digits)}{suffix}"


def _sign(value: float, text: str, *, signed: bool) -> str:
    """Prefix a text of an absolute value; a text that shows only zeros carries no sign."""
    if not any(character in "123456789" for character in text):
        return text
    if value < 0:
        return f"-{text}"
    return f"+{text}" if signed else text


def usd(value: float, *, signed: bool = False) -> str:
    """Write money: ``$34.8bn``, ``$412m``, ``$3,200``, ``$3.20``.

    Args:
        value: USD.
        signed: Write ``+`` before a gain.
    """
    size = abs(value)
    if size >= _PLAIN_BELOW:
        text = f"${_scaled(size, 3)}"
    elif size >= 100:  # noqa: PLR2004
        text = f"${size:,.0f}"
    elif 0 < size < 0.01:  # noqa: PLR2004
        text = "<$0.01"
    else:
        text = f"${size:,.2f}"
    return _sign(value, text, signed=signed)


def base(value: float, coin: str = "", *, signed: bool = False) -> str:
    """Write an amount of coins with four significant digits: ``412.3k BTC``."""
    size = abs(value)
    if size >= _PLAIN_BELOW:
        text = _scaled(size, 4)
    elif size >= 1:
        text = _digits(size, 4)
    else:
        text = _small(size, 4)
    return _sign(value, text, signed=signed) + (f" {coin}" if coin else "")


def _small(size: float, digits: int) -> str:
    """Write a value below one without an exponent."""
    if size == 0:
        return "0"
    places = digits - 1 - math.floor(math.log10(size))
    return f"{size:.{min(places, 12)}f}"


def price(value: float) -> str:
    """Write a USD price so that small coins keep their digits: ``$84,300``, ``$0.001234``."""
    size = abs(value)
    if size >= 9_999.5:  # noqa: PLR2004
        text = f"${size:,.0f}"
    elif size >= 9.99995:  # noqa: PLR2004
        text = f"${size:,.2f}"
    elif size >= 1:
        text = f"${size:.4f}"
    else:
        text = f"${_small(size, 4)}"
    return _sign(value, text, signed=False)


def pct(value: float, *, signed: bool = True) -> str:
    """Write a change in percent: ``+1.2%``, ``-0.35%``, ``+1,250%``."""
    return _sign(value, f"{_change(abs(value))}%", signed=signed)


def pp(value: float) -> str:
    """Write a change of a share in percentage points: ``+0.40 pp``."""
    return _sign(value, f"{_change(abs(value))} pp", signed=True)


def _change(size: float) -> str:
    if size < 0.995:  # noqa: PLR2004
        return f"{size:.2f}"
    return f"{size:.1f}" if size < 99.95 else f"{size:,.0f}"  # noqa: PLR2004


def span(low: str, high: str, alike: str = "") -> str:
    """Write a range from its ends as printed.

    Args:
        low: Its lower end.
        high: Its upper end.
        alike: What to write where both read the same; by default one of them.
    """
    return (alike or low) if low == high else f"{low} to {high}"


def share(value: float) -> str:
    """Write a fraction as percent: 0.363 is ``36.3%``; never ``100.0%`` for less than all."""
    text = f"{value * 100:.1f}%"
    if text == "100.0%" and value < 1:
        return ">99.9%"
    if text == "0.0%" and value > 0:
        return "<0.1%"
    return _sign(value, text.lstrip("-"), signed=False)


def short_of(value: float, limit: float) -> tuple[str, str]:
    """Write a fraction and the limit that it falls short of, with digits that tell them apart."""
    texts = share(value), share(limit)
    for digits in range(2, 15):
        if texts[0] != texts[1]:
            break
        texts = f"{value * 100:.{digits}f}%", f"{limit * 100:.{digits}f}%"
    return texts


def ratio(value: float) -> str:
    """Write a plain ratio with three significant digits: ``0.40``, ``16.9``, ``1,234``."""
    size = abs(value)
    text = _small(size, 2) if 0 < size < 0.01 else f"{size:.2f}"  # noqa: PLR2004
    if size >= 9.995:  # noqa: PLR2004
        text = f"{size:.1f}" if size < 99.95 else f"{size:,.0f}"  # noqa: PLR2004
    return _sign(value, text, signed=False)


def rate(value: float) -> str:
    """Write a funding rate given as a fraction per eight hours: 0.000098 is ``0.0098%/8h``.

    One that is too small for four places keeps its sign: ``-<0.0001%/8h``.
    """
    text = f"{abs(value) * 100:.4f}%"
    if text == "0.0000%" and value:
        text = "<0.0001%"
    return _sign(value, text, signed=False) + "/8h"


def count(value: float) -> str:
    """Write a count: ``1,234``."""
    return _sign(value, f"{abs(value):,.0f}", signed=False)


def hours(value: float) -> str:
    """Write a duration given in hours: ``42 min``, ``5.2 h``, ``3.1 d``."""
    size = abs(value)
    if size < 0.995:  # noqa: PLR2004
        text = f"{size * 60:.0f} min"
    elif size < 2 * _HOURS_A_DAY:
        text = f"{size:.1f} h"
    else:
        text = f"{size / _HOURS_A_DAY:.1f} d"
    return _sign(value, text, signed=False)


def seconds(value: float) -> str:
    """Write a duration given in seconds: ``0.8 s``, ``4 min``."""
    return f"{value:.1f} s" if value < 120 else hours(value / 3600)  # noqa: PLR2004


_UNITS: Mapping[Unit, Callable[[float], str]] = {
    "usd": usd,
    "base": base,
    "price": price,
    "pct": pct,
    "pp": pp,
    "share": share,
    "ratio": ratio,
    "rate": rate,
    "count": count,
    "hours": hours,
}


def number(value: float, unit: Unit, *, coin: str = "", signed: bool = False) -> str:
    """Write one number.

    Args:
        value: The number, in the convention of ``schemas/report/briefing.py`` for its unit.
        unit: What it measures.
        coin: Name printed after an amount of coins.
        signed: Write ``+`` before a gain in USD or coins; changes always carry their sign.

    Raises:
        ValueError: The value is not finite, so there is nothing true to print.
    """
    if not math.isfinite(value):
        msg = f"cannot print {value!r} as {unit}; a missing number needs a Figure with its reason"
        raise ValueError(msg)
    if unit == "usd":
        return usd(value, signed=signed)
    if unit == "base":
        return base(value, coin, signed=signed)
    return _UNITS[unit](value)


def figure(part: Figure, *, coin: str = "", signed: bool = False) -> str:
    """Write a figure, or a dash and the reason why there is none."""
    if part.value is None:
        return f"{MISSING} {one_line(part.reason)}"
    return number(part.value, part.unit, coin=coin, signed=signed)


def direction(part: Figure) -> Direction:
    """Say which way a figure points as printed: what rounds to zero is flat."""
    if part.value is None:
        return "missing"
    text = number(part.value, part.unit).removesuffix("/8h")
    if not any(character in "123456789" for character in text):
        return "flat"
    return "up" if part.value > 0 else "down"


def arrow(part: Figure) -> str:
    """Write direction as sign and word: ``▲ up``, ``▼ down``, ``■ unchanged`` or nothing."""
    way = direction(part)
    words = {"up": "up", "down": "down", "flat": "unchanged", "missing": ""}
    return f"{ARROWS[way]} {words[way]}".strip()


def instant(moment: datetime | None, absent: str = MISSING) -> str:
    """Write an instant: ``2026-09-21 00:05 UTC``, or what its absence means."""
    if moment is None:
        return absent
    return f"{_utc(moment):%Y-%m-%d %H:%M} UTC"


def day(moment: datetime) -> str:
    """Write the UTC date of an instant: ``2026-09-21``."""
    return f"{_utc(moment):%Y-%m-%d}"


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def one_line(text: str, limit: int | None = None) -> str:
    """Fold foreign text into one printable line, so that it cannot forge a line of its own.

    Args:
        text: Anything an exchange or an error may have said.
        limit: Longest result in characters; a longer text ends in an ellipsis.
    """
    visible = "".join(character if character.isprintable() else " " for character in text)
    folded = " ".join(visible.split())
    if limit is not None and len(folded) > limit:
        return f"{folded[: limit - 1].rstrip()}\u2026"
    return folded

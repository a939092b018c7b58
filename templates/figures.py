"""Charts with everything a reader needs besides the picture: title, finding, data table.

A chart without data is not an error: its place says why it is empty.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from oirisk.templates import drawing
from oirisk.templates.tables import Table

WIDE, NARROW = 592, 340


@dataclass(frozen=True)
class Drawn:
    """One chart. ``name`` is safe as a file name, an id and a content id."""

    name: str
    section: str
    title: str
    finding: str
    twin: Table
    png: bytes = field(repr=False)
    wide: Markup = field(repr=False)
    narrow: Markup = field(repr=False)


@dataclass(frozen=True)
class Empty:
    """The place of a chart that has nothing to show, and why."""

    section: str
    title: str
    reason: str


def content_id(name: str) -> str:
    """Give the content id under which a mail carries a chart."""
    return f"{name}@oirisk"


def name(kind: str, place: int, asset: str) -> str:
    """Name a chart after what it shows, by its place among its kind."""
    slug = re.sub(r"[^a-z0-9]+", "-", asset.lower()).strip("-")[:24]
    return f"{kind}-{place}-{slug}".rstrip("-")


def draw(
    section: str, title: str, finding: str, twin: Table, spec: Callable[[int], dict[str, Any]]
) -> Drawn:
    """Draw a chart in both widths.

    Args:
        section: The section that shows it.
        title: Its name in words.
        finding: What it shows, in a sentence or two.
        twin: Its data as a table; the id is the chart's name and ``-data``.
        spec: What Vega draws at a width in pixels.
    """
    wide, narrow = (drawing.draw(spec(width)) for width in (WIDE, NARROW))
    called = twin.id.removesuffix("-data")
    return Drawn(
        name=called,
        section=section,
        title=title,
        finding=finding,
        twin=twin,
        png=drawing.png(wide),
        wide=drawing.inline(wide, f"{called}-w", title, finding),
        narrow=drawing.inline(narrow, f"{called}-n", title, finding),
    )

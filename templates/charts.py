"""Charts of a briefing: open interest with price, entry-price profile, venue shares.

Axis labels are written by ``formats`` and handed to Vega as text, so a chart prints a number the
same way as the table beside it.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from oirisk.schemas.report.briefing import ClusterRow, OiHistory, Profile, VenueShare
from oirisk.templates import axes, formats
from oirisk.templates.axes import Rows, Spec

OI, PRICE = "#0b6e76", "#6a4c93"
LONG, SHORT, CLUSTER = "#0b7a83", "#b3541e", "#f0c24b"
NAME = 24
_NARROW = 480
MARGIN = axes.WIDTH + 36
"""What a picture is wider than its plot, pixels."""


@dataclass(frozen=True)
class Trace:
    """What a pane shows: a field of the rows of ``data``, as a line or as dots."""

    field: str
    title: str
    color: str
    write: Callable[[float], str]
    data: str = "points"
    is_line: bool = True


def instant(at: datetime) -> int:
    """Give an instant for Vega, milliseconds since the epoch."""
    return int(at.timestamp() * 1000)


def history_rows(history: OiHistory) -> Rows:
    """Give the points of a history for Vega: a gap stays a null, a lone value is flagged."""
    rows: Rows = [
        {"at": instant(point.at), "oi": point.oi_base, "price": point.price}
        for point in history.points
    ]
    return lonely(rows, ("oi", "price"))


def lonely(rows: Rows, fields: Iterable[str]) -> Rows:
    """Flag values between two gaps: no line has them."""
    for field in fields:
        known = [False, *(row[field] is not None for row in rows), False]
        for place, row in enumerate(rows, start=1):
            row[f"{field}_lone"] = known[place] and not (known[place - 1] or known[place + 1])
    return rows


def history_spec(history: OiHistory, mark: str, width: int) -> Spec:
    """Draw open interest in coins above price, on one time axis.

    Two panes, because in one pane with two scales the crossing of the lines means nothing.

    Args:
        history: At least two points with open interest.
        mark: Prefix of the title.
        width: Width of the picture in pixels.
    """
    coin = formats.one_line(history.asset, NAME)
    traces = (
        (Trace("oi", f"{mark}{coin} open interest, coins", OI, formats.base), 150),
        (Trace("price", f"{mark}{coin} price, USD", PRICE, formats.price), 80),
    )
    return panes(traces, {"points": history_rows(history)}, width)


def panes(traces: Iterable[tuple[Trace, int]], data: Mapping[str, Rows], width: int) -> Spec:
    """Draw traces one above the other on one time axis; one of which nothing is known is left out.

    Args:
        traces: With their heights in pixels; of one at least something is known.
        data: Rows by the name of their data, ``at`` in each.
        width: Width of the picture in pixels.
    """
    known = [
        (trace, height)
        for trace, height in traces
        if any(row[trace.field] is not None for row in data[trace.data])
    ]
    instants = [row["at"] for rows in data.values() for row in rows]
    ends = min(instants), max(instants)
    drawn = [
        _pane(data[trace.data], trace, (width - MARGIN, height), ends, dates=place == len(known))
        for place, (trace, height) in enumerate(known, start=1)
    ]
    return axes.finish({"vconcat": drawn, "spacing": 14}, data)


def _pane(
    rows: Rows, trace: Trace, size: tuple[int, int], ends: tuple[int, int], *, dates: bool
) -> Spec:
    field, color = trace.field, trace.color
    levels = [row[field] for row in rows if row[field] is not None]
    low, high, chosen = axes.apart(levels, size[1] // 22, trace.write)
    encoding = {
        "x": _time(ends, size[0], dates=dates),
        "y": axes.quantity(field, low, high, axes.upright(chosen, trace.write), zero=False),
    }
    line = {"type": "line", "strokeWidth": 1.8, "invalid": "break-paths-filter-domains"}
    dot = {"type": "point", "filled": True, "size": 14, "opacity": 1, "color": color}
    # A value between two gaps has no line to be part of.
    lone = {"mark": dot, "transform": [{"filter": f"datum.{field}_lone"}], "encoding": encoding}
    lined = [{"mark": {**line, "color": color}, "encoding": encoding}, lone]
    return {
        "data": {"name": trace.data},
        "layer": lined if trace.is_line else [{"mark": {**dot, "size": 40}, "encoding": encoding}],
        "width": size[0],
        "height": size[1],
        "title": {"text": trace.title},
    }


def _time(ends: tuple[int, int], width: int, *, dates: bool) -> Spec:
    first, last = ends
    chosen, pattern = axes.instants(first, last, width // 75)
    return {
        "field": "at",
        "type": "temporal",
        "scale": {"type": "utc", "domain": [first, last]},
        "axis": {
            "values": chosen,
            "format": pattern,
            "title": None,
            "labels": dates,
            "ticks": dates,
        },
    }


def profile_spec(profile: Profile, clusters: Sequence[ClusterRow], mark: str, width: int) -> Spec:
    """Draw entry prices as horizontal bars around the mark: shorts to the left, longs to the right.

    Args:
        profile: At least one bin.
        clusters: Concentrations of the same asset, drawn as bands.
        mark: Prefix of the title.
        width: Width of the picture in pixels.
    """
    low = min([profile.price, *(part.price_low for part in profile.bins)])
    high = max([profile.price, *(part.price_high for part in profile.bins)])
    reach = max(max(part.usd for part in profile.bins) * 1.08, 1.0)
    title = f"{mark}{formats.one_line(profile.asset, NAME)} entry prices (modelled)"
    across = axes.labelled(
        axes.ticks(-reach, reach, width // 90), lambda value: formats.usd(abs(value))
    )
    across["title"] = "shorts left, longs right, USD by price bin" + (
        "; shaded: concentrations" if width > _NARROW else ""
    )
    y = axes.quantity(
        "low", low, high, axes.upright(axes.ticks(low, high, 8), formats.price), zero=False
    )
    x = axes.quantity("from", -reach, reach, across)
    layers = [
        rectangles(name, x, y, color, opacity)
        for name, color, opacity in (
            ("bands", CLUSTER, 0.35),
            ("long", LONG, 1.0),
            ("short", SHORT, 1.0),
        )
    ]
    chart = {
        "layer": [*layers, *mark_line(profile.price, x, y)],
        "width": width - MARGIN,
        "height": 264,
        "title": {"text": title},
    }
    data = {
        "bands": bands(clusters, (low, high), (-reach, reach)),
        "long": _bars(profile, "long"),
        "short": _bars(profile, "short"),
        "mark": [{"low": profile.price, "from": -reach, "to": reach}],
    }
    return axes.finish(chart, data)


def _bars(profile: Profile, side: str) -> Rows:
    sign = 1.0 if side == "long" else -1.0
    return [
        {"low": part.price_low, "high": part.price_high, "from": 0.0, "to": sign * part.usd}
        for part in profile.bins
        if part.side == side
    ]


def bands(
    clusters: Sequence[ClusterRow], domain: tuple[float, float], across: tuple[float, float]
) -> Rows:
    """Give concentrations for Vega as rectangles across the plot, cut at its edges."""
    low, high = domain
    return [
        {
            "low": max(row.price_low, low),
            "high": min(row.price_high, high),
            "from": across[0],
            "to": across[1],
        }
        for row in clusters
        if row.price_low < high and row.price_high > low
    ]


def rectangles(data: str, x: Spec, y: Spec, color: str, opacity: float) -> Spec:
    """Draw rows of ``low`` to ``high`` and ``from`` to ``to`` as rectangles."""
    return {
        "data": {"name": data},
        "mark": {"type": "rect", "color": color, "opacity": opacity},
        "encoding": {"x": x, "y": y, "x2": {"field": "to"}, "y2": {"field": "high"}},
    }


def mark_line(price: float, x: Spec, y: Spec) -> list[Spec]:
    """Draw the mark price as a dashed line with its figure, from the data named ``mark``."""
    rule = {"type": "rule", "color": axes.INK, "strokeDash": [5, 3], "strokeWidth": 1.4}
    label = {
        "type": "text", "align": "right", "baseline": "bottom", "dy": -3, "color": axes.INK,
        "fontSize": 12, "text": f"mark {formats.price(price)}",
    }  # fmt: skip
    drawn = (
        (rule, {"x": x, "y": y, "x2": {"field": "to"}}),
        (label, {"x": {"value": "width"}, "y": y}),
    )
    return [
        {"data": {"name": "mark"}, "mark": mark, "encoding": encoding} for mark, encoding in drawn
    ]


def shares_spec(shares: Sequence[VenueShare], mark: str, width: int) -> Spec:
    """Draw the venues' shares as bars, largest first, each labelled with its numbers.

    Args:
        shares: At least one venue.
        mark: Prefix of the title.
        width: Width of the picture in pixels.
    """
    ranked = sorted(shares, key=lambda part: (-part.share, part.venue))
    rows: Rows = [
        {
            "place": place,
            "share": part.share,
            "text": f"{formats.share(part.share)}, {formats.usd(part.oi_usd)}",
        }
        for place, part in enumerate(ranked)
    ]
    names = [formats.one_line(part.venue, 16) or formats.MISSING for part in ranked]
    room = max(ranked[0].share, 1e-9) * (1.7 if width < _NARROW else 1.3)
    # Bars stand by rank, not by name: two names cut short to the same text stay two bars.
    axis = {
        "title": None,
        "domain": False,
        "ticks": False,
        "labelColor": axes.INK,
        "labelExpr": f"{json.dumps(names)}[datum.value]",
    }
    encoding = {
        "y": {"field": "place", "type": "ordinal", "axis": axis},
        "x": axes.quantity("share", 0, room, None),
    }
    bars = {"type": "bar", "color": OI, "height": {"band": 0.62}}
    label = {"type": "text", "align": "left", "dx": 6, "color": axes.INK, "fontSize": 12}
    text = {"field": "text", "type": "nominal"}
    chart = {
        "data": {"name": "shares"},
        "layer": [
            {"mark": bars, "encoding": encoding},
            {"mark": label, "encoding": {**encoding, "text": text}},
        ],
        "width": width - 130,
        "height": {"step": 26},
        "title": {"text": f"{mark}Share of futures open interest"},
    }
    return axes.finish(chart, {"shares": rows})

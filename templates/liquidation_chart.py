"""The chart of a liquidation map: modelled mass to the right of the axis, measured to the left."""

from typing import Any

from oirisk.schemas.report.briefing import ClusterRow
from oirisk.schemas.report.liquidations import LiquidationMap
from oirisk.templates import axes, charts, formats
from oirisk.templates.axes import Rows, Spec

_BAND = "#8a97a3"


def map_spec(found: LiquidationMap, clusters: list[ClusterRow], mark: str, width: int) -> Spec:
    """Draw what forced closes would take at each price.

    Bars are the base mix of leverage, the thin lines behind them the range over all mixes, cut at
    twice the longest bar so that an extreme mix does not hide the rest.

    Args:
        found: At least one bin.
        clusters: Concentrations of levels of the same asset, drawn as shaded bands.
        mark: Prefix of the title.
        width: Width of the picture in pixels.
    """
    low = min([found.price, *(part.price_low for part in found.bins)])
    high = max([found.price, *(part.price_high for part in found.bins)])
    reach, left = _extents(found)
    across = axes.labelled(
        axes.ticks(-left, reach, width // 90), lambda value: formats.usd(abs(value))
    )
    across["title"] = "USD by price bin; lines: range over mixes" + (
        "; left: measured" if left else ""
    )
    y = axes.quantity(
        "low", low, high, axes.upright(axes.ticks(low, high, 8), formats.price), zero=False
    )
    x = axes.quantity("from", -left, reach, across)
    layers = [
        charts.rectangles(name, x, y, color, opacity)
        for name, color, opacity in (
            ("clusters", charts.CLUSTER, 0.35),
            ("band", _BAND, 0.45),
            ("long", charts.LONG, 1.0),
            ("short", charts.SHORT, 1.0),
            ("measured", charts.PRICE, 1.0),
        )
    ]
    title = f"{mark}{formats.one_line(found.asset, charts.NAME)} liquidation levels (modelled)"
    chart = {
        "layer": [*layers, *charts.mark_line(found.price, x, y)],
        "width": width - charts.MARGIN,
        "height": 300,
        "title": {"text": title},
    }
    data = {
        "clusters": charts.bands(clusters, (low, high), (-left, reach)),
        "band": _rows(found, "", reach),
        "long": _rows(found, "long", reach),
        "short": _rows(found, "short", reach),
        "measured": _measured(found),
        "mark": [{"low": found.price, "from": -left, "to": reach}],
    }
    return axes.finish(chart, data)


def _extents(found: LiquidationMap) -> tuple[float, float]:
    """Return how far the axis goes to the right and to the left, USD."""
    longest = max(part.modelled.usd for part in found.bins)
    widest = max(part.modelled.high for part in found.bins)
    right = min(widest, 2 * longest) if longest else widest
    return max(right * 1.05, 1.0), max(part.measured for part in found.bins) * 1.05


def _rows(found: LiquidationMap, side: str, reach: float) -> Rows:
    """Return bars of one side, or of no side the range as lines of a third of a bin."""
    rows: Rows = []
    for part in found.bins:
        thin = (part.price_high - part.price_low) / 3
        if not side and part.modelled.high > part.modelled.low:
            ends = (min(part.modelled.low, reach), min(part.modelled.high, reach))
            rows.append(_row(part.price_low + thin, part.price_high - thin, ends))
        elif part.side == side and part.modelled.usd:
            rows.append(_row(part.price_low, part.price_high, (0.0, part.modelled.usd)))
    return rows


def _measured(found: LiquidationMap) -> Rows:
    return [
        _row(part.price_low, part.price_high, (-part.measured, 0.0))
        for part in found.bins
        if part.measured
    ]


def _row(low: float, high: float, ends: tuple[float, float]) -> dict[str, Any]:
    return {"low": low, "high": high, "from": ends[0], "to": ends[1]}

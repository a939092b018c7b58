"""Charts of options: the ladder of strikes, the terms of volatility and basis, smiles over time."""

from collections.abc import Sequence
from itertools import pairwise

from oirisk.schemas.report.options import ExpiryRow, FutureRow, Ladder, SmileHistory
from oirisk.templates import axes, charts, formats
from oirisk.templates.axes import Rows, Spec
from oirisk.templates.charts import Trace

_LEAST_ROWS = 40
"""Rungs for which there is room: a bar is at least as high as one of so many."""


def ladder_spec(ladder: Ladder, mark: str, width: int) -> Spec:
    """Draw what is open by strike: puts to the left, calls to the right.

    Args:
        ladder: At least one strike.
        mark: Prefix of the title.
        width: Width of the picture in pixels.
    """
    strikes = [rung.strike for rung in ladder.strikes]
    half = _half(ladder)
    low, high = min(*strikes, ladder.price) - half, max(*strikes, ladder.price) + half
    most = max(max(rung.call_oi_base, rung.put_oi_base) for rung in ladder.strikes)
    reach = most * 1.08
    # Of four or more, two at least are not at zero, however wide the picture is.
    steps = axes.ticks(-reach, reach, max(4, width // 90))
    across = axes.labelled(steps, lambda value: formats.base(abs(value)))
    across["title"] = "puts left, calls right, coins"
    y = axes.quantity(
        "low", low, high, axes.upright(axes.ticks(low, high, 8), formats.price), zero=False
    )
    x = axes.quantity("from", -reach, reach, across)
    layers = [
        charts.rectangles(name, x, y, color, 1.0)
        for name, color in (("call", charts.LONG), ("put", charts.SHORT))
    ]
    title = f"{mark}{formats.one_line(ladder.asset, charts.NAME)} options by strike"
    chart = {
        "layer": [*layers, *charts.mark_line(ladder.price, x, y)],
        "width": width - charts.MARGIN,
        "height": 300,
        "title": {"text": title},
    }
    data = {
        "call": _bars(ladder, half, "call_oi_base", 1.0),
        "put": _bars(ladder, half, "put_oi_base", -1.0),
        "mark": [{"low": ladder.price, "from": -reach, "to": reach}],
    }
    return axes.finish(chart, data)


def _half(ladder: Ladder) -> float:
    """Return half of the height of a bar, in USD of strike."""
    strikes = [rung.strike for rung in ladder.strikes]
    steps = [upper - lower for lower, upper in pairwise(strikes)]
    span = max(*strikes, ladder.price) - min(*strikes, ladder.price)
    return 0.4 * max(min(steps, default=0.0), span / (2 * _LEAST_ROWS)) or ladder.price * 0.01


def _bars(ladder: Ladder, half: float, side: str, sign: float) -> Rows:
    return [
        {
            "low": rung.strike - half,
            "high": rung.strike + half,
            "from": 0.0,
            "to": sign * getattr(rung, side),
        }
        for rung in ladder.strikes
        if getattr(rung, side)
    ]


def terms_spec(
    asset: str, expiries: Sequence[ExpiryRow], futures: Sequence[FutureRow], mark: str, width: int
) -> Spec:
    """Draw volatility at the money by expiry above the basis a year of each dated future.

    Args:
        asset: Of which both are.
        expiries: Some with a volatility, or
        futures: some with a basis and an expiry.
        mark: Prefix of the title.
        width: Width of the picture in pixels.
    """
    coin = formats.one_line(asset, charts.NAME)
    points: Rows = [{"at": charts.instant(row.expiry), "iv": row.atm_iv.value} for row in expiries]
    dots: Rows = [
        {"at": charts.instant(row.expiry), "basis": row.basis_annualised.value}
        for row in futures
        if row.expiry is not None and row.basis_annualised.value is not None
    ]
    traces = (
        (Trace("iv", f"{mark}{coin} ATM volatility", charts.OI, formats.share), 110),
        (
            Trace(
                "basis", f"{mark}{coin} futures basis a year", charts.PRICE, formats.pct, "dots",
                is_line=False,
            ),
            90,
        ),
    )  # fmt: skip
    known = [row for row in points if row["iv"] is not None]
    return charts.panes(traces, {"points": charts.lonely(known, ["iv"]), "dots": dots}, width)


def smiles_spec(history: SmileHistory, mark: str, width: int) -> Spec:
    """Draw the risk reversal of 30 days above the volatility at the money, over time.

    Args:
        history: At least two points with a risk reversal.
        mark: Prefix of the title.
        width: Width of the picture in pixels.
    """
    coin = formats.one_line(history.asset, charts.NAME)
    rows: Rows = [
        {"at": charts.instant(point.at), "rr": point.risk_reversal, "iv": point.atm_iv_30d}
        for point in history.points
    ]
    traces = (
        (Trace("rr", f"{mark}{coin} risk reversal, 30 d", charts.OI, formats.pp), 110),
        (
            Trace("iv", f"{mark}{coin} ATM volatility, 30 d", charts.PRICE,
                  formats.share),
            80,
        ),
    )  # fmt: skip
    return charts.panes(traces, {"points": charts.lonely(rows, ["rr", "iv"])}, width)

"""Sentences and labels that the page and the mail share: subject, status, findings."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from oirisk.schemas.report.briefing import (
    ClusterRow,
    Figure,
    OiHistory,
    OiPoint,
    Profile,
    Report,
    Tile,
)
from oirisk.schemas.report.liquidations import Band, LiquidationMap, MapBin, Side
from oirisk.templates import formats, sections

HEADLINE_TILE = "oi_usd"
CHANGE_TILE = "change_24h_pct"
PREHEADER_LIMIT = 110
LEAST_COVERAGE = 0.9
_NEAR_PCT = 5
_SIGNED_TILES = ("flow", "revaluation")
_QUIET_STATES = ("ok", "skipped")


@dataclass(frozen=True)
class Banner:
    """A warning above everything else: a word, a sentence, and the reasons."""

    kind: str
    title: str
    text: str
    reasons: tuple[str, ...] = ()


def is_partial(report: Report) -> bool:
    """Say whether a venue is missing or coverage is low."""
    covered = report.oi_coverage.value
    return report.venues_fresh < report.venues_total or (
        covered is not None and covered < LEAST_COVERAGE
    )


def is_quiet(report: Report) -> bool:
    """Say whether nothing moved by a threshold and nothing failed: the mail is short."""
    troubled = any(row.status not in _QUIET_STATES for row in report.coverage)
    return not (
        report.changes
        or report.rejects
        or report.audit
        or report.is_degraded
        or report.previous_as_of is None
        or troubled
        or is_partial(report)
    )


def status(report: Report) -> str:
    """Name the state of a report: ``complete``, ``partial`` or ``data degraded``."""
    if report.is_degraded:
        return "data degraded"
    return "partial" if is_partial(report) else "complete"


def _tile(report: Report, identity: str) -> Tile | None:
    return next((tile for tile in report.tiles if tile.id == identity), None)


def tile_value(tile: Tile) -> str:
    """Write a headline number; a flow or revaluation shows its sign even when it is a gain."""
    return formats.figure(tile.figure, signed=tile.id.startswith(_SIGNED_TILES))


def subject(report: Report) -> str:
    """Write the subject line of the mail.

    Only numbers and dates of the report enter it, so nothing foreign can reach a mail header.
    """
    flags = ["SIMULATED"] if report.is_simulated else []
    flags += ["HISTORY"] if report.is_history else []
    if status(report) != "complete":
        flags.append(status(report).upper())
    prefix = "".join(f"[{flag}] " for flag in flags)
    return f"{prefix}{_headline(report)} - {formats.day(report.as_of)}"


def _headline(report: Report) -> str:
    total, change = _tile(report, HEADLINE_TILE), _tile(report, CHANGE_TILE)
    if total is None:
        return "Open interest report"
    if total.figure.value is None:
        return "Open interest not published"
    text = f"Open interest {formats.figure(total.figure)}"
    if change is None or change.figure.value is None:
        return text
    return f"{text} ({formats.figure(change.figure)} 24h like-for-like)"


def preheader(report: Report) -> str:
    """Write the line that mail programs show beside the subject, at most 110 characters."""
    first = report.bottom_line[0].text if report.bottom_line else _headline(report)
    prefix = "SIMULATED. " if report.is_simulated else ""
    return formats.one_line(prefix + first, PREHEADER_LIMIT)


def coverage(report: Report) -> str:
    """Write how much of the market answered: ``96.0%, 11 of 12 venues``."""
    venues = f"{formats.count(report.venues_fresh)} of {formats.count(report.venues_total)} venues"
    return f"{formats.figure(report.oi_coverage)}, {venues}"


def no_change(report: Report) -> str:
    """Say that nothing changed by a threshold."""
    if report.previous_as_of is None:
        return (
            "This is the first report, and no change in 24 hours is known that crossed a threshold."
        )
    since = formats.instant(report.previous_as_of)
    return f"No threshold was crossed in 24 hours, nor since the last report, {since}."


def no_clusters(report: Report) -> str:
    """Say why there is no concentration."""
    if report.is_mapped:
        return "No concentration of positions stands out near the mark."
    return (
        "Positions were not placed at prices for this instant; oirisk build does so for the last "
        "one, and with --as-of for others."
    )


def failures(report: Report) -> tuple[str, ...]:
    """List exchanges that did not answer in full, with their reason."""
    return tuple(
        formats.one_line(f"{row.venue}: {row.status}" + (f", {row.error}" if row.error else ""))
        for row in report.coverage
        if row.status not in _QUIET_STATES
    )


def banners(report: Report) -> tuple[Banner, ...]:
    """Give the warnings that stand above the report."""
    found = []
    if report.is_simulated:
        found.append(
            Banner(
                "simulated",
                "SIMULATED",
                "Every number here comes from simulated exchanges, not from a real market.",
            )
        )
    if report.is_history:
        found.append(
            Banner(
                "history",
                "HISTORY",
                "No exchange was asked for this report: it says what imported or backfilled "
                "history holds at its instant.",
            )
        )
    if report.is_degraded:
        withheld = tuple(formats.one_line(f"{row.what}: {row.reason}") for row in report.withheld)
        reasons = failures(report) + withheld or ("no reason was recorded with this run",)
        found.append(
            Banner("degraded", "DATA DEGRADED", "Read the numbers below with this:", reasons)
        )
    elif is_partial(report):
        found.append(
            Banner("partial", "PARTIAL", f"Coverage is {coverage(report)}.", failures(report))
        )
    return tuple(found)


def mark(report: Report) -> str:
    """Give the prefix of titles: ``SIMULATED: `` or nothing."""
    return "SIMULATED: " if report.is_simulated else ""


def history_finding(report: Report, history: OiHistory) -> str:
    """Say level, change and range of one asset's open interest in a sentence or two."""
    known = [point for point in history.points if point.oi_base is not None]
    last = known[-1]
    coin = formats.one_line(history.asset)
    parts = [f"{coin} open interest {_level(last, coin)} at {formats.instant(last.at)}"]
    change = next((row.change_24h_pct for row in report.assets if row.asset == history.asset), None)
    if change is not None and change.value is not None and last is history.points[-1]:
        parts.append(f"{formats.figure(change)} over 24 h like-for-like")
    levels = [point.oi_base for point in known if point.oi_base is not None]
    low, high = formats.base(min(levels)), formats.base(max(levels))
    parts.append(f"between {low} and {high} since {formats.day(history.points[0].at)}")
    blank = len(history.points) - len(known)
    note = f" {blank:,} of {len(history.points):,} totals were withheld and are left blank."
    return ", ".join(parts) + "." + (note if blank else "")


def _level(point: OiPoint, coin: str) -> str:
    text = formats.base(point.oi_base or 0.0, coin)
    return text if point.oi_usd is None else f"{text} ({formats.usd(point.oi_usd)})"


def cluster_text(row: ClusterRow) -> str:
    """Say how large a cluster is and where it lies, with its band."""
    away = formats.pct(abs(row.distance_pct), signed=False)
    where = (
        f"{away} {'above' if row.distance_pct > 0 else 'below'}" if row.distance_pct else "around"
    )
    limits = sections.band(row)
    size = f" ({limits.text})" if not limits.reason else f" (no band: {limits.reason})"
    return (
        f"{sections.readable(row.side)} {formats.usd(row.usd)}{size} at "
        f"{sections.price_range(row)}, {where} the mark"
    )


def clusters_of(report: Report, asset: str, kind: str) -> list[ClusterRow]:
    """Give the concentrations of one kind in one asset, nearest first."""
    return [row for row in report.clusters if (row.asset, row.kind) == (asset, kind)]


def map_finding(report: Report, found: LiquidationMap) -> str:
    """Say what a move of 5 % either way would close by force, and what was measured."""
    coin = formats.one_line(found.asset)
    rows = {row.side: row for row in report.liquidations.reach if row.asset == found.asset}
    sides = ((rows.get("long"), "falls", -_NEAR_PCT), (rows.get("short"), "rises", _NEAR_PCT))
    parts = [
        f"If {coin} {verb} {_NEAR_PCT}% to {formats.price(found.price * (1 + pct / 100))}, "
        f"modelled {_closed(row.within_5_pct, row.side)}."
        for row, verb, pct in sides
        if row is not None
    ]
    if _is_observed(report, found):
        near = [
            f"{formats.usd(measured_within(found, side, _NEAR_PCT))} of {side}s"
            for side in ("long", "short")
        ]
        parts.append(f"Levels of observed accounts on the way: {near[0]}, {near[1]}.")
    text = " ".join(parts) or f"{coin} liquidation levels around the mark."
    return text + _known_part(report, found.asset)


def _closed(band: Band, side: Side) -> str:
    low, high = formats.usd(band.low), formats.usd(band.high)
    mixes = "all mixes alike" if low == high else f"base mix {formats.usd(band.usd)}"
    return f"{formats.span(low, high)} of {side}s are closed by force ({mixes})"


def _known_part(report: Report, asset: str) -> str:
    """Say of how much of an asset modelled sizes are, where its total is withheld."""
    total = next((row for row in report.assets if row.asset == asset), None)
    if total is None or total.oi_usd.value is not None:
        return ""
    return f" This is of the {formats.figure(total.coverage)} of its open interest that is known."


def _is_observed(report: Report, found: LiquidationMap) -> bool:
    listed = {row.asset for row in report.liquidations.observed}
    return found.asset in listed or any(part.measured for part in found.bins)


def measured_within(found: LiquidationMap, side: Side, pct: float) -> float:
    """Add up observed levels that a move of ``pct`` percent against one side would reach, in USD.

    Levels lie evenly in their bin: of a bin that the move ends in, or that holds the mark, the
    part on the way counts. Levels of longs above the mark, or of shorts below it, do not.
    """
    end = found.price * (1 - pct / 100 if side == "long" else 1 + pct / 100)
    low, high = min(found.price, end), max(found.price, end)
    return math.fsum(
        part.measured * _part_inside(part, low, high) for part in found.bins if part.side == side
    )


def _part_inside(part: MapBin, low: float, high: float) -> float:
    inside = min(part.price_high, high) - max(part.price_low, low)
    return max(0.0, inside) / (part.price_high - part.price_low)


_VERDICTS: Mapping[str, str] = {
    "not meaningful": "Not meaningful yet: price has crossed fewer than 10 bins of the maps",
    "no skill": "No skill shown, so read it as a sketch of where leverage may lie: the map did not "
    "beat a forecast by lot",
    "worse than chance": "No skill, so do not rely on it: the map did worse than a forecast by lot",
    "better than chance": "The map did better than a forecast by lot",
}


def verdict(report: Report) -> str:
    """Say what the liquidation map has been worth over a month, all assets together."""
    found = report.liquidations
    scored = next(
        (row for row in found.track if (row.asset, row.prior, row.days) == ("ALL", "base", 30)),
        None,
    )
    if scored is None:
        return "Not scored yet: the first map is scored a night after it was made."
    nights = "1 night" if scored.nights == 1 else f"{formats.count(scored.nights)} nights"
    text = f"{_VERDICTS[scored.verdict]}; {nights} scored"
    if scored.precision.value is None or scored.verdict == "not meaningful":
        return f"{text}."
    return (
        f"{text}, {formats.count(scored.bins)} bins crossed, precision "
        f"{formats.figure(scored.precision)} against {formats.figure(scored.chance)} by lot."
    )


def profile_finding(report: Report, profile: Profile) -> str:
    """Say how much sits on either side and where the nearest concentration lies."""
    coin = formats.one_line(profile.asset)
    longs = sum(part.usd for part in profile.bins if part.side == "long")
    shorts = sum(part.usd for part in profile.bins if part.side == "short")
    text = (
        f"{coin} entry prices around the mark {formats.price(profile.price)}, modelled: "
        f"longs {formats.usd(longs)}, shorts {formats.usd(shorts)}."
        f"{_known_part(report, profile.asset)}"
    )
    near = clusters_of(report, profile.asset, "entry")
    if not near:
        return f"{text} No concentration stands out."
    nearest = min(near, key=lambda row: abs(row.distance_pct))
    return f"{text} Nearest concentration: {cluster_text(nearest)}."


def shares_finding(report: Report) -> str:
    """Say who is largest and how much the largest three hold."""
    ranked = sorted(report.venue_shares, key=lambda part: (-part.share, part.venue))
    first = ranked[0]
    text = (
        f"{formats.one_line(first.venue)} holds {formats.share(first.share)} of futures open "
        "interest"
    )
    if len(ranked) <= 3:  # noqa: PLR2004
        return f"{text}."
    return f"{text}, the largest three {formats.share(sum(part.share for part in ranked[:3]))}."


def headline(report: Report) -> Figure | None:
    """Give the headline total, for the archive; None when the report has no such tile."""
    total = _tile(report, HEADLINE_TILE)
    return None if total is None else total.figure

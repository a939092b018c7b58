"""The headline numbers."""

from collections.abc import Iterator

from oirisk.schemas.report.briefing import NO_DAY, NO_FUNDING, Figure, Tile
from oirisk.schemas.report.parts import Said
from oirisk.transforms.report.bottom_line import shortfall
from oirisk.transforms.report.facts import Facts, Record
from oirisk.transforms.report.read import figure, state, unit_of

_LEADS = ("BTC", "ETH")
_TOTALS = (
    ("oi_usd", "Open interest, all futures", "single-sided, USD", "M03"),
    ("change_24h_pct", "24 h like-for-like", "positions, at constant prices", "M03"),
    ("flow_usd_24h", "New positions, 24 h", "opened less closed", "M04"),
    ("revaluation_usd_24h", "Revaluation, 24 h", "what the price did", "M04"),
)


def tiles(facts: Facts) -> tuple[Tile, ...]:
    """Return the headline numbers: of all futures, and of the leading assets."""
    totals = (
        Tile(id=name, label=label, note=note, method=method, figure=_total(facts, name))
        for name, label, note, method in _TOTALS
    )
    leads = (row for row in facts["assets"] if row["asset"] in _LEADS)
    return (*totals, *(tile for row in leads for tile in _lead(row)))


def _total(facts: Facts, name: str) -> Figure:
    unit = unit_of(name)
    if facts.market is None or not facts.is_published:
        return figure(None, unit, shortfall(facts))
    return figure(facts.market[name], unit, NO_DAY)


def _lead(row: Record) -> Iterator[Tile]:
    asset, published = row["asset"], row["published"]
    reason = row["withheld_reason"] or "not published"
    yield Tile(
        id=f"{asset.lower()}_oi_base", label=f"{asset} open interest", note=asset, method="M03",
        figure=figure(row["oi_base"] if published else None, "base", reason),
    )  # fmt: skip
    rate = row["funding_8h_oi_weighted"] if published else None
    weighted: Said = "weighted by open interest"
    if row["funding_covered_share"]:
        weighted = state("weighted_covered", row, "funding_covered_share")
    yield Tile(
        id=f"{asset.lower()}_funding", label=f"{asset} funding per 8 h", method="M05",
        figure=figure(rate, "rate", NO_FUNDING if published else reason),
        note=weighted,
    )  # fmt: skip

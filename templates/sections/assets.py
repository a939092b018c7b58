"""Futures open interest by asset, largest first."""

from dataclasses import replace

from oirisk.schemas.report.briefing import AssetRow
from oirisk.templates import formats
from oirisk.templates.blocks import MAIL, Gallery, Section, Sql, TableOf, hint
from oirisk.templates.formats import readable
from oirisk.templates.tables import (
    PAGE_ONLY,
    Cell,
    Column,
    Shown,
    number,
    quantity,
    word,
    words,
)


def _to_volume(row: AssetRow) -> Shown:
    ratio, covered = quantity(row.oi_to_volume), row.volume_covered
    if row.oi_to_volume.value is None or covered is None or covered.value in {None, 1.0}:
        return ratio
    return replace(ratio, text=f"{ratio.text} ({formats.figure(covered)})")


def _top(row: AssetRow) -> Shown:
    name, share = words(row.top_venue), quantity(row.top_venue_share)
    if not row.top_venue:
        return share
    return Cell(f"{name.text} {share.text}", share.sort, reason=share.reason)


def _flow(row: AssetRow) -> Shown:
    return quantity(row.flow_usd_24h, signed=True, toned=True)


def _reading(row: AssetRow) -> Shown:
    return words(readable(row.cell), reason="" if row.cell else row.cell_reason)


_COLUMNS: tuple[Column[AssetRow], ...] = (
    word("Asset", lambda row: row.asset),
    number("Coins", lambda row: row.oi_base, on_phone=False),
    number("OI, USD", lambda row: row.oi_usd),
    number("24 h", lambda row: quantity(row.change_24h_pct, toned=True)),
    number("7 d", lambda row: quantity(row.change_7d_pct, toned=True)),
    number("Flow 24 h", _flow, on_phone=False),
    number("Price", lambda row: row.price, on_phone=False),
    number("Price 24 h", lambda row: quantity(row.price_change_24h_pct, toned=True), **PAGE_ONLY),
    word("Reading", _reading),
    number("Funding", lambda row: row.funding_8h, **PAGE_ONLY),
    number("Funding known", lambda row: row.funding_covered, **PAGE_ONLY),
    number("OI / volume", _to_volume, **PAGE_ONLY),
    word("Top venue", _top, **PAGE_ONLY),
    number("Coverage", lambda row: row.coverage, **PAGE_ONLY),
)
_READ = (
    "Changes are of positions: contracts of the same instruments at both instants, at the earlier "
    "prices. Flow is the part of the USD change that is not price. Price is the median over "
    "perpetuals, over dated futures where there are none. Funding is that of the perpetuals whose "
    "rate and interval are known; beside it their part of the perpetuals' open interest. OI / "
    "volume is that of the contracts whose volume is known, in brackets their part where it is "
    "not all. The reading is price-inferred: it names who probably acted, not who was seen to."
)

SECTION = Section(
    id="assets",
    place=40,
    nav="Assets",
    title="Assets",
    titles={"text": "Assets (readings price-inferred)"},
    blocks=(
        TableOf(
            "assets",
            "Futures open interest by asset: perpetuals and dated futures, all venues, "
            "single-sided; readings are price-inferred",
            _COLUMNS,
            lambda report: report.assets,
            empty="No asset is published in this report; see what was withheld.",
            omitted=lambda report: max(0, report.assets_total - len(report.assets)),
        ),
        hint(_READ, lambda report: report.assets),
        Gallery("history", media=MAIL),
        Sql({"assets": ("assets",)}),
    ),
)

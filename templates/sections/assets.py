"""Futures open interest by asset, largest first."""

from dataclasses import replace

from oirisk.schemas.report.briefing import AssetRow
from oirisk.templates.blocks import Gallery, Section, Sql, TableOf, hint
from oirisk.templates.formats import readable
from oirisk.templates.sentences import figure
from oirisk.templates.tables import Cell, Column, Shown, number, quantity, word, words


def _to_volume(row: AssetRow) -> Shown:
    ratio, covered = quantity(row.oi_to_volume), row.volume_covered
    if row.oi_to_volume.value is None or covered is None or covered.value in {None, 1.0}:
        return ratio
    return replace(ratio, text=f"{ratio.text} ({figure(covered)})")


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
    word("Asset", "asset"),
    number("Coins", "oi_base", without="phone"),
    number("OI, USD", "oi_usd"),
    number("24 h", "change_24h_pct", toned=True),
    number("7 d", "change_7d_pct", toned=True),
    number("Flow 24 h", _flow, without="phone"),
    number("Price", "price", without="phone"),
    number("Price 24 h", "price_change_24h_pct", toned=True, without="mail text"),
    word("Reading", _reading),
    number("Funding", "funding_8h", without="mail text"),
    number("Funding known", "funding_covered", without="mail text"),
    number("OI / volume", _to_volume, without="mail text"),
    word("Top venue", _top, without="mail text"),
    number("Coverage", "coverage", without="mail text"),
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
        Gallery("history", media="mail"),
        Sql({"assets": ("assets",)}),
    ),
)

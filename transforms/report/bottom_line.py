"""What a report states first: what matters, and what is open beside its totals."""

from collections.abc import Sequence
from itertools import groupby

from oirisk.schemas.report.briefing import Sentence
from oirisk.schemas.report.parts import Statement
from oirisk.transforms.report.facts import Facts, Record
from oirisk.transforms.report.read import figure, state

_SENTENCES = 4
_NAMED = 3
"""Figures, coins or contradictions that a sentence names; the tables have all."""

_BAD = ("failed", "partial")


def bottom_line(facts: Facts) -> tuple[Sentence, ...]:
    """State in at most four sentences what matters."""
    said = (
        *_contradicted(facts["contradictions"]),
        _total(facts),
        *(_asset(row) for row in facts["assets"][:1] if row["published"]),
        *_jumped(facts),
        *_nearest(facts),
        *_incomplete(facts),
    )
    return said[:_SENTENCES]


def _total(facts: Facts) -> Sentence:
    market = facts.market
    if market is None or not facts.is_published:
        return Sentence(text=state("total_withheld", {}, why=shortfall(facts)), method="M03")
    if market["change_24h_pct"] is None or market["flow_usd_24h"] is None:
        return Sentence(text=state("total_alone", market, "oi_usd"), method="M03")
    columns = ("oi_usd", "change_24h_pct", "flow_usd_24h")
    return Sentence(text=state("total", market, *columns), method="M03")


def shortfall(facts: Facts) -> Statement:
    """State why the total is not published."""
    if facts.market is None:
        return Statement(id="nothing_fresh")
    missing = tuple(row["venue"] for row in facts["coverage"] if row["status"] in _BAD)
    who = (Statement(id="shortfall_of", values={"venues": missing}),) if missing else ()
    short = figure(facts.market["coverage"], "share", "not known")
    limit = figure(facts.choices.minimum_coverage, "share")
    return state("shortfall", {}, short=short, limit=limit, who=who)


def _asset(row: Record) -> Sentence:
    parts = []
    if row["change_24h_pct"] is not None:
        parts.append(state("asset_moved", row, "change_24h_pct"))
    if row["cell"]:
        reading = "asset_neutral" if row["cell"] == "neutral" else "asset_read"
        parts.append(state(reading, row, "price_change_24h_pct", "cell"))
    said = state("asset", row, "asset", "oi_base", parts=tuple(parts))
    return Sentence(text=said, method="M08" if row["cell"] else "M03")


def _nearest(facts: Facts) -> list[Sentence]:
    alive = [
        row for row in facts["clusters"] if row["status"] != "consumed" and row["kind"] == "entry"
    ]
    if not alive:
        return []
    row, around = alive[0], sum(one["distance_pct"] == 0 for one in alive)
    where = state("around" if around else "away", row, "distance_pct")
    said = state(
        "largest" if around > 1 else "nearest", row, "asset", prices=price_range(row), where=where,
        size=cluster_size(row), known=_known_part(facts, row), n=figure(around, "count"),
    )  # fmt: skip
    return [Sentence(text=said, method="M24")]


def _known_part(facts: Facts, row: Record) -> tuple[Statement, ...]:
    """State of how much of an asset a modelled size is, where its total is withheld."""
    total = next((one for one in facts["assets"] if one["asset"] == row["asset"]), None)
    if total is None or total["published"]:
        return ()
    return (state("known_part", total, "coverage"),)


def price_range(row: Record) -> Statement:
    """State where a concentration lies."""
    low, high = figure(row["price_low"], "price"), figure(row["price_high"], "price")
    return Statement(id="range", values={"low": low, "high": high})


def cluster_size(row: Record, when: str = "") -> Statement:
    """State how large a concentration is: as its band, if it is modelled."""
    usd, low, high = (
        figure(row[f"{name}{when}"], "usd", "unknown") for name in ("usd", "usd_low", "usd_high")
    )
    if row["kind"] == "strike":
        return Statement(id="size", values={"usd": usd})
    if low.value is None or high.value is None:
        return Statement(id="size_unbounded")
    return Statement(id="size_modelled", values={"low": low, "high": high})


def _jumped(facts: Facts) -> list[Sentence]:
    """Warn of an exchange whose figures all changed at once: the totals hold them as they came."""
    uncounted = {row["venue"] for row in facts["contradictions"]}
    jumped = tuple(
        row["venue"]
        for row in facts["audit"]
        if row["check_name"] == "venue_jump" and row["venue"] not in uncounted
    )
    return [Sentence(text=state("jumped", {}, venues=jumped), method="M36")] if jumped else []


def _incomplete(facts: Facts) -> list[Sentence]:
    bad = tuple(row["venue"] for row in facts["coverage"] if row["status"] in _BAD)
    return [Sentence(text=state("incomplete", {}, venues=bad), method="M03")] if bad else []


def _contradicted(rows: Sequence[Record]) -> list[Sentence]:
    """State which figures are not counted, with what was found and since when (M38).

    Args:
        rows: Of each figure the clearest test first.
    """
    clearest: dict[tuple[str, str, str], Record] = {}
    for row in rows:
        clearest.setdefault((row["venue"], row["product"], row["field"]), row)
    if not clearest:
        return []
    found = tuple(_contradiction(row) for row in list(clearest.values())[:_NAMED])
    rest = len(clearest) - len(found)
    more = (state("and_more", {}, n=figure(rest, "count")),) if rest else ()
    return [Sentence(text=state("contradicted", {}, found=found, more=more), method="M38")]


def _contradiction(row: Record) -> Statement:
    chance = () if row["p_value"] is None else (
        Statement(id="chance", values={"p_value": figure(row["p_value"], "ratio")}),
    )  # fmt: skip
    return state(
        "contradiction", row, "venue", "product", "field", "verdict", "test",
        since=f"{row['since']:%Y-%m-%d}", n=figure(row["n"], "count"), chance=chance,
    )  # fmt: skip


def beside(facts: Facts) -> tuple[Sentence, ...]:
    """State what is open beside the totals: on each US exchange, dated, and against pools."""
    rows = sorted(facts["cftc"], key=lambda row: row["exchange"])
    grouped = groupby(rows, key=lambda row: (row["exchange"], row["report_date"]))
    return (*(_exchange(list(group)) for _, group in grouped), *_pools(facts["pools"]))


def _exchange(rows: Sequence[Record]) -> Sentence:
    first = rows[0]
    sized = [row for row in rows if row["oi_base"] is not None][:_NAMED]
    amounts = tuple(
        state("amount", row, "oi_base", "asset")
        if row["oi_usd"] is None
        else state("amount_usd", row, "oi_base", "asset", "oi_usd")
        for row in sized
    ) or (Statement(id="no_size"),)
    rest = len(rows) - len(sized)
    more = (state("in_the_table", {}, n=figure(rest, "count")),) if rest else ()
    said = state(
        "weekly", first, "exchange", "age_hours", amounts=amounts, more=more,
        date=f"{first['report_date']:%Y-%m-%d}",
    )  # fmt: skip
    return Sentence(text=said, method="M02")


def _pools(rows: Sequence[Record]) -> list[Sentence]:
    """State what is open against pools, and which side traders lean to in the largest coins."""
    if not rows:
        return []
    venues = tuple(sorted({name for row in rows for name in row["venues"].split(", ")}))
    sides = tuple(
        state("sides", row, "asset", "oi_long_base", "oi_short_base") for row in rows[:_NAMED]
    )
    total = figure(sum(row["oi_usd"] for row in rows), "usd")
    said = state("pools", {}, venues=venues, sides=sides, oi_usd=total)
    return [Sentence(text=said, method="M43")]

"""What is open beside the totals, never summed with them: US exchanges, and pools."""

from collections.abc import Sequence
from datetime import date
from itertools import groupby

from oirisk.flows.briefing.asked import Record
from oirisk.flows.briefing.facts import Facts
from oirisk.flows.briefing.figures import figure
from oirisk.schemas.report.briefing import PoolRow, Sentence, WeeklyRow, Withheld
from oirisk.templates import formats

_NETS = ("dealer_net", "asset_manager_net", "leveraged_net", "other_net", "nonreportable_net")
_NAMED = 3
"""Coins that a line names of an exchange; the table has all."""


def weekly_rows(facts: Facts) -> tuple[WeeklyRow, ...]:
    """Return the last weekly report, largest first."""
    return tuple(_weekly(row) for row in facts.cftc)


def _weekly(row: Record) -> WeeklyRow:
    reason = row["missing_reason"]
    return WeeklyRow(
        exchange=row["exchange"],
        asset=row["asset"],
        contracts=row["contracts"],
        report_date=row["report_date"],
        age=figure(row["age_hours"], "hours", ""),
        oi_contracts=row["oi_contracts"],
        oi_base=figure(row["oi_base"], "base", reason),
        oi_usd=figure(row["oi_usd"], "usd", reason),
        **{name: figure(row[name], "base", reason) for name in _NETS},
    )


def pool_rows(facts: Facts) -> tuple[PoolRow, ...]:
    """Return what traders hold against pools, largest first."""
    return tuple(
        PoolRow(
            asset=row["asset"],
            venues=row["venues"],
            oi_long=figure(row["oi_long_base"], "base", ""),
            oi_short=figure(row["oi_short_base"], "base", ""),
            pool_net=figure(row["pool_net_base"], "base", ""),
            oi_usd=figure(row["oi_usd"], "usd", ""),
            imbalance=figure(_percent(row["pool_imbalance"]), "pct", "nothing open"),
            markets=row["markets"],
        )
        for row in facts.pools
    )


def _percent(fraction: float | None) -> float | None:
    return None if fraction is None else 100 * fraction


def beside(facts: Facts) -> tuple[Sentence, ...]:
    """Say what is open beside the totals: on each US exchange, dated, and against pools."""
    return (*_exchanges(facts), *_against_pools(facts))


def _against_pools(facts: Facts) -> tuple[Sentence, ...]:
    """Say what is open against pools, and which side traders lean to in the largest coins."""
    rows = facts.pools
    if not rows:
        return ()
    venues = sorted({name for row in rows for name in row["venues"].split(", ")})
    total = formats.usd(sum(row["oi_usd"] for row in rows))
    named = "; ".join(_sides(row) for row in rows[:_NAMED])
    return (
        Sentence(
            text=f"In none of these totals: {total} against the pools of {', '.join(venues)}, the "
            f"larger side of each market. Traders hold {named}.",
            method="M43",
        ),
    )


def _sides(row: Record) -> str:
    longs = formats.base(row["oi_long_base"], row["asset"])
    shorts = formats.base(row["oi_short_base"], row["asset"])
    return f"{longs} long and {shorts} short"


def _exchanges(facts: Facts) -> tuple[Sentence, ...]:
    rows = sorted(facts.cftc, key=lambda row: row["exchange"])
    grouped = groupby(rows, key=lambda row: (row["exchange"], row["report_date"]))
    return tuple(_sentence(*key, list(group)) for key, group in grouped)


def _sentence(exchange: str, reported: date, rows: Sequence[Record]) -> Sentence:
    age = formats.hours(rows[0]["age_hours"])
    sized = [row for row in rows if row["oi_base"] is not None]
    named = ", ".join(_amount(row) for row in sized[:_NAMED])
    rest = len(rows) - min(len(sized), _NAMED)
    more = f" and {rest} more in the table" if rest else ""
    return Sentence(
        text=f"In none of these totals: {exchange}, {named or 'no size known'}{more}, by the "
        f"CFTC's report as of the close of {reported:%Y-%m-%d}, {age} before this snapshot.",
        method="M02",
    )


def _amount(row: Record) -> str:
    coins = formats.base(row["oi_base"], row["asset"])
    return coins if row["oi_usd"] is None else f"{coins} ({formats.usd(row['oi_usd'])})"


def unreported(facts: Facts) -> tuple[Withheld, ...]:
    """Say that the large US exchanges are missing where no report of theirs is stored."""
    if facts.cftc or facts.run["is_simulated"]:
        return ()
    return (
        Withheld(
            what="CME and Coinbase Derivatives",
            reason="no weekly report of the CFTC is stored; `oirisk backfill --venue cftc` asks "
            "for it",
        ),
    )

"""What is open beside the totals: US exchanges by the CFTC's weekly report, dated, never summed."""

from collections.abc import Sequence
from datetime import date
from itertools import groupby

from oirisk.flows.briefing.asked import Record
from oirisk.flows.briefing.facts import Facts
from oirisk.flows.briefing.figures import figure
from oirisk.schemas.report import Sentence, WeeklyRow, Withheld
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


def beside(facts: Facts) -> tuple[Sentence, ...]:
    """Say what is open beside the totals: one sentence per exchange, with its date and age."""
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

"""Figures that are measured to mean another thing than the registry says (M38)."""

from collections.abc import Iterable, Sequence

from oirisk.flows.briefing.asked import Record
from oirisk.schemas.report.briefing import Sentence

_NAMED = 3
_SMALLEST = 1e-300


def contradiction_sentences(rows: Sequence[Record]) -> list[Sentence]:
    """Say which figures are not counted, with what was found and since when.

    Args:
        rows: Of ``sql/report/contradictions.sql``: of each figure the clearest test first.
    """
    if not rows:
        return []
    lines = list(_clearest(rows))
    named = "; ".join(_shown(row) for row in lines[:_NAMED])
    more = "" if len(lines) <= _NAMED else f"; and {len(lines) - _NAMED} more"
    return [
        Sentence(
            text=f"Not counted, for what the figures show contradicts the unit registry: {named}"
            f"{more}.",
            method="M38",
        )
    ]


def _clearest(rows: Sequence[Record]) -> Iterable[Record]:
    """Return the first row of each figure."""
    seen: dict[tuple[str, str, str], Record] = {}
    for row in rows:
        seen.setdefault((row["venue"], row["product"], row["field"]), row)
    return seen.values()


def _shown(row: Record) -> str:
    counted = f"{row['test']}, n {row['n']}{chance(row['p_value'])}"
    line = f"{row['venue']} {row['product']} {row['field']}"
    return f"{line}: {meaning(row['verdict'])} since {row['since']:%Y-%m-%d} ({counted})"


def meaning(verdict: str) -> str:
    """Say a verdict in words."""
    if verdict in {"one", "both"}:
        return {"one": "one side", "both": "both sides"}[verdict]
    if verdict.startswith("x"):
        return f"{verdict[1:]} times what it was"
    return verdict


def chance(p_value: float | None) -> str:
    """Say how likely a count is by luck; nothing where none was counted."""
    if p_value is None:
        return ""
    return f", chance below {_SMALLEST:.0e}" if p_value < _SMALLEST else f", chance {p_value:.0e}"

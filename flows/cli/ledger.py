"""``ledger``."""

from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import polars as pl

from oirisk.flows.cli.output import print_json, print_line, print_table
from oirisk.schemas.errors import ConfigurationError
from oirisk.transforms.events.checks import coverage, differences, mislabelled, unbalanced
from oirisk.transforms.events.read import unread_columns
from oirisk.transforms.events.replay import Ledger, LedgerStep, replay
from oirisk.warehouse.files import replacing
from oirisk.warehouse.ledger import read_events

_SHOWN = 20
_NARROW = (
    "event", "at", "instrument", "kind", "stage", "open_interest", "shorts", "reported", "reason",
)  # fmt: skip
"""What fits on a terminal of a step or a refusal; --json has all of it."""
_FINDINGS = {
    "differences": "not what the venue reports",
    "unbalanced": "longs are not equal to shorts",
    "mislabelled": "not what the file calls it",
    "refused": "refused",
}


def ledger(file: Path, output: Path | None, *, as_json: bool) -> int:
    """Turn a file of position events into open interest, and say what does not add up.

    Args:
        file: The events.
        output: Where to write every step, ``.parquet`` or ``.csv``; None: nowhere.
        as_json: Print one JSON document.

    Returns:
        0 when every event was used, longs equal shorts, and all agrees with what the venue
        reports and with what the file calls each fill; else 1.
    """
    events = read_events(file)
    done = replay(events)
    if output is not None:
        _write(done, output)
    summary = {**_summary(done), "unread_columns": unread_columns(events)}
    if as_json:
        print_json({**summary, "steps": [asdict(step) for step in done.steps]})
    else:
        _print(summary)
    return int(any(summary[title] for title in _FINDINGS))


def _summary(done: Ledger) -> dict[str, Any]:
    return {
        "instruments": [
            {
                "instrument": name,
                "open_interest": float(done.open_interest(name)),
                "shorts": float(done.shorts(name)),
                "steps": sum(step.instrument == name for step in done.steps),
            }
            for name in sorted(done.positions)
        ],
        "unbalanced": [asdict(step) for step in unbalanced(done.steps)],
        "mislabelled": [asdict(step) for step in mislabelled(done.steps)],
        "differences": [asdict(step) for step in differences(done.steps)],
        "refused": [asdict(refusal) for refusal in done.refused],
        "collateral": coverage(done),
    }


def _print(summary: dict[str, Any]) -> None:
    print_table("open interest at the end", summary["instruments"])
    if summary["collateral"]:
        print_table("collateral", summary["collateral"])
    if summary["unread_columns"]:
        print_line(f"columns that were not read: {', '.join(summary['unread_columns'])}")
    for name, title in _FINDINGS.items():
        rows = summary[name]
        if rows:
            shown = [{key: row[key] for key in _NARROW if key in row} for row in rows[:_SHOWN]]
            print_table(title, shown)
            if len(rows) > _SHOWN:
                print_line(f"… and {len(rows) - _SHOWN} more; --json has them all")
    if not summary["instruments"] and not summary["refused"]:
        print_line("the file holds no trade and no position")
    elif not any(summary[name] for name in _FINDINGS):
        print_line("every event was used; longs equal shorts at every step")


def _write(done: Ledger, output: Path) -> None:
    if output.suffix not in {".parquet", ".csv"}:
        raise ConfigurationError(f"--output: expected .parquet or .csv, saw {output.name!r}")
    frame = pl.DataFrame(
        [asdict(step) for step in done.steps],
        schema=[column.name for column in fields(LedgerStep)],
        infer_schema_length=None,
    )
    with replacing(output, mode=None) as draft:
        if output.suffix == ".csv":
            frame.write_csv(draft)
        else:
            frame.write_parquet(draft, compression="zstd")

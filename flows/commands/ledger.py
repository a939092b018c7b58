"""``ledger``."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import polars as pl

from oirisk.flows.commands.output import print_json, print_line, print_table
from oirisk.schemas.errors import ConfigurationError
from oirisk.transforms.ledger import Ledger, coverage, differences, replay
from oirisk.warehouse.files import replacing
from oirisk.warehouse.ledger import read_events

_SHOWN = 20


def ledger(file: Path, output: Path | None, *, as_json: bool) -> int:
    """Turn a file of position events into open interest, and say what does not add up.

    Args:
        file: The events.
        output: Where to write every step, ``.parquet`` or ``.csv``; None: nowhere.
        as_json: Print one JSON document.

    Returns:
        0 when every event was used and agrees with what the venue reports, else 1.
    """
    done = replay(read_events(file))
    if output is not None:
        _write(done, output)
    summary = _summary(done)
    if as_json:
        print_json({**summary, "steps": [asdict(step) for step in done.steps]})
    else:
        _print(summary)
    return int(bool(done.refused or summary["differences"] or summary["unbalanced"]))


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
        "unbalanced": [asdict(step) for step in done.steps if step.open_interest != step.shorts],
        "differences": [asdict(step) for step in differences(done.steps)],
        "refused": [asdict(refusal) for refusal in done.refused],
        "collateral": coverage(done),
    }


def _print(summary: dict[str, Any]) -> None:
    print_table("open interest at the end", summary["instruments"])
    if summary["collateral"]:
        print_table("collateral", summary["collateral"])
    for title in ("differences", "unbalanced", "refused"):
        rows = summary[title]
        if rows:
            print_table(title, rows[:_SHOWN])
            if len(rows) > _SHOWN:
                print_line(f"… and {len(rows) - _SHOWN} more; --json has them all")
    if not (summary["differences"] or summary["unbalanced"] or summary["refused"]):
        print_line("every event was used; longs equal shorts at every step")


def _write(done: Ledger, output: Path) -> None:
    if output.suffix not in {".parquet", ".csv"}:
        raise ConfigurationError(f"--output: expected .parquet or .csv, saw {output.name!r}")
    frame = pl.DataFrame([asdict(step) for step in done.steps])
    with replacing(output) as draft:
        if output.suffix == ".csv":
            frame.write_csv(draft)
        else:
            frame.write_parquet(draft, compression="zstd")

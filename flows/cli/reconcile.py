"""``reconcile``."""

import csv
from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path

from oirisk.flows.cli.as_of import instant
from oirisk.flows.cli.output import print_exact_json, print_line, print_table
from oirisk.flows.reconcile import Reconciled, reconcile_files
from oirisk.flows.settings.model import load_settings
from oirisk.transforms.reconcile import PARTS, Difference, Sides, Summed, summed
from oirisk.warehouse.home import Home

_NAMED = 3


def reconcile(
    home: Path, files: Sequence[str], as_of: str, output: Path | None, *, as_json: bool
) -> int:
    """Explain the difference of vendor tables to ours; see :func:`reconcile_files`.

    Args:
        home: The home folder; it need not exist.
        files: Tables, or glob patterns.
        as_of: Their instant, ISO 8601; empty: as their names say.
        output: CSV to write with one row per contract; None: none.
        as_json: Print one JSON document, of the newest instant; others stand under ``earlier``.

    Returns:
        0; 1 when rows could not be used.
    """
    found = reconcile_files(Home(home), files, instant(as_of), load_settings(home).reconcile)
    if output is not None:
        _write(output, found)
    if as_json:
        *earlier, newest = [_as_dict(one) for one in found]
        print_exact_json({**newest, "earlier": earlier} if earlier else newest)
    else:
        for one in found:
            _print(one)
    return 1 if any(one.left_out for one in found) else 0


def _by_venue(found: Reconciled) -> list[tuple[str, Summed]]:
    """Add up the contracts of each venue, the largest in the table first."""
    contracts: dict[str, list[Difference]] = defaultdict(list)
    for one in found.differences:
        contracts[one.venue].append(one)
    venues = [(venue, summed(mine)) for venue, mine in contracts.items()]
    return sorted(venues, key=lambda entry: (-entry[1].vendor_usd, -entry[1].ours_usd, entry[0]))


def _as_dict(found: Reconciled) -> dict[str, object]:
    venues = [
        {
            "venue": venue,
            "exchanges": _exchanges(found, venue),
            **_amounts(total),
            **_told(found.sides.get(venue, Sides())),
        }
        for venue, total in _by_venue(found)
    ]
    return {
        "as_of": None if found.as_of is None else found.as_of.isoformat(),
        "venues": venues,
        "total": _amounts(summed(found.differences)),
        "left_out": found.left_out,
    }


def _exchanges(found: Reconciled, venue: str) -> list[str]:
    """Return what the table calls a venue."""
    return sorted({one.exchange for one in found.differences if one.venue == venue} - {""})


def _amounts(total: Summed) -> dict[str, object]:
    return {
        "instruments": total.instruments,
        "vendor_usd": total.vendor_usd,
        "ours_usd": total.ours_usd,
        "parts": dict(total.parts),
    }


def _told(sides: Sides) -> dict[str, object]:
    return {"sides_verdict": sides.verdict, "n": sides.n, "p_value": sides.p_value}


def _print(found: Reconciled) -> None:
    total = summed(found.differences)
    rows = [
        {"venue": venue, **_cells(one), **_sides_cells(found.sides.get(venue, Sides()))}
        for venue, one in _by_venue(found)
    ]
    rows.append({"venue": "total", **_cells(total), "counts": "", "figures": "", "chance": ""})
    at = "at an unknown instant" if found.as_of is None else found.as_of.isoformat()
    print_table(f"open interest {at}, USD", rows)
    if total.vendor_usd:
        share = total.parts["sides"] / total.vendor_usd
        print_line(f"{share:.1%} of the printed total is counted twice")
    for reason in found.left_out[:_NAMED]:
        print_line(f"left out: {reason}")
    if len(found.left_out) > _NAMED:
        print_line(f"left out: {len(found.left_out) - _NAMED} rows more")


def _cells(total: Summed) -> dict[str, object]:
    amounts: Mapping[str, Decimal] = {
        "vendor": total.vendor_usd, "ours": total.ours_usd, **total.parts
    }  # fmt: skip
    cells: dict[str, object] = {"contracts": total.instruments}
    cells.update((name, f"{amount:,.0f}") for name, amount in amounts.items())
    return cells


def _sides_cells(sides: Sides) -> dict[str, object]:
    chance = "" if sides.p_value is None else f"{sides.p_value:.1e}"
    return {"counts": sides.verdict, "figures": sides.n, "chance": chance}


def _write(output: Path, found: Sequence[Reconciled]) -> None:
    with output.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["as_of", "venue", "contract", "vendor_usd", "ours_usd", *PARTS])
        for table in found:
            for one in table.differences:
                amounts = (one.vendor_usd, one.ours_usd, *(one.parts[name] for name in PARTS))
                digits = [f"{amount:f}" for amount in amounts]
                writer.writerow([table.as_of, one.venue, one.contract, *digits])

"""Does the ledger of a home fit together? Rows without a run, nights without one, lost archives."""

import duckdb

from oirisk.warehouse.findings import Finding, read, unread
from oirisk.warehouse.home import Home
from oirisk.warehouse.runs import is_alive


def check_orphans(home: Home) -> Finding:
    """Return whether every fact and every entry of the ledger belongs to a run on record."""
    name = "rows without a run"
    try:
        found = read(home.warehouse, "health/orphans.sql")
    except duckdb.Error as error:
        return unread(name, error)
    if not found:
        return Finding(name, "ok", "none")
    parts = [f"{rows} in {table}, first of run {run_id}" for table, rows, run_id in found]
    repair = (
        "`oirisk rederive --since DAY` puts archived runs on record; else restore a backup of "
        "warehouse.duckdb"
    )
    return Finding(name, "fail", "; ".join(parts), repair)


def check_killed(home: Home) -> Finding:
    """Return whether a run on record as running has no process any more."""
    name = "killed runs"
    try:
        found = read(home.warehouse, "ops/runs_unfinished.sql")
    except duckdb.Error as error:
        return unread(name, error)
    killed = [run_id for run_id, *_ in found if not is_alive(home, run_id)]
    if not killed:
        return Finding(name, "ok", f"none; {len(found)} running" if found else "none")
    repair = "the next run stores what was fetched, and asks for the rest: run `oirisk nightly`"
    return Finding(name, "warn", f"{len(killed)}, first {killed[0]}", repair)


def check_gaps(home: Home) -> Finding:
    """Return whether each day since the first nightly run has one that was not in vain."""
    name = "nights without a run"
    try:
        found = read(home.warehouse, "health/gaps.sql")
    except duckdb.Error as error:
        return unread(name, error)
    missing, nights, first_day, last_day = found[0] if found else (0, 0, None, None)
    if not missing:
        return Finding(name, "ok", f"none in {nights} nights")
    detail = f"{missing} of {nights} nights, first {first_day}, last {last_day}"
    repair = (
        f"`oirisk backfill --since {first_day}` fetches what exchanges still tell, then "
        "`oirisk build`; what no exchange keeps stays missing"
    )
    return Finding(name, "warn", detail, repair)


def check_taken_out(home: Home) -> Finding:
    """Return whether what maintenance took out is still where it was put."""
    name = "rows taken out by maintenance"
    try:
        found = read(home.warehouse, "health/taken_out.sql")
    except duckdb.CatalogException:
        return Finding(name, "ok", "none; the warehouse is of an older version")
    except duckdb.Error as error:
        return unread(name, error)
    lost = [archive for archive, _rows in found if not (home.root / archive).is_file()]
    if lost:
        detail = f"{len(lost)} of {len(found)} files are gone, first {lost[0]}"
        return Finding(name, "warn", detail, "take archive/ from a backup")
    total = sum(rows for _archive, rows in found)
    return Finding(name, "ok", f"{total} rows in {len(found)} files under archive/")

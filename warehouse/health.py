"""Is a home folder sound? Small checks, each with how to repair what it finds.

Nothing here writes to the home. A missing home is no fault: nothing has run yet.
"""

import hashlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb

from oirisk.schemas.errors import HomeError
from oirisk.warehouse.archive import read_archive
from oirisk.warehouse.findings import Finding, first_line, opened_read_only, read, rows_of, unread
from oirisk.warehouse.health_rows import REBUILD, check_facts, check_keys, check_totals
from oirisk.warehouse.health_runs import (
    check_gaps,
    check_killed,
    check_orphans,
    check_taken_out,
)
from oirisk.warehouse.home import Home
from oirisk.warehouse.migrate import VERSION
from oirisk.warehouse.schema import fingerprint

ROOM_BYTES = 500 * 1024**2
"""Free space that one night needs beyond the published copy: responses, report, sort space."""

_HALF_WRITTEN = ".incomplete-*"
_PUBLISH = "`oirisk rederive --since DAY` with the last day publishes again, as does the next run"


def check_home(home: Home) -> list[Finding]:
    """Run every check of a home folder, in the order in which faults explain one another."""
    if not home.root.exists():
        return [
            Finding(
                "home", "warn", f"{home.root} does not exist", f"oirisk init --home {home.root}"
            ),
            check_room(home),
        ]
    checks: tuple[Callable[[Home], Finding], ...] = (
        check_folder, check_room, check_warehouse, check_keys, check_facts, check_totals,
        check_published, check_archive, check_runs_have_responses, check_responses_have_runs,
        check_orphans, check_killed, check_gaps, check_taken_out, check_leftovers,
    )  # fmt: skip
    return [check(home) for check in checks]


def check_folder(home: Home) -> Finding:
    """Return whether the home is a folder that this user can write."""
    if not home.root.is_dir():
        return Finding("home", "fail", f"{home.root} is not a folder", "choose another --home")
    if not os.access(home.root, os.W_OK | os.X_OK):
        repair = f"give this user the right to write {home.root}, or choose another --home"
        return Finding("home", "fail", f"{home.root} cannot be written", repair)
    return Finding("home", "ok", str(home.root.resolve()))


def check_room(home: Home) -> Finding:
    """Return whether the disk holds another published copy and another night."""
    place = home.root.absolute()
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    copy = home.warehouse.stat().st_size if home.warehouse.is_file() else 0
    detail = f"{free / 1024**3:.1f} GiB free, {(copy + ROOM_BYTES) / 1024**3:.1f} GiB needed"
    if free < copy:
        return Finding("disk", "fail", detail, "free space: the warehouse cannot be published")
    if free < copy + ROOM_BYTES:
        return Finding("disk", "warn", detail, "free space, or move the home to a larger disk")
    return Finding("disk", "ok", detail)


def check_warehouse(home: Home) -> Finding:
    """Return whether the warehouse opens and has the schema of this version."""
    name = "warehouse"
    if not home.warehouse.exists():
        return Finding(name, "ok", "no run yet")
    try:
        with opened_read_only(home.warehouse) as connection:
            held = dict(rows_of(connection, "select version, sha256 from ops.migrations"))
    except duckdb.IOException as error:
        if "lock" in str(error).lower():
            return Finding(name, "warn", "another process has it open", "ask again when it is done")
        return Finding(name, "fail", first_line(error), REBUILD)
    except duckdb.Error as error:
        return Finding(name, "fail", first_line(error), REBUILD)
    return _judge_schema(name, held)


def _judge_schema(name: str, held: dict[int, str]) -> Finding:
    newest = max(held, default=0)
    if newest > VERSION:
        detail = f"schema version {newest}, this oirisk knows up to {VERSION}"
        return Finding(name, "fail", detail, "install the oirisk that wrote it, or a newer one")
    if held.get(VERSION) != fingerprint():
        detail = f"schema version {newest}, not yet that of this oirisk"
        return Finding(name, "warn", detail, "the next run brings it up to date")
    return Finding(name, "ok", f"opens, schema version {newest}")


def check_published(home: Home) -> Finding:
    """Return whether the analysts' copy opens and holds what the warehouse holds."""
    name = "published copy"
    if not home.published.exists():
        if not home.warehouse.exists():
            return Finding(name, "ok", "no run yet")
        return Finding(name, "warn", "there is a warehouse but no copy of it", _PUBLISH)
    try:
        copy = read(home.published, "health/contents.sql")
    except duckdb.Error as error:
        return Finding(name, "fail", first_line(error), _PUBLISH)
    try:
        original = read(home.warehouse, "health/contents.sql")
    except duckdb.Error as error:
        return unread(name, error)
    if copy != original:
        return Finding(name, "warn", "it is older than the warehouse", _PUBLISH)
    runs, newest = copy[0][:2]
    return Finding(name, "ok", f"equals the warehouse: {runs} runs, newest {newest}")


def check_archive(home: Home) -> Finding:
    """Read every archived response and compare its checksum."""
    name = "archived responses"
    damaged: list[str] = []
    files = _archive_files(home)
    for path in files:
        try:
            frame = read_archive(path)
        except HomeError:
            damaged.append(str(path.relative_to(home.raw)))
            continue
        pairs = frame.select("body", "sha256").iter_rows()
        if any(hashlib.sha256(body.encode()).hexdigest() != seen for body, seen in pairs):
            damaged.append(str(path.relative_to(home.raw)))
    if damaged:
        detail = f"{len(damaged)} of {len(files)} files damaged, first {damaged[0]}"
        return Finding(name, "fail", detail, "take these files from a backup of raw/")
    return Finding(name, "ok", f"{len(files)} files, every checksum right")


def check_runs_have_responses(home: Home) -> Finding:
    """Return whether each run has the responses of every exchange that told it something."""
    name = "runs without responses"
    try:
        runs = read(home.warehouse, "health/runs.sql")
    except duckdb.Error as error:
        return unread(name, error)
    kept = {(path.stem, path.parent.name) for path in _archive_files(home)}
    bare = [(run, venue) for run, venue in runs if venue and (run, f"venue={venue}") not in kept]
    if bare:
        whole = len({run for run, _ in bare})
        detail = f"{len(bare)} files of {whole} runs are gone from raw/, first {' '.join(bare[0])}"
        return Finding(name, "warn", detail, "take raw/ from a backup; they cannot be rederived")
    return Finding(name, "ok", "none")


def check_responses_have_runs(home: Home) -> Finding:
    """Return whether responses lie in the archive that no run on record brought."""
    name = "responses without a run"
    try:
        known = {row[0] for row in read(home.warehouse, "health/runs.sql")}
    except duckdb.Error as error:
        return unread(name, error)
    orphans = sorted({path.stem for path in _archive_files(home)} - known)
    if orphans:
        detail = f"{len(orphans)} runs were killed before they were loaded, first {orphans[0]}"
        repair = "`oirisk rederive --since DAY` loads them; their files may also be deleted"
        return Finding(name, "warn", detail, repair)
    return Finding(name, "ok", "none")


def check_leftovers(home: Home) -> Finding:
    """Return whether a killed process left half-written files."""
    found = sorted(home.root.rglob(_HALF_WRITTEN))
    if found:
        detail = f"{len(found)} files, first {found[0].relative_to(home.root)}"
        repair = "none needed if a run is under way; else the next run removes them"
        return Finding("half-written files", "warn", detail, repair)
    return Finding("half-written files", "ok", "none")


def _archive_files(home: Home) -> list[Path]:
    return sorted(home.raw.glob("date=*/venue=*/*.parquet"))

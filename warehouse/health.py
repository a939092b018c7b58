"""Is a home folder sound? Small checks, each with how to repair what it finds.

Nothing here writes to the home. A missing home is no fault: nothing has run yet.
"""

import os
from collections.abc import Callable

import duckdb

from oirisk.schemas.errors import HomeError
from oirisk.warehouse.files import free_bytes
from oirisk.warehouse.findings import (
    Finding,
    first_line,
    is_held,
    opened_read_only,
    read,
    read_all_blocks,
    rows_of,
    unread,
)
from oirisk.warehouse.health_files import (
    MEND,
    archive_files,
    check_archive,
    check_modes,
    check_rights,
    check_run_locks,
    check_set_aside,
)
from oirisk.warehouse.health_rows import check_facts, check_keys, check_totals
from oirisk.warehouse.health_runs import (
    check_gaps,
    check_killed,
    check_orphans,
    check_taken_out,
)
from oirisk.warehouse.home import ARCHIVED, Home
from oirisk.warehouse.known import Known, known_by, lacking
from oirisk.warehouse.migrate import VERSION
from oirisk.warehouse.safety import (
    require_warehouse_kept,
    rights_repair,
    room_needed,
    ways_out,
)
from oirisk.warehouse.schema import fingerprint
from oirisk.warehouse.sql_files import statement

ROOM_BYTES = 500 * 1024**2
"""Free space that one night needs beyond the published copy: responses, report, sort space."""

_HALF_WRITTEN = ".incomplete-*"
_PUBLISH = f"{MEND} writes it again from a sound warehouse, as does the next run"
_COPY = "published copy"
_KEPT = f"{ARCHIVED}*"


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
        check_folder, check_rights, check_modes, check_room, check_warehouse, check_keys,
        check_facts, check_totals, check_published, check_archive, check_set_aside,
        check_runs_have_responses, check_responses_have_runs, check_orphans, check_killed,
        check_gaps, check_taken_out, check_leftovers, check_run_locks,
    )  # fmt: skip
    return [_made(check, home) for check in checks]


def _made(check: Callable[[Home], Finding], home: Home) -> Finding:
    """Make a check; where something cannot even be read, say what."""
    try:
        return check(home)
    except (OSError, HomeError) as error:
        name = check.__name__.removeprefix("check_").replace("_", " ")
        return Finding(name, "fail", f"not checked: {error}", rights_repair(home))


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
    free, needed = free_bytes(home.root), room_needed(home)
    detail = f"{free / 1024**2:,.0f} MiB free, {needed / 1024**2:,.0f} MiB needed for one night"
    if free < needed:
        lacking = f"{(needed - free) / 1024**2:,.0f}"
        return Finding("disk", "fail", detail, f"free at least {lacking} MiB: no run can begin")
    if free < needed + ROOM_BYTES:
        return Finding("disk", "warn", detail, "free space, or move the home to a larger disk")
    return Finding("disk", "ok", detail)


def check_warehouse(home: Home) -> Finding:
    """Return whether each block of the warehouse is sound, and its schema that of this version."""
    name = "warehouse"
    try:
        require_warehouse_kept(home)
    except HomeError:
        detail = "gone or empty, and what was made with it is there"
        return Finding(name, "fail", detail, ways_out(home))
    if not home.warehouse.exists():
        return Finding(name, "ok", "no run yet")
    try:
        with opened_read_only(home.warehouse) as connection:
            held = dict(rows_of(connection, "select version, sha256 from ops.migrations"))
            read_all_blocks(connection)
    except duckdb.Error as error:
        if is_held(error):
            return Finding(name, "warn", "another process has it open", "ask again when it is done")
        return Finding(name, "fail", first_line(error), _ways_out(home, error))
    return _judge_schema(name, held)


def _ways_out(home: Home, error: duckdb.Error) -> str:
    return rights_repair(home) if "ermission" in str(error) else ways_out(home)


def _judge_schema(name: str, held: dict[int, str]) -> Finding:
    newest = max(held, default=0)
    if newest > VERSION:
        detail = f"schema version {newest}, this oirisk knows up to {VERSION}"
        return Finding(name, "fail", detail, "install the oirisk that wrote it, or a newer one")
    if held.get(VERSION) != fingerprint():
        detail = f"schema version {newest}, not yet that of this oirisk"
        return Finding(name, "warn", detail, "the next run brings it up to date")
    return Finding(name, "ok", f"every block is sound, schema version {newest}")


def check_published(home: Home) -> Finding:
    """Return whether the analysts' copy is sound and holds what the warehouse holds."""
    if not home.published.exists():
        if home.warehouse.exists():
            return Finding(_COPY, "warn", "there is a warehouse but no copy of it", _PUBLISH)
        return Finding(_COPY, "ok", "no run yet")
    try:
        with opened_read_only(home.published) as connection:
            copy = rows_of(connection, statement("health/contents.sql"))[0]
            known = known_by(connection)
            read_all_blocks(connection)
    except duckdb.Error as error:
        return Finding(_COPY, "fail", first_line(error), _PUBLISH)
    return _compared(home, copy, known)


def _compared(home: Home, copy: tuple[object, ...], known: Known) -> Finding:
    """Compare what the copy holds and knows with the warehouse."""
    if not home.warehouse.exists():
        return Finding(_COPY, "fail", "there is a copy but no warehouse", ways_out(home))
    try:
        with opened_read_only(home.warehouse) as connection:
            original = rows_of(connection, statement("health/contents.sql"))[0]
            lost = lacking(known_by(connection), known)
    except duckdb.Error as error:
        return unread(_COPY, error)
    if lost:
        detail = f"the warehouse knows less than its copy: {lost}"
        return Finding(_COPY, "fail", detail, ways_out(home))
    if copy == original:
        return Finding(_COPY, "ok", f"equals the warehouse: {copy[0]} runs, newest {copy[1]}")
    return Finding(_COPY, "warn", "it is older than the warehouse", _PUBLISH)


def check_runs_have_responses(home: Home) -> Finding:
    """Return whether each run has the responses of every exchange that told it something."""
    name = "runs without responses"
    try:
        runs = read(home.warehouse, "health/runs.sql")
    except duckdb.Error as error:
        return unread(name, error)
    kept = {(path.name.partition(".")[0], path.parent.name) for path in home.raw.glob(_KEPT)}
    removed = _removed(home)
    bare = [(run, venue) for run, venue in runs if venue and run not in removed
            and (run, f"venue={venue}") not in kept]  # fmt: skip
    if bare:
        whole = len({run for run, _ in bare})
        detail = f"{len(bare)} files of {whole} runs are gone from raw/, first {' '.join(bare[0])}"
        return Finding(name, "warn", detail, "take raw/ from a backup; they cannot be rederived")
    return Finding(name, "ok", "none")


def _removed(home: Home) -> set[str]:
    """Return runs whose responses are gone because the settings say so."""
    try:
        return {run for (run,) in read(home.warehouse, "health/removed.sql")}
    except duckdb.CatalogException:  # a warehouse of an older version
        return set()


def check_responses_have_runs(home: Home) -> Finding:
    """Return whether responses lie in the archive that no run on record brought."""
    name = "responses without a run"
    if not home.warehouse.exists():
        return Finding(name, "ok", "not checked: there is no warehouse")
    try:
        known = {row[0] for row in read(home.warehouse, "health/runs.sql")}
    except duckdb.Error as error:
        return unread(name, error)
    orphans = sorted({path.stem for path in archive_files(home)} - known)
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

"""Back up a home and bring one back: from its copy, from a backup, or from its responses.

What a restored warehouse takes the place of is put aside first, never removed.
"""

import shutil
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import duckdb

from oirisk.schemas.errors import HomeError
from oirisk.warehouse.archive import first_archived_day
from oirisk.warehouse.backups import automatic_backups, put_aside
from oirisk.warehouse.files import SECRET_MODE, copy_whole
from oirisk.warehouse.findings import first_line, opened_read_only, read_all_blocks, rows_of
from oirisk.warehouse.home import Home
from oirisk.warehouse.migrate import refuse_newer
from oirisk.warehouse.safety import require_free
from oirisk.warehouse.sql_files import statement
from oirisk.warehouse.writer import only_writer, publish

PUBLISHED, AUTOMATIC, RAW = "published", "automatic", "raw"
"""What to restore from, beside the path of a backup."""


def _trees(home: Home) -> dict[str, Path]:
    """Return the folders of a home that a backup holds, by their names in it."""
    return {"raw": home.raw, "archive": home.archive, "reports": home.reports}


@dataclass(frozen=True)
class Kept:
    """What a backup holds, or a restored home: its warehouse, and how many runs it knows."""

    place: Path
    runs: int
    newest: datetime | None
    files: int = 1
    aside: tuple[Path, ...] = ()


def back_up(home: Home, target: Path) -> Kept:
    """Copy the warehouse of the last run to a file, or all that cannot be had again to a folder.

    No run has to be stopped: the published copy is whole at any moment. Files that the folder
    holds already, of the same size and time, are not copied again.

    Args:
        home: The home folder.
        target: A file that ends in ``.duckdb``; anything else is a folder, created when missing.

    Raises:
        HomeError: Nothing has been published, the copy is damaged, or the target cannot be written.
    """
    if not home.published.is_file():
        raise HomeError(f"{home.published} does not exist: nothing has been published to back up")
    try:
        if target.suffix == ".duckdb":
            copy_whole(home.published, target)
            return _inspected(target)
        files = sum(_copy_tree(tree, target / name) for name, tree in _trees(home).items())
        for own in (*_own_files(home), home.outbox):
            if own.is_file():
                copy_whole(own, target / own.name, SECRET_MODE)
                files += 1
        copy_whole(home.published, target / home.warehouse.name)
        found = _inspected(target / home.warehouse.name)
    except OSError as error:
        raise HomeError(f"cannot back up to {target}: {error}") from error
    return Kept(target, found.runs, found.newest, files + 1)


def _own_files(home: Home) -> list[Path]:
    """Return the files in a home that its owner wrote: settings, and what these may point to."""
    written = {".duckdb", ".wal", ".sqlite", ".prom"}
    ours = {"status.json", "notices.json", home.outbox.name}
    return sorted(
        path
        for path in home.root.iterdir()
        if path.is_file()
        and not path.name.startswith(".")
        and path.name not in ours
        and path.suffix not in written
    )


def _copy_tree(source: Path, target: Path) -> int:
    """Copy the files that the other folder lacks, or has otherwise; return how many."""
    count = 0
    for path in sorted(source.rglob("*")):
        copy = target / path.relative_to(source)
        if path.is_file() and not path.name.startswith(".") and not _is_same(path, copy):
            copy_whole(path, copy)
            shutil.copystat(path, copy)
            count += 1
    return count


def _is_same(path: Path, copy: Path) -> bool:
    if not copy.is_file():
        return False
    here, there = path.stat(), copy.stat()
    return (here.st_size, int(here.st_mtime)) == (there.st_size, int(there.st_mtime))


def source_of(home: Home, origin: str) -> Path:
    """Return the database that a home is to be restored from.

    Args:
        home: The home folder.
        origin: ``published``, ``automatic`` for the newest automatic backup, or a path.

    Raises:
        HomeError: There is none.
    """
    if origin == PUBLISHED:
        found: Path | None = home.published
    elif origin == AUTOMATIC:
        found = next(reversed(automatic_backups(home)), None)
    else:
        found = Path(origin)
        found = found / home.warehouse.name if found.is_dir() else found
    if found is None or not found.is_file():
        raise HomeError(
            f"{found or f'a backup in {home.backups}'} does not exist; restore from `published`, "
            "`automatic` (the newest automatic backup), `raw`, or the path of a backup"
        )
    return found


def restore(home: Home, origin: str, now: datetime) -> Kept:
    """Put a database in the place of the warehouse and of its copy, once it has been read whole.

    From a folder that :func:`back_up` filled, responses, archived rows, reports, settings and
    other files of the owner that are not in the home come with it.

    Raises:
        HomeError: There is nothing to restore from, it is damaged or of a newer version, or
            another process writes in the home.
    """
    source = source_of(home, origin)
    found = _inspected(source)
    with only_writer(home, remakes=True):
        require_free(home, 2 * source.stat().st_size)
        aside = put_aside(home, now)
        if Path(origin).is_dir():
            _bring(Path(origin), home)
        copy_whole(source, home.warehouse)
        publish(home)
    return Kept(home.root, found.runs, found.newest, aside=tuple(aside))


def _bring(backup: Path, home: Home) -> None:
    """Bring back what the home lacks, but for the outbox: its mail may have been sent since."""
    for name, tree in _trees(home).items():
        _copy_missing(backup / name, tree)
    for own in _own_files(Home(backup)):
        if not (home.root / own.name).exists():
            copy_whole(own, home.root / own.name, SECRET_MODE)


def _copy_missing(source: Path, target: Path) -> None:
    for path in sorted(source.rglob("*")):
        copy = target / path.relative_to(source)
        if path.is_file() and not copy.exists():
            copy_whole(path, copy)


def clear_for_remaking(home: Home, now: datetime) -> tuple[date, list[Path]]:
    """Put the warehouse aside, so that it can be made again from the archive of responses.

    Returns:
        The first archived day, and what is kept of the old warehouse and where.

    Raises:
        HomeError: There are no responses, or another process writes in the home.
    """
    first = first_archived_day(home)
    if first is None:
        raise HomeError(f"{home.raw} holds no responses to make a warehouse from")
    with only_writer(home, remakes=True):
        return first, put_aside(home, now)


def _inspected(path: Path) -> Kept:
    """Read every block of a database and say what it knows.

    Raises:
        HomeError: It is damaged, is no warehouse, or of a newer version.
    """
    try:
        with opened_read_only(path) as connection:
            refuse_newer(rows_of(connection, "select max(version) from ops.migrations")[0][0] or 0)
            read_all_blocks(connection)
            runs, newest = rows_of(connection, statement("health/contents.sql"))[0][:2]
    except duckdb.Error as error:
        raise HomeError(
            f"{path} cannot be restored from: {first_line(error)}; take another backup"
        ) from error
    return Kept(path, runs, newest)

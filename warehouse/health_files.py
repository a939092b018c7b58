"""Are the files of a home ours to write, closed to others, and as they were written?"""

from collections.abc import Iterator, Mapping
from pathlib import Path

import duckdb

from oirisk.schemas.errors import DamagedFileError
from oirisk.warehouse.archive import DAMAGED, read_archive
from oirisk.warehouse.files import SECRET_MODE, is_alone
from oirisk.warehouse.findings import Finding, read
from oirisk.warehouse.home import ARCHIVED, Home
from oirisk.warehouse.safety import (
    MOVE_AWAY,
    not_writable,
    out_of_place,
    rights_repair,
    unwritable,
)

MEND = "`oirisk doctor --fix`"
_OTHERS, _ALL_BUT_OWNER = 0o007, 0o077
_RUN_LOCKS = ".run-*.lock"


def check_rights(home: Home) -> Finding:
    """Return whether this user may write all that runs write."""
    if misplaced := out_of_place(home):
        return Finding("rights", "fail", misplaced, MOVE_AWAY)
    if wrong := unwritable(home, deep=True):
        return Finding("rights", "fail", not_writable(wrong), rights_repair(home))
    return Finding("rights", "ok", "all that runs write can be written")


def check_modes(home: Home) -> Finding:
    """Return whether data are closed to other users, and secrets to all but their owner."""
    if wrong := too_open(home):
        path, mode = next(iter(wrong.items()))
        whom = "the group" if mode == SECRET_MODE else "every user of this machine"
        detail = f"{len(wrong)} files are open, first {path.relative_to(home.root)} to {whom}"
        return Finding("modes", "warn", detail, MEND)
    return Finding("modes", "ok", "data are open to their group, secrets to their owner alone")


def too_open(home: Home) -> Mapping[Path, int]:
    """Return files that others may read, and the mode that each should have."""
    secrets = [path for path in _secrets(home) if path.stat().st_mode & _ALL_BUT_OWNER]
    data = {
        path: path.stat().st_mode & ~_OTHERS & 0o777
        for path in _data(home)
        if path.stat().st_mode & _OTHERS
    }
    return {**dict.fromkeys(secrets, SECRET_MODE), **data}


def _secrets(home: Home) -> Iterator[Path]:
    if home.outbox.is_file():
        yield home.outbox
    if home.config.is_file() and holds_password(home.config):
        yield home.config


def holds_password(config: Path) -> bool:
    """Return whether settings, sound or not, name a password that is not empty."""
    for line in config.read_text(encoding="utf-8", errors="replace").splitlines():
        name, _, value = line.partition("=")
        if name.strip().endswith("password") and value.split("#")[0].strip(" '\"\t"):
            return not name.lstrip().startswith("#")
    return False


def _data(home: Home) -> Iterator[Path]:
    yield from (path for path in (home.warehouse, home.wal) if path.is_file())
    for folder in (home.published.parent, home.raw, home.reports, home.archive, home.backups):
        yield from (path for path in sorted(folder.rglob("*")) if path.is_file())


def check_archive(home: Home) -> Finding:
    """Read every archived response and compare its checksum, and that of what was stored."""
    name = "archived responses"
    files = archive_files(home)
    if damaged := damaged_files(home):
        first = damaged[0].relative_to(home.raw)
        detail = f"{len(damaged)} of {len(files)} files damaged, first {first}"
        repair = f"take these files from a backup of raw/; without one, {MEND} sets them aside"
        return Finding(name, "fail", detail, repair)
    return Finding(name, "ok", f"{len(files)} files, every checksum right")


def damaged_files(home: Home) -> list[Path]:
    """Return files that are cut short, or do not say what a run received and stored."""
    try:
        contents = dict(read(home.warehouse, "ops/contents.sql"))
    except duckdb.Error:  # an older warehouse, or a damaged one
        contents = {}
    files = archive_files(home)
    return [path for path in files if _is_damaged(path, contents.get(home.name_of(path)))]


def _is_damaged(path: Path, content: str | None) -> bool:
    try:
        read_archive(path, content)
    except DamagedFileError:
        return True
    return False


def check_set_aside(home: Home) -> Finding:
    """Return whether damaged files of responses lie aside."""
    found = sorted(home.raw.glob(f"{ARCHIVED}{DAMAGED}"))
    if found:
        detail = f"{len(found)} damaged files, first {found[0].relative_to(home.raw)}"
        repair = (
            "their figures are in the warehouse and stay; take the files from a backup of raw/ if "
            "there is one, and remove those aside"
        )
        return Finding("responses set aside", "warn", detail, repair)
    return Finding("responses set aside", "ok", "none")


def check_run_locks(home: Home) -> Finding:
    """Return whether runs that were killed left their lock files."""
    if stale := stale_run_locks(home):
        detail = f"{len(stale)} of killed runs, first {stale[0].name}"
        return Finding("locks", "warn", detail, f"{MEND}; they hinder nothing")
    return Finding("locks", "ok", "none is left over")


def stale_run_locks(home: Home) -> list[Path]:
    """Return lock files of runs that no process holds."""
    return [path for path in sorted(home.root.glob(_RUN_LOCKS)) if is_alone(path)]


def archive_files(home: Home) -> list[Path]:
    """Return all files of responses, by name."""
    return sorted(home.raw.glob(ARCHIVED))

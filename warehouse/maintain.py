"""Keep a home small: thin out old rows, keep what is taken out, make files compact.

What goes is counted, written to ``archive/`` and read back before it is deleted, and noted in
``ops.maintenance``. The last row of each hour or day stays, and so does every nightly run.
"""

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import polars as pl

from oirisk.schemas.errors import DamagedFileError, HomeError
from oirisk.warehouse.archive import as_stored, read_archive, set_damaged_aside
from oirisk.warehouse.files import replacing, write_whole
from oirisk.warehouse.home import ARCHIVED, Home
from oirisk.warehouse.writer import Writer

RESOLUTIONS: Mapping[str, timedelta] = {"1h": timedelta(hours=1), "1d": timedelta(days=1)}
DENSE_LEVEL = 19
"""Compression of archived responses that are read no more than once."""


@dataclass(frozen=True)
class _Sampled:
    """A table of snapshots: its instant, and what has one row at each."""

    table: str
    instant: str
    keys: tuple[str, ...]


_SAMPLED = (
    _Sampled("core.open_interest", "snapshot_at", ("venue", "symbol")),
    _Sampled("core.positioning", "at", ("venue", "symbol", "measure", "period")),
    _Sampled("core.depth", "snapshot_at", ("venue", "symbol")),
    _Sampled("core.options", "snapshot_at", ("venue", "symbol")),
    _Sampled("marts.oi_by_asset", "snapshot_at", ("asset", "kind_group")),
    _Sampled("marts.oi_by_venue", "snapshot_at", ("asset", "kind_group", "venue")),
    _Sampled("marts.oi_market", "snapshot_at", ("kind_group",)),
    _Sampled("marts.oi_by_product", "snapshot_at", ("kind_group", "venue", "product")),
    _Sampled("marts.oi_uncounted", "snapshot_at", ("kind_group", "venue", "reason")),
    _Sampled("marts.oi_concentration", "snapshot_at", ("asset", "kind_group")),
    _Sampled("marts.pools", "snapshot_at", ("asset", "venue")),
    _Sampled("marts.oi_imbalance", "snapshot_at", ("asset",)),
    _Sampled("marts.funding_extremes", "snapshot_at", ("asset",)),
    _Sampled("marts.oi_regimes", "bar_at", ("horizon", "asset")),
)
_BARRED = ("marts.oi_candles", "marts.oi_anomalies")
_FINER: Mapping[str, tuple[str, ...]] = {"1h": ("5m",), "1d": ("5m", "1h", "4h")}

# Names and figures of our own are filled in; none comes from outside. What has been superseded
# goes with the row that replaced it, and stays where no current row is left in the hour or day.
_SAMPLED_SELECTION = """
select
    rowid as row_id,
    {instant} < max({instant}) filter (where {current}) over (
        partition by {keys}, epoch_us({instant}) // {length}
    )
    and {instant} not in (
        select runs.snapshot_at from ops.runs as runs where runs.flow = 'nightly'
    ) as goes
from {table}
where {instant} < {older}
"""
_BARRED_SELECTION = """
select rowid as row_id, "interval" in ({finer}) as goes from {table} where bar_at < {older}
"""


@dataclass(frozen=True)
class Thinning:
    """What is thinned: rows older than an instant, to one an hour or one a day."""

    resolution: str
    older_than: datetime


@dataclass(frozen=True)
class Done:
    """One row of ``ops.maintenance``; see its contract."""

    done_at: datetime
    action: str
    target: str
    resolution: str | None = None
    older_than: datetime | None = None
    rows_before: int | None = None
    rows_removed: int | None = None
    bytes_before: int | None = None
    bytes_after: int | None = None
    archive: str | None = None


def thin(
    connection: Writer, home: Home, thinning: Thinning, now: datetime, *, dry_run: bool
) -> list[Done]:
    """Take out old rows between those that stay, in the caller's transaction.

    Args:
        connection: Writer, inside a transaction; rolled back when this raises.
        home: Where the archive lies.
        thinning: What is thinned.
        now: When it is done.
        dry_run: Count alone.

    Returns:
        One row per table that loses anything.

    Raises:
        HomeError: The archive does not hold what was to be taken out.
    """
    done = []
    for table, selection in _selections(thinning):
        connection.execute(f"create or replace temp table thinned as {selection}")
        before, removed = connection.execute(
            "select count(*), count(*) filter (where goes) from temp.thinned"
        ).fetchall()[0]
        if removed:
            name = f"{table}-{thinning.resolution}-{now:%Y%m%dT%H%M%SZ}.parquet"
            target = home.archive / name
            if not dry_run:
                _take_out(connection, table, target, removed)
            counted = {"rows_before": before, "rows_removed": removed}
            kept = home.name_of(target)
            done.append(Done(now, "thin", table, **asdict(thinning), **counted, archive=kept))
    connection.execute("drop table if exists temp.thinned")
    if not dry_run:
        note(connection, done)
    return done


def _selections(thinning: Thinning) -> Iterator[tuple[str, str]]:
    """Yield each table and the query that says which of its old rows go."""
    values = {
        "older": f"'{thinning.older_than.isoformat()}'::timestamptz",
        "length": RESOLUTIONS[thinning.resolution] // timedelta(microseconds=1),
        "finer": ", ".join(f"'{interval}'" for interval in _FINER[thinning.resolution]),
    }
    for one in _SAMPLED:
        names = {"table": one.table, "instant": f'"{one.instant}"', "keys": ", ".join(one.keys)}
        current = "superseded_at is null" if one.table.startswith("core.") else "true"
        yield one.table, _SAMPLED_SELECTION.format(**values, **names, current=current)
    for table in _BARRED:
        yield table, _BARRED_SELECTION.format(**values, table=table)


def _take_out(connection: Writer, table: str, target: Path, expected: int) -> None:
    going = "select row_id from temp.thinned where goes"
    with replacing(target) as draft:
        rows = connection.sql(f"select * from {table} where rowid in ({going})").pl()  # noqa: S608
        rows.write_parquet(draft, compression="zstd", compression_level=DENSE_LEVEL)
        kept = pl.scan_parquet(draft, glob=False).select(pl.len()).collect().item()
    if kept != expected:
        raise HomeError(f"{target} holds {kept} of {expected} rows; nothing was taken out")
    connection.execute(f"delete from {table} where rowid in ({going})")  # noqa: S608


def note(connection: Writer, done: Sequence[Done]) -> None:
    """Put on record what was done."""
    for one in done:
        names = asdict(one)
        slots = ", ".join(f"${name}" for name in names)
        connection.execute(
            f"insert into ops.maintenance ({', '.join(names)}) values ({slots})",  # noqa: S608
            names,
        )


def closed_before(
    connection: duckdb.DuckDBPyConnection, looks_back: Mapping[str, timedelta]
) -> datetime | None:
    """Return up to when marts are closed, for rows that they are made of were thinned out.

    Args:
        connection: Migrated.
        looks_back: How long before a snapshot rows must be whole, by resolution of thinning.

    Returns:
        None when nothing has been thinned out.
    """
    found = connection.execute(
        "select resolution, max(older_than) from ops.maintenance where action = 'thin'"
        " group by resolution"
    ).fetchall()
    return max((older + looks_back[resolution] for resolution, older in found), default=None)


def remove_old(
    home: Home, before: Mapping[str, date], now: datetime, *, dry_run: bool
) -> list[Done]:
    """Remove old responses, and of old reports all but ``report.json``, which gives them back.

    Args:
        home: The home folder.
        before: First day that is kept whole, of ``raw`` and ``reports``.
        now: When it is done.
        dry_run: Count alone.

    Returns:
        One row for each of the two that loses anything; not on record yet.
    """
    folders = {"raw": home.raw, "reports": home.reports}
    going = {
        "raw": [path for path in home.raw.glob("date=*/venue=*/*") if path.is_file()],
        "reports": [
            path
            for path in home.reports.glob("*/**/*")
            if path.is_file() and path.name != "report.json"
        ],
    }
    done = []
    for name, day in before.items():
        folder = folders[name]
        files = [path for path in going[name] if _day_of(path, folder) < day.isoformat()]
        if files:
            size = sum(path.stat().st_size for path in files)
            older = datetime.combine(day, datetime.min.time(), UTC)
            done.append(
                Done(now, "remove", name, older_than=older, bytes_before=size, bytes_after=0)
            )
            if not dry_run:
                _remove(files, folder)
    return done


def _day_of(path: Path, folder: Path) -> str:
    return path.relative_to(folder).parts[0].removeprefix("date=")


def _remove(files: Sequence[Path], folder: Path) -> None:
    """Remove files, and the folders that are empty without them."""
    for path in files:
        path.unlink()
    inner = {parent for path in files for parent in path.parents if folder in parent.parents}
    for parent in sorted(inner, key=lambda path: len(path.parts), reverse=True):
        if next(parent.iterdir(), None) is None:
            parent.rmdir()


def compact_raw(connection: Writer, home: Home, now: datetime, *, dry_run: bool) -> list[Done]:
    """Write archived responses of past days more densely; each file stays one file.

    Days that an earlier compaction covered are left alone. A dry run says how many bytes there
    are, not how many would be saved: that takes the work itself. A damaged file is set aside.

    Raises:
        HomeError: A file cannot be read, or would not say the same.
    """
    today = now.date().isoformat()
    since = _compacted_days(connection)
    files = [
        path
        for path in sorted(home.raw.glob(ARCHIVED))
        if since <= path.parts[-3].removeprefix("date=") < today
    ]
    if not files:
        return []
    before = sum(path.stat().st_size for path in files)
    if dry_run:
        return [Done(now, "compact", "raw", older_than=now, bytes_before=before)]
    damaged = [path for path in files if not _rewrite(path)]
    set_damaged_aside(damaged, home, {})
    after = sum(path.stat().st_size for path in files if path.exists())
    done = Done(now, "compact", "raw", older_than=now, bytes_before=before, bytes_after=after)
    note(connection, [done])
    return [done]


def _compacted_days(connection: Writer) -> str:
    """Return the first day that no compaction has covered; empty: none has run yet."""
    try:
        found = connection.execute(
            "select max(older_than) from ops.maintenance"
            " where action = 'compact' and target = 'raw'"
        ).fetchall()
    except duckdb.CatalogException:  # a copy that an older version published, on a dry run
        return ""
    return found[0][0].date().isoformat() if found[0][0] else ""


def _rewrite(path: Path) -> bool:
    """Replace a file by the same rows in fewer bytes, if there are fewer; False: it is damaged."""
    try:
        rows = as_stored(read_archive(path))
    except DamagedFileError:
        return False
    dense = io.BytesIO()
    rows.write_parquet(dense, compression="zstd", compression_level=DENSE_LEVEL)
    if not pl.read_parquet(dense.getvalue()).equals(rows):
        raise HomeError(f"{path} would not say the same when written anew; it was left alone")
    if dense.getbuffer().nbytes < path.stat().st_size:
        write_whole(path, dense.getvalue())
    return True

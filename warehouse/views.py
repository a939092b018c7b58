"""Views over files: the raw archive seen as a table."""

import logging

import duckdb

from oirisk.warehouse.archive import set_damaged_aside
from oirisk.warehouse.findings import first_line
from oirisk.warehouse.home import ARCHIVED, Home
from oirisk.warehouse.paths import quoted, taken_literally

log = logging.getLogger(__name__)

PLACE = "oirisk_raw"
"""Variable of a connection that says where the archive lies, of a home that was moved or copied."""

_EMPTY = """
create or replace view raw.responses as
select
    null::varchar as run_id, null::varchar as flow, null::timestamptz as snapshot_at,
    null::varchar as source, null::boolean as is_simulated, null::varchar as venue,
    null::varchar as endpoint, null::varchar as "method", null::varchar as url,
    null::varchar as params, null::varchar as request_body, null::integer as status,
    null::timestamptz as requested_at, null::timestamptz as received_at,
    null::integer as attempt, null::varchar as body, null::varchar as sha256,
    null::varchar as error
where false
"""


_ABOUT = "Every response as received. Grain: one row per request that was made."
_COLUMNS = {
    "run_id": "run that asked",
    "flow": "what ran",
    "snapshot_at": "scheduled instant the run belongs to [UTC]",
    "source": "where the answer came from",
    "is_simulated": "whether a simulated exchange answered",
    "venue": "ccxt id of the exchange",
    "endpoint": "what was asked for",
    "method": "HTTP method",
    "url": "address that was asked",
    "params": "query that was sent [JSON]",
    "request_body": "body that was sent; null without one",
    "status": "HTTP status; null when nothing came [code]",
    "requested_at": "when it was asked [UTC]",
    "received_at": "when the answer had come [UTC]",
    "attempt": "which try it was, from 1 [count]",
    "body": "the answer, letter by letter; U+FFFD stands for bytes that are no UTF-8",
    "sha256": "hash of the body as it came, hexadecimal",
    "error": "why there is no answer; null if there is",
}


def refresh_views(connection: duckdb.DuckDBPyConnection, home: Home) -> None:
    """Point ``raw.responses`` at the archive of this home, wherever it lies now.

    Where the file that tells the columns is damaged, those that are, are set aside.
    """
    try:
        connection.execute(_view(home))
    except duckdb.Error as error:
        log.warning("archive is not read whole reason=%s", first_line(error))
        set_damaged_aside(sorted(home.raw.glob(ARCHIVED)), home, {})
        connection.execute(_view(home))
    _comment(connection)


def _view(home: Home) -> str:
    if next(home.raw.glob(ARCHIVED), None) is None:
        return _EMPTY
    columns = ", ".join(f'"{name}"' for name in _COLUMNS)
    return (
        "create or replace view raw.responses as "  # noqa: S608 -- the quotes are doubled
        f"select {columns} from read_parquet("
        f"coalesce(getvariable('{PLACE}'), {archived_files(home)}),"
        " hive_partitioning = false)"
    )


def archived_files(home: Home) -> str:
    """Return the archive as an SQL list: a pattern, or the files where none can be written."""
    folder = home.raw.resolve()
    if "\\" not in str(folder):
        return f"[{quoted(f'{taken_literally(folder)}/{ARCHIVED}')}]"
    files = sorted(folder.glob(ARCHIVED))
    return "[" + ", ".join(quoted(taken_literally(path)) for path in files) + "]"


def _comment(connection: duckdb.DuckDBPyConnection) -> None:
    """Say what the view is; replacing it has taken its comments away."""
    there = {str(row[0]) for row in connection.execute("describe raw.responses").fetchall()}
    texts = [f"comment on view raw.responses is '{_ABOUT}'"] + [
        f"comment on column raw.responses.\"{name}\" is '{text}'"
        for name, text in _COLUMNS.items()
        if name in there
    ]
    connection.execute(";".join(texts))

"""Views over files: the raw archive seen as a table."""

import duckdb

from oirisk.warehouse.home import Home

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


def refresh_views(connection: duckdb.DuckDBPyConnection, home: Home) -> None:
    """Point ``raw.responses`` at the archive of this home, wherever it lies now."""
    if next(home.raw.glob("date=*/venue=*/*.parquet"), None) is None:
        connection.execute(_EMPTY)
        return
    pattern = str(home.raw.resolve() / "date=*" / "venue=*" / "*.parquet").replace("'", "''")
    connection.execute(
        "create or replace view raw.responses as "  # noqa: S608 -- the quotes are doubled
        f"select * from read_parquet('{pattern}', hive_partitioning = false)"
    )

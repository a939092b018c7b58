"""A query of a report, printed so that it can be run by itself."""

from datetime import UTC, datetime

import duckdb

from oirisk.flows.briefing.answers import filled

SQL = """-- part: what there is.
-- Params  $at, $name
select
    $at as at,
    $name as name,
    $size as size,
    $none as none,
    $days as days
"""


def test_values_stand_where_parameters_were_and_mean_the_same() -> None:
    values = {
        "at": datetime(2026, 11, 21, 0, 5, 0, 250_000, tzinfo=UTC), "name": "it's", "size": 0.1,
        "none": None, "days": 7,
    }  # fmt: skip
    text = filled(SQL, values)
    assert text.splitlines() == [
        "-- part: what there is.",
        "select",
        "    timestamptz '2026-11-21 00:05:00.250000+00:00' as at,",
        "    'it''s' as name,",
        "    0.1e0 as size,",
        "    null as none,",
        "    7 as days",
    ]
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        asked = connection.execute(text).pl().row(0, named=True)
        assert asked == connection.execute(SQL, values).pl().row(0, named=True)
        assert asked == values

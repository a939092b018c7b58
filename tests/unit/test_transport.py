"""Reading what a server's headers ask for."""

from datetime import UTC, datetime

import pytest

from oirisk.flows.exchanges.transport import retry_after_seconds

NOW = datetime(2026, 11, 21, 0, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "7"}, 7.0),
        ({"retry-after": " 1.5 "}, 1.5),
        ({"Retry-After": "0"}, 0.0),
        ({"Retry-After": "Sat, 21 Nov 2026 00:05:30 GMT"}, 30.0),
        ({"Retry-After": "Sat, 21 Nov 2026 00:04:00 GMT"}, 0.0),
        (
            {
                "Retry-After": "Sat, 21 Nov 2026 03:00:10 GMT",
                "Date": "Sat, 21 Nov 2026 03:00:00 GMT",
            },
            10.0,
        ),
        ({"Retry-After": "Sat, 21 Nov 2026 00:05:30 GMT", "Date": "yesterday"}, 30.0),
        ({}, None),
        ({"Retry-After": ""}, None),
        ({"Retry-After": "-3"}, None),
        ({"Retry-After": "nan"}, None),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "٣"}, None),
    ],
)
def test_retry_after_is_seconds_or_a_date_measured_on_the_servers_clock(
    headers: dict[str, str], seconds: float | None
) -> None:
    assert retry_after_seconds(headers, NOW) == seconds

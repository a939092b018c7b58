"""What a venue listed when it was last asked, from the raw archive."""

import json
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import polars as pl
from polars.exceptions import PolarsError

from oirisk.schemas.responses import MARKETS_ENDPOINT
from oirisk.warehouse.home import Home

log = logging.getLogger(__name__)

LOOKS_BACK = timedelta(days=8)
"""Older folders are not opened: a list is used for a day, or up to a week where a venue does not
tell, and a run may pass midnight."""


@dataclass(frozen=True)
class _Found:
    received_at: datetime
    file: Path


def latest_markets(
    home: Home, venue: str, before: datetime, *, source: str = "live"
) -> tuple[datetime, list[Mapping[str, Any]]] | None:
    """Return the market list that a venue gave last.

    Only the day folders since ``before`` less :data:`LOOKS_BACK` are looked at, and the body of
    one file is read. A file that is damaged is passed over: the list can be asked for again.

    Args:
        home: The home folder.
        venue: ccxt id.
        before: Lists received later are left out.
        source: Only lists from runs of this source: an exchange is not known by its simulation.

    Returns:
        When the list was received from the venue (a run that used it again does not make it
        younger), and the ccxt market structures; None if there is none.
    """
    since = before - LOOKS_BACK
    found = [
        one
        for one in _candidates(home, venue, since.date(), source)
        if since <= one.received_at <= before
    ]
    for one in sorted(found, key=lambda one: (one.received_at, one.file), reverse=True):
        markets = _markets(one)
        if markets:
            return one.received_at, markets
    return None


def _candidates(home: Home, venue: str, since: date, source: str) -> Iterator[_Found]:
    for file in sorted(home.raw.glob(f"date=*/venue={venue}/*.parquet")):
        if file.parts[-3].removeprefix("date=") < since.isoformat():
            continue
        try:
            times = (
                pl.scan_parquet(file, hive_partitioning=False)
                .filter(pl.col("endpoint") == MARKETS_ENDPOINT, pl.col("source") == source)
                .select("received_at")
                .collect()["received_at"]
            )
        except (PolarsError, OSError) as error:
            log.warning("archive file passed over file=%s error=%s", file, error)
            continue
        yield from (_Found(at.astimezone(UTC), file) for at in times)


def _markets(found: _Found) -> list[Mapping[str, Any]]:
    """Read the body of a list; nothing if it is not what was archived."""
    try:
        rows = (
            pl.scan_parquet(found.file, hive_partitioning=False)
            .filter(pl.col("endpoint") == MARKETS_ENDPOINT)
            .filter(pl.col("received_at") == found.received_at)
            .select("body", "sha256")
            .collect()
        )
    except (PolarsError, OSError) as error:
        log.warning("archive file passed over file=%s error=%s", found.file, error)
        return []
    for body, checksum in rows.iter_rows():
        if sha256(body.encode()).hexdigest() == checksum:
            return _decoded(found, body)
    log.warning("archive file passed over file=%s error=checksum of its market list", found.file)
    return []


def _decoded(found: _Found, body: str) -> list[Mapping[str, Any]]:
    try:
        listed: list[Mapping[str, Any]] = json.loads(body)
    except (ValueError, RecursionError) as error:
        log.warning("archive file passed over file=%s error=%s", found.file, error)
        return []
    return listed

"""Judge a page of history like any other source, archive its answers and load its rows."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl

from oirisk.schemas.history import Page
from oirisk.schemas.responses import Response
from oirisk.transforms.bars import bar_frame, closing_prices
from oirisk.transforms.history import (
    Origin,
    depth_frame,
    interest_frame,
    liquidation_frame,
    share_frame,
    tier_frame,
)
from oirisk.transforms.imports.kinds import KINDS, judge
from oirisk.transforms.validate import ValidationResult, validate_facts
from oirisk.warehouse.archive import RunLabel, archive
from oirisk.warehouse.home import Home
from oirisk.warehouse.imports import ImportKey, append_rejects
from oirisk.warehouse.load import STORED_COLUMNS, live_keys, load_bars, load_open_interest
from oirisk.warehouse.market_facts import load_facts
from oirisk.warehouse.writer import Writer

FLOW = "backfill"


@dataclass(frozen=True)
class Stored:
    """Rows of a page that were loaded, by kind, and rows refused; ``others``: all other kinds."""

    bars: int
    open_interest: int
    positioning: int
    rejected: int
    others: int = 0


def archive_page(home: Home, page: Page, label: RunLabel) -> None:
    """Write a page's answers to the archive, under a name that follows from them."""
    if not page.responses:
        return
    named = f"{label.run_id}-{_digest(page.responses)}"
    archive(home, RunLabel(**{**label.__dict__, "run_id": named}), page.responses)


def _digest(responses: list[Response]) -> str:
    text = "\x1f".join(f"{one.url} {one.sha256}" for one in responses)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def load_page(connection: Writer, page: Page, label: RunLabel, recorded_at: datetime) -> Stored:
    """Judge and load a page; see :func:`load_pages`."""
    return load_pages(connection, (page,), label, recorded_at)


def load_pages(
    connection: Writer, pages: Sequence[Page], label: RunLabel, recorded_at: datetime
) -> Stored:
    """Judge and load pages, each of another instrument, inside the caller's transaction.

    Open interest that stands in a page twice with different figures is refused; what a run saw
    live at that very instant stays as it was seen.
    """
    if not pages:
        return Stored(0, 0, 0, 0)
    candles = pl.concat([bar_frame(page.bars, page.instrument) for page in pages])
    bars = judge(KINDS["bars"], candles, recorded_at)
    interest = _interest(pages, recorded_at)
    key = ImportKey(label.run_id, recorded_at)
    load_bars(connection, bars.accepted)
    _load_interest(connection, interest.accepted, label, key)
    facts = {table: validate_facts(table, rows) for table, rows in _all_facts(pages, label).items()}
    for table, judged in facts.items():
        load_facts(connection, table, judged.accepted, run_id=key.run_id, recorded_at=recorded_at)
    refused = pl.concat([one.rejected for one in (bars, interest, *facts.values())])
    if refused.height:
        append_rejects(connection, refused.to_arrow().to_reader(), key)
    loaded = {table: judged.accepted.height for table, judged in facts.items()}
    shares = loaded.pop("core.positioning")
    return Stored(
        bars.accepted.height, interest.accepted.height, shares, refused.height,
        sum(loaded.values()),
    )  # fmt: skip


def _all_facts(pages: Sequence[Page], label: RunLabel) -> dict[str, pl.DataFrame]:
    found = [_facts(page, label) for page in pages]
    return {table: pl.concat([one[table] for one in found]) for table in found[0]}


def _facts(page: Page, label: RunLabel) -> dict[str, pl.DataFrame]:
    """Return a page's facts beside bars and open interest, by table."""
    origin = Origin("history", label.is_simulated)
    one, at, is_simulated = page.instrument, label.snapshot_at, label.is_simulated
    return {
        "core.positioning": share_frame(page.shares, one, origin),
        "core.liquidations": liquidation_frame(page.liquidations, one, origin),
        "core.leverage_tiers": tier_frame(page.tiers, one, at, is_simulated=is_simulated),
        "core.depth": depth_frame(page.depth, one, at, is_simulated=is_simulated),
    }


def _interest(pages: Sequence[Page], now: datetime) -> ValidationResult:
    """Judge open interest; a row whose coins cannot be told for want of a price is refused."""
    frames = [
        interest_frame(page.interest, page.instrument, closing_prices(page.bars)) for page in pages
    ]
    return judge(KINDS["open_interest"], pl.concat(frames), now, is_whole=True)


def _load_interest(connection: Writer, rows: pl.DataFrame, label: RunLabel, key: ImportKey) -> None:
    constants: dict[str, Any] = {"source": "history", "is_simulated": label.is_simulated}
    stored = rows.with_columns(**{name: pl.lit(value) for name, value in constants.items()})
    if stored.height:
        key_columns = ["snapshot_at", "venue", "symbol"]
        live = live_keys(connection, stored["snapshot_at"].min(), stored["snapshot_at"].max())
        stored = stored.join(live, on=key_columns, how="anti")
    if stored.height:
        load_open_interest(
            connection,
            stored.select(STORED_COLUMNS),
            run_id=key.run_id,
            recorded_at=key.recorded_at,
        )

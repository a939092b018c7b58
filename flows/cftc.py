"""Ask the CFTC for its weekly report of US exchanges, page by page, and store what it says."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import polars as pl

from oirisk import __version__
from oirisk.flows.exchanges.client import VenueClient, limits_of
from oirisk.flows.exchanges.sources import Source
from oirisk.flows.history_store import FLOW
from oirisk.flows.imports.files import objects_frame
from oirisk.flows.settings.model import Settings
from oirisk.flows.settings.sections import CftcSettings
from oirisk.schemas.errors import RecordingError, SourceError
from oirisk.schemas.history import Window
from oirisk.schemas.responses import Response
from oirisk.schemas.venue import Address, MarketList, Venue
from oirisk.transforms.cftc import SOURCE, digital_assets
from oirisk.transforms.decode import BodyError
from oirisk.transforms.imports.kinds import KINDS, judge, recognise
from oirisk.transforms.validate import ValidationResult
from oirisk.warehouse.archive import RunLabel, archive
from oirisk.warehouse.home import Home
from oirisk.warehouse.imports import ImportKey, append_rejects, load_tables
from oirisk.warehouse.load import RunRow, record_run
from oirisk.warehouse.writer import Writer

PAGE_ROWS = 5000
_ORDER = "report_date_as_yyyy_mm_dd,cftc_contract_market_code,market_and_exchange_names"
_ON_COINS = (
    "commodity_subgroup_name like 'DIGITAL ASSET%'",
    "market_and_exchange_names like '%COINBASE DERIVATIVES%'",
    "market_and_exchange_names like '%LMX LABS%'",
    "upper(market_and_exchange_names) like '%BITCOIN%'",
    "upper(market_and_exchange_names) like '%ETHER%'",
)
"""What is asked for: more than is kept, since some rows name no group."""

Written = Callable[[], AbstractContextManager[Writer]]
"""Opens the warehouse for one transaction."""


@dataclass(frozen=True)
class Asked:
    """What the CFTC told: rows as decoded, every answer, and why something is missing."""

    rows: list[Any]
    responses: list[Response]
    failure: str = ""


@dataclass(frozen=True)
class ReportsFilled:
    """What came of it.

    Args:
        contracts: Contracts that the accepted rows are of.
        rows: Rows accepted, whether new or stored already.
        rejected: Rows refused.
        failure: Why something is missing; empty if nothing is.
    """

    contracts: int = 0
    rows: int = 0
    rejected: int = 0
    failure: str = ""


def fill_reports(
    home: Home, settings: Settings, source: Source, window: Window, written: Written
) -> ReportsFilled:
    """Ask for every report of a window, archive the answers and store what they say.

    Args:
        home: The home folder.
        settings: Address, pace and patience.
        source: Where requests go.
        window: First day, and the instant at which reports become known.
        written: Opens the warehouse.
    """
    asked = asyncio.run(_ask(source, settings, window))
    run_id = f"{window.until:%Y%m%dT%H%M%SZ}-{FLOW}-{SOURCE}"
    if asked.responses:
        label = RunLabel(run_id, FLOW, window.until, source.name, source.is_simulated)
        archive(home, label, asked.responses)
    try:
        judged = _judged(asked.rows, settings.cftc, window)
    except (RecordingError, BodyError) as error:
        return ReportsFilled(failure=str(error))
    if judged is None:
        return ReportsFilled(failure=asked.failure)
    failure, refused = asked.failure, judged.rejected
    state = "partial" if failure or refused.height else "completed"
    run = RunRow(
        run_id, FLOW, window.until, window.until, window.until, state, __version__, source.name,
        is_simulated=False, error=failure or None,
    )  # fmt: skip
    key = ImportKey(run_id, window.until)
    with written() as connection:
        load_tables(connection, KINDS["cftc"].tables, judged.accepted, key)
        is_new = record_run(connection, run, pl.DataFrame(), pl.DataFrame())
        if is_new and refused.height:
            append_rejects(connection, refused.to_arrow().to_reader(), key)
    contracts = judged.accepted.select("exchange", "contract_code").n_unique()
    return ReportsFilled(contracts, judged.accepted.height, refused.height, failure)


def _judged(rows: list[Any], settings: CftcSettings, window: Window) -> ValidationResult | None:
    """Judge rows on coins, others left aside; None where there are no rows."""
    if not rows:
        return None
    frame = objects_frame(rows)
    kind = recognise(settings.url, frame.columns)
    return judge(kind, frame.filter(digital_assets(frame)), window.until, is_whole=True)


async def _ask(source: Source, settings: Settings, window: Window) -> Asked:
    """Ask page by page until one is not full; a failure keeps the pages before it."""
    rows: list[Any] = []
    failure = ""
    venue, limits = _venue(settings.cftc), limits_of(settings.fetch)
    async with VenueClient(venue, source, settings.fetch, limits) as client:
        try:
            page = await _page(client, settings.cftc, window, 0)
            while page:
                rows += page
                is_last = len(page) < PAGE_ROWS
                page = [] if is_last else await _page(client, settings.cftc, window, len(rows))
        except SourceError as error:
            failure = error.reason
    return Asked(rows, client.answers, failure)


def _venue(settings: CftcSettings) -> Venue:
    """Return the CFTC as a place to ask, which lists no contracts of ours."""
    base = settings.url.rpartition("/")[0]
    nothing = MarketList((), lambda _body: [], lambda _row: None)
    return Venue(SOURCE, SOURCE, (), address=Address(base, nothing, settings.interval_ms))


async def _page(
    client: VenueClient, settings: CftcSettings, window: Window, offset: int
) -> list[Any]:
    resource = settings.url.rpartition("/")[2]
    params = {
        "$where": f"report_date_as_yyyy_mm_dd >= '{window.since:%Y-%m-%dT%H:%M:%S}.000'"
        f" and ({' or '.join(_ON_COINS)})",
        "$order": _ORDER,
        "$limit": str(PAGE_ROWS),
        "$offset": str(offset),
    }
    found = await client.call(
        "report", lambda exchange: exchange.request(resource, "public", "GET", params)
    )
    if not isinstance(found, list):
        raise SourceError(SOURCE, f"expected an array of rows, saw {str(found)[:200]}")
    return found

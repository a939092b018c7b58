"""Ask accounts for the positions that an exchange shows to everyone, and store what they say.

Only Hyperliquid publishes them. Of an account the positions on the main exchange are asked, not
those on exchanges that others run on it.
"""

import asyncio
import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

import polars as pl

from oirisk import __version__
from oirisk.flows.exchanges.account_lists import read_accounts
from oirisk.flows.exchanges.client import VenueClient
from oirisk.flows.exchanges.hyperliquid.declaration import (
    PERP,
    POSITION_FIELDS,
    POSITIONS,
    VENUE,
    ask_positions,
)
from oirisk.flows.exchanges.sources import Source
from oirisk.flows.marts import build_stale
from oirisk.flows.pipeline import RunFrame
from oirisk.schemas.columns import UTC_MICROSECONDS
from oirisk.schemas.errors import RecordingError, SourceError
from oirisk.schemas.instruments import Instrument
from oirisk.schemas.responses import Response
from oirisk.schemas.tables.observed import ACCOUNT
from oirisk.schemas.venue import Row
from oirisk.transforms.instruments import list_instruments
from oirisk.transforms.observed import judge_positions, position_candidates
from oirisk.transforms.validate import ValidationResult
from oirisk.warehouse.archive import RunLabel, archive
from oirisk.warehouse.load import RunRow, record_run
from oirisk.warehouse.market_cache import latest_markets
from oirisk.warehouse.observed import load_positions, record_observation
from oirisk.warehouse.writer import opened, require_same_kind, writing

FLOW = "observe"
_WORKERS = 8
_ADDRESS = re.compile(ACCOUNT, re.IGNORECASE)


@dataclass(frozen=True)
class Observation:
    """The outcome of an observation; ``note`` says why accounts are missing, without naming one."""

    run_id: str
    snapshot_at: datetime
    venue: str
    accounts_listed: int
    accounts_answered: int
    positions_accepted: int
    positions_rejected: int
    note: str = ""


@dataclass
class _Asked:
    """What came of asking; a reason counts the accounts that it kept from answering."""

    answers: dict[str, Sequence[Row]] = field(default_factory=dict)
    reasons: Counter[str] = field(default_factory=Counter)
    instruments: Mapping[str, Instrument] = field(default_factory=dict)
    responses: list[Response] = field(default_factory=list)

    def leave_out(self, reason: str, count: int) -> None:
        """Count accounts that a reason kept from answering."""
        if count > 0:
            self.reasons[reason] += count

    def note(self) -> str:
        """Say what is missing and why."""
        return "; ".join(f"{count} accounts: {reason}" for reason, count in self.reasons.items())


async def observe(
    frame: RunFrame, source: Source, accounts: Sequence[str], problem: str = ""
) -> Observation:
    """Ask every account once, paced as the exchange wants it, and store what came.

    Accounts that did not answer within ``observe.timeout_seconds`` are counted as missing.

    Args:
        frame: Home, settings, and the instant the observation speaks of.
        source: Where to ask.
        accounts: Addresses, each once.
        problem: Why there are no accounts, where there are none.

    Raises:
        HomeError: The warehouse is locked, or holds the other kind of data.
    """
    most = frame.settings.observe.most_accounts
    wait = frame.patience_seconds
    with opened(frame.home, frame.started_at, wait_seconds=wait, publishes=False) as connection:
        require_same_kind(connection, is_simulated=source.is_simulated)
    asked = await _ask_all(frame, source, accounts[:most])
    asked.leave_out(f"beyond observe.most_accounts = {most}", len(accounts) - most)
    judged = judge_positions(
        VENUE.id, position_candidates(asked.answers, POSITION_FIELDS, asked.instruments)
    )
    run_id = _run_id(frame.snapshot_at, asked)
    label = RunLabel(run_id, FLOW, frame.snapshot_at, source.name, source.is_simulated)
    archive(frame.home, label, asked.responses)
    observation = Observation(
        run_id=run_id,
        snapshot_at=frame.snapshot_at,
        venue=VENUE.id,
        accounts_listed=len(accounts),
        accounts_answered=len(asked.answers),
        positions_accepted=judged.accepted.height,
        positions_rejected=judged.rejected.height,
        note=problem or asked.note(),
    )
    _store(frame, label, asked, judged, observation)
    return observation


async def _ask_all(frame: RunFrame, source: Source, accounts: Sequence[str]) -> _Asked:
    asked = _Asked()
    if not accounts:
        return asked
    if not source.offers(VENUE.id):
        asked.leave_out(f"{VENUE.id} is not part of this {source.name}", len(accounts))
        return asked
    client = VenueClient(VENUE, source, frame.settings.fetch)
    known = None
    if source.name == "live":
        known = latest_markets(frame.home, VENUE.id, frame.started_at, source=source.name)
    waiting = iter(accounts)
    limit = frame.settings.observe.timeout_seconds
    try:
        async with client, asyncio.timeout(limit):
            markets, _is_known = await client.markets(known)
            asked.instruments = _by_name(list_instruments(VENUE, markets).instruments)
            async with asyncio.TaskGroup() as group:
                for _ in range(min(_WORKERS, len(accounts))):
                    group.create_task(_work(client, waiting, asked))
    except TimeoutError:
        left = len(accounts) - len(asked.answers) - asked.reasons.total()
        asked.leave_out(f"no answer within the {limit:g} s for all", left)
    except SourceError as error:
        asked.leave_out(_without_address(error), len(accounts))
    asked.responses = client.responses
    return asked


async def _work(client: VenueClient, waiting: Iterator[str], asked: _Asked) -> None:
    for account in waiting:
        try:
            _response, rows = await client.ask(POSITIONS, ask_positions(account))
            asked.answers[account] = rows
        except SourceError as error:
            asked.leave_out(_without_address(error), 1)


def _without_address(error: SourceError) -> str:
    return _ADDRESS.sub("an account", error.reason)


def _by_name(listed: Mapping[tuple[str, str], Instrument]) -> dict[str, Instrument]:
    """Index the contracts of the main exchange by the name that positions carry."""
    return {
        str(one.market.get("baseName")): one
        for (product, _id), one in listed.items()
        if product == PERP.name
    }


def _run_id(snapshot_at: datetime, asked: _Asked) -> str:
    """Name an observation after its instant and its content."""
    digest = hashlib.sha256(asked.note().encode())
    for response in sorted(asked.responses, key=lambda one: (one.request_body or "", one.attempt)):
        digest.update(f"{response.request_body} {response.sha256}".encode())
    return f"{snapshot_at:%Y%m%dT%H%M%SZ}-{FLOW}-{digest.hexdigest()[:8]}"


def _store(
    frame: RunFrame,
    label: RunLabel,
    asked: _Asked,
    judged: ValidationResult,
    observation: Observation,
) -> None:
    now = frame.started_at
    is_whole = not observation.note and judged.rejected.is_empty()
    run = RunRow(
        **label.__dict__, started_at=now, ended_at=now,
        state="completed" if is_whole else "partial", version=__version__,
        error=observation.note or None,
    )  # fmt: skip
    with writing(frame.home, now) as connection:
        require_same_kind(connection, is_simulated=label.is_simulated)
        if record_run(connection, run, pl.DataFrame(), _rejects(judged, label, now)):
            record_observation(connection, _ledger_row(observation, label, now))
        load_positions(
            connection,
            _rows(judged.accepted, label),
            [(VENUE.id, account) for account in asked.answers],
            snapshot_at=label.snapshot_at,
            run_id=label.run_id,
            recorded_at=now,
        )
        build_stale(connection, frame.settings, now)


def _ledger_row(observation: Observation, label: RunLabel, now: datetime) -> dict[str, Any]:
    return {
        **asdict(observation),
        "note": observation.note or None,
        "positions_received": observation.positions_accepted + observation.positions_rejected,
        "is_simulated": label.is_simulated,
        "recorded_at": now,
    }


def _rejects(judged: ValidationResult, label: RunLabel, now: datetime) -> pl.DataFrame:
    return judged.rejected.with_columns(
        pl.lit(label.run_id).alias("run_id"),
        pl.lit(now).cast(UTC_MICROSECONDS).alias("recorded_at"),
    )


def _rows(accepted: pl.DataFrame, label: RunLabel) -> pl.DataFrame:
    return accepted.select(
        pl.lit(label.snapshot_at).cast(UTC_MICROSECONDS).alias("snapshot_at"),
        pl.lit(VENUE.id).alias("venue"),
        "account", "symbol", "asset", "side", "base", "entry_price", "leverage",
        "liquidation_price",
        pl.lit(label.is_simulated).alias("is_simulated"),
    )  # fmt: skip


async def observe_listed(frame: RunFrame, source: Source) -> Observation | None:
    """Observe the accounts that the settings of a run list; None where they list none.

    A list that cannot be read is an observation of nobody, whose note says why.
    """
    file = frame.settings.observe.accounts_file
    if file is None:
        return None
    problem, accounts = "", tuple[str, ...]()
    try:
        accounts = read_accounts(frame.home.root / file)
    except RecordingError as error:
        problem = str(error)
    return await observe(frame, source, accounts, problem)

"""What the venues gave in one run: rows of open interest, and what they told beside it."""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime

import polars as pl

from oirisk import __version__
from oirisk.flows.exchanges.configured import known_venues
from oirisk.flows.history_store import load_pages
from oirisk.flows.option_indices import option_frame
from oirisk.flows.settings.model import Settings
from oirisk.schemas.history import SupplementaryData, Wanted
from oirisk.schemas.responses import Response, VenueSnapshot
from oirisk.schemas.text import LONGEST_RECORD, shown
from oirisk.schemas.venue import Venue
from oirisk.transforms.coin_names import with_settled_names
from oirisk.transforms.derive import Derived, derive
from oirisk.transforms.validate import validate_facts
from oirisk.warehouse.archive import RunLabel
from oirisk.warehouse.imports import ImportKey, append_rejects
from oirisk.warehouse.load import RunRow, record_run
from oirisk.warehouse.market_facts import load_facts
from oirisk.warehouse.writer import Writer

FLOW_BESIDE = "top_up"
"""The run that supplementary data is stored as."""

log = logging.getLogger(__name__)


class Batch:
    """What the venues gave in one run: their answers, and the rows made of them.

    No data class on purpose: the scheduler would walk through every row for results of its own.

    Args:
        snapshots: One per venue.
        settings: Which venues are known.
    """

    def __init__(self, snapshots: Sequence[VenueSnapshot], settings: Settings) -> None:
        """Derive the rows."""
        venues = known_venues(settings)
        self.snapshots = tuple(snapshots)
        self.derived = with_settled_names(
            [derive(venues[one.venue], one.responses) for one in snapshots]
        )
        self.told: tuple[SupplementaryData, ...] = ()

    def wanted(self, as_of: datetime, assets: int) -> Wanted:
        """Return what to top up: the coins with most open interest, and what is listed."""
        rows = pl.concat([one.verdict.accepted for one in self.derived])
        largest = (
            rows.filter(pl.col("kind").is_in(["perp", "future"]) & pl.col("oi_usd").is_not_null())
            .group_by("asset")
            .agg(pl.col("oi_usd").sum())
            .sort(["oi_usd", "asset"], descending=[True, False])
            .head(assets)
        )
        markets = {
            one.venue: (one.listed_at, [it.market for it in one.listing.instruments.values()])
            for one in self.derived
            if one.listing is not None and one.listed_at is not None
        }
        return Wanted(as_of, tuple(largest["asset"]), markets)


def load_beside(
    connection: Writer,
    batch: Batch,
    label: RunLabel,
    started_at: datetime,
    ended_at: datetime,
) -> dict[str, str]:
    """Store what the venues told beside open interest, as a run of its own.

    Returns:
        What is missing, by venue; the run itself is complete without it.
    """
    answers = {one.venue: list(one.responses) for one in batch.snapshots}
    for one in batch.told:
        answers.setdefault(one.venue, []).extend(one.responses)
    coverage = [_load_venue(connection, one, label, started_at) for one in batch.told]
    for result in batch.derived:
        load_options(connection, result, answers.get(result.venue, []), label, started_at)
    notes = {str(row["venue"]): str(row["error"]) for row in coverage if row["error"]}
    if coverage:
        run = RunRow(
            **label.__dict__, started_at=started_at, ended_at=ended_at,
            state="partial" if notes else "completed", version=__version__,
            error="; ".join(f"{venue}: {why}" for venue, why in notes.items()) or None,
        )  # fmt: skip
        frame_of = pl.DataFrame(coverage, schema_overrides={"error": pl.String})
        record_run(connection, run, frame_of, pl.DataFrame())
    return notes


def _load_venue(
    connection: Writer, one: SupplementaryData, label: RunLabel, recorded_at: datetime
) -> dict[str, object]:
    stored = load_pages(connection, one.pages, label, recorded_at)
    accepted = stored.bars + stored.open_interest + stored.positioning + stored.others
    rejected = stored.rejected
    error = shown(one.summary(), LONGEST_RECORD) or None
    return {
        "run_id": label.run_id,
        "venue": one.venue,
        "status": _status(one, accepted),
        "instruments_expected": one.wanted,
        "received": accepted + rejected,
        "accepted": accepted,
        "rejected": rejected,
        "requests": len(one.responses),
        "seconds": one.seconds,
        "error": error,
    }


def _status(one: SupplementaryData, accepted: int) -> str:
    if not one.failures:
        return "ok"
    return "partial" if accepted else "failed"


def load_options(
    connection: Writer,
    result: Derived,
    answers: Sequence[Response],
    label: RunLabel,
    recorded_at: datetime,
) -> None:
    """Store volatility and greeks of one venue's options, as far as its answers tell them."""
    rows, problems = option_frame(result, answers, label)
    for problem in problems:
        log.warning("options not read venue=%s reason=%s", result.venue, problem)
    if rows.is_empty():
        return
    judged = validate_facts("core.options", rows)
    load_facts(
        connection, "core.options", judged.accepted, run_id=label.run_id, recorded_at=recorded_at
    )
    if judged.rejected.height:
        key = ImportKey(label.run_id, recorded_at)
        append_rejects(connection, judged.rejected.to_arrow().to_reader(), key)


def snapshots_of(responses: Sequence[Response], known: Mapping[str, Venue]) -> list[VenueSnapshot]:
    """Return what venues gave from the archive, with what failed as far as that tells."""
    snapshots: dict[str, VenueSnapshot] = {}
    answered = {(one.venue, one.endpoint) for one in responses if one.status and not one.error}
    for response in responses:
        one = snapshots.setdefault(response.venue, VenueSnapshot(response.venue))
        one.responses.append(response)
        if response.error and (response.venue, response.endpoint) not in answered:
            said = one.notes if _only_completes(response, known) else one.failures
            said.append(f"{response.endpoint}: {response.error}")
    return [one for one in snapshots.values() if one.venue in known]


def _only_completes(response: Response, known: Mapping[str, Venue]) -> bool:
    venue = known.get(response.venue)
    endpoints = venue.endpoints if venue else ()
    return any(endpoint.enriches for endpoint in endpoints if endpoint.name == response.endpoint)

"""Contracts of the operational tables: what ran, what came, what was refused, what was sent."""

from typing import Any

import polars as pl

from oirisk.schemas.columns import VENUE, Table, UtcTimestamp, amount, column
from oirisk.schemas.units import EVIDENCE


def _count(description: str) -> Any:  # noqa: ANN401 -- what pa.Field returns
    return column(description, unit="count", ge=0)


class MigrationsTable(Table, name="ops.migrations", key=("version",)):
    """Schema versions of this warehouse. Grain: one row per version."""

    version: pl.Int32 = column("number of the migration", unit="number", ge=1)
    name: str = column("file of the migration")
    sha256: str = column("hash of the file as applied")
    applied_at: UtcTimestamp = column("when it was applied")


class RunsTable(Table, name="ops.runs", key=("run_id",)):
    """Every run of every flow. Grain: one row per run_id."""

    run_id: str = column("identifier of the run")
    flow: str = column("what ran")
    snapshot_at: UtcTimestamp = column("scheduled instant its facts belong to")
    started_at: UtcTimestamp = column("when it started")
    ended_at: UtcTimestamp = column("when it ended; null while it runs", nullable=True)
    state: str = column(
        "how it stands or ended; abandoned: killed, with what it had fetched stored",
        isin=["running", "completed", "partial", "failed", "abandoned"],
    )
    version: str = column("oirisk version that ran")
    source: str = column("where its data came from")
    is_simulated: bool = column("whether it read the simulated exchanges")
    error: str = column("why it failed; null if it did not", nullable=True)


class FetchesTable(Table, name="ops.fetches", key=("run_id", "venue")):
    """What each venue answered in each run, as archived. Grain: one row per run_id and venue."""

    run_id: str = column("run")
    venue: str = column(VENUE)
    file: str = column("file of its responses, below the home folder")
    content_sha256: str = column("hash over all responses: the same answers have the same")
    responses: pl.Int32 = _count("responses in the file, the market list included")
    received_bytes: pl.Int64 = column("size of their bodies", unit="bytes", ge=0)
    loaded_at: UtcTimestamp = column("when its rows were stored")


class CoverageTable(Table, name="ops.coverage", key=("run_id", "venue")):
    """What each venue sent in each run. Grain: one row per run_id and venue."""

    run_id: str = column("run")
    venue: str = column(VENUE)
    status: str = column("how it went", isin=["ok", "partial", "failed", "skipped"])
    instruments_expected: pl.Int32 = _count("instruments it lists and we want")
    received: pl.Int32 = _count("rows received; accepted plus rejected")
    accepted: pl.Int32 = _count("rows stored")
    rejected: pl.Int32 = _count("rows refused, whole in ops.rejects")
    requests: pl.Int32 = _count("requests made, retries included")
    seconds: float = amount("time spent on the venue")
    error: str = column("why it failed or is partial; null if ok", nullable=True)


class RejectsTable(Table, name="ops.rejects"):
    """Every row that validation refused, whole. Grain: one row per refused row."""

    run_id: str = column("run")
    venue: str = column(VENUE)
    symbol: str = column("unified ccxt symbol; null when it has none", nullable=True)
    check_name: str = column("check that refused it")
    reason: str = column("what was seen and what was needed")
    record: str = column("the row as received", unit="JSON")
    recorded_at: UtcTimestamp = column("when it was refused")


class DeliveriesTable(Table, name="ops.deliveries", key=("recipient", "report_date", "kind")):
    """What was mailed to whom, so that nothing is sent twice.

    Grain: one row per recipient, report_date and kind.
    """

    recipient: str = column("mail address")
    report_date: pl.Date = column("date of the report", unit="UTC")
    kind: str = column("what was sent")
    message_id: str = column("Message-ID of the mail")
    state: str = column(
        "queued, sending, sent; failed: not taken yet, and tried again; given_up: not tried again"
    )
    attempts: pl.Int32 = _count("tries so far")
    sent_at: UtcTimestamp = column(
        "start of the call in which the server took it; null until then", nullable=True
    )
    error: str = column(
        "why the last try failed, or why it was given up; null if neither", nullable=True
    )


class StaleTable(Table, name="ops.stale"):
    """Facts that changed and that the marts do not show yet. Grain: one row per change.

    Every command that changes facts builds what they bear on and empties it; one that was killed
    before it did leaves its rows to the next.
    """

    fact: str = column("table whose rows changed; marts: whatever the marts say")
    since: UtcTimestamp = column("first instant they speak of")
    until: UtcTimestamp = column("last instant they speak of")


class MaintenanceTable(Table, name="ops.maintenance"):
    """What maintenance took out or made smaller. Grain: one row per done_at, action and target."""

    done_at: UtcTimestamp = column("when it was done")
    action: str = column("thin, compact or remove", isin=("thin", "compact", "remove"))
    target: str = column("table, file or folder of the home")
    resolution: str = column("what is left of each: 1h, 1d; null when not thinned", nullable=True)
    older_than: UtcTimestamp = column(
        "only what is older was touched; null: all was", nullable=True
    )
    rows_before: int = column(
        "rows older than that before; null when not thinned", ge=0, nullable=True
    )
    rows_removed: int = column("rows taken out; null when not thinned", ge=0, nullable=True)
    bytes_before: int = column("size before; null when thinned", unit="bytes", ge=0, nullable=True)
    bytes_after: int = column("size after; null when thinned", unit="bytes", ge=0, nullable=True)
    archive: str = column(
        "file below the home that holds what was taken out; null when nothing was", nullable=True
    )


class UnitRulesTable(Table, name="ops.unit_rules", key=("unit_rule",)):
    """What each exchange's figures mean, and how that is known. Grain: one row per unit_rule."""

    unit_rule: str = column("identifier of the rule", method="M02")
    venue: str = column(VENUE)
    product: str = column("product line of the exchange")
    field: str = column("field of the response")
    unit: str = column("what the field counts", method="M02")
    contract_size_source: str = column(
        "where the contract size is read; null when not needed", nullable=True
    )
    counting_factor: float = column(
        "what makes the figure single-sided: 1, or 0.5 when both sides are added up",
        method="M38",
        gt=0,
        le=1,
    )
    unit_evidence: str = column("how the unit is known", method="M02", isin=EVIDENCE)
    counting_evidence: str = column("how the counting is known", method="M38", isin=EVIDENCE)
    unit_source: str = column("where the unit is stated or how it was measured")
    counting_source: str = column("where the counting is stated or how it was measured")
    valid_from: UtcTimestamp = column("since when the rule holds; null: always", nullable=True)
    valid_to: UtcTimestamp = column("until when, exclusive; null: still", nullable=True)
    follows: str = column("rule that held until valid_from; null: none is known", nullable=True)
    suspect_reason: str = column(
        "why figures under this rule are stored as suspect; null: they are not",
        method="M38",
        nullable=True,
    )


class FirstMapsTable(Table, name="ops.first_maps"):
    """When the map of each snapshot was first made. Grain: one row per snapshot_at."""

    snapshot_at: UtcTimestamp = column("the snapshot", unique=True)
    known_at: UtcTimestamp = column(
        "when its map was first made; build --as-of makes it again from what was known then"
    )

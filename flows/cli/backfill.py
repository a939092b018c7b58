"""``backfill``."""

from dataclasses import asdict
from datetime import UTC, datetime, time
from pathlib import Path

from oirisk.flows.backfill import Request, VenueFilled, exit_status
from oirisk.flows.backfill import backfill as run_backfill
from oirisk.flows.cli.as_of import day
from oirisk.flows.cli.output import print_json, print_line, print_table
from oirisk.flows.cli.progress import shown_progress
from oirisk.flows.exchanges.sources import LiveSource, SandboxSource, Source, wall_clock
from oirisk.flows.looks_back import closed_note
from oirisk.flows.settings.model import load_settings
from oirisk.schemas.errors import ConfigurationError
from oirisk.transforms.assets import canonical_asset
from oirisk.warehouse.home import Home

_NAMED = 20


def backfill(
    home: Path,
    since: str,
    venue: str,
    assets: str,
    *,
    as_json: bool,
    sandbox: str | None = None,
) -> int:
    """Fill history from the exchanges and say what none can provide.

    Args:
        home: The home folder.
        since: First day, YYYY-MM-DD.
        venue: One exchange, or ``cftc``; empty: all that are configured, and the CFTC.
        assets: Coins, comma-separated; empty: all.
        as_json: Print JSON.
        sandbox: Address of simulated exchanges to ask instead.

    Raises:
        ConfigurationError: A day or the coins cannot be read, or an exchange is not known.
    """
    now = wall_clock().replace(second=0, microsecond=0)
    names = frozenset(
        canonical_asset(name.strip().upper())[0] for name in assets.split(",") if name.strip()
    )
    if assets and not names:
        raise ConfigurationError(f"--assets: expected coins such as BTC,ETH, saw {assets!r}")
    request = Request(
        since=datetime.combine(day("--since", since), time(), UTC),
        until=now,
        venues=(venue,) if venue else (),
        assets=names or None,
    )
    source: Source = SandboxSource(url=sandbox) if sandbox else LiveSource()
    settings = load_settings(home)
    with shown_progress() as progress:
        filled = run_backfill(Home(home), settings, source, request, progress.step)
    if as_json:
        print_json([asdict(one) for one in filled])
    else:
        _print(filled)
        if note := closed_note(Home(home), settings, request.since):
            print_line(note)
    return exit_status(filled)


def _print(filled: list[VenueFilled]) -> None:
    rows = [
        {
            "venue": one.venue,
            "instruments": one.instruments,
            "bars": one.bars,
            "open interest": one.open_interest,
            "positioning": one.positioning,
            "weekly reports": one.reports,
            "refused": one.rejected,
            "failed": len(one.failures),
        }
        for one in filled
    ]
    print_table("backfill", rows)
    for one in filled:
        for what, why in one.lacks.items():
            print_line(f"{one.venue} cannot provide {what}: {why}")
        for what, why in list(one.failures.items())[:_NAMED]:
            print_line(f"{one.venue} {what}: {why}")

"""``observe``."""

import asyncio
from dataclasses import asdict
from pathlib import Path

from oirisk.flows.cli.as_of import instant
from oirisk.flows.cli.output import print_json, print_line
from oirisk.flows.exchanges.account_lists import read_accounts
from oirisk.flows.exchanges.sources import (
    LiveSource,
    SandboxSource,
    Source,
    require_present,
    wall_clock,
)
from oirisk.flows.observe import FLOW
from oirisk.flows.observe import observe as ask_accounts
from oirisk.flows.pipeline import RunFrame
from oirisk.flows.settings.model import load_settings
from oirisk.warehouse.home import Home


def observe(
    home: Path, accounts: Path, as_of: str, *, as_json: bool, sandbox: str | None = None
) -> int:
    """Ask the accounts of a list and say how many answered.

    Args:
        home: The home folder.
        accounts: The list.
        as_of: Instant the observation speaks of, ISO 8601; empty: this minute.
        as_json: Print one JSON document.
        sandbox: Address of simulated exchanges to ask instead.

    Returns:
        0; 1 when accounts are missing or positions were refused.

    Raises:
        ConfigurationError: ``as_of`` is another time than now, which accounts cannot speak of.
    """
    listed = read_accounts(accounts)
    now = wall_clock()
    source: Source = SandboxSource(url=sandbox) if sandbox else LiveSource()
    settings = load_settings(home)
    at = instant(as_of) or now.replace(second=0, microsecond=0)
    if source.name == "live":
        require_present(at, settings.coverage.max_age_minutes)
    frame = RunFrame(
        home=Home(home),
        flow=FLOW,
        snapshot_at=at,
        started_at=now,
        source=source.name,
        is_simulated=source.is_simulated,
        settings=settings,
    )
    seen = asyncio.run(ask_accounts(frame, source, listed))
    if as_json:
        print_json(asdict(seen))
    else:
        print_line(f"{seen.accounts_answered} of {seen.accounts_listed} accounts answered")
        print_line(
            f"{seen.positions_accepted} positions stored, {seen.positions_rejected} refused; "
            f"see marts.observed_coverage at {seen.snapshot_at.isoformat()}"
        )
        if seen.note:
            print_line(f"missing: {seen.note}")
    return 1 if seen.note or seen.positions_rejected else 0

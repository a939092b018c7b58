"""``demo``."""

from datetime import datetime, timedelta
from pathlib import Path

from oirisk.flows.cli.as_of import instant
from oirisk.flows.cli.output import print_line
from oirisk.flows.cli.progress import shown_progress
from oirisk.flows.cli.run import announce, run_flow
from oirisk.flows.demo import STEP, fill_history
from oirisk.flows.exchanges.sources import wall_clock
from oirisk.flows.night import Night
from oirisk.sandbox.accounts import addresses
from oirisk.sandbox.market import SimulatedMarket
from oirisk.sandbox.registry import DEMO_VENUES
from oirisk.sandbox.server import Sandbox
from oirisk.warehouse.files import write_whole
from oirisk.warehouse.home import Home
from oirisk.warehouse.window import BuildWindow

ACCOUNTS = "accounts.txt"
DEMO_ASSETS = 12
"""Assets with a profile and a map in the demo; the default of 30 takes seconds more."""

HISTORY = timedelta(days=30)
"""Hourly history that the demo begins with."""


def demo(home: Path, as_of: str, seed: int, regime: str, leverage: str, *, as_json: bool) -> int:
    """Fill a month of history, run last night and tonight, and say where the report lies.

    Raises:
        ConfigurationError: The regime or the leverage is unknown.
    """
    at = (instant(as_of) or wall_clock()).replace(minute=0, second=0, microsecond=0)
    market = SimulatedMarket(seed, end=at, days=HISTORY.days + 1, regime=regime, leverage=leverage)
    _configure(Home(home))
    yesterday = at - timedelta(days=1)
    moment = yesterday
    with Sandbox(market, clock=lambda: moment).in_background() as sandbox:
        _fill(home, market, at - HISTORY, yesterday - STEP)
        run_flow(Night(home, as_of=yesterday, sandbox=sandbox.url))
        _fill(home, market, yesterday + STEP, at - STEP)
        moment = at
        outcome = run_flow(Night(home, as_of=at, sandbox=sandbox.url))
    if not as_json:
        print_line("SIMULATED: every figure of this home is made up")
    return announce(outcome, home, as_json=as_json, has_report=True)


def _configure(home: Home) -> None:
    """Give a new demo home the simulated exchanges and a size that suits a laptop."""
    if home.config.exists():
        return
    names = ", ".join(f'"{venue}"' for venue in DEMO_VENUES)
    write_whole(home.root / ACCOUNTS, "".join(f"{account}\n" for account in addresses()))
    write_whole(
        home.config,
        "# Written by `oirisk demo`; `oirisk init` shows every option.\n"
        f"venues = [{names}]\n\n[clusters]\ntop_assets = {DEMO_ASSETS}\n\n"
        f'[observe]\naccounts_file = "{ACCOUNTS}"\n',
    )


def _fill(home: Path, market: SimulatedMarket, since: datetime, until: datetime) -> None:
    with shown_progress() as progress:
        progress.step(f"loading simulated history, hourly from {since:%d %b} to {until:%d %b}")
        window = BuildWindow(since, until)
        fill_history(Home(home), market, window, wall_clock())

"""``rederive``."""

from pathlib import Path

from oirisk.flows.cli.as_of import day
from oirisk.flows.cli.output import print_json, print_line
from oirisk.flows.exchanges.sources import wall_clock
from oirisk.flows.rederive import rederive_since
from oirisk.flows.settings.model import load_settings
from oirisk.warehouse.home import Home


def rederive(home: Path, since: str, *, as_json: bool) -> int:
    """Derive archived runs again and say what changed."""
    done = rederive_since(Home(home), day("--since", since), load_settings(home), wall_clock())
    if as_json:
        print_json(done.__dict__)
    else:
        print_line(f"{done.runs} runs derived again, facts from {done.first} to {done.last}")
        print_line(f"{done.restated} rows restated; the old ones are kept as superseded")
    return 0

"""The command line. Light on purpose: what a command needs is imported when it is called.

Importing the scheduler and the exchange library takes seconds; help, a typing mistake and the
first sign of life of a long command must not wait for them.
"""

import importlib
import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from oirisk import __version__
from oirisk.flows.cli.endings import noting_interrupts, reason
from oirisk.flows.cli.logs import log_to_stderr
from oirisk.flows.cli.pasted import StatementCommand

DONE, IMPOSSIBLE = 0, 2
"""Exit statuses; 1, finished with something missing, comes from the command itself."""

app = typer.Typer(
    name="oirisk",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    help="Nightly cross-exchange open interest. Exit status: 0 done, 1 finished with venues or "
    "rows missing, 2 could not run.",
)

HomeOption = Annotated[
    Path, typer.Option("--home", envvar="OIRISK_HOME", help="folder that holds everything")
]
JsonOption = Annotated[bool, typer.Option("--json", help="print JSON for a program to read")]
AsOfOption = Annotated[
    str, typer.Option("--as-of", help="instant the run speaks of, ISO 8601; default: now")
]
ReplayOption = Annotated[
    Path | None, typer.Option("--replay", help="recording to read instead of the exchanges")
]
DateOption = Annotated[str, typer.Option("--date", help="report date, YYYY-MM-DD; default: latest")]
DEFAULT_HOME = Path("oirisk-home")


@app.callback()
def options(
    context: typer.Context,
    *,
    home: Annotated[
        Path | None, typer.Option("--home", help="folder that holds everything; also OIRISK_HOME")
    ] = None,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="log what happens")] = False,
) -> None:
    """Options for every command."""
    if home is not None:
        os.environ["OIRISK_HOME"] = str(home)
    log_to_stderr(verbose=verbose or context.invoked_subcommand == "schedule")


@app.command()
def init(home: HomeOption = DEFAULT_HOME) -> None:
    """Create the home folder with an oirisk.toml that shows every option."""
    _call("setup", "init", home)


@app.command()
def nightly(
    home: HomeOption = DEFAULT_HOME,
    as_of: AsOfOption = "",
    replay: ReplayOption = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """Ask every exchange, store, aggregate, write the report and mail it."""
    _call("run", "nightly", home, as_of, replay, as_json=as_json)


@app.command()
def snapshot(
    home: HomeOption = DEFAULT_HOME,
    as_of: AsOfOption = "",
    replay: ReplayOption = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """Do what nightly does, without the report."""
    _call("run", "snapshot", home, as_of, replay, as_json=as_json)


@app.command()
def demo(
    home: HomeOption = DEFAULT_HOME,
    seed: Annotated[int, typer.Option(help="which simulated market")] = 7,
    as_of: AsOfOption = "",
    regime: Annotated[str, typer.Option(help="mixed, trend, range or crash")] = "mixed",
    leverage: Annotated[str, typer.Option(help="of accounts: light, mixed, heavy")] = "mixed",
    *,
    as_json: JsonOption = False,
) -> None:
    """Run the nightly job against simulated exchanges on this machine."""
    _call("demo", "demo", home, as_of, seed, regime, leverage, as_json=as_json)


@app.command()
def record(
    file: Annotated[Path, typer.Argument(help="JSON Lines file to write")],
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Ask every exchange and write a recording that nightly --replay reads."""
    _call("run", "record", home, file)


@app.command()
def rederive(
    since: Annotated[str, typer.Option("--since", help="first day, YYYY-MM-DD")],
    home: HomeOption = DEFAULT_HOME,
    *,
    as_json: JsonOption = False,
) -> None:
    """Rebuild facts and marts from archived responses; restated rows are kept."""
    _call("rederive", "rederive", home, since, as_json=as_json)


@app.command(name="import")
def import_history(
    files: Annotated[list[str], typer.Argument(help="Parquet or CSV files; globs are fine")],
    home: HomeOption = DEFAULT_HOME,
    *,
    as_json: JsonOption = False,
) -> None:
    """Take history from files: open interest, bars, or Binance Vision metrics."""
    _call("imports", "import_history", home, files, as_json=as_json)


@app.command()
def backfill(
    since: Annotated[str, typer.Option("--since", help="first day, YYYY-MM-DD")],
    venue: Annotated[str, typer.Option("--venue", help="one exchange, or cftc; default: all")] = "",
    assets: Annotated[str, typer.Option("--assets", help="coins, by comma; default: the top")] = "",
    home: HomeOption = DEFAULT_HOME,
    *,
    as_json: JsonOption = False,
) -> None:
    """Fill history from each exchange, as deep as it goes; goes on where it was stopped."""
    _call("backfill", "backfill", home, since, venue, assets, as_json=as_json)


@app.command()
def observe(
    accounts: Annotated[
        Path, typer.Option("--accounts", help="addresses: text, CSV, JSON, or a leaderboard")
    ],
    home: HomeOption = DEFAULT_HOME,
    as_of: AsOfOption = "",
    *,
    as_json: JsonOption = False,
) -> None:
    """Ask accounts for positions that Hyperliquid shows to everyone, and store them."""
    _call("observe", "observe", home, accounts, as_of, as_json=as_json)


@app.command()
def build(
    as_of: Annotated[
        str,
        typer.Option("--as-of", help="up to this instant and from what was known then, ISO 8601"),
    ] = "",
    events: Annotated[Path | None, typer.Option("--events", help="calendar of events, CSV")] = None,
    supply: Annotated[Path | None, typer.Option("--supply", help="coin supply, CSV")] = None,
    home: HomeOption = DEFAULT_HOME,
    *,
    full: Annotated[bool, typer.Option("--full", help="build everything anew")] = False,
    plan: Annotated[
        bool,
        typer.Option("--plan", help="print the models and what would be built; change nothing"),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Make the marts from the facts."""
    _call(
        "plan" if plan else "build",
        "build",
        home,
        as_of,
        events,
        supply,
        full=full,
        as_json=as_json,
    )


@app.command()
def ledger(
    file: Annotated[Path, typer.Argument(help="fills or position events: Parquet, CSV, JSONL")],
    output: Annotated[Path | None, typer.Option("--output", help="where every step goes")] = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """Turn fills and position events into open interest, checked at every step."""
    _call("ledger", "ledger", file, output, as_json=as_json)


@app.command()
def report(
    home: HomeOption = DEFAULT_HOME,
    date: DateOption = "",
    *,
    stored: Annotated[
        bool, typer.Option("--stored", help="from report.json, as it was then, byte for byte")
    ] = False,
) -> None:
    """Write a report again from the published warehouse."""
    _call("briefing", "report", home, date, stored=stored)


@app.command()
def send(
    home: HomeOption = DEFAULT_HOME,
    date: DateOption = "",
    *,
    waiting: Annotated[
        bool, typer.Option("--waiting", help="only what no server took so far and is due")
    ] = False,
) -> None:
    """Mail a report, once per recipient and night, and what waits; without a server leave .eml."""
    _call("briefing", "send", home, date, only_waiting=waiting)


@app.command()
def schedule(home: HomeOption = DEFAULT_HOME) -> None:
    """Serve the nightly deployment until stopped."""
    _call("schedule", "schedule", home)


@app.command()
def reconcile(
    files: Annotated[list[str], typer.Argument(help="a vendor's tables, CSV or Parquet")],
    home: HomeOption = DEFAULT_HOME,
    as_of: Annotated[
        str, typer.Option("--as-of", help="their instant, ISO 8601; default: as their names say")
    ] = "",
    output: Annotated[
        Path | None, typer.Option("--output", help="CSV to write, one row a contract")
    ] = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """Explain the difference of a vendor's open interest to ours, to the dollar."""
    _call("reconcile", "reconcile", home, files, as_of, output, as_json=as_json)


@app.command(cls=StatementCommand)
def sql(
    query: Annotated[
        str, typer.Argument(help="SQL for the published warehouse; - reads it from standard input")
    ],
    home: HomeOption = DEFAULT_HOME,
    form: Annotated[str, typer.Option("--format", help="table, csv, json or parquet")] = "table",
) -> None:
    """Query the published warehouse, read-only."""
    _call("inspect", "sql", home, query, form)


@app.command()
def export(
    folder: Annotated[Path, typer.Argument(help="where to write")],
    tables: Annotated[
        list[str] | None, typer.Option("--table", help="schema.table, repeatable; default: marts")
    ] = None,
    form: Annotated[str, typer.Option("--format", help="parquet, csv or xlsx")] = "parquet",
    since: Annotated[str, typer.Option("--since", help="first day, YYYY-MM-DD")] = "",
    until: Annotated[str, typer.Option("--until", help="last day, YYYY-MM-DD")] = "",
    home: HomeOption = DEFAULT_HOME,
    *,
    as_json: JsonOption = False,
) -> None:
    """Copy tables of the published warehouse to Parquet, CSV or Excel."""
    chosen = tuple(tables or ())
    _call("export", "export", home, folder, chosen, form, (since, until), as_json=as_json)


@app.command()
def venues(
    home: HomeOption = DEFAULT_HOME,
    *,
    units: Annotated[bool, typer.Option("--units", help="print the whole unit registry")] = False,
    as_json: JsonOption = False,
) -> None:
    """List exchanges with calls, units, counting factors and their evidence."""
    _call("inspect", "venues", home, as_json=as_json, units=units)


@app.command()
def doctor(
    home: HomeOption = DEFAULT_HOME,
    *,
    fix: Annotated[
        bool, typer.Option("--fix", help="mend what can be mended without losing anything")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Check the installation and the home folder, and say how to repair them."""
    _call("doctor", "doctor", home, fix=fix, as_json=as_json)


@app.command()
def status(home: HomeOption = DEFAULT_HOME, *, as_json: JsonOption = False) -> None:
    """Say how the nights stand: the last, the next, and what is wrong."""
    _call("status", "status", home, as_json=as_json)


@app.command(name="catch-up")
def catch_up(home: HomeOption = DEFAULT_HOME, *, as_json: JsonOption = False) -> None:
    """Make the nights that did not happen, as far as exchanges publish history."""
    _call("status", "catch_up", home, as_json=as_json)


@app.command()
def maintain(
    home: HomeOption = DEFAULT_HOME,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="say what would be done")] = False,
    as_json: JsonOption = False,
) -> None:
    """Thin out old rows as set under retention, keep them in archive/, and make files compact."""
    _call("maintain", "maintain", home, dry_run=dry_run, as_json=as_json)


@app.command()
def backup(
    target: Annotated[
        Path, typer.Argument(help="FILE.duckdb for the warehouse alone, or a folder for everything")
    ],
    home: HomeOption = DEFAULT_HOME,
    *,
    as_json: JsonOption = False,
) -> None:
    """Copy what cannot be had again; no run has to be stopped."""
    _call("recovery", "backup", home, target, as_json=as_json)


@app.command()
def restore(
    origin: Annotated[
        str,
        typer.Argument(
            metavar="FROM",
            help="published, automatic (the newest automatic backup), raw (make it again from "
            "archived responses), or the file or folder of a backup",
        ),
    ],
    home: HomeOption = DEFAULT_HOME,
    *,
    as_json: JsonOption = False,
) -> None:
    """Bring a lost or damaged warehouse back; what it takes the place of is kept."""
    _call("recovery", "restore", home, origin, as_json=as_json)


@app.command()
def version(*, as_json: JsonOption = False) -> None:
    """Print the version."""
    typer.echo(f'{{"version": "{__version__}"}}' if as_json else __version__)


def _call(module: str, function: str, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
    """Import a command's module, call it, and turn its outcome into an exit status."""
    command = {"import_history": "import", "catch_up": "catch-up"}.get(function, function)
    if sys.stderr.isatty() or command in {"demo", "nightly", "snapshot", "record"}:
        typer.echo(f"oirisk {command}: starting …", err=True)
    os.environ.setdefault("DO_NOT_TRACK", "1")
    os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
    # A night does not depend on a server, and is not to wait for minutes for one that is gone.
    os.environ.setdefault("PREFECT_CLIENT_MAX_RETRIES", "2")
    stopped = noting_interrupts()
    try:
        commands = importlib.import_module(f"oirisk.flows.cli.{module}")
        status = getattr(commands, function)(*args, **kwargs)
    except SystemExit:
        raise
    except BaseException as error:  # the last resort, panics of libraries among them
        typer.secho(f"oirisk {command}: {reason(command, error, stopped)}", err=True, fg="red")
        raise typer.Exit(IMPOSSIBLE) from error
    raise typer.Exit(status or DONE)


def main() -> None:
    """Run the command line."""
    app()

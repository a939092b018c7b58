"""``doctor``."""

import sys
from collections.abc import Iterable
from dataclasses import asdict
from importlib import metadata
from pathlib import Path

from ccxt import exchanges
from packaging.requirements import Requirement

from oirisk.flows.briefing import next_run
from oirisk.flows.cli.doctor_reports import check_reports, mend_reports
from oirisk.flows.cli.output import print_json, print_line, print_table
from oirisk.flows.cli.preflight import require_accounts
from oirisk.flows.cli.progress import shown_progress
from oirisk.flows.exchanges.configured import chosen_venues
from oirisk.flows.exchanges.sources import wall_clock
from oirisk.flows.mail.usable import require_mail
from oirisk.flows.settings.model import Settings, load_settings
from oirisk.flows.settings.sections import MailSettings, ObserveSettings, ScheduleSettings
from oirisk.flows.status import status_of
from oirisk.schemas.errors import ConfigurationError, HomeError
from oirisk.warehouse.findings import Finding
from oirisk.warehouse.health import check_home
from oirisk.warehouse.home import Home
from oirisk.warehouse.mend import mend
from oirisk.warehouse.paths import require_database_path

_STATUS = {"ok": 0, "warn": 1, "fail": 2}
_PYTHONS = ((3, 11), (3, 13))
_REINSTALL = "pip install --no-deps --require-hashes -r requirements.lock, in a fresh environment"


def doctor(home: Path, *, fix: bool = False, as_json: bool) -> int:
    """Check the installation, the configuration and the home folder.

    Args:
        home: The home folder.
        fix: Mend first what can be mended without losing anything; else change nothing.
        as_json: Print one JSON document.

    Returns:
        0 when all is well, 1 with warnings, 2 when something is broken; what was mended is well.
    """
    place = Home(home)
    with shown_progress() as progress:
        progress.step("mending the home folder" if fix else "checking the home folder")
        mended = [*mend(place), *mend_reports(place)] if fix and home.is_dir() else []
        findings = [
            *check_installation(), *check_configuration(home),
            *check_home(place), check_reports(place),
        ]  # fmt: skip
    worst = max(_STATUS[finding.status] for finding in findings)
    if as_json:
        status = next(name for name, rank in _STATUS.items() if rank == worst)
        checks = [asdict(finding) for finding in findings]
        print_json({"status": status, "mended": mended, "checks": checks})
    else:
        for said in mended:
            print_line(said)
        print_table(f"home {home}", [asdict(finding) for finding in findings])
        print_line(("all is well", "works, with warnings", "something is broken")[worst])
    return worst


def check_installation() -> list[Finding]:
    """Compare Python and the installed packages with what this version asks for."""
    try:
        requirements = metadata.requires("oirisk") or []
    except metadata.PackageNotFoundError:
        missing = Finding("packages", "warn", "not checked: oirisk is not installed", _REINSTALL)
        return [check_python(sys.version_info[:2]), missing]
    return [check_python(sys.version_info[:2]), check_packages(requirements)]


def check_python(version: tuple[int, ...]) -> Finding:
    """Return whether oirisk was tried on a Python version, given as (major, minor)."""
    text = ".".join(str(part) for part in version)
    lowest, highest = _PYTHONS
    if lowest <= version[:2] <= highest:
        return Finding("python", "ok", text)
    return Finding("python", "fail", text, "use Python 3.11, 3.12 or 3.13")


def check_packages(requirements: Iterable[str]) -> Finding:
    """Return whether every required package is installed in a version that works."""
    wrong, count = [], 0
    for requirement in map(Requirement, requirements):
        if requirement.marker and not requirement.marker.evaluate({"extra": ""}):
            continue
        count += 1
        try:
            version = metadata.version(requirement.name)
        except metadata.PackageNotFoundError:
            wrong.append(f"{requirement.name} is missing")
            continue
        if not requirement.specifier.contains(version, prereleases=True):
            wrong.append(f"{requirement.name} {version}, needed {requirement.specifier}")
    if wrong:
        return Finding("packages", "fail", "; ".join(wrong), _REINSTALL)
    return Finding("packages", "ok", f"{count} packages in versions that work")


def check_configuration(home: Path) -> list[Finding]:
    """Read the settings of a home and check that each could work."""
    try:
        settings = load_settings(home)
    except ConfigurationError as error:
        repair = "mend the named option; `oirisk init` in another folder shows every option"
        return [Finding("settings", "fail", str(error), repair)]
    return [
        Finding("settings", "ok", "oirisk.toml and environment are readable"),
        check_venues(settings),
        check_schedule(settings.schedule),
        check_mail(settings.mail),
        check_accounts(home, settings.observe),
        check_path(home),
        *check_nights(Home(home), settings),
    ]


def check_nights(home: Home, settings: Settings) -> list[Finding]:
    """Return whether nights happen, and happened as they should."""
    status = status_of(home, settings, wall_clock())
    if status.troubles:
        return [Finding(one.id, "warn", one.what, one.repair) for one in status.troubles]
    seen = f"{status.night_at:%Y-%m-%d %H:%M} UTC" if status.night_at else "none yet"
    return [Finding("nights", "ok", f"the last one: {seen}")]


def check_venues(settings: Settings) -> Finding:
    """Return whether each configured venue is declared here and known to the exchange library."""
    try:
        chosen = chosen_venues(settings)
    except ConfigurationError as error:
        return Finding("venues", "fail", str(error), "change `venues` in oirisk.toml")
    unknown = sorted({venue.id for venue in chosen if not venue.address} - set(exchanges))
    if unknown:
        detail = f"not known to the installed ccxt: {', '.join(unknown)}"
        return Finding("venues", "fail", detail, _REINSTALL)
    return Finding("venues", "ok", ", ".join(venue.id for venue in chosen))


def check_schedule(settings: ScheduleSettings) -> Finding:
    """Tell when the schedule runs next."""
    upcoming = next_run(settings, wall_clock())
    if upcoming is None:
        detail = f"no next run of {settings.cron!r} in {settings.timezone!r}"
        return Finding("schedule", "fail", detail, "change [schedule] in oirisk.toml")
    return Finding("schedule", "ok", f"next run {upcoming:%Y-%m-%d %H:%M} {settings.timezone}")


def check_mail(settings: MailSettings) -> Finding:
    """Return whether the mail settings could work; connects to nothing."""
    name = "mail"
    try:
        require_mail(settings)
    except ConfigurationError as error:
        return Finding(name, "fail", str(error), "mend the named option in oirisk.toml")
    if not settings.host:
        if settings.recipients:
            detail = "mail.recipients is set, mail.host is not: nothing would be sent"
            return Finding(name, "warn", detail, "set mail.host")
        return Finding(name, "ok", "no server configured; the message is left as .eml")
    if not settings.recipients:
        detail = "mail.host is set, mail.recipients is empty: nothing would be sent"
        return Finding(name, "warn", detail, "set mail.recipients")
    habit = {465: "tls", 587: "starttls"}.get(settings.port)
    if habit and settings.security not in {habit, "none"}:
        detail = (
            f"port {settings.port} usually speaks {habit}, mail.security is {settings.security}"
        )
        return Finding(name, "warn", detail, f"set mail.security to {habit}, or try it out")
    detail = f"{settings.host}:{settings.port}, {len(settings.recipients)} recipients"
    return Finding(name, "ok", detail)


def check_accounts(home: Path, settings: ObserveSettings) -> Finding:
    """Return whether the list of accounts, where there is one, can be read."""
    name = "accounts"
    try:
        require_accounts(home, settings)
    except ConfigurationError as error:
        return Finding(name, "fail", str(error), "mend observe.accounts_file in oirisk.toml")
    return Finding(
        name, "ok", "no list configured" if settings.accounts_file is None else "readable"
    )


def check_path(home: Path) -> Finding:
    """Return whether the database can lie in the home folder."""
    name = "path"
    try:
        require_database_path(Home(home).warehouse)
    except HomeError as error:
        return Finding(name, "fail", str(error), "choose another --home")
    return Finding(name, "ok", str(home.absolute()))

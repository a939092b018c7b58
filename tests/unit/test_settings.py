"""Settings: the file, the environment, and what is refused."""

import re
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import BaseModel, SecretStr

from oirisk.flows.marts import values_of
from oirisk.flows.settings.model import Settings, load_settings
from oirisk.flows.settings.sections import ScheduleSettings
from oirisk.flows.settings.template import commented_toml
from oirisk.schemas.errors import ConfigurationError
from oirisk.schemas.parameters import SeriesParameters


def _options() -> dict[str, set[str]]:
    """Every option, by section; those without a section under the empty name."""
    found: dict[str, set[str]] = {"": set()}
    for name, field in Settings.model_fields.items():
        if isinstance(field.default, BaseModel):
            found[name] = set(type(field.default).model_fields)
        else:
            found[""].add(name)
    return found


def _uncommented(text: str) -> str:
    return re.sub(r"^# (\w+ = )", r"\1", text, flags=re.MULTILINE)


def _write(home: Path, text: str) -> Path:
    (home / "oirisk.toml").write_text(text)
    return home


def test_the_commented_file_shows_every_option_once_and_is_empty_as_it_stands() -> None:
    assert {key: value for key, value in tomllib.loads(commented_toml()).items() if value} == {}
    shown = tomllib.loads(_uncommented(commented_toml()))
    sections = {name: set(value) for name, value in shown.items() if isinstance(value, dict)}
    sections[""] = {name for name, value in shown.items() if not isinstance(value, dict)}
    assert sections == _options()


def test_the_file_with_every_option_at_its_default_says_nothing_new(tmp_path: Path) -> None:
    written = load_settings(_write(tmp_path, _uncommented(commented_toml())))
    assert written.model_dump() == Settings().model_dump()
    assert written.mail.ca_file is None


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    assert load_settings(tmp_path).model_dump() == Settings().model_dump()


def test_the_file_counts_and_the_environment_counts_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = _write(tmp_path, 'venues = ["gate"]\n[fetch]\nattempts = 5\nbackoff_seconds = 3\n')
    monkeypatch.setenv("OIRISK_FETCH__ATTEMPTS", "7")
    settings = load_settings(home)
    assert settings.venues == ("gate",)
    assert settings.fetch.attempts == 7
    assert settings.fetch.backoff_seconds == 3
    monkeypatch.setenv("OIRISK_VENUES", '["okx", "bybit"]')
    assert load_settings(home).venues == ("okx", "bybit")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[fetch]\natempts = 5\n", "fetch.atempts"),
        ("nonsense = 1\n", "nonsense"),
        ("[fetch]\nattempts = 0\n", "fetch.attempts"),
        ("[coverage]\nminimum = 1.5\n", "coverage.minimum"),
        ("venues = []\n", "venues"),
        (
            "[mail]\nsecurity = 'ssl'\n",
            "mail.security: Input should be 'starttls', 'tls' or 'none'",
        ),
        ("[coverage]\nlookback_days = 1e9\n", "coverage.lookback_days"),
        ("[clusters]\nbin_pct = 1e-9\n", "clusters.bin_pct"),
        ("[clusters]\nhistory_days = 1e9\n", "clusters.history_days"),
        ("[retention]\nfine_days = 9999999\n", "retention.fine_days"),
        ("[mail\n", "not valid TOML"),
        ("a = " + "[" * 3000 + "]" * 3000, "not valid TOML"),
        ("[fetch]\nattempts = true\n", "fetch.attempts: expected a number, saw true"),
        ("[schedule]\ncron = '* * *'\n", "schedule.cron"),
        ("[schedule]\ncron = '61 0 * * *'\n", "schedule.cron"),
        ("[schedule]\ncron = '0 0 30 2 *'\n", "schedule.cron"),
        ("[schedule]\ncron = '*/5 * * * * *'\n", "schedule.cron"),
        ("[schedule]\ntimezone = 'Mars'\n", "schedule.timezone"),
        ("[schedule]\ntimezone = ''\n", "schedule.timezone"),
        ("[schedule]\ntimezone = 'Europe'\n", "schedule.timezone"),
    ],
)
def test_what_cannot_work_is_refused_by_name(text: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load_settings(_write(tmp_path, text))
    assert words in str(caught.value)
    assert "oirisk.toml" in str(caught.value)


def test_no_number_may_be_infinite_or_none(tmp_path: Path) -> None:
    numbers = [
        (section, name)
        for section, names in _options().items()
        for name in names
        if section and type(getattr(getattr(Settings(), section), name)) in {int, float}
    ]
    assert len(numbers) > 40
    for section, name in numbers:
        for text in ("inf", "-inf", "nan"):
            with pytest.raises(ConfigurationError, match=rf"{section}\.{name}: "):
                load_settings(_write(tmp_path, f"[{section}]\n{name} = {text}\n"))


def test_a_list_in_the_environment_that_is_no_json_is_explained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OIRISK_VENUES", "gate,okx")
    with pytest.raises(ConfigurationError, match="lists are written as JSON"):
        load_settings(tmp_path)


def test_a_folder_in_place_of_the_file_is_not_passed_over(tmp_path: Path) -> None:
    (tmp_path / "oirisk.toml").mkdir()
    with pytest.raises(ConfigurationError, match=r"oirisk\.toml is no file"):
        load_settings(tmp_path)


def test_a_file_that_is_no_text_is_explained(tmp_path: Path) -> None:
    (tmp_path / "oirisk.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigurationError, match=r"oirisk\.toml"):
        load_settings(tmp_path)


def test_a_password_is_never_printed(tmp_path: Path) -> None:
    settings = load_settings(_write(tmp_path, '[mail]\npassword = "s3cret"\n'))
    assert settings.mail.password == SecretStr("s3cret")
    assert "s3cret" not in repr(settings)
    assert "s3cret" not in settings.model_dump_json()
    for text in ("[mail]\npassword = 53037\n", "[mail]\npassword = ['53037']\n"):
        with pytest.raises(ConfigurationError) as caught:
            load_settings(_write(tmp_path, text))
        assert "53037" not in str(caught.value)
        assert "mail.password" in str(caught.value)


@pytest.mark.parametrize("cron", ["5 0 * * *", "0 6 * * MON-FRI", "*/15 * * * *", "0 0 29 2 *"])
def test_schedules_that_come_due_are_taken(cron: str, tmp_path: Path) -> None:
    home = _write(tmp_path, f"[schedule]\ncron = '{cron}'\ntimezone = 'Europe/Zurich'\n")
    assert load_settings(home).schedule.cron == cron


def test_the_series_take_the_judgement_of_the_settings(tmp_path: Path) -> None:
    home = _write(tmp_path, "[series]\nanomaly_period = 20\nanomaly_threshold = 3.5\n")
    told = values_of(load_settings(home))
    assert (told["anomaly_period"], told["anomaly_threshold"]) == (20, 3.5)
    assert set(SeriesParameters.model_fields) <= set(told)


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("anomaly_period = 1", "series.anomaly_period"),
        ("anomaly_threshold = nan", "series.anomaly_threshold"),
        ('anomaly_sides = "drop"', "series.anomaly_sides"),
        ("squeeze_days = 91", "series.squeeze_days"),
        ("anomaly_perod = 50", "series.anomaly_perod"),
    ],
)
def test_a_bad_judgement_is_named(tmp_path: Path, line: str, named: str) -> None:
    with pytest.raises(ConfigurationError, match=named):
        load_settings(_write(tmp_path, f"[series]\n{line}\n"))


def _in(zone: str, cron: str, *times: str) -> list[str]:
    schedule = ScheduleSettings(cron=cron, timezone=zone)
    return [schedule.night_of(datetime.fromisoformat(one)) for one in times]


def test_nights_on_both_sides_of_a_change_of_clocks_have_keys_of_their_own() -> None:
    """In New York 19:30 is 00:30 UTC before the clocks change, and 23:30 UTC after it."""
    before, after = "2026-03-08T00:30:00+00:00", "2026-03-08T23:30:00+00:00"
    assert _in("America/New_York", "30 19 * * *", before, after) == ["2026-03-07", "2026-03-08"]
    assert _in("UTC", "30 19 * * *", before, after) == ["2026-03-08", "2026-03-08"]


def test_a_date_on_which_the_schedule_comes_due_twice_has_two_nights() -> None:
    due = "2026-03-08T00:05:00+00:00", "2026-03-08T12:05:00+00:00"
    late = "2026-03-08T11:59:00+00:00", "2026-03-08T23:00:00+00:00"
    keys = ["2026-03-08T0005", "2026-03-08T1205"]
    assert _in("UTC", "5 0,12 * * *", *due) == keys
    assert _in("UTC", "5 0,12 * * *", *late) == keys
    assert _in("UTC", "5 0,12 * * *", "2026-03-08T00:01:00+00:00") == keys[:1]


def test_what_is_due_is_counted_through_a_change_of_clocks() -> None:
    schedule = ScheduleSettings(cron="30 1 * * *", timezone="Europe/Zurich")
    since = datetime(2026, 10, 24, tzinfo=UTC)
    due = [at.astimezone(UTC) for at in schedule.due(since, since + timedelta(days=3))]
    assert [f"{at:%d %H:%M}" for at in due] == ["24 23:30", "26 00:30"]

"""What a source's time means changes on a day: read by the day of the file, doubt refused."""

from datetime import UTC, date, datetime
from importlib.resources import files

import polars as pl
import pytest

from oirisk.schemas.errors import ConfigurationError
from oirisk.schemas.tables.imported import FILE_DAY
from oirisk.schemas.times import METRICS_TIME, TimeRule, time_rules
from oirisk.schemas.units import check_spans, spans
from oirisk.transforms.imports.times import stood_at

JUNE = datetime(2026, 6, 24, tzinfo=UTC)


def _read(text: str, day: date | None) -> tuple[str, str | None]:
    rows = pl.DataFrame(
        {"at": [datetime.fromisoformat(text).replace(tzinfo=UTC)], FILE_DAY: [day]},
        schema={"at": pl.Datetime("us", "UTC"), FILE_DAY: pl.Date},
    )
    (row,) = stood_at(rows, "at", METRICS_TIME).select("at", "time_problem").rows()
    return f"{row[0]:%Y-%m-%d %H:%M}", row[1] and row[1].partition(":")[0]


@pytest.mark.parametrize(
    ("stamp", "day", "instant", "problem"),
    [
        ("2026-06-24 23:55", 24, "2026-06-24 23:55", None),
        ("2026-06-25 00:00", 24, "2026-06-25 00:00", None),  # the end of the last old day
        ("2026-06-25 00:00", 25, "2026-06-25 00:05", None),  # the start of the first new one
        ("2026-06-25 23:55", 25, "2026-06-26 00:00", None),
        ("2026-06-26 00:00", 25, "2026-06-26 00:05", None),
        ("2024-02-16 00:00", None, "2024-02-16 00:00", None),
        ("2026-06-25 00:05", None, "2026-06-25 00:10", None),
        ("2026-06-25 00:00", None, "2026-06-25 00:05", "one_convention"),
        ("2026-06-25 00:00", 1, "2026-06-25 00:05", "one_convention"),  # a month in one file
    ],
)
def test_the_midnight_that_ends_a_files_day_is_of_that_day(
    stamp: str, day: int | None, instant: str, problem: str | None
) -> None:
    assert _read(stamp, JUNE.date().replace(day=day) if day else None) == (instant, problem)


def test_every_rule_joins_the_one_it_follows() -> None:
    rules = time_rules()
    assert [rule.stamps for rule in spans(rules, METRICS_TIME)] == ["start", "end"]
    torn = {
        name: rule.model_copy(update={"valid_to": JUNE} if rule.valid_to else {})
        for name, rule in rules.items()
    }
    with pytest.raises(ConfigurationError, match="expected a rule of that id that ends then"):
        check_spans(torn, "time registry")


def test_rules_are_data_and_each_says_how_it_is_known() -> None:
    text = (files("oirisk.schemas") / "time_rules.toml").read_text("utf-8")
    assert text.count("[[rule]]") == len(time_rules())
    for rule in time_rules().values():
        assert isinstance(rule, TimeRule)
        assert rule.evidence in {"official", "measured", "assumed", "contested"}
        assert rule.stated_in

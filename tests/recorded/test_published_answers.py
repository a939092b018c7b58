"""Answers that others have published, through the code of a run, give figures worked out by hand."""

from pathlib import Path

import pytest

from oirisk.flows.exchanges.registry import all_venues
from oirisk.flows.settings.model import DEFAULT_VENUES
from oirisk.schemas.responses import VenueSnapshot
from oirisk.schemas.units import registry, unit_rules
from oirisk.transforms.derive import Derived
from tests.recorded.published_answers import PUBLISHED, Published
from tests.recorded.replayed import replay

_EXACT = 1e-12
NAMES = [f"{one.venue}:{one.at[:10]}" for one in PUBLISHED]


def _replay(one: Published, folder: Path) -> tuple[VenueSnapshot, Derived, list[str]]:
    return replay(one.venue, one.at, one.answers, folder)


@pytest.mark.parametrize("one", PUBLISHED, ids=NAMES)
def test_a_published_answer_gives_the_figures_worked_out_by_hand(
    one: Published, tmp_path: Path
) -> None:
    fetched, derived, unused = _replay(one, tmp_path)

    assert (fetched.failures, fetched.notes, unused) == ([], [], [])
    assert derived.problems == ()
    assert derived.verdict.rejected.is_empty()
    rows = {row["symbol"]: row for row in derived.verdict.accepted.to_dicts()}
    assert set(rows) == set(one.expected)
    for symbol, (base, usd, quality) in one.expected.items():
        row = rows[symbol]
        assert row["oi_base"] == pytest.approx(base, rel=_EXACT)
        assert row["oi_usd"] == pytest.approx(usd, rel=_EXACT)
        assert row["quality"] == quality
        assert unit_rules()[row["unit_rule"]].venue == one.venue


def test_funding_and_volume_are_read_in_their_own_terms(tmp_path: Path) -> None:
    by_name = dict(zip(NAMES, PUBLISHED, strict=True))

    def row(name: str) -> dict[str, float]:
        (found, *_others) = _replay(by_name[name], tmp_path)[1].verdict.accepted.to_dicts()
        names = ("funding_rate", "funding_interval_hours", "volume_24h_base", "volume_24h_usd")
        return {key: found[key] for key in names}

    assert row("edgex:2026-09-13") == {
        "funding_rate": -0.00005592, "funding_interval_hours": 4.0,
        "volume_24h_base": 2733.637, "volume_24h_usd": 210414016.4312,
    }  # fmt: skip
    assert row("bitmex:2022-10-16") == {
        "funding_rate": -0.000312, "funding_interval_hours": 8.0,
        "volume_24h_base": 590.798, "volume_24h_usd": 11284280.2915,
    }  # fmt: skip
    # 114 199 contracts x 0.01 = 1141.99 coins x 68755 = 78 517 522.45, as Coinbase prints it.
    coinbase = row("coinbase:2026-04-01")
    assert coinbase["volume_24h_base"] == pytest.approx(1141.99, rel=_EXACT)
    assert coinbase["volume_24h_usd"] == pytest.approx(78_517_522.45, rel=_EXACT)
    assert coinbase["funding_rate"] is None


def test_every_exchange_at_an_address_of_its_own_has_a_published_answer_here_or_a_pool() -> None:
    pools = {rule.venue for rule in registry().values() if rule.product == "pool"}
    addressed = {venue.id for venue in all_venues().values() if venue.address is not None}
    assert addressed - pools <= {one.venue for one in PUBLISHED}


def test_what_no_published_answer_shows_is_not_asked_by_default() -> None:
    told = {one.venue for one in PUBLISHED}
    unclear = {
        rule.venue
        for rule in registry().values()
        if rule.venue in told and rule.unit_evidence in {"assumed", "contested"}
    }
    assert unclear == {"btse", "xt"}
    assert not unclear & set(DEFAULT_VENUES)

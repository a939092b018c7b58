"""Exchanges that a configuration declares."""

import asyncio
import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from oirisk.flows.exchanges.cassette import read_recording
from oirisk.flows.exchanges.extract import fetch_venue
from oirisk.flows.exchanges.generic import build_generic
from oirisk.flows.exchanges.registry import all_venues, select_venues
from oirisk.flows.exchanges.sources import ReplaySource
from oirisk.flows.settings.sections import FetchSettings
from oirisk.schemas.errors import ConfigurationError
from oirisk.schemas.generic import GenericLine
from oirisk.schemas.units import unit_rules
from oirisk.transforms.derive import derive

WEEX = {
    "id": "weex",
    "call": "contractGetCapiV3MarketOpenInterest",
    "each": "symbol",
    "shape": "object",
    "field": "openInterest",
    "unit": "base",
    "counting_factor": "0.5",
    "observed_at": "time",
}


def _replay(tmp_path: Path, section: dict[str, Any], url: str, body: object) -> dict[str, Any]:
    market = {
        "id": "ETHUSDT", "symbol": "ETH/USDT:USDT", "base": "ETH", "quote": "USDT",
        "settle": "USDT", "type": "swap", "contract": True, "swap": True, "future": False,
        "option": False, "spot": False, "linear": True, "inverse": False, "contractSize": 0.1,
        "active": True, "expiry": None, "info": {},
    }  # fmt: skip
    common = {"venue": section["id"], "received_at": "2026-11-21T00:05:01Z"}
    answer = {"method": "GET", "url": url, "status": 200, "body": json.dumps(body)}
    path = tmp_path / "night.jsonl"
    lines = [
        {"kind": "markets", **common, "markets": [market]},
        {"kind": "response", **common, **answer},
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))

    declared = build_generic([GenericLine.model_validate(section)], all_venues())
    (venue,) = select_venues([section["id"]], declared)
    source = ReplaySource(read_recording(path))
    fetched = asyncio.run(fetch_venue(venue, source, FetchSettings(attempts=1)))
    (row,) = derive(venue, fetched.responses).verdict.accepted.to_dicts()
    return row


def test_a_declared_exchange_is_asked_and_read_as_declared(tmp_path: Path) -> None:
    url = "https://api-contract.weex.com/capi/v3/market/openInterest?symbol=ETHUSDT"
    body = {"symbol": "ETHUSDT", "openInterest": "1000", "time": 1795219500000}
    row = _replay(tmp_path, WEEX, url, body)

    assert (row["symbol"], row["oi_base"], row["counting_factor"]) == ("ETH/USDT:USDT", 500.0, 0.5)


def test_what_is_declared_counts_as_assumed(tmp_path: Path) -> None:
    del tmp_path
    build_generic([GenericLine.model_validate(WEEX)], all_venues())
    rule = unit_rules()["weex.linear.openInterest"]
    assert (rule.unit_evidence, rule.counting_evidence) == ("assumed", "assumed")
    assert "oirisk.toml" in rule.unit_source


def test_contracts_take_ccxts_size_unless_another_place_is_named() -> None:
    section = {
        **WEEX,
        "id": "xt",
        "unit": "contracts",
        "call": "publicLinearGetFutureMarketV1PublicContractOpenInterest",
    }
    assert GenericLine.model_validate(section).rules()[0].contract_size_source == "contractSize"
    named = {**section, "contract_size_source": "info.size"}
    assert GenericLine.model_validate(named).rules()[0].contract_size_source == "info.size"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"id": "okx"}, "oirisk knows this exchange"),
        ({"id": "bitmart"}, "ccxt 4.5.90 has no such exchange"),
        ({"call": "publicGetNothing"}, "no method 'publicGetNothing'"),
    ],
)
def test_a_declaration_that_cannot_work_is_refused_at_the_start(
    change: dict[str, str], reason: str
) -> None:
    section = GenericLine.model_validate({**WEEX, **change})
    with pytest.raises(ConfigurationError, match=re.escape(reason)):
        build_generic([section], all_venues())


def test_one_product_cannot_be_declared_twice() -> None:
    section = GenericLine.model_validate(WEEX)
    with pytest.raises(ConfigurationError, match="declared twice"):
        build_generic([section, section], all_venues())


PLAIN = {
    **{name: value for name, value in WEEX.items() if name != "call"},
    "id": "elsewhere",
    "address": "https://api.elsewhere.example",
    "path": "/interest",
    "markets": {"path": "/contracts", "base": "coin", "quote": "=USDT"},
}


@pytest.mark.parametrize(
    "change",
    [
        {"call": "publicGetTickers"},
        {"path": ""},
        {"markets": None},
        {"address": ""},
        {"address": "elsewhere.example"},
        {"product": "option"},
        {"markets": {"path": "/contracts", "quote": "=USDT"}},
    ],
    ids=str,
)
def test_an_address_goes_with_a_path_and_a_market_list(change: dict[str, Any]) -> None:
    assert GenericLine.model_validate(PLAIN).rules()[0].unit_evidence == "assumed"
    with pytest.raises(ValidationError):
        GenericLine.model_validate({**PLAIN, **change})


def test_a_pool_has_a_field_for_each_side() -> None:
    pool = {**PLAIN, "product": "pool", "field": "longs", "short_field": "shorts"}
    declared = GenericLine.model_validate(pool)
    assert [(rule.field, rule.product) for rule in declared.rules()] == [
        ("longs", "pool"), ("shorts", "pool"),
    ]  # fmt: skip
    for change in ({"short_field": ""}, {"product": "linear"}):
        with pytest.raises(ValidationError, match="pool and short_field"):
            GenericLine.model_validate({**pool, **change})


def test_sections_of_one_exchange_share_its_address() -> None:
    other = {**PLAIN, "product": "inverse", "address": "https://api.elsewhere.example/v2"}
    sections = [GenericLine.model_validate(it) for it in (PLAIN, other)]
    with pytest.raises(ConfigurationError, match="one exchange has one address"):
        build_generic(sections, all_venues())


@pytest.mark.parametrize(
    "change", [{"unit": "lots"}, {"counting_factor": "0"}, {"factor": "1"}, {"product": "spot"}]
)
def test_a_section_that_makes_no_sense_is_refused(change: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        GenericLine.model_validate({**WEEX, **change})


def test_the_sections_of_the_guide_are_declarations(root: Path) -> None:
    guide = (root / "docs" / "how-to" / "add-a-venue.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```toml\n(\[\[generic\]\].*?)```", guide, flags=re.DOTALL)
    sections = [it for text in blocks for it in tomllib.loads(text)["generic"]]
    venues = build_generic([GenericLine.model_validate(it) for it in sections], all_venues())
    assert {venue.id: venue.address is None for venue in venues} == {
        "hibachi": True,
        "elsewhere": False,
    }

"""Pointing a client at a server on this machine."""

import ccxt
import pytest

from oirisk.flows.exchanges.loopback import loopback_urls

BASE = "http://127.0.0.1:8080/venue"


def _texts(api: object) -> list[str]:
    if isinstance(api, dict):
        return [text for value in api.values() for text in _texts(value)]
    return [api] if isinstance(api, str) else []


def test_host_goes_and_path_stays() -> None:
    api = {"public": {"spot": "https://api.gateio.ws/api/v4"}, "rest": "https://{hostname}"}
    assert loopback_urls(api, BASE) == {"public": {"spot": f"{BASE}/api/v4"}, "rest": BASE}


def test_a_slash_at_the_end_of_the_base_is_not_doubled() -> None:
    assert loopback_urls("https://kucoin.com/_api", f"{BASE}/") == f"{BASE}/_api"


def test_what_is_no_address_is_left_alone() -> None:
    assert loopback_urls({"ws": None, "version": 2}, BASE) == {"ws": None, "version": 2}


@pytest.mark.parametrize(
    "venue", ["bybit", "okx", "gate", "kucoinfutures", "hyperliquid", "deribit", "mexc", "htx"]
)
def test_no_address_of_a_client_leads_out(venue: str) -> None:
    api = getattr(ccxt, venue)().urls["api"]
    before = _texts(api)
    after = _texts(loopback_urls(api, BASE))
    assert len(after) == len(before) > 0
    assert all(text == BASE or text.startswith(f"{BASE}/") for text in after)
    assert _texts(api) == before

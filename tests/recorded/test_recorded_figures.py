"""Every recorded response gives the figures that were worked out by hand.

``base`` and ``usd`` are written as the arithmetic itself, response figure x contract size x
counting factor and then x price, with the figures as they stand in the responses. ``usd`` None
means that no price of that moment came with the figure; ``why`` says so. Of the rows in
``WITHOUT_COINS`` only the USD is known.
"""

import asyncio
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from oirisk.flows.exchanges.cassette import read_recording
from oirisk.flows.exchanges.extract import fetch_venue
from oirisk.flows.exchanges.registry import all_venues
from oirisk.flows.exchanges.sources import ReplaySource
from oirisk.flows.settings import FetchSettings
from oirisk.schemas.responses import VenueSnapshot
from oirisk.schemas.units import unit_rules
from oirisk.transforms.derive import Derived, derive

_EXACT = 1e-9


@dataclass(frozen=True)
class Expected:
    """One instrument of one recording, single-sided."""

    file: str
    venue: str
    symbol: str
    base: float
    usd: float | None
    why: str = ""
    kind: str = "perp"


BOTH_SIDES = 0.5
NO_PRICE = "the answer carries neither a price nor a value"

EXPECTED = (
    # sumOpenInterest is ETH; USD is the exchange's own (734957.44 / 460.5 = 1596.0, ETH that day).
    Expected(
        "binance",
        "binance",
        "ETH/USDT:USDT-230225-1625-C",
        460.50,
        734957.4358092150,
        kind="option",
    ),
    # Coins. The premiumIndex in the file is three months younger and must not be used.
    Expected(
        "binanceusdm", "binanceusdm", "BTC/USDT:USDT", 10659.509, None, "the price is of 2020-08-14"
    ),
    Expected(
        "binanceusdm", "binanceusdm", "ETH/USDT:USDT-230331", 23581.677, None, NO_PRICE, "future"
    ),
    Expected(
        "more/binanceusdm.2023-02-25",
        "binanceusdm",
        "ETH/USDT:USDT-230331",
        23522.240,
        None,
        NO_PRICE,
        "future",
    ),
    # The figure is USDT; coins by the mark of the same second: 3289641547.10 / 16884.5.
    Expected("bingx", "bingx", "BTC/USDT:USDT", 3289641547.10 / 16884.5, 3289641547.10),
    # Coin-margined: coins.
    Expected("bingx", "bingx", "BTC/USD:BTC", 749.1160, None, NO_PRICE),
    # Element 18 is coins, element 15 the mark.
    Expected("bitfinex", "bitfinex", "XRP/USDT:USDT", 2233562.03115, 2233562.03115 * 0.5123016),
    Expected(
        "more/bitfinex.2023-08-04",
        "bitfinex",
        "BTC/USDT:USDT",
        9636.07644994,
        9636.07644994 * 29278.8925,
    ),
    Expected(
        "more/bitfinex.2024-01-26",
        "bitfinex",
        "XRP/USDT:USDT",
        2232084.04237987,
        2232084.04237987 * 0.5114744,
    ),
    # holdingAmount, size and openInterest are coins.
    Expected("bitget", "bitget", "BTC/USDT:USDT", 7452.6421, 7452.6421 * 104824.2),
    Expected("more/bitget.2023-11-24", "bitget", "BTC/USDT:USDT", 52234.134, None, NO_PRICE),
    Expected("more/bitget.2025-06-19", "bitget", "BTC/USDT:USDT", 7465.5938, 7465.5938 * 104738),
    Expected("more/bitget.2025-06-28", "bitget", "BTC/USDT:USDT", 18166.3583, None, NO_PRICE),
    Expected("more/bitget.2025-12-11", "bitget", "BTC/USDT:USDT", 27606.0718, 27606.0718 * 90216.4),
    # Linear: coins of both sides. 48069.549 / 2 = 24034.7745; x 19255 = 462789582.9975.
    Expected(
        "bybit",
        "bybit",
        "BTC/USDT:USDT",
        48069.549 * BOTH_SIDES,
        48069.549 * BOTH_SIDES * 19255.00,
    ),
    # Inverse: USD of both sides. 373504107 / 2 = 186752053.5; / 16596 = 11252.8352 BTC, half of the
    # 22505.67 that the exchange prints as its value.
    Expected(
        "bybit",
        "bybit",
        "BTC/USD:BTC",
        373504107 * BOTH_SIDES / 16596.00,
        373504107 * BOTH_SIDES,
    ),
    # Option: coins, one side (nothing says otherwise), valued at the underlying, not the premium.
    Expected("bybit", "bybit", "BTC/USDC:USDC-221230-18000-C", 6.3, 6.3 * 16590.42, kind="option"),
    Expected(
        "more/bybit.2025-10-13",
        "bybit",
        "BTC/USD:BTC",
        240113967 * BOTH_SIDES / 114898.43,
        240113967 * BOTH_SIDES,
    ),
    # Coins, valued at the last trade "a": the answer has no mark price.
    Expected("cryptocom", "cryptocom", "AVAX/USD:USD", 10888.9, 10888.9 * 13.209),
    # 469919 contracts x 0.001 = 469.919 BTC, the "oi" printed. At the mark; the exchange's own
    # 14385640.68 is at the spot price 30612.85, 0.04 % above.
    Expected("delta", "delta", "BTC/USDT:USDT", 469919 * 0.001, 469919 * 0.001 * 30600.10481568),
    # 2781 x 0.001 = 2.781 BTC at the spot price, not at the premium of 1347.75.
    Expected(
        "delta",
        "delta",
        "BTC/USDT:USDT-230728-30000-C",
        2781 * 0.001,
        2781 * 0.001 * 30598.43379314,
        kind="option",
    ),
    Expected(
        "more/delta.2023-07-20",
        "delta",
        "BTC/USDT:USDT-230728-29500-C",
        91 * 0.001,
        91 * 0.001 * 30178.53195697,
        kind="option",
    ),
    # Inverse: USD (not contracts of 10 USD).
    Expected("deribit", "deribit", "BTC/USD:BTC", 111543850 / 7750.02, 111543850),
    Expected(
        "deribit",
        "deribit",
        "BTC/USD:BTC-200310-7750-C",
        121.8,
        121.8 * 7856.445926872601,
        kind="option",
    ),
    Expected(
        "more/deribit.2025-11-20", "deribit", "BTC/USD:BTC", 9978911260 / 87102.01, 9978911260
    ),
    # Coins; the instrument is named by the request only.
    Expected("derive", "derive", "BTC/USDC:USDC", 291.023, 291.023 * 84636.2),
    # Coins, at the oracle price, which is the mark.
    Expected("dydx", "dydx", "BTC/USDC:USDC", 52.0691, 52.0691 * 118976.5376),
    # 783779 contracts of 1 coin; 5223816 contracts of 0.0001 BTC = 522.3816 BTC.
    Expected("gate", "gate", "0G/USDT:USDT", 783779 * 1, 783779 * 1 * 0.2048),
    Expected("gate", "gate", "BTC/USDT:USDT", 5223816 * 0.0001, 5223816 * 0.0001 * 37985.6),
    # 130 contracts of 0.0001 BTC = 0.013 BTC.
    Expected(
        "more/gate.2020-06-27",
        "gate",
        "BTC/USDT:USDT-200703",
        130 * 0.0001,
        130 * 0.0001 * 9019,
        kind="future",
    ),
    # Fractional contracts: 40177.8 x 100 coins.
    Expected("more/gate.2026-07-13", "gate", "LAB/USDT:USDT", 40177.8 * 100, None, NO_PRICE),
    # Both sides everywhere. amount / 2 is coins (= volume x 0.001 / 2), value / 2 is USDT.
    Expected("htx", "htx", "BTC/USDT:USDT", 78.696 * BOTH_SIDES, 3823138.2456 * BOTH_SIDES),
    Expected(
        "htx",
        "htx",
        "BTC/USDT:USDT-211217",
        10.925 * BOTH_SIDES,
        530662.21 * BOTH_SIDES,
        kind="future",
    ),
    Expected(
        "htx",
        "htx",
        "BTC/USDT:USDT-211210",
        27.104 * BOTH_SIDES,
        1316937.2832 * BOTH_SIDES,
        kind="future",
    ),
    Expected(
        "htx",
        "htx",
        "BTC/USDT:USDT-211231",
        201.143 * BOTH_SIDES,
        9775067.0568 * BOTH_SIDES,
        kind="future",
    ),
    # Coin-margined: contracts of 100 USD, so 518018 x 100 / 2 = 25900900 USD needs no price.
    Expected(
        "htx",
        "htx",
        "BTC/USD:BTC",
        2769.675777407074725180 * BOTH_SIDES,
        518018 * 100 * BOTH_SIDES,
    ),
    Expected(
        "htx",
        "htx",
        "BTC/USD:BTC-220930",
        635.502025211544374189 * BOTH_SIDES,
        118850 * 100 * BOTH_SIDES,
        kind="future",
    ),
    Expected(
        "more/htx.2022-09-28",
        "htx",
        "BTC/USD:BTC",
        2764.884101183033567375 * BOTH_SIDES,
        517437 * 100 * BOTH_SIDES,
    ),
    Expected(
        "more/htx.2022-09-28",
        "htx",
        "BTC/USD:BTC-220930",
        635.247819101012450440 * BOTH_SIDES,
        118805 * 100 * BOTH_SIDES,
        kind="future",
    ),
    Expected(
        "more/htx.2026-06-13",
        "htx",
        "BTC/USDT:USDT",
        32476.092 * BOTH_SIDES,
        2063137924.9668 * BOTH_SIDES,
    ),
    # Coins, longs and shorts added up, at the mark. Both are an even number of lots.
    Expected(
        "hyperliquid",
        "hyperliquid",
        "BTC/USDC:USDC",
        9942.2624 * BOTH_SIDES,
        9942.2624 * BOTH_SIDES * 107043.0,
    ),
    Expected(
        "hyperliquid",
        "hyperliquid",
        "HYPE/USDC:USDC",
        14677900.74 * BOTH_SIDES,
        14677900.74 * BOTH_SIDES * 27.63,
    ),
    # PF_: coins, at the mark. PI_ and FI_: USD.
    Expected(
        "krakenfutures", "krakenfutures", "BTC/USD:USD", 1950.5966, 1950.5966 * 77343.38154086835
    ),
    Expected("krakenfutures", "krakenfutures", "DOGE/USD:USD", 23062948, 23062948 * 0.09624183255),
    Expected("krakenfutures", "krakenfutures", "ENJ/USD:USD", 72513, 72513 * 0.0434),
    Expected(
        "more/krakenfutures.2022-02-18",
        "krakenfutures",
        "ETH/USD:ETH-220624",
        3023363 / 2925.72,
        3023363,
        kind="future",
    ),
    # Demo environment: mark 30209.9 beside index 21087.8; the mark is what values positions there.
    Expected(
        "more/krakenfutures.2022-06-17", "krakenfutures", "BTC/USD:BTC", 149655 / 30209.9, 149655
    ),
    # Lots of 0.001 BTC, 0.01 ETH and 0.01 DASH.
    Expected(
        "kucoinfutures",
        "kucoinfutures",
        "BTC/USDT:USDT",
        8033200 * 0.001,
        8033200 * 0.001 * 67193.51,
    ),
    Expected(
        "kucoinfutures", "kucoinfutures", "ETH/USDT:USDT", 8724443 * 0.01, 8724443 * 0.01 * 4534.07
    ),
    Expected(
        "kucoinfutures", "kucoinfutures", "DASH/USDT:USDT", 2487402 * 0.01, 2487402 * 0.01 * 101.6
    ),
    Expected(
        "more/kucoinfutures.2021-02-08",
        "kucoinfutures",
        "BTC/USDT:USDT",
        5191275 * 0.001,
        5191275 * 0.001 * 44514.03,
    ),
    Expected(
        "more/kucoinfutures.2026-03-20",
        "kucoinfutures",
        "ETH/USDT:USDT",
        8053960 * 0.01,
        None,
        NO_PRICE,
    ),
    # Contracts of 0.01 ETH and 0.0001 BTC, at the fair price.
    Expected("mexc", "mexc", "ETH/USDT:USDT", 5832946 * 0.01, 5832946 * 0.01 * 3581.08),
    Expected(
        "more/mexc.2021-01-05",
        "mexc",
        "BTC/USDT:USDT",
        55102960 * 0.0001,
        55102960 * 0.0001 * 31199.5,
    ),
    # Contracts x ctVal = oiCcy; no price, so USD is the exchange's own.
    Expected("okx", "okx", "BTC/USDT:USDT", 2660239.59000001773 * 0.01, 2433776053.94290622066283),
    Expected("okx", "okx", "ETH/USDT:USDT", 5932935.53000001767 * 0.1, 1877845290.47136559276704),
    Expected("okx", "okx", "SOL/USDT:USDT", 3140536.76000000302 * 1, 415744256.2888003997876),
    # Option: 300 contracts x ctVal 1 x ctMult 0.01 = 3 BTC. The "oiUsd" of 3 is no USD value of
    # 3 BTC, and no index came with it.
    Expected("okx", "okx", "BTC/USD:BTC-230520-25500-P", 300 * 1 * 0.01, None, NO_PRICE, "option"),
    Expected("more/okx.2022-09-24a", "okx", "BTC/USDT:USDT", 2125419 * 0.01, None, NO_PRICE),
    Expected("more/okx.2022-09-24b", "okx", "BTC/USDT:USDT", 2136738 * 0.01, None, NO_PRICE),
    # 14546007 contracts of 1000 coins; USD 30.9 million, not 14.5 billion.
    Expected("more/okx.2024-10-12", "okx", "NEIRO/USDT:USDT", 14546007 * 1000, 30921319.84032),
    # Coins, at the mark.
    Expected("paradex", "paradex", "BTC/USD:USDC", 162.272, 162.272 * 68465.17449906),
    # Coins in spite of "Rv".
    Expected("phemex", "phemex", "BTC/USDT:USDT", 1848.1144186, 1848.1144186 * 67550.1),
    # 1298050 contracts of 0.005 ETH = 6490.25 ETH; markEp 2329232 with four decimals = 232.9232.
    Expected("phemex", "phemex", "ETH/USD:USD", 1298050 * 0.005, 1298050 * 0.005 * 232.9232),
    # Contracts of 1 USD; markPrice 87453092 with four decimals = 8745.3092.
    Expected("more/phemex.2020-03-08", "phemex", "BTC/USD:BTC", 7821141 / 8745.3092, 7821141),
    Expected(
        "more/phemex.2022-12-27", "phemex", "BTC/USDT:USDT", 1323.596, 1323.596 * 16830.97534951
    ),
    Expected(
        "more/phemex.2024-10-16", "phemex", "BTC/USDT:USDT", 1803.5677119, 1803.5677119 * 67565.4
    ),
    # Coins, at the mark.
    Expected("woofipro", "woofipro", "BTC/USDC:USDC", 110.64612, 110.64612 * 64171.0),
)

WITHOUT_COINS = {
    # Contracts of 10 USD, and of 100 USD for BTC: no price is in their value.
    "binancecoinm": ("ETH/USD:ETH", 26542436 * 10.0),
    "more/binancecoinm.2020-06-04": ("BTC/USD:BTC-200626", 15004 * 100.0),
    "more/binancecoinm.2023-02-25": ("ETH/USD:ETH", 26613524 * 10.0),
    # The exchange prints USDT.
    "more/bingx.2023-12-16": ("EOS/USDT:USDT", 7409966.52),
}
"""Rows whose coins need a price, and none came: symbol and USD by file."""


@dataclass(frozen=True)
class Replayed:
    """What replaying one venue of one recording gives."""

    fetched: VenueSnapshot
    derived: Derived
    unused: tuple[str, ...]

    def rows(self) -> dict[str, dict[str, Any]]:
        """Return the accepted rows by symbol."""
        return {row["symbol"]: row for row in self.derived.verdict.accepted.to_dicts()}


@cache
def _replay(path: Path, venue: str) -> Replayed:
    recording = read_recording(path)
    fetched = asyncio.run(
        fetch_venue(all_venues()[venue], ReplaySource(recording), FetchSettings(attempts=1))
    )
    derived = derive(all_venues()[venue], fetched.responses)
    unused = tuple(line.url for line in recording.tapes[venue].responses)
    return Replayed(fetched, derived, unused)


def _files(recorded: Path) -> dict[str, Path]:
    found = [*recorded.glob("*.jsonl"), *recorded.glob("more/*.jsonl")]
    return {str(path.relative_to(recorded).with_suffix("")): path for path in sorted(found)}


@pytest.mark.parametrize("expected", EXPECTED, ids=[f"{row.file}:{row.symbol}" for row in EXPECTED])
def test_a_recorded_row_gives_the_figures_worked_out_by_hand(
    recorded: Path, expected: Expected
) -> None:
    row = _replay(recorded / f"{expected.file}.jsonl", expected.venue).rows()[expected.symbol]

    assert row["oi_base"] == pytest.approx(expected.base, rel=_EXACT)
    assert row["kind"] == expected.kind
    if expected.usd is None:
        assert row["oi_usd"] is None
        assert row["quality"] == "suspect"
    else:
        assert row["oi_usd"] == pytest.approx(expected.usd, rel=_EXACT)
        assert row["quality"] == "ok"
    assert row["counting_factor"] == float(unit_rules()[row["unit_rule"]].counting_factor)


def test_every_file_and_every_row_of_it_is_accounted_for(recorded: Path) -> None:
    expected = {(row.file, row.symbol) for row in EXPECTED} | {
        (name, symbol) for name, (symbol, _) in WITHOUT_COINS.items()
    }
    seen = set()
    for name, path in _files(recorded).items():
        for venue in read_recording(path).tapes:
            verdict = _replay(path, venue).derived.verdict
            symbols = [*verdict.accepted["symbol"], *verdict.rejected["symbol"]]
            seen |= {(name, symbol) for symbol in symbols}
    assert seen == expected


def test_every_recorded_response_is_asked_for(recorded: Path) -> None:
    unused = {
        name: left
        for name, path in _files(recorded).items()
        for venue in read_recording(path).tapes
        if (left := _replay(path, venue).unused)
    }
    assert unused == {}


@pytest.mark.parametrize("name", WITHOUT_COINS)
def test_a_figure_that_cannot_become_coins_is_kept_in_usd_and_named(
    recorded: Path, name: str
) -> None:
    venue = name.rpartition("/")[2].partition(".")[0]
    symbol, usd = WITHOUT_COINS[name]
    derived = _replay(recorded / f"{name}.jsonl", venue).derived
    row = _replay(recorded / f"{name}.jsonl", venue).rows()[symbol]

    assert (row["oi_base"], row["oi_usd"], row["quality"]) == (None, usd, "suspect")
    assert derived.verdict.rejected.is_empty()
    assert any("no coins" in problem and symbol in problem for problem in derived.problems)


@pytest.mark.parametrize(
    "expected",
    [row for row in EXPECTED if row.usd is None],
    ids=[f"{row.file}:{row.symbol}" for row in EXPECTED if row.usd is None],
)
def test_a_row_without_usd_is_named_with_its_venue(recorded: Path, expected: Expected) -> None:
    derived = _replay(recorded / f"{expected.file}.jsonl", expected.venue).derived
    # an option without a price is whole otherwise; a perpetual or future is not
    said = derived.notes if expected.kind == "option" else derived.problems

    assert any("no USD value" in text and expected.symbol in text for text in said)


def test_a_price_of_another_date_is_named_and_not_used(recorded: Path) -> None:
    problems = _replay(recorded / "binanceusdm.jsonl", "binanceusdm").derived.problems

    assert any(
        problem.startswith("premium: 1 rows lie more than 5 minutes") for problem in problems
    )


def test_routes_to_one_figure_agree_in_every_recorded_row(recorded: Path) -> None:
    for row in EXPECTED:
        gap = _replay(recorded / f"{row.file}.jsonl", row.venue).rows()[row.symbol]["route_gap"]
        assert gap is None or gap < 1e-4, (row.file, row.symbol)


def test_index_rows_of_a_ticker_answer_are_left_out_and_not_refused(recorded: Path) -> None:
    derived = _replay(recorded / "more/krakenfutures.2022-06-17.jsonl", "krakenfutures").derived

    assert derived.received == 1
    assert derived.problems == ()

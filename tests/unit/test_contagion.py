"""Overlap and spill between exchanges: the worked example and its symmetry."""

import numpy as np
import pytest

from tests.oracles.contagion import overlap, price_impact_pct, spill, systemic_importance
from tests.worked_examples import golden

HOLDINGS = np.array([[4, 2], [3, 1], [1, 1.5]])
DEPTH = np.array([0.40, 0.15])
VENUES = ("binance", "bybit", "hyperliquid")


def test_the_overlap_example_is_reproduced() -> None:
    found, wanted = overlap(HOLDINGS, DEPTH), golden("M26_overlap")["matrix"]
    for row, one in enumerate(VENUES):
        for column, other in enumerate(VENUES):
            assert found[row, column] == pytest.approx(wanted[one][other], abs=1e-6)
    assert found[0, 1] == pytest.approx(4 * 3 / 0.4 + 2 * 1 / 0.15, abs=1e-9)


def test_the_spill_example_is_reproduced() -> None:
    wanted = golden("M26_spill")
    impact = price_impact_pct(HOLDINGS, DEPTH, 0, wanted["share"])
    assert impact == pytest.approx([wanted["dP_pct"]["BTC"], wanted["dP_pct"]["ETH"]], abs=1e-9)
    lost = spill(HOLDINGS, DEPTH, 0, wanted["share"])
    assert lost[1] == pytest.approx(wanted["loss_bybit_usd_bn"], abs=1e-9)
    assert lost == pytest.approx(0.02 * overlap(HOLDINGS, DEPTH)[0] / 100)


def test_importance_leaves_an_exchange_itself_out() -> None:
    by_hand = [4 * 4 / 0.4 + 2 * 2.5 / 0.15, 3 * 5 / 0.4 + 1 * 3.5 / 0.15,
               1 * 7 / 0.4 + 1.5 * 3 / 0.15]  # fmt: skip
    assert systemic_importance(HOLDINGS, DEPTH) == pytest.approx(by_hand)


def test_a_coin_without_depth_is_refused() -> None:
    with pytest.raises(ValueError, match="depth above 0"):
        overlap(HOLDINGS, np.array([0.4, 0]))

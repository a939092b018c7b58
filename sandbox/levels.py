"""How the market's open interest in a coin is spread over exchanges and contracts."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from oirisk.sandbox.assets import Coin
from oirisk.sandbox.instruments import SimulatedInstrument
from oirisk.sandbox.paths import Floats
from oirisk.sandbox.venue import SimulatedVenue

_OPTIONS_USD = {"BTC": 17e9, "ETH": 5.5e9, "SOL": 0.4e9, "XRP": 0.15e9}


def levels(
    coins: Sequence[Coin],
    venues: Sequence[SimulatedVenue],
    contracts: Sequence[SimulatedInstrument],
) -> Floats:
    """Return each contract's open interest at the end of the window, in coins.

    Perpetuals and futures of a coin add up to its total, options to a total of their own. Contracts
    made of accounts begin with it, and end where their accounts take them.
    """
    by_name = {coin.name: coin for coin in coins}
    shares = {
        (venue.id, options): venue.share_of(options=options)
        for venue in venues
        for options in (False, True)
    }
    weights: dict[tuple[str, str, bool], float] = defaultdict(float)
    for it in contracts:
        weights[it.venue, it.asset, it.kind == "option"] += it.weight
    listed: dict[tuple[str, bool], float] = defaultdict(float)
    for venue, asset, is_option in weights:
        listed[asset, is_option] += shares[venue, is_option]
    return np.array(
        [
            _total(by_name[it.asset], it)
            / by_name[it.asset].price
            * shares[it.venue, it.kind == "option"]
            / listed[it.asset, it.kind == "option"]
            * it.weight
            / weights[it.venue, it.asset, it.kind == "option"]
            for it in contracts
        ]
    )


def _total(coin: Coin, contract: SimulatedInstrument) -> float:
    if contract.kind == "option":
        return _OPTIONS_USD.get(coin.name, 0.0)
    return coin.open_interest

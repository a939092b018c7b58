"""How long the macros that analysts call take on the published copy."""

from statistics import median
from time import perf_counter

from bench.stored.market import END
from oirisk.warehouse.home import Home
from oirisk.warehouse.published import query, reading

_CALLS = 7
QUESTIONS = {
    "oi": "from oi('BTC')",
    "oi_as_of": f"from oi_as_of('BTC', timestamptz '{END:%Y-%m-%d} 00:00:00+00')",
    "what_changed": "from what_changed('BTC')",
    "clusters": "from clusters('BTC')",
    "liquidation_map": "from liquidation_map('BTC')",
    "options": "from options('BTC')",
    "option_chain": "from option_chain('BTC', null)",
    "term_structure": "from term_structure('BTC')",
    "expiry_calendar": "from expiry_calendar('BTC')",
}


def time_macros(home: Home) -> dict[str, tuple[float, float, int]]:
    """Return milliseconds of the first and of the median later call, and rows, by macro."""
    found = {}
    with reading(home) as connection:
        for name, question in QUESTIONS.items():
            taken, rows = [], 0
            for _ in range(_CALLS):
                began = perf_counter()
                rows = query(connection, question).height
                taken.append(1000 * (perf_counter() - began))
            found[name] = (taken[0], median(taken[1:]), rows)
    return found

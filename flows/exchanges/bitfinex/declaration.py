"""Bitfinex: one status request for all derivatives; rows are lists without names.

Open interest is element 18, taken as coins (assumed: as USD it would contradict the price history),
one side (assumed). Element 15 is the mark price. Funding is paid every eight hours.
"""

from oirisk.schemas.calls import once
from oirisk.schemas.venue import Endpoint, Fields, Product, Venue
from oirisk.transforms.decode import columns_at

_NAMES = {
    0: "key",
    1: "time",
    3: "deriv_price",
    4: "spot_price",
    12: "current_funding",
    15: "mark_price",
    18: "open_interest",
}
PERP = Product(
    name="perp",
    covers=lambda market: bool(market.get("swap")),
    rules=("bitfinex.perp.open_interest",),
    fields=Fields(
        market_id="key",
        mark_price="mark_price",
        index_price="spot_price",
        last_price="deriv_price",
        funding_rate="current_funding",
        funding_interval_hours=8,
        observed_at="time",
    ),
)

_CURRENCIES = {
    "UST": "USDT", "USTF0": "USDT", "EUT": "EURT", "EUTF0": "EURT", "ALG": "ALGO", "AMP": "AMPL",
    "ATO": "ATOM", "BCHABC": "XEC", "BCHN": "BCH", "DAT": "DATA", "DOG": "MDOGE", "DSH": "DASH",
    "EDO": "PNT", "EUS": "EURS", "IDX": "ID", "IOT": "IOTA", "IQX": "IQ", "LUNA": "LUNC",
    "LUNA2": "LUNA", "MNA": "MANA", "QTM": "QTUM",
}  # fmt: skip
"""Three-letter names of its own."""

VENUE = Venue(
    id="bitfinex",
    book="bitfinex",
    currencies=_CURRENCIES,
    endpoints=(
        Endpoint(
            name="status",
            products=(PERP,),
            calls=once("publicGetStatusDeriv", keys="ALL"),
            rows=columns_at(names=_NAMES),
        ),
    ),
)

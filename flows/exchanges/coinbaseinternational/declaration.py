"""Coinbase International as ccxt reaches it: Deribit's interface, and so Deribit's order book.

The address answers like Deribit's and lists its instruments. No document says that both are one
order book; they are taken for one, so that nothing counts twice, and only one of the two can be
configured. Lines, fields and unit rules are Deribit's.
"""

from oirisk.flows.exchanges.deribit.declaration import LINES
from oirisk.schemas.venue import Venue

VENUE = Venue(id="coinbaseinternational", book="deribit", endpoints=LINES)

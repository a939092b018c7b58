"""What the exchange ccxt calls so tells of options: it is Deribit's own interface."""

from dataclasses import replace

from oirisk.flows.exchanges.deribit import options

OPTIONS = replace(options.OPTIONS, venue="coinbaseinternational")

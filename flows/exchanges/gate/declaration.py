"""Gate: one contract list per settlement coin, and per underlying of options, carries everything.

Open interest is ``position_size``, the long side, in contracts of ``quanto_multiplier`` coins
(USDT-settled) or of 1 USD (BTC-settled inverse). A BTC-settled contract on another coin is a
quanto: ``quanto_multiplier`` BTC for each USD of its price. Option contracts are ``multiplier``
coins. Documented by Gate, API v4, futures, delivery and options contract.
"""

from oirisk.schemas.calls import Market, each, once
from oirisk.schemas.option_figures import GREEKS
from oirisk.schemas.venue import Endpoint, Fields, Interval, Product, Venue
from oirisk.transforms.decode import rows_at

_FIELDS = Fields(
    market_id="name",
    mark_price="mark_price",
    index_price="index_price",
    last_price="last_price",
    funding_rate="funding_rate",
    funding_interval=Interval(
        "funding_interval", per_hour=3600, listed=Interval("info.funding_interval", per_hour=3600)
    ),
)


def _is_usdt(market: Market) -> bool:
    return bool(market.get("swap")) and market.get("settle") == "USDT"


def _is_btc(market: Market) -> bool:
    return bool(market.get("swap")) and market.get("settle") == market.get("base") == "BTC"


def _is_quanto(market: Market) -> bool:
    return bool(market.get("swap")) and market.get("settle") == "BTC" != market.get("base")


def _is_delivery(market: Market) -> bool:
    return bool(market.get("future")) and market.get("settle") == "USDT"


USDT = Product("usdt", covers=_is_usdt, rules=("gate.usdt.position_size",), fields=_FIELDS)
BTC = Product("btc", covers=_is_btc, rules=("gate.btc.position_size",), fields=_FIELDS)
QUANTO = Product("quanto", covers=_is_quanto, rules=("gate.quanto.position_size",), fields=_FIELDS)
DELIVERY = Product(
    "delivery", covers=_is_delivery, rules=("gate.delivery.position_size",), fields=_FIELDS
)
OPTION = Product(
    name="option",
    covers=lambda market: bool(market.get("option")),
    rules=("gate.option.position_size",),
    fields=Fields(market_id="name", underlying_price="underlying_price"),
)

VENUE = Venue(
    id="gate",
    book="gate",
    options={"fetchMarkets": {"types": ["swap", "future", "option"]}},
    endpoints=(
        Endpoint(
            "usdt", (USDT,), once("publicFuturesGetSettleContracts", settle="usdt"), rows_at()
        ),
        Endpoint(
            "btc", (BTC, QUANTO), once("publicFuturesGetSettleContracts", settle="btc"), rows_at()
        ),
        Endpoint(
            name="delivery",
            products=(DELIVERY,),
            calls=once("publicDeliveryGetSettleContracts", settle="usdt"),
            rows=rows_at(),
        ),
        Endpoint(
            name=GREEKS,
            products=(OPTION,),
            calls=each("publicOptionsGetTickers", "underlying", path="info.underlying"),
            rows=rows_at(),
            enriches="option",
            key="name",
        ),
        Endpoint(
            name="option",
            products=(OPTION,),
            calls=each("publicOptionsGetContracts", "underlying", path="info.underlying"),
            rows=rows_at(),
        ),
    ),
)

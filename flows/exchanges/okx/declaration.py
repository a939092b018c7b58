"""OKX: one open-interest request per instrument type, for options per family.

Open interest is ``oi``, in contracts, beside ``oiCcy`` in coins and ``oiUsd`` in USD; the three
must agree. The answer carries no price, so USD is the exchange's own, except for options: there
``oiUsd`` does not follow from the coins, and they are valued at the index. An option contract is
``ctVal`` times ``ctMult`` coins; their volume comes from tickers, in contracts. Futures of the rule
``xperp`` expire years ahead and pay funding: they are perpetuals. Units documented by OKX, API v5,
Get open interest; the counting side is not documented (assumed one-sided).
"""

from oirisk.schemas.calls import each, once
from oirisk.schemas.option_figures import GREEKS
from oirisk.schemas.venue import Endpoint, Fields, Product, Venue
from oirisk.transforms.decode import pick, rows_at

_FIELDS = Fields(market_id="instId", observed_at="ts")

SWAP = Product(
    name="swap",
    covers=lambda market: bool(market.get("swap")),
    rules=("okx.swap.oi",),
    checks=("okx.swap.oiCcy", "okx.swap.oiUsd"),
    fields=_FIELDS,
)
FUTURES = Product(
    name="futures",
    covers=lambda market: bool(market.get("future")),
    rules=("okx.futures.oi",),
    checks=("okx.futures.oiCcy", "okx.futures.oiUsd"),
    fields=_FIELDS,
    is_perpetual=lambda market: pick(market, "info.ruleType") == "xperp",
)
OPTION = Product(
    name="option",
    covers=lambda market: bool(market.get("option")),
    rules=("okx.option.oi",),
    checks=("okx.option.oiCcy",),
    fields=Fields(
        market_id="instId",
        observed_at="ts",
        underlying_price="@index.idxPx",
        volume_contracts="@option_tickers.vol24h",
    ),
)

VENUE = Venue(
    id="okx",
    book="okx",
    options={"fetchMarkets": {"types": ["swap", "future", "option"]}},
    endpoints=(
        *(
            Endpoint(
                name=product.name,
                products=(product,),
                calls=once("publicGetPublicOpenInterest", instType=product.name.upper()),
                rows=rows_at("data"),
            )
            for product in (SWAP, FUTURES)
        ),
        Endpoint(
            name="index",
            products=(OPTION,),
            calls=once("publicGetMarketIndexTickers", quoteCcy="USD"),
            rows=rows_at("data"),
            enriches="option",
            key="instId",
            key_time="ts",
        ),
        Endpoint(
            name=GREEKS,
            products=(OPTION,),
            calls=each("publicGetPublicOptSummary", "instFamily", path="info.instFamily"),
            rows=rows_at("data"),
            enriches="option",
            matches="instId",
            key="instId",
        ),
        Endpoint(
            name="option_tickers",
            products=(OPTION,),
            calls=each(
                "publicGetMarketTickers", "instFamily", path="info.instFamily", instType="OPTION"
            ),
            rows=rows_at("data"),
            enriches="option",
            matches="instId",
            key="instId",
        ),
        Endpoint(
            name="option",
            products=(OPTION,),
            calls=each(
                "publicGetPublicOpenInterest",
                "instFamily",
                path="info.instFamily",
                instType="OPTION",
            ),
            rows=rows_at("data"),
            matches="@asked.instFamily",
        ),
    ),
)

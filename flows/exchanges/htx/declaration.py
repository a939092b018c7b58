"""HTX: one request per product line; the linear one returns swaps and dated futures together.

Open interest is ``amount`` in coins, beside ``volume`` in contracts and, for linear contracts,
``value`` in USDT. All of them add up both sides (factor 0.5), as HTX documents for these
addresses; for the newer one that stands in for the linear request this is assumed. The answers
carry no price. The linear address has no generated ccxt method, so it is named by its path.
"""

from collections.abc import Sequence

from oirisk.schemas.calls import Call, Market, each, once
from oirisk.schemas.venue import Endpoint, Fields, Product, Venue
from oirisk.transforms.decode import object_at, rows_at

_FIELDS = Fields(market_id="contract_code")
LINEAR = Product(
    name="linear",
    covers=lambda market: bool(market.get("linear")) and not market.get("option"),
    rules=("htx.linear.amount",),
    checks=("htx.linear.volume", "htx.linear.value"),
    fields=_FIELDS,
)
LINEAR_SINGLE = Product(
    name="linear",
    covers=LINEAR.covers,
    rules=("htx.linear.v5.amount",),
    checks=("htx.linear.v5.volume", "htx.linear.v5.value"),
    fields=_FIELDS,
)
COIN_SWAP = Product(
    name="coin_swap",
    covers=lambda market: bool(market.get("inverse")) and bool(market.get("swap")),
    rules=("htx.coin_swap.amount",),
    checks=("htx.coin_swap.volume",),
    fields=_FIELDS,
)
COIN_FUTURE = Product(
    name="coin_future",
    covers=lambda market: bool(market.get("inverse")) and bool(market.get("future")),
    rules=("htx.coin_future.amount",),
    checks=("htx.coin_future.volume",),
    fields=_FIELDS,
)


def _linear_call(markets: Sequence[Market]) -> tuple[Call, ...]:
    del markets
    path = "linear-swap-api/v1/swap_open_interest"
    return (Call("GET", path=path, api=("contract", "public")),)


VENUE = Venue(
    id="htx",
    book="htx",
    options={"fetchMarkets": {"types": {"spot": False, "linear": True, "inverse": True}}},
    endpoints=(
        Endpoint("linear", (LINEAR,), _linear_call, rows_at("data"), observed_at="ts"),
        Endpoint(
            name="linear_single",
            products=(LINEAR_SINGLE,),
            calls=each("contractPublicGetV5MarketOpenInterest", "contract_code"),
            rows=object_at("data"),
            observed_at="ts",
            fallback_for="linear",
        ),
        Endpoint(
            name="coin_swap",
            products=(COIN_SWAP,),
            calls=once("contractPublicGetSwapApiV1SwapOpenInterest"),
            rows=rows_at("data"),
            observed_at="ts",
        ),
        Endpoint(
            name="coin_future",
            products=(COIN_FUTURE,),
            calls=once("contractPublicGetApiV1ContractOpenInterest"),
            rows=rows_at("data"),
            observed_at="ts",
        ),
    ),
)

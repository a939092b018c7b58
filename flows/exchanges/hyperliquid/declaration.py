"""Hyperliquid: one request per exchange returns its universe and, in the same order, its state.

Open interest is ``openInterest`` in coins (``k`` names in thousands), longs and shorts added up
(factor 0.5). The unit is documented by the info endpoint ``metaAndAssetCtxs``, the sides are
measured: the figures are even numbers of lots. The answer carries no time: rows are dated to their
receipt. Funding is paid every hour.
Builder-deployed exchanges list coins under names of their own (XYZ-TSLA, FELT-PAXG), which stay
apart: whoever deploys one chooses name and oracle, so hyna:BTC is not proven to be bitcoin.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from oirisk.schemas.calls import Call, Market, once
from oirisk.schemas.venue import Endpoint, Fields, Product, Row, Venue
from oirisk.transforms.decode import BodyError, pick, require_rows
from oirisk.transforms.observed import PositionFields

_USDC = "0"
_DEXES = 100


def _rows(body: Any) -> list[Row]:  # noqa: ANN401 -- any JSON
    if not isinstance(body, list) or len(body) < 2 or not isinstance(body[0], dict):  # noqa: PLR2004
        raise BodyError("expected a pair of universe and asset contexts")
    universe, contexts = require_rows(body[0].get("universe")), require_rows(body[1])
    if len(universe) != len(contexts):
        raise BodyError(f"expected one context per asset, saw {len(universe)} and {len(contexts)}")
    return [
        {"index": str(index), **asset, **context}
        for index, (asset, context) in enumerate(zip(universe, contexts, strict=True))
    ]


PERP = Product(
    name="perp",
    covers=lambda market: bool(market.get("swap")) and ":" not in str(market.get("baseName")),
    rules=("hyperliquid.perp.openInterest",),
    fields=Fields(
        market_id="index",
        mark_price="markPx",
        index_price="oraclePx",
        last_price="midPx",
        volume_base="dayBaseVlm",
        volume_usd="dayNtlVlm",
        funding_rate="funding",
        funding_interval_hours=1,
    ),
)


def _refuse_collateral(market: Market) -> str:
    """The token that settles is listed by number, which the list of coins resolves."""
    token, name = pick(market, "info.collateralToken"), pick(market, "info.collateralTokenName")
    if name or token in {_USDC, None}:
        return ""
    return f"quote_in_usd: no USD rate for collateral token {token}"


BUILDER = Product(
    name="builder",
    covers=lambda market: bool(market.get("swap")) and ":" in str(market.get("baseName")),
    rules=("hyperliquid.builder.openInterest",),
    fields=replace(PERP.fields, market_id="name"),
    market_key="baseName",
    refusal=_refuse_collateral,
)


def _builder_calls(markets: Sequence[Market]) -> tuple[Call, ...]:
    dexes = sorted({str(market.get("baseName")).partition(":")[0] for market in markets})
    return tuple(Call("publicPostInfo", {"type": "metaAndAssetCtxs", "dex": dex}) for dex in dexes)


VENUE = Venue(
    id="hyperliquid",
    book="hyperliquid",
    options={"fetchMarkets": {"types": ["swap", "hip3"], "hip3": {"limit": _DEXES}}},
    loads_currencies=True,
    lists_by_place=True,
    endpoints=(
        Endpoint(
            name="main",
            products=(PERP,),
            calls=once("publicPostInfo", type="metaAndAssetCtxs"),
            rows=_rows,
        ),
        Endpoint(
            name="builder",
            products=(BUILDER,),
            calls=_builder_calls,
            rows=_rows,
            asks="publicPostInfo(type=metaAndAssetCtxs, dex=<dex>)",
        ),
    ),
)


POSITION_FIELDS = PositionFields(
    market="coin",
    size="szi",
    notional="positionValue",
    entry_price="entryPx",
    leverage="leverage.value",
    liquidation_price="liquidationPx",
)


def positions_of_account(body: Any) -> list[Row]:  # noqa: ANN401 -- any JSON
    """Read ``clearinghouseState``: the open positions of an account on the main exchange.

    Raises:
        BodyError: The body has another shape.
    """
    held = require_rows(body.get("assetPositions") if isinstance(body, dict) else body)
    return require_rows([row.get("position") for row in held])


POSITIONS = Endpoint(
    name="positions",
    products=(PERP,),
    calls=lambda _markets: (),
    rows=positions_of_account,
)
"""What everyone may ask of an account; :func:`ask_positions` makes the call."""


def ask_positions(account: str) -> Call:
    """Ask for the positions of one account."""
    return Call("publicPostInfo", {"type": "clearinghouseState", "user": account})

"""What most exchanges list alike: linear and inverse perpetuals, and dated futures of either."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from oirisk.sandbox.assets import Coin
from oirisk.sandbox.instruments import SimulatedInstrument, price_step, quantity_step

SPOT_BASES = ("BTC", "ETH", "SOL")
_THOUSANDS = ("PEPE", "SHIB", "BONK", "FLOKI", "LUNC", "XEC", "SATS", "RATS", "CAT", "BTT")
_LARGE = 120


def in_thousands(coin: Coin, prefix: str = "1000") -> tuple[str, int]:
    """Return the name and the size of a listed base where cheap coins come by the thousand."""
    if coin.name == "MOG":
        return "1000000MOG", 1_000_000
    return (f"{prefix}{coin.name}", 1000) if coin.name in _THOUSANDS else (coin.name, 1)


def linear(
    venue: str,
    coin: Coin,
    native: str,
    quote: str = "USDT",
    listed: tuple[str, int] | None = None,
) -> SimulatedInstrument:
    """Make a perpetual that is sized in listed bases.

    Args:
        venue: ccxt id of the exchange.
        coin: The coin.
        native: Native name.
        quote: Quote and settlement currency.
        listed: Name of the listed base, and the coins in one; the coin itself if not given.
    """
    base, multiplier = listed or (coin.name, 1)
    price = coin.price * multiplier
    return SimulatedInstrument(
        venue=venue,
        product="linear",
        market_id=native,
        native=native,
        symbol=f"{base.upper()}/{quote}:{quote}",
        asset=coin.name,
        listed_base=base,
        kind="perp",
        margin="linear",
        quote=quote,
        settle=quote,
        contract_size=Decimal(1),
        oi_unit=Decimal(1),
        size_step=quantity_step(price, 10.0),
        price_step=price_step(price),
        base_multiplier=multiplier,
        funding_hours=8 if coin.rank < _LARGE else 4,
        max_leverage=75,
    )


def sized(perp: SimulatedInstrument, coins: Decimal) -> SimulatedInstrument:
    """Count a linear contract in whole contracts of some listed bases."""
    return replace(perp, contract_size=coins, oi_unit=coins, size_step=Decimal(1))


def inverse(
    perp: SimulatedInstrument, native: str, usd: Decimal = Decimal(1), weight: float = 0.1
) -> SimulatedInstrument:
    """Turn the linear perpetual of a single coin into its coin-margined counterpart.

    Args:
        perp: The linear perpetual.
        native: Native name.
        usd: USD in one contract.
        weight: Share of the exchange's open interest in this coin, before scaling to one.
    """
    return replace(
        perp,
        product="inverse",
        market_id=native,
        native=native,
        symbol=f"{perp.asset}/USD:{perp.asset}",
        margin="inverse",
        quote="USD",
        settle=perp.asset,
        contract_size=usd,
        oi_unit=usd,
        size_step=Decimal(1),
        weight=weight,
        funding_hours=8,
    )


def dated(
    perp: SimulatedInstrument,
    native: str,
    expiry: datetime,
    product: str = "",
    weight: float | None = None,
) -> SimulatedInstrument:
    """Turn a perpetual into a future that is delivered on a day.

    Args:
        perp: The perpetual.
        native: Native name.
        expiry: Delivery.
        product: Product line; that of the perpetual if not given.
        weight: Share of the exchange's open interest in this coin, before scaling to one; a
            small part of the perpetual's if not given.
    """
    return replace(
        perp,
        product=product or perp.product,
        market_id=native,
        native=native,
        symbol=f"{perp.symbol}-{expiry:%y%m%d}",
        kind="future",
        weight=0.03 * perp.weight if weight is None else weight,
        funding_hours=None,
        expiry=expiry,
    )


def renamed(option: SimulatedInstrument, native: str) -> SimulatedInstrument:
    """Give an option the name that the exchange at hand would."""
    return replace(option, market_id=native, native=native)

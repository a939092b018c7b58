"""Liquidation prices of isolated positions: linear and inverse contracts, margin tiers (M20)."""

from collections.abc import Sequence
from dataclasses import dataclass

LONG, SHORT = 1, -1


@dataclass(frozen=True)
class Tier:
    """A margin tier: from ``floor`` on (in quote currency) this maintenance rate holds.

    ``deduction`` makes the requirement continuous from tier to tier.
    """

    floor: float
    rate: float
    deduction: float


@dataclass(frozen=True)
class LiquidationPrice:
    """A liquidation price and the tier that it was computed with."""

    price: float
    tier: Tier


def tiers_of(steps: Sequence[tuple[float, float]]) -> tuple[Tier, ...]:
    """Turn (floor, rate) pairs into tiers, with the deductions that make them continuous.

    Each deduction is the one before, plus the floor times the rise of the rate.

    Raises:
        ValueError: The pairs do not begin at 0 or do not rise.
    """
    if not steps or steps[0][0] != 0:
        raise ValueError(f"margin tiers begin at a floor of 0, saw {list(steps)[:1]}")
    tiers = [Tier(0.0, steps[0][1], 0.0)]
    for floor, rate in steps[1:]:
        last = tiers[-1]
        if floor <= last.floor or rate < last.rate:
            raise ValueError(f"margin tiers rise, saw {(floor, rate)} after {last}")
        tiers.append(Tier(floor, rate, last.deduction + floor * (rate - last.rate)))
    return tuple(tiers)


def tier_at(tiers: Sequence[Tier], notional: float) -> Tier:
    """Return the tier that holds a notional; a floor belongs to its own tier."""
    return next(tier for tier in reversed(tiers) if notional >= tier.floor)


def linear_price(
    side: int, entry: float, base: float, leverage: float, tiers: Sequence[Tier]
) -> LiquidationPrice:
    """Return the price at which equity equals the maintenance margin at that price.

    The tier is the one that contains the notional at the liquidation price itself, so the
    tiers are tried until one contains its own answer. Deductions make the requirement
    continuous, so there is exactly one.

    Args:
        side: 1 for a long, -1 for a short.
        entry: Entry price.
        base: Size in coins.
        leverage: Notional at entry over the margin put up.
        tiers: From ``tiers_of``.

    Returns:
        The price, 0 for a long that cannot be liquidated, and its tier.

    Raises:
        ValueError: An argument is out of range.

    Source:
        https://www.binance.com/en/support/faq/b3c689c1f50a44cabb3a84e663b81d93
    """
    _require(side, entry, base, leverage)
    answers = [LiquidationPrice(_linear(side, entry, base, leverage, tier), tier) for tier in tiers]
    for answer in answers:
        if answer.price > 0 and tier_at(tiers, base * answer.price) == answer.tier:
            return answer
    nearest = answers[0] if answers[0].price <= 0 else _at_a_boundary(tiers, answers, base)
    return LiquidationPrice(max(nearest.price, 0.0), nearest.tier)


def _linear(side: int, entry: float, base: float, leverage: float, tier: Tier) -> float:
    return (entry * (1 - side / leverage) - side * tier.deduction / base) / (1 - side * tier.rate)


def _at_a_boundary(
    tiers: Sequence[Tier], answers: Sequence[LiquidationPrice], base: float
) -> LiquidationPrice:
    """Return the answer on a tier's edge, which rounding put into neither of its tiers."""
    return min(
        answers,
        key=lambda answer: abs(
            tiers.index(tier_at(tiers, base * max(answer.price, 0))) - tiers.index(answer.tier)
        ),
    )


def linear_price_at_entry_margin(
    side: int, entry: float, base: float, leverage: float, tiers: Sequence[Tier]
) -> float:
    """Return the price under the convention that fixes the maintenance margin at entry.

    Rate and deduction are those of the tier that holds the position at liquidation.

    Source:
        https://www.bybit.com/en/help-center/article/Liquidation-Price-USDT-Contract
    """
    tier = linear_price(side, entry, base, leverage, tiers).tier
    return entry * (1 - side * (1 / leverage - tier.rate)) - side * tier.deduction / base


def inverse_price(
    side: int, entry: float, usd: float, leverage: float, rate: float, deduction: float = 0.0
) -> float:
    """Return the liquidation price of a coin-margined position of a USD face value.

    Args:
        side: 1 for a long, -1 for a short.
        entry: Entry price.
        usd: Face value.
        leverage: Notional at entry over the margin put up.
        rate: Maintenance rate.
        deduction: In coins.

    Returns:
        The price; infinity for a short that cannot be liquidated.

    Raises:
        ValueError: An argument is out of range.

    Source:
        https://www.bybit.com/en/help-center/article/Liquidation-Price-Calculation-under-Isolated-Mode-Unified-Trading-Account
    """
    _require(side, entry, usd, leverage)
    coins = usd / entry * (1 + side / leverage) + side * deduction
    return usd * (1 + side * rate) / coins if coins > 0 else float("inf")


def inverse_price_at_entry_margin(
    side: int, entry: float, usd: float, leverage: float, rate: float
) -> float:
    """Return the inverse price under the convention that fixes the margin at entry.

    Arguments, infinity and errors are those of ``inverse_price``; there is no deduction.
    """
    _require(side, entry, usd, leverage)
    coins = usd / entry * (1 + side * (1 / leverage - rate))
    return usd / coins if coins > 0 else float("inf")


def inverse_bankruptcy_price(side: int, entry: float, leverage: float) -> float:
    """Return the price at which the whole margin of a coin-margined position is lost.

    Args:
        side: 1 for a long, -1 for a short.
        entry: Entry price.
        leverage: Notional at entry over the margin put up.

    Returns:
        The price; infinity for a short whose margin lasts at any price.

    Raises:
        ValueError: An argument is out of range.
    """
    _require(side, entry, 1.0, leverage)
    rest = 1 + side / leverage
    return entry / rest if rest > 0 else float("inf")


def _require(side: int, entry: float, size: float, leverage: float) -> None:
    if side not in (LONG, SHORT):
        raise ValueError(f"a side is 1 (long) or -1 (short), saw {side}")
    if not (entry > 0 and size > 0 and leverage > 0):
        raise ValueError(
            "a liquidation price needs an entry, a size and a leverage above 0, saw "
            f"{entry}, {size}, {leverage}"
        )

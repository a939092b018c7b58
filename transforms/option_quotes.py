"""Volatility, premium and greeks of options: from rows of an exchange to fractions and USD."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from oirisk.schemas.history import OptionPoint
from oirisk.schemas.option_figures import OptionFigures, UnderlyingKind
from oirisk.schemas.venue import Row
from oirisk.transforms.decode import pick
from oirisk.transforms.numbers import number
from oirisk.transforms.times import instant


def read_options(body: Any, figures: OptionFigures) -> list[OptionPoint]:  # noqa: ANN401 -- any JSON
    """Read what an answer tells of options.

    Args:
        body: Decoded.
        figures: Where it tells what.

    Returns:
        One point per row; rows that are no options have no volatility.

    Raises:
        BodyError: The body has another shape.
        ValueError: A figure is not readable.
    """
    return [_point(row, figures) for row in figures.rows(body)]


def _point(row: Row, figures: OptionFigures) -> OptionPoint:
    underlying = _positive(_told(row, figures.underlying_price))
    delta, vega = _told(row, figures.delta), _told(row, figures.vega)
    return OptionPoint(
        market_id=str(pick(row, figures.market_id)),
        observed_at=instant(pick(row, figures.observed_at), figures.observed_unit)
        if figures.observed_at
        else None,
        mark_iv=_volatility(row, figures.mark_iv, figures),
        bid_iv=_volatility(row, figures.bid_iv, figures),
        ask_iv=_volatility(row, figures.ask_iv, figures),
        delta=delta,
        delta_convention=None if delta is None else figures.delta_convention,
        gamma=_told(row, figures.gamma),
        vega=None if vega is None else vega / figures.vega_scale,
        theta=_told(row, figures.theta),
        mark_price=_premium(row, figures, underlying),
        underlying_price=underlying,
        underlying_kind=None if underlying is None else _kind(row, figures.underlying_kind),
    )


def _volatility(row: Row, path: str, figures: OptionFigures) -> Decimal | None:
    """Read a volatility; exchanges print 0 where there is no quote."""
    value = _positive(_told(row, path))
    return None if value is None else value / figures.iv_scale


def _premium(row: Row, figures: OptionFigures, underlying: Decimal | None) -> Decimal | None:
    """Read a premium in USD; one in coins is worth that at the price it was made with."""
    told = _told(row, figures.mark_price)
    if told is None or figures.premium_in_coins is None or not figures.premium_in_coins(row):
        return told
    return None if underlying is None else told * underlying


def _kind(
    row: Row, kind: UnderlyingKind | Callable[[Row], UnderlyingKind] | None
) -> UnderlyingKind | None:
    return kind(row) if callable(kind) else kind


def _told(row: Row, path: str) -> Decimal | None:
    """Read a number that may be missing; what is not finite is missing."""
    found = number(pick(row, path)) if path else None
    return found if found is not None and found.is_finite() else None


def _positive(value: Decimal | None) -> Decimal | None:
    return value if value is not None and value > 0 else None

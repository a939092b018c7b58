"""Black-76 in decimals of a hundred digits, so that nothing is lost in any wing."""

from decimal import Decimal, localcontext

DIGITS = 100
"""Enough for premiums down to 1e-60 of the forward."""

_PI = Decimal(
    "3.14159265358979323846264338327950288419716939937510582097494459230781640628620899862803482534"
    "2117067982148086513"
)


def price(sign: int, forward: float, strike: float, years: float, volatility: float) -> Decimal:
    """Return the premium of a call (1) or put (-1)."""
    return price_of(sign, *map(Decimal, (forward, strike, years, volatility)))


def price_of(
    sign: int, forward: Decimal, strike: Decimal, years: Decimal, volatility: Decimal
) -> Decimal:
    """Return the same of decimals, to difference it by steps that floats do not have."""
    with localcontext(prec=DIGITS):
        deviation = volatility * years.sqrt()
        above = (forward / strike).ln() / deviation + deviation / 2
        terms = forward * _normal(sign * above), strike * _normal(sign * (above - deviation))
        return sign * (terms[0] - terms[1])


def _normal(at: Decimal) -> Decimal:
    """Sum ``1/2 + density (x + x³/3 + x⁵/15 ...)``, whose terms have one sign."""
    term, total, odd = at, at, 1
    while abs(term) > abs(total) * Decimal(10) ** -DIGITS:
        odd += 2
        term *= at * at / odd
        total += term
    return Decimal("0.5") + (-at * at / 2).exp() / (2 * _PI).sqrt() * total

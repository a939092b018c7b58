"""What charts of options show, in a sentence or two."""

from collections.abc import Sequence

from oirisk.schemas.report.options import (
    LADDER_DAYS,
    ExpiryRow,
    FutureRow,
    Ladder,
    SmileHistory,
    SmilePoint,
)
from oirisk.templates import formats
from oirisk.templates.sentences import figure


def ladder_finding(ladder: Ladder) -> str:
    """Say how much is open around the price, and at which strikes most."""
    coin = formats.one_line(ladder.asset)
    sides = []
    for name, field in (("calls", "call_oi_base"), ("puts", "put_oi_base")):
        total = sum(getattr(rung, field) for rung in ladder.strikes)
        most = max(ladder.strikes, key=lambda rung: (getattr(rung, field), -rung.strike))
        text = f"{name} {formats.base(total, coin)}"
        if total:
            held = formats.base(getattr(most, field))
            text += f", most at {formats.price(most.strike)} ({held})"
        sides.append(text)
    strikes = [rung.strike for rung in ladder.strikes]
    span = formats.span(formats.price(min(strikes)), formats.price(max(strikes)))
    return (
        f"{coin} options that expire within {LADDER_DAYS.value:g} days, strikes from {span}: "
        f"{'; '.join(sides)}."
    )


def terms_finding(asset: str, expiries: Sequence[ExpiryRow], futures: Sequence[FutureRow]) -> str:
    """Say the first and the last volatility at the money, and the range of the basis a year."""
    coin = formats.one_line(asset)
    known = [row for row in expiries if row.atm_iv.value is not None]
    if known:
        ends = dict.fromkeys((known[0].expiry, known[-1].expiry))
        told = {row.expiry: row for row in known}
        text = " and ".join(f"{figure(told[at].atm_iv)} on {formats.day(at)}" for at in ends)
        text = f"{coin} volatility at the money {text}."
    else:
        text = f"{coin} volatility is not known."
    basis = sorted(
        row.basis_annualised.value for row in futures if row.basis_annualised.value is not None
    )
    if not basis:
        return f"{text} No basis of a dated future is known."
    dated = "1 dated future" if len(basis) == 1 else f"{formats.count(len(basis))} dated futures"
    span = formats.span(formats.pct(basis[0]), formats.pct(basis[-1]))
    return f"{text} Basis a year of {dated}: {span}."


def smiles_finding(history: SmileHistory) -> str:
    """Say the last risk reversal that is known, and its range."""
    coin = formats.one_line(history.asset)
    known = reversals(history)
    last, value = known[-1]
    levels = [level for _, level in known]
    span = formats.span(formats.pp(min(levels)), formats.pp(max(levels)))
    return (
        f"{coin} 25-delta risk reversal of 30 days {formats.pp(value)} at "
        f"{formats.instant(last.at)} (calls less puts), {span} since "
        f"{formats.day(history.points[0].at)}."
    )


def reversals(history: SmileHistory) -> list[tuple[SmilePoint, float]]:
    """Return the points whose risk reversal is known, with it."""
    return [
        (point, point.risk_reversal) for point in history.points if point.risk_reversal is not None
    ]

"""The part of a report on options, with the reasons for what is missing."""

from collections.abc import Sequence
from datetime import datetime

from oirisk.schemas.report.options import (
    NO_FLIP,
    NO_HORIZON,
    ExpiryRow,
    FutureRow,
    Ladder,
    OptionRow,
    Options,
    SmileHistory,
    SmilePoint,
    Strike,
)
from oirisk.schemas.report.parts import Said, Statement
from oirisk.transforms.report.facts import Facts, Record
from oirisk.transforms.report.read import figure, read_row, read_rows

_NAMED = 2
"""Assets that the mail speaks of; the tables have more."""

_LEAST_RETURNS = figure(25, "count")
_GAMMA = ("gex_gross_usd", "gex_net_naive_usd", "gex_net_short_all_usd", "dex_base")
_SMILE = ("atm_iv", "risk_reversal")
_BASIS = ("basis", "basis_annualised")
_COUNTS = (
    "told", "counted", "zero", "expired", "stale", "suspect", "left_out",
    "without_interest", "terms_unknown", "crossed", "stale_underlying", "without_iv",
)  # fmt: skip


def options(facts: Facts) -> Options:
    """Return everything a report says of options; nothing where none was told."""
    rows, needed = facts["options"], facts.choices.minimum_coverage
    assets = tuple(_asset(row, needed) for row in rows[: facts.choices.top_options])
    names = {row.asset for row in assets}
    return Options(
        assets=assets,
        assets_total=len(rows),
        brief=tuple(_brief(row, made) for row, made in zip(rows, assets[:_NAMED], strict=False)),
        counted=_counted(rows) if rows else "",
        expiries=tuple(
            _expiry(row, needed) for row in facts["options_expiries"] if row["asset"] in names
        ),
        futures=tuple(_future(row) for row in facts["options_futures"] if row["asset"] in names),
        ladders=tuple(
            Ladder(asset=asset, price=found[0]["price"], strikes=read_rows(Strike, found))
            for asset, found in facts.each["options_ladder"].items()
            if found
        ),
        smiles=tuple(
            SmileHistory(asset=asset, points=read_rows(SmilePoint, found))
            for asset, found in facts.each["options_smiles"].items()
            if found
        ),
    )


def _withheld(kind: type[OptionRow | ExpiryRow], row: Record) -> dict[str, Said]:
    """Give the reason of the total for every figure of an asset whose total is withheld."""
    return dict.fromkeys(kind.model_fields, row["withheld_reason"] or "not published")


def _asset(row: Record, needed: float) -> OptionRow:
    few = Statement(
        id="few_returns",
        values={"n": figure(row["realised_days"] or 0, "count"), "needed": _LEAST_RETURNS},
    )
    if not row["published"]:
        absent = _withheld(OptionRow, row)
        return read_row(OptionRow, row, {**absent, "realised_vol_30d": few})
    little = _too_little(row, "greeks", "volatilities", needed)
    absent = {
        **dict.fromkeys(_GAMMA, little),
        "gamma_flip": NO_FLIP if row["flip_reason"] == "none in range" else little,
        "realised_vol_30d": few,
        "iv_minus_realised": few if row["realised_vol_30d"] is None else NO_HORIZON,
    }
    return read_row(OptionRow, row, absent)


def _too_little(row: Record, part: str, what: str, needed: float) -> Said:
    """State of how little of what is open something is known, where that is why it is missing."""
    known = row[f"{part}_covered_share"]
    if known is None or known >= needed:
        return ""
    short, limit = figure(known, "share"), figure(needed, "share")
    return Statement(id="too_little", values={"what": what, "short": short, "limit": limit})


def _expiry(row: Record, needed: float) -> ExpiryRow:
    if not row["published"]:
        return read_row(ExpiryRow, row, _withheld(ExpiryRow, row))
    absent = {
        **_absent(_SMILE, row["smile_reason"]),
        "premium_usd": _too_little(row, "premium", "mark prices", needed),
        "gex_gross_usd": _too_little(row, "greeks", "volatilities", needed),
    }
    return read_row(ExpiryRow, row, absent)


def _future(row: Record) -> FutureRow:
    return read_row(FutureRow, row, _absent(_BASIS, row["reason"]))


def _absent(names: Sequence[str], reason: str | None) -> dict[str, Said]:
    """Give the reason of the mart for some figures, where it has one."""
    return dict.fromkeys(names, reason or "")


def _brief(row: Record, made: OptionRow) -> Statement:
    """State in a sentence or two what is open in options of an asset, and what expires next."""
    if not row["published"]:
        why = row["withheld_reason"] or "not published"
        return Statement(id="options_withheld", values={"asset": made.asset, "why": why})
    told = {
        name: getattr(made, name)
        for name in ("asset", "oi_base", "oi_usd", "put_call_ratio", "gex_gross_usd",
                     "risk_reversal")
    }  # fmt: skip
    large = () if made.expiry is None else (_large(made, made.expiry),)
    covered = made.greeks_covered.value
    part = Statement(id="greeks_part", values={"greeks_covered": made.greeks_covered})
    parts = () if covered in {None, 1.0} or made.gex_gross_usd.value is None else (part,)
    return Statement(id="options", values={**told, "part": parts, "large": large})


def _large(made: OptionRow, expiry: datetime) -> Statement:
    pain = Statement(id="range", values={"low": made.max_pain, "high": made.max_pain_high})
    return Statement(
        id="large_expiry",
        values={
            "asset": made.asset,
            "at": f"{expiry:%Y-%m-%d %H:%M} UTC",
            "oi_base": made.expiry_oi_base,
            "oi_usd": made.expiry_oi_usd,
            "put_call_ratio": made.expiry_put_call_ratio,
            "max_pain": pain,
            "distance": made.max_pain_distance,
        },
    )


def _counted(rows: Sequence[Record]) -> Statement:
    """State of how many options the figures are, and which do not count."""
    sums = {name: sum(row[f"options_{name}"] or 0 for row in rows) for name in _COUNTS}
    return Statement(
        id="options_counted", values={name: figure(n, "count") for name, n in sums.items()}
    )

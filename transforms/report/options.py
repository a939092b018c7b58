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
_SMILE = ("atm_iv", "risk_reversal")
_BASIS = ("basis", "basis_annualised")
_COUNTS = (
    "told", "counted", "zero", "expired", "stale", "suspect", "left_out", "terms_unknown",
    "crossed", "stale_underlying", "without_iv",
)  # fmt: skip


def options(facts: Facts) -> Options:
    """Return everything a report says of options; nothing where none was told."""
    rows = facts["options"]
    assets = tuple(_asset(row) for row in rows[: facts.choices.top_options])
    names = {row.asset for row in assets}
    return Options(
        assets=assets,
        assets_total=len(rows),
        brief=tuple(_brief(row, made) for row, made in zip(rows, assets[:_NAMED], strict=False)),
        counted=_counted(rows) if rows else "",
        expiries=tuple(_expiry(row) for row in facts["options_expiries"] if row["asset"] in names),
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


def _asset(row: Record) -> OptionRow:
    few = Statement(
        id="few_returns",
        values={"n": figure(row["realised_days"] or 0, "count"), "needed": _LEAST_RETURNS},
    )
    absent: dict[str, Said] = {} if row["published"] else _withheld(OptionRow, row)
    absent["realised_vol_30d"] = few
    if row["published"]:
        absent["gamma_flip"] = _no_flip(row["flip_reason"])
        absent["iv_minus_realised"] = few if row["realised_vol_30d"] is None else NO_HORIZON
    return read_row(OptionRow, row, absent)


def _no_flip(reason: str | None) -> str:
    return NO_FLIP if reason == "none in range" else reason or "not known"


def _expiry(row: Record) -> ExpiryRow:
    if not row["published"]:
        return read_row(ExpiryRow, row, _withheld(ExpiryRow, row))
    return read_row(ExpiryRow, row, _absent(_SMILE, row["smile_reason"]))


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

"""Contracts of what the figures are measured to mean: nights, and verdicts over all of them."""

import polars as pl

from oirisk.schemas.columns import (
    ANY_SIMULATED,
    VENUE,
    Table,
    UtcTimestamp,
    amount,
    column,
    fraction,
)

SIDES_TESTS = ("parity", "volume", "ratio")
TESTS = (*SIDES_TESTS, "size", "unit")

_PRODUCT = "product line of the exchange; the kind of contract where no rule names one"
_FIELD = "field of the response; the rule where the registry has none of that name"


def _count(description: str) -> pl.Int32:
    return column(description, unit="count", method="M38", ge=0)  # type: ignore[no-any-return]


class ConventionNights(
    Table,
    name="marts.convention_nights",
    key=("snapshot_at", "venue", "product", "field"),
    method="M38",
):
    """What the figures of one line showed about their meaning on one night.

    Grain: one row per venue, product, field and UTC day: the last of the day's fullest snapshots.
    Lots, and the figures before, are those of the 10 days up to it.
    """

    snapshot_at: UtcTimestamp = column("the snapshot that stands for the day")
    venue: str = column(VENUE)
    product: str = column(_PRODUCT)
    field: str = column(_FIELD)
    unit: str = column("what the registry takes the figure for; quote counts as usd", method="M02")
    counting_factor: float = column("what the registry multiplies it by", unit="ratio", gt=0, le=1)
    instruments: pl.Int32 = _count("instruments with open interest")
    parity_n: pl.Int32 = _count("new figures of instruments whose lot other figures show too")
    parity_even: pl.Int32 = _count("those of them that are an even number of lots")
    fresh_n: pl.Int32 = _count("new figures whose last digit that is not 0 is taken for the lot")
    fresh_even: pl.Int32 = _count("those of them that are even so")
    volume_within: pl.Int32 = _count("figures that moved by half of the volume, up to all of it")
    volume_beyond: pl.Int32 = _count("figures that moved by more than the volume, up to twice it")
    ratio_same: pl.Int32 = _count("figures like another field's of the same instant, as counted")
    ratio_twice: pl.Int32 = _count("figures of twice another field's")
    ratio_half: pl.Int32 = _count("figures of half another field's")
    relation: str = column(
        "how the figures went on from the night before: steady, a factor that nearly all took "
        "(x2, x0.1 …), a change of unit (contracts>base), or scattered: by a large factor each "
        "and none of these; null with too few instruments, and where a rule begins",
        nullable=True,
    )
    relation_n: pl.Int32 = _count("instruments of both nights that the relation moves")
    relation_hits: pl.Int32 = _count("those of them that went that way")
    relation_ratio: float = amount(
        "median of the figures over those of the night before; null without any", nullable=True
    )
    spread_n: pl.Int32 = _count("instruments with volume and price")
    spread_contracts: float = amount(
        "how much open interest over volume differs between instruments, were the figure in "
        "contracts; null with fewer than 20, or where it would be no other",
        unit="log ratio",
        nullable=True,
    )
    spread_base: float = amount("the same, were it in coins", unit="log ratio", nullable=True)
    spread_usd: float = amount("the same, were it in USD", unit="log ratio", nullable=True)
    is_simulated: bool = column(ANY_SIMULATED)
    unit_rule: str = column(
        "rule that says so; null of nights measured by older versions", nullable=True
    )


class Conventions(
    Table,
    name="marts.conventions",
    key=("venue", "product", "field", "test", "since"),
    method="M38",
):
    """What each test finds a figure to mean, and since when: over all nights there are.

    Grain: one row per venue, product, field, test and since: a span of nights of one verdict.
    """

    venue: str = column(VENUE)
    product: str = column(_PRODUCT)
    field: str = column(_FIELD)
    test: str = column(
        "parity: a sum of longs and shorts is an even number of lots; volume: one side never "
        "moves by more than was traded; ratio: two figures of one instant; size: factors that "
        "figures took all at once; unit: in which turnovers differ least, and changes of it",
        isin=TESTS,
    )
    n: pl.Int32 = _count("figures, pairs or instruments that were judged")
    statistic: float = column(
        "parity: even share; volume: share beyond the volume of what moved by half of it or more; "
        "ratio: share that lies apart by 2; size: factor; unit: log odds; null without any",
        unit="as said",
        nullable=True,
    )
    p_value: float = fraction(
        "chance of a count this far out if the other were true; null where nothing was counted, "
        "and of units, which the same instruments tell night after night",
        nullable=True,
    )
    verdict: str = column(
        "one, both or undecided; of size steady or a factor against what held before (x2, x0.1 "
        "…); of unit contracts, base, usd or unknown; of both since their rule began"
    )
    since: UtcTimestamp = column("first night of the span")
    agrees: bool = column("whether the registry says the same; null while undecided", nullable=True)
    last_before: UtcTimestamp = column(
        "last night before it: in between the meaning is not known; null: there is none",
        nullable=True,
    )
    until: UtcTimestamp = column("first night after it; null while it holds", nullable=True)
    measured_at: UtcTimestamp = column("last night of the span")
    is_suspect: bool = column(
        "whether figures of the span are suspect for it: size or unit contradicts the registry, "
        "or more tests of sides do than bear it out, parity deciding a tie"
    )
    is_simulated: bool = column(ANY_SIMULATED)

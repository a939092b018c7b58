"""What was measured of each figure, since when, and where it contradicts the registry (M38)."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import polars as pl

from oirisk.transforms.conventions.panel import LINE, UNITS
from oirisk.transforms.conventions.steps import SCATTERED, STEADY
from oirisk.transforms.conventions.verdicts import (
    PARITY,
    RATIO,
    UNDECIDED,
    VOLUME,
    Floats,
    Scale,
    chance,
    counted_evidence,
    even_cost,
    fresh_rates,
    spans,
    upper_tail,
)

_SIDES = {1.0: "one", 0.5: "both"}
_UNKNOWN = "unknown"
_STATES = (*UNITS, _UNKNOWN)
_OTHER_SIDE = {"one": "both", "both": "one"}

_JUMP_COST = 3.0
"""What a change of sides costs in a night in which the figures doubled or halved."""

_JUMP_EVIDENCE, _NEVER = 20.0, 1e9
_NIGHT_EVIDENCE = 5.0
_CLEARLY_WIDER = 1.5
"""A night speaks for a unit where turnovers in another differ by half as much again; not loudly,
since the same instruments say the same every night."""

_BY_LUCK = 0.05
"""The chance that one instrument moves by about a factor in an ordinary night."""

Figures = tuple[int, float | None, float | None]


@dataclass(frozen=True)
class Tested:
    """What one test says of each night of a line.

    Args:
        test: Its name.
        verdicts: What it found, night by night.
        registry: What the registry says to that; None where that cannot be compared.
        figures: ``n, statistic, p_value`` of nights of one verdict, by first and last.
    """

    test: str
    verdicts: Sequence[str]
    registry: Sequence[str | None]
    figures: Callable[[int, int], Figures]

    def agrees(self, night: int) -> bool | None:
        """Return whether the registry says the same; None where one of the two says nothing."""
        verdict, said = self.verdicts[night], self.registry[night]
        return None if verdict == UNDECIDED or said is None else verdict == said


def judge(nights: pl.DataFrame) -> pl.DataFrame:
    """Turn measured nights into verdicts.

    Figures are suspect where the unit or the size contradicts the registry, or where more tests of
    sides contradict it than bear it out.

    Args:
        nights: Rows of ``marts.convention_nights``.

    Returns:
        One row per line, test and span of one verdict: the columns of ``marts.conventions``.
    """
    rows: list[dict[str, Any]] = []
    ordered = nights.sort(*LINE, "snapshot_at")
    for key, part in ordered.partition_by(*LINE, as_dict=True, maintain_order=True).items():
        named = dict(zip(LINE, key, strict=True))
        rows += [{**named, **row} for row in _rows(part)]
    return pl.DataFrame(rows, infer_schema_length=None)


def _rows(nights: pl.DataFrame) -> Iterator[dict[str, Any]]:
    sides = (_parity(nights), _volume(nights), _ratio(nights))
    others = (_size(nights), _unit(nights))
    count = nights.height
    outvoted = [_is_outvoted(sides, night) for night in range(count)]
    for tested in (*sides, *others):
        agreed = [tested.agrees(night) for night in range(count)]
        suspect = [
            agrees is False and (tested in others or outvoted[night])
            for night, agrees in enumerate(agreed)
        ]
        told = list(zip(tested.verdicts, agreed, suspect, strict=True))
        starts = [night for night in range(count) if not night or told[night] != told[night - 1]]
        for first, after in pairwise((*starts, count)):
            yield {
                **_span(nights["snapshot_at"].to_list(), first, after),
                "test": tested.test,
                **dict(zip(("verdict", "agrees", "is_suspect"), told[first], strict=True)),
                **dict(
                    zip(
                        ("n", "statistic", "p_value"),
                        tested.figures(first, after),
                        strict=True,
                    )
                ),
                "is_simulated": nights["is_simulated"][first],
            }


def _span(at: Sequence[Any], first: int, after: int) -> dict[str, Any]:
    return {
        "since": at[first],
        "last_before": at[first - 1] if first else None,
        "until": at[after] if after < len(at) else None,
        "measured_at": at[after - 1],
    }


def _is_outvoted(sides: Sequence[Tested], night: int) -> bool:
    """Return whether more tests of sides are against the registry than for it, or parity in a tie.

    Parity goes first: volumes of some exchanges are not what they seem.
    """
    votes = [tested.agrees(night) for tested in sides]
    against, agreeing = votes.count(False), votes.count(True)
    return against > agreeing or (against == agreeing and votes[0] is False)


def _registry(nights: pl.DataFrame) -> list[str | None]:
    return [_SIDES.get(factor) for factor in nights["counting_factor"]]


def _column(nights: pl.DataFrame, name: str) -> Floats:
    return nights[name].to_numpy().astype(np.float64)


def _parity(nights: pl.DataFrame) -> Tested:
    even, n = _column(nights, "parity_even"), _column(nights, "parity_n")
    fresh_even, fresh_n = _column(nights, "fresh_even"), _column(nights, "fresh_n")
    channels = ((even, n, PARITY.rates), (fresh_even, fresh_n, fresh_rates(PARITY)))
    verdicts = _sides(nights, PARITY, counted_evidence(*channels))
    figures = _counted(PARITY, verdicts, even + fresh_even, n + fresh_n)
    return Tested("parity", verdicts, _registry(nights), figures)


def _volume(nights: pl.DataFrame) -> Tested:
    beyond = _column(nights, "volume_beyond")
    n = beyond + _column(nights, "volume_within")
    verdicts = _sides(nights, VOLUME, counted_evidence((beyond, n, VOLUME.rates)))
    figures = _counted(VOLUME, verdicts, beyond, n)
    return Tested("volume", verdicts, _registry(nights), figures)


def _ratio(nights: pl.DataFrame) -> Tested:
    """Compare with another field: of two that lie apart by 2 the larger may be of both sides."""
    registry = _registry(nights)
    is_one = np.array([said == "one" for said in registry])
    apart = np.where(is_one, _column(nights, "ratio_twice"), _column(nights, "ratio_half"))
    n = apart + _column(nights, "ratio_same")
    evidence = counted_evidence((apart, n, RATIO.rates))
    levels = spans(evidence, RATIO.verdicts, even_cost(nights.height, len(RATIO.levels)))
    found = [span.verdict for span in levels for _ in range(span.first, span.last + 1)]
    verdicts = [
        UNDECIDED
        if verdict == UNDECIDED or said is None
        else said
        if verdict == RATIO.low
        else _OTHER_SIDE[said]
        for verdict, said in zip(found, registry, strict=True)
    ]
    return Tested("ratio", verdicts, registry, _counted(RATIO, found, apart, n))


def _sides(nights: pl.DataFrame, scale: Scale, evidence: Floats) -> list[str]:
    """Decide night by night; a change is cheap where figures doubled or halved, or rules say so."""
    cost = even_cost(nights.height, len(scale.levels))
    ways = {"x2": (scale.low, scale.high), "x0.5": (scale.high, scale.low)}
    registry = _registry(nights)
    for night, relation in enumerate(nights["relation"]):
        if relation in ways:
            cost[night][_levels(scale, *ways[relation])] = _JUMP_COST
        if night and registry[night] != registry[night - 1]:
            cost[night][_levels(scale, registry[night - 1], registry[night])] = 0.0
    found = spans(evidence, scale.verdicts, cost)
    return [span.verdict for span in found for _ in range(span.first, span.last + 1)]


def _levels(scale: Scale, before: str | None, after: str | None) -> tuple[Any, ...]:
    """Return the changes from any level of one side to any level of another."""
    names = np.array(scale.verdicts)
    return np.ix_(names == before, names == after)


def _counted(
    scale: Scale, verdicts: Sequence[str], hits: Floats, trials: Floats
) -> Callable[[int, int], Figures]:
    def figures(first: int, after: int) -> Figures:
        hit, n = int(hits[first:after].sum()), int(trials[first:after].sum())
        return (n, hit / n, chance(scale, verdicts[first], hit, n)) if n else (0, None, None)

    return figures


def _size(nights: pl.DataFrame) -> Tested:
    """Multiply the factors that figures took since their rule began."""
    relations = [relation or "" for relation in nights["relation"]]
    factors: list[float] = []
    for name, is_new in zip(relations, _new_rules(nights), strict=True):
        taken = float(name[1:]) if name.startswith("x") else 1.0
        factors.append(taken if is_new else factors[-1] * taken)
    steady = STEADY if any(relations) else UNDECIDED
    verdicts = [steady if f"{factor:g}" == "1" else f"x{factor:g}" for factor in factors]

    def figures(first: int, after: int) -> Figures:
        jumped = relations[first].startswith("x")
        at = first if jumped else after - 1
        n, hits = int(nights["relation_n"][at]), int(nights["relation_hits"][at])
        return n, factors[first], upper_tail(hits, n, _BY_LUCK) if jumped else None

    return Tested("size", verdicts, [STEADY] * nights.height, figures)


def _new_rules(nights: pl.DataFrame) -> list[bool]:
    """Return of each night whether a rule begins with it, as one does with the first."""
    rules = nights["unit_rule"].to_list()
    return [not night or rules[night] != rules[night - 1] for night in range(len(rules))]


def _unit(nights: pl.DataFrame) -> Tested:
    """Find the unit in which turnovers differ least, and where the figures went over to another."""
    evidence = _unit_evidence(nights)
    cost = even_cost(nights.height, len(_STATES))
    cost[np.array(_new_rules(nights))] = 0.0
    cost[:, :-1, -1] = _NEVER  # a unit is unknown from where figures scattered, and nowhere else
    for night, relation in enumerate(nights["relation"]):
        before, _, after = (relation or "").partition(">")
        if after:
            evidence[night - 1, UNITS.index(before)] += _JUMP_EVIDENCE
            evidence[night, UNITS.index(after)] += _JUMP_EVIDENCE
            cost[night, UNITS.index(before), UNITS.index(after)] = 0.0
        elif relation == SCATTERED:
            evidence[night, -1] += _JUMP_EVIDENCE
            cost[night, :, -1] = 0.0
    found = spans(evidence, _STATES, cost)
    verdicts = [span.verdict for span in found for _ in range(span.first, span.last + 1)]

    def figures(first: int, after: int) -> Figures:
        lost, best = np.sort(evidence[first:after].sum(axis=0))[-2:]
        n = int(_column(nights, "spread_n")[first:after].max())
        return n, float(best - lost) if best > lost else None, None

    return Tested("unit", verdicts, nights["unit"].to_list(), figures)


def _unit_evidence(nights: pl.DataFrame) -> Floats:
    """Return what each night says for each unit, least of all for one that it cannot tell.

    That the unit is unknown is what is left where figures scattered; no rule begins with it.
    """
    widths = np.column_stack([_column(nights, f"spread_{unit}") for unit in UNITS])
    is_told = ~np.isnan(widths)
    narrowest = np.where(is_told, widths, np.inf).min(axis=1, keepdims=True)
    wider = np.where(is_told, widths, np.inf) / np.where(np.isinf(narrowest), 1.0, narrowest)
    clear = np.where(wider < _CLEARLY_WIDER, 0.0, -_NIGHT_EVIDENCE)
    known = np.where(is_told.any(axis=1, keepdims=True), clear, 0.0)
    unknown = np.where(_new_rules(nights), -_NEVER, 0.0)
    return np.column_stack([known, unknown])

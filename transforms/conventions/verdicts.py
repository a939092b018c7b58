"""From what each night shows to spans of time with one meaning (M38).

A night's figures speak for or against each meaning; a change of meaning has a price. The cheapest
path through all nights says what held when, and the first night of each span is the day of change.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtrc

from oirisk.transforms.conventions.parity import Parity

Floats = NDArray[np.float64]

EVIDENCE_NEEDED = 14.0
"""Log of the odds without which nothing is decided, and that a change of meaning costs: the chance
to be wrong once in a series, however long, is one in a million."""

UNDECIDED = "undecided"


@dataclass(frozen=True)
class Level:
    """One share of hits that a meaning may show.

    Args:
        verdict: The meaning, or ``undecided`` for shares between those of two meanings.
        rate: The share.
    """

    verdict: str
    rate: float


@dataclass(frozen=True)
class Scale:
    """The shares by which a test tells two meanings apart.

    Args:
        levels: From the lowest rate to the highest.
        low: The meaning of few hits.
        high: The meaning of many.
        least: A share that the meaning of many hits does not stay below.
        most: A share that the meaning of few hits does not exceed, by more than luck.
    """

    levels: tuple[Level, ...]
    low: str
    high: str
    least: float
    most: float

    @property
    def verdicts(self) -> list[str]:
        """What each level says."""
        return [level.verdict for level in self.levels]

    @property
    def rates(self) -> Floats:
        """The share of each level."""
        return np.array([level.rate for level in self.levels])


def _scale(few: Sequence[float], between: float, many: Sequence[float], most: float) -> Scale:
    levels = (
        *(Level("one", rate) for rate in few),
        Level(UNDECIDED, between),
        *(Level("both", rate) for rate in many),
    )
    return Scale(levels, "one", "both", least=many[0], most=most)


PARITY = _scale((0.5, 0.55), 0.68, (0.77, 0.85, 0.93, 0.99), most=0.5)
"""Even figures: half of them of one side, nearly all of both. Real exchanges that add both sides
show 89 to 100 %, those that do not 45 to 54 %."""

VOLUME = _scale((0.02, 0.1, 0.2), 0.27, (0.35, 0.5, 0.7), most=0.2)
"""Steps between once and twice the volume, of those above half of it: none of one side; exchanges
whose volume is not what it seems show up to a fifth."""

RATIO = _scale((0.02, 0.1), 0.5, (0.9, 0.98), most=0.1)
"""Two figures that lie apart by 2, of those that are alike or lie apart by 2."""


def fresh_rates(scale: Scale) -> Floats:
    """Return the rates of figures whose last digit that is not 0 is taken for the lot.

    One in nine of the even digits 2 to 8, 20 to 80 … hides an odd one behind a zero, and of all
    digits but 0 four in nine are even.
    """
    return 4 / 9 + (scale.rates - 0.5) * 8 / 9


@dataclass(frozen=True)
class Span:
    """Nights of one meaning, by their places in the series, both ends included."""

    first: int
    last: int
    verdict: str


def spans(evidence: Floats, verdicts: Sequence[str], cost: Floats) -> list[Span]:
    """Cut a series of nights where the meaning changes.

    Args:
        evidence: Log-likelihood, one row a night, one column a level.
        verdicts: What each level means.
        cost: What a change between two levels costs, night by level before by level after.

    Returns:
        Spans in order, without a gap; the first is ``undecided`` where another meaning is about as
        likely.
    """
    if not len(evidence):
        return []
    path, total = _cheapest(evidence, cost)
    first, *others = _runs([verdicts[level] for level in path])
    return _joined([_decided(first, evidence, verdicts, cost, total), *others])


def _cheapest(evidence: Floats, cost: Floats) -> tuple[list[int], float]:
    """Return the level of each night on the path of most evidence less cost (Viterbi), and both."""
    best = evidence[0]
    origins = np.zeros(evidence.shape, dtype=np.int64)
    for night in range(1, len(evidence)):
        reached = best[:, None] - cost[night]
        origins[night] = reached.argmax(axis=0)
        best = reached.max(axis=0) + evidence[night]
    path = [int(best.argmax())]
    for night in range(len(evidence) - 1, 0, -1):
        path.append(int(origins[night][path[-1]]))
    return path[::-1], float(best.max())


def _runs(meant: Sequence[str]) -> list[Span]:
    starts = [
        place for place, verdict in enumerate(meant) if not place or meant[place - 1] != verdict
    ]
    ends = [*(start - 1 for start in starts[1:]), len(meant) - 1]
    return [Span(first, last, meant[first]) for first, last in zip(starts, ends, strict=True)]


def _decided(
    span: Span, evidence: Floats, verdicts: Sequence[str], cost: Floats, total: float
) -> Span:
    """Hold the first span against the likeliest course of things in which it means another thing.

    Later spans need none of this: the change that begins them was paid for with evidence.
    """
    is_other = np.array([name not in {span.verdict, UNDECIDED} for name in verdicts])
    otherwise = evidence.copy()
    otherwise[span.first : span.last + 1, ~is_other] = -np.inf
    is_clear = total - _cheapest(otherwise, cost)[1] >= EVIDENCE_NEEDED
    return span if is_clear else Span(span.first, span.last, UNDECIDED)


def _joined(found: Sequence[Span]) -> list[Span]:
    joined: list[Span] = []
    for span in found:
        if joined and joined[-1].verdict == span.verdict:
            joined[-1] = Span(joined[-1].first, span.last, span.verdict)
        else:
            joined.append(span)
    return joined


def counted_evidence(*channels: tuple[Floats, Floats, Floats]) -> Floats:
    """Return the log-likelihood of counts under each level.

    Args:
        channels: Hits and trials of each night, and the rate of each level.
    """
    parts = [
        hits[:, None] * np.log(rates) + (trials - hits)[:, None] * np.log1p(-rates)
        for hits, trials, rates in channels
    ]
    return sum(parts[1:], parts[0])


def even_cost(nights: int, levels: int, price: float = EVIDENCE_NEEDED) -> Floats:
    """Return the same price for every change."""
    return np.broadcast_to(price * (1 - np.eye(levels)), (nights, levels, levels)).copy()


def verdict_of_parity(counted: Parity) -> tuple[str, float]:
    """Return what even figures say of sides, and the chance of as many under the other meaning."""
    known = (counted.even, counted.n, PARITY.rates)
    fresh = (counted.fresh_even, counted.fresh_n, fresh_rates(PARITY))
    verdict = _at_once(PARITY, known, fresh)
    hits, n = counted.even + counted.fresh_even, counted.n + counted.fresh_n
    return verdict, chance(PARITY, verdict, hits, n)


def _at_once(scale: Scale, *channels: tuple[int, int, Floats]) -> str:
    evidence = counted_evidence(
        *((np.array([hits]), np.array([n]), rates) for hits, n, rates in channels)
    )
    return spans(evidence, scale.verdicts, even_cost(1, len(scale.levels)))[0].verdict


def chance(scale: Scale, verdict: str, hits: int, n: int) -> float:
    """Return the chance of a count this far out if the verdict were wrong.

    Undecided counts are held against the meaning of few hits.
    """
    if verdict == scale.low:
        return lower_tail(hits, n, scale.least)
    return upper_tail(hits, n, scale.most)


def upper_tail(hits: int, n: int, p: float) -> float:
    """Return the chance of at least so many hits in n trials, each of chance p."""
    return 1.0 if hits <= 0 else float(bdtrc(hits - 1, n, p))


def lower_tail(hits: int, n: int, p: float) -> float:
    """Return the chance of at most so many hits in n trials, each of chance p."""
    return upper_tail(n - hits, n, 1 - p)

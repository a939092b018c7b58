"""Measure how often the tests of conventions are right, on simulated venues.

    python -m bench.conventions [--venues 200] [--seed 2026] [--tables FILE ...]

Sides, unit, contract size, the day of change and its kind are drawn at random, as are size, lots,
volume, odd figures, missing nights and crashes. A verdict counts as right when it is right seven
nights after the change and names the first night that was seen of it. Venues that do not change are
watched for a year: any change found there is a false one. Instruments are those of vendor tables
where these are given, and drawn alike otherwise.
"""

import argparse
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import polars as pl

from bench.printed.basis import Basis, drawn_basis, real_bases
from bench.printed.venue import START, Means, Night, Spec, figures, in_unit
from oirisk.transforms.conventions.contradictions import judge
from oirisk.transforms.conventions.nights import measure

NIGHTS_AFTER = 7
FEWEST, MANY = 5, 20
INVERSE, MOST = 0.15, 0.6
YEAR = 365
FACTORS = (2.0, 10.0, 100.0, 1000.0, 0.5, 0.1, 0.01, 0.001)
_PAIRS = pl.DataFrame(
    schema={
        "venue": pl.String, "product": pl.String, "field": pl.String,
        "snapshot_at": pl.Datetime("us", "UTC"), "held": pl.Float64, "held_other": pl.Float64,
    }
)  # fmt: skip


@dataclass(frozen=True)
class Outcome:
    """How one venue was judged: its kind, whether that was right, and what was said if not."""

    kind: str
    is_right: bool
    is_dated: bool
    said: str
    spec: Spec


def draw(random: np.random.Generator, bases: Sequence[Basis], kind: str) -> Spec:
    """Draw a venue of a kind: ``steady``, or what changes: ``sides``, ``size`` or ``unit``.

    A change of unit that most figures do not show, since their contracts are of one coin, is drawn
    anew.
    """
    while True:
        spec = _drawn(random, bases, kind)
        if kind != "unit" or shows(spec):
            return spec


def shows(spec: Spec) -> bool:
    """Return whether a change of unit moves most figures by half or more."""
    night = Night.first(spec.basis)
    before, after = (in_unit(spec, means, night) for means in (spec.before, spec.after))
    return bool(np.mean(np.abs(np.log(after / before)) > np.log(1.5)) >= MOST)


def _drawn(random: np.random.Generator, bases: Sequence[Basis], kind: str) -> Spec:
    count = int(np.exp(random.uniform(np.log(FEWEST), np.log(700))))
    basis = _basis(random, bases, count)
    is_inverse = bool(random.random() < INVERSE)
    other_unit = "usd" if is_inverse else "base"
    unit = "contracts" if kind == "size" else random.choice(["contracts", "contracts", other_unit])
    before = Means(int(random.choice([1, 2])), str(unit))
    change = int(random.integers(3, 40)) if kind != "steady" else YEAR
    return Spec(
        basis=basis,
        before=before,
        after=_changed(random, before, kind, is_inverse=is_inverse),
        change=change,
        nights=min(change + NIGHTS_AFTER, YEAR),
        is_inverse=is_inverse,
        late=random.choice([0.0, 0.02, 0.12]),
        orphan=random.choice([0.0, 0.05]) if count >= MANY else 0.0,
        round_lots=random.choice([0.0, 0.3, 0.7, 0.95]),
        missing=random.choice([0.0, 0.03, 0.1]),
        volume=random.choice([1.0, 1.0, 1.0, 0.6, 0.0]),
        crashes=tuple(int(night) for night in random.integers(1, YEAR, 4)),
        seed=int(random.integers(2**32)),
    )


def _basis(random: np.random.Generator, bases: Sequence[Basis], count: int) -> Basis:
    if not bases:
        return drawn_basis(random, count)
    found = bases[random.integers(len(bases))]
    least = min(count, len(found.lot))
    return found.take(random.choice(len(found.lot), least, replace=False))


def _changed(random: np.random.Generator, before: Means, kind: str, *, is_inverse: bool) -> Means:
    if kind == "sides":
        return replace(before, sides=3 - before.sides)
    if kind == "size":
        return replace(before, contracts_per_lot=float(random.choice(FACTORS)))
    if kind == "unit":
        units = ("contracts", "usd") if is_inverse else ("contracts", "base", "usd")
        others = [unit for unit in units if unit != before.unit]
        return replace(before, unit=str(random.choice(others)))
    return before


def judged(spec: Spec, kind: str) -> Outcome:
    """Simulate a venue whose registry knows what holds at first, and see what is found."""
    rows = figures(spec, registry=spec.before)
    nights = measure(rows, _PAIRS)
    found = judge(nights)
    changed_at = START + timedelta(days=spec.change)
    seen = nights.filter(pl.col("snapshot_at") >= changed_at)["snapshot_at"].min()
    last = found.filter(pl.col("until").is_null())
    said = {row["test"]: row for row in last.iter_rows(named=True)}
    if kind == "steady":
        sides = ("one", "both")[spec.before.sides - 1]
        wrong = found.filter(
            pl.col("is_suspect")
            | ((pl.col("test") == "parity") & ~pl.col("verdict").is_in([sides, "undecided"]))
        )
        is_known = said["parity"]["verdict"] == sides
        return Outcome(kind, wrong.is_empty(), is_known, _told(wrong), spec)
    wanted = _wanted(spec, kind)
    right = [row for test, row in said.items() if row["verdict"] == wanted.get(test)]
    is_right = bool(right) and any(row["is_suspect"] for row in said.values())
    is_dated = is_right and any(row["since"] == seen for row in right)
    return Outcome(kind, is_right, is_dated, _told(last), spec)


def _wanted(spec: Spec, kind: str) -> dict[str, str]:
    if kind == "sides":
        return {"parity": ("one", "both")[spec.after.sides - 1]}
    if kind == "size":
        return {"size": f"x{spec.after.contracts_per_lot:g}"}
    if spec.is_inverse:  # contracts of 10 USD: a unit that is another size
        return {"size": "x10" if spec.after.unit == "usd" else "x0.1"}
    return {"unit": spec.after.unit}


def _told(rows: pl.DataFrame) -> str:
    return "; ".join(
        f"{row['test']} {row['verdict']} since {row['since']:%m-%d} n {row['n']}"
        for row in rows.iter_rows(named=True)
    )


def outcomes(
    seed: int, venues: int, bases: Sequence[Basis], kinds: Sequence[str]
) -> Iterator[Outcome]:
    """Draw and judge venues, so many of each kind."""
    random = np.random.default_rng(seed)
    for kind in kinds:
        for _ in range(venues):
            yield judged(draw(random, bases, kind), kind)


def _shown(one: Outcome) -> str:
    spec = one.spec
    return (
        f"{one.kind}, {len(spec.basis.lot)} instruments, {spec.before} to {spec.after} on night "
        f"{spec.change}: {one.said}"
    )


def main() -> None:
    """Print how often the tests were right, and what they said when they were not."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--venues", type=int, default=200)
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--tables", type=Path, nargs="*", default=[])
    parser.add_argument("--kinds", nargs="*", default=["sides", "size", "unit", "steady"])
    asked = parser.parse_args()
    counts: Counter[tuple[str, str]] = Counter()
    for one in outcomes(asked.seed, asked.venues, real_bases(asked.tables), asked.kinds):
        counts[one.kind, "venues"] += 1
        counts[one.kind, "right"] += one.is_right
        counts[one.kind, "dated"] += one.is_dated
        if not one.is_right:
            print(f"  wrong: {_shown(one)}")
    for kind in asked.kinds:
        total = counts[kind, "venues"]
        second = "sides known at the end" if kind == "steady" else "and first night named"
        print(
            f"{kind:7} {total} venues: right {counts[kind, 'right'] / total:.2%}, "
            f"{second} {counts[kind, 'dated'] / total:.2%}"
        )


if __name__ == "__main__":
    main()

"""Explain the difference of a vendor's table to our figures, to the last digit (M44)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from statistics import median

import numpy as np

from oirisk.transforms.conventions.parity import Parity, parity_of_tables
from oirisk.transforms.conventions.verdicts import verdict_of_parity
from oirisk.transforms.vendor_tables import OwnRow, VendorRow, align

PARTS = ("sides", "unit", "duplicate", "coverage", "price", "time", "unexplained")
"""In the order in which a difference is taken apart."""

ZERO = Decimal(0)
_DIGITS = 60
_STEP = Decimal("1e-6")
"""What quotients are rounded to; parts are differences of what is left, so that sums are exact."""

_ORDINARY = Decimal("1.3")
"""Figures of about one instant lie no further apart, but for a factor."""

_NEAR = Decimal("1.05")
_ALIKE = Decimal("1e-6")
_SAME = Decimal("1e-9")
_POWERS = tuple(Decimal(10) ** power for power in range(-9, 10) if power)
_LEAST_DIGITS = 6
_MOSTLY = 0.6
_COUNTED = {"one": 1, "both": 2}


@dataclass(frozen=True)
class Sides:
    """What the figures of an exchange in the table say of its sides.

    Args:
        verdict: ``one``, ``both`` or ``undecided``.
        n: Figures that were judged.
        p_value: Chance of so many even ones under the other meaning; None without figures.
    """

    verdict: str = "undecided"
    n: int = 0
    p_value: float | None = None


@dataclass(frozen=True)
class Difference:
    """One contract in both tables, or in one.

    Args:
        venue: ccxt id; the vendor's name where we have none.
        contract: The vendor's name of it, our symbol where the table lacks it.
        exchange: The vendor's name of the exchange; empty where the table lacks the contract.
        vendor_usd: What the table says.
        ours_usd: What we say.
        parts: By the names of ``PARTS``; their sum is exactly the difference.
    """

    venue: str
    contract: str
    exchange: str
    vendor_usd: Decimal
    ours_usd: Decimal
    parts: Mapping[str, Decimal]


@dataclass(frozen=True)
class Summed:
    """The contracts of one venue, or of all of them, added up exactly."""

    instruments: int
    vendor_usd: Decimal
    ours_usd: Decimal
    parts: Mapping[str, Decimal]


@dataclass(frozen=True)
class _Pair:
    venue: str
    row: VendorRow
    own: OwnRow | None
    is_duplicate: bool


@dataclass(frozen=True)
class _Usual:
    """How many sides the table counts of a venue, and whether ours show another number."""

    sides: int
    is_disputed: bool


def sides_by_venue(tables: Sequence[Sequence[VendorRow]]) -> dict[str, Sides]:
    """Judge the sides of every venue from the tables alone (M38).

    Args:
        tables: Of different instants, oldest first; lots are learned from all of them.
    """
    figures: dict[str, dict[str, dict[int, float]]] = defaultdict(lambda: defaultdict(dict))
    for number, table in enumerate(tables):
        for row in table:
            if row.coins is not None:
                figures[_venue(row, None)][row.instrument_id].setdefault(number, float(row.coins))
    return {venue: _sides(found, len(tables)) for venue, found in figures.items()}


def _sides(contracts: Mapping[str, Mapping[int, float]], tables: int) -> Sides:
    arrays = [
        np.array([figures.get(number, np.nan) for figures in contracts.values()])
        for number in range(tables)
    ]
    counted = sum(parity_of_tables(arrays), Parity())
    n = counted.n + counted.fresh_n
    if not n:
        return Sides()
    verdict, chance = verdict_of_parity(counted)
    return Sides(verdict, n, chance)


def reconcile(
    table: Sequence[VendorRow], own: Sequence[OwnRow], sides: Mapping[str, Sides]
) -> list[Difference]:
    """Take apart the difference of every contract.

    Args:
        table: Rows of one instant.
        own: Our instruments at that instant; none where there is no home.
        sides: What :func:`sides_by_venue` found.

    Returns:
        The table's contracts in its order, then ours that it lacks.
    """
    with localcontext() as exactly:
        exactly.prec = _DIGITS
        pairs = _pairs(table, own)
        usual = _usual(pairs, sides)
        found = [_compared(pair, usual[pair.venue]) for pair in pairs]
        printed = {id(pair.own) for pair in pairs}
        return found + [_unprinted(one) for one in own if id(one) not in printed]


def summed(differences: Iterable[Difference]) -> Summed:
    """Add up contracts; exact, whatever their order."""
    with localcontext() as exactly:
        exactly.prec = _DIGITS
        found = list(differences)
        return Summed(
            instruments=sum(bool(one.exchange) for one in found),
            vendor_usd=sum((one.vendor_usd for one in found), ZERO),
            ours_usd=sum((one.ours_usd for one in found), ZERO),
            parts={name: sum((one.parts[name] for one in found), ZERO) for name in PARTS},
        )


def _pairs(table: Sequence[VendorRow], own: Sequence[OwnRow]) -> list[_Pair]:
    aligned = align(table, own)
    copies = _copied_exchanges(aligned)
    seen: set[int] = set()
    pairs = []
    for row, one in aligned:
        is_again = one is not None and id(one) in seen
        if one is not None:
            seen.add(id(one))
        pairs.append(_Pair(_venue(row, one), row, one, is_again or row.exchange in copies))
    return pairs


def _venue(row: VendorRow, own: OwnRow | None) -> str:
    if own is not None:
        return own.venue
    return row.venues[-1 if row.quote == "USD" else 0]


def _copied_exchanges(aligned: Sequence[tuple[VendorRow, OwnRow | None]]) -> set[str]:
    """Return the exchanges, none of ours, that repeat the figures of one named before or ours."""
    known = {row.exchange for row, own in aligned if own is not None}
    order = list(dict.fromkeys(row.exchange for row, _ in aligned))
    first = [name for name in order if name in known] + [
        name for name in order if name not in known
    ]
    by_exchange: dict[str, list[VendorRow]] = defaultdict(list)
    for row, _ in aligned:
        by_exchange[row.exchange].append(row)
    copies: set[str] = set()
    earlier: set[tuple[object, ...]] = set()
    for name in first:
        figures = [_figure(row) for row in by_exchange[name]]
        told = [figure for figure in figures if figure is not None]
        repeated = sum(figure in earlier for figure in told)
        if name not in known and told and repeated >= _MOSTLY * len(by_exchange[name]):
            copies.add(name)
        earlier.update(told)
    return copies


def _figure(row: VendorRow) -> tuple[object, ...] | None:
    """Return what tells a figure from others; None where it has too few digits."""
    amount = (row.usd if row.coins is None else row.coins).normalize()
    is_told = len(amount.as_tuple().digits) >= _LEAST_DIGITS
    return (row.asset, row.is_dated, amount) if is_told else None


def _usual(pairs: Sequence[_Pair], sides: Mapping[str, Sides]) -> dict[str, _Usual]:
    """Tell how the table counts each venue: as its figures say, else as they compare to ours."""
    ratios: dict[str, list[Decimal]] = defaultdict(list)
    for pair in pairs:
        ratio = None if pair.is_duplicate else _ratio(pair.row, pair.own)
        ratios[pair.venue] += [] if ratio is None else [ratio]
    found = {}
    for venue, known in ratios.items():
        middle = median(known) if known else None
        looks = next((count for count in (1, 2) if middle and _is_near(middle / count)), None)
        said = _COUNTED.get(sides.get(venue, Sides()).verdict)
        found[venue] = _Usual(
            said or looks or 1, is_disputed=bool(said and looks and said != looks)
        )
    return found


def _ratio(row: VendorRow, own: OwnRow | None) -> Decimal | None:
    """Return the table's amount over ours, in what price does not move as far as both tell it."""
    if own is None or not own.coins or not own.usd:
        return None
    return row.usd / own.usd if own.is_inverse or row.coins is None else row.coins / own.coins


def _is_near(ratio: Decimal, limit: Decimal = _ORDINARY) -> bool:
    return 1 / limit <= ratio <= limit


@dataclass(frozen=True)
class _Factors:
    """What the table's figure is of ours: sides, what coins are off by, and what USD are."""

    sides: int
    coins: Decimal = Decimal(1)
    usd: Decimal = Decimal(1)


def _factors(pair: _Pair, usual: _Usual) -> _Factors:
    row, own = pair.row, pair.own
    ratio = _ratio(row, own)
    if own is None or ratio is None:
        return _Factors(usual.sides)
    exact = next((count for count in (1, 2) if abs(ratio / count - 1) <= _ALIKE), None)
    counted = usual.sides if exact is None or usual.is_disputed else exact
    price = own.usd / own.coins
    sizes = [price, 1 / price]
    if own.contract_size:
        sizes += [own.contract_size, 1 / own.contract_size]
    coins = _factor(ratio / counted, sizes)
    if own.is_inverse or row.coins is None:
        return _Factors(counted, coins, coins)
    prices = _factor(row.usd / row.coins / price, sizes[:2])
    usd = coins * prices
    return _Factors(counted, coins, Decimal(1) if abs(usd - 1) <= _SAME else usd)


def _factor(ratio: Decimal, sizes: Sequence[Decimal]) -> Decimal:
    """Return the factor of a wrong unit that a ratio shows; 1 without."""
    if not ratio or _is_near(ratio):
        return Decimal(1)
    near = [factor for factor in (*_POWERS, *sizes) if _is_near(ratio / factor, _NEAR)]
    return min(near, key=lambda factor: abs(ratio / factor - 1), default=Decimal(1))


def _compared(pair: _Pair, usual: _Usual) -> Difference:
    """Take one part after the other off what the table says; what remains should be ours."""
    row, own = pair.row, None if pair.is_duplicate else pair.own
    factors = _factors(pair, usual)
    ours = ZERO if own is None else own.usd
    single = row.usd / factors.sides
    in_unit = single if factors.usd == 1 else (single / factors.usd).quantize(_STEP)
    counted = ZERO if pair.is_duplicate else in_unit
    shared = ZERO if own is None else counted
    priced = shared if own is None else _at_our_price(row, own, factors, shared)
    timely = priced if own is None else priced - _moved(own, priced)
    left = (row.usd, single, in_unit, counted, shared, priced, timely, ours)
    parts = {name: left[place] - left[place + 1] for place, name in enumerate(PARTS)}
    return Difference(pair.venue, row.instrument_id, row.exchange, row.usd, ours, parts)


def _at_our_price(row: VendorRow, own: OwnRow, factors: _Factors, usd: Decimal) -> Decimal:
    """Return the table's coins at our price; USD contracts are worth the same at any."""
    if row.coins is None or own.is_inverse or not own.coins:
        return usd
    coins = row.coins / factors.sides / factors.coins
    return (
        usd
        if coins == own.coins and usd == own.usd
        else (coins * own.usd / own.coins).quantize(_STEP)
    )


def _moved(own: OwnRow, usd: Decimal) -> Decimal:
    """Return by how much our own figure changes until the table's instant, in USD at our price.

    That is the instant nearby at which ours is the table's to the digit, else the table's own.
    """
    now = own.usd if own.is_inverse else own.coins
    if not now or not own.usd:
        return ZERO
    told = usd * now / own.usd
    then = next((amount for amount in own.elsewhen if abs(amount - told) <= _SAME * told), own.then)
    return ZERO if then is None or then == now else ((then - now) * own.usd / now).quantize(_STEP)


def _unprinted(own: OwnRow) -> Difference:
    parts = {**dict.fromkeys(PARTS, ZERO), "coverage": -own.usd}
    return Difference(own.venue, own.symbol, "", ZERO, own.usd, parts)

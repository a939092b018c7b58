"""From one venue's archived responses to rows: the same code for a run and for a rederivation."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import polars as pl

from oirisk.schemas.responses import MARKETS_ENDPOINT, Response, VenueSnapshot
from oirisk.schemas.tables.facts import InstrumentsTable
from oirisk.schemas.tables.open_interest import SCOPE_CHECKS
from oirisk.schemas.venue import Endpoint, Venue
from oirisk.transforms.decode import BodyError, decode, pick
from oirisk.transforms.instruments import Listing, list_instruments
from oirisk.transforms.joins import Answer, joined, latest, request_terms
from oirisk.transforms.normalise import concatenate, normalise
from oirisk.transforms.terms import sum_up, with_own_terms
from oirisk.transforms.times import instant
from oirisk.transforms.validate import ValidationResult, validate_open_interest

_NAMED = 3
_UNREADABLE = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What odd market structures raise; one exchange's must not stop the others."""


@dataclass(frozen=True)
class Derived:
    """The rows of one venue's answers.

    Args:
        venue: ccxt id.
        listing: What the venue lists; None when it did not tell.
        listed_at: When the listing was received.
        verdict: Accepted and rejected rows.
        expected: Active instruments that the answers should hold.
        problems: What went wrong, in words, for ``ops.coverage.error``.
        notes: What rows lack that are whole otherwise: it stands there too, and is no failure.
    """

    venue: str
    listing: Listing | None
    listed_at: datetime | None
    verdict: ValidationResult
    expected: int
    problems: tuple[str, ...]
    notes: tuple[str, ...] = ()

    @property
    def received(self) -> int:
        """Rows that came, accepted or not."""
        return self.verdict.accepted.height + self.verdict.rejected.height


def derive(venue: Venue, responses: Sequence[Response]) -> Derived:
    """Turn a venue's usable responses into judged rows.

    Args:
        venue: The venue's declaration.
        responses: Its archived responses of one run, unusable ones included.
    """
    markets = [response for response in responses if response.endpoint == MARKETS_ENDPOINT]
    if not markets:
        return Derived(venue.id, None, None, validate_open_interest(concatenate(())), 0, ())
    problems: list[str] = []
    told = {endpoint.name: _answers(endpoint, responses, problems) for endpoint in venue.endpoints}
    try:
        listed, differences = with_own_terms(venue, json.loads(markets[-1].body), _main(told))
        listing = list_instruments(venue, listed)
    except _UNREADABLE as error:
        reason = f"markets cannot be read: {type(error).__name__}: {error}"
        return Derived(venue.id, None, None, validate_open_interest(concatenate(())), 0, (reason,))
    frames: list[pl.DataFrame] = []
    expected: set[tuple[str, str]] = set()
    for endpoint in venue.endpoints:
        if endpoint.enriches:
            continue
        answers = _complete(venue, endpoint, told, problems)
        frames += [normalise(venue.id, answer, listing) for answer in answers]
        if not answers and endpoint.fallback_for:
            continue
        received_at = answers[0].received_at if answers else markets[-1].received_at
        expected |= listing.expected(endpoint, received_at)
    notes = sum_up(differences)
    candidates = concatenate(frames)
    verdict = validate_open_interest(candidates)
    problems += _missing(expected, candidates, listing)
    problems += _refused(verdict)
    problems += _without_usd(verdict.accepted.filter(pl.col("kind") != "option"))
    problems += _without_coins(verdict)
    return Derived(
        venue=venue.id,
        listing=listing,
        listed_at=markets[-1].received_at,
        verdict=verdict,
        expected=len(expected),
        problems=tuple(problems),
        notes=(
            *notes,
            *_foreign(verdict),
            *_without_usd(verdict.accepted.filter(pl.col("kind") == "option")),
        ),
    )


def coverage_row(fetched: VenueSnapshot, derived: Derived, run_id: str) -> dict[str, object]:
    """Return one row of ``ops.coverage``."""
    problems = [*fetched.failures, *derived.problems]
    accepted = derived.verdict.accepted.height
    if fetched.status == "skipped":
        status = "skipped"
    elif accepted == 0:
        status = "failed"
        problems = problems or ["no instruments of ours are listed"]
    else:
        status = "partial" if problems else "ok"
    return {
        "run_id": run_id,
        "venue": fetched.venue,
        "status": status,
        "instruments_expected": derived.expected,
        "received": derived.received,
        "accepted": accepted,
        "rejected": derived.verdict.rejected.height,
        "requests": fetched.requests,
        "seconds": fetched.seconds,
        "error": "; ".join([*problems, *fetched.notes, *derived.notes]) or None,
    }


def _main(told: Mapping[str, Sequence[Answer]]) -> list[Answer]:
    """Return the answers with open interest, in order of receipt."""
    return latest(one for answers in told.values() for one in answers if not one.endpoint.enriches)


def _complete(
    venue: Venue, endpoint: Endpoint, told: Mapping[str, Sequence[Answer]], problems: list[str]
) -> list[Answer]:
    """Complete each row of an endpoint's answers from the endpoints made for that."""
    others = [
        answer for other in venue.completions(endpoint) for answer in latest(told[other.name])
    ]
    completed = [joined(answer, others) for answer in told[endpoint.name]]
    problems += dict.fromkeys(note for _, notes in completed for note in notes)
    return [answer for answer, _ in completed]


def _answers(
    endpoint: Endpoint, responses: Sequence[Response], problems: list[str]
) -> list[Answer]:
    answers = []
    for response in responses:
        if response.endpoint != endpoint.name or response.error:
            continue
        try:
            body = decode(response.body)
            rows = tuple(endpoint.rows(body))
            if endpoint.reads_request():
                asked = request_terms(response)
                rows = tuple({**row, "@asked": asked} for row in rows)
            observed = pick(body, endpoint.observed_at) if endpoint.observed_at else None
            answers.append(
                Answer(
                    endpoint, rows, response.received_at, instant(observed, endpoint.observed_unit)
                )
            )
        except (BodyError, ValueError) as error:
            problems.append(f"{endpoint.name}: {error}")
    return answers


def _missing(
    expected: set[tuple[str, str]], candidates: pl.DataFrame, listing: Listing
) -> list[str]:
    """Name active instruments that no row spoke of."""
    seen = set(candidates["market_id"])
    symbols = sorted(listing.instruments[key].symbol for key in expected if key[1] not in seen)
    if not symbols:
        return []
    more = "" if len(symbols) <= _NAMED else f" and {len(symbols) - _NAMED} more"
    named = ", ".join(symbols[:_NAMED]) + more
    return [f"{len(symbols)} of {len(expected)} listed instruments missing: {named}"]


def _refused(verdict: ValidationResult) -> list[str]:
    """Say which checks refused rows, scope aside."""
    counts = (
        verdict.rejected.filter(~pl.col("check_name").is_in(list(SCOPE_CHECKS)))
        .group_by("check_name")
        .len()
        .sort("check_name")
    )
    return [f"{count} rows refused by {name}" for name, count in counts.iter_rows()]


def _foreign(verdict: ValidationResult) -> list[str]:
    """Say what is quoted in a currency without a USD rate; it is outside our scope."""
    foreign = verdict.rejected.filter(pl.col("check_name").is_in(list(SCOPE_CHECKS)))
    return [
        f"{count} rows left out: {reason}"
        for reason, count in foreign.group_by("reason").len().sort("reason").iter_rows()
    ]


def _without_usd(accepted: pl.DataFrame) -> list[str]:
    """Name accepted rows that no price came with; they do not count as fresh in any total."""
    symbols = accepted.filter(pl.col("oi_usd").is_null())["symbol"].sort().to_list()
    if not symbols:
        return []
    return [f"{len(symbols)} rows have no USD value, no price came with them: {_some(symbols)}"]


def _without_coins(verdict: ValidationResult) -> list[str]:
    """Name accepted rows of which only the USD is known."""
    symbols = verdict.accepted.filter(pl.col("oi_base").is_null())["symbol"].sort().to_list()
    if not symbols:
        return []
    return [f"{len(symbols)} rows have no coins, no price came with them: {_some(symbols)}"]


def _some(symbols: Sequence[str]) -> str:
    more = "" if len(symbols) <= _NAMED else f" and {len(symbols) - _NAMED} more"
    return f"{', '.join(symbols[:_NAMED])}{more}"


INSTRUMENT_SCHEMA = InstrumentsTable.dtypes(without={"valid_from", "valid_to"})


def instruments_frame(listing: Listing) -> pl.DataFrame:
    """Return a listing's instruments as rows of ``core.instruments``."""
    rows = [
        {name: _plain(getattr(instrument, name)) for name in INSTRUMENT_SCHEMA}
        for instrument in listing.instruments.values()
    ]
    return pl.DataFrame(rows, schema=INSTRUMENT_SCHEMA)


def _plain(value: object) -> object:
    return float(value) if isinstance(value, Decimal) else value

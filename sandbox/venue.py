"""What one file per exchange declares: its contracts and the endpoints of its native REST API."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from oirisk.sandbox.assets import Coin
from oirisk.sandbox.instruments import Calendar, SimulatedInstrument
from oirisk.sandbox.quotes import Bar, Book

Query = Mapping[str, str]
"""Query string, path parameters and fields of a JSON body, in one mapping of text."""

Row = dict[str, Any]


ISO_TEXT = 0
"""In place of units a second: the instant is printed as 2026-11-21T00:05:00.000Z."""


@dataclass(frozen=True)
class OpenInterestBody:
    """Where an answer keeps open interest, so that a fault can reach it.

    Args:
        tables: The lists of rows in an answer. Where there are two they run in parallel, the
            first with the names and the last with the figures.
        symbol: Key of a row's name.
        sizes: Keys of a row's figures of open interest.
        stamps: Keys of instants, of a row or of the whole answer, and their units a second.

        put_back: Puts changed tables into the answer, where they are not part of it.

    Where rows are lists, as on Bitfinex, the keys are places in them.
    """

    tables: Callable[[Any], Sequence[list[Any]]]
    symbol: str | int
    sizes: tuple[str | int, ...]
    stamps: Mapping[Any, int] = field(default_factory=dict)
    put_back: Callable[[Any, Sequence[list[Any]]], None] | None = None


@dataclass(frozen=True)
class RateLimit:
    """How much an exchange takes in a sliding window before it answers 429.

    Args:
        requests: Requests, or weight where requests weigh more than one.
        seconds: Length of the window.
    """

    requests: int
    seconds: float


@dataclass(frozen=True)
class OneSymbol:
    """How an endpoint that is asked about one contract at a time is asked.

    Args:
        key: Query parameter with the contract's native name.
        unknown: What is answered for a name that is not listed.
        status: HTTP status of that.
    """

    key: str
    unknown: Mapping[str, Any]
    status: int = 200


@dataclass(frozen=True)
class Past:
    """One contract as it was at any instant.

    Args:
        at: The instant of the request, which the past ends with.
        book: Returns the contract alone at an instant; an empty book where there is none such.
        bar: Returns what the contract did between two instants; None where there is none such.
    """

    at: datetime
    book: Callable[[datetime], Book]
    bar: Callable[[datetime, datetime], Bar | None]


@dataclass(frozen=True)
class Endpoint:
    """One request that an exchange answers.

    Args:
        method: HTTP method.
        path: Native path; ``{name}`` is a parameter.
        answer: Makes the JSON body, anew for each request.
        when: What the query must hold; the first endpoint of a path that fits answers.
        open_interest: Set where the answer carries open interest.
        one_symbol: Set where one contract is asked about; the book then holds only that.
        weight: What a request counts against the limits.
        limit: A limit of this endpoint alone, besides that of the exchange.
        past_of: Query parameter that names one contract whose past is asked for; ``answer`` is
            then given a :class:`Past` in place of a book.
    """

    method: str
    path: str
    answer: Callable[[Query, Any], Any]
    when: Mapping[str, str] = field(default_factory=dict)
    open_interest: OpenInterestBody | None = None
    one_symbol: OneSymbol | None = None
    weight: int = 1
    limit: RateLimit | None = None
    past_of: str = ""


@dataclass(frozen=True)
class SimulatedVenue:
    """One simulated exchange.

    Args:
        id: ccxt id, and the first part of every path on the server.
        share: Its part of the market's open interest, before scaling to one.
        list_contracts: Makes its contracts.
        endpoints: What it answers.
        option_share: Its part of the market's options; the same as ``share`` if not given.
        rate_limit: The limit of all its endpoints together; None for none.
        has_accounts: Whether its main perpetuals are made of accounts. That takes a third of a
            second each; exchanges are that show a past or positions.
    """

    id: str
    share: float
    list_contracts: Callable[[Sequence[Coin], Calendar], tuple[SimulatedInstrument, ...]]
    endpoints: tuple[Endpoint, ...]
    rate_limit: RateLimit | None = None
    option_share: float | None = None
    has_accounts: bool = False

    def share_of(self, *, options: bool) -> float:
        """Return its part of the market's options, or of everything else."""
        return self.share if self.option_share is None or not options else self.option_share

"""What a snapshot of every exchange costs in requests and seconds, beside two yardsticks.

Simulated exchanges on this machine answer after 50 ms each and refuse what goes beyond their rate
limits, as real ones do. Three things are measured in one run:

* ours: ``fetch_venue`` for all exchanges at once, market lists included;
* the floor: the requests of the slowest single exchange, spaced as its rate limit demands, with
  answers that take no time at all. Nothing can be faster and keep the limit;
* the naive way: ccxt's ``fetch_open_interest``, symbol by symbol and exchange by exchange. A
  sample of symbols is timed and scaled up to the listed contracts. Exchanges that ccxt cannot ask
  so, or whose answer to it is not simulated, cost the naive way nothing here, which favours it.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import ccxt.async_support as ccxt

from oirisk.flows.exchanges.extract import fetch_venue
from oirisk.flows.exchanges.loopback import loopback_urls
from oirisk.flows.exchanges.registry import all_venues
from oirisk.flows.exchanges.sources import SandboxSource
from oirisk.flows.settings.sections import FetchSettings
from oirisk.sandbox.market import SimulatedMarket
from oirisk.sandbox.registry import VENUES, select_simulated
from oirisk.sandbox.server import Sandbox
from oirisk.schemas.calls import Market
from oirisk.schemas.responses import MARKETS_ENDPOINT, VenueSnapshot
from oirisk.schemas.venue import Venue

AT = datetime(2026, 11, 21, tzinfo=UTC)
LATENCY_SECONDS = 0.05
MOST_OF_FLOOR = 1.15
LEAST_GAIN = 8.0


@dataclass(frozen=True)
class CountingSource(SandboxSource):
    """The simulated exchanges, with a ledger of the spacing that every request demands."""

    spacings: dict[str, list[float]] = field(default_factory=dict)

    def prepare(self, client: Any) -> None:  # noqa: ANN401 -- a ccxt client has no types
        """Point the client here and note what its throttler is asked for."""
        super().prepare(client)
        throttle, spacings = client.throttle, self.spacings.setdefault(client.id, [])

        async def noted(cost: float | None = None) -> None:
            spacings.append((1.0 if cost is None else cost) * client.rateLimit / 1000)
            await throttle(cost)

        client.throttle = noted

    def floor(self, venue: str) -> float:
        """Return the least seconds of one exchange: after the last request nobody waits."""
        return sum(self.spacings[venue][:-1])


@dataclass(frozen=True)
class Naive:
    """What asking one exchange symbol by symbol costs, scaled up from a sample."""

    venue: str
    sampled: int
    contracts: int
    seconds: float


def serve(ids: Sequence[str]) -> None:
    """Run the simulated exchanges until standard input ends."""
    market = SimulatedMarket(seed=7, end=AT, days=1, venues=select_simulated(ids))
    sandbox = Sandbox(market, clock=lambda: AT, latency_seconds=LATENCY_SECONDS, rate_limits=True)
    with sandbox.in_background():
        print(sandbox.url, flush=True)
        sys.stdin.read()


@contextmanager
def served(ids: Sequence[str]) -> Iterator[str]:
    """Run the simulated exchanges in a process of their own; gives their address."""
    command = [sys.executable, __file__, "--serve", *ids]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("the simulated exchanges have no standard streams")
        try:
            yield process.stdout.readline().strip()
        finally:
            process.stdin.close()


async def fetch_all(
    venues: Sequence[Venue], source: CountingSource
) -> tuple[list[VenueSnapshot], float]:
    """Ask all exchanges as a run does; returns what they gave and the seconds it took."""
    started = time.perf_counter()
    asked = (fetch_venue(venue, source, FetchSettings()) for venue in venues)
    snapshots = list(await asyncio.gather(*asked))
    return snapshots, time.perf_counter() - started


async def ask_naively(
    url: str, venue: Venue, markets: Sequence[Market], sample: int
) -> Naive | str:
    """Time ``fetch_open_interest`` on some symbols; a text says why that cannot be done."""
    client = getattr(ccxt, venue.id)({"options": dict(venue.options)})
    client.urls["api"] = loopback_urls(client.urls["api"], f"{url}/{venue.id}")
    try:
        if not client.has["fetchOpenInterest"]:
            return "ccxt has no fetch_open_interest for it"
        client.has["fetchCurrencies"] = False
        started = time.perf_counter()
        await client.load_markets()
        loaded = time.perf_counter() - started
        chosen = markets[:: max(1, len(markets) // sample)][:sample]
        started = time.perf_counter()
        for market in chosen:
            await client.fetch_open_interest(market["symbol"])
        each = (time.perf_counter() - started) / len(chosen)
        return Naive(venue.id, len(chosen), len(markets), loaded + each * len(markets))
    except (ccxt.BaseError, AttributeError, LookupError, TypeError, ValueError) as error:
        return f"not answered: {' '.join(str(error).split())[:80]}"
    finally:
        await client.close()


def contracts_of(venue: Venue, fetched: VenueSnapshot) -> list[Market]:
    """Return the listed contracts whose open interest was fetched."""
    bodies = [one.body for one in fetched.responses if one.endpoint == MARKETS_ENDPOINT]
    lines = [line for line in venue.endpoints if not line.enriches]
    return [
        market
        for market in (json.loads(bodies[-1]) if bodies else [])
        if market.get("contract") and market.get("active") is not False
        if any(line.product_of(market) is not None for line in lines)
    ]


async def measure(url: str, venues: Sequence[Venue], sample: int) -> bool:
    """Measure everything and print it; returns whether the bounds hold."""
    source = CountingSource(url=url, clock=lambda: AT)
    snapshots, seconds = await fetch_all(venues, source)
    listed = {v.id: contracts_of(v, h) for v, h in zip(venues, snapshots, strict=True)}
    print(f"{'exchange':<20}{'contracts':>10}{'requests':>9}{'floor s':>9}{'taken s':>9}  problems")
    for one in snapshots:
        row = f"{one.venue:<20}{len(listed[one.venue]):>10}{one.requests:>9}"
        row += f"{source.floor(one.venue):>9.2f}{one.seconds:>9.2f}  {'; '.join(one.failures)[:90]}"
        print(row.rstrip())
    slowest = max(source.spacings, key=source.floor)
    floor = source.floor(slowest)
    requests = sum(one.requests for one in snapshots)
    print(f"\nsnapshot   {requests} requests in {seconds:.2f} s, {len(venues)} exchanges")
    print(f"floor      {len(source.spacings[slowest])} requests in {floor:.2f} s, {slowest}")
    if floor <= 0:
        print("there is no floor: no exchange was asked more than once")
        return False
    print(f"ratio      {seconds / floor:.3f} (at most {MOST_OF_FLOOR})")
    naive = await _measure_naive(url, venues, listed, sample)
    gain = naive / seconds
    print(f"gain       {gain:.1f} times (at least {LEAST_GAIN:g})")
    return seconds / floor <= MOST_OF_FLOOR and gain >= LEAST_GAIN


async def _measure_naive(
    url: str, venues: Sequence[Venue], listed: dict[str, list[Market]], sample: int
) -> float:
    print("\nthe naive way, scaled up from a sample of each exchange's contracts")
    total, requests = 0.0, 0
    for venue in venues:
        found = await ask_naively(url, venue, listed[venue.id], sample)
        if isinstance(found, str):
            print(f"{venue.id:<20}left out: {found}")
            continue
        print(f"{venue.id:<20}{found.contracts:>6} contracts, {found.sampled} timed: "
              f"{found.seconds:.1f} s")  # fmt: skip
        total += found.seconds
        requests += found.contracts
    print(f"naive      {requests} requests in {total:.1f} s, without the market lists' requests")
    return total


def main() -> int:
    """Run the bench; the exit status is 1 if a bound does not hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("venues", nargs="*", help="ccxt ids; default: all simulated exchanges")
    parser.add_argument("--sample", type=int, default=8, help="symbols timed for the naive way")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    known = all_venues()
    ids = options.venues or [venue.id for venue in VENUES if venue.id in known]
    if options.serve:
        serve(ids)
        return 0
    with served(ids) as url:
        is_good = asyncio.run(measure(url, [known[one] for one in ids], options.sample))
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())

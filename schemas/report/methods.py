"""What the ids of methods mean, in a footnote each."""

from collections.abc import Mapping

from oirisk.schemas.report.parts import Part


class Method(Part):
    """Footnote: what a method id means, in one sentence."""

    id: str
    text: str


METHODS: Mapping[str, str] = {
    "M02": "Contracts times their size are coins, coins times a price of the same time are USD.",
    "M03": "Totals add what is fresh. A change is one of positions: contracts at the earlier "
    "prices, of the same instruments at both instants, so that neither a missing exchange nor a "
    "price is a change. Coverage: the fresh share of the open interest last known, times the "
    "shares of instruments and of exchanges of which any is known. Below its limit nothing is "
    "printed.",
    "M04": "A change in USD splits without remainder into new positions (change of contracts at "
    "the mean price) and revaluation (what the price did).",
    "M05": "Funding per 8 hours of the perpetuals whose rate and interval are known, each weighted "
    "by its open interest in USD; covered is their part of all perpetuals' open interest.",
    "M08": "Price and positions, each up or down beyond a band, name who pushed.",
    "M18": "Concentration: share of each exchange in single-sided open interest.",
    "M21": "Entry profile: openings are placed where price traded, closings thin out what stood.",
    "M24": "Clusters: price bins, or strikes of options, above median plus two robust deviations.",
    "M20": "Liquidation price: where what is left of the margin is the maintenance that the "
    "exchange's tiers ask for, isolated margin assumed.",
    "M22": "Mix of leverage: stated mixes span the band; a learned one follows falls of open "
    "interest where price crossed levels, shrunk to the stated one.",
    "M23": "Liquidation map: surviving entries times the mix of leverage, put where they would be "
    "closed; never on the wrong side of the mark.",
    "M25": "Stress: a shock hits levels, their closes walk the order book, price moves on, until "
    "no level is hit; levels and books are of the same exchanges. Deleveraging of winners is not "
    "modelled.",
    "M26": "Contagion: what forced sales on one exchange cost positions in the same coins on "
    "another, through measured depth.",
    "M27": "Max pain: the listed strike at which holders of all options of an expiry would be paid "
    "least, in USD; of equal ones from the lowest to the highest.",
    "M28": "Put/call ratio: open interest of puts over that of calls.",
    "M29": "Open interest of options in coins and at the price of the underlying; its change is of "
    "options known at both ends; premium is what it is worth at the exchanges' mark prices.",
    "M30": "Black-76 without interest; volatility as the exchange tells it, else by its mark.",
    "M31": "Gamma exposure: what a move of 1 % changes in the deltas of all that is open, in USD. "
    "Gross is whoever holds it; a net needs an assumed dealer, and its flip is the price at which "
    "it is zero.",
    "M32": "Risk reversal: volatility of the 25-delta call less that of the put, linear in the "
    "logarithm of the strike; between expiries by time, at the money by total variance.",
    "M40": "Basis: a future over its index; a year's is that times 365 over the days left.",
    "M34": "Liquidations at risk: forced closes under each past daily return; the mildest and the "
    "mean of the worst.",
    "M36": "Data quality: the least of completeness, freshness, validity, consistency (rows that "
    "the audit does not flag) and convention (rows whose unit and counting are on record).",
    "M43": "Against a pool, traders' longs and shorts differ and the pool holds the rest: open "
    "interest is the larger side, pool net is shorts less longs, the lean is longs less shorts "
    "over both.",
    "M38": "Exchanges that add longs and shorts up are halved before anything is summed. Whether "
    "they do is measured every night: sums of both are even numbers of lots, one side never moves "
    "by more than was traded. What contradicts the registry is not counted.",
}

"""Contracts of the marts of options: by strike, expiry and asset."""

from typing import Any

import polars as pl

from oirisk.schemas.columns import (
    ANY_SIMULATED,
    ASSET,
    SNAPSHOT,
    Table,
    UtcTimestamp,
    amount,
    column,
    finite,
    fraction,
    percent,
)

_ANY_VENUE = "ccxt id of the exchange, or ALL for the sum of those that are fresh"
_WITHHELD = "null where withheld"
_MOSTLY = "null where that is known of less open interest than the minimum coverage, or withheld"
_MATCHED = (
    "in coins, hence of contracts times their size, over options known at both ends; one listed "
    "since then counts from 0; null without any such"
)
_PER_MOVE = "USD per 1 % move of the price"
_SIGNED = "USD of delta per 1 % move"


def _coins(description: str, *, method: str = "M29") -> Any:  # noqa: ANN401 -- what pa.Field returns
    return amount(f"{description}; {_WITHHELD}", unit="coin", method=method, nullable=True)


def _change(what: str, span: str) -> Any:  # noqa: ANN401
    return finite(f"change of {what} in {span}, {_MATCHED}", unit="coin", method="M29")


def _ratio(description: str, method: str) -> Any:  # noqa: ANN401
    return amount(f"{description}; null without calls", unit="ratio", method=method, nullable=True)


def _volatility(description: str) -> Any:  # noqa: ANN401
    return amount(description, unit="fraction a year", method="M32", nullable=True)


class _Place(Table):
    snapshot_at: UtcTimestamp = column(SNAPSHOT)
    asset: str = column(ASSET)
    venue: str = column(_ANY_VENUE)


class _Sides(Table):
    call_oi_base: float = _coins("open interest of calls")
    put_oi_base: float = _coins("open interest of puts")
    call_volume_24h_base: float = _coins("24-hour volume of calls; null when none is sent")
    put_volume_24h_base: float = _coins("24-hour volume of puts; null when none is sent")
    price: float = amount(
        "price of the asset that distances are from: the venue's own for its nearest expiry, of "
        "ALL the median of perpetuals; null where none is known",
        method="M02",
        nullable=True,
    )


class _Exposure(Table):
    gex_gross_usd: float = amount(
        f"gamma exposure, {_PER_MOVE}, whoever holds it, over options whose volatility is known; "
        f"{_MOSTLY}",
        method="M31",
        nullable=True,
    )
    gex_net_naive_usd: float = finite(
        f"the same if dealers were long every call and short every put, an assumption; {_WITHHELD}",
        unit=_SIGNED,
        method="M31",
    )
    premium_usd: float = amount(
        f"what the open interest was worth at its marks, over options that have one; {_MOSTLY}",
        method="M29",
        nullable=True,
    )


class OptionsByStrike(
    _Exposure,
    _Sides,
    _Place,
    name="marts.options_by_strike",
    key=("snapshot_at", "asset", "venue", "expiry", "strike"),
    method="M29",
):
    """Open interest of options at one strike of one expiry.

    Grain: one row per snapshot_at, asset, venue, expiry and strike, also where nothing is open; ALL
    only where the total of the asset's options is published.
    """

    expiry: UtcTimestamp = column("end of trading")
    strike: float = amount("strike price", unit="USD per coin")
    call_change_24h: float = _change("calls", "24 hours")
    put_change_24h: float = _change("puts", "24 hours")
    call_change_7d: float = _change("calls", "7 days")
    put_change_7d: float = _change("puts", "7 days")
    distance_pct: float = percent("strike from price; null without one")
    strike_rank: pl.Int32 = column(
        "place of the strike among those of the asset and venue by open interest, all expiries "
        "together; 1: the most, of equal ones the lower",
        unit="rank",
        ge=1,
    )
    is_simulated: bool = column(ANY_SIMULATED)


class _Figures(_Exposure, _Sides):
    oi_base: float = _coins("open interest")
    oi_usd: float = amount(
        f"at the prices of the underlyings; null without any, {_WITHHELD}",
        method="M02",
        nullable=True,
    )
    put_call_ratio: float = _ratio("puts over calls, by open interest", "M28")
    put_call_ratio_volume: float = _ratio("the same by the volume of 24 hours", "M28")
    put_call_ratio_otm: float = _ratio(
        "out-of-the-money puts over such calls, by open interest: beyond the forward of their "
        "expiry, or beyond the price where no forward is known",
        "M28",
    )
    oi_skew: float = column(
        "out-of-the-money calls less puts over their sum, by open interest; null without either",
        unit="fraction",
        method="M33",
        nullable=True,
        ge=-1,
        le=1,
    )
    call_centre: float = amount(
        "mean strike of calls by open interest; null without any",
        unit="USD per coin",
        method="M33",
        nullable=True,
    )
    put_centre: float = amount(
        "mean strike of puts by open interest; null without any",
        unit="USD per coin",
        method="M33",
        nullable=True,
    )
    change_24h_base: float = _change("open interest", "24 hours")
    change_7d_base: float = _change("open interest", "7 days")
    gex_net_short_all_usd: float = finite(
        f"the same if dealers were short every option, an assumption; {_WITHHELD}",
        unit=_SIGNED,
        method="M31",
    )
    dex_base: float = finite(
        f"delta of the open interest, as if held by one who is long all of it; {_WITHHELD}",
        unit="coin",
        method="M31",
    )
    gamma_flip: float = amount(
        "price at which gex_net_naive_usd is zero, volatilities kept by strike; null with "
        "flip_reason",
        unit="USD per coin",
        method="M31",
        nullable=True,
    )
    flip_low: float = amount(
        "lower end of what was searched around it", unit="USD per coin", method="M31", nullable=True
    )
    flip_high: float = amount(
        "upper end of what was searched around it", unit="USD per coin", method="M31", nullable=True
    )
    flip_reason: str = column(
        "why there is no gamma_flip; null: there is", method="M31", nullable=True
    )
    premium_covered_share: float = fraction(
        "part of oi_base whose premium is known, which premium_usd is of; null without oi_base",
        nullable=True,
    )
    greeks_covered_share: float = fraction(
        "part of oi_base whose volatility is known, which gamma and delta are of; null without "
        "oi_base",
        method="M31",
        nullable=True,
    )


class _Gate(Table):
    published: bool = column(
        "of ALL, whether the total of the asset's options in marts.oi_by_asset is; if not, its "
        "figures are null. A venue's own figures rest on no other venue and are",
        method="M03",
    )
    withheld_reason: str = column(
        "which venues are missing, stale or unknown; null when published",
        method="M03",
        nullable=True,
    )
    is_simulated: bool = column(ANY_SIMULATED)


class OptionsByExpiry(
    _Gate,
    _Figures,
    _Place,
    name="marts.options_by_expiry",
    key=("snapshot_at", "asset", "venue", "expiry"),
    method="M29",
):
    """What is open in options of one expiry, and where it is worth least.

    Grain: one row per snapshot_at, asset, venue and expiry with an option that counts.
    """

    expiry: UtcTimestamp = column("end of trading")
    days_to_expiry: float = amount("from snapshot_at", unit="days")
    oi_share: float = fraction(
        "part of the asset's oi_base on the venue; null when that is zero", nullable=True
    )
    max_pain: float = amount(
        "listed strike at which holders of all options would be paid least at expiry, in USD; of "
        "equal ones the lowest; null when nothing is open",
        unit="USD per coin",
        method="M27",
        nullable=True,
    )
    max_pain_high: float = amount(
        "highest of equal ones: anywhere from max_pain to here is as little; equal to max_pain "
        "where only one is",
        unit="USD per coin",
        method="M27",
        nullable=True,
    )
    max_pain_coin: float = amount(
        "the same by what is paid in coins, as of contracts that settle in them",
        unit="USD per coin",
        method="M27",
        nullable=True,
    )
    max_pain_distance_pct: float = percent(
        "the interval from max_pain to max_pain_high from price, 0 inside; null without a price",
        method="M27",
    )
    forward: float = amount(
        "what the coin is worth at expiry; of ALL the mean by open interest; null where nothing "
        "tells it",
        unit="USD per coin",
        method="M30",
        nullable=True,
    )
    atm_iv: float = _volatility("volatility at the forward; null with smile_reason")
    risk_reversal_25d: float = finite(
        "volatility of the 25-delta call less that of the put; null with smile_reason",
        unit="fraction a year",
        method="M32",
    )
    butterfly_25d: float = finite(
        "mean volatility of the two less atm_iv; null with smile_reason",
        unit="fraction a year",
        method="M32",
    )
    smile_reason: str = column(
        "why figures of the smile are null; null: none is", method="M32", nullable=True
    )


class OptionsByAsset(
    _Gate,
    _Figures,
    _Place,
    name="marts.options_by_asset",
    key=("snapshot_at", "asset", "venue"),
    method="M29",
):
    """What is open in options of one asset, all expiries together, and what it rests on.

    Max pain is of an expiry alone. Grain: one row per snapshot_at, asset and venue with an option
    that was told.
    """

    share_expiring_7d: float = fraction(
        "part of oi_base that expires within 7 days; null when that is zero", nullable=True
    )
    next_expiry: UtcTimestamp = column(
        "first expiry with anything open; null without one", nullable=True
    )
    atm_iv_7d: float = _volatility(
        "volatility at the forward in 7 days, between expiries by total variance; null outside them"
    )
    atm_iv_30d: float = _volatility("the same in 30 days")
    atm_iv_90d: float = _volatility("the same in 90 days")
    risk_reversal_25d_30d: float = finite(
        "risk reversal in 30 days, between expiries by time; null outside them",
        unit="fraction a year",
        method="M32",
    )
    butterfly_25d_30d: float = finite(
        "butterfly in 30 days, between expiries by time; null outside them",
        unit="fraction a year",
        method="M32",
    )
    realised_vol_30d: float = amount(
        "root mean square of the daily log returns of the 30 days before, of perpetuals, times the "
        "root of 365; null with fewer than 25 of them",
        unit="fraction a year",
        method="M29",
        nullable=True,
    )
    realised_days: pl.Int32 = column("daily returns that are known of 30", ge=0, le=30)
    iv_minus_realised_30d: float = finite(
        "atm_iv_30d less realised_vol_30d", unit="fraction a year", method="M32"
    )
    coverage: float = fraction(
        "of ALL, that of the asset's options in marts.oi_by_asset; null for a venue",
        method="M03",
        nullable=True,
    )
    options_told: pl.Int32 = column("options of which open interest or quotes were told", ge=0)
    options_counted: pl.Int32 = column("those that enter figures", ge=0)
    options_zero: pl.Int32 = column("those of them in which nothing is open", ge=0)
    options_expired: pl.Int32 = column("told after they expired; not counted", ge=0)
    options_stale: pl.Int32 = column("told too far from the snapshot; not counted", ge=0)
    options_suspect: pl.Int32 = column(
        "stored as suspect, or no amount that could be true; not counted", ge=0
    )
    options_left_out: pl.Int32 = column(
        "by price or quote another thing than the asset; not counted", ge=0
    )
    options_without_interest: pl.Int32 = column(
        "quoted, but with no open interest that was accepted", ge=0
    )
    options_terms_unknown: pl.Int32 = column(
        "without expiry, strike or side; in marts.oi_by_asset, and not counted here", ge=0
    )
    options_crossed: pl.Int32 = column(
        "of the counted, those whose volatility bid is above the one asked", ge=0
    )
    options_stale_underlying: pl.Int32 = column(
        "of the counted, those whose price of the underlying is not of now", ge=0
    )
    options_without_iv: pl.Int32 = column("of the counted, those without a volatility", ge=0)


class StrikeClusters(
    Table,
    name="marts.strike_clusters",
    key=("snapshot_at", "asset", "cluster_id"),
    method="M24",
):
    """Clusters of strikes: what opened in them, and how far price is from their peak.

    Grain: one row per snapshot_at, asset and cluster_id of kind strike in marts.clusters that is
    not consumed.
    """

    snapshot_at: UtcTimestamp = column(SNAPSHOT)
    asset: str = column(ASSET)
    cluster_id: str = column("as in marts.clusters")
    strike: float = amount("strike that holds most of it", unit="USD per coin")
    change_24h_base: float = _change("open interest in it", "24 hours")
    expiry: UtcTimestamp = column("expiry that holds most at that strike")
    expiry_share: float = fraction(
        "its part of what is open at that strike; null when that is zero", nullable=True
    )
    price: float = amount("as in marts.options_by_asset of ALL; null without one", nullable=True)
    distance_pct: float = percent("strike from price; null without one")
    iv: float = amount(
        "volatility at that strike and expiry, mean by open interest; null without one",
        unit="fraction a year",
        method="M30",
        nullable=True,
    )
    expected_move_pct: float = amount(
        "one standard deviation of the price until then: iv times the root of the time",
        unit="percent",
        method="M30",
        nullable=True,
    )
    distance_moves: float = finite(
        "log distance of the strike from price in such moves; negative: below it",
        unit="ratio",
        method="M30",
    )
    is_simulated: bool = column(ANY_SIMULATED)

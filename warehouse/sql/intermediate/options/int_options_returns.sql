-- int_options_returns: daily log returns of the price of assets that have options.
-- Grain   one row per (asset, day) whose return is known
-- Inputs  int_options_known, core.bars, marts.oi_by_asset
-- Params  $since  timestamptz, first instant of the window
--         $until  timestamptz, last instant of the window
-- From one midnight UTC to the next, day being the later. The median over perpetuals, each against
-- itself, so that no venue's coming or going looks like a move; where no bars tell it, of the price
-- at the snapshots nearest to both, at most 30 minutes away.
with

assets as (

    select distinct asset from int_options_known

),

closes as (

    select
        bars.asset,
        bars.venue,
        bars.symbol,
        bars.bar_at + to_microseconds(core.length_us(bars.interval)) as day,
        any_value(bars.close) as price
    from core.bars as bars
    semi join assets
        on bars.asset = assets.asset
    where
        bars.bar_at between $since - interval 33 day and $until
        and not contains(bars.symbol, '-')
        and bars.close > 0
        and (epoch_us(bars.bar_at) + core.length_us(bars.interval)) % 86400000000 = 0
    group by all

),

traded as (

    select
        later.asset,
        later.day,
        median(ln(later.price / earlier.price)) as log_return
    from closes as later
    inner join closes as earlier
        on
            later.venue = earlier.venue
            and later.symbol = earlier.symbol
            and later.day - interval 24 hour = earlier.day
    group by later.asset, later.day

),

nearest as (

    select
        totals.asset,
        make_timestamptz(
            (epoch_us(totals.snapshot_at) + 43200000000)
            - (epoch_us(totals.snapshot_at) + 43200000000) % 86400000000
        ) as day,
        min_by(
            totals.price,
            abs((epoch_us(totals.snapshot_at) + 43200000000) % 86400000000 - 43200000000)
        ) as price
    from marts.oi_by_asset as totals
    semi join assets
        on totals.asset = assets.asset
    where
        totals.kind_group = 'futures'
        and totals.price > 0
        and totals.snapshot_at between $since - interval 33 day and $until
        and abs((epoch_us(totals.snapshot_at) + 43200000000) % 86400000000 - 43200000000)
        <= 1800000000
    group by all

),

observed as (

    select
        later.asset,
        later.day,
        ln(later.price / earlier.price) as log_return
    from nearest as later
    inner join nearest as earlier
        on
            later.asset = earlier.asset
            and later.day - interval 24 hour = earlier.day

)

select
    asset,
    day,
    coalesce(traded.log_return, observed.log_return) as log_return
from traded
full join observed
    using (asset, day)

-- observed_coverage: how much of an exchange's open interest the observed accounts hold.
-- Grain   one row per (snapshot_at, asset, venue)
-- Inputs  core.observed_positions, core.open_interest
-- Params  $since            timestamptz, first observation
--         $until            timestamptz, last observation
--         $max_age_minutes  double, open interest older than this gives no share
-- Window  snapshot_at
-- Shares are of the contracts in which a position was seen, at the newest open interest that was
-- known of them at the observation.
with

current_positions as (

    select
        positions.snapshot_at,
        positions.asset,
        positions.venue,
        positions.symbol,
        positions.account,
        positions.side,
        positions.base,
        positions.liquidation_price,
        positions.is_simulated
    from core.observed_positions as positions
    where
        positions.superseded_at is null
        and positions.snapshot_at between $since and $until

),

contracts as (

    select distinct
        snapshot_at,
        asset,
        venue,
        symbol
    from current_positions

),

sized as (

    select
        contracts.snapshot_at,
        contracts.asset,
        contracts.venue,
        contracts.symbol,
        max_by(facts.oi_base, facts.snapshot_at) as oi_base
    from contracts
    left join core.open_interest as facts
        on
            contracts.venue = facts.venue
            and contracts.symbol = facts.symbol
            and facts.superseded_at is null
            and facts.quality = 'ok'
            and facts.snapshot_at <= contracts.snapshot_at
            and facts.snapshot_at
            >= contracts.snapshot_at - to_microseconds(cast($max_age_minutes * 60e6 as bigint))
    group by contracts.snapshot_at, contracts.asset, contracts.venue, contracts.symbol

),

markets as (

    select
        snapshot_at,
        asset,
        venue,
        if(count(oi_base) = count(*), core.exact_sum(oi_base), null) as oi_base
    from sized
    group by snapshot_at, asset, venue

),

held as (

    select
        snapshot_at,
        asset,
        venue,
        count(distinct account) as accounts,
        count(*) as positions,
        core.exact_sum(if(side = 'long', base, 0)) as long_base,
        core.exact_sum(if(side = 'short', base, 0)) as short_base,
        core.exact_sum(if(liquidation_price is null, base, 0)) as unplaced_base,
        bool_or(is_simulated) as is_simulated
    from current_positions
    group by snapshot_at, asset, venue

)

select
    held.*,
    markets.oi_base,
    held.long_base / nullif(markets.oi_base, 0) as long_share,
    held.short_base / nullif(markets.oi_base, 0) as short_share
from held
inner join markets
    using (snapshot_at, asset, venue)
order by held.snapshot_at, held.asset, held.venue

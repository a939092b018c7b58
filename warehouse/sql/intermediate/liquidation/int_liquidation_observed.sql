-- int_liquidation_observed: positions that an exchange shows, as evidence for the leverage mix.
-- Grain   one row per (venue, account, symbol)
-- Inputs  core.observed_positions, core.instruments, int_position_assets
-- Params  $until             timestamptz, the snapshot to build
--         $known_at          timestamptz, facts recorded later do not count
--         $calibration_days  double, an observation older than this no longer counts
-- Each exchange's latest observation before the snapshot: the same positions are seen night after
-- night, and count once; those of the night itself are asked for when its map is made.
-- Maintenance is half of the initial margin at the highest leverage; positions without it, or
-- without an entry price, say nothing of leverage and are left out.
with

known as (

    select positions.*
    from core.observed_positions as positions
    where
        positions.snapshot_at < $until
        and positions.snapshot_at
        > $until - to_microseconds(cast($calibration_days * 86400e6 as bigint))
        and core.was_known(positions.recorded_at, positions.superseded_at, $known_at)

),

latest as (

    select
        venue,
        max(snapshot_at) as snapshot_at
    from known
    group by venue

),

listed as (

    select
        venue,
        symbol,
        max_by(max_leverage, valid_from) as max_leverage
    from core.instruments
    where valid_from <= $until
    group by venue, symbol

)

select
    known.asset,
    known.account,
    known.side,
    known.base,
    known.base * assets.mark as usd,
    known.entry_price,
    known.liquidation_price,
    0.5 / listed.max_leverage as maintenance_rate
from known
inner join latest
    using (venue, snapshot_at)
inner join int_position_assets as assets
    on known.asset = assets.asset
inner join listed
    on
        known.venue = listed.venue
        and known.symbol = listed.symbol
where
    known.entry_price > 0
    and listed.max_leverage > 1
    and assets.mark > 0
order by known.asset, known.venue, known.account, known.symbol

-- int_observed_evidence: observed positions with the maintenance rate of their contract.
-- Grain   one row per (snapshot_at, venue, account, symbol)
-- Inputs  core.observed_positions, core.instruments
-- Params  $since  timestamptz, first observation
--         $until  timestamptz, last observation
-- The exchange asks half of the initial margin at the highest leverage for maintenance, as listed
-- when the position was seen; the rate is null where that leverage is not known.
with

listed as (

    select
        venue,
        symbol,
        valid_from,
        max_leverage
    from core.instruments
    where max_leverage is not null

)

select
    positions.snapshot_at,
    positions.asset,
    positions.side,
    positions.base,
    positions.entry_price,
    positions.liquidation_price,
    0.5 / nullif(listed.max_leverage, 0) as maintenance_rate,
    positions.is_simulated
from core.observed_positions as positions
asof left join listed
    on
        positions.venue = listed.venue
        and positions.symbol = listed.symbol
        and positions.snapshot_at >= listed.valid_from
where
    positions.superseded_at is null
    and positions.snapshot_at between $since and $until
order by positions.snapshot_at, positions.venue, positions.account, positions.symbol

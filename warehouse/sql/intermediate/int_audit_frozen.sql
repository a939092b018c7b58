-- int_audit_frozen: figures that stand still in seven snapshots in a row while there is trade.
-- Grain   one row per (snapshot_at, venue, symbol) that is frozen
-- Inputs  int_audit_steps, int_audit_rows
with

still as (

    select *
    from int_audit_steps
    where held = held_before and traded > 0

),

counted as (

    select
        still.snapshot_at,
        still.venue,
        still.symbol,
        count(*) as snapshots
    from still
    inner join int_audit_rows as recent
        on
            still.venue = recent.venue
            and still.symbol = recent.symbol
            and still.held = recent.held
            and recent.place between still.place - 6 and still.place
    where recent.is_sound
    group by all

)

select
    still.*,
    counted.snapshots
from still
inner join counted
    on
        still.snapshot_at = counted.snapshot_at
        and still.venue = counted.venue
        and still.symbol = counted.symbol
where counted.snapshots = 7

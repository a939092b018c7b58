-- int_audit_steps: each sound row beside the same instrument's sound row before it.
-- Grain   one row per (snapshot_at, venue, symbol) of the snapshots to audit
-- Inputs  int_audit_rows
-- same_for counts the snapshots, this one and those right before it, with one and the same figure.
with

chained as (

    select
        *,
        lag(observed_at) over history as before_at,
        lag(held) over history as held_before,
        lag(oi_usd) over history as usd_before,
        count(*) over recent as seen_in,
        max(held) over recent - min(held) over recent as spread
    from int_audit_rows
    where is_sound
    window
        history as (partition by venue, symbol order by snapshot_at),
        recent as (
            partition by venue, symbol
            order by snapshot_at
            rows between 6 preceding and current row
        )

)

select *
from chained
where is_audited

-- int_audit_steps: each sound row beside the same instrument's sound row before it.
-- Grain   one row per (snapshot_at, venue, symbol) of the snapshots to audit
-- Inputs  int_audit_rows
select
    facts.*,
    earlier.observed_at as before_at,
    earlier.held as held_before,
    earlier.oi_usd as usd_before
from int_audit_rows as facts
asof left join (
    select
        venue,
        symbol,
        place,
        observed_at,
        held,
        oi_usd
    from int_audit_rows
    where is_sound
) as earlier
    on
        facts.venue = earlier.venue
        and facts.symbol = earlier.symbol
        and facts.place > earlier.place
where facts.is_audited and facts.is_sound

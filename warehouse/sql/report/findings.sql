-- findings: rows that are stored but not counted, and why.
-- Grain   one row per venue and reason
-- Inputs  core.open_interest, ops.unit_rules
-- Params  $snapshot_at, $max_age_minutes
with

uncounted as (

    select
        facts.venue,
        facts.symbol,
        case
            when facts.suspect_reason is not null
                then core.standing_reason(facts.suspect_reason)
            when facts.quality = 'suspect' and facts.oi_base is null
                then 'the exchange sent no price, so the amount of coins is unknown'
            when facts.quality = 'suspect' and facts.oi_usd is null
                then 'the exchange sent no price, so USD is unknown'
            when facts.quality = 'suspect' and rules.suspect_reason is not null
                then rules.suspect_reason
            when facts.quality = 'suspect'
                then 'the exchange''s own figures disagree by more than 2 %'
            when not core.is_sound(facts.quality, facts.oi_base, facts.oi_usd)
                then 'no amount that could be true'
            else 'the observation is too old for this report'
        end as reason
    from core.open_interest as facts
    left join ops.unit_rules as rules
        on facts.unit_rule = rules.unit_rule
    where
        facts.snapshot_at = $snapshot_at
        and facts.superseded_at is null
        and not (
            core.is_sound(facts.quality, facts.oi_base, facts.oi_usd)
            and core.is_timely(facts.snapshot_at, facts.observed_at, $max_age_minutes)
        )

)

select
    uncounted.venue,
    uncounted.reason,
    count(*) as instruments,
    min(uncounted.symbol) as example
from uncounted
group by
    uncounted.venue,
    uncounted.reason
order by
    uncounted.venue,
    uncounted.reason

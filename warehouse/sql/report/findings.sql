-- findings: rows that are stored but not counted, and why.
-- Grain   one row per venue and reason
-- Inputs  core.open_interest
-- Params  $snapshot_at, $max_age_minutes
with

uncounted as (

    select
        facts.venue,
        facts.symbol,
        case
            when facts.quality = 'suspect' and facts.oi_base is null
                then 'the exchange sent no price, so the amount of coins is unknown'
            when facts.quality = 'suspect' and facts.oi_usd is null
                then 'the exchange sent no price, so USD is unknown'
            when facts.quality = 'suspect'
                then 'the exchange''s own figures disagree by more than 2 %'
            when facts.quality = 'ok' and (facts.oi_base >= 1e24 or facts.oi_usd >= 1e24)
                then 'no amount that could be true'
            else 'the observation is too old for this report'
        end as reason
    from core.open_interest as facts
    where
        facts.snapshot_at = $snapshot_at
        and facts.superseded_at is null
        and (
            facts.quality <> 'ok'
            or facts.oi_base >= 1e24
            or facts.oi_usd >= 1e24
            or abs(epoch(facts.snapshot_at) - epoch(facts.observed_at)) > $max_age_minutes * 60
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

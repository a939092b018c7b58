-- backfill_top_assets: the coins with most open interest of late, futures only.
-- Grain   one row per coin
-- Inputs  core.open_interest
-- Params  $coins  integer, how many
with

newest as (

    select max(facts.snapshot_at) as snapshot_at
    from core.open_interest as facts
    where
        facts.superseded_at is null
        and facts.source = 'live'

)

select
    facts.asset,
    core.exact_sum(facts.oi_usd) as oi_usd
from core.open_interest as facts
inner join newest
    on facts.snapshot_at = newest.snapshot_at
where
    facts.superseded_at is null
    and facts.kind in ('perp', 'future')
    and facts.quality = 'ok'
group by all
having core.exact_sum(facts.oi_usd) is not null
order by
    core.exact_sum(facts.oi_usd) desc,
    facts.asset
limit $coins

-- changes_assets: what moved between two snapshots, like for like in coin (M03, M04).
-- Grain   one row per asset published at both
-- Inputs  core.open_interest, marts.oi_by_asset
-- Params  $snapshot_at, $earlier_at, $max_age_minutes
with

fresh as (

    select facts.*
    from core.open_interest as facts
    where
        facts.snapshot_at in ($snapshot_at, $earlier_at)
        and facts.superseded_at is null
        and core.is_sound(facts.quality, facts.oi_base, facts.oi_usd)
        and facts.kind in ('perp', 'future')
        and core.is_timely(facts.snapshot_at, facts.observed_at, $max_age_minutes)

),

published as (

    select totals.asset
    from marts.oi_by_asset as totals
    where
        totals.kind_group = 'futures'
        and totals.published
        and totals.snapshot_at in ($snapshot_at, $earlier_at)
    group by totals.asset
    having count(*) = 2

)

select
    later.asset,
    core.exact_sum(earlier.oi_base) as base_before,
    core.exact_sum(later.oi_base) as base_after,
    core.exact_sum(later.oi_usd) as usd_after,
    100
    * (core.exact_sum(later.oi_base) / nullif(core.exact_sum(earlier.oi_base), 0) - 1)
        as change_pct,
    100 * (
        median(
            (later.oi_usd / nullif(later.oi_base, 0))
            / nullif(earlier.oi_usd / nullif(earlier.oi_base, 0), 0)
        )
        - 1
    ) as price_change_pct
from fresh as later
inner join fresh as earlier
    on
        later.venue = earlier.venue
        and later.symbol = earlier.symbol
inner join published
    on later.asset = published.asset
where
    later.snapshot_at = $snapshot_at
    and earlier.snapshot_at = $earlier_at
group by later.asset
order by
    abs(core.exact_sum(later.oi_base) / nullif(core.exact_sum(earlier.oi_base), 0) - 1)
    * core.exact_sum(later.oi_usd) desc nulls last,
    later.asset

-- venue_shares: each venue's part of all published futures open interest, now and before.
-- Grain   one row per venue
-- Inputs  marts.oi_by_venue, marts.oi_by_asset
-- Params  $snapshot_at, $earlier_at  timestamptz, null when there is nothing to compare with
-- Only assets that are published at both instants enter the comparison, and only exchanges that
-- have some at both: one that is missing does not lift the shares of the others.
with

published as (

    select
        totals.snapshot_at,
        totals.asset
    from marts.oi_by_asset as totals
    where
        totals.kind_group = 'futures'
        and totals.published
        and totals.snapshot_at in ($snapshot_at, $earlier_at)

),

comparable as (

    select published.asset
    from published
    group by published.asset
    having count(*) = 2

),

levels as (

    select
        venues.venue,
        core.exact_sum(
            case when venues.snapshot_at = $snapshot_at then venues.oi_usd end
        ) as oi_usd,
        core.exact_sum(
            case
                when venues.snapshot_at = $snapshot_at and comparable.asset is not null
                    then venues.oi_usd
            end
        ) as comparable_usd,
        core.exact_sum(
            case
                when venues.snapshot_at = $earlier_at and comparable.asset is not null
                    then venues.oi_usd
            end
        ) as earlier_usd
    from marts.oi_by_venue as venues
    inner join published
        on
            venues.snapshot_at = published.snapshot_at
            and venues.asset = published.asset
    left join comparable
        on venues.asset = comparable.asset
    where venues.kind_group = 'futures'
    group by venues.venue

),

totals as (

    select
        core.exact_sum(levels.oi_usd) as oi_usd,
        core.exact_sum(
            case when levels.earlier_usd is not null then levels.comparable_usd end
        ) as comparable_usd,
        core.exact_sum(levels.earlier_usd) as earlier_usd
    from levels
    where levels.oi_usd is not null

)

select
    levels.venue,
    levels.oi_usd,
    levels.oi_usd / nullif(totals.oi_usd, 0) as share,
    100 * (
        levels.comparable_usd / nullif(totals.comparable_usd, 0)
        - levels.earlier_usd / nullif(totals.earlier_usd, 0)
    ) as share_change_pp
from levels
cross join totals
where levels.oi_usd is not null
order by
    levels.oi_usd desc,
    levels.venue

-- floor_oi_imbalance: marts.oi_imbalance as one query, of what this market has: accounts,
-- funding and basis. Vulnerability has no row but those of nights, and is left out.
-- Params  $since, $until  timestamptz, first and last snapshot
with

seen as (

    select
        time_bucket(interval 1 hour, "at") as hour_at,
        venue,
        asset,
        avg((long_share - short_share) / (long_share + short_share)) as leaning
    from core.positioning
    where superseded_at is null and measure = 'account' and "at" <= $until
    group by all

),

leanings as (

    select
        venues.snapshot_at,
        venues.asset,
        sum(seen.leaning * venues.oi_usd) / sum(venues.oi_usd) as accounts
    from marts.oi_by_venue as venues
    inner join seen
        on
            time_bucket(interval 1 hour, venues.snapshot_at) = seen.hour_at
            and venues.venue = seen.venue
            and venues.asset = seen.asset
    where venues.snapshot_at <= $until
    group by all

),

totals as (

    select
        totals.snapshot_at,
        totals.asset,
        totals.funding_8h_oi_weighted as funding,
        totals.basis_pct as basis,
        leanings.accounts,
        epoch_us(totals.snapshot_at) // 86400000000 as day
    from marts.oi_by_asset as totals
    left join leanings
        on totals.snapshot_at = leanings.snapshot_at and totals.asset = leanings.asset
    where totals.published and totals.snapshot_at <= $until

),

days as (

    select * from totals
    qualify row_number() over (partition by asset, day order by snapshot_at desc) = 1

),

ranked as (

    select
        totals.snapshot_at,
        totals.asset,
        count(days.accounts) as accounts_n,
        sum(sign(totals.accounts - days.accounts)) as accounts_rank,
        count(days.funding) as funding_n,
        sum(sign(totals.funding - days.funding)) as funding_rank,
        count(*) filter (where days.funding <= totals.funding) as funding_reached,
        count(days.basis) as basis_n,
        sum(sign(totals.basis - days.basis)) as basis_rank,
        count(*) filter (where days.basis <= totals.basis) as basis_reached
    from totals
    inner join days
        on
            totals.asset = days.asset
            and totals.day > days.day
            and days.day >= totals.day - 90
    where totals.snapshot_at >= $since
    group by all

)

select
    totals.snapshot_at,
    totals.asset,
    totals.accounts as account_imbalance,
    case when ranked.funding_n >= 30 then ranked.funding_reached / ranked.funding_n end
        as funding_percentile,
    totals.basis as basis_pct,
    case when ranked.basis_n >= 30 then ranked.basis_reached / ranked.basis_n end
        as basis_percentile,
    case
        when ranked.funding_n >= 30
            then
                100 * (
                    coalesce(ranked.accounts_rank / ranked.accounts_n, 0)
                    + (
                        ranked.funding_rank / ranked.funding_n
                        + ranked.basis_rank / ranked.basis_n
                    ) / 2
                ) / if(ranked.accounts_n >= 30, 2, 1)
    end as imbalance_index
from totals
left join ranked
    on totals.snapshot_at = ranked.snapshot_at and totals.asset = ranked.asset
where totals.snapshot_at >= $since
order by totals.snapshot_at, totals.asset

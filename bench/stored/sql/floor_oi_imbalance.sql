-- floor_oi_imbalance: marts.oi_imbalance as one query, of what this market has: accounts,
-- funding and basis. Vulnerability has no row but those of nights, and is left out.
-- Params  $since, $until  timestamptz, first and last snapshot
with

wanted as (

    select distinct
        snapshot_at,
        snapshot_at - interval 2 hour as after_at,
        epoch_us(snapshot_at) // 3600000000 - unnest([0, 1, 2]) as hour
    from marts.oi_by_asset
    where snapshot_at <= $until

),

readings as (

    select
        wanted.snapshot_at,
        seen.venue,
        seen.symbol,
        seen.asset,
        arg_max(
            (seen.long_share - seen.short_share) / (seen.long_share + seen.short_share),
            seen."at"
        ) as leaning
    from core.positioning as seen
    inner join wanted
        on epoch_us(seen."at") // 3600000000 = wanted.hour
    where
        seen.superseded_at is null
        and seen.measure = 'account'
        and seen."at" <= wanted.snapshot_at
        and seen."at" > wanted.after_at
    group by all

),

seen as (

    select
        snapshot_at,
        venue,
        asset,
        avg(leaning) as leaning
    from readings
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
            venues.snapshot_at = seen.snapshot_at
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
        totals.is_simulated,
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

),

members as (

    select
        totals.*,
        if(ranked.accounts_n >= 30, ranked.accounts_rank / ranked.accounts_n, null)
            as accounts_member,
        if(ranked.funding_n >= 30, ranked.funding_rank / ranked.funding_n, null)
            as funding_member,
        if(ranked.basis_n >= 30, ranked.basis_rank / ranked.basis_n, null) as basis_member,
        if(ranked.funding_n >= 30, ranked.funding_reached / ranked.funding_n, null)
            as funding_percentile,
        if(ranked.basis_n >= 30, ranked.basis_reached / ranked.basis_n, null)
            as basis_percentile
    from totals
    left join ranked
        on totals.snapshot_at = ranked.snapshot_at and totals.asset = ranked.asset
    where totals.snapshot_at >= $since

)

select
    snapshot_at,
    asset,
    accounts as account_imbalance,
    (1 + accounts) / (1 - accounts) as long_short_accounts,
    funding_percentile,
    basis as basis_pct,
    basis_percentile,
    100 * list_avg([accounts_member, (funding_member + basis_member) / 2]) as imbalance_index,
    nullif(
        concat_ws(
            ',',
            if(accounts_member is null, null, 'accounts'),
            if(funding_member is null, null, 'carry')
        ),
        ''
    ) as members,
    is_simulated
from members
order by snapshot_at, asset

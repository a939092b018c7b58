-- floor_oi_imbalance: marts.oi_imbalance as one query, of what this market has: accounts, top
-- positions, takers, funding and basis. Vulnerability has no row but those of nights, and is left
-- out.
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
        seen.measure,
        arg_max(
            (seen.long_share - seen.short_share) / (seen.long_share + seen.short_share),
            seen."at"
        ) as leaning
    from core.positioning as seen
    inner join wanted
        on epoch_us(seen."at") // 3600000000 = wanted.hour
    where
        seen.superseded_at is null
        and seen."at" <= wanted.snapshot_at
        and seen."at" > wanted.after_at
    group by all

),

seen as (

    select
        snapshot_at,
        venue,
        asset,
        avg(leaning) filter (where measure = 'account') as accounts,
        avg(leaning) filter (where measure = 'top_position') as top,
        avg(leaning) filter (where measure = 'taker') as taker
    from readings
    group by all

),

leanings as (

    select
        venues.snapshot_at,
        venues.asset,
        sum(seen.accounts * venues.oi_usd) / sum(venues.oi_usd) as accounts,
        sum(seen.top * venues.oi_usd) / sum(venues.oi_usd) as top,
        sum(seen.taker * venues.oi_usd) / sum(venues.oi_usd) as taker
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
        totals.oi_base
        * totals.change_1h_pct / (100 + totals.change_1h_pct) as oi_change,
        totals.is_simulated,
        leanings.accounts,
        leanings.top,
        leanings.taker,
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
        count(days.top) as top_n,
        sum(sign(totals.top - days.top)) as top_rank,
        count(days.taker) as taker_n,
        sum(sign(totals.taker - days.taker)) as taker_rank,
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
        if(ranked.top_n >= 30, ranked.top_rank / ranked.top_n, null) as top_member,
        if(ranked.taker_n >= 30, ranked.taker_rank / ranked.taker_n, null) as taker_member,
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
    top as top_imbalance,
    top - accounts as top_minus_accounts,
    taker as taker_imbalance,
    if(taker * oi_change > 0, oi_change, oi_change * 0 + taker * 0) as net_taker_long_base,
    if(taker * oi_change < 0, oi_change, oi_change * 0 + taker * 0) as net_taker_short_base,
    funding_percentile,
    basis as basis_pct,
    basis_percentile,
    100
    * list_avg(
        [accounts_member, top_member, taker_member, (funding_member + basis_member) / 2]
    ) as imbalance_index,
    nullif(
        concat_ws(
            ',',
            if(accounts_member is null, null, 'accounts'),
            if(top_member is null, null, 'top'),
            if(taker_member is null, null, 'taker'),
            if(funding_member is null, null, 'carry')
        ),
        ''
    ) as members,
    is_simulated
from members
order by snapshot_at, asset

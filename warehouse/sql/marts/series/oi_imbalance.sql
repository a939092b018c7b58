-- oi_imbalance: six named measures of who leans which way; longs and shorts are always equal.
-- Grain   one row per (snapshot_at, asset) whose futures total is published, or that a pool holds
-- Inputs  int_imbalance_measures, marts.pools
-- Params  $since                 timestamptz, first instant of the window
--         $until                 timestamptz, last instant of the window
--         $funding_minimum_days  integer, least number of days that a percentile needs
-- Window  snapshot_at
-- Reach   interval 366 day after
-- Slices  50000 rows of marts.oi_by_asset
-- A member of the index is where today stands among the days before: days below less days
-- above, over all days, from -1 to 1. Funding and basis make one member, carry.
with

today as (

    select * from int_imbalance_measures
    where snapshot_at between $since and $until

),

days as (

    select * from int_imbalance_measures
    where is_day_end

),

ranked as (

    select
        today.snapshot_at,
        today.asset,
        count(days.accounts) as accounts_n,
        sum(sign(today.accounts - days.accounts)) as accounts_rank,
        count(days.top) as top_n,
        sum(sign(today.top - days.top)) as top_rank,
        count(days.taker) as taker_n,
        sum(sign(today.taker - days.taker)) as taker_rank,
        count(days.vulnerability) as vulnerability_n,
        sum(sign(today.vulnerability - days.vulnerability)) as vulnerability_rank,
        count(days.funding_8h) as funding_n,
        sum(sign(today.funding_8h - days.funding_8h)) as funding_rank,
        count(*) filter (where days.funding_8h <= today.funding_8h) as funding_reached,
        count(days.basis_pct) as basis_n,
        sum(sign(today.basis_pct - days.basis_pct)) as basis_rank,
        count(*) filter (where days.basis_pct <= today.basis_pct) as basis_reached
    from today
    inner join days
        on
            today.asset = days.asset
            and today.day > days.day
            and days.day >= today.day - 90
    group by all

),

scored as (

    select
        today.*,
        core.part_of(ranked.accounts_rank, ranked.accounts_n, $funding_minimum_days)
            as accounts_member,
        core.part_of(ranked.top_rank, ranked.top_n, $funding_minimum_days) as top_member,
        core.part_of(ranked.taker_rank, ranked.taker_n, $funding_minimum_days) as taker_member,
        core.part_of(ranked.vulnerability_rank, ranked.vulnerability_n, $funding_minimum_days)
            as vulnerability_member,
        core.part_of(ranked.funding_rank, ranked.funding_n, $funding_minimum_days)
            as funding_member,
        core.part_of(ranked.basis_rank, ranked.basis_n, $funding_minimum_days) as basis_member,
        case
            when today.funding_8h is not null
                then core.part_of(ranked.funding_reached, ranked.funding_n, $funding_minimum_days)
        end as funding_percentile,
        case
            when today.basis_pct is not null
                then core.part_of(ranked.basis_reached, ranked.basis_n, $funding_minimum_days)
        end as basis_percentile
    from today
    left join ranked
        using (snapshot_at, asset)

),

indexed as (

    select
        *,
        coalesce((funding_member + basis_member) / 2, funding_member, basis_member)
            as carry_member
    from scored

),

leaning as (

    select
        snapshot_at,
        asset,
        accounts as account_imbalance,
        (1 + accounts) / nullif(1 - accounts, 0) as long_short_accounts,
        top as top_imbalance,
        top - accounts as top_minus_accounts,
        taker as taker_imbalance,
        core.net_taker_long(taker, oi_change_base) as net_taker_long_base,
        core.net_taker_short(taker, oi_change_base) as net_taker_short_base,
        funding_percentile,
        basis_pct,
        basis_percentile,
        vulnerability as vulnerability_imbalance,
        100 * list_avg([
            accounts_member, top_member, taker_member, carry_member, vulnerability_member
        ]) as imbalance_index,
        nullif(
            concat_ws(
                ',',
                if(accounts_member is null, null, 'accounts'),
                if(top_member is null, null, 'top'),
                if(taker_member is null, null, 'taker'),
                if(carry_member is null, null, 'carry'),
                if(vulnerability_member is null, null, 'vulnerability')
            ),
            ''
        ) as members,
        is_simulated
    from indexed

),

pooled as (

    select
        snapshot_at,
        asset,
        pool_imbalance,
        is_simulated
    from marts.pools
    where venue = 'ALL' and snapshot_at between $since and $until

)

select
    leaning.* exclude (snapshot_at, asset, is_simulated),
    pooled.pool_imbalance,
    coalesce(leaning.snapshot_at, pooled.snapshot_at) as snapshot_at,
    coalesce(leaning.asset, pooled.asset) as asset,
    coalesce(leaning.is_simulated, false) or coalesce(pooled.is_simulated, false) as is_simulated
from leaning
full join pooled
    on
        leaning.snapshot_at = pooled.snapshot_at
        and leaning.asset = pooled.asset
order by
    coalesce(leaning.snapshot_at, pooled.snapshot_at) asc,
    coalesce(leaning.asset, pooled.asset) asc

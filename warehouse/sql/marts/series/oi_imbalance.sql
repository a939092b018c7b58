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
        case
            when ranked.accounts_n >= $funding_minimum_days
                then ranked.accounts_rank / ranked.accounts_n
        end as accounts_member,
        case
            when ranked.top_n >= $funding_minimum_days
                then ranked.top_rank / ranked.top_n
        end as top_member,
        case
            when ranked.taker_n >= $funding_minimum_days
                then ranked.taker_rank / ranked.taker_n
        end as taker_member,
        case
            when ranked.vulnerability_n >= $funding_minimum_days
                then ranked.vulnerability_rank / ranked.vulnerability_n
        end as vulnerability_member,
        case
            when ranked.funding_n >= $funding_minimum_days
                then ranked.funding_rank / ranked.funding_n
        end as funding_member,
        case
            when ranked.basis_n >= $funding_minimum_days
                then ranked.basis_rank / ranked.basis_n
        end as basis_member,
        case
            when ranked.funding_n >= $funding_minimum_days and today.funding_8h is not null
                then ranked.funding_reached / ranked.funding_n
        end as funding_percentile,
        case
            when ranked.basis_n >= $funding_minimum_days and today.basis_pct is not null
                then ranked.basis_reached / ranked.basis_n
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
        100 * (
            coalesce(accounts_member, 0) + coalesce(top_member, 0)
            + coalesce(taker_member, 0) + coalesce(carry_member, 0)
            + coalesce(vulnerability_member, 0)
        ) / nullif(
            cast(accounts_member is not null as integer) + cast(top_member is not null as integer)
            + cast(taker_member is not null as integer) + cast(carry_member is not null as integer)
            + cast(vulnerability_member is not null as integer),
            0
        ) as imbalance_index,
        nullif(
            concat_ws(
                ',',
                case when accounts_member is not null then 'accounts' end,
                case when top_member is not null then 'top' end,
                case when taker_member is not null then 'taker' end,
                case when carry_member is not null then 'carry' end,
                case when vulnerability_member is not null then 'vulnerability' end
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

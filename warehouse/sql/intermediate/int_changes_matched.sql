-- int_changes_matched: what changed between two snapshots, over instruments fresh at both.
-- Grain   one row per (snapshot_at, group_id, horizon) with at least one such instrument
-- Inputs  int_references_found, int_open_interest_judged
-- A venue missing at either end drops out of both, so it can never look like a change.
-- Coin amounts are compared; USD would mix the price in. The change of USD is split with mid
-- values, which leaves no residual: flow = mean price x change of coins, revaluation = mean
-- coins x change of price. Inverse futures are sized in USD: their change is all flow.
-- An instrument without coins at one end has no price of its own there; the other end's is used.
with

fresh as not materialized (

    select * from int_open_interest_judged
    where is_fresh

),

-- Materialised, here and below: joined in any other order, every snapshot would meet every
-- other.
placed as materialized (

    select
        found.snapshot_at,
        found.group_id,
        found.horizon,
        found.reference_at,
        fresh.instrument_id,
        fresh.oi_base,
        case when fresh.kind = 'perp' then fresh.price end as perp_price,
        case when fresh.kind = 'future' then fresh.price end as future_price
    from int_references_found as found
    inner join fresh
        on
            found.snapshot_at = fresh.snapshot_at
            and found.group_id = fresh.group_id

),

summed as (

    select
        placed.snapshot_at,
        placed.group_id,
        placed.horizon,
        core.exact_sum(placed.oi_base) as base_1,
        core.exact_sum(fresh.oi_base) as base_0,
        median(placed.perp_price / nullif(fresh.price, 0)) as perp_price_ratio,
        median(placed.future_price / nullif(fresh.price, 0)) as future_price_ratio
    from placed
    inner join fresh
        on
            placed.reference_at = fresh.snapshot_at
            and placed.instrument_id = fresh.instrument_id
    group by all

),

placed_24h as materialized (

    select
        fresh.*,
        found.reference_at
    from int_references_found as found
    inner join fresh
        on
            found.snapshot_at = fresh.snapshot_at
            and found.group_id = fresh.group_id
    where found.horizon = '24h'

),

pairs as (

    select
        placed_24h.snapshot_at,
        placed_24h.group_id,
        placed_24h.margin = 'inverse' and placed_24h.kind <> 'option' as is_usd_sized,
        placed_24h.oi_base as base_1,
        fresh.oi_base as base_0,
        placed_24h.oi_usd as usd_1,
        fresh.oi_usd as usd_0,
        placed_24h.oi_usd / nullif(placed_24h.oi_base, 0) as unit_usd_1,
        fresh.oi_usd / nullif(fresh.oi_base, 0) as unit_usd_0
    from placed_24h
    inner join fresh
        on
            placed_24h.reference_at = fresh.snapshot_at
            and placed_24h.instrument_id = fresh.instrument_id

),

split as (

    select
        snapshot_at,
        group_id,
        usd_1,
        case
            when is_usd_sized then usd_1 - usd_0
            else
                (coalesce(unit_usd_0, unit_usd_1, 0) + coalesce(unit_usd_1, unit_usd_0, 0))
                / 2 * (base_1 - base_0)
        end as flow_usd,
        case
            when is_usd_sized then 0
            else
                (base_0 + base_1) / 2
                * (coalesce(unit_usd_1, unit_usd_0, 0) - coalesce(unit_usd_0, unit_usd_1, 0))
        end as revaluation_usd
    from pairs

),

decomposed as (

    select
        snapshot_at,
        group_id,
        '24h' as horizon,
        core.exact_sum(usd_1) as matched_usd,
        core.exact_sum(flow_usd) as flow_usd,
        core.exact_sum(revaluation_usd) as revaluation_usd
    from split
    group by all

)

select
    summed.snapshot_at,
    summed.group_id,
    summed.horizon,
    100 * (summed.base_1 / nullif(summed.base_0, 0) - 1) as change_pct,
    decomposed.matched_usd,
    decomposed.flow_usd,
    decomposed.revaluation_usd,
    100 * (
        coalesce(summed.perp_price_ratio, summed.future_price_ratio) - 1
    ) as price_change_pct
from summed
left join decomposed
    on
        summed.snapshot_at = decomposed.snapshot_at
        and summed.group_id = decomposed.group_id
        and summed.horizon = decomposed.horizon

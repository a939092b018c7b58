-- int_changes_paired: what each instrument's positions did between two snapshots.
-- Grain   one row per (snapshot_at, horizon, instrument_id), fresh at both
-- Inputs  int_references_found, int_open_interest_judged, int_prices_averaged
-- A change is one of contracts C, with changes of the contract size undone, at the earlier prices:
-- over any set of instruments g = sum(positions_usd) / sum(usd_0), where positions_usd is
-- usd_0 x (C later / C earlier - 1). In place of C stands what a move of the price alone leaves
-- unchanged (core.held):
--   linear   coins, which are contracts x size; a change of the size is undone in them
--   inverse  USD of face value, which is contracts x size; the same. Its coins move with the price
--   quanto   contracts x the size listed at the time. Both its coins and its USD move with the
--            price of the coin that it settles in: without contracts there is no pair
--   options  coins of the underlying, which are contracts x size
-- A venue missing at either end drops out of both, so it can never look like a change.
-- usd_1 - usd_0 is split with mid values, which leaves no residual: flow_usd is the change of C at
-- the mean of both prices, what is left is revaluation. All of an inverse future's is flow.
-- A pair whose change is no amount that could be true is left out, as such facts are.
with

fresh as not materialized (

    select * from int_open_interest_judged
    where is_fresh and held is not null

),

-- Materialised: joined in any other order, every snapshot would meet every other.
placed as materialized (

    select
        found.snapshot_at,
        found.horizon,
        found.reference_at,
        fresh.instrument_id,
        fresh.group_id,
        fresh.venue_id,
        fresh.product_id,
        fresh.oi_usd,
        fresh.held,
        fresh.unit_usd,
        case when fresh.kind = 'perp' then fresh.price end as perp_price,
        case when fresh.kind = 'future' then fresh.price end as future_price
    from int_references_found as found
    inner join fresh
        using (snapshot_at, group_id)

),

pairs as (

    select
        placed.snapshot_at,
        placed.horizon,
        placed.instrument_id,
        placed.group_id,
        placed.venue_id,
        placed.product_id,
        fresh.oi_usd as usd_0,
        placed.oi_usd as usd_1,
        core.positions_usd(
            fresh.held, coalesce(fresh.unit_usd, averaged.unit_usd), placed.held, placed.unit_usd
        ) as positions_usd,
        core.flow_usd(fresh.held, fresh.unit_usd, placed.held, placed.unit_usd) as flow_usd,
        placed.perp_price / nullif(fresh.price, 0) as perp_price_ratio,
        placed.future_price / nullif(fresh.price, 0) as future_price_ratio
    from placed
    inner join fresh
        on
            placed.reference_at = fresh.snapshot_at
            and placed.instrument_id = fresh.instrument_id
    left join int_prices_averaged as averaged
        on
            placed.reference_at = averaged.snapshot_at
            and placed.group_id = averaged.group_id
            and fresh.margin <> 'quanto'

)

select * from pairs
where
    abs(positions_usd) < 1e24
    and abs(flow_usd) < 1e24

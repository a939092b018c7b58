-- liquidation_balance: that the map holds open interest, and what of it is on no price.
-- Grain   one row per (snapshot_at, asset, venue, side, prior)
-- Inputs  int_liquidation_scales, int_liquidation_levels, int_liquidation_mixes,
--         int_position_assets, int_liquidation_venue_depth
-- Params  $until  timestamptz, the snapshot to build
-- Window  snapshot_at
-- mapped + beyond + unplaced is the open interest, on either side. The shares are those of what
-- is placed: null where nothing is.
with

priors as (

    select unnest(['base', 'retail_heavy', 'institutional', 'calibrated']) as prior

),

books as (

    select
        scales.asset,
        scales.venue,
        scales.side,
        priors.prior,
        core.exact_sum(scales.oi_base) as oi_base,
        core.exact_sum(scales.placed) as placed,
        core.exact_sum(scales.initial) as initial,
        core.exact_sum(
            case priors.prior
                when 'base' then scales.stood_base
                when 'retail_heavy' then scales.stood_retail_heavy
                when 'institutional' then scales.stood_institutional
                else scales.stood_calibrated
            end
        ) as stood,
        core.exact_sum(
            case priors.prior
                when 'base' then scales.alive_base
                when 'retail_heavy' then scales.alive_retail_heavy
                when 'institutional' then scales.alive_institutional
                else scales.alive_calibrated
            end
        ) as alive,
        core.exact_sum(
            case
                when case priors.prior
                    when 'base' then scales.scale_base
                    when 'retail_heavy' then scales.scale_retail_heavy
                    when 'institutional' then scales.scale_institutional
                    else scales.scale_calibrated
                end is null then 0
                else least(scales.placed, scales.oi_base)
            end
        ) as held,
        bool_and(scales.has_tiers) as has_tiers,
        bool_or(scales.is_simulated) as is_simulated
    from int_liquidation_scales as scales
    cross join priors
    group by scales.asset, scales.venue, scales.side, priors.prior

),

mapped as (

    select
        levels.asset,
        levels.venue,
        levels.side,
        priors.prior,
        core.exact_sum(
            case priors.prior
                when 'base' then levels.base
                when 'retail_heavy' then levels.retail_heavy
                when 'institutional' then levels.institutional
                else levels.calibrated
            end
        ) as base
    from int_liquidation_levels as levels
    cross join priors
    group by levels.asset, levels.venue, levels.side, priors.prior

),

mixes as (

    select distinct
        asset,
        is_learned
    from int_liquidation_mixes

)

select
    $until as snapshot_at,
    books.asset,
    books.venue,
    books.side,
    books.prior,
    books.oi_base,
    coalesce(mapped.base, 0) as mapped_base,
    greatest(books.held - coalesce(mapped.base, 0), 0) as beyond_base,
    greatest(books.oi_base - books.held, 0) as unplaced_base,
    case when books.placed > 0 then least(books.initial / books.placed, 1) end as initial_share,
    case when books.stood > 0 then least(books.alive / books.stood, 1) end as alive_share,
    books.has_tiers,
    mixes.is_learned and books.prior in ('base', 'calibrated') as is_learned,
    books.is_simulated,
    if(assets.mark > 0, assets.mark, null) as mark_price,
    depth.usd as depth_2pct_usd
from books
inner join int_position_assets as assets
    on books.asset = assets.asset
left join int_liquidation_venue_depth as depth
    on
        books.asset = depth.asset
        and books.venue = depth.venue
        and depth.side = if(books.side = 'long', 'bid', 'ask')
        and depth.band = 0.02
inner join mixes
    on books.asset = mixes.asset
left join mapped
    on
        books.asset = mapped.asset
        and books.venue = mapped.venue
        and books.side = mapped.side
        and books.prior = mapped.prior
order by books.asset, books.venue, books.side, books.prior

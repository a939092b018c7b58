-- oi_by_asset: open interest of one asset over all venues, and what changed.
-- Grain   one row per (snapshot_at, asset, kind_group) with at least one fresh row
-- Inputs  int_open_interest_judged, int_instruments_numbered, int_coverage_counted,
--         int_changes_matched, int_venues_summed, core.depth, core.supply
-- Params  $since  timestamptz, first instant of the window
--         $until  timestamptz, last instant of the window
-- Window  snapshot_at
-- Slices  2500000 rows of core.open_interest
-- Levels are the sum of what is fresh; below the minimum coverage what rests on the change of
-- open interest is null and withheld_reason says why.
-- Depth, volume and funding are set against the open interest of the instruments that have
-- them; the ratio to depth is withheld where these are too few (depth_covered_share). group_id follows (asset, kind_group).
with

fresh as (

    select
        *,
        case when margin = 'linear' then oi_usd else 0 end as linear_usd,
        case when margin = 'inverse' then oi_usd else 0 end as inverse_usd,
        case when margin = 'quanto' then oi_usd else 0 end as quanto_usd,
        case when volume_24h_usd is not null then oi_usd end as traded_oi_usd,
        case when kind = 'perp' then oi_usd end as perp_oi_usd,
        case when kind = 'perp' and isfinite(funding_8h) then oi_usd end as funded_oi_usd,
        case
            when kind = 'perp' and isfinite(funding_8h) then oi_usd * funding_8h
        end as funding_usd,
        case when kind = 'perp' and isfinite(funding_8h) then funding_8h end as perp_funding,
        case when abs(basis) < 1 then oi_usd end as priced_oi_usd,
        case when abs(basis) < 1 then oi_usd * basis end as basis_usd
    from int_open_interest_judged
    where is_fresh and snapshot_at between $since and $until

),

levels as (

    select
        snapshot_at,
        group_id,
        core.exact_sum(oi_base) as oi_base,
        core.exact_sum(oi_usd) as oi_usd,
        core.exact_sum(linear_usd) as linear_usd,
        core.exact_sum(inverse_usd) as inverse_usd,
        core.exact_sum(quanto_usd) as quanto_usd,
        cast(count(*) as integer) as instruments,
        median(price) filter (where kind = 'perp') as perp_price,
        median(price) filter (where kind = 'future') as future_price,
        core.exact_sum(volume_24h_usd) as volume_24h_usd,
        core.exact_sum(traded_oi_usd) as traded_oi_usd,
        core.exact_sum(funding_usd) as funding_usd,
        core.exact_sum(perp_oi_usd) as perp_oi_usd,
        core.exact_sum(funded_oi_usd) as funded_oi_usd,
        core.exact_sum(perp_funding * 1e6) / 1e6 / count(perp_funding) as funding_mean,
        core.exact_sum(volume_24h_usd * perp_funding) as funding_volume_usd,
        core.exact_sum(case when perp_funding is not null then volume_24h_usd end)
            as funded_volume_usd,
        min(perp_funding) as funding_min,
        max(perp_funding) as funding_max,
        core.exact_sum(oi_usd * perp_funding * perp_funding * 1e6) / 1e6 as funding_squares,
        core.exact_sum(priced_oi_usd) as priced_oi_usd,
        core.exact_sum(basis_usd) as basis_usd,
        bool_or(is_simulated) as is_simulated
    from fresh
    group by all

),

concentration as (

    select
        snapshot_at,
        group_id,
        cast(count(*) as integer) as venues,
        core.exact_sum(share * share * 1e8) / 1e8 as hhi,
        min_by(venue, (-share, venue)) filter (where share is not null) as top_venue,
        max(share) as top_venue_share
    from int_venues_summed
    where snapshot_at between $since and $until
    group by all

),

changes as (

    select
        snapshot_at,
        group_id,
        max(change_pct) filter (where horizon = '1h') as change_1h_pct,
        max(change_pct) filter (where horizon = '4h') as change_4h_pct,
        max(change_pct) filter (where horizon = '24h') as change_24h_pct,
        max(change_pct) filter (where horizon = '7d') as change_7d_pct,
        max(matched_usd) filter (where horizon = '24h') as matched_usd,
        max(flow_usd) filter (where horizon = '24h') as flow_usd,
        max(revaluation_usd) filter (where horizon = '24h') as revaluation_usd,
        max(price_change_pct) filter (where horizon = '1h') as price_change_1h_pct,
        max(price_change_pct) filter (where horizon = '4h') as price_change_4h_pct,
        max(price_change_pct) filter (where horizon = '24h') as price_change_24h_pct
    from int_changes_matched
    group by all

),

assets as (

    select distinct
        group_id,
        asset,
        kind_group
    from int_instruments_numbered

),

books as (

    select
        books.snapshot_at,
        instruments.instrument_id,
        max(books.usd) filter (where books.band = 0.01) as bid_1pct_usd,
        max(books.usd) filter (where books.band = 0.02) as bid_2pct_usd,
        bool_or(books.truncated) filter (where books.band <= 0.02) as truncated
    from core.depth as books
    inner join int_instruments_numbered as instruments
        using (venue, symbol, asset)
    where
        books.snapshot_at between $since and $until
        and books.side = 'bid'
        and books.superseded_at is null
    group by all

),

depths as (

    select
        fresh.snapshot_at,
        fresh.group_id,
        core.exact_sum(books.bid_1pct_usd) as depth_1pct_usd,
        core.exact_sum(books.bid_2pct_usd) as depth_2pct_usd,
        core.exact_sum(case when books.bid_1pct_usd is not null then fresh.oi_usd end)
            as oi_1pct_usd,
        core.exact_sum(case when books.bid_2pct_usd is not null then fresh.oi_usd end)
            as oi_2pct_usd,
        bool_or(books.truncated) as truncated
    from fresh
    inner join books
        using (snapshot_at, instrument_id)
    group by all

),

sized as (

    select
        levels.*,
        assets.asset,
        assets.kind_group,
        coalesce(levels.perp_price, levels.future_price) as price
    from levels
    inner join assets
        on levels.group_id = assets.group_id

),

supplied as (

    select
        sized.snapshot_at,
        sized.group_id,
        supply.circulating_base * sized.price as market_cap_usd,
        supply.exchange_reserve_base
    from sized
    asof inner join core.supply as supply
        on
            sized.asset = supply.asset
            and sized.snapshot_at >= supply.as_of
    where sized.kind_group = 'futures'

)

select
    sized.snapshot_at,
    sized.asset,
    sized.kind_group,
    sized.oi_base,
    sized.oi_usd,
    sized.linear_usd as oi_usd_linear,
    sized.inverse_usd as oi_usd_inverse,
    sized.quanto_usd as oi_usd_quanto,
    concentration.venues,
    sized.instruments,
    covered.coverage,
    covered.published,
    covered.withheld_reason,
    case when covered.published then changes.change_1h_pct end as change_1h_pct,
    case when covered.published then changes.change_4h_pct end as change_4h_pct,
    case when covered.published then changes.change_24h_pct end as change_24h_pct,
    case when covered.published then changes.change_7d_pct end as change_7d_pct,
    changes.matched_usd / nullif(sized.oi_usd, 0) as matched_24h_share,
    case when covered.published then changes.flow_usd end as flow_usd_24h,
    case when covered.published then changes.revaluation_usd end as revaluation_usd_24h,
    sized.price,
    changes.price_change_24h_pct,
    sized.volume_24h_usd,
    sized.traded_oi_usd / nullif(sized.volume_24h_usd, 0) as oi_to_volume,
    depths.depth_2pct_usd,
    case
        when core.is_covered(depths.oi_2pct_usd / nullif(sized.oi_usd, 0))
            then depths.oi_2pct_usd / nullif(depths.depth_2pct_usd, 0)
    end as oi_to_depth_2pct,
    sized.funding_usd / nullif(sized.funded_oi_usd, 0) as funding_8h_oi_weighted,
    sized.funding_usd / nullif(sized.funded_oi_usd, 0) * 3 * 365 as funding_apr,
    sized.funding_usd * 3 as funding_usd_per_day,
    sized.funding_mean as funding_8h_simple_mean,
    sized.funding_volume_usd / nullif(sized.funded_volume_usd, 0)
        as funding_8h_volume_weighted,
    sized.funding_min as funding_8h_min,
    sized.funding_max as funding_8h_max,
    case
        when sized.funding_min = sized.funding_max then 0
        when sized.funded_oi_usd > 0
            then
                sqrt(
                    greatest(
                        sized.funding_squares / sized.funded_oi_usd
                        - (sized.funding_usd / sized.funded_oi_usd) ** 2,
                        0
                    )
                )
    end as funding_8h_dispersion,
    concentration.hhi,
    1 / nullif(concentration.hhi, 0) as effective_venues,
    concentration.top_venue,
    concentration.top_venue_share,
    sized.is_simulated,
    changes.price_change_1h_pct,
    changes.price_change_4h_pct,
    depths.depth_1pct_usd,
    case
        when core.is_covered(depths.oi_1pct_usd / nullif(sized.oi_usd, 0))
            then depths.oi_1pct_usd / nullif(depths.depth_1pct_usd, 0)
    end as oi_to_depth_1pct,
    depths.truncated as depth_truncated,
    sized.oi_usd / nullif(supplied.market_cap_usd, 0) as oi_to_market_cap,
    sized.oi_base / nullif(supplied.exchange_reserve_base, 0) as leverage_ratio,
    100 * (sized.basis_usd / nullif(sized.priced_oi_usd, 0)) as basis_pct,
    coalesce(sized.funded_oi_usd, 0) / nullif(sized.perp_oi_usd, 0) as funding_covered_share,
    coalesce(sized.traded_oi_usd, 0) / nullif(sized.oi_usd, 0) as volume_covered_share,
    coalesce(sized.priced_oi_usd, 0) / nullif(sized.perp_oi_usd, 0) as basis_covered_share,
    -- where no book was read the least of nothing and 1 would be 1
    case
        when depths.oi_1pct_usd is not null
            then least(depths.oi_1pct_usd / nullif(sized.oi_usd, 0), 1)
    end as depth_covered_share
from sized
inner join int_coverage_counted as covered
    using (snapshot_at, group_id)
inner join concentration
    using (snapshot_at, group_id)
left join depths
    using (snapshot_at, group_id)
left join supplied
    using (snapshot_at, group_id)
left join changes
    using (snapshot_at, group_id)
order by
    sized.snapshot_at asc,
    sized.group_id asc

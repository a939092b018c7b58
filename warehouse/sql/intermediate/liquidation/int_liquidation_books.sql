-- int_liquidation_books: open interest and margin rules of each book.
-- Grain   one row per book
-- Inputs  int_liquidation_members, int_position_assets, core.leverage_tiers
-- Params  $until             timestamptz, the snapshot to build
--         $known_at          timestamptz, facts recorded later do not count
--         $bin_pct           double, width of a bin in percent
--         $position_usd      double, size of a typical position: its tier holds
--         $maintenance_rate  double, where an exchange's tiers are not known
-- Without a mark there is no map, but there is a profile. Tiers count as they were known at
-- the snapshot; a size told in coins is worth the mark. Of several contracts the largest gives
-- them. deduction is what makes the requirement continuous from tier to tier, as a part of the
-- position.
with

told_tiers as (

    select
        told.venue,
        told.symbol,
        told.max_leverage,
        told.maintenance_margin_rate,
        told.as_of,
        case
            when told.floor_usd is null and told.floor_base > 0
                then told.floor_base * assets.mark
            else coalesce(told.floor_usd, 0)
        end as floor_usd
    from core.leverage_tiers as told
    inner join int_position_assets as assets
        on told.asset = assets.asset
    where
        told.as_of <= $until
        and core.was_known(told.recorded_at, told.superseded_at, $known_at)
        and told.maintenance_margin_rate > 0
        and told.maintenance_margin_rate < 0.5

),

known_tiers as (

    select
        *,
        floor_usd
        * (
            maintenance_margin_rate
            - coalesce(lag(maintenance_margin_rate) over upward, maintenance_margin_rate)
        ) as step_usd
    from told_tiers
    where floor_usd <= $position_usd
    window
        upward as (
            partition by venue, symbol, as_of
            order by floor_usd, maintenance_margin_rate, max_leverage desc
        )

),

tiers as (

    select
        *,
        sum(step_usd) over (
            partition by venue, symbol, as_of
            order by floor_usd, maintenance_margin_rate, max_leverage desc
        ) as deduction_usd
    from known_tiers
    qualify
        row_number() over (
            partition by venue, symbol
            order by
                as_of desc, floor_usd desc, maintenance_margin_rate desc, max_leverage asc
        ) = 1

),

members as (

    select
        members.*,
        tiers.maintenance_margin_rate,
        tiers.deduction_usd,
        tiers.max_leverage
    from int_liquidation_members as members
    left join tiers
        using (venue, symbol)

),

books as (

    select
        book,
        asset,
        venue,
        is_inverse,
        core.exact_sum(oi_base) as oi_base,
        bool_or(is_simulated) as is_simulated,
        max_by(maintenance_margin_rate, row(oi_base, symbol)) filter (
            where maintenance_margin_rate is not null
        ) as known_rate,
        max_by(deduction_usd, row(oi_base, symbol)) filter (
            where maintenance_margin_rate is not null
        ) as known_deduction_usd,
        max_by(max_leverage, row(oi_base, symbol)) filter (
            where max_leverage > 1
        ) as known_leverage
    from members
    group by book, asset, venue, is_inverse

)

select
    books.book,
    books.asset,
    books.venue,
    books.is_inverse,
    books.oi_base,
    books.is_simulated,
    books.known_rate is not null as has_tiers,
    coalesce(books.known_rate, $maintenance_rate) as maintenance_rate,
    coalesce(books.known_deduction_usd, 0) / $position_usd as deduction,
    least(
        coalesce(books.known_leverage, 125),
        0.9 / coalesce(books.known_rate, $maintenance_rate)
    ) as max_leverage,
    if(assets.mark > 0, assets.mark, null) as mark,
    cast(floor(ln(if(assets.mark > 0, assets.mark, null)) / ln(1 + $bin_pct / 100)) as integer)
        as mark_bin
from books
inner join int_position_assets as assets
    on books.asset = assets.asset
where books.oi_base > 0
order by books.book

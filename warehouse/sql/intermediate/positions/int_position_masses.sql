-- int_position_masses: positions by entry price and by how far price went since.
-- Grain   one row per (book, bin, low_bin, high_bin, is_initial)
-- Inputs  int_position_cohorts, int_liquidation_members, int_position_assets
-- Params  $until    timestamptz, the snapshot to build
--         $bin_pct  double, width of a bin in percent
-- Bin n holds the prices from (1 + bin_pct / 100) ^ n to the next power, for every asset. A
-- cohort is spread evenly, in log price, over the price range of its step. low_bin and high_bin
-- hold the lowest and the highest price since, the mark among them, or the entry where that is
-- further. base* are as if nothing was closed by force; long_* and short_*, by prior, stand beside
-- forced closes, but for the levels crossed since. Of these *_beyond is the part whose levels, if
-- in the bin of that price, lie beyond it: levels are spread over a bin, too. A cohort whose step
-- has no known price is left out. Sums are exact, so that the order of rows cannot change the last
-- digit.
with

placed as (

    select
        members.book,
        cohorts.*,
        least(coalesce(cohorts.later_low, cohorts.price_high), assets.mark) as reached_low,
        greatest(coalesce(cohorts.later_high, cohorts.price_low), assets.mark) as reached_high
    from int_position_cohorts as cohorts
    inner join int_liquidation_members as members
        on cohorts.instrument = members.instrument
    inner join (
        select
            asset,
            if(mark > 0, mark, null) as mark
        from int_position_assets
    ) as assets
        on members.asset = assets.asset
    where
        cohorts.price_low > 0
        and cohorts.price_high >= cohorts.price_low
        and greatest(
            cohorts.surviving, cohorts.surviving_low, cohorts.surviving_high,
            cohorts.standing_long_base,
            cohorts.standing_long_retail_heavy,
            cohorts.standing_long_institutional,
            cohorts.standing_long_calibrated,
            cohorts.standing_short_base,
            cohorts.standing_short_retail_heavy,
            cohorts.standing_short_institutional,
            cohorts.standing_short_calibrated
        ) > 0

),

measured as (

    select
        *,
        ln(price_low) / ln(1 + $bin_pct / 100) as x_low,
        ln(price_high) / ln(1 + $bin_pct / 100) as x_high,
        ln(reached_low) / ln(1 + $bin_pct / 100) as x_reached_low,
        ln(reached_high) / ln(1 + $bin_pct / 100) as x_reached_high,
        (epoch_us($until) - (epoch_us(from_at) + epoch_us(until_at)) / 2) / 3600e6 as age_hours
    from placed

),

touched as (

    select
        *,
        unnest(
            range(
                cast(floor(x_low) as bigint),
                cast(greatest(floor(x_low), ceil(x_high) - 1) as bigint) + 1
            )
        ) as bin
    from measured

),

parts as (

    select
        * replace (cast(bin as integer) as bin),
        cast(least(floor(x_reached_low), bin) as integer) as low_bin,
        cast(greatest(floor(x_reached_high), bin) as integer) as high_bin,
        least(x_reached_low - least(floor(x_reached_low), bin), 1) as beyond_low,
        least(greatest(floor(x_reached_high), bin) + 1 - x_reached_high, 1) as beyond_high,
        case
            when x_high > x_low
                then (least(x_high, bin + 1) - greatest(x_low, bin)) / (x_high - x_low)
            else 1
        end as part
    from touched

)

select
    parts.book,
    parts.bin,
    parts.low_bin,
    parts.high_bin,
    parts.is_initial,
    core.exact_sum(parts.surviving * parts.part) as base,
    core.exact_sum(parts.surviving_low * parts.part) as base_low,
    core.exact_sum(parts.surviving_high * parts.part) as base_high,
    -- a power of two changes no digit; in hours the sum could leave what an exact one holds
    core.exact_sum(parts.surviving * parts.part * parts.age_hours / 65536) * 65536
        as base_hours,
    core.exact_sum(parts.standing_long_base * parts.part) as long_base,
    core.exact_sum(parts.standing_long_retail_heavy * parts.part) as long_retail_heavy,
    core.exact_sum(parts.standing_long_institutional * parts.part) as long_institutional,
    core.exact_sum(parts.standing_long_calibrated * parts.part) as long_calibrated,
    core.exact_sum(parts.standing_short_base * parts.part) as short_base,
    core.exact_sum(parts.standing_short_retail_heavy * parts.part) as short_retail_heavy,
    core.exact_sum(parts.standing_short_institutional * parts.part) as short_institutional,
    core.exact_sum(parts.standing_short_calibrated * parts.part) as short_calibrated,
    core.exact_sum(parts.standing_long_base * parts.part * parts.beyond_low)
        as long_base_beyond,
    core.exact_sum(parts.standing_long_retail_heavy * parts.part * parts.beyond_low)
        as long_retail_heavy_beyond,
    core.exact_sum(parts.standing_long_institutional * parts.part * parts.beyond_low)
        as long_institutional_beyond,
    core.exact_sum(parts.standing_long_calibrated * parts.part * parts.beyond_low)
        as long_calibrated_beyond,
    core.exact_sum(parts.standing_short_base * parts.part * parts.beyond_high)
        as short_base_beyond,
    core.exact_sum(parts.standing_short_retail_heavy * parts.part * parts.beyond_high)
        as short_retail_heavy_beyond,
    core.exact_sum(parts.standing_short_institutional * parts.part * parts.beyond_high)
        as short_institutional_beyond,
    core.exact_sum(parts.standing_short_calibrated * parts.part * parts.beyond_high)
        as short_calibrated_beyond,
    bool_or(parts.is_simulated) as is_simulated
from parts
group by
    parts.book,
    parts.bin,
    parts.low_bin,
    parts.high_bin,
    parts.is_initial

-- int_position_masses: surviving positions by entry price and by how far price went since.
-- Grain   one row per (book, bin, low_bin, high_bin, is_initial)
-- Inputs  int_position_cohorts, int_liquidation_members
-- Params  $until    timestamptz, the snapshot to build
--         $bin_pct  double, width of a bin in percent
-- Bin n holds the prices from (1 + bin_pct / 100) ^ n to the next power, for every asset. A
-- cohort is spread evenly, in log price, over the price range of its step. low_bin and high_bin
-- hold the lowest and the highest price since. A cohort whose step has no known price is left
-- out. Sums are exact, so that the order of rows cannot change the last digit.
with

measured as (

    select
        instrument,
        surviving,
        surviving_low,
        surviving_high,
        is_initial,
        is_simulated,
        ln(price_low) / ln(1 + $bin_pct / 100) as x_low,
        ln(price_high) / ln(1 + $bin_pct / 100) as x_high,
        cast(floor(ln(coalesce(later_low, price_high)) / ln(1 + $bin_pct / 100)) as integer)
            as low_bin,
        cast(floor(ln(coalesce(later_high, price_low)) / ln(1 + $bin_pct / 100)) as integer)
            as high_bin,
        (epoch_us($until) - (epoch_us(from_at) + epoch_us(until_at)) / 2) / 3600e6 as age_hours
    from int_position_cohorts
    where
        price_low > 0
        and price_high >= price_low
        and greatest(surviving, surviving_low, surviving_high) > 0

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
        instrument,
        cast(bin as integer) as bin,
        low_bin,
        high_bin,
        is_initial,
        is_simulated,
        surviving,
        surviving_low,
        surviving_high,
        age_hours,
        case
            when x_high > x_low
                then (least(x_high, bin + 1) - greatest(x_low, bin)) / (x_high - x_low)
            else 1
        end as part
    from touched

)

select
    members.book,
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
    bool_or(parts.is_simulated) as is_simulated
from parts
inner join int_liquidation_members as members
    on parts.instrument = members.instrument
group by
    members.book,
    parts.bin,
    parts.low_bin,
    parts.high_bin,
    parts.is_initial

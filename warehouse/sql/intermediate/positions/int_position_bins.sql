-- int_position_bins: surviving positions by entry price, both sides alike.
-- Grain   one row per (asset, venue, bin)
-- Inputs  int_position_masses, int_liquidation_members
-- Params  $bin_pct  double, width of a bin in percent
-- Nothing is closed by force here: that concerns one side only. Positions older than the
-- history are left out, their entry prices are unknown.
with

books as (

    select distinct
        book,
        asset,
        venue
    from int_liquidation_members

),

bins as (

    select
        books.asset,
        books.venue,
        masses.bin,
        core.exact_sum(masses.base) as base,
        core.exact_sum(masses.base_low) as base_low,
        core.exact_sum(masses.base_high) as base_high,
        core.exact_sum(masses.base_hours / 65536) * 65536 as base_hours,
        bool_or(masses.is_simulated) as is_simulated
    from int_position_masses as masses
    inner join books
        on masses.book = books.book
    where not masses.is_initial
    group by books.asset, books.venue, masses.bin

)

select
    *,
    pow(1 + $bin_pct / 100, bin) as price_low,
    pow(1 + $bin_pct / 100, bin + 1) as price_high
from bins
where greatest(base, base_low, base_high) > 0
order by asset, venue, bin

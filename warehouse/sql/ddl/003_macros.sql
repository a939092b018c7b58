-- 003_macros: rules that more than one model, or an analyst, needs.

-- Futures and options are never summed together; this says which is which.
create macro core.kind_group(kind) as (
    case when kind = 'option' then 'options' else 'futures' end
);

-- Which side acted, from the price return and the return of coin open interest.
-- Returns and bands share one unit (percent, or fractions). A return inside its band, or on
-- its edge, says nothing: neutral. An unknown return gives an unknown cell.
create macro core.price_oi_cell(price_return, oi_return, price_band, oi_band) as (
    case
        when price_return is null or oi_return is null then null
        when abs(price_return) <= price_band or abs(oi_return) <= oi_band then 'neutral'
        when price_return > 0 and oi_return > 0 then 'new_longs_trend'
        when price_return > 0 then 'short_squeeze_covering'
        when oi_return > 0 then 'new_shorts_trend'
        else 'long_capitulation'
    end
);

-- A sum that is exact, hence the same whatever the order of the rows and the number of
-- threads: adding doubles is neither. It counts in units of 1e-10, a hundredth of a satoshi,
-- and holds amounts up to 1e24. (The type decimal would do too; reading it back is slow.)
create macro core.exact_sum(amount) as (
    cast(sum(cast(amount * 1e10 as hugeint)) as double) / 1e10
);

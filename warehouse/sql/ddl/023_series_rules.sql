-- 023_series_rules: what no line can be drawn through trends nowhere; a day counts once in the
-- track record; instants in words are UTC.

-- A falling open interest against a price that still trends, from the t-values of both lines.
-- A trend that was judged and is neither is none; so is that of a price that never moved, whose
-- t-value is no number (DuckDB sorts NaN above all others).
create or replace macro core.exhaustion_label(price_t, oi_t) as (
    case
        when not (isfinite(cast(price_t as double)) and isfinite(cast(oi_t as double)))
            then 'none'
        when oi_t < -2 and price_t > 2 then 'uptrend_exhaustion'
        when oi_t < -2 and price_t < -2 then 'downtrend_exhaustion'
        else 'none'
    end
);

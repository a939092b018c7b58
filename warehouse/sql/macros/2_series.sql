-- series: bars, cells of price and open interest, and labels of regimes.

-- Lengths of bars in microseconds: one place that knows them.
create or replace macro core.bar_us("interval") as (
    case "interval"
        when '5m' then 300000000
        when '1h' then 3600000000
        when '4h' then 14400000000
        when '24h' then 86400000000
        when '1d' then 86400000000
    end
);

-- Start of the bar that holds an instant; bars begin at 00:00 UTC.
create or replace macro core.bar_start("interval", instant) as (
    make_timestamptz(epoch_us(instant) - epoch_us(instant) % core.bar_us("interval"))
);

-- 020: how long a bar of any interval is.

create or replace macro core.length_us("interval") as (
    try_cast(left("interval", -1) as bigint)
    * case right("interval", 1)
        when 'm' then 60
        when 'h' then 3600
        when 'd' then 86400
        when 'w' then 604800
    end * 1000000
);

comment on macro core.length_us is
'Microseconds of a bar of an interval such as 5m, 1h, 1d or 1w; null where it is none of these';

-- Which side acted, from the price return and the return of coin open interest.
-- Returns and bands share one unit (percent, or fractions). A return inside its band, or on
-- its edge, says nothing: neutral. An unknown return gives an unknown cell.
create or replace macro core.price_oi_cell(price_return, oi_return, price_band, oi_band) as (
    case
        when price_return is null or oi_return is null then null
        when abs(price_return) <= price_band or abs(oi_return) <= oi_band then 'neutral'
        when price_return > 0 and oi_return > 0 then 'new_longs_trend'
        when price_return > 0 then 'short_squeeze_covering'
        when oi_return > 0 then 'new_shorts_trend'
        else 'long_capitulation'
    end
);

comment on macro core.price_oi_cell is
'reading of a price return and a return of open positions together (M08)';

-- Two sides as one number from -1 to 1; null where neither is known or both are zero.
create or replace macro core.imbalance(one, other) as (
    (one - other) / nullif(one + other, 0)
);

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

-- A jump of the price against falling open interest. The share of liquidations that hit shorts
-- (0 to 1) confirms or refutes it; without one it stays unconfirmed.
create or replace macro core.squeeze_label(price_z, oi_z, short_share, jump) as (
    case
        when price_z is null or oi_z is null then null
        when oi_z > -jump or abs(price_z) < jump then 'none'
        when price_z > 0 and short_share is null then 'short_squeeze_unconfirmed'
        when price_z < 0 and short_share is null then 'long_capitulation_unconfirmed'
        when price_z > 0 and short_share >= 0.6 then 'short_squeeze'
        when price_z < 0 and short_share <= 0.4 then 'long_capitulation'
        else 'none'
    end
);

-- Taker-initiated net positions of one bar: with flow and open interest of one sign the takers
-- opened or closed longs, else shorts. Both in the unit of the change; positive: opened.
create or replace macro core.net_taker_long(taker_flow, oi_change) as (
    case
        when taker_flow is null or oi_change is null then null
        when sign(taker_flow) * sign(oi_change) > 0 then oi_change
        else 0
    end
);

create or replace macro core.net_taker_short(taker_flow, oi_change) as (
    case
        when taker_flow is null or oi_change is null then null
        when sign(taker_flow) * sign(oi_change) < 0 then oi_change
        else 0
    end
);

-- A part of the days that were seen; null where these are too few.
create or replace macro core.part_of(part, days, minimum_days) as (
    case when days >= minimum_days then part / days end
);

-- Mean of one measure of several that stand in a column, each a fraction.
create or replace macro core.mean_of(measure, wanted, amount) as (
    core.exact_sum(case when measure = wanted then amount * 1e8 end)
    / 1e8
    / count(amount) filter (where measure = wanted)
);

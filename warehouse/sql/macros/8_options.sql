-- options: what an option is, and figures of several.

-- Expiry, strike and side of each option that was ever listed, in the time in which its listing holds.
-- They are part of what an option is, so the first listing holds for all time before it too.
create or replace macro core.option_terms() as table (
    select
        listed.venue,
        listed.symbol,
        case
            when row_number() over listings = 1 then timestamptz '-infinity'
            else listed.valid_from
        end as from_at,
        coalesce(lead(listed.valid_from) over listings, timestamptz 'infinity') as until_at,
        listed.expiry,
        case when listed.strike > 0 then listed.strike / listed.base_multiplier end as strike,
        case when listed.option_type in ('call', 'put') then listed.option_type end as side
    from core.instruments as listed
    where listed.kind = 'option'
    window listings as (
        partition by listed.venue, listed.symbol order by listed.valid_from
    )
);

-- Strike and side by the symbol, of an option that was never listed here; null where the symbol
-- names another coin, or none of it.
create or replace macro core.spelt_strike(symbol, asset) as (
    case
        when replace(split_part(symbol, '/', 1), 'XBT', 'BTC') = asset
            then
                try_cast(
                    nullif(regexp_extract(symbol, '-[0-9]{6}-([0-9.]+)-[CP]$', 1), '') as double
                )
    end
);

create or replace macro core.spelt_side(symbol, asset) as (
    case
        when
            replace(split_part(symbol, '/', 1), 'XBT', 'BTC') = asset
            and regexp_matches(symbol, '-[0-9]{6}-[0-9.]+-[CP]$')
            then case right(symbol, 1) when 'C' then 'call' else 'put' end
    end
);

-- A line through two points; where they are one, its height.
create or replace macro core.on_line(x, x_0, y_0, x_1, y_1) as (
    case
        when x_0 = x_1 then y_0
        else y_0 + (y_1 - y_0) * (x - x_0) / (x_1 - x_0)
    end
);

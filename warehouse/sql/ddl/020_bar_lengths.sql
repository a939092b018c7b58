-- 020: how long a bar of any interval is.

create macro core.length_us("interval") as (
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

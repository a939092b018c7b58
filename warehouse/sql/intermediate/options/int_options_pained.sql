-- int_options_pained: the strike at which holders of all options of an expiry would be paid least.
-- Grain   one row per (snapshot_at, asset, venue, expiry) with anything open
-- Inputs  int_options_laddered
-- Between two strikes what is paid in USD is a line: it rises by the calls at or below, and falls by
-- the puts above. So it is least from the first strike after which it does not fall to the first
-- after which it rises. Amounts such as 843.43 are no exact binary fractions: calls and puts that
-- are equal to twelve digits of what is open are equal. In coins it is no line, and what is paid is
-- compared itself, as closely.
with

sums as (

    select
        *,
        sum(cast(call_oi_base * 1e13 as hugeint)) over at_or_below
        - coalesce(sum(cast(put_oi_base * 1e13 as hugeint)) over above, 0) as rise,
        strike * sum(call_oi_base) over at_or_below
        - sum(call_oi_base * strike) over at_or_below
        + coalesce(sum(put_oi_base * strike) over above, 0)
        - strike * coalesce(sum(put_oi_base) over above, 0) as paid_usd,
        sum(oi_base) over (partition by snapshot_at, asset, venue, expiry) as all_base
    from int_options_laddered
    window
        at_or_below as (
            partition by snapshot_at, asset, venue, expiry
            order by strike
            rows between unbounded preceding and current row
        ),
        above as (
            partition by snapshot_at, asset, venue, expiry
            order by strike
            rows between 1 following and unbounded following
        )

),

slopes as (

    select
        *,
        round(rise / nullif(1e13 * all_base, 0), 12) as slope
    from sums
    where all_base > 0

)

select
    snapshot_at,
    asset,
    venue,
    expiry,
    min(strike) filter (where slope >= 0) as max_pain,
    coalesce(min(strike) filter (where slope > 0), max(strike)) as max_pain_high,
    min_by(strike, (round(paid_usd / nullif(strike * all_base, 0), 12), strike))
        as max_pain_coin
from slopes
group by snapshot_at, asset, venue, expiry

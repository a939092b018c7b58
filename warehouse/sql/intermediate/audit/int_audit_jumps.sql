-- int_audit_jumps: steps by a factor that a change of unit gives rather than trade.
-- Grain   one row per (snapshot_at, venue, symbol) whose step is near such a factor
-- Inputs  int_audit_steps
-- Params  $jump_tolerance    double, how near, as a fraction
--         $jump_minimum_usd  double, the larger of both figures must reach this
-- of_line: at least two instruments of one unit rule, and half of them, took the same factor.
with

factors as (

    select listed.factor
    from (values (2.0), (10.0), (100.0), (1000.0), (0.5), (0.1), (0.01), (0.001)) as listed (factor)

),

ratios as (

    select
        *,
        held / held_before as ratio
    from int_audit_steps
    where held > 0 and held_before > 0

),

lines as (

    select
        snapshot_at,
        venue,
        unit_rule,
        count(*) as instruments
    from ratios
    group by all

),

near as (

    select
        ratios.*,
        factors.factor
    from ratios
    inner join factors
        on abs(ln(ratios.ratio / factors.factor)) <= ln(1 + $jump_tolerance)
    where ratios.ratio > 1.5 or ratios.ratio < 0.75

),

crowds as (

    select
        snapshot_at,
        venue,
        unit_rule,
        factor,
        count(*) as jumped
    from near
    group by all

)

select
    near.*,
    crowds.jumped,
    lines.instruments,
    crowds.jumped >= 2 and 2 * crowds.jumped >= lines.instruments as of_line
from near
inner join crowds
    using (snapshot_at, venue, unit_rule, factor)
inner join lines
    using (snapshot_at, venue, unit_rule)
where
    greatest(near.oi_usd, near.usd_before) >= $jump_minimum_usd
    or (crowds.jumped >= 2 and 2 * crowds.jumped >= lines.instruments)

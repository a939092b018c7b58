-- int_audit_found: what the audit finds, check by check.
-- Grain   one row per (snapshot_at, venue, symbol, check_name); symbol is null for a whole venue
-- Inputs  int_audit_routes, int_audit_volumes, int_audit_steps, int_audit_jumps,
--         int_audit_prices, int_audit_rows, core.open_interest by core.tickers_apart,
--         core.open_interest by core.quotes_off_peg
-- Params  $route_tolerance     double, how far two routes to one figure may lie apart
--         $volume_tolerance    double, how far a change may exceed the volume
--         $volume_minimum_usd  double, smaller changes are rounding
--         $price_tolerance     double, how far a price may lie from the median
--         $price_other_coin    double, beyond this it is the price of something else
--         $since               timestamptz, first snapshot to audit
--         $until               timestamptz, last one
--         $max_age_minutes     double, further from the snapshot than this is stale
with

apart as (

    select *
    from core.tickers_apart($since, $until, timestamptz 'infinity', $max_age_minutes)

),

jumped_lines as (

    select
        snapshot_at,
        venue,
        factor,
        sum(oi_usd) as oi_usd,
        sum(usd_before) as usd_before,
        median(ratio) as ratio,
        count(*) as instruments,
        string_agg(distinct unit_rule, ', ' order by unit_rule) as rules
    from int_audit_jumps
    where of_line
    group by
        snapshot_at,
        venue,
        factor
    qualify row_number() over (
        partition by snapshot_at, venue
        order by count(*) desc, factor
    ) = 1

)

select
    snapshot_at,
    venue,
    symbol,
    asset,
    'usd_routes' as check_name,
    oi_usd as seen,
    usd as expected,
    'USD' as unit,
    oi_usd / nullif(usd, 0) as ratio,
    'error' as severity,
    format(
        'by {} it is {:,.0f} USD, {:.3g} % apart{}',
        route, usd, 100 * gap, if(quality = 'ok', '', '; not counted')
    ) as detail
from int_audit_routes
where gap > $route_tolerance
union all
select
    steps.snapshot_at,
    steps.venue,
    steps.symbol,
    steps.asset,
    'oi_within_volume',
    abs(steps.held - steps.held_before),
    volumes.traded,
    steps.unit,
    abs(steps.held - steps.held_before) / nullif(volumes.traded, 0),
    'warning',
    format(
        'open interest moved by {:.10g} {} in {:.3g} h, {:.10g} were traded',
        steps.held - steps.held_before,
        steps.unit, volumes.hours, volumes.traded
    )
from int_audit_steps as steps
inner join int_audit_volumes as volumes
    using (snapshot_at, venue, symbol)
where
    abs(steps.held - steps.held_before) > volumes.traded * (1 + $volume_tolerance)
    and abs(steps.held - steps.held_before)
    * case when steps.unit = 'USD' then 1 else coalesce(steps.price, 0) end
    >= $volume_minimum_usd
union all
select
    snapshot_at,
    venue,
    symbol,
    asset,
    'instrument_jump',
    held,
    held_before,
    unit,
    ratio,
    if(factor in (2, 0.5), 'warning', 'error'),
    format('{:.10g} {} after {:.10g}: a factor near {:g}', held, unit, held_before, factor)
from int_audit_jumps
where not of_line
union all
select
    snapshot_at,
    venue,
    null,
    null,
    'venue_jump',
    oi_usd,
    usd_before,
    'USD',
    ratio,
    'error',
    format(
        '{} instruments moved by a factor near {:g} at once, as a change of unit or counting'
        || ' does; rules {}',
        instruments, factor, rules
    )
from jumped_lines
union all
select
    prices.snapshot_at,
    prices.venue,
    prices.symbol,
    prices.asset,
    'price_near_median',
    prices.price,
    prices.median_price,
    'USD per coin',
    prices.price / prices.median_price,
    if(
        abs(ln(prices.price / prices.median_price)) > ln(1 + $price_other_coin), 'error', 'warning'
    ),
    format(
        'price {:.10g}, the median of {} venues is {:.10g}{}',
        prices.price, prices.venues, prices.median_price,
        if(apart.symbol is null, '', ': one ticker, two things; not counted')
    )
from int_audit_prices as prices
left join apart
    using (snapshot_at, venue, symbol)
where abs(prices.price / prices.median_price - 1) > $price_tolerance
union all
select
    apart.snapshot_at,
    apart.venue,
    apart.symbol,
    apart.asset,
    'same_ticker',
    apart.price,
    apart.other_price,
    'USD per coin',
    apart.price / apart.other_price,
    'error',
    format(
        'priced {:.10g} where another venue prices {:.10g}: one ticker, two things; not counted',
        apart.price, apart.other_price
    )
from apart
left join int_audit_prices as prices
    using (snapshot_at, venue, symbol)
where prices.symbol is null
union all
select
    snapshot_at,
    venue,
    symbol,
    asset,
    'dollar_peg',
    dollars,
    1,
    'USD per coin',
    dollars / 1,
    'error',
    format(
        '{} is worth {:.4g} USD by the prices of {} assets, not 1; not counted',
        quote, dollars, things
    )
from core.quotes_off_peg($since, $until, timestamptz 'infinity', $max_age_minutes)
union all
select
    snapshot_at,
    venue,
    symbol,
    asset,
    suspect_reason,
    coalesce(held, 0),
    coalesce(held, 0),
    unit,
    1,
    'warning',
    format(
        '{:.10g} {}: {}; not counted',
        coalesce(held, 0), unit, core.standing_reason(suspect_reason)
    )
from int_audit_rows
where is_audited and suspect_reason is not null

-- cftc_positions: the CFTC's weekly report in coins and USD.
-- Grain   one row per report_date, exchange and contract_code that the mart does not hold
-- Inputs  core.cftc_positions, marts.cftc_positions (earlier), core.open_interest, core.bars
-- A price is that of perpetuals, the median over venues, at the instant nearest to 16:00 in
-- Chicago, the close that the positions are of, and on that day in Chicago.
with

missing as (

    select reported.*
    from core.cftc_positions as reported
    anti join marts.cftc_positions as held
        using (report_date, exchange, contract_code)
    where reported.superseded_at is null

),

days as (

    select distinct
        asset,
        report_date,
        timezone('America/Chicago', report_date + interval 16 hour) as closed_at
    from missing

),

spans as (

    select
        min(closed_at) - interval 1 day as since,
        max(closed_at) + interval 1 day as until
    from days

),

known as (

    select
        facts.snapshot_at as price_at,
        facts.venue,
        facts.asset,
        coalesce(facts.mark_price, facts.last_price) as price
    from core.open_interest as facts
    semi join days
        on facts.asset = days.asset
    where
        facts.superseded_at is null
        and facts.quality = 'ok'
        and facts.kind = 'perp'
        and facts.snapshot_at between (select spans.since from spans)
        and (select spans.until from spans)
    union all
    select
        bars.bar_at + to_microseconds(core.length_us(bars."interval")) as price_at,
        bars.venue,
        bars.asset,
        bars.close as price
    from core.bars as bars
    semi join days
        on bars.asset = days.asset
    where
        not contains(bars.symbol, '-')
        and bars.bar_at between (select spans.since from spans)
        and (select spans.until from spans)

),

nearest as (

    select
        days.asset,
        days.report_date,
        known.price_at,
        known.price
    from known
    inner join days
        on
            known.asset = days.asset
            and cast(timezone('America/Chicago', known.price_at) as date) = days.report_date
    where known.price > 0
    qualify rank() over (
        partition by days.asset, days.report_date
        order by abs(epoch_us(known.price_at) - epoch_us(days.closed_at)), known.price_at
    ) = 1

),

prices as (

    select
        asset,
        report_date,
        price_at,
        median(price) as price
    from nearest
    group by asset, report_date, price_at

)

select
    missing.report_date,
    missing.exchange,
    missing.contract_code,
    missing.contract,
    missing.asset,
    missing.contract_units,
    missing.contract_size,
    missing.oi_contracts,
    missing.oi_contracts * missing.contract_size as oi_base,
    missing.oi_contracts * missing.contract_size * prices.price as oi_usd,
    prices.price,
    prices.price_at,
    case
        when missing.contract_units is null then 'the report does not say how large a contract is'
        when missing.contract_size is null
            then 'no size of a contract can be read from ' || missing.contract_units
        when prices.price is null then 'no price of that day is stored'
    end as missing_reason,
    missing.dealer_long,
    missing.dealer_short,
    missing.dealer_spreading,
    missing.asset_manager_long,
    missing.asset_manager_short,
    missing.asset_manager_spreading,
    missing.leveraged_long,
    missing.leveraged_short,
    missing.leveraged_spreading,
    missing.other_long,
    missing.other_short,
    missing.other_spreading,
    missing.nonreportable_long,
    missing.nonreportable_short,
    missing.recorded_at
from missing
left join prices
    using (asset, report_date)
order by
    missing.report_date,
    missing.exchange,
    missing.contract_code

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

-- Whether a figure is known of enough of what is open; of nothing it is.
create or replace macro core.is_known_of(known_base, oi_base, minimum) as (
    coalesce(known_base, 0) >= minimum * oi_base
);

-- A line through two points; where they are one, its height.
create or replace macro core.on_line(x, x_0, y_0, x_1, y_1) as (
    case
        when x_0 = x_1 then y_0
        else y_0 + (y_1 - y_0) * (x - x_0) / (x_1 - x_0)
    end
);

-- The options of an asset at its latest snapshot: ALL first, then each venue. top_strikes are the
-- five that hold most, all expiries together.
create or replace macro options(wanted_asset) as table (
    with

    latest as (

        select max(newest.snapshot_at) as snapshot_at
        from marts.options_by_asset as newest
        where newest.asset = wanted_asset

    ),

    strikes as (

        select
            ladder.venue,
            ladder.strike,
            any_value(ladder.strike_rank) as strike_rank,
            core.exact_sum(ladder.call_oi_base) as call_oi_base,
            core.exact_sum(ladder.put_oi_base) as put_oi_base
        from marts.options_by_strike as ladder
        inner join latest
            on ladder.snapshot_at = latest.snapshot_at
        where
            ladder.asset = wanted_asset
            and ladder.strike_rank <= 5
        group by ladder.venue, ladder.strike

    ),

    top as (

        select
            strikes.venue,
            list(
                {
                    'strike': strikes.strike,
                    'call_oi_base': strikes.call_oi_base,
                    'put_oi_base': strikes.put_oi_base
                }
                order by strikes.strike_rank
            ) as top_strikes
        from strikes
        group by strikes.venue

    )

    select
        totals.snapshot_at,
        totals.asset,
        totals.venue,
        totals.oi_base,
        totals.oi_usd,
        totals.call_oi_base,
        totals.put_oi_base,
        totals.change_24h_base,
        totals.change_7d_base,
        totals.put_call_ratio,
        totals.put_call_ratio_volume,
        totals.put_call_ratio_otm,
        totals.oi_skew,
        totals.gex_gross_usd,
        totals.gex_net_naive_usd,
        totals.gex_net_short_all_usd,
        totals.dex_base,
        totals.gamma_flip,
        totals.flip_reason,
        totals.atm_iv_7d,
        totals.atm_iv_30d,
        totals.atm_iv_90d,
        totals.risk_reversal_25d_30d,
        totals.butterfly_25d_30d,
        totals.realised_vol_30d,
        totals.iv_minus_realised_30d,
        totals.share_expiring_7d,
        totals.premium_usd,
        top.top_strikes,
        totals.price,
        totals.options_counted,
        totals.coverage,
        totals.published,
        totals.withheld_reason
    from marts.options_by_asset as totals
    inner join latest
        on totals.snapshot_at = latest.snapshot_at
    left join top
        on totals.venue = top.venue
    where totals.asset = wanted_asset
    order by totals.venue <> 'ALL', totals.oi_usd desc, totals.venue
);

comment on macro table options is
'options(asset): what is open in options at the latest snapshot, ALL and each venue; gamma gross and of assumed dealers, volatility, top five strikes (M28, M29, M31, M32, M33)';

-- Each option of an asset at its latest snapshot, of one expiry by its day in UTC ('2026-12-25'), or
-- of all where null.
create or replace macro option_chain(wanted_asset, wanted_expiry) as table (
    select
        chain.snapshot_at,
        chain.asset,
        chain.expiry,
        chain.strike,
        chain.option_type,
        chain.venue,
        chain.oi_base,
        chain.oi_usd,
        chain.volume_24h_base,
        chain.mark_price,
        chain.forward,
        chain.iv,
        chain.iv_source,
        chain.iv_reason,
        chain.delta,
        chain.delta_premium_adjusted,
        chain.gamma,
        chain.vega,
        chain.theta,
        chain.premium_usd,
        chain.gex_gross_usd,
        chain.symbol
    from marts.option_chain as chain
    where
        chain.asset = wanted_asset
        and chain.snapshot_at = (
            select max(newest.snapshot_at)
            from marts.options_by_asset as newest
            where newest.asset = wanted_asset
        )
        and (
            wanted_expiry is null
            or strftime(timezone('UTC', chain.expiry), '%Y-%m-%d')
            = left(cast(wanted_expiry as varchar), 10)
        )
    order by chain.expiry, chain.strike, chain.option_type, chain.venue, chain.symbol
);

comment on macro table option_chain is
'option_chain(asset, expiry): each option at the latest snapshot, with volatility and greeks by Black-76; expiry is a day in UTC, null for all (M30)';

-- Futures of an asset against their index at the latest snapshot, perpetuals first.
create or replace macro term_structure(wanted_asset) as table (
    select structure.*
    from marts.term_structure as structure
    where
        structure.asset = wanted_asset
        and structure.snapshot_at = (
            select max(newest.snapshot_at)
            from marts.term_structure as newest
            where newest.asset = wanted_asset
        )
    order by structure.expiry nulls first, structure.venue, structure.symbol
);

comment on macro table term_structure is
'term_structure(asset): premium of perpetuals and annualised basis of dated futures at the latest snapshot, by expiry and venue (M40)';

-- What of an asset expires when, by its latest snapshot: options of each venue and of ALL, and dated
-- futures of each venue.
create or replace macro expiry_calendar(wanted_asset) as table (
    with

    options as (

        select
            expiries.snapshot_at,
            expiries.asset,
            'options' as product,
            expiries.venue,
            expiries.expiry,
            expiries.days_to_expiry,
            expiries.oi_base,
            expiries.oi_usd,
            expiries.oi_share,
            expiries.premium_usd,
            expiries.put_call_ratio,
            expiries.max_pain,
            expiries.max_pain_high,
            expiries.max_pain_distance_pct,
            expiries.withheld_reason
        from marts.options_by_expiry as expiries
        where
            expiries.asset = wanted_asset
            and expiries.snapshot_at = (
                select max(newest.snapshot_at)
                from marts.options_by_asset as newest
                where newest.asset = wanted_asset
            )

    ),

    futures as (

        select
            any_value(structure.snapshot_at) as snapshot_at,
            any_value(structure.asset) as asset,
            'futures' as product,
            structure.venue,
            structure.expiry,
            any_value(structure.days) as days_to_expiry,
            core.exact_sum(structure.oi_base) as oi_base,
            core.exact_sum(structure.oi_usd) as oi_usd
        from marts.term_structure as structure
        where
            structure.asset = wanted_asset
            and structure.expiry is not null
            and structure.snapshot_at = (
                select max(newest.snapshot_at)
                from marts.term_structure as newest
                where newest.asset = wanted_asset
            )
        group by structure.venue, structure.expiry

    ),

    expiring as (

        select * from options
        union all by name
        select * from futures

    )

    select
        expiring.snapshot_at,
        expiring.asset,
        expiring.expiry,
        strftime(timezone('UTC', expiring.expiry), '%H:%M') as hour_utc,
        expiring.days_to_expiry,
        expiring.product,
        expiring.venue,
        expiring.oi_base,
        expiring.oi_usd,
        expiring.oi_share,
        expiring.premium_usd,
        expiring.put_call_ratio,
        expiring.max_pain,
        expiring.max_pain_high,
        expiring.max_pain_distance_pct,
        expiring.withheld_reason
    from expiring
    order by
        expiring.expiry,
        expiring.product desc,
        expiring.venue <> 'ALL',
        expiring.oi_usd desc,
        expiring.venue
);

comment on macro table expiry_calendar is
'expiry_calendar(asset): what expires when, at which hour UTC, by the latest snapshot: open interest, premium at its marks, max pain of options; open interest of dated futures (M27, M28, M29)';

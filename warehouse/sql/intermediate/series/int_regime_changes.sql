-- int_regime_changes: changes of price and open interest over three horizons, in series.
-- Grain   one row per (bar_at, horizon, asset) of the window and the days it is measured
--         against; futures only
-- Inputs  marts.oi_by_asset
-- Params  $since  timestamptz, first instant of the window
--         $until  timestamptz, last instant of the window
--         $squeeze_days  integer, days of earlier changes a jump is measured against
-- Rows whose instants differ by a whole number of horizons form one series (same phase), so
-- that its periods do not overlap; only series that reach the window are kept. Logarithms are
-- counted in whole numbers of 1e-15, so that sums do not depend on where a build begins.
with

lengths as (

    select listed.*
    from (values ('1h'), ('4h'), ('24h')) as listed (horizon)

),

phases as (

    select distinct
        lengths.horizon,
        (epoch_us(totals.snapshot_at) + 150000000) // 300000000
        % (core.bar_us(lengths.horizon) // 300000000) as phase
    from (
        select distinct snapshots.snapshot_at
        from marts.oi_by_asset as snapshots
        where snapshots.snapshot_at between $since and $until
    ) as totals
    cross join lengths

),

changes as (

    select
        totals.snapshot_at as bar_at,
        lengths.horizon,
        totals.asset,
        (epoch_us(totals.snapshot_at) + 150000000) // 300000000
        % (core.bar_us(lengths.horizon) // 300000000) as phase,
        case lengths.horizon
            when '1h' then totals.price_change_1h_pct
            when '4h' then totals.price_change_4h_pct
            when '24h' then totals.price_change_24h_pct
        end as price_change_pct,
        case lengths.horizon
            when '1h' then totals.change_1h_pct
            when '4h' then totals.change_4h_pct
            when '24h' then totals.change_24h_pct
        end as oi_change_pct,
        totals.is_simulated
    from marts.oi_by_asset as totals
    cross join lengths
    where
        totals.kind_group = 'futures'
        and totals.snapshot_at between
        $since - to_days(greatest($squeeze_days, 30) + 1) and $until

)

select
    changes.*,
    case
        when changes.price_change_pct > -100
            then cast(round(ln(1 + changes.price_change_pct / 100) * 1e15) as bigint)
    end as price_log,
    case
        when changes.oi_change_pct > -100
            then cast(round(ln(1 + changes.oi_change_pct / 100) * 1e15) as bigint)
    end as oi_log
from changes
inner join phases
    using (horizon, phase)

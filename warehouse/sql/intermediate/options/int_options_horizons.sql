-- int_options_horizons: the smile at fixed times ahead, between the expiries around them.
-- Grain   one row per (snapshot_at, asset, venue) with an expiry whose volatility is known
-- Inputs  int_options_smiles
-- Total variance at the money, and risk reversal and butterfly, are lines from one expiry to the
-- next. Outside of the expiries nothing is known.
with

expiries as (

    select
        snapshot_at,
        asset,
        venue,
        atm_iv,
        risk_reversal_25d,
        butterfly_25d,
        date_diff('microsecond', snapshot_at, expiry) / 86400e6 as days
    from int_options_smiles
    where atm_iv is not null

),

asked as (

    select
        expiries.snapshot_at,
        expiries.asset,
        expiries.venue,
        horizons.days as horizon,
        max_by(expiries, expiries.days) filter (where expiries.days <= horizons.days) as before,
        min_by(expiries, expiries.days) filter (where expiries.days >= horizons.days) as beyond
    from expiries
    cross join (values (7), (30), (90)) as horizons (days)
    group by expiries.snapshot_at, expiries.asset, expiries.venue, horizons.days

),

between_expiries as (

    select
        snapshot_at,
        asset,
        venue,
        horizon,
        sqrt(
            core.on_line(
                horizon, before.days, before.atm_iv ** 2 * before.days, beyond.days,
                beyond.atm_iv ** 2 * beyond.days
            ) / horizon
        ) as atm_iv,
        core.on_line(
            horizon, before.days, before.risk_reversal_25d, beyond.days, beyond.risk_reversal_25d
        ) as risk_reversal_25d,
        core.on_line(
            horizon, before.days, before.butterfly_25d, beyond.days, beyond.butterfly_25d
        ) as butterfly_25d
    from asked
    where before is not null and beyond is not null

)

select
    snapshot_at,
    asset,
    venue,
    max(atm_iv) filter (where horizon = 7) as atm_iv_7d,
    max(atm_iv) filter (where horizon = 30) as atm_iv_30d,
    max(atm_iv) filter (where horizon = 90) as atm_iv_90d,
    max(risk_reversal_25d) filter (where horizon = 30) as risk_reversal_25d_30d,
    max(butterfly_25d) filter (where horizon = 30) as butterfly_25d_30d
from between_expiries
group by snapshot_at, asset, venue

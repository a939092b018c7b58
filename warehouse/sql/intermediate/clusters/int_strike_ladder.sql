-- int_strike_ladder: the strikes of an asset, those of all exchanges and expiries together.
-- Grain   one row per (asset, bin); bin counts the strikes from the lowest
-- Inputs  int_strike_universe
-- Params  $until  timestamptz, the snapshot to build
-- Bins of equal width would hold two strikes here and none there, which makes clusters out of even
-- open interest. So every listed strike is a bin of its own, open or not; its edges are midway to
-- its neighbours, at the ends as far out as in.
with

strikes as (

    select distinct
        asset,
        strike
    from int_strike_universe
    where
        taken_at = $until
        and strike is not null
        and side is not null

),

placed as (

    select
        asset,
        strike,
        row_number() over ladder as bin,
        lag(strike) over ladder as below,
        lead(strike) over ladder as above
    from strikes
    window ladder as (partition by asset order by strike)

)

select
    asset,
    bin,
    strike,
    coalesce((below + strike) / 2, greatest(strike - (above - strike) / 2, 0), strike) as price_low,
    coalesce((strike + above) / 2, strike + (strike - below) / 2, strike) as price_high
from placed
order by asset, bin

-- profile: surviving positions of an asset by entry price, all venues together.
-- Grain   one row per side and price bin
-- Inputs  marts.oi_profile
-- Params  $asset, $snapshot_at, $price, $range_pct
-- Without what was opened before the history begins: its price is not known.
select
    profile.side,
    profile.price_low,
    profile.price_high,
    profile.usd * (1 - coalesce(profile.initial_base / profile.base, 0)) as usd
from marts.oi_profile as profile
where
    profile.asset = $asset
    and profile.snapshot_at = $snapshot_at
    and profile.venue = 'ALL'
    and profile.base > coalesce(profile.initial_base, 0)
    and profile.price_high > $price * (1 - $range_pct / 100)
    and profile.price_low < $price * (1 + $range_pct / 100)
order by
    profile.side,
    profile.price_low

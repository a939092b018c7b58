-- venue_shares: each venue's part of all futures open interest, and how it changed in 24 hours.
-- Grain   one row per venue; none when the total is not published
-- Inputs  marts.oi_by_product, marts.oi_market
-- Params  $snapshot_at
-- The change is that of contracts known at both ends, at the earlier prices (M03): an exchange that
-- is missing does not lift the shares of the others.
select
    products.venue,
    core.exact_sum(products.oi_usd) as oi_usd,
    core.exact_sum(products.oi_usd) / nullif(any_value(market.oi_usd), 0) as share,
    core.exact_sum(products.share_change_24h_pp) as share_change_24h_pp
from marts.oi_by_product as products
inner join marts.oi_market as market
    using (snapshot_at, kind_group)
where
    products.snapshot_at = $snapshot_at
    and products.kind_group = 'futures'
    and market.published
group by products.venue
order by
    oi_usd desc,
    products.venue

-- products: what each product line sends, how far that is proven, and what it amounts to.
-- Grain   one row per venue, product and kind_group
-- Inputs  marts.oi_by_product
-- Params  $snapshot_at
select
    products.*,
    (epoch($snapshot_at) - epoch(products.observed_from)) / 60 as age_minutes
from marts.oi_by_product as products
where products.snapshot_at = $snapshot_at
order by
    products.venue,
    products.product,
    products.kind_group

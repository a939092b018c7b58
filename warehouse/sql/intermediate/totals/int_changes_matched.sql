-- int_changes_matched: what changed between two snapshots, over instruments fresh at both.
-- Grain   one row per (snapshot_at, group_id, horizon) with at least one such instrument
-- Inputs  int_changes_paired
select
    snapshot_at,
    group_id,
    horizon,
    100 * (core.exact_sum(positions_usd) / nullif(core.exact_sum(usd_0), 0)) as change_pct,
    core.exact_sum(usd_1) as matched_usd,
    core.exact_sum(flow_usd) as flow_usd,
    core.exact_sum(usd_1 - usd_0 - flow_usd) as revaluation_usd,
    100 * (coalesce(median(perp_price_ratio), median(future_price_ratio)) - 1)
        as price_change_pct
from int_changes_paired
group by all

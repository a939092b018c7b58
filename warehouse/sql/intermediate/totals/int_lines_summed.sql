-- int_lines_summed: fresh open interest and funding of one venue under one unit rule.
-- Grain   one row per (snapshot_at, kind_group, venue_id, rule_id)
-- Inputs  int_open_interest_judged
-- Params  $since  timestamptz, first instant of the window
--         $until  timestamptz, last instant of the window
-- Funding is that of perpetuals whose rate is known; perp_usd are all perpetuals.
with

fresh as (

    select
        *,
        core.kind_group(kind) as kind_group,
        kind = 'perp' as is_perp,
        kind = 'perp' and isfinite(funding_8h) as is_funded
    from int_open_interest_judged
    where is_fresh and snapshot_at between $since and $until

)

select
    snapshot_at,
    kind_group,
    venue_id,
    product_id,
    rule_id,
    core.exact_sum(oi_usd) as oi_usd,
    core.exact_sum(case when margin = 'linear' then oi_usd else 0 end) as linear_usd,
    core.exact_sum(case when margin = 'inverse' then oi_usd else 0 end) as inverse_usd,
    core.exact_sum(case when margin = 'quanto' then oi_usd else 0 end) as quanto_usd,
    count(*) as instruments,
    core.exact_sum(case when is_perp then oi_usd end) as perp_usd,
    core.exact_sum(case when is_funded then oi_usd end) as funded_usd,
    core.exact_sum(case when is_funded then oi_usd * funding_8h end) as funding_usd,
    min(counting_factor) as counting_factor,
    min(observed_at) as observed_from,
    max(observed_at) as observed_until,
    bool_or(is_simulated) as is_simulated
from fresh
group by all

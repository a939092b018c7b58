-- oi_by_product: open interest of one product line of one venue, what changed, what it rests on.
-- Grain   one row per (snapshot_at, kind_group, venue, product) with at least one fresh row
-- Inputs  int_products_totalled, int_rules_numbered, marts.oi_market
-- Params  $since             timestamptz, first instant of the window
--         $until             timestamptz, last instant of the window
--         $minimum_coverage  double, below this changes are withheld
-- Window  snapshot_at
-- Slices  2500000 rows of core.open_interest
-- share_change_24h_pp is that of the contracts fresh at both ends, at the earlier prices: a venue
-- that is missing, or a price, does not lift the shares of others.
with

covered as (

    select
        *,
        core.coverage(fresh_usd, known_usd, fresh, instruments, known) as coverage,
        core.gap_text(
            venue, core.gap_word(is_stale, is_suspect, is_missing), instruments, fresh
        ) as words
    from int_products_totalled

),

matched as (

    select
        snapshot_at,
        kind_group,
        core.exact_sum(usd_0_24h) as usd_0,
        core.exact_sum(usd_0_24h + positions_usd_24h) as usd_1
    from int_products_totalled
    group by all

),

judged as (

    select
        covered.*,
        market.oi_usd as market_usd,
        case
            when market.published
                then
                    100 * (
                        (covered.usd_0_24h + covered.positions_usd_24h) / nullif(matched.usd_1, 0)
                        - covered.usd_0_24h / nullif(matched.usd_0, 0)
                    )
        end as share_change_pp,
        covered.coverage >= $minimum_coverage as published
    from covered
    inner join marts.oi_market as market
        on
            covered.snapshot_at = market.snapshot_at
            and covered.kind_group = market.kind_group
            and market.snapshot_at between $since and $until
    inner join matched
        on
            covered.snapshot_at = matched.snapshot_at
            and covered.kind_group = matched.kind_group
    where covered.oi_usd is not null

)

select
    judged.snapshot_at,
    judged.kind_group,
    judged.venue,
    rules.product,
    judged.oi_usd,
    judged.linear_usd as oi_usd_linear,
    judged.inverse_usd as oi_usd_inverse,
    judged.quanto_usd as oi_usd_quanto,
    judged.oi_usd / nullif(judged.market_usd, 0) as share,  -- noqa: RF04
    judged.share_change_pp as share_change_24h_pp,
    cast(judged.fresh as integer) as instruments_fresh,
    cast(judged.instruments as integer) as instruments_expected,
    judged.coverage,
    judged.published,
    core.withheld_reason(judged.coverage, $minimum_coverage, judged.words) as withheld_reason,
    case
        when judged.published then 100 * (judged.positions_usd_1h / nullif(judged.usd_0_1h, 0))
    end as change_1h_pct,
    case
        when judged.published then 100 * (judged.positions_usd_4h / nullif(judged.usd_0_4h, 0))
    end as change_4h_pct,
    case
        when judged.published then 100 * (judged.positions_usd_24h / nullif(judged.usd_0_24h, 0))
    end as change_24h_pct,
    case
        when judged.published then 100 * (judged.positions_usd_7d / nullif(judged.usd_0_7d, 0))
    end as change_7d_pct,
    judged.usd_1_24h / nullif(judged.oi_usd, 0) as matched_24h_share,
    case when judged.published then judged.flow_usd_24h end as flow_usd_24h,
    case
        when judged.published then judged.usd_1_24h - judged.usd_0_24h - judged.flow_usd_24h
    end as revaluation_usd_24h,
    judged.funding_usd / nullif(judged.funded_usd, 0) as funding_8h_oi_weighted,
    coalesce(judged.funded_usd, 0) / nullif(judged.perp_usd, 0) as funding_covered_share,
    rules.field,
    rules.unit,
    coalesce(rules.counting_factor, judged.counting_factor) as counting_factor,
    judged.other_unit_rules,
    core.evidence_of(judged.unit_grade) as unit_evidence,
    core.evidence_of(judged.counting_grade) as counting_evidence,
    judged.observed_from,
    judged.observed_until,
    judged.is_simulated
from judged
inner join int_rules_numbered as rules
    on judged.rule_id = rules.rule_id
order by
    judged.snapshot_at asc,
    judged.kind_group asc,
    judged.venue asc,
    rules.product asc

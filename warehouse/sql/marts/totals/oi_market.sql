-- oi_market: all open interest of one kind, and what changed.
-- Grain   one row per (snapshot_at, kind_group) with at least one fresh row
-- Inputs  int_products_totalled, int_venues_attempted, int_attempts_counted
-- Params  $minimum_coverage  double, below this changes are withheld
-- Window  snapshot_at
-- Slices  2500000 rows of core.open_interest
-- Levels are the sum of what is fresh, changes those of instruments fresh at both ends: the sums of
-- which the totals of assets and of product lines are parts. A venue that lists none of this kind
-- is not asked for any; of one never heard of nobody knows.
with

venues as (

    select
        snapshot_at,
        kind_group,
        min(venue) as venue,
        sum(instruments) as instruments,
        sum(fresh) as fresh,
        core.gap_word(bool_or(is_stale), bool_or(is_suspect), bool_or(is_missing)) as word
    from int_products_totalled
    group by
        snapshot_at,
        kind_group,
        venue_id

),

asked as (

    select
        snapshot_at,
        kind_group,
        venue
    from venues
    union
    select distinct
        venues.snapshot_at,
        venues.kind_group,
        attempted.venue
    from venues
    inner join int_venues_attempted as attempted
        on venues.snapshot_at = attempted.snapshot_at
    where not attempted.is_known

),

counted as (

    select
        snapshot_at,
        kind_group,
        count(*) as venues
    from asked
    group by all

),

gaps as (

    select
        snapshot_at,
        kind_group,
        count(*) filter (where fresh > 0) as venues_fresh,
        string_agg(
            case
                when fresh < instruments then core.gap_text(venue, word, instruments, fresh)
            end,
            ', ' order by venue
        ) as words
    from venues
    group by all

),

summed as (

    select
        snapshot_at,
        kind_group,
        core.exact_sum(oi_usd) as oi_usd,
        core.exact_sum(linear_usd) as linear_usd,
        core.exact_sum(inverse_usd) as inverse_usd,
        core.exact_sum(quanto_usd) as quanto_usd,
        core.exact_sum(perp_usd) as perp_usd,
        core.exact_sum(funded_usd) as funded_usd,
        core.exact_sum(funding_usd) as funding_usd,
        core.exact_sum(fresh_usd) as fresh_usd,
        core.exact_sum(known_usd) as known_usd,
        sum(instruments) as instruments,
        sum(known) as known,
        sum(fresh) as fresh,
        core.exact_sum(usd_0_1h) as usd_0_1h,
        core.exact_sum(usd_0_4h) as usd_0_4h,
        core.exact_sum(usd_0_24h) as usd_0_24h,
        core.exact_sum(usd_0_7d) as usd_0_7d,
        core.exact_sum(positions_usd_1h) as positions_usd_1h,
        core.exact_sum(positions_usd_4h) as positions_usd_4h,
        core.exact_sum(positions_usd_24h) as positions_usd_24h,
        core.exact_sum(positions_usd_7d) as positions_usd_7d,
        core.exact_sum(usd_1_24h) as usd_1_24h,
        core.exact_sum(flow_usd_24h) as flow_usd_24h,
        min(observed_from) as observed_from,
        max(observed_until) as observed_until,
        bool_or(is_simulated) as is_simulated
    from int_products_totalled
    group by all

),

covered as (

    select
        summed.*,
        counted.venues as venues_asked,
        gaps.venues_fresh,
        core.coverage(
            summed.fresh_usd, summed.known_usd, summed.fresh, summed.instruments, summed.known
        ) * attempts.heard_share as coverage,
        concat_ws(', ', gaps.words, attempts.words) as words
    from summed
    inner join int_attempts_counted as attempts
        on summed.snapshot_at = attempts.snapshot_at
    inner join gaps
        on
            summed.snapshot_at = gaps.snapshot_at
            and summed.kind_group = gaps.kind_group
    inner join counted
        on
            summed.snapshot_at = counted.snapshot_at
            and summed.kind_group = counted.kind_group
    where summed.fresh > 0

),

judged as (

    select
        *,
        coverage >= $minimum_coverage as published
    from covered

)

select
    snapshot_at,
    kind_group,
    oi_usd,
    linear_usd as oi_usd_linear,
    inverse_usd as oi_usd_inverse,
    quanto_usd as oi_usd_quanto,
    cast(venues_fresh as integer) as venues_fresh,
    cast(venues_asked as integer) as venues_asked,
    cast(fresh as integer) as instruments_fresh,
    cast(instruments as integer) as instruments_expected,
    coverage,
    published,
    core.withheld_reason(coverage, $minimum_coverage, words) as withheld_reason,
    case when published then 100 * (positions_usd_1h / nullif(usd_0_1h, 0)) end as change_1h_pct,
    case when published then 100 * (positions_usd_4h / nullif(usd_0_4h, 0)) end as change_4h_pct,
    case when published then 100 * (positions_usd_24h / nullif(usd_0_24h, 0)) end
        as change_24h_pct,
    case when published then 100 * (positions_usd_7d / nullif(usd_0_7d, 0)) end as change_7d_pct,
    usd_1_24h / nullif(oi_usd, 0) as matched_24h_share,
    case when published then flow_usd_24h end as flow_usd_24h,
    case when published then usd_1_24h - usd_0_24h - flow_usd_24h end as revaluation_usd_24h,
    funding_usd / nullif(funded_usd, 0) as funding_8h_oi_weighted,
    coalesce(funded_usd, 0) / nullif(perp_usd, 0) as funding_covered_share,
    observed_from,
    observed_until,
    is_simulated
from judged
order by
    snapshot_at asc,
    kind_group asc

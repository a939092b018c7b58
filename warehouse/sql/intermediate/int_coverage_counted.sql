-- int_coverage_counted: how much of what should be there is there, and what is not.
-- Grain   one row per (snapshot_at, group_id)
-- Inputs  int_universe_weighed, int_open_interest_judged, int_venues_attempted
-- Params  $minimum_coverage  double, below this changes are withheld
-- coverage = fresh share of the known weights x share of instruments whose weight is known
--            x share of attempted venues about which anything is known
with

unfresh as (

    select *
    from int_open_interest_judged
    where not is_fresh

),

universe as (

    select
        weighed.*,
        coalesce(not judged.is_timely, false) as is_stale,
        coalesce(judged.is_timely, false) as is_suspect
    from int_universe_weighed as weighed
    left join unfresh as judged
        on
            weighed.snapshot_at = judged.snapshot_at
            and weighed.instrument_id = judged.instrument_id

),

unknown_venues as (

    select
        snapshot_at,
        count(*) as attempted,
        count(*) filter (where not is_known) as unheard,
        string_agg(
            case when not is_known then venue || ' unknown' end, ', ' order by venue
        ) as words
    from int_venues_attempted
    group by all

),

venues as (

    select
        snapshot_at,
        group_id,
        venue,
        count(*) as instruments,
        count(*) filter (where is_fresh) as fresh,
        case
            when bool_or(is_stale) then 'stale'
            when bool_or(is_suspect) then 'suspect'
            when bool_or(not is_fresh and weight_usd is not null) then 'missing'
            else 'of unknown size'
        end as word
    from universe
    group by all

),

gaps as (

    select
        snapshot_at,
        group_id,
        string_agg(
            case
                when fresh = 0 then venue || ' ' || word
                else
                    format(
                        '{} partly {} ({} of {} instruments)',
                        venue, word, instruments - fresh, instruments
                    )
            end,
            ', ' order by venue
        ) as words
    from venues
    where fresh < instruments
    group by all

),

counted as (

    select
        snapshot_at,
        group_id,
        coalesce(core.exact_sum(case when is_fresh then weight_usd end), 0) as fresh_usd,
        coalesce(core.exact_sum(weight_usd), 0) as known_usd,
        count(*) as instruments,
        count(weight_usd) as known,
        count(*) filter (where is_fresh) as fresh
    from universe
    group by all

),

covered as (

    select
        counted.snapshot_at,
        counted.group_id,
        case
            when counted.known_usd > 0 then counted.fresh_usd / counted.known_usd
            when counted.fresh = counted.instruments then 1
            else 0
        end
        * (counted.known / counted.instruments)
        * (1 - unknown_venues.unheard / unknown_venues.attempted) as coverage,
        concat_ws(', ', gaps.words, unknown_venues.words) as words
    from counted
    inner join unknown_venues
        on counted.snapshot_at = unknown_venues.snapshot_at
    left join gaps
        on
            counted.snapshot_at = gaps.snapshot_at
            and counted.group_id = gaps.group_id

)

-- Rounded apart, so that the sentence never says that a figure is below itself.
select
    snapshot_at,
    group_id,
    coverage,
    coverage >= $minimum_coverage as published,
    case
        when coverage < $minimum_coverage
            then
                format(
                    'coverage {:.2f} < {:.2f}: {}',
                    floor(coverage * 100 + 1e-9) / 100,
                    ceil($minimum_coverage * 100 - 1e-9) / 100,
                    words
                )
    end as withheld_reason
from covered

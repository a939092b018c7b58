-- judge_standing: rows that those around them make suspect, or no longer do (M36).
-- Grain   one row per (snapshot_at, venue, symbol) whose verdict changes
-- Inputs  core.open_interest, core.instruments
-- Params  $since          timestamptz, first instant whose rows are judged
--         $until          timestamptz, last one
--         $changed_since  timestamptz, first instant whose rows, or whose listing, changed
--         $changed_until  timestamptz, last one
-- expired: the contract has ended, as it is listed or else by the day in its symbol.
-- zero: nothing is open, though the venue does not say that nothing is traded, or that trading ended.
-- frozen: the figure stays the same to eight digits in more than six observations of eight days,
-- and between any two there was trade: the volume of 24 hours has risen, or is all of later, or
-- nobody tells it. Then all of them are suspect, the first ones too.
-- Options are empty and stand still as a rule: they only expire. Markets of pools are empty as a
-- rule; they stand still where both sides do.
create or replace temp table judged_standing as
with

facts as not materialized (

    select
        known.snapshot_at,
        known.observed_at,
        known.venue,
        known.symbol,
        known.kind,
        known.suspect_reason,
        coalesce(
            known.oi_long_base + known.oi_short_base,
            core.figure(known.margin, known.oi_contracts, known.oi_base, known.oi_usd)
        ) as held,
        coalesce(known.volume_24h_base, known.volume_24h_usd) as traded
    from core.open_interest as known
    where
        known.superseded_at is null
        and (
            core.told_quality(known.quality, known.suspect_reason) = 'ok'
            or known.is_contradicted
        )
        and known.snapshot_at between $since - interval 8 day and $until + interval 8 day

),

changed as (

    select * from facts
    where snapshot_at between $changed_since and $changed_until

),

-- What a row says by itself and by the listing of its time: expired contracts, empty ones.
own as (

    select
        rows.snapshot_at,
        rows.venue,
        rows.symbol,
        case
            when coalesce(listed.expiry, core.expires_at(rows.symbol)) <= rows.snapshot_at
                then 'expired'
            when rows.kind in ('option', 'pool') or rows.held > 0 then null
            when coalesce(rows.traded > 0, listed.is_active, true) then 'zero'
        end as verdict
    from (
        select * from changed
        where changed.held = 0 or changed.kind <> 'perp'
    ) as rows
    asof left join core.instruments as listed
        on
            rows.venue = listed.venue
            and rows.symbol = listed.symbol
            and rows.snapshot_at >= listed.valid_from

),

-- Contracts that may stand still, or no longer: a figure that changed comes more than six times, in
-- single precision; or another figure went from among them; or they stood still until now.
figures as (

    select distinct cast(changed.held as float) as figure
    from changed
    where changed.held > 0 and changed.kind <> 'option'

),

often as (

    select
        facts.venue,
        facts.symbol,
        figures.figure
    from facts
    inner join figures
        on cast(facts.held as float) = figures.figure
    where facts.kind <> 'option'
    group by facts.venue, facts.symbol, figures.figure
    having count(*) > 6

),

doubtful as (

    select
        often.venue,
        often.symbol
    from often
    union
    select
        facts.venue,
        facts.symbol
    from facts
    where facts.suspect_reason = 'frozen'
    union
    select
        gone.venue,
        gone.symbol
    from core.open_interest as gone
    where
        gone.superseded_at is not null
        and gone.kind <> 'option'
        and gone.snapshot_at between $changed_since and $changed_until

),

beside as (

    select
        facts.*,
        lag(facts.snapshot_at) over contract as before_at,
        lag(facts.observed_at) over contract as before_observed_at,
        lag(facts.held) over contract as before_held,
        lag(facts.traded) over contract as before_traded
    from facts
    inner join doubtful
        using (venue, symbol)
    window contract as (partition by facts.venue, facts.symbol order by facts.snapshot_at)

),

steps as (

    select
        beside.snapshot_at,
        beside.venue,
        beside.symbol,
        coalesce(abs(beside.held / beside.before_held - 1) <= 1e-8, false) as is_same,
        beside.observed_at > beside.before_observed_at
        and coalesce(
            beside.traded > beside.before_traded
            or (beside.traded > 0 and beside.snapshot_at >= beside.before_at + interval 23 hour),
            true
        ) as has_trade
    from beside

),

runs as (

    select
        steps.*,
        count(*) filter (where not steps.is_same) over contract as run
    from steps
    window contract as (partition by steps.venue, steps.symbol order by steps.snapshot_at)

),

counted as (

    select
        runs.*,
        count(*) filter (where runs.is_same and runs.has_trade) over so_far as observations
    from runs
    window so_far as (
        partition by runs.venue, runs.symbol, runs.run order by runs.snapshot_at
    )

),

-- Of each number of observations in a run the last instant: six more, and the run is long.
begun as (

    select
        counted.venue,
        counted.symbol,
        counted.run,
        counted.observations,
        max(counted.snapshot_at) as since
    from counted
    group by all

),

standing as (

    select
        counted.snapshot_at,
        counted.venue,
        counted.symbol,
        min(begun.since) over following as since
    from counted
    left join begun
        on
            counted.venue = begun.venue
            and counted.symbol = begun.symbol
            and counted.run = begun.run
            and counted.observations = begun.observations + 6
            and begun.since >= counted.snapshot_at - interval 8 day
    window following as (
        partition by counted.venue, counted.symbol, counted.run
        order by counted.snapshot_at
        rows between current row and unbounded following
    )

),

judged as (

    select
        changed.snapshot_at,
        changed.venue,
        changed.symbol,
        changed.suspect_reason
    from changed
    where changed.snapshot_at between $since and $until
    union
    select
        facts.snapshot_at,
        facts.venue,
        facts.symbol,
        facts.suspect_reason
    from facts
    inner join doubtful
        using (venue, symbol)
    where
        facts.kind <> 'option'
        and facts.snapshot_at between $since and $until

),

verdicts as (

    select
        judged.snapshot_at,
        judged.venue,
        judged.symbol,
        judged.suspect_reason,
        coalesce(
            own.verdict,
            case
                when
                    judged.suspect_reason in ('expired', 'zero')
                    and judged.snapshot_at not between $changed_since and $changed_until
                    then judged.suspect_reason
            end,
            case when standing.since <= judged.snapshot_at then 'frozen' end
        ) as verdict
    from judged
    left join own
        using (snapshot_at, venue, symbol)
    left join standing
        using (snapshot_at, venue, symbol)

)

select
    verdicts.snapshot_at,
    verdicts.venue,
    verdicts.symbol,
    verdicts.verdict
from verdicts
where verdicts.verdict is distinct from verdicts.suspect_reason

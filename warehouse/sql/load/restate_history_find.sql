-- restate_history_find: history that is stored under another rule than the one that held then.
-- Inputs  core.open_interest, rule_spans (unit_rule, held_rule, counting_factor, suspect_reason,
--         was_suspect, valid_from, valid_to: what a rule stands for in each span of time)
-- Params  $since        timestamptz, first instant to restate
--         $recorded_at  timestamptz, when the restatement becomes known
-- All amounts are the printed figure times the factor, so that another factor scales them alike.
-- Simulated history was written down as it is true, whatever the exchange would have printed.
create or replace temp table restated_history as
select
    known.rowid as replaced,
    known.* replace (
        known.oi_contracts * spans.counting_factor / known.counting_factor as oi_contracts,
        known.oi_base * spans.counting_factor / known.counting_factor as oi_base,
        known.oi_usd * spans.counting_factor / known.counting_factor as oi_usd,
        known.route_usd * spans.counting_factor / known.counting_factor as route_usd,
        spans.held_rule as unit_rule,
        spans.counting_factor as counting_factor,
        case
            when spans.suspect_reason is not null then 'suspect'
            when spans.was_suspect then 'ok'
            else known.quality
        end as quality,
        $recorded_at as recorded_at
    )
from core.open_interest as known
inner join rule_spans as spans
    on
        known.unit_rule = spans.unit_rule
        and known.snapshot_at >= coalesce(spans.valid_from, '-infinity')
        and known.snapshot_at < coalesce(spans.valid_to, 'infinity')
where
    known.superseded_at is null
    and known.source = 'history'
    and not known.is_simulated
    and known.snapshot_at >= $since
    and (known.unit_rule, known.counting_factor)
    is distinct from (spans.held_rule, spans.counting_factor)

-- restatements: facts that were corrected, before and after.

-- Facts that were corrected: what was known before and after.
create or replace view core.restatements as
select
    before.snapshot_at,
    before.venue,
    before.symbol,
    before.asset,
    before.recorded_at as known_from,
    before.superseded_at as restated_at,
    before.oi_base as oi_base_before,
    later.oi_base as oi_base_after,
    before.oi_usd as oi_usd_before,
    later.oi_usd as oi_usd_after,
    before.mark_price as mark_price_before,
    later.mark_price as mark_price_after,
    before.quality as quality_before,
    later.quality as quality_after,
    before.unit_rule as unit_rule_before,
    later.unit_rule as unit_rule_after,
    before.run_id as run_id_before,
    later.run_id as run_id_after
from core.open_interest as before
left join core.open_interest as later
    on
        before.snapshot_at = later.snapshot_at
        and before.venue = later.venue
        and before.symbol = later.symbol
        and before.superseded_at = later.recorded_at
where before.superseded_at is not null;

comment on view core.restatements is
'Facts that were corrected, with what was known before and after. Grain: one row per correction of a snapshot_at, venue and symbol (M37)';

comment on column core.restatements.snapshot_at is
'scheduled instant of the fact [UTC] (M37)';

comment on column core.restatements.venue is
'ccxt id of the exchange (M37)';

comment on column core.restatements.symbol is
'unified ccxt symbol (M37)';

comment on column core.restatements.asset is
'canonical base coin, BTC not XBT (M37)';

comment on column core.restatements.known_from is
'when the fact became known as it was before [UTC] (M37)';

comment on column core.restatements.restated_at is
'when it was corrected [UTC] (M37)';

comment on column core.restatements.oi_base_before is
'open interest, before the correction [coin] (M02)';

comment on column core.restatements.oi_base_after is
'open interest, after it; null when it was withdrawn [coin] (M02)';

comment on column core.restatements.oi_usd_before is
'open interest, before the correction [USD] (M02)';

comment on column core.restatements.oi_usd_after is
'open interest, after it; null when it was withdrawn [USD] (M02)';

comment on column core.restatements.mark_price_before is
'mark price, before the correction [USD per coin] (M02)';

comment on column core.restatements.mark_price_after is
'mark price, after it; null when it was withdrawn [USD per coin] (M02)';

comment on column core.restatements.quality_before is
'ok or suspect, before the correction (M36)';

comment on column core.restatements.quality_after is
'ok or suspect, after it; null when it was withdrawn (M36)';

comment on column core.restatements.unit_rule_before is
'unit rule that was used, before the correction (M02)';

comment on column core.restatements.unit_rule_after is
'unit rule that was used, after it; null when it was withdrawn (M02)';

comment on column core.restatements.run_id_before is
'run that stored it, before the correction (M37)';

comment on column core.restatements.run_id_after is
'run that stored it, after it; null when it was withdrawn (M37)';

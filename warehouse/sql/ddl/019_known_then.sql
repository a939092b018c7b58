-- 019_known_then: what was known at an instant, however long before it was seen; how far funding
-- rates lie apart; and what the columns of core.restatements say.

-- Rows of an asset's latest snapshot as they were known at an instant. The last days are looked at
-- first; only when they hold nothing that was known is all of history.
create or replace macro oi_as_of(wanted_asset, ts) as table (
    with

    near as (

        select max(facts.snapshot_at) as snapshot_at
        from core.open_interest as facts
        where
            facts.asset = wanted_asset
            and facts.snapshot_at > cast(ts as timestamptz) - interval 8 day
            and facts.snapshot_at <= cast(ts as timestamptz)
            and facts.recorded_at <= cast(ts as timestamptz)
            and (
                facts.superseded_at is null
                or facts.superseded_at > cast(ts as timestamptz)
            )

    ),

    latest as (

        select near.snapshot_at
        from near
        where near.snapshot_at is not null
        union all
        select max(facts.snapshot_at) as snapshot_at
        from core.open_interest as facts
        inner join near
            on near.snapshot_at is null
        where
            facts.asset = wanted_asset
            and facts.snapshot_at <= cast(ts as timestamptz) - interval 8 day
            and facts.recorded_at <= cast(ts as timestamptz)
            and (
                facts.superseded_at is null
                or facts.superseded_at > cast(ts as timestamptz)
            )

    )

    select
        known.snapshot_at,
        known.venue,
        known.symbol,
        known.asset,
        known.kind,
        known.margin,
        known.oi_base,
        known.oi_usd,
        known.mark_price,
        known.quality,
        known.observed_at,
        known.recorded_at,
        known.superseded_at
    from core.open_interest as known
    inner join latest
        on known.snapshot_at = latest.snapshot_at
    where
        known.asset = wanted_asset
        and known.recorded_at <= cast(ts as timestamptz)
        and (
            known.superseded_at is null
            or known.superseded_at > cast(ts as timestamptz)
        )
    order by known.venue, known.symbol, known.recorded_at
);

comment on macro table oi_as_of is
'oi_as_of(asset, ts): instrument rows of the latest snapshot as they were known at an instant (M37)';

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

alter table marts.oi_by_asset add column funding_8h_simple_mean double;
alter table marts.oi_by_asset add column funding_8h_volume_weighted double;
alter table marts.oi_by_asset add column funding_8h_min double;
alter table marts.oi_by_asset add column funding_8h_max double;
alter table marts.oi_by_asset add column funding_8h_dispersion double;

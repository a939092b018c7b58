-- contents: what two copies of one warehouse must agree on.
-- Grain   one row
-- Inputs  ops.runs, core.open_interest, marts.oi_by_asset, marts.clusters
select
    (select count(*) from ops.runs) as runs,
    (select max(runs.snapshot_at) from ops.runs as runs) as newest_snapshot_at,
    (select count(*) from core.open_interest) as facts,
    (
        select count(*)
        from core.open_interest as facts
        where facts.superseded_at is null
    ) as current_facts,
    (select count(*) from marts.oi_by_asset) as asset_rows,
    (select count(*) from marts.clusters) as clusters

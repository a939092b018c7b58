-- 024_share_changes: shares move with positions, not with the price.

-- USD of a venue's instruments that are fresh now and were at the earlier instant, at that instant,
-- and the change of their positions at the prices of then.
alter table marts.oi_by_venue add column matched_usd_24h double;
alter table marts.oi_by_venue add column positions_usd_24h double;
alter table marts.oi_by_venue add column matched_usd_7d double;
alter table marts.oi_by_venue add column positions_usd_7d double;

-- By how many percentage points the share of a part in a whole changed at unchanged prices. A rise
-- of the price alone lowers the USD share of whoever holds inverse contracts.
create macro core.share_change_pp(part_usd, part_positions, whole_usd, whole_positions) as (
    100 * (
        (part_usd + part_positions) / nullif(whole_usd + whole_positions, 0)
        - part_usd / nullif(whole_usd, 0)
    )
);

comment on macro core.share_change_pp is -- noqa: PRS
'change of a share in percentage points at unchanged prices, from USD at the earlier instant and the change of positions (M03, M18)';

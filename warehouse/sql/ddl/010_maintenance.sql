-- 010_maintenance: when bars changed, and what maintenance took out.
create table ops.bar_changes (
    recorded_at timestamptz not null,
    since timestamptz not null,
    until timestamptz not null
);

create table ops.maintenance (
    done_at timestamptz not null,
    action varchar not null,
    target varchar not null,
    resolution varchar,
    older_than timestamptz,
    rows_before bigint,
    rows_removed bigint,
    bytes_before bigint,
    bytes_after bigint,
    archive varchar
);

-- Coins that at most changed hands between open positions in an interval: offsetting opens and
-- closes land here too, so it is a bound. Null where more opened or closed than was traded, which
-- no single-sided figures can say. Both in the same unit.
create macro core.transfer_bound(volume, oi_change) as (
    case when volume >= abs(oi_change) then volume - abs(oi_change) end
);

comment on macro core.transfer_bound is
'upper bound of the volume that left open interest as it was, from the volume of an interval and the change of open interest over it (M01)';

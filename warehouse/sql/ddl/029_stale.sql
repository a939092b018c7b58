-- 029_stale: one ledger of what facts changed that the marts do not show yet, whatever changed
-- them; until now commands went by when they had last built. What older versions built is made
-- again by the next command.
create table ops.stale (
    fact varchar not null,
    since timestamptz not null,
    until timestamptz not null
);

insert into ops.stale values (
    'marts', timestamptz '1970-01-01 00:00:00+00', timestamptz '9000-01-01 00:00:00+00'
);

drop table ops.bar_changes;
drop table ops.builds;

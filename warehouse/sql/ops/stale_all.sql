-- stale_all: note that all marts are to be built anew, as after a release that changes them.
-- Inputs  ops.stale
insert into ops.stale
select
    'marts' as fact,
    timestamptz '1970-01-01 00:00:00+00' as since,
    timestamptz '9000-01-01 00:00:00+00' as until

-- conventions_found: verdicts that hold now, the clearest test of each figure first.
-- Grain   one row per venue, product, field and test
-- Inputs  marts.conventions
select
    venue,
    product,
    field,
    test,
    verdict,
    n,
    statistic,
    p_value,
    since,
    agrees,
    is_suspect
from marts.conventions
where
    until is null
    and verdict <> 'undecided'
    and verdict <> 'steady'
order by
    venue,
    product,
    field,
    list_position(['parity', 'volume', 'ratio', 'unit', 'size'], test)

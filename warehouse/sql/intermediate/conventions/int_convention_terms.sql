-- int_convention_terms: what the newest listing says of each instrument.
-- Grain   one row per (venue, symbol)
-- Inputs  core.instruments
select
    venue,
    symbol,
    max_by(base_multiplier, valid_from) as multiplier,
    max_by(contract_size, valid_from) as contract_size,
    max_by(contract_size_unit, valid_from) as contract_size_unit
from core.instruments
group by venue, symbol
order by venue, symbol

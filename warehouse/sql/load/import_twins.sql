-- import_twins: an instrument of one order book that stands under two names at one time.
-- Grain   at most one row
-- Inputs  core.open_interest
-- Params  $venues  varchar[], names that share books
--         $books   varchar[], the book of each
--         $since   timestamptz, first instant of the import
--         $until   timestamptz, last instant of the import
with
shared as (
    select
        unnest($venues) as venue,
        unnest($books) as book
)

select
    facts.symbol,
    array_agg(distinct facts.venue order by facts.venue) as names
from core.open_interest as facts
inner join shared
    on facts.venue = shared.venue
where
    facts.superseded_at is null
    and facts.snapshot_at between $since and $until
group by shared.book, facts.symbol
having count(distinct facts.venue) > 1
order by facts.symbol asc
limit 1

-- reopen_instruments: undo what listings from an instant on closed for a venue.
-- Inputs  core.instruments
-- Params  $venue      varchar
--         $listed_at  timestamptz, the first listing to be read anew
update core.instruments as known
set valid_to = null
where
    known.venue = $venue
    and known.valid_to >= $listed_at

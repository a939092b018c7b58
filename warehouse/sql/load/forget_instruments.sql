-- forget_instruments: drop what listings from an instant on added for a venue.
-- Inputs  core.instruments
-- Params  $venue      varchar
--         $listed_at  timestamptz, the first listing to be read anew
delete from core.instruments as known
where
    known.venue = $venue
    and known.valid_from >= $listed_at

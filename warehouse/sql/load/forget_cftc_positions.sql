-- forget_cftc_positions: take out of the mart what is to be made again.
-- Grain   one row per row of marts.cftc_positions that is deleted
-- Inputs  marts.cftc_positions, core.cftc_positions
-- Params  $since, $until  timestamptz, facts between may have changed; null: none has
-- Made again is what a restatement replaced, what has no price yet, and what is near a changed
-- fact, since a price may come of it.
delete from marts.cftc_positions as held
where
    held.price is null
    or timezone('America/Chicago', held.report_date + interval 16 hour)
    between $since::timestamptz - interval 1 day and $until::timestamptz + interval 1 day
    or not exists (
        select 1
        from core.cftc_positions as reported
        where
            reported.report_date = held.report_date
            and reported.exchange = held.exchange
            and reported.contract_code = held.contract_code
            and reported.recorded_at = held.recorded_at
            and reported.superseded_at is null
    )

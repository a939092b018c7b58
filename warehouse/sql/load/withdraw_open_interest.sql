-- withdraw_open_interest: close the current rows that a snapshot's responses no longer give.
-- Inputs  core.open_interest, staged_open_interest (all that the responses give now)
-- Params  $snapshot_at  timestamptz, the snapshot
--         $venues       list of varchar, those whose responses were read
--         $recorded_at  timestamptz, when the withdrawal becomes known
update core.open_interest as known
set superseded_at = $recorded_at
where
    known.superseded_at is null
    and known.source = 'live'
    and known.snapshot_at = $snapshot_at
    and list_contains($venues, known.venue)
    and not exists (
        select 1
        from staged_open_interest as staged
        where
            staged.snapshot_at = known.snapshot_at
            and staged.venue = known.venue
            and staged.symbol = known.symbol
    )

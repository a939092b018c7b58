-- import_repeats: imported rows that repeat an earlier one or contradict another of their key.
-- Grain   one row per refused row
-- Inputs  import_slice
create or replace temp table import_repeats as
with

copied as (

    select
        slice.row_id,
        slice.import_at,
        slice.import_key,
        slice.venue,
        slice.symbol,
        json_merge_patch(
            to_json(slice),
            '{"row_id": null, "copies": null, "import_at": null, "import_key": null}'
        ) as record
    from import_slice as slice
    where slice.copies > 1

),

judged as (

    select
        copied.*,
        min(copied.record) over same_key <> max(copied.record) over same_key as contradicts,
        row_number() over (same_key order by copied.row_id) as position
    from copied
    window same_key as (partition by copied.import_at, copied.import_key)

)

select
    judged.row_id,
    judged.venue,
    judged.symbol,
    judged.contradicts,
    judged.record
from judged
where
    judged.contradicts
    or judged.position > 1

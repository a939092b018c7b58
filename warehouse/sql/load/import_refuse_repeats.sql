-- import_refuse_repeats: write the rows of import_repeats to ops.rejects.
-- Inputs  import_repeats
-- Params  $run_id       varchar, the import
--         $recorded_at  timestamptz, when they were refused
insert into ops.rejects by name
select
    $run_id as run_id,
    repeats.venue,
    repeats.symbol,
    case when repeats.contradicts then 'contradicts_row' else 'unique_row' end as check_name,
    case
        when repeats.contradicts then 'rows of one instrument and instant contradict each other'
        else 'repeats an earlier row'
    end as reason,
    cast(repeats.record as varchar) as record,
    $recorded_at as recorded_at
from import_repeats as repeats
order by repeats.row_id

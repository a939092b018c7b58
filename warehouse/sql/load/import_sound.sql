-- import_sound: the imported rows of a slice that are neither repeats nor contradicted.
-- Inputs  import_slice, import_repeats
select slice.* exclude (row_id, copies, import_at, import_key)
from import_slice as slice
where slice.row_id not in (select repeats.row_id from import_repeats as repeats)

-- columns: the columns of every table there is.
-- Grain   one row per table and column, in their order
-- Inputs  none
select
    schema_name || '.' || table_name as name,
    column_name,
    data_type,
    is_nullable
from duckdb_columns()
where
    database_name = current_database()
    and not internal
order by
    name,
    column_index

-- mart_instants: which columns of which mart hold instants.
-- Grain   one row per table
select
    table_name,
    list(column_name order by column_index) as columns
from duckdb_columns()
where
    database_name = current_database()
    and schema_name = 'marts'
    and data_type = 'TIMESTAMP WITH TIME ZONE'
group by table_name
order by table_name

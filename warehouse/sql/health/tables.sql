-- tables: what a database holds, as it is named in a query.
-- Grain   one row per table
-- Inputs  duckdb_tables
select concat('"', schema_name, '"."', table_name, '"') as table_name
from duckdb_tables()
where
    database_name = current_database()
    and not internal
order by table_name

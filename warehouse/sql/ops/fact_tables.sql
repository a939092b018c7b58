-- fact_tables: the tables of facts that a database holds.
-- Grain   one row per table
-- Inputs  duckdb_tables
select concat(schema_name, '.', table_name) as table_name
from duckdb_tables()
where
    database_name = current_database()
    and schema_name = 'core'
order by table_name

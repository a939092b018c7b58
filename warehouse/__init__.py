"""DuckDB: connections, migrations, loaders, marts, publishing. All SQL lives under ``sql/``."""

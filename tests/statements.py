"""What a SQL statement reads and calls, as DuckDB parses it."""

import json
from collections.abc import Iterator
from typing import Any

import duckdb


def nodes(tree: Any) -> Iterator[dict[str, Any]]:
    """Yield every node of a parsed statement."""
    if isinstance(tree, dict):
        yield tree
    for part in tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ():
        yield from nodes(part)


def parsed(text: str) -> list[dict[str, Any]]:
    """Return the nodes of a statement."""
    with duckdb.connect() as connection:
        ((tree,),) = connection.execute("select json_serialize_sql($1)", [text]).fetchall()
    found = json.loads(tree)
    assert not found["error"], found
    return list(nodes(found))


def tables(found: list[dict[str, Any]]) -> set[str]:
    """Name the tables, without those that the statement names itself."""
    own = {entry["key"] for node in found for entry in node.get("cte_map", {}).get("map", ())}
    return {
        ".".join(filter(None, (node["schema_name"], node["table_name"])))
        for node in found
        if node.get("type") == "BASE_TABLE"
        and (node["schema_name"] or node["table_name"] not in own)
    }


def table_functions(found: list[dict[str, Any]]) -> set[str]:
    """Name the table functions of a schema that are called."""
    return {
        f"{node['function']['schema']}.{node['function']['function_name']}"
        for node in found
        if node.get("type") == "TABLE_FUNCTION" and node["function"].get("schema")
    }

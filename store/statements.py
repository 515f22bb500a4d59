"""Which SQL may run on a store: one statement that only reads.

DuckDB's own parser decides, on the parsed tree and not on the text. Its statement type alone is not enough:
a COPY inside a WITH clause is of type SELECT and overwrites files, and ``json_execute_serialized_sql`` runs
what no parser has seen. So every query node in the tree must be of a reading kind, and every table function
a known one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import duckdb

from store.errors import QueryError

_READING_NODES = frozenset({"SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE", "CTE_NODE"})
_READING_FUNCTION = re.compile(
    "range|generate_series|unnest|repeat(_row)?|glob|summary|histogram(_values)?|json_(each|tree)"
    "|(read_)?parquet(_scan|_schema|_metadata|_file_metadata|_kv_metadata)?|sniff_csv|read_(csv|json)(_auto)?"
    "|read_(ndjson(_auto)?|text|blob)|pragma_(version|table_info)"
    "|duckdb_(columns|views|tables|functions|keywords|settings|types|optimizers|variables|extensions|memory)"
)
_GAP = r"(?:\s|--[^\n]*\n|/\*.*?\*/)*"
_EXPLAIN = re.compile(rf"{_GAP}explain\b", re.IGNORECASE | re.DOTALL)
_OPTIONS = re.compile(rf"{_GAP}(?:analyze\b|\([\w\s,]*\))", re.IGNORECASE | re.DOTALL)


def check_reading(connection: duckdb.DuckDBPyConnection, query: str) -> None:
    """Let `query` pass if it is one SELECT, WITH, FROM, VALUES, DESCRIBE, SHOW, SUMMARIZE or EXPLAIN of one.

    Raises
    ------
    QueryError
        If DuckDB cannot parse it, or it is anything else; with DuckDB's message.
    """
    kind = _only_statement(connection, query)
    if kind == duckdb.StatementType.EXPLAIN:
        query = _explained(connection, query)
        kind = _only_statement(connection, query)
    if kind != duckdb.StatementType.SELECT:
        raise _refused(f"a statement of type {kind.name}")
    for found in _writes(_parsed(connection, query)):
        raise _refused(found)


def _refused(found: str) -> QueryError:
    return QueryError(
        f"expected one statement that only reads (SELECT, WITH, DESCRIBE, EXPLAIN); got {found}; "
        "pass unsafe=True if you mean it"
    )


def _only_statement(connection: duckdb.DuckDBPyConnection, query: str) -> duckdb.StatementType:
    try:
        statements = connection.extract_statements(query)
    except duckdb.Error as error:
        raise QueryError(str(error)) from error
    if len(statements) != 1:
        raise _refused(f"{len(statements)} statements")
    return statements[0].type


def _explained(connection: duckdb.DuckDBPyConnection, query: str) -> str:
    """Return the statement behind EXPLAIN, which EXPLAIN ANALYZE would run."""
    rest = _EXPLAIN.sub("", query, count=1)
    for candidate in (rest, _OPTIONS.sub("", rest, count=1)):
        try:
            connection.extract_statements(candidate)
        except duckdb.Error:
            continue
        return candidate
    raise _refused("an EXPLAIN that is not understood")


def _parsed(connection: duckdb.DuckDBPyConnection, query: str) -> dict[str, Any]:
    ((text,),) = connection.execute("SELECT json_serialize_sql(?)", [query]).fetchall()
    tree: dict[str, Any] = json.loads(text)
    if tree["error"]:
        raise _refused(f"a statement that cannot be checked ({tree.get('error_message', 'no reason given')})")
    return tree


def _writes(node: object) -> Iterator[str]:
    """Find what does not only read in a parsed tree."""
    if isinstance(node, dict):
        kind = str(node.get("type"))
        if ("cte_map" in node or kind.endswith("_NODE")) and kind not in _READING_NODES:
            yield f"{kind.removesuffix('_NODE').removesuffix('_QUERY')} inside it"
        if kind == "TABLE_FUNCTION" and not _READING_FUNCTION.fullmatch(name := _function_name(node)):
            yield f"the table function {name!r}"
        for child in node.values():
            yield from _writes(child)
    elif isinstance(node, list):
        for child in node:
            yield from _writes(child)


def _function_name(node: dict[str, Any]) -> str:
    return str(node["function"].get("function_name", "?")).lower()

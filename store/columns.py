"""A column with its type, unit and meaning; a table made of columns."""

from __future__ import annotations

import json
import re
from dataclasses import astuple, dataclass
from functools import cached_property
from types import MappingProxyType

import pyarrow as pa

FIRST_SCHEMA = "1.0"
# Words of SQL that stand for a column only in quotes, as DuckDB has them.
_RESERVED = re.compile(
    "all|analyse|analyze|and|anti|any|array|as|asc|asof|asymmetric|at|authorization|binary|both|by|case|"
    "cast|check|collate|collation|column|concurrently|constraint|create|cross|default|deferrable|desc|"
    "describe|distinct|do|else|end|except|false|fetch|for|foreign|freeze|from|full|glob|group|having|"
    "ilike|in|initially|inner|intersect|into|is|isnull|join|lambda|lateral|leading|left|like|limit|"
    "natural|not|notnull|null|offset|on|only|or|order|outer|overlaps|pivot|pivot_longer|pivot_wider|"
    "placing|positional|primary|qualify|references|returning|right|select|semi|show|similar|some|"
    "summarize|symmetric|table|tablesample|then|to|trailing|true|union|unique|unpack|unpivot|using|"
    "variadic|verbose|when|where|window|with",
    re.IGNORECASE,
)
ARROW_TYPES = MappingProxyType(
    {
        "double": pa.float64(),
        "bigint": pa.int64(),
        "boolean": pa.bool_(),
        "varchar": pa.string(),
        "timestamp": pa.timestamp("us"),
        "bigint[]": pa.list_(pa.int64()),
        "double[]": pa.list_(pa.float64()),
        "varchar[]": pa.list_(pa.string()),
    }
)


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Attributes
    ----------
    name : str
        The name in SQL.
    type : str
        The SQL type, one of ``ARROW_TYPES``. It never changes once released.
    unit : str
        The unit, with ``1`` for a pure number and an empty string where the notion does not apply.
    meaning : str
        One phrase for the reader of a query.
    required : bool
        Whether every record must have a value.
    """

    name: str
    type: str
    unit: str
    meaning: str
    required: bool = False

    @property
    def sql(self) -> str:
        """The name as SQL takes it, in quotes where it is a word of SQL."""
        return sql_name(self.name)

    @property
    def field(self) -> pa.Field:
        """The Arrow field, unit and meaning in its metadata."""
        metadata = {"unit": self.unit, "meaning": self.meaning}
        return pa.field(self.name, ARROW_TYPES[self.type], nullable=True, metadata=metadata)


@dataclass(frozen=True)
class Table:
    """A table of the store: its name, its columns in order, and which of them are keys.

    Attributes
    ----------
    name : str
        The name in SQL.
    columns : tuple of Column
        In the order of storage.
    keys : frozenset of str
        Columns with few distinct values in a row group: they are dictionary-encoded, the others are not.
    since : str
        The schema version that brought the table; stores of older ones have no file of it.
    """

    name: str
    columns: tuple[Column, ...]
    keys: frozenset[str] = frozenset()
    since: str = FIRST_SCHEMA

    @cached_property
    def by_name(self) -> dict[str, Column]:
        """The columns by their names."""
        return {column.name: column for column in self.columns}

    @cached_property
    def arrow(self) -> pa.Schema:
        """The Arrow schema, units and meanings in the fields' metadata."""
        return pa.schema([column.field for column in self.columns])

    def to_text(self) -> str:
        """Text that `from_text` reads back."""
        columns = [astuple(column) for column in self.columns]
        return json.dumps([self.name, columns, sorted(self.keys), self.since])

    @classmethod
    def from_text(cls, text: str) -> Table:
        """Read what `to_text` wrote."""
        name, columns, keys, since = json.loads(text)
        return cls(name, tuple(Column(*column) for column in columns), frozenset(keys), since)

    @property
    def observables(self) -> list[str]:
        """Names of the float columns that are not keys."""
        return [c.name for c in self.columns if c.type == "double" and c.name not in self.keys]


def sql_name(name: str) -> str:
    """Return a column's name as SQL takes it: in quotes where it is a word of SQL."""
    return f'"{name}"' if _RESERVED.fullmatch(name) else name

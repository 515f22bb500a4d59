"""Kinds of failures: reasons without the numbers, ids and paths that tell one trial from the next."""

from __future__ import annotations

import re

# Read alike by Python's re (ASCII) and by DuckDB's RE2; the order matters.
_WORDS = (
    (r"(\w+:/)?/[\w.+~@%=-]+(/[\w.+~@%=-]*)+", "PATH"),
    (r"\b(0x[0-9a-f]+|[0-9a-f]{8,}(-[0-9a-f]{4,})*)\b", "ID"),
    (r"[-+]?\b[0-9]+([.][0-9]+)?(e[-+]?[0-9]+)?", "#"),
)
_LENGTH = 160


def kind_of(reason: str) -> str:
    """Reason with a word in place of each path, id and number, its first line only.

    Examples
    --------
    >>> kind_of("OSError: /tmp/a/b.parquet: 12 of 4096 bytes")
    'OSError: PATH: # of # bytes'
    """
    text = reason.split("\n", 1)[0]
    for pattern, word in _WORDS:
        text = re.sub(pattern, word, text, flags=re.ASCII)
    return text[:_LENGTH]


def kind_sql(column: str) -> str:
    """SQL expression that makes of a column what :func:`kind_of` makes of a text; NULL stays NULL."""
    text = f"split_part({column}, chr(10), 1)"
    for pattern, word in _WORDS:
        text = f"regexp_replace({text}, '{pattern}', '{word}', 'g')"
    return f"left({text}, {_LENGTH})"

"""Rows as aligned text for a terminal."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Any

from store.encode import plain

Row = tuple[Any, ...]
_CUT = "…"
_LONGEST_CELL = 40


def text_width(text: str) -> int:
    """Count the terminal cells of `text`."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text
    )


def cell_text(value: object) -> str:
    """Return `value` on one line; floats to six significant digits, NULL by name."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(cell_text, value)) + "]"
    return str(plain(value)).replace("\r", "").replace("\n", "⏎")


def draw(
    columns: Sequence[str], rows: Sequence[Row], total: int, max_width: int | None, *, more: bool = False
) -> str:
    """Draw `rows` under `columns`, numbers to the right, and say how many rows there are in all.

    Parameters
    ----------
    columns : sequence of str
        Headings.
    rows : sequence of tuples
        The rows to show.
    total : int
        Rows in the whole result.
    max_width : int or None
        Widest line in terminal cells; columns in the middle give way, and a line says so.
    more : bool
        Whether there are more rows than `total`, nobody counted how many.
    """
    limit = None if max_width is None else max(max_width, 20)
    longest = None if limit is None else min(_LONGEST_CELL, limit - 4)
    cells = [
        [_shortened(name, longest), *(_shortened(cell_text(row[i]), longest) for row in rows)]
        for i, name in enumerate(columns)
    ]
    right = [_is_numeric([row[i] for row in rows]) for i in range(len(columns))]
    widths = [max(map(text_width, column)) for column in cells]
    shown = _fitting(widths, limit)
    lines = [_line([(cells[i][n], widths[i], right[i]) for i in shown]) for n in range(len(rows) + 1)]
    rule = "─┼─".join("─" * widths[i] for i in shown)
    footer = _footer(len(rows), total, len(shown), len(columns), more=more)
    return "\n".join([lines[0], rule, *lines[1:], footer]) + "\n"


def _shortened(text: str, longest: int | None) -> str:
    if longest is None or text_width(text) <= longest:
        return text
    while text_width(text) > longest - 1:
        text = text[:-1]
    return text + _CUT


def _is_numeric(values: Sequence[Any]) -> bool:
    known = [value for value in values if value is not None]
    return bool(known) and all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in known)


def _fitting(widths: Sequence[int], limit: int | None) -> list[int]:
    """Choose columns from both ends until the line is full; at least the first."""
    if limit is None or sum(widths) + 3 * (len(widths) - 1) <= limit:
        return list(range(len(widths)))
    chosen: list[int] = [0]
    used = widths[0]
    ends = [
        i for pair in zip(range(1, len(widths)), range(len(widths) - 1, 0, -1), strict=True) for i in pair
    ]
    for i in ends[: len(widths) - 1]:
        if used + 3 + widths[i] > limit:
            break
        chosen.append(i)
        used += 3 + widths[i]
    return sorted(chosen)


def _line(parts: Sequence[tuple[str, int, bool]]) -> str:
    padded = []
    for text, width, right in parts:
        space = " " * (width - text_width(text))
        padded.append(space + text if right else text + space)
    return " │ ".join(padded).rstrip()


def _footer(rows: int, total: int, columns: int, all_columns: int, *, more: bool) -> str:
    counted = f"{'more than ' if more else ''}{total:,} row{'' if total == 1 else 's'}"
    shown = f" ({rows:,} shown)" if rows < total else ""
    cut = f", {columns} of {all_columns} columns shown" if columns < all_columns else ""
    return f"({counted}{shown}{cut})"

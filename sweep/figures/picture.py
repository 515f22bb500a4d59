"""A figure in the house style: its size, how it is saved, and how a notebook shows it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any, final

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sweep.errors import PictureError
from sweep.figures.style import FONT, FONT_IN_PRINT, house_style, scaled

MM = 1.0 / 25.4
# Narrower or wider than these nothing can be read; a column of Physical Review is 86 mm wide, its page 178.
NARROWEST, WIDEST = 60.0, 600.0
# Inches from which on text is as on a screen.
ROOMY = 7.5
# Panels in a row, at most.
ACROSS = 3
# How much less high a panel becomes as it becomes narrower: less than in proportion, for its text stays.
SLIMMING = 0.7
# Width of a letter, on average and in a line of wide ones, in sizes of the font.
LETTER, WIDE_LETTER = 0.51, 0.57
# Stands for an equals sign that a line may not end at.
UNBROKEN = "\ue000"
# Of an axis' numbers and label, and of a line of a title and of a legend.
AXIS_ROOM, TITLE_ROOM, LEGEND_ROOM = 3.6, 1.5, 1.75
# Dates would make two equal pictures differ.
UNDATED: dict[str, dict[str, None]] = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}
SCREEN_DPI, SHARPNESS = 96, 2


@final
class Picture(Figure):
    """A matplotlib Figure that looks the same wherever it is saved or shown.

    It is not known to pyplot: nothing has to be closed. A notebook shows it where it is the last line of a
    cell, or given to ``IPython.display.display``.
    """

    def savefig(self, fname: Any, **options: Any) -> None:  # noqa: ANN401 - as matplotlib takes them
        """Write to a file or a stream as matplotlib does: text as text, fonts embedded, no date."""
        ending = str(options.get("format") or Path(str(fname)).suffix.removeprefix("."))
        options.setdefault("metadata", UNDATED.get(ending.lower()))
        with house_style():
            super().savefig(fname, **options)

    def _repr_png_(self) -> tuple[bytes, dict[str, int]]:
        """For notebooks: pixels twice as fine as the screen's, and the size to show them in."""
        stream = BytesIO()
        self.savefig(stream, format="png", dpi=SHARPNESS * SCREEN_DPI)
        width, height = (round(float(inches) * SCREEN_DPI) for inches in self.get_size_inches())
        return stream.getvalue(), {"width": width, "height": height}


def new_figure(width: float, height: float) -> Picture:
    """Empty figure in the house style.

    Parameters
    ----------
    width, height : float
        Inches.
    """
    with house_style():
        return Picture(figsize=(width, height), layout="constrained")


@contextmanager
def drawing(width: float, width_mm: float | None = None) -> Iterator[Picture]:
    """Empty figure, to be drawn into in the house style, and then to be `finished`.

    Parameters
    ----------
    width : float
        Inches, on a screen.
    width_mm : float, optional
        Width in print instead.

    Raises
    ------
    PictureError
        If it is too narrow or too wide.
    """
    inches = width if width_mm is None else checked_width(width_mm) * MM
    with house_style(FONT if width_mm is None or inches >= ROOMY else FONT_IN_PRINT):
        yield new_figure(inches, inches)


@contextmanager
def panels(
    count: int, width: float, width_mm: float | None = None, *, least: float = 2.2
) -> Iterator[tuple[Picture, list[Axes]]]:
    """Empty figure of panels, as many in a row as can be read.

    Parameters
    ----------
    count : int
    width : float
        Of a panel, inches, on a screen.
    width_mm : float, optional
        Of the figure in print instead.
    least : float
        Width of a panel that can be read in print, inches.
    """
    columns = max(1, min(ACROSS, count))
    if width_mm is not None:
        columns = min(columns, max(1, int(checked_width(width_mm) * MM / least)))
    with drawing(width * columns, width_mm) as figure:
        drawn = figure.subplots(-(-count // columns), columns, squeeze=False).ravel()
        for spare in drawn[count:]:
            spare.remove()
        yield figure, list(drawn[:count])


def finished(
    figure: Picture,
    panel: tuple[float, float],
    title: str = "",
    handles: Sequence[Any] = (),
    labels: Sequence[str] = (),
) -> None:
    """Put a title above and a legend below, and make the figure as high as all of it needs.

    Parameters
    ----------
    figure : Picture
        With its panels.
    panel : tuple of float
        Width and height of one on a screen, inches.
    title : str
    handles, labels : sequence
        Of the legend; without labels the handles' own.
    """
    inches = figure.get_figwidth()
    labels = labels or [str(handle.get_label()) for handle in handles]
    columns = columns_for(labels, inches)
    if handles:
        figure.legend(
            list(handles),
            list(labels),
            loc="outside lower center",
            ncols=columns,
            handlelength=2.6,
            handleheight=1.2,
            columnspacing=1.2,
        )
    lines = 0
    if title:
        text = wrapped(title, inches)
        lines = text.count("\n") + 1
        figure.suptitle(text, x=0.01, ha="left")
    shape = figure.axes[0].get_gridspec() if figure.axes else None
    rows, across = (1, 1) if shape is None else (shape.nrows, shape.ncols)
    width, height = panel
    each = height * (inches / across / width) ** SLIMMING + scaled(FONT) / 72.0 * AXIS_ROOM
    around = TITLE_ROOM * lines + LEGEND_ROOM * -(-len(labels) // columns)
    figure.set_figheight(rows * each + scaled(FONT) / 72.0 * around)


def checked_width(width_mm: float) -> float:
    """A width in millimetres that a picture can have.

    Raises
    ------
    PictureError
        For another.
    """
    if not NARROWEST <= width_mm <= WIDEST:
        raise PictureError(
            f"picture: expected a width from {NARROWEST:g} to {WIDEST:g} mm, got {width_mm:g}; "
            "a column of a journal is about 86 mm wide, its page 178 mm"
        )
    return width_mm


def wrapped(text: str, inches: float) -> str:
    """Break a text into lines that fit into a width, formulas kept whole."""
    room = inches * 72.0 / (WIDE_LETTER * scaled(FONT))
    lines = [""]
    for line in text.splitlines():
        for word in re.findall(r"(?:\$[^$]*\$|[^\s$])+", line.replace(" = ", UNBROKEN)):
            if lines[-1] and _letters(lines[-1]) + 1 + _letters(word) > room:
                lines.append("")
            lines[-1] += f" {word}" if lines[-1] else word
        lines.append("")
    return "\n".join(lines[:-1]).replace(UNBROKEN, " = ")


def columns_for(labels: Sequence[str], inches: float, most: int = 3) -> int:
    """How many columns of a legend with these labels have room."""
    longest = max((_letters(label) for label in labels), default=1)
    entry = scaled(FONT) / 72.0 * (LETTER * longest + 4.6)
    return max(1, min(most, len(labels), int(inches / entry)))


def _letters(text: str) -> int:
    """How many letters a text shows, its formulas set."""
    return len(re.sub(r"\\(?:mathrm|left|right|,|;|!)|[{}$_^]|(?<=\\.)[a-zA-Z]+", "", text))


def save(figure: Figure, path: str | Path) -> None:
    """Write a figure, whole or not at all; the name's ending decides the format.

    Parameters
    ----------
    figure : Figure
    path : str or Path
        Ending in .png, .svg or .pdf. The same figure gives the same file.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.stem}.draft{path.suffix}")
    try:
        with house_style():
            figure.savefig(draft, metadata=UNDATED.get(path.suffix.removeprefix(".").lower()))
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)

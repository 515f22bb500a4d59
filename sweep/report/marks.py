"""Marks of points and hatches of regions: regimes differ in shape and texture, not in colour alone."""

from __future__ import annotations

from sweep.report.markup import Markup, element

# Of six regimes; a further one begins again. Paths around the origin.
SHAPES = (
    "M-5 0a5 5 0 1 0 10 0a5 5 0 1 0-10 0Z",
    "M-4.5-4.5H4.5V4.5H-4.5Z",
    "M0-5.8L5.6 4.3H-5.6Z",
    "M0-6.2L6.2 0L0 6.2L-6.2 0Z",
    "M0 5.8L5.6-4.3H-5.6Z",
    "M-1.9-5.7H1.9V-1.9H5.7V1.9H1.9V5.7H-1.9V1.9H-5.7V-1.9H-1.9Z",
)
NONE = "M-4.5-4.5L4.5 4.5M-4.5 4.5L4.5-4.5"
# Lines in a tile of 10 by 10; the first regime is plain.
HATCHES = (
    "",
    "M-2 2L2-2M-2 12L12-2M8 12L12 8",
    "M5 4.2V5.8M4.2 5H5.8",
    "M-2 8L2 12M-2-2L12 12M8-2L12 2",
    "M0 5H10",
    "M5 0V10",
)


def kind(regime: int | None) -> str:
    """The class of what belongs to a regime."""
    return "none" if regime is None else f"r{regime % len(SHAPES)}"


def definitions() -> Markup:
    """Shapes and hatches, to be used by their ids; draws nothing."""
    shapes = [element("path", d=d, id_=f"mark-r{n}") for n, d in enumerate(SHAPES)]
    hatches = [
        element(
            "pattern",
            element("path", d=d),
            id_=f"hatch-r{n}",
            class_=f"hatch r{n}",
            width="10",
            height="10",
            patternUnits="userSpaceOnUse",
        )
        for n, d in enumerate(HATCHES)
    ]
    none = element("path", d=NONE, id_="mark-none")
    return element(
        "svg",
        element("defs", *shapes, none, *hatches),
        class_="definitions",
        width="0",
        height="0",
        aria_hidden="true",
    )


def swatch(regime: int | None, *, mark_only: bool = False) -> Markup:
    """A regime's colour, hatch and mark, small enough for a line of text."""
    found = kind(regime)
    patch = [
        element("rect", width="26", height="16", class_=f"region {found}"),
        element("rect", width="26", height="16", fill=f"url(#hatch-{found})"),
    ]
    mark = element("use", href=f"#mark-{found}", x="13", y="8", class_=f"mark {found}")
    return element(
        "svg",
        *([] if regime is None or mark_only else patch),
        mark,
        class_="swatch",
        viewBox="0 0 26 16",
        aria_hidden="true",
    )

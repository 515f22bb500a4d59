"""Frames of a movie as a GIF: one palette for all, and only what moves drawn anew."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from numpy.typing import NDArray
from PIL import Image

from sweep.figures.picture import Picture

# A palette of the first frame has the colours of all: they are scaled alike, or each to its own largest.
# It is chosen to cover rare colours, too: the packet is a small part of the picture.
COLOURS = 96
PALETTE = Image.Quantize.MAXCOVERAGE
# Frames for which the last one stays before the movie begins again.
HELD = 12


def write_gif(frames: Iterable[Picture], path: Path, *, dpi: int, frames_per_second: int) -> Iterator[None]:
    """Draw frames and write them when all are drawn.

    Parameters
    ----------
    frames : iterable of Picture
        The same figure, changed from frame to frame within its axes: ticks and layout stay.
    path : Path
    dpi, frames_per_second : int

    Yields
    ------
    None
        After each frame.
    """
    images: list[Image.Image] = []
    for pixels in _drawn(frames, dpi):
        whole = Image.fromarray(pixels).convert("RGB")
        if images:
            images.append(whole.quantize(palette=images[0], dither=Image.Dither.NONE))
        else:
            images.append(whole.quantize(COLOURS, method=PALETTE, dither=Image.Dither.NONE))
        yield
    # Equal frames are written once, and shown as long as all of them.
    images += [images[-1]] * HELD
    images[0].save(
        path, save_all=True, append_images=images[1:], duration=round(1000 / frames_per_second), loop=0
    )


def _drawn(frames: Iterable[Picture], dpi: int) -> Iterator[NDArray[np.uint8]]:
    """Pixels (height, width, 4) of each frame."""
    # Its methods have no types.
    canvas: Any = None
    moving: list[Artist] = []
    for figure in frames:
        if canvas is None:
            figure.set_dpi(dpi)
            canvas = FigureCanvasAgg(figure)
            moving = _within_axes(figure)
            for artist in moving:
                artist.set_animated(True)
            canvas.draw()
            still = canvas.copy_from_bbox(figure.bbox)
        canvas.restore_region(still)
        for artist in moving:
            figure.draw_artist(artist)
        yield np.asarray(canvas.buffer_rgba()).copy()


def _within_axes(figure: Picture) -> list[Artist]:
    """All that is drawn in the figure's axes but backgrounds and ticks, in its order."""
    return [
        artist
        for axes in figure.axes
        for artist in sorted(axes.get_children(), key=lambda each: each.get_zorder())
        if artist not in (axes.xaxis, axes.yaxis, axes.patch)
    ]

"""Pictures and the numbers behind them, side by side in docs/physics."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from PIL import Image

from physics import PHYSICS_VERSION
from sweep.figures.picture import save

DIRECTORY = Path(__file__).parents[1] / "physics"
DIGITS = 6
COLOURS = 64

Record = dict[str, Any]


def measured(name: str, measure: Callable[[], Record]) -> Record:
    """Run a measurement and write its numbers: parameters, seeds, values, errors, CPU seconds."""
    started = time.process_time()
    record = measure()
    spent = time.process_time() - started
    whole = {
        "command": f"python docs/physics_check {name}",
        "physics_version": PHYSICS_VERSION,
        "cpu_s": round(spent, 1),
        **record,
    }
    DIRECTORY.mkdir(exist_ok=True)
    (DIRECTORY / f"{name}.json").write_text(json.dumps(_plain(whole)) + "\n")
    return kept(name)


def kept(name: str) -> Record:
    """The numbers of an earlier run."""
    record: Record = json.loads((DIRECTORY / f"{name}.json").read_text())
    return record


def picture(name: str, figure: Figure) -> Path:
    """Write a figure beside its numbers, in few colours: the repository keeps it."""
    path = DIRECTORY / f"{name}.png"
    save(figure, path)
    with Image.open(path) as whole:
        few = whole.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    few.save(path, optimize=True)
    return path


def _plain(value: Any) -> Any:  # noqa: ANN401  # whatever a measurement returns
    """As JSON holds it, floats to six digits, what is not a number as null."""
    if isinstance(value, dict):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [_plain(part) for part in value]
    if isinstance(value, (float, np.floating)):
        return float(f"{value:.{DIGITS}g}") if np.isfinite(value) else None
    return value.item() if isinstance(value, np.generic) else value

"""Run the campaigns of docs/phase-diagram.md, ask them, and put their numbers into the page.

python docs/phase_diagram phase-diagram             # run what is left of it, ask, draw, write the numbers
python docs/phase_diagram all                       # all four, about two hours of two cores
python docs/phase_diagram temperature-speed --ask   # run no campaign: ask the store that is there
python docs/phase_diagram --page                    # only the page, from the summaries that are there

Stores are kept in runs/ (--runs DIR); a campaign that was killed goes on where it was.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from numbers_in_page import filled
from PIL import Image

from sweep import SweepSpec, campaign
from sweep.findings.__main__ import main as ask

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PAGE = HERE.parent / "phase-diagram.md"
NAMES = ("phase-diagram", "temperature-speed", "three-axes", "energy-resolved")
# Points and lattices that are run again in twice the box and for twice the time.
DRIFT = {"phase-diagram": (24, 4), "temperature-speed": (32, 6)}
COLOURS = 64


def main() -> int:
    """Do what was asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", choices=(*NAMES, "all", []), metavar="NAME")
    parser.add_argument("--ask", action="store_true", help="run no campaign")
    parser.add_argument("--page", action="store_true", help="only fill in the page")
    parser.add_argument("--runs", type=Path, default=Path("runs"), help="where stores are (default: runs)")
    asked = parser.parse_args()
    if not asked.page and not asked.names:
        parser.error("expected a NAME, all, or --page")
    for name in () if asked.page else NAMES if "all" in asked.names else asked.names:
        store = asked.runs / name
        if not asked.ask:
            campaign(SweepSpec.from_toml(ROOT / "examples" / f"{name}.toml"), store)
        if code := ask([str(store), "-o", str(_directory(name)), *_drift(name)]):
            return code
        for picture in _directory(name).glob("*.png"):
            _shrink(picture)
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8"), HERE), encoding="utf-8")
    sys.stdout.write(f"{PAGE}\n")
    return 0


def _directory(name: str) -> Path:
    """Results are kept under a path that reads the same wherever this is started."""
    return (HERE / name).relative_to(Path.cwd()) if HERE.is_relative_to(Path.cwd()) else HERE / name


def _drift(name: str) -> list[str]:
    if name not in DRIFT:
        return []
    points, realizations = DRIFT[name]
    return ["--drift", str(points), "--drift-realizations", str(realizations)]


def _shrink(path: Path) -> None:
    """In few colours: the repository keeps it."""
    with Image.open(path) as whole:
        few = whole.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    few.save(path, optimize=True)


if __name__ == "__main__":
    sys.exit(main())

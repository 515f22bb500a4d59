"""Make the figures of docs/physics.md and write their numbers beside them.

python docs/physics_check regimes planckian     # measure and draw these
python docs/physics_check all                   # everything, about half an hour of one core
python docs/physics_check --redraw drift        # draw again from the numbers kept
"""

from __future__ import annotations

import argparse
from importlib import import_module

from keeping import kept, measured, picture

NAMES = ("regimes", "heating", "backscattering", "mobility_edge", "planckian", "drift", "field", "rates")


def main() -> None:
    """Measure and draw what was asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="+", choices=(*NAMES, "all"), metavar="NAME")
    parser.add_argument("--redraw", action="store_true", help="draw from the numbers kept, measure nothing")
    asked = parser.parse_args()
    for name in NAMES if "all" in asked.names else asked.names:
        module = import_module(name)
        record = kept(name) if asked.redraw else measured(name, module.measure)
        path = picture(name, module.draw(record))
        print(f"{path}  {record['cpu_s']:g} s of CPU, {path.stat().st_size // 1024} kB", flush=True)


if __name__ == "__main__":
    main()

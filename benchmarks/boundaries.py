"""How many points does a map of regimes take, and whose? See `boundary_comparison`.

python benchmarks/boundaries.py --out runs/boundaries.jsonl
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

if __name__ == "__main__":
    # The directory of this file has a `store` that would hide the package from every module beside it.
    sys.path[0] = str(Path(__file__).resolve().parents[1])
    import_module("benchmarks.boundary_comparison").main()

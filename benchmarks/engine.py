"""How busy are two workers kept, and what does a trial cost on top? See `engine_comparison`.

python benchmarks/engine.py --sweep 100000
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

if __name__ == "__main__":
    # The directory of this file has a `store` that would hide the package from every module beside it.
    sys.path[0] = str(Path(__file__).resolve().parents[1])
    import_module("benchmarks.engine_comparison").main()

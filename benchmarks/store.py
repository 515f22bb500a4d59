"""How fast and how small is the store, and the usual ways beside it? See `store_comparison`.

python benchmarks/store.py --trials 10000
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

if __name__ == "__main__":
    # This file's own name would hide the package `store` from every module beside it.
    sys.path[0] = str(Path(__file__).resolve().parents[1])
    import_module("benchmarks.store_comparison").main()

"""What `regimap --version` says: the versions that a row's numbers and a bug report depend on."""

from __future__ import annotations

import platform
import re
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from sweep.provenance import Provenance

# Asked of the installed packages' metadata: to import them all would take seconds.
PACKAGES = ("numpy", "scipy", "pyfftw", "pyarrow", "duckdb", "optuna", "ray")
_PHYSICS = re.compile(r'^PHYSICS_VERSION = "(.+)"$', re.MULTILINE)


def versions() -> dict[str, str]:
    """Name and version, ours first; "not installed" for a package that is absent."""
    code = Provenance.collect()
    ours = {"regimap": code.regimap_version, "physics": _physics_version()}
    if code.git_commit is not None:
        ours["commit"] = code.git_commit + (", with uncommitted changes" if code.git_dirty else "")
    return ours | {"python": platform.python_version()} | {name: _version(name) for name in PACKAGES}


def _physics_version() -> str:
    """`physics.PHYSICS_VERSION`, read from the text: the import takes longer than all the rest."""
    spec = find_spec("physics")
    places = [] if spec is None else list(spec.submodule_search_locations or ())
    found = [_PHYSICS.search(Path(place, "scenario.py").read_text(encoding="utf-8")) for place in places]
    return next((match[1] for match in found if match), "unknown")


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"

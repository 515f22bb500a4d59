"""Python and the packages, from their metadata."""

from __future__ import annotations

import platform
import re
import shutil
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires, version

from physics import PHYSICS_VERSION
from sweep.doctor.finding import NOTE, OK, TROUBLE, Finding
from sweep.provenance import Provenance

PYTHONS = ((3, 11), (3, 13))
# What the extras are for.
EXTRAS = {
    "frames": ("pandas and polars out of queries", ("pandas", "polars")),
    "export": ("export to netCDF and Zarr", ("xarray", "h5netcdf", "h5py", "zarr")),
    "s3": ("stores in buckets", ("obstore", "fsspec")),
}


def look_at_software() -> Iterator[Finding]:
    """Python, this package, what it needs, and what it can use."""
    yield _python()
    code = Provenance.collect()
    commit = f", commit {code.git_commit}" if code.git_commit else ""
    dirty = " with uncommitted changes" if code.git_dirty else ""
    yield Finding("regimap", OK, f"{code.regimap_version}, physics {PHYSICS_VERSION}{commit}{dirty}")
    yield _packages()
    absent = {extra: what for extra, (what, names) in EXTRAS.items() if not all(map(_installed, names))}
    if absent:
        told = "; ".join(f"{what} ({extra})" for extra, what in absent.items())
        line = f"pip install 'regimap[{','.join(absent)}]'"
        yield Finding("extras", NOTE, f"not installed: {told}", f"if you need them: {line}")
    else:
        yield Finding("extras", OK, ", ".join(EXTRAS))
    if shutil.which("ffmpeg") is None:
        advice = "install ffmpeg for .mp4; --movie F.gif works without it"
        yield Finding("ffmpeg", NOTE, "not found: no movies in .mp4", advice)
    else:
        yield Finding("ffmpeg", OK, "found: movies in .mp4 too")


def _python() -> Finding:
    found = f"{platform.python_version()} in {sys.prefix}"
    if PYTHONS[0] <= sys.version_info[:2] <= PYTHONS[1]:
        return Finding("Python", OK, found)
    first, last = (".".join(map(str, each)) for each in PYTHONS)
    return Finding("Python", TROUBLE, found, f"make an environment with Python {first} to {last}")


def _packages() -> Finding:
    """Everything that the metadata of this package requires without an extra."""
    needed = [re.split(r"[^\w.-]", line, maxsplit=1)[0] for line in _requirements()]
    if not needed:
        return Finding(
            "packages",
            NOTE,
            "this package has no metadata: it is not installed",
            "pip install -e . in its directory",
        )
    absent = [name for name in needed if not _installed(name)]
    if absent:
        return Finding(
            "packages", TROUBLE, f"not installed: {', '.join(absent)}", f"pip install {' '.join(absent)}"
        )
    return Finding("packages", OK, ", ".join(f"{name} {version(name)}" for name in needed))


def _requirements() -> list[str]:
    try:
        return [line for line in requires("regimap") or [] if "extra ==" not in line]
    except PackageNotFoundError:
        return []


def _installed(package: str) -> bool:
    try:
        version(package)
    except PackageNotFoundError:
        return False
    return True

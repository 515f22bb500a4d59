"""Where a row comes from: code, libraries, host and processor."""

from __future__ import annotations

import hashlib
import json
import platform
import socket
import subprocess
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, final

from sweep.errors import DirtyTreeError

LIBRARIES = ("numpy", "scipy", "pyfftw", "pyarrow", "duckdb", "ray")


@final
@dataclass(frozen=True)
class Provenance:
    """Columns that every row of a run carries.

    Attributes
    ----------
    regimap_version, git_commit, host, processor, python, libraries : str
    git_dirty : bool or None
        None where the code is not in a git checkout.
    """

    regimap_version: str
    git_commit: str | None
    git_dirty: bool | None
    host: str
    processor: str
    python: str
    libraries: str

    @classmethod
    def collect(cls) -> Provenance:
        """Ask the installed packages, git and the machine."""
        root = Path(__file__).resolve().parents[1]
        # An environment inside somebody's own repository is not a checkout of this code.
        ours = _git(root, "rev-parse", "--show-toplevel") == str(root)
        commit = _git(root, "rev-parse", "HEAD") if ours else None
        changes = _git(root, "status", "--porcelain", "--untracked-files=no") if commit else None
        return cls(
            regimap_version=_version("regimap"),
            git_commit=commit,
            git_dirty=None if changes is None else bool(changes),
            host=socket.gethostname(),
            processor=processor_name(),
            python=platform.python_version(),
            libraries=json.dumps({name: _version(name) for name in LIBRARIES}, sort_keys=True),
        )

    @property
    def processor_id(self) -> str:
        """Short name of the processor's type, fit for a file name."""
        return hashlib.sha256(self.processor.encode()).hexdigest()[:12]

    def columns(self) -> dict[str, Any]:
        """Row columns by name."""
        names = ("regimap_version", "git_commit", "git_dirty", "host", "processor", "python", "libraries")
        return {name: getattr(self, name) for name in names}


def require_clean(provenance: Provenance) -> None:
    """Refuse code with uncommitted changes.

    Raises
    ------
    DirtyTreeError
        Naming the commit that they are on.
    """
    if provenance.git_dirty:
        raise DirtyTreeError(
            f"strict: expected a clean checkout, got uncommitted changes on {provenance.git_commit}; "
            "commit them, or run without --strict"
        )


def processor_name() -> str:
    """Type of the processor with its vector instructions: what FFTW's choices depend on."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return f"{platform.machine()} {platform.processor()}".strip()
    entries = dict(line.split(":", 1) for line in reversed(lines) if ":" in line)
    fields = {key.strip(): value.strip() for key, value in entries.items()}
    flags = fields.get("flags", fields.get("Features", "")).split()
    vector = [flag for flag in ("sse2", "avx", "avx2", "fma", "avx512f", "asimd", "sve") if flag in flags]
    model = fields.get("model name", fields.get("CPU part", platform.machine()))
    family = "-".join(fields[key] for key in ("cpu family", "model", "stepping") if key in fields)
    return " ".join([model, family, *vector])


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "unknown"


def _git(directory: Path, *arguments: str) -> str | None:
    command = ["git", "-C", str(directory), *arguments]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=10).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return None

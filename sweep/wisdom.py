"""FFTW's choices, kept so that equal trials give equal bits.

FFTW chooses algorithms by timing them, and two choices differ in the last bits. The first process
that needs a shape plans it; the choice is kept per type of processor in the user's cache, for all
stores of a machine, and in the store, for all machines that share it. What the store holds rules.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from physics import FFTW_VERSION, Plans
from store import ExperimentStore


def planned(
    shape: tuple[int, ...], precision: str, processor_id: str, store: ExperimentStore | None = None
) -> Plans:
    """Transforms of a shape, by the choice that the store holds or now gets.

    Parameters
    ----------
    shape : tuple of int
    precision : str
        "double" or "single".
    processor_id : str
        Type of this process's processor.
    store : ExperimentStore, optional
        The user's cache alone decides, or now gets the choice, where none is given.
    """
    name = _name(shape, precision, processor_id)
    wisdom = None if store is None else store.kept(name)
    if wisdom is None:
        wisdom = _cached(name, shape, precision)
        wisdom = wisdom if store is None else store.keep(name, wisdom)
    return Plans(shape, wisdom, precision=precision)


def recalled(shape: tuple[int, ...], precision: str, processor_id: str, store: ExperimentStore) -> Plans:
    """Transforms as :func:`planned` gives them, without a write to the store."""
    wisdom = store.kept(_name(shape, precision, processor_id))
    if wisdom is None:
        return planned(shape, precision, processor_id)
    return Plans(shape, wisdom, precision=precision)


def cache_directory() -> Path:
    """Where choices are kept for all stores of this user."""
    return Path.home() / ".cache" / "regimap"


def _name(shape: tuple[int, ...], precision: str, processor_id: str) -> str:
    kind = "x".join(map(str, shape)) + ("" if precision == "double" else f"-{precision}")
    return f"wisdom-{FFTW_VERSION}-{processor_id}-{kind}"


def _cached(name: str, shape: tuple[int, ...], precision: str) -> bytes:
    path = cache_directory() / name
    if path.is_file():
        return path.read_bytes()
    wisdom = Plans(shape, precision=precision).wisdom
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return _put_if_absent(path, wisdom)
    except OSError:
        # A home that cannot be written to: the store's copy is enough for this store.
        return wisdom


def _put_if_absent(path: Path, payload: bytes) -> bytes:
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(payload)
    draft = Path(file.name)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return path.read_bytes()

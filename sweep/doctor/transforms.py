"""FFTW: whether it plans and transforms here, and whether its choices are kept."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator

import numpy as np

from physics import FFTW_VERSION
from sweep.doctor.finding import NOTE, OK, TROUBLE, Finding
from sweep.provenance import Provenance
from sweep.wisdom import cache_directory, planned

SHAPE = (64, 64)
ROUNDING = 1e-10


def look_at_transforms() -> Iterator[Finding]:
    """Plan a small transform, and compare it with NumPy's."""
    processor = Provenance.collect().processor_id
    began = time.perf_counter()
    try:
        plans = planned(SHAPE, "double", processor)
    except Exception as error:
        yield Finding(
            "FFTW", TROUBLE, f"{type(error).__name__}: {error}", "pip install --force-reinstall pyfftw"
        )
        return
    seconds = time.perf_counter() - began
    wave = np.exp(2j * np.pi * np.arange(np.prod(SHAPE)).reshape(SHAPE) ** 2 / 997.0)
    plans.psi[...] = wave
    plans.forward()
    expected = np.fft.fft2(wave)
    wrong = float(np.abs(plans.psi - expected).max() / np.abs(expected).max())
    said = f"FFTW {FFTW_VERSION}, {SHAPE[0]} x {SHAPE[1]} planned in {seconds:.2g} s, right to {wrong:.1g}"
    if wrong > ROUNDING:
        yield Finding("FFTW", TROUBLE, said, "its result is wrong: pip install --force-reinstall pyfftw")
    else:
        yield Finding("FFTW", OK, said)
    yield _cache(processor)


def _cache(processor: str) -> Finding:
    """Where its choices are kept for all stores."""
    place = cache_directory()
    if not place.is_dir() or not os.access(place, os.W_OK | os.X_OK):
        return Finding(
            "FFTW's choices",
            NOTE,
            f"{place} cannot be written to: each store chooses anew, seconds for each grid",
            "make the directory, or set HOME to one that can be written to",
        )
    count = sum(1 for _ in place.glob(f"wisdom-{FFTW_VERSION}-{processor}-*"))
    return Finding("FFTW's choices", OK, f"{count} for this type of processor in {place}")

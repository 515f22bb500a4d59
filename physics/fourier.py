"""FFTW plans of one shape, with the buffers they work in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, final

import numpy as np
import pyfftw
from numpy.typing import NDArray

from physics.errors import InputError

EFFORT = "FFTW_MEASURE"
DTYPES = {"double": "complex128", "single": "complex64"}
# FFTW keeps one record per precision; they are text without this byte.
BETWEEN_RECORDS = b"\0"
# Records of choices are understood by the version that wrote them.
FFTW_VERSION: str = pyfftw.fftw_version

# Sizes that FFTW transforms quickly: products of small primes, close enough to waste little.
FAST_SIZES = (
    *(32, 36, 40, 48, 54, 60, 64, 72, 80, 90, 96, 108, 120, 128, 144, 160, 180, 192, 200, 216, 240),
    *(256, 270, 288, 300, 320, 360, 384, 400, 432, 480, 512, 540, 576, 600, 640, 720, 768, 800),
    *(864, 900, 960, 1024, 1080, 1152, 1200, 1280, 1440, 1536, 1600, 1728, 1800, 1920, 2048, 2304),
    *(2400, 2560, 2880, 3072, 3200, 3456, 3600, 3840, 4096, 4608, 4800, 5120, 5760, 6144, 6400),
    *(7200, 7680, 8192, 9216, 10240, 11520, 12288, 13824, 15360, 16384, 18432, 20480, 23040, 24576),
    *(27648, 30720, 32768, 40960, 49152, 65536),
)


def fast_size(minimum: float) -> int | None:
    """Smallest size of the table at or above `minimum`, or None past its end."""
    return next((size for size in FAST_SIZES if size >= minimum), None)


@final
class Plans:
    """In-place complex transforms and an inverse real transform of one shape.

    FFTW chooses among algorithms by timing them, and two choices differ in the last bits. Plans
    built from the same `wisdom` are the same plans, so rows computed with them agree bit for bit.

    Parameters
    ----------
    shape : sequence of int
        Points per axis.
    wisdom : bytes, optional
        What :attr:`wisdom` of an earlier instance of this shape and precision gave, on this type of
        processor.
    precision : str
        "double" or "single": of the wave function's transforms; the field is always synthesised in
        double.
    effort : str
        FFTW's name for how it chooses: "FFTW_ESTIMATE" times nothing, so that its choice needs no record.

    Attributes
    ----------
    psi : ndarray of complex128 or complex64, `shape`
        Buffer that :meth:`forward` and :meth:`backward` transform in place.
    half : ndarray of complex128
        Half spectrum (last axis ``n // 2 + 1``) read, and destroyed, by :meth:`synthesize`.
    real : ndarray of float64, `shape`
        Result of :meth:`synthesize`.
    wisdom : bytes
        FFTW's record of the choices made.
    """

    def __init__(
        self,
        shape: Sequence[int],
        wisdom: bytes | None = None,
        *,
        precision: str = "double",
        effort: str = EFFORT,
    ) -> None:
        if precision not in DTYPES:
            raise InputError(f"precision: expected one of {', '.join(DTYPES)}, got {precision!r}")
        self.shape = tuple(int(n) for n in shape)
        self.precision = precision
        self.psi: NDArray[Any] = pyfftw.empty_aligned(self.shape, dtype=DTYPES[precision])
        self.real: NDArray[np.float64] = pyfftw.empty_aligned(self.shape, dtype="float64")
        half_shape = (*self.shape[:-1], self.shape[-1] // 2 + 1)
        self.half: NDArray[np.complex128] = pyfftw.empty_aligned(half_shape, dtype="complex128")
        # FFTW's memory is one per process: emptied, so that only this shape's record decides.
        pyfftw.forget_wisdom()
        if wisdom is not None:
            records = (*wisdom.split(BETWEEN_RECORDS), b"", b"")[:3]
            if not all(pyfftw.import_wisdom(records)[: len(wisdom.split(BETWEEN_RECORDS))]):
                raise InputError(
                    "wisdom: expected a record of this FFTW version, got one that it refuses; plan anew"
                )
        self._forward = self._plan(self.psi, self.psi, "FFTW_FORWARD", effort)
        self._backward = self._plan(self.psi, self.psi, "FFTW_BACKWARD", effort)
        self._synthesize = self._plan(self.half, self.real, "FFTW_BACKWARD", effort)
        records = pyfftw.export_wisdom()
        self.wisdom: bytes = records[0] if precision == "double" else BETWEEN_RECORDS.join(records[:2])

    def forward(self) -> None:
        """Transform `psi` in place, unscaled."""
        self._forward.execute()

    def backward(self) -> None:
        """Transform `psi` back in place, unscaled: the pair multiplies by the number of points."""
        self._backward.execute()

    def synthesize(self) -> NDArray[np.float64]:
        """Sum the Fourier series in `half` into `real`, and return `real`; `half` is destroyed."""
        self._synthesize.execute()
        return self.real

    def _plan(self, source: NDArray[Any], target: NDArray[Any], direction: str, effort: str) -> pyfftw.FFTW:
        axes = tuple(range(len(self.shape)))
        flags = (effort, "FFTW_DESTROY_INPUT")
        return pyfftw.FFTW(source, target, axes=axes, direction=direction, flags=flags, threads=1)

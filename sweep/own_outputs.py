"""What a user's function returned, read as scalars and series of the columns that its store has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from store.columns import Column
from store.declarations import Declaration
from sweep.own_function import OwnModelError
from sweep.own_model import LARGEST_WHOLE

TIME = "t"
_WORDS = {"double": "a number", "boolean": "true or false", "varchar": "text"}
_KNOWN = "a number, true or false, a text, None, or a series of numbers"
_SHORT = 60


@final
@dataclass(frozen=True)
class Outputs:
    """What one call returned.

    Attributes
    ----------
    scalars : dict of str to float, bool, str or None
        None where a value is not determined in this trial.
    series : dict of str to ndarray, (n,)
        ``t`` among them, unless there are none.
    """

    scalars: dict[str, float | bool | str | None]
    series: dict[str, NDArray[np.float64]]

    @classmethod
    def read(cls, place: str, returned: object) -> Outputs:
        """Read what a function returned.

        Raises
        ------
        OwnModelError
            If it is no mapping of names to scalars and series of one length, naming what came.
        """
        if not isinstance(returned, Mapping):
            raise _misfit(
                place, "a mapping of names to values", _shortened(returned), "return a dict, such as {'x': x}"
            )
        scalars: dict[str, float | bool | str | None] = {}
        series: dict[str, NDArray[np.float64]] = {}
        for name, value in _entries(place, returned):
            if not isinstance(name, str):
                raise _misfit(place, "names that are texts", f"the name {_shortened(name)}", "rename it")
            read = _read(place, name, value)
            if isinstance(read, np.ndarray):
                series[name] = read
            else:
                scalars[name] = read
        if not (scalars or series):
            raise _misfit(place, "at least one value", "an empty mapping", "return what was computed")
        if TIME in scalars:
            raise _misfit(place, "a series t of times", f"t = {scalars[TIME]!r}", "rename it")
        return cls(scalars, _timed(place, series))

    def columns(self, place: str) -> tuple[list[Column], list[Column]]:
        """Columns for the scalars and for the series; what is not determined is taken for a number."""
        scalars = [
            Column(name, _kind(value) or "double", "", f"returned by {place}")
            for name, value in self.scalars.items()
        ]
        series = [Column(n, "double", "", f"series returned by {place}") for n in self.series if n != TIME]
        return scalars, series

    def check(self, place: str, version: str, declared: Declaration) -> None:
        """Refuse outputs that differ from those that stand for this version of the model.

        Raises
        ------
        OwnModelError
            Naming what is missing, what is new, or what changed its type.
        """
        scalars = {column.name: column.type for column in declared.scalars}
        expected = {*scalars, *(column.name for column in declared.observables)}
        got = {*self.scalars, *(name for name in self.series if name != TIME)}
        if expected != got:
            parts = [f"no {name}" for name in sorted(expected - got)]
            parts += [f"{name}, which is new" for name in sorted(got - expected)]
            raise _misfit(
                place,
                f"the outputs {', '.join(sorted(expected)) or '(none)'}, as a trial of model_version "
                f"{version!r} in this store returned",
                ", ".join(parts),
                "return the same names in each trial (None where a scalar is not determined), or raise "
                "model_version",
            )
        for name, value in self.scalars.items():
            kind = _kind(value)
            if name not in scalars or (kind is not None and kind != scalars[name]):
                wanted = _WORDS[scalars[name]] if name in scalars else "a series"
                raise _misfit(
                    place,
                    f"{wanted} for {name}, as before",
                    repr(value),
                    "return one type (None in the first trial counts as a number), or another name",
                )
        for name in self.series:
            if name in scalars:
                raise _misfit(
                    place, f"{_WORDS[scalars[name]]} for {name}, as before", "a series", "rename the series"
                )


def _entries(place: str, returned: Mapping[Any, Any]) -> list[tuple[Any, Any]]:
    """What a mapping of the user's holds, whatever kind of mapping it is."""
    try:
        return list(returned.items())
    except Exception as error:
        got = f"one that raised {type(error).__name__}: {error}"
        raise _misfit(place, "a mapping of names to values", got, "return a dict") from None


def _read(place: str, name: str, value: Any) -> float | bool | str | NDArray[np.float64] | None:  # noqa: ANN401
    """Scalar or samples of a column; objects of the user's may raise whatever is asked of them."""
    try:
        if isinstance(value, (list, tuple, range)) or np.ndim(value) > 0:
            return _samples(place, name, value)
        return _scalar(place, name, value)
    except (OwnModelError, MemoryError):
        raise
    except Exception as error:
        got = f"a {type(value).__name__} that raised {type(error).__name__}: {error}"
        raise _misfit(place, f"{_KNOWN} for {name}", got, "convert it") from None


def _scalar(place: str, name: str, value: Any) -> float | bool | str | None:  # noqa: ANN401  # anything
    value = value.item() if isinstance(value, (np.generic, np.ndarray)) else value
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, float) or (isinstance(value, int) and abs(value) <= LARGEST_WHOLE):
        return float(value)
    if isinstance(value, (int, np.longdouble)):
        raise _too_exact(place, name, value)
    raise _misfit(place, f"{_KNOWN} for {name}", _shortened(value), "convert it")


def _samples(place: str, name: str, value: Any) -> NDArray[np.float64]:  # noqa: ANN401  # anything
    try:
        samples = np.asarray(value)
    except ValueError as error:
        raise _misfit(place, f"one row of numbers for the series {name}", str(error), "flatten it") from None
    if samples.ndim != 1 or samples.size == 0 or samples.dtype.kind not in "biuf":
        got = f"shape {samples.shape} of {samples.dtype}"
        raise _misfit(place, f"one row of real numbers for the series {name}", got, "convert it")
    if samples.dtype.kind in "iu" and not -LARGEST_WHOLE <= samples.min() <= samples.max() <= LARGEST_WHOLE:
        raise _too_exact(place, name, max(int(samples.max()), int(samples.min()), key=abs))
    return samples.astype(np.float64)


def _too_exact(place: str, name: str, value: int | np.longdouble) -> OwnModelError:
    kind = "a longdouble" if isinstance(value, np.longdouble) else "a whole number above 2^53"
    return _misfit(
        place,
        f"a number that 64 bits of floating point hold exactly for {name}",
        f"{_shortened(value)}, {kind}",
        "return float(value) if it may be rounded, or a text",
    )


def _timed(place: str, series: dict[str, NDArray[np.float64]]) -> dict[str, NDArray[np.float64]]:
    """The series with their times; the numbers of the samples where none were given."""
    lengths = {name: values.size for name, values in series.items()}
    if len(set(lengths.values())) > 1:
        got = ", ".join(f"{size} of {name}" for name, size in lengths.items())
        raise _misfit(place, "series of one length", got, "cut them, or put them on one time base")
    if TIME not in series:
        return {TIME: np.arange(float(max(lengths.values()))), **series} if series else {}
    if set(series) == {TIME}:
        raise _misfit(place, "series beside t", "t alone", "return what was recorded then, or leave out t")
    times = series[TIME]
    if not np.isfinite(times).all() or np.any(np.diff(times) <= 0.0):
        raise _misfit(place, "finite times t that increase", _shortened(times.tolist()), "sort them")
    return series


def _kind(value: float | bool | str | None) -> str | None:
    if value is None:
        return None
    return "boolean" if isinstance(value, bool) else "varchar" if isinstance(value, str) else "double"


def _misfit(place: str, expected: str, got: str, advice: str) -> OwnModelError:
    return OwnModelError(f"{place}: expected {expected}, got {got}; {advice}")


def _shortened(value: object) -> str:
    try:
        text = repr(value)
    except Exception:
        text = f"a {type(value).__name__}, which has no repr"
    return text if len(text) <= _SHORT else f"{text[: _SHORT - 3]}..."

"""Something that takes long to work out, while the one who asked goes on with other things."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar, final

T = TypeVar("T")


@final
class Thought(Generic[T]):
    """A function that runs in a thread of its own.

    The thread ends with the program: what it computes must not be needed for anything but its result.

    Parameters
    ----------
    function : callable
        Without arguments.
    """

    def __init__(self, function: Callable[[], T]) -> None:
        self._function = function
        self._results: list[T] = []
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="thought", daemon=True)
        self._thread.start()

    def wait(self, seconds: float | None = None) -> bool:
        """Whether it has ended, after so many seconds at most; after any time without a limit."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def result(self) -> T:
        """What the function returned, once it has.

        Raises
        ------
        BaseException
            What the function raised.
        """
        self.wait()
        if self._error is not None:
            raise self._error
        return self._results[0]

    def _run(self) -> None:
        try:
            self._results.append(self._function())
        except BaseException as error:
            self._error = error

"""A job's progress as JSON lines, for log collectors; and whatever else is written to the same stream."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from typing import Any, TextIO, final

from sweep.engine.standing import Standing
from sweep.engine.voices import Voice, line_pause


@final
class JsonLines(Voice):
    """One JSON object a line, with `time` (UTC, ISO 8601), `event`, `sweep` and the event's own fields.

    Parameters
    ----------
    label : str
        The field `sweep`.
    file : text file

    Notes
    -----
    The events of a job, with what else is in them:

    started, progress, ended
        `done`, `expected`, `landed` (by this driver), `running`, `queued` (trials), `failed` (trials by
        status), `rate` (per second, or null), `eta_s` (or null), `workers`, `last_failure` (or null),
        `started`, `elapsed_s`; in `ended` also `stopped`, why work may be left, or null. `progress` comes
        every ten seconds, after ten minutes every minute.
    failure
        The first of a kind: `status`, `reason`.
    failures
        At the end, for each kind: `status`, `reason` with # for numbers, `trials`.
    moved
        A worker was lost or failed: `cause`, `reason`, `trials` that run again or are given up.
    request
        One was taken up: `request`, `kind`, `trials`.
    stopping
        No more work is given out: `reason`, `trials` still running.
    waiting
        A driver on another machine is watched: `message`.

    Of the command itself, without `sweep`: ``message``, a line of what it says, such as how to resume;
    ``refused`` and ``crashed``, with `message`, `exit_code` and, after a crash, `traceback`.
    """

    def __init__(self, label: str, file: TextIO | JsonStream) -> None:
        self._label = label
        self._file = file.stream if isinstance(file, JsonStream) else file

    def pause(self, elapsed: float) -> float:
        """Ten seconds or a minute."""
        return line_pause(elapsed)

    def show(self, standing: Standing) -> None:
        """Write a line of counts."""
        self._write("progress", standing.state())

    def say(self, event: str, text: str, **fields: Any) -> None:  # noqa: ANN401
        """Write the fields, or else the words."""
        self._write(event, fields or {"message": text})

    def end(self, standing: Standing, stopped: str | None) -> None:
        """Write the last counts."""
        self._write("ended", standing.state() | {"stopped": stopped})

    def _write(self, event: str, fields: dict[str, Any]) -> None:
        print(json_line(event, sweep=self._label, **fields), file=self._file, flush=True)


def json_line(event: str, **fields: Any) -> str:  # noqa: ANN401  # what JSON can hold
    """One event as a line of JSON, see `JsonLines`."""
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return json.dumps({"time": now, "event": event} | fields)


@final
class JsonStream(io.TextIOBase):
    """Makes an event of each line that is written, so that nothing but JSON comes out.

    Parameters
    ----------
    stream : text file
        Where the events go.
    """

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self._rest = ""

    @property
    def encoding(self) -> str:  # type: ignore[override]  # writable in typeshed, as it is not in io
        """Of the stream: what Python asks a text file."""
        return "utf-8"

    def writable(self) -> bool:
        """Always."""
        return True

    def write(self, text: str) -> int:
        """Tell of the lines that are whole, but for empty ones."""
        *lines, self._rest = (self._rest + text).split("\n")
        for line in lines:
            if line.strip():
                self.event("message", message=line)
        return len(text)

    def event(self, name: str, **fields: Any) -> None:  # noqa: ANN401
        """Write an event."""
        self.stream.write(json_line(name, **fields) + "\n")
        self.stream.flush()

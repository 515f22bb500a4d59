"""Decoding in a process of its own: some broken Parquet files end the process that reads them."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import IO, final

import pyarrow as pa

from store.care.soundness import UnsoundError, whole_table
from store.columns import Table

_ROOT = Path(__file__).parents[2]


@final
class Decoder:
    """Decodes small files apart; the process starts with the first, and anew after one that ended it."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Decoder:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def whole_table(self, payload: bytes, table: Table) -> pa.Table:
        """Do as `store.care.soundness.whole_table`.

        Raises
        ------
        UnsoundError
            If the file is not sound, or has ended the process.
        """
        process = self._process = self._process or _start()
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            _send(process.stdin, {"table": table.to_text()}, payload)
            answer, rows = _receive(process.stdout)
        except (BrokenPipeError, EOFError):
            self._stop()
            raise UnsoundError("what ends the process that decodes it") from None
        if answer["found"] is not None:
            raise UnsoundError(answer["found"])
        with pa.ipc.open_stream(rows) as stream:
            return stream.read_all()

    def _stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None


def _start() -> subprocess.Popen[bytes]:
    # A fresh interpreter: this process's threads and locks are not safe to fork.
    paths = os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH"))))
    return subprocess.Popen(
        [sys.executable, "-m", __name__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # the last words of the C++ runtime
        env={**os.environ, "PYTHONPATH": paths},
    )


def _send(pipe: IO[bytes], header: dict[str, str | None], payload: bytes) -> None:
    pipe.write(json.dumps({**header, "bytes": len(payload)}).encode() + b"\n")
    pipe.write(payload)
    pipe.flush()


def _receive(pipe: IO[bytes]) -> tuple[dict[str, str | None], bytes]:
    line = pipe.readline()
    if not line.endswith(b"\n"):
        raise EOFError
    header = json.loads(line)
    payload = pipe.read(header.pop("bytes"))
    return header, payload


def _serve(requests: IO[bytes], answers: IO[bytes]) -> None:
    """Decode what comes until nothing more does."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    tables: dict[str, Table] = {}
    while True:
        try:
            request, payload = _receive(requests)
        except EOFError:
            return
        text = str(request["table"])
        table = tables.setdefault(text, tables.get(text) or Table.from_text(text))
        try:
            rows = whole_table(payload, table)
        except UnsoundError as error:
            _send(answers, {"found": str(error)}, b"")
            continue
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, rows.schema) as stream:
            stream.write_table(rows)
        _send(answers, {"found": None}, sink.getvalue().to_pybytes())


if __name__ == "__main__":
    _serve(sys.stdin.buffer, sys.stdout.buffer)

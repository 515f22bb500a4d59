"""Writers in processes of their own, cheap to start and to kill."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from tests.store.faults.actions import Action

ROOT = Path(__file__).parents[3]


@dataclass(frozen=True)
class End:
    """How a writer ended: the actions it acknowledged, the errors it met, minus the signal that killed it."""

    acknowledged: list[Action]
    errors: list[dict[str, Any]]
    code: int


class Writers:
    """A server that forks writers from a process in which everything is imported."""

    def __init__(self) -> None:
        self._server = subprocess.Popen(
            [sys.executable, "-W", "ignore::DeprecationWarning", "-m", "tests.store.faults.fork_server"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
        )
        self._actions: dict[int, list[Action]] = {}

    def start(self, path: Path, *actions: Action, **limits: int) -> int:
        """Fork a writer that waits for `go`; return its process id."""
        order = {"order": "start", "path": str(path), "actions": actions, **limits}
        pid = int(self._ask(order)["pid"])
        self._actions[pid] = list(actions)
        return pid

    def go(self, pid: int) -> None:
        self._ask({"order": "go", "pid": pid})

    def wait(self, pid: int) -> End:
        answer, actions = self._ask({"order": "wait", "pid": pid}), self._actions.pop(pid)
        done = [actions[said["number"]] for said in answer["said"] if "error" not in said]
        return End(done, [said for said in answer["said"] if "error" in said], answer["code"])

    def kill(self, pid: int) -> End:
        """Kill a writer, wherever it is."""
        os.kill(pid, signal.SIGKILL)  # not reaped before `wait`, so the number is still its own
        return self.wait(pid)

    def run(self, path: Path, *actions: Action, **limits: int) -> End:
        """Start a writer, let it run and wait for it."""
        pid = self.start(path, *actions, **limits)
        self.go(pid)
        return self.wait(pid)

    def _ask(self, order: dict[str, Any]) -> dict[str, Any]:
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        self._server.stdin.write(json.dumps(order) + "\n")
        self._server.stdin.flush()
        answer: dict[str, Any] = json.loads(self._server.stdout.readline())
        return answer

    def __enter__(self) -> Writers:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        self._server.stdin.close()
        self._server.wait(timeout=30)
        self._server.stdout.close()

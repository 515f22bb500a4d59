"""What runs trials on two workers: a pool, joblib, bare Ray, Ray Tune, and our engine.

Ours alone keeps the rows. Libraries are imported in a run: they are part of the time to the first result.
"""

from __future__ import annotations

import abc
import logging
import os
import tempfile
from importlib import import_module
from importlib.util import find_spec
from multiprocessing import get_context
from pathlib import Path
from types import ModuleType
from typing import Any

from benchmarks.engine_accounts import WORKERS, Account
from benchmarks.engine_trials import Kind, timed

# Calls that bare Ray is given ahead: many more than it works on.
IN_FLIGHT = 64
OBJECT_STORE_BYTES = 200_000_000


class Candidate(abc.ABC):
    """Runs trials of a kind on two workers.

    Attributes
    ----------
    name : str
    needs : tuple of str
        Modules without which it is skipped.
    fewer : int
        By what its number of trials of no work is divided, lest it take all day.
    """

    name: str
    needs: tuple[str, ...] = ()
    fewer: int = 1

    @abc.abstractmethod
    def run(self, kind: Kind, trials: int, account: Account) -> None:
        """Run them and write down what happened; the workers are gone on return."""

    def lacks(self) -> str | None:
        """What keeps it from running here; None if nothing does."""
        # Not imported: Ray reads its environment then.
        missing = [module for module in self.needs if find_spec(module) is None]
        return f"not installed: {', '.join(missing)}" if missing else None


class Pool(Candidate):
    """The standard library's pool, one trial a call."""

    name = "multiprocessing.Pool"

    def run(self, kind: Kind, trials: int, account: Account) -> None:
        """By `imap_unordered`."""
        with get_context("spawn").Pool(WORKERS) as pool:
            for result in pool.imap_unordered(timed, [kind.name] * trials):
                account.note(result, trials)
            pool.close()
            pool.join()


class Joblib(Candidate):
    """joblib's loky, which sizes its batches itself."""

    name = "joblib loky"
    needs = ("joblib",)

    def run(self, kind: Kind, trials: int, account: Account) -> None:
        """By an unordered generator."""
        joblib, loky = import_module("joblib"), import_module("joblib.externals.loky")
        parallel = joblib.Parallel(n_jobs=WORKERS, backend="loky", return_as="generator_unordered")
        for result in parallel(joblib.delayed(timed)(kind.name) for _ in range(trials)):
            account.note(result, trials)
        loky.get_reusable_executor().shutdown(wait=True)


class RayTasks(Candidate):
    """Ray's remote functions, as many in flight as there is room for and some ahead."""

    name = "bare Ray tasks"
    needs = ("ray",)
    fewer = 4

    def run(self, kind: Kind, trials: int, account: Account) -> None:
        """By `ray.wait`."""
        ray = _started_ray()
        task = ray.remote(num_cpus=1)(timed).options(enable_task_events=False)
        calls: list[Any] = []
        left = trials
        while left or calls:
            more = min(left, IN_FLIGHT - len(calls))
            calls += [task.remote(kind.name) for _ in range(more)]
            left -= more
            (ready,), calls = ray.wait(calls, num_returns=1)
            account.note(ray.get(ready), trials)
        ray.shutdown()


class Tune(Candidate):
    """Ray Tune: actors reused, loggers off."""

    name = "Ray Tune"
    needs = ("ray", "pandas", "pyarrow", "fsspec", "requests", "pydantic")
    fewer = 32

    def run(self, kind: Kind, trials: int, account: Account) -> None:
        """By `Tuner.fit`."""
        os.environ["TUNE_DISABLE_AUTO_CALLBACK_LOGGERS"] = "1"
        ray, tune, count, name = _started_ray(), import_module("ray.tune"), trials, kind.name

        class Arrivals(tune.Callback):
            def on_trial_result(self, *, result: dict[str, Any], **_: object) -> None:
                account.note(result["trip"], count)

        def trainable(config: dict[str, Any]) -> None:
            tune.report({"trip": timed(name)})

        settings = tune.TuneConfig(num_samples=trials, max_concurrent_trials=WORKERS, reuse_actors=True)
        with tempfile.TemporaryDirectory() as scratch:
            kept = tune.RunConfig(storage_path=scratch, verbose=0, callbacks=[Arrivals()])
            tune.Tuner(trainable, tune_config=settings, run_config=kept).fit()
            ray.shutdown()


class Ours(Candidate):
    """The engine as it runs in life: chunks by the predicted cost, commits, a hold, upkeep.

    Parameters
    ----------
    backend : str
    root : Path, optional
        The store to write to; by default one that is removed.
    watch : bool
        Whether to write down the driver's memory as it goes.
    """

    def __init__(self, backend: str, root: Path | None = None, *, watch: bool = False) -> None:
        self.name = f"ours, {backend}"
        self.needs = ("ray",) if backend == "ray" else ()
        self._backend, self._root, self._watch = backend, root, watch

    def run(self, kind: Kind, trials: int, account: Account) -> None:
        """By `stream`: what it tells, with the rows' own times."""
        with tempfile.TemporaryDirectory(prefix="regimap-bench-") as scratch:
            root = self._root or Path(scratch) / "store"
            ours = import_module("benchmarks.engine_ours")
            ours.run_ours(self._backend, root, kind, trials, account, watch=self._watch)


def _started_ray() -> ModuleType:
    """Ray on this machine, set up as the engine does it."""
    import_module("sweep.backends.ray_environment").prepare_environment("local")
    ray = import_module("ray")
    ray.init(
        address="local",
        num_cpus=WORKERS,
        include_dashboard=False,
        object_store_memory=OBJECT_STORE_BYTES,
        log_to_driver=False,
        logging_level=logging.ERROR,
    )
    return ray

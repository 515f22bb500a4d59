"""Cores, memory, room for temporary files, open files, as a container or a batch system leaves them."""

from __future__ import annotations

import os
import resource
import shutil
import tempfile
from collections.abc import Iterator
from math import floor
from pathlib import Path

from sweep.doctor.finding import NOTE, OK, TROUBLE, Finding, size
from sweep.memory import BASELINE_BYTES

CGROUP = Path("/sys/fs/cgroup")
SHARED = Path("/dev/shm")
# What Ray is given for its object store, and the room that it wants beside it in its directory.
SHARED_BYTES, TEMPORARY_BYTES = 250_000_000, 1_000_000_000
OPEN_FILES = 1024
# Of the cores: more work than this is that of others.
BUSY = 0.5


def look_at_machine(cgroup: Path = CGROUP) -> Iterator[Finding]:
    """What there is to work with.

    Parameters
    ----------
    cgroup : Path
        Where the limits of a container are written.
    """
    yield _cores(cgroup)
    yield _memory(cgroup)
    yield _temporary(Path(tempfile.gettempdir()))
    if SHARED.is_dir():
        yield _shared(SHARED)
    yield _open_files()


def cores(cgroup: Path = CGROUP) -> float:
    """Cores that this process may use: its affinity, or less where a container has a quota."""
    usable = float(len(os.sched_getaffinity(0)))
    quota, period = (_read(cgroup / "cpu.max") or "max 1").split()
    return usable if quota == "max" else min(usable, int(quota) / int(period))


def memory(cgroup: Path = CGROUP) -> tuple[float, float]:
    """Bytes that there are, and bytes that are free, within a container's limit."""
    lines = (line.split() for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines())
    known = {words[0]: 1024.0 * int(words[1]) for words in lines}
    total, free = known["MemTotal:"], known["MemAvailable:"]
    limit, used = _read(cgroup / "memory.max"), _read(cgroup / "memory.current")
    if limit is None or limit == "max":
        return total, free
    # What is only cached does not count as used.
    cached = dict(line.split() for line in (_read(cgroup / "memory.stat") or "").splitlines())
    kept = int(used or 0) - int(cached.get("inactive_file", 0))
    return min(total, int(limit)), min(free, int(limit) - kept)


def _read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="ascii").strip()
    except OSError:
        return None


def _cores(cgroup: Path) -> Finding:
    usable, there, load = cores(cgroup), os.cpu_count() or 1, os.getloadavg()[0]
    found = f"{usable:g} of {there} cores may be used; load {load:.1f}"
    whole = max(1, floor(usable))
    if whole < len(os.sched_getaffinity(0)):
        advice = f"a container's quota is below what Ray counts: --workers {whole}"
        return Finding("cores", NOTE, found, advice)
    if load > BUSY * there:
        return Finding("cores", NOTE, found, "other work is running: predictions of `plan` will be too short")
    return Finding("cores", OK, found)


def _memory(cgroup: Path) -> Finding:
    total, free = memory(cgroup)
    workers = floor(free / BASELINE_BYTES)
    found = f"{size(free)} free of {size(total)}: room for {workers} workers of small grids"
    if workers < 1:
        return Finding("memory", TROUBLE, found, "end other programs, or raise the container's limit")
    if workers < floor(cores(cgroup)):
        return Finding("memory", NOTE, found, f"fewer workers than cores: --workers {workers}")
    return Finding("memory", OK, found)


def _temporary(place: Path) -> Finding:
    try:
        with tempfile.TemporaryFile(dir=place) as file:
            file.write(b"may be removed\n")
        free = shutil.disk_usage(place).free
    except OSError as error:
        return Finding(
            "temporary files", TROUBLE, f"{place}: {error.strerror}", "set TMPDIR to a directory with room"
        )
    found = f"{size(free)} free in {place}"
    if free < TEMPORARY_BYTES:
        advice = f"Ray's logs and DuckDB's sorts want {size(TEMPORARY_BYTES)}: make room, or set TMPDIR"
        return Finding("temporary files", NOTE, found, advice)
    return Finding("temporary files", OK, found)


def _shared(place: Path) -> Finding:
    free = shutil.disk_usage(place).free
    found = f"{size(free)} free in {place}"
    if free < SHARED_BYTES:
        advice = f"Ray wants {size(SHARED_BYTES)} there: docker run --shm-size=1g, or --backend process"
        return Finding("shared memory", NOTE, found, advice)
    return Finding("shared memory", OK, found)


def _open_files() -> Finding:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < OPEN_FILES:
        return Finding("open files", NOTE, f"at most {soft}", f"ulimit -n {OPEN_FILES} (the most is {hard})")
    return Finding("open files", OK, "no limit" if soft == resource.RLIM_INFINITY else f"at most {soft}")

"""The place of a store: whether what commits rest on works there, and what kind of place it is."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from store import ExperimentStore, StoreError, StoreNotFoundError
from sweep.doctor.finding import NOTE, OK, TROUBLE, Finding, size

MOUNTS = Path("/proc/self/mountinfo")
LEAST_ROOM, LITTLE_ROOM = 100_000_000, 2_000_000_000
SKEW_S = 2.0
SLOW_FSYNC_S = 0.1
# Nobody's clock says so who has this program.
EARLIEST = datetime(2026, 1, 1, tzinfo=UTC)
HINTS = {
    "tmpfs": "it is memory, and gone after a restart: put stores on a disk",
    "ramfs": "it is memory, and gone after a restart: put stores on a disk",
    "overlay": "it is a container's own layer, and gone with it: mount a volume for stores",
    "nfs": "a network file system: commits work; `regimap compact` spares it small files",
    "nfs4": "a network file system: commits work; `regimap compact` spares it small files",
    "lustre": "a parallel file system: `regimap compact` spares it small files",
    "gpfs": "a parallel file system: `regimap compact` spares it small files",
    "beegfs": "a parallel file system: `regimap compact` spares it small files",
    "cifs": "a Windows share: it may not have links; use a local disk or NFS",
    "fuse.s3fs": "a bucket as a directory: renames are not one step there; name it as s3://bucket/prefix",
    "fuse.gcsfuse": "a bucket as a directory: renames are not one step there; use a disk or NFS",
    "fuse.goofys": "a bucket as a directory: renames are not one step there; name it as s3://bucket/prefix",
}


def look_at_storage(place: str) -> Iterator[Finding]:
    """A store, or where one is to be.

    Parameters
    ----------
    place : str
        A directory that is there or not, or ``s3://bucket/prefix``.
    """
    if "://" in place:
        yield _opened(place)
        return
    path = Path(place).absolute()
    try:
        exists = path.is_dir() and any(path.iterdir())
    except OSError as error:
        yield _unusable(path, error)
        return
    if (path / "store.json").exists():
        yield _opened(place)
    elif path.is_file():
        yield Finding("store", TROUBLE, f"{path} is a file", "name a directory that is not there yet")
        return
    else:
        what = "a directory in which stores may be" if exists else "no store yet"
        yield Finding("store", OK, f"{path}: {what}")
    # In a store, where writers find and remove what a kill leaves.
    near = _nearest(path / "staging" if (path / "store.json").exists() else path)
    tried = list(_tried(near))
    yield from tried
    # Of a place that cannot be written to, the room is nobody's.
    if not any(finding.name == "store" and finding.verdict == TROUBLE for finding in tried):
        yield _room(near)
    yield _kind(near)


def _opened(place: str) -> Finding:
    """A store that is there, read and written to."""
    try:
        store = ExperimentStore(place)
        ((trials, last),) = store.sql("SELECT count(*), max(started_at) FROM trials").rows()
        store.check_writable()
    except StoreNotFoundError as error:
        return Finding(
            "store", NOTE, str(error), "fine, if a run is to make it; a key or endpoint may be wrong"
        )
    except StoreError as error:
        return Finding("store", TROUBLE, str(error), "regimap verify tells more; see docs/store.md")
    found = f"{store.url}: {trials} trials; read and written to"
    if last is not None and last.replace(tzinfo=UTC).timestamp() > time.time() + SKEW_S:
        advice = "set this machine's clock, or that of the machine that ran them (chrony, ntpd)"
        return Finding("store", NOTE, f"{found}; its newest trial started in the future, {last} UTC", advice)
    return Finding("store", OK, found)


def _nearest(path: Path) -> Path:
    """The directory itself, or the one that it would be made in."""
    while not path.is_dir():
        path = path.parent
    return path


def _tried(path: Path) -> Iterator[Finding]:
    """Do what a commit does, in a directory that is removed again."""
    try:
        directory = Path(tempfile.mkdtemp(prefix=".regimap-doctor-", dir=path))
    except OSError as error:
        yield _unusable(path, error)
        return
    try:
        seconds = _commit(directory)
        skew = directory.stat().st_mtime - time.time()
    except OSError as error:
        advice = "put the store on another file system, or into a bucket (s3://)"
        yield Finding("commits", TROUBLE, f"{path}: {error}", advice)
        return
    finally:
        with suppress(OSError):
            shutil.rmtree(directory)
    found = f"link, rename and fsync work in {path}, {seconds:.2g} s"
    slow = seconds > SLOW_FSYNC_S
    advice = "each commit waits that long: few large chunks are better than many small ones" if slow else ""
    yield Finding("commits", NOTE if slow else OK, found, advice)
    yield _clock(skew)


def _commit(directory: Path) -> float:
    """Stage, flush, link and rename; the seconds that it took.

    Raises
    ------
    OSError
        If something fails, or if a rename replaces what is there.
    """
    began = time.perf_counter()
    staged, place = directory / "staged", directory / "committed"
    staged.mkdir()
    with (staged / "file").open("wb") as file:
        file.write(b"may be removed\n")
        file.flush()
        os.fsync(file.fileno())
    os.link(staged / "file", staged / "link")
    for each in (staged, directory):
        _flush(each)
    staged.rename(place)
    _flush(directory)
    seconds = time.perf_counter() - began
    other = directory / "other"
    other.mkdir()
    try:
        other.rename(place)
    except OSError:
        return seconds
    raise OSError("a rename replaced a directory that was not empty")


def _flush(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _clock(skew: float) -> Finding:
    now = datetime.now(UTC)
    found = f"{now:%Y-%m-%d %H:%M:%S} UTC"
    if now < EARLIEST:
        return Finding("clock", NOTE, found, "set it (chrony, ntpd): rows and reports are dated by it")
    if abs(skew) > SKEW_S:
        advice = "set both clocks (chrony, ntpd): what others left behind is removed by its age"
        return Finding("clock", NOTE, f"{found}; the file system's differs by {skew:+.0f} s", advice)
    return Finding("clock", OK, found)


def _room(path: Path) -> Finding:
    free = shutil.disk_usage(path).free
    found = f"{size(free)} free in {path}"
    if free < LEAST_ROOM:
        return Finding("room", TROUBLE, found, "make room; `regimap plan` predicts what a spec takes")
    if free < LITTLE_ROOM:
        return Finding("room", NOTE, found, "`regimap plan` predicts what a spec takes")
    return Finding("room", OK, found)


def _kind(path: Path) -> Finding:
    kind = file_system(path)
    hint = HINTS.get(kind, "")
    return Finding("file system", NOTE if hint else OK, kind, hint)


def file_system(path: Path, mounts: Path = MOUNTS) -> str:
    """Type of the file system that a directory is on; "unknown" where that is not told."""
    try:
        lines = mounts.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return "unknown"
    found, longest = "unknown", -1
    for line in lines:
        before, _, after = line.partition(" - ")
        # Spaces in the names of directories are written as octal numbers.
        point = Path(before.split()[4].encode().decode("unicode_escape"))
        if len(point.parts) >= longest and path.resolve().is_relative_to(point):
            found, longest = after.split()[0], len(point.parts)
    return found


def _unusable(path: Path, error: OSError) -> Finding:
    advice = "name a directory that you may write to"
    return Finding("store", TROUBLE, f"{path}: {error.strerror}", advice)

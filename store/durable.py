"""Writes that are either all there, and survive a power cut, or not there at all.

Everything is staged in one directory of the same file system and published by a single system call: ``link``
for a file, ``rename`` for a directory. Both fail when the target exists, which is put-if-absent; the winner's
content stands. A publication counts only after the parent directory has been fsynced, so even the loser of a
race fsyncs it before it answers.
"""

from __future__ import annotations

import errno
import os
import shutil
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from store.debris import writer_tag
from store.errors import WriteError

_NO_LINKS = {errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EXDEV}


@contextmanager
def write_errors(path: Path) -> Iterator[None]:
    """Turn the operating system's refusals into `WriteError`, naming `path`."""
    try:
        yield
    except WriteError:
        raise
    except OSError as error:
        raise WriteError(
            f"expected to write {path}; got {error.strerror or error}; "
            "check that the store is writable and has space"
        ) from error


def fsync(path: Path) -> None:
    """Flush a file or a directory to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_directory(path: Path) -> None:
    """Make a directory and those above it, durably; whoever made them."""
    if not path.is_dir():
        make_directory(path.parent)
        path.mkdir(exist_ok=True)
        fsync(path.parent)


def flush_ancestors(path: Path) -> None:
    """Flush the entry of `path`, and those of the directories above it on its file system."""
    device = path.stat().st_dev
    for directory in path.parents:
        if directory.stat().st_dev != device:
            return
        with suppress(PermissionError):  # one that may not be read was not made by a writer like this
            fsync(directory)


def staged_path(staging: Path) -> Path:
    """Return a fresh name in `staging` that tells which process writes it."""
    return staging / f"{writer_tag()}~{uuid.uuid4().hex}"


@contextmanager
def staged(staging: Path) -> Iterator[Path]:
    """Give a fresh path in `staging`, and leave nothing of it behind."""
    path = staged_path(staging)
    try:
        yield path
    finally:
        discard(path)


def discard(path: Path) -> None:
    """Remove a staged file or directory, if it is still there."""
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def write_file(path: Path, *parts: bytes) -> None:
    """Write `parts` to a new file, one after the other, and flush it."""
    with path.open("xb") as file:
        file.writelines(parts)
        file.flush()
        os.fsync(file.fileno())


def publish_file(source: Path, target: Path) -> bool:
    """Link the flushed file `source` as `target` unless that exists; whether this call did it.

    The caller discards `source`.
    """
    try:
        os.link(source, target)
        fresh = True
    except FileExistsError:
        # A network file system may repeat a link that had succeeded, and then report the first try's file.
        fresh = source.samefile(target)
    except OSError as error:
        if error.errno in _NO_LINKS:
            raise WriteError(
                f"expected a file system with hard links under {target.parent}; got {error.strerror}; "
                "put the store on a local, NFS or Lustre file system"
            ) from error
        raise
    fsync(target.parent)
    return fresh


def publish_directory(source: Path, target: Path) -> bool:
    """Rename a directory of flushed files to `target` unless that exists; whether this call did it."""
    fsync(source)
    staged_inode = source.stat().st_ino
    try:
        source.rename(target)
        fresh = True
    except OSError as error:
        if error.errno not in {errno.ENOTEMPTY, errno.EEXIST, errno.ENOENT} or not target.is_dir():
            raise
        fresh = target.stat().st_ino == staged_inode  # the repeated rename of a network file system
    fsync(target.parent)
    return fresh


def replace_file(target: Path, parts: Sequence[bytes], staging: Path) -> None:
    """Write `parts` as `target` in one step, whatever was there."""
    with write_errors(target), staged(staging) as path:
        write_file(path, *parts)
        path.replace(target)
        fsync(target.parent)

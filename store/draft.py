"""A file or a directory for the user that is either all there or not there: written beside, then renamed."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from store.durable import fsync
from store.errors import WriteError

# What a directory in the Zarr format has; no other directory is ever replaced.
_ZARR = ("zarr.json", ".zgroup")


def check_target(target: Path, *, force: bool) -> None:
    """Refuse a target that cannot be written, or that something would be lost of.

    Raises
    ------
    WriteError
        If `target` exists, unless `force`; if it is a directory of another kind than Zarr's; if the directory
        above it is not there.
    """
    target = target.resolve()
    if not target.parent.is_dir():
        raise WriteError(f"expected an existing directory for {target}; got none; make {target.parent} first")
    if target.is_dir() and not any((target / name).is_file() for name in _ZARR):
        raise WriteError(f"expected a new path; got the directory {target}; give another path")
    if target.exists() and not (target.is_file() or target.is_dir()):
        raise WriteError(
            f"expected a file; got the device {target}; leave the option out, or give another path"
        )
    if target.exists() and not force:
        raise WriteError(f"expected a new path; got {target}, which exists; give another, or force it")


def check_outside(store: str, target: Path) -> None:
    """Refuse a target inside the store at the url `store`: none of its files may be written over.

    Raises
    ------
    WriteError
        If it is.
    """
    if "://" not in store and target.resolve().is_relative_to(Path(store).resolve()):
        raise WriteError(f"expected a path outside the store; got {target}; give another path")


@contextmanager
def draft(target: Path, *, force: bool) -> Iterator[Path]:
    """Give a fresh path beside `target`, and rename what is there to `target` when the block ends well.

    All of it is flushed first. When the block fails, or is interrupted, nothing of it is left. A directory
    that is replaced is gone from `target` for the moment between two renames.

    Parameters
    ----------
    target : Path
        Where the file or the directory is to be.
    force : bool
        Whether to replace what is there.

    Raises
    ------
    WriteError
        As of `check_target`, or if the file system refuses.
    """
    check_target(target, force=force)
    target = target.resolve()  # what a link points at is written, the link stays
    path = target.with_name(f".{target.name[:180]}.{uuid.uuid4().hex[:12]}.draft")
    try:
        with _refusals(target):
            yield path
            _flush(path)
            check_target(target, force=force)
            _publish(path, target)
    finally:
        _discard(path)


@contextmanager
def _refusals(target: Path) -> Iterator[None]:
    try:
        yield
    except WriteError:
        raise
    except OSError as error:
        raise WriteError(
            f"expected to write {target}; got {error.strerror or error}; "
            "check that the place is writable and has space"
        ) from error


def _flush(path: Path) -> None:
    if path.is_dir():
        for below in path.iterdir():
            _flush(below)
    fsync(path)


def _publish(path: Path, target: Path) -> None:
    if target.is_dir() or (path.is_dir() and target.exists()):
        older = path.with_name(f"{path.name}-older")
        target.rename(older)
        path.rename(target)
        _discard(older)
    else:
        path.replace(target)
    fsync(target.parent)


def _discard(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)

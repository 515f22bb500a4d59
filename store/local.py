"""A store in a directory of a file system, local or shared."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import duckdb

from store import layout
from store.debris import sweep
from store.digests import digest_lines
from store.durable import (
    discard,
    flush_ancestors,
    fsync,
    make_directory,
    publish_directory,
    publish_file,
    staged,
    staged_path,
    write_errors,
    write_file,
)
from store.durable import replace_file as _replace_file
from store.errors import DamagedStoreError, StoreError, WriteError
from store.ledgers import LEDGERS
from store.medium import Fragment, Medium

_DIRECTORIES = (
    layout.STAGING,
    layout.FRAGMENTS,
    layout.COMPACTED,
    layout.MANIFESTS,
    layout.KEPT,
    layout.HOLDS,
    layout.CHECKPOINTS,
    layout.SCHEMA,
    *map(layout.ledger, LEDGERS),
)
DIGESTS_FILE = "sha256"
"""In a fragment's directory: the SHA-256 of its files, as ``sha256sum -c`` reads them."""


class LocalMedium(Medium):
    """A directory: files appear by ``link``, fragments by ``rename``, everything flushed before and after.

    Parameters
    ----------
    root : path-like
        The store's directory; it need not exist.
    """

    def __init__(self, root: str | os.PathLike[str]) -> None:
        self._root = Path(os.path.abspath(os.fspath(root)))  # noqa: PTH100 - resolve() would follow links

    @property
    def root(self) -> Path:
        """The directory, absolute."""
        return self._root

    @property
    def url(self) -> str:
        """The directory, absolute."""
        return str(self._root)

    @property
    def _staging(self) -> Path:
        return self._root / layout.STAGING

    def names(self, directory: str) -> list[str]:
        """See `Medium.names`."""
        try:
            with reading(self._root / directory):
                return sorted(os.listdir(self._root / directory))  # noqa: PTH208 - ten times iterdir's speed
        except FileNotFoundError:
            return []
        except DamagedStoreError:
            if (self._root / directory).is_dir():
                raise
            return []

    def keys(self, directory: str) -> list[str]:
        """See `Medium.keys`."""
        found = os.walk(self._root / directory, onerror=_refuse_unlisted)
        files = (Path(above, name) for above, _, names in found for name in names)
        return sorted(file.relative_to(self._root).as_posix() for file in files)

    def fragments(self) -> list[Fragment]:
        """See `Medium.fragments`."""
        directory = layout.FRAGMENTS
        return [
            Fragment(
                name, f"{directory}/{name}/{layout.TRIALS_FILE}", f"{directory}/{name}/{layout.SERIES_FILE}"
            )
            for name in self.names(directory)
            if layout.is_fragment(name)
        ]

    def read(self, key: str) -> bytes:
        """See `Medium.read`."""
        with reading(self._root / key):
            return (self._root / key).read_bytes()

    def exists(self, key: str) -> bool:
        """See `Medium.exists`."""
        with reading(self._root / key):
            return (self._root / key).is_file()

    def put(self, key: str, payload: bytes) -> bool:
        """See `Medium.put`."""
        target = self._root / key
        with write_errors(target):
            if target.exists():
                fsync(target.parent)  # its writer may not have come that far
                return False
            with staged(self._staging) as path:
                write_file(path, payload)
                make_directory(target.parent)
                return publish_file(path, target)

    def replace(self, key: str, *parts: bytes) -> None:
        """See `Medium.replace`."""
        _replace_file(self._root / key, parts, self._staging)

    def put_fragment(self, name: str, trials: bytes, series: bytes) -> bool:
        """See `Medium.put_fragment`."""
        files = {layout.TRIALS_FILE: trials, layout.SERIES_FILE: series}
        return self._put_directory(f"{layout.FRAGMENTS}/{name}", {**files, DIGESTS_FILE: digest_lines(files)})

    def put_schema(self, version: str, files: Mapping[str, bytes]) -> None:
        """See `Medium.put_schema`."""
        named = {f"{table}.parquet": payload for table, payload in files.items()}
        directory = f"{layout.SCHEMA}/{version}"
        if self._put_directory(directory, named):
            return
        for name, payload in named.items():
            if not self.exists(f"{directory}/{name}"):  # lost since
                self.put(f"{directory}/{name}", payload)

    def _put_directory(self, key: str, files: Mapping[str, bytes]) -> bool:
        target = self._root / key
        with write_errors(target):
            if target.is_dir():
                fsync(target.parent)  # its writer may not have come that far
                return False
            with staged(self._staging) as directory:
                directory.mkdir()
                for name, payload in files.items():
                    write_file(directory / name, payload)
                return publish_directory(directory, target)

    @contextmanager
    def writing(self, key: str) -> Iterator[BinaryIO]:
        """See `Medium.writing`."""
        target = self._root / key
        with write_errors(target), staged(self._staging) as path:
            with path.open("xb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            make_directory(target.parent)
            if not publish_file(path, target):
                raise WriteError(f"expected no file at {target}; got one; write under another name")

    def modified(self, key: str) -> float:
        """See `Medium.modified`."""
        path = self._root / key
        files = [*path.iterdir(), path] if path.is_dir() else [path]
        return max(file.stat().st_mtime for file in files)

    def remove(self, key: str) -> None:
        """See `Medium.remove`."""
        doomed = staged_path(self._staging)
        with write_errors(self._root / key):
            try:
                (self._root / key).rename(doomed)
            except FileNotFoundError:
                return
            discard(doomed)

    def prepare(self) -> None:
        """See `Medium.prepare`."""
        with write_errors(self._root):
            for directory in _DIRECTORIES:
                make_directory(self._root / directory)
            self._settle()
            sweep(self._staging)

    def _settle(self) -> None:
        """Flush what others made or published here and may not have lived to flush."""
        if not self.exists(layout.IDENTITY):
            flush_ancestors(self._root)
        for directory in {layout.SCHEMA, *(str(Path(each).parent) for each in _DIRECTORIES)}:
            fsync(self._root / directory)

    def attach(self, connection: duckdb.DuckDBPyConnection) -> None:
        """See `Medium.attach`: DuckDB reads local files by itself."""


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn what keeps `path` from being read into errors of ours; that it is not there stays as it is.

    Raises
    ------
    StoreError
        If this user may not read it.
    DamagedStoreError
        If the disk fails to, or something else is in its place.
    """
    try:
        yield
    except FileNotFoundError:
        raise
    except PermissionError as error:
        raise StoreError(
            f"expected to read {path}; got {error.strerror}; check the rights of that path and those above it"
        ) from error
    except OSError as error:
        advice = "check the disk, and restore" if error.errno == errno.EIO else "restore"
        raise DamagedStoreError(
            f"expected to read {path}; got {error.strerror or error}; {advice} that file"
        ) from error


def _refuse_unlisted(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError | NotADirectoryError):
        with reading(Path(error.filename)):
            raise error

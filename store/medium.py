"""What holds a store's files: the few operations that everything else is built from.

There are two: a directory of a file system (`store.local`) and a bucket of an object store (`store.objects`).
On either a file is written once, appears whole, and is on stable storage when the call returns.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import BinaryIO

import duckdb


@dataclass(frozen=True)
class Fragment:
    """A committed chunk.

    Attributes
    ----------
    name : str
        Chunk and attempt.
    trials, series : str
        Keys of its two files.
    """

    name: str
    trials: str
    series: str


class Medium(ABC):
    """A place for files under keys: paths relative to the store, with forward slashes."""

    @property
    @abstractmethod
    def url(self) -> str:
        """The store's place, as the user gives it and DuckDB reads it: an absolute path or ``s3://...``."""

    def place(self, key: str) -> str:
        """Return the path or address of `key`."""
        return f"{self.url}/{key}"

    @abstractmethod
    def names(self, directory: str) -> list[str]:
        """List what is directly in `directory`, sorted; nothing if there is no such directory."""

    @abstractmethod
    def keys(self, directory: str) -> list[str]:
        """List the keys of all files in `directory` and below, sorted."""

    @abstractmethod
    def fragments(self) -> list[Fragment]:
        """List the committed fragments by name."""

    @abstractmethod
    def read(self, key: str) -> bytes:
        """Return the content of a file.

        Raises
        ------
        FileNotFoundError
            If there is none.
        DamagedStoreError
            If the disk fails to read it.
        """

    @abstractmethod
    def exists(self, key: str) -> bool:
        """Whether there is a file under `key`."""

    @abstractmethod
    def put(self, key: str, payload: bytes) -> bool:
        """Write `payload` under `key` unless a file is there; whether this call did it.

        Raises
        ------
        WriteError
            If the medium refuses.
        """

    @abstractmethod
    def replace(self, key: str, *parts: bytes) -> None:
        """Write `parts`, one after the other, as the file `key` in one step, whatever was there.

        Raises
        ------
        WriteError
            If the medium refuses.
        """

    @abstractmethod
    def put_fragment(self, name: str, trials: bytes, series: bytes) -> bool:
        """Make the two files the fragment `name` in one step, unless it stands; whether this call did it.

        Raises
        ------
        WriteError
            If the medium refuses.
        """

    @abstractmethod
    def put_schema(self, version: str, files: Mapping[str, bytes]) -> None:
        """Write the empty files of a schema version, table name to content, unless they are there.

        Raises
        ------
        WriteError
            If the medium refuses.
        """

    @abstractmethod
    def writing(self, key: str) -> AbstractContextManager[BinaryIO]:
        """Give a new file to write a large content to, which appears under `key` when the block has ended.

        An exception in the block leaves nothing. `key` must be new: nobody else writes it.
        """

    @abstractmethod
    def modified(self, key: str) -> float:
        """Return when a file, or the youngest file of a directory, was written: seconds since the epoch.

        Raises
        ------
        FileNotFoundError
            If there is none.
        """

    @abstractmethod
    def remove(self, key: str) -> None:
        """Remove a file, or a directory with all in it, if it is there; in one step as readers see it."""

    @abstractmethod
    def prepare(self) -> None:
        """Make ready to be written: what a writer needs and the medium lacks, and no debris of dead writers.

        Raises
        ------
        WriteError
            If the medium refuses.
        """

    @abstractmethod
    def attach(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Let `connection` read the medium's files at their places."""

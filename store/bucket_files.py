"""The objects of a store as the files that DuckDB opens: read-only, and each request counts.

The size and age of an object are known from the listing that found it, small objects come whole and stay for
the next query, and of large ones only what is asked for is fetched.
"""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from datetime import UTC, datetime
from io import SEEK_CUR, SEEK_END, SEEK_SET, RawIOBase
from typing import Any

from fsspec import AbstractFileSystem  # type: ignore[import-untyped]  # it has no stubs

from store.bucket import Bucket, Listed
from store.errors import WriteError

_WHOLE_BYTES = 1 << 20
_KEPT_BYTES = 64 << 20


# A pattern of one character that stands for itself, as the views write paths.
_BRACKETED = re.compile(r"\[([\[*?])\]")


class BucketFiles(AbstractFileSystem):  # type: ignore[misc]  # it is not typed
    """What `DuckDBPyConnection.register_filesystem` wants, for the objects of one store.

    Parameters
    ----------
    bucket : Bucket
        The store's objects.
    """

    protocol = "s3"
    cachable = False  # fsspec would give stores that look alike one instance

    def __init__(self, bucket: Bucket) -> None:
        super().__init__()
        self._bucket = bucket
        self._known: dict[str, Listed] = {}
        self._whole = _Contents(bucket)

    def learn(self, listed: Listed) -> None:
        """Remember what a listing told of an object."""
        self._known[listed.key] = listed

    def glob(self, path: str, maxdepth: int | None = None, **options: object) -> list[str]:
        """Return the paths that match; a known object's own path without a request."""
        plain = _BRACKETED.sub(r"\1", path)
        if self._key(plain) in self._known:
            return [plain]
        found: list[str] = super().glob(path, maxdepth, **options)
        return found

    def ls(self, path: str, detail: bool = True, **options: object) -> list[Any]:
        """List a directory, as fsspec's own methods want it."""
        directory = self._key(path).strip("/")
        below = [listed for listed in self._bucket.under(directory) if listed.key != directory]
        entries = {}
        for listed in below:
            name, _, rest = listed.key.removeprefix(f"{directory}/" if directory else "").partition("/")
            place = self._bucket.place(f"{directory}/{name}" if directory else name)
            entries[place] = {"name": place, "size": listed.size, "type": "directory" if rest else "file"}
            self.learn(listed)
        if not below:
            raise FileNotFoundError(path)
        return list(entries.values()) if detail else list(entries)

    def info(self, path: str, **options: object) -> dict[str, Any]:
        """Return size and type of a file."""
        return {"name": path, "size": self._listed(path).size, "type": "file"}

    def modified(self, path: str) -> datetime:
        """Return when a file was written."""
        return datetime.fromtimestamp(self._listed(path).modified, UTC)

    def open(self, path: str, mode: str = "rb", **options: object) -> ObjectFile:
        """Open a file to read.

        Raises
        ------
        WriteError
            If it is to be written.
        """
        if mode != "rb":
            raise WriteError(f"expected to read {path}; got mode {mode!r}; write with ExperimentStore.commit")
        listed = self._listed(path)
        return ObjectFile(self._bucket, listed, self._whole.content(listed))

    @classmethod
    def _strip_protocol(cls, path: str) -> str:
        return path  # names carry their scheme, as the store's own places do

    def _key(self, path: str) -> str:
        base = f"{self._bucket.url}/"
        if not f"{path}/".startswith(base):
            raise FileNotFoundError(f"{path} is outside of the store at {self._bucket.url}")
        return path.removeprefix(base) if path.startswith(base) else ""

    def _listed(self, path: str) -> Listed:
        key = self._key(path)
        if key not in self._known:
            self.learn(self._bucket.look(key))
        return self._known[key]


class _Contents:
    """Contents of small objects, the latest used, up to a number of bytes."""

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket
        self._lock = threading.Lock()
        self._kept: OrderedDict[Listed, bytes] = OrderedDict()
        self._bytes = 0

    def content(self, listed: Listed) -> bytes | None:
        """Return the content of an object, None if it is large."""
        if listed.size > _WHOLE_BYTES:
            return None
        with self._lock:
            if listed in self._kept:
                self._kept.move_to_end(listed)
                return self._kept[listed]
        content = self._bucket.get(listed.key)
        with self._lock:
            self._keep(listed, content)
        return content

    def _keep(self, listed: Listed, content: bytes) -> None:
        if listed not in self._kept:
            self._kept[listed] = content
            self._bytes += len(content)
        while self._bytes > _KEPT_BYTES:
            self._bytes -= len(self._kept.popitem(last=False)[1])


class ObjectFile(RawIOBase):
    """An object as a file. Every thread has its own position: DuckDB's threads share a file.

    Parameters
    ----------
    bucket : Bucket
        Where the object is.
    listed : Listed
        Which it is.
    content : bytes, optional
        All of it; without it every read is a request.
    """

    def __init__(self, bucket: Bucket, listed: Listed, content: bytes | None = None) -> None:
        super().__init__()
        self._bucket = bucket
        self._listed = listed
        self._content = content
        self._position = threading.local()

    def readable(self) -> bool:
        """Whether it can be read: yes."""
        return True

    def seekable(self) -> bool:
        """Whether it can be read from anywhere: yes."""
        return True

    def tell(self) -> int:
        """Return this thread's position."""
        return int(getattr(self._position, "at", 0))

    def seek(self, offset: int, whence: int = SEEK_SET) -> int:
        """Move this thread's position."""
        origin = {SEEK_SET: 0, SEEK_CUR: self.tell(), SEEK_END: self._listed.size}[whence]
        self._position.at = max(origin + offset, 0)
        return self.tell()

    def read(self, size: int = -1) -> bytes:
        """Read up to `size` bytes, to the end without it."""
        start = self.tell()
        rest = max(self._listed.size - start, 0)
        length = rest if size < 0 else min(size, rest)
        if length == 0:
            return b""
        self._position.at = start + length
        if self._content is not None:
            return self._content[start : start + length]
        return self._bucket.get_range(self._listed.key, start, length)

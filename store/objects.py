"""A store in a bucket of an S3 object store.

A bucket has neither rename nor link, but a put that fails where an object stands (``If-None-Match: *``). So a
fragment is committed by the put of its trials object: the series are there before it, under a key that
carries their digest, which the trials object has in its footer.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from typing import Any, BinaryIO

import duckdb
import obstore
import pyarrow as pa
import pyarrow.parquet as pq
from obstore.exceptions import AlreadyExistsError, BaseError, NotFoundError
from obstore.fsspec import FsspecStore
from obstore.store import S3Store

from store import layout
from store.errors import DamagedStoreError, NotAStoreError, UnreachableError, WriteError
from store.medium import Fragment, Medium

_SERIES_PREFIX = "series-"


def series_object(digest: str) -> str:
    """Name of the series object with SHA-256 `digest` in its fragment."""
    return f"{_SERIES_PREFIX}{digest[:32]}.parquet"


class ObjectMedium(Medium):
    """A prefix of a bucket. Endpoint and credentials come from the environment, as ``AWS_...`` variables.

    Parameters
    ----------
    url : str
        ``s3://bucket`` or ``s3://bucket/prefix``.
    """

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")
        if not self._url.removeprefix("s3://"):
            raise NotAStoreError(f"expected s3://bucket/prefix; got {url!r}; name a bucket")
        with _reach(self._url):
            self._objects = S3Store.from_url(self._url)

    @property
    def url(self) -> str:
        """The address, without a slash at its end."""
        return self._url

    def names(self, directory: str) -> list[str]:
        """See `Medium.names`."""
        prefix = f"{directory}/" if directory else ""
        with _reach(self.place(directory)):
            found = obstore.list_with_delimiter(self._objects, prefix=prefix or None)
        paths = [*found["common_prefixes"], *(str(meta["path"]) for meta in found["objects"])]
        return sorted(path.rstrip("/").removeprefix(prefix) for path in paths)

    def fragments(self) -> list[Fragment]:
        """See `Medium.fragments`."""
        held: dict[str, list[str]] = {}
        for key in self._keys(layout.FRAGMENTS):
            name, _, file = key.removeprefix(f"{layout.FRAGMENTS}/").partition("/")
            held.setdefault(name, []).append(file)
        return [
            self._fragment(name, [file for file in files if file.startswith(_SERIES_PREFIX)])
            for name, files in sorted(held.items())
            if layout.TRIALS_FILE in files and layout.is_fragment(name)
        ]

    def _fragment(self, name: str, series: list[str]) -> Fragment:
        # A loser of a race leaves its series behind if it dies before removing them; then the winner tells.
        directory = f"{layout.FRAGMENTS}/{name}"
        trials = f"{directory}/{layout.TRIALS_FILE}"
        file = series[0] if len(series) == 1 else series_object(self._series_digest(trials))
        return Fragment(name, trials, f"{directory}/{file}")

    def _series_digest(self, key: str) -> str:
        try:
            footer: dict[bytes, bytes] = pq.read_metadata(pa.BufferReader(self.read(key))).metadata
            return footer[layout.SERIES_DIGEST.encode()].decode()
        except (pa.ArrowException, KeyError, TypeError, FileNotFoundError) as error:
            raise DamagedStoreError(
                f"expected the digest of its series in {self.place(key)}; got {error!r}; restore that object"
            ) from error

    def _keys(self, directory: str) -> Iterator[str]:
        with _reach(self.place(directory)):
            for batch in obstore.list(self._objects, prefix=f"{directory}/"):
                yield from (str(meta["path"]) for meta in batch)

    def read(self, key: str) -> bytes:
        """See `Medium.read`."""
        with _reach(self.place(key)):
            return obstore.get(self._objects, key).bytes().to_bytes()

    def exists(self, key: str) -> bool:
        """See `Medium.exists`."""
        try:
            self.modified(key)
        except FileNotFoundError:
            return False
        return True

    def put(self, key: str, payload: bytes) -> bool:
        """See `Medium.put`."""
        with _write(self.place(key)):
            try:
                obstore.put(self._objects, key, payload, mode="create", use_multipart=False)
            except AlreadyExistsError:
                return False
            return True

    def replace(self, key: str, payload: bytes) -> None:
        """See `Medium.replace`."""
        with _write(self.place(key)):
            obstore.put(self._objects, key, payload)

    def put_fragment(self, name: str, trials: bytes, series: bytes) -> bool:
        """See `Medium.put_fragment`."""
        directory = f"{layout.FRAGMENTS}/{name}"
        trials_key = f"{directory}/{layout.TRIALS_FILE}"
        if self.exists(trials_key):
            return False
        digest = hashlib.sha256(series).hexdigest()
        self.replace(f"{directory}/{series_object(digest)}", series)
        if self.put(trials_key, trials):
            return True
        if self._series_digest(trials_key) != digest:
            self.remove(f"{directory}/{series_object(digest)}")
        return False

    def put_schema(self, version: str, files: Mapping[str, bytes]) -> None:
        """See `Medium.put_schema`."""
        for table, payload in files.items():
            self.put(layout.schema_file(version, table), payload)

    @contextmanager
    def writing(self, key: str) -> Iterator[BinaryIO]:
        """See `Medium.writing`; the content waits in a temporary file of this machine."""
        with tempfile.TemporaryFile() as file:
            yield file
            file.seek(0)
            with _write(self.place(key)):
                obstore.put(self._objects, key, file)

    def modified(self, key: str) -> float:
        """See `Medium.modified`."""
        with _reach(self.place(key)):
            try:
                return obstore.head(self._objects, key)["last_modified"].timestamp()
            except (NotFoundError, FileNotFoundError):
                batches = obstore.list(self._objects, prefix=f"{key}/")
                times = [meta["last_modified"].timestamp() for batch in batches for meta in batch]
        if not times:
            raise FileNotFoundError(self.place(key))
        return max(times)

    def remove(self, key: str) -> None:
        """See `Medium.remove`."""
        keys = sorted(self._keys(key), key=lambda each: not each.endswith(f"/{layout.TRIALS_FILE}"))
        with _write(self.place(key)):
            for each in (key, *keys):  # the commit marker first: without it there is no fragment
                obstore.delete(self._objects, each)

    def prepare(self) -> None:
        """See `Medium.prepare`: a bucket needs nothing."""

    def attach(self, connection: duckdb.DuckDBPyConnection) -> None:
        """See `Medium.attach`."""
        connection.register_filesystem(self._files)

    @cached_property
    def _files(self) -> Any:  # noqa: ANN401 - fsspec is not typed
        return FsspecStore("s3")


@contextmanager
def _reach(place: str) -> Iterator[None]:
    try:
        yield
    except (NotFoundError, FileNotFoundError) as error:
        raise FileNotFoundError(place) from error
    except (BaseError, OSError, ValueError) as error:
        raise UnreachableError(
            f"expected to read {place}; got {error}; check the address and the AWS_... variables"
        ) from error


@contextmanager
def _write(place: str) -> Iterator[None]:
    try:
        yield
    except (BaseError, OSError) as error:
        raise WriteError(
            f"expected to write {place}; got {error}; check the address, the AWS_... variables and the rights"
        ) from error

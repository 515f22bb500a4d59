"""A store in a bucket of an S3 object store.

A bucket has neither rename nor link, but a put that fails where an object stands (``If-None-Match: *``). So
the put of its trials object commits a fragment. Its series are there before, under a key with their digest,
which the trials object has in its footer: writers of one fragment do not disturb each other.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import BinaryIO

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from store import layout
from store.bucket import Bucket, Listed
from store.bucket_files import BucketFiles
from store.errors import DamagedStoreError, StoreError, WriteError
from store.medium import Fragment, Medium

# After trials.parquet in the order of keys, which is the order of listings: a listing that has met the trials
# meets their series too, however the fragment came to be meanwhile.
_SERIES_PREFIX = "ts-"
_PROBE = f"{layout.STAGING}/if-none-match"


def series_object(digest: str) -> str:
    """Name of the series object with SHA-256 `digest` in its fragment."""
    return f"{_SERIES_PREFIX}{digest[:32]}.parquet"


class ObjectMedium(Medium):
    """A prefix of a bucket. Endpoint and credentials come from the environment, as ``AWS_...`` variables.

    Parameters
    ----------
    url : str
        ``s3://bucket`` or ``s3://bucket/prefix``.

    Raises
    ------
    NotAStoreError
        If that is no address of a bucket.
    """

    def __init__(self, url: str) -> None:
        self._bucket = Bucket(url)
        self._files = BucketFiles(self._bucket)
        self._digests: dict[Listed, str] = {}

    @property
    def url(self) -> str:
        """The address, without a slash at its end."""
        return self._bucket.url

    def names(self, directory: str) -> list[str]:
        """See `Medium.names`."""
        names, objects = self._bucket.inside(directory)
        for listed in objects:
            self._files.learn(listed)
        return sorted({*names, *(listed.key.rpartition("/")[2] for listed in objects)})

    def keys(self, directory: str) -> list[str]:
        """See `Medium.keys`."""
        return sorted(listed.key for listed in self._listed(directory))

    def fragments(self) -> list[Fragment]:
        """See `Medium.fragments`."""
        held: dict[str, dict[str, Listed]] = {}
        for listed in self._listed(layout.FRAGMENTS):
            name, _, file = listed.key.removeprefix(f"{layout.FRAGMENTS}/").partition("/")
            held.setdefault(name, {})[file] = listed
        return [
            fragment
            for name, files in sorted(held.items())
            if layout.TRIALS_FILE in files and layout.is_fragment(name)
            for fragment in self._fragment(name, files)
        ]

    def _fragment(self, name: str, files: Mapping[str, Listed]) -> Iterator[Fragment]:
        trials = files[layout.TRIALS_FILE]
        series = [file for file in files if file.startswith(_SERIES_PREFIX)]
        # The loser of a race leaves its series behind if it dies before it removes them; the winner tells.
        try:
            file = series[0] if len(series) == 1 else series_object(self._known_digest(trials))
        except FileNotFoundError:  # removed since it was listed
            return
        yield Fragment(name, trials.key, f"{layout.FRAGMENTS}/{name}/{file}")

    def _known_digest(self, trials: Listed) -> str:
        if trials not in self._digests:
            self._digests[trials] = self._series_digest(trials.key)
        return self._digests[trials]

    def _series_digest(self, key: str) -> str:
        payload = self.read(key)
        try:
            footer: dict[bytes, bytes] = pq.read_metadata(pa.BufferReader(payload)).metadata
            return footer[layout.SERIES_DIGEST.encode()].decode()
        except (pa.ArrowException, KeyError, TypeError) as error:
            raise DamagedStoreError(
                f"expected the digest of its series in {self.place(key)}; got {error!r}; restore that object"
            ) from error

    def _listed(self, directory: str) -> Iterator[Listed]:
        for listed in self._bucket.under(directory):
            self._files.learn(listed)
            yield listed

    def read(self, key: str) -> bytes:
        """See `Medium.read`."""
        return self._bucket.get(key)

    def exists(self, key: str) -> bool:
        """See `Medium.exists`."""
        try:
            self._bucket.look(key)
        except FileNotFoundError:
            return False
        return True

    def put(self, key: str, payload: bytes) -> bool:
        """See `Medium.put`."""
        return self._bucket.create(key, payload)

    def replace(self, key: str, *parts: bytes) -> None:
        """See `Medium.replace`."""
        self._bucket.put(key, parts[0] if len(parts) == 1 else iter(parts))

    def put_fragment(self, name: str, trials: bytes, series: bytes) -> bool:
        """See `Medium.put_fragment`."""
        directory = f"{layout.FRAGMENTS}/{name}"
        trials_key = f"{directory}/{layout.TRIALS_FILE}"
        if self.exists(trials_key):
            return False
        digest = hashlib.sha256(series).hexdigest()
        series_key = f"{directory}/{series_object(digest)}"
        self._bucket.put(series_key, series)
        if self._bucket.create(trials_key, trials):
            return True
        self._withdraw(trials_key, digest, series_key)
        return False

    def _withdraw(self, trials_key: str, digest: str, series_key: str) -> None:
        """Remove the series of a lost race, unless the winner has the same."""
        try:
            winner = self._series_digest(trials_key)
        except FileNotFoundError:  # the winner has been compacted since
            return
        if winner != digest:
            self._bucket.delete([series_key])

    def put_schema(self, version: str, files: Mapping[str, bytes]) -> None:
        """See `Medium.put_schema`."""
        for table, payload in files.items():
            self.put(layout.schema_file(version, table), payload)

    @contextmanager
    def writing(self, key: str) -> Iterator[BinaryIO]:
        """See `Medium.writing`; the content waits in a temporary file of this machine."""
        try:
            with tempfile.TemporaryFile() as file:
                yield file
                file.seek(0)
                self._bucket.put(key, file)
        except StoreError:
            raise
        except OSError as error:
            raise WriteError(
                f"expected to write {self.place(key)}; got {error}; "
                f"free space in {tempfile.gettempdir()} or set TMPDIR"
            ) from error

    def modified(self, key: str) -> float:
        """See `Medium.modified`."""
        try:
            return self._bucket.look(key).modified
        except FileNotFoundError:
            times = [listed.modified for listed in self._bucket.under(key)]
        if not times:
            raise FileNotFoundError(self.place(key))
        return max(times)

    def remove(self, key: str) -> None:
        """See `Medium.remove`."""
        keys = [key, *(listed.key for listed in self._bucket.under(key))]
        marker = f"{key}/{layout.TRIALS_FILE}"  # without it there is no fragment
        self._bucket.delete([each for each in keys if each == marker])
        self._bucket.delete([each for each in keys if each != marker])

    def prepare(self) -> None:
        """See `Medium.prepare`: a bucket needs nothing, but the server must keep to ``If-None-Match``.

        Raises
        ------
        WriteError
            If it does not: then writers would overwrite each other in silence.
        """
        if self._bucket.create(_PROBE, b"") and self._bucket.create(_PROBE, b""):
            raise WriteError(
                "expected a server that keeps to If-None-Match: *, so that no writer overwrites another; "
                f"got one that overwrites {self.place(_PROBE)}; use AWS S3, Ceph, MinIO or another that does"
            )

    def attach(self, connection: duckdb.DuckDBPyConnection) -> None:
        """See `Medium.attach`."""
        connection.register_filesystem(self._files)

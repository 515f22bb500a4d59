"""A prefix of a bucket: its objects by key, in as few requests as there can be.

Endpoint and credentials come from the environment, as ``AWS_...`` variables.
"""

from __future__ import annotations

import os
import re
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, BinaryIO, ClassVar

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import S3Store

from store.errors import NotAStoreError, StoreError, UnreachableError, WriteError

_SCHEME = "s3://"
_WRITER = "writer"
# A server that is gone is told within seconds; one that is only busy gets a few chances.
_CLIENT = {"allow_http": True, "connect_timeout": timedelta(seconds=5), "timeout": timedelta(seconds=30)}
_RETRIES = {"max_retries": 4, "retry_timeout": timedelta(seconds=15)}
_DENIED = re.compile("40[13] |169[.]254[.]")  # the second is where machines of a cloud ask for credentials
_ANSWER = re.compile("<Code>(.*?)</Code>(?:<Message>(.*?)</Message>)?")
_REFUSALS = (BaseError, OSError, ValueError)


@dataclass(frozen=True)
class Listed:
    """An object as a listing tells of it.

    Attributes
    ----------
    key : str
        Relative to the store.
    size : int
        Bytes.
    modified : float
        When it was written, seconds since the epoch.
    tag : str
        The server's name for this content.
    """

    key: str
    size: int
    modified: float
    tag: str


class Bucket:
    """The objects below one address.

    Parameters
    ----------
    url : str
        ``s3://bucket`` or ``s3://bucket/prefix``.

    Raises
    ------
    NotAStoreError
        If that is no address of a bucket.
    """

    _process: ClassVar[int | None] = None

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        name, _, prefix = self.url.removeprefix(_SCHEME).partition("/")
        try:
            if not name or not self.url.startswith(_SCHEME):
                raise ValueError("no name of a bucket")
            if prefix.startswith("/"):
                raise ValueError("a prefix that begins with a slash")
            self._objects = S3Store(
                name,
                prefix=prefix or None,
                client_options=_CLIENT,  # type: ignore[arg-type]  # its stub wants literals
                retry_config=_RETRIES,  # type: ignore[arg-type]
            )
        except _REFUSALS as error:
            raise NotAStoreError(
                f"expected s3://bucket/prefix; got {url!r} ({_reason(error)}); give a bucket's address"
            ) from error

    def place(self, key: str) -> str:
        """Return the address of `key`."""
        return f"{self.url}/{key}" if key else self.url

    def under(self, directory: str) -> Iterator[Listed]:
        """List every object in `directory` and below, by key: a request for each thousand."""
        with self._reached(directory):
            for batch in obstore.list(self._objects, prefix=f"{directory}/" if directory else None):
                yield from (_listed(meta) for meta in batch)

    def inside(self, directory: str) -> tuple[list[str], list[Listed]]:
        """List what is directly in `directory`: the directories in it by name, and the objects."""
        prefix = f"{directory}/" if directory else ""
        with self._reached(directory):
            found = obstore.list_with_delimiter(self._objects, prefix=prefix or None)
        names = [str(path).removeprefix(prefix) for path in found["common_prefixes"]]
        objects = [_listed(meta) for meta in found["objects"]]
        # Consoles mark an empty directory by an object of its name.
        return names, [listed for listed in objects if listed.key != directory]

    def look(self, key: str) -> Listed:
        """Return what the server says of one object.

        Raises
        ------
        FileNotFoundError
            If there is none.
        """
        with self._reached(key):
            return _listed(obstore.head(self._objects, key))

    def get(self, key: str) -> bytes:
        """Return the content of one object.

        Raises
        ------
        FileNotFoundError
            If there is none.
        """
        with self._reached(key):
            return obstore.get(self._objects, key).bytes().to_bytes()

    def get_range(self, key: str, start: int, length: int) -> bytes:
        """Return `length` bytes of one object from `start`."""
        with self._reached(key):
            return obstore.get_range(self._objects, key, start=start, length=length).to_bytes()

    def put(self, key: str, payload: bytes | BinaryIO | Iterator[bytes]) -> None:
        """Write an object, whatever was there; a large one in parts."""
        with self._written(key):
            obstore.put(self._objects, key, payload)

    def create(self, key: str, payload: bytes) -> bool:
        """Write an object unless one is there; whether this call did it."""
        writer = uuid.uuid4().hex
        with self._written(key):
            try:
                obstore.put(
                    self._objects,
                    key,
                    payload,
                    mode="create",
                    attributes={_WRITER: writer},
                    use_multipart=False,
                )
            except AlreadyExistsError:
                # The client repeats a put whose answer was lost, and then meets its own object.
                return self._writer(key) == writer
            return True

    def delete(self, keys: Sequence[str]) -> None:
        """Remove objects, those that are there."""
        if not keys:
            return
        with self._written(keys[0]):
            obstore.delete(self._objects, keys)

    def _writer(self, key: str) -> object:
        try:
            return obstore.get(self._objects, key).attributes.get(_WRITER)
        except FileNotFoundError:  # removed since
            return None

    @contextmanager
    def _reached(self, key: str) -> Iterator[None]:
        self._refuse_fork()
        try:
            yield
        except FileNotFoundError as error:
            if "NoSuchBucket" not in str(error):
                raise FileNotFoundError(self.place(key)) from None
            raise self._unreachable(key, error) from error
        except _REFUSALS as error:
            raise self._unreachable(key, error) from error

    def _refuse_fork(self) -> None:
        """Refuse a request that would never end: a fork has no threads to do the client's work."""
        if Bucket._process is None:
            Bucket._process = os.getpid()
        if Bucket._process != os.getpid():
            raise UnreachableError(
                f"expected the process that first reached {self.url}; got a fork of it, which cannot; "
                "start processes by spawn or forkserver"
            )

    def _unreachable(self, key: str, error: Exception) -> UnreachableError:
        return UnreachableError(
            f"expected to read {self.place(key)}; got {_reason(error)}; {self._advice(error)}"
        )

    @contextmanager
    def _written(self, key: str) -> Iterator[None]:
        self._refuse_fork()
        try:
            yield
        except StoreError:
            raise
        except _REFUSALS as error:
            raise WriteError(
                f"expected to write {self.place(key)}; got {_reason(error)}; {self._advice(error)}"
            ) from error

    def _advice(self, error: Exception) -> str:
        if "NoSuchBucket" in str(error):
            return "make the bucket first, or check its name and AWS_ENDPOINT_URL"
        if _DENIED.search(str(error)):
            return "check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN and the bucket's policy"
        return "check AWS_ENDPOINT_URL, AWS_REGION and the network"


def _listed(meta: Any) -> Listed:  # noqa: ANN401 - a TypedDict of stubs only
    return Listed(
        str(meta["path"]), int(meta["size"]), meta["last_modified"].timestamp(), str(meta["e_tag"] or "")
    )


def _reason(error: Exception) -> str:
    """What went wrong, in the server's words if it has any, without the client's dump of its own state."""
    text = str(error).partition("\n\nDebug source")[0].replace("\n", " ").strip()
    answer = _ANSWER.search(text)
    return ": ".join(filter(None, answer.groups())) if answer else text or repr(error)

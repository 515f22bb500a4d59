"""From what the user calls a store's place to the medium that holds it."""

from __future__ import annotations

import os

from store.errors import MissingPackageError, NotAStoreError
from store.local import LocalMedium
from store.medium import Medium


def open_medium(place: str | os.PathLike[str]) -> Medium:
    """Return the medium at `place`: a directory, or a prefix in a bucket as ``s3://bucket/prefix``.

    Raises
    ------
    NotAStoreError
        If the address is of another kind, or `place` is a file.
    MissingPackageError
        If the address is of a bucket, and obstore or fsspec is not installed.
    """
    text = os.fspath(place)
    scheme, separator, _ = text.partition("://")
    if separator and scheme == "s3":
        return _open_bucket(text)
    if separator:
        raise NotAStoreError(f"expected a directory or s3://bucket/prefix; got {text!r}; use one of these")
    medium = LocalMedium(text)
    if medium.root.exists() and not medium.root.is_dir():
        raise NotAStoreError(f"expected a store's directory; got the file {medium.root}; give another path")
    return medium


def _open_bucket(url: str) -> Medium:
    try:
        from store.objects import ObjectMedium  # noqa: PLC0415 - its packages are optional
    except ImportError as error:
        raise MissingPackageError(
            f"expected the packages obstore and fsspec for {url}; got {error}; pip install 'regimap[s3]'"
        ) from None
    return ObjectMedium(url)

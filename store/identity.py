"""What a store says it is, and whether this version can read it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

import pyarrow.parquet as pq

from store.errors import (
    DamagedStoreError,
    ModelMismatchError,
    NotAStoreError,
    StoreNotFoundError,
    VersionError,
)
from store.layout import Layout, version_key
from store.ledgers import LEDGERS
from store.schema import SCHEMA_VERSION, SERIES, TRIALS

FORMAT_VERSION = "1.0"
DEFAULT_MODEL = "deformation-potential"
TABLES = (TRIALS, SERIES, *LEDGERS.values())


@dataclass(frozen=True)
class Identity:
    """The content of ``store.json``.

    Attributes
    ----------
    format : str
        Version of the layout of files.
    schema : str
        Version of the columns when the store was created.
    model : str
        The model whose trials the store holds.
    created : str
        When, in UTC, ISO 8601.
    """

    format: str
    schema: str
    model: str
    created: str

    @classmethod
    def now(cls, model: str) -> Identity:
        """Return the identity of a store that is created at this moment."""
        created = datetime.now(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"
        return cls(FORMAT_VERSION, SCHEMA_VERSION, model, created)

    def to_json(self) -> bytes:
        """Return the bytes of ``store.json``."""
        return (json.dumps(asdict(self), indent=2) + "\n").encode()


def read_identity(layout: Layout) -> Identity:
    """Read ``store.json``.

    Raises
    ------
    StoreNotFoundError
        If there is nothing at the path, or a directory without a store.
    NotAStoreError
        If the path is a file.
    DamagedStoreError
        If ``store.json`` cannot be understood.
    """
    if layout.root.exists() and not layout.root.is_dir():
        raise NotAStoreError(f"expected a store's directory; got the file {layout.root}; give another path")
    if not layout.identity.is_file():
        found = "a directory without store.json" if layout.root.is_dir() else "nothing there"
        raise StoreNotFoundError(
            f"expected a store at {layout.root}; got {found}; create one or give its path"
        )
    try:
        entries = json.loads(layout.identity.read_bytes())
        return Identity(*(str(entries[key]) for key in ("format", "schema", "model", "created")))
    except (ValueError, KeyError, TypeError) as error:
        raise DamagedStoreError(
            f"expected JSON with format, schema, model and created in {layout.identity}; "
            f"got {error!r}; restore it"
        ) from error


def check_model(identity: Identity, layout: Layout, model: str | None) -> None:
    """Raise `ModelMismatchError` if a model is asked for and it is not the store's."""
    if model is not None and model != identity.model:
        raise ModelMismatchError(
            f"expected a store of model {model!r}; got one of {identity.model!r} at {layout.root}; "
            "use another store"
        )


def check_versions(identity: Identity, layout: Layout) -> None:
    """Raise `VersionError` unless every version found in the store can be read by this program."""
    _check_major("format", identity.format, FORMAT_VERSION, layout)
    for version in {identity.schema, *layout.schema_versions()}:
        _check_major("schema", version, SCHEMA_VERSION, layout)
        if version_key(version) > version_key(SCHEMA_VERSION):
            _check_columns(version, layout)


def _check_major(what: str, found: str, ours: str, layout: Layout) -> None:
    try:
        major, newer = version_key(found)[0], version_key(found) > version_key(ours)
    except ValueError:
        raise DamagedStoreError(
            f"expected a version in {layout.identity}; got {found!r}; restore it"
        ) from None
    if major != version_key(ours)[0]:
        advice = "upgrade regimap" if newer else "read it with an older regimap"
        raise VersionError(f"expected {what} {ours}; got {what} {found} in {layout.root}; {advice}")


def _check_columns(version: str, layout: Layout) -> None:
    for path in sorted((layout.schema / version).glob("*.parquet")):
        known = {column.name for table in TABLES if table.name == path.stem for column in table.columns}
        unknown = [name for name in pq.read_schema(path).names if name not in known]
        if unknown:
            raise VersionError(
                f"expected schema {SCHEMA_VERSION}; got schema {version} in {layout.root}, whose table "
                f"{path.stem} has {', '.join(unknown)}; upgrade regimap"
            )

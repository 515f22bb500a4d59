"""What a store says it is, and whether this version can read it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime

from store import layout
from store.digests import json_is_sealed, sealed_json
from store.errors import (
    DamagedStoreError,
    ModelMismatchError,
    StoreNotFoundError,
    VersionError,
)
from store.layout import schema_versions, version_key
from store.medium import Medium
from store.parquet import column_names
from store.schema import BUILT_IN, SCHEMA_VERSION

FORMAT_VERSION = "1.0"
DEFAULT_MODEL = "deformation-potential"


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
        return (json.dumps(sealed_json(asdict(self)), indent=2) + "\n").encode()


def read_identity(medium: Medium) -> Identity:
    """Read ``store.json``.

    Raises
    ------
    StoreNotFoundError
        If there is nothing at the place, or other things than a store.
    DamagedStoreError
        If ``store.json`` cannot be understood.
    """
    try:
        text = medium.read(layout.IDENTITY)
    except FileNotFoundError:
        found = f"a directory without {layout.IDENTITY}" if medium.names("") else "nothing there"
        raise StoreNotFoundError(
            f"expected a store at {medium.url}; got {found}; create one or give its path"
        ) from None
    try:
        entries = json.loads(text)
        return Identity(*(str(entries[key]) for key in ("format", "schema", "model", "created")))
    except (ValueError, KeyError, TypeError) as error:
        raise DamagedStoreError(
            f"expected JSON with format, schema, model and created in {medium.place(layout.IDENTITY)}; "
            f"got {error!r}; restore it"
        ) from error


def identity_is_sealed(text: bytes) -> bool | None:
    """Whether the seal in ``store.json`` fits the rest; None where an older version wrote none."""
    verdict = json_is_sealed(text)
    known = {field.name for field in fields(Identity)}
    return False if verdict is None and json.loads(text).keys() != known else verdict


def check_model(identity: Identity, medium: Medium, model: str | None) -> None:
    """Raise `ModelMismatchError` if a model is asked for and it is not the store's."""
    if model is not None and model != identity.model:
        raise ModelMismatchError(
            f"expected a store of model {model!r}; got one of {identity.model!r} at {medium.url}; "
            "use another store"
        )


def check_versions(identity: Identity, medium: Medium) -> None:
    """Raise `VersionError` unless every version found in the store can be read by this program."""
    _check_major("format", identity.format, FORMAT_VERSION, medium)
    for version in {identity.schema, *schema_versions(medium)}:
        _check_major("schema", version, SCHEMA_VERSION, medium)
        if version_key(version) > version_key(SCHEMA_VERSION):
            _check_columns(version, medium)


def _check_major(what: str, found: str, ours: str, medium: Medium) -> None:
    try:
        major, newer = version_key(found)[0], version_key(found) > version_key(ours)
    except ValueError:
        raise DamagedStoreError(
            f"expected a version in {medium.place(layout.IDENTITY)}; got {found!r}; restore it"
        ) from None
    if major != version_key(ours)[0]:
        advice = "upgrade regimap" if newer else "read it with an older regimap"
        raise VersionError(f"expected {what} {ours}; got {what} {found} in {medium.url}; {advice}")


def _check_columns(version: str, medium: Medium) -> None:
    for table in BUILT_IN.tables:
        key = layout.schema_file(version, table.name)
        names = column_names(medium, key) if medium.exists(key) else []
        unknown = [name for name in names if name not in table.by_name]
        if unknown:
            raise VersionError(
                f"expected schema {SCHEMA_VERSION}; got schema {version} in {medium.url}, whose table "
                f"{table.name} has {', '.join(unknown)}; upgrade regimap"
            )

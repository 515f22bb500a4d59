"""Making a store, and making one ready to be written."""

from __future__ import annotations

from store import layout
from store.errors import NotAStoreError
from store.identity import TABLES, Identity
from store.layout import schema_versions, version_key
from store.local import LocalMedium
from store.medium import Medium
from store.parquet import encode_table
from store.schema import SCHEMA_VERSION
from store.views import views_script

OURS = frozenset(
    {
        layout.VIEWS,
        layout.SCHEMA,
        layout.FRAGMENTS,
        layout.COMPACTED,
        layout.MANIFESTS,
        layout.STAGING,
        layout.LEDGER,
        layout.KEPT,
        layout.HOLDS,
        layout.CHECKPOINTS,
        layout.IDENTITY,
    }
)


def create(medium: Medium, model: str) -> None:
    """Create a store, or finish or accept one that is there.

    ``store.json`` is written last, so a place that has it is a whole store; of two creators at once, one
    writes it and both find it.

    Raises
    ------
    NotAStoreError
        If other things are there.
    """
    if medium.exists(layout.IDENTITY):
        return
    strangers = sorted(set(medium.names("")) - OURS)
    if strangers:
        raise NotAStoreError(
            f"expected a store or an empty directory at {medium.url}; got one that holds {strangers[0]!r}; "
            "give a new path"
        )
    prepare(medium)
    medium.put(layout.IDENTITY, Identity.now(model).to_json())


def prepare(medium: Medium) -> None:
    """Make whatever a writer needs and the store lacks, and remove what dead writers left.

    Raises
    ------
    WriteError
        If the store cannot be written.
    """
    # Listed before the flush in `Medium.prepare`: what is found here another writer may not have flushed.
    written = medium.names(f"{layout.SCHEMA}/{SCHEMA_VERSION}")
    medium.prepare()
    if any(f"{table.name}.parquet" not in written for table in TABLES):
        files = {table.name: encode_table(table, table.arrow.empty_table()) for table in TABLES}
        medium.put_schema(SCHEMA_VERSION, files)
    refresh_views(medium)


def refresh_views(medium: Medium) -> bool:
    """Bring ``views.sql`` to this version's text; whether it had to be written.

    A store that a newer version has extended keeps the newer text.
    """
    if not isinstance(medium, LocalMedium):
        return False  # its paths are relative to a directory
    newest = max(map(version_key, schema_versions(medium)), default=(0,))
    text = views_script().encode()
    if newest > version_key(SCHEMA_VERSION):
        return False
    if medium.exists(layout.VIEWS) and medium.read(layout.VIEWS) == text:
        return False
    medium.replace(layout.VIEWS, text)
    return True

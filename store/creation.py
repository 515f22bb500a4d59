"""Making a store, and making one ready to be written."""

from __future__ import annotations

from collections.abc import Sequence

from store import layout
from store.columns import Column
from store.declarations import declare_parameters, schema_of
from store.errors import NotAStoreError
from store.identity import Identity, check_model, read_identity
from store.layout import schema_versions, version_key
from store.local import LocalMedium
from store.medium import Medium
from store.parquet import encode_table
from store.schema import BUILT_IN, SCHEMA_VERSION, own_schema
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


def create(medium: Medium, model: str, parameters: Sequence[Column] | None = None) -> None:
    """Create a store, or finish or accept one that is there.

    ``store.json`` is written last, so a place that has it is a whole store; of two creators at once, one
    writes it and both find it.

    Parameters
    ----------
    medium : Medium
    model : str
    parameters : sequence of Column, optional
        Of a user's model; the store gets those that it lacks.

    Raises
    ------
    NotAStoreError
        If other things are there.
    ModelMismatchError, RecordError
        If a store of another model is there, or one that has a parameter as something else.
    """
    if medium.exists(layout.IDENTITY):
        check_model(read_identity(medium), medium, model)
        if parameters is not None:
            declare_parameters(medium, parameters)
        return
    strangers = sorted(set(medium.names("")) - OURS)
    if strangers:
        raise NotAStoreError(
            f"expected a store or an empty directory at {medium.url}; got one that holds {strangers[0]!r}; "
            "give a new path"
        )
    if parameters is not None:
        # First of all: what is declared tells whose columns the store has.
        medium.prepare()
        declare_parameters(medium, parameters)
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
    # What is declared later is in no empty file: sessions add it.
    schema = own_schema() if schema_of(medium).own else BUILT_IN
    if any(f"{table.name}.parquet" not in written for table in schema.tables):
        files = {table.name: encode_table(table, table.arrow.empty_table()) for table in schema.tables}
        medium.put_schema(SCHEMA_VERSION, files)
    refresh_views(medium)


def refresh_views(medium: Medium) -> bool:
    """Bring ``views.sql`` to this version's text; whether it had to be written.

    A store that a newer version has extended keeps the newer text.
    """
    if not isinstance(medium, LocalMedium):
        return False  # its paths are relative to a directory
    newest = max(map(version_key, schema_versions(medium)), default=(0,))
    text = views_script(schema_of(medium)).encode()
    if newest > version_key(SCHEMA_VERSION):
        return False
    if medium.exists(layout.VIEWS) and medium.read(layout.VIEWS) == text:
        return False
    medium.replace(layout.VIEWS, text)
    return True

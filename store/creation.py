"""Making a store, and making one ready to be written."""

from __future__ import annotations

from store.debris import sweep
from store.durable import (
    make_directory,
    publish_directory,
    put_file,
    replace_file,
    staged,
    write_errors,
)
from store.errors import NotAStoreError
from store.identity import TABLES, Identity
from store.layout import Layout, version_key
from store.ledgers import LEDGERS
from store.parquet import write_table
from store.schema import SCHEMA_VERSION
from store.views import views_script


def create(layout: Layout, model: str) -> None:
    """Create a store, or finish or accept one that is there.

    ``store.json`` is written last, so a directory that has it is a whole store; of two creators at once, one
    writes it and both find it.

    Raises
    ------
    NotAStoreError
        If the path is a file or a directory with other things in it.
    """
    _refuse_strangers(layout)
    prepare(layout)
    put_file(layout.identity, Identity.now(model).to_json(), layout.staging)


def _refuse_strangers(layout: Layout) -> None:
    if layout.root.exists() and not layout.root.is_dir():
        raise NotAStoreError(
            f"expected a directory for the store; got the file {layout.root}; give another path"
        )
    if not layout.root.is_dir() or layout.identity.is_file():
        return
    ours = {"views.sql", "schema", "fragments", "staging", "ledger", "kept", "store.json"}
    strangers = sorted(entry.name for entry in layout.root.iterdir() if entry.name not in ours)
    if strangers:
        raise NotAStoreError(
            f"expected a store or an empty directory at {layout.root}; got one that holds {strangers[0]!r}; "
            "give a new path"
        )


def prepare(layout: Layout) -> None:
    """Make whatever a writer needs and the store lacks, and remove what dead writers left.

    Raises
    ------
    WriteError
        If the store cannot be written.
    """
    directories = (layout.staging, layout.fragments, layout.kept, layout.schema)
    with write_errors(layout.root):
        for directory in (*directories, *map(layout.ledger, LEDGERS)):
            make_directory(directory)
        sweep(layout.staging)
        if not (layout.schema / SCHEMA_VERSION).is_dir():
            _publish_schema(layout)
    refresh_views(layout)


def _publish_schema(layout: Layout) -> None:
    """Write an empty file of every table, all of them at once: readers list the directory meanwhile."""
    with staged(layout.staging) as directory:
        directory.mkdir()
        for table in TABLES:
            write_table(directory / f"{table.name}.parquet", table, table.arrow.empty_table())
        publish_directory(directory, layout.schema / SCHEMA_VERSION)


def refresh_views(layout: Layout) -> bool:
    """Bring ``views.sql`` to this version's text; whether it had to be written.

    A store that a newer version has extended keeps the newer text.
    """
    newest = max(map(version_key, layout.schema_versions()), default=(0,))
    text = views_script().encode()
    if newest > version_key(SCHEMA_VERSION) or (layout.views.is_file() and layout.views.read_bytes() == text):
        return False
    replace_file(layout.views, text, layout.staging)
    return True

"""Looks at what a store says it is: its identity, its views, its schema versions."""

from __future__ import annotations

from store import layout
from store.care.checking import AGAIN, Checking, Findings
from store.care.findings import CHANGED, MISSING, OTHER_VERSION, TORN, UNDIGESTED
from store.creation import OURS
from store.digests import script_is_sealed
from store.errors import DamagedStoreError, StoreNotFoundError
from store.identity import check_versions, identity_is_sealed, read_identity
from store.schema import BUILT_IN, SCHEMA_VERSION, own_schema
from store.views import views_script

REPORTS = frozenset({"map.png", "report.html"})
"""What commands write into a store's directory for its owner to look at."""


def check_identity(checking: Checking, key: str) -> Findings:
    """Look at ``store.json``."""
    advice = "restore it from a copy, or copy it from another store of the same model and version"
    try:
        identity = read_identity(checking.medium)
        verdict = identity_is_sealed(checking.medium.read(key))
        if verdict is not False:
            check_versions(identity, checking.medium)
    except StoreNotFoundError:
        yield checking.finding(key, MISSING, "no such file", advice)
        return
    except DamagedStoreError as error:
        yield checking.finding(key, TORN, str(error), advice)
        return
    if verdict is None:
        found = f"no digest, as an older version writes it; it says model {identity.model!r}"
        yield checking.finding(key, UNDIGESTED, found, "nothing, if that is the model")
    elif not verdict:
        yield checking.finding(key, CHANGED, "other content than its digest is of", advice)


def check_views(checking: Checking, key: str) -> Findings:
    """Look at ``views.sql``."""
    advice = "run any command that writes to the store, such as compact: it writes the file anew"
    if not checking.medium.exists(key):
        yield checking.finding(key, MISSING, "no such file", advice)
        return
    text = checking.medium.read(key)
    if text == views_script(checking.schema).encode():
        return
    verdict = script_is_sealed(text)
    if verdict is None and not text.rstrip().endswith(b";"):
        yield checking.finding(key, TORN, "a text that ends in the middle", advice)
    elif verdict is False:
        yield checking.finding(key, CHANGED, "other content than its digest is of", advice)
    else:
        yield checking.finding(key, OTHER_VERSION, "the text of another version, or a changed one", advice)


def check_strangers(checking: Checking, _: str) -> Findings:
    """Note what is in the store's directory and not the store's."""
    for name in checking.medium.names(""):
        if name not in OURS and name not in REPORTS:
            yield from checking.stranger(name)


def check_schema(checking: Checking, key: str) -> Findings:
    """Look at the empty file of a table in a schema version."""
    version = key.split("/")[1]
    # What is declared later is in no empty file.
    schema = own_schema() if checking.schema.own else BUILT_IN
    table = next(table for table in schema.tables if key == layout.schema_file(version, table.name))
    advice = "run any command that writes to the store, such as compact: it writes what is missing anew"
    if checking.medium.exists(key):
        advice = AGAIN.format("it")
    if version != SCHEMA_VERSION:
        advice = "restore it from a copy, or copy it from another store that has this schema version"
    rows = yield from checking.decoded(key, table, advice)
    if rows is None:
        return
    if rows.num_rows:
        yield checking.finding(key, CHANGED, f"{rows.num_rows} rows in a file that has none", advice)
    if version == SCHEMA_VERSION and rows.schema.names != table.arrow.names:
        yield checking.finding(key, CHANGED, f"other columns than schema {version} has", advice)
    elif version == SCHEMA_VERSION and not rows.schema.equals(table.arrow, check_metadata=True):
        found = f"units or meanings that are not this version's of schema {version}"
        yield checking.finding(key, OTHER_VERSION, found, f"if no other version wrote it: {advice}")
    checking.describe(table, rows.schema)

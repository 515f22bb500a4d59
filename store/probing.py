"""Whether a store can be written from here, tried before work starts."""

from __future__ import annotations

import uuid

from store.debris import writer_tag
from store.layout import STAGING
from store.medium import Medium


def check_writable(medium: Medium) -> None:
    """Stage a small file and remove it.

    Raises
    ------
    WriteError
        If the medium refuses.
    """
    # Named as every staged file is, so that others sweep it if this process dies in between.
    key = f"{STAGING}/{writer_tag()}~probe-{uuid.uuid4().hex}"
    medium.replace(key, b"may be removed\n")
    medium.remove(key)

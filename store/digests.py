"""SHA-256 of a store's files: beside a fragment, or in a small file itself as its seal."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any, BinaryIO

_BLOCK = 1 << 20
_SEAL = "sha256"
_HEAD = b"sha256 "
_LINE = "-- sha256 of the lines above: "
_HEX = 64
SEAL_BYTES = len(_HEAD) + _HEX + 1
"""Length of the line that `seal_line` gives."""


def sha256(payload: bytes) -> str:
    """Return the SHA-256 of `payload`, hexadecimal."""
    return hashlib.sha256(payload).hexdigest()


def digest_of(file: BinaryIO) -> str:
    """Return the SHA-256 of a file, read in blocks; it is left at its start."""
    digest = digest_rest(file)
    file.seek(0)
    return digest


def digest_rest(file: BinaryIO) -> str:
    """Return the SHA-256 of what of a file is still to be read, read in blocks."""
    digest = hashlib.sha256()
    while block := file.read(_BLOCK):
        digest.update(block)
    return digest.hexdigest()


def digest_lines(files: Mapping[str, bytes]) -> bytes:
    """Return the digests of files, name to content, as ``sha256sum -c`` reads them."""
    return "".join(f"{sha256(payload)}  {name}\n" for name, payload in files.items()).encode("ascii")


def sealed_json(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return `content` with its seal as one more entry."""
    return {**content, _SEAL: _seal(content)}


def json_is_sealed(text: bytes) -> bool | None:
    """Whether the seal in a JSON object fits the rest of it; None if there is none."""
    content = json.loads(text)
    seal = content.pop(_SEAL, None)
    return None if seal is None else bool(seal == _seal(content))


def _seal(content: Mapping[str, Any]) -> str:
    return sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode())


def sealed_script(text: str) -> str:
    """Return SQL with its seal as a comment on the last line."""
    return f"{text}{_LINE}{sha256(text.encode())}\n"


def script_is_sealed(text: bytes) -> bool | None:
    """Whether the seal on the last line of SQL fits the lines above; None if there is none."""
    above, found, seal = text.rpartition(_LINE.encode())
    return seal == f"{sha256(above)}\n".encode() if found else None


def seal_line(digest: str) -> bytes:
    """Return the line with a SHA-256 that comes before a sealed payload."""
    return _HEAD + digest.encode("ascii") + b"\n"


def sealed_blob(payload: bytes) -> bytes:
    """Return `payload` behind a line with its seal."""
    return seal_line(sha256(payload)) + payload


def open_blob(blob: bytes) -> tuple[bytes, bool | None]:
    """Return what is behind the seal, and whether that fits; None if there is no seal."""
    head, payload = blob[:SEAL_BYTES], blob[SEAL_BYTES:]
    # By its digits too, so that a changed word is no missing seal; and part of the word is a seal cut short.
    if not (_HEAD.startswith(head[: len(_HEAD)]) or re.fullmatch(rb"[0-9a-f]{64}", head[len(_HEAD) : -1])):
        return blob, None
    return payload, head == seal_line(sha256(payload))

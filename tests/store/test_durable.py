"""Publication: put if absent, whatever the file system answers."""

import errno
import os
from pathlib import Path

import pytest

from store.durable import publish_directory, publish_file, replace_file, staged
from store.errors import WriteError
from store.local import LocalMedium


@pytest.fixture
def staging(tmp_path: Path) -> Path:
    (tmp_path / "staging").mkdir()
    return tmp_path / "staging"


def test_the_first_file_stays(staging, tmp_path):
    target = tmp_path / "file"
    medium = LocalMedium(tmp_path)
    assert medium.put("file", b"first")
    assert not medium.put("file", b"second")
    assert target.read_bytes() == b"first"
    replace_file(target, [b"third"], staging)
    assert target.read_bytes() == b"third"
    assert not any(staging.iterdir())


def test_a_link_that_succeeded_but_reports_failure_counts(staging, tmp_path, monkeypatch):
    genuine = os.link

    def repeated(source, target):
        genuine(source, target)
        genuine(source, target)

    monkeypatch.setattr(os, "link", repeated)
    assert LocalMedium(tmp_path).put("file", b"x")


def test_a_rename_that_succeeded_but_reports_failure_counts(staging, tmp_path, monkeypatch):
    genuine = Path.rename

    def repeated(source, target):
        genuine(source, target)
        return genuine(source, target)

    with staged(staging) as path:
        path.mkdir()
        (path / "inside").write_bytes(b"x")
        monkeypatch.setattr(Path, "rename", repeated)
        assert publish_directory(path, tmp_path / "directory")


def test_a_directory_that_stands_is_left_alone(staging, tmp_path):
    for expected, content in ((True, b"first"), (False, b"second")):
        with staged(staging) as path:
            path.mkdir()
            (path / "inside").write_bytes(content)
            assert publish_directory(path, tmp_path / "directory") is expected
    assert (tmp_path / "directory" / "inside").read_bytes() == b"first"
    assert not any(staging.iterdir())


def test_a_file_system_without_links_is_named(staging, tmp_path, monkeypatch):
    def refuse(source, target):
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    source = staging / "source"
    source.write_bytes(b"x")
    with pytest.raises(WriteError, match="hard links"):
        publish_file(source, tmp_path / "file")

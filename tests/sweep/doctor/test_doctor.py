"""`doctor`: what is looked at, what is said of it, and when work is stopped."""

import json
import os
import socket
from datetime import datetime
from pathlib import Path

import pytest

from store import ExperimentStore
from sweep.cli import invoke
from sweep.doctor import NOTE, OK, TROUBLE, Finding, clusters, machine, ports, software, storage, transforms

LOOKS = (
    *("Python", "regimap", "packages", "extras", "ffmpeg", "FFTW", "FFTW's choices", "cores", "memory"),
    *("temporary files", "shared memory", "open files", "store", "commits", "clock", "room", "file system"),
    *("Ray", "ports"),
)


def named(findings) -> dict[str, Finding]:
    return {finding.name: finding for finding in findings}


def test_this_machine_can_work_and_each_look_is_a_line(tmp_path: Path, capsys) -> None:
    ExperimentStore.create(tmp_path / "store")
    assert invoke(["doctor", str(tmp_path / "store")]) == 0
    page = capsys.readouterr().out
    assert [line.split(maxsplit=1)[0] for line in page.splitlines()[:2]] == ["ok", "ok"]
    assert page.rstrip().endswith("0 troubles")
    assert invoke(["doctor", str(tmp_path / "store"), "--json"]) == 0
    findings = json.loads(capsys.readouterr().out)
    assert [finding["name"] for finding in findings] == list(LOOKS)
    assert {finding["verdict"] for finding in findings} <= {OK, NOTE}
    # A word of advice belongs to whatever is not well.
    assert all(bool(finding["advice"]) == (finding["verdict"] != OK) for finding in findings)
    assert list((tmp_path / "store" / "staging").iterdir()) == []


def test_trouble_exits_1_and_says_what_to_do(tmp_path: Path, capsys) -> None:
    (tmp_path / "file").write_text("not a store")
    assert invoke(["doctor", str(tmp_path / "file")]) == 1
    assert "is a file\n" + " " * 26 + "-> name a directory" in capsys.readouterr().out


def test_a_directory_that_is_to_be_made_is_tried_where_it_would_be(tmp_path: Path) -> None:
    found = named(storage.look_at_storage(str(tmp_path / "runs" / "new")))
    assert found["store"].verdict == OK
    assert "no store yet" in found["store"].found
    assert str(tmp_path) in found["commits"].found
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("call", "error"),
    [
        ("os.link", PermissionError(1, "Operation not permitted")),
        ("os.fsync", OSError(22, "Invalid argument")),
    ],
)
def test_a_file_system_that_cannot_commit_is_trouble(tmp_path: Path, monkeypatch, call, error) -> None:
    def refuse(*_):
        raise error

    monkeypatch.setattr(call, refuse)
    found = named(storage.look_at_storage(str(tmp_path)))["commits"]
    assert found.verdict == TROUBLE
    assert error.strerror in found.found
    assert list(tmp_path.iterdir()) == []


def test_a_rename_that_replaces_is_trouble(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(Path, "rename", lambda self, target: None)
    found = named(storage.look_at_storage(str(tmp_path)))["commits"]
    assert (found.verdict, "replaced a directory" in found.found) == (TROUBLE, True)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_place_that_may_not_be_written_to_is_trouble(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    assert named(storage.look_at_storage(str(tmp_path)))["store"].verdict == TROUBLE


def test_a_damaged_store_is_trouble(tmp_path: Path) -> None:
    ExperimentStore.create(tmp_path / "store")
    (tmp_path / "store" / "store.json").write_text("{")
    found = named(storage.look_at_storage(str(tmp_path / "store")))["store"]
    assert (found.verdict, "regimap verify" in found.advice) == (TROUBLE, True)


def test_clocks_that_differ_and_rows_of_the_future_are_notes(tmp_path: Path, monkeypatch) -> None:
    store = ExperimentStore.create(tmp_path / "store")
    row = {"trial_id": "t", "point_id": "p", "status": "lost", "started_at": datetime(2099, 1, 1)}
    store.commit("c", [row], {})
    real = storage.time.time()
    monkeypatch.setattr(storage.time, "time", lambda: real - 60.0)
    found = named(storage.look_at_storage(str(store.path)))
    assert (found["store"].verdict, "2099-01-01" in found["store"].found) == (NOTE, True)
    assert found["clock"].verdict == NOTE
    assert "differs by +" in found["clock"].found


def test_the_file_system_is_that_of_the_deepest_mount(tmp_path: Path) -> None:
    mounts = tmp_path / "mountinfo"
    inner = tmp_path / "a b"
    inner.mkdir()
    mounts.write_text(
        "1 0 8:1 / / rw - ext4 /dev/a rw\n"
        f"2 1 0:1 / {str(inner).replace(' ', chr(92) + '040')} rw shared:1 - nfs4 host:/x rw\n"
    )
    assert storage.file_system(inner, mounts) == "nfs4"
    assert storage.file_system(tmp_path, mounts) == "ext4"
    assert storage.file_system(tmp_path, tmp_path / "none") == "unknown"
    assert {"nfs4", "tmpfs", "overlay", "lustre"} <= set(storage.HINTS)


def test_little_room_is_a_note_and_none_is_trouble(tmp_path: Path, monkeypatch) -> None:
    usage = storage.shutil.disk_usage(tmp_path)
    for free, verdict in ((10**9, NOTE), (10**6, TROUBLE)):
        monkeypatch.setattr(storage.shutil, "disk_usage", lambda _, free=free: usage._replace(free=free))
        assert named(storage.look_at_storage(str(tmp_path)))["room"].verdict == verdict
        assert named(machine.look_at_machine())["shared memory"].verdict == (OK if free > 10**8 else NOTE)


def test_the_limits_of_a_container_count(tmp_path: Path) -> None:
    cores = len(os.sched_getaffinity(0))
    assert machine.cores(tmp_path) == cores
    (tmp_path / "cpu.max").write_text("50000 100000\n")
    (tmp_path / "memory.max").write_text("1000000000\n")
    (tmp_path / "memory.current").write_text("900000000\n")
    (tmp_path / "memory.stat").write_text("anon 1\ninactive_file 100000000\n")
    assert machine.cores(tmp_path) == 0.5
    assert machine.memory(tmp_path) == (1e9, 2e8)
    found = named(machine.look_at_machine(tmp_path))
    assert found["memory"].verdict == TROUBLE
    assert found["cores"].verdict == (NOTE if cores > 1 else OK)
    (tmp_path / "memory.max").write_text("max\n")
    assert machine.memory(tmp_path)[0] > 1e9


def test_a_missing_package_is_named_with_the_line_that_installs_it(monkeypatch) -> None:
    lines = ["numpy>=2.0", "no-such-package>=1; python_version>'3'", "torch; extra == 'bench'"]
    monkeypatch.setattr(software, "requires", lambda _: lines)
    found = named(software.look_at_software())["packages"]
    assert (found.verdict, found.advice) == (TROUBLE, "pip install no-such-package")
    monkeypatch.setattr(software, "PYTHONS", ((2, 7), (3, 0)))
    assert "Python 2.7 to 3.0" in named(software.look_at_software())["Python"].advice
    monkeypatch.setattr(software.shutil, "which", lambda _: None)
    monkeypatch.setitem(software.EXTRAS, "s3", ("buckets", ("no-such-package",)))
    found = named(software.look_at_software())
    assert (found["ffmpeg"].verdict, "regimap[s3]" in found["extras"].advice) == (NOTE, True)


def test_transforms_that_are_wrong_are_trouble(monkeypatch) -> None:
    assert named(transforms.look_at_transforms())["FFTW"].verdict == OK
    real = transforms.np.fft.fft2
    monkeypatch.setattr(transforms.np.fft, "fft2", lambda wave: real(wave) * (1.0 + 1e-6))
    assert named(transforms.look_at_transforms())["FFTW"].verdict == TROUBLE
    monkeypatch.setattr(transforms, "cache_directory", lambda: Path("/no/such/place"))
    assert named(transforms.look_at_transforms())["FFTW's choices"].verdict == NOTE


def test_a_port_that_is_taken_is_a_note(monkeypatch) -> None:
    with socket.socket() as listener:
        listener.bind(("", 0))
        listener.listen()
        monkeypatch.setattr(ports, "PORTS", {listener.getsockname()[1]: "head"})
        (found,) = ports.look_at_ports()
    assert (found.verdict, "(head)" in found.found) == (NOTE, True)
    (found,) = ports.look_at_ports()
    assert found.verdict == OK


def test_ray_that_is_absent_is_trouble_with_a_way_on(monkeypatch) -> None:
    monkeypatch.setattr(clusters, "find_spec", lambda _: None)
    (found,) = clusters.look_at_ray(starting=False)
    assert (found.verdict, "--backend process" in found.advice) == (TROUBLE, True)


@pytest.mark.slow
def test_ray_is_started_and_stopped(monkeypatch) -> None:
    (found,) = clusters.look_at_ray(starting=True)
    assert (found.verdict, "started in" in found.found) == (OK, True)


def test_of_a_place_where_nothing_can_be_made_the_room_is_not_told() -> None:
    found = named(storage.look_at_storage("/proc/nowhere/x"))
    assert found["store"].verdict == TROUBLE
    assert "room" not in found


def test_one_trouble_is_one(monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    findings = [Finding("a", TROUBLE, "x", "y"), Finding("b", NOTE, "x", "y"), Finding("c", NOTE, "x", "y")]
    monkeypatch.setattr("sweep.cli.doctor.examine", lambda *_, **__: iter(findings))
    assert invoke(["doctor"]) == 1
    assert capsys.readouterr().out.rstrip().endswith("0 ok, 2 notes, 1 trouble")

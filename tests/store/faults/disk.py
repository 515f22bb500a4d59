"""A file system that keeps of a crash only what it must, replayed from the calls of real writers.

What POSIX promises is all that it keeps: the content of a file up to its last fsync, and an entry of a
directory (made by open, mkdir, link or rename, or taken away) once that directory has been fsynced. The rest
may have happened or not, in any combination. A rename across directories happens whole, and counts as the
business of the directory that it goes into.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from tests.store.faults.strace import Call

Tree = dict[str, bytes | None]
"""Path relative to the root to content; None for a directory."""

_TEXT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
_AT = re.compile(r"(AT_FDCWD|\d+)(?:, |$)")
_QUIET = {"read", "pread64", "lseek", "fstat", "stat", "lstat", "newfstatat", "statx", "access", "faccessat2"}
_QUIET |= {
    "getdents64",
    "ioctl",
    "fcntl",
    "mmap",
    "readlink",
    "poll",
    "statfs",
    "getcwd",
    "flock",
    "fadvise64",
}
_QUIET |= {"fstatfs", "faccessat", "mprotect", "chdir", "epoll_wait", "pselect6"}


@dataclass
class File:
    """A file or, with no content, a directory."""

    content: bytearray | None = None
    safe: bytes = b""
    clean: bool = True


@dataclass
class Step:
    """A change of directory entries: `entry` of `directory` comes to be `file`, and `source` no longer is."""

    name: str
    directory: int
    entry: str
    file: int | None
    source: tuple[int, str] | None = None
    safe: bool = False


Keep = Callable[[Step], bool]
Remains = Callable[[bytes, bytes], bytes]
"""From the content that was flushed and the content that was written, what a crash leaves of a file."""


@dataclass
class Disk:
    """The files under `root`, as they are and as a crash may leave them."""

    root: PurePosixPath
    files: list[File] = field(default_factory=lambda: [File()])
    steps: list[Step] = field(default_factory=list)
    open: dict[int, tuple[int, int]] = field(default_factory=dict)

    @classmethod
    def of(cls, root: Path) -> Disk:
        """Take what is under `root` for safe."""
        disk = cls(PurePosixPath(root))
        for path in sorted(root.rglob("*")):
            content = None if path.is_dir() else path.read_bytes()
            disk._enter("was", str(path), File(_editable(content), content or b""))
            disk.steps[-1].safe = True
        return disk

    def apply(self, calls: Iterable[Call], *, without: str | None = None) -> list[str]:
        """Replay a writer's calls, but no fsync of `without`; return the names flushed to some effect."""
        return list(dict.fromkeys(name for name in self.follow(calls, without=without) if name))

    def follow(self, calls: Iterable[Call], *, without: str | None = None) -> Iterator[str | None]:
        """Replay as `apply`; come back after each call, with the name if it flushed something."""
        self.open.clear()
        for call in calls:
            if call.result is None or call.result < 0 or self._is_quiet(call):
                continue
            flushed = None
            if call.name not in {"fsync", "fdatasync"}:
                self._change(call)
            elif self._tracks(call):
                place = self.open[_descriptor(call)][0]
                name = self._name(place)
                flushed = name if name != without and self._flush(place) else None
            yield flushed

    def _is_quiet(self, call: Call) -> bool:
        """Whether a call changes nothing; what is written through a map would not be seen."""
        writable = call.name == "mmap" and "MAP_SHARED" in call.arguments and "PROT_WRITE" in call.arguments
        assert not writable or "-1" in call.arguments, f"a call the model does not know: {call}"
        return call.name in _QUIET

    def _change(self, call: Call) -> None:
        paths, number = self._paths(call), call.result
        assert number is not None
        if call.name in {"openat", "open", "creat"}:
            self._open(paths[0], call.arguments, number)
        elif call.name == "close":
            self.open.pop(_descriptor(call), None)
        elif call.name in {"write", "pwrite64"}:
            self._write(call, number)
        elif not any(self._inside(path) for path in paths):
            assert paths or not self._tracks(call), f"a call the model does not know: {call}"
        elif call.name in {"mkdir", "mkdirat"}:
            self._enter("mkdir", paths[0], File())
        elif call.name in {"rename", "renameat", "renameat2"}:
            self._move(paths[0], paths[1])
        elif call.name in {"link", "linkat"}:
            self.steps.append(Step("link", *self._place(paths[1]), self._find(paths[0])))
        elif call.name in {"unlink", "unlinkat", "rmdir"}:
            self.steps.append(Step("unlink", *self._place(paths[0]), None))
        else:
            raise AssertionError(f"a call the model does not know: {call}")

    def _open(self, path: str, flags: str, number: int) -> None:
        if not self._inside(path):
            return
        place = self._find(path)
        if place is None:
            assert "O_CREAT" in flags, path
            self._enter("create", path, File(bytearray()))
            place = len(self.files) - 1
        file = self.files[place]
        if "O_TRUNC" in flags and file.content:
            file.content.clear()
            file.clean = False
        self.open[number] = (place, len(file.content or b"") if "O_APPEND" in flags else 0)

    def _write(self, call: Call, written: int) -> None:
        if not self._tracks(call):
            return
        place, offset = self.open[_descriptor(call)]
        found = _TEXT.search(call.arguments)
        assert found, call
        data = bytes.fromhex(found[1].replace("\\x", ""))[:written]
        assert len(data) == written, "the log cuts what was written"
        if call.name == "pwrite64":
            offset = int(call.arguments.rsplit(", ", 1)[1], 0)
        file = self.files[place]
        assert file.content is not None
        file.content[offset : offset + written] = data
        file.clean = False
        if call.name == "write":
            self.open[_descriptor(call)] = (place, offset + written)

    def _flush(self, place: int) -> bool:
        """Make a file's content or a directory's entries safe; whether they were not."""
        file = self.files[place]
        due = [step for step in self.steps if step.directory == place and not step.safe]
        for step in due:
            step.safe = True
        dirty = not file.clean
        file.safe, file.clean = bytes(file.content or b""), True
        return dirty or bool(due)

    def crash(self, keep: Keep, remains: Remains) -> Tree:
        """Return one of the trees that a crash at this moment may leave."""
        return self._tree(lambda step: step.safe or keep(step), remains)

    def now(self) -> Tree:
        """Return the tree as processes see it."""
        return self._tree(lambda step: True, lambda safe, written: written)

    def pending(self) -> list[Step]:
        """List the changes of entries that a crash may undo."""
        return [step for step in self.steps if not step.safe]

    def _tree(self, keep: Keep, remains: Remains) -> Tree:
        entries = self._entries(keep)
        tree: Tree = {}

        def walk(place: int, path: PurePosixPath) -> None:
            for name, child in sorted(entries.get(place, {}).items()):
                file = self.files[child]
                tree[str(path / name)] = None if file.content is None else _left(file, remains)
                walk(child, path / name)

        walk(0, PurePosixPath())
        return tree

    def _entries(self, keep: Keep) -> dict[int, dict[str, int]]:
        entries: dict[int, dict[str, int]] = {}
        for step in self.steps:
            if keep(step):
                if step.source is not None:
                    entries.get(step.source[0], {}).pop(step.source[1], None)
                if step.file is None:
                    entries.get(step.directory, {}).pop(step.entry, None)
                else:
                    entries.setdefault(step.directory, {})[step.entry] = step.file
        return entries

    def _enter(self, name: str, path: str, file: File) -> None:
        self.files.append(file)
        self.steps.append(Step(name, *self._place(path), len(self.files) - 1))

    def _move(self, source: str, target: str) -> None:
        file = self._find(source)
        self.steps.append(Step("rename", *self._place(target), file, self._place(source)))

    def _inside(self, path: str) -> bool:
        return PurePosixPath(path).is_relative_to(self.root)

    def _place(self, path: str) -> tuple[int, str]:
        parent = self._find(str(PurePosixPath(path).parent))
        assert parent is not None, path
        return parent, PurePosixPath(path).name

    def _find(self, path: str) -> int | None:
        entries, place = self._entries(lambda step: True), 0
        for part in PurePosixPath(path).relative_to(self.root).parts:
            found = entries.get(place, {}).get(part)
            if found is None:
                return None
            place = found
        return place

    def _name(self, place: int) -> str:
        if place == 0:
            return "."
        entries = self._entries(lambda step: True)
        for parent, names in entries.items():
            for name, child in names.items():
                if child == place:
                    return str(PurePosixPath(self._name(parent)) / name)
        raise AssertionError("a file without a name")

    def _tracks(self, call: Call) -> bool:
        return call.arguments[:1].isdigit() and _descriptor(call) in self.open

    def _paths(self, call: Call) -> list[str]:
        """Absolute paths among the arguments, those relative to an open directory resolved."""
        if call.name in {"write", "pwrite64", "close"}:
            return []
        texts = [bytes.fromhex(text.replace("\\x", "")).decode() for text in _TEXT.findall(call.arguments)]
        bases = [
            base for base in _AT.findall(_TEXT.sub("", call.arguments)) if call.name.endswith(("at", "at2"))
        ]
        bases += ["AT_FDCWD"] * len(texts)
        return [self._absolute(base, text) for base, text in zip(bases, texts, strict=False)]

    def _absolute(self, base: str, text: str) -> str:
        if base == "AT_FDCWD" or int(base) not in self.open:
            return text
        return str(self.root / self._name(self.open[int(base)][0]) / text)


def _descriptor(call: Call) -> int:
    return int(re.split(r"\D", call.arguments, maxsplit=1)[0])


def _editable(content: bytes | None) -> bytearray | None:
    return None if content is None else bytearray(content)


def _left(file: File, remains: Remains) -> bytes:
    assert file.content is not None
    return file.safe if file.clean else remains(file.safe, bytes(file.content))


def tree_at(root: Path) -> Tree:
    """Read the real tree."""
    return {
        str(path.relative_to(root)): None if path.is_dir() else path.read_bytes()
        for path in sorted(root.rglob("*"))
    }


def materialise(tree: Tree, root: Path) -> None:
    """Make `root` hold `tree`, and nothing else."""
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir()
    for path, content in tree.items():
        if content is None:
            (root / path).mkdir()
        else:
            (root / path).write_bytes(content)

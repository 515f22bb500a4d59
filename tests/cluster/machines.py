"""Machines to test on, made of Linux namespaces.

Each has its own processes, network address, host name, /tmp/ray and /dev/shm, and shares the disk: a
small cluster with a shared file system. Nothing in one is seen from outside, so `ray stop` stops that
machine's Ray only, ports are free, and a machine that is killed is gone from the network as if
unplugged. All end with the process that made them.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import final

BIN = Path(sys.executable).parent
NETWORK = "10.77.0"
# The parent's death kills unshare, which kills the first process inside, which ends all the others.
UNSHARE = ["setpriv", "--pdeathsig=KILL", "--", "unshare", "--fork", "--kill-child"]
APART = ["--pid", "--net", "--mount", "--uts", "--ipc", "--mount-proc"]
# A shell as the first process, because it reaps the orphans that `ray start` leaves.
BOOT = """
set -e
hostname {name}
mount -t tmpfs tmpfs /dev/shm
mount -t tmpfs tmpfs /tmp/ray
mount --bind {folder}/hosts /etc/hosts
mount --bind {home}/passwd /etc/passwd
ip link set lo up
echo ready
while sleep 3600; do :; done
"""
SWITCH = """
set -e
ip link add switch type bridge
ip link set switch up
echo ready
sleep inf
"""
NEEDED = (
    "the cluster tests make machines of Linux namespaces: expected root (in a container: with "
    "CAP_SYS_ADMIN and CAP_NET_ADMIN, as `docker run --privileged` gives) and util-linux, iproute2"
)


@final
@dataclass(frozen=True)
class Machine:
    """One machine of a network.

    Attributes
    ----------
    name, address : str
    home : Path
        Home of its user, who is root.
    first : int
        Process that holds the machine up.
    started : list of Popen
        To be ended with the network.
    """

    name: str
    address: str
    home: Path
    first: int
    started: list[subprocess.Popen[bytes]]

    def environment(self, **more: str) -> dict[str, str]:
        """What a login finds: nothing of this process's own environment."""
        path = f"{BIN}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        quiet = {"RAY_USAGE_STATS_ENABLED": "0", "OMP_NUM_THREADS": "1", "LANG": "C.UTF-8"}
        return {"HOME": str(self.home), "PATH": path, "USER": "root"} | quiet | more

    def command(self, *command: str | Path) -> list[str]:
        """The command, to be run inside."""
        into = ["nsenter", f"--target={self.first}", "--pid", "--net", "--mount", "--uts", "--ipc"]
        return [*into, f"--wdns={self.home}", "--", *map(str, command)]

    def run(
        self, *command: str | Path, timeout: float = 240.0, check: bool = True, **more: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a command to its end; a failure shows what it wrote."""
        done = subprocess.run(
            self.command(*command),
            env=self.environment(**more),
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        assert not check or done.returncode == 0, (
            f"{command}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        )
        return done

    def start(self, *command: str | Path, log: Path, **more: str) -> subprocess.Popen[bytes]:
        """Start a command and return; it writes to `log`."""
        with log.open("ab") as written:
            process = subprocess.Popen(
                self.command(*command), env=self.environment(**more), stdout=written, stderr=written
            )
        self.started.append(process)
        return process

    def rays(self) -> int:
        """Ray nodes that live here; one counts once, whatever it is forking."""
        return len(set(re.findall(r"raylet/raylet .*--node_id=(\w+)", self.run("ps", "axww").stdout)))

    def kill(self) -> None:
        """Pull the plug: every process dies, and its network cable is out."""
        os.kill(self.first, 9)


@contextmanager
def network(folder: Path, *names: str) -> Iterator[tuple[Machine, ...]]:
    """Machines joined by a switch, first address 10.77.0.1."""
    addresses = {name: f"{NETWORK}.{number}" for number, name in enumerate(names, 1)}
    hosts = folder / "hosts"
    hosts.write_text("127.0.0.1 localhost\n" + "".join(f"{ip} {name}\n" for name, ip in addresses.items()))
    Path("/tmp/ray").mkdir(exist_ok=True)  # where each machine puts its own
    started: list[subprocess.Popen[bytes]] = []
    try:
        switch = _first(_started(started, ["--net"], SWITCH))
        yield tuple(_machine(started, switch, folder, name, ip) for name, ip in addresses.items())
    finally:
        for process in reversed(started):
            process.kill()
            process.communicate()


def _started(
    started: list[subprocess.Popen[bytes]], apart: list[str], script: str
) -> subprocess.Popen[bytes]:
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    process = subprocess.Popen([*UNSHARE, *apart, "bash", "-c", script], **pipes)
    started.append(process)
    return process


def _machine(
    started: list[subprocess.Popen[bytes]], switch: int, folder: Path, name: str, address: str
) -> Machine:
    home = folder / name
    home.mkdir()
    # One for all: FFTW's choices are a home's, and other choices give other last bits.
    (folder / "cache").mkdir(exist_ok=True)
    (home / ".cache").symlink_to(folder / "cache")
    (home / "passwd").write_text(
        f"root:x:0:0:root:{home}:/bin/bash\nsshd:x:100:65534::/run/sshd:/usr/sbin/nologin\n"
    )
    first = _first(_started(started, APART, BOOT.format(name=name, folder=folder, home=home)))
    cable = f"to-{name}"
    _inside(switch, "ip", "link", "add", cable, "type", "veth", "peer", "name", "eth0", "netns", str(first))
    _inside(switch, "ip", "link", "set", cable, "master", "switch", "up")
    _inside(first, "ip", "address", "add", f"{address}/24", "dev", "eth0")
    _inside(first, "ip", "link", "set", "eth0", "up")
    # Ray takes its address from the default route.
    _inside(first, "ip", "route", "add", "default", "via", f"{NETWORK}.254")
    return Machine(name, address, home, first, started)


def _first(process: subprocess.Popen[bytes]) -> int:
    """Process id, seen from here, of the first process inside, once it says that it is ready."""
    assert process.stdout is not None
    assert process.stderr is not None
    if process.stdout.readline() != b"ready\n":
        raise RuntimeError(f"{NEEDED}; got: {process.stderr.read().decode().strip()}")
    return int(Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()[0])


def _inside(first: int, *command: str) -> None:
    subprocess.run(["nsenter", f"--target={first}", "--net", "--", *command], check=True)

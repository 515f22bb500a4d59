"""An ssh server on a machine, and the keys to it."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

from tests.cluster.machines import Machine

CONFIGURATION = """
HostKey {folder}/host_key
AuthorizedKeysFile {folder}/user_key.pub
StrictModes no
UsePAM no
PidFile none
"""


def make_keys(folder: Path) -> Path:
    """Keys of the servers and of the user; returns the user's."""
    for name in ("host_key", "user_key"):
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)]
        subprocess.run(command, check=True)
    (folder / "sshd_config").write_text(CONFIGURATION.format(folder=folder))
    return folder / "user_key"


def serve(machine: Machine, folder: Path) -> None:
    """Start the server and wait until it listens."""
    Path("/run/sshd").mkdir(exist_ok=True)
    log = machine.home / "sshd.log"
    machine.start("/usr/sbin/sshd", "-D", "-e", "-f", folder / "sshd_config", log=log)
    deadline = time.monotonic() + 10.0
    while "listening" not in log.read_text():
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.05)

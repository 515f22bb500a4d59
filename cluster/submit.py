"""The script that `ray submit` copies to the head of a cluster and runs there: the command `regimap`.

Thin because it travels alone; the packages are on the nodes already. It joins the cluster it stands on:

    ray submit cluster/ray-local.yaml cluster/submit.py -- run grid.toml --store /shared/runs/grid

Run for real: `ray submit` from a third machine to a cluster of two, tests/cluster/test_ssh.py.
"""

import os

from sweep.cli import main

if __name__ == "__main__":
    # Without it the command would start a second, small Ray on the head.
    os.environ.setdefault("RAY_ADDRESS", "auto")
    main()

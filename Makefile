# Set-up, the main job, the tests. Each target builds the environment it needs.
PYTHON ?= python3
VENV := .venv
READY := $(VENV)/.ready

# Small matrices: a second BLAS thread slows the tests and the learner.
export OMP_NUM_THREADS := 1

.PHONY: demo test test-slow test-faults test-cluster bench lint docs docs-links clean

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/pip install --quiet -c constraints.txt -e '.[dev]'
	touch $(READY)

demo: $(READY)
	$(VENV)/bin/regimap campaign examples/quickstart.toml --store runs/quickstart

# Two files at a time: many tests wait for processes of their own.
test: $(READY)
	$(VENV)/bin/pytest -m 'not slow and not cluster' -n 2 --dist loadfile

test-slow: $(READY)
	$(VENV)/bin/pytest -m 'slow and not cluster'

# Kills, power cuts and full disks; fails, rather than skips, where strace or a tmpfs cannot be had.
test-faults: $(READY)
	REGIMAP_NEED_FAULTS=1 $(VENV)/bin/pytest tests/store/faults -rs

# Real clusters of machines made of Linux namespaces, as root; two sets at a time, for they mostly wait.
SET_A := tests/cluster/test_slurm_jobs.py tests/cluster/test_refusals.py tests/cluster/test_job.py
test-cluster: $(READY)
	for tool in rsync sshd ip setpriv; do \
		command -v $$tool >/dev/null || { apt-get update -qq && apt-get install -y -qq openssh-server rsync iproute2 util-linux; }; \
	done
	$(VENV)/bin/pip install --quiet -c constraints.txt -e '.[cluster]'
	$(VENV)/bin/pytest -m cluster $(SET_A) & first=$$!; \
	$(VENV)/bin/pytest -m cluster tests/cluster $(SET_A:%=--ignore=%); second=$$?; wait $$first && exit $$second

# On Linux torch comes with gigabytes for GPUs, which nothing here uses; `.venv/bin/pip install -c constraints.txt
# torch --index-url https://download.pytorch.org/whl/cpu` before spares them.
bench: $(READY)
	$(VENV)/bin/pip install --quiet -c constraints.txt -e '.[bench]'
	$(VENV)/bin/python benchmarks/tolerance.py --dimension 1
	$(VENV)/bin/python benchmarks/tolerance.py --dimension 2
	$(VENV)/bin/python -m benchmarks.cost
	$(VENV)/bin/python benchmarks/engine.py --repetitions 1 --sweep 100000
	$(VENV)/bin/python benchmarks/store.py --trials 10000
	$(VENV)/bin/python benchmarks/store.py --trials 100000
	$(VENV)/bin/python benchmarks/boundaries.py --seeds 2 --budget 100 --out runs/bench-boundaries.jsonl

lint: $(READY)
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy

# Warnings are errors; the pages are in docs/_build/html.
docs: $(READY)
	$(VENV)/bin/python docs/architecture/imports.py
	$(VENV)/bin/sphinx-build --quiet -W -n --keep-going -b html docs docs/_build/html

# Asks every address that the pages link to.
docs-links: $(READY)
	$(VENV)/bin/sphinx-build --quiet -n --keep-going -b linkcheck docs docs/_build/links

clean:
	rm -rf $(VENV) runs docs/_build

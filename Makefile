# Set-up, the main job, the tests. Each target builds the environment it needs.
PYTHON ?= python3
VENV := .venv
READY := $(VENV)/.ready

# Small matrices: a second BLAS thread slows the tests and the learner.
export OMP_NUM_THREADS := 1

.PHONY: demo test test-slow test-faults bench lint clean

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/pip install --quiet -c constraints.txt -e '.[dev]'
	touch $(READY)

demo: $(READY)
	$(VENV)/bin/regimap campaign examples/quickstart.toml --store runs/quickstart

test: $(READY)
	$(VENV)/bin/pytest -m 'not slow'

test-slow: $(READY)
	$(VENV)/bin/pytest -m slow

# Kills, power cuts and full disks; fails, rather than skips, where strace or a tmpfs cannot be had.
test-faults: $(READY)
	REGIMAP_NEED_FAULTS=1 $(VENV)/bin/pytest tests/store/faults -rs

bench: $(READY)
	$(VENV)/bin/python benchmarks/tolerance.py --dimension 1
	$(VENV)/bin/python benchmarks/tolerance.py --dimension 2
	$(VENV)/bin/python benchmarks/store.py --trials 10000
	$(VENV)/bin/python benchmarks/store.py --trials 100000

lint: $(READY)
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy

clean:
	rm -rf $(VENV) runs

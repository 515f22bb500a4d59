# Set-up, the main job, the tests. Each target builds the environment it needs.
PYTHON ?= python3
VENV := .venv
READY := $(VENV)/.ready

# Small matrices: a second BLAS thread slows the tests and the learner.
export OMP_NUM_THREADS := 1

.PHONY: demo test test-slow bench lint clean

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

bench: $(READY)
	$(VENV)/bin/python benchmarks/tolerance.py --dimension 1
	$(VENV)/bin/python benchmarks/tolerance.py --dimension 2

lint: $(READY)
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy

clean:
	rm -rf $(VENV) runs

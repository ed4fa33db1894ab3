# Each target does all its set-up itself. Needs Linux, Python 3.11+ with venv, make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export DO_NOT_TRACK = 1
export PREFECT_SERVER_ANALYTICS_ENABLED = false

.PHONY: run test verify bench check clean

run: $(VENV)/.run                ## the whole recipe on files of this environment
	$(BIN)/opencoder run tiny

test: check                      ## lint, types, imports, all tests but the long ones (under 20 minutes)
	$(BIN)/pytest -m "not verify and not gpu" -q

check: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

verify: $(VENV)/.dev             ## the long acceptance checks; goes on where it stopped
	$(BIN)/python tests/verify.py

bench: $(VENV)/.dev              ## speed beside peers, in one run; prints, never fails on time
	for file in tests/benchmarks/bench_*.py; do $(BIN)/python $$file || exit 1; done

clean:                           ## everything that a command here made, artifacts too
	rm -rf $(VENV) artifacts .verify .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache *.egg-info build
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.11")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(BIN)/pip install --quiet -e '.[train]' -c constraints.txt
	touch $@

$(VENV)/.dev: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(BIN)/pip install --quiet -e '.[train,dev]' -c constraints.txt
	touch $@ $(VENV)/.run

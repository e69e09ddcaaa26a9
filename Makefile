# dev2net: `make run` for the whole study, `make test` for the tests; `make help` lists the rest.
PYTHON ?= python3
CORES ?= $(shell $(PYTHON) -c "import os; print(len(os.sched_getaffinity(0)) if hasattr(os, 'sched_getaffinity') else os.cpu_count())")
CONFIG ?=
BIN := .venv/bin
# one thread a process: parallelism comes from Snakemake's jobs and Dask's workers
export OMP_NUM_THREADS = 1
export OPENBLAS_NUM_THREADS = 1
export NUMBA_NUM_THREADS = 1

.PHONY: help env run test lint bench validate lock config ledger clean

help:  ## this list
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

env: .venv/ready  ## build the environment (.venv) from requirements.lock

.venv/ready: requirements.lock pyproject.toml
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11))" || \
	  { echo "$(PYTHON) is $$($(PYTHON) -V 2>&1), expected Python 3.11 or newer: make env PYTHON=python3.11"; exit 1; }
	@echo "== Building the environment in .venv (once, 1-3 minutes, 1 GB)"
	@$(PYTHON) -m venv .venv || { echo "no venv module: install it (Debian: apt install python3-venv)"; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@
	@echo "== Environment ready. To use it yourself: source .venv/bin/activate"

run: env  ## run the study (CONFIG=config/other.yaml for another one, CORES=N for fewer or more cores)
	@$(if $(CONFIG),test -f "$(CONFIG)" || { echo "CONFIG=$(CONFIG): no such file"; exit 1; })
	@echo "== Running the study $(or $(CONFIG),config/default.yaml) on $(CORES) cores"
	@$(BIN)/snakemake --cores $(CORES) $(if $(CONFIG),--configfile $(CONFIG))
	@echo "== Done. $(if $(CONFIG),Open report.html in the results folder that it names,Open results/report.html; the numbers are in results/summary.csv)"

test: env  ## run the quick tests
	@echo "== Running the tests (a few minutes)"
	@$(BIN)/python -m pytest

lint: env  ## style, types and workflow format
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/pyright && $(BIN)/snakefmt --check Snakefile workflow

validate: env  ## physics against theory, networks against the papers (long)
	@$(BIN)/python -m pytest validation; status=$$?; $(BIN)/python -m validation.page; exit $$status

bench: env  ## speed, as ratios to yardsticks of the same run; writes results/bench.json
	@$(BIN)/python -m benchmarks

config: env  ## write the reference of all settings anew from the models
	@$(BIN)/python -m workflow.reference

ledger: env  ## take what `snakemake paper` found of the papers' numbers into docs/
	@$(BIN)/python -m workflow.reproduction results/paper/reproduction.csv

lock: env  ## take the present versions of all packages into requirements.lock
	@{ head -2 requirements.lock; $(BIN)/python -m pip freeze --all --exclude pip --exclude-editable; } > .lock.new && mv .lock.new requirements.lock

clean:  ## remove results (the environment and shipped data stay)
	rm -rf results .snakemake

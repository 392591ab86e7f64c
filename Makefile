# `make run` and `make test` need Python 3.11-3.13 with venv, make and a package index; they set up all the rest.

SUPPORTED := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11; do \
	if $$python -c "$(SUPPORTED)" 2>/dev/null; then echo $$python; break; fi; done)
BIN := .venv/bin

.PHONY: help run live server deploy stop backup restore export prune audit test test-all lint eval bench lock clean \
	check-python
.DEFAULT_GOAL := help

help: ## Show the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' Makefile

run: .venv/run.installed ## Run the daily flow on the embedded seeds, offline
	@$(BIN)/python -m flows.daily_signals

live: .venv/run.installed ## Live feeds and prices, into a home of their own (docs/sources.md)
	@$(BIN)/python -m flows.daily_signals --articles feeds --prices live --home $${GEORISK_HOME:-data/live}

server: .venv/run.installed ## Start a Prefect server and a worker in the background, for GEORISK_HOME
	@$(BIN)/python -m flows.serve start

deploy: .venv/run.installed ## Make the server's deployments those of prefect.yaml
	@$(BIN)/python -m flows.deploy

stop: .venv/run.installed ## End the worker and the server; a run in progress may finish
	@$(BIN)/python -m flows.serve stop

backup: .venv/run.installed ## Pack the home into one file: make backup [TO=file or folder]
	@$(BIN)/python -m flows.admin backup $(if $(TO),--to $(TO),)

restore: .venv/run.installed ## Put a home back: make restore FROM=file.tar.gz [REPLACE=yes]
	@$(BIN)/python -m flows.admin restore $(FROM) $(if $(REPLACE),--replace,)

export: .venv/run.installed ## Every table as Parquet: make export TO=folder
	@$(BIN)/python -m flows.admin export --to $(TO)

prune: .venv/run.installed ## Drop old log rows and rejected texts, close the holes: make prune [KEEP_DAYS=400]
	@$(BIN)/python -m flows.admin prune $(if $(KEEP_DAYS),--keep-days $(KEEP_DAYS),)

audit: .venv/test.installed ## Known faults of the locked packages, where somebody can be asked
	@$(BIN)/python requirements/audit.py

test: lint ## Lint, types, import contract, SQL lint and the tests that need only Python, offline
	@$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder -m "not slow" --cov --cov-report=term --cov-fail-under=93
	@$(BIN)/coverage report --include='tasks/domain/*' --fail-under=100

test-all: ## The same with a browser (Debian: chromium), then the tests that take minutes
	@GEORISK_BROWSER_PROMISED=yes $(MAKE) --no-print-directory test
	@GEORISK_KILLS=195 GEORISK_FLOW_KILLS=5 $(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder -m slow

lint: .venv/test.installed
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/sqlfluff lint sql

eval: .venv/run.installed ## Scoring quality on a labelled file: make eval LABELLED=file.csv
	@$(BIN)/python -m flows.evaluate $(if $(LABELLED),--labelled $(LABELLED),)

bench: .venv/run.installed ## Speed of the scoring: make bench TITLES=file.parquet SIZE=50000
	@$(BIN)/python -m benchmarks.scoring $(if $(TITLES),--titles $(TITLES),) $(if $(SIZE),--size $(SIZE),)

lock: .venv/test.installed ## Write the hashed lock files anew from pyproject.toml
	@sh requirements/lock.sh

clean: ## Remove the environment and the caches; the results in data/ stay
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage

check-python:
	@test -n "$(PYTHON)" && $(PYTHON) -c "$(SUPPORTED)" || { \
	echo "georisk-signals needs Python 3.11, 3.12 or 3.13; install one, or name it: make run PYTHON=/path/to/python3.12" >&2; \
	exit 1; }

.venv/bin/python: | check-python
	@$(PYTHON) -m venv .venv

.venv/run.installed: requirements/run.lock requirements/uv.lock | .venv/bin/python
	@sh requirements/install.sh run

.venv/test.installed: requirements/test.lock requirements/uv.lock | .venv/bin/python
	@sh requirements/install.sh test

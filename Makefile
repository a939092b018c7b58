# Every command that a person, a commit hook or a build server runs. `make help` lists them.

# The first Python 3.11 to 3.13 on the path; choose another with `make PYTHON=python3.12 ...`.
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' \
	2>/dev/null && echo $$python && break; done)
VENV ?= .venv
BIN := $(VENV)/bin
HOME_FOLDER ?= $(or $(OIRISK_HOME),oirisk-home)
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps
# The lock files name everything, so pip need not resolve; `pip check` says if they ever do not.
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--strip-extras --no-emit-index-url --no-emit-find-links --no-header --no-annotate \
	--constraints requirements/constraints.in

.DEFAULT_GOAL := help
.PHONY: help venv dev demo nightly test check typing docs bench faults soak lock sbom clean

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

venv: $(VENV)/.runtime ## create .venv with what oirisk needs to run

dev: $(VENV)/.dev ## the same with what tests and checks need

$(VENV)/.runtime: requirements.lock requirements/build.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "oirisk needs Python 3.11, 3.12 or 3.13 on the path;" \
		"name one with: make PYTHON=/path/to/python3.12"; exit 1; }
	@echo "installing the locked packages into $(VENV) (once; a few minutes) ..."
	$(PYTHON) -m venv $(VENV)
	$(PIP_INSTALL) --require-hashes -r requirements.lock -r requirements/build.lock
	$(PIP_INSTALL) --no-build-isolation --editable .
	@$(BIN)/python -m pip check
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime requirements-dev.lock
	$(PIP_INSTALL) --require-hashes -r requirements-dev.lock
	@$(BIN)/python -m pip check
	@touch $@

demo: venv ## run the nightly job against simulated exchanges on this machine
	$(BIN)/oirisk demo --home oirisk-demo-home

nightly: venv ## run the nightly job against the real exchanges
	$(BIN)/oirisk nightly --home $(HOME_FOLDER)

test: dev ## run every test that needs no network (a few minutes)
	$(BIN)/python -m pytest -n auto --dist loadfile -m "not live" tests

check: dev typing ## check style, types, layers, SQL and documentation
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/pyright --warnings --pythonpath $(BIN)/python
	PYTHONPATH=.typing $(BIN)/lint-imports
	$(BIN)/sqlfluff lint --disable-progress-bar warehouse/sql
	@$(BIN)/python tools/structure.py
	$(BIN)/python tools/reference.py --check
	$(BIN)/python tools/venue_reference.py --check
	$(BIN)/python tools/model_reference.py --check
	$(BIN)/python -m pytest -q tests/packaging -k "not code_block"

typing: dev
	@$(BIN)/python tools/typing_tree.py

docs: dev ## write the generated reference pages anew
	$(BIN)/python tools/reference.py
	$(BIN)/python tools/venue_reference.py
	$(BIN)/python tools/model_reference.py
	$(BIN)/python tools/data_dictionary.py > docs/reference/data_dictionary.md

bench: export DO_NOT_TRACK = 1
bench: export PREFECT_SERVER_ANALYTICS_ENABLED = false
bench: export PREFECT_LOGGING_LEVEL = ERROR
bench: dev ## measure a snapshot, requests, the liquidation map and the warehouse (some minutes)
	$(BIN)/python bench/snapshot.py
	$(BIN)/python bench/request_costs.py
	$(BIN)/python -m bench.liquidation_map
	-$(BIN)/python -m bench.warehouse load
	-$(BIN)/python -m bench.warehouse marts --instruments 100 --rows 1000000 --days 20
	-$(BIN)/python -m bench.warehouse history --instruments 20 --days 120

faults: dev ## try every fault, and write the table of them
	-$(BIN)/python -m pytest -q -n auto --dist loadfile tests/faults --junitxml build/faults.xml
	$(BIN)/python tools/faults.py build/faults.xml

soak: dev ## a year of nights with faults at random, checked against the truth (an hour or more)
	$(BIN)/python -m bench.soak --write docs/reference/soak.md

lock: dev ## resolve the dependencies anew and write the lock files
	$(LOCK) pyproject.toml -o requirements.lock
	$(LOCK) pyproject.toml --extra dev -c requirements.lock -o requirements-dev.lock
	$(LOCK) requirements/build.in -c requirements-dev.lock -o requirements/build.lock

sbom: venv ## write what an installation consists of to dist/sbom.cdx.json, CycloneDX
	@mkdir -p dist
	$(BIN)/python tools/sbom.py > dist/sbom.cdx.json

clean: ## remove what make made; home folders stay
	rm -rf $(VENV) .typing build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache \
		.hypothesis .import_linter_cache .coverage

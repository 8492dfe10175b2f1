# Each target sets itself up on a fresh machine: it needs only python3 (3.11 or newer), make and a package index.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.ready
JOBS   ?= auto

.PHONY: help demo test test-all check format bench conformance docs build clean

help: ## List the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(STAMP): pyproject.toml hatch_build.py
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[all]' --group test --group check --group docs
	$(BIN)/python -m compileall -q iacgate
	touch $@

demo: $(VENV)/.demo ## Scan the sample shop and say what to try next
	$(BIN)/python -m iacgate.cli.demo

$(VENV)/.demo: pyproject.toml hatch_build.py
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	test -f $(STAMP) || $(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	$(BIN)/python -m compileall -q iacgate
	touch $@

test: $(STAMP) check ## Run all checks and tests
	$(BIN)/python -m pytest -n $(JOBS) -m "not slow" --cov --cov-report=term:skip-covered

test-all: $(STAMP) check ## The same with the slow suites in full
	$(BIN)/python -m pytest -n $(JOBS) --cov --cov-report=term:skip-covered

check: $(STAMP) ## Format, lint, types, import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(STAMP) ## Let ruff format and fix
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(STAMP) ## Compare with the incumbent on generated inputs
	$(BIN)/python bench/run.py

conformance: $(STAMP) ## Score the rules against other tools' test data, and plans against their source
	$(BIN)/python tests/conformance/library_score.py
	$(BIN)/python tests/conformance/plan_parity.py

docs: $(STAMP) ## Build the documentation, strictly
	$(BIN)/python docs/generate.py
	$(BIN)/sphinx-build -W --keep-going -n -q -j auto -b html docs docs/_build/html

build: $(STAMP) ## Build wheel and sdist
	$(BIN)/python -m pip wheel --quiet --no-deps --wheel-dir dist .

clean: ## Remove what the targets made
	rm -rf $(VENV) dist build docs/_build docs/rules docs/reference/generated

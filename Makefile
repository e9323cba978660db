# Everything lives in .venv; nothing else on the machine is touched, but that `make test` as root installs PostgreSQL,
# Chromium and npm for the tests where there is none, and that npm packages they need are kept in the user's cache.
# Choose the interpreter by make PYTHON=python3.12
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/pip --disable-pip-version-check --quiet
DOCS := README.md docs/guide docs/decisions

.DEFAULT_GOAL := help
.PHONY: help install demo test fast postgres browser check format bench docs constraints clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(VENV)/.dev ## make .venv with the package (editable), its examples, tests and tools

demo: $(VENV)/.demo ## train on real data, judge, serve the model, ask it over HTTP, stop it
	$(BIN)/python examples/01_first_model.py

test: $(VENV)/.dev postgres browser ## run every test: those that look at no clock on all cores, the others one by one
	$(BIN)/python -m pytest -n auto -m "not alone"
	$(BIN)/python -m pytest -m alone

fast: $(VENV)/.dev ## run the everyday tests: those not marked slow or story
	$(BIN)/python -m pytest -n auto -m "not slow and not story" --hypothesis-profile=quick

postgres: ## see to a PostgreSQL server that the tests can start (as root: install it)
	@if command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq --no-install-recommends postgresql >/dev/null; \
	else echo "The tests of PostgreSQL will be skipped: install a server (Debian: apt-get install postgresql)."; fi

browser: ## see to a Chromium that the tests can drive, and to npm for what runs in it (as root: install them)
	@for need in chromium npm; do \
	  other=$$need; [ $$need = npm ] || other=google-chrome; \
	  if command -v $$need >/dev/null || command -v $$other >/dev/null; then :; \
	  elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq --no-install-recommends $$need >/dev/null \
	      || echo "$$need could not be installed: tests that look at pages will be skipped."; \
	  else echo "Tests that look at pages will be skipped: install $$need (Debian: apt-get install $$need)."; fi; done

check: $(VENV)/.dev ## lint, formatting and types
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

format: $(VENV)/.dev ## put the code in its format and mend what the linter can
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: $(VENV)/.dev ## run the benchmarks that need nothing outside; name what the others need
	$(BIN)/python benchmarks/run_all.py

docs: $(VENV)/.dev ## renew the generated pages, then run the code of every page and check every link
	$(BIN)/python docs/command_line.py
	$(BIN)/python -m pytest tests/repo/test_docs.py tests/repo/test_pages_run.py

constraints: ## pin anew: resolve everything in a scratch environment and write constraints.txt
	@scratch=$$(mktemp -d) && trap 'rm -rf "$$scratch"' EXIT && \
	$(PYTHON) -m venv "$$scratch" && \
	"$$scratch/bin/pip" --disable-pip-version-check --quiet install -e '.[dev]' && \
	{ echo "# Written by make constraints: one set of versions that works together. Used by every install of the Makefile."; \
	  "$$scratch/bin/pip" --disable-pip-version-check freeze --exclude-editable; } > constraints.txt.new && \
	mv constraints.txt.new constraints.txt

clean: ## remove .venv, caches and what the demo made
	rm -rf $(VENV) demo .pytest_cache .ruff_cache .mypy_cache .hypothesis
	find src tests examples -name __pycache__ -type d -prune -exec rm -rf {} +

# A stamp is newer than what it was made from, so that a second make has nothing to do.
$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	{ echo "mlwright needs Python 3.11 or newer: make PYTHON=/path/to/python3.12 $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.demo: pyproject.toml constraints.txt | $(BIN)/python
	$(PIP) install -c constraints.txt -e '.[examples]'
	@touch $@

$(VENV)/.dev: pyproject.toml constraints.txt | $(BIN)/python
	$(PIP) install -c constraints.txt -e '.[dev]'
	@touch $@ $(VENV)/.demo

# `make help` lists the targets. Everything runs from .venv, which the first target that needs it makes.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
DATA ?= data
URL ?=

.DEFAULT_GOAL := help
.PHONY: help install crawl test format clean

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo "make crawl URL=https://www.example.org   crawls a real site; DATA=folder says where to keep it"

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Broadsheet needs Python 3.11 or newer; name it: make $(MAKECMDGOALS) PYTHON=python3.12" >&2; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing into $(VENV) (about a minute, once) ..."
	@PIP_CONSTRAINT=constraints.txt $(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

install: $(READY)  ## make .venv with everything pinned by constraints.txt

crawl: $(READY)  ## crawl the demo newspapers (offline), or the site given as URL=
ifeq ($(strip $(URL)),)
	@$(BIN)/scrapy crawl articles --demo -s DATA_DIR=$(DATA)
else
	@$(BIN)/scrapy crawl articles -a url='$(URL)' -s DATA_DIR=$(DATA)
endif

test: $(READY)  ## format check, lint, types, import contract, tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -n logical --dist loadfile --no-loadscope-reorder

format: $(READY)  ## format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean:  ## remove .venv and caches; never the data
	rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

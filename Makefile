# `make help` lists the targets. Everything runs from .venv, which the first target that needs it makes.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# What a crawl needs, what the night desk needs besides, and the tests and the development: each is made once, in the same .venv.
CRAWL_READY := $(VENV)/.crawl-ready
NIGHTLY_READY := $(VENV)/.nightly-ready
TEST_READY := $(VENV)/.test-ready
PIP_INSTALL = PIP_CONSTRAINT=constraints.txt $(BIN)/python -m pip install --disable-pip-version-check --editable
# A second of each start where Python is told to write no files, as in many containers. Only what has changed.
COMPILE = @$(BIN)/python -m compileall -q crawler cleaning storage
DATA ?= data
URL ?=
# `make crawl url=... data=...` means the same.
ifeq ($(origin url),command line)
URL := $(url)
endif
ifeq ($(origin data),command line)
DATA := $(data)
endif

.DEFAULT_GOAL := help
.PHONY: help install crawl nightly test test-postgres format clean

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo "make crawl URL=https://www.example.org   crawls a real site; DATA=folder says where to keep it"

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Broadsheet needs Python 3.11 or newer; name it: make $(MAKECMDGOALS) PYTHON=python3.12" >&2; exit 2; }
	$(PYTHON) -m venv $(VENV)

$(CRAWL_READY): pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing what a crawl needs into $(VENV) (once, about a minute) ..."
	$(PIP_INSTALL) .
	@touch $@

$(NIGHTLY_READY): pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing what the night desk needs into $(VENV) (once, about a minute) ..."
	$(PIP_INSTALL) '.[nightly]'
	@touch $(CRAWL_READY) $@

$(TEST_READY): pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing what the tests need into $(VENV) (once, about three minutes) ..."
	$(PIP_INSTALL) '.[dev]'
	@touch $(CRAWL_READY) $(NIGHTLY_READY) $@

install: $(TEST_READY)  ## make .venv with everything that constraints.txt pins, for development

crawl: $(CRAWL_READY)  ## crawl the demo newspapers (offline), or the site given as URL=
	$(COMPILE)
ifeq ($(strip $(URL)),)
	@$(BIN)/scrapy crawl articles --demo -s DATA_DIR=$(DATA)
else
	@$(BIN)/scrapy crawl articles -a url='$(URL)' -s DATA_DIR=$(DATA)
endif

nightly: $(NIGHTLY_READY)  ## install what scrapy nightly needs: charts of the report, alerts, metrics
	$(COMPILE)

test: $(TEST_READY)  ## format check, lint, types, import contracts, tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder

# Rooms whose tests crawl, or store; a server is started for each process of pytest.
ON_POSTGRES := tests/storage $(addprefix tests/crawler/,crawls night finishing guard hosts)
test-postgres: $(TEST_READY)  ## the tests of storage, crawls and nights, with stores in PostgreSQL
	BROADSHEET_TEST_DATABASE=postgresql $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder -rs $(ON_POSTGRES)

format: $(TEST_READY)  ## format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean:  ## remove .venv and caches; never the data
	rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# Every target sets itself up first; `make` alone lists them.

ARGS ?=
PYTHON ?= python3
VENV := .venv
STAMP := $(VENV)/.made-from-the-lock

export DO_NOT_TRACK := 1
export PREFECT_SERVER_ANALYTICS_ENABLED := false
export UV_COMPILE_BYTECODE := 1
# Compiled bytecode halves the start of every command, so a machine that forbids it is overruled here.
unexport PYTHONDONTWRITEBYTECODE
unexport VIRTUAL_ENV

.DEFAULT_GOAL := help
.PHONY: help setup demo test crash machine spends console bulletin catalogues lint docs serve

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-10s  %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(STAMP) ## make .venv with everything the other targets need

$(STAMP): pyproject.toml uv.lock
	@uv=$$(PYTHON="$(PYTHON)" bash .ci/uv) && "$$uv" sync --locked --quiet --python "$(PYTHON)"
	@touch $@

demo: setup ## run a whole quarter and serve what came of it (ARGS=--no-serve ends instead)
	@$(VENV)/bin/charter demo $(ARGS)

test: lint ## check the code, then run every test (ARGS="-k words" picks some)
	@$(VENV)/bin/pytest -n 3 $(ARGS)

lint: setup ## check style, format, types and which room may import which
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check .
	@$(VENV)/bin/mypy
	@$(VENV)/bin/lint-imports --no-logo

crash: setup ## kill workers at every point, and count what is lost or repeated (ARGS=--sample)
	@$(VENV)/bin/python -m tests.crash $(ARGS)

machine: setup ## play the whole programme in 10,000 random orders (EXAMPLES=200 for fewer)
	@MACHINE_EXAMPLES=$(or $(EXAMPLES),10000) $(VENV)/bin/pytest -q tests/flows/test_programme_machine.py

spends: setup ## have fifty spend one link at once, 200 times on each database
	@$(VENV)/bin/python -m tests.measure.spends $(ARGS)

console: setup ## count and time every page of the console over 500 services and 12 quarters
	@$(VENV)/bin/python -m tests.measure.console $(ARGS)

bulletin: setup ## publish 2,000 prisons over 4 quarters, and again after one return (ARGS="--prisons 200")
	@$(VENV)/bin/python -m tests.measure.bulletin $(ARGS)

year: setup ## play a year of the Sample region in a browser, through the console's own pages
	@WHOLE_YEAR=yes $(VENV)/bin/pytest -q -n0 tests/portal/test_a_year_in_the_console.py

catalogues: setup ## take the words of the families' site into the catalogue of each language
	@$(VENV)/bin/python docs/catalogues.py

docs: setup ## write the generated pages of docs/ again
	@$(VENV)/bin/python docs/generate.py

serve: setup ## serve the portal and the families' site
	@$(VENV)/bin/charter serve $(ARGS)

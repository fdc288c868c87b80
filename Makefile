# make run    the dashboard on http://127.0.0.1:8501, filled with demonstration incidents if the workspace is empty
# make test   checks, unit, hostile, crash and browser tests, with all of its own set-up;  make test-long  the long ones
# make check  ruff, mypy strict, import-linter
# make words  bring the catalogues of other languages up to what the code says
# make help   this list
# make mutants  how many small faults in routes/ and in the parsing and ledger of geodata/ the tests notice (an hour)
# make lock   compile the lock files;  make reference   rebuild geodata/reference

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ROUTES_HOME ?= workspace
export ROUTES_HOME

.PHONY: help run test test-quick test-long check bench bench-change bench-corridors bench-legs bench-map bench-movement bench-network docs mutants words lock reference browser clean

help:
	@sed -n "s/^# make /make /p" Makefile

run: $(VENV)/.product
	$(BIN)/python -m geodata demo --if-empty
	$(BIN)/streamlit run app.py

test: $(VENV)/.developer browser check
	$(BIN)/python -m pytest -m "not long"

test-quick: $(VENV)/.developer
	$(BIN)/python -m pytest -m "not browser and not slow and not long"

test-long: $(VENV)/.developer
	$(BIN)/python -m pytest -m long

check: $(VENV)/.developer
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.developer
	$(BIN)/python -m benchmarks

bench-change: $(VENV)/.developer
	$(BIN)/python -m benchmarks.change

bench-corridors: $(VENV)/.developer
	$(BIN)/python -m benchmarks.corridors

bench-legs: $(VENV)/.developer
	$(BIN)/python -m benchmarks.legs --no-origins

bench-map: $(VENV)/.developer browser
	$(BIN)/python -m benchmarks.map

bench-network: $(VENV)/.developer
	$(BIN)/python -m benchmarks.network

bench-movement: $(VENV)/.developer
	$(BIN)/python -m benchmarks.movement

mutants: $(VENV)/.developer
	$(BIN)/python -m tests.mutants

words: $(VENV)/.developer
	$(BIN)/python -m docs.catalogues

docs: $(VENV)/.developer
	$(BIN)/python -m docs.pictures

browser:
	@command -v chromium >/dev/null || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core; \
	  else \
	    echo "The browser tests need Chromium: install Debian's package 'chromium' and run make test again." >&2; exit 1; \
	  fi; }

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.product: requirements.txt | $(VENV)/bin/python
	@echo "Installing what the product needs; about a minute the first time."
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	touch $@

$(VENV)/.developer: requirements-dev.txt $(VENV)/.product
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	touch $@

lock: $(VENV)/.developer
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-emit-find-links --custom-compile-command "make lock" requirements.in --output-file requirements.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-emit-find-links --custom-compile-command "make lock" requirements-dev.in --output-file requirements-dev.txt

reference: $(VENV)/.developer
	$(BIN)/python -m geodata.reference.build

clean:
	rm -rf $(VENV) workspace .pytest_cache .mypy_cache .ruff_cache

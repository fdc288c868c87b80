# make run    the dashboard on http://127.0.0.1:8501, filled with demonstration incidents if the workspace is empty
# make test   checks, unit, hostile, crash and browser tests, with all of its own set-up;  make test-long  the long ones
# make check  ruff, mypy strict, import-linter; for the scripts tsc strict, eslint, node --test
# make words  bring the catalogues of other languages up to what the code says
# make help   this list
# make api    pages of the public API, build/api/index.html;  make coverage  which lines the quick tests reach
# make hooks  quick checks before each commit (pre-commit)
# make mutants  how many small faults in routes/ and in the parsing and ledger of geodata/ the tests notice (an hour)
# make sbom   parts list of the product (CycloneDX), build/sbom.json
# make lock   compile the lock files;  make reference   rebuild geodata/reference

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ROUTES_HOME ?= workspace
export ROUTES_HOME

.PHONY: api bench bench-change bench-corridors bench-desk bench-jobs bench-legs bench-map bench-movement bench-network bench-service browser check clean coverage docs help hooks lock mutants nginx node postgres reference run sbom scripts test test-long test-quick words

help:
	@sed -n "s/^# make /make /p" Makefile

run: $(VENV)/.product
	$(BIN)/python -m geodata demo --if-empty
	$(BIN)/streamlit run app.py

test: $(VENV)/.developer browser postgres check
	$(BIN)/python -m pytest -m "not long" -n 2 --dist worksteal

test-quick: $(VENV)/.developer
	$(BIN)/python -m pytest -m "not browser and not slow and not long" -n 2 --dist worksteal

test-long: $(VENV)/.developer $(VENV)/s3/.stamp postgres nginx
	$(BIN)/python -m pytest -m long
	$(BIN)/python -m pytest tests/desk -m "not browser and not long" -n 2 --state postgresql

check: $(VENV)/.developer scripts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

scripts: node_modules/.stamp
	npm run --silent types
	npm run --silent lint
	npm run --silent test

bench: $(VENV)/.developer
	$(BIN)/python -m benchmarks

bench-change: $(VENV)/.developer
	$(BIN)/python -m benchmarks.change

bench-corridors: $(VENV)/.developer
	$(BIN)/python -m benchmarks.corridors

bench-desk: $(VENV)/.developer
	$(BIN)/python -m benchmarks.desk

bench-jobs: $(VENV)/.developer browser
	$(BIN)/python -m benchmarks.jobs $(ROUTES_HOME)

bench-legs: $(VENV)/.developer
	$(BIN)/python -m benchmarks.legs --no-origins

bench-map: $(VENV)/.developer browser
	$(BIN)/python -m benchmarks.map

bench-network: $(VENV)/.developer
	$(BIN)/python -m benchmarks.network

bench-movement: $(VENV)/.developer
	$(BIN)/python -m benchmarks.movement

bench-service: $(VENV)/.developer
	$(BIN)/python -m benchmarks.service

mutants: $(VENV)/.developer
	$(BIN)/python -m tests.mutants

words: $(VENV)/.developer
	$(BIN)/python -m docs.catalogues

api: $(VENV)/.developer
	$(BIN)/python -m sphinx -q -W -b html docs/api build/api
	@echo "build/api/index.html"

sbom: $(VENV)/.developer
	$(BIN)/python -m docs.sbom

coverage: $(VENV)/.developer
	$(BIN)/python -m pytest -m "not browser and not slow and not long" --cov --cov-report=term:skip-covered

hooks: $(VENV)/.developer
	$(BIN)/pre-commit install

docs: $(VENV)/.developer
	$(BIN)/python -m docs.pictures

browser:
	@command -v chromium >/dev/null || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core; \
	  else \
	    echo "The browser tests need Chromium: install Debian's package 'chromium' and run make test again." >&2; exit 1; \
	  fi; }

postgres:
	@ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    apt-get update -qq && apt-get install -y -qq --no-install-recommends postgresql postgresql-15-postgis-3; \
	  else \
	    echo "The tests of PostGIS need Debian's packages 'postgresql' and 'postgresql-15-postgis-3'." >&2; exit 1; \
	  fi; }

nginx:
	@command -v nginx >/dev/null || test -x /usr/sbin/nginx || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    apt-get update -qq && apt-get install -y -qq --no-install-recommends nginx-light openssl; \
	  else \
	    echo "The test of the proxy needs Debian's package 'nginx-light'." >&2; exit 1; \
	  fi; }

node:
	@command -v npm >/dev/null || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    apt-get update -qq && apt-get install -y -qq --no-install-recommends nodejs npm; \
	  else \
	    echo "The scripts of the map are checked with Node 18.18 or newer: install Debian's packages 'nodejs' and 'npm' and run make check again." >&2; exit 1; \
	  fi; }

node_modules/.stamp: package.json package-lock.json | node
	npm ci --no-audit --no-fund --loglevel=error
	touch $@

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.product: requirements.txt | $(VENV)/bin/python
	@echo "Installing what the product needs; about a minute the first time."
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	touch $@

# The server of the tests of ledgers in an object store: in an environment of its own, as it holds packages back.
$(VENV)/s3/.stamp: requirements-s3.txt | $(VENV)/bin/python
	$(PYTHON) -m venv $(VENV)/s3
	$(VENV)/s3/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-s3.txt
	touch $@

$(VENV)/.developer: requirements-dev.txt $(VENV)/.product
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	touch $@

lock: $(VENV)/.developer node
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-emit-find-links --custom-compile-command "make lock" requirements.in --output-file requirements.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-emit-find-links --custom-compile-command "make lock" requirements-dev.in --output-file requirements-dev.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-emit-find-links --custom-compile-command "make lock" requirements-s3.in --output-file requirements-s3.txt
	npm install --package-lock-only --omit-lockfile-registry-resolved --no-audit --no-fund --loglevel=error

reference: $(VENV)/.developer
	$(BIN)/python -m geodata.reference.build

clean:
	rm -rf $(VENV) node_modules workspace .pytest_cache .mypy_cache .ruff_cache

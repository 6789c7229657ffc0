# Every target makes what it needs; a fresh machine wants only Python 3.11 or newer and venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet install

.PHONY: setup demo run test check bench bench-peers simulate rigs pictures lock

setup: $(VENV)/runtime.stamp ## the environment in .venv

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Python 3.11 or newer is needed, this is " + sys.version.split()[0] + ". Set PYTHON=python3.11.")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/runtime.stamp: requirements/runtime.txt pyproject.toml | $(BIN)/python
	$(PIP) --require-hashes -r requirements/runtime.txt
	$(PIP) --no-deps --no-build-isolation --editable .
	touch $@

$(VENV)/dev.stamp: requirements/dev.txt $(VENV)/runtime.stamp
	$(PIP) --require-hashes -r requirements/dev.txt
	touch $@

demo: setup ## everything on loopback with synthetic data, no token
	$(BIN)/encompass demo $(ARGS)

run: setup ## the real service, from settings
	$(BIN)/encompass migrate
	$(BIN)/encompass serve

test: $(VENV)/dev.stamp ## the whole suite, on SQLite and PostgreSQL
	$(BIN)/python -m tests.browser.chromium
	$(BIN)/python -m pytest -n 2 $(ARGS)

check: $(VENV)/dev.stamp ## style, types, layers, one head of the migrations
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q tests/meta

bench: $(VENV)/dev.stamp ## speed as ratios to a raw limit of the same run
	$(BIN)/python -m tests.browser.chromium
	$(BIN)/python -m benchmarks $(ARGS)

bench-peers: $(VENV)/dev.stamp ## the same trials for Alertmanager and a plain loop, which it installs
	$(BIN)/python -m benchmarks.peers $(ARGS)

simulate: $(VENV)/dev.stamp ## a term of 60 school days at 130 schools, with faults; prints its seed
	$(BIN)/python -m tests.rigs.term $(ARGS)

rigs: $(VENV)/dev.stamp ## the rigs' long forms, in parts that add up in docs/evidence.md
	$(BIN)/python -m tests.rigs $(ARGS)

pictures: $(VENV)/dev.stamp ## the pictures of the pages and the console in docs/pictures, anew
	$(BIN)/python -m tests.browser.chromium
	$(BIN)/python -m tests.browser.pictures
	$(BIN)/python -m tests.browser.pictures_of_the_page
	$(BIN)/python -m tests.browser.pictures_of_the_console

lock: ## the hashed requirements files anew (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header \
		--no-emit-index-url --no-emit-find-links --no-annotate \
		pyproject.toml requirements/build.in -o requirements/runtime.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header \
		--no-emit-index-url --no-emit-find-links --no-annotate \
		-c requirements/runtime.txt requirements/dev.in -o requirements/dev.txt

VENV ?= .venv
PYTHON ?= python3
BIN := $(VENV)/bin
PORT ?= 8501
WORKERS ?= 3
TIMES ?= 1000
CASES ?= 5000

.PHONY: run test check kills fuzz bench screenshots docs clean

$(VENV)/installed: requirements.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@

$(VENV)/developed: $(VENV)/installed requirements-dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	touch $@

run: $(VENV)/installed ## environment, migrations, demo data if the store is empty, server
	$(BIN)/leadloop demo --if-empty
	$(BIN)/leadloop serve --port $(PORT)

test: check ## everything the tests need, then all of them
	POLARS_MAX_THREADS=1 $(BIN)/pytest --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder --cov --cov-report term

check: $(VENV)/developed ## style, types, import contracts, spelling
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/mypy benchmarks docs/make_docs.py docs/make_screenshots.py
	cd tests && MYPYPATH=.:.. $(abspath $(BIN))/mypy --config-file ../pyproject.toml --explicit-package-bases $$(find . -name "*.py")
	$(BIN)/lint-imports
	$(BIN)/codespell

kills: $(VENV)/developed ## kill -9 in every phase of import, rebuild, refresh, backup, restore
	PYTHONPATH=. $(BIN)/python tests/kill_phases.py --times $(TIMES)

fuzz: $(VENV)/developed ## mutated files, profiles and rules into both databases
	PYTHONPATH=. $(BIN)/python tests/fuzz.py --cases $(CASES)

bench: $(VENV)/developed ## every measured claim, as ratios within one run
	$(BIN)/python -m benchmarks

screenshots: $(VENV)/developed ## every page, light, dark and narrow
	$(BIN)/python docs/make_screenshots.py

docs: $(VENV)/developed ## the parts of docs that are made from the code
	$(BIN)/python docs/make_docs.py

clean:
	rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis

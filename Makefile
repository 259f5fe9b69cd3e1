# make run     set everything up and serve the page
# make test    set everything up, then lint and test
# make lint    style, import rules, types
# make space   lay out a Hugging Face Space in build/space
# make audit   look up known vulnerabilities of the packages in requirements.lock
# make lock    write requirements.txt and requirements.lock again, after a change in pyproject.toml

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Each process starts its own page and loads its own model: about 5 GB together.
TEST_PROCESSES ?= 2

.PHONY: run test lint space audit lock system system-test clean

run: $(VENV)/.run system
	$(BIN)/python app.py $(ARGS)

test: $(VENV)/.dev system-test lint
	$(BIN)/python -m pytest -n $(TEST_PROCESSES) --dist loadfile --no-loadscope-reorder $(ARGS)

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

space: $(VENV)/.run
	$(BIN)/python scripts/make_space.py

# In an environment of its own, so that the auditor's own dependencies are not audited.
# Strict: fails where the list of vulnerabilities cannot be read.
audit:
	$(PYTHON) -m venv build/audit
	build/audit/bin/python -m pip install --quiet "pip-audit>=2.9,<3"
	build/audit/bin/pip-audit --strict --requirement requirements.lock --no-deps --disable-pip

lock: $(VENV)/.dev
	$(BIN)/python scripts/lock.py

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --editable .
	touch $@

$(VENV)/.dev: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --editable ".[dev]"
	touch $@ $(VENV)/.run

# FluidSynth and a good soundfont. The app runs without them, so this never fails.
system:
	sh scripts/install-packages.sh $$(cat packages.txt)

# Chromium, for the tests of the page. They are skipped without it.
system-test:
	sh scripts/install-packages.sh $$(cat packages.txt) chromium

clean:
	rm -rf $(VENV) .pytest_cache .ruff_cache build

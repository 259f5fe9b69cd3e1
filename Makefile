# make run    set everything up and serve the page
# make test   set everything up and run lint and tests

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test lint system system-test clean

run: $(VENV)/.run system
	$(BIN)/python app.py $(ARGS)

test: $(VENV)/.dev system-test lint
	$(BIN)/python -m pytest $(ARGS)

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet -r requirements.txt
	touch $@

$(VENV)/.dev: requirements.txt requirements-dev.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet -r requirements-dev.txt
	touch $@ $(VENV)/.run

# FluidSynth and a good soundfont; the app runs without them, so this never fails.
system:
	sh scripts/install-packages.sh $$(cat packages.txt)

# Chromium for the tests of the page, which are skipped without it.
system-test:
	sh scripts/install-packages.sh $$(cat packages.txt) chromium

clean:
	rm -rf $(VENV) .pytest_cache .ruff_cache build

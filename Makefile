# make run     set everything up and serve the page
# make test    set everything up and run lint and tests
# make space   lay out a Hugging Face Space in build/space
# make audit   ask for known weaknesses of what requirements.lock names
# make lock    write requirements.lock anew, from this environment

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test lint space audit lock system system-test clean

run: $(VENV)/.run system
	$(BIN)/python app.py $(ARGS)

test: $(VENV)/.dev system-test lint
	$(BIN)/python -m pytest $(ARGS)

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

space: $(VENV)/.run
	$(BIN)/python scripts/make_space.py

# In an environment of its own: what looks for weaknesses is not to bring its own.
# Strict: where the list of weaknesses cannot be had, nothing is known, and this fails.
audit:
	$(PYTHON) -m venv build/audit
	build/audit/bin/python -m pip install --quiet "pip-audit>=2.9,<3"
	build/audit/bin/pip-audit --strict --requirement requirements.lock --no-deps --disable-pip

lock: $(VENV)/.run
	$(BIN)/python scripts/lock.py

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet -r requirements.txt
	touch $@

$(VENV)/.dev: requirements.txt requirements-scale.txt requirements-dev.txt | $(BIN)/python
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

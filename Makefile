# make run     set everything up and serve the page
# make test    set everything up, then lint and test
# make lint    style, imports between rooms, and types, of Python and of the page's scripts
# make space   lay out a Hugging Face Space in build/space
# make audit   look up known vulnerabilities of the packages in requirements.lock
# make lock    write requirements.txt and requirements.lock again, after a change in pyproject.toml

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Node and npm come with the extra `dev`.
NPM := PATH="$(CURDIR)/$(BIN):$$PATH" npm
# Each process starts its own page and loads its own model: about 5 GB together.
TEST_PROCESSES ?= 2

.PHONY: run test lint space audit lock system system-test synthesizer clean

run: $(VENV)/.run system synthesizer
	$(BIN)/python app.py $(ARGS)

test: $(VENV)/.dev system-test synthesizer lint
	$(NPM) test -s
	$(BIN)/python -m pytest -n $(TEST_PROCESSES) --dist loadfile --no-loadscope-reorder \
		--cov=musegen --cov-report= $(ARGS)
	@echo "coverage of musegen/: $$($(BIN)/coverage report --format=total) % of statements"

lint: $(VENV)/.dev node_modules/.installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-logo
	$(BIN)/basedpyright
	$(NPM) run -s lint
	$(NPM) run -s types

space: $(VENV)/.run synthesizer
	$(BIN)/python scripts/make_space.py

# In an environment of its own, so that the auditor's own dependencies are not audited.
# Strict: fails where the list of vulnerabilities cannot be read.
audit:
	@$(PYTHON) scripts/check_advisories.py
	$(PYTHON) -m venv build/audit
	build/audit/bin/python -m pip install --quiet "pip-audit>=2.9,<3"
	build/audit/bin/pip-audit --strict --requirement requirements.lock --no-deps --disable-pip

lock: $(VENV)/.dev
	$(BIN)/python scripts/lock.py

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --editable ".[sheets]"
	touch $@

$(VENV)/.dev: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --editable ".[dev]"
	touch $@ $(VENV)/.run

# TypeScript and Biome, which check the page's scripts. The page itself needs neither of them.
node_modules/.installed: package.json package-lock.json | $(VENV)/.dev
	$(NPM) ci --no-audit --no-fund --loglevel error
	touch $@

# FluidSynth and a good soundfont. The app runs without them, so this never fails.
system:
	sh scripts/install-packages.sh $$(cat packages.txt)

# FluidSynth for browsers, so that the page plays by itself. This, too, never fails.
synthesizer: $(VENV)/.run
	$(BIN)/python scripts/fetch_synthesizer.py

# Browsers, for the tests of the page, which are skipped without them. Firefox plays only where there
# is a sound device, such as PulseAudio's that is silent. Ubuntu has no firefox-esr.
system-test:
	sh scripts/install-packages.sh $$(cat packages.txt) chromium pulseaudio
	sh scripts/install-packages.sh firefox-esr

clean:
	rm -rf $(VENV) node_modules musegen/web/vendor .pytest_cache .ruff_cache .import_linter_cache build

# Everything one does with this repository, a word each. `make` alone prints the map.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

BIN := .venv/bin
GAZETTEER := .venv/share/gazetteer.sqlite
WORLD := .venv/share/world.npz
FONTS := .venv/share/carried-fonts/NotoNaskhArabic-Bold.ttf
PAGES := web/dist/.made
UV ?= uv
ARGS ?=
# Tests wait more than they compute. Each worker has servers of its own; 0 runs all tests in one process.
WORKERS ?= 2

.PHONY: help setup run test check pages openapi format lock secrets bench-latency bench-matching bench-map evaluate fit samples screenshots clean

help: ## this map
	@printf 'Cities Seeking Cities\n\n'
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@printf '\n  PORT=8080  DATA_DIR=.data  DEMO=0 (no demonstration season)  PYTHON=python3.12  ARGS="-k relay" WORKERS=0 (for make test)\n'

setup: .venv/.local $(GAZETTEER) $(WORLD) $(FONTS) $(PAGES) ## the virtual environment, csc in .venv/bin, the gazetteer, the world to match in, fonts, the pages

run: setup ## the whole programme on http://localhost:8080, until Ctrl-C
	@exec $(BIN)/python -m deploy.local

test: setup .venv/.dev .venv/.browser ## every test (container tests where a Docker engine answers; CONTAINERS=required demands one)
	@$(BIN)/python -m pytest --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder $(ARGS)

check: .venv/.dev ## lint, formatting, types and import contracts
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

pages: $(PAGES) ## the pages of web/ into web/dist, types checked

openapi: .venv/.dev $(GAZETTEER) $(WORLD) $(FONTS) ## web/openapi/*.json anew from the services as they are, for the pages' types
	@$(BIN)/python -m tests.contract.openapi

format: .venv/.dev ## write the files in the house's format
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

bench-latency: setup .venv/.dev ## command answered -> visible in the directory: p50, p99 and each hop's share
	@$(BIN)/python -m tests.bench.latency $(ARGS)

bench-matching: setup .venv/.dev ## the whole world ranked: how many times the floor, cost by size, memory
	@OPENBLAS_NUM_THREADS=1 $(BIN)/python -m tests.bench.matching $(ARGS)

bench-map: setup .venv/.dev ## 10,000 listings in a browser: key -> list, our map beside a bare MapLibre page, bytes of the world
	@$(BIN)/python -m tests.bench.map $(ARGS)

samples: setup ## all documents in all languages, as PDF and DOCX, in build/samples
	@$(BIN)/python -m services.outreach.documents.samples build/samples

screenshots: setup .venv/.dev .venv/.browser ## a picture of every page in build/screenshots (DATA_DIR=... of what runs; ONLY=part of a name)
	@DATA_DIR='$(DATA_DIR)' ONLY='$(ONLY)' $(BIN)/python -m tests.web.screenshots

# Real partnerships to measure against: a CSV with the columns a_gid and b_gid (GeoNames ids).
evaluate: setup .venv/.dev ## matching against real partnerships: PAIRS=file.csv (SHIPPED=1 fits nothing; ARGS="--seed 8")
	@$(BIN)/python -m tests.history.evaluate $(PAIRS) --world $(WORLD) $(if $(SHIPPED),--shipped) $(ARGS)

fit: setup .venv/.dev ## affinity.json anew from PAIRS=file.csv with a U.S. end, WORLD_PAIRS=file.csv without
	@$(BIN)/python -m tests.history.fit $(PAIRS) $(WORLD_PAIRS) $(WORLD)

secrets: setup ## deploy/secrets/ for compose.yaml, made once
	@$(BIN)/python -m deploy.local.secrets deploy/secrets

# --universal: one file serves Linux and macOS, x86_64 and arm64, Python 3.11 to 3.13.
COMPILE = $(UV) pip compile --quiet --universal --python-version 3.11 --fork-strategy fewest \
	--generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate
lock: ## requirements/*.txt anew from pyproject.toml (needs uv; UPGRADE=1 takes the newest)
	@command -v $(UV) >/dev/null || { echo 'make lock needs uv: python3 -m pip install uv'; exit 1; }
	$(COMPILE) $(if $(UPGRADE),--upgrade) pyproject.toml --extra services --extra local --extra cli --extra dev -o requirements/dev.txt
	$(COMPILE) -c requirements/dev.txt pyproject.toml --extra services --extra local --extra cli -o requirements/local.txt
	$(COMPILE) -c requirements/dev.txt pyproject.toml --extra services -o requirements/service.txt
	grep -o '^aiosmtpd==[^ ]*' requirements/dev.txt | $(COMPILE) -c requirements/dev.txt - -o requirements/mail.txt

clean: ## remove what make made (not the data in .data)
	rm -rf .venv build dist web/node_modules web/dist web/public/map web/public/fonts *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find cli deploy services shared tests -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamps: a second call of any word above finds them and is instant.
PIP = $(BIN)/python -m pip --quiet --disable-pip-version-check
SUITS = import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))

.venv/bin/python:
	@for python in $(if $(PYTHON),'$(PYTHON)',python3.13 python3.12 python3.11 python3); do \
	  if "$$python" -c '$(SUITS)' >/dev/null 2>&1; then \
	    echo "Making .venv with $$("$$python" --version)"; \
	    exec "$$python" -m venv .venv; \
	  fi; \
	done; \
	echo '$(or $(PYTHON),Python 3.11, 3.12 or 3.13 with venv) was not found or does not suit: Python 3.11, 3.12 or 3.13 with venv is needed. Install it with'; \
	case "$$(uname -s)" in \
	  Darwin) echo '  brew install python@3.13' ;; \
	  *) echo '  sudo apt-get install python3 python3-venv     (or: sudo dnf install python3.13)' ;; \
	esac; \
	exit 1

.venv/.local: requirements/local.txt pyproject.toml | .venv/bin/python
	@echo 'Installing what the programme runs on (once, about a minute)'
	@$(PIP) install --require-hashes -r requirements/local.txt
	@$(PIP) install --no-deps --no-build-isolation --config-settings editable_mode=compat --editable .
	@touch $@

.venv/.dev: requirements/dev.txt .venv/.local
	@echo 'Installing what tests and checks need (once)'
	@$(PIP) install --require-hashes -r requirements/dev.txt
	@touch $@

# The pages are tested in Chromium: CHROMIUM=/path, or Debian's, which is installed where that is allowed.
.venv/.browser: | .venv/bin/python
	@if [ -n "$$CHROMIUM" ] || command -v chromium >/dev/null || command -v google-chrome >/dev/null; then touch $@; \
	elif [ -e /etc/debian_version ] && [ "$$(id -u)" = 0 ]; then \
	  echo 'Installing Chromium, in which the pages are tested (once)'; \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null && touch $@; \
	else \
	  echo 'There is no Chromium, so the pages stay untested. Get it with'; \
	  case "$$(uname -s)" in \
	    Darwin) echo '  brew install --cask chromium     (or: CHROMIUM="/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")' ;; \
	    *) echo '  sudo apt-get install chromium    (or: CHROMIUM=/path/to/chromium)' ;; \
	  esac; \
	fi

$(GAZETTEER): .venv/.local shared/gazetteer.py
	@mkdir -p $(@D)
	@echo "Preparing the gazetteer of the world's cities (once)"
	@$(BIN)/python -m shared.gazetteer build $@

WORLD_SOURCES := $(wildcard services/matching/world/*.py services/matching/world/sources/*.tsv)
$(WORLD): $(GAZETTEER) $(WORLD_SOURCES)
	@echo 'Preparing the world that matching looks at (once, a quarter of a minute)'
	@$(BIN)/python -m services.matching.world.build $(GAZETTEER) $@

# The last of those that are made.
$(FONTS): .venv/.local services/outreach/documents/carried_fonts.py
	@$(BIN)/python -m services.outreach.documents.carried_fonts

# npm and what it runs find the Node.js of the virtual environment.
WITH_NODE = cd web && PATH="$(CURDIR)/$(BIN):$$PATH"

.venv/.npm: web/package-lock.json .venv/.local
	@echo 'Installing what the pages are built with (once)'
	@$(WITH_NODE) npm ci --no-audit --no-fund --loglevel=error
	@touch $@

web/public/fonts: web/scripts/basemap.mjs web/scripts/fonts.mjs .venv/.npm
	@$(WITH_NODE) npm run --silent ground
	@touch $@

PAGE_SOURCES := $(shell find web/src web/public -type f -not -path 'web/public/map/*' -not -path 'web/public/fonts/*' -not -name '*.d.ts') $(wildcard web/*.html web/*.json web/*.ts web/openapi/*.json)
$(PAGES): $(PAGE_SOURCES) web/public/fonts .venv/.npm
	@echo 'Building the pages'
	@$(WITH_NODE) npm run --silent build
	@touch $@

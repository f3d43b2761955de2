# What people do with this checkout. Needs Python 3.11 (or later) and make; `make` alone lists the targets.

PYTHON ?= $(shell command -v python3.11 || echo python3)
VENV := .venv
RUN := $(VENV)/bin/python -m cmbank.local
IN_HOUSE := $(RUN) exec --
TESTS ?=
APPS := managers ledger credit grading appraisal cmbank

.DEFAULT_GOAL := help
.PHONY: help run test venv format lint lock messages screens bench faults mutants access

help: ## this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: $(VENV)/.local.done ## the whole bank on 127.0.0.1:8000 until Ctrl-C (PORT, DEMO=0, DATA_DIR)
	@exec $(RUN) run

test: venv ## the whole test suite (TESTS=path for a part of it)
	@exec $(IN_HOUSE) pytest -n 2 $(TESTS)

venv: $(VENV)/.dev.done ## the environment, from the hashed locks

format: venv ## put imports and lines in order
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .

lint: venv ## style, format, weaknesses, types, migrations in step with the models, settings fit for production
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/bandit --quiet --recursive --configfile pyproject.toml $(APPS) manage.py
	$(IN_HOUSE) mypy
	$(IN_HOUSE) python manage.py makemigrations --check --dry-run
	@env -u INSECURE_HTTP -u STATIC_FROM_SOURCE -u DEBUG DATABASE_URL=postgres://nobody@localhost/none \
	  SECRET_KEY="$$($(VENV)/bin/python -c 'import secrets; print(secrets.token_urlsafe(60))')" \
	  FIELD_KEYS="lint:$$(head -c 32 /dev/urandom | base64)" \
	  $(VENV)/bin/python manage.py check --deploy --fail-level WARNING

messages: venv ## collect the texts to translate into locale/ and compile them (needs gettext)
	$(IN_HOUSE) python manage.py makemessages --locale en --ignore '$(VENV)' --no-location --no-wrap
	$(IN_HOUSE) python manage.py compilemessages --ignore '$(VENV)'

screens: venv ## take the pictures of docs/screens anew (needs Chromium)
	SCREENS=docs/screens $(IN_HOUSE) pytest -m browser

bench: venv ## nights, loads and reads beside floor and rivals (BENCH="--accounts 5000 --days 10,20")
	$(IN_HOUSE) python -m benchmarks $(BENCH)

faults: venv ## inject every fault into servers and workers of its own (ONLY=name,name SEED=n KILLS=n SHORT=1)
	@exec $(VENV)/bin/python -m tests.faults

access: venv ## every address as everybody about everything, against the policy table (ACTORS=, ROWS= for some)
	@ACCESS=1 exec $(IN_HOUSE) pytest -n 2 tests/access

mutants: venv ## take every visible_to away in turn: the access test must notice each
	@exec $(IN_HOUSE) python -m tests.access.mutate

lock: venv ## pin every dependency of pyproject.toml with its hashes
	$(VENV)/bin/python -m pip install --quiet uv
	for name in base local dev; do \
	  case $$name in base) extras=;; local) extras="--extra local";; dev) extras="--extra local --extra dev";; esac; \
	  $(VENV)/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	    --no-emit-index-url --no-header $$extras pyproject.toml -o requirements/$$name.txt || exit 1; \
	done

# An environment is complete when its stamp is newer than its lock; a complete one costs nothing.
$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "This needs Python 3.11, not " + sys.version.split()[0] + ": make PYTHON=python3.11")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.local.done: requirements/local.txt | $(VENV)/bin/python
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/local.txt
	@touch $@

# The test environment holds everything the local one does.
$(VENV)/.dev.done: requirements/dev.txt requirements/local.txt | $(VENV)/bin/python
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@ $(VENV)/.local.done

# `make run` starts the system, `make test` proves it; both need only git, make and python3.
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := run
.PHONY: run test bench soak check lock papers openapi smoke clean

PYTHON := .venv/bin/python
URL ?= http://127.0.0.1:$(or $(PORT),5000)

# The processes end themselves when this make is killed, hence its process id.
run:
	@sh scripts/provision.sh run
	@HOLDFAST_MAKE_PID=$$PPID exec sh scripts/run.sh

test:
	@sh scripts/provision.sh dev
	@exec sh scripts/test.sh

# About twenty minutes on a machine that does nothing else.
bench:
	@sh scripts/provision.sh dev
	@exec sh scripts/bench.sh

# An hour; SOAK_MINUTES makes it shorter.
soak:
	@sh scripts/provision.sh dev
	@exec sh scripts/soak.sh

check:
	@sh scripts/provision.sh dev
	$(PYTHON) -m ruff format --check --config scripts/ruff.toml .
	$(PYTHON) -m ruff check --config scripts/ruff.toml .
	$(PYTHON) -m bandit --quiet --ini setup.cfg
	$(PYTHON) -m mypy
	$(PYTHON) -c 'from importlinter.cli import lint_imports_command as lint; lint()'

lock:
	@sh scripts/provision.sh dev
	@exec sh scripts/lock.sh

# What docs/ tells of the code, from the code; a test fails while it is out of date.
papers:
	@sh scripts/provision.sh run
	$(PYTHON) -m scripts.papers

openapi:
	@sh scripts/provision.sh run
	$(PYTHON) -m scripts.papers openapi.json

# Needs ADMIN_PASSWORD (and ADMIN_USERNAME when it is not `admin`) in the environment.
smoke:
	@python3 scripts/smoke.py "$(URL)"

clean:
	rm -rf .venv .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
	find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +

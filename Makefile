# install, run, test, lint, clean: on a Debian machine with root or sudo, nothing else is needed first.

.DEFAULT_GOAL := help

# The first Python from 3.11 on; once there is an environment, whatever it was made with.
PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$name; break; }; done)
BIN := .venv/bin
INSTALLED := .venv/installed

# Everything that a run leaves behind stays in this checkout.
STATE := $(CURDIR)/.optimizer
EXAMPLE := $(STATE)/warehouse
REPO ?= $(EXAMPLE)

.PHONY: help install run test lint clean system-packages test-packages

help:
	@echo 'make install        system packages, and everything else in .venv'
	@echo 'make run            look for speed-ups in the bundled example'
	@echo 'make run REPO=...   look for them in a repository: a path or a git URL'
	@echo 'make test           lint, types and all the tests'
	@echo 'make lint           lint and types alone'
	@echo 'make clean          remove .venv, caches and what `make run` left'

install: system-packages $(INSTALLED)

# $(call unless,CHECK,PACKAGE): the package's name when the check fails.
unless = $(shell { $(1); } >/dev/null 2>&1 || echo $(2))
MISSING = $(strip \
	$(call unless,command -v bwrap,bubblewrap) \
	$(call unless,command -v git,git) \
	$(call unless,command -v setarch && command -v setpriv && command -v taskset,util-linux) \
	$(call unless,PATH="$$PATH:/sbin:/usr/sbin" ldconfig -p | grep -q 'libseccomp\.so\.2',libseccomp2) \
	$(call unless,test -e /etc/ssl/certs/ca-certificates.crt,ca-certificates) \
	$(call unless,test -x $(BIN)/pip || test -n "$(PYTHON)",python3) \
	$(call unless,test -x $(BIN)/pip || $(or $(PYTHON),false) -c 'import ensurepip$(comma) venv',python3-venv))
comma := ,

# $(call apt,PACKAGES): installs them without asking anything.
define apt
	@command -v apt-get >/dev/null || { echo 'make: install these first: $(1)' >&2; exit 1; }
	@[ "$$(id -u)" = 0 ] || command -v sudo >/dev/null || \
		{ echo 'make: run as root: apt-get install $(1)' >&2; exit 1; }
	@echo 'Installing system packages: $(1)'
	@as_root=$$([ "$$(id -u)" = 0 ] || echo sudo); \
		$$as_root apt-get update -qq && \
		$$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(1)
endef

system-packages:
	$(if $(MISSING),$(call apt,$(MISSING)))

# `make test` alone needs Postgres and Redis (the tests start servers of their own from the binaries), a C
# compiler for a clock that they can turn, and valgrind, which users need only with the setting `callgrind`.
FOR_TESTS = $(strip \
	$(call unless,ls /usr/lib/postgresql/*/bin/initdb || command -v initdb,postgresql) \
	$(call unless,command -v redis-server,redis-server) \
	$(call unless,command -v cc || command -v gcc,gcc libc6-dev) \
	$(call unless,command -v valgrind,valgrind))

test-packages: install
	$(if $(FOR_TESTS),$(call apt,$(FOR_TESTS)))

$(INSTALLED): pyproject.toml | system-packages
	@test -x $(BIN)/pip || $(or $(PYTHON),python3) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'
	@PYTHONWARNINGS=ignore $(BIN)/python -m pip install --quiet --disable-pip-version-check --editable . --group dev
	@touch $@

run: install
	@$(if $(filter $(EXAMPLE),$(REPO)),$(BIN)/python examples/prepare.py warehouse '$(EXAMPLE)' >&2)
	@OPTIMIZER_HOME='$(STATE)/home' $(BIN)/optimizer submit '$(REPO)'

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Two at once, each with one thread for torch: most tests wait for a sandbox, and what is timed takes turns. A file's
# fixtures stay in one process.
test: test-packages lint
	OMP_NUM_THREADS=1 $(BIN)/pytest --numprocesses 2 --dist loadfile

clean:
	rm -rf .venv .optimizer .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache *.egg-info build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

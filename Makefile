# Everything needs Python 3.11 or newer with venv, a C compiler and make; see README.md.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# A comma would end an argument of call.
ALL_EXTRAS := [dev,spark]
PIP := $(BIN)/python -m pip -q --disable-pip-version-check

# durable-rules is published as C source only. Its setup ignores CFLAGS, so the flags ride on CC: -O2
# for speed, the define because Python 3.13 dropped a name that it uses, the recorded switches so that
# tools/check_durable_rules.py can tell how it was built.
DURABLE := durable-rules==2.0.28
DURABLE_CC := gcc -O2 -frecord-gcc-switches -DPyEval_CallObject=PyObject_CallObject

.PHONY: demo desk test test-all check bench pictures schema pages published clean

demo: $(VENV)/.run
	$(BIN)/mtus check cases/imr
	$(BIN)/mtus check cases/imr/CM14-0195168.yaml

# The reviewer's desk in a browser, with samples to look around in.
desk: $(VENV)/.serve
	$(BIN)/mtus serve --samples

# What guards the main job, in about two minutes: without Spark and the tests marked slow, laws on fewer examples.
test: $(VENV)/.dev
	HYPOTHESIS_PROFILE=quick $(BIN)/python -m pytest -q -n 2 -m "not slow"

test-all: $(VENV)/.all
	$(BIN)/python -m pytest -q -n 2

check: $(VENV)/.all
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports pyproject.toml
	$(BIN)/mtus rules lint
	$(MAKE) test-all

bench: $(VENV)/.bench
	$(BIN)/python -m benchmarks.throughput
	$(BIN)/python -m benchmarks.startup
	$(BIN)/python -m benchmarks.memory
	$(BIN)/python -m benchmarks.audit
	$(BIN)/python -m benchmarks.ingest --unseen
	$(BIN)/python -m benchmarks.scans
	$(BIN)/python -m benchmarks.rule_growth
	$(BIN)/python -m benchmarks.explanation
	$(BIN)/python -m benchmarks.packs
	$(BIN)/python -m benchmarks.serve
	$(BIN)/python -m benchmarks.desk
	$(BIN)/python -m benchmarks.bulk --large
	$(BIN)/python -m benchmarks.bulk_same

# The pictures of docs/desk.md.
pictures: $(VENV)/.dev
	$(BIN)/python -m tools.pictures

schema: $(VENV)/.run
	$(BIN)/mtus rules schema --out schema

pages: $(VENV)/.dev
	$(BIN)/python -m tests.diagnostic_pages

# What the shipped packs say, for lint to tell what was changed since: run it where an edition is published.
published: $(VENV)/.run
	$(BIN)/python tools/published.py

clean:
	rm -rf $(VENV) dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.durable: $(BIN)/python tools/check_durable_rules.py requirements/durable.txt
	@$(BIN)/python tools/check_durable_rules.py $(DURABLE) || { \
	  CC='$(DURABLE_CC)' $(PIP) install --no-cache-dir --no-binary durable-rules --no-deps --force-reinstall \
	    --require-hashes -r requirements/durable.txt && \
	  $(BIN)/python tools/check_durable_rules.py $(DURABLE); }
	@touch $@

# What is pinned comes first, each file checked by its hash; for a Python that has no pins yet the versions are free.
define install
	$(PIP) install --require-hashes -r requirements/$(1).txt
	$(PIP) install hatchling editables
	$(PIP) install --no-build-isolation -e '.$(2)'
	@touch $@
endef

$(VENV)/.run: $(VENV)/.durable pyproject.toml requirements/run.txt
	$(call install,run)

$(VENV)/.serve: $(VENV)/.durable pyproject.toml requirements/serve.txt
	$(call install,serve,[serve])
	@touch $(VENV)/.run

$(VENV)/.dev: $(VENV)/.durable pyproject.toml requirements/dev.txt
	$(call install,dev,[dev])
	@touch $(VENV)/.run

$(VENV)/.all: $(VENV)/.durable pyproject.toml requirements/all.txt
	$(call install,all,$(ALL_EXTRAS))
	@touch $(VENV)/.dev $(VENV)/.run

$(VENV)/.bench: $(VENV)/.durable pyproject.toml requirements/bench.txt
	$(call install,bench,[bench])
	@touch $(VENV)/.run

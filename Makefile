# Two commands matter: `make demo` and `make test`. Both set up .venv first, once.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
ROOMS := dags expectations extract operate publish smed
# use the Python that is there; never fetch one
export UV_PYTHON_DOWNLOADS := never
export UV_CUSTOM_COMPILE_COMMAND := make lock

.DEFAULT_GOAL := help
.PHONY: help install demo env test test-clients test-services test-spark test-superset lint format texts superset up bench bench-scale charts serve lock clean

help: ## list what can be made
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1	\2/p' $(MAKEFILE_LIST) | expand -t 20

install: $(INSTALLED) ## set up .venv from requirements.lock

# compiled at once, since imports are most of what a short command costs
$(INSTALLED): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' || \
	  { echo 'Python 3.11, 3.12 or 3.13 is needed: make PYTHON=python3.12 ...' >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || \
	  { rm -rf $(VENV); echo 'venv is missing: apt-get install python3-venv' >&2; exit 1; }
	@awk '/^[a-z]/ {wanted = /^uv==/} wanted' requirements.lock > $(VENV)/uv.lock
	@if command -v uv >/dev/null || $(BIN)/pip install -q --no-deps --require-hashes -r $(VENV)/uv.lock; then \
	  uv=$$(command -v uv || echo $(BIN)/uv); echo "installing with $$uv"; \
	  $$uv pip install -q --python $(BIN)/python --no-deps --require-hashes --compile-bytecode -r requirements.lock && \
	  $$uv pip install -q --python $(BIN)/python --no-deps --no-build-isolation -e .; \
	else \
	  echo 'installing with pip, which takes a minute longer'; \
	  $(BIN)/pip install -q --no-deps --require-hashes -r requirements.lock && \
	  $(BIN)/pip install -q --no-deps --no-build-isolation -e .; \
	fi
	@$(BIN)/python -m compileall -q $(ROOMS)
	@touch $@

demo: $(INSTALLED) ## run everything on recorded figures and show the goals
	@$(BIN)/smed demo

env: ## make up the secrets of docker-compose.yml, in .env; Docker needs nothing else
	@sh deploy/make-env.sh .env

test: lint ## check style, then run the tests
	@$(BIN)/python -m pytest --numprocesses logical --maxprocesses 4 --dist loadfile

test-superset: $(INSTALLED) ## show the dashboards in a real Superset, which it installs
	@$(BIN)/python -m pytest -s -m superset tests/publish/superset

test-clients: $(INSTALLED) ## read a release with other versions of DuckDB, which it installs
	@$(BIN)/python -m pytest -m clients

test-services: $(INSTALLED) ## run the processes of docker-compose.yml by hand, and test them
	@$(BIN)/python -m tests.services

test-spark: $(INSTALLED) ## build on a real Spark cluster, which it installs and starts
	@$(BIN)/python -m tests.spark

lint: $(INSTALLED) ## check style only
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/sqlfluff lint --config dbt_project/.sqlfluff dbt_project/models

format: $(INSTALLED) ## mend style
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

texts: $(INSTALLED) ## bring the report's catalogues up to date
	@$(BIN)/pybabel --quiet extract -F publish/report/locale/babel.cfg -k w -k N_ -k many:1,2 \
	  --no-location --sort-output -o $(VENV)/texts.pot publish/report
	@$(BIN)/pybabel --quiet update --ignore-obsolete --no-fuzzy-matching \
	  -i $(VENV)/texts.pot -d publish/report/locale

superset: $(INSTALLED) ## write deploy/superset from the models' descriptions
	@SMED_HOME=$(VENV) $(BIN)/dbt --quiet parse --project-dir dbt_project --profiles-dir dbt_project \
	  --target-path ../$(VENV)/dbt --log-path $(VENV)/dbt
	@$(BIN)/python -m publish.superset $(VENV)/dbt/manifest.json deploy/superset

charts: $(INSTALLED) ## write the kinds of the report's charts anew
	@$(BIN)/python -m publish.report.chart_kinds

serve: $(INSTALLED) ## the published report and its downloads on 127.0.0.1, until Ctrl-C
	@$(BIN)/python -m operate.serving

up: $(INSTALLED) ## Airflow's server and pages on 127.0.0.1, until Ctrl-C
	@$(BIN)/python -m operate.server

bench: $(INSTALLED) ## measure a refresh, the statements, submissions, the report and serving; prints ratios
	@$(BIN)/python bench/refresh.py
	@$(BIN)/python -m bench.statements
	@$(BIN)/python bench/submissions.py
	@$(BIN)/python -m bench.serving

bench-scale: $(INSTALLED) ## measure how transformation and intake grow with what they hold, five minutes
	@$(BIN)/python -m bench.scale
	@$(BIN)/python -m bench.intake

lock: $(INSTALLED) ## resolve requirements.lock anew
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-annotate --upgrade --extra service --extra spark --extra storage --group dev pyproject.toml -o requirements.lock

clean: ## remove .venv and caches; data stays
	@rm -rf $(VENV) .pytest_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -prune -exec rm -rf {} +

# Every target sets up what it needs first; a second run starts at once.
.DEFAULT_GOAL := help
.PHONY: help setup demo test run worker lint migrate bench lock
ARGS ?=
SCOPE ?= test
BIN := .venv/bin

help: ## show the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## set up for all targets (SCOPE=run: the running system only; SCOPE=paddle: with paddlepaddle)
	@sh setup.sh $(SCOPE)

demo: ## 30 cases from scan to package, then the address to look at (ARGS=--once: played by script)
	@sh setup.sh run
	@$(BIN)/guidang demo $(ARGS)

test: ## run the tests (ARGS="-k name")
	@sh setup.sh $(SCOPE)
	@$(BIN)/pytest $(ARGS)

run: ## web server with the settings of the environment
	@sh setup.sh run
	@$(BIN)/guidang serve $(ARGS)

worker: ## one worker with the settings of the environment
	@sh setup.sh run
	@$(BIN)/guidang worker $(ARGS)

lint: ## ruff, mypy, import rules
	@sh setup.sh lint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

migrate: ## bring the database to the newest schema
	@sh setup.sh run
	@$(BIN)/guidang migrate $(ARGS)

bench: ## measure on SQLite and PostgreSQL
	@sh setup.sh test
	@$(BIN)/python -m tests.bench $(ARGS)

# bagit comes without a wheel. 3.11 means from 3.11.0 on: Debian 12 has 3.11.2.
COMPILE = $(BIN)/uv pip compile --quiet --generate-hashes --no-annotate --only-binary :all: --no-binary bagit \
	--python-version 3.11 --python-platform x86_64-manylinux_2_36 --custom-compile-command "make lock" $(ARGS)

lock: ## pin the dependencies of pyproject.toml with hashes (ARGS=--upgrade: to the newest)
	@sh setup.sh lint
	$(COMPILE) pyproject.toml -o requirements.lock
	$(COMPILE) --group build -c requirements.lock -o requirements-build.lock
	$(COMPILE) --group dev -c requirements.lock -o requirements-dev.lock
	$(COMPILE) --group paddle -c requirements.lock -o requirements-paddle.lock

# Two commands: `make chat` installs what it needs and serves the page; `make test` installs what it needs and runs every check.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PORT ?= 7860
export BROWSER PYTHON
VENV := .venv
BIN := $(VENV)/bin

.PHONY: help chat test bench clean
help:
	@echo "make chat    install what is needed and serve the page on http://127.0.0.1:$(PORT)"
	@echo "make test    install what is needed and run lint, types and every test"
	@echo "make bench   measure seconds to the first sentence beside the bare engine"
	@echo "make clean   remove .venv"

chat: $(VENV)/.ready
	@exec $(BIN)/companion serve --port $(PORT)

test: $(VENV)/.ready-dev
	@bash tools/chromium.sh
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/python -m pytest

bench: $(VENV)/.ready-dev
	@$(BIN)/python evals/bench/first_sentence.py
	@$(BIN)/python evals/bench/screening.py

$(VENV)/.ready: pyproject.toml constraints.txt tools/install.sh
	@bash tools/install.sh starter
	@touch $@

$(VENV)/.ready-dev: pyproject.toml constraints.txt tools/install.sh
	@bash tools/install.sh starter,dev
	@touch $@ $(VENV)/.ready

clean:
	@rm -rf $(VENV)

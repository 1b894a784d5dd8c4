# ConBillet. `make` or `make help` lists what there is. Each target sees to its own environment (.venv) first.
.DEFAULT_GOAL := help
.PHONY: help run test check lint types contracts bench bench-privacy documents screenshots lock tools clean

CONBILLET := bin/conbillet
DEV := CONBILLET_ENVIRONMENT=dev $(CONBILLET)
TOOL := PYTHONPATH=. .venv/bin
COMPILE = UV_SYSTEM_CERTS=1 UV_NATIVE_TLS=1 $(TOOL)/python -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' Makefile

run: ## set up and run the demo at http://localhost:8000 (CONBILLET_PORT, CONBILLET_DATA); Ctrl-C stops it
	@$(CONBILLET) up

test: tools ## run all tests, browser tests included (ARGS="-k word" for some of them)
	@$(CONBILLET) browser
	@$(CONBILLET) backup tools
	@$(CONBILLET) translations compile
	@$(TOOL)/python -m tests.side_by_side $(ARGS)

check: lint types contracts test ## lint, types, import contracts and tests

lint: tools ## look for mistakes and bad habits (ruff)
	@$(TOOL)/ruff check .

types: tools ## check types (mypy)
	@$(TOOL)/mypy conbillet

contracts: tools ## check that imports go down only (import-linter)
	@$(TOOL)/lint-imports

bench: tools ## measure speed: ratios within one run, explained in docs/performance.md
	@$(TOOL)/python -m bench $(ARGS)

bench-privacy: tools ## measure the promises: falsified declarations noticed, exports, insight, erasure, residue search
	@$(TOOL)/python -m bench.privacy $(ARGS)

documents: tools ## write anew what is made from code and tests: docs/privacy, docs/security.md
	@$(TOOL)/python -m tools.proofs
	@$(TOOL)/python -m tools.security_table
	@$(TOOL)/python -m tools.privacy_documents

screenshots: tools ## take the pictures of the README anew
	@CONBILLET_SCREENSHOTS=docs/screenshots $(TOOL)/python -m pytest -q tests/browser/test_purchase_journey.py -k two_people
	@$(TOOL)/python tools/shrink_pictures.py docs/screenshots 1400

lock: tools ## write the lock files anew from requirements*.in (ARGS=--upgrade for newer versions)
	@.venv/bin/python -m uv --version >/dev/null 2>&1 || bin/set-up requirements-uv.txt
	$(COMPILE) $(ARGS) requirements.in -o requirements.txt
	$(COMPILE) $(ARGS) requirements-dev.in -c requirements.txt -o requirements-dev.txt
	$(COMPILE) $(ARGS) requirements-s3.in -o requirements-s3.txt
	@! grep -nE '://' requirements*.txt || { echo "A lock file names an address." >&2; exit 1; }

tools:
	@$(DEV) help >/dev/null

clean: ## remove the environment and all data of demo and tests
	@$(CONBILLET) down
	rm -rf .venv var

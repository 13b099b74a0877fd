# The verbs are run, test, check, sim and bench. Each first sets up what it needs, and is quiet when nothing is missing.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
UV ?= uv
VENV := .venv
CATALOGUE := pos_app/locale/zh_CN/LC_MESSAGES/pos.po
COMPILE := $(UV) pip compile --universal --python-version 3.11 --generate-hashes \
	--no-header --no-emit-index-url --no-emit-find-links --quiet

.DEFAULT_GOAL := help
.PHONY: help run test check sim sim-mutants bench setup-run setup-test setup-freeze strings lock freeze clean

help:  ## Say what can be made.
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | column -t -s '|' 2>/dev/null \
		|| sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1  \2/p' $(MAKEFILE_LIST)

run: setup-run  ## Open the till on a demo chain; with no display, run the demo shift into demo-out/.
ifneq ($(DISPLAY)$(WAYLAND_DISPLAY),)
	@$(VENV)/bin/pos-app run --demo
else
	@$(VENV)/bin/pos-app demo
endif

test: setup-test  ## Format, lint, types, import contracts, then every test with a real PostgreSQL.
	@$(VENV)/bin/python -m tools.checks all

check: setup-test  ## The same without the tests, in seconds.
	@$(VENV)/bin/python -m tools.checks static

sim: setup-test  ## Simulate: make sim SEEDS=0-19 STEPS=20000 PROFILE=everything; ends at the first seed that breaks something.
	@$(VENV)/bin/python -m tests.sim.run --seeds $(or $(SEEDS),0-19) --steps $(or $(STEPS),20000) --profile $(or $(PROFILE),everything)

sim-mutants: setup-test  ## Take one rule after another out of the product; the simulation must notice every time.
	@$(VENV)/bin/python -m tests.sim.run --mutants --seeds $(or $(SEEDS),0-11)

bench: setup-test  ## Run benchmarks/, add the figures to benchmarks/results.jsonl, print a table.
	@$(VENV)/bin/python -m tools.bench

setup-run setup-test setup-freeze: setup-%:  # Install whatever `make run`, `make test`, `make freeze` need and lack.
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
		|| { echo "set-up: Python 3.11 or newer is needed: apt-get install -y python3, or make PYTHON=/path/to/python" >&2; exit 1; }
	@"$(PYTHON)" -m tools.prepare $*

strings: setup-test  ## Collect the texts of pos_app and bring the Chinese catalogue up to date.
	@$(VENV)/bin/python -m tools.strings

lock:  ## Pin all dependencies anew within the bounds of pyproject.toml (needs uv).
	@command -v $(UV) >/dev/null || { echo "make lock needs uv: pipx install uv, or make lock UV=/path/to/uv" >&2; exit 1; }
	@$(COMPILE) $(UPGRADE) pyproject.toml --extra head-office --group dev -o requirements/dev.txt
	@$(COMPILE) $(UPGRADE) -c requirements/dev.txt pyproject.toml -o requirements/terminal.txt
	@$(COMPILE) $(UPGRADE) -c requirements/dev.txt pyproject.toml --extra head-office -o requirements/head-office.txt
	@$(COMPILE) $(UPGRADE) -c requirements/dev.txt --group setup -o requirements/setup.txt
	@$(COMPILE) $(UPGRADE) -c requirements/dev.txt --group freeze -o requirements/freeze.txt

freeze: setup-freeze  ## Build the terminal for a machine without Python, into dist/pos-app/.
	@$(VENV)/bin/pyinstaller --noconfirm --log-level WARN --distpath dist --workpath build build.spec

clean:  ## Remove everything that make made, the virtual environment included.
	@rm -rf $(VENV) build dist demo-out *.egg-info .hypothesis .mypy_cache .ruff_cache .import_linter_cache
	@rm -f pos_app/locale/*/LC_MESSAGES/*.mo
	@find pos_app head_office tools tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

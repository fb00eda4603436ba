# Everything starts here. Needs Python 3.11 to 3.13, make and a package mirror; nothing else.

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	"$$p" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null \
	&& { echo "$$p"; break; }; done)
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
SERVICES := scripts/test-services

.PHONY: run test test-long check bench bench-angles bench-cameras bench-engine soak lock clean

run: .venv/run
	@$(BIN)/plumbline models fetch
	@$(BIN)/plumbline run

test: .venv/dev
	@$(SERVICES) || true
	@$(BIN)/plumbline models fetch || echo "tests that need the pose model will be skipped"
	$(BIN)/python -m pytest -m "not alone" --numprocesses auto --maxprocesses 4 --dist loadfile
	$(BIN)/python -m pytest -m alone

test-long: .venv/dev
	@$(BIN)/plumbline models fetch
	$(BIN)/python -m pytest tests/long

check: .venv/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: .venv/dev
	@$(BIN)/plumbline models fetch
	@for b in tests/bench/bench_*.py; do \
		$(BIN)/python -m tests.bench.$$(basename $$b .py) || exit 1; done

# Takes a few minutes; PLUMBLINE_BENCH_VIEWS=2016 looks at a sixth of the whole grid.
bench-angles: .venv/dev
	@$(BIN)/plumbline models fetch
	@$(BIN)/python -m tests.bench.bench_angles

# Takes long, and longer the first time, when its films are made. Options: see the module.
bench-cameras: .venv/dev
	@$(SERVICES) || true
	@$(BIN)/plumbline models fetch
	@$(BIN)/python -m tests.bench.bench_cameras

bench-engine: .venv/dev
	@$(BIN)/plumbline models fetch
	@$(BIN)/python -m tests.bench.bench_engine

# An hour and more, and then some minutes; tests/bench/soak.py says for how long otherwise.
soak: .venv/dev
	@$(BIN)/plumbline models fetch
	@$(BIN)/python -m tests.bench.soak

# Newest versions of everything, with hashes and without an index address.
lock: .venv/dev
	$(BIN)/uv pip compile -q --upgrade --universal --python-version 3.11 --fork-strategy fewest \
		--no-emit-index-url --generate-hashes --custom-compile-command 'make lock' \
		pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile -q --upgrade --universal --python-version 3.11 --fork-strategy fewest \
		--no-emit-index-url --generate-hashes --custom-compile-command 'make lock' \
		--extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock

# --no-deps: the lock is complete, and plain pip would bring a second OpenCV with mediapipe.
.venv/run: requirements.lock pyproject.toml | .venv/made
	$(PIP) install --no-deps --require-hashes -r requirements.lock
	$(PIP) install --no-deps --no-build-isolation --no-index -e .
	@touch $@

.venv/dev: requirements-dev.lock .venv/run
	$(PIP) install --no-deps --require-hashes -r requirements-dev.lock
	@touch $@

.venv/made:
	@test -n "$(PYTHON)" || { echo "Plumbline needs Python 3.11, 3.12 or 3.13"; exit 1; }
	$(PYTHON) -m venv .venv
	@touch $@

clean:
	rm -rf .venv

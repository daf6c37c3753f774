# On a machine with Python 3.11 or newer, make and a package index: `make run` opens the terminal, `make test` runs the tests.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test test-second test-all page clients lint scenarios pictures property fuzz fuzz-sql fuzz-python fuzz-node bench bench-short fidelity public public-python docs zipapp wheel-check release-check clean

run: $(VENV)/installed
	@$(BIN)/fakedocker || true

test: $(VENV)/installed-test
	$(BIN)/python -m pytest -n auto --dist worksteal tests

# The same tests on another Python of this machine, under another order of hashes, but for those that are marked slow.
test-second:
	second=$$(sh tools/second_python.sh $(PYTHON)) && $(MAKE) PYTHON=$$second VENV=.venv-second .venv-second/installed-test
	PYTHONHASHSEED=1729 .venv-second/bin/python -m pytest -n auto --dist worksteal -m "not slow" tests

# The same on every Python of 3.11 to 3.14 that this machine has, each in an environment of its own; TESTS= for a part of them.
TESTS ?= tests
test-all:
	sh tools/every_python.sh | while read -r version python; do \
	  $(MAKE) PYTHON=$$python VENV=.venv-$$version .venv-$$version/installed-test < /dev/null && echo "Python $$version" && \
	  PYTHONHASHSEED=1729 .venv-$$version/bin/python -m pytest -n auto --dist worksteal -m "not slow" $(TESTS) < /dev/null || exit 1; \
	done

lint: $(VENV)/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tools/find_circles.py
	$(BIN)/python tools/check_shape.py

# Every lesson and incident: its goal is reached by its solutions alone, and it prints what stands there.
scenarios: $(VENV)/installed
	$(BIN)/fakedocker lint scenarios
	$(BIN)/fakedocker replay scenarios

# The two pictures of the README, drawn anew.
pictures: $(VENV)/installed
	$(BIN)/python tools/make_pictures.py

# Random requests against the whole engine, for as long as you like: make property EXAMPLES=100000
EXAMPLES ?= 2000
property: $(VENV)/installed-test
	FAKEDOCKER_EXAMPLES=$(EXAMPLES) $(BIN)/python -m pytest -q tests/property

# Requests made from the description of the API, against a served engine: make fuzz MAX_EXAMPLES=1000
fuzz: $(VENV)/installed-test
	$(BIN)/python -m pip install --quiet schemathesis
	$(BIN)/python tools/fuzz_api.py

# Random SQL programs against the real servers, which run as tools/record_sql_cases.py says: make fuzz-sql POSTGRES=DIR MARIADB=SOCKET PROGRAMS=1000
PROGRAMS ?= 1000
fuzz-sql: $(VENV)/installed-test
	$(BIN)/python tools/fuzz_sql.py --programs $(PROGRAMS) $(if $(POSTGRES),--postgres $(POSTGRES)) $(if $(MARIADB),--mariadb $(MARIADB))

# Random Python programs against the interpreter of the environment: make fuzz-python PROGRAMS=1000
fuzz-python: $(VENV)/installed-test
	PYTHONHASHSEED=0 $(BIN)/python tools/fuzz_python.py $(PROGRAMS)

# Random programs for node against the real one, which must be of the release that tools/fuzz_node.py names: make fuzz-node PROGRAMS=1000
fuzz-node: $(VENV)/installed-test
	$(BIN)/python tools/fuzz_node.py $(PROGRAMS)

bench: $(VENV)/installed-test
	$(BIN)/python -m benchmarks

# How much work is done for what people wait for, counted in calls, beside what is on record; it takes some seconds and is the same on every machine.
# RECORD=1 puts it on record.
bench-short: $(VENV)/installed-test
	$(BIN)/python -m benchmarks.counts $(if $(RECORD),--record)

# The docker client, compose, buildx, skopeo, a registry, dockerode and Ansible for the tests, into .clients/ (Debian on amd64). Without them those tests are skipped.
clients:
	sh tools/install_clients.sh .clients

# The engine in a browser: a static site in dist/page, see docs/page.md. Needs node and npm.
page: $(VENV)/installed
	$(BIN)/python tools/make_page.py

# The list of differences from the real engine, made anew from the recordings.
fidelity: $(VENV)/installed-test
	$(BIN)/python tools/make_fidelity.py

# Public projects at their commits, built and brought up in the terminal and by the real clients (`make clients`); what becomes of them is written to
# docs/public-projects.md. They are fetched from GitHub, or taken from a folder of git directories: FAKEDOCKER_MIRROR=DIR make public
public: $(VENV)/installed-dev
	$(BIN)/python tools/try_public_projects.py

# Public Python projects from PyPI beside the double, with their own tests or put to their use; writes docs/public-python.md. ONLY= for those of a name.
public-python: $(VENV)/installed-test
	$(BIN)/python tools/try_public_python.py $(if $(ONLY),--only $(ONLY))

# The site of docs/ into dist/docs, with the reference from docstrings; a link that leads nowhere fails.
docs: $(VENV)/installed-docs
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

# dist/fakedocker.pyz: one file with every dependency that is written in Python. Beside it msgspec has to be installed.
zipapp: $(VENV)/installed
	$(BIN)/python tools/make_zipapp.py

# As wheel-check, by uvx and pipx too.
release-check: $(VENV)/installed-dev
	$(BIN)/python -m pip install --quiet --no-compile --group release
	$(BIN)/python tools/check_wheel.py

# Build the wheel, install it alone into a clean environment in another folder, and start its terminal there.
wheel-check: $(VENV)/installed-dev
	$(BIN)/python tools/check_wheel.py

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --no-compile --upgrade pip

$(VENV)/installed: $(VENV)/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --no-compile --editable .
	touch $@

$(VENV)/installed-test: $(VENV)/installed
	$(BIN)/python -m pip install --quiet --no-compile --group test
	touch $@

$(VENV)/installed-dev: $(VENV)/installed-test
	$(BIN)/python -m pip install --quiet --no-compile --group lint
	touch $@

$(VENV)/installed-docs: $(VENV)/installed
	$(BIN)/python -m pip install --quiet --no-compile --group docs
	touch $@

clean:
	rm -rf $(VENV) .venv-second dist build-env .mypy_cache .ruff_cache .pytest_cache .hypothesis

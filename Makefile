# make results   the whole pipeline on the configuration in config.yaml
# make manifest  write the manifest of that run to results/audit/, to be committed (see CONTRIBUTING.md)
# make test      every test
# make lint      style of the Python and Snakemake files
# make types     type check of the library
# make locks     renew the locks in envs/ (needs uv; see envs/README.md)
# make clean     remove results and logs, keep .venv
#
# Needs python3 (3.11 to 3.13) and make; everything else goes into .venv, from the locks. To choose
# another Python: make results PYTHON=python3.12

PYTHON ?= python3
CORES ?= all
# The folder that holds config.yaml and receives results/ and logs/, for example examples/ilea
DIRECTORY ?= .
SNAKEMAKE_ARGS ?=
# One file of tests stays on one worker, so that what the file sets up is set up once.
PYTEST_ARGS ?= --numprocesses auto --dist loadfile
UV ?= uv
LOCK_ARGS ?=

BIN := .venv/bin
STAMPS := .venv/stamps
# Hashes are required of everything downloaded. Nothing is built in isolation, because an isolated build
# would fetch its tools without a hash; envs/build.lock provides them instead.
PIP_INSTALL := $(BIN)/python -m pip install --quiet --no-compile --disable-pip-version-check
FROM_LOCK := $(PIP_INSTALL) --require-hashes --no-build-isolation
# Byte code is compiled once, at the end of an installation, on all cores (pip would use one). Where
# PYTHONDONTWRITEBYTECODE is set and nothing is compiled, each of the many Python processes of a run
# compiles pandas again. A file that does not compile, such as a template, is not a fault.
BYTE_CODE := $(BIN)/python -m compileall -q -j 0 .venv/lib >/dev/null 2>&1 || true

# With this variable set, Python would not keep the byte code of our own modules either.
unexport PYTHONDONTWRITEBYTECODE
# Modules from elsewhere must not shadow the locked ones.
unexport PYTHONPATH PYTHONHOME

.PHONY: results manifest test lint types locks clean
.DELETE_ON_ERROR:

# Also after a run that was killed: what it left is cleared first.
results: $(STAMPS)/package
	$(BIN)/valueadded run --cores $(CORES) --directory $(DIRECTORY) $(SNAKEMAKE_ARGS)

# Only for the default run, and only where CHANGELOG.md says which published number moved.
manifest: results
	$(BIN)/valueadded keep $(DIRECTORY) results/audit/manifest.json.gz

# The workers share the cores already, and the number of BLAS threads can change the last digit of a sum.
test: $(STAMPS)/development
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1 $(BIN)/python -m pytest $(PYTEST_ARGS)

lint: $(STAMPS)/development
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/snakefmt --check Snakefile workflow
	$(BIN)/snakemake --lint

types: $(STAMPS)/development
	$(BIN)/mypy

# What is committed stays: the description of results/ and the manifest of the default run.
clean:
	rm -rf $(DIRECTORY)/logs
	@if [ -d $(DIRECTORY)/results ]; then \
	    echo "removing what is in $(DIRECTORY)/results"; \
	    find $(DIRECTORY)/results -type f ! -name README.md ! -path '*/results/audit/manifest.*' -delete; \
	    find $(DIRECTORY)/results -type d -empty -delete; \
	fi

# Each stamp records one finished step, so that it is not done again until what it depends on changes.
$(STAMPS)/venv:
	@command -v $(PYTHON) >/dev/null 2>&1 || { \
	    echo "make: '$(PYTHON)' was not found. Install Python 3.11, 3.12 or 3.13, or name one: make results PYTHON=/path/to/python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' || { \
	    echo "make: this project needs Python 3.11, 3.12 or 3.13, but '$(PYTHON)' is $$($(PYTHON) --version 2>&1). Name another: make results PYTHON=/path/to/python3.12" >&2; exit 1; }
	$(PYTHON) -m venv .venv
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/build: envs/build.lock $(STAMPS)/venv
	$(FROM_LOCK) -r envs/build.lock
	@touch $@

$(STAMPS)/requirements: envs/requirements.lock $(STAMPS)/build
	$(FROM_LOCK) -r envs/requirements.lock
	@$(BYTE_CODE)
	@touch $@

# A folder has no hash, so the package is installed by itself, with nothing to download.
$(STAMPS)/package: pyproject.toml $(STAMPS)/requirements
	$(PIP_INSTALL) --no-deps --no-index --no-build-isolation --editable .
	@touch $@

$(STAMPS)/development: envs/requirements-dev.lock $(STAMPS)/package
	$(FROM_LOCK) -r envs/requirements-dev.lock
	@$(BYTE_CODE)
	@touch $@

# One version of a package for every Python ("fewest"), so that two users get the same numbers. The
# requirements come first and the other two follow them; the other order has no solution, because
# Snakemake limits the version of a build tool.
COMPILE = $(UV) pip compile --quiet --universal --python-version 3.11 --fork-strategy fewest \
    --generate-hashes --no-emit-index-url --no-header $(LOCK_ARGS)

locks:
	@command -v $(UV) >/dev/null 2>&1 || { \
	    echo "make: '$(UV)' was not found; envs/README.md says how to get it" >&2; exit 1; }
	$(COMPILE) pyproject.toml --extra display --output-file envs/requirements.lock
	$(COMPILE) --group build --constraint envs/requirements.lock --output-file envs/build.lock
	$(COMPILE) pyproject.toml --extra dev --constraint envs/requirements.lock --constraint envs/build.lock \
	    --output-file envs/requirements-dev.lock

PYTHON ?= python3
RUN = .venv/bin/python -m

.PHONY: checks tests venv baseline planted benchmarks lint

checks: venv
	$(RUN) pytest checks/

tests: venv
	$(RUN) pytest tests/

venv: .venv/installed

.venv/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	.venv/bin/pip install --quiet --constraint constraints.txt --editable '.[checks,data,develop]'
	touch $@

lint: venv
	$(RUN) ruff check .
	$(RUN) ruff format --check .
	$(RUN) mypy

# Record the verdicts of this run as the ones later runs must reach.
baseline: venv
	$(RUN) pytest checks/ --write-baseline

# Plant known errors one at a time in a copy; each must turn the run red.
planted: venv
	$(RUN) tests.planted

benchmarks: venv
	$(RUN) benchmarks.run

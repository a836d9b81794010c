PYTHON ?= python3
RUN = .venv/bin/python -m
COMPANION = .venv/bin/ntk-companion
CPU_TORCH = https://download.pytorch.org/whl/cpu

.PHONY: checks tests venv baseline planted benchmarks lint report docs proofs generated seal release notebook pictures

checks: venv
	$(RUN) pytest checks/ -n 2 --dist loadfile

tests: venv
	$(RUN) pytest tests/ -n 2

venv: .venv/installed

.venv/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
# The processor's build of torch, a tenth as large, where its index is in reach.
	@$(PYTHON) -c "import urllib.request as u; u.urlopen('$(CPU_TORCH)/torch/', timeout=5)" 2>/dev/null \
	  && .venv/bin/pip install --no-deps --constraint constraints.txt --index-url $(CPU_TORCH) torch || true
	.venv/bin/pip install --constraint constraints.txt --editable '.[checks,data,fast,report,docs,develop,mcp]'
	touch $@

lint: venv
	$(RUN) ruff check .
	$(RUN) ruff format --check .
	$(RUN) mypy
	.venv/bin/lint-imports

# Tables, figures and the report in build/, from the ledger that `make checks` wrote and the recorded results.
report: venv
	$(COMPANION) tables --out build/tables
	$(COMPANION) figures --out build/figures
	$(COMPANION) report --out build/report

docs: venv
	$(RUN) sphinx -W -n -b html docs build/docs

# Record the ledger of this run: what a reader sees first, and the verdicts that later runs must reach.
baseline: venv
	$(RUN) pytest checks/ -n 2 --dist loadfile --write-baseline

# Plant known errors one at a time in a copy; each must turn the run red.
planted: venv
	$(RUN) tests.planted

benchmarks: venv
	$(RUN) benchmarks.run

# The proofs in theory/proofs, all compiled again: files, statements, axioms, mutants and witnesses.
proofs: venv
	$(RUN) ntk_companion.formal proofs --afresh

# The Coq definitions that theory/coq.py prints from the derived recursions.
generated: venv
	$(RUN) ntk_companion.formal generated

# Ask Coq for every statement again, and read what changed beside its LaTeX.
seal: venv
	$(RUN) ntk_companion.formal seal

# Run the notebook of the pages and keep its outputs with it.
notebook: venv
	$(RUN) tests.notebook

# Draw the README's pictures again.
pictures: venv
	$(RUN) tests.pictures

# Wheel and sdist in build/dist; the wheel alone, in an empty environment, answers without torch, pytest or a checkout.
release: venv
	rm -rf build/dist build/installed
	$(RUN) build --outdir build/dist .
	$(PYTHON) -m venv build/installed
	build/installed/bin/pip install --constraint constraints.txt build/dist/*.whl
	cd build/installed && bin/ntk-companion gram --network fcn --depth 3 --points hexagon
	cd build/installed && bin/ntk-companion statements > statements.txt && tail -1 statements.txt
	cd build/installed && bin/ntk-companion audit lib/python3*/site-packages/checks/equivalence/*.toml; test $$? -le 1
	du -sh build/installed

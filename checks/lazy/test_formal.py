"""Statements on lazy training as theorems, proved in Coq."""

import importlib
from pathlib import Path

from checks.lazy.formal import PROOFS
from ntk_companion.formal.items import check_proofs
from ntk_companion.judging import CATALOGUE

for file in sorted(Path(__file__).parent.glob("test_*.py")):
    if file.stem != "test_formal":
        importlib.import_module(f"checks.lazy.{file.stem}")

test_theorems_on_lazy_training_are_proved = check_proofs(
    (CATALOGUE[name], proof) for name, several in PROOFS.items() for proof in several
)

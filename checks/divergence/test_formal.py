"""The paper's statements as theorems: proved in Coq, for every number of samples, dimension, depth and width."""

import importlib
from pathlib import Path

from checks.divergence.formal import CLASSES, LEAST_EIGENVALUE, PROOFS
from ntk_companion.formal.items import check_proofs
from ntk_companion.judging import CATALOGUE

OF_THEIR_OWN = ("test_formal", "test_multiclass", "test_least_eigenvalue")
"""Files whose statements rest on their theorems alone."""
for file in sorted(Path(__file__).parent.glob("test_*.py")):
    if file.stem not in OF_THEIR_OWN:
        importlib.import_module(f"checks.divergence.{file.stem}")

test_theorems_of_the_paper_are_proved = check_proofs(
    (CATALOGUE[name], proof)
    for name, several in PROOFS.items()
    if name not in CLASSES | LEAST_EIGENVALUE
    for proof in several
)

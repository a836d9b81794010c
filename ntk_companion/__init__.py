"""What an author of statements imports: statements, evidence, and the judge that decides them.

    from ntk_companion import Hypothesis, Statement, certified, check, counterexample, record

A name is loaded when it is first used, so that the command line does not wait for pytest.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from functools import cache
from importlib import metadata
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ntk_companion.evidence import Evidence, Kind, Verdict, certified, numerical, statistical, symbolic, vacuous
    from ntk_companion.judging import check, cite, counterexample, judge_case, random_seed, record, thorough
    from ntk_companion.statement import Finding, Hypothesis, Severity, Statement
    from ntk_companion.suite import Suite

__all__ = [
    "Evidence", "Finding", "Hypothesis", "Kind", "Severity", "Statement", "Suite", "Verdict", "certified", "check",
    "cite", "counterexample", "judge_case", "numerical", "random_seed", "record", "statistical", "symbolic",
    "thorough", "vacuous",
]  # fmt: skip

_HOMES = {
    "evidence": ("Evidence", "Kind", "Verdict", "certified", "numerical", "statistical", "symbolic", "vacuous"),
    "judging": ("check", "cite", "counterexample", "judge_case", "random_seed", "record", "thorough"),
    "statement": ("Finding", "Hypothesis", "Severity", "Statement"),
    "suite": ("Suite",),
}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return metadata.version("ntk-companion")
    for module, names in _HOMES.items():
        if name in names:
            _show_in_notebook()
            return getattr(importlib.import_module(f"ntk_companion.{module}"), name)
    raise AttributeError(f"module 'ntk_companion' has no attribute {name!r}")


@cache
def _show_in_notebook() -> None:
    """Where IPython runs and what shows formulas is installed, show statements and evidence as tables."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    if shell is not None and importlib.util.find_spec("math_core"):
        importlib.import_module("ntk_companion.notebook").register(shell)

"""What an author of statements imports: statements, evidence, and the judge that decides them.

    from ntk_companion import Hypothesis, Statement, certified, check, counterexample, record

A name is loaded when it is first used, so that the command line does not wait for pytest.
"""

import importlib
import importlib.util
import sys
from functools import cache
from importlib import metadata
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ntk_companion.evidence import (
        Evidence,
        Kind,
        Role,
        Verdict,
        certified,
        numerical,
        statistical,
        symbolic,
        vacuous,
    )
    from ntk_companion.judging import (
        check,
        cite,
        counterexample,
        judge_case,
        random_seed,
        record,
        session_seed,
        thorough,
    )
    from ntk_companion.statement import Finding, Hypothesis, Severity, Statement
    from ntk_companion.suite import Suite
    from ntk_companion.symbolics import all_vanish, combined, is_nonnegative, is_positive, vanishes

__all__ = [
    "Evidence", "Finding", "Hypothesis", "Kind", "Role", "Severity", "Statement", "Suite", "Verdict", "all_vanish",
    "certified", "check", "cite", "combined", "counterexample", "is_nonnegative", "is_positive", "judge_case",
    "numerical", "random_seed", "record", "session_seed", "statistical", "symbolic", "thorough", "vacuous", "vanishes",
]  # fmt: skip

_HOMES = ("evidence", "statement", "suite", "judging", "symbolics")
"""Where a name is looked for: first in what does not load pytest."""


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return metadata.version("ntk-companion")
    for module in _HOMES if name in __all__ else ():
        if hasattr(home := importlib.import_module(f"ntk_companion.{module}"), name):
            _show_in_notebook()
            return getattr(home, name)
    raise AttributeError(f"module 'ntk_companion' has no attribute {name!r}")


@cache
def _show_in_notebook() -> None:
    """Where IPython runs and what shows formulas is installed, show statements and evidence as tables."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    if shell is not None and importlib.util.find_spec("math_core"):
        importlib.import_module("ntk_companion.notebook").register(shell)

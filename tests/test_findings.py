"""What is accused is refuted by two checks, of different means, or its record says why a second would say nothing."""

from collections import defaultdict

import pytest

from checks.suite import SUITE
from ntk_companion.evidence import Role

COUNTED = {"fd:18"}
"""A shape is counted, and its record says so."""


def items(member):
    for mark in getattr(member, "pytestmark", ()):
        cases = mark.args[1] if mark.name == "parametrize" else ()
        marks = [inner for case in cases for inner in getattr(case, "marks", ())]
        yield from (one.args for one in (mark, *marks) if one.name == "statement")


def checks_of_findings(subject):
    found = defaultdict(set)
    for module in SUITE.modules():
        if module.__name__.startswith(f"checks.{subject}."):
            for name, member in vars(module).items():
                for statement, role, _ in items(member):
                    if statement.finding and role is Role.STATEMENT:
                        found[statement.id].add(name)
    return found


@pytest.mark.parametrize("subject", ["conditioning", "foundations", "resntk", "spectrum"])
def test_every_finding_is_refuted_by_two_checks(subject):
    found = checks_of_findings(subject)
    assert {name for name, checks in found.items() if len(checks) < 2} <= COUNTED
    assert found or subject == "resntk"

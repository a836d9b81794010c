"""Witnesses: values of variables that settle a quantified claim, and why they do."""

import contextlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ntk_companion.audit.syntax.errors import ExhaustedError
from ntk_companion.audit.syntax.nodes import Node, Quantified, parts
from ntk_companion.audit.values.environment import Environment, named
from ntk_companion.evidence import Verdict

Decide = Callable[[Node, Environment], Verdict]
"""What decides statements, handed down to what it is made of."""


def remember(node: Quantified, value: Any, outcome: Verdict, environment: Environment, decide: Decide) -> None:
    """Remember the value that refutes a universal statement or fulfils an existential one, and why it does."""
    if not environment.root:
        return
    log = environment.log
    log.witness[node.variable] = value
    verb = "refutes" if outcome is Verdict.REFUTED else "fulfils"
    if isinstance(node.body, Quantified):
        log.notes.insert(0, f"{node.variable} = {named(value)}")
        return
    log.notes[:] = [f"{node.variable} = {named(value)} {verb} it"]
    log.facts.clear()
    log.kinds.clear()
    memory = environment.memory.branch()  # where nothing is bound what is found of this value is one of the constants
    with contextlib.suppress(ExhaustedError):  # it is settled all the same, without the numbers
        decide(node.body, replace(environment.bind(node.variable, value), bound=(), memory=memory))


def forget(node: Node, environment: Environment) -> None:
    """Forget the witnesses of the variables in a statement, and why they were ones."""
    log = environment.log
    for part in parts(node):
        if isinstance(part, Quantified):
            log.witness.pop(part.variable, None)
    log.notes.clear()
    log.facts.clear()

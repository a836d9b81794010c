"""Witnesses: values of variables that settle a quantified claim, and why they do."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ntk_companion.audit.syntax.nodes import Node, Quantified
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
    decide(node.body, replace(environment.bind(node.variable, value), bound=(), memory=memory))

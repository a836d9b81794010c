"""``ntk-companion derive``: the NTK recursion of a network, derived, as LaTeX, text or a Coq definition."""

import argparse
from typing import Any

from ntk_companion.cli import arguments
from ntk_companion.cli.arguments import Result

SUMMARY = "the NTK recursion of a network, derived"
DESCRIPTION = """Derive the recursion of the limiting NTK of a network: Sigma_l is the covariance of the
pre-activations, S_l of the features, B_l and R_l are the kernels of the cotangents there; every trained parameter group
adds a part to the kernel. E_k[s s'] is the mean of s(u) s(v) over (u, v) ~ N(0, k), a dot is a derivative, d the
dimension of the inputs."""


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    arguments.add_network(parser)
    forms = "latex, text, or coq: a definition in the terms of theory/proofs, for ReLU networks; default text"
    parser.add_argument("--form", choices=("latex", "text", "coq"), default="text", help=forms)


def run(options: argparse.Namespace) -> Result:
    """The recursion in the form asked for, or in LaTeX and text for --json."""
    arguments.check_network(options.network)
    from theory.architecture import network_latex
    from theory.recursion import recursion

    network = arguments.architecture(options)
    derived = recursion(network)
    text = derived.lines()
    values: dict[str, Any] = {
        "network": network.name,
        "network_latex": network_latex(network),
        "latex": derived.latex(),
        "text": "\n".join(text),
        "parts": {group.name: str(part) for group, part in derived.parts.items()},
    }
    if options.form == "latex":
        return Result(values, [derived.latex()])
    if options.form == "text":
        return Result(values, [network.name, *text])
    definition = _coq(derived)
    return Result(values | {"coq": definition}, [definition])


def _coq(derived: Any) -> str:
    from theory.coq import definition

    return definition("derived_ntk", derived)

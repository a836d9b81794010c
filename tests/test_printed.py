import ast
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import sympy
import torch

import checks.divergence.test_finite_networks
import checks.divergence.test_flow_identities
import checks.divergence.test_printed_formulas
import checks.divergence.test_proofs
import checks.divergence.test_series
from ntk_companion.judging import CATALOGUE
from numerics.data.points import rational_points
from numerics.kernels.gram import FLOAT64, ntk
from numerics.networks.torch_network import empirical_ntk
from theory.architecture import fcn, resnet
from theory.finite import exact_passage, kernel_part, symbolic_network
from theory.printed.divergence import PRINTED, derived_fully_connected, derived_residual_kernel

ROOT = Path(__file__).resolve().parent.parent
HALF = sympy.Rational(1, 2)
PLANE = ((1, 0), (0, 1), (2, 2))

WRONG = {
    "summary:k0", "poster:k-res", "eq:3.3", "eq:3.6", "eq:3.9", "eq:3.10", "eq:5.4", "eq:B.8", "eq:C.5", "eq:C.7",
    "eq:C.14", "eq:C.16", "eq:C.23",
}  # fmt: skip


def test_every_printed_formula_has_one_statement():
    assert set(PRINTED) <= set(CATALOGUE)
    for name, printed in PRINTED.items():
        statement = CATALOGUE[name]
        assert (statement.formula, statement.number, statement.source) == (
            printed.latex,
            printed.number,
            printed.source,
        )
    assert {name for name in PRINTED if CATALOGUE[name].finding} == WRONG


def test_wrong_formulas_have_a_corrected_form():
    for name in WRONG:
        assert CATALOGUE[name].finding.corrected, name


def test_nothing_but_the_checks_reads_the_printed_formulas():
    for folder in ("theory", "numerics"):
        for path in (ROOT / folder).rglob("*.py"):
            if path.parent.name == "printed":
                continue
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                modules = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
                modules += [name.name for name in node.names] if isinstance(node, ast.Import) else []
                modules += [f"{m}.{name.name}" for m in modules for name in getattr(node, "names", ())]
                assert not any("printed" in module for module in modules), path


def points(rows):
    return rational_points("points", [[Fraction(value) for value in row] for row in rows])


def fcn_gram(recursion, depth):
    parts = checks.divergence.test_printed_formulas.fcn_values(recursion.unroll(depth), points(PLANE), FLOAT64)
    return sum(parts.values())


def residual_gram(kernel, depth, scale):
    parts = checks.divergence.test_printed_formulas.pair_matrices(kernel.unroll(depth), PLANE, scale)
    return sum(parts.values())


@pytest.mark.parametrize("depth", (1, 2, 4))
def test_the_derived_pieces_of_the_fcn_make_its_kernel(depth):
    np.testing.assert_allclose(fcn_gram(derived_fully_connected(), depth), ntk(fcn(depth), points(PLANE)), rtol=1e-13)


@pytest.mark.parametrize("scale", (HALF, -1))
@pytest.mark.parametrize("depth", (1, 3))
def test_the_derived_pieces_of_the_resnet_make_its_kernel(depth, scale):
    expected = ntk(resnet(depth, scale), points(PLANE))
    np.testing.assert_allclose(residual_gram(derived_residual_kernel(), depth, sympy.S(scale)), expected, rtol=1e-13)


def test_values_of_the_kernels_as_printed_and_as_derived_by_hand():
    for depth, derived, printed in ((1, 4, 6), (2, 8, 12), (3, 13, 20)):
        assert fcn_gram(derived_fully_connected(), depth)[0, 0] == pytest.approx(derived)
        assert fcn_gram(PRINTED["eq:3.6"].form, depth)[0, 0] == pytest.approx(printed)
    assert residual_gram(derived_residual_kernel(), 1, HALF)[0, 0] == pytest.approx(6.5)
    for name, value in (("eq:3.9", 7), ("eq:3.10", 7), ("poster:k-res", 2)):
        assert residual_gram(PRINTED[name].form, 1, HALF)[0, 0] == pytest.approx(value)


@pytest.mark.parametrize("architecture", (fcn(2), resnet(2, HALF)))
def test_symbolic_networks_have_the_empirical_kernel_of_automatic_differentiation(architecture):
    network = symbolic_network(architecture, 2, (3, 3))
    values = {
        name: checks.divergence.test_finite_networks.rational_entries(matrix, seed)
        for seed, (name, matrix) in enumerate(network.parameters.items())
    }
    rows = [[1, 2], [-1, HALF]]
    passages = [exact_passage(network, values, row) for row in rows]
    parameters = {name: torch.tensor(np.array(matrix, dtype=float)) for name, matrix in values.items()}
    parameters = {name: tensor[:, 0] if name[0] in "bd" else tensor for name, tensor in parameters.items()}
    found = empirical_ntk(architecture, parameters, torch.tensor(np.array(rows, dtype=float)))
    for group in architecture.groups:
        exact = [[float(kernel_part(one, other, [group.name])) for other in passages] for one in passages]
        np.testing.assert_allclose(found.parts[group.name], exact, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(found.outputs, [float(passage.output[0]) for passage in passages], rtol=1e-12)

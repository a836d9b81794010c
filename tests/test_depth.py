"""Networks block by block: kernels at any depth against the arc-cosine formulas typed by hand."""

import math
from itertools import islice

import flint
import numpy as np
import pytest
import sympy

import checks.conditioning.test_angles
import checks.conditioning.test_condition
import checks.conditioning.test_first_layer
import checks.conditioning.test_magnitudes
import checks.conditioning.test_near_rows
import checks.conditioning.test_separation  # noqa: F401 - importing them puts statements on record
from checks.conditioning.printed import PAPER, PRINTED
from checks.conditioning.records import follows
from ntk_companion.judging import CATALOGUE
from numerics.kernels.depth import deep_angles, deep_kernel
from numerics.numbers.systems import Balls
from theory.activations import Identity, LeakyRelu
from theory.depth import DEPTH, RELU_STEP, block_step, kernel_at_depth, relu_in_angle
from theory.moments import theta
from theory.presets import arora

A, C, B = sympy.symbols("a c b", positive=True)
ANGLES = (0.02, 0.7, math.pi / 2, 2.9)


def by_hand(angle, depth):
    """theta_L and K_L / (L + 1) of unit inputs, by the recursion of the arc-cosine kernels (Cho and Saul 2009)."""
    kernel = math.cos(angle)
    for _ in range(depth):
        gate = 1 - angle / math.pi
        angle = math.acos(gate * math.cos(angle) + math.sin(angle) / math.pi)
        kernel = gate * kernel + math.cos(angle)
    return angle, kernel / (depth + 1)


@pytest.mark.parametrize("angle", ANGLES)
@pytest.mark.parametrize("depth", [0, 1, 2, 7])
def test_deep_kernels_are_those_of_the_recursion_by_hand(angle, depth):
    system = Balls(128)
    with system.working():
        ends = [next(islice(walk(flint.arb(angle), system), depth, None)) for walk in (deep_angles, deep_kernel)]
    assert np.allclose([float(end) for end in ends], by_hand(angle, depth), atol=1e-12)


def test_a_ball_of_angles_holds_what_becomes_of_its_ends():
    system = Balls(128)
    with system.working():
        for walk, place in ((deep_angles, 0), (deep_kernel, 1)):
            found = next(islice(walk(flint.arb(0.7, 0.01), system), 3, None))
            assert all(found.contains(flint.arb(by_hand(end, 3)[place])) for end in (0.691, 0.709))


def test_the_step_in_the_angle_has_no_arccosine():
    factor = relu_in_angle(RELU_STEP.factor)
    assert sympy.simplify(factor - (1 - theta / sympy.pi)) == 0
    features = relu_in_angle(RELU_STEP.features)
    assert sympy.simplify(features - ((1 - theta / sympy.pi) * sympy.cos(theta) + sympy.sin(theta) / sympy.pi)) == 0
    assert not features.has(sympy.acos)


def test_the_kernel_of_a_linear_network_at_any_depth():
    linear = block_step(arora(1, Identity()).blocks[0])
    assert sympy.expand(kernel_at_depth(linear, (A, C, B)) - (DEPTH + 1) * C) == 0


def test_the_diagonal_of_a_relu_network_at_any_depth():
    assert sympy.expand(kernel_at_depth(RELU_STEP, (A, A, A)) - (DEPTH + 1) * A) == 0


@pytest.mark.parametrize("step", [RELU_STEP, block_step(arora(1, LeakyRelu(sympy.Rational(1, 2))).blocks[0])])
def test_steps_that_turn_features_have_no_such_form(step):
    with pytest.raises(ValueError, match="differ from depth to depth"):
        kernel_at_depth(step, (A, C, B))


def test_opposite_inputs_halve_what_a_leaky_unit_passes_at_each_step():
    """x and -x meet in opposite sides: features are -slope (1 + 1) / (1 + slope^2) of those, and do not stay."""
    step = block_step(arora(1, LeakyRelu(sympy.Rational(1, 2))).blocks[0])
    factor = step.at(step.factor, (sympy.Integer(1), sympy.Integer(-1), sympy.Integer(1)))
    assert factor == sympy.Rational(4, 5)


FINDINGS = {name: one for name, one in CATALOGUE.items() if one.source == PAPER and one.finding}
ROOTS = {"bc:3": "bc:1", "bc:23": "bc:25", "bc:24": "bc:25", "bc:28": "bc:29"}
"""Findings that are consequences, of which."""


def test_consequences_say_of_which_finding_they_are_and_use_it():
    assert {name for name, one in FINDINGS.items() if "no error of its own" in one.finding.sentence} == set(ROOTS)
    for name, root in ROOTS.items():
        assert FINDINGS[name].finding.sentence.endswith(follows(root))
        assert root in FINDINGS and root in FINDINGS[name].uses
    assert len(set(FINDINGS) - set(ROOTS)) == 7


def test_what_is_printed_is_accused_under_its_own_number():
    for name, printed in PRINTED.items():
        statement = CATALOGUE[name]
        assert (statement.formula, statement.number) == (printed.latex, printed.number)
        assert statement.finding is not None

"""Gram matrices by machine code: those of numpy and of balls, whatever the network, the points and the threads."""

import dataclasses
from fractions import Fraction

import numpy as np
import pytest

from numerics.data.points import rational_points, sphere
from numerics.kernels import compiled
from numerics.kernels.gram import kernel_grams, nngp, ntk
from numerics.numbers import systems
from numerics.numbers.systems import Balls, CompiledFloat64
from tests.test_kernels import EPSILON, NETWORKS, ROWS
from theory.activations import activation_named
from theory.architecture import fcn, fcn_block, resnet

COMPILED = CompiledFloat64()
HARD = [
    *ROWS,
    [Fraction(0), Fraction(0)],
    [Fraction(3, 5), Fraction(4, 5)],
    [Fraction(-3, 5), Fraction(-4, 5)],
    [Fraction(1, 10**40), Fraction(3)],
]
"""Near, equal, opposite and orthogonal points, and the origin."""
CLOSED = ("relu", "leaky", "abs", "step", "erf", "gelu", "sin", "cos", "identity")


def off(matrix, truth, norms_of=None):
    """The largest difference relative to sqrt(K(x, x) K(x', x'))."""
    norms = np.sqrt(np.diagonal(truth if norms_of is None else norms_of))
    scale = np.outer(norms, norms)[: len(matrix), : matrix.shape[1]]
    return np.max(np.abs(matrix - truth) / np.where(scale == 0, 1, scale))


def doubles(balls):
    return np.array([[float(ball.mid()) for ball in row] for row in balls])


@pytest.mark.parametrize("name", NETWORKS)
def test_every_network_has_the_kernel_that_balls_have(name):
    points = rational_points("hard", HARD)
    assert (
        off(ntk(NETWORKS[name][0], points, COMPILED), doubles(ntk(NETWORKS[name][0], points, Balls(200)))) < 5 * EPSILON
    )


@pytest.mark.parametrize("name", CLOSED)
@pytest.mark.parametrize("network", [fcn, resnet])
def test_every_closed_activation_has_the_kernel_that_numpy_has(network, name):
    architecture, points = network(2, activation=activation_named(name)), rational_points("hard", HARD)
    assert off(ntk(architecture, points, COMPILED), ntk(architecture, points)) < 10 * EPSILON


def test_a_kink_behind_a_smooth_activation_sees_which_points_are_one():
    network = dataclasses.replace(fcn(2), blocks=(fcn_block(1, activation=activation_named("erf")), fcn_block(2)))
    points = rational_points("hard", HARD).coordinates(systems.Float64())
    square = ntk(network, points, COMPILED)
    assert off(square, ntk(network, points)) < 1e-8  # near points: inner products have lost half the digits of an angle
    assert off(square.diagonal()[None], ntk(network, points).diagonal()[None], square) < 5 * EPSILON
    others = np.roll(points, 1, axis=0)
    assert off(ntk(network, points, COMPILED, others), ntk(network, points, others=others), square) < 1e-8


def test_machine_code_computes_them_all(monkeypatch):
    monkeypatch.setattr(compiled, "compiled_grams", lambda *_: [np.zeros((1, 1))])
    for name in CLOSED:
        assert not ntk(fcn(2, activation=activation_named(name)), [[1.0, 2.0]], COMPILED).any()


@pytest.mark.parametrize("size", [1, 63, 64, 65, 200])
def test_matrices_of_every_size_are_whole_and_symmetric(size):
    points = sphere(size, 3)
    matrix = ntk(fcn(2), points, COMPILED)
    assert (matrix == matrix.T).all() and off(matrix, ntk(fcn(2), points)) < 5 * EPSILON


@pytest.mark.parametrize("sizes", [(3, 130), (130, 3), (70, 70)])
def test_two_sets_of_points_have_a_rectangle(sizes):
    one, two = (sphere(size, 3, seed).coordinates(systems.Float64()) for seed, size in enumerate(sizes))
    two[0] = one[0]
    matrix = ntk(resnet(2), one, COMPILED, two)
    whole = ntk(resnet(2), np.concatenate([one, two]))
    assert off(matrix, whole[: sizes[0], sizes[0] :], np.full((max(sizes),) * 2, whole[0, 0])) < 5 * EPSILON


def test_parts_come_together():
    found, expected = (kernel_grams(resnet(2), sphere(70, 3), system) for system in (COMPILED, systems.Float64()))
    assert found.parts.keys() == expected.parts.keys()
    for part in found.parts:
        assert off(found.parts[part], expected.parts[part]) < 5 * EPSILON, part
    assert off(found.nngp, nngp(resnet(2), sphere(70, 3))) < 5 * EPSILON


def test_the_bits_do_not_depend_on_the_threads(monkeypatch):
    points, found = sphere(300, 3), []
    for threads in (1, 2, 5):
        monkeypatch.setattr(compiled.os, "cpu_count", lambda threads=threads: threads)
        found.append(ntk(fcn(2), points, COMPILED))
    assert (found[0] == found[1]).all() and (found[0] == found[2]).all()


def test_a_network_that_cannot_be_compiled_is_evaluated_all_the_same():
    network = fcn(1, activation=activation_named("tanh"))
    points = sphere(5, 3)
    assert (ntk(network, points, COMPILED) == ntk(network, points)).all()


def test_without_numba_a_sentence_says_what_to_install(monkeypatch):
    monkeypatch.setattr(systems, "find_spec", lambda name: None)
    with pytest.raises(ModuleNotFoundError, match=r"^compiling needs numba: pip install 'ntk-companion\[fast\]'$"):
        CompiledFloat64()

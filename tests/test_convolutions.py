"""Convolutional networks: their kernels by loops, their finite networks by torch's convolutions and by sampling."""

import itertools
import math

import numpy as np
import pytest
import sympy
import torch

from numerics.data.points import float_points
from numerics.kernels.gram import kernel_grams, nngp, ntk
from numerics.kernels.structure import singular_because
from numerics.networks.explicit import sample_networks
from numerics.networks.torch_network import empirical_ntk, forward
from numerics.numbers.systems import Balls, DoubleBalls, Mpmath
from numerics.statistics import entry_scale, equivalence_test
from tests.oracles import convolution as oracle
from tests.oracles.networks import kernel_parts
from theory.activations import Erf, Relu
from theory.architecture import (
    ONE,
    Affine,
    Architecture,
    Convolution,
    Flatten,
    Group,
    Pool,
    Residual,
    Scale,
    fcn,
    network_latex,
)
from theory.dynamics.late_times import homogeneity
from theory.presets import changed, cntk
from theory.recursion import closed_form, recursion

IMAGES = ((5,), (4, 4))
CHANNELS = 3
SHAPES = list(itertools.product(IMAGES, ("zero", "circular"), (True, False)))


def images(image, count=3, seed=0):
    return np.random.default_rng(seed).standard_normal((count, math.prod(image) * CHANNELS))


def biased(network, variance):
    """The same with biases in the convolutions."""

    def with_bias(layer):
        if not isinstance(layer, Convolution):
            return layer
        return Convolution(layer.weight, Group("b", layer.weight.index, variance), layer.size, layer.padding)

    blocks = tuple(tuple(map(with_bias, block)) for block in network.blocks)
    return Architecture(network.name, (), blocks, network.head, network.image)


def off(found, expected):
    return np.abs((found - expected) / entry_scale(expected)).max()


def truth(points, image, *rest):
    pictures = oracle.as_images(points, image)
    return np.array([[oracle.cntk(x, y, *rest) for y in pictures] for x in pictures])


@pytest.mark.parametrize(("image", "padding", "pooled"), SHAPES)
def test_the_kernel_is_that_of_the_loops(image, padding, pooled):
    points = images(image, 2)
    for depth in (1, 2, 3):
        expected = truth(points, image, depth, 3, padding, pooled)
        assert off(ntk(cntk(depth, image, 3, padding, pooled), points), expected) < 1e-13
    expected = truth(points, image, 2, 3, padding, pooled, 0.25)
    network = biased(cntk(2, image, 3, padding, pooled), sympy.Rational(1, 4))
    assert off(ntk(network, points), expected) < 1e-13


def test_a_filter_of_five_and_images_that_are_not_square():
    image = (2, 6)
    points = images(image, 2)
    assert off(ntk(cntk(2, image, 5), points), truth(points, image, 2, 5, "zero", True)) < 1e-13


@pytest.mark.parametrize(("image", "padding", "pooled"), SHAPES)
def test_number_systems_agree(image, padding, pooled):
    network, points = cntk(2, image, 3, padding, pooled), images(image, 2)
    points[0, :9] = 0  # dark places, whose patches are zero
    doubles, balls = ntk(network, points), ntk(network, points, DoubleBalls())
    assert (np.abs(doubles - balls.centre) <= balls.radius).all() and (balls.radius < 1e-9 * entry_scale(doubles)).all()
    if len(image) == 1:
        tight = ntk(network, points, Balls(160))
        assert off(doubles, np.vectorize(lambda ball: float(ball.mid()))(tight)) < 1e-14
        assert off(doubles, ntk(network, points, Mpmath(25)).astype(float)) < 1e-14


def test_near_images_keep_the_accuracy_of_doubles():
    """The loops by arccos lose half of the digits here."""
    points = images((5,), 2)
    points[1] = points[0] + 1e-7 * points[1]
    network = cntk(2, (5,))
    exact = np.vectorize(lambda ball: float(ball.mid()))(ntk(network, float_points("near", points), Balls(200)))
    found = ntk(network, points)
    assert off(found, exact) < 1e-14
    spread = found[0, 0] + found[1, 1] - 2 * found[0, 1]
    assert abs(spread) < 1e-6


def test_kernels_between_two_sets_of_images_are_blocks_of_the_whole():
    network, points = cntk(1, (4, 4)), images((4, 4))
    assert np.allclose(ntk(network, points[:1], others=points[1:]), ntk(network, points)[:1, 1:], rtol=1e-14)


@pytest.mark.parametrize(("image", "padding", "pooled"), SHAPES)
def test_the_finite_network_is_that_of_torch(image, padding, pooled):
    network = biased(cntk(2, image, 3, padding, pooled), ONE)
    generator = torch.Generator().manual_seed(0)
    drawn = oracle.network_parameters(CHANNELS, image, 8, 2, 3, pooled, generator, biased=True)
    pictures = torch.from_numpy(oracle.as_images(images(image), image))
    shaped = {name: tensor.flatten(2) if name in ("W_1", "W_2") else tensor for name, tensor in drawn.items()}
    output = lambda parameters, x: oracle.network_output(parameters, x, 2, padding, pooled)  # noqa: E731
    expected = torch.stack([output(drawn, x) for x in pictures])
    assert torch.allclose(forward(network, shaped, images(image)), expected, rtol=1e-12)
    parts = kernel_parts(output, drawn, pictures, list(drawn))
    found = empirical_ntk(network, shaped, images(image)).parts
    assert list(found) == [group.name for group in network.groups]
    for name, part in parts.items():
        assert torch.allclose(found[name], part, rtol=1e-10), name


@pytest.mark.parametrize(
    ("image", "depth", "pooled", "draws"), [((5,), 1, False, 40), ((5,), 2, True, 80), ((4, 4), 1, True, 60)]
)
def test_parts_are_those_of_networks_of_512_channels_in_the_mean(image, depth, pooled, draws):
    """A part that is off by 45% of sqrt(K(x, x) K(y, y)) is seen with probability 1 - 1e-6; width allows for 4%."""
    network, points = cntk(depth, image, pooled=pooled), images(image, 2)
    grams = kernel_grams(network, points)
    sampled = sample_networks(network, points, 512, draws, seed=3)
    for name, part in grams.parts.items():
        scale = entry_scale(part)
        result = equivalence_test(sampled.parts[name], part, 0.45 * scale, 1e-6, allowance=0.04 * scale)
        assert result.verdict == "agrees", (name, result.discrepancy / scale, result.detectable / scale)
    second = np.einsum("ri,rj->rij", sampled.outputs, sampled.outputs).mean(axis=0)
    assert off(second, nngp(network, points)) < 8 / math.sqrt(draws)


def test_residual_convolutions_and_dense_layers_after_an_image():
    """Means of sampled networks: 140 of width 128; a part off by two thirds is seen."""
    third = sympy.Rational(1, 3)
    branch = (Convolution(Group("W", 1, ONE)), Erf(), Scale(third), Convolution(Group("V", 1, ONE)), Scale(third))
    stem = (Scale(third), Convolution(Group("A", None, ONE), Group("b", None, ONE)), Scale(third))
    dense = (Pool(), Affine(Group("U", 2, ONE), Group("b", 2, ONE)), Relu(), Scale(sympy.Integer(2)))
    flat = (Flatten(), Affine(Group("U", 2, ONE), Group("b", 2, ONE)), Relu(), Scale(sympy.Integer(2)))
    points = images((5,), 2)
    for last in (dense, flat):
        head = (Affine(Group("W", 3, ONE)),)
        network = Architecture("mixed", stem, ((Residual(sympy.Rational(1, 2), branch),), last), head, (5,))
        grams = kernel_grams(network, points)
        assert off(grams.ntk, ntk(network, points, DoubleBalls()).centre) < 1e-9
        sampled = sample_networks(network, points, 128, 140, seed=1)
        for name, part in grams.parts.items():
            scale = entry_scale(part)
            result = equivalence_test(sampled.parts[name], part, 0.65 * scale, 1e-6, allowance=0.1 * scale)
            assert result.verdict == "agrees", (name, result.discrepancy / scale, result.detectable / scale)


def test_flattening_before_the_normalisation_is_flattening_after_it():
    """sqrt(2/m) on m P entries at once, and on m channels: P times less."""
    before = cntk(1, (5,), pooled=False)
    conv, relu, _ = before.blocks[0]
    after = Architecture("late", (), ((conv, relu),), (Flatten(), Scale(sympy.Rational(10, 3)), before.head[-1]), (5,))
    points = images((5,))
    assert np.allclose(ntk(after, points), ntk(before, points), rtol=1e-13)
    per_input = Group("W", 2, sympy.Rational(10, 3), per_input=True)
    standard = Architecture("standard", (), ((conv, relu),), (Flatten(), Affine(per_input)), (5,))
    assert np.allclose(nngp(standard, points), nngp(before, points), rtol=1e-13)


def test_what_has_no_meaning_is_refused_with_the_layer_to_blame():
    conv, dense = Convolution(Group("W", 1, ONE)), Affine(Group("W", 2, ONE))
    one = Scale(ONE)
    for layers, image, said in (
        ((conv, Relu(), one), (), "no positions"),
        ((conv, Relu(), one), (5,), "flatten or pool first"),
        ((Flatten(), conv), (5,), "no positions"),
        ((conv, Relu(), one, Pool(), Pool()), (5,), "no image"),
        ((conv, Flatten(), Relu(), one), (5,), "must follow an affine layer"),
    ):
        with pytest.raises(ValueError, match=said):
            recursion(Architecture("bad", (), (layers,), (dense,), image))
    with pytest.raises(ValueError, match="odd size"):
        Convolution(Group("W", 1, ONE), size=2)
    with pytest.raises(ValueError, match="padding"):
        Convolution(Group("W", 1, ONE), padding="same")
    with pytest.raises(ValueError, match="no multiple of the 5 positions"):
        ntk(cntk(1, (5,)), images((4, 4)))
    derived = recursion(cntk(1, (5,)))
    with pytest.raises(ValueError, match="no closed form"):
        closed_form(derived, derived.ntk, (ONE, ONE, ONE))


def test_the_recursion_prints_and_the_network_too():
    derived = recursion(cntk(1, (5,)))
    assert "K[W_1] = total(B_1*patches(<x,x'>))" in derived.lines()
    assert r"\sum_{\alpha,\alpha'}" in derived.latex() and r"_{\alpha+\beta,\alpha'+\beta}" in derived.latex()
    assert r"W_{1} * a_{0}" in network_latex(cntk(1, (5,)))


def test_convolutions_change_as_other_layers_do_and_are_homogeneous():
    network = changed(cntk(2, (5,)), weight_variance=sympy.Integer(2), trained=["W_2"])
    assert [(group.name, group.variance, group.trained) for group in network.groups] == [
        ("W_1", 2, False), ("W_2", 2, True), ("W_3", 2, False),
    ]  # fmt: skip
    assert homogeneity(cntk(2, (5,))) == 3
    assert homogeneity(fcn(2, "none")) == 3
    doubled = np.stack([images((5,), 1)[0], 2 * images((5,), 1)[0]])
    assert "positive multiples" in singular_because(cntk(1, (5,)), float_points("points", doubled))
    assert singular_because(cntk(1, (5,), activation=Erf()), float_points("points", doubled)) is None

"""The finite network against networks typed by hand, and its kernel against the derived limit."""

import dataclasses

import numpy as np
import pytest
import sympy
import torch

from numerics.data.points import float_points
from numerics.kernels.gram import kernel_grams
from numerics.networks.parameters import parameter_shapes
from numerics.networks.torch_network import empirical_ntk, forward, initialise, pullback
from numerics.statistics import entry_scale, equivalence_test, remove_bias
from tests.oracles import networks, quadrature
from theory.architecture import Affine, Architecture, Group, Relu, Residual, Scale, fcn, resnet, with_trained

INPUTS = torch.tensor([[1.0, 0.0], [0.6, -0.8], [-1.0, 0.0], [0.3, 2.0]], dtype=torch.float64)
POINTS = float_points("points", np.array([[1.0, 0.0], [0.6, -0.8], [-0.5, 0.5]]))
SCALE = sympy.Rational(3, 5)
CASES = [(family, bias) for family in ("fcn", "resnet") for bias in ("trained", "frozen", "none")]


@pytest.fixture(autouse=True)
def one_thread():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def architecture_of(family, depth, bias):
    return fcn(depth, bias) if family == "fcn" else resnet(depth, SCALE, bias)


def oracle_output(family, depth, bias):
    biased = bias != "none"
    if family == "fcn":
        return lambda parameters, x: networks.fcn_output(parameters, x, depth, biased)
    return lambda parameters, x: networks.resnet_output(parameters, x, depth, float(SCALE), biased)


def names_of(family, depth, bias):
    weights = [f"W_{layer}" for layer in range(1, depth + 2)]
    biases = [f"b_{layer}" for layer in range(1, depth + 1)]
    if family == "resnet":
        weights += ["A"] + [f"V_{layer}" for layer in range(1, depth + 1)]
        biases += ["b"] + [f"d_{layer}" for layer in range(1, depth + 1)]
    return weights + (biases if bias == "trained" else [])


def generator(seed):
    return np.random.default_rng(seed)


def relative_error(found, expected):
    scale = torch.sqrt(torch.outer(expected.diagonal(), expected.diagonal())).clamp(min=1e-300)
    return float(((found - expected).abs() / scale).max())


@pytest.mark.parametrize("depth", [1, 3])
@pytest.mark.parametrize(("family", "bias"), CASES)
def test_every_part_of_the_empirical_kernel_is_the_jacobian_product_of_the_network_typed_by_hand(family, bias, depth):
    architecture = architecture_of(family, depth, bias)
    parameters = initialise(architecture, 2, 16, generator(1))
    for tensor in parameters.values():
        tensor.add_(0.1)  # away from the zero biases
    kernel = empirical_ntk(architecture, parameters, INPUTS)
    output = oracle_output(family, depth, bias)
    expected = networks.kernel_parts(output, parameters, INPUTS, names_of(family, depth, bias))
    assert set(kernel.parts) == set(expected)
    for name, part in expected.items():
        assert relative_error(kernel.parts[name], part) < 1e-12, name
    assert relative_error(kernel.ntk, sum(expected.values())) < 1e-12
    outputs = torch.stack([output(parameters, x) for x in INPUTS])
    assert torch.allclose(kernel.outputs, outputs, rtol=1e-12, atol=1e-12)
    assert torch.equal(kernel.outputs, forward(architecture, parameters, INPUTS))


@pytest.mark.parametrize("family", ["fcn", "resnet"])
def test_a_normalisation_off_by_one_percent_in_one_layer_is_seen_by_the_network_typed_by_hand(family):
    architecture = with_wrong_normalisation(architecture_of(family, 2, "trained"), block=0)
    parameters = initialise(architecture, 2, 16, generator(1))
    kernel = empirical_ntk(architecture, parameters, INPUTS)
    expected = networks.kernel_parts(oracle_output(family, 2, "trained"), parameters, INPUTS, list(kernel.parts))
    assert max(relative_error(kernel.parts[name], part) for name, part in expected.items()) > 1e-3


def with_wrong_normalisation(architecture, block):
    """The same network with sqrt(2/m) made 1% larger in one block."""

    def wrong(layers):
        for layer in layers:
            if isinstance(layer, Residual):
                yield Residual(layer.scale, tuple(wrong(layer.branch)))
            elif layer == Scale(sympy.Integer(2)):
                yield Scale(2 * sympy.Rational(101, 100) ** 2)
            else:
                yield layer

    blocks = list(architecture.blocks)
    blocks[block] = tuple(wrong(blocks[block]))
    return dataclasses.replace(architecture, blocks=tuple(blocks))


def test_only_the_trained_groups_have_parts():
    architecture = with_trained(fcn(2), ["W_1", "b_2"])
    kernel = empirical_ntk(architecture, initialise(architecture, 2, 8, generator(2)), INPUTS)
    assert list(kernel.parts) == ["W_1", "b_2"]
    assert torch.equal(kernel.ntk, kernel.parts["W_1"] + kernel.parts["b_2"])


def test_the_relu_has_derivative_zero_at_zero():
    architecture = fcn(1)
    parameters = {
        name: torch.zeros_like(tensor) for name, tensor in initialise(architecture, 2, 8, generator(3)).items()
    }
    parameters["W_2"] += 1.0
    assert float(empirical_ntk(architecture, parameters, INPUTS).ntk.abs().max()) == 0.0
    _, gradient = pullback(architecture, parameters, INPUTS)
    assert all(float(part.abs().max()) == 0.0 for part in gradient(torch.ones(4, dtype=torch.float64)).values())


@pytest.mark.parametrize(("family", "bias"), CASES)
def test_the_pullback_gives_the_velocity_of_the_flow_whose_outputs_move_by_the_kernel(family, bias):
    architecture = architecture_of(family, 2, bias)
    parameters = initialise(architecture, 2, 16, generator(4))
    weights = torch.tensor([0.3, -0.2, 0.9, 0.1], dtype=torch.float64)
    outputs, gradient = pullback(architecture, parameters, INPUTS)
    velocity = gradient(weights)
    kernel = empirical_ntk(architecture, parameters, INPUTS)
    assert list(velocity) == list(kernel.parts)
    assert torch.equal(outputs, kernel.outputs)
    squared_speed = sum(float((part**2).sum()) for part in velocity.values())
    assert squared_speed == pytest.approx(float(weights @ kernel.ntk @ weights), rel=1e-12)
    assert all(parameter.grad is None and not parameter.requires_grad for parameter in parameters.values())


def test_initial_parameters_have_the_variances_and_shapes_of_the_architecture():
    parameters = initialise(resnet(1), 3, 400, generator(5))
    shapes = {"A": (400, 3), "b": (400,), "W_1": (400, 400), "b_1": (400,), "V_1": (400, 400), "d_1": (400,)}
    assert {name: tuple(tensor.shape) for name, tensor in parameters.items()} == shapes | {"W_2": (1, 400)}
    assert not parameters["b_1"].any() and not parameters["d_1"].any()
    # 160000 squares of standard normals have the mean 1 with standard deviation sqrt(2) / 400.
    assert float((parameters["V_1"] ** 2).mean()) == pytest.approx(1.0, abs=6 * 2**0.5 / 400)
    assert all(tensor.dtype == torch.float64 for tensor in parameters.values())


def test_impossible_networks_are_refused():
    with pytest.raises(ValueError, match="at least 1"):
        parameter_shapes(fcn(1), 2, 0)
    weight = Group("W", 1, sympy.Integer(1))
    twice = Architecture("twice", (), ((Affine(weight), Relu()),), (Affine(weight),))
    with pytest.raises(ValueError, match="same name"):
        parameter_shapes(twice, 2, 3)
    misfit = Architecture("misfit", (), ((Residual(sympy.Integer(1), (Affine(weight),)),),), (Affine(weight),))
    with pytest.raises(ValueError, match="keep the width"):
        parameter_shapes(misfit, 2, 3)


@pytest.mark.parametrize("biased", [True, False])
@pytest.mark.parametrize("family", ["fcn", "resnet"])
def test_the_derived_limits_agree_with_recursions_typed_by_hand_over_quadrature(family, biased):
    points = float_points("points", np.array([[1.0, 0.5], [-0.4, 0.7]]))
    grams = kernel_grams(architecture_of(family, 3, "trained" if biased else "none"), points)
    for row, column in [(0, 0), (0, 1), (1, 1)]:
        x, y = (points.numerators[index] / points.denominator for index in (row, column))
        if family == "fcn":
            parts, nngp = quadrature.fcn_limit(x, y, 3, biased)
        else:
            parts, nngp = quadrature.resnet_limit(x, y, 3, float(SCALE), biased)
        assert set(parts) == set(grams.parts)
        for name, part in parts.items():
            assert grams.parts[name][row, column] == pytest.approx(part, rel=1e-11), name
        assert grams.nngp[row, column] == pytest.approx(nngp, rel=1e-11)


@pytest.mark.parametrize("family", ["fcn", "resnet"])
def test_mean_parts_of_explicit_networks_agree_with_the_derived_limit_once_their_bias_is_removed(family):
    architecture = architecture_of(family, 2, "trained")
    narrow, wide = (explicit_parts(architecture, width, draws=400) for width in (64, 128))
    for name, limit in kernel_grams(architecture, POINTS).parts.items():
        samples = remove_bias(narrow[name], wide[name])
        result = equivalence_test(samples, limit, 0.6 * entry_scale(limit), alpha=1e-8)
        assert result.verdict == "agrees", (name, (result.detectable / entry_scale(limit)).max())


@pytest.mark.parametrize("family", ["fcn", "resnet"])
def test_mean_parts_of_networks_of_width_1024_agree_with_the_derived_limit(family):
    architecture = architecture_of(family, 2, "trained")
    samples = explicit_parts(architecture, 1024, draws=40)
    for name, limit in kernel_grams(architecture, POINTS).parts.items():
        scale = entry_scale(limit)
        # The bias of the mean is of the order of 1/m, and is allowed for with 1%.
        result = equivalence_test(samples[name], limit, 0.4 * scale, alpha=1e-4, allowance=0.01 * scale, miss=1e-4)
        assert result.verdict == "agrees", (name, (result.detectable / scale).max())


def explicit_parts(architecture, width, draws):
    source = generator(width)
    inputs = torch.from_numpy(POINTS.numerators.astype(float) / POINTS.denominator)
    found = [empirical_ntk(architecture, initialise(architecture, 2, width, source), inputs) for _ in range(draws)]
    return {name: np.stack([kernel.parts[name].numpy() for kernel in found]) for name in found[0].parts}

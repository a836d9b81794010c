"""The networks of the field's papers and libraries, by name: beside `fcn` and `resnet` those of the founding papers.

Every maker takes the depth L and names its other choices; a weight's or a bias's strength sigma^2 is its multiplier
squared where the paper has sigma in front of standard normal parameters, and a variance elsewhere.
"""

import dataclasses
from collections.abc import Callable, Iterable

import sympy

from theory.activations import Activation, Elementary, Homogeneous, Identity
from theory.architecture import (
    RELU,
    Affine,
    Architecture,
    Convolution,
    Flatten,
    Group,
    Layer,
    Pool,
    Scale,
    affine_layers,
    check,
    fcn,
    groups_of,
    map_groups,
    map_layers,
    resnet,
    suffix,
    with_trained,
)
from theory.moments import gaussian_moment, theta
from theory.written import written

ONE, ZERO = sympy.Integer(1), sympy.Integer(0)
JACOT_BETA = sympy.Rational(1, 10)
"""The beta of the experiments of Jacot et al. 2018."""


def _hidden(name: str, depth: int, activation: Activation, dense: Callable[[int], tuple[Layer, ...]]) -> Architecture:
    """L hidden layers and an output, `dense(l)` each, an activation after the hidden ones."""
    check(depth)
    blocks = tuple((*dense(index), activation) for index in range(1, depth + 1))
    return Architecture(f"{name}, depth {depth}{suffix('trained', activation)}", (), blocks, dense(depth + 1))


def jacot(depth: int, beta: sympy.Expr = JACOT_BETA, activation: Activation = RELU) -> Architecture:
    """Jacot, Gabriel, Hongler 2018: a~_{l+1} = n_l^{-1/2} W_l a_l + beta b_l in every layer, all N(0, 1), trained.

    Kernel Sigma_1 = x.x'/d + beta^2, Theta_{l+1} = Theta_l E[s's'] + Sigma_{l+1}.
    """

    def dense(index: int) -> tuple[Layer, ...]:
        return Scale(ONE), Affine(Group("W", index, ONE), Group("b", index, ONE, multiplier=beta))

    return _hidden(f"Jacot, beta {written(beta)}", depth, activation, dense)


def lee(
    depth: int,
    weight_strength: sympy.Expr = ONE,
    bias_strength: sympy.Expr = ZERO,
    activation: Activation = RELU,
    parametrisation: str = "ntk",
) -> Architecture:
    """Lee et al. 2019 and neural-tangents' Dense: sigma_w^2 and sigma_b^2 are the strengths; output bias too.

    "ntk": h = (sigma_w / sqrt n) W x + sigma_b b, all N(0, 1). "standard": h = W x + b, W ~ N(0, sigma_w^2 / n) and
    b ~ N(0, sigma_b^2), of which the NTK grows with the width. Without a bias if sigma_b^2 = 0, as neural-tangents with
    b_std = None. Raises ValueError on another parametrisation.
    """
    if parametrisation not in ("ntk", "standard"):
        raise ValueError(f"parametrisation must be ntk or standard, not {parametrisation[:40]!r}")
    standard = parametrisation == "standard"

    def group(letter: str, index: int, strength: sympy.Expr) -> Group:
        if standard:
            return Group(letter, index, strength, per_input=letter == "W")
        return Group(letter, index, ONE, multiplier=sympy.sqrt(strength))

    def dense(index: int) -> tuple[Layer, ...]:
        bias = None if bias_strength == 0 else group("b", index, bias_strength)
        return (*(() if standard else (Scale(ONE),)), Affine(group("W", index, weight_strength), bias))

    name = f"Lee, {parametrisation}, sigma_w^2 {weight_strength}, sigma_b^2 {bias_strength}"
    return _hidden(name, depth, activation, dense)


def arora(depth: int, activation: Activation = RELU) -> Architecture:
    """Arora et al. 2019: g_h = sqrt(c/d_h) s(W_h g_{h-1}), c = 1/E[s(g)^2], no biases, inputs as they are."""
    check(depth)
    factor = 1 / second_moment(activation)
    blocks = tuple((Affine(Group("W", index, ONE)), activation, Scale(factor)) for index in range(1, depth + 1))
    name = f"Arora, depth {depth}{suffix('trained', activation)}"
    return Architecture(name, (), blocks, (Affine(Group("W", depth + 1, ONE)),))


def second_moment(activation: Activation) -> sympy.Expr:
    """E[s(g)^2] for a standard normal g. Raises ValueError if it has no closed form."""
    match activation:
        case Homogeneous():
            power, right, left = activation.moment_sides(0)
            return (right**2 + left**2) * gaussian_moment(power).subs(theta, 0)
        case Elementary():
            return sympy.simplify(activation.form(0).subs(dict.fromkeys(activation.form(0).free_symbols, 1)))
        case Identity():
            return ONE
    raise ValueError(
        f"E[s(g)^2] has no closed form for {activation.name}: take the network lee and its weight variance"
    )


def geifman(depth: int, beta: sympy.Expr = ONE, activation: Activation = RELU) -> Architecture:
    """Geifman et al. 2020 and scikit-ntk: as Arora, with a bias beta b_l in every layer, b_l started at zero, trained.

    Theta_0 = x.x' + beta^2, Theta_{l+1} = Theta_l E[s's'] + Sigma_{l+1} + beta^2; scikit-ntk divides the last by
    (L + 1)(beta^2 + 1).
    """
    plain = arora(depth, activation)

    def with_bias(layers: Iterable[Layer]) -> tuple[Layer, ...]:
        return tuple(
            Affine(layer.weight, Group("b", layer.weight.index, ZERO, multiplier=beta))
            if isinstance(layer, Affine)
            else layer
            for layer in layers
        )

    name = f"Geifman, depth {depth}, beta {written(beta)}{suffix('trained', activation)}"
    return Architecture(name, (), tuple(map(with_bias, plain.blocks)), with_bias(plain.head))


def huang(depth: int, scale: sympy.Expr = ONE, activation: Activation = RELU) -> Architecture:
    """Huang et al. 2020: the residual network without biases, its first and last layer fixed at their random start."""
    network = resnet(depth, scale, "none", activation)
    blocks = [group.name for block in network.blocks for group in groups_of(block)]
    name = f"Huang, depth {depth}, scale {written(scale)}{suffix('trained', activation)}"
    return dataclasses.replace(with_trained(network, blocks), name=name)


def tirer(
    depth: int, scale: sympy.Expr = ONE, weight_strength: sympy.Expr = ONE, activation: Activation = RELU
) -> Architecture:
    """Tirer, Bruna, Giryes 2020: x.x'/d, blocks a + alpha sqrt(sigma_v^2/m) V s(sqrt(sigma_w^2/m) W a), all trained.

    `weight_strength` is the product sigma_v^2 sigma_w^2, put on V: for the ReLU the kernel knows no more.
    """
    network = resnet(depth, scale, "none", activation)

    plain = map_layers(network, lambda layer: Scale(ONE) if layer == Scale(sympy.Integer(2)) else layer)
    network = dataclasses.replace(plain, stem=(Scale(ONE), *plain.stem))
    if weight_strength != 1:
        multiplier = sympy.sqrt(weight_strength)
        network = map_groups(
            network, lambda group: dataclasses.replace(group, multiplier=multiplier) if group.letter == "V" else group
        )
    strength = f"sigma_v^2 sigma_w^2 {weight_strength}{suffix('trained', activation)}"
    name = f"Tirer, depth {depth}, scale {written(scale)}, {strength}"
    return dataclasses.replace(network, name=name)


def cntk(
    depth: int,
    image: tuple[int, ...],
    filter_size: int = 3,
    padding: str = "zero",
    pooled: bool = True,
    activation: Activation = RELU,
) -> Architecture:
    """Arora et al. 2019, section 4: sqrt(c/(C q^D)) s(W * x) on C channels, no biases, inputs as they are.

    `image` is the shape of the inputs' positions, D numbers; filters have q = `filter_size` positions in every
    direction, `padding` is "zero" or "circular". `pooled`: the mean over the positions before the output, else all of
    them flattened. Raises ValueError on a depth below 1, an image without positions, and as `Convolution` does.
    """
    check(depth)
    if not image or min(image) < 1:
        raise ValueError("an image has a number of positions in every direction, such as 32,32")
    factor = 1 / second_moment(activation) / sympy.Integer(filter_size) ** len(image)
    blocks = tuple(
        (Convolution(Group("W", index, ONE), None, filter_size, padding), activation, Scale(factor))
        for index in range(1, depth + 1)
    )
    shape = "x".join(map(str, image))
    name = f"CNTK, depth {depth}, image {shape}, filter {filter_size}, padding {padding}"
    head = (Pool() if pooled else Flatten(), Affine(Group("W", depth + 1, ONE)))
    return Architecture(
        f"{name}, {'pooled' if pooled else 'flattened'}{suffix('trained', activation)}", (), blocks, head, image
    )


PRESETS: dict[str, Callable[..., Architecture]] = {
    "fcn": fcn,
    "resnet": resnet,
    "jacot": jacot,
    "lee": lee,
    "arora": arora,
    "geifman": geifman,
    "huang": huang,
    "tirer": tirer,
    "cntk": cntk,
}
"""The makers by name."""


def changed(
    network: Architecture,
    weight_variance: sympy.Expr | None = None,
    bias_variance: sympy.Expr | None = None,
    bias: str | None = None,
    output_bias: str | None = None,
    trained: Iterable[str] | None = None,
) -> Architecture:
    """The network with other parameters: what is None stays.

    weight_variance, bias_variance  of every weight, of every bias that does not start at zero
    bias, output_bias               "trained" or "frozen" as they are, "zero": started at zero, trained; "none"
    trained                         exactly these groups. Raises ValueError on a group or a word that there is not.
    """
    biases = {layer.bias for layer in affine_layers(network.layers)}

    def change(group: Group) -> Group | None:
        if group not in biases:
            return group if weight_variance is None else dataclasses.replace(group, variance=weight_variance)
        if bias == "none":
            return None
        if bias_variance is not None and group.variance != 0:
            group = dataclasses.replace(group, variance=bias_variance)
        return group if bias is None else _biased(group, bias)

    result = map_groups(network, change)
    if output_bias is not None:
        *before, last = result.head
        if not isinstance(last, Affine):
            raise ValueError(f"{network.name} has no affine layer at its end")
        start = last.bias or Group("b", last.weight.index, ONE if bias_variance is None else bias_variance)
        new = None if output_bias == "none" else _biased(start, output_bias)
        result = dataclasses.replace(result, head=(*before, Affine(last.weight, new)))
    if trained is not None:
        result = with_trained(result, trained)
    if result == network:
        return network
    words = {
        "weight variance": weight_variance,
        "bias variance": bias_variance,
        "biases": bias,
        "output bias": output_bias,
    }
    said = [f"{word} {value}" for word, value in words.items() if value is not None]
    said += [] if trained is None else [f"trained {' '.join(trained)}"]
    return dataclasses.replace(result, name=", ".join([network.name, *said]))


def _biased(group: Group, word: str) -> Group:
    match word:
        case "trained" | "frozen":
            return dataclasses.replace(group, trained=word == "trained")
        case "zero":
            return dataclasses.replace(group, variance=ZERO, trained=True)
    raise ValueError(f"a bias is trained, frozen, zero or none, not {word[:40]!r}")

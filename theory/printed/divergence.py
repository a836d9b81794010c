r"""Printed formulas, held once each, as claims.

A record says what is printed and which derived object the formula claims to equal. Nothing here is used to compute a
kernel that the suite uses: the checks compare `form` with `quantity`, and the auditor evaluates what a claim calls
printed. The source is arXiv 2504.11130
where nothing else is said. Formulas of one kind share the arguments of `form` and `quantity`:

    moments     none: expressions in u                    series    none: power series in u
    fcn         a recursion's pieces (`FullyConnected`)   resnet    a recursion's pieces (`ResidualKernel`)
    pairs       none: expressions in u, |x~|, |x~'|       flow      none: summands of `theory.dynamics.gradient_flow`
    finite      network, passage at x, passage at x'      limits    none
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import sympy
from sympy import acos, factorial, log, pi, sqrt

from theory import moments, series
from theory.architecture import fcn, resnet
from theory.dynamics import gradient_flow as flow
from theory.finite import FiniteNetwork, Matrix, Passage, inner, kernel_part
from theory.moments import gaussian_moment, relu_moment, step_moment, theta
from theory.printed.forms import (
    FullyConnected,
    Printed,
    ResidualKernel,
    alpha,
    norm,
    other_norm,
    u,
)
from theory.recursion import closed_form, general_step, input_kernel, recursion

PAPER = "arXiv 2504.11130"
VERSION = "the text of the ICLR 2025 proceedings"
"""The version of the paper that the printed formulas are of."""


PRINTED: dict[str, Printed] = {}
"""Every printed formula by the id of its statement."""


def _printed(
    number: str, latex: str, form: Any, quantity: Any, *, name: str = "", source: str = PAPER, corrected: Any = None
) -> Printed:
    record = Printed(name or f"eq:{number.strip('()')}", number, latex, form, quantity, source, corrected)
    PRINTED[record.id] = record
    return record


# Moments and their series


def derived_moments() -> dict[str, sympy.Expr]:
    """k_0 and k_1, derived by integration."""
    return {"k_0": moments.k0(u), "k_1": moments.k1(u)}


_printed(
    "(3.8)",
    r"k_0(u) = \tfrac1\pi (\pi - \arccos u), \ k_1(u) = \tfrac1\pi \bigl(u (\pi - \arccos u) + \sqrt{1 - u^2}\bigr)",
    {"k_0": (pi - acos(u)) / pi, "k_1": (u * (pi - acos(u)) + sqrt(1 - u**2)) / pi},
    derived_moments,
)
_printed(
    "summary",
    r"k_0(u) = \tfrac1\pi \bigl(\tfrac\pi2 - \arccos u\bigr)",
    {"k_0": (pi / 2 - acos(u)) / pi},
    derived_moments,
    name="summary:k0",
    source=f"a published summary of {PAPER}",
    corrected={"k_0": 1 - acos(u) / pi},
)
_n = series.n
_printed(
    "(B.6)",
    r"k_0(u) = \frac12 + \frac1\pi \sum_{n=0}^\infty \frac{(2n)!}{4^n (n!)^2 (2n+1)} u^{2n+1}",
    series.PowerSeries(
        sympy.Rational(1, 2), factorial(2 * _n) / (4**_n * factorial(_n) ** 2 * (2 * _n + 1)) / pi, 2 * _n + 1
    ),
    moments.k0,
)
_printed(
    "(B.7)",
    r"k_1(u) = \frac1\pi + \frac u2 + \frac1{2\pi} \sum_{n=0}^\infty"
    r" \frac{(2n)!}{4^n n! (n+1)!} \frac{u^{2n+2}}{2n+1}",
    series.PowerSeries(
        1 / pi + u / 2,
        factorial(2 * _n) / (4**_n * factorial(_n) * factorial(_n + 1)) / (2 * _n + 1) / (2 * pi),
        2 * _n + 2,
    ),
    moments.k1,
)


# The NTK of the FCN


def derived_fully_connected() -> FullyConnected:
    """The pieces (3.4)-(3.7) stand for, from `theory.recursion`.

    The kernel step: let the blocks below l contribute R (Theta_l - Sigma_l) to the NTK when the cotangent at a_{l-1}
    is R, as they do for l = 1, where both vanish. Then block l makes that R (Theta_{l+1} - Sigma_{l+1}), with
    Theta_{l+1} - Sigma_{l+1} the sum of block l's parts at R_l = 1 and of R_{l-1} (Theta_l - Sigma_l).
    """
    block = general_step("fcn")
    equations = {str(symbol): expression for symbol, expression in block.equations.items()}
    sigma, before = sympy.Symbol(r"\Sigma_{l}"), sympy.Symbol("S_{l - 1}")
    own, cotangent = sympy.Symbol("B_{l}"), sympy.Symbol("R_{l}")
    features = equations["S_{l}"]
    hidden = equations[r"\Sigma_{l}"]

    def derivative(covariance: sympy.Expr) -> sympy.Expr:
        return equations["B_{l}"].subs(cotangent, 1).xreplace({sigma: covariance})

    def kernel(theta_before: sympy.Expr, derivative: sympy.Expr, following: sympy.Expr) -> sympy.Expr:
        below = equations["R_{l - 1}"] * (theta_before - sigma)
        total = (block.ntk + below).subs(before, sympy.solve(hidden - sigma, before)[0])
        return sympy.expand(total.subs(own, derivative)) + following

    first = recursion(fcn(1))
    return FullyConnected(
        first=first.equations[sympy.Symbol(r"\Sigma_{1}")],
        covariance=lambda covariance: hidden.subs(before, features.xreplace({sigma: covariance})),
        output=lambda covariance: first.nngp.subs(sympy.Symbol("S_{1}"), features.xreplace({sigma: covariance})),
        derivative=derivative,
        kernel=kernel,
    )


_FCN = FullyConnected(
    first=input_kernel + 1,
    covariance=lambda covariance: 2 * (relu_moment(covariance) + 1),
    output=lambda covariance: 2 * (relu_moment(covariance) + 1),
    derivative=lambda covariance: 2 * step_moment(covariance),
    kernel=lambda theta_before, derivative, following: theta_before * derivative + following,
)
_FCN_PIECES = {
    "(3.4)": (r"\Theta_1(x, x') = \Sigma_1(x, x') = \langle x, x' \rangle + 1", ("first",)),
    "(3.5)": (
        r"\Theta_{l+1} = \Theta_l \, \dot\Sigma_{l+1} + \Sigma_{l+1}, \ l = 1, \dots, L, \quad K_{FC} = \Theta_{L+1}",
        ("kernel",),
    ),
    "(3.6)": (
        r"\Sigma_{l+1} = 2 (\mathrm{E}_{g \sim \Sigma_l}[\sigma(g(x)) \sigma(g(x'))] + 1), \ l = 1, \dots, L",
        ("covariance", "output"),
    ),
    "(3.7)": (
        r"\dot\Sigma_{l+1} = 2 \, \mathrm{E}_{g \sim \Sigma_l}[\dot\sigma(g(x)) \dot\sigma(g(x'))], \ l = 1, \dots, L",
        ("derivative",),
    ),
}


def with_pieces(whole: Any, other: Any, names: tuple[str, ...]) -> Any:
    """A recursion with the named pieces taken from another."""
    return replace(whole, **{name: getattr(other, name) for name in names})


CORRECTED_FCN = replace(
    _FCN,
    covariance=lambda covariance: 2 * relu_moment(covariance) + 1,
    output=lambda covariance: 2 * relu_moment(covariance),
)
"""(3.4)-(3.7) with (3.6) put right."""
FCN_PIECES = {f"eq:{number.strip('()')}": names for number, (_, names) in _FCN_PIECES.items()}
"""The pieces of the recursion that each equation is about."""

for _number, (_latex, _names) in _FCN_PIECES.items():
    # Each equation is judged alone: all other pieces of the recursion are the right ones.
    _printed(
        _number,
        _latex,
        with_pieces(CORRECTED_FCN, _FCN, _names),
        derived_fully_connected,
        corrected=CORRECTED_FCN if _number == "(3.6)" else None,
    )


# The NTK of the ResNet


def _k0(correlation: sympy.Expr) -> sympy.Expr:
    """k_0 as (3.8) prints it, in the formulas that use it."""
    return PRINTED["eq:3.8"].form["k_0"].subs(u, correlation)


def _k1(correlation: sympy.Expr) -> sympy.Expr:
    """k_1 as (3.8) prints it."""
    return PRINTED["eq:3.8"].form["k_1"].subs(u, correlation)


def homogeneous(power: int, value: sympy.Expr, scale: sympy.Expr) -> sympy.Expr:
    """E[s(g) s(g')] (power 1) or E[s'(g) s'(g')] (power 0) for a kernel |x~| |x~'| K with K(x, x) = `scale`.

    By homogeneity (|x~| |x~'| scale)^power times the moment at unit variances, `value` being k_power(K / scale).
    """
    return (norm * other_norm * scale) ** power * gaussian_moment(power).subs(theta, 0) * value


def derived_residual_kernel() -> ResidualKernel:
    """The pieces (3.9)-(3.10) stand for, from `theory.recursion` with S_l = |x~| |x~'| K_l and R_l = B_{l+1}."""
    block = general_step("resnet", alpha)
    equations = {str(symbol): expression for symbol, expression in block.equations.items()}
    sigma, before = sympy.Symbol(r"\Sigma_{l}"), sympy.Symbol("S_{l - 1}")
    own, cotangent = sympy.Symbol("B_{l}"), sympy.Symbol("R_{l}")
    stem = recursion(resnet(1, alpha))

    def in_pairs(expression: sympy.Expr, values: Mapping[str, sympy.Expr]) -> sympy.Expr:
        expression = expression.subs(own, equations["B_{l}"])
        replaced = {before: norm * other_norm * values["kernel"], cotangent: values.get("after", sympy.Integer(1))}
        if "k1" in values:
            replaced[relu_moment(sigma)] = homogeneous(1, values["k1"], values["power"])
        if "k0" in values:
            replaced[step_moment(sigma)] = homogeneous(0, values["k0"], values["power"])
        return sympy.expand(expression.xreplace(replaced))

    def covariance(kernel: sympy.Expr, k1: sympy.Expr, power: sympy.Expr) -> sympy.Expr:
        whole = in_pairs(equations["S_{l}"], {"kernel": kernel, "k1": k1, "power": power})
        return sympy.expand(whole / (norm * other_norm))

    def backward(after: sympy.Expr, k0: sympy.Expr) -> sympy.Expr:
        return in_pairs(equations["R_{l - 1}"], {"kernel": sympy.Integer(0), "after": after, "k0": k0, "power": 1})

    def term(kernel: sympy.Expr, k0: sympy.Expr, k1: sympy.Expr, power: sympy.Expr) -> sympy.Expr:
        whole = in_pairs(block.ntk, {"kernel": kernel, "k0": k0, "k1": k1, "power": power})
        return sympy.expand(whole / (norm * other_norm * alpha**2))

    def total(blocks: sympy.Expr, first: sympy.Expr, last: sympy.Expr) -> sympy.Expr:
        inputs = u * norm * other_norm - 1
        groups = {group.name: part for group, part in stem.parts.items()}
        outside = sum(groups[name] for name in ("A", "b")).subs({sympy.Symbol("R_{0}"): first, input_kernel: inputs})
        return norm * other_norm * blocks + outside + stem.nngp.subs(sympy.Symbol("S_{1}"), norm * other_norm * last)

    return ResidualKernel(covariance, backward, term, total)


_RESNET = ResidualKernel(
    covariance=lambda kernel, k1, power: kernel + alpha**2 * power * k1,
    backward=lambda after, k0: after * (1 + alpha**2 * k0),
    block=lambda kernel, k0, k1, power: power * k1 + (kernel + 1) * k0 + 1,
    total=lambda blocks, first, last: norm * other_norm * (blocks + u * first + last),
)
CORRECTED_RESNET = replace(
    _RESNET,
    block=lambda kernel, k0, k1, power: power * k1 + kernel * k0 + (k0 + 1) / (norm * other_norm),
)
"""(3.9) and (3.10) with the parts of the biases b_l and d_l not scaled by |x~| |x~'|."""
_R_L = (
    r"r_L = C_L \sum_{l=1}^{L} B_{l+1} \Bigl[ (1+\alpha^2)^{l-1} k_1\Bigl(\tfrac{K_{l-1}}{(1+\alpha^2)^{l-1}}\Bigr)"
    r" + (K_{l-1} + 1) k_0\Bigl(\tfrac{K_{l-1}}{(1+\alpha^2)^{l-1}}\Bigr) + 1 \Bigr], \quad C_L = \alpha^2,"
    r" \quad K_0 = x \cdot x', \quad"
    r" K_l = K_{l-1} + \alpha^2 (1+\alpha^2)^{l-1} k_1\Bigl(\tfrac{K_{l-1}}{(1+\alpha^2)^{l-1}}\Bigr),"
    r" \quad B_{L+1} = 1, \ B_l = B_{l+1} \Bigl[1 + \alpha^2 k_0\Bigl(\tfrac{K_{l-1}}{(1+\alpha^2)^{l-1}}\Bigr)\Bigr]"
)
_printed(
    "(3.9)",
    r"K_{Res}(x, x') = \|\tilde x\| \|\tilde x'\| \bigl[ r_L(\phi, \phi') + \phi \cdot \phi' \, B_1(\phi, \phi')"
    r" + K_L(\phi, \phi') \bigr]",
    _RESNET,
    derived_residual_kernel,
    corrected=CORRECTED_RESNET,
)
_printed(
    "(3.10)",
    _R_L,
    with_pieces(CORRECTED_RESNET, _RESNET, ("covariance", "backward", "block", "constant")),
    derived_residual_kernel,
    corrected=CORRECTED_RESNET,
)
_printed(
    "poster",
    r"K_{Res}(x, x') = \|\tilde x\| \, r_L(\phi, \phi') \, \|\tilde x'\|",
    replace(_RESNET, total=lambda blocks, first, last: norm * other_norm * blocks),
    derived_residual_kernel,
    name="poster:k-res",
    source=f"the conference poster of {PAPER}",
    corrected=CORRECTED_RESNET,
)


# Kernels on one pair


def _pair_form(kernel_of: Callable[[], tuple[Any, sympy.Expr]]) -> sympy.Expr:
    derived, kernel = kernel_of()
    inputs = (norm**2 - 1, u * norm * other_norm - 1, other_norm**2 - 1)
    return sympy.expand(closed_form(derived, kernel, inputs))


def derived_second_covariance() -> sympy.Expr:
    """Sigma_2 of an FCN of depth 2 or more, in u, |x~|, |x~'|."""
    return _pair_form(lambda: (recursion(fcn(2)), sympy.Symbol(r"\Sigma_{2}")))


def derived_first_residual_covariance() -> sympy.Expr:
    """lim <a_1(x), a_1(x')> / (|x~| |x~'|) of the ResNet, in u and alpha."""
    features = _pair_form(lambda: (recursion(resnet(1, alpha)), sympy.Symbol("S_{1}")))
    return sympy.expand(features / (norm * other_norm))


_printed(
    "(B.8)",
    r"\Sigma_2(x, x') = 2 \|\tilde x\| K_2(\phi(x), \phi(x')) \|\tilde x\|, \quad K_2 = \tfrac12 k_1",
    2 * norm * (_k1(u) / 2) * norm,
    derived_second_covariance,
    corrected=2 * norm * (_k1(u) / 2) * other_norm + 1,
)
_printed("(B.9)", r"K_1 = u + \alpha^2 k_1(u)", u + alpha**2 * _k1(u), derived_first_residual_covariance)


# The gradient flow


@dataclass(frozen=True)
class Energy:
    """V as the sum over i of `density`(q_i), an expression in `flow.z`, and the summand claimed of dV/dt."""

    density: sympy.Expr
    velocity: sympy.Expr


def _u(margin: sympy.Expr) -> sympy.Expr:
    return flow.residual().subs(flow.z, margin)


_i, _j, _k = flow.i, flow.j, flow.k
_descent = -_u(flow.margins[_i]) * flow.signed_kernel[_i, _j] * _u(flow.margins[_j])

_printed(
    "(2.7)",
    r"\frac{d\theta}{dt} = -\nabla L = \sum_i \nabla f(x_i) (2 y_i - 1) u_i, \quad u_i = |o_i - y_i|",
    (2 * flow.labels[_j] - 1) * flow.error(flow.labels[_j], flow.outputs[_j]) * flow.slope[_j, _k],
    lambda: flow.force() * flow.slope[_j, _k],
)
_printed(
    "(3.2)",
    r"\frac{d}{dt} f_t(x) = \sum_i K_t(x, x_i) (2 y_i - 1) u_i",
    flow.kernel[_i, _j] * flow.signs[_j] * _u(flow.signs[_j] * flow.outputs[_j]),
    flow.output_velocity,
)
for _number in ("(C.1)", "(C.3)"):
    _printed(
        _number,
        r"\frac{du_i}{dt} = -u_i (1 - u_i) [K^r_i] u, \quad K^r = \mathrm{diag}(2Y-1) K_t(X, X) \mathrm{diag}(2Y-1)",
        -_u(flow.margins[_i]) * (1 - _u(flow.margins[_i])) * flow.signed_kernel[_i, _j] * _u(flow.margins[_j]),
        flow.residual_velocity,
    )
_printed(
    "(C.22)",
    r"V(u) = -\sum_i \ln(1 - u_i) \ge 0, \quad \frac{dV}{dt} = -u^\top K^r u",
    Energy(-log(1 - flow.residual()), _descent),
    flow.energy_velocity,
)
_printed(
    "(5.5)",
    r"\frac{dV}{dt} = -u^\top \mathrm{diag}(2Y-1) K_t(X, X) \mathrm{diag}(2Y-1) u",
    replace(PRINTED["eq:C.22"].form, velocity=_descent),
    flow.energy_velocity,
)
_printed(
    "(5.4)",
    r"V(u) = \sum_i \ln(1 - u_i)",
    Energy(log(1 - flow.residual()), _descent),
    flow.energy_velocity,
)
_printed(
    "(3.3)",
    r"K_t \to K \text{ in probability as the width grows, at initialization and during the whole training process}",
    sympy.oo,
    flow.kernel_at_origin,
)


# Finite networks


def weights(network: FiniteNetwork) -> list[str]:
    """The names of the weight matrices."""
    return [name for name in network.parameters if not name.startswith("b")]


def biases(network: FiniteNetwork) -> list[str]:
    """The names of the bias vectors of the FCN."""
    return [name for name in network.parameters if name.startswith("b")]


def jacobian_product(one: Passage, other: Passage) -> Any:
    """K_t(x, x') of (3.1): the product of the derivatives by all parameters, one after the other."""
    rows = [
        [entry for gradient in passage.gradients.values() for entry in _entries(gradient)] for passage in (one, other)
    ]
    return sum(here * there for here, there in zip(*rows, strict=True))


def _entries(matrix: Matrix) -> list[Any]:
    return [matrix[row, column] for row in range(matrix.shape[0]) for column in range(matrix.shape[1])]


def backward_row(network: FiniteNetwork, passage: Passage, layer: int) -> Matrix:
    """prod_{r = l+1..L+1} sqrt(2/m_{r-1}) W_r D_{r-1}(x), 1 x m_l, the largest r leftmost; l = `layer`."""
    row = network[f"W_{network.depth + 1}"]
    for below in range(network.depth, layer, -1):
        row = network.scale(below) * (row @ passage.pattern(below)) @ network[f"W_{below}"]
    return network.scale(layer) * (row @ passage.pattern(layer))


def _features(network: FiniteNetwork, one: Passage, other: Passage) -> list[Matrix]:
    layers = range(1, network.depth + 1)
    return [
        network.scale(layer)
        * (one.pattern(layer) @ (network[f"W_{layer}"] @ one.features[layer - 1] + network[f"b_{layer}"]))
        for layer in layers
    ]


def weight_part(
    network: FiniteNetwork, one: Passage, other: Passage, product: Callable[[Matrix, Matrix], Matrix]
) -> Any:
    """(C.6) with `product` for the juxtaposition of the row prod_r .., 1 x m_l, and the column a_{l-1}, m_{l-1} x 1."""
    total = inner(one.features[-1], other.features[-1])
    for layer in range(1, network.depth + 1):
        here, there = (
            product(backward_row(network, passage, layer), passage.features[layer - 1]) for passage in (one, other)
        )
        total = total + inner(here, there)
    return total


def outer(row: Matrix, column: Matrix) -> Matrix:
    """The product of (C.6) as the gradient by W_l: entries row_j column_i, m_l x m_{l-1} of 1 x m_l and m_{l-1} x 1."""
    return row.T @ column.T


def bias_part(network: FiniteNetwork, one: Passage, other: Passage) -> Any:
    """(C.7) with its second factor at the input of `other`."""
    layers = range(1, network.depth + 1)
    return sum(inner(backward_row(network, one, layer), backward_row(network, other, layer)) for layer in layers)


def residual_features(
    network: FiniteNetwork, passage: Passage, branch: Callable[[FiniteNetwork, int, Matrix, Matrix], Matrix]
) -> list[Matrix]:
    """(C.14): a_L, m_L x 1, and f, 1 x 1; `branch` gives the argument of V_l from l, W_l a_{l-1} and b_l, columns."""
    layers = range(1, network.depth + 1)
    last = network.scale(network.depth, 1) * (network["A"] @ passage.point + network["b"])
    for layer in layers:
        inside = branch(network, layer, network[f"W_{layer}"] @ passage.features[layer - 1], network[f"b_{layer}"])
        step = network[f"V_{layer}"] @ inside + network[f"d_{layer}"]
        last = last + network.scale(layer, 1) * network.residual_scale * step
    return [last, network[f"W_{network.depth + 1}"] @ last]


def _branch(network: FiniteNetwork, layer: int, image: Matrix, bias: Matrix) -> Matrix:
    return network.arithmetic.relu(network.scale(layer) * image + bias)


def _scaled_branch(network: FiniteNetwork, layer: int, image: Matrix, bias: Matrix) -> Matrix:
    return network.scale(layer) * network.arithmetic.relu(image + bias)


def _last(network: FiniteNetwork) -> Matrix:
    return network[f"W_{network.depth + 1}"]


_printed(
    "(C.4)",
    r"a_l = \sqrt{2/m_l} \, D_l (W_l a_{l-1} + b_l), \quad D_l(x) = \mathbf 1(W_l a_{l-1}(x) + b_l > 0)",
    _features,
    lambda network, one, other: list(one.features[1:]),
)
_printed(
    "(C.5)",
    r"K_t(x, x') = \sum_{l=1}^{L+1} \langle \nabla_{W_l} f(x), \nabla_{W_l} f(x) \rangle"
    r" + \sum_{l=1}^{L} \langle \nabla_{b_l} f(x), \nabla_{b_l} f(x) \rangle",
    lambda network, one, other: kernel_part(one, one, weights(network)) + kernel_part(one, one, biases(network)),
    lambda network, one, other: jacobian_product(one, other),
    corrected=lambda network, one, other: (
        kernel_part(one, other, weights(network)) + kernel_part(one, other, biases(network))
    ),
)
_printed(
    "(C.6)",
    r"\sum_{l=1}^{L} \Bigl\langle \Bigl[\prod_{r=l+1}^{L+1} \sqrt{\tfrac{2}{m_{r-1}}} W_r D_{r-1}(x)\Bigr] a_{l-1}(x),"
    r" \Bigl[\prod_{r=l+1}^{L+1} \sqrt{\tfrac{2}{m_{r-1}}} W_r D_{r-1}(x')\Bigr] a_{l-1}(x') \Bigr\rangle"
    r" + \langle a_L(x), a_L(x') \rangle",
    lambda network, one, other: weight_part(network, one, other, outer),
    lambda network, one, other: kernel_part(one, other, weights(network)),
)
_printed(
    "(C.7)",
    r"\sum_{l=1}^{L} \Bigl\langle \prod_{r=l+1}^{L+1} \sqrt{\tfrac{2}{m_{r-1}}} W_r D_{r-1}(x),"
    r" \prod_{r=l+1}^{L+1} \sqrt{\tfrac{2}{m_{r-1}}} W_r D_{r-1}(x) \Bigr\rangle",
    lambda network, one, other: bias_part(network, one, one),
    lambda network, one, other: kernel_part(one, other, biases(network)),
    corrected=bias_part,
)
_printed(
    "(C.10)",
    r"K_t(x_i, x_i) \ge \|a_L(x_i)\|^2",
    lambda network, one, other: inner(one.features[-1], one.features[-1]),
    lambda network, one, other: kernel_part(one, one, [f"W_{network.depth + 1}"]),
)
_printed(
    "(C.11)",
    r"K_t(x, x) \ge \|\nabla_{b_L} f\|^2 = \bigl\| \sqrt{2/m_L} \, W_{L+1} D_L(x) \bigr\|^2",
    lambda network, one, other: inner(
        network.scale(network.depth) * (_last(network) @ one.pattern(network.depth)),
        network.scale(network.depth) * (_last(network) @ one.pattern(network.depth)),
    ),
    lambda network, one, other: kernel_part(one, one, [f"b_{network.depth}"]),
)
_printed(
    "(C.14)",
    r"f = W_{L+1} a_L, \quad a_L = \sqrt{\tfrac1{m_0}} (A x + b) + \sum_{l=1}^{L} \sqrt{\tfrac1{m_l}} \alpha"
    r" \Bigl(V_l \sigma\bigl(\sqrt{\tfrac2{m_l}} W_l a_{l-1}(x) + b_l\bigr) + d_l\Bigr)",
    lambda network, one, other: residual_features(network, one, _branch),
    lambda network, one, other: [one.features[-1], one.output],
    corrected=lambda network, one, other: residual_features(network, one, _scaled_branch),
)
_printed(
    "(C.16)",
    r"\Bigl\langle \frac{\partial f}{\partial d_L}, \frac{\partial f}{\partial d_L} \Bigr\rangle"
    r" = \frac1{m_L} \|W_{L+1}\|^2",
    lambda network, one, other: network.scale(network.depth, 1) ** 2 * inner(_last(network), _last(network)),
    lambda network, one, other: kernel_part(one, one, [f"d_{network.depth}"]),
    corrected=lambda network, one, other: (
        network.residual_scale**2 * network.scale(network.depth, 1) ** 2 * inner(_last(network), _last(network))
    ),
)
_printed(
    "(C.17)",
    r"\Bigl\langle \frac{\partial f}{\partial W_{L+1}}, \frac{\partial f}{\partial W_{L+1}} \Bigr\rangle"
    r" = \|a_L\|^2",
    lambda network, one, other: inner(one.features[-1], one.features[-1]),
    lambda network, one, other: kernel_part(one, one, [f"W_{network.depth + 1}"]),
)


# The limit set


limit_energy, excess = sympy.symbols("V^* epsilon", positive=True)
samples = sympy.Symbol("n", integer=True, positive=True)


@dataclass(frozen=True)
class LimitSet:
    """{r in [0, 1)^n : lower <= max r_i <= upper}, the bounds in V*, epsilon and n."""

    lower: sympy.Expr
    upper: sympy.Expr

    @property
    def least_square(self) -> sympy.Expr:
        """M, the minimum of |r|^2 over the set: all of r but one entry zero, that one as small as the set allows."""
        return sympy.Max(0, self.lower) ** 2


def derived_limit_set() -> LimitSet:
    """The range of max u_i while V* <= V(u) <= V* + epsilon, V = -sum ln(1 - u_i) and u_i >= 0.

    Given V the largest entry is least if all are equal, and greatest if all others vanish.
    """
    entry = sympy.Symbol("r", real=True)
    (least,) = sympy.solve(-samples * log(1 - entry) - limit_energy, entry)
    (greatest,) = sympy.solve(-log(1 - entry) - (limit_energy + excess), entry)
    return LimitSet(least, greatest)


_printed(
    "(C.23)",
    r"\Gamma_\epsilon = \{ r \in [0, 1)^n : 1 - e^{V^*/n} \le \max_i r_i \le 1 - e^{-(V^* + \epsilon)} \}",
    LimitSet(1 - sympy.exp(limit_energy / samples), 1 - sympy.exp(-(limit_energy + excess))),
    derived_limit_set,
    corrected=LimitSet(1 - sympy.exp(-limit_energy / samples), 1 - sympy.exp(-(limit_energy + excess))),
)
_printed(
    "(C.24)",
    r"r^\top K^r r \ge \lambda_{\min}(K^r) \|r\|_2^2 \ge \lambda_{\min}(K^r) M \ge M C,"
    r" \quad M = \min_{r \in \Gamma_\epsilon} \|r\|_2^2 > 0",
    PRINTED["eq:C.23"].corrected,
    derived_limit_set,
)

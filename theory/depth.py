"""One more block: what it does to the kernels of a network of any depth, for limits in depth and proofs by induction.

Let N_l be the sum of the parts of all blocks up to l when the cotangent at the features a_l is 1. A block maps
S_{l-1} to S_l, and N_l = factor N_{l-1} + own: its own parts at R_l = 1, and what it multiplies cotangents by. The NTK
of the network with so many blocks and its output layer trained is N_L + S_L; with its output layer fixed it is N_L.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import sympy

from theory.architecture import Group, Layer, fcn_block, resnet_block
from theory.moments import theta
from theory.recursion import Recursion, Triple, block_recursion, closed_form, input_kernel


@dataclass(frozen=True)
class BlockStep:
    """A block as a step in depth, its features' kernel S_{l-1} written as `input_kernel`.

    equations  the block's definitions at R_l = 1
    features   S_l
    parts      the block's parts at R_l = 1 by their groups
    factor     R_{l-1} at R_l = 1
    """

    equations: Mapping[sympy.Symbol, sympy.Expr]
    features: sympy.Symbol
    parts: Mapping[Group, sympy.Expr]
    factor: sympy.Expr

    @property
    def own(self) -> sympy.Expr:
        """All of the block's parts at R_l = 1."""
        return sympy.Add(*self.parts.values())

    def at(self, expression: sympy.Expr, features: Triple) -> sympy.Expr:
        """An expression in closed form, S_{l-1} having these values at (x, x), (x, x') and (x', x')."""
        return closed_form(Recursion(self.equations, {}, sympy.Integer(0)), expression, features)


INDEX = sympy.Symbol("l", integer=True, positive=True)
DEPTH = sympy.Symbol("L", integer=True, nonnegative=True)
"""The number L of blocks."""


def kernel_at_depth(step: BlockStep, inputs: Triple) -> sympy.Expr:
    """N_L + S_L on a pair of inputs, given by its kernels at (x, x), (x, x') and (x', x'), as an expression in `DEPTH`.

    Of a block that leaves these inputs' features as they are, so that all steps are one affine map. Raises ValueError
    of another.
    """
    features, own, factor = (sympy.simplify(step.at(part, inputs)) for part in (step.features, step.own, step.factor))
    if sympy.simplify(features - inputs[1]) != 0:
        raise ValueError(f"the block maps {inputs[1]} to {features}: its steps differ from depth to depth")
    blocks = DEPTH * own if factor == 1 else own * (1 - factor**DEPTH) / (1 - factor)
    return sympy.simplify(blocks + features)


@cache
def block_step(block: tuple[Layer, ...]) -> BlockStep:
    """The step of a block from normalised features to normalised features, as architectures have them."""
    derived = block_recursion(block, INDEX)
    known = {sympy.Symbol("S_{l - 1}"): input_kernel, sympy.Symbol("R_{l}"): sympy.Integer(1)}
    equations = {symbol: expression.xreplace(known) for symbol, expression in derived.equations.items()}
    parts = {group: part.xreplace(known) for group, part in derived.parts.items()}
    return BlockStep(equations, sympy.Symbol("S_{l}"), parts, sympy.Symbol("R_{l - 1}"))


RELU_STEP = block_step(fcn_block(INDEX, "none"))
"""The step of the fully connected network without biases, ReLU, all weights trained."""


@cache
def relu_in_angle(expression: sympy.Expr) -> sympy.Expr:
    """A kernel of the ReLU's step on unit features, in their angle `theta`: no arccosine of a rounded cosine."""
    u = sympy.Symbol("u", real=True)
    closed = RELU_STEP.at(expression, (sympy.Integer(1), u, sympy.Integer(1)))
    return closed.subs({sympy.acos(u): theta, sympy.sqrt(1 - u**2): sympy.sin(theta)}).subs(u, sympy.cos(theta))


@cache
def residual_step(scale: sympy.Expr) -> BlockStep:
    """The step of the residual network without biases at this scale of the branch, all weights of blocks trained."""
    return block_step(resnet_block(INDEX, scale, "none"))


@cache
def relu_share() -> sympy.Expr:
    """What K_L(x, x') / (L + 1) tends to without biases, |x| = |x'| = 1, x != x': as N_L / L does, S_L being bounded.

    The angle t of the features goes to t - c t^2 + O(t^3), and falls from t = pi on: so l t_l tends to 1/c. With the
    factor 1 - a t + O(t^2) and own parts b + o(1), N_l = (1 - a/(c l) + o(1/l)) N_{l-1} + b + o(1), so that N_l / l
    tends to b / (1 + a/c).
    """
    features, factor, own = map(relu_in_angle, (RELU_STEP.features, RELU_STEP.factor, RELU_STEP.own))
    falling = sympy.series(features - (1 - theta**2 / 2), theta, 0, 4).removeO().coeff(theta, 3)
    loss = -sympy.diff(factor, theta).subs(theta, 0)
    return sympy.simplify(own.subs(theta, 0) / (1 + loss / falling))

"""How a recursion over layers is judged at every depth: the first layer, a hidden one, the output.

What is claimed is of the pre-activations, layer by layer. It is compared with what is derived from the network below
and above a cut, where all kernels are symbols, and for no activation in particular: Gaussian moments are symbols too.
"""

from collections.abc import Callable
from typing import NamedTuple

import sympy
from sympy.core.function import AppliedUndef

from checks.foundations.printed import symbolic_moment
from ntk_companion.evidence import Verdict
from ntk_companion.symbolics import all_vanish
from theory.activations import Relu
from theory.architecture import Architecture
from theory.induction import Quantity, Scene, blocks_are_alike
from theory.recursion import Triple

FIRST, CROSS, SECOND = sympy.symbols("a c b", positive=True)
"""<x, x>, <x, x'> and <x', x'>."""
INPUTS = (FIRST, CROSS, SECOND)
FEATURES: Triple = sympy.symbols("S_11 S_12 S_22", positive=True)
BELOW = sympy.Symbol("T", positive=True)
"""Below the cut: the features' kernel at three pairs, and the NTK of the features."""
VALUES, SLOPES = (Relu().moment(order) for order in (0, 1))
"""They stand for their order alone."""
Map = Callable[[sympy.Expr], sympy.Expr]


class Law(NamedTuple):
    """A recursion over the pre-activations of layers 1, .., L + 1, as a claim.

    first       <x, x'> -> Sigma_1
    kernel_1    <x, x'> -> Theta_1
    covariance  E[s s'] at Sigma_l -> Sigma_{l+1}
    kernel      Theta_l, E[s s'], E[s' s''] -> Theta_{l+1}
    """

    first: Map
    kernel_1: Map
    covariance: Map
    kernel: Callable[[sympy.Expr, sympy.Expr, sympy.Expr], sympy.Expr]


def in_symbols(expressions: list[sympy.Expr]) -> list[sympy.Expr]:
    """The same, multiplied out, with a symbol for every moment."""
    expanded = [sympy.expand(each) for each in expressions]
    moments = sorted({atom for each in expanded for atom in each.atoms(AppliedUndef)}, key=str)
    names = {each: sympy.Symbol(f"M_{place}", positive=True) for place, each in enumerate(moments)}
    return [sympy.expand(each.xreplace(names)) for each in expanded]


def obeys(network: Architecture, law: Law) -> Verdict:
    """Does a network of three hidden layers obey a law, and so one of any number of layers like these?

    INCONCLUSIVE if its hidden layers are not alike.
    """
    if network.depth != 3 or not blocks_are_alike(network):
        return Verdict.INCONCLUSIVE
    start = Scene(network, INPUTS, symbolic_moment)
    off = [start.value(Quantity.SIGMA, 1, place) - law.first(inner) for place, inner in enumerate(INPUTS)]
    off.append(start.value(Quantity.THETA, 1) - law.kernel_1(CROSS))
    off += _step(start, 1, law)
    for below in (1, 2):
        cut = Scene(network, INPUTS, symbolic_moment, lower=below, features=FEATURES, kernel=BELOW)
        off += _step(cut, below + 1, law)
    return all_vanish(in_symbols(off))


def _step(scene: Scene, layer: int, law: Law) -> list[sympy.Expr]:
    """What must vanish for the law to lead from a layer to the next."""
    first, cross, second = (scene.value(Quantity.SIGMA, layer, place) for place in range(3))
    pairs = ((first,) * 3, (first, cross, second), (second,) * 3)
    values = [symbolic_moment(VALUES, *pair) for pair in pairs]
    off = [scene.value(Quantity.SIGMA, layer + 1, place) - law.covariance(each) for place, each in enumerate(values)]
    kernel = law.kernel(scene.value(Quantity.THETA, layer), values[1], symbolic_moment(SLOPES, *pairs[1]))
    return [*off, scene.value(Quantity.THETA, layer + 1) - kernel]


def adds_its_first_layer(network: Architecture, start: sympy.Expr) -> Verdict:
    """Is K(x, x) = (L + 1) `start` at every depth, with Sigma(x, x) = `start` in every layer?

    `start` is in <x, x> = `FIRST`; the moments are those of the network's own activation.
    """
    if network.depth != 3 or not blocks_are_alike(network):
        return Verdict.INCONCLUSIVE
    on = (FIRST,) * 3
    bottom = Scene(network, on)
    off = [bottom.value(each, 1) - start for each in (Quantity.SIGMA, Quantity.THETA)]
    scenes = [(bottom, 1)]
    scenes += [(Scene(network, on, lower=below, features=(FIRST,) * 3, kernel=BELOW), below + 1) for below in (1, 2)]
    for scene, layer in scenes:
        before, after = (scene.value(Quantity.SIGMA, each) for each in (layer, layer + 1))
        grown = scene.value(Quantity.THETA, layer + 1) - scene.value(Quantity.THETA, layer)
        off += [after - before, grown - after]
    return all_vanish(map(sympy.simplify, off))

"""Slips of Jacot et al. 2018 that the context repairs: shapes, a sum's start, the order of a kernel's arguments."""

from fractions import Fraction
from itertools import pairwise

import numpy as np
import sympy

from checks.foundations.printed import JACOT
from ntk_companion import Finding, Statement, check, numerical, random_seed, record, symbolic
from ntk_companion.statement import Severity
from ntk_companion.symbolics import all_vanish, vanishes
from numerics.networks.torch_network import initialise
from theory.presets import jacot

SHAPES = Statement(
    id="fd:18",
    title="Connection matrices of shape n_l x n_{l+1} act on activations of n_l entries",
    source=JACOT,
    number="section 2, the parameters and the preactivations",
    formula=r"W^{(\ell)} \in \mathbb{R}^{n_\ell \times n_{\ell+1}}, \quad \tilde\alpha^{(\ell+1)} = n_\ell^{-1/2} "
    r"W^{(\ell)} \alpha^{(\ell)} + \beta b^{(\ell)}",
    qualification="Refuted on two lists of widths, and by the shapes of a network as it is built. A shape is counted: "
    "no sample and no other number system would say more. The number of parameters is the same.",
    finding=Finding(
        Severity.TYPO,
        "The product W alpha has n_l columns of W against n_{l+1}: the shape must be n_{l+1} x n_l.",
        corrected=r"W^{(\ell)} \in \mathbb{R}^{n_{\ell+1} \times n_\ell}",
    ),
)
MEASURE = Statement(
    id="fd:43",
    title="The sum of Dirac measures from i = 0 to N, divided by N, is the empirical distribution of N points",
    source=JACOT,
    number="section 2, the input distribution",
    formula=r"p_{\mathrm{in}} = \tfrac1N \textstyle\sum_{i=0}^{N} \delta_{x_i}",
    qualification="Refuted for every N by its mass, (N + 1)/N, and by the mean of a list of points that ends where it "
    "should; the points are x_1, .., x_N.",
    finding=Finding(
        Severity.TYPO,
        "The sum has N + 1 terms, and its first point is not there: it starts at i = 1, as in section 3.",
        corrected=r"p_{\mathrm{in}} = \tfrac1N \textstyle\sum_{i=1}^{N} \delta_{x_i}",
    ),
)
ORDER = Statement(
    id="fd:44",
    title="The map Pi with the kernel at (x_i, x)",
    source=JACOT,
    number="section 5, the map Pi on a finite dataset",
    formula=r"\Pi(f)_k(x) = \tfrac1N \textstyle\sum_{i=1}^{N} \sum_{k'=1}^{n_L} f_{k'}(x_i) K_{kk'}(x_i, x)",
    qualification="Refuted in symbols for two samples and two outputs, on the kernel gradient flow of a linear model "
    "with any features, and by steps of the parameters of a small tanh network. For K = Theta times the identity, the "
    "paper's case, both are one.",
    finding=Finding(
        Severity.TYPO,
        "K(x, x') is the transpose of K(x', x), so that K_kk' must stand at (x, x_i), as in the kernel gradient of "
        "section 3.",
        corrected=r"\Pi(f)_k(x) = \tfrac1N \textstyle\sum_{i=1}^{N} \sum_{k'=1}^{n_L} f_{k'}(x_i) K_{kk'}(x, x_i)",
    ),
)


@check(
    SHAPES,
    lambda before, after: (before, after),
    corrected=lambda before, after: (after, before),
    mutants={"square": lambda before, after: (before, before)},
)
def test_the_shapes_of_connection_matrices(claim):
    for widths in ((2, 3, 1), (4, 2, 5, 1)):
        fits = all(
            claim(before, after)[1] == before and claim(before, after)[0] == after for before, after in pairwise(widths)
        )
        record(numerical(fits, f"widths {widths}: W alpha has n_(l+1) entries"))
    start = initialise(jacot(1), 2, 5, np.random.default_rng(random_seed("shapes")))
    shape = tuple(start["W_1"].shape)
    record(numerical(shape == claim(2, 5), f"W_1 of a network from 2 to 5 neurons has the shape {shape}"))


@check(MEASURE, 0, corrected=1, mutants={"from 2": 2})
def test_the_mass_of_the_empirical_distribution(claim):
    count, place = sympy.symbols("N i", integer=True, positive=True)
    mass = sympy.Sum(1 / count, (place, claim, count)).doit()
    record(symbolic(vanishes(sympy.simplify(mass - 1)), f"the mass is {mass}", covers_all=True))


@check(MEASURE, 0, corrected=1, mutants={"from 2": 2})
def test_the_mean_under_the_empirical_distribution(claim):
    """Points x_i = i^2 in whole numbers, i from 0 on: the integrals of 1 and of x against 1 and the mean of a list."""
    for count in (1, 2, 7):
        points = [place**2 for place in range(count + 1)]
        weighed = [Fraction(point**power, count) for power in (0, 1) for point in points[claim:]]
        mass, mean = sum(weighed[: len(weighed) // 2]), sum(weighed[len(weighed) // 2 :])
        said = Fraction(sum(points[1:]), len(points[1:]))
        holds = mass == 1 and mean == said
        record(numerical(holds, f"N = {count}: mass {mass}, mean {mean}, of the list {said}"))


@check(ORDER, ("at x_i, x", 1), corrected=("at x, x_i", 1), mutants={"without 1/N": ("at x, x_i", 0)})
def test_the_order_of_the_kernels_arguments(claim):
    """f(x) = g(x)' theta with features g(x), 3 x 2: along the flow df(x)/dt = g(x)' (1/N) sum of g(x_i) d(x_i)."""
    order, power = claim
    here, *there = (sympy.Matrix(3, 2, sympy.symbols(f"{name}_1:7", real=True)) for name in "guv")
    directions = [sympy.Matrix(2, 1, sympy.symbols(f"{name}_1:3", real=True)) for name in "de"]
    moved = sum((each * direction for each, direction in zip(there, directions, strict=True)), sympy.zeros(3, 1))
    flow = here.T * moved / 2
    said = sympy.zeros(2, 1)
    for each, direction in zip(there, directions, strict=True):
        kernel = each.T * here if order == "at x_i, x" else here.T * each
        said += kernel * direction / 2**power
    record(symbolic(all_vanish(map(sympy.expand, flow - said)), "two samples, two outputs", covers_all=False))


@check(ORDER, ("at x_i, x", 1), corrected=("at x, x_i", 1), mutants={"without 1/N": ("at x, x_i", 0)})
def test_the_order_of_the_kernels_arguments_by_steps(claim):
    """f(x) = V tanh(W x), two outputs: W and V moved by +-h along (1/N) sum of df(x_i)' d(x_i), the quotient of f."""
    order, power = claim
    generator = np.random.default_rng(random_seed("steps"))
    inputs, directions = generator.standard_normal((3, 2)), generator.standard_normal((2, 2))
    first, second = generator.standard_normal((4, 2)), generator.standard_normal((2, 4))

    def outputs(moved: float, by: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
        return (second + moved * by[1]) @ np.tanh((first + moved * by[0]) @ inputs[0])

    def jacobian(x: np.ndarray) -> np.ndarray:
        """2 x 16: the derivatives of both outputs by W and V."""
        features = np.tanh(first @ x)
        by_first = (second * (1 - features**2))[:, :, None] * x
        by_second = np.eye(2)[:, :, None] * features
        return np.concatenate([by_first.reshape(2, -1), by_second.reshape(2, -1)], axis=1)

    step = sum(jacobian(x).T @ d for x, d in zip(inputs[1:], directions, strict=True)) / 2
    by, size = (step[:8].reshape(4, 2), step[8:].reshape(2, 4)), 1e-5
    quotient = (outputs(size, by) - outputs(-size, by)) / (2 * size)
    kernels = [jacobian(inputs[0]) @ jacobian(x).T for x in inputs[1:]]
    turned = [each.T if order == "at x_i, x" else each for each in kernels]
    said = sum(each @ d for each, d in zip(turned, directions, strict=True)) / 2**power
    off = float(np.abs(quotient - said).max() / np.abs(quotient).max())
    record(numerical(off < 1e-6, f"relatively off by {off:.2g}"))

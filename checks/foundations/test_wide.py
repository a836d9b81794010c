"""Wide networks at initialisation, after the founding papers: outputs, kernels, and how fast they approach the
limit.
"""

from functools import cache

import numpy as np
import sympy

from checks.setups.budget import BIAS_BOUND, BUDGET
from checks.setups.sampled import record_mean_kernel
from ntk_companion import Statement, check, numerical, random_seed, record, statistical
from numerics.kernels.gram import nngp, ntk
from numerics.networks.exact_law import KernelDraws, sample_kernels
from numerics.statistics import equivalence_test, probability_exceeds
from theory.activations import Erf
from theory.architecture import Architecture
from theory.presets import arora, jacot
from theory.printed.foundations import ARORA, JACOT

PROCESS = Statement(
    id="fd:3",
    title="Outputs at initialisation tend to a centred Gaussian process of covariance Sigma_L",
    source=JACOT,
    number="Proposition 1",
    formula=r"f \to N(0, \Sigma_L)",
    qualification="Networks of two hidden layers and width 256 on two points: the mean, the mean size, how often "
    "two outputs "
    "have one sign and how often one exceeds a deviation are a Gaussian's, to 0.2. Two outputs are not compared.",
)
KERNEL = Statement(
    id="fd:4",
    title="At initialisation the kernel tends to Theta, its spread like the inverse root of the width",
    source=JACOT,
    number="Theorem 1",
    formula=r"\Theta^{(L)}(0) \to \Theta_\infty^{(L)}, \quad \operatorname{sd} \propto m^{-1/2}",
    qualification="ReLU and erf, two hidden layers, beta = 1/10: the mean at width 2048 and the spread at widths "
    "128 and 1024. Blocks of several outputs are not covered.",
)
PROBABILITY = Statement(
    id="fd:30",
    title="At width L^6/eps^4 log(L/delta) the kernel is within (L + 1) eps with probability 1 - delta",
    source=ARORA,
    number="Theorem 3.1",
    formula=r"\min_h d_h \ge \tfrac{L^6}{\epsilon^4} \log\tfrac{L}{\delta} \Rightarrow \Pr(|K_0 - \Theta| \le (L+1)"
    r" \epsilon) \ge 1 - \delta",
    qualification="Remembered, with a constant that is not known, here 1: L = 2, eps = 1/2, delta = 1/10, two unit "
    "vectors. "
    "The bound is far from what is seen: a fifth of it would do.",
)
POINTS = np.array([[1.0, 0.0], [0.6, 0.8]])
BETA = sympy.Rational(1, 10)


@cache
def drawn(network: Architecture, width: int, draws: int, seed: int) -> KernelDraws:
    """Draws of kernels and outputs on two points."""
    return sample_kernels(network, POINTS, width, draws, seed)


SIZE, BEYOND = float(np.sqrt(2 / np.pi)), 0.3173
"""E|z| and Pr(|z| > 1) of a standard normal z."""


@check(
    PROCESS,
    (1.0, BEYOND, 1.0),
    mutants={
        "half the covariance": (0.5, BEYOND, 1.0),
        "a uniform law": (1.0, 0.58, 1.0),
        "uncorrelated": (1.0, BEYOND, 0.0),
    },
)
def test_outputs_are_gaussian(claim):
    share, beyond, correlated = claim
    covariance = nngp(jacot(2), POINTS)
    deviations = np.sqrt(np.diagonal(covariance))
    outputs = drawn(jacot(2), 256, 2000, random_seed("outputs") % 2**63).outputs / deviations
    first, second = outputs.T
    values = np.stack([first, np.abs(first), first * second > 0, np.abs(first) > 1], axis=1).astype(float)
    alike = 1 - np.arccos(correlated * covariance[0, 1] / deviations.prod()) / np.pi
    expected = np.array([0.0, share**0.5 * SIZE, alike, beyond])
    alpha = BUDGET.alpha("foundations", 6)
    bias = np.array([0.0, 1.0, 1.0, 1.0]) * BIAS_BOUND / 256
    result = equivalence_test(values, expected, np.array([0.3, 0.2, 0.18, 0.18]), alpha, bias)
    holds = {"agrees": True, "differs": False, "undecided": None}[result.verdict]
    record(statistical(holds, f"means {result.mean.round(3)}, claimed {expected.round(3)}", false_alarm=alpha))


@check(KERNEL, 1.0, mutants={"a fifth more": 1.2, "half": 0.5})
def test_kernels_have_the_limit_in_the_mean(claim):
    for activation in (jacot(2), jacot(2, activation=Erf())):
        rows = tuple(map(tuple, POINTS))
        record_mean_kernel(activation, rows, claim * ntk(activation, POINTS), BUDGET.alpha("foundations", 6))


@check(KERNEL, -0.5, mutants={"like 1/m": -1.0, "like m^(-1/4)": -0.25})
def test_the_spread_of_kernels(claim):
    for name, network in (("ReLU", jacot(2)), ("erf", jacot(2, activation=Erf()))):
        narrow, wide = (
            drawn(network, width, 400, random_seed(f"{name} {width}") % 2**63).ntk[:, 0, 1].std()
            for width in (128, 1024)
        )
        slope = float(np.log(wide / narrow) / np.log(8))
        record(numerical(abs(slope - claim) < 0.12, f"{name}: exponent {slope:.3f}", margin=0.12 - abs(slope - claim)))


@check(PROBABILITY, 1.0, mutants={"a hundredth of the bound": 0.01})
def test_the_bound_on_the_kernels_error(claim):
    depth, epsilon, delta = 2, 0.5, 0.1
    width = int(depth**6 / epsilon**4 * np.log(depth / delta)) + 1
    found = drawn(arora(depth), width, 200, random_seed("bound") % 2**63).ntk
    errors = np.abs(found - ntk(arora(depth), POINTS)).max(axis=(1, 2))
    within = int((errors <= claim * (depth + 1) * epsilon).sum())
    alpha = BUDGET.alpha("foundations", 6)
    answer = probability_exceeds(within, len(found), 1 - delta, alpha)
    holds = {"agrees": True, "differs": False, "undecided": None}[answer]
    detail = f"m = {width}: {within} of {len(found)}, the largest error {errors.max():.2g}"
    record(statistical(holds, detail, false_alarm=alpha))

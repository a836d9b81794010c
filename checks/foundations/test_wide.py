"""Wide networks at initialisation, after the founding papers: outputs, kernels, and how fast they approach the
limit.
"""

from functools import cache

import numpy as np
import sympy

from checks.foundations.budget import ALPHA
from checks.foundations.printed import JACOT
from checks.setups.budget import BIAS_BOUND
from checks.setups.sampled import record_mean_kernel
from ntk_companion import Statement, check, random_seed, record, statistical
from ntk_companion.evidence import Evidence
from numerics.kernels.gram import nngp, ntk
from numerics.networks.exact_law import KernelDraws, sample_kernels
from numerics.statistics import TestResult, decay_interval, entry_scale, equivalence_test, estimate
from theory.activations import Erf
from theory.architecture import Architecture
from theory.presets import jacot

PROCESS = Statement(
    id="fd:3",
    title="Outputs at initialisation are nearly centred Gaussians of covariance Sigma_L",
    source=JACOT,
    number="Proposition 1",
    formula=r"f \to N(0, \Sigma_L)",
    qualification="ReLU, two hidden layers, two points, beta = 1/10. Given the features the outputs are Gaussian by "
    "construction; at width 2048 the mean of their covariance is Sigma_L to 15%, and its mean square relative spread "
    "is 0 to 0.15, which is 1 for a law of Laplace. At width 256 the mean, the mean size, how often two outputs "
    "have one sign and how often one exceeds a deviation are a Gaussian's to 0.3, 0.2, 0.18 and 0.18. Two outputs of "
    "one network are not compared.",
    revision=2,
)
KERNEL = Statement(
    id="fd:4",
    title="At initialisation the kernel is near Theta, its spread like the inverse root of the width",
    source=JACOT,
    number="Theorem 1",
    formula=r"\Theta^{(L)}(0) \to \Theta_\infty^{(L)}, \quad \operatorname{sd} \propto m^{-1/2}",
    qualification="ReLU and erf, two hidden layers, two points, beta = 1/10: the mean at width 2048, and the exponent "
    "of the spread between the widths 32 and 512, where the next order is taken to change their ratio by at "
    "most a tenth. Blocks of several outputs are not covered.",
    revision=2,
)
POINTS = np.array([[1.0, 0.0], [0.6, 0.8]])
BETA = sympy.Rational(1, 10)
NEXT_ORDER = 0.1
"""The most by which the next order is taken to change the ratio of the spreads at the two widths."""


@cache
def drawn(network: Architecture, width: int, draws: int, seed: int) -> KernelDraws:
    """Draws of kernels and outputs on two points."""
    return sample_kernels(network, POINTS, width, draws, seed)


SIZE, BEYOND, BEYOND_HALF = float(np.sqrt(2 / np.pi)), 0.3173, 0.1573
"""E|z| and Pr(|z| > 1) of a standard normal z, and Pr(|z| > 1) at half its variance."""


def answer(result: TestResult, detail: str) -> Evidence:
    """The evidence of a test of means."""
    holds = {"agrees": True, "differs": False, "undecided": None}[result.verdict]
    shown = f"{detail}; detects {np.array2string(result.detectable, precision=2, separator=', ')}"
    return statistical(holds, shown, false_alarm=ALPHA)


@check(
    PROCESS,
    (SIZE, BEYOND, 1.0),
    mutants={
        "half the covariance": (SIZE * 0.5**0.5, BEYOND_HALF, 1.0),
        "uncorrelated": (SIZE, BEYOND, 0.0),
    },
)
def test_outputs_have_the_moments_of_gaussians(claim):
    size, beyond, correlated = claim
    covariance = nngp(jacot(2), POINTS)
    deviations = np.sqrt(np.diagonal(covariance))
    outputs = drawn(jacot(2), 256, 2000, random_seed("outputs") % 2**63).outputs / deviations
    first, second = outputs.T
    values = np.stack([first, np.abs(first), first * second > 0, np.abs(first) > 1], axis=1).astype(float)
    alike = 1 - np.arccos(correlated * covariance[0, 1] / deviations.prod()) / np.pi
    expected = np.array([0.0, size, alike, beyond])
    bias = np.array([0.0, 1.0, 1.0, 1.0]) * BIAS_BOUND / 256
    result = equivalence_test(values, expected, np.array([0.3, 0.2, 0.18, 0.18]), ALPHA, bias)
    record(answer(result, f"means {result.mean.round(3)}, claimed {expected.round(3)}"))


@check(
    PROCESS,
    (1.0, 0.0),
    mutants={"a law of Laplace": (1.0, 1.0), "Student's with 8 degrees": (1.0, 0.5), "a fifth more": (1.2, 0.0)},
)
def test_outputs_are_gaussian_given_a_covariance_that_settles(claim):
    """A Gaussian of random covariance C: its excess kurtosis is three times the relative mean square of C - Sigma.

    C is beta^2 and the output weights' part of the kernel, whose cotangent is 1. Laplace's law is such a mixture, with
    an exponential C, Student's with nu degrees one with an excess kurtosis of 6 / (nu - 4).
    """
    share, spread = claim
    covariance = nngp(jacot(2), POINTS)
    found = drawn(jacot(2), 2048, 400, random_seed("covariances") % 2**63).parts["W_3"] + float(BETA) ** 2
    off = ((found - covariance) / entry_scale(covariance)).reshape(len(found), -1)
    above = ((share - 1) * covariance / entry_scale(covariance)).ravel()
    values = np.concatenate([off, off**2], axis=1)
    expected = np.concatenate([above, np.full(4, spread)])
    # At width m the mean square of C - Sigma is of the order of 1 / m too, and taken to be below four times that bound.
    result = equivalence_test(values, expected, 0.15, ALPHA, 4 * BIAS_BOUND / 2048)
    record(answer(result, f"off by {result.mean[:4].round(4)}, squares {result.mean[4:].round(4)}"))


@check(KERNEL, 1.0, mutants={"a fifth more": 1.2, "half": 0.5})
def test_kernels_have_the_limit_in_the_mean(claim):
    for network in (jacot(2), jacot(2, activation=Erf())):
        rows = tuple(map(tuple, POINTS))
        record_mean_kernel(network, rows, claim * ntk(network, POINTS), ALPHA)


BATCH = 20
"""Draws whose standard deviation is one value: it is nearly normal, as the squares of deviations are not."""
DRAWS = {32: 8000, 512: 2400}
"""How many draws at which width."""


def batch_deviations(network: Architecture, width: int, name: str) -> np.ndarray:
    """The standard deviation of K(x, x') in every batch of draws."""
    draws = drawn(network, width, DRAWS[width], random_seed(f"{name} {width}") % 2**63).ntk[:, 0, 1]
    return draws.reshape(-1, BATCH).std(axis=1, ddof=1)


@check(KERNEL, -0.5, mutants={"like 1/m": -1.0, "like m^(-1/4)": -0.25})
def test_the_spread_of_kernels(claim):
    for name, network in (("ReLU", jacot(2)), ("erf", jacot(2, activation=Erf()))):
        narrow, wide = (estimate(batch_deviations(network, width, name)) for width in DRAWS)
        found = decay_interval(narrow, wide, 512 / 32, ALPHA, NEXT_ORDER)
        holds = False if not found.low <= claim <= found.high else True if found.high - found.low < 0.25 else None
        detail = f"{name}: exponent {found.mean:.3f} in [{found.low:.3f}, {found.high:.3f}], wrong with probability "
        record(statistical(holds, f"{detail}{ALPHA:.0e}", false_alarm=ALPHA))

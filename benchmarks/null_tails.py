"""How often the tests of trained networks and of rates refute what is true, by simulation under the null.

    python -m benchmarks.null_tails [--trials 20000]

Each test is given draws for which its claim is just true, of the law that its own data have: log-normal shares of the
spread seen, standard deviations of normal draws, relative parts of K_0 drawn afresh. Printed is the rate of refutations
beside the rate stated, at rates that a simulation reaches. `benchmarks.false_alarms` runs the checks themselves.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

import numpy as np

from numerics.regression.ensembles import width_exponent
from numerics.statistics import clopper_pearson, decay_interval, estimate, mean_below, probability_exceeds, regression

Trial = Callable[[np.random.Generator, float], bool]
"""Does the test at this error refute what is true, on fresh draws?"""


def fluctuation(generator: np.random.Generator, alpha: float) -> bool:
    """limit:fluctuation: batches of 20 draws at four widths, deviations that fall like the inverse root."""
    widths = np.repeat([128, 512, 2048, 8192], 20)
    draws = generator.standard_normal((80, 20)) / np.sqrt(widths)[:, None]
    fitted = width_exponent(widths, draws.std(axis=1, ddof=1), 1 - alpha)
    return not fitted.low <= -0.5 <= fitted.high


def bias(generator: np.random.Generator, alpha: float) -> bool:
    """limit:bias: relative parts with the skewness seen at widths 4 and 16, fewer draws of a larger bias."""
    one = generator.gamma(0.3, 1 / 0.3, 4000) + 0.3
    two = generator.gamma(1.2, 1 / 1.2, 4000) - 1 + 1.3 / 4
    found = decay_interval(estimate(one), estimate(two), 4.0, alpha)
    return not found.low <= -1 <= found.high


def rate(generator: np.random.Generator, alpha: float) -> bool:
    """lazy:*-drift, lazy:linearised: 13 log-normal values at each of three widths, which do not fall."""
    widths = np.repeat([32, 256, 2048], 13)
    spread = np.repeat([0.6, 0.5, 0.4], 13)
    fitted = width_exponent(widths, np.exp(spread * generator.standard_normal(39)), 1 - alpha)
    return fitted.low >= 0


def share(generator: np.random.Generator, alpha: float) -> bool:
    """lazy:solution-*: logarithms of shares of 60 networks, left-skewed as seen, their mean at the bound."""
    draws = np.log(generator.gamma(2.0, 1.0, 60))
    return mean_below(draws, 0.42278433509846714, alpha) == "differs"  # the mean of ln of a Gamma(2)


def system(generator: np.random.Generator, alpha: float) -> bool:
    """lazy:solution-*: distances of 60 networks that scatter with the change on the samples, but not with a system."""
    inputs = generator.standard_normal((60, 3)) + np.array([1.0, -1.0, 1.0])
    sizes = np.linalg.norm(inputs, axis=1, keepdims=True)
    noise = np.einsum("rij,rj->ri", generator.standard_normal((60, 5, 3)), inputs)
    found = regression(noise / sizes, inputs / sizes)
    return bool((np.abs(found.mean) > found.half_width(alpha / 30)).any())


def probability(generator: np.random.Generator, alpha: float) -> bool:
    """lazy:contrast: 40 networks, each as claimed with probability one half."""
    return probability_exceeds(int(generator.binomial(40, 0.5)), 40, 0.5, alpha) == "differs"


TESTS: dict[str, Trial] = {each.__name__: each for each in (system, share, fluctuation, bias, rate, probability)}


def main() -> None:
    """Print a line a test and error."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=20_000)
    trials = parser.parse_args().trials
    for name, trial in TESTS.items():
        for alpha in (1e-2, 1e-3):
            generator = np.random.default_rng(0)
            count = sum(trial(generator, alpha) for _ in range(trials))
            low, high = clopper_pearson(count, trials, 0.005)
            print(f"{name:12} stated {alpha:.0e}: {count} of {trials}, in [{low:.1e}, {high:.1e}]", flush=True)


if __name__ == "__main__":
    main()

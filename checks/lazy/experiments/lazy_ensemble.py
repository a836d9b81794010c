"""The law of trained predictors over initialisations, against the derived one.

Set-up: this suite, after the abstract of arXiv 2605.17606 (`checks.lazy.trained_law`). Networks trained by gradient
descent.

lazy_ensemble: width, draws, quantity, first, second, derived, ensemble, half_width, bayesian. Quantity is "mean" at the
test point `first`, or "covariance" of two of them; half_width of a 99% interval, entry by entry; bayesian what the
posterior of the NNGP process given the logits says.

lazy_ensemble_draws: width, seed, point, trained, explicit: the first 200 networks, for a picture.
"""

from collections.abc import Iterator

from checks.lazy.trained_law import TEST_POINTS, WIDTH, Moments, law, outcomes, products, trained
from checks.setups.networks import number, table
from ntk_companion.results import Results
from numerics.regression.ensembles import Descent
from numerics.statistics import estimate

DRAWS, SHOWN = 2000, 200
SETTINGS: dict[str, object] = {
    "set-up": "this suite",
    "network": "FCN, depth 1",
    "targets": "0.6, 0.4",
    "training": "gradient descent until no force exceeds 1e-4",
}


def run() -> Iterator[Results]:
    """Tables lazy_ensemble and lazy_ensemble_draws."""
    runs = trained(DRAWS)
    yield moments(runs)
    yield draws(runs[:SHOWN])


def moments(runs: list[Descent]) -> Results:
    """The table of means and covariances, a row an entry."""
    found, _ = outcomes(runs)
    (mean, covariance), (bayesian_mean, bayesian_covariance) = _rounded(law()), _rounded(law("nngp"))
    first, second = estimate(found), estimate(products(found, mean))
    rows: list[tuple[object, ...]] = []
    places = range(len(TEST_POINTS))
    for i in places:
        values = (mean[i], first.mean[i], first.half_width(0.005)[i], bayesian_mean[i])
        rows.append((WIDTH, len(runs), "mean", i + 1, "", *(number(float(value), 4) for value in values)))
    for i in places:
        for j in range(i, len(TEST_POINTS)):
            values = (covariance[i, j], second.mean[i, j], second.half_width(0.005)[i, j], bayesian_covariance[i, j])
            cells = (number(float(value), 4) for value in values)
            rows.append((WIDTH, len(runs), "covariance", i + 1, j + 1, *cells))
    caption = "Mean and covariance of trained networks over initialisations, against the derived ones."
    columns = "width draws quantity first second derived ensemble half_width bayesian"
    return table("lazy_ensemble", caption, SETTINGS, columns, rows)


def _rounded(found: Moments) -> Moments:
    """Without what rounding leaves of zeros."""
    return found[0].round(12) + 0.0, found[1].round(12) + 0.0


def draws(runs: list[Descent]) -> Results:
    """Networks one by one."""
    found, solved = outcomes(runs)
    rows = [
        (WIDTH, k, point + 1, number(float(found[k, point]), 5), number(float(solved[k, point]), 5))
        for k in range(len(runs))
        for point in range(len(TEST_POINTS))
    ]
    caption = "Trained networks at the test points, and the explicit solutions from their own starts."
    return table("lazy_ensemble_draws", caption, SETTINGS, "width seed point trained explicit", rows)

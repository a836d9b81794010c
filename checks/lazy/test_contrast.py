"""The contrast that arXiv 2504.11130 draws: under squared loss the kernel stays, under cross-entropy it does not."""

import math
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import numpy as np
import torch

from checks.setups.budget import BUDGET
from checks.setups.trajectories import ALONG, ENDED, HALF, crowded, per_session, scattered
from ntk_companion.evidence import Evidence, Kind, Verdict, numerical, statistical, vacuous
from ntk_companion.judging import check, random_seed, record, session_seed, thorough
from ntk_companion.statement import Statement
from numerics.data.points import PointSet, circle
from numerics.flow.integrate import Recording, gradient_flow
from numerics.flow.trajectory import label_aware_minimum, log10_latest_crossing
from numerics.kernels.gram import FLOAT64
from numerics.losses import CrossEntropy, Squared, logistic
from numerics.networks.torch_network import empirical_ntk, initialise
from numerics.regression.ensembles import width_exponent
from numerics.statistics import Exponent
from theory.architecture import Architecture, fcn, resnet

CONTRAST = Statement(
    id="contrast",
    title="Under squared loss the kernel's largest change over all times shrinks with the width; under cross-entropy, "
    "on the same network and seed, it reaches a height that does not",
    source="this suite",
    number="contrast of losses",
    formula=r"\sup_t \max_{ij} |K_t - K_0|_{ij} \propto m^{-p},\ p > \tfrac14 \text{ (squared loss)}, \quad"
    r" \ge \gamma^2(K_0) \text{ (cross-entropy)}",
    qualification="Four points on the circle, FCN of depth 1, targets -2, 2, .. or labels 0, 1, ..: under squared loss "
    "every run ends at rest, and p, near 0.8, has a confidence interval over widths 32 to 2048 that excludes 1/4 and "
    "less, a bound set with such runs in view; under cross-entropy each run goes to the time by which it is proved to "
    "have moved by 0.9 gamma^2(K_0), and so does one of width 128 on each of three other settings, with norms 0.5 to 2 "
    "or two equal points, at depth 2 or with a ResNet; where squared loss moves the kernel by that height too there is "
    "no contrast, the case is vacuous and counted so, as with two equal points. " + ALONG,
    uses=("thm:2-start",),
)

TARGETS = Squared((-2.0, 2.0, -2.0, 2.0))
SLOWEST = -0.25
WIDTHS = (32, 128, 512, 2048)
SHARE = 0.9


class Trained(NamedTuple):
    """A network, its points by the session's seed, and the label of each."""

    network: Architecture
    points: Callable[[int], PointSet]
    labels: tuple[int, ...]

    @property
    def inputs(self) -> np.ndarray:
        """The points, n x d."""
        return self.points(session_seed()).coordinates(FLOAT64)

    @property
    def loss(self) -> CrossEntropy:
        """The logistic loss with the labels."""
        return logistic(self.labels)

    def start(self, width: int, seed: int) -> dict[str, torch.Tensor]:
        """The network of this width and seed, the same under either loss, tensors of its shapes."""
        generator = np.random.default_rng([random_seed("network"), width, seed])
        return initialise(self.network, self.inputs.shape[1], width, generator)


ON_THE_CIRCLE = Trained(fcn(1), lambda seed: circle(4), (0, 1, 0, 1))
OTHERS: dict[str, Trained] = {
    "6 points in R^3, two equal with one label, FCN": Trained(
        fcn(1), lambda seed: crowded(seed, 6, 3, 0), (0, 1, 0, 1, 1, 0)
    ),
    "5 points in R^5, norms 0.5 to 2, FCN, depth 2": Trained(
        fcn(2), lambda seed: scattered(seed, 5, 5, 2.0), (0, 1, 0, 1, 1)
    ),
    "4 points in R^10, ResNet, alpha = 1/2": Trained(
        resnet(1, HALF), lambda seed: scattered(seed, 4, 10), (0, 1, 0, 1)
    ),
}


@per_session
def largest_change(
    trained: Trained, width: int, seed: int, loss: Squared | CrossEntropy, log10_until: float
) -> tuple[float, str]:
    """sup_t max |K_t - K_0| over the record times, and the flow's status."""
    rare = Recording(per_decade=2, log10_first=-1)
    start, log_until = trained.start(width, seed), log10_until * math.log(10)
    found = gradient_flow(trained.network, start, trained.inputs, loss, log_until, recording=rare, errors=False)
    return float(found.gap_from_start.max()), found.status


def promised(trained: Trained, width: int, seed: int) -> tuple[float, float]:
    """0.9 gamma^2(K_0), and log10 of the time by which cross-entropy is proved to move the kernel by it."""
    found = empirical_ntk(trained.network, trained.start(width, seed), torch.from_numpy(trained.inputs))
    kernel, loss = found.ntk.numpy(), trained.loss
    gap = SHARE * label_aware_minimum(kernel, loss.signs)
    log_loss = loss.log_value(found.outputs.numpy())
    return gap, log10_latest_crossing(trained.network, width, kernel, loss.signs, log_loss, gap)


def squared_changes(widths: tuple[int, ...], seeds: int) -> list[list[float]]:
    """sup_t max |K_t - K_0| under squared loss, by width and seed; NaN where the flow is not at rest by t = 1e12."""
    runs = [[largest_change(ON_THE_CIRCLE, width, seed, TARGETS, 12) for seed in range(seeds)] for width in widths]
    return [[change if status == "at rest" else math.nan for change, status in row] for row in runs]


@cache
def exponent_of_the_change(seeds: int) -> Exponent | None:
    """The exponent of the width in sup_t max |K_t - K_0| under squared loss, one-sided errors as budgeted.

    None if a flow did not come to rest.
    """
    changes = np.array(squared_changes(WIDTHS, seeds))
    if np.isnan(changes).any():
        return None
    return width_exponent(np.repeat(WIDTHS, seeds), changes.ravel(), confidence=1 - 2 * BUDGET.alpha("contrast"))


@check(
    CONTRAST,
    (-math.inf, SLOWEST),
    mutants={"it does not shrink": (0.0, math.inf), "faster than m^(-3/2)": (-math.inf, -1.5)},
)
def test_the_largest_change_shrinks_with_the_width(claim):
    fit = exponent_of_the_change(24 if thorough() else 6)
    if fit is None:
        record(statistical(None, "a flow under squared loss did not come to rest", false_alarm=0.0))
        return
    low, high = claim
    holds = True if low <= fit.low and fit.high <= high else False if fit.high < low or high < fit.low else None
    detail = f"widths {WIDTHS}: exponent {fit.slope:.3f} in [{fit.low:.3f}, {fit.high:.3f}], claimed in {claim}"
    margin = high - fit.high if holds else None
    record(statistical(holds, detail, margin, false_alarm=BUDGET.alpha("contrast")))


@check(CONTRAST, None, mutants={"squared loss": Squared((-0.5, 0.5, -0.5, 0.5))})
def test_under_cross_entropy_the_kernel_moves_by_a_fixed_height(claim):
    for width in WIDTHS if thorough() else WIDTHS[:3]:
        for seed in range(2):
            record(height_evidence(ON_THE_CIRCLE, width, seed, claim, "circle"))


@check(CONTRAST, None, mutants={"squared loss": Squared})
def test_under_cross_entropy_other_networks_move_by_their_height_too(claim):
    for name, trained in OTHERS.items():
        loss = claim and claim(tuple(0.5 * trained.loss.signs))
        for width in WIDTHS[1:3] if thorough() else WIDTHS[1:2]:
            found = height_evidence(trained, width, 0, loss, name)
            record(found if loss is not None else contrasted(found, trained, width, name))
    if claim is not None:  # near points have a height so low that squared loss may reach it
        loss = claim(tuple(0.5 * ON_THE_CIRCLE.loss.signs))
        record(height_evidence(ON_THE_CIRCLE, WIDTHS[2], 0, loss, "circle"))


def contrasted(found: Evidence, trained: Trained, width: int, what: str) -> Evidence:
    """The evidence under cross-entropy; VACUOUS if the same network moves by the height under squared loss too."""
    other = height_evidence(trained, width, 0, Squared(tuple(0.5 * trained.loss.signs)), what)
    if found.verdict is Verdict.CONFIRMED and other.verdict is Verdict.CONFIRMED:
        return vacuous(Kind.NUMERICAL, f"under squared loss too: {other.detail}")
    return found


def height_evidence(trained: Trained, width: int, seed: int, loss: Squared | None, what: str) -> Evidence:
    """Did the kernel move by the height by the time that is proved? By default under the logistic loss."""
    gap, log10_until = promised(trained, width, seed)
    found, status = largest_change(trained, width, seed, loss or trained.loss, log10_until)
    detail = f"{what}, m = {width}, seed {seed}: {found:.3g} by t = 10^{log10_until:.1f}, {gap:.3g} proved, {status}"
    holds = found >= gap
    return numerical(holds if holds or status in ENDED else None, detail, margin=found - gap if holds else None)

"""The convolutional kernel of Arora et al. 2019 on small images: with pooling, without, and as a note has it."""

from fractions import Fraction

import flint
import numpy as np

from checks.foundations.images import IMAGES, Steps, claimed_gram, record_mean
from checks.foundations.printed import ARORA, FIRST_NOTE
from checks.setups.cited import WIDTH_LIMIT
from ntk_companion import Finding, Statement, certified, check, numerical, record
from ntk_companion.statement import Severity
from numerics.data.points import rational_points
from numerics.kernels.gram import ntk
from numerics.numbers.comparisons import all_of, less
from numerics.numbers.systems import Balls
from theory.architecture import Architecture, with_trained
from theory.presets import arora, cntk

REMEMBERED = "The formula is remembered or quoted, the paper's own print was not at hand. "
SHAPE = "Images of three positions and one channel, filters of three, zero padding"
FLATTENED = Statement(
    id="fd:33",
    title="The recursion of the CNTK is the NTK of the convolutional network without pooling",
    source=ARORA,
    number="section 4, the vanilla CNTK",
    formula=r"\Theta^{(h)} = \operatorname{tr}\bigl(\dot K^{(h)} \odot \Theta^{(h-1)} + K^{(h)}\bigr),\ h < L; \quad "
    r"\Theta^{(L)} = \dot K^{(L)} \odot \Theta^{(L-1)} + K^{(L)}; \quad \operatorname{tr}(\Theta^{(L)})",
    qualification=REMEMBERED + SHAPE + ": the steps against the derived kernel to rounding at depths 1 to 3, and by "
    "sampling networks of 128 channels at depth 2, to 0.3 of sqrt(K_ii K_jj). Other shapes are not covered.",
    uses=(WIDTH_LIMIT.id,),
)
ONE_PIXEL = Statement(
    id="fd:34",
    title="On images of one position with filters of one the CNTK is the NTK of the connected network",
    source=ARORA,
    number="section 4, a consequence",
    formula=r"P = Q = q = 1: \ K_{\mathrm{CNTK}} = K_{\mathrm{FCN}}, \quad d = C_0",
    qualification=REMEMBERED + "Enclosed to 1e-30 at depths 1 to 3 on three images of two channels, with pooling and "
    "without; no proof for all.",
    uses=(WIDTH_LIMIT.id,),
)
POOLED = Statement(
    id="fd:37",
    title="With pooling: Theta^(0) = 0 and no K^(L) if the first and the last layer are fixed, both terms if trained",
    source=ARORA,
    number="section 4, the CNTK with global average pooling",
    formula=r"\Theta^{(0)} = 0, \ \Theta^{(L)} = \dot K^{(L)} \odot \Theta^{(L-1)} \text{ (fixed)}; \quad "
    r"\Theta^{(0)} = \Sigma^{(0)}, \ \Theta^{(L)} = \dot K^{(L)} \odot \Theta^{(L-1)} + K^{(L)} \text{ (trained)}",
    qualification=REMEMBERED + SHAPE + ": the steps against the derived kernels to rounding at depths 2 and 3, and by "
    "sampling networks of 128 channels at depth 2, to 0.3 of sqrt(K_ii K_jj).",
    uses=(WIDTH_LIMIT.id,),
)
LAST_STEP = Statement(
    id="fd:36",
    title="The CNTK without pooling sums over patches at h = L too",
    source=FIRST_NOTE,
    number="steps 6, 8 and 10 of the CNTK",
    formula=r"\Theta^{(L)} = \operatorname{tr}\bigl(\dot K^{(L)} \odot \Theta^{(L-1)} + K^{(L)}\bigr), \quad "
    r"H = \operatorname{tr}(\Theta^{(L)})",
    qualification="Refuted against the derived kernel for images of three positions and one channel, filters of three, "
    "zero padding, depths 1 and 2, and by sampling networks of depth 1. A quotation: the finding is on the note.",
    finding=Finding(
        Severity.UNAFFECTED,
        "The output layer has a weight a position and no filter: at h = L there is no sum over patches.",
        corrected=r"\Theta^{(L)} = \dot K^{(L)} \odot \Theta^{(L-1)} + K^{(L)}",
    ),
    uses=(WIDTH_LIMIT.id,),
)


PATCHES, NONE = Steps(at_the_end=True), Steps()
THREE = (3,)
"""Positions of the images."""


@check(LAST_STEP, PATCHES, corrected=NONE, mutants={"K lost": Steps(last=0.0), "2% of K": Steps(last=1.02)})
def test_the_last_step_against_the_derived_kernel(claim):
    for depth in (1, 2):
        judge_steps(claim, cntk(depth, THREE, pooled=False), depth)


def judge_steps(claim: Steps, network: Architecture, depth: int) -> None:
    """Record whether a network's derived kernel is that of the steps, to rounding."""
    derived, said = ntk(network, np.array(IMAGES)), claimed_gram(claim, depth)
    off = float(np.abs(derived - said).max() / np.abs(derived).max())
    record(numerical(off < 1e-12, f"{network.name}: relatively off by {off:.2g}"))


@check(LAST_STEP, PATCHES, corrected=NONE, mutants={"K lost at h = L": Steps(last=0.0)})
def test_the_last_step_by_sampling(claim):
    record_mean(cntk(1, THREE, pooled=False), claimed_gram(claim, 1), 0.5)


@check(
    FLATTENED,
    NONE,
    mutants={"2% of K": Steps(last=1.02), "2% of the first layer": Steps(start=1.02), "pooled": Steps(pooled=True)},
)
def test_the_steps_of_flattened_networks(claim):
    for depth in (1, 2, 3):
        judge_steps(claim, cntk(depth, THREE, pooled=False), depth)


@check(FLATTENED, NONE, mutants={"the first layer's part lost": Steps(start=0.0), "patches at the end": PATCHES})
def test_the_steps_of_flattened_networks_by_sampling(claim):
    record_mean(cntk(2, THREE, pooled=False), claimed_gram(claim, 2), 0.3)


POINTS = rational_points("one pixel", [[Fraction(entry) for entry in row] for row in ((1, 2), (3, -1), (0, 0))])
"""Images of one position and two channels, a dark one among them."""
SYSTEM = Balls(128)


@check(ONE_PIXEL, (1, 0), mutants={"filters of three": (3, 0), "a layer more": (1, 1)})
def test_images_of_one_pixel(claim):
    size, more = claim
    for depth in (1, 2, 3):
        for pooled in (True, False):
            with SYSTEM.working():
                convolved = ntk(cntk(depth, (1,), size, pooled=pooled), POINTS, SYSTEM)
                connected = ntk(arora(depth + more), POINTS, SYSTEM)
                offs = np.abs(convolved - connected).ravel()
                holds = all_of(less(off, flint.arb("1e-30")) for off in offs)
            record(certified(holds, f"depth {depth}, {'pooled' if pooled else 'flattened'}: {POINTS.name}"))


def pooled(depth: int, *, all_trained: bool) -> Architecture:
    """The network with pooling; else without training of its first and last layer."""
    network = cntk(depth, THREE, pooled=True)
    return network if all_trained else with_trained(network, [f"W_{index}" for index in range(2, depth + 1)])


FIXED, TRAINED = Steps(pooled=True, last=0.0, start=0.0), Steps(pooled=True)


@check(
    POOLED,
    (FIXED, TRAINED),
    mutants={
        "the other way round": (TRAINED, FIXED),
        "first layer trained": (Steps(pooled=True, last=0.0), TRAINED),
        "2% of K^(L)": (FIXED, Steps(pooled=True, last=1.02)),
    },
)
def test_the_steps_of_pooled_networks(claim):
    for all_trained, steps in zip((False, True), claim, strict=True):
        for depth in (2, 3):
            judge_steps(steps, pooled(depth, all_trained=all_trained), depth)


@check(POOLED, (FIXED, TRAINED), mutants={"the other way round": (TRAINED, FIXED)})
def test_the_steps_of_pooled_networks_by_sampling(claim):
    for all_trained, steps in zip((False, True), claim, strict=True):
        record_mean(pooled(2, all_trained=all_trained), claimed_gram(steps, 2), 0.3)

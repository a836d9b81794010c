"""The last step of the convolutional kernel without pooling, as a public note prints it."""

import numpy as np

from checks.foundations.budget import ALPHA
from checks.foundations.images import IMAGES, claimed_gram
from checks.foundations.printed import FIRST_NOTE
from checks.setups.budget import BIAS_BOUND
from checks.setups.cited import WIDTH_LIMIT
from ntk_companion import Finding, Statement, check, numerical, random_seed, record, statistical
from ntk_companion.statement import Severity
from numerics.kernels.gram import ntk
from numerics.networks.torch_network import empirical_ntk, initialise
from numerics.statistics import entry_scale, equivalence_test
from theory.presets import cntk

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


@check(LAST_STEP, (True, 1.0), corrected=(False, 1.0), mutants={"K lost": (False, 0.0), "2% of K": (False, 1.02)})
def test_the_last_step_against_the_derived_kernel(claim):
    for depth in (1, 2):
        derived = ntk(cntk(depth, (3,), 3, pooled=False), np.array(IMAGES))
        said = claimed_gram(claim, depth)
        off = float(np.abs(derived - said).max() / np.abs(derived).max())
        record(numerical(off < 1e-12, f"depth {depth}: relatively off by {off:.2g}"))


@check(LAST_STEP, (True, 1.0), corrected=(False, 1.0), mutants={"K lost at h = L": (False, 0.0)})
def test_the_last_step_by_sampling(claim):
    """Explicit networks of 256 channels: the mean of their kernels, to half of sqrt(K_ii K_jj)."""
    network, generator = cntk(1, (3,), 3, pooled=False), np.random.default_rng(random_seed("images"))
    inputs = np.array(IMAGES)
    found = np.stack(
        [
            empirical_ntk(network, initialise(network, 3, 256, generator), inputs).ntk.detach().numpy()
            for _ in range(200)
        ]
    )
    scale = entry_scale(found.mean(axis=0))
    result = equivalence_test(found / scale, claimed_gram(claim, 1) / scale, 0.5, ALPHA, BIAS_BOUND / 256)
    holds = {"agrees": True, "differs": False, "undecided": None}[result.verdict]
    detail = f"off by {np.abs(result.discrepancy).max():.2f} of sqrt(K_ii K_jj), detects {result.detectable.max():.2f}"
    record(statistical(holds, detail, false_alarm=ALPHA))

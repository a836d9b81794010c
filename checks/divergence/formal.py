"""Which theorem of `theory/proofs` proves which statement of the paper, and in what it says less."""

from ntk_companion.formal import Formal

FLOW = (
    "The theorem speaks of flows that satisfy (2.7), with every output differentiable in the trained parameters, at all "
    "times but finitely many in each bounded interval, and along which the outputs are continuous: a flow may cross "
    "kinks and not slide along them."
)
LIMIT = "That K is the limit of K_0 as the width grows is cited (eq:3.3), not proved: K is the kernel derived from the architecture."
LAST_GROUPS = "At least the output weights and the last bias are trained."
BELOW = "An eigenvalue is spoken of by its bounds: l is at most lambda_min(A) just if v' A v >= l |v|^2 for all v."

PROOFS = {
    "def:1": (Formal(("definition_1.definition_1",), BELOW),),
    "lemma:1": (
        Formal(
            ("definition_1.lemma_1",),
            "The Gaussian moment is its closed form sqrt(K(x, x) K(y, y)) k_1(.) / 2, which moments.moment_1 proves "
            "equal to the integral in polar coordinates.",
        ),
    ),
    "lemma:2": (
        Formal(
            ("power_series.lemma_2",),
            "Points are given by their Gram matrix: ones on its diagonal, less than 1 in modulus off it.",
        ),
    ),
    "lemma:3": (
        Formal(("arccosine.lemma_3", "arccosine.central_binomial_factorial"), "The series are proved on (-1, 1]."),
    ),
    "lemma:4": (Formal(("definition_1.lemma_4",)),),
    "lemma:5": (Formal(("definition_1.lemma_5",), "alpha is not 0; the points are phi(x) for different x."),),
    "lemma:6": (Formal(("definition_1.lemma_6",), "alpha is not 0; the points are phi(x) for different x."),),
    "prop:pd-fcn": (Formal(("definiteness.proposition_2", "agreement.fcn_agrees")),),
    "prop:pd-resnet": (Formal(("definiteness.proposition_3", "agreement.resnet_agrees"), "alpha is not 0."),),
    "prop:1": (Formal(("definition_1.proposition_1",), "alpha is not 0 in the residual network."),),
    "hypothesis:alpha": (Formal(("definiteness.proposition_3",), corrects=True),),
    "eq:3.8": (
        Formal(
            ("agreement.k0_agrees", "agreement.k1_agrees", "moments.moment_0", "moments.moment_1"),
            "The Gaussian integral over the plane is taken in polar coordinates.",
        ),
    ),
    "eq:3.2": (
        Formal(
            ("gradient_flow.equation_3_2",),
            "At a time at which every output is differentiable in the trained parameters and (2.7) holds.",
        ),
    ),
    "eq:C.22": (
        Formal(
            ("gradient_flow.equation_C_22", "dissipation.equation_5_4"),
            "At a time at which every output is differentiable in the trained parameters and (2.7) holds.",
        ),
    ),
    "eq:5.4": (Formal(("dissipation.equation_5_4",), corrects=True),),
    "eq:5.5": (
        Formal(
            ("gradient_flow.equation_C_22",),
            "At a time at which every output is differentiable in the trained parameters and (2.7) holds.",
        ),
    ),
    "lemma:7": (Formal(("gap_constants.lemma_7",), BELOW),),
    "gap:sharp": (Formal(("gap_constants.sharp_constant", "gap_constants.sharp_constant_attained"), BELOW),),
    "gap:best": (Formal(("gap_constants.best_constant", "gap_constants.best_constant_attained")),),
    "gap:label-aware": (Formal(("gap_constants.label_aware_constant",)),),
    "gap:order": (Formal(("gap_constants.below_best", "gap_constants.best_label", "gap_constants.label_below")),),
    "output:fcn": (Formal(("fcn_network.kernel_controls_output",), LAST_GROUPS),),
    "output:resnet": (Formal(("resnet_network.kernel_controls_resnet_output",), LAST_GROUPS),),
    "thm:1": (Formal(("training.theorem_1_fcn", "training.theorem_1_resnet", "theorem_1.lemma_8"), FLOW),),
    "thm:2": (
        Formal(
            ("training.theorem_2_fcn_printed", "fcn_network.theorem_2_fcn", "training.theorem_2_fcn_margin"),
            f"{FLOW} {LAST_GROUPS} {LIMIT}",
        ),
    ),
    "thm:2-resnet": (
        Formal(
            (
                "training.theorem_2_resnet_printed",
                "resnet_network.theorem_2_resnet",
                "training.theorem_2_resnet_margin",
            ),
            f"{FLOW} {LAST_GROUPS} alpha is not 0. {LIMIT}",
        ),
    ),
    "alternative": (Formal(("alternative.alternative",), f"{FLOW} The lower limit is spoken of by its bounds."),),
    "alternative:gap": (
        Formal(("training.theorem_2_fcn_initial", "gap_constants.label_below"), f"{FLOW} {LAST_GROUPS}"),
    ),
    "cor:1": (Formal(("training.corollary_1_fcn",), f"{FLOW} Of the fully connected network."),),
}
"""The proofs of each statement, by its id."""

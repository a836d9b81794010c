"""How small lambda_0 can be: a bound from below by the separation of the points, which the paper does not give."""

from checks.divergence.formal import LEAST_EIGENVALUE
from ntk_companion import Statement
from ntk_companion.formal.items import check_proofs

SEPARATION = Statement(
    "lambda-0:separation",
    "At every depth lambda_0 of the fully connected network is bounded from below by the separation of the points",
    "this suite",
    "lambda_0, from below",
    r"2 n \rho_l^{e_k} \le 1 \Rightarrow \lambda_{\min}(K_{\mathrm{FC}}) \ge \tfrac12 a_k \text{ at depth } l + 1, "
    r"\quad \rho_0 = \max_{i \ne j} |\cos(\tilde x_i, \tilde x_j)|, \ \rho_{l+1} = \tfrac12 (1 + k_1(\rho_l)), \quad "
    r"k_1(u) = \sum_k a_k u^{e_k}",
    "Proved for every number of points; on the hexagon it gives 7 / (4608 pi) at depth 1, far below the true value.",
    uses=("lemma:2", "lemma:3", "prop:pd-fcn"),
)

test_the_bound_is_proved = check_proofs((SEPARATION, proof) for proof in LEAST_EIGENVALUE[SEPARATION.id])

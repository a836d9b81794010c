"""Several classes: Theorems 1 and 2 under softmax, which the paper does not state; proved in Coq for every case."""

from checks.divergence.formal import CLASSES
from ntk_companion import Statement
from ntk_companion.formal.items import check_proofs

THEOREM_1 = Statement(
    "thm:1-classes",
    "With K classes under softmax every margin tends to infinity while lambda_min of the block kernel stays positive",
    "this suite",
    "Theorem 1 for K classes",
    r"\lambda_{\min}(K_t) \ge C > 0 \Rightarrow f_{y_i}(x_i) - f_k(x_i) \to +\infty \ \text{for every } k \ne y_i",
    "Proved, for every number of samples, of classes and of parameters.",
    uses=("thm:1",),
)
THEOREM_2 = Statement(
    "thm:2-classes",
    "With K classes under softmax the block kernel strays from its limit again and again",
    "this suite",
    "Theorem 2 for K classes, (4.3) and (4.4)",
    r"\limsup_t \max_{ab} |K_t - K \otimes I|_{ab} \ge \frac{\lambda_0}{n} \, \frac{K}{4 (K - 1)}",
    "Proved, for both networks at every depth and width.",
    uses=("thm:1-classes", "prop:pd-fcn", "prop:pd-resnet", "eq:3.3"),
)

test_theorems_for_several_classes_are_proved = check_proofs(
    (statement, proof) for statement in (THEOREM_1, THEOREM_2) for proof in CLASSES[statement.id]
)

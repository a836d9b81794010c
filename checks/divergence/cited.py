"""What the statements on the divergence paper take from the literature: cited, decided nowhere here."""

from checks.setups.cited import WIDTH_LIMIT
from ntk_companion import Statement, cite

__all__ = ["CHAIN_RULE", "WIDTH_LIMIT"]
CHAIN_RULE = cite(
    Statement(
        id="cited:chain-rule",
        title="Along an absolutely continuous solution of the flow the chain rule holds for almost every time",
        source="Davis, Drusvyatskiy, Kakade, Lee 2020, arXiv 1804.07795",
        number="chain rule",
        formula=r"\frac{d}{dt} f(x; \theta_t) = \langle \nabla f(x; \theta_t), \dot\theta_t \rangle"
        r" \text{ for almost every } t",
        qualification="Cited, for piecewise polynomial activations, along solutions of the flow's inclusion.",
        cited=True,
    )
)

"""What the statements on the divergence paper take from the literature: cited, decided nowhere here."""

from ntk_companion import Statement, cite

WIDTH_LIMIT = cite(
    Statement(
        id="cited:width-limit",
        title="At initialisation the empirical NTK converges to the kernel of the recursion as all widths grow",
        source="Jacot, Gabriel, Hongler 2018, arXiv 1806.07572",
        number="Theorem 1",
        formula=r"K_0(x, x') \to K(x, x') \text{ in probability}, \quad m \to \infty",
        qualification="Cited for networks of this kind; the theorem lets the hidden layers grow one after another.",
        cited=True,
    )
)
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

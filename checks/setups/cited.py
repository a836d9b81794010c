"""What statements on several papers take from the literature: cited, decided nowhere here."""

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

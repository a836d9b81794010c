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
STOLZ_CESARO = cite(
    Statement(
        id="cited:stolz-cesaro",
        title="If b_l increases strictly to infinity and (a_{l+1} - a_l) / (b_{l+1} - b_l) tends to q, a_l / b_l does",
        source="the theorem of Stolz and Cesaro",
        number="as in textbooks",
        formula=r"\frac{a_{l+1} - a_l}{b_{l+1} - b_l} \to q,\ b_l < b_{l+1} \to \infty \Rightarrow"
        r" \frac{a_l}{b_l} \to q",
        qualification="Cited: an elementary theorem on sequences.",
        cited=True,
    )
)
STRICT_SCHUR = cite(
    Statement(
        id="cited:schur-product",
        title="The entrywise product of a semidefinite M without zeros on its diagonal and a definite H is definite",
        source="Schur 1911, as in Horn and Johnson, Topics in Matrix Analysis",
        number="Theorem 5.2.1",
        formula=r"M = \sum_k m_k m_k', \ H \succ 0: \quad v' (M \circ H) v = \sum_k (v \circ m_k)' H (v \circ m_k) \ge"
        r" 0, \quad > 0 \text{ for } v \ne 0 \text{ if } M_{ii} > 0 \ \forall i",
        qualification="Cited: the formula shows it, as each term is positive unless v o m_k is zero.",
        cited=True,
    )
)
FALLING = cite(
    Statement(
        id="cited:falling-iterates",
        title="If g is continuous and 0 <= g(z) < z for 0 < z < c, then the iterates g^l(z) tend to 0",
        source="the theorem of monotone convergence",
        number="as in textbooks",
        formula=r"g \text{ continuous}, \ 0 \le g(z) < z \ (0 < z < c) \Rightarrow g^l(z) \to 0",
        qualification="Cited: a falling sequence that is bounded below has a limit, which is a fixed point.",
        cited=True,
    )
)
RAYLEIGH = cite(
    Statement(
        id="cited:rayleigh-quotient",
        title="The Rayleigh quotient of a symmetric matrix lies between its least and its largest eigenvalue",
        source="Rayleigh and Ritz, as in Horn and Johnson, Matrix Analysis",
        number="Theorem 4.2.2",
        formula=r"\lambda_{\min}(A) \le \frac{v'Av}{v'v} \le \lambda_{\max}(A)",
        qualification="Cited: the spectral theorem.",
        cited=True,
    )
)

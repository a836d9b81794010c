"""How values show themselves in a notebook: intervals as LaTeX, tables as HTML."""

import re
from collections.abc import Iterable

import flint

from numerics.numbers.decimals import decimal_enclosure

FEWEST_DIGITS, MOST_DIGITS = 3, 30

_TABLE = """\
<table>
<caption>{{ caption }}</caption>
{% if headings %}
<thead><tr>{% for cell in headings %}<th scope="col">{{ cell }}</th>{% endfor %}</tr></thead>
{% endif %}
<tbody>
{% for row in rows %}
<tr><th scope="row">{{ row[0] }}</th>{% for cell in row[1:] %}<td>{{ cell }}</td>{% endfor %}</tr>
{% endfor %}
</tbody>
</table>"""


def html_table(caption: str, headings: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table in HTML, the first cell of each row its heading. Text is escaped unless it is markupsafe's Markup."""
    import jinja2  # for notebooks alone

    template = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string(_TABLE)
    return template.render(caption=caption, headings=list(headings), rows=[list(row) for row in rows])


def interval_latex(lower: flint.arb, upper: flint.arb) -> str:
    """Exact bounds as an interval in LaTeX, rounded outward, two digits more than they share and at most 30."""
    digits = FEWEST_DIGITS
    with flint.ctx.workprec(4 * MOST_DIGITS):
        width, size = upper - lower, max(abs(lower), abs(upper))
        while digits < MOST_DIGITS and width * flint.arb(10) ** (digits - 2) < size:
            digits += 1
    return r"\left[{},\; {}\right]".format(*map(_number_latex, decimal_enclosure(lower, upper, digits)))


def _number_latex(text: str) -> str:
    infinite = text.replace("Infinity", r"\infty")
    return re.sub(r"e([-+]?)0*(\d+)", lambda found: rf" \cdot 10^{{{found[1].strip('+')}{found[2]}}}", infinite)

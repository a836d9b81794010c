"""The report as one page: a ledger, with the appendix's tables and figures, as an HTML text that holds all it shows."""

import base64
import hashlib

from markupsafe import Markup

from ntk_companion.report import graph, mathematics
from ntk_companion.report.facts import HERE, Contents, environment, facts, mathematical_characters
from ntk_companion.report.links import Within


def page(contents: Contents, formulas: mathematics.Formulas) -> str:
    """The page; `formulas` keeps a warning of each that could not be set."""
    templates = environment(formulas, Within())
    templates.filters["data_uri"] = _data_uri
    said = facts(contents)
    said["drawing"] = graph.laid_out({one["id"]: one["uses"] for one in contents.entries})
    main = templates.get_template("main.html.j2").render(said)
    style, script = ((HERE / name).read_text(encoding="utf-8") for name in ("style.css", "script.js"))
    return templates.get_template("page.html.j2").render(
        said,
        main=Markup(main),
        font=mathematics.font(mathematical_characters(main)),
        style=Markup(style),
        script=Markup(script),
        script_digest=base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode("ascii"),
    )


def _data_uri(svg: str) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode("utf-8")).decode("ascii")

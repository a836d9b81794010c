"""The report as a folder: an overview, a page a subject and a statement, all of which open from disk."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from ntk_companion.report import graph, mathematics, search
from ntk_companion.report.badge import badge
from ntk_companion.report.facts import HERE, Contents, environment, facts, mathematical_characters
from ntk_companion.report.links import IN_FOLDER, ON_HOME, file_name
from numerics.progress import counted, tell

MARKER = "index.js"
"""The file that tells the folder of a report from any other."""
Record = dict[str, Any]


def site(contents: Contents, formulas: mathematics.Formulas) -> tuple[str, dict[str, str]]:
    """The overview, and the files of the folder beside it by name; `formulas` keeps a warning of what it cannot set."""
    said = facts(contents) | {"grouped": contents.by_subject(), "titles": contents.titles()}
    home = environment(formulas, ON_HOME).get_template("overview.html.j2").render(said, page="report")
    pages = dict(_pages(contents, said, formulas))
    tell(lambda: "search and font")
    characters = mathematical_characters(home).union(*map(mathematical_characters, pages.values()))
    index = search.index(contents.entries, formulas)
    return home, pages | {MARKER: index} | _files(contents, mathematics.font(characters))


def _files(contents: Contents, font: str) -> dict[str, str]:
    """What the pages share, and the pictures."""
    style = (HERE / "style.css").read_text(encoding="utf-8")
    face = f'@font-face {{ font-family: "STIX Two Math"; src: url(data:font/woff;base64,{font}) format("woff"); }}\n'
    figures = contents.appendix.figures if contents.appendix else ()
    return {
        "style.css": face + style,
        "script.js": (HERE / "script.js").read_text(encoding="utf-8"),
        **{file_name("figure", one.name, "svg"): one.svg for one in figures},
        **{file_name("badge", one["id"], "svg"): badge(one) for one in contents.entries},
    }


def _pages(contents: Contents, said: dict[str, Any], formulas: mathematics.Formulas) -> Iterator[tuple[str, str]]:
    """The name and the text of every page in the folder."""
    templates = environment(formulas, IN_FOLDER)
    planned = list(_planned(contents, said))
    for template, name, more in counted(planned, len(planned), "pages"):
        text = templates.get_template(template).render(said, page=name.removesuffix(".html"), **more)
        yield name, text


def _planned(contents: Contents, said: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """The template of every page, its name, and what it alone says."""
    if said["findings"]:
        yield "findings_page.html.j2", "findings.html", {}
    yield "graph_page.html.j2", "graph.html", {"drawing": _drawing(contents.entries)}
    for subject, entries in said["grouped"].items():
        more = {"subject": subject, "of_subject": entries, "drawing": _drawing(entries)}
        yield "subject.html.j2", file_name("subject", subject), more
        for before, entry, after in _with_neighbours(entries):
            more = {"subject": subject, "entry": entry, "before": before, "after": after}
            yield "one.html.j2", file_name("statement", entry["id"]), more
    if contents.appendix and contents.appendix.figures:
        yield "figures_page.html.j2", "figures.html", {}
    if contents.appendix and contents.appendix.tables:
        yield "tables_page.html.j2", "tables.html", {}
        for one in contents.appendix.tables:
            yield "table_page.html.j2", file_name("table", one.name), {"one": one}


def _drawing(entries: Sequence[Record]) -> graph.Drawing:
    """The graph of what these statements use, of other subjects too."""
    return graph.laid_out({one["id"]: one["uses"] for one in entries})


def _with_neighbours(entries: list[Record]) -> Iterator[tuple[Record | None, Record, Record | None]]:
    """Every entry with the one before it and the one after it."""
    padded = [None, *entries, None]
    for (before, entry), (_, after) in pairwise(pairwise(padded)):
        assert entry is not None
        yield before, entry, after

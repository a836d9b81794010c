"""The index that the report is searched by: a script that holds data, so that nothing is fetched."""

import json
import re
from collections.abc import Iterable
from typing import Any

from ntk_companion.report.links import file_name
from ntk_companion.report.mathematics import Formulas
from ntk_companion.sentences import pieces
from ntk_companion.status import status_of

_WORD = re.compile(r"[^\W_][\w.:~'-]*")
COMMON = frozenset(re.findall(r"\w+", """
    a an and are as at be by for from has in is it its no not of on or that the this to was where which with
"""))  # fmt: skip


def index(entries: Iterable[dict[str, Any]], formulas: Formulas) -> str:
    """The index as a script: of each statement what is shown of it, the file of its page, and the words it is found by.

    `shown` is HTML, and there only if it differs from number and title.

    What an author wrote stands in it as data, and ends neither the script nor its element.
    """
    rows = [
        {"id": one["id"], "number": one["number"], "title": one["title"], "verdict": one["verdict"],
         "status": status_of(one).name, "file": file_name("statement", one["id"]), "words": _words(one),
         "shown": _shown(f"{one['number']} {one['title']}", one["id"], formulas)}
        for one in entries
    ]  # fmt: skip
    text = json.dumps(rows, ensure_ascii=False, separators=(",", ":"))
    return f"const INDEX = {text.replace('<', chr(92) + 'u003c')};\n"


def _shown(text: str, where: str, formulas: Formulas) -> str:
    return formulas.sentence(text, where) if any(piece.is_math or piece.is_code for piece in pieces(text)) else ""


def _words(entry: dict[str, Any]) -> str:
    """The words of a statement, each once: those of its texts, not of the cases tried."""
    finding = entry["finding"] or {}
    texts = [
        entry["id"], entry["number"], entry["title"], entry["source"], entry["verdict"], entry["qualification"],
        finding.get("sentence", ""), finding.get("severity", ""), *entry["hypotheses"].values(), *entry["evidence"],
        *(mutant["name"] for mutant in entry["mutants"]), *(theorem["name"] for theorem in entry["theorems"]),
    ]  # fmt: skip
    found = _WORD.findall(" ".join(texts).lower())
    return " ".join(dict.fromkeys(word.rstrip(".:") for word in found if word not in COMMON))

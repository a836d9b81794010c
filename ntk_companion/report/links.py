"""Where things stand in a report: anchors and names of files, which stay what they are as a ledger grows."""

import re
from dataclasses import dataclass
from urllib.parse import quote

HOME = "report.html"
"""What a reader opens, in both forms of the report."""
FOLDER = "pages"
"""Where all other files of the report lie, beside it."""


def anchor(name: str) -> str:
    """The anchor of a statement, fit for an id and, as it is, for a link."""
    return "statement-" + quote(name, safe=":.")


def file_name(kind: str, name: str, ending: str = "html") -> str:
    """The file of a statement, a subject, a table or a figure: different for different names on every file system.

    A colon becomes an underscore, an underscore ~_, C is ~c, and any other sign that is no letter, digit, dot or hyphen
    is spelled out.
    """
    return f"{kind}-{re.sub(r'[^a-z0-9.-]', _spelled, name)}.{ending}"


def _spelled(sign: re.Match[str]) -> str:
    if sign[0] == ":":
        return "_"
    if re.fullmatch(r"[A-Z_]", sign[0]):
        return f"~{sign[0].lower()}"
    return "".join(f"~~{byte:02x}" for byte in sign[0].encode("utf-8"))


@dataclass(frozen=True)
class Links:
    """Links from a page of the report in the folder form.

    prefix  what leads from the page to the folder of pages
    home    what leads from it to the overview
    """

    prefix: str
    home: str

    def statement(self, name: str) -> str:
        """To the page of a statement."""
        return self.page("statement", name)

    def table(self, name: str) -> str:
        """Where the table of a name is shown."""
        return self.page("table", name)

    def page(self, kind: str, name: str) -> str:
        """To the page of a thing of this kind."""
        return quote(self.prefix + file_name(kind, name))

    def file(self, name: str) -> str:
        """To a file of the report by its own name."""
        return quote(self.prefix + name)


class Within(Links):
    """Links within the form of the report that is one page."""

    def __init__(self) -> None:
        super().__init__("", "#content")

    def statement(self, name: str) -> str:
        """To the place of a statement on the page."""
        return "#" + anchor(name)

    def table(self, name: str) -> str:
        """To the place of a table on the page."""
        return "#table-" + quote(name)


ON_HOME = Links(f"{FOLDER}/", HOME)
IN_FOLDER = Links("", f"../{HOME}")

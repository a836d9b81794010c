"""A badge: a verdict and its scope as a small SVG picture, to stand in a README or a review."""

from html import escape
from typing import Any

from ntk_companion.status import status_of

HEIGHT = 20
ADVANCE = 6.6
"""The mean advance of a letter of the badge's type."""


def badge(entry: dict[str, Any]) -> str:
    """The badge of a ledger's entry as SVG: its id, and verdict with scope."""
    status = status_of(entry)
    verdict = entry["verdict"] + ("" if entry["scope"] == "cited" else f", {entry['scope']}")
    left, right = (round(len(text) * ADVANCE) + 14 for text in (entry["id"], verdict))
    name, said = escape(entry["id"]), escape(verdict)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="{HEIGHT}" role="img"'
        f' aria-label="{name}: {said}"><title>{name}: {said}</title>'
        f'<rect width="{left + right}" height="{HEIGHT}" rx="3" fill="{status.colour}"/>'
        f'<path d="M3 0H{left}V{HEIGHT}H3A3 3 0 0 1 0 17V3A3 3 0 0 1 3 0" fill="#3b3f45"/>'
        '<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11" text-anchor="middle">'
        f'<text x="{left / 2}" y="14" textLength="{left - 14}">{name}</text>'
        f'<text x="{left + right / 2}" y="14" textLength="{right - 14}">{said}</text></g></svg>\n'
    )

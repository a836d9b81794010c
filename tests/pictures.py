"""Draw the README's pictures anew from the recorded ledger and results: ``python -m tests.pictures``."""

import re
import shutil
import tempfile
from pathlib import Path

from PIL import Image
from PIL.PngImagePlugin import PngInfo
from playwright.sync_api import sync_playwright

from ntk_companion.cli import main
from ntk_companion.files import digest

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "_static"
FIGURE = "gap_over_time.svg"
GRAPH, GRAPH_PAGE = "graph.png", "pages/subject-divergence.html"
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu")
DESK = {"width": 1500, "height": 1200}
ALONE = (
    "document.body.replaceChildren(document.querySelector('svg')); document.body.style = 'max-width: none; margin: 0'"
)


SHOWN = "shown"
"""The key under which the picture of the graph keeps a digest of what stands in its boxes."""


def shown(html: str) -> str:
    """A digest of what stands in the boxes of the graph of a page."""
    return digest(re.findall(r"<text[^>]*>(.*?)</text>", html))


def draw(folder: Path) -> None:
    """Write the figure and the picture of the graph into `folder`."""
    ledger = str(ROOT / "checks" / "ledger.json")
    main.main(["figures", "--out", str(folder / "figures"), "--ledger", ledger])
    main.main(["report", "--out", str(folder / "report"), "--ledger", ledger])
    shutil.copy(folder / "figures" / FIGURE, folder / FIGURE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport=DESK)
        page.goto((folder / "report" / GRAPH_PAGE).as_uri())
        page.evaluate(ALONE)
        page.locator("svg").first.screenshot(path=folder / GRAPH)
        browser.close()
    with Image.open(folder / GRAPH) as picture:
        said = PngInfo()
        said.add_text(SHOWN, shown((folder / "report" / GRAPH_PAGE).read_text(encoding="utf-8")))
        picture.save(folder / GRAPH, pnginfo=said)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        draw(Path(made))
        for picture in (FIGURE, GRAPH):
            shutil.copy(Path(made) / picture, PICTURES / picture)

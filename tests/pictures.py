"""Draw the README's pictures anew from the recorded ledger and results: ``python -m tests.pictures``."""

import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from ntk_companion.cli import main

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


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        draw(Path(made))
        for picture in (FIGURE, GRAPH):
            shutil.copy(Path(made) / picture, PICTURES / picture)

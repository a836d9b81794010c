"""The report in a real Chromium: what a reader with a screen, a keyboard, a screen reader or a printer gets."""

import io
import re
import shutil
from itertools import pairwise

import pytest
from PIL import Image

from checks.suite import SUITE
from ntk_companion.report.links import FOLDER, HOME, file_name
from ntk_companion.suite import catalogue
from tests.ledgers import FINDING, entries, items
from tests.test_report import APPENDIX, page, pages

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update",
)  # fmt: skip
PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 900}

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A page with every formula of the catalogue, each status, the graph, tables and figures."""
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(page(entries(*suite(), *own()), ["mine:missing"], APPENDIX))
    return path


@pytest.fixture(scope="module")
def short(tmp_path_factory):
    """A page with one of each kind of thing."""
    path = tmp_path_factory.mktemp("report") / "short.html"
    path.write_text(page(entries(*own()), ["mine:missing"], APPENDIX))
    return path


def suite():
    for number, record in enumerate(catalogue(SUITE).values()):
        fate = {"verdict": "REFUTED", "finding": FINDING | record["finding"]} if record["finding"] else {}
        yield items(covers_all=number % 3 == 0, **{key: record[key] for key in KEPT} | fate)


def own():
    yield items(id="mine:proved", covers_all=True, hypotheses=("no bias",))
    yield items("REFUTED", id="mine:finding", finding=FINDING, formula=r"\sqrt{\frac{x}{y}} + " * 12 + "z")
    yield items("INCONCLUSIVE", id="mine:undecided", uses=["mine:absent", "mine:finding"])
    yield items("VACUOUS", id="mine:vacuous", uses=["mine:proved"])
    yield items("REFUTED", id="mine:refuted", title="x" * 90, number="y" * 90)
    yield items(id='mine:a name <with> "signs"', title="a <title>", uses=["mine:undecided"], killed=False)


KEPT = ("id", "title", "source", "number", "formula", "uses", "qualification")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The folder form of the whole page; the overview."""
    out = tmp_path_factory.mktemp("report")
    (out / FOLDER).mkdir()
    home, files = pages(entries(*suite(), *own()), ["mine:missing"], APPENDIX, title="Theorems", authors="N. N.")
    (out / HOME).write_text(home)
    for name, text in files.items():
        (out / FOLDER / name).write_text(text)
    return out / HOME


@pytest.fixture
def opened(browser, short):
    """Opens the page; everything it asks for and complains of is gathered on it."""
    contexts = []

    def opener(viewport=DESK, file=short, **options):
        context = browser.new_context(viewport=viewport, **options)
        contexts.append(context)
        tab = context.new_page()
        tab.asked, tab.complaints = [], []
        tab.on("request", lambda request: tab.asked.append(request.url))
        tab.on("console", lambda message: tab.complaints.append(message.text))
        tab.on("pageerror", lambda error: tab.complaints.append(str(error)))
        tab.goto(file.as_uri())
        tab.evaluate("document.fonts.ready")
        return tab

    yield opener
    for context in contexts:
        context.close()


def open_all(tab):
    tab.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")


def test_it_fetches_nothing_and_complains_of_nothing(opened, whole):
    tab = opened(file=whole)
    open_all(tab)
    assert [url for url in tab.asked if not url.startswith("data:")] == [whole.as_uri()]
    assert tab.complaints == []


def test_every_link_leads_somewhere_on_the_page_and_every_id_is_one_things(opened, whole):
    tab = opened(file=whole)
    links = tab.eval_on_selector_all("a", "found => found.map((one) => one.getAttribute('href'))")
    assert len(links) > 100
    lost = "links => links.filter((link) => link[0] !== '#' || !document.getElementById(link.slice(1)))"
    assert tab.evaluate(lost, links) == []
    ids = tab.eval_on_selector_all("[id]", "found => found.map((one) => one.id)")
    assert len(ids) == len(set(ids))
    named = "[...document.querySelectorAll('[aria-labelledby]')].map((one) => one.getAttribute('aria-labelledby'))"
    assert set(tab.evaluate(named)) <= set(ids)


def test_a_link_in_the_graph_leads_to_its_statement(opened, whole):
    tab = opened(file=whole)
    tab.click("svg.graph a:has-text('lemma:3')")
    tab.wait_for_timeout(50)
    assert tab.evaluate("document.querySelector(':target').id") == "statement-lemma:3"
    assert tab.locator(":target").evaluate("one => one.getBoundingClientRect().top < innerHeight")


def test_every_formula_is_visible_in_the_mathematical_font(opened, whole):
    tab = opened(file=whole)
    open_all(tab)
    formulas = tab.evaluate(
        """[...document.querySelectorAll("math")].map((one) => {
            const box = one.getBoundingClientRect();
            return [box.width, box.height, getComputedStyle(one).visibility, one.textContent];
        })"""
    )
    assert len(formulas) > 100
    for width, height, visibility, text in formulas:
        assert width > 2 and height > 4 and visibility == "visible", text
    characters = "".join(sorted({one for *_, text in formulas for one in text if one.isprintable()}))
    assert tab.evaluate("text => document.fonts.check('20px \"STIX Two Math\"', text)", characters)
    assert tab.locator("merror").count() == 0


def test_roots_and_fractions_are_drawn_as_such(opened):
    tab = opened()
    root = tab.locator("msqrt").first
    fraction = root.locator("mfrac")
    above, below = (fraction.locator("> *").nth(index).bounding_box() for index in (0, 1))
    assert above["y"] + above["height"] <= below["y"] + 2
    assert root.bounding_box()["height"] > 24
    assert inked(tab, left_of(fraction.bounding_box(), root.bounding_box()))
    bar = {"x": above["x"], "y": above["y"] + above["height"] - 1, "width": above["width"]}
    assert inked(tab, bar | {"height": below["y"] - bar["y"] + 1})


def left_of(inner, outer):
    return outer | {"width": inner["x"] - outer["x"]}


def inked(tab, clip):
    """Is anything drawn there that is not the background?"""
    picture = Image.open(io.BytesIO(tab.screenshot(clip=clip, full_page=True))).convert("L")
    darkest, lightest = picture.getextrema()
    return lightest - darkest > 100


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(opened, scheme):
    from axe_playwright_python.sync_playwright import Axe

    tab = opened(PHONE, color_scheme=scheme)
    open_all(tab)
    tab.wait_for_timeout(50)
    found = Axe().run(tab).response["violations"]
    serious = {one["id"]: one["nodes"][0]["html"][:200] for one in found if one["impact"] in ("serious", "critical")}
    assert serious == {}


def test_light_and_dark_differ(opened):
    look = "[getComputedStyle(document.documentElement).backgroundColor, getComputedStyle(document.body).color]"
    light, dark = (opened(color_scheme=scheme).evaluate(look) for scheme in ("light", "dark"))
    assert brightness(light[0]) > 240 > 30 > brightness(dark[0])
    assert brightness(light[1]) < 60 < 200 < brightness(dark[1])


def brightness(colour):
    return sum(map(float, re.findall(r"[\d.]+", colour)[:3])) / 3


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_nothing_is_wider_than_the_screen(opened, whole, viewport):
    tab = opened(viewport, whole)
    open_all(tab)
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
    outside = """[...document.querySelectorAll("body *")].filter((one) => !one.closest(".scroll, .hidden, .skip")
        && one.getBoundingClientRect().right > innerWidth + 1).map((one) => one.outerHTML.slice(0, 120))"""
    assert tab.evaluate(outside) == []


def test_a_box_that_scrolls_is_reached_by_keyboard_and_has_a_name(opened):
    tab = opened(PHONE)
    open_all(tab)
    tab.wait_for_timeout(50)
    boxes = """[...document.querySelectorAll(".scroll")].filter((one) => one.scrollWidth > one.clientWidth + 1)
        .map((one) => [one.tabIndex, one.getAttribute("role"), one.getAttribute("aria-label")])"""
    found = tab.evaluate(boxes)
    assert found
    assert all(index == 0 and role == "group" and name for index, role, name in found)


def test_the_keyboard_goes_from_the_skip_link_to_the_content_and_on(opened):
    tab = opened()
    focus = """() => {
        const one = document.activeElement, box = one.getBoundingClientRect();
        const seen = box.left >= 0 && box.width > 0;
        return [one.tagName, one.textContent.trim(), getComputedStyle(one).outlineStyle, seen];
    }"""
    tab.keyboard.press("Tab")
    assert tab.evaluate(focus) == ["A", "Skip to the content", "solid", True]
    visited = []
    for _ in range(5):
        tab.keyboard.press("Tab")
        tag, name, outline, visible = tab.evaluate(focus)
        assert (tag, outline, visible) == ("A", "solid", True)
        visited.append(name)
    assert visited == ["Summary", "Findings", "Graph", "Statements", "Figures"]
    tab.keyboard.press("Home")
    tab.locator(".skip").focus()
    tab.keyboard.press("Enter")
    assert tab.evaluate("document.activeElement.id") == "content"
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.querySelector('main').contains(document.activeElement)")


def test_details_open_by_keyboard(opened):
    tab = opened()
    tab.locator(".statement summary").first.focus()
    tab.keyboard.press("Enter")
    assert tab.locator(".statement details").first.evaluate("one => one.open")


def test_headings_descend_in_order_and_the_landmarks_are_there(opened):
    tab = opened()
    levels = tab.eval_on_selector_all("h1, h2, h3, h4, h5, h6", "found => found.map((one) => Number(one.tagName[1]))")
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    for landmark in ("banner", "navigation", "main", "contentinfo"):
        assert tab.get_by_role(landmark).count() == 1
    for table in tab.locator("table").all():
        assert table.locator("caption").count() == 1
        assert table.locator("thead th[scope=col]").count() == table.locator("tr").first.locator("th").count()


def test_the_filter_narrows_and_a_link_to_what_it_hides_widens(opened):
    tab = opened()
    tab.fill("input[name=words]", "no BIAS")
    assert tab.locator(".statement:visible").count() == 1
    assert tab.locator("output").inner_text() == "1 shown"
    tab.select_option("select[name=status]", "vacuous")
    assert tab.locator(".statement:visible").count() == 0
    tab.evaluate("location.hash = 'statement-mine:refuted'")
    tab.wait_for_timeout(50)
    assert tab.locator("[id='statement-mine:refuted']").is_visible()
    assert tab.locator(".statement:visible").count() == 6


def test_without_scripts_all_is_there_to_read(opened):
    tab = opened(java_script_enabled=False)
    assert not tab.locator(".filter").is_visible()
    assert tab.locator(".statement:visible").count() == 6


def test_in_print_nothing_stays_folded(opened):
    tab = opened()
    tab.emulate_media(media="print")
    assert not tab.locator("nav").is_visible()
    folded = """[...document.querySelectorAll("details:not([open]) > *:not(summary)")]
        .filter((one) => one.getBoundingClientRect().height === 0 || !one.checkVisibility()).length"""
    assert tab.evaluate(folded) == 0
    printed = tab.pdf()
    assert printed.startswith(b"%PDF") and len(re.findall(rb"/Type\s*/Page\b", printed)) > 1


def test_what_only_a_screen_needs_is_not_printed(opened, folder):
    tab = opened(file=folder.parent / FOLDER / file_name("statement", "mine:proved"))
    tab.emulate_media(media="print")
    shown = "[...document.querySelectorAll('nav, .search, .skip, .self')].filter((one) => one.checkVisibility()).length"
    assert tab.evaluate(shown) == 0


def test_an_unknown_element_of_an_authors_text_is_text(opened):
    tab = opened()
    assert tab.locator("h4", has_text="a <title>").is_visible()


# --- the folder ---


def inner(folder, kind, name):
    return folder.parent / FOLDER / file_name(kind, name)


@pytest.fixture(params=["report", "statement", "subject", "findings", "graph", "table"])
def inside(request, folder):
    """A page of each kind of the folder."""
    named = {"statement": "thm:2", "subject": "mine", "table": "replies"}
    if request.param == "report":
        return folder
    if request.param in named:
        return inner(folder, request.param, named[request.param])
    return folder.parent / FOLDER / f"{request.param}.html"


def test_a_page_of_the_folder_is_light_fits_and_reads_only_files_beside_it(opened, inside):
    tab = opened(PHONE, inside)
    assert tab.complaints == []
    assert all(url.startswith(("data:", "file:")) for url in tab.asked)
    listed = tab.evaluate("document.querySelectorAll('a[href*=\"statement-\"]').length")
    assert tab.evaluate("document.querySelectorAll('*').length") < 5_000 + 80 * listed
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert tab.get_by_role("heading", level=1).count() == 1
    assert tab.evaluate("getComputedStyle(document.querySelector('h1')).fontWeight") == "600"  # the style is there


def test_the_overview_is_short_and_a_link_to_a_statement_unfolds_its_list(opened, folder):
    tab = opened(PHONE, folder)
    assert tab.evaluate("document.documentElement.scrollHeight") < 9000
    tab.goto(folder.as_uri() + "#statement-lemma:3")
    tab.wait_for_timeout(50)
    box = tab.evaluate(
        "(({top, height}) => [top, height])(document.getElementById('statement-lemma:3').getBoundingClientRect())"
    )
    assert box[1] > 10 and 0 <= box[0] < PHONE["height"]


def test_the_search_leads_to_a_statement(opened, folder):
    tab = opened(file=inner(folder, "statement", "thm:1"))
    tab.fill(".search input", "MINE:undecided")
    assert tab.locator(".search output").inner_text() == "1 found"
    tab.keyboard.press("Tab")
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/" + file_name("statement", "mine:undecided"))
    assert "INCONCLUSIVE" in tab.locator(".badge").first.inner_text()
    tab.fill(".search input", "lambda_min")
    assert tab.locator(".results math").count() > 0
    tab.keyboard.press("Escape")
    assert not tab.locator(".results").is_visible()


def test_an_authors_title_in_the_search_is_text(opened, folder):
    tab = opened(file=folder)
    tab.fill(".search input", "name title")
    assert tab.locator(".results").inner_text().count("a <title>") == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_in_the_folder(opened, inside, scheme):
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(opened(DESK, inside, color_scheme=scheme)).response["violations"]
    serious = {one["id"]: one["nodes"][0]["html"][:200] for one in found if one["impact"] in ("serious", "critical")}
    assert serious == {}


def test_no_formula_of_the_findings_is_cut_off_in_print(opened, folder):
    tab = opened({"width": 700, "height": 1000}, folder.parent / FOLDER / "findings.html")
    tab.emulate_media(media="print")
    wide = """[...document.querySelectorAll(".piece")].filter((one) => one.getBoundingClientRect().right > innerWidth)
        .map((one) => one.textContent)"""
    assert tab.evaluate(wide) == []

import io
import re
from functools import cache
from itertools import pairwise

import matplotlib
import pytest
from matplotlib.colors import to_rgb

from checks.suite import SUITE
from ntk_companion import results
from ntk_companion.appendix import figure, formats
from ntk_companion.appendix.style import COLUMN
from ntk_companion.cli import main
from ntk_companion.suite import Suite
from tests import pictures

FIGURES = tuple(SUITE.figures())
EACH = pytest.mark.parametrize("spec", FIGURES, ids=lambda spec: spec.name)


@cache
def drawn(spec):
    found = figure.drawn(spec, SUITE.recorded)
    found.draw_without_rendering()  # lays it out
    return found


def render(spec, form):
    return figure.render(spec, form, SUITE.recorded)


@EACH
def test_a_figure_fits_a_papers_column_and_nothing_runs_off_it(spec):
    width, height = drawn(spec).get_size_inches()
    assert width == COLUMN and height < 8.5
    inked = drawn(spec).get_tightbbox()
    assert inked.x0 >= -0.01 and inked.y0 >= -0.01
    assert inked.x1 <= width + 0.01 and inked.y1 <= height + 0.01


def pattern(line):
    """What the eye tells apart in a line: how many strokes repeat, and whether they are dots, dashes or long dashes."""
    strokes = line._unscaled_dash_pattern[1] or ()
    return len(strokes), *(stroke > 1.5 for stroke in strokes[:1]), *(stroke > 6 for stroke in strokes[:1])


@EACH
def test_series_differ_in_grey(spec):
    for axes in drawn(spec).axes:
        looks = {}
        for line in axes.lines:
            red, green, blue = to_rgb(line.get_color())
            looks.setdefault((line.get_marker(), *pattern(line)), set()).add(
                round(0.299 * red + 0.587 * green + 0.114 * blue, 1)
            )
        for greys in looks.values():
            ordered = sorted(greys)
            assert all(later - earlier >= 0.2 for earlier, later in pairwise(ordered))


@EACH
def test_a_figure_is_the_same_file_every_time_and_carries_no_date(spec):
    first, second = render(spec, "svg"), render(spec, "svg")
    assert first == second
    assert b"dc:date" not in first


def test_the_readme_shows_the_figure_as_it_is_drawn():
    kept = (pictures.PICTURES / pictures.FIGURE).read_bytes()
    if f"Matplotlib v{matplotlib.__version__}".encode() not in kept:
        pytest.skip("the README's figure was drawn by another version of matplotlib")
    assert kept == render(next(spec for spec in FIGURES if f"{spec.name}.svg" == pictures.FIGURE), "svg")


def test_a_pdf_is_the_same_file_every_time_and_carries_no_date():
    first = render(FIGURES[-1], "pdf")
    assert first == render(FIGURES[-1], "pdf")
    assert b"CreationDate" not in first


@EACH
def test_a_figure_has_words_for_those_who_cannot_see_it(spec):
    assert re.fullmatch(r"[a-z0-9_]+", spec.name)
    assert len(spec.alt.split()) >= 12 and "$" not in spec.alt
    assert spec.title and spec.caption.endswith(".")


def test_names_are_different():
    assert len({spec.name for spec in FIGURES}) == len(FIGURES)


def test_the_command_writes_vector_and_pixels_and_their_latex(tmp_path, monkeypatch):
    monkeypatch.setattr(Suite, "figures", lambda suite: FIGURES[-1:])
    assert main.main(["figures", "--out", str(tmp_path)]) == 0
    name = FIGURES[-1].name
    assert {path.name for path in tmp_path.iterdir()} == {f"{name}.{form}" for form in figure.FORMATS} | {"figures.tex"}
    assert (tmp_path / f"{name}.pdf").read_bytes().startswith(b"%PDF")
    assert formats.figure_environments(FIGURES[-1:]) == (tmp_path / "figures.tex").read_text(encoding="utf-8")


def test_edited_results_refuse_their_figure_and_its_files_go(tmp_path, monkeypatch, capsys):
    spec = FIGURES[-1]
    for name in spec.sources:
        whole = results.write(SUITE.recorded(name), tmp_path)
        text = whole.read_text(encoding="utf-8")
        (tmp_path / f"{name}.csv").write_text(text.replace("1", "2", 9), encoding="utf-8")
    monkeypatch.setattr(Suite, "recorded", lambda suite, name: results.read(tmp_path / f"{name}.csv"))
    monkeypatch.setattr(Suite, "figures", lambda suite: (spec,))
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / f"{spec.name}.pdf").write_bytes(b"old")
    assert main.main(["figures", "--out", str(tmp_path / "out")]) == 2
    error = capsys.readouterr().err
    assert spec.name in error and "was changed after it was recorded" in error
    assert not (tmp_path / "out" / f"{spec.name}.pdf").exists()


def test_pixels_are_those_of_a_column_at_300_to_the_inch():
    from PIL import Image

    assert Image.open(io.BytesIO(render(FIGURES[-1], "png"))).size[0] == round(300 * COLUMN)

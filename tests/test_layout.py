"""The house: imports point one way, nothing goes in a circle, and the machinery knows no paper."""

import ast
import re
import shutil
import subprocess
import sys
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import grimp
import pytest

import ntk_companion
from checks.suite import SUITE
from ntk_companion.suite import catalogue, declared

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("theory", "numerics", "ntk_companion", "checks")
ARRAYS = re.compile(
    r"\b(Array|NDArray|ndarray|Doubles|Tensor|Matrix|MatrixExpr|BlockMatrix|FloatBalls|arb_mat"
    r"|Points|RationalPoints|CirclePoints)\b"
)
"""Annotations of arrays."""
SIZE = r"(?:\.\.\.|[\w'+ ]{1,9})"
SHAPES = re.compile(rf"\bshapes?\b|\b[\w']+\)? x \(?[\w']+|(?<![\w)\]])\({SIZE}(?:, ?{SIZE})*,? ?\)", re.IGNORECASE)
"""The word itself, n x d, (n, d) or (n,)."""
FEWEST_WORDS = 4


def order_of(graph):
    """The modules in an order in which each comes after all that it imports, deferred imports included."""
    imported = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    return list(TopologicalSorter(imported).static_order())


def test_no_file_is_in_a_circle_of_imports():
    graph = grimp.build_graph(*PACKAGES, exclude_type_checking_imports=False, cache_dir=None)
    assert len(order_of(graph)) > 150


def test_a_circle_of_two_files_is_seen():
    graph = grimp.ImportGraph()
    graph.add_import(importer="theory.a", imported="theory.b")
    graph.add_import(importer="theory.b", imported="theory.a")
    with pytest.raises(CycleError):
        order_of(graph)


@pytest.mark.parametrize(
    ("file", "line", "named"),
    [
        ("theory/moments.py", "def later():\n    import numerics.statistics\n", "theory"),
        ("numerics/statistics.py", "def later():\n    from ntk_companion import ledger\n", "numerics"),
        ("ntk_companion/ledger.py", "import checks.suite\n", "ntk_companion"),
        ("tests/oracles/networks.py", "import theory.moments\n", "tests.oracles"),
    ],
)
def test_an_upward_import_breaks_a_contract_of_the_linter(tmp_path, file, line, named):
    for package in (*PACKAGES, "tests"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__", "*.csv"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    with (tmp_path / file).open("a", encoding="utf-8") as planted:
        planted.write("\n\n" + line)
    linter = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    command = [sys.executable, "-c", linter, "--no-cache"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 1
    assert "BROKEN" in done.stdout and named in done.stdout.partition("Broken contracts")[2]


def documented(node, of_class=""):
    """The public functions of a module or class, each with the docstring of its class."""
    for inner in node.body:
        if isinstance(inner, ast.ClassDef | ast.FunctionDef) and not inner.name.startswith("_"):
            if isinstance(inner, ast.FunctionDef):
                yield inner, of_class
            else:
                yield from documented(inner, ast.get_docstring(inner) or "")


def functions_of(*packages):
    for package in packages:
        for path in sorted((ROOT / package).rglob("*.py")):
            for function, of_class in documented(ast.parse(path.read_text(encoding="utf-8"))):
                yield f"{path.relative_to(ROOT)}:{function.lineno} {function.name}", function, of_class


def takes_or_gives_arrays(function):
    arguments = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    annotations = [*(argument.annotation for argument in arguments), function.returns]
    return any(ARRAYS.search(ast.unparse(annotation)) for annotation in annotations if annotation is not None)


def says_no_shape(function, of_class):
    return takes_or_gives_arrays(function) and not SHAPES.search(f"{of_class} {ast.get_docstring(function)}")


def says_next_to_nothing(function):
    text = ast.get_docstring(function)
    return text is not None and len(text.split()) < FEWEST_WORDS


def test_functions_of_arrays_say_the_shapes():
    found = functions_of("theory", "numerics", "ntk_companion")
    assert [place for place, function, of_class in found if says_no_shape(function, of_class)] == []


def test_docstrings_say_something():
    assert [place for place, function, _ in functions_of(*PACKAGES) if says_next_to_nothing(function)] == []


@pytest.mark.parametrize(
    ("of_class", "text", "silent"),
    [
        ("", "The Gram matrix K(x_i, x_j) of (3.1).", True),
        ("", "The Gram matrix, n x n.", False),
        ("", "The outputs, shape (n,).", False),
        ("", "The outputs (R, n) at R times.", False),
        ("Arrays have the shape (n,).", "The outputs at the samples.", False),
        ("A loss.", "f(x_i) for all of them.", True),
    ],
)
def test_a_docstring_without_a_shape_is_seen(of_class, text, silent):
    (function,) = ast.parse(f'def outputs(points: Array) -> Array:\n    """{text}"""').body
    assert says_no_shape(function, of_class) is silent


def test_a_docstring_of_three_words_is_seen():
    (function,) = ast.parse('def add(one, two):\n    """one + two."""').body
    assert says_next_to_nothing(function)


def addresses(source):
    """Where an object stands for its address, which another has once it is gone."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Name) and node.id == "id" and isinstance(node.ctx, ast.Load)
    ]


def test_nothing_is_remembered_by_the_address_of_an_object():
    paths = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
    assert {path: lines for path in paths if (lines := addresses(path.read_text(encoding="utf-8")))} == {}


def test_an_address_is_seen():
    assert addresses("known[id(points)] = matrix") == [1]


def test_the_machinery_names_no_paper_and_no_statement_of_ours():
    folder = Path(ntk_companion.__file__).parent
    subjects = "|".join(SUITE.subjects)
    named = re.compile(rf"\d{{4}}\.\d{{5}}|\b(checks|printed)[./]({subjects})\b|\b(thm|prop|bc|fd|rn|sp):\w|\beq:\w")
    found = {path.name for path in folder.rglob("*.py") if named.search(path.read_text(encoding="utf-8"))}
    assert found == set()


def test_the_recorded_ledger_holds_the_statements_that_the_files_declare():
    """When this is red, a record has changed since: ``make baseline``."""
    recorded, records = catalogue(SUITE), declared(SUITE)
    assert set(recorded) == set(records)
    for name, record in records.items():
        attacks = {(one["name"], one["role"]) for one in record.pop("mutants")}
        assert {(one["name"], one["role"]) for one in recorded[name]["mutants"]} == attacks, name
        proved = sorted(one["name"] for one in record.pop("theorems", ()))
        assert sorted(one["name"] for one in recorded[name].get("theorems", ())) == proved, name
        assert {key: recorded[name][key] for key in record} == record

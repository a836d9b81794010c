"""Every block of code in the pages works as printed.

A block is a file if the sentence above it ends in "save this as `NAME`:", commands and what they print if its language
is `console`, and else Python. A `...` in what is printed stands for anything.
"""

import fnmatch
import glob
import importlib
import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from markdown_it import MarkdownIt

from checks.suite import SUITE
from ntk_companion import ledger
from ntk_companion.cli.main import COMMANDS
from ntk_companion.suite import _items

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted(path.name for path in (ROOT / "docs").glob("*.md"))
IN_A_CLONE = {"appendix.md", "proof.md"}
"""Pages whose commands are run in the folder of a clone; the others' in a folder that has a clone in it."""
SAVED_AS = re.compile(r"save this as `([^`]+)`:\s*\Z", re.IGNORECASE)


def blocks(text):
    """The language, content, line and the text above each fenced block."""
    lines = text.splitlines(keepends=True)
    for token in MarkdownIt().parse(text):
        if token.type == "fence":
            yield token.info, token.content, token.map[0] + 1, "".join(lines[: token.map[0]])


def clone(folder):
    """A folder with this repository's files in it, and without its results."""
    folder.mkdir()
    for name in ("theory", "numerics", "ntk_companion", "checks", "pyproject.toml", "constraints.txt", "README.md"):
        (folder / name).symlink_to(ROOT / name)
    return folder


def environment():
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return os.environ | {"PATH": path, "OMP_NUM_THREADS": "1", "COLUMNS": "80"}


def run(command, folder):
    return subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env=environment(),
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


def run_session(content, folder):
    """Run the commands of a console block in turn and compare what they print; one that prints nothing must succeed."""
    for step in re.split(r"^\$ ", content, flags=re.MULTILINE)[1:]:
        command, _, printed = step.partition("\n")
        if command.startswith("pip install"):
            examine_installation(command, folder)
            continue
        done = run(command, folder)
        if printed.strip():
            assert is_as_printed(done.stdout, printed), f"$ {command}\n{done.stdout}"
        else:
            assert done.returncode == 0, f"$ {command}\n{done.stdout}"


def is_as_printed(output, printed):
    """Are the two the same but for white space and what `...` stands for?"""
    pieces = "".join(printed.split()).split("...")
    return fnmatch.fnmatchcase("".join(output.split()), "*".join(map(glob.escape, pieces)))


def examine_installation(command, folder):
    """Does `pip install` name files that are there and extras that the project has? Nothing is installed."""
    words = shlex.split(command)
    assert (folder / words[words.index("--constraint") + 1]).is_file()
    place, extras = re.fullmatch(r"(.*)\[(.*)\]", words[words.index("--editable") + 1]).groups()
    project = tomllib.loads((folder / place / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert set(extras.split(",")) <= set(project["optional-dependencies"])


def work_through(page, folder):
    """Do what a page says, block by block."""
    names = {}
    for language, content, line, above in blocks((ROOT / "docs" / page).read_text(encoding="utf-8")):
        if language.startswith("{"):
            continue  # a directive, which Sphinx runs
        if saved := SAVED_AS.search(above):
            path = folder / saved[1]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")
        elif language == "console":
            run_session(content, folder)
        elif language == "python":
            exec(compile(content, f"{page}, line {line}", "exec"), names)
        else:
            pytest.fail(f"{page}, line {line}: nothing says what to do with a block of {language or 'no language'}")


@pytest.mark.parametrize("page", [page for page in PAGES if page != "companion.md"])
def test_every_block_works_as_printed(page, tmp_path, monkeypatch):
    folder = clone(tmp_path / "ntk-companion") if page in IN_A_CLONE else tmp_path
    monkeypatch.chdir(folder)
    work_through(page, folder)


def test_a_companion_and_its_recipe_for_continuous_integration_work_in_a_folder_of_their_own(tmp_path, monkeypatch):
    clone(tmp_path / "ntk-companion")
    monkeypatch.chdir(tmp_path)
    work_through("companion.md", tmp_path)
    (tmp_path / "ledger.json").unlink()
    workflow = yaml.safe_load((tmp_path / ".github/workflows/companion.yml").read_text(encoding="utf-8"))
    for step in workflow["jobs"]["checks"]["steps"]:
        if "run" in step:
            run_session(f"$ {step['run']}\n", tmp_path)
    depth, printed = ledger.verified(ledger.read(tmp_path / "ledger.json"))
    assert (depth["verdict"], depth["scope"]) == ("CONFIRMED", "instances: 25")
    assert all(mutant["killed"] for mutant in depth["mutants"]) and len(depth["mutants"]) == 3
    assert depth["necessity"]["all trained"].startswith("fails without it (certified)")
    assert printed["verdict"] == "REFUTED" and printed["corrected_confirmed"] == [True]


def test_the_page_of_the_command_line_shows_every_command():
    page = (ROOT / "docs" / "command-line.md").read_text(encoding="utf-8")
    shown = re.findall(r"\{command-output\} ntk-companion (\w+) --help", page)
    assert shown == [command.__name__.rpartition(".")[2] for command in COMMANDS]


def test_the_python_of_the_readme_works(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for language, content, line, _ in blocks((ROOT / "README.md").read_text(encoding="utf-8")):
        if language == "python" and "@check" in content:
            (tmp_path / "test_readme.py").write_text(content, encoding="utf-8")
            done = run("pytest test_readme.py", tmp_path)
            assert done.returncode == 0, done.stdout
        elif language == "python":
            exec(compile(content, f"README.md, line {line}", "exec"), {})


def test_the_readme_counts_the_findings_that_the_report_counts():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    found = re.search(r"Of the (\d+) findings that the report counts (\d+) are printed items of this paper", text)
    assert found is not None
    entries = json.loads((ROOT / "checks" / "ledger.json").read_text(encoding="utf-8"))["statements"]
    assert [int(number) for number in found.groups()] == [
        len(ledger.findings(entries)),
        len(ledger.findings(entries, "2504.11130")),
    ]


def test_the_readme_counts_statements_proofs_and_findings_by_subject():
    entries = {entry["id"]: entry for entry in json.loads(SUITE.ledger.read_text(encoding="utf-8"))["statements"]}
    rows = re.findall(r"\| (\d+) \| (\d+) \| (\d+) \|", (ROOT / "README.md").read_text(encoding="utf-8"))
    counted = []
    for subject in SUITE.subjects:
        names = {statement.id for module in modules_of(subject) for statement, _, _ in _items(module)}
        found = [entries[name] for name in names]
        proved = [entry for entry in found if entry["verdict"] == "CONFIRMED" and entry["scope"].startswith("all")]
        counted.append((len(found), len(proved), sum(bool(entry["finding"]) for entry in found)))
    assert [tuple(map(int, row)) for row in rows] == counted


def modules_of(subject):
    files = sorted((SUITE.folder / subject).glob("test_*.py"))
    return [importlib.import_module(f"checks.{subject}.{file.stem}") for file in files]


def test_the_page_of_foundations_has_the_recorded_table_of_networks_and_that_is_what_the_architectures_say():
    recorded = SUITE.recorded("kernel_networks")
    (found,) = importlib.import_module(SUITE.experiments()["kernel_networks"]).run()
    assert found.rows == recorded.rows
    lines = (ROOT / "docs" / "foundations.md").read_text(encoding="utf-8").splitlines()
    assert [f"| {' | '.join(row)} |" for row in recorded.rows] == [line for line in lines if line.count(" | ") == 8][1:]

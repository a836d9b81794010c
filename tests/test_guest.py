"""The pytest plugin is a guest: a session without checks sees no setting changed and waits for nothing."""

import os
import subprocess
import sys
import textwrap

import pytest

SETTINGS = """
    from hypothesis import given, settings, strategies as st

    @given(st.integers())
    def test_property(x):
        pass

    def test_settings():
        chosen = test_property._hypothesis_internal_use_settings
        print("SETTINGS", settings.get_current_profile_name(), chosen)
"""


def run(folder, *arguments, **files):
    """Run pytest in a folder with these files, as a user of an environment that has the companion would."""
    for name, text in files.items():
        path = folder / f"{name}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(textwrap.dedent(text))
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q", "-s", *arguments]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST")}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)


def told(done):
    assert done.returncode == 0, done.stdout + done.stderr
    lines = [line.lstrip(".") for line in done.stdout.splitlines()]
    return [line for line in lines if line.startswith("SETTINGS")]


def test_a_session_without_checks_has_the_settings_of_hypothesis_itself(tmp_path):
    beside = told(run(tmp_path, test_plain=SETTINGS))
    assert len(beside) == 1
    assert beside == told(run(tmp_path, "-p", "no:ntk-companion"))


def test_a_property_beside_a_check_keeps_its_own_settings(tmp_path):
    check = """
    from hypothesis import given, strategies as st
    from ntk_companion import Statement, certified, check, record

    MINE = Statement(id="mine:1", title="t", source="me", number="1", formula="x", qualification="tried")

    @check(MINE, 0, mutants={"one": 1})
    @given(st.integers(0, 9))
    def test_mine(claim, x):
        record(certified(x >= claim))
    """
    alone = told(run(tmp_path, test_zplain=SETTINGS))
    assert alone == told(run(tmp_path, test_a_check=check))


def test_a_session_without_checks_imports_nothing_heavy_to_its_end(tmp_path):
    done = run(
        tmp_path,
        test_plain="def test_nothing():\n    pass\n",
        conftest="""
    import sys

    def pytest_unconfigure(config):
        assert "ntk_companion.plugin" in sys.modules
        print("HEAVY", sorted({"numpy", "scipy", "sympy", "torch", "flint"} & set(sys.modules)))
    """,
    )
    assert done.returncode == 0 and "HEAVY []" in done.stdout, done.stdout


def test_a_project_with_a_folder_named_checks_keeps_its_own(tmp_path):
    done = run(
        tmp_path,
        **{"checks/__init__": "MINE = True\n", "checks/test_own": OWN},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "mine:1" in done.stdout and "CONFIRMED" in done.stdout


OWN = """
    from ntk_companion import Statement, certified, check, record

    MINE = Statement(id="mine:1", title="t", source="me", number="1", formula="x", qualification="tried")

    @check(MINE, 1, mutants={"minus": -1})
    def test_mine(claim):
        import checks
        assert checks.MINE
        record(certified(claim > 0))
"""

OTHER = """
    def pytest_addoption(parser):
        parser.addoption("--profile", action="store_true", help="somebody else's")
"""


@pytest.mark.parametrize("options", [["--profile"], ["--ntk-profile", "thorough"], ["--profile", "--ntk-seed=3"]])
def test_an_option_that_another_plugin_has_stays_theirs(tmp_path, options):
    done = run(tmp_path, "-p", "other", *options, other=OTHER, test_plain="def test_nothing():\n    pass\n")
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_short_spellings_work_where_nobody_else_has_them(tmp_path):
    done = run(tmp_path, "--profile", "thorough", "--seed=3", test_plain="def test_nothing():\n    pass\n")
    assert done.returncode == 0, done.stdout + done.stderr

"""What constraints.txt pins can be installed wherever pyproject.toml says that the project can."""

import tomllib
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).parents[1]


def pins():
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return dict(line.split("==") for line in lines if line and not line.startswith("#"))


def pythons(name):
    """The Pythons that an installed distribution takes; any if it is not installed, or says nothing."""
    try:
        return SpecifierSet(metadata(name).get("Requires-Python") or "")
    except PackageNotFoundError:
        return SpecifierSet()


def test_every_pin_can_be_installed_on_the_first_release_of_the_lowest_python():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lowest = project["requires-python"].removeprefix(">=") + ".0"
    assert SpecifierSet(project["requires-python"]).contains(lowest)
    assert not [name for name in pins() if not pythons(name).contains(lowest)]

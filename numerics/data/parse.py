"""Point sets by name: what ``--points`` and claims files write."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # what makes points is loaded once it is known that the text names some
    from numerics.data.points import PointSet


def parse_points(text: str, mnist_directory: Path | None = None) -> PointSet:
    """The point set named by `text`: hexagon, circle:N, sphere:N,D[,SEED], digits:N, mnist:N, or a CSV file.

    Raises ValueError with one sentence on what to write instead.
    """
    if text == "hexagon":
        from numerics.data.points import hexagon

        return hexagon()
    match = re.fullmatch(r"(circle|sphere|digits|mnist):([0-9]{1,9}(?:,[0-9]{1,9})*)", text)
    if match:
        return _named(match[1], [int(number) for number in match[2].split(",")], text, mnist_directory)
    path = Path(text)
    if text and path.is_dir():
        raise ValueError(f"{text} is a folder; give a CSV file, one point a row")
    if path.is_file():
        from numerics.data.csv_points import read_csv

        return read_csv(path)
    known = "hexagon, circle:N, sphere:N,D[,SEED], digits:N, mnist:N or the path of a CSV file"
    raise ValueError(f"no point set {text!r}: write {known}")


def _named(family: str, numbers: list[int], text: str, mnist_directory: Path | None) -> PointSet:
    from numerics.data.images import digits, mnist
    from numerics.data.points import MOST_POINTS, circle, sphere

    wanted = {"circle": (1,), "sphere": (2, 3), "digits": (1,), "mnist": (1,)}[family]
    if len(numbers) not in wanted or numbers[0] < 1 or (family == "sphere" and numbers[1] < 1):
        form = "sphere:N,D[,SEED]" if family == "sphere" else f"{family}:N"
        raise ValueError(f"{text!r} is not of the form {form} with positive numbers")
    if numbers[0] > MOST_POINTS or (family == "sphere" and numbers[0] * numbers[1] > 10**7):
        raise ValueError(f"{text!r} is too large: at most {MOST_POINTS} points (and 10^7 coordinates)")
    if family == "circle":
        return circle(numbers[0])
    if family == "sphere":
        return sphere(*numbers)
    return digits(numbers[0]).points if family == "digits" else mnist(numbers[0], mnist_directory).points

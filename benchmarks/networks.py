"""The kernels of all networks that a peer has too, side by side: their largest difference, and the seconds of either.

    python -m benchmarks.networks [presets] [activations] [images] [--peers DIR]

Differences are relative to sqrt(K(x,x) K(x',x')). `presets`: 1000 points, whose diagonal neural-tangents takes from
arccos of a rounded 1. `activations` and `images`: every activation, depth and shape that `stax` has, on few points.
"""

from __future__ import annotations

import argparse
import itertools
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.environment import DEFAULT, peer_python
from benchmarks.run import DIMENSION, Run, deviation, number, ratio, runner, sphere, table, time

Case = tuple[str, dict[str, Any], dict[str, Any], np.ndarray]
"""A name, the network's table, the peer's order and the points."""


def presets() -> Iterator[Case]:
    """Every preset at depth 3 on 1000 points."""
    root, points = DIMENSION**0.5, sphere(1000)
    ntk, scikit = {"kind": "dense", "depth": 3, "activation": "relu"}, {"kind": "scikit-ntk", "depth": 3, "bias": 0.5}
    residual = {"kind": "residual", "depth": 3, "activation": "relu", "scale": 0.5}
    relu = {"first": 1.0, "weight": 1.0}
    said: list[tuple[dict[str, Any], dict[str, Any]]] = [
        ({"preset": "fcn", "bias": "none"}, ntk | {"first": root, "weight": 2**0.5, "bias": None}),
        ({"preset": "jacot"}, ntk | relu | {"bias": 0.1}),
        ({"preset": "lee", "weight_variance": 2, "bias_variance": "1/4"},
         ntk | {"first": 2**0.5, "weight": 2**0.5, "bias": 0.5}),
        ({"preset": "arora"}, ntk | {"first": root, "weight": 2**0.5, "bias": None}),
        ({"preset": "geifman", "beta": "1/2"}, scikit),
        ({"preset": "resnet", "bias": "none", "scale": "1/2"}, residual | {"first": root, "weight": 2**0.5}),
        ({"preset": "tirer", "scale": "1/2"}, residual | relu),
    ]  # fmt: skip
    for chosen, peer in said:
        yield chosen["preset"], chosen | {"depth": 3}, peer, points


def activations() -> Iterator[Case]:
    """Every activation of `stax` in networks of depth 1 to 3 with and without biases, and in residual ones."""
    points = 1.2 * sphere(20)
    names = ("relu", "leaky:1/10", "abs", "erf", "gelu", "sin", "cos", "exp", "polynomial:0,1,1/2")
    for name, depth, bias in itertools.product(names, (1, 2, 3), ("0", "1/4")):
        strength = "1/2" if name in ("exp", "polynomial:0,1,1/2") else "3/2"
        chosen = {"preset": "lee", "activation": name, "weight_variance": strength, "bias_variance": bias}
        weight = {"1/2": 0.5, "3/2": 1.5}[strength] ** 0.5
        peer = {"kind": "dense", "activation": name, "first": weight, "weight": weight}
        yield f"lee {name} {depth} bias {bias}", chosen | {"depth": depth}, peer | {
            "depth": depth, "bias": None if bias == "0" else 0.5
        }, points  # fmt: skip
    for name, depth in itertools.product(names, (1, 2)):
        chosen = {"preset": "tirer", "activation": name, "scale": "1/2", "depth": depth}
        peer = {"kind": "residual", "activation": name, "depth": depth, "scale": 0.5, "first": 1.0, "weight": 1.0}
        yield f"tirer {name} {depth}", chosen, peer, points


def images() -> Iterator[Case]:
    """Images of 5 and of 4 x 4 positions, 3 channels, filters of 3."""
    for image, depth, padding, pooled in itertools.product(
        ((5,), (4, 4)), (1, 2, 3), ("zero", "circular"), (True, False)
    ):
        points = np.random.default_rng(0).standard_normal((5, 3 * int(np.prod(image))))
        chosen = {"preset": "cntk", "image": list(image), "padding": padding, "pooled": pooled, "depth": depth}
        peer = {"kind": "convolutional", "activation": "relu", "image": image, "channels": 3, "depth": depth}
        name = f"cntk {'x'.join(map(str, image))} {padding} {'pooled' if pooled else 'flat'} {depth}"
        yield name, chosen, peer | {"padding": padding, "pooled": pooled, "shape": image}, points


SETS = {"presets": presets, "activations": activations, "images": images}


def main() -> None:
    """Compare the sets named on the command line, or all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", nargs="*", metavar="|".join(SETS))
    parser.add_argument("--peers", type=Path, default=DEFAULT, metavar="DIR", help="the peers' environment")
    options = parser.parse_args()
    peers, reason = peer_python(options.peers)
    if peers is None:
        sys.exit(f"the peers are missing: {reason}")
    run = runner({"ours": Path(sys.executable), "peers": peers})
    with tempfile.TemporaryDirectory() as folder:
        for name in options.sets or SETS:
            print(f"\n{name}", flush=True)
            rows = compared(run, Path(folder), list(SETS[name]()))
            headings = ("network", "ours", "peer", "ratio", "processor", "peer's", "difference", "off its diagonal")
            table(headings, rows)


def compared(run: Run, folder: Path, cases: list[Case]) -> list[tuple[str, ...]]:
    """A row of the table a case: all by one process on either side; seconds, and those that all cores worked."""
    orders: dict[str, list[dict[str, Any]]] = {"ours": [], "peers": []}
    for place, (_, chosen, peer, points) in enumerate(cases):
        np.save(folder / f"{place}.npy", points)
        for side, more in (("ours", {"table": chosen}), ("peers", peer)):
            files = {"points": f"{place}.npy", "output": f"{side}{place}.npy"}
            orders[side].append({key: str(folder / name) for key, name in files.items()} | more)
    found = {side: run(side, "networks", 1800, cases=order) for side, order in orders.items()}
    for side, one in found.items():
        if "failed" in one:
            return [(side, one["failed"])]
    seconds = zip(found["ours"]["found"], found["peers"]["found"], strict=True)
    return [_row(folder, place, case, *both) for place, (case, both) in enumerate(zip(cases, seconds, strict=True))]


def _row(folder: Path, place: int, case: Case, ours: dict[str, Any], theirs: dict[str, Any]) -> tuple[str, ...]:
    own, other = (np.load(folder / f"{side}{place}.npy") for side in ("ours", "peers"))
    name, _, peer, _ = case
    if peer["kind"] == "scikit-ntk":
        other = other * own[0, 0] / other[0, 0]  # it divides by a number of its own
    off = deviation(other, own)
    apart = off[~np.eye(len(off), dtype=bool)].max()
    seconds = time(ours), time(theirs), ratio(theirs, ours), time(ours, "processor"), time(theirs, "processor")
    return name, *seconds, number(off.max()), number(apart)


if __name__ == "__main__":
    main()

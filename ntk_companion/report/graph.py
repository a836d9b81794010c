"""The graph of which statement uses which, laid out by Graphviz (which comes with pygraphviz)."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

HEIGHT = 40
CHARACTER = 7.9
"""The advance of a character of the labels' type, with some room."""
LEAST_CHARACTERS = 16
POINTS_PER_INCH = 72


@dataclass(frozen=True)
class Node:
    """A statement in the drawing: its id, and the middle and width of its box."""

    id: str
    x: float
    y: float
    width: float


@dataclass(frozen=True)
class Drawing:
    """A layout in points, from the upper left; `edges` and `arrows` are SVG paths."""

    width: float
    height: float
    nodes: tuple[Node, ...]
    edges: tuple[str, ...]
    arrows: tuple[str, ...]


def laid_out(uses: Mapping[str, Sequence[str]]) -> Drawing:
    """The drawing of `uses`, the ids that each id uses; an arrow runs from what is used to what uses it.

    Ids that neither use another nor are used are left out.
    """
    import pygraphviz

    edges = [(used, user) for user, names in uses.items() for used in names]
    names = [name for name in dict.fromkeys([*uses, *(name for edge in edges for name in edge)])
             if any(name in edge for edge in edges)]  # fmt: skip
    number = {name: str(index) for index, name in enumerate(names)}
    graph = pygraphviz.AGraph(directed=True, rankdir="LR", nodesep=0.14, ranksep=0.45)
    graph.node_attr.update(label="", shape="box", fixedsize="true", height=HEIGHT / POINTS_PER_INCH)
    for name in names:
        graph.add_node(number[name], width=width(name) / POINTS_PER_INCH)
    graph.add_edges_from((number[used], number[user]) for used, user in edges)
    return _read(json.loads(graph.draw(format="json", prog="dot")), names)


def width(name: str) -> float:
    """The width of a statement's box in points."""
    return CHARACTER * max(len(name), LEAST_CHARACTERS) + 20


def _read(laid: dict, names: Sequence[str]) -> Drawing:
    """A drawing from Graphviz's JSON, in which y runs upwards."""
    right, top = (float(number) for number in laid["bb"].split(",")[2:])

    def path(points: Sequence[tuple[float, float]]) -> list[str]:
        return [f"{x:.1f},{top - y:.1f}" for x, y in points]

    nodes = []
    for found in laid.get("objects", ()):
        x, y = (float(number) for number in found["pos"].split(","))
        name = names[int(found["name"])]
        nodes.append(Node(name, round(x, 1), round(top - y, 1), width(name)))
    edges, arrows = [], []
    for found in laid.get("edges", ()):
        start, *curve = next(path(step["points"]) for step in found["_draw_"] if step["op"] == "b")
        edges.append(f"M{start}C{' '.join(curve)}")
        arrows += [f"M{'L'.join(path(step['points']))}Z" for step in found["_hdraw_"] if step["op"] == "P"]
    return Drawing(right, top, tuple(nodes), tuple(edges), tuple(arrows))

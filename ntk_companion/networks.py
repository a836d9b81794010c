"""Networks in words: what a TOML table or the options of a command say, as an architecture.

A table names a preset of `theory.presets` with its depth and changes to it, or spells the layers out: `stem`, `block`
(repeated to the depth) and `head`, lists of

    "relu", "leaky:1/10", ..                                      an activation
    { normalise = 2 }                                             h -> sqrt(2 / width) h
    { affine = "W", variance = 1, multiplier = 1, trained = true, bias = { name = "b", .. } }
    { convolution = "W", size = 3, padding = "circular", .. }     a filter; else as an affine layer
    "flatten", "pool"                                             an image to a vector: all of it, or its mean
    { residual = "1/2", layers = [..] }                           h -> h + branch(h) / 2

Inputs with an `image = [32, 32]` have these positions, and hold the channels of one after another. A group's name gets
the index of its block, l in the l-th, L + 1 in the head, none in the stem. Numbers are exact: decimals, or fractions in
quotes.
"""

import inspect
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import sympy

from ntk_companion.audit.claims.toml import exact_number, load, only, table_of, text_of, whole_number
from theory.activations import Activation, activation_named
from theory.architecture import (
    BIASES,
    Affine,
    Architecture,
    Convolution,
    Flatten,
    Group,
    Layer,
    Pool,
    Residual,
    Scale,
)
from theory.presets import PRESETS, changed

MOST_DEPTH = 1000
MOST_POSITIONS, MOST_DIRECTIONS = 4096, 3
NUMBERS = ("scale", "beta", "weight_variance", "bias_variance")
WORDS = ("bias", "output_bias", "parametrisation", "padding")
SHAPES = ("image", "filter_size", "pooled")
LAYERS = ("stem", "block", "head")
KEYS = ("preset", "depth", "activation", "trained", *NUMBERS, *WORDS, *SHAPES, *LAYERS)
"""What the table of a network may say."""
STRENGTHS = {"weight_variance": "weight_strength", "bias_variance": "bias_strength"}
"""What makers call the variance of parameters as they enter the network, multipliers included."""


def read_network(text: str, settings: Mapping[str, Any]) -> Architecture:
    """The network of a preset's name, FILE.toml or FILE.toml:NAME, its table overridden by `settings`.

    Raises ValueError in one sentence that points at the place, OSError on a file that cannot be read.
    """
    path, _, name = text.partition(".toml")
    if not _:
        return network_of({"preset": text, **settings}, f"--network {text}")
    file = Path(path + ".toml")
    networks = table_of(load(file.read_bytes(), str(file)), "networks", str(file))
    names = ", ".join(networks)
    if not name and len(networks) != 1:
        raise ValueError(f"{file} declares {len(networks)} networks ({names}): name one, {file}:NAME")
    chosen = name.removeprefix(":") or names
    if chosen not in networks:
        raise ValueError(f"{file} declares no network {chosen[:40]!r}; there are {names or 'none'}")
    return network_of({**networks[chosen], **settings}, f"{file}, networks.{chosen}")


def network_of(table: Mapping[str, Any], where: str, symbols: Mapping[str, sympy.Expr] | None = None) -> Architecture:
    """The architecture that a table describes, `symbols` standing for parameters of its preset by their names.

    Raises ValueError naming `where`.
    """
    only(dict(table), KEYS, where)
    readers = {"weight_variance": _nonnegative, "bias_variance": _nonnegative}
    settings: dict[str, Any] = {
        key: readers.get(key, exact)(table[key], f"{where}, {key}") for key in NUMBERS if key in table
    }
    settings |= {key: text_of(dict(table), key, where) for key in WORDS if key in table}
    for key in ("bias", "output_bias"):
        if settings.get(key, "none") not in BIASES:
            raise ValueError(f"{where}: {key} must be one of {', '.join(BIASES)}, not {settings[key][:40]!r}")
    if "activation" in table:
        settings["activation"] = read_activation(text_of(dict(table), "activation", where), where)
    if "trained" in table:
        settings["trained"] = _names(table["trained"], f"{where}, trained")
    settings |= _shapes(table, where) | dict(symbols or {})
    depth = whole_number(table["depth"], f"{where}, depth", 1, MOST_DEPTH) if "depth" in table else None
    if any(key in table for key in LAYERS):
        return _spelled_out(table, settings, depth, where)
    return _preset(text_of(dict(table), "preset", where), settings, depth, where)


def _shapes(table: Mapping[str, Any], where: str) -> dict[str, Any]:
    """The settings of networks on images."""
    found: dict[str, Any] = {}
    if "image" in table:
        sizes = table["image"].split(",") if isinstance(table["image"], str) else table["image"]
        if not isinstance(sizes, list) or not 1 <= len(sizes) <= MOST_DIRECTIONS:
            raise ValueError(f"{where}: an image is a list of its numbers of positions, such as [32, 32]")
        found["image"] = tuple(_count(size, f"{where}, image", MOST_POSITIONS) for size in sizes)
        if math.prod(found["image"]) > MOST_POSITIONS:
            raise ValueError(f"{where}: an image has at most {MOST_POSITIONS} positions")
    if "filter_size" in table:
        found["filter_size"] = _count(table["filter_size"], f"{where}, filter_size", MOST_POSITIONS)
    if "pooled" in table:
        if not isinstance(table["pooled"], bool):
            raise ValueError(f"{where}: pooled is true or false")
        found["pooled"] = table["pooled"]
    return found


def _count(value: Any, where: str, most: int) -> int:
    return whole_number(int(value) if isinstance(value, str) and value.strip().isdecimal() else value, where, 1, most)


def _preset(name: str, settings: dict[str, Any], depth: int | None, where: str) -> Architecture:
    if name not in PRESETS:
        raise ValueError(f"{where}: no network is called {name[:40]!r}; there are {', '.join(PRESETS)}, and FILE.toml")
    if depth is None:
        raise ValueError(f"{where}: no depth; give the number of hidden layers or blocks")
    maker = PRESETS[name]
    known = inspect.signature(maker).parameters
    if "image" in known and "image" not in settings:
        raise ValueError(f"{where}: no image; give the numbers of its positions, such as 32,32")
    own = {STRENGTHS[key]: value for key, value in settings.items() if STRENGTHS.get(key) in known}
    own |= {key: value for key, value in settings.items() if key in known}
    rest = {key: value for key, value in settings.items() if key not in own and STRENGTHS.get(key) not in own}
    _only_changes(rest, f"{where}: the network {name}")
    return changed(maker(depth, **own), **rest)


def _only_changes(settings: Mapping[str, Any], who: str) -> None:
    known = inspect.signature(changed).parameters
    for key in settings:
        if key not in known:
            raise ValueError(f"{who} has no {key.replace('_', ' ')}")


def _spelled_out(table: Mapping[str, Any], settings: dict[str, Any], depth: int | None, where: str) -> Architecture:
    if "preset" in table:
        raise ValueError(f"{where}: give a preset or the layers, not both")
    image = settings.pop("image", ())
    _only_changes(settings, f"{where}: a network given by its layers")
    if "head" not in table:
        raise ValueError(f"{where}: no head; it must end in an affine layer")
    if "block" in table and depth is None:
        raise ValueError(f"{where}: no depth; say how often the block is repeated")
    stem = _layers(table.get("stem", []), None, f"{where}, stem")
    count = depth if depth is not None and "block" in table else 0
    blocks = tuple(_layers(table["block"], index, f"{where}, block") for index in range(1, count + 1))
    head = _layers(table["head"], count + 1, where)
    network = Architecture(where.rpartition("networks.")[2], stem, blocks, head, image)
    names = [group.name for group in network.groups]
    if len(set(names)) != len(names):
        raise ValueError(f"{where}: two parameter groups have the name {next(n for n in names if names.count(n) > 1)}")
    return changed(network, **settings)


def _layers(value: Any, index: int | None, where: str) -> tuple[Layer, ...]:
    if not isinstance(value, list):
        raise ValueError(f"{where}: layers are a list in brackets")
    return tuple(_layer(entry, index, f"{where}, layer {number}") for number, entry in enumerate(value, start=1))


def _layer(entry: Any, index: int | None, where: str) -> Layer:
    match entry:
        case "flatten" | "pool":
            return Flatten() if entry == "flatten" else Pool()
        case str():
            return read_activation(entry, where)
        case {"normalise": factor, **rest} if not rest:
            return Scale(_positive(factor, where))
        case {"residual": scale, "layers": branch, **rest} if not rest:
            return Residual(exact(scale, where), _layers(branch, index, where))
        case {"affine": name, **rest}:
            return Affine(*_groups(name, _by_name(rest), index, where))
        case {"convolution": name, **rest}:
            size, padding = _count(rest.pop("size", 3), f"{where}, size", MOST_POSITIONS), rest.pop("padding", "zero")
            groups = _groups(name, _by_name(rest), index, where)
            try:
                return Convolution(*groups, size, str(padding))
            except ValueError as error:
                raise ValueError(f"{where}: {error}") from None
    raise ValueError(
        f'{where}: a layer is "relu", {{ normalise = 2 }}, {{ affine = "W" }}, {{ convolution = "W" }}, "flatten", '
        '"pool" or { residual = 1, layers = [] }'
    )


def _by_name(entries: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(key): value for key, value in entries.items()}


def _groups(name: Any, rest: dict[str, Any], index: int | None, where: str) -> tuple[Group, Group | None]:
    """A weight and its bias, if there is one."""
    bias = rest.pop("bias", None)
    if bias is not None and not (isinstance(bias, dict) and "name" in bias):
        raise ValueError(f'{where}: write a bias as {{ name = "b", variance = 1 }}')
    weight = _group(name, rest, index, where, may_be_per_input=True)
    return weight, None if bias is None else _bias(dict(bias), index, where)


def _bias(bias: dict[str, Any], index: int | None, where: str) -> Group:
    return _group(bias.pop("name"), bias, index, f"{where}, bias", may_be_per_input=False)


def _group(name: Any, rest: dict[str, Any], index: int | None, where: str, may_be_per_input: bool) -> Group:
    keys = ("variance", "multiplier", "trained", *(("per_input",) if may_be_per_input else ()))
    only(rest, keys, where)
    if not isinstance(name, str) or not name.isidentifier() or "_" in name:
        raise ValueError(f"{where}: a parameter group is named by letters, such as W")
    for key in ("trained", "per_input"):
        if not isinstance(rest.get(key, True), bool):
            raise ValueError(f"{where}: {key} is true or false")
    return Group(
        name,
        index,
        _nonnegative(rest.get("variance", 1), where),
        rest.get("trained", True),
        exact(rest.get("multiplier", 1), where),
        rest.get("per_input", False),
    )


def read_activation(text: str, where: str) -> Activation:
    """The activation of ``NAME`` or ``NAME:NUMBER,NUMBER``. Raises ValueError naming `where`."""
    name, _, numbers = text.partition(":")
    try:
        return activation_named(name, [exact(number, where) for number in numbers.split(",")] if numbers else [])
    except ValueError as error:
        raise ValueError(str(error) if str(error).startswith(where) else f"{where}: {error}") from None


def exact(value: Any, where: str) -> sympy.Rational:
    """A number as the rational that it is. Raises ValueError naming `where`."""
    number = exact_number(value, where)
    return sympy.Rational(number.numerator, number.denominator)


def _nonnegative(value: Any, where: str) -> sympy.Rational:
    if (number := exact(value, where)) < 0:
        raise ValueError(f"{where}: a variance is not negative")
    return number


def _positive(value: Any, where: str) -> sympy.Rational:
    if (number := exact(value, where)) <= 0:
        raise ValueError(f"{where}: a normalisation is positive")
    return number


def _names(value: Any, where: str) -> list[str]:
    names = value.split(",") if isinstance(value, str) else value
    if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
        raise ValueError(f'{where}: name the trained groups, such as ["W_1", "b_1"]')
    return [name.strip() for name in names]

"""Neuron-wise quantities of random networks in memory that does not grow with the width.

A field is a quantity with one row of few columns for every neuron of a layer, such as the pre-activations on n inputs.
It is never held whole: a block of neurons is computed when it is asked for, from standard normals that are found again
at any time by their address. Only inner products of fields, sums over all neurons, are kept, and they wait for one
another: all that was asked for on layers of one width is summed in one sweep, once any of it is needed. Narrow networks
come in batches: rows and matrices then have an axis of draws before their own two.

The blocks are the unit of everything: of the random streams and of the sums. A task is a range of blocks; tasks are
independent and go through joblib, whose backends (threads, processes, dask) spread them. Which job computes a task
changes no bit of the result.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import joblib
import numpy as np

Array = np.ndarray

BLOCK = 4096
"""Neurons in a block."""

TASK_ENTRIES = 2**20
"""Entries of one field, neurons x columns, that a task computes by default; it holds a block of them at a time."""

BATCH_ENTRIES = 2**17
"""Entries of one field, draws x neurons x columns, that a batch of draws has at most, if it is more than one draw."""


class Block:
    """A block of consecutive neurons, and what was computed on it."""

    def __init__(self, index: int, width: int) -> None:
        self.index = index
        self.neurons = min(BLOCK, width - index * BLOCK)
        self.values: dict[Field, Array] = {}

    def forget(self) -> None:
        """Of what was computed keep the lasting fields alone."""
        self.values = {one: rows for one, rows in self.values.items() if one.lasting}


@dataclass(frozen=True, eq=False)
class Field:
    """A field on a layer of `width` neurons; `compute` gives its rows on a block, (draws x) neurons x columns.

    A field that is another one times a matrix or a number says so in `multiple`. A `lasting` one is dear to compute:
    a layer that fits one task keeps its rows for the next sweep.
    """

    width: int
    compute: Callable[[Block], Array]
    multiple: tuple[Field, Array] | None = None
    lasting: bool = False

    def on(self, block: Block) -> Array:
        """The rows of the field on `block`, (draws x) neurons x columns, computed at most once."""
        if self not in block.values:
            block.values[self] = self.compute(block)
        return block.values[self]

    def to_keep(self) -> Field:
        """The same field, lasting."""
        return replace(self, multiple=None, lasting=True)

    def factors(self) -> tuple[Field, Array]:
        """A field and what it is multiplied with to give this one."""
        return self.multiple or (self, np.array(1.0))

    def __matmul__(self, matrix: Array) -> Field:
        source, before = self.factors()
        product = _product(before, matrix)
        return Field(self.width, lambda block: _product(source.on(block), product), (source, product))

    def __rmul__(self, factor: float) -> Field:
        return self @ np.array(factor)

    def __add__(self, other: Field) -> Field:
        return Field(self.width, lambda block: self._summand(block) + other._summand(block))

    def _summand(self, block: Block) -> Array:
        """The rows on `block`; those of a multiple are needed but once, and are not kept."""
        return self.on(block) if self.multiple is None else self.compute(block)


Pair = tuple[Field, Field]


def _product(one: Array, other: Array) -> Array:
    """one @ other, where either may be a number."""
    return one @ other if one.ndim and other.ndim else one * other


def constant(rows: Array) -> Field:
    """The field with these rows, neurons x columns, in every draw."""
    return Field(len(rows), lambda block: rows[block.index * BLOCK :][: block.neurons])


@dataclass(frozen=True)
class NormalSource:
    """Independent standard normals by address: seed, batch, stream and block seed a generator of their own.

    A batch of fewer draws has the normals of the first draws of a larger one.
    """

    seed: int
    batch: int
    draws: int = 1

    def rows(self, stream: int, block: int, count: int, columns: int) -> Array:
        """The draws x count x columns normals of a block of a stream.

        By numpy's ziggurat: no other generator at hand, its own or torch's, takes less time for a double.
        """
        address = np.random.SeedSequence(self.seed, spawn_key=(self.batch, stream, block))
        return np.random.Generator(np.random.SFC64(address)).standard_normal((self.draws, count, columns))

    def field(self, stream: int, width: int, columns: int) -> Field:
        """A field of independent standard normals."""
        return Field(width, lambda block: self.rows(stream, block.index, block.neurons, columns))


@dataclass(frozen=True)
class Sums:
    """Sums over neurons, spread over `jobs` jobs in tasks of `task_neurons` neurons.

    A layer that fits one task keeps its lasting fields for the next sweep; on a wider one they are computed again.
    Raises ValueError unless a task is a number of whole blocks.
    """

    task_neurons: int
    jobs: int = 1
    kept: dict[int, list[Block]] = field(default_factory=dict)
    waiting: dict[int, list[tuple[Pair, list[Array]]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.task_neurons < 1 or self.task_neurons % BLOCK:
            raise ValueError(f"a task must be whole blocks of {BLOCK} neurons, not {self.task_neurons} neurons")

    def inner_product(self, one: Field, other: Field) -> Callable[[], Array]:
        """What gives P'Q, (draws x) columns of P x columns of Q, of two fields P, Q of one width.

        The first to be called computes all that was asked for on that width until then.
        """
        found: list[Array] = []
        (first, before), (second, after) = one.factors(), other.factors()
        self.waiting.setdefault(one.width, []).append(((first, second), found))

        def product() -> Array:
            if not found:
                self._sweep(one.width)
            return _product(_product(before.mT if before.ndim else before, found[0]), after)

        return product

    def _sweep(self, width: int) -> None:
        pairs, found = zip(*self.waiting.pop(width), strict=True)
        for place, total in zip(found, self._totals(pairs, width), strict=True):
            place.append(total)

    def _totals(self, pairs: Sequence[Pair], width: int) -> list[Array]:
        if width <= self.task_neurons:
            return _inner_products(pairs, self.kept.setdefault(width, list(_blocks(width, 0, width))))
        tasks = (
            joblib.delayed(_task)(pairs, width, first, min(first + self.task_neurons, width))
            for first in range(0, width, self.task_neurons)
        )
        # An ordered generator keeps few partial sums alive, and the order of the sum the same for any number of jobs.
        return _total(joblib.Parallel(n_jobs=self.jobs, prefer="threads", return_as="generator")(tasks))


def task_size(columns: int) -> int:
    """The default number of neurons in a task for fields with so many columns: whole blocks, at least one."""
    return BLOCK * max(1, TASK_ENTRIES // (BLOCK * columns))


def batch_size(width: int, columns: int) -> int:
    """The number of draws in a batch of networks of this width, whose fields have so many columns: at least one."""
    return max(1, BATCH_ENTRIES // (width * columns))


def _blocks(width: int, first: int, end: int) -> Iterator[Block]:
    """The blocks of the neurons first <= j < end; `first` begins a block."""
    return (Block(index, width) for index in range(first // BLOCK, -(-end // BLOCK)))


def _task(pairs: Sequence[Pair], width: int, first: int, end: int) -> list[Array]:
    return _inner_products(pairs, _blocks(width, first, end))


def _inner_products(pairs: Sequence[Pair], blocks: Iterable[Block]) -> list[Array]:
    return _total(_on_block(pairs, block) for block in blocks)


def _on_block(pairs: Sequence[Pair], block: Block) -> list[Array]:
    products = [one.on(block).mT @ other.on(block) for one, other in pairs]
    block.forget()
    return products


def _total(terms: Iterable[list[Array]]) -> list[Array]:
    iterator = iter(terms)
    totals = next(iterator)
    for term in iterator:
        for total, more in zip(totals, term, strict=True):
            total += more
    return totals

"""The console command ``ntk-companion``.

Exit codes: 0 done; 1 something was refuted; 2 bad input, with one line on stderr; 3 a defect of this program, with a
traceback; 130 interrupted; 141 the reader of the output went away.
"""

import argparse
import contextlib
import json
import os
import sys
import threading
import time
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from ntk_companion.cli import (
    audit,
    compare,
    derive,
    experiment,
    figures,
    flow,
    gram,
    report,
    sample,
    serve,
    statements,
    tables,
)
from ntk_companion.cli.arguments import ERASE, Parser, Result
from ntk_companion.cli.duration import in_words
from numerics.progress import told_to

COMMANDS = (gram, sample, flow, derive, audit, compare, statements, experiment, tables, figures, report, serve)
DONE, BAD_INPUT, DEFECT, INTERRUPTED, BROKEN_PIPE = 0, 2, 3, 130, 141
TICK = 1.0
"""Seconds between two signs of progress."""
LEAST_SHARE = 0.05
"""From a smaller one nothing is said of the rest."""
EXTRAS = {
    "pytest": "checks",
    "sklearn": "data",
    "mlxtend": "data",
    "torch": "torch",
    "matplotlib": "report",
    "pylatexenc": "report",
    "math_core": "report",
    "pygraphviz": "report",
    "fontTools": "report",
    "ziamath": "report",
    "mcp": "mcp",
}


class Version(argparse.Action):
    """Prints the version and ends, without reading it for any other command."""

    def __call__(self, parser: argparse.ArgumentParser, *ignored: Any) -> NoReturn:
        """Print and exit."""
        from ntk_companion import __version__

        print(f"ntk-companion {__version__}")
        parser.exit()


class Completion(argparse.Action):
    """Prints the completion of a shell, made by shtab, and ends."""

    def __call__(self, parser: argparse.ArgumentParser, namespace: Any, shell: Any, *ignored: Any) -> NoReturn:
        """Print and exit."""
        import shtab

        print(shtab.complete(parser, shell=shell))
        parser.exit()


def parser() -> Parser:
    """The parser of the whole command line."""
    result = Parser(prog="ntk-companion", description="Neural tangent kernels, certified and sampled.")
    result.add_argument("--version", action=Version, nargs=0, help="print the version and end")
    shells = 'print the completion of a shell: eval "$(ntk-companion --completion bash)"'
    result.add_argument("--completion", action=Completion, choices=("bash", "zsh", "tcsh"), help=shells)
    commands = result.add_subparsers(title="commands", dest="command", required=True, metavar="COMMAND")
    for command in COMMANDS:
        name = command.__name__.rpartition(".")[2]
        added = commands.add_parser(name, help=command.SUMMARY, description=command.DESCRIPTION)
        command.add_to(added)
        added.set_defaults(run=command.run)
        added.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    return result


def main(arguments: Sequence[str] | None = None) -> int:
    """Run ``ntk-companion`` with these arguments (those of the process by default) and return its exit code."""
    try:
        return _run(sys.argv[1:] if arguments is None else arguments)
    except BrokenPipeError:
        # Nothing can be printed any more: keep the interpreter from trying when it closes stdout.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE
    except KeyboardInterrupt:
        return _complain("interrupted", INTERRUPTED)
    except ModuleNotFoundError as error:
        extra = EXTRAS.get((error.name or "").partition(".")[0])
        if extra is None:
            return _defect()
        return _complain(
            f"this needs the package {error.name}: install the extra, pip install 'ntk-companion[{extra}]'", BAD_INPUT
        )
    except MemoryError:
        return _complain("not enough memory for so many points, digits or draws", BAD_INPUT)
    except OSError as error:
        return _complain(_of_system(error), BAD_INPUT)
    except ValueError as error:
        return _complain(str(error), BAD_INPUT)
    except Exception:
        return _defect()


def _run(arguments: Sequence[str]) -> int:
    try:
        options = parser().parse_args(_joined(arguments))
    except SystemExit:  # --help has printed
        sys.stdout.flush()
        return DONE
    with progress(options.command):
        result = options.run(options)
    _print(result, options.json)
    for complaint in result.complaints:
        _complain(complaint, result.exit_code)
    return result.exit_code


def _joined(arguments: Sequence[str]) -> list[str]:
    """The arguments with the value of --scale attached: argparse takes a -1/2 that stands alone for an option."""
    result: list[str] = []
    for argument in arguments:
        if result and result[-1] == "--scale":
            result[-1] += f"={argument}"
        else:
            result.append(argument)
    return result


def _print(result: Result, as_json: bool) -> None:
    lines = [json.dumps(result.values, allow_nan=False)] if as_json else result.lines
    with contextlib.suppress(AttributeError, ValueError):
        sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    for line in lines:
        print(line)
    sys.stdout.flush()


def _complain(message: str, exit_code: int) -> int:
    print("ntk-companion:", " ".join(message.split()), file=sys.stderr)
    return exit_code


def _of_system(error: OSError) -> str:
    """What the system refused, as a sentence that names the file."""
    reason = error.strerror or str(error)
    return f"cannot read or write {error.filename}: {reason}" if error.filename else f"cannot go on: {reason}"


def _defect() -> int:
    traceback.print_exc()
    return DEFECT


@dataclass
class Heard:
    """What was told of how far the work is, first and last of the count that goes on now, each with its time."""

    first: tuple[float, float] = (0.0, 0.0)
    last: tuple[float, float] = (0.0, 0.0)
    words: str = ""

    def hear(self, seconds: float, words: str, share: float | None) -> None:
        """Keep what is told. Before a share that falls another part of the work was done, at another pace."""
        told = (seconds, share or 0.0)
        if not self.words or told[1] < self.last[1]:
            self.first = told
        self.last, self.words = told, words

    def line(self, seconds: float) -> str:
        """What is done, the seconds passed, and those to come if the rest is as slow."""
        done = self.last[1] - self.first[1]
        left = (self.last[0] - self.first[0]) * (1 - self.last[1]) / done if done >= LEAST_SHARE else 0.0
        left -= seconds - self.last[0]
        parts = [self.words, f"{seconds:.0f} s", f"about {in_words(left)} left" if left > 0 else ""]
        return ", ".join(filter(None, parts))


@contextlib.contextmanager
def progress(title: str) -> Iterator[None]:
    """Say on stderr how far the body is and count the seconds, if stderr is a terminal and the body takes long."""
    if not sys.stderr.isatty():
        yield
        return
    ended, begin = threading.Event(), time.monotonic()
    heard = Heard()

    def count() -> None:
        while not ended.wait(TICK):
            line = heard.line(time.monotonic() - begin)
            print(f"\r{title}: {line}{ERASE}", end="", file=sys.stderr, flush=True)
        print(f"\r{ERASE}", end="", file=sys.stderr, flush=True)

    counter = threading.Thread(target=count, daemon=True)
    counter.start()
    try:
        with told_to(lambda *far: heard.hear(time.monotonic() - begin, *far)):
            yield
    finally:
        ended.set()
        counter.join()

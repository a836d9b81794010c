"""``ntk-companion serve --mcp``: the suite's tools for assistants, by the Model Context Protocol over stdio."""

import argparse
from collections.abc import Callable
from functools import wraps
from typing import Any

from ntk_companion.cli.arguments import Result

SUMMARY = "the suite's tools for other programs (MCP)"
DESCRIPTION = """Offers derive, gram, audit and compare as tools of the Model Context Protocol over standard input and
output, within the limits of the commands, until the input ends. Networks and points are given by name or by value and
claims as text: no files of yours are read, and no code is run. Needs the extra: pip install 'ntk-companion[mcp]'."""
INSTRUCTIONS = """Decides claims about neural tangent kernels, and never guesses: a verdict is a proof or a test with a
stated error probability, or INCONCLUSIVE. Quote the verdict with its scope, evidence and qualification."""


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument("--mcp", action="store_true", required=True, help="the Model Context Protocol, over stdio")


def run(options: argparse.Namespace) -> Result:
    """Serve until the input ends."""
    server().run("stdio")
    return Result({}, [])


def server() -> Any:
    """The server with its tools. Raises ModuleNotFoundError without the package mcp."""
    from mcp.server.mcpserver import MCPServer

    from ntk_companion import __version__
    from ntk_companion.serving import TOOLS

    found = MCPServer("ntk-companion", instructions=INSTRUCTIONS, version=__version__)
    for tool in TOOLS:
        found.add_tool(_refusing(tool))
    return found


def _refusing(tool: Callable[..., Any]) -> Callable[..., Any]:
    """The tool with its refusals as answers, not as crashes."""
    from mcp.server.mcpserver.exceptions import ToolError

    @wraps(tool)
    def answer(*arguments: Any, **named: Any) -> Any:
        try:
            return tool(*arguments, **named)
        except ValueError as error:
            raise ToolError(str(error)) from None

    return answer

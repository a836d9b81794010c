"""The suite's tools for other programs: what they give, what they refuse, and the protocol they speak."""

import json
import sys

import jsonschema
import pytest

from ntk_companion import serving
from ntk_companion.audit.reply.replies import record_schema
from ntk_companion.cli import main
from ntk_companion.evidence import Verdict

CLAIMS = """
[[claim]]
id = "a"
network = { family = "fcn", depth = 3 }
points = "hexagon"
assertion = "K(1, 1) = 13"

[[claim]]
id = "b"
network = { family = "fcn", depth = 3 }
points = "hexagon"
assertion = "K(1, 7) = 13"
"""


def test_the_tools_give_what_the_commands_print(capsys):
    options = {"depth": 2, "beta": "1/3"}
    assert main.main(["gram", "--network", "jacot", "--depth=2", "--beta=1/3", "--points", "hexagon", "--json"]) == 0
    assert serving.gram("jacot", "hexagon", options) == json.loads(capsys.readouterr().out)
    assert main.main(["derive", "--network", "jacot", "--depth=2", "--beta=1/3", "--json"]) == 0
    assert serving.derive("jacot", options) == json.loads(capsys.readouterr().out)


def test_points_and_matrices_are_given_by_value():
    found = serving.gram("fcn", [[0, "1/3"], ["-0.5", 1]], {"depth": 1}, digits=20)
    rows = [[float(entry) for entry in row] for row in found["gram"]]
    best = serving.compare(found["gram"], [[0, "1/3"], ["-0.5", 1]], depth=2)
    assert rows[0][1] == rows[1][0]
    assert best["matches"][0]["network"].startswith("FCN, depth 1") and best["differences"] == [
        "1 hidden layers, not 2"
    ]


def test_claims_are_audited_from_their_text():
    found = serving.audit(CLAIMS)
    assert [claim["verdict"] for claim in found["claims"]] == ["CONFIRMED", "INCONCLUSIVE"]
    assert "whole number from 1 to 6" in found["claims"][1]["fault"]


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda: serving.gram("/etc/passwd", "hexagon"), "no network is called"),
        (lambda: serving.gram("fcn", "/etc/passwd", {"depth": 1}), "no point set is called"),
        (lambda: serving.gram("fcn", "points.csv", {"depth": 1}), "no point set is called"),
        (lambda: serving.gram("fcn", "circle:9999", {"depth": 1}), "at most 3000"),
        (lambda: serving.gram("fcn", "hexagon", {"depth": 1}, digits=5000), "from 1 to 1000"),
        (lambda: serving.gram("fcn", "hexagon", {"depth": 1, "points": "x.csv"}), "unknown option"),
        (lambda: serving.gram("fcn", [["=1+1"]], {"depth": 1}), "a number is a decimal"),
        (lambda: serving.gram("fcn", [], {"depth": 1}), "rows of numbers are needed"),
        (lambda: serving.derive("fcn", {"depth": 5000}), "from 1 to 1000"),
        (lambda: serving.audit("[[claim]]"), "id"),
        (lambda: serving.audit(CLAIMS.replace('"hexagon"', '"x.csv"')), "is a file; claims that are not in a file"),
        (lambda: serving.audit(CLAIMS, seed=-1), "the seed must be"),
        (lambda: serving.compare([[1, 2], [3]], "circle:2"), "the matrix: the rows have different lengths"),
    ],
)
def test_what_is_out_of_bounds_is_refused_in_a_sentence(ask, message):
    with pytest.raises(ValueError, match=message):
        ask()


def test_a_record_fits_the_published_schema():
    schema = record_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    found = serving.audit(CLAIMS)
    jsonschema.validate(found, schema)
    for change in ({"verdict": "TRUE"}, {"value": {"K": [1]}}, {"scope": 3}):
        broken = json.loads(json.dumps(found))
        broken["claims"][0] |= change
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(broken, schema)
    assert set(schema["$defs"]["claim"]["properties"]["verdict"]["enum"]) == set(map(str, Verdict))
    assert set(schema["$defs"]["claim"]["properties"]) == set(found["claims"][0])


def test_the_schema_is_printed(capsys):
    assert main.main(["audit", "--schema"]) == 0
    assert json.loads(capsys.readouterr().out) == record_schema()


def test_an_assistant_finds_the_tools_and_gets_their_answers_over_stdio():
    pytest.importorskip("mcp", reason="the package mcp is not installed: pip install 'ntk-companion[mcp]'")
    import anyio
    from mcp import ClientSession, StdioServerParameters, stdio_client

    async def talk():
        parameters = StdioServerParameters(command=sys.executable, args=["-m", "ntk_companion", "serve", "--mcp"])
        async with stdio_client(parameters) as streams, ClientSession(*streams) as session:
            await session.initialize()
            tools = {tool.name for tool in (await session.list_tools()).tools}
            good = await session.call_tool("audit", {"claims": CLAIMS})
            bad = await session.call_tool("gram", {"network": "fcn", "points": "/etc/passwd", "options": {"depth": 1}})
            return tools, good, bad

    tools, good, bad = anyio.run(talk)
    assert tools == {"derive", "gram", "audit", "compare"}
    told = json.loads(good.content[0].text)
    assert [claim["verdict"] for claim in told["claims"]] == ["CONFIRMED", "INCONCLUSIVE"]
    assert "no point set is called" in bad.content[0].text


def test_without_the_package_the_command_says_what_to_install(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "mcp", None)
    monkeypatch.setitem(sys.modules, "mcp.server", None)
    monkeypatch.setitem(sys.modules, "mcp.server.mcpserver", None)
    assert main.main(["serve", "--mcp"]) == 2
    assert "ntk-companion[mcp]" in capsys.readouterr().err

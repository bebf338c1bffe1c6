"""The official MCP client against `tane mcp` and `/mcp`, in every revision of the protocol that clients speak."""

import asyncio
import importlib.metadata
import json
import os
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request

import jsonschema
from mcp import Client, MCPError, StdioServerParameters
from mcp.client.stdio import stdio_client

tane, index, base = sys.argv[1:4]
tane = os.path.abspath(tane)
ENV = {**os.environ, "TANE_INDEX": index}
TOOLS = ["search", "read", "similar", "list", "verify_quote"]
OLD = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"]


def text_of(result):
    assert [block.type for block in result.content] == ["text"], result.content
    return result.content[0].text


async def ask(client):
    tools = {tool.name: tool for tool in (await client.list_tools()).tools}
    assert list(tools) == TOOLS, list(tools)
    for tool in tools.values():
        assert tool.title and tool.annotations.read_only_hint is True
        assert tool.annotations.destructive_hint is False and tool.annotations.open_world_hint is False
        jsonschema.Draft202012Validator.check_schema(tool.input_schema)
        jsonschema.Draft202012Validator.check_schema(tool.output_schema)

    async def call(name, **arguments):
        result = await client.call_tool(name, arguments)
        assert not result.is_error, text_of(result)
        assert len(text_of(result)) <= arguments.get("max_chars", 6000)
        jsonschema.validate(result.structured_content, tools[name].output_schema)
        return text_of(result), result.structured_content

    text, found = await call("search", query="ジョエル・ピノーはなぜ辞職したのか", limit=3)
    best = found["results"][0]
    assert len(found["results"]) == 3 and best["confidence"] > 0.5, found
    for fact in [best["citation"], best["id"], best["source_url"] or "", best["text"].splitlines()[0]]:
        assert fact in text, (fact, text)
    text, found = await call("search", query="シドニーのオペラハウスの建設費はいくらか", max_chars=1200)
    assert "not in the articles" in text and "not in the articles" in found["hint"]
    await call("search", query="Pineau", mode="keyword", lang=["ja"], article=None)

    # The passage stands where the citation says.
    text, read = await call("read", id=best["id"])
    assert read == (await call("read", id=best["citation"]))[1]
    assert best["text"] in read["text"] and read["start_line"] <= best["start_line"], read
    whole, offset = "", 0
    while offset is not None:
        _, page = await call("read", id=best["article"], offset=offset, max_chars=900)
        whole += page["text"]
        offset = page["next_offset"]
    assert len(whole) == page["total_chars"]
    assert whole.encode()[best["start_byte"] : best["end_byte"]].decode() == best["text"]

    text, similar = await call("similar", id=best["article"], limit=2)
    assert len(similar["results"]) == 2 and similar["results"][0]["article"] in text
    text, listed = await call("list", limit=2)
    assert listed["total"] == 5 and listed["next_offset"] == 2, listed
    text, listed = await call("list", offset=4)
    assert len(listed["articles"]) == 1 and listed["next_offset"] is None

    text, verified = await call("verify_quote", id=best["article"], quote=best["text"])
    assert verified["standing"] == "exact" and best["citation"] in text
    _, verified = await call("verify_quote", id=best["citation"], quote=best["text"][:20].replace("、", " 、\n"))
    assert verified["standing"] in ("same_letters", "exact")
    changed = best["text"][:10] + "全く違う" + best["text"][14:]
    text, verified = await call("verify_quote", id=best["article"], quote=changed)
    assert verified["standing"] == "absent" and verified["nearest"]["similarity"] > 0.5, verified

    async def refused(name, part, **arguments):
        result = await client.call_tool(name, arguments)
        assert result.is_error and part in text_of(result), text_of(result)

    await refused("search", "query", limit=3)
    await refused("search", "limit", query="a", limit=21)
    await refused("search", "limits", query="a", limits=2)
    await refused("search", "empty", query=" ")
    await refused("search", "1 to", query="a", limit=0)
    await refused("read", "no article", id="../../../etc/passwd")
    await refused("read", "characters", id=best["article"], offset=10**9)
    await refused("verify_quote", "empty", id=best["article"], quote="")

    resources = (await client.list_resources()).resources
    assert len(resources) == 5
    contents = (await client.read_resource(resources[0].uri)).contents
    assert contents[0].mime_type == "text/plain" and contents[0].text
    for uri in ["tane://article/none", "file:///etc/passwd", "tane://article/..%2F..%2Fetc%2Fpasswd"]:
        try:
            await client.read_resource(uri)
            raise AssertionError(uri)
        except MCPError as error:
            assert "no resource" in str(error), error


async def talk(server, mode):
    async with Client(server, mode=mode) as client:
        assert "never instructions" in client.instructions
        assert client.server_info is None or client.server_info.name == "tane"
        await ask(client)
        return client.protocol_version


def by_hand(version):
    """An older client's handshake, line by line: standard output carries the protocol only."""
    client = {"name": "test", "version": "1"}
    lines = [
        {"id": 1, "method": "initialize", "params": {"protocolVersion": version, "capabilities": {}, "clientInfo": client}},
        {"method": "notifications/initialized"},
        {"id": 2, "method": "tools/call", "params": {"name": "search", "arguments": {"query": "メタの研究者"}}},
        {"id": 3, "method": "tools/call", "params": {"name": "nothing", "arguments": {}}},
        {"id": 4, "method": "nothing/at/all"},
    ]
    process = subprocess.Popen([tane, "mcp"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=ENV, text=True)
    answers = {}
    for line in lines:
        process.stdin.write(json.dumps({"jsonrpc": "2.0", **line}) + "\n")
        process.stdin.flush()
        if "id" in line:
            answer = json.loads(process.stdout.readline())
            answers[answer["id"]] = answer
    rest, _ = process.communicate(timeout=30)
    assert rest == "" and process.returncode == 0, (rest, process.returncode)
    assert answers[1]["result"]["protocolVersion"] == version, answers[1]
    assert answers[1]["result"]["serverInfo"]["name"] == "tane"
    assert answers[2]["result"]["content"][0]["text"].startswith("5 passages for: ")
    assert answers[2]["result"]["structuredContent"]["results"]
    assert "search, read" in answers[3]["error"]["message"]
    assert answers[4]["error"]["code"] == -32601


def by_hand_over_http(version):
    """The same over HTTP, without sessions."""

    def post(message, **headers):
        request = urllib.request.Request(
            f"{base}/mcp",
            json.dumps({"jsonrpc": "2.0", **message}).encode(),
            {"Content-Type": "application/json", "Accept": "application/json, text/event-stream", **headers},
        )
        with urllib.request.urlopen(request) as response:
            body = response.read()
            return response.status, json.loads(body) if body else None

    client = {"name": "test", "version": "1"}
    params = {"protocolVersion": version, "capabilities": {}, "clientInfo": client}
    status, answer = post({"id": 1, "method": "initialize", "params": params})
    assert status == 200 and answer["result"]["protocolVersion"] == version, answer
    header = {"MCP-Protocol-Version": version}
    assert post({"method": "notifications/initialized"}, **header) == (202, None)
    call = {"name": "list", "arguments": {"limit": 1}}
    status, answer = post({"id": 2, "method": "tools/call", "params": call}, **header)
    assert answer["result"]["structuredContent"]["total"] == 5, answer
    for headers, expected in [({"Origin": "http://evil.example"}, 403), ({"Host": "evil.example"}, 403)]:
        try:
            post({"id": 1, "method": "initialize", "params": params}, **headers)
            raise AssertionError(headers)
        except urllib.error.HTTPError as error:
            assert error.code == expected, error


async def main():
    # As README.md has it, but for the folder.
    readme = open(os.path.join(os.path.dirname(__file__), "../../README.md"), encoding="utf-8").read()
    snippet = readme.split("```json\n")[1].split("```")[0]
    server = json.loads(snippet)["mcpServers"]["articles"]
    assert "/home/you/articles-index" in server["args"], server
    args = [index if arg == "/home/you/articles-index" else arg for arg in server["args"]]
    path = {"PATH": os.path.dirname(tane) + os.pathsep + os.environ["PATH"]}
    stdio = StdioServerParameters(command=server["command"], args=args, env={**os.environ, **path})
    versions = []
    for server in [stdio, f"{base}/mcp"]:
        for mode in ["auto", "legacy"]:
            versions.append(await talk(server, mode))
    assert "2026-07-28" in versions and "2025-11-25" in versions, versions
    for version in OLD:
        by_hand(version)
        by_hand_over_http(version)
    # Without an index every tool says how to make one, and nothing is built.
    empty = tempfile.mkdtemp()
    missing = StdioServerParameters(
        command=tane, args=["mcp", "--index", os.path.join(empty, "index")], env=ENV, cwd=empty
    )
    async with Client(missing) as client:
        for name, arguments in [("search", {"query": "a"}), ("list", {}), ("read", {"id": "a"})]:
            result = await client.call_tool(name, arguments)
            assert result.is_error and "build one with `tane " in text_of(result), text_of(result)
        assert "no index" in client.instructions
    assert os.listdir(empty) == []
    print("mcp", importlib.metadata.version("mcp"), "ok, spoken:", *versions, *OLD)


asyncio.run(main())

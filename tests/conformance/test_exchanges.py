"""The engine's answers against recorded answers of the real ones: status, headers, keys, types and words of 139 requests.

The same requests were sent to 28.2.2, and to 29.7.2 with each of its image stores.
"""

from __future__ import annotations

import base64
import fnmatch
import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from fakedocker.assembly import create_engine
from fakedocker.base.clock import SECOND_NS
from fakedocker.engine.inflight import TimeMode
from fakedocker.wire.http import Request
from fakedocker_shell.recording.comparing import Names, differences

HERE = Path(__file__).parent
OUR_OWN_HEADERS = {
    "api-version",
    "docker-experimental",
    "ostype",
    "server",
    "date",
    "content-length",
    "transfer-encoding",
}
"""Headers that every answer has, or that belong to the connection."""
CHECK_INTERVAL_NS = 3 * SECOND_NS
"""How long the recording waited once its container ran."""


def parse(kind: str, data: bytes) -> Any:
    """An answer as the recording keeps it."""
    if "json" in kind:
        lines = [json.loads(line) for line in data.splitlines() if line.strip()]
        return lines[0] if len(lines) == 1 and data.count(b"\r\n") == 0 else lines
    if "stream" in kind or "tar" in kind:
        return {"bytes": len(data), "base64_head": base64.b64encode(data[:96]).decode()}
    return data.decode()


def accepted(profile: str, storage: str) -> list[tuple[list[str], list[str]]]:
    """Patterns of requests, without a version, and places whose differences are known."""
    rules = tomllib.loads((HERE / "exchange_differences.toml").read_text())["different"]
    here = {"profile": profile, "storage": storage}
    known = [rule for rule in rules if all(rule.get(name, value) == value for name, value in here.items())]
    return [(rule.get("of", "*").split("|"), rule["at"].split("|")) for rule in known]


def is_accepted(rules: list[tuple[list[str], list[str]]], request: str, at: str) -> bool:
    return any(
        any(fnmatch.fnmatchcase(request, pattern) for pattern in requests)
        and any(fnmatch.fnmatchcase(at, pattern) for pattern in places)
        for requests, places in rules
    )


@pytest.mark.parametrize(
    ("file", "profile", "storage"),
    [("exchanges", "28", "overlay2"), ("exchanges-29-overlay2", "29", "overlay2"), ("exchanges-29", "29", "overlayfs")],
)
def test_every_recorded_request_gets_the_recorded_answer(file: str, profile: str, storage: str) -> None:
    engine = create_engine(1, mode=TimeMode.FAST, profile=profile, storage=storage)
    engine.perform(Request(method="POST", target="/images/create?fromImage=alpine&tag=latest"))
    names, rules, found = Names(), accepted(profile, storage), []
    about = ""
    for exchange in json.loads((HERE / f"{file}.json").read_text()):
        asked, recorded = exchange["request"], exchange["response"]
        if exchange["about"] == "running" != about:
            engine.advance(engine.now_ns + CHECK_INTERVAL_NS)
        about = exchange["about"]
        body = asked["body"]
        text = "" if body is None else body if isinstance(body, str) else json.dumps(body)
        headers = {name.lower(): value for name, value in asked["headers"].items()}
        if body is not None:
            headers.setdefault("content-type", "application/json")
        until = re.sub(r"until=\d+", f"until={engine.now_ns // SECOND_NS + 1}", asked["path"])
        request = Request(
            method=asked["method"], target=names.translate(until), headers=headers, body=names.translate(text).encode()
        )
        done = engine.submit(request)
        engine.drive(lambda done=done: done.ended)  # type: ignore[misc]  # bound at once
        assert done.reply is not None
        data = (done.reply.body or b"") + done.take(1 << 30)
        ours_headers = {name.lower(): value for name, value in done.reply.headers}
        ours = parse(ours_headers.get("content-type", ""), data)
        expected = recorded["body"]
        names.learn(expected, ours)
        problems = list(differences(expected, ours, names))
        if done.reply.status != recorded["status"]:
            problems.append((".status", f"recorded {recorded['status']}, ours {done.reply.status} {data[:90]!r}"))
        problems += [
            (f".header.{name}", f"recorded {value!r}, ours {ours_headers.get(name.lower())!r}")
            for name, value in recorded["headers"].items()
            if name.lower() not in OUR_OWN_HEADERS and ours_headers.get(name.lower()) != value
        ]
        line = f"{asked['method']} {re.sub(r'^/v1.5[05]/', '/', asked['path'])}"
        found += [f"{line}\n    {at}: {what}" for at, what in problems if not is_accepted(rules, line, at)]
    assert not found, f"{len(found)} differences\n" + "\n".join(found)

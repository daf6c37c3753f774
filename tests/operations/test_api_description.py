"""Every answer to the docker command line is one that the API's description allows, or the overlay explains."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from fakedocker.engine.engine import Engine
from fakedocker.wire.http import Reply
from fakedocker_shell.session import Session, make_engine
from helpers.api_description import Description
from helpers.paths import RECORDINGS
from helpers.swarm_world import Manager, service_spec

RECORDED = sorted(RECORDINGS.glob("*.json"))


@pytest.fixture(scope="module")
def description() -> Description:
    return Description()


def answers(recording: Path) -> list[tuple[str, str, int, str, bytes]]:
    """Each request of a recording's commands with its answer: method, target, status, media type, body."""
    engine, _ = make_engine(1)
    engine.journaling = False
    exchanges = []
    submit = engine.submit

    def tapped(*arguments: Any, **settings: Any) -> Any:
        exchange = submit(*arguments, **settings)
        exchanges.append(exchange)
        return exchange

    engine.submit = tapped  # type: ignore[method-assign]  # to see every request, whoever makes it
    session = Session(engine, lambda fd, data: None)
    session.run_command("\n".join(step["command"] for step in json.loads(recording.read_text())["steps"]))
    session.run_to_end(lambda: b"")
    found = []
    for exchange in exchanges:
        reply: Reply | None = exchange.reply
        if reply is not None:
            kind = dict(reply.headers).get("Content-Type", "")
            found.append((exchange.request.method, exchange.request.target, reply.status, kind, reply.body or b""))
    assert isinstance(engine, Engine)
    return found


@pytest.mark.parametrize("recording", RECORDED, ids=lambda path: path.stem)
def test_answers_are_as_described(recording: Path, description: Description) -> None:
    seen = answers(recording)
    assert len(seen) > 20
    problems = {problem for answer in seen for problem in description.problems(*answer)}
    assert not problems, "\n".join(sorted(problems))


def swarm_answers() -> list[tuple[str, str, int, str, bytes]]:
    """Each request about a swarm that has most of what there is, with its answer."""
    manager = Manager("alpine", "nginx")
    seen = []

    def ask(method: str, path: str, body: Any = b"", **query: Any) -> None:
        status, answer = manager.ask(method, path, query, body)
        seen.append((method, path, status, "application/json" if answer[:1] in (b"{", b"[", b'"') else "", answer))

    ask("POST", "/networks/create", {"Name": "net", "Driver": "overlay", "Attachable": True})
    for kind in ("secret", "config"):
        ask("POST", f"/{kind}s/create", {"Name": "one", "Data": "eA==", "Labels": {"a": "b"}})
    file = {"Name": "f", "UID": "0", "GID": "0", "Mode": 292}
    manager.service(
        "web", image="nginx", replicas=2, Networks=[{"Target": "net", "Aliases": ["x"]}], EndpointSpec={"Ports": [{"TargetPort": 80}]},
        Healthcheck={"Test": ["CMD", "true"], "Interval": 10**9}, Privileges={"NoNewPrivileges": True}, Placement={"Constraints": ["node.role==manager"]},
        Secrets=[{"SecretID": manager.get("/secrets/one")["ID"], "SecretName": "one", "File": file}], RestartPolicy={"Condition": "any", "Window": 5},
        Configs=[{"ConfigID": manager.get("/configs/one")["ID"], "ConfigName": "one", "File": file}], Mounts=[{"Type": "volume", "Source": "v", "Target": "/v"}],
        Resources={"Limits": {"NanoCPUs": 10**9, "Pids": 5}, "Reservations": {"MemoryBytes": 10**7}}, UpdateConfig={"Parallelism": 1},
    )  # fmt: skip
    manager.service("job", replicas=None, Mode={"ReplicatedJob": {}})
    manager.service("everywhere", replicas=None, Mode={"Global": {}})
    manager.pass_seconds(4)
    manager.update("web", lambda spec: spec["TaskTemplate"].update(ForceUpdate=1))
    manager.pass_seconds(20)
    for path in (
        "/swarm", "/swarm/unlockkey", "/info", "/nodes", f"/nodes/{manager.node}", "/services?status=1", "/services/web", "/services/job", "/tasks",
        "/services/web?insertDefaults=1", f"/tasks/{manager.tasks('web')[0]['ID']}", "/secrets", "/secrets/one", "/configs", "/configs/one", "/networks",
        "/networks/net?verbose=1", "/networks/ingress", "/services/x", "/nodes/x", "/tasks/x", "/secrets/x", "/configs/x",
    ):  # fmt: skip
        ask("GET", path)
    ask("POST", "/services/create", {"Name": "-"})
    ask("POST", "/services/create", service_spec("web"))
    ask("POST", "/swarm/init", {"ListenAddr": "x"})
    ask("POST", "/swarm/leave")
    ask("POST", "/swarm/leave", force=1)
    return seen


def test_answers_about_a_swarm_are_as_described(description: Description) -> None:
    """But for the id of what was stored, which is called ID by the engine (moby api/types/swarm/secret.go SecretCreateResponse)."""
    problems = {problem for answer in swarm_answers() for problem in description.problems(*answer)}
    assert problems == {f"POST /{kind}/create 201 $: 'Id' is a required property" for kind in ("secrets", "configs")}

"""Builds over gRPC and a session, as buildx makes them."""

from __future__ import annotations

import io
import tarfile

import pytest

from fakedocker.assembly import create_engine
from fakedocker.engine.replay import replay
from fakedocker.wire import control
from fakedocker.wire.http import Request
from fakedocker.world.solves import SolveTask
from helpers.grpc_world import CONTROL, GATEWAY, Built, World


@pytest.fixture
def world() -> World:
    return World()


APP = "FROM alpine\nCOPY app/ /app/\nRUN cat /app/one && echo built > /stamp\n"
FILES = {"app/one": "1\n", "app/two": "2\n", "other": "not wanted"}


def test_a_build_fetches_what_it_needs_and_no_more(world: World) -> None:
    built = world.build(APP, FILES, tag="docker.io/library/made:latest")
    assert built.error == ""
    assert "1\n" in built.output
    image = built.response["containerimage.config.digest"]
    assert built.response == {
        "containerimage.config.digest": image,
        "containerimage.digest": image,
        "image.name": "docker.io/library/made:latest",
    }
    assert [(asked["dir-name"], asked["followpaths"]) for asked in built.client.asked] == [
        (["dockerfile"], ["Dockerfile", "Dockerfile.dockerignore", "dockerfile"]),
        (["context"], [".dockerignore"]),
        (["context"], ["/app"]),
    ]
    assert sorted(built.client.requested) == ["Dockerfile", "app/one", "app/two"]
    answer = world.engine.perform(Request(method="GET", target="/images/made/json"))
    assert answer.reply is not None and image.encode() in (answer.reply.body or b"")


def test_what_has_not_changed_is_not_sent_again_and_steps_are_cached(world: World) -> None:
    world.build(APP, FILES)
    again = world.build(APP, FILES)
    assert again.client.requested == ["Dockerfile"]
    assert [cached for name, cached in again.steps.items() if "COPY" in name or "RUN" in name] == [True, True]
    changed = world.build(APP, {**FILES, "app/two": "22\n"})
    assert changed.client.requested == ["Dockerfile", "app/two"]


def test_the_rules_of_a_dockerignore_are_given_to_the_client(world: World) -> None:
    built = world.build("FROM alpine\nCOPY . /app/\n", {".dockerignore": "*.log\n!keep.log\n", "a": "a"})
    assert built.client.asked[-1] == {
        "dir-name": ["context"],
        "followpaths": [],
        "exclude-patterns": ["*.log", "!keep.log"],
    }


def test_names_that_are_no_ascii_are_encoded(world: World) -> None:
    built = world.build("FROM alpine\nCOPY grün /\n", {"grün": "x"})
    assert built.client.asked[-1]["followpaths"] == ["%2Fgr%C3%BCn"]


def test_limits_of_resources(world: World) -> None:
    dockerfile = "FROM alpine\nRUN echo $(ulimit -n) $(ulimit -Hn)\n"
    assert world.build(dockerfile, attributes={"ulimit": "nofile=1024:2048,nproc=77"}).output == "1024 2048\n"
    assert (
        world.build(dockerfile, attributes={"ulimit": "nofile=12"}).output == "12 12\n"
    )  # another step, not the cached one
    refused = world.build(dockerfile, attributes={"ulimit": "nofile=2:1"})
    assert "failed to parse ulimit: ulimit soft limit must be less than or equal to hard limit: 2 > 1" in refused.error


def test_arguments_labels_and_target(world: World) -> None:
    dockerfile = "FROM alpine AS one\nARG A=1\nRUN echo a=$A\nFROM one\nRUN echo never\n"
    built = world.build(dockerfile, attributes={"target": "one", "build-arg:A": "2", "label:x": "y"})
    assert built.output == "a=2\n"


@pytest.mark.parametrize(
    ("dockerfile", "error"),
    [
        ("FORM alpine\n", "dockerfile parse error on line 1: unknown instruction: FORM (did you mean FROM?)"),
        ("FROM alpine\nRUN exit 3\n", 'process "/bin/sh -c exit 3" did not complete successfully: exit code: 3'),
        ("FROM nosuch.example/x\n", "failed to resolve source metadata for nosuch.example/x:latest"),
    ],
)
def test_a_failing_build_says_why_and_where(world: World, dockerfile: str, error: str) -> None:
    built = world.build(dockerfile)
    assert error in built.error
    assert built.solve.code == 2


def test_where_an_error_lies_is_a_detail(world: World) -> None:
    built = world.build("FROM alpine\nRUN exit 3\n")
    assert "grpc-status-details-bin" in built.solve.headers


def test_secrets_are_fetched_when_a_step_needs_them(world: World) -> None:
    dockerfile = "FROM alpine\nRUN --mount=type=secret,id=tok,required=true cat /run/secrets/tok\n"
    assert world.build(dockerfile, secrets={"tok": b"s3cret"}).output == "s3cret"
    missing = world.build(dockerfile, attributes={"no-cache": ""})
    assert missing.error == "secret tok: not found"
    optional = "FROM alpine\nRUN --mount=type=secret,id=tok ls /run/secrets 2>/dev/null; echo done\n"
    assert world.build(optional).output.endswith("done\n")


def test_files_are_given_to_the_client(world: World) -> None:
    built = world.build("FROM scratch\nCOPY a b/\n", {"a": b"x" * 300_000}, exporter="local")
    assert built.error == ""
    assert built.client.taken == {"b/a": b"x" * 300_000}


def test_an_archive_is_given_to_the_client(world: World) -> None:
    built = world.build("FROM scratch\nCOPY a b/\n", {"a": b"x" * 300_000}, exporter="tar")
    with tarfile.open(fileobj=io.BytesIO(built.client.archive)) as archive:
        member = archive.extractfile("b/a")
        assert member is not None and member.read() == b"x" * 300_000


def test_a_build_without_a_gateway(world: World) -> None:
    world.session({"dockerfile": {"Dockerfile": b"FROM alpine\nRUN echo hello\n"}, "context": {}})
    request = control.SolveRequest(
        reference="direct", session="session1", frontend="dockerfile.v0", exporters=(control.Exporter(kind="moby"),)
    )
    solved = world.ask(f"{CONTROL}Solve", request)
    assert "containerimage.digest" in solved.messages(control.SolveReply)[0].response


def test_a_context_over_the_session_of_an_ordinary_build(world: World) -> None:
    client = world.session({"dockerfile": {"Dockerfile": b"FROM alpine\nCOPY a /\n"}, "context": {"a": b"1"}})
    target = "/build?version=2&remote=client-session&session=session1&t=made"
    exchange = world.engine.submit(Request(method="POST", target=target))
    world.run(lambda: exchange.ended)
    assert b"moby.image.id" in exchange.take()
    assert client.requested == ["Dockerfile", "a"]


def test_an_archive_with_a_session_for_its_secrets(world: World) -> None:
    world.session({}, {"tok": b"s3cret"})
    dockerfile = "FROM alpine\nRUN --mount=type=secret,id=tok wc -c < /run/secrets/tok | grep 6\n"
    exchange = world.engine.submit(
        Request(method="POST", target="/build?version=2&session=session1", body=archive(Dockerfile=dockerfile))
    )
    world.run(lambda: exchange.ended)
    assert b"moby.image.id" in exchange.take()


def archive(**files: str) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for name, text in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(text)
            tar.addfile(member, io.BytesIO(text.encode()))
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("upload", "output"),
    [
        (archive(Dockerfile="FROM alpine\nCOPY a /\nRUN cat /a\n", a="one\n"), "one\n"),
        (b"FROM alpine\nRUN echo alone\n", "alone\n"),
    ],
)
def test_a_context_is_uploaded(world: World, upload: bytes, output: str) -> None:
    client = world.session({})
    client.upload = upload
    built = Built(world, client, "up", "moby")
    built.gateway({"context": "http://buildkit-session/xyz"})
    assert (built.error, built.output) == ("", output)
    names = list(built.steps)
    assert names[0] == "[internal] load remote build context"
    assert not any("load build" in name or "dockerignore" in name for name in names)


def test_another_cache_is_looked_for_and_missed_without_harm(world: World) -> None:
    imports = '[{"Type":"registry","Attrs":{"ref":"alpine"}},{"Type":"registry","Attrs":{"ref":"me/nothing"}}]'
    built = world.build("FROM alpine\nRUN echo made\n", attributes={"cache-imports": imports})
    assert (built.error, built.output) == ("", "made\n")
    errors = {vertex.name: vertex.error for one in built.news for vertex in one.vertexes if "importing" in vertex.name}
    assert errors["importing cache manifest from alpine"] == ""
    assert errors["importing cache manifest from me/nothing"].startswith(
        "failed to configure registry cache importer: pull access denied"
    )
    other = world.build("FROM alpine\n", attributes={"cache-imports": '[{"Type":"gha"}]'})
    assert other.error == "a cache import of type gha is not simulated by fakedocker"


def test_an_ssh_agent_is_there_if_the_client_has_it(world: World) -> None:
    dockerfile = (
        'FROM alpine\nRUN --mount=type=ssh%s test -S "$SSH_AUTH_SOCK" && echo agent at $SSH_AUTH_SOCK || echo none\n'
    )

    def build(flags: str, agents: set[str]) -> Built:
        client = world.session({"dockerfile": {"Dockerfile": (dockerfile % flags).encode()}, "context": {}})
        client.agents = agents
        built = Built(world, client, f"ssh{world.builds}", "moby")
        built.gateway({"no-cache": ""})
        return built

    assert build("", {"default"}).output == "agent at /run/buildkit/ssh_agent.0\n"
    assert build("", set()).output == "none\n"
    assert build(",id=mine,target=/s", {"mine"}).output == "agent at /s\n"
    assert build(",required=true", set()).error == "unset ssh forward key"


def test_a_build_that_is_given_up_says_so(world: World) -> None:
    client = world.session({"dockerfile": {"Dockerfile": b"FROM alpine\nRUN echo on; sleep 1000\n"}, "context": {}})
    built = Built(world, client, "long", "moby")
    asked = built.gateway_call("Solve", control.GatewaySolveRequest(frontend="dockerfile.v0"))
    world.run(lambda: asked.ended)
    built.gateway_call("Return", control.ReturnRequest(result=asked.messages(control.GatewaySolveReply)[0].result))
    world.run(lambda: built.output == "on\n")
    world.caller.h2.reset_stream(built.solve.number, 8)
    world.run(lambda: built.status.ended)
    errors = {vertex.name: vertex.error for one in built.news for vertex in one.vertexes}
    assert errors["[2/2] RUN echo on; sleep 1000"] == "context canceled"


def test_named_contexts(world: World) -> None:
    dockerfile = (
        "FROM base\nCOPY --from=lib /a /a\nRUN --mount=from=lib,target=/lib2 cat /a /lib2/b; cat /etc/alpine-release\n"
    )
    files = {"dockerfile": {"Dockerfile": dockerfile.encode()}, "context": {}, "mine": {"a": b"1\n", "b": b"2\n"}}
    client = world.session(files | {"mine": {**files["mine"], ".dockerignore": b"*.log\n"}})
    built = Built(world, client, "named", "moby")
    built.gateway({"context:base": "docker-image://alpine:3.20", "context:lib": "local:mine"})
    assert (built.error, built.output) == ("", "1\n2\n3.20.3\n")
    assert [name for name in built.steps if "context" in name and "internal" not in name] == [
        "[context base] load metadata for docker.io/library/alpine:3.20",
        "[context lib] load .dockerignore",
        "[context base] docker.io/library/alpine:3.20",
        "[context lib] load from client",
    ]
    assert client.asked[-1] == {"dir-name": ["mine"], "followpaths": [], "exclude-patterns": ["*.log"]}


@pytest.mark.parametrize(
    ("dockerfile", "value", "error"),
    [
        ("FROM lib\n", "local:mine", "a named context of files to begin with is not simulated by fakedocker"),
        (
            "FROM alpine AS lib\n",
            "docker-image://alpine",
            "a named context in place of a stage is not simulated by fakedocker",
        ),
        (
            "FROM alpine\n",
            "https://example.com",
            "the named build context lib=https://example.com is not simulated by fakedocker",
        ),
    ],
)
def test_named_contexts_that_are_not_simulated(world: World, dockerfile: str, value: str, error: str) -> None:
    assert world.build(dockerfile, attributes={"context:lib": value}).error == error


def test_patterns_are_left_to_the_client(world: World) -> None:
    built = world.build("FROM alpine\nCOPY *.txt d/ /\n", {"a.txt": "", "d/x": ""})
    assert built.client.asked[-1]["followpaths"] == ["/*.txt", "/d"]


def test_workers_and_version(world: World) -> None:
    (worker,) = world.ask(f"{CONTROL}ListWorkers", control.Empty()).messages(control.WorkersReply)[0].workers
    assert worker.platforms[0] == control.Platform(architecture="amd64", os="linux")
    assert world.ask(f"{CONTROL}Info", control.Empty()).messages(control.InfoReply)[0].version.version == "v0.22.0"


def test_the_cache_is_told_and_emptied(world: World) -> None:
    world.build(APP, FILES)
    usage = world.ask(f"{CONTROL}DiskUsage", control.UsageRequest()).messages(control.UsageReply)[0].records
    assert {record.kind for record in usage} == {"regular", "source.local"}
    local = (
        world.ask(f"{CONTROL}DiskUsage", control.UsageRequest(filters=("type==source.local",)))
        .messages(control.UsageReply)[0]
        .records
    )
    assert {record.kind for record in local} == {"source.local"}
    gone = world.ask(f"{CONTROL}Prune", control.PruneRequest(everything=True)).messages(control.UsageRecord)
    assert {record.id for record in gone} == {record.id for record in usage}
    assert world.ask(f"{CONTROL}DiskUsage", control.UsageRequest()).messages(control.UsageReply)[0].records == ()


def test_a_result_can_be_made_without_being_exported(world: World) -> None:
    world.session({"dockerfile": {"Dockerfile": b"FROM alpine\nRUN echo made\n"}, "context": {}})
    solve = world.caller.call(
        f"{CONTROL}Solve",
        control.SolveRequest(reference="b", session="session1", exporters=(control.Exporter(kind="moby"),)),
    )
    header = {"buildkit-controlapi-buildid": "b"}
    asked = world.ask(f"{GATEWAY}Solve", control.GatewaySolveRequest(frontend="dockerfile.v0"), **header)
    result = asked.messages(control.GatewaySolveReply)[0].result
    assert result.one is not None
    world.ask(f"{GATEWAY}Evaluate", control.EvaluateRequest(reference=result.one.id), **header)
    assert not solve.ended
    world.ask(f"{GATEWAY}Return", control.ReturnRequest(result=result), **header)
    world.run(lambda: solve.ended)
    assert solve.code == 0


def test_a_build_can_be_played_again(world: World) -> None:
    world.build(APP, FILES, tag="docker.io/library/made")
    world.build("FROM alpine\nRUN --mount=type=secret,id=tok cat /run/secrets/tok; exit 3\n", secrets={"tok": b"x"})
    again = create_engine(9)
    replay(again, world.engine.journal)
    assert again.world.tags == world.engine.world.tags
    assert again.world.now_ns == world.engine.world.now_ns
    assert dict(again.world.build_cache) == dict(world.engine.world.build_cache)


def test_going_back_to_an_earlier_state_ends_what_clients_had_under_way(world: World) -> None:
    world.settle()
    before = world.engine.snapshot()
    client = world.session({"dockerfile": {"Dockerfile": b"FROM alpine\nRUN sleep 1000\n"}, "context": {}})
    request = control.SolveRequest(reference="b", session="session1", frontend="dockerfile.v0")
    world.caller.call(f"{CONTROL}Solve", request)
    world.run(lambda: len(client.asked) == 2)
    world.engine.restore(before)
    assert world.caller.exchange.ended and client.exchange.ended
    assert world.engine.world is before
    fresh = World()
    assert fresh.build(APP, FILES).error == ""


def test_a_state_in_the_middle_of_a_build_goes_on_without_its_client(world: World) -> None:
    """As any build does whose client is not there any more; one that waits for its client waits for good."""
    client = world.session({"dockerfile": {"Dockerfile": b"FROM alpine\nRUN sleep 5\n"}, "context": {}})
    request = control.SolveRequest(
        reference="b", session="session1", frontend="dockerfile.v0",
        exporters=(control.Exporter(kind="moby", attributes={"name": "made"}),),
    )  # fmt: skip
    world.caller.call(f"{CONTROL}Solve", request)
    world.run(
        lambda: any(
            isinstance(task, SolveTask) and any(state.sandbox for state in task.states)
            for task in world.engine.world.tasks.values()
        )
    )
    middle = world.engine.snapshot()
    world.engine.restore(middle)
    world.engine.advance(world.engine.now_ns + 60_000_000_000)
    assert "docker.io/library/made:latest" in world.engine.world.tags
    assert not world.engine.world.tasks
    assert client.asked

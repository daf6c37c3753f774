"""Building by BuildKit: the graph and its cache, what instructions do, what is exported, and what fails."""

from __future__ import annotations

import io
import json
import tarfile
from typing import Any

import pytest

from fakedocker.world.solves import SolveTask
from helpers.build_world import Builds, archive


@pytest.fixture
def builds() -> Builds:
    return Builds()


APP = 'FROM alpine\nENV A=1\nWORKDIR /app\nCOPY app.py .\nRUN echo built > /stamp\nCMD ["cat", "/stamp"]\n'


# the cache


def test_the_same_build_gives_the_same_image_from_the_cache(builds: Builds) -> None:
    first = builds.solve(APP, {"app.py": "one"})
    again = builds.solve(APP, {"app.py": "one"})
    assert set(first.steps.values()) == {False}
    assert set(again.steps.values()) == {True}
    assert again.image == first.image


@pytest.mark.parametrize(
    ("changed", "content", "cached"),
    [
        (APP.replace("A=1", "A=2"), "one", [True, True, False]),
        (APP.replace("WORKDIR /app", "WORKDIR /other"), "one", [False, False, False]),
        (APP.replace("echo built", "echo rebuilt"), "one", [True, True, False]),
        (APP, "two", [True, False, False]),
        (APP.replace("cat", "ls"), "one", [True, True, True]),
        (APP + "USER nobody\n", "one", [True, True, True]),
    ],
)
def test_a_change_rebuilds_what_depends_on_it(builds: Builds, changed: str, content: str, cached: list[bool]) -> None:
    builds.solve(APP, {"app.py": "one"})
    assert list(builds.solve(changed, {"app.py": content}).steps.values()) == cached


def test_what_is_copied_counts_by_content_whatever_made_it(builds: Builds) -> None:
    dockerfile = "FROM alpine AS one\nRUN echo {} > /a; echo {} > /b\nFROM alpine\nCOPY --from=one /a /a\n"
    builds.solve(dockerfile.format("same", "1"))
    again = builds.solve(dockerfile.format("same", "2"))
    assert again.steps["COPY --from=one /a /a"]
    assert not builds.solve(dockerfile.format("other", "2")).steps["COPY --from=one /a /a"]


def test_a_proxy_does_not_matter_for_the_cache(builds: Builds) -> None:
    dockerfile = "FROM alpine\nRUN echo proxy=$http_proxy\n"
    first = builds.solve(dockerfile, buildargs='{"http_proxy":"one"}')
    assert first.output == "proxy=one\n"
    again = builds.solve(dockerfile, buildargs='{"http_proxy":"two"}')
    assert set(again.steps.values()) == {True}
    assert again.image == first.image


def test_without_the_cache_everything_is_made_anew(builds: Builds) -> None:
    first = builds.solve(APP, {"app.py": "one"})
    again = builds.solve(APP, {"app.py": "one"}, nocache=1)
    assert set(again.steps.values()) == {False}
    assert again.image != first.image


def test_some_stages_are_made_anew(builds: Builds) -> None:
    dockerfile = "FROM alpine AS one\nRUN echo 1 > /a\nFROM alpine AS two\nCOPY --from=one /a /b\n"
    builds.solve(dockerfile)
    again = builds.solve(dockerfile, nocachefilter='["two"]')
    assert again.steps == {"RUN echo 1 > /a": True, "COPY --from=one /a /b": False}


def test_emptying_the_cache_keeps_what_images_have(builds: Builds) -> None:
    image = builds.solve(APP, {"app.py": "one"}, t="app").image
    records = builds.json("/system/df", type="build-cache")["BuildCache"]
    assert {record["Type"] for record in records} == {"regular", "source.local"}
    assert all(record["Shared"] for record in records if record["Type"] == "regular")
    pruned = json.loads(builds.call("POST", "/build/prune")[1])
    assert (len(pruned["CachesDeleted"]), pruned["SpaceReclaimed"]) == (2, 0)
    assert set(builds.solve(APP, {"app.py": "one"}).steps.values()) == {True}
    builds.call("POST", "/build/prune", all=1)
    assert builds.json("/system/df")["BuildCache"] == []
    assert builds.run(image, "cat /stamp") == "built\n"
    assert set(builds.solve(APP, {"app.py": "one"}).steps.values()) == {False}


def test_layers_that_only_the_cache_holds_go_with_it(builds: Builds) -> None:
    before = set(builds.engine.world.layers)
    builds.solve("FROM alpine\nRUN echo x > /x\n", outputs='[{"Type":"cacheonly"}]')
    assert len(builds.engine.world.layers) == len(before) + 1
    assert len(builds.engine.world.images) == 1
    answer = json.loads(builds.call("POST", "/build/prune", filters=json.dumps({"type": ["regular"]}))[1])
    assert answer["SpaceReclaimed"] == 2
    assert set(builds.engine.world.layers) == before


# what is needed


def test_stages_that_nobody_needs_are_left_out(builds: Builds) -> None:
    dockerfile = "FROM alpine AS one\nRUN echo a > /a\nFROM nosuch AS unused\nRUN exit 1\nFROM alpine AS two\nCOPY --from=one /a /b\n"
    built = builds.solve(dockerfile)
    assert list(built.steps) == ["RUN echo a > /a", "COPY --from=one /a /b"]
    assert "[two 2/2] COPY --from=one /a /b" in built.vertexes
    assert list(builds.solve(dockerfile, target="one").steps) == ["RUN echo a > /a"]


def test_independent_stages_are_built_at_the_same_time(builds: Builds) -> None:
    built = builds.solve(
        "FROM alpine AS a\nRUN sleep 10; echo 1 > /x\nFROM alpine AS b\nRUN sleep 10; echo 2 > /x\n"
        "FROM alpine\nCOPY --from=a /x /a\nCOPY --from=b /x /b\n"
    )
    both = [vertex for name, vertex in built.vertexes.items() if "sleep" in name]
    assert both[0].started_ns == both[1].started_ns
    assert builds.run(built.image, "cat /a /b") == "1\n2\n"


def test_a_missing_base_comes_from_its_registry_and_gets_no_name(builds: Builds) -> None:
    built = builds.solve("FROM busybox\nRUN echo x > /x\n")
    assert any(name.startswith("extracting sha256:") for name in built.statuses)
    assert [image["RepoTags"] for image in builds.json("/images/json")] == [[], ["alpine:latest"]]
    assert builds.run(built.image, "cat /x") == "x\n"


# what instructions do


def test_an_entry_without_a_layer_is_as_old_as_the_first_new_layer(builds: Builds) -> None:
    """buildkit exporter/containerimage/writer.go, normalizeLayersAndHistory."""
    built = builds.solve(
        "FROM alpine\nENV A=1\nRUN sleep 5; echo > /a\nENV B=2\nRUN sleep 5; echo > /b\nENV C=3\n"
    ).image
    *ages, base = (each["Created"] for each in builds.json(f"/images/{built}/history")[:6])
    assert ages[0] == ages[1] == ages[2] + 5 == ages[3] + 5 == ages[4] + 5 > base
    plain = builds.solve("FROM alpine\nENV A=1\n").image
    first, second = (each["Created"] for each in builds.json(f"/images/{plain}/history")[:2])
    assert first == second == base


def test_cmd_says_that_its_words_are_escaped(builds: Builds) -> None:
    built = builds.solve('FROM alpine\nCMD ["sh"]\n').image
    assert builds.config(built)["ArgsEscaped"] is True
    for command, escaped in (({}, True), ({"Cmd": ["ls"]}, None)):
        body = json.dumps({"Image": built, **command}).encode()
        _, made = builds.call("POST", "/containers/create", body)
        config = builds.json(f"/containers/{json.loads(made)['Id']}/json")["Config"]
        assert config.get("ArgsEscaped") is escaped


def test_the_image_says_how_it_was_made(builds: Builds) -> None:
    built = builds.solve(
        "FROM alpine\nARG V=1\nENV A=$V\nRUN echo $A > /a\nCOPY --chown=nobody f /f\nEXPOSE 80 53/udp\nUSER nobody\nLABEL k=v\n"
        'ENTRYPOINT ["cat"]\n', {"f": "x"}, buildargs='{"V":"2"}', labels='{"given":"1"}',
    )  # fmt: skip
    config = builds.config(built.image)
    assert (config["Env"][-1], config["User"], config["Labels"]) == ("A=2", "nobody", {"k": "v", "given": "1"})
    history = builds.json(f"/images/{built.image}/history")
    older = Builds("28")
    ports = older.solve("FROM alpine\nEXPOSE 7\nEXPOSE 80 53/udp\n").image
    assert older.json(f"/images/{ports}/history")[0]["CreatedBy"] == "EXPOSE map[53/udp:{} 80/tcp:{}]"
    assert {entry["Comment"] for entry in history[:8]} == {"buildkit.dockerfile.v0"}
    assert [entry["CreatedBy"] for entry in history[:8]] == [
        'ENTRYPOINT ["cat"]', "LABEL k=v", "USER nobody", "EXPOSE [53/udp 80/tcp]", "COPY --chown=nobody f /f # buildkit",
        "RUN |1 V=2 /bin/sh -c echo $A > /a # buildkit", "ENV A=2", "ARG V=2",
    ]  # fmt: skip
    assert builds.run(built.image, "cat /a; stat -c %U /f") == "2\nnobody\n"


@pytest.mark.parametrize(
    ("instructions", "files", "command", "shown"),
    [
        ("COPY --chmod=750 f /f", {"f": ""}, "stat -c %a /f", "750"),
        ("COPY --parents a/b/f a/c/g /p/", {"a/b/f": "", "a/c/g": ""}, "cd /p; find . -type f | sort", "./a/b/f\n./a/c/g"),
        ("COPY --parents a/./b/f /p/", {"a/b/f": ""}, "cd /p; find . -type f", "./b/f"),
        ("COPY --exclude=*.md d /d", {"d/a.md": "", "d/b": ""}, "ls /d", "b"),
        ("COPY *.nothing f /d/", {"f": ""}, "ls /d", "f"),
        ("RUN <<EOF\necho a > /a\necho b >> /a\nEOF", {}, "cat /a", "a\nb"),
        ("ARG TARGETARCH\nARG TARGETPLATFORM\nRUN echo $TARGETARCH $TARGETPLATFORM > /p", {}, "cat /p", "amd64 linux/amd64"),
        ("ARG X\nRUN echo ${X:-default} ${X:+set} > /x", {}, "cat /x", "default"),
        ("RUN --mount=type=tmpfs,target=/t touch /t/x", {}, "ls -d /t || echo gone", "ls: /t: No such file or directory\ngone"),
        ("RUN --mount=type=bind,target=/m,source=d cp /m/f /f", {"d/f": "x"}, "cat /f", "x"),
        ("WORKDIR /w\nRUN --mount=type=bind,target=m/f,source=d/f cp m/f /f", {"d/f": "x"}, "cat /f", "x"),
        ("RUN --mount=type=bind,from=busybox:latest,target=/m test -d /m/bin && echo yes > /y", {}, "cat /y", "yes"),
        ("RUN --network=none ip -4 addr show eth0 2>/dev/null || echo none > /n", {}, "cat /n", "none"),
    ],
)  # fmt: skip
def test_an_instruction(builds: Builds, instructions: str, files: dict[str, str], command: str, shown: str) -> None:
    assert builds.run(builds.solve(f"FROM alpine\n{instructions}\n", files).image, command).strip() == shown


def test_a_cache_mount_keeps_its_files_between_builds_and_out_of_images(builds: Builds) -> None:
    dockerfile = "FROM alpine\nRUN --mount=type=cache,target=/c echo {} >> /c/log; cat /c/log\n"
    builds.solve(dockerfile.format("one"))
    built = builds.solve(dockerfile.format("two"))
    assert built.output == "one\ntwo\n"
    assert builds.run(built.image, "ls /c 2>&1").strip() == "ls: /c: No such file or directory"


def test_a_secret_is_there_for_the_step_alone(builds: Builds) -> None:
    dockerfile = (
        "FROM alpine\nRUN --mount=type=secret,id=tok cat /run/secrets/tok && stat -c %a /run/secrets/tok\n"
        "RUN --mount=type=secret,id=tok,env=TOK echo $TOK | wc -c\nRUN ls /run/secrets 2>&1 || true\n"
    )
    built = builds.solve(dockerfile, secrets={"tok": b"s3cret\n"})
    assert built.output == "s3cret\n400\n7\nls: /run/secrets: No such file or directory\n"
    layers = builds.engine.world.images[built.image].layers
    assert all(
        b"s3cret" not in bytes(entry.content)
        for chain in layers[1:]
        for entry in builds.engine.world.layers[chain].entries
    )


def test_a_secret_that_must_be_there(builds: Builds) -> None:
    optional = builds.solve("FROM alpine\nRUN --mount=type=secret,id=t ls /run/secrets/t || true\n")
    assert not optional.error
    required = builds.solve("FROM alpine\nRUN --mount=type=secret,id=t,required true\n")
    assert required.error == "secret t: not found"


def test_triggers_run_in_the_next_build(builds: Builds) -> None:
    builds.solve("FROM alpine\nONBUILD COPY f /f\nONBUILD RUN cat /f\n", {"f": "hello\n"}, t="base")
    child = builds.solve('FROM base\nCMD ["x"]\n', {"f": "child\n"})
    assert child.output == "child\n"
    assert list(child.vertexes)[-2] == "[3/3] RUN cat /f"
    assert "OnBuild" not in builds.config(child.image)


def test_a_download_from_a_server_in_the_simulation(builds: Builds) -> None:
    builds.call("POST", "/images/create", fromImage="nginx", tag="latest")
    body = {"Image": "nginx", "HostConfig": {"PortBindings": {"80/tcp": [{"HostPort": "8080"}]}}}
    made = json.loads(builds.call("POST", "/containers/create", json.dumps(body).encode())[1])["Id"]
    builds.call("POST", f"/containers/{made}/start")
    built = builds.solve("FROM alpine\nADD http://localhost:8080/index.html /web/\n")
    assert "<h1>Welcome to nginx!</h1>" in builds.run(built.image, "cat /web/index.html")
    wrong = builds.solve(f"FROM alpine\nADD --checksum=sha256:{'0' * 64} http://localhost:8080/index.html /x\n")
    assert wrong.error.startswith("digest mismatch for http://localhost:8080/index.html: sha256:")
    missing = builds.solve("FROM alpine\nADD http://localhost:8080/nosuch /x\n")
    assert missing.error == "failed to load cache key: invalid response status 404"


def test_ignored_files_stay_at_home(builds: Builds) -> None:
    files = {".dockerignore": "*.md\n!keep.md\nd\n", "a.md": "", "keep.md": "", "d/x": "", "b": ""}
    built = builds.solve("FROM alpine\nCOPY . /c\n", files)
    assert builds.run(built.image, "cd /c; find . -type f | sort").split() == [
        "./.dockerignore",
        "./Dockerfile",
        "./b",
        "./keep.md",
    ]
    own = builds.solve("FROM alpine\nCOPY . /c\n", {**files, "Dockerfile.dockerignore": "*\n!b\n"})
    assert builds.run(own.image, "ls -A /c") == "b\n"


# exporting


def test_files_instead_of_an_image(builds: Builds) -> None:
    built = builds.solve("FROM scratch\nCOPY f /d/f\n", {"f": "x"}, outputs='[{"Type":"tar"}]')
    with tarfile.open(fileobj=io.BytesIO(built.files)) as tar:
        assert [(member.name, member.isdir()) for member in tar] == [("d", True), ("d/f", False)]
    assert len(builds.engine.world.images) == 1


def test_an_archive_that_loads_again(builds: Builds) -> None:
    built = builds.solve(APP, {"app.py": "x"}, t="app:1", outputs='[{"Type":"docker"}]')
    assert "app:1" not in str(builds.json("/images/json"))
    status, answer = builds.call("POST", "/images/load", built.files)
    assert (status, b"Loaded image: app:1" in answer) == (200, True)
    assert builds.run("app:1", "cat /stamp") == "built\n"


# failing


@pytest.mark.parametrize(
    ("dockerfile", "error", "lines"),
    [
        ("FROM alpine\nNOSUCH x\n", "dockerfile parse error on line 2: unknown instruction: NOSUCH", (2, 2)),
        ("FROM alpine\nRUN <<EOF\nx\n", "unterminated heredoc", (2, 4)),
        ("FROM alpine\nRUN a \\\n  && exit 3\n", 'process "/bin/sh -c a   && exit 3" did not complete successfully: exit code: 127', (2, 3)),
        ("FROM nosuchimage\n", "nosuchimage: failed to resolve source metadata for docker.io/library/nosuchimage:latest: pull access denied, "
         "repository does not exist or may require authorization: server message: insufficient_scope: authorization failed", (1, 1)),
        ("FROM alpine:nosuch\n", "alpine:nosuch: failed to resolve source metadata for docker.io/library/alpine:nosuch: "
         "docker.io/library/alpine:nosuch: not found", (1, 1)),
        ("FROM alpine\nCOPY --chmod=9 a /\n", "invalid chmod parameter: '9'. it should be octal string and between 0 and 07777", (2, 2)),
        ("FROM --platform=linux/arm64 alpine\n", "alpine: failed to resolve source metadata for docker.io/library/alpine:latest: "
         "no match for platform in manifest: not found", (1, 1)),
        ("FROM alpine\nRUN --security=insecure true\n", "security.insecure is not allowed", (2, 2)),
        ("FROM alpine\nRUN --network=host true\n", "network.host is not allowed", (2, 2)),
        ("FROM alpine\nRUN --mount=type=wat,target=/x true\n", 'unsupported mount type "wat"', (0, 0)),
    ],
)  # fmt: skip
def test_what_fails_says_where(builds: Builds, dockerfile: str, error: str, lines: tuple[int, int]) -> None:
    built = builds.solve(dockerfile)
    assert built.error == error
    if lines[0]:
        assert built.error_lines == lines
    assert not builds.engine.world.tasks


def test_a_source_that_is_missing_is_told_with_one_slash(builds: Builds) -> None:
    for written in ("nosuch", "/nosuch", "//nosuch", "./nosuch"):
        error = builds.solve(f"FROM alpine\nCOPY {written} /\n").error
        assert error.startswith("failed to compute cache key: failed to calculate checksum of ref ")
        assert error.endswith(': "/nosuch": not found')


def test_the_others_are_given_up(builds: Builds) -> None:
    built = builds.solve(
        "FROM alpine AS a\nRUN sleep 100\nFROM alpine AS b\nRUN sleep 1; exit 7\nFROM alpine\nCOPY --from=a / /a\nCOPY --from=b / /b\n"
    )
    assert built.vertexes["[a 2/2] RUN sleep 100"].error == "context canceled"
    assert built.error == 'process "/bin/sh -c sleep 1; exit 7" did not complete successfully: exit code: 7'
    assert [name for name in builds.engine.world.kernel.namespaces if name != "host"] == []


def test_a_client_that_goes_ends_its_build(builds: Builds) -> None:
    from fakedocker.wire.http import Request

    body = archive({"Dockerfile": "FROM alpine\nRUN sleep 1000\n"})
    exchange = builds.engine.submit(Request(method="POST", target="/build?version=2", body=body))
    builds.engine.turn()
    while not any(
        state.sandbox
        for task in builds.engine.world.tasks.values()
        if isinstance(task, SolveTask)
        for state in task.states
    ):
        builds.engine.jump()
        builds.engine.turn()
    builds.engine.disconnect(exchange)
    builds.engine.turn()
    assert not builds.engine.world.tasks
    assert [name for name in builds.engine.world.kernel.namespaces if name != "host"] == []


def test_doubtful_instructions_are_remarked_on(builds: Builds) -> None:
    built = builds.solve("FROM alpine as Base\nMAINTAINER me\nENV A b\nENV API_KEY=x\nWORKDIR x\nCMD echo\nrun true\n")
    assert [warning.partition(":")[0] for warning in built.warnings] == [
        "FromAsCasing", "StageNameCasing", "MaintainerDeprecated", "LegacyKeyValueFormat", "SecretsUsedInArgOrEnv", "WorkdirRelativePath",
        "JSONArgsRecommended", "ConsistentInstructionCasing",
    ]  # fmt: skip


def test_a_build_in_the_middle_of_a_step_is_part_of_a_snapshot(builds: Builds) -> None:
    from fakedocker.wire.http import Request

    body = archive({"Dockerfile": "FROM alpine\nRUN sleep 5; echo x > /x\n"})
    builds.engine.submit(Request(method="POST", target="/build?version=2&t=slow", body=body))
    builds.engine.turn()
    world: Any = None
    while "slow" not in str(dict(builds.engine.world.tags)):
        world = world or (builds.engine.world if builds.engine.world.tasks else None)
        builds.engine.jump()
        builds.engine.turn()
    fork = builds.engine.fork()
    fork.restore(world)
    while fork.world.tasks:
        fork.jump()
        fork.turn()
    assert dict(fork.world.tags) == dict(builds.engine.world.tags)


def test_a_daemon_that_goes_down_gives_builds_up(builds: Builds) -> None:
    from fakedocker.wire.http import Request

    body = archive({"Dockerfile": "FROM alpine\nRUN --mount=type=cache,target=/c sleep 1000\n"})
    exchange = builds.engine.submit(Request(method="POST", target="/build?version=2", body=body))
    builds.engine.turn()
    while not any(name.startswith("sandbox:") for name in builds.engine.world.kernel.namespaces):
        builds.engine.jump()
        builds.engine.turn()
    builds.engine.inject("daemon restart")
    builds.engine.turn()
    assert exchange.ended
    assert not builds.engine.world.tasks
    assert not any("sandbox:" in name for name in builds.engine.world.kernel.filesystems)

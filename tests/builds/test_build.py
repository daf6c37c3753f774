"""Building: steps and images, the cache, stages, what a failure leaves, and what is refused."""

from __future__ import annotations

import gzip
import io
import json
from typing import Any

import docker
import pytest

from fakedocker.assembly import create_engine
from fakedocker.testing.docker_py import docker_client
from fakedocker.wire.http import Request
from fakedocker.world.check import check
from helpers.build_world import Builds, archive


@pytest.fixture
def builds() -> Builds:
    return Builds()


def containers(builds: Builds) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = builds.json("/containers/json", all=1)
    return found


APP = 'FROM alpine\nENV A=1\nCOPY app.py /app/\nRUN echo built > /stamp\nCMD ["cat", "/stamp"]\n'


# the cache


def test_a_dockerfile_may_be_any_bytes(builds: Builds) -> None:
    for version in ("1", "2"):
        engine = create_engine(1)
        body = archive({"Dockerfile": b"FROM alpine\nRUN echo caf\xe9\nLABEL a=\xe9\n"})
        request = Request(method="POST", target=f"/build?version={version}&t=odd", body=body)
        exchange = engine.perform(request)
        assert b'"error"' not in exchange.take()
        assert "docker.io/library/odd:latest" in engine.world.tags


def test_the_same_build_gives_the_same_images(builds: Builds) -> None:
    first = builds.build(APP, {"app.py": "one"})
    again = builds.build(APP, {"app.py": "one"})
    assert first.cached == [False] * 4
    assert again.cached == [True] * 4
    assert [step.rstrip("*") for step in again.steps] == first.steps
    assert again.image == first.image


@pytest.mark.parametrize(
    ("changed", "cached"),
    [
        (APP.replace("A=1", "A=2"), [False, False, False, False]),
        (APP.replace("/app/", "/other/"), [True, False, False, False]),
        (APP.replace("echo built", "echo rebuilt"), [True, True, False, False]),
        (APP.replace("cat", "ls"), [True, True, True, False]),
        (APP.replace("CMD", "# a comment\nCMD"), [True, True, True, True]),
        (APP + "USER nobody\n", [True, True, True, True, False]),
    ],
)
def test_a_changed_instruction_rebuilds_exactly_what_follows(builds: Builds, changed: str, cached: list[bool]) -> None:
    builds.build(APP, {"app.py": "one"})
    assert builds.build(changed, {"app.py": "one"}).cached == cached


def test_files_count_by_content_and_mode_and_not_by_name_of_others(builds: Builds) -> None:
    builds.build(APP, {"app.py": "one", "unused": "x"})
    assert builds.build(APP, {"app.py": "one", "unused": "y"}).cached == [True] * 4
    assert builds.build(APP, {"app.py": "two"}).cached == [True, False, False, False]


def test_build_arguments_count_where_they_are_declared(builds: Builds) -> None:
    dockerfile = "FROM alpine\nRUN echo before\nARG V=1\nRUN echo $V > /v\n"
    assert builds.run(builds.build(dockerfile).image, "cat /v") == "1\n"
    other = builds.build(dockerfile, buildargs='{"V":"2"}')
    assert other.cached == [True, True, False]
    assert builds.run(other.image, "cat /v; echo ${V-unset}") == "2\nunset\n"
    assert builds.history(other.image)[0] == "|1 V=2 /bin/sh -c echo $V > /v"
    assert "[Warning] One or more build-args [X Y] were not consumed" in builds.build(
        dockerfile, buildargs='{"Y":"2","X":null}'
    ).output  # fmt: skip


def test_without_the_cache_every_step_is_made_anew(builds: Builds) -> None:
    first = builds.build(APP, {"app.py": "one"})
    again = builds.build(APP, {"app.py": "one"}, nocache=1)
    assert again.cached == [False] * 4
    assert again.image != first.image


def test_cache_from_an_image_that_was_loaded(builds: Builds) -> None:
    dockerfile = "FROM alpine\nENV A=1\nCOPY f /f\nRUN echo made > /made\nCMD x\n"
    built = builds.build(dockerfile, {"f": "one"}, t="one")
    saved = builds.save("one", "alpine")
    other = Builds()
    assert other.call("POST", "/images/load", saved)[0] == 200
    assert other.build(dockerfile, {"f": "one"}).cached == [False] * 4

    used = Builds()
    used.call("POST", "/images/load", saved)
    again = used.build(dockerfile, {"f": "one"}, cachefrom='["nosuch", "one"]')
    assert (again.cached, again.image) == ([True] * 4, built.image)
    assert "made" in used.run(again.image, "cat /made")
    assert used.json(f"/images/{built.image}/json")["Parent"] != ""
    changed = used.build(dockerfile, {"f": "two"}, cachefrom='["one"]')
    assert changed.cached == [True, False, False, False]
    longer = used.build(f"{dockerfile}ENV B=2\n", {"f": "one"}, cachefrom='["one"]')
    assert longer.cached == [True] * 4 + [False]


def test_cache_from_uses_only_what_the_named_image_was_built_from(builds: Builds) -> None:
    builds.build("FROM alpine\nENV A=1\n", t="one")
    builds.build("FROM alpine\nENV B=1\n", t="two")
    assert builds.build("FROM alpine\nENV A=1\n", cachefrom='["one"]').cached == [True]
    assert builds.build("FROM alpine\nENV A=1\n", cachefrom='["two"]').cached == [False]


def test_lists_that_join_to_the_same_text_are_different_commands(builds: Builds) -> None:
    builds.build('FROM alpine\nRUN ["echo", "a b"]\n')
    assert builds.build('FROM alpine\nRUN ["echo", "a", "b"]\n').cached == [False]


# what instructions do


def test_the_configuration_of_every_instruction(builds: Builds) -> None:
    built = builds.build(
        'FROM alpine\nMAINTAINER me\nENV A=1 B="x y"\nENV C=${A}-$B\nLABEL k="v w"\nEXPOSE 80 53/udp\nVOLUME ["/data"]\nUSER nobody\n'
        'WORKDIR /a\nWORKDIR b\nSHELL ["/bin/sh", "-ec"]\nSTOPSIGNAL SIGQUIT\nHEALTHCHECK --interval=5s --retries=3 CMD true\n'
        "ENTRYPOINT echo\nCMD x\n",
        labels='{"given":"$1"}',
    )  # fmt: skip
    config = builds.config(built.image)
    assert config["Env"][1:] == ["A=1", "B=x y", "C=1-x y"]
    assert config["Labels"] == {"k": "v w", "given": "$1"}
    assert config["ExposedPorts"] == {"80/tcp": {}, "53/udp": {}}
    assert (config["Volumes"], config["User"], config["WorkingDir"]) == ({"/data": {}}, "nobody", "/a/b")
    assert (config["Shell"], config["StopSignal"]) == (["/bin/sh", "-ec"], "SIGQUIT")
    assert config["Healthcheck"] == {"Test": ["CMD-SHELL", "true"], "Interval": 5_000_000_000, "Retries": 3}
    assert (config["Entrypoint"], config["Cmd"]) == (["/bin/sh", "-ec", "echo"], ["/bin/sh", "-ec", "x"])
    assert builds.json(f"/images/{built.image}/json")["Author"] == "me"
    history = builds.history(built.image)
    assert history[0] == "/bin/sh -ec #(nop)  LABEL given=$1"
    assert history[1] == '/bin/sh -ec #(nop)  CMD ["/bin/sh" "-ec" "x"]'
    assert history[3] == ('/bin/sh -ec #(nop)  HEALTHCHECK &{["CMD-SHELL" "true"] "5s" "0s" "0s" "0s" \'\\x03\'}')
    assert "/bin/sh -c #(nop) WORKDIR /a/b" in history


def test_an_entrypoint_drops_the_inherited_command_but_not_its_own(builds: Builds) -> None:
    assert "Cmd" not in builds.config(builds.build('FROM alpine\nENTRYPOINT ["a"]\n').image)
    assert builds.config(builds.build('FROM alpine\nCMD ["b"]\nENTRYPOINT ["a"]\n').image)["Cmd"] == ["b"]


def test_run_works_in_the_image_as_it_is_by_then(builds: Builds) -> None:
    built = builds.build(
        "FROM alpine\nENV X=1\nUSER nobody\nWORKDIR /tmp\nRUN echo $X $(id -un) $(pwd) > out\nRUN cat out && rm out\n"
    )
    assert "1 nobody /tmp\n" in built.output
    assert builds.run(built.image, "ls /tmp") == ""


def test_run_takes_documents(builds: Builds) -> None:
    built = builds.build(
        "FROM alpine\nRUN <<EOF\necho one > /a\necho two >> /a\nEOF\nCOPY <<X <<'Y' /d/\n$PATH\nX\n$PATH\nY\n"
    )
    shown = builds.run(built.image, "cat /a; cat /d/X /d/Y")
    assert shown.splitlines() == ["one", "two", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "$PATH"]


def test_standard_error_is_red(builds: Builds) -> None:
    assert "\x1b[91moops\n\x1b[0m" in builds.build("FROM alpine\nRUN echo oops >&2\n").output


def test_copying(builds: Builds) -> None:
    files = {"a.txt": "a", "b.txt": "b", "d/": "", "d/x": "x", "d/sub/y": "y"}
    dockerfile = (
        "FROM alpine\nWORKDIR /w\nCOPY a.txt renamed\nCOPY *.txt texts/\nCOPY d tree\nCOPY --chown=nobody d/x owned\nADD a.txt /abs/new/\n"
    )  # fmt: skip
    built = builds.build(dockerfile, files)
    shown = builds.run(
        built.image, "cd /w; cat renamed texts/* tree/x tree/sub/y /abs/new/a.txt; echo; stat -c '%U %a' owned tree/x"
    )
    assert shown == "aabxya\nnobody 644\nroot 644\n"


def test_add_unpacks_archives_and_copy_does_not(builds: Builds) -> None:
    files = {"t.tar.gz": gzip.compress(archive({"in/file": "x"}), mtime=0), "plain.gz": gzip.compress(b"text", mtime=0)}
    built = builds.build("FROM alpine\nADD t.tar.gz plain.gz /added/\nCOPY t.tar.gz /copied/\n", files)
    assert (
        builds.run(built.image, "cd /added; find . -type f | sort; ls /copied") == "./in/file\n./plain.gz\nt.tar.gz\n"
    )


def test_stages(builds: Builds) -> None:
    dockerfile = (
        "ARG BASE=alpine\nFROM $BASE AS one\nRUN echo 1 > /a && chown nobody /a\nFROM one\nRUN echo 2 >> /a\n"
        "FROM scratch AS files\nCOPY --from=0 /a /\nCOPY --from=1 /a /b\nFROM alpine\nCOPY --from=files / /f/\n"
    )
    built = builds.build(dockerfile)
    assert builds.run(built.image, "cat /f/a; cat /f/b; stat -c %U /f/a") == "1\n1\n2\nnobody\n"
    first_stage = next(message["aux"]["ID"] for message in built.messages if "aux" in message)
    only = builds.build(dockerfile, target="ONE")
    assert (only.image, len(only.steps)) == (first_stage, 3)


def test_an_image_to_copy_from_is_pulled(builds: Builds) -> None:
    built = builds.build("FROM alpine\nCOPY --from=busybox:latest /bin/busybox /bb\n")
    assert '"Pulling from library/busybox"' in json.dumps(built.messages)
    assert builds.run(built.image, "test -s /bb && echo there") == "there\n"


def test_the_base_is_pulled_when_it_is_missing_or_asked_for(builds: Builds) -> None:
    missing = builds.build("FROM busybox\nENV A=1\n")
    assert any(message.get("status", "").startswith("Status: Downloaded") for message in missing.messages)
    assert not any("status" in message for message in builds.build("FROM busybox\nENV A=1\n").messages)
    asked = builds.build("FROM busybox\nENV A=1\n", pull=1)
    assert any("up to date" in message.get("status", "") for message in asked.messages)


def test_add_fetches_from_a_server_in_the_simulation(builds: Builds) -> None:
    builds.call("POST", "/images/create", fromImage="nginx", tag="latest")
    body = {"Image": "nginx", "HostConfig": {"PortBindings": {"80/tcp": [{"HostPort": "8080"}]}}}
    made = json.loads(builds.call("POST", "/containers/create", json.dumps(body).encode())[1])["Id"]
    builds.call("POST", f"/containers/{made}/start")
    dockerfile = "FROM alpine\nADD http://localhost:8080/index.html f /web/\n"
    built = builds.build(dockerfile, {"f": "x"})
    assert (
        builds.run(built.image, "grep -c Welcome /web/index.html; cat /web/f; stat -c ' %a' /web/index.html")
        == "2\nx 600\n"
    )
    assert builds.build(dockerfile, {"f": "x"}).cached == [True]
    missing = builds.build("FROM alpine\nADD http://localhost:8080/nosuch /\n")
    assert missing.error.startswith(
        "ADD failed: failed to GET http://localhost:8080/nosuch with status 404 Not Found: <html>"
    )
    assert set(builds.engine.world.kernel.namespaces) == {"host", made}


def test_triggers_run_in_the_next_build(builds: Builds) -> None:
    builds.build("FROM alpine\nONBUILD COPY f /f\nONBUILD RUN cat /f\n", {"f": "hello\n"}, t="base")
    child = builds.build("FROM base\nCMD x\n", {"f": "child\n"})
    assert child.output.startswith("Step 1/2 : FROM base\n# Executing 2 build triggers\n")
    assert "child\n" in child.output
    assert "OnBuild" not in builds.config(child.image)


def test_from_scratch_needs_no_image(builds: Builds) -> None:
    built = builds.build("FROM scratch\nENV A=1\nCOPY f /\n", {"f": "x"})
    assert built.output.startswith("Step 1/3 : FROM scratch\n ---> \nStep 2/3")
    found = builds.json(f"/images/{built.image}/json")
    assert len(found["RootFS"]["Layers"]) == 1
    classic = Builds("28")
    made = classic.build("FROM scratch\nENV A=1\nCOPY f /\n", {"f": "x"})
    assert classic.json(f"/images/{made.image}/json")["Size"] == 1
    assert builds.build("FROM scratch\nENV A=1\nCOPY f /\n", {"f": "x"}).cached == [True, True]


# what is left


def test_a_build_leaves_no_containers_and_one_dangling_image(builds: Builds) -> None:
    builds.build("FROM alpine\nVOLUME /data\nRUN echo x > /x\n")
    assert containers(builds) == []
    assert builds.json("/volumes")["Volumes"] in (None, [])
    dangling = json.dumps({"dangling": ["true"]})
    assert len(builds.json("/images/json", filters=dangling)) == 1
    before = len(builds.engine.world.images)
    builds.call("POST", "/images/prune")
    assert len(builds.engine.world.images) == 1 < before
    assert len(builds.engine.world.layers) == len(next(iter(builds.engine.world.images.values())).layers)


def test_containers_stay_where_they_are_not_to_be_removed(builds: Builds) -> None:
    built = builds.build("FROM alpine\nENV A=1\nRUN true\n", rm=0)
    assert "Removed intermediate" not in built.output
    assert sorted(container["State"] for container in containers(builds)) == ["created", "exited"]


@pytest.mark.parametrize(("query", "left"), [({}, 1), ({"forcerm": 1}, 0)])
def test_a_failed_run_leaves_its_container_and_the_images_before_it(
    builds: Builds, query: dict[str, int], left: int
) -> None:
    built = builds.build("FROM alpine\nENV A=1\nRUN echo half > /half; exit 4\nENV B=1\n", t="never", **query)
    assert built.messages[-1] == {
        "errorDetail": {"code": 4, "message": "The command '/bin/sh -c echo half > /half; exit 4' returned a non-zero code: 4"},
        "error": "The command '/bin/sh -c echo half > /half; exit 4' returned a non-zero code: 4",
    }  # fmt: skip
    assert [container["State"] for container in containers(builds)] == ["exited"] * left
    assert len(builds.engine.world.images) == 2
    assert not builds.engine.world.tasks
    assert builds.call("GET", "/images/never/json")[0] == 404


def test_removing_the_image_removes_its_nameless_parents(builds: Builds) -> None:
    builds.build(APP, {"app.py": "x"}, t=["app:1", "app:2", "app:1"])
    assert builds.json("/images/app:2/json")["RepoTags"] == ["app:1", "app:2"]
    builds.call("DELETE", "/images/app:1")
    builds.call("DELETE", "/images/app:2")
    assert len(builds.engine.world.images) == 1


def test_quiet_tells_the_id_or_everything(builds: Builds) -> None:
    built = builds.build("FROM alpine\nENV A=1\n", q=1)
    (message,) = built.messages
    assert message["stream"].strip() in builds.engine.world.images
    failed = builds.build("FROM alpine\nRUN exit 2\n", q=1)
    assert failed.output.startswith("Step 1/2 : FROM alpine\n")
    assert failed.messages[-1]["errorDetail"]["code"] == 2


def test_limits_reach_the_containers_of_run(builds: Builds) -> None:
    builds.build("FROM alpine\nRUN true\n", rm=0, memory=64 << 20, networkmode="none", extrahosts=["h:1.2.3.4"])
    (container,) = containers(builds)
    host = builds.json(f"/containers/{container['Id']}/json")["HostConfig"]
    assert (host["Memory"], host["NetworkMode"], host["ExtraHosts"]) == (64 << 20, "none", ["h:1.2.3.4"])


# refusals


@pytest.mark.parametrize(
    ("dockerfile", "query", "status", "error"),
    [
        ("FROM alpine\nWAT", {}, 400, "dockerfile parse error on line 2: unknown instruction: WAT"),
        ("", {}, 400, "the Dockerfile (Dockerfile) cannot be empty"),
        ("FROM alpine", {"dockerfile": "Other"}, 500, "Cannot locate specified Dockerfile: Other"),
        ("FROM alpine", {"target": "x"}, 400, 'target stage "x" could not be found'),
        ("FROM alpine", {"t": "Bad"}, 500, "invalid reference format: repository name (library/Bad) must be lowercase"),
        ("FROM alpine", {"labels": "{"}, 400, "error reading labels: unexpected EOF"),
    ],
)
def test_what_is_refused_changes_nothing(
    builds: Builds, dockerfile: str, query: dict[str, str], status: int, error: str
) -> None:
    before = builds.engine.world
    built = builds.build_archive(archive({"Dockerfile": dockerfile}), **query)
    assert (built.status, built.error) == (status, error)
    assert builds.engine.world is before


@pytest.mark.parametrize("data", [b"no archive", b"\x1f\x8bbroken", b""])
def test_a_bad_context_changes_nothing(builds: Builds, data: bytes) -> None:
    before = builds.engine.world
    assert builds.build_archive(data).status == 500
    assert builds.engine.world is before


BUILDKIT = "requires BuildKit. Refer to https://docs.docker.com/go/buildkit/ to learn how to build images with BuildKit enabled"


@pytest.mark.parametrize(
    ("instruction", "error"),
    [
        ("COPY missing /", "COPY failed: file not found in build context or excluded by .dockerignore: stat missing: file does not exist"),
        ("COPY ../x /", "COPY failed: forbidden path outside the build context: ../x ()"),
        ("COPY *.none /", "COPY failed: no source files were specified"),
        ("COPY f g /h", "When using COPY with more than one source file, the destination must be a directory and end with a /"),
        ("COPY --from=0 f /", "invalid from flag value 0: refers to current build stage"),
        ("COPY --from=7 f /", "invalid from flag value 7: index out of bounds"),
        ("COPY --chmod=755 f /", f"the --chmod option {BUILDKIT}"),
        ("COPY --chown=who f /", "unable to convert uid/gid chown string to host mapping: can't find uid for user who: no such user: who"),
        ("ADD http://example.com/x /", 'ADD failed: Get "http://example.com/x": dial tcp: lookup example.com on 192.168.65.7:53: no such host'),
        ("RUN --mount=type=cache,target=/c true", f"the --mount option {BUILDKIT}"),
        ("EXPOSE abc", "invalid containerPort: abc"),
        ("STOPSIGNAL NOPE", "invalid signal: NOPE"),
        ("ENV A=${B:?wanted}", 'failed to process "${B:?wanted}": B: wanted'),
        ("FROM nosuchimage", "pull access denied for nosuchimage, repository does not exist or may require 'docker login'"),
        ("FROM $NOTHING", "base name ($NOTHING) should not be blank"),
        ('RUN ["nosuch"]', 'exec: "nosuch": executable file not found in $PATH'),
    ],
)  # fmt: skip
def test_a_step_that_fails_says_why(builds: Builds, instruction: str, error: str) -> None:
    built = builds.build(f"FROM alpine\n{instruction}\n", {"f": "1", "g": "2"})
    assert built.status == 200
    assert error in built.error
    assert built.error == error or instruction.startswith("RUN [")
    assert len(builds.engine.world.images) == 1
    assert not builds.engine.world.tasks
    check(builds.engine.world)


def test_docker_py_builds() -> None:
    client = docker_client(create_engine(seed=1))
    image, log = client.images.build(fileobj=io.BytesIO(b"FROM alpine\nRUN echo hi\n"), tag="made:1", rm=True)
    assert image.tags == ["made:1"]
    assert {"stream": "Successfully tagged made:1\n"} in log
    with pytest.raises(docker.errors.BuildError, match="returned a non-zero code: 3"):
        client.images.build(fileobj=io.BytesIO(b"FROM alpine\nRUN exit 3\n"))


# under way


def start(builds: Builds, dockerfile: str) -> Any:
    exchange = builds.engine.submit(
        Request(method="POST", target="/build?t=slow", body=archive({"Dockerfile": dockerfile}))
    )
    until(builds, lambda: any(container.is_running for container in builds.engine.world.containers.values()))
    return exchange


def until(builds: Builds, done: Any) -> None:
    builds.engine.drive(done, "the build")


def test_a_build_goes_on_from_a_snapshot_in_its_middle(builds: Builds) -> None:
    start(builds, "FROM alpine\nRUN sleep 100; echo x > /x\nCMD y\n")
    middle = builds.engine.snapshot()
    check(middle)
    ids = []
    for _ in range(2):
        builds.engine.restore(middle)
        until(builds, lambda: not builds.engine.world.tasks)
        ids.append(builds.json("/images/slow/json")["Id"])
        assert containers(builds) == []
    assert ids[0] == ids[1]


def test_output_comes_while_the_step_runs(builds: Builds) -> None:
    exchange = start(builds, "FROM alpine\nRUN echo early; sleep 100; echo late\n")
    until(builds, lambda: b"early" in b"".join(exchange._chunks))
    assert not exchange.ended


def test_a_client_that_goes_ends_its_build(builds: Builds) -> None:
    exchange = start(builds, "FROM alpine\nENV A=1\nRUN sleep 1000\nENV B=1\n")
    builds.engine.disconnect(exchange)
    until(builds, lambda: not builds.engine.world.containers)
    assert not builds.engine.world.tasks
    assert len(builds.engine.world.images) == 2


def test_a_killed_step_fails_the_build(builds: Builds) -> None:
    exchange = start(builds, "FROM alpine\nRUN sleep 1000\n")
    (identifier,) = builds.engine.world.containers
    builds.call("POST", f"/containers/{identifier}/kill")
    until(builds, lambda: exchange.ended)
    assert b"returned a non-zero code: 137" in exchange.take(1 << 20)


def test_run_of_nothing_runs_what_the_image_would(builds: Builds) -> None:
    assert builds.build("FROM alpine\nRUN []").status == 200


def test_an_archive_that_breaks_off_is_no_plain_file(builds: Builds) -> None:
    whole = archive({"inner": "text"})
    for inner, error in ((whole[:2047], "failed to copy files: unexpected EOF"), (whole, "")):
        context = archive({"Dockerfile": "FROM alpine\nADD a.tar /x/", "a.tar": inner})
        assert builds.build_archive(context).error == error


def web(builds: Builds, files: dict[str, bytes]) -> None:
    """A server of the simulation on the host's port 8081."""
    body = {
        "Image": "busybox",
        "Cmd": ["httpd", "-f", "-h", "/www"],
        "ExposedPorts": {"80/tcp": {}},
        "HostConfig": {"PortBindings": {"80/tcp": [{"HostPort": "8081"}]}},
    }
    builds.call("POST", "/images/create", fromImage="busybox", tag="latest")
    assert builds.call("POST", "/containers/create", json.dumps(body).encode(), name="web")[0] == 201
    packed = archive({f"www/{name}": content for name, content in files.items()})
    assert builds.call("PUT", "/containers/web/archive?path=/", packed)[0] == 200
    assert builds.call("POST", "/containers/web/start")[0] == 204


def test_a_context_from_a_server(builds: Builds) -> None:
    dockerfile = "FROM alpine\nCOPY f /f\nRUN cat /f\n"
    web(
        builds,
        {
            "context.tar": archive({"Dockerfile": dockerfile, "f": "from afar\n"}),
            "other.tar.gz": gzip.compress(archive({"sub/D": dockerfile, "f": "packed\n"})),
            "Dockerfile": b"FROM alpine\nRUN echo alone\n",
        },
    )
    built = builds.build_archive(b"", remote="http://localhost:8081/context.tar", t="afar")
    text = "".join(line.get("stream", "") for line in built.messages)
    size = len(archive({"Dockerfile": dockerfile, "f": "from afar\n"}))
    assert {name: built.messages[0][name] for name in ("status", "progressDetail", "id")} == {
        "status": "Downloading context", "progressDetail": {"current": size}, "id": "http://localhost:8081/context.tar",
    }  # fmt: skip
    assert "from afar\n" in text and "Successfully tagged afar:latest" in text
    packed = builds.build_archive(b"", remote="http://localhost:8081/other.tar.gz", dockerfile="sub/D")
    assert "packed\n" in "".join(line.get("stream", "") for line in packed.messages)
    alone = builds.build_archive(b"", remote="http://localhost:8081/Dockerfile", dockerfile="any")
    assert "alone\n" in "".join(line.get("stream", "") for line in alone.messages)


@pytest.mark.parametrize(
    ("url", "status", "words"),
    [
        ("http://localhost:8081/nosuch", 404, "error downloading remote context http://localhost:8081/nosuch: failed to GET"),
        ("http://localhost:9/x", 500, 'error downloading remote context http://localhost:9/x: Get "http://localhost:9/x": dial tcp'),
        ("http://localhost:8081/empty", 500, "error detecting content type for remote http://localhost:8081/empty: empty response"),
        ("ftp://localhost/x", 500, "remoteURL (ftp://localhost/x) could not be recognized as URL"),
        ("https://github.com/moby/moby.git#master", 500, "error fetching: fatal: unable to access 'https://github.com/moby/moby.git/': Could not resolve host: github.com\n"),
        ("git@github.com:moby/moby.git", 501, "by anything but HTTP"),
        ("client-session", 400, "experimental session with v1 builder is no longer supported"),
    ],
)  # fmt: skip
def test_contexts_that_cannot_be_had(builds: Builds, url: str, status: int, words: str) -> None:
    web(builds, {"empty": b""})
    answered, body = builds.call("POST", "/build", remote=url)
    assert (answered, words in json.loads(body)["message"]) == (status, True), body

"""Assume: what fails only because it is not simulated is taken to have worked, and nothing else is."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import docker
import pytest
from hypothesis import given, settings, strategies as st

from fakedocker.base.clock import SECOND_NS
from fakedocker.durability.snapshot import decode, encode
from fakedocker.testing import FakeDocker
from helpers.repl_screen import Terminal

OUTSIDE = "wget -O- https://github.com/me/tool.tar.gz"
"""Fails at what is not simulated: there is no Internet."""


@pytest.fixture
def fake() -> FakeDocker:
    return FakeDocker(images=["alpine"], assume=True)


def build(fake: FakeDocker, *lines: str, tag: str = "made") -> str:
    """Build by the classic builder; what it prints."""
    data = io.BytesIO("\n".join(("FROM alpine", *lines)).encode())
    _, printed = fake.client.images.build(fileobj=data, tag=tag)
    return "".join(str(each.get("stream", "")) for each in printed)  # type: ignore[union-attr]  # docker-py gives dicts


def run(fake: FakeDocker, image: str = "made", **how: Any) -> Any:
    container = fake.client.containers.run(image, detach=True, **how)
    container.reload()
    return container


def test_a_step_that_fails_at_the_boundary_is_taken_to_have_worked(fake: FakeDocker) -> None:
    assert "fakedocker: assume: this step ended with 1" in build(fake, f"RUN echo kept > /kept && {OUTSIDE}")
    assert fake.client.containers.run("made", "cat /kept", remove=True) == b"kept\n"


@pytest.mark.parametrize("step", ["false", "cat /nosuch", "rm /nosuch", "nosuchprogram"])
def test_a_step_that_fails_by_itself_fails(step: str) -> None:
    for assume in (False, True):
        with pytest.raises(docker.errors.BuildError):
            build(FakeDocker(images=["alpine"], assume=assume), f"RUN {step}")


WENT_ON = "echo 'deb http://apt.example.com/x stable main' > /etc/apt/sources.list.d/x.list && apt-get update"
"""Says that a host is not simulated, and ends with 0."""


@pytest.fixture(scope="module")
def debian() -> Any:
    """A function that tells of a step whether it is taken to have worked."""
    fake = FakeDocker(images=["debian"], assume=True)
    tools = b"FROM debian\nRUN apt-get update && apt-get install -y git make\n"
    fake.client.images.build(fileobj=io.BytesIO(tools), tag="tools")

    def goes_through(step: str) -> bool:
        data = io.BytesIO(f'FROM tools\nSHELL ["/bin/bash", "-c"]\nRUN {step}\n'.encode())
        try:
            fake.client.images.build(fileobj=data)
        except docker.errors.BuildError as problem:
            assert "returned a non-zero code" in problem.msg
            return False
        return True

    return goes_through


OUT = "git clone https://github.com/me/tool"


@pytest.mark.parametrize(
    "failing",
    ["false", "cat /nosuch", "nosuchprogram", "exit 3", "test -e /nosuch", "ls --nosuch", "cat < /nosuch", "(exit 3)", "cd /nosuch",
     "sh -c 'exit 3'", "echo a | grep b", "set -e; x=$(false); true", "if", "echo /nosuch | xargs cat"],
)  # fmt: skip
@pytest.mark.parametrize("early", [WENT_ON, f"({WENT_ON})", f"sh -c '{WENT_ON.replace(chr(39), '')}'", "true"])
def test_a_boundary_passed_over_excuses_no_later_failure(debian: Any, early: str, failing: str) -> None:
    assert debian(early)
    assert not debian(f"{early}; {failing}")


@pytest.mark.parametrize(
    "failing",
    ["false", "cat /nosuch", "echo a | grep b", "sh -c 'exit 3'", "cd /nosuch", "cat < /nosuch", "if", "echo /nosuch | xargs cat"],
)  # fmt: skip
@pytest.mark.parametrize("early", [f"{OUT} || true", f"({OUT}; true)", f"{OUT} | cat"])
def test_a_failure_of_its_own_after_one_that_was_handled_fails(debian: Any, early: str, failing: str) -> None:
    assert not debian(f"{early}; {failing}")


@pytest.mark.parametrize(
    "step",
    [
        OUT,
        f"true && {OUT} && cat /nosuch",
        f"{OUT} || exit 1",
        f"{OUT} || {{ echo it failed; exit 1; }}",
        f"{OUT} || (echo it failed; exit 1)",
        f"if ! {OUT}; then echo it failed; exit 1; fi",
        f"set -e; {OUT}; echo never",
        f"set -e; x=$({OUT})",
        f'set -e; x=$({OUT} | cut -c1); [ -n "$x" ]',
        f"{OUT} | tar x",
        f"set -o pipefail; {OUT} | cat",
        f"({OUT})",
        f"sh -c '{OUT}'",
        f"env A=b timeout 9 sh -c '{OUT} && true'",
        f"f() {{ {OUT}; }}; f || return 1",
        f"echo {OUT.removeprefix('git ')} | xargs git",
        f"printf 'all:\\n\\t{OUT}\\n' > Makefile; make",
        f"{OUT} | sh; tool --version",
        f"{WENT_ON} && {OUT}",
        f"{OUT} & wait $!",
        f"eval '{OUT}'",
        f"trap 'echo bye' EXIT; {OUT}",
    ],
)
def test_a_failure_at_the_boundary_is_one_whoever_waits_for_it(debian: Any, step: str) -> None:
    assert debian(step)


def test_a_quiet_mark_excuses_nothing(debian: Any) -> None:
    fake = FakeDocker(images=["alpine:3.18"], assume=True)
    for failing in ("apk add --nosuch curl", "apk add curl && false", "apk add curl; cat /nosuch"):
        data = io.BytesIO(f"FROM alpine:3.18\nRUN {failing}\n".encode())
        with pytest.raises(docker.errors.BuildError):
            fake.client.images.build(fileobj=data)


@pytest.mark.parametrize("builder", ["BUILDKIT_PROGRESS=plain ", "DOCKER_BUILDKIT=0 "])
def test_a_step_that_passes_over_a_failure_at_the_boundary_taints(builder: str, tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    terminal.run(":assume on")
    terminal.run(
        "printf 'FROM buildpack-deps\\nRUN git clone https://github.com/me/tool | sh\\nRUN tool --version\\n' > Dockerfile"
    )
    assert terminal.run(f"{builder}docker build -t made . 2>&1").count("taken to have worked") == 1


@pytest.mark.parametrize(
    ("step", "forgiven"),
    [
        ("[ -s /usr/bin/tool ]", True),
        ("mv /src/dist /app", True),
        ("cat /tool/version", True),
        ("tool || exit 1", True),
        ("echo a | xargs tool", True),
        ("tar xf tool.tar && make", True),
        ("echo a > /usr/lib/tool/settings", True),
        ("cd /usr/lib/tool", True),
        ("false", False),
        ("echo a | grep b", False),
        ("sh -c 'exit 3'", False),
        ("tool || true; false", False),
        ("if", False),
    ],
)
def test_what_is_missing_where_a_step_was_assumed(step: str, forgiven: bool) -> None:
    fake = FakeDocker(images=["debian"], assume=True)
    build(fake, f"RUN {OUTSIDE}", tag="tainted")
    data = io.BytesIO(f"FROM tainted\nRUN {step}\n".encode())
    try:
        fake.client.images.build(fileobj=data)
    except docker.errors.BuildError:
        assert not forgiven
    else:
        assert forgiven


@pytest.mark.parametrize("builder", ["BUILDKIT_PROGRESS=plain ", "DOCKER_BUILDKIT=0 "])
def test_a_user_that_an_assumed_step_would_have_made(builder: str, tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    terminal.run(":assume on")
    for first, said in ((OUTSIDE, "naming to"), ("true", "no such user: app")):
        terminal.run(f"printf 'FROM alpine\\nRUN {first}\\nCOPY --chown=app:app Dockerfile /a\\n' > Dockerfile")
        shown = terminal.run(f"{builder}docker build -t made . 2>&1")
        assert said.replace("naming to", "naming to" if "PROGRESS" in builder else "Successfully tagged") in shown


def test_without_it_the_step_fails() -> None:
    with pytest.raises(docker.errors.BuildError):
        build(FakeDocker(images=["alpine"]), f"RUN {OUTSIDE}")


DOCKERFILE = f"""FROM alpine AS build
RUN {OUTSIDE}
FROM alpine
COPY --from=build /usr/local/bin/app /usr/local/bin/app
COPY --from=build /app/dist /srv/
COPY --from=build /app/target/*.jar /app.jar
EXPOSE 8080
CMD ["app"]
"""


@pytest.mark.parametrize("builder", ["BUILDKIT_PROGRESS=plain ", "DOCKER_BUILDKIT=0 "])
def test_what_a_tainted_stage_lacks_is_made_up(builder: str, tmp_path: Any) -> None:
    terminal = Terminal(tmp_path)
    terminal.run(":assume on")
    terminal.run(f"cat > Dockerfile <<'X'\n{DOCKERFILE}X")
    shown = terminal.run(f"{builder}docker build -t made .")
    assert "/app/target/placeholder.jar is a placeholder" in shown
    assert terminal.run("docker run --rm made sh -c 'ls /app.jar; ls -d /srv; app'").splitlines()[-3:] == [
        "/app.jar", "/srv", "fakedocker: app: this program is not simulated"
    ]  # fmt: skip
    terminal.run("docker run -d --name web -p 8080:8080 made")
    assert "This is a stand-in for made." in terminal.run("curl -s localhost:8080/any")
    assert "Up " in terminal.run("docker ps")


def test_what_an_untainted_stage_lacks_is_missing(fake: FakeDocker) -> None:
    data = io.BytesIO(b"FROM alpine AS build\nRUN true\nFROM alpine\nCOPY --from=build /app /app\n")
    with pytest.raises(docker.errors.BuildError):
        fake.client.images.build(fileobj=data)


def test_a_container_goes_on_as_a_stand_in(fake: FakeDocker) -> None:
    build(fake, "EXPOSE 80 443", "HEALTHCHECK --interval=1s CMD nosuch", f'CMD ["sh", "-c", "{OUTSIDE}"]')
    web = run(fake, name="web", ports={"9000/tcp": 9000}, labels={"com.docker.compose.service": "front"})
    assert web.status == "running"
    assert b"a stand-in runs in place of service front (made), which is not simulated" in web.logs()
    (listed,) = web.top()["Processes"]
    assert listed[-1] == "stand-in 80,443,9000 made front"
    assert b"stand-in" in web.exec_run("wget -qO- http://localhost:443/health").output
    fake.advance(5)
    web.reload()
    assert web.attrs["State"]["Health"]["Status"] == "healthy"
    web.stop()
    web.reload()
    assert (web.status, web.attrs["State"]["ExitCode"]) == ("exited", 0)
    web.start()
    web.reload()
    assert web.status == "running"


def test_who_is_killed_has_ended(fake: FakeDocker) -> None:
    build(fake, f'CMD ["sh", "-c", "{OUTSIDE}; sleep 1000"]')
    web = run(fake)
    web.kill()
    web.reload()
    assert (web.status, web.attrs["State"]["ExitCode"]) == ("exited", 137)


def test_a_command_that_an_assumed_step_would_have_made(fake: FakeDocker) -> None:
    build(fake, f"RUN {OUTSIDE}", "EXPOSE 80", 'CMD ["server", "--port", "80"]')
    assert run(fake).status == "running"
    build(fake, 'CMD ["server"]', tag="plain")
    with pytest.raises(docker.errors.APIError, match="executable file not found"):
        run(fake, "plain")


def test_a_world_with_stand_ins_is_a_value(fake: FakeDocker) -> None:
    build(fake, "EXPOSE 80", f'CMD ["sh", "-c", "{OUTSIDE}"]')
    run(fake, name="web")
    again = FakeDocker(world=decode(encode(fake.snapshot())))
    assert again.engine.world.assume
    assert b"stand-in" in again.client.containers.get("web").exec_run("wget -qO- localhost").output
    again.engine.advance(again.engine.now_ns + SECOND_NS)
    assert encode(again.fork().snapshot()) == encode(again.snapshot())


STEPS = st.lists(
    st.sampled_from(["RUN echo a > /a", "RUN mkdir -p /b", "WORKDIR /c", "ENV A=b", "RUN test -e /a", "RUN rm /a", "RUN false"]),
    max_size=4,
)  # fmt: skip


@settings(max_examples=20, deadline=None)
@given(STEPS)
def test_what_meets_no_boundary_is_the_same_with_it_and_without(steps: list[str]) -> None:
    outcomes = []
    for assume in (False, True):
        fake = FakeDocker(images=["alpine"], assume=assume)
        try:
            build(fake, *steps)
            outcomes.append(fake.client.images.get("made").id)
        except docker.errors.BuildError as problem:
            outcomes.append(problem.msg)
    assert outcomes[0] == outcomes[1]


COMMANDS = st.sampled_from(
    ["true", "false", "cat /nosuch", "nosuch", "test -e /a", "echo a > /a", "exit 3", "(false)", WENT_ON]
)
SCRIPTS = st.lists(st.tuples(COMMANDS, st.sampled_from(["; ", " && ", " || ", " | "])), min_size=1, max_size=5)


@settings(max_examples=40, deadline=None)
@given(SCRIPTS)
def test_a_step_in_which_nothing_fails_at_a_boundary_ends_alike(script: list[tuple[str, str]]) -> None:
    text = "".join(f"{command}{link}" for command, link in script) + script[0][0]
    outcomes = []
    for assume in (False, True):
        fake = FakeDocker(images=["debian"], assume=assume)
        data = io.BytesIO(f"FROM debian\nRUN {text}\n".encode())
        try:
            fake.client.images.build(fileobj=data, tag="made")
            outcomes.append(fake.client.images.get("made").id)
        except docker.errors.BuildError as problem:
            outcomes.append(problem.msg)
    assert outcomes[0] == outcomes[1]


def test_who_is_waited_for_to_complete_completes(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    terminal.run(":assume on")
    lines = (
        "services:",
        "  migrate: {image: ghcr.io/me/tool, command: migrate}",
        "  web: {image: nginx:alpine, depends_on: {migrate: {condition: service_completed_successfully}}}",
    )
    terminal.run("printf '%s\\n' " + " ".join(f"'{line}'" for line in lines) + " > compose.yaml")
    terminal.run("docker compose --progress quiet up -d")
    states = terminal.run("docker compose ps -a --format '{{.Service}} {{.State}} {{.ExitCode}}'").splitlines()
    assert states[-2:] == ["migrate exited 0", "web running 0"]


# images that nobody knows


def test_an_image_that_nobody_knows_is_taken_for_granted(fake: FakeDocker) -> None:
    web = run(fake, "ghcr.io/me/tool:1.2", name="web", command="--serve", ports={"9000/tcp": 9000}, user="app")
    assert web.status == "running"
    assert web.image.labels == {"fakedocker.assumed": "ghcr.io/me/tool:1.2"}
    assert b"in place of ghcr.io/me/tool:1.2, which is not simulated" in web.logs()
    digest = f"sha256:{'ab' * 32}"
    pulled = fake.client.images.pull(f"quay.io/me/other@{digest}")
    assert pulled.attrs["RepoDigests"] == [f"quay.io/me/other@{digest}"]


def test_the_program_of_an_unknown_image_gives_way_to_a_folder_of_its_name(fake: FakeDocker) -> None:
    mounted = run(fake, "photoprism/photoprism", volumes={"kept": {"bind": "/photoprism/storage", "mode": "rw"}})
    assert mounted.status == "running"
    assert run(fake, "photoprism/photoprism", working_dir="/photoprism").status == "running"
    assert not run(fake, "photoprism/photoprism").diff()  # it stays where nothing is in its way


def test_a_file_of_a_known_image_is_in_the_way_with_it_too(fake: FakeDocker) -> None:
    build(fake, "RUN echo text > /made")
    with pytest.raises(docker.errors.APIError, match="not a directory"):
        run(fake, volumes={"kept": {"bind": "/made/storage", "mode": "rw"}})


def test_a_build_upon_one_goes_through(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    terminal.run(":assume on")
    terminal.run(
        "printf 'FROM mcr.microsoft.com/dotnet/sdk:7.0\\nWORKDIR /a\\nRUN dotnet build\\nUSER app\\nRUN true\\n' > Dockerfile"
    )
    shown = terminal.run("BUILDKIT_PROGRESS=plain docker build -t made . 2>&1")
    assert shown.count("fakedocker: assume: this step ended with 127") == 2
    assert "made" in terminal.run("docker images")


def test_what_cannot_exist_is_refused(fake: FakeDocker) -> None:
    for name in ("ngnix", "localhost:5009/me/tool", "nosuch.invalid/me/tool"):
        with pytest.raises(docker.errors.APIError) as refused:
            fake.client.images.pull(name)
        assert "fakedocker" not in str(refused.value.explanation)


def test_without_it_the_refusal_says_what_is_not_known() -> None:
    fake = FakeDocker()
    for name in ("me/tool", "ghcr.io/me/tool"):
        with pytest.raises(docker.errors.NotFound, match="is not in its catalogue") as refused:
            fake.client.images.pull(name)
        assert ("pull access denied for me/tool" in str(refused.value)) == (name == "me/tool")


DIGEST = f"sha256:{'ab' * 32}"


def test_the_image_of_the_tag_stands_for_one_by_digest(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    terminal.run(f"printf 'FROM alpine:3.20@{DIGEST}\\nRUN cat /etc/alpine-release\\n' > Dockerfile")
    build = "BUILDKIT_PROGRESS=plain docker build -t made . 2>&1"
    refused = terminal.run(build)
    assert f"docker.io/library/alpine:3.20@{DIGEST}: not found" in refused
    assert (
        f"fakedocker: alpine:3.20@{DIGEST} is not in its catalogue, whose images have digests of their own" in refused
    )
    terminal.run(":assume on")
    shown = terminal.run(build)
    assert f"FROM docker.io/library/alpine:3.20@{DIGEST}\n" in shown
    assert "3.20.3" in shown and "assume" not in shown.partition("RUN")[2]


def test_a_mount_of_what_an_unknown_image_would_have(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    terminal.run(":assume on")
    lines = (
        "FROM debian",
        "COPY --from=ghcr.io/me/tools / /",
        "RUN --mount=from=ghcr.io/me/tool,source=/bin/tool,target=/usr/local/bin/tool tool install",
    )
    terminal.run("printf '%s\\n' " + " ".join(f"'{line}'" for line in lines) + " > Dockerfile")
    shown = terminal.run("BUILDKIT_PROGRESS=plain docker build -t made . 2>&1")
    assert "fakedocker: assume: /bin/tool is a placeholder" in shown
    assert "fakedocker: tool: this program is not simulated" in shown

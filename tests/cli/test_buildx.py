"""docker build and docker buildx in the terminal: forms of progress, results, flags, the cache and the builder."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from fakedocker.base.profiles import DEFAULT
from fakedocker_shell.session import Session, make_engine

SETUP = "mkdir -p /b && cd /b && echo hi > app.txt && printf 'FROM alpine\\nCOPY app.txt /\\nRUN cat /app.txt; echo err >&2\\n' > Dockerfile"


class Host:
    """A simulated machine with a build context."""

    def __init__(self, profile: str = DEFAULT) -> None:
        self.engine, _ = make_engine(profile=profile)
        self.run(f"docker pull -q alpine && {SETUP}")

    def run(self, command: str) -> tuple[int, str, str]:
        """Status, standard output and standard error of a command in the context's folder."""
        written: dict[int, bytes] = {1: b"", 2: b""}

        def take(descriptor: int, data: bytes) -> None:
            written[descriptor] += data

        session = Session(self.engine, take)
        session.run_command(f"mkdir -p /b; cd /b; {command}")
        status = session.run_to_end(lambda: b"")
        return status, written[1].decode(), written[2].decode()


@pytest.fixture
def host() -> Host:
    return Host()


def test_the_image_has_the_name_and_the_files_say_its_id(host: Host) -> None:
    status, out, _ = host.run(
        "docker build -q -t app:1 --iidfile id --metadata-file meta . && docker inspect app:1 --format '{{.Id}}' && cat id meta"
    )
    assert status == 0
    built, inspected, rest = out.split("\n", 2)
    assert built == inspected == rest[:71]
    assert json.loads(rest[71:])["containerimage.config.digest"] == built


@pytest.mark.parametrize("words", ["build", "image build", "builder build", "buildx build", "buildx b"])
def test_every_name_of_the_command(host: Host, words: str) -> None:
    assert host.run(f"docker {words} --progress plain .")[2].startswith(
        '#0 building with "default" instance using docker driver\n\n#1 [internal]'
    )


def test_the_classic_builder_where_it_is_asked_for(host: Host) -> None:
    status, out, err = host.run("DOCKER_BUILDKIT=0 docker build .")
    assert (status, out.split("\n")[1], err.split(":")[0]) == (0, "Step 1/3 : FROM alpine", "DEPRECATED")
    assert host.run("DOCKER_BUILDKIT=maybe docker build .")[::2] == (
        1, 'DOCKER_BUILDKIT environment variable expects boolean value: strconv.ParseBool: parsing "maybe": invalid syntax\n',
    )  # fmt: skip


def test_progress_as_json(host: Host) -> None:
    lines: list[dict[str, Any]] = [
        json.loads(line) for line in host.run("docker build --progress rawjson .")[2].splitlines()
    ]
    names = {vertex["digest"]: vertex["name"] for line in lines for vertex in line.get("vertexes", ())}
    logs = [(names[log["vertex"]], log["stream"], log["data"]) for line in lines for log in line.get("logs", ())]
    assert logs == [
        ("[3/3] RUN cat /app.txt; echo err >&2", 1, "aGkK"),
        ("[3/3] RUN cat /app.txt; echo err >&2", 2, "ZXJyCg=="),
    ]
    assert all(re.fullmatch(r"\d{4}-.*Z", vertex["started"]) for line in lines for vertex in line.get("vertexes", ()))


def test_progress_on_a_terminal_ends_with_everything(host: Host) -> None:
    shown = host.run("docker build --progress tty .")[2]
    last = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown.rpartition("[+]")[2])
    assert re.match(r" Building \d\.\ds \(8/8\) FINISHED +docker:default", last)
    assert re.search(r"^ => \[3/3\] RUN cat /app.txt; echo err >&2 +\d\.\ds$", last, re.MULTILINE)
    failed = host.run("printf 'FROM alpine\\nRUN echo no; exit 3\\n' | docker build --progress tty -")[2]
    assert "ERROR [2/2] RUN echo no; exit 3" in failed
    assert re.search(r"------\n > \[2/2\] RUN echo no; exit 3:\n0\.\d+ no\n------\nDockerfile:2\n", failed)


def test_the_environment_says_which_form_where_nobody_else_does(host: Host) -> None:
    assert host.run("BUILDKIT_PROGRESS=quiet docker build .")[2] == ""
    assert "#1 [internal] load" in host.run("BUILDKIT_PROGRESS=quiet docker build --progress plain .")[2]
    assert "invalid progress mode none" in host.run("BUILDKIT_PROGRESS=none docker build .")[2]


def test_files_come_out(host: Host) -> None:
    assert (
        host.run("docker build -q -o out/deep . && cat out/deep/app.txt && ls -d out/deep/etc")[1]
        == "\nhi\nout/deep/etc\n"
    )
    assert host.run("docker build -q -o type=tar,dest=x.tar . && tar tf x.tar | grep app")[1] == "\napp.txt\n"
    assert (
        host.run("docker build -q --output type=docker,dest=image.tar -t saved . && docker load -i image.tar")[1]
        == "\nLoaded image: saved:latest\n"
    )


def test_secrets_of_files_and_variables(host: Host) -> None:
    host.run(
        "printf 'FROM alpine\\nRUN --mount=type=secret,id=a --mount=type=secret,id=b cat /run/secrets/a /run/secrets/b\\n' > Dockerfile.s; echo A > a.txt"
    )
    _, _, err = host.run(
        "B=bee docker build --progress plain -f Dockerfile.s --secret id=a,src=a.txt --secret id=b,env=B ."
    )
    assert re.findall(r"^#\d+ 0\.\d+ (.*)$", err, re.MULTILINE) == ["A", "bee"]
    assert (
        host.run("docker build --secret id=a,src=nosuch .")[2]
        == "ERROR: failed to stat nosuch: stat nosuch: no such file or directory\n"
    )


def test_a_dockerfile_from_elsewhere(host: Host) -> None:
    host.run(
        "mkdir -p /other && printf 'FROM alpine\\nCOPY . /c\\nRUN ls /c\\n' > /other/My.Dockerfile && echo app.txt > /other/My.Dockerfile.dockerignore"
    )
    _, _, err = host.run("docker build --progress plain -f /other/My.Dockerfile .")
    assert "load build definition from My.Dockerfile" in err
    assert re.findall(r"^#\d+ 0\.\d+ (.*)$", err, re.MULTILINE) == ["Dockerfile"]
    assert host.run("printf 'FROM alpine\\nCOPY app.txt /x\\n' | docker build -q -f - .")[0] == 0


@pytest.mark.parametrize(
    ("command", "status", "error"),
    [
        ("docker build --nosuch .", 125, "unknown flag: --nosuch\nSee 'docker buildx build --help'.\n"),
        ("docker build -f - -", 1, "ERROR: invalid argument: can't use stdin for both build context and dockerfile\n"),
        ("docker build git@example.com:x.git", 1, "#0 building with \"default\" instance using docker driver\nERROR: the build context git@example.com:x.git is not simulated by fakedocker\n"),
        ("docker build --platform linux/amd64,linux/arm64 .", 1, "ERROR: a build for several platforms is not simulated by fakedocker\n"),
        ("docker build --cache-to type=local,dest=c .", 1, "ERROR: --cache-to is not simulated by fakedocker\n"),
        ("docker build --sbom=true .", 1, "ERROR: of attestations, only the least provenance is simulated by fakedocker\n"),
        ("docker build --ssh default .", 1, "ERROR: --ssh is not simulated by fakedocker\n"),
        ("docker build --builder other .", 1, 'ERROR: no builder "other" found\n'),
        ("docker buildx use other", 1, 'ERROR: no builder "other" found\n'),
        ("docker buildx create", 1, "ERROR: the driver docker-container is not simulated by fakedocker; the builder default has the driver docker\n"),
        ("docker build -t BAD .", 1, "ERROR: invalid tag \"BAD\": invalid reference format: repository name (library/BAD) must be lowercase\n"),
        ("docker buildx bake", 1, "docker buildx bake is not simulated\n"),
    ],
)  # fmt: skip
def test_what_is_refused(host: Host, command: str, status: int, error: str) -> None:
    assert host.run(command)[::2] == (status, error)


@pytest.mark.parametrize(
    ("option", "what", "where"),
    [
        ("--platform linux/amd64,linux/arm64", "Multi-platform build", "build-multi-platform"),
        ("--cache-to type=local,dest=c", "Cache export", "build-cache-backends"),
        ("--provenance=true", "Attestation", "attestations"),
        ("--sbom=true", "Attestation", "attestations"),
    ],
)
def test_what_only_containerds_store_can_is_refused_without_it(option: str, what: str, where: str) -> None:
    host = Host("28")
    assert host.run(f"docker build {option} .")[::2] == (
        1,
        f"ERROR: {what} is not supported for the docker driver.\nSwitch to a different driver, or turn on the containerd image "
        f"store, and try again.\nLearn more at https://docs.docker.com/go/{where}/\n",
    )


@pytest.mark.parametrize(
    ("command", "kinds"),
    [
        ("docker build", ["image", "attestation"]),
        ("docker build --provenance=true", ["image", "attestation"]),
        ("docker build --provenance=false", ["image"]),
        ("BUILDX_NO_DEFAULT_ATTESTATIONS=1 docker build", ["image"]),
        ("BUILDX_NO_DEFAULT_ATTESTATIONS=1 docker build --provenance=mode=min", ["image", "attestation"]),
    ],
)
def test_what_is_attested(host: Host, command: str, kinds: list[str]) -> None:
    assert host.run(f"{command} -q -t app .")[0] == 0
    shown = host.run("curl -s --unix-socket /var/run/docker.sock 'http://x/images/app/json?manifests=1'")[1]
    assert [each["Kind"] for each in json.loads(shown)["Manifests"]] == kinds


def test_the_cache_is_told_and_emptied(host: Host) -> None:
    host.run("docker build -q -t app .")
    shown = host.run("docker buildx du")[1].splitlines()
    assert shown[0] == "ID\t\t\t\t\t\tRECLAIMABLE\tSIZE\t\tLAST ACCESSED"
    assert [line.split(":")[0] for line in shown[-4:]] == ["Shared", "Private", "Reclaimable", "Total"]
    assert (
        host.run("docker buildx du --verbose --filter type=source.local")[1].count("Description:\tlocal source for")
        == 2
    )
    assert host.run("docker system df")[1].splitlines()[-1].split()[:4] == ["Build", "Cache", "5", "0"]
    assert host.run("docker builder prune --all --force")[1].splitlines()[-1].startswith("Total:\t7.8")
    assert (
        host.run("docker buildx du")[1]
        == "ID\t\t\t\t\t\tRECLAIMABLE\tSIZE\t\tLAST ACCESSED\nReclaimable:\t0B\nTotal:\t\t0B\n"
    )
    assert (
        host.run("echo n | docker builder prune")[1]
        == "WARNING! This will remove all dangling build cache. Are you sure you want to continue? [y/N] "
    )


def test_a_built_image_is_pushed(host: Host) -> None:
    status, _, err = host.run("docker build --progress plain -t localhost:5000/app:1 --push .")
    assert (status, "pushing localhost:5000/app:1 with docker" in err) == (0, True)
    assert (
        host.run("docker rmi -f localhost:5000/app:1 > /dev/null; docker pull -q localhost:5000/app:1")[1]
        == "localhost:5000/app:1\n"
    )

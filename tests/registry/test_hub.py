"""Docker Hub's official images as of the world's clock: every tag that ever was, and images that are made by rule."""

from __future__ import annotations

import hashlib
import io
import random
import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import msgspec
import pytest

from fakedocker.assembly import create_engine
from fakedocker.base import clock
from fakedocker.filesystem import content as contents
from fakedocker.filesystem.archive import read_tar
from fakedocker.operations.system import initial_world
from fakedocker.registry import catalogue
from fakedocker.registry.hub import kept, lookup, making, official, versions
from fakedocker.registry.hub.kept import ConfigRow
from fakedocker.registry.hub.lookup import Found
from fakedocker.registry.model import Manifest
from fakedocker.testing import FakeDocker
from fakedocker.wire.image import ImageConfig
from helpers.cli_host import Host

LAST = lookup.last_day()
LAST_DATE = "2026-08-21"
SAMPLE = 100


def day(date: str) -> int:
    return lookup.day_of(clock.instant(date))


def hub(name: str, date: str = LAST_DATE) -> Manifest:
    repository, _, tag = name.partition(":")
    found = catalogue.manifest(f"library/{repository}", tag or "latest", day(date))
    assert found is not None, name
    return found


def environment(name: str, date: str = LAST_DATE) -> dict[str, str]:
    return dict(entry.split("=", 1) for entry in hub(name, date).image.config.env or ())


# every tag of the facts


def test_every_tag_resolves_from_its_first_day_on_and_not_before() -> None:
    count = 0
    for name, tags in kept.index().tags.items():
        facts = kept.facts(name)
        assert facts is not None
        assert len(list(facts.tags())) == tags
        for tag in facts.tags():
            history = facts.history(tag)
            assert history
            first = history[0][0]
            assert lookup.find(name, tag, first - 1) is None
            for when in (first, (first + LAST) // 2, LAST):
                named = [image for since, image in history if since <= when and image >= 0][-1]
                found = lookup.find(name, tag, when)
                assert found is not None
                assert found.number == named
            count += 1
    assert count == 166_191


def test_every_images_configuration_is_that_of_the_facts() -> None:
    count = 0
    for name in kept.index().tags:
        facts = kept.facts(name)
        assert facts is not None
        for number in range(facts.image_count):
            found = Found(name, number, facts.image(number).days[-1])
            _check_config(lookup.config_of(found), lookup.whole_config(found))
            count += 1
    assert count == 88_251


def _check_config(own: ConfigRow, whole: ImageConfig) -> None:
    told = dict(entry.split("=", 1) for entry in whole.env or ())
    for name, value in own.env.items():
        assert told[name] == value or "$" in value
    if own.cmd is not msgspec.UNSET:
        assert whole.cmd == (own.cmd or msgspec.UNSET)
    if own.entrypoint is not msgspec.UNSET:
        assert whole.entrypoint == (own.entrypoint or msgspec.UNSET)
    assert {port for port in own.expose if "$" not in port} <= set(whole.exposed_ports or {})
    assert {path for path in own.volume if "$" not in path} <= set(whole.volumes or {})
    if own.user is not msgspec.UNSET and "$" not in own.user:
        assert whole.user == own.user
    if own.stopsignal is not msgspec.UNSET:
        assert whole.stop_signal == own.stopsignal


def test_random_images_are_pulled_and_run_and_inspected() -> None:
    chosen = random.Random(15)
    names = [f"{name}:{tag}" for name in kept.index().tags for tag in (kept.facts(name) or pytest.fail(name)).tags()]
    host = Host("hub", date=LAST_DATE)
    for name in chosen.sample(names, SAMPLE):
        _pull_run_and_inspect(host, name)


def _pull_run_and_inspect(host: Host, name: str) -> None:
    repository, _, tag = name.partition(":")
    found = lookup.find(repository, tag, LAST)
    assert found is not None
    status, _, said = host.run(f"docker pull -q {name}")
    if official.AMD64 not in lookup.platforms_of(found):
        assert (status, "no matching manifest for linux/amd64" in said) == (1, True), name
        return
    assert (status, said) == (0, ""), name
    status, shown, said = host.run(f"docker inspect {name}")
    assert status == 0, (name, said)
    [inspected] = msgspec.json.decode(shown)
    image = lookup.image_of(found)
    built = {lookup.instant_of(when) for when in image.days}
    exact = catalogue._described(repository, image.tag)
    assert clock.instant(inspected["Created"]) in built or exact is not None, name
    _check_config(lookup.config_of(found), msgspec.convert(inspected["Config"], ImageConfig))
    version = versions.version_of(image.tag, "", {})
    status, out, err = host.run(f"docker run --rm --entrypoint sh {name} -c 'cat /etc/os-release; true'")
    assert status in (0, 126, 127), (name, out, err)
    status, out, err = host.run(
        f"docker run -d --name one {name} --version; sleep 3; docker logs one; docker rm -f one"
    )
    assert "fakedocker failed" not in out + err, (name, out, err)
    told = set(re.findall(r"\b\d+\.\d+\.\d+\b", out + err)) if repository in _TELLING else set()
    assert not told or any(version.startswith(each) or each.startswith(version) for each in told), (name, told)
    host.run(f"docker rmi -f {name}")


_TELLING = frozenset("httpd mariadb memcached mongo mysql nats nginx node postgres python redis ruby traefik".split())


# what tags mean


def test_a_tag_means_what_it_meant_on_the_worlds_day() -> None:
    assert environment("node:24")["NODE_VERSION"] == "24.18.0" or environment("node:24")["NODE_VERSION"].startswith(
        "24."
    )
    assert environment("node:latest", "2015-11-01")["NODE_VERSION"].startswith("5.")
    assert environment("python:3.12", "2024-10-02")["PYTHON_VERSION"] == "3.12.7"
    assert catalogue.manifest("library/node", "24", day("2024-10-01")) is None


def test_a_tag_that_was_dropped_keeps_its_last_image() -> None:
    assert environment("redis:3")["REDIS_VERSION"] == "3.2.12"
    assert environment("postgres:9.6-alpine")["PG_VERSION"] == "9.6.24"


def test_what_is_not_there_is_refused_in_dockers_words() -> None:
    host = Host("hub", date="2024-10-01")
    assert host.run("docker pull node:24")[2] == (
        'Error response from daemon: failed to resolve reference "docker.io/library/node:24": docker.io/library/node:24: not found\n'
    )
    assert "pull access denied for ngnix, repository does not exist" in host.run("docker pull ngnix")[2]
    assert "no matching manifest for linux/riscv64" in host.run("docker pull --platform linux/riscv64 nginx")[2]
    assert host.run("docker pull --platform=linux/arm64 -q nginx")[0] == 0
    assert host.run("docker inspect -f '{{.Architecture}}/{{.Variant}}' nginx")[1] == "arm64/v8\n"
    status, _, said = host.run("docker run --rm --platform linux/arm64 nginx true")
    assert (status, said) == (255, "exec /docker-entrypoint.sh: exec format error\n")
    assert host.run("docker run --rm alpine sh -c 'printf \"echo x\" > /x; chmod +x /x; /x'")[1] == "x\n"


def test_latest_moves_on_with_the_clock() -> None:
    host = Host("hub", date="2026-01-05")
    assert host.run("docker pull -q nginx")[0] == 0
    before = host.run("docker inspect -f '{{.Id}}' nginx")[1]
    assert "Image is up to date" in host.run("docker pull nginx")[1]
    host.engine.advance(host.engine.now_ns + 60 * lookup.DAY_NS)
    assert "Downloaded newer image for nginx:latest" in host.run("docker pull nginx")[1]
    assert host.run("docker inspect -f '{{.Id}}' nginx")[1] != before


def test_an_image_by_rule_is_found_by_its_digest_once_it_was_seen() -> None:
    host = Host("hub", date=LAST_DATE)
    pulled = host.run("docker pull redis:3")[1]
    digest = pulled.partition("Digest: ")[2].split()[0]
    host.run("docker rmi redis:3")
    assert host.run(f"docker pull -q redis@{digest}")[0] == 0
    nothing = f"docker.io/library/redis@sha256:{'0' * 64}"
    assert f'failed to resolve reference "{nothing}": {nothing}: not found' in host.run(f"docker pull {nothing}")[2]


@pytest.mark.parametrize(
    "date",
    ["2024-13-01", "2024-02-30", "1999-01-01", "2012-12-31", "tomorrow", "", "2024-10-01T00:00:00Z", "２０２４-10-01"],
)
def test_what_is_no_day_is_refused(date: str) -> None:
    with pytest.raises(ValueError, match="not a day"):
        clock.morning_of(date)


def test_every_way_to_begin_on_a_day() -> None:
    assert clock.rfc3339_seconds(create_engine(date="2019-05-01").now_ns) == "2019-05-01T09:00:00Z"
    with FakeDocker(date="2019-05-01") as fake:
        fake.client.images.pull("python", "3.7")
        assert "PYTHON_VERSION=3.7.3" in fake.client.images.get("python:3.7").attrs["Config"]["Env"]
    for words in (["--date", "2019-05-01", "-c", "date"], ["--date=2019-05-01", "-c", "date"]):
        done = subprocess.run(
            [sys.executable, "-m", "fakedocker_shell", *words], capture_output=True, text=True, check=True
        )
        assert "May" in done.stdout
        assert "2019" in done.stdout
    wrong = subprocess.run(
        [sys.executable, "-m", "fakedocker_shell", "--date", "then"], capture_output=True, text=True, check=False
    )
    assert (wrong.returncode, wrong.stderr.splitlines()[0]) == (
        2, "fakedocker: --date takes a day as YYYY-MM-DD: not a day from 2013-01-01 to 2099-12-31: 'then'",
    )  # fmt: skip


def test_a_new_world_begins_on_the_last_day_of_the_facts() -> None:
    source = Path(initial_world.__file__).read_text()
    assert f'DEFAULT_START = "{LAST_DATE}T09:00:00Z"' in source
    assert day(LAST_DATE) == LAST


# what images are made of


def test_images_on_one_base_share_its_layers() -> None:
    node, base = hub("node:24.15.0-trixie-slim"), lookup.find("node", "24.15.0-trixie-slim", LAST)
    assert base is not None
    below = lookup.base_of(base).official
    assert below is not None
    assert node.layers[0].digest == official.image(below, catalogue._described).layers[0].digest
    assert len(node.layers) == 1 + lookup.config_of(base).steps


def test_digests_are_those_of_the_bytes_and_sizes_are_like_real_ones() -> None:
    for name in ("node:24.15.0-trixie-slim", "alpine:3.22", "couchdb", "postgres:9.6-alpine"):
        for remote in hub(name).layers:
            archive = contents.read(remote.layer.archive(), 0, 1 << 30)
            assert hashlib.sha256(archive).hexdigest() == remote.layer.diff_id.removeprefix("sha256:")
            with tarfile.open(fileobj=io.BytesIO(archive)) as members:
                assert sum(member.size for member in members if member.isfile()) == remote.layer.size_bytes
            restored = list(read_tar(archive))
            assert [(entry.path, entry.kind, len(entry.content)) for entry in restored] == [
                (entry.path, entry.kind, len(entry.content)) for entry in remote.layer.entries
            ]
    assert 150_000_000 < hub("node:24.15.0-trixie-slim").image.size_bytes < 300_000_000


def test_a_layer_by_rule_can_be_copied_by_programs_that_keep_headers() -> None:
    """As docker-squash copies layers: Python's tarfile reads a file with its hole, and writes all of it below the old header."""
    remote = hub("alpine:3.22").layers[0]
    copied = io.BytesIO()
    source = io.BytesIO(contents.read(remote.layer.archive(), 0, 1 << 30))
    with tarfile.open(fileobj=source) as members, tarfile.open(fileobj=copied, mode="w") as copy:
        assert any(member.issparse() for member in members)
        for member in members:
            copy.addfile(member, members.extractfile(member) if member.isfile() else None)
    found = {entry.path: entry for entry in read_tar(copied.getvalue())}
    assert len(found) == len(remote.layer.entries)
    for entry in remote.layer.entries:
        assert (found[entry.path].kind, found[entry.path].target) == (entry.kind, entry.target)
        assert contents.read(found[entry.path].content, 0, 1 << 30) == contents.read(entry.content, 0, 1 << 30)


def test_images_are_the_same_however_often_they_are_made() -> None:
    before = {name: hub(name).digest for name in ("node:24", "postgres:18", "archlinux", "wordpress")}
    making._made.clear()
    assert {name: hub(name).digest for name in before} == before


def test_a_saved_image_by_rule_comes_back_as_itself(tmp_path: Path) -> None:
    host = Host("hub", date=LAST_DATE)
    host.run("docker pull -q redis:3 && docker save redis:3 -o redis.tar")
    before = host.run("docker inspect -f '{{.Id}} {{.RootFS.Layers}}' redis:3")[1]
    host.run("docker rmi redis:3")
    assert host.run("docker load -i redis.tar")[0] == 0
    assert host.run("docker inspect -f '{{.Id}} {{.RootFS.Layers}}' redis:3")[1] == before
    assert host.run("docker run --rm redis:3 redis-server --version")[1].startswith("Redis server v=3.2.12 ")


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("node:24.15.0-trixie-slim node --version", "v24.15.0\n"),
        ("-e NODE_VERSION=1.2.3 node:24.15.0-trixie-slim node --version", "v24.15.0\n"),
        ("node:24.15.0-trixie-slim cat /etc/os-release", 'PRETTY_NAME="Debian GNU/Linux 13 (trixie)"'),
        ("python:3.12-slim-bullseye python --version", "Python 3.12.11\n"),
        ("python:3.12-slim-bullseye cat /etc/os-release", 'PRETTY_NAME="Debian GNU/Linux 11 (bullseye)"'),
        ("postgres:9.6-alpine postgres --version", "postgres (PostgreSQL) 9.6.24\n"),
        ("postgres:18 postgres --version", "postgres (PostgreSQL) 18."),
        ("traefik:v2.5 version", "Version:      2.5.7\n"),
        ("elasticsearch:6.8.23 elasticsearch --version", "Version: 6.8.23\n"),
        ("redis:3 redis-server --version", "Redis server v=3.2.12 "),
        ("golang:1.26-alpine go version", "go version go1.26."),
        ("mariadb:10-focal mariadbd --version", "mariadbd  Ver 10.7.3-MariaDB-1:10.7.3+maria~focal "),
        ("mysql:8.0.33 mysqld --version", "/usr/sbin/mysqld  Ver 8.0.33 "),
        ("maven:3.8.5-eclipse-temurin-17 mvn --version", "Apache Maven 3.8.5\n"),
        ("maven:3.8.5-eclipse-temurin-17 mvn --version", "Java version: 17.0.3,"),
        ("debian:12 cat /etc/debian_version", "12."),
        ("debian:oldstable cat /etc/os-release", 'VERSION_CODENAME=bookworm\n'),
        ("debian:stable cat /etc/os-release", 'VERSION_CODENAME=trixie\n'),
        ("alpine:3.22 cat /etc/alpine-release", "3.22."),
        ("alpine:3.22 cat /etc/apk/repositories", "/alpine/v3.22/main"),
        ("ubuntu:22.04 cat /etc/os-release", "VERSION_CODENAME=jammy\n"),
        ("rockylinux:8 cat /etc/os-release", 'PRETTY_NAME="Rocky Linux 8.9 (Green Obsidian)"'),
        ("nginx:1.21 nginx -v", "nginx version: nginx/1.21.6\n"),
        ("php:7.4-cli php -v", "PHP 7.4.33 (cli)"),
        ("ruby:2.5 ruby -v", "ruby 2.5.9 "),
        ("rust:1.60 rustc --version", "rustc 1.60.0\n"),
        ("eclipse-temurin:11.0.16_8-jdk javac -version", "javac 11.0.16\n"),
        ("amazoncorretto:8 java -version", 'openjdk version "1.8.0_'),
        ("gcc:9 gcc --version", "gcc (GCC) 9.5.0\n"),
        ("perl:5.30 perl -v", "This is perl 5, version 30, subversion 3 (v5.30.3)"),
        ("busybox:1.34 busybox", "BusyBox v1.34."),
        ("haproxy:2.4 haproxy -v", "HAProxy version 2.4."),
        ("influxdb:1.8 influxd version", "InfluxDB v1.8.10\n"),
    ],
)  # fmt: skip
def test_an_image_tells_its_own_version(command: str, said: str) -> None:
    host = Host("hub", date=LAST_DATE)
    status, out, err = host.run(f"docker run --rm {command}")
    assert (status, said in out + err) == (0, True), out + err


def test_a_program_takes_its_version_along_where_it_is_copied_to() -> None:
    host = Host("hub", date=LAST_DATE)
    host.run("printf 'FROM node:20.0.0 AS a\\nFROM debian\\nCOPY --from=a /usr/local/bin/node /bin/\\n' > Dockerfile")
    assert host.run("docker build -q -t copied . && docker run --rm copied node -v")[1].splitlines()[-1] == "v20.0.0"


def test_what_nobody_simulates_says_so() -> None:
    host = Host("hub", date=LAST_DATE)
    status, _, err = host.run("docker run --rm php:8.4-fpm php-fpm -v")
    assert (status != 0, "not simulate" in err) == (True, True), err
    err = host.run("docker run --rm couchdb")[2]
    assert "not simulate" in err
    assert host.run("docker run --rm couchdb echo hello")[1] == "hello\n"


def test_search_lists_every_official_name() -> None:
    names = {str(entry["name"]) for entry in catalogue.search("") if entry["is_official"]}
    assert set(kept.index().tags) <= names
    assert catalogue.search("couchdb")[0]["name"] == "couchdb"


def test_tags_are_those_of_the_day() -> None:
    assert "24" in catalogue.tags("library/node", LAST)
    assert "24" not in catalogue.tags("library/node", day("2024-10-01"))
    assert catalogue.tags("library/ngnix", LAST) == ()


# the facts as files


def test_facts_are_small_and_read_only_where_they_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Path(kept.__file__).parent / "facts"
    assert sum(path.stat().st_size for path in folder.iterdir()) < 2_500_000
    read: list[str] = []
    original = kept._file
    monkeypatch.setattr(kept, "_file", lambda name: read.append(name) or original(name))
    kept.facts.cache_clear()
    host = Host("hub", date=LAST_DATE)
    host.run("docker images; docker ps")
    assert read == []
    host.run("docker pull -q alpine:3.22")
    assert read == ["alpine.facts"]


def test_damaged_facts_are_named_and_the_rest_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    original = kept._file
    damaged = {"redis.facts": b"\xff" * 100, "caddy.facts": original("caddy.facts")[:-3000]}
    monkeypatch.setattr(kept, "_file", lambda name: damaged.get(name) or original(name))
    kept.facts.cache_clear()
    try:
        host = Host("hub", date=LAST_DATE)
        for name in ("redis", "caddy"):
            said = host.run(f"docker pull {name}")[2]
            assert f"facts about the official image {name}: {name}.facts" in said
        assert host.run("docker pull -q alpine")[0] == 0
    finally:
        kept.facts.cache_clear()


def test_facts_are_read_from_a_zip(tmp_path: Path) -> None:
    package = Path(kept.__file__).parent.parent.parent
    with zipfile.ZipFile(tmp_path / "whole.zip", "w") as archive:
        for path in sorted(package.rglob("*")):
            if path.suffix in (".py", ".json", ".facts") and "__pycache__" not in path.parts:
                archive.write(path, path.relative_to(package.parent))
    program = (
        "from fakedocker.registry import catalogue; from fakedocker.registry.hub import lookup;"
        "print(catalogue.__file__); print(catalogue.manifest('library/node', '24', lookup.last_day()).digest)"
    )
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(tmp_path / 'whole.zip')!r}); {program}"],
        capture_output=True, text=True, check=True, cwd=tmp_path,
    )  # fmt: skip
    where, digest = done.stdout.split()
    assert ".zip" in where
    assert digest == hub("node:24").digest


def test_files_below_a_directory_that_is_a_link_go_where_it_leads() -> None:
    for remote in hub("elasticsearch:8.15.2").layers:
        paths = {entry.path for entry in remote.layer.entries}
        assert not {path for path in paths if path.startswith("bin/") or "bintini" in path}
    assert hub("elasticsearch:8.15.2").layers[-1].layer.tree.find("usr/bin/tini") is not None


@pytest.mark.parametrize("image", ["kibana:7.16.1", "logstash:7.16.1", "znc:1.8", "varnish:7"])
def test_a_server_that_nobody_simulates_says_so_whatever_is_known_of_how_it_starts(image: str) -> None:
    with FakeDocker(images=[image]) as fake:
        box = fake.client.containers.run(image, detach=True)
        assert box.wait()["StatusCode"] == 126
        assert b"this program is not simulated" in box.logs()
        assert fake.client.containers.run(image, ["sh", "-c", "echo run"]) == b"run\n"

"""Packages of which only the facts of the indexes are known: they install as true ones do, and nothing that exists is called missing."""

from __future__ import annotations

import pkgutil
import zipfile
from functools import cache
from pathlib import Path

import pytest

from fakedocker.kernel import marks
from fakedocker.userland.packages import debian_index, facts
from fakedocker.userland.packages.facts import DamagedFacts, Table
from helpers.packages_world import Box
from helpers.userland_world import Result


def _made(release: str) -> Box:
    """A Debian of a release, updated: the catalogue's, called otherwise."""
    box = Box("ubuntu:noble") if release == "noble" else Box("debian:bookworm")
    if release != "noble":
        box.sh(f"sed -i s/bookworm/{release}/g /etc/os-release /etc/apt/sources.list.d/*; rm -rf /var/lib/apt/lists/*")
        box.sh("printf 'Package: base-files\\nStatus: install ok installed\\nVersion: 1\\n' > /var/lib/dpkg/status")
    assert box.sh("apt-get update").status == 0
    return box


_base = cache(_made)


def debian(release: str, script: str) -> Result:
    """Run a script in a Debian of a release; what it does stays."""
    return _base(release).sh(script)


def last_mark(release: str) -> tuple[str, str]:
    draft = _base(release).draft
    mark = draft.marks[draft.marked]
    return mark.words, mark.why


# the tables


@pytest.mark.parametrize(
    ("release", "name", "version"),
    [
        ("bullseye", "ripgrep", "12.1.1-1+b1"),
        ("bookworm", "ripgrep", "13.0.0-4+b2"),
        ("trixie", "ripgrep", "14.1.1-1+b4"),
        ("bookworm", "0ad", "0.0.26-3"),
        ("trixie", "zzuf", "0.15-5+b1"),
    ],
)
def test_versions_are_those_of_the_release(release: str, name: str, version: str) -> None:
    found = facts.debian(release, name)
    assert found is not None
    assert found.version == version


def test_what_is_first_last_between_and_nowhere() -> None:
    names = facts.debian_names("bookworm")
    assert len(names) == 63_436
    assert list(names) == sorted(names)
    for name in (names[0], names[-1], names[30_000]):
        assert facts.debian("bookworm", name) is not None
    for name in ("", "0", "zzzz", "nosuch", "Curl", "\u00e9", "libssl1.1"):
        assert facts.debian("bookworm", name) is None
    assert facts.pypi("flask") and facts.npm("express") and facts.npm("@types/node")
    assert not facts.pypi("no-such-project-at-all")


def test_every_dependency_is_a_package_of_the_release() -> None:
    names = facts.debian_names("bookworm")
    assert {other for name in names if (found := facts.debian("bookworm", name)) for other in found.depends} <= set(
        names
    )


def test_names_that_packages_provide() -> None:
    assert facts.debian_providers("bookworm", "awk") == ("gawk", "mawk", "original-awk")
    assert facts.debian_providers("bookworm", "curl") == ()


def test_damaged_and_missing_facts_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    table = Table("debian-virtual", lambda columns: dict.fromkeys(columns[0], 1))
    data = pkgutil.get_data("fakedocker.userland.packages", "facts/debian-virtual-0.bin")
    assert data is not None
    real = pkgutil.get_data
    monkeypatch.setattr(
        pkgutil, "get_data", lambda package, name: data[::-1] if name.endswith(".bin") else real(package, name)
    )
    with pytest.raises(DamagedFacts, match=r"what stands in the damaged file debian-virtual-0\.bin"):
        table.get("awk")
    with pytest.raises(DamagedFacts, match=r"what stands in the missing file nosuch\.json"):
        Table("nosuch", lambda columns: {}).get("x")


def test_a_program_that_needs_damaged_facts_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(facts, "_PYPI", Table("nosuch", lambda columns: {}))
    result = Box("python:3.12").sh("pip install flask")
    assert result.status == 1
    assert result.stderr == "fakedocker: pip: what stands in the missing file nosuch.json is not simulated\n"


def test_facts_are_small_and_are_read_from_an_archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Path(facts.__file__).parent / "facts"
    assert sum(path.stat().st_size for path in folder.iterdir()) < 5_000_000
    archive = tmp_path / "packed.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("packed/__init__.py", "")
        for path in folder.glob("pypi*"):
            packed.write(path, f"packed/facts/{path.name}")
    monkeypatch.syspath_prepend(str(archive))
    monkeypatch.setattr(facts, "__package__", "packed")
    assert Table("pypi", lambda columns: dict(zip(*columns, strict=True))).get("flask")


# apt


def test_a_package_comes_with_its_true_dependencies_sizes_and_programs() -> None:
    box = Box("debian:bookworm")
    box.sh("apt-get update")
    result = box.sh("apt-get install -y ripgrep aria2")
    assert result.status == 0
    assert "  libaria2-0 libc-ares2 libicu72 libsqlite3-0 libssh2-1 libssl3 libxml2\n" in result.stdout
    assert (
        "Get:1 http://deb.debian.org/debian bookworm/main amd64 ripgrep amd64 13.0.0-4+b2 [1253 kB]\n" in result.stdout
    )
    assert "Setting up ripgrep (13.0.0-4+b2) ...\n" in result.stdout
    assert box.sh("dpkg -s ripgrep | grep Inst; which rg; dpkg -S /usr/bin/rg; dpkg -l ripgrep | tail -1").stdout == (
        "Installed-Size: 4557\n/usr/bin/rg\nripgrep: /usr/bin/rg\nii  ripgrep        13.0.0-4+b2  amd64        \n"
    )
    removed = box.sh("apt-get autoremove -y aria2").stdout
    assert "0 upgraded, 0 newly installed, 8 to remove and 0 not upgraded.\n" in removed
    assert "After this operation, 53.2 MB disk space will be freed.\n" in removed
    result = box.sh("rg x")
    assert (result.status, result.stderr) == (126, "fakedocker: rg: this program is not simulated\n")
    mark = box.draft.marks[box.draft.marked]
    assert (mark.program, mark.why) == ("rg", marks.PROGRAM)


def test_what_no_release_has_does_not_exist() -> None:
    result = debian("trixie", "apt-get install -y nosuch ripgrep software-properties-common")
    assert (result.status, result.stderr) == (
        100,
        "E: Unable to locate package nosuch\nE: Unable to locate package software-properties-common\n",
    )
    assert not any(mark.what.startswith("the package") for mark in _base("trixie").draft.freeze().marks.values())


@pytest.mark.parametrize("release", ["bullseye", "trixie"])
def test_other_releases_have_their_own_base_and_versions(release: str) -> None:
    version = {"bullseye": "7.74.0", "trixie": "8.14.1"}[release]
    base = {"bullseye": ("libssl1.1", "gcc-10-base"), "trixie": ("libssl3t64", "gcc-14-base")}[release]
    listed = _made(release).sh("dpkg-query -W -f '${Package} '").stdout.split()
    assert base[1] in listed and "apt" in listed and 75 < len(listed) < 100
    box = _made(release)
    assert f"Unpacking {base[0]}:amd64" in box.sh("apt-get install -y openssl").stdout or base[0] in listed
    assert f"Setting up curl ({version}-" in box.sh("apt-get install -y curl").stdout
    assert box.sh("curl --version").stdout.startswith(f"curl {version} ")
    python = {"bullseye": "Python 3.9.2\n", "trixie": "Python 3.13.5\n"}[release]
    assert debian(release, "apt-get install -y python3 >/dev/null; python3 --version").stdout == python
    php = {"bullseye": "PHP 7.4", "trixie": "PHP 8.4"}[release]
    assert debian(release, "apt-get install -y php-cli >/dev/null; php -v").stdout.startswith(php)


def test_a_name_that_one_package_provides_is_that_package() -> None:
    result = debian("bullseye", "apt-get install -y fortune")
    assert "Note, selecting 'fortune-mod' instead of 'fortune'\n" in result.stdout
    assert result.status == 0


def test_another_version_may_exist() -> None:
    result = debian("trixie", "apt-get install -y ripgrep=14.1.0-1")
    assert (result.status, last_mark("trixie")[1]) == (100, marks.PACKAGE)
    assert result.stderr == (
        "fakedocker: apt-get: the version ripgrep=14.1.0-1 (known is 14.1.1-1+b4) is not simulated\n"
    )
    assert debian("trixie", "apt-get install -y --dry-run ripgrep=14.1.1-1+b4").status == 0


def test_ubuntus_index_is_not_whole() -> None:
    result = debian("noble", "apt-get install -y frobnicate")
    assert (result.status, result.stderr) == (100, "fakedocker: apt-get: the package frobnicate is not simulated\n")
    assert last_mark("noble")[1] == marks.PACKAGE
    assert debian("noble", "apt-get install -y ripgrep").status == 0
    assert last_mark("noble") == (
        "fakedocker: apt-get: the index of noble, for which that of another release stands, is not simulated",
        marks.FILE,
    )
    assert debian("noble", "apt-get install -y 'no such'").stderr == "E: Unable to locate package no such\n"


def test_an_archive_from_elsewhere_may_have_it() -> None:
    box = Box("debian:bookworm")
    box.sh("echo 'deb https://download.docker.com/linux/debian bookworm stable' >/etc/apt/sources.list.d/docker.list")
    assert "fakedocker: apt-get: the host download.docker.com is not simulated\n" in box.sh("apt-get update").stderr
    result = box.sh("apt-get install -y docker-ce tree")
    assert (result.status, result.stderr) == (100, "fakedocker: apt-get: the package docker-ce is not simulated\n")
    assert box.sh("tree --version").status == 0
    result = box.sh("apt-get install -y ./nosuch.deb; touch a.deb; apt-get install -y ./a.deb")
    assert result.stderr == (
        "E: Unsupported file ./nosuch.deb given on commandline\n"
        "fakedocker: apt-get: installing an archive such as ./a.deb is not simulated\n"
    )


def test_asking_for_thousands_of_names_ends() -> None:
    box = Box("debian:bookworm")
    box.sh("apt-get update")
    result = box.sh("apt-get install -y $(seq -f %06.0fx 1 3000)")
    assert result.status == 152  # as who has used up what a process may compute


def test_searching_goes_through_all_names() -> None:
    found = debian("trixie", "apt-cache search ^nosuch; apt-cache search ripgrep; apt-cache policy ripgrep").stdout
    assert "ripgrep - \n" in found
    assert "  Candidate: 14.1.1-1+b4\n" in found


def test_every_release_has_an_index() -> None:
    for name in ("buster", "bullseye", "bookworm", "trixie", "focal", "jammy", "noble", "nosuch"):
        found = debian_index.packages_of(name)
        assert "ripgrep" in found.packages and all(base in found.packages for base in found.base)
        assert "nosuch" not in found.packages
    assert debian_index.is_whole("trixie") and not debian_index.is_whole("noble")


def test_newest_versions_are_those_of_the_day() -> None:
    for image, script, before, after in (
        (
            "debian:bookworm",
            "apt-get update >/dev/null; apt-get install -s curl | grep Conf.curl",
            "7.88.1-10+deb12u7 ",
            "7.88.1-10+deb12u15 ",
        ),
        ("python:3.12", "pip install flask | tail -1", "Flask-3.0.3 ", "flask-3.1.3 "),
        ("node:20", "npm i express >/dev/null; grep version node_modules/express/package.json", '"4.21.0"', '"5.3.0"'),
    ):
        box = Box(image)
        assert before.lower() in box.sh(script).stdout.lower()
        box = Box(image)
        box.draft.now_ns = facts.TAKEN_NS
        assert after.lower() in box.sh(script).stdout.lower()


@pytest.mark.parametrize(
    ("package", "script", "said"),
    [
        ("nginx", "nginx -v 2>&1", {"bullseye": "nginx/1.18.0", "trixie": "nginx/1.26.3"}),
        ("redis-server", "redis-server --version", {"bullseye": "v=6.0.16", "trixie": "v=8.0.2"}),
        ("postgresql-client", "psql --version", {"bullseye": "(PostgreSQL) 13.", "trixie": "(PostgreSQL) 17."}),
        ("nodejs", "node --version", {"bullseye": "v12.22.12", "trixie": "v20.19.2"}),
        ("mariadb-client", "mariadb --version", {"bullseye": "10.5.", "trixie": "11.8."}),
    ],
)
def test_programs_tell_the_version_of_their_package(package: str, script: str, said: dict[str, str]) -> None:
    for release, expected in said.items():
        found = debian(release, f"apt-get install -y --no-install-recommends {package} >/dev/null; {script}").stdout
        assert expected in found, release


def test_another_ubuntu_has_what_noble_has_with_a_mark() -> None:
    box = Box("ubuntu:noble")
    box.sh("sed -i s/noble/jammy/g /etc/os-release; apt-get update")
    assert box.sh("apt-get install -y curl").status == 0
    assert box.draft.marks[1].what == "the index of jammy, for which that of another release stands,"

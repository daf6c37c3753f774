"""dnf, microdnf and rpm on Enterprise Linux 9: what they install, say, refuse, and what they do not know."""

from __future__ import annotations

import pytest

from helpers.packages_world import Box


@pytest.fixture
def box() -> Box:
    return Box("almalinux:9")


def test_what_is_installed_can_be_run_and_is_known(box: Box) -> None:
    assert box.sh("git --version").status == 127
    made = box.sh("dnf install -y git-core make && git --version && make --version | head -1")
    assert made.status == 0 and made.stderr == ""
    lines = made.stdout.splitlines()
    assert lines[1] == "Dependencies resolved." and lines[2] == "=" * 80
    assert all(len(line) == 79 for line in lines[3:4] + lines[6:8])
    assert "Install  2 Packages" in lines and lines[-3] == "Complete!"
    version = lines[-2].removeprefix("git version ")
    assert box.sh("rpm -q git-core").stdout.startswith(f"git-core-{version}-")
    assert "is already installed.\nDependencies resolved.\nNothing to do.\n" in box.sh("yum -y install make").stdout


def test_nothing_is_done_without_a_yes(box: Box) -> None:
    asked = box.sh("dnf install tar")
    assert asked.status == 1 and asked.stdout.endswith("Is this ok [y/N]: ") and asked.stderr == "Operation aborted.\n"
    assert "tar" not in box.sh("cat /var/lib/rpm/.installed").stdout


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("dnf install -y nosuch tar", "dnf: the package nosuch"),
        ("dnf install -y @development", "dnf: the group development"),
        ("dnf install -y https://example.com/a.rpm", "dnf: the host example.com"),
        ("dnf install -y ./a.rpm", "dnf: installing the file ./a.rpm"),
        ("dnf remove -y bash", "dnf: whether the image has the package bash"),
        ("dnf module enable -y php:8.2", "dnf: dnf module"),
        ("dnf --nosuch install tar", "dnf: the option --nosuch"),
        ("rpm -q bash", "rpm: whether the image has the package bash"),
        ("rpm --import https://example.com/key", "rpm: the host example.com"),
    ],
)
def test_what_is_not_known_is_said(box: Box, command: str, said: str) -> None:
    result = box.sh(command)
    assert (result.status, result.stderr) == (1, f"fakedocker: {said} is not simulated\n")


def test_removing_and_cleaning(box: Box) -> None:
    box.sh("dnf -q -y install wget unzip")
    assert box.sh("dnf -y remove wget").stdout.startswith("\nRemoved:\n  wget-")
    assert box.sh("wget").status == 127 and box.sh("command -v unzip").status == 0
    assert box.sh("rpm -e unzip && unzip").status == 127
    assert box.sh("dnf clean all").stdout == "6 files removed\n"
    assert box.sh("dnf clean all; ls /var/cache/dnf").stdout == "0 files removed\n"
    assert box.sh("dnf -y upgrade && dnf makecache").status == 0


def test_microdnf(box: Box) -> None:
    made = box.sh("microdnf install -y --nodocs --setopt=install_weak_deps=0 which && which which")
    assert made.status == 0
    assert made.stdout.startswith("Downloading metadata...\nDownloading metadata...\nPackage ")
    assert made.stdout.endswith("Complete.\n/usr/bin/which\n")


def test_who_is_not_root_or_has_no_network() -> None:
    box = Box("almalinux:9", online=False)
    assert box.sh("dnf install -y tar").stderr.startswith("Error: Failed to download metadata for repo 'baseos': ")
    assert box.sh("useradd me; su me -c 'dnf install -y tar'").stderr == (
        "Error: This command has to be run with superuser privileges (under the root user on most systems).\n"
    )


def test_other_systems_have_an_index_that_is_not_known() -> None:
    for image, name in (("fedora:40", "Fedora Linux 40 (Container Image)"), ("almalinux:8", "AlmaLinux 8")):
        result = Box(image).sh("dnf install -y git")
        assert result.status == 1 and f"the index of {name}" in result.stderr
        assert Box(image).sh("dnf clean all").status == 0


def test_macros_of_the_distribution(box: Box) -> None:
    assert box.sh("rpm -E %rhel; rpm -E 'a%{?dist}b%{?fedora}'; rpm --eval '%{_arch}'").stdout == "9\na.el9b\nx86_64\n"
    assert Box("fedora:40").sh("rpm -E %fedora").stdout == "40\n"


def test_what_a_compiler_is_there_is_not_told_wrongly(box: Box) -> None:
    box.sh("dnf install -y gcc")
    assert (
        box.sh("gcc --version").stderr
        == "fakedocker: gcc: telling which version comes with this release is not simulated\n"
    )
    assert box.sh("gcc -dumpversion; gcc -dumpmachine").stdout == "11\nx86_64-redhat-linux\n"

"""Programs that packages install, where the real ones cannot be recorded: versions, what is not simulated, memory."""

from __future__ import annotations

import pytest
from userland_world import Machine, Result


def sh(script: str, family: str = "gnu") -> Result:
    return Machine(family).run("sh", "-c", script, directory="/tmp")


@pytest.mark.parametrize(
    ("command", "first_line"),
    [
        ("gcc --version", "gcc (Debian 12.2.0-14) 12.2.0"),
        ("cc --version", "cc (Debian 12.2.0-14) 12.2.0"),
        ("openssl version", "OpenSSL 3.0.14 4 Jun 2024 (Library: OpenSSL 3.0.14 4 Jun 2024)"),
        ("vim --version", "VIM - Vi IMproved 9.0 (2022 Jun 28)"),
        ("nano --version", " GNU nano, version 7.2"),
        ("htop --version", "htop 3.2.2"),
        ("make --version", "GNU Make 4.3"),
    ],
)
def test_a_version_is_that_of_the_package(command: str, first_line: str) -> None:
    result = sh(command)
    assert (result.stdout.splitlines()[0], result.stderr, result.status) == (first_line, "", 0)


@pytest.mark.parametrize(
    "command",
    [
        "touch a.c; gcc a.c",
        "openssl genrsa 2048",
        "openssl req -x509 -nodes -keyout k.pem -out c.pem",
        "openssl enc -aes-256-cbc -k x",
        "printf 'a::\\n\\techo\\n' > Makefile; make",
        "make -p",
    ],
)
def test_what_is_not_simulated_says_so_and_fails(command: str) -> None:
    result = sh(command)
    assert "not simulated" in result.stderr
    assert result.status not in (0, None)


def test_editors_need_a_terminal() -> None:
    assert sh("nano x < /dev/null") == ("", "Standard input is not a terminal\n", 1)
    assert "Vim: Warning: Input is not from a terminal\n" in sh("vim x < /dev/null").stderr
    assert sh("vi x < /dev/null", "busybox").stderr == "vi: can't read user input\n"


def test_make_goes_on_where_it_stood_after_commands_that_wait() -> None:
    makefile = "D := $(shell sleep 5; echo d)\nall: a b\n\t@echo $@ $(D)\na b:\n\t@sleep 60; echo $@ $(shell sleep 1; echo s)\n"
    machine = Machine("gnu", files={"tmp/Makefile": makefile.encode()})
    before_ns = machine.draft.now_ns
    assert machine.run("make", directory="/tmp") == ("a s\nb s\nall d\n", "", 0)
    assert (machine.draft.now_ns - before_ns) // 1_000_000_000 == 127


def test_a_text_that_doubles_at_every_level_ends_make() -> None:
    lines = ["A0 = "] + [f"A{level} = $(A{level - 1})$(A{level - 1})" for level in range(1, 60)]
    machine = Machine("gnu", files={"tmp/Makefile": "\n".join([*lines, "all: ; @echo $(A59)"]).encode()})
    result = machine.run("make", directory="/tmp")
    assert (result.stdout, result.status) == ("", 2)
    assert "virtual memory exhausted" in result.stderr


def test_random_bytes_are_of_the_seed() -> None:
    assert sh("openssl rand -hex 16").stdout == sh("openssl rand -hex 16").stdout
    assert len(set(sh("openssl rand -hex 16; openssl rand -hex 16").stdout.split())) == 2


def test_busybox_unzips_in_its_own_words() -> None:
    made = "echo hello > a.txt; mkdir s; seq 1000 > s/n; zip -qr t.zip a.txt s; touch -d '2024-01-02 03:04' a.txt; zip -q t.zip a.txt; "
    assert sh(made + "unzip t.zip -d q", "busybox").stdout == (
        "Archive:  t.zip\n  inflating: q/a.txt\n   creating: q/s/\n  inflating: q/s/n\n"
    )
    assert sh(made + "unzip -l t.zip a.txt", "busybox").stdout == (
        "Archive:  t.zip\n  Length      Date    Time    Name\n---------  ---------- -----   ----\n"
        "        6  01-02-2024 03:04   a.txt\n --------                     -------\n        6                     1 files\n"
    )
    assert sh("unzip no.zip", "busybox") == ("", "unzip: can't open no.zip[.zip]\n", 1)

"""What programs say of numbers that are none, as the real ones (busybox 1.35, procps 4, OpenBSD's nc, xxd, od) say it."""

from __future__ import annotations

import pytest

from fakedocker.kernel import calls_base, calls_processes
from helpers.packages_world import Box
from helpers.userland_world import Machine

NINES = "9" * 50

CASES = [
    ("busybox", f"/bin/kill {NINES}", 1, f"kill: invalid number '{NINES}'\n"),
    ("busybox", "/bin/kill 4294967297", 1, "kill: invalid number '4294967297'\n"),
    ("busybox", "/bin/kill 2²", 1, "kill: invalid number '2²'\n"),
    ("busybox", f"kill {NINES}", 1, f"sh: invalid number '{NINES}'\n"),
    ("gnu", "kill 99999999999", 2, "sh: 1: kill: Illegal number: 99999999999\n"),
    ("busybox", "hexdump -n abc /tmp/f", 1, "hexdump: invalid number 'abc'\n"),
    ("gnu", "hexdump -s 2.5 /tmp/f", 1, "hexdump: failed to parse offset: '2.5': Invalid argument\n"),
    ("gnu", f"hexdump -n {NINES} /tmp/f", 1, f"hexdump: failed to parse length: '{NINES}': Numerical result out of range\n"),
    ("busybox", "nc -w1 127.0.0.1 abc", 1, "nc: bad port 'abc'\n"),
    ("busybox", "nc -w1 127.0.0.1 70000", 1, "nc: bad port '70000'\n"),
    ("busybox", "nc -l -p -1", 1, "nc: bad port '-1'\n"),
    ("busybox", "nc -w x 127.0.0.1 9", 1, "nc: invalid number 'x'\n"),
    ("gnu", "nc -w1 127.0.0.1 abc", 1, "nc: port number invalid: abc\n"),
    ("gnu", f"nc -w1 127.0.0.1 {NINES}", 1, f"nc: port number too large: {NINES}\n"),
    ("gnu", "nc -w1 127.0.0.1 0", 1, "nc: port number too small: 0\n"),
    ("gnu", "nc -z 127.0.0.1 9-abc", 1, "nc: port number invalid: abc\n"),
    ("gnu", "nc -l abc", 1, "nc: getaddrinfo: Servname not supported for ai_socktype\n"),
    ("gnu", f"nc -w {NINES} 127.0.0.1 9", 1, f"nc: timeout too large: {NINES}\n"),
    ("busybox", "xxd -c 2.5 /tmp/f", 1, "xxd: invalid number '2.5'\n"),
    ("gnu", "xxd -c 2.5 /tmp/f", 0, "00000000: 766d  vm\n00000002: 0a    .\n"),
    ("gnu", "xxd -g abc /tmp/f", 0, "00000000: 766d0a                            vm.\n"),
    ("gnu", "xxd -l 1e400 /tmp/f", 0, "00000000: 76                                       v\n"),
    ("gnu", "xxd -s -1 /tmp/f", 0, "00000002: 0a                                       .\n"),
    ("gnu", f"xxd -s {NINES} /tmp/f", 4, "xxd: Sorry, cannot seek.\n"),
    ("gnu", "xxd -c -1 /tmp/f", 1, "xxd: invalid number of columns (max. 256).\n"),
    ("gnu", "od -jabc /tmp/f", 1, "od: invalid -j argument 'abc'\n"),
    ("gnu", "od -N2.5 /tmp/f", 1, "od: invalid suffix in -N argument '2.5'\n"),
    ("gnu", f"od -w{NINES} /tmp/f", 1, f"od: -w argument '{NINES}' too large\n"),
    ("busybox", "od -j abc /tmp/f", 1, "od: invalid number 'abc'\n"),
    ("busybox", "top -b -n abc", 1, "top: invalid number 'abc'\n"),
    ("gnu", "top -b -n 0", 1, "top: bad iterations argument '0'\n"),
    ("gnu", "top -b -n1 -d nan", 1, "top: bad delay interval 'nan'\n"),
    ("gnu", "top -b -n1 -d -1", 1, "top: -d requires positive argument\n"),
]  # fmt: skip


@pytest.mark.parametrize(("family", "command", "status", "said"), CASES)
def test_says_of_a_number_what_the_real_program_says(family: str, command: str, status: int, said: str) -> None:
    result = Machine(family, files={"tmp/f": b"vm\n"}).run("sh", "-c", f"{command} 2>&1")
    assert (result.stdout, result.status) == (said, status)


@pytest.fixture
def short_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    """Slices that end at nearly every call that may block."""
    monkeypatch.setattr(calls_base, "SLICE_EFFORT", 30)
    monkeypatch.setattr(calls_processes, "SLICE_EFFORT", 30)


def test_make_shows_a_command_once_wherever_a_slice_ends(short_slices: None) -> None:
    rules = "X := $(shell echo x)\nall:\n" + "".join(f"\techo {number}$(X)\n" for number in range(60))
    result = Machine("gnu", files={"tmp/Makefile": rules.encode()}).run("sh", "-c", "make", directory="/tmp")
    assert result.stdout == "".join(f"echo {number}x\n{number}x\n" for number in range(60))


def test_npm_shows_a_script_once_wherever_a_slice_ends(short_slices: None) -> None:
    box = Box("node:20")
    manifest = '{"name": "app", "version": "1.0.0", "scripts": {"prestart": "echo first", "start": "echo second"}}'
    box.sh(f"mkdir /app; echo '{manifest}' > /app/package.json")
    shown = box.sh("npm start", directory="/app").stdout
    assert shown == "\n> app@1.0.0 prestart\n> echo first\n\nfirst\n\n> app@1.0.0 start\n> echo second\n\nsecond\n"


def test_nginx_takes_over_its_settings_wherever_a_slice_ends(short_slices: None) -> None:
    box = Box("nginx:latest")
    assert "nginx" in box.sh("nginx; sleep 1; curl -s localhost").stdout

"""Flags that the client of Docker 29 has otherwise than the one of 28: docker/cli 29.7.2 opts/mount.go, pflag's addresses."""

from __future__ import annotations

from typing import Any

import pytest

from fakedocker.base import netip
from fakedocker_shell.cli.mount_flag_29 import parse_mount
from helpers.cli_world import World

MADE = {"POST /containers/create": (201, {"Id": "c" * 64, "Warnings": []})}
REFUSED = [
    ("", "value is empty"),
    ("type=bind, source=/a", "invalid option 'source' in ' source=/a': option should not have whitespace"),
    ("source=", "invalid value for 'source': value is empty"),
    ("source= /a", "invalid value for 'source' in 'source= /a': value should not have whitespace"),
    ("source", "invalid field 'source' must be a key=value pair"),
    ("nosuch=1", "unknown option 'nosuch' in 'nosuch=1'"),
    ("bind-nosuch=1", "unknown option 'bind-nosuch' in 'bind-nosuch=1'"),
    ("bind-nonrecursive", "bind-nonrecursive is deprecated, use bind-recursive=disabled instead"),
    (
        "readonly=yes",
        "invalid value for 'readonly': invalid boolean value (\"yes\"): must be one of "
        '"true", "1", "false", or "0" (default "true")',
    ),
    ("type=tmpfs,tmpfs-size=much", "invalid value for tmpfs-size: much"),
    ("type=tmpfs,tmpfs-mode=999", "invalid value for tmpfs-mode: 999"),
    ("type=volume,bind-propagation=shared", "cannot mix 'bind-*' options with mount type 'volume'"),
    ("type=bind,volume-nocopy", "cannot mix 'volume-*' options with mount type 'bind'"),
    (
        "type=bind,bind-recursive=never",
        'invalid value for bind-recursive: never (must be "enabled", "disabled", "writable", or "readonly")',
    ),
    (
        "type=bind,bind-recursive=writable",
        "option 'bind-recursive=writable' requires 'readonly' to be specified in conjunction",
    ),
    (
        "type=bind,bind-recursive=readonly,readonly",
        "option 'bind-recursive=readonly' requires 'bind-propagation=rprivate' to be specified in conjunction",
    ),
]


@pytest.mark.parametrize(("text", "said"), REFUSED)
def test_mounts_that_are_refused(text: str, said: str) -> None:
    with pytest.raises(ValueError) as problem:
        parse_mount(text, {"PWD": "/work"})
    assert str(problem.value) == said


@pytest.mark.parametrize(
    ("text", "mount"),
    [
        ("src=data", {"Type": "volume", "Source": "data"}),
        ("type=bind,src=./a,dst=/a,ro", {"Type": "bind", "Source": "/work/a", "Target": "/a", "ReadOnly": True}),
        ("TYPE=BIND,src=/a,dst=/a,ro=0", {"Type": "bind", "Source": "/a", "Target": "/a"}),
        ("type=bind,src=/a,dst=/a,bind-create-src", {
            "Type": "bind", "Source": "/a", "Target": "/a", "BindOptions": {"CreateMountpoint": True},
        }),
        ("dst=/a,volume-opt=type=nfs,volume-driver=local", {
            "Type": "volume", "Target": "/a", "VolumeOptions": {"DriverConfig": {"Options": {"type": "nfs"}, "Name": "local"}},
        }),
        ("type=tmpfs,dst=/a,tmpfs-size=1m,tmpfs-mode=700", {
            "Type": "tmpfs", "Target": "/a", "TmpfsOptions": {"SizeBytes": 1 << 20, "Mode": 0o700},
        }),
        ("type=image,src=alpine,dst=/a,image-subpath=etc", {
            "Type": "image", "Source": "alpine", "Target": "/a", "ImageOptions": {"Subpath": "etc"},
        }),
    ],
)  # fmt: skip
def test_mounts_as_the_engine_gets_them(text: str, mount: dict[str, Any]) -> None:
    assert parse_mount(text, {"PWD": "/work"}) == mount


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "unable to parse IP"),
        ("1.2.3", "IPv4 address too short"),
        ("1.2.3.4.5", "IPv4 address too long"),
        ("1.2.3.256", "IPv4 field has value >255"),
        ("1.2.3.04", "IPv4 field has octet with leading zero"),
        ("1..3.4", 'IPv4 field must have at least one digit (at ".3.4")'),
        ("1.2.3.x", 'unexpected character (at "x")'),
        ("%eth0", "missing IPv6 address"),
        ("fe80::1%", "zone must be a non-empty string"),
    ],
)
def test_addresses_that_are_none(text: str, said: str) -> None:
    with pytest.raises(ValueError) as problem:
        netip.parse_address(text)
    assert str(problem.value) == f'ParseAddr("{text}"): {said}'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("10.0.0.0", "no '/'"),
        ("10.0.0/8", 'ParseAddr("10.0.0"): IPv4 address too short'),
        ("10.0.0.0/33", "prefix length out of range"),
        ("10.0.0.0/08", 'bad bits after slash: "08"'),
        ("fe80::%eth0/64", "IPv6 zones cannot be present in a prefix"),
    ],
)
def test_subnets_that_are_none(text: str, said: str) -> None:
    with pytest.raises(ValueError) as problem:
        netip.parse_prefix(text)
    assert str(problem.value) == f'netip.ParsePrefix("{text}"): {said}'


def test_addresses_and_subnets() -> None:
    assert netip.parse_address("2001:DB8::0:1") == "2001:db8::1"
    assert netip.parse_address("fe80::1%eth0") == "fe80::1%eth0"
    assert netip.parse_prefix("10.1.2.3/8") == "10.1.2.3/8"


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (("--ip", "1.2.3.x"), 'invalid argument "1.2.3.x" for "--ip" flag: failed to parse IP: "1.2.3.x"'),
        (("--dns", "1.2.3.x"), 'invalid argument "1.2.3.x" for "--dns" flag: IP address is not correctly formatted: 1.2.3.x'),
        (("--nosuch",), "unknown flag: --nosuch"),
    ],
)  # fmt: skip
def test_flags_that_are_refused(argv: tuple[str, ...], said: str) -> None:
    world = World(MADE, profile="29")
    assert world.run("create", *argv, "alpine") == 125
    assert world.complaints.startswith(f"{said}\n")


@pytest.mark.parametrize(
    ("argv", "pause", "said"),
    [
        ((), None, ""),
        (("--no-pause",), "0", ""),
        (("--pause=false",), "0", "Flag --pause has been deprecated, and enabled by default. Use --no-pause to disable pausing during commit.\n"),
    ],
)  # fmt: skip
def test_commit_without_a_pause(argv: tuple[str, ...], pause: str | None, said: str) -> None:
    world = World({"POST /commit": (201, {"Id": "sha256:" + "1" * 64})}, profile="29")
    assert world.run("commit", *argv, "web") == 0
    assert world.query("POST /commit").get("pause") == pause
    assert world.complaints + world.printed == f"{said}sha256:{'1' * 64}\n"


def test_commit_with_both() -> None:
    world = World(profile="29")
    assert world.run("commit", "--pause", "--no-pause", "web") == 1
    assert "conflicting options: --no-pause and --pause cannot be used together\n" in world.complaints


def test_services_have_swap() -> None:
    world = World({"POST /services/create": (201, {"ID": "s" * 25})}, profile="29")
    argv = ("--memory-swap", "100m", "--limit-memory", "50m", "--memory-swappiness", "0")
    assert world.run("service", "create", "-d", "--no-resolve-image", *argv, "alpine") == 0
    assert world.body("POST /services/create")["TaskTemplate"]["Resources"] == {
        "Limits": {"MemoryBytes": 50 << 20}, "Reservations": {}, "SwapBytes": 100 << 20, "MemorySwappiness": 0,
    }  # fmt: skip


def test_28_has_none_of_them() -> None:
    for argv in (("commit", "--no-pause", "web"), ("service", "create", "--memory-swap", "1m", "alpine")):
        world = World(profile="28")
        assert world.run(*argv) == 125 or "unknown flag: --" in world.complaints

"""Capabilities and limits of resources: what the superuser of a container may do, and how much of things there is."""

from __future__ import annotations

from typing import Any

import pytest

from helpers.archive_world import Daemon
from helpers.container_world import output


@pytest.fixture
def daemon() -> Daemon:
    daemon = Daemon()
    daemon.pull("busybox")
    daemon.pull("debian")
    return daemon


def capabilities(daemon: Daemon, **host: Any) -> str:
    return output(daemon, "sed -n 's/^CapEff:.0*//p' /proc/self/status", **host).strip()


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ({}, "a80425fb"),
        ({"CapAdd": ["NET_ADMIN"]}, "a80435fb"),
        ({"CapDrop": ["CAP_CHOWN", "mknod"]}, "a00425fa"),
        ({"CapDrop": ["ALL"], "CapAdd": ["sys_time"]}, "2000000"),
        ({"CapAdd": ["ALL"], "CapDrop": ["CAP_CHOWN"]}, "1fffffffffe"),
        ({"Privileged": True}, "1ffffffffff"),
        ({"CapDrop": ["all"]}, ""),
    ],
)
def test_capabilities_are_what_was_asked_for(daemon: Daemon, host: dict[str, Any], expected: str) -> None:
    assert capabilities(daemon, **host) == expected


def test_who_lacks_a_capability_may_not(daemon: Daemon) -> None:
    script = "chown 5 /etc; mknod /tmp/n c 1 3; mkdir /tmp/d; echo $?"
    assert output(daemon, script) == "0\n"
    refused = "chown: /etc: Operation not permitted\nmknod: /tmp/n: Operation not permitted\n0\n"
    assert output(daemon, script, CapDrop=["ALL"]) == refused
    theirs = "touch /tmp/f; chmod 600 /tmp/f; chown 5 /tmp/f; echo x > /tmp/f; chmod 644 /tmp/f"
    assert output(daemon, theirs) == ""
    assert output(daemon, theirs, CapDrop=["DAC_OVERRIDE", "FOWNER"]) == (
        "sh: can't create /tmp/f: Permission denied\nchmod: /tmp/f: Operation not permitted\n"
    )


def test_limits_of_resources(daemon: Daemon) -> None:
    limits = [{"Name": "nofile", "Soft": 42, "Hard": 50}, {"Name": "core", "Soft": -1, "Hard": -1}]
    script = "ulimit -n; ulimit -Hn; ulimit -c; grep 'open files' /proc/self/limits; ulimit -n 44; sh -c 'ulimit -n'"
    assert output(daemon, script, Ulimits=limits) == (
        f"42\n50\nunlimited\n{'Max open files':<25} {'42':<20} {'50':<20} {'files':<10}\n44\n"
    )
    raising = "ulimit -n 51; echo $?"
    assert "Operation not permitted\n1\n" in output(daemon, raising, Ulimits=limits)
    assert output(daemon, raising, Ulimits=limits, CapAdd=["SYS_RESOURCE"]) == "0\n"
    assert "Too many open files" in output(daemon, "ulimit -n 3; cat /etc/passwd", Ulimits=limits)


@pytest.mark.parametrize(
    ("shell", "expected"),
    [
        ("sh", "time(seconds)        unlimited\nfile(blocks)         unlimited\n"),
        (
            "bash",
            "real-time non-blocking time  (microseconds, -R) unlimited\ncore file size              (blocks, -c) 0\n",
        ),
    ],
)
def test_shells_list_limits_each_in_its_way(daemon: Daemon, shell: str, expected: str) -> None:
    assert daemon.run(f"{shell} -c 'ulimit -a'", image="debian")[1].startswith(expected)


def test_wrong_limits(daemon: Daemon) -> None:
    for number, (command, said) in enumerate(
        (
            ("bash -c 'ulimit -Z'", "ulimit: -Z: invalid option"),
            ("bash -c 'ulimit x'", "ulimit: x: invalid number"),
            ("bash -c 'ulimit -n 9; ulimit -n 10'", "ulimit: open files: cannot modify limit"),
            ("dash -c 'ulimit -u'", "ulimit: Illegal option -u"),
            ("dash -c 'ulimit -n x'", "ulimit: bad number"),
        )
    ):
        code, text = daemon.run(f"{command} 2>&1; test $? = 0", image="debian", name=f"box{number}")
        assert code, command
        assert said in text

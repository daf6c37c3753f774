"""Options of log drivers, and settings that the daemon looks at one by one: each refused in its own words (moby v28.2.2)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from helpers.archive_world import Daemon


@pytest.fixture
def daemon() -> Daemon:
    found = Daemon()
    found.pull("busybox")
    return found


def create(daemon: Daemon, **host: Any) -> tuple[int, str]:
    body = {"Image": "busybox", "Cmd": ["sleep", "1000"], "HostConfig": host}
    status, answer = daemon.ask("POST", "/containers/create", {"name": "box"}, body)
    return status, json.loads(answer).get("message", "")


ACCEPTED = [
    ("json-file", {"max-size": "10m", "max-file": "3", "mode": "non-blocking", "max-buffer-size": "4m", "tag": "x", "labels-regex": "a"}),
    ("local", {"max-size": "1m", "cache-disabled": "true"}),
    ("none", {"anything": "goes"}),
    ("syslog", {}),
    ("syslog", {"syslog-address": "udp://1.2.3.4", "syslog-facility": "23", "syslog-format": "rfc5424"}),
    ("fluentd", {"fluentd-address": "localhost:24224", "fluentd-async-reconnect-interval": "1s", "fluentd-buffer-limit": "1mb"}),
    ("fluentd", {"fluentd-address": "unix:///run/fluent.sock", "fluentd-max-retries": "5", "fluentd-write-timeout": "3s"}),
    ("gelf", {"gelf-address": "udp://1.2.3.4:12201", "gelf-compression-level": "-1", "gelf-compression-type": "zlib"}),
    ("gelf", {"gelf-address": "tcp://[::1]:12201", "gelf-tcp-max-reconnect": "3"}),
    ("splunk", {"splunk-url": "https://example.com", "splunk-token": "x"}),
    ("awslogs", {"awslogs-group": "g", "awslogs-create-group": "true"}),
    ("gcplogs", {"gcp-project": "p"}),
    ("journald", {"tag": "x"}),
]  # fmt: skip
REFUSED = [
    ("json-file", {"foo": "x"}, "unknown log opt 'foo' for json-file log driver"),
    ("local", {"tag": "x"}, "unknown log opt 'tag' for log driver local"),
    ("journald", {"foo": "x"}, "unknown log opt 'foo' for journald log driver"),
    ("json-file", {"mode": "later"}, "logger: logging mode not supported: later"),
    ("json-file", {"max-buffer-size": "1m"}, "logger: max-buffer-size option is only supported with 'mode=non-blocking'"),
    ("json-file", {"mode": "non-blocking", "max-buffer-size": "x"}, "error parsing option max-buffer-size: invalid size: 'x'"),
    ("json-file", {"cache-disabled": "maybe"}, "invalid value for option cache-disabled: maybe"),
    ("bogus", {}, 'error looking up logging plugin bogus: plugin "bogus" not found'),
    ("syslog", {"foo": "x"}, "unknown log opt 'foo' for syslog log driver"),
    ("syslog", {"syslog-address": "corp://1.2.3.4"}, "unsupported scheme: 'corp'"),
    ("syslog", {"syslog-address": "unix:///nosuch.sock"}, "stat /nosuch.sock: no such file or directory"),
    ("syslog", {"syslog-facility": "24"}, "invalid syslog facility"),
    ("syslog", {"syslog-format": "mine"}, "Invalid syslog format"),
    ("fluentd", {"fluentd-address": "corp://x"}, "invalid fluentd-address (corp://x): unsupported scheme: 'corp'"),
    ("fluentd", {"fluentd-address": "tcp://x/path"}, "invalid fluentd-address (tcp://x/path): should not contain a path element"),
    ("fluentd", {"fluentd-address": "unix://"}, "invalid fluentd-address (unix://): path is empty"),
    ("fluentd", {"fluentd-address": "x:99999"}, 'invalid fluentd-address (x:99999): invalid port: strconv.ParseUint: parsing "99999": value out of range'),
    ("fluentd", {"fluentd-async": "x"}, 'strconv.ParseBool: parsing "x": invalid syntax'),
    ("fluentd", {"fluentd-async-reconnect-interval": "1ms"},
     'invalid value for fluentd-async-reconnect-interval: value ("1ms") must be between 100ms and 10s'),
    ("fluentd", {"fluentd-retry-wait": "soon"}, 'time: invalid duration "soon"'),
    ("fluentd", {"fluentd-write-timeout": "-1s"}, "invalid value for fluentd-write-timeout: value must be a duration that is non-negative"),
    ("gelf", {}, "gelf-address is a required parameter"),
    ("gelf", {"gelf-address": "http://x:1"}, "gelf: endpoint needs to be TCP or UDP"),
    ("gelf", {"gelf-address": "udp://x"}, "gelf: please provide gelf-address as proto://host:port"),
    ("gelf", {"gelf-address": "tcp://x:1", "gelf-compression-type": "gzip"}, "compression is only supported on UDP"),
    ("gelf", {"gelf-address": "udp://x:1", "gelf-compression-level": "10"},
     'unknown value "10" for log opt "gelf-compression-level" for gelf log driver'),
    ("gelf", {"gelf-address": "udp://x:1", "gelf-tcp-max-reconnect": "1"}, '"gelf-tcp-max-reconnect" is only valid for TCP'),
    ("gelf", {"gelf-address": "tcp://x:1", "gelf-tcp-max-reconnect": "-1"}, '"gelf-tcp-max-reconnect" must be a positive integer'),
    ("gelf", {"gelf-address": "udp://x:1", "foo": "1"}, 'unknown log opt "foo" for gelf log driver'),
    ("splunk", {"foo": "x"}, "unknown log opt 'foo' for splunk log driver"),
    ("awslogs", {}, "must specify a value for log opt 'awslogs-group'"),
    ("awslogs", {"awslogs-group": "g", "awslogs-create-group": "x"},
     "must specify valid value for log opt 'awslogs-create-group': strconv.ParseBool: parsing \"x\": invalid syntax"),
    ("awslogs", {"awslogs-group": "g", "awslogs-max-buffered-events": "0"},
     "must specify a positive integer for log opt 'awslogs-max-buffered-events': 0"),
    ("awslogs", {"awslogs-group": "g", "awslogs-format": "x"}, "unsupported log format 'x'"),
    ("gcplogs", {"foo": "x"}, '"foo" is not a valid option for the gcplogs driver'),
]  # fmt: skip


@pytest.mark.parametrize(("driver", "options"), ACCEPTED)
def test_options_that_are_accepted(daemon: Daemon, driver: str, options: dict[str, str]) -> None:
    assert create(daemon, LogConfig={"Type": driver, "Config": options}) == (201, "")


@pytest.mark.parametrize(("driver", "options", "words"), REFUSED)
def test_options_that_are_refused(daemon: Daemon, driver: str, options: dict[str, str], words: str) -> None:
    assert create(daemon, LogConfig={"Type": driver, "Config": options}) == (400, words)


@pytest.mark.parametrize(
    ("driver", "options", "words"),
    [
        ("splunk", {}, "splunk: splunk-url is expected"),
        ("splunk", {"splunk-url": "https://x"}, "splunk: splunk-token is expected"),
        ("splunk", {"splunk-url": "ftp://x"}, "splunk: expected format scheme://dns_name_or_ip:port for splunk-url"),
        ("fluentd", {}, "dial tcp 127.0.0.1:24224: connect: connection refused"),
    ],
)
def test_a_driver_that_cannot_be_made_fails_the_start(
    daemon: Daemon, driver: str, options: dict[str, str], words: str
) -> None:
    assert create(daemon, LogConfig={"Type": driver, "Config": options}) == (201, "")
    status, answer = daemon.ask("POST", "/containers/box/start")
    expected = f"failed to create task for container: failed to initialize logging driver: {words}"
    assert (status, json.loads(answer)["message"]) == (500, expected)


@pytest.mark.parametrize(
    ("host", "status", "words"),
    [
        ({"CpuShares": -1}, 400, "invalid CPU shares (-1): value must be a positive integer"),
        ({"Isolation": "hyperv"}, 400, "invalid isolation (hyperv): linux only supports 'default'"),
        ({"CpuRealtimePeriod": 1000}, 400, "kernel does not support CPU real-time scheduler"),
        ({"IOMaximumIOps": 1}, 400, "invalid option: QoS maximum IOPs configuration is not supported on linux"),
        ({"StorageOpt": {"size": "1G"}}, 500, "--storage-opt is supported only for overlay over xfs with 'pquota' mount option"),
        ({"StorageOpt": {"foo": "1"}}, 500, "Unknown option foo"),
    ],
)  # fmt: skip
def test_settings_that_are_refused(daemon: Daemon, host: dict[str, Any], status: int, words: str) -> None:
    assert create(daemon, **host) == (status, words)


def test_a_network_takes_an_address_manager_that_there_is(daemon: Daemon) -> None:
    answer = daemon.ask("POST", "/networks/create", {}, {"Name": "n", "IPAM": {"Driver": "bogus"}})
    assert (answer[0], json.loads(answer[1])["message"]) == (404, 'plugin "bogus" not found')
    assert daemon.ask("POST", "/networks/create", {}, {"Name": "n", "IPAM": {"Driver": "default"}})[0] == 201


def ask(daemon: Daemon, method: str, path: str, body: Any = None, **query: str) -> tuple[int, str]:
    status, answer = daemon.ask(method, path, query, body)
    try:
        return status, json.loads(answer)["message"]
    except (ValueError, KeyError, TypeError):
        return status, ""


def test_the_host_network(daemon: Daemon) -> None:
    create(daemon)
    assert ask(daemon, "POST", "/networks/host/connect", {"Container": "box"}) == (
        400, "cannot connect container to host network - container must be created in host network mode",
    )  # fmt: skip
    daemon.good("DELETE", "/containers/box")
    create(daemon, NetworkMode="host")
    daemon.good("POST", "/containers/box/start")
    assert ask(daemon, "POST", "/networks/host/disconnect", {"Container": "box"}) == (
        400, "cannot disconnect container from host network - container was created in host network mode",
    )  # fmt: skip
    assert ask(daemon, "POST", "/networks/bridge/connect", {"Container": "box"}) == (
        400, "container sharing network namespace with another container or host cannot be connected to any other network",
    )  # fmt: skip


def test_an_exec_of_a_paused_container_says_what_was_asked(daemon: Daemon) -> None:
    create(daemon)
    daemon.good("POST", "/containers/box/start")
    daemon.good("POST", "/containers/box/pause")
    identifier = json.loads(daemon.good("GET", "/containers/box/json"))["Id"]
    for name in ("box", identifier[:12], identifier):
        assert ask(daemon, "POST", f"/containers/{name}/exec", {"Cmd": ["true"]}) == (
            409, f"Container {name} is paused, unpause the container before exec",
        )  # fmt: skip


def test_an_exec_that_has_ended_keeps_its_pid(daemon: Daemon) -> None:
    create(daemon)
    daemon.good("POST", "/containers/box/start")
    made = json.loads(daemon.good("POST", "/containers/box/exec", {}, {"Cmd": ["true"]}))["Id"]
    daemon.good("POST", f"/exec/{made}/start", {}, {"Detach": True})
    daemon.engine.advance(daemon.engine.now_ns + 10**9)
    told = json.loads(daemon.good("GET", f"/exec/{made}/json"))
    assert told["Running"] is False and told["ExitCode"] == 0
    assert told["Pid"] > 0


def test_a_stop_forgets_execs(daemon: Daemon) -> None:
    create(daemon)
    daemon.good("POST", "/containers/box/start")
    made = json.loads(daemon.good("POST", "/containers/box/exec", {}, {"Cmd": ["true"]}))["Id"]
    run = json.loads(daemon.good("POST", "/containers/box/exec", {}, {"Cmd": ["sleep", "100"]}))["Id"]
    daemon.good("POST", f"/exec/{run}/start", {}, {"Detach": True})
    daemon.good("POST", "/containers/box/kill", {}, None)
    for identifier in (made, run):
        expected = (404, f"No such exec instance: {identifier}")
        assert ask(daemon, "POST", f"/exec/{identifier}/start", {}) == expected
        assert ask(daemon, "GET", f"/exec/{identifier}/json") == expected


def test_a_read_only_root_has_read_only_files_of_the_daemon(daemon: Daemon) -> None:
    script = "for f in hosts hostname resolv.conf; do echo x >> /etc/$f; done"
    body = {"Image": "busybox", "Cmd": ["sh", "-c", script], "HostConfig": {"ReadonlyRootfs": True}}
    daemon.good("POST", "/containers/create", {"name": "box"}, body)
    daemon.good("POST", "/containers/box/start")
    daemon.good("POST", "/containers/box/wait")
    logs = daemon.good("GET", "/containers/box/logs", {"stderr": "1"})
    assert logs.count(b"Read-only file system") == 3


@pytest.mark.parametrize("name", ["a", "_"])
def test_a_volume_name_of_one_letter(daemon: Daemon, name: str) -> None:
    words = f"create {name}: volume name is too short, names should be at least two alphanumeric characters"
    assert ask(daemon, "POST", "/volumes/create", {"Name": name}) == (400, words)
    assert create(daemon, Binds=[f"{name}:/d"]) == (400, words)


def test_keys_in_any_case(daemon: Daemon) -> None:
    for key in ("CPURealtimePeriod", "cpurealtimeperiod", "CpuRealtimePeriod", "CPUREALTIMEPERIOD"):
        assert create(daemon, **{key: 1000})[1] == "kernel does not support CPU real-time scheduler"
    body = {"image": "busybox", "CMD": ["true"], "HostCONFIG": {"CPUSHARES": -1}}
    assert ask(daemon, "POST", "/containers/create", body)[1].startswith("invalid CPU shares")


def test_logging_in_without_a_name_names_the_server(daemon: Daemon) -> None:
    assert (
        "https://registry.example.com/v2/" in ask(daemon, "POST", "/auth", {"serveraddress": "registry.example.com"})[1]
    )
    assert "https://registry-1.docker.io/v2/" in ask(daemon, "POST", "/auth", {})[1]


@pytest.mark.parametrize("form", ["gzip", "bz2", "lzma", "zstd"])
def test_an_archive_comes_compressed(daemon: Daemon, form: str) -> None:
    import importlib
    import io
    import tarfile

    create(daemon)
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w") as archive:
        member = tarfile.TarInfo("file")
        member.size = 5
        archive.addfile(member, io.BytesIO(b"hello"))
    if form == "zstd":
        try:
            module = importlib.import_module("compression.zstd")
        except ImportError:
            module = importlib.import_module("backports.zstd")
    else:
        module = importlib.import_module(form)
    status, _ = daemon.ask("PUT", "/containers/box/archive", {"path": "/tmp"}, module.compress(plain.getvalue()))
    assert status == 200
    got = daemon.good("GET", "/containers/box/archive", {"path": "/tmp/file"})
    assert b"hello" in got

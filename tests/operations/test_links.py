"""Links on the default bridge: names for other containers, and what they put into the one that has them."""

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


def create(daemon: Daemon, name: str, **body: Any) -> tuple[int, Any]:
    whole = {"Image": "busybox", "Cmd": ["sleep", "1000"], **body}
    status, answer = daemon.ask("POST", "/containers/create", {"name": name}, whole)
    return status, json.loads(answer)


def run(daemon: Daemon, name: str, **body: Any) -> str:
    status, answer = create(daemon, name, **body)
    assert status == 201, answer
    daemon.good("POST", f"/containers/{name}/start")
    return str(answer["Id"])


def inspect(daemon: Daemon, name: str) -> Any:
    return json.loads(daemon.good("GET", f"/containers/{name}/json"))


def link(*links: str) -> dict[str, Any]:
    return {"HostConfig": {"Links": list(links)}}


def test_a_link_is_a_name_of_the_other_container(daemon: Daemon) -> None:
    first = run(daemon, "first")
    create(daemon, "second", **link("first:db"))
    assert inspect(daemon, "second")["HostConfig"]["Links"] == ["/first:/second/db"]
    assert inspect(daemon, "second/db")["Id"] == first
    listed = json.loads(daemon.good("GET", "/containers/json"))
    assert [entry["Names"] for entry in listed] == [["/first", "/second/db"]]
    daemon.good("POST", "/containers/second/rename", {"name": "other"})
    assert inspect(daemon, "other/db")["Id"] == first
    assert daemon.ask("GET", "/containers/second/db/json")[0] == 404


def test_what_a_link_puts_into_a_container(daemon: Daemon) -> None:
    run(daemon, "first", Env=["e1=", "e3=v3=v3"], ExposedPorts={"80/tcp": {}, "53/udp": {}})
    address = inspect(daemon, "first")["NetworkSettings"]["IPAddress"]
    status, text = 0, ""
    create(daemon, "second", Cmd=["sh", "-c", "env; cat /etc/hosts"], **link("first:my-db"))
    daemon.good("POST", "/containers/second/start")
    daemon.good("POST", "/containers/second/wait")
    logs = daemon.good("GET", "/containers/second/logs", {"stdout": "1"})
    while logs:
        size = int.from_bytes(logs[4:8], "big")
        text, logs = text + logs[8 : 8 + size].decode(), logs[8 + size :]
    assert status == 0
    for line in (
        "MY_DB_NAME=/second/my-db",
        f"MY_DB_PORT=udp://{address}:53",
        f"MY_DB_PORT_80_TCP_ADDR={address}",
        "MY_DB_ENV_e1=",
        "MY_DB_ENV_e3=v3=v3",
    ):
        assert line in text.splitlines()
    assert f"{address}\tmy-db " in text


def test_links_that_are_refused(daemon: Daemon) -> None:
    assert create(daemon, "aa", **link("none")) == (
        400,
        {"message": "could not get container for none: No such container: none"},
    )
    assert create(daemon, "aa", **link("x:y:z"))[1] == {"message": "bad format for links: x:y:z"}
    run(daemon, "hosted", HostConfig={"NetworkMode": "host"})
    assert create(daemon, "aa", **link("hosted"))[0] == 400
    create(daemon, "stopped")
    create(daemon, "aa", **link("stopped"))
    status, answer = daemon.ask("POST", "/containers/aa/start")
    assert (status, json.loads(answer)["message"]) == (
        500,
        "Cannot link to a non running container: /stopped AS /aa/stopped",
    )


def test_a_link_can_be_removed_and_goes_with_its_containers(daemon: Daemon) -> None:
    run(daemon, "first")
    create(daemon, "second", **link("first:db", "first"))
    assert daemon.ask("DELETE", "/containers/second", {"link": "1"})[0] == 500
    daemon.good("DELETE", "/containers/second/db", {"link": "1"})
    assert inspect(daemon, "second")["HostConfig"]["Links"] == ["/first:/second/first"]
    daemon.good("DELETE", "/containers/first", {"force": "1"})
    assert daemon.ask("GET", "/containers/second/first/json")[0] == 404
    assert inspect(daemon, "second")["HostConfig"]["Links"] == ["/first:/second/first"]
    daemon.good("DELETE", "/containers/second")
    assert json.loads(daemon.good("GET", "/containers/json", {"all": "1"})) == []


def test_a_linked_container_that_comes_back_elsewhere_is_found(daemon: Daemon) -> None:
    run(daemon, "first")
    run(daemon, "second", **link("first"))
    daemon.good("POST", "/containers/first/stop", {"t": "0"})
    run(daemon, "squatter")
    daemon.good("POST", "/containers/first/start")
    address = inspect(daemon, "first")["NetworkSettings"]["IPAddress"]
    status, answer = daemon.ask("GET", "/containers/second/archive", {"path": "/etc/hosts"})
    assert status == 200
    assert f"{address}\tfirst".encode() in answer


def test_a_terminal_of_its_own_gives_an_exec_term(daemon: Daemon) -> None:
    run(daemon, "box", Tty=True, OpenStdin=True)
    for terminal in (True, False):
        body = {"AttachStdout": True, "Tty": terminal, "Cmd": ["sh", "-c", "echo $TERM"]}
        identifier = json.loads(daemon.good("POST", "/containers/box/exec", None, body))["Id"]
        output = daemon.good("POST", f"/exec/{identifier}/start", None, {"Tty": terminal})
        assert (b"xterm" in output) is terminal

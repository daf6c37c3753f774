"""Containers and their streams: run, attach, exec, start, logs, stats, and pulling with bars on a terminal."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from helpers.cli_world import Bytes, FakeStream, Later, World, frame, messages
from helpers.paths import CONFORMANCE

ID = "c" * 64
SESSIONS = json.loads((CONFORMANCE / "terminal-sessions.json").read_text())


class Daemon(World):
    """A daemon on which running a container works; `stream` is its attached connection, `waiting` the answer to wait."""

    def __init__(self, *, tty: bool = False, open_stdin: bool = False, **settings: Any) -> None:
        super().__init__(**settings)
        self.stream = FakeStream(101, {}, b"", False)
        self.waiting = Later()
        self.client.answers |= {
            "POST /containers/create": (201, {"Id": ID, "Warnings": None}),
            f"POST /containers/{ID}/attach": self.stream,
            f"POST /containers/{ID}/wait": self.waiting,
            f"POST /containers/{ID}/start": (204, None),
            f"POST /containers/{ID}/kill": (204, None),
            f"POST /containers/{ID}/resize": (200, None),
            "GET /containers/c/json": (
                200,
                {
                    "Id": ID,
                    "Config": {"Tty": tty, "OpenStdin": open_stdin},
                    "HostConfig": {"AutoRemove": False},
                    "State": {"Running": True, "Paused": False, "Restarting": False},
                },
            ),
        }

    def ends(self, status: int) -> None:
        """The process ends, and with it the connection."""
        self.stream.end()
        self.waiting.exchange.finish({"StatusCode": status})


def test_run_shows_both_streams_and_gives_the_exit_status() -> None:
    world = Daemon()
    script = [
        lambda: world.stream.feed(frame(1, "out\n") + frame(2, "err\n")[:5]),
        lambda: world.stream.feed(frame(2, "err\n")[5:]),
        lambda: world.ends(3),
    ]
    assert world.run("run", "alpine", script=script) == 3
    assert (world.printed, world.complaints) == ("out\n", "err\n")
    assert world.asked == [
        "POST /containers/create",
        f"POST /containers/{ID}/attach",
        f"POST /containers/{ID}/wait",
        f"POST /containers/{ID}/start",
    ]
    assert world.query(f"POST /containers/{ID}/attach") == {"stream": "1", "stdout": "1", "stderr": "1"}
    assert world.query(f"POST /containers/{ID}/wait") == {"condition": "next-exit"}


def test_run_in_the_background_shows_the_id_and_does_not_wait() -> None:
    world = Daemon()
    assert world.run("run", "-d", "--rm", "alpine") == 0
    assert world.printed == f"{ID}\n"
    assert world.query(f"POST /containers/{ID}/wait") == {"condition": "removed"}
    assert world.waiting.exchange.closed
    assert f"POST /containers/{ID}/attach" not in world.asked


@pytest.mark.parametrize(
    ("message", "status"),
    [
        ('runc create failed: exec: "x": executable file not found in $PATH: unknown', 127),
        ('exec: "/nope": stat /nope: no such file or directory: unknown', 127),
        ('exec: "/etc/passwd": permission denied: unknown', 126),
        ("port is already allocated", 125),
    ],
)
def test_run_says_why_a_container_does_not_start(message: str, status: int) -> None:
    world = Daemon()
    world.client.answers[f"POST /containers/{ID}/start"] = (500, {"message": message})
    assert world.run("run", "alpine", "x") == status
    assert world.complaints == (
        f"docker: Error response from daemon: {message}\n\nRun 'docker run --help' for more information\n"
    )


def test_run_fetches_an_image_that_is_missing() -> None:
    world = Daemon()
    created = iter([(404, {"message": "No such image: alpine:latest"}), (201, {"Id": ID})])
    world.client.answers["POST /containers/create"] = lambda _query, _body: next(created)
    world.client.answers["POST /images/create"] = (
        200,
        messages({"status": "Pulling from library/alpine", "id": "latest"}, {"status": "Status: done"}),
    )
    assert world.run("run", "-d", "alpine") == 0
    assert world.complaints == (
        "Unable to find image 'alpine:latest' locally\nlatest: Pulling from library/alpine\nStatus: done\n"
    )
    assert world.query("POST /images/create") == {"fromImage": "docker.io/library/alpine", "tag": "latest"}


def test_run_pulls_nothing_if_told_not_to() -> None:
    world = Daemon()
    world.client.answers["POST /containers/create"] = (404, {"message": "No such image: alpine:latest"})
    assert world.run("run", "--pull", "never", "alpine") == 125
    assert world.asked == ["POST /containers/create"]


def test_standard_input_is_passed_on_and_its_end_too() -> None:
    stdin = Bytes(b"typed\n", ended=False)
    world = Daemon(stdin=stdin)
    script = [stdin.end, lambda: world.stream.feed(frame(1, "typed\n")), lambda: world.ends(0)]
    assert world.run("run", "-i", "alpine", "cat", script=script) == 0
    assert (world.stream.sent, world.stream.write_closed, world.printed) == (b"typed\n", True, "typed\n")


def test_a_terminal_is_raw_while_connected_and_its_size_is_told() -> None:
    stdin = Bytes(ended=False)
    world = Daemon(terminal=True, stdin=stdin)
    script = [
        lambda: world.stream.feed(b"/ # "),
        lambda: stdin.feed(b"exit 3\r"),
        lambda: world.signals.append("WINCH"),
        lambda: world.ends(3),
    ]
    assert world.run("run", "-it", "alpine", "sh", script=script) == 3
    assert world.printed == "/ # "
    assert world.stream.sent == b"exit 3\r"
    assert world.raw == [True, False]
    assert world.body("POST /containers/create")["HostConfig"]["ConsoleSize"] == [24, 120]
    assert world.asked.count(f"POST /containers/{ID}/resize") == 2
    assert world.query(f"POST /containers/{ID}/resize") == {"h": "24", "w": "120"}


def test_the_detach_keys_leave_the_container_alone() -> None:
    stdin = Bytes(ended=False)
    world = Daemon(terminal=True, stdin=stdin)
    script = [lambda: stdin.feed(b"a\x10"), lambda: stdin.feed(b"b\x10\x11c")]
    assert world.run("run", "-it", "alpine", "sh", script=script) == 0
    assert world.stream.sent == b"a\x10b"
    assert world.stream.closed
    assert world.raw == [True, False]


def test_other_detach_keys() -> None:
    stdin = Bytes(ended=False)
    world = Daemon(terminal=True, stdin=stdin)
    assert world.run("run", "-it", "--detach-keys", "ctrl-a,x", "alpine", script=[lambda: stdin.feed(b"q\x01x")]) == 0
    assert world.stream.sent == b"q"
    assert world.query(f"POST /containers/{ID}/attach")["detachKeys"] == "ctrl-a,x"


def test_signals_go_to_the_container() -> None:
    world = Daemon(terminal=True)
    script = [lambda: world.signals.append("INT"), lambda: world.ends(130)]
    assert world.run("run", "alpine", script=script) == 130
    assert world.query(f"POST /containers/{ID}/kill") == {"signal": "INT"}


def test_signals_stay_here_if_told_so() -> None:
    world = Daemon(terminal=True)
    assert world.run("run", "--sig-proxy=false", "alpine", script=[lambda: world.ends(0)]) == 0
    assert f"POST /containers/{ID}/kill" not in world.asked


def test_a_terminal_cannot_be_made_of_a_pipe() -> None:
    world = Daemon()
    assert world.run("run", "-it", "alpine") == 1
    assert world.complaints == "cannot attach stdin to a TTY-enabled container because stdin is not a terminal\n"
    assert world.asked == []


def test_attach_gives_the_exit_status() -> None:
    world = Daemon()
    world.client.answers |= {
        "POST /containers/c/wait": world.waiting,
        "POST /containers/c/attach": world.stream,
    }
    script = [lambda: world.stream.feed(frame(1, "tick\n")), lambda: world.ends(7)]
    assert world.run("attach", "c", script=script) == 7
    assert world.printed == "tick\n"


def test_attach_needs_a_running_container() -> None:
    world = Daemon()
    world.client.answers["GET /containers/c/json"][1]["State"]["Running"] = False
    world.client.answers["POST /containers/c/wait"] = (200, {"StatusCode": 0})
    assert world.run("attach", "c") == 1
    assert world.complaints == "cannot attach to a stopped container, start it first\n"


def test_exec_gives_the_exit_status_of_the_command() -> None:
    world = Daemon()
    world.client.answers |= {
        "POST /containers/c/exec": (201, {"Id": "e1"}),
        "POST /exec/e1/start": (101, frame(1, "hi\n")),
        "GET /exec/e1/json": (200, {"ExitCode": 5}),
    }
    assert world.run("exec", "-e", "A=1", "-w", "/tmp", "c", "sh", "-c", "exit 5") == 5
    assert world.printed == "hi\n"
    body = world.body("POST /containers/c/exec")
    assert (body["Cmd"], body["Env"], body["WorkingDir"]) == (["sh", "-c", "exit 5"], ["A=1"], "/tmp")


def test_start_shows_names_and_names_those_that_failed() -> None:
    world = World(
        {
            "POST /containers/a/start": (204, None),
            "POST /containers/b/start": (404, {"message": "No such container: b"}),
        }
    )
    assert world.run("start", "a", "b") == 1
    assert world.printed == "a\n"
    assert world.complaints == ("Error response from daemon: No such container: b\nfailed to start containers: b\n")


def test_logs_are_taken_apart() -> None:
    world = Daemon()
    world.client.answers[f"GET /containers/{ID}/logs"] = (200, frame(1, "a\n") + frame(2, "b\n") + frame(1, "c\n"))
    assert world.run("logs", "--since", "10m", "-t", "-n", "5", "c") == 0
    assert (world.printed, world.complaints) == ("a\nc\n", "b\n")
    query = world.query(f"GET /containers/{ID}/logs")
    assert query["since"] == f"{1_800_000_000 - 600}.000000000"
    assert (query["tail"], query["timestamps"]) == ("5", "1")


def test_logs_of_a_terminal_are_one_stream() -> None:
    world = Daemon(tty=True)
    world.client.answers[f"GET /containers/{ID}/logs"] = (200, b"raw\r\n")
    assert world.run("logs", "c") == 0
    assert world.printed == "raw\r\n"


# progress


def recorded(name: str) -> str:
    session = next(session for session in SESSIONS if session["name"] == name)
    return "".join(text for _, kind, text in session["events"] if kind == "o").replace("\r\n", "\n")


def layer(identifier: str, status: str, current: int = 0, total: int = 0) -> dict[str, Any]:
    detail = {"current": current, "total": total} if total else {}
    return {"status": status, "progressDetail": detail, "id": identifier}


PULL = [
    {"status": "Pulling from library/node", "id": "20-alpine"},
    layer("042fd035677a", "Already exists"),
    layer("a92a5c92f6a9", "Pulling fs layer"),
    layer("ee16a8c5b603", "Pulling fs layer"),
    layer("861a4ea6d417", "Pulling fs layer"),
    layer("ee16a8c5b603", "Downloading", 158, 158),
    layer("a92a5c92f6a9", "Downloading", 157, 157),
    layer("ee16a8c5b603", "Verifying Checksum"),
    layer("a92a5c92f6a9", "Verifying Checksum"),
    layer("a92a5c92f6a9", "Download complete"),
    layer("ee16a8c5b603", "Download complete"),
    layer("a92a5c92f6a9", "Extracting", 157, 157),
    layer("a92a5c92f6a9", "Extracting", 157, 157),
    layer("861a4ea6d417", "Downloading", 337, 337),
    layer("861a4ea6d417", "Verifying Checksum"),
    layer("861a4ea6d417", "Download complete"),
    layer("a92a5c92f6a9", "Pull complete"),
    layer("ee16a8c5b603", "Extracting", 158, 158),
    layer("ee16a8c5b603", "Extracting", 158, 158),
    layer("ee16a8c5b603", "Pull complete"),
    layer("861a4ea6d417", "Extracting", 337, 337),
    layer("861a4ea6d417", "Extracting", 337, 337),
    layer("861a4ea6d417", "Pull complete"),
    {"status": "Digest: sha256:cb6df6b468484a5454fcd77ac8a2019478072b6113e86426476cc241681e664a"},
    {"status": "Status: Downloaded newer image for node:20-alpine"},
]


def test_a_pull_on_a_terminal_is_as_recorded() -> None:
    world = World({"POST /images/create": (200, messages(*PULL))}, terminal=True)
    assert world.run("pull", "node:20-alpine") == 0
    assert world.printed == recorded("pull on a terminal")


def test_the_bar_grows_and_sizes_are_aligned() -> None:
    steps = [
        layer("709d46f61f38", "Downloading", 553_000, 57_530_000),
        layer("709d46f61f38", "Extracting", 42_340_000, 57_530_000),
    ]
    world = World({"POST /images/create": (200, messages(*steps))}, terminal=True)
    world.run("pull", "nginx:latest")
    session = recorded("pull a large image on a terminal")
    for line in (
        "Downloading [>                                                  ]    553kB/57.53MB",
        "Extracting [====================================>              ]  42.34MB/57.53MB",
    ):
        assert line in world.printed
        assert line in session


def test_a_narrow_terminal_has_no_bar() -> None:
    world = World(
        {"POST /images/create": (200, messages(layer("x", "Downloading", 1000, 2000)))}, terminal=True, size=(24, 80)
    )
    world.run("pull", "nginx:latest")
    assert "x: Downloading      1kB/2kB\r" in world.printed


def test_a_pull_in_a_pipe_has_no_bars() -> None:
    world = World({"POST /images/create": (200, messages(*PULL))})
    assert world.run("pull", "node:20-alpine") == 0
    lines = world.printed.splitlines()
    assert lines[0] == "20-alpine: Pulling from library/node"
    assert "a92a5c92f6a9: Pull complete" in lines
    assert not [line for line in lines if "Downloading" in line or "\x1b" in line]
    assert lines[-1] == "docker.io/library/node:20-alpine"


def test_an_error_in_the_stream_ends_the_pull() -> None:
    world = World({"POST /images/create": (200, messages(PULL[0], {"errorDetail": {"message": "toomanyrequests"}}))})
    assert world.run("pull", "node:20-alpine") == 1
    assert world.complaints == "toomanyrequests\n"


# stats


def sample(pids: int) -> dict[str, Any]:
    return {
        "id": ID,
        "name": "/st",
        "cpu_stats": {"cpu_usage": {"total_usage": 200}, "system_cpu_usage": 2000, "online_cpus": 2},
        "precpu_stats": {"cpu_usage": {"total_usage": 100}, "system_cpu_usage": 1000},
        "memory_stats": {"usage": 1 << 20, "limit": 64 << 20, "stats": {"inactive_file": 512 << 10}},
        "networks": {"eth0": {"rx_bytes": 806, "tx_bytes": 126}},
        "blkio_stats": {"io_service_bytes_recursive": [{"op": "Read", "value": 4096}]},
        "pids_stats": {"current": pids},
    }


def test_stats_once() -> None:
    world = World({"GET /containers/st/stats": (200, sample(1))})
    assert world.run("stats", "--no-stream", "st") == 0
    assert world.printed == (
        "CONTAINER ID   NAME      CPU %     MEM USAGE / LIMIT   MEM %     NET I/O       BLOCK I/O    PIDS\n"
        "cccccccccccc   st        20.00%    512KiB / 64MiB      0.78%     806B / 126B   4.1kB / 0B   1\n"
    )
    assert world.query("GET /containers/st/stats") == {"stream": "0"}


def test_the_stats_screen_is_written_over_itself_until_ctrl_c() -> None:
    stream = FakeStream(200, {}, b"", False)
    world = World({"GET /containers/st/stats": stream}, terminal=True)
    script = [
        lambda: stream.feed(json.dumps(sample(7)).encode() + b"\n"),
        lambda: None,
        lambda: world.signals.append("INT"),
    ]
    script[1] = lambda: setattr(world, "_now_ns", world.now_ns() + 500_000_000)
    assert world.run("stats", "st", script=script) == 130
    screens = world.printed.split("\x1b[J")
    assert screens[0].startswith("\x1b[HCONTAINER ID")
    assert "cccccccccccc   st        20.00%" in screens[0]
    assert " \x1b[K\n" in screens[0]
    assert "st        --        -- / --" in screens[1]


# signing in


def test_login_keeps_credentials_and_uses_them_again() -> None:
    world = World({"POST /auth": (200, {"Status": "Login Succeeded"})}, stdin=b"secret\n")
    assert world.run("login", "-u", "student", "--password-stdin", "localhost:5002") == 0
    assert world.printed == "Login Succeeded\n"
    assert "stored unencrypted in '/root/.docker/config.json'" in world.complaints
    kept = json.loads(world.files.text("/root/.docker/config.json"))
    assert base64.b64decode(kept["auths"]["localhost:5002"]["auth"]) == b"student:secret"

    again = World({"POST /auth": (200, {"Status": "Login Succeeded"})}, terminal=True, files=world.files.content)
    assert again.run("login", "localhost:5002") == 0
    assert again.printed == recorded("login on a terminal")


def test_a_password_is_asked_for_without_showing_it() -> None:
    stdin = Bytes(b"student\n", ended=False)
    world = World({"POST /auth": (200, {"Status": "Login Succeeded"})}, terminal=True, stdin=stdin)
    assert world.run("login", "localhost:5002", script=[lambda: stdin.feed(b"secrex\x7ft\r")]) == 0
    assert world.printed == "Username: Password: \nLogin Succeeded\n"
    assert world.body("POST /auth")["password"] == "secret"
    assert world.raw == [True, False]


def test_docker_hub_is_introduced_and_suggests_a_token() -> None:
    stdin = Bytes(b"me\n", ended=False)
    world = World({"POST /auth": (200, {"Status": "Login Succeeded"})}, terminal=True, stdin=stdin)
    assert world.run("login", script=[lambda: stdin.feed(b"secret\r")]) == 0
    assert world.printed.startswith("Log in with your Docker ID or email address")
    assert "\x1b[3mA Personal Access Token (PAT) can be used instead.\x1b[0m\n" in world.printed
    assert world.body("POST /auth")["serveraddress"] == "https://index.docker.io/v1/"
    assert world.run("logout") == 0
    assert world.printed.endswith("Removing login credentials for https://index.docker.io/v1/\n")
    assert json.loads(world.files.text("/root/.docker/config.json")) == {"auths": {}}

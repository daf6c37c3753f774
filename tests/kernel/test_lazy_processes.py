"""Processes that are made only when somebody looks: nobody can tell them from those that are made at once."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given, settings, strategies as st

from fakedocker import Engine, create_engine
from fakedocker.base.clock import SECOND_NS
from fakedocker.kernel import lazy_process
from fakedocker.kernel.records import Process
from fakedocker.wire.http import Request

HEADERS = {"content-type": "application/json"}


class Eager(lazy_process.LazyProcess):
    """Makes the process at once, as a fork does."""

    __slots__ = ()

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        assert self.process is self.made


def post(engine: Engine, target: str, **body: Any) -> bytes:
    request = Request(method="POST", target=target, headers=HEADERS, body=json.dumps(body).encode())
    reply = engine.perform(request).reply
    return b"" if reply is None else reply.body or b""


def start(engine: Engine, source: str, **settings: Any) -> None:
    post(engine, "/images/create?fromImage=alpine&tag=latest")
    post(engine, "/containers/create?name=box", Image="alpine", Cmd=["sh", "-c", source], **settings)
    post(engine, "/containers/box/start")


def output(engine: Engine) -> bytes:
    (history,) = engine.world.outputs.values()
    return b"".join(chunk.data for chunk in history.entries())


def chunks(engine: Engine) -> list[tuple[int, int, bytes]]:
    (history,) = engine.world.outputs.values()
    return [(chunk.at_ns, chunk.fd, chunk.data) for chunk in history.entries()]


def everything(engine: Engine) -> Any:
    """What can be told of the kernel, with the bodies of processes as plain data."""

    def plain(process: Process) -> Any:
        fields = {
            name: getattr(process, name) for name in process.__struct_fields__ if name not in ("body", "body_shared")
        }
        return fields, type(process.body).__name__, getattr(process.body, "state", None)

    kernel = engine.world.kernel
    return (
        {pid: plain(process) for pid, process in kernel.processes.items()},
        {name: (space, sorted(space.members.items())) for name, space in kernel.namespaces.items()},
        sorted(kernel.tables.items()),
        sorted(kernel.files.items()),
        (kernel.next_pid, kernel.next_id, kernel.now_ns, kernel.queue, kernel.timers),
    )


COMMANDS = [
    "date", "echo hello", "/bin/echo there", "sleep 1", "sleep 0.3", "sleep 2 & sleep 1", "sleep 1 & wait $!", "true", "/bin/false",
    "ps", "ps -o pid,ppid,args", "sh -c 'sleep 1; echo $$'", "ls /proc | head -3", "cat /proc/self/stat", "echo $$ $!", "date | cat",
    "(sleep 1; date)", "kill -0 $$", "sleep 1 | cat", "nosuch", "printf x >&2", "/bin/echo y >/tmp/f; cat /tmp/f", "env | wc -l",
    "timeout 0.5 sleep 3", "seq 3 | xargs -n1 echo", "trap 'echo caught' USR1; sleep 1", "kill -STOP $! 2>/dev/null", "nice date", "sleep 0",
    "usleep 1000", "pidof sleep", "exec 3>/tmp/g; /bin/echo z >&3; exec 3>&-", "/bin/echo q >&9", "uname -n", "id -u", "readlink /proc/self",
    "(sleep 0.2; tr '\\0' '\\n' < /proc/$(pidof sleep)/environ | sort) & X=5 sleep 1; X=6",
    "sleep 1 & sleep 1", "(sleep 0.2; ps) & sleep 1", "(sleep 0.2; kill $$) & sleep 1; date", "cat /sys/fs/cgroup/pids.current /sys/fs/cgroup/cpu.stat",
    "(sleep 0.2; kill -STOP $$; sleep 1.5; kill -CONT $$) & sleep 1; date", "sh -c 'sleep 1; date' & sleep 0.5; kill $!; date; sleep 1",
    "sh -c 'sleep 1; date' & sleep 0.5; kill -9 $!; ps -o ppid,args; sleep 1", "(sleep 0.3; kill -9 $(pidof sleep)) & sleep 5; date",
    "(sleep 0.2; kill -STOP -1; ) & sleep 0.5", "trap 'date' CHLD; sleep 0.4; sleep 0.1 & sleep 0.2", "mkfifo /tmp/p; sleep 0.3 >/tmp/p & cat /tmp/p; date",
    "sh -c 'exec 1>/tmp/o; sleep 1 & sleep 0.5; kill -9 $$' ; wait; ls -l /proc/1/fd | wc -l", "ash -c 'sleep 0.7' | sh -c 'sleep 0.2; date; cat'",
]  # fmt: skip
EVENTS = [
    "", "", "", "/containers/box/kill?signal=USR1", "/containers/box/pause", "/containers/box/unpause", "/containers/box/restart?t=0",
    "/containers/box/stop?t=1", "/containers/box/kill?signal=INT", "/containers/box/top", "/containers/box/start",
]  # fmt: skip


def play(commands: list[str], events: list[tuple[float, str]], settings: dict[str, Any]) -> Any:
    engine = create_engine(seed=1)
    start(engine, "\n".join(commands), **settings)
    seen = []
    for delay, event in events:
        engine.advance(engine.now_ns + int(delay * SECOND_NS))
        if event.endswith("top"):
            reply = engine.perform(Request(method="GET", target=event)).reply
            seen.append(None if reply is None else reply.body)
        elif event:
            post(engine, event)
        seen.append(everything(engine))
    return seen, chunks(engine)


@example(["date", "sleep 1", "/bin/echo x", "sleep 9"], [(2.5, "")], {})
@example(["sh -c 'sleep 1; date' & sleep 0.5; kill -9 $!; ps -o ppid,args; sleep 9"], [(2.5, "")], {})
@example(
    ["(sleep 1; date)", "(sleep 0.2; kill -STOP $$; sleep 1.5; kill -CONT $$) & sleep 1; date"],
    [(2.5, "")],
    {"HostConfig": {"Init": True}},
)
@example(["sleep 1 & sleep 1", "ps", "sleep 9"], [(2.5, "")], {})
@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from(COMMANDS), min_size=1, max_size=6),
    st.lists(st.tuples(st.sampled_from([0.0, 0.05, 0.4, 1.0, 2.5]), st.sampled_from(EVENTS)), min_size=1, max_size=5),
    st.sampled_from(
        [{}, {"Tty": True}, {"User": "1000"}, {"HostConfig": {"PidsLimit": 4}}, {"HostConfig": {"Init": True}}]
    ),
)
def test_the_same_as_processes_made_at_once(
    commands: list[str], events: list[tuple[float, str]], container: dict[str, Any]
) -> None:
    lazily = play(commands, events, container)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("fakedocker.kernel.kernel.LazyProcess", Eager)
        assert play(commands, events, container) == lazily


def test_a_command_that_is_done_at_once_leaves_nothing_but_its_number() -> None:
    engine = create_engine(seed=1)
    start(engine, "date; date; sh -c 'echo $$'; sleep 9")
    assert output(engine).split()[-1] == b"4"
    assert [process.argv for _, process in sorted(engine.world.kernel.processes.items())] == [("sleep", "9")]


def test_a_sleeping_program_is_seen_as_soon_as_somebody_looks() -> None:
    engine = create_engine(seed=1)
    start(engine, "sleep 5; echo done")
    engine.advance(engine.now_ns + SECOND_NS)
    reply = engine.perform(Request(method="GET", target="/containers/box/top?ps_args=-o%20pid,args")).reply
    assert reply is not None
    found = json.loads(reply.body or b"")
    assert [line[-1] for line in found["Processes"]] == ["sh -c sleep 5; echo done", "sleep 5"]
    engine.advance(engine.now_ns + 5 * SECOND_NS)
    assert output(engine).endswith(b"done\n")


def test_nobody_ends_in_a_paused_container() -> None:
    engine = create_engine(seed=1)
    start(engine, "sleep 0.2; sleep 1; echo done")
    kernel = engine.draft.kernel
    (namespace,) = [name for name in engine.world.kernel.namespaces if name != "host"]
    kernel.pass_time(engine.now_ns + SECOND_NS // 2)
    kernel.freeze_namespace(namespace)
    kernel.pass_time(engine.now_ns + 2 * SECOND_NS)
    assert ("sleep", "1") in [process.argv for process in engine.draft.kernel_draft.processes.values()]
    kernel.thaw_namespace(namespace)
    engine.advance(engine.now_ns + 3 * SECOND_NS)
    assert output(engine) == b"done\n"


def test_most_commands_make_no_process() -> None:
    made = []
    with pytest.MonkeyPatch.context() as patch:
        create = Process.child
        patch.setattr(Process, "child", lambda self, *args: made.append(args[3][0]) or create(self, *args))
        engine = create_engine(seed=1)
        start(engine, "while true; do date; sleep 1; done")
        engine.advance(engine.now_ns + 10 * SECOND_NS)
    assert output(engine).count(b"UTC") == 11
    assert len(made) <= 4, made  # the first time, and for the states between

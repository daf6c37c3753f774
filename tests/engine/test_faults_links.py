"""Links and networks that are slow or lose packets by rule: what programs in containers and on the host make of it."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from fakedocker.durability.snapshot import decode, encode
from fakedocker.faults.model import FaultError
from fakedocker.testing import FakeDocker
from helpers.repl_screen import Terminal

GET = "wget -qO- http://web/"


def make() -> FakeDocker:
    fake = FakeDocker(images=["alpine"])
    fake.image("api", ports={80: "hello"})
    for network in ("shop", "back"):
        fake.client.networks.create(network)
    fake.client.containers.run("api", name="web", network="shop", detach=True)
    for name in ("box", "other"):
        fake.client.containers.run("alpine", "sleep infinity", name=name, network="shop", detach=True)
    return fake


@pytest.fixture(scope="module")
def start() -> FakeDocker:
    return make()


@pytest.fixture
def fake(start: FakeDocker) -> FakeDocker:
    return start.fork()


def run(fake: FakeDocker, script: str, name: str = "box") -> tuple[int, bytes, float]:
    """How it ends, what it says, and how many seconds it takes by the world's clock."""
    begun = fake.now()
    code, output = fake.client.containers.get(name).exec_run(["sh", "-c", script])
    return code, output, (fake.now() - begun).total_seconds()


@pytest.mark.parametrize("rule", ["link web box", "link box web", "link web", "network shop"])
def test_a_link_that_is_slow(fake: FakeDocker, rule: str) -> None:
    assert run(fake, GET)[2] < 0.01
    fake.fault(f"{rule} latency 100ms for 1m")
    code, output, seconds = run(fake, GET)
    assert (code, output, round(seconds, 1)) == (0, b"hello", 0.4)  # SYN, its answer, the request, the answer
    code, output, seconds = run(fake, "wget -qO- http://web:81/")
    assert (code, b"refused" in output, round(seconds, 1)) == (1, True, 0.2)
    assert run(fake, "wget -qO- -T 1 http://web/")[:2] == (0, b"hello")
    said = run(fake, "ping -c2 web")[1]
    assert said.count(b" time=200.") == 2 and b"2 packets received, 0% packet loss" in said
    is_about_both = rule in ("link web", "network shop")
    assert round(run(fake, GET, "other")[2], 1) == (0.4 if is_about_both else 0.0)
    fake.advance("1m")
    assert run(fake, GET)[2] < 0.01


def test_slow_links_add_up_and_another_network_is_quick(fake: FakeDocker) -> None:
    fake.fault("link web box latency 100ms")
    fake.fault("network shop latency 50ms")
    assert round(run(fake, GET)[2], 1) == 0.6
    for name in ("web", "box"):
        fake.client.networks.get("back").connect(name)
    web = fake.client.containers.get("web").attrs["NetworkSettings"]["Networks"]["back"]["IPAddress"]
    assert round(run(fake, f"wget -qO- http://{web}/")[2], 1) == 0.4


def test_more_latency_than_patience(fake: FakeDocker) -> None:
    fake.fault("link web box latency 3s")
    code, output, seconds = run(fake, "wget -qO- -T 5 http://web/")
    assert (code, round(seconds)) == (1, 5)
    assert b"timed out" in output
    assert round(run(fake, GET)[2]) == 12


def test_lost_packets_are_sent_again(fake: FakeDocker) -> None:
    fake.fault("link web box loss 30%")
    waits = [run(fake, GET) for _ in range(12)]
    assert {wait[:2] for wait in waits} == {(0, b"hello")}
    taken = [round(seconds, 1) for _, _, seconds in waits]
    assert min(taken) == 0.0
    assert {1.0, 3.0, 0.2} & set(taken)  # a SYN after a second, then after two more; data after 200 ms
    _, output, _ = run(fake, "ping -c40 -i 0.2 web | tail -3")
    received = int(output.split(b"transmitted, ")[1].split()[0])
    assert 8 < received < 33  # 70% there and 70% back


def test_a_link_that_loses_everything(fake: FakeDocker) -> None:
    fake.fault("network shop loss 100%")
    code, output, seconds = run(fake, GET)
    assert (code, b"Connection timed out" in output, round(seconds)) == (1, True, 127)
    assert run(fake, "ping -c2 -W1 web")[0] == 1
    rule = fake.fault("link other web loss 100%")
    fake.clear_faults(rule.number - 1)
    assert run(fake, GET)[:2] == (0, b"hello")


def test_a_syn_gets_through_once_the_link_is_well_again(fake: FakeDocker) -> None:
    fake.fault("link web box loss 100% for 10s")
    code, output, seconds = run(fake, GET)
    assert (code, output, round(seconds)) == (0, b"hello", 15)  # after 1, 3, 7 and 15 seconds


def test_what_stands_goes_on_later_or_ends(fake: FakeDocker) -> None:
    client = fake.client
    command = ["nc", "-l", "-p", "7"]
    listener = client.containers.run("alpine", command, name="listener", network="shop", detach=True, stdin_open=True)
    script = "(echo one; sleep 10; echo two; sleep 10; echo three; sleep 3000) | (nc listener 7; echo ended)"
    talker = client.containers.run("alpine", ["sh", "-c", script], name="talker", network="shop", detach=True)
    fake.fault("link talker listener latency 2s in 5s for 6s")
    fake.advance("11s")
    assert listener.logs() == b"one\n"
    fake.advance("2s")
    assert listener.logs() == b"one\ntwo\n"
    fake.fault("link talker listener loss 100%")
    fake.advance("20m")  # fifteen times, twice as late each time, at most two minutes: 924.6 s in all
    assert listener.logs() == b"one\ntwo\n"
    assert b"ended" in talker.logs()
    assert client.containers.get("listener").status == "running"  # which nobody has told


def test_a_large_file_comes_whole_over_a_bad_link(fake: FakeDocker) -> None:
    client = fake.client
    serve = "head -c 300000 /dev/urandom > /file; md5sum < /file; nc -l -p 7 < /file; sleep 100"
    server = client.containers.run("alpine", ["sh", "-c", serve], name="server", network="shop", detach=True)
    fake.advance("1s")
    fake.fault("link server box latency 20ms")
    fake.fault("link server loss 5%")
    assert run(fake, "sleep 100 | nc server 7 | md5sum")[:2] == (0, server.logs())


def test_connections_under_way_are_in_snapshots_and_forks(fake: FakeDocker) -> None:
    fake.fault("link web box latency 500ms")
    fake.fault("link web loss 20%")
    fake.client.containers.get("box").exec_run(["sh", "-c", f"({GET}; date +%s%N) > /tmp/got"], detach=True)
    fake.advance("1s")
    assert any(socket.transit for socket in fake.snapshot().kernel.sockets.values())
    world = fake.snapshot()
    kept = decode(encode(world))
    told = []
    for beginning in (world, kept, world):
        there = fake.fork()
        there.restore(beginning)
        there.advance("1m")
        told.append(run(there, "cat /tmp/got")[1])
    assert told[0].startswith(b"hello") and told == [told[0]] * 3


def test_python_redis_and_node_wait_as_they_do(fake: FakeDocker) -> None:
    client = fake.client
    for image in ("python:3.12", "node:22", "redis:7"):
        client.images.pull(image)
        name = image.partition(":")[0]
        client.containers.run(image, "sleep infinity", name=name, network="shop", detach=True)
    client.containers.run("redis:7", name="store", network="shop", detach=True)
    fake.fault("network shop latency 100ms")
    python = """
import socket, time, urllib.error, urllib.request
for port, timeout in ((80, None), (80, 0.15), (81, None)):
    begun = time.time()
    try:
        print(urllib.request.urlopen(f"http://web:{port}/", timeout=timeout).read(), end=" ")
    except urllib.error.URLError as problem:
        print(problem.reason, end=" ")
    print(round(time.time() - begun, 2))
"""
    output = client.containers.get("python").exec_run(["python", "-c", python]).output.decode()
    assert output == "b'hello' 0.4\ntimed out 0.15\n[Errno 111] Connection refused 0.2\n"
    node = """
const begun = Date.now();
const http = require('http');
const tell = (...words) => console.log(...words, Math.round((Date.now() - begun) / 100));
http.get('http://web/', (answer) => answer.on('data', (data) => tell(String(data))));
http.get('http://web:81/').on('error', (problem) => tell(problem.code, problem.syscall));
"""
    output = client.containers.get("node").exec_run(["node", "-e", node]).output.decode()
    assert output == "ECONNREFUSED connect 2\nhello 4\n"
    code, output, seconds = run(fake, "redis-cli -h store ping", "redis")
    assert (code, output, round(seconds, 1)) == (0, b"PONG\n", 0.4)
    fake.clear_faults()
    fake.fault("network shop loss 100%")
    code, output, seconds = run(fake, "redis-cli -h store ping", "redis")
    assert (output, round(seconds)) == (b"Could not connect to Redis at store:6379: Connection timed out\n", 127)


def test_the_host_is_at_the_other_end_of_all_links(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    terminal.run("docker run -d --name web -p 8080:80 nginx")
    assert "fault 1: link web latency 300ms" in terminal.run(":fault link web latency 300ms")
    address = "$(docker inspect -f '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}' web)"
    for where in ("localhost:8080", address):
        said = terminal.run(f"curl -s -o /dev/null -w '%{{time_total}}\\n' {where}")
        assert 1.15 < float(said.strip()) < 1.4, said
    terminal.run(":fault clear")
    terminal.run(":fault link web down")
    assert "timed out" in terminal.run("curl -m 5 localhost:8080").lower()


def test_what_makes_no_sense_is_refused(fake: FakeDocker) -> None:
    before = fake.snapshot()
    for text, expected in [
        ("link web nobody latency 1s", "no container 'nobody'; there are box, other, web"),
        ("link nobody loss 10%", "no container 'nobody'"),
        ("link web box loss 101%", "expected a part of more than 0% and at most 100%, not '101%'"),
        ("link web box loss", "expected how many packets are lost, such as 10%"),
        ("network shop latency soon", "expected a duration"),
        ("link web box latency 1s chance 10%", "link latency happens once: expected no count and no chance"),
    ]:
        with pytest.raises(FaultError, match=expected):
            fake.fault(text)
    assert fake.snapshot() is before


START = make()


def facts(fake: FakeDocker) -> list[Any]:
    return [
        run(fake, GET),
        run(fake, "ping -c2 web; wget -qO- -T 1 http://web:81/; echo $RANDOM"),
        fake.client.containers.get("web").attrs,
        str(fake.now()),
    ]


@settings(max_examples=10, deadline=None)
@given(st.sets(st.sampled_from(["link web other latency 1s", "link other loss 50%", "network back loss 100%", "network back latency 2s",
                                "link web loss 20% in 2h", "network bridge down"]), max_size=4))  # fmt: skip
def test_nothing_changes_for_whom_no_rule_is_about(rules: set[str]) -> None:
    plain, faulty = START.fork(), START.fork()
    for rule in sorted(rules):
        faulty.fault(rule)
    assert facts(plain) == facts(faulty)


class Poller:
    """Asks a service until it answers, each time with more patience, and counts what it has heard."""

    def __init__(self, fake: FakeDocker) -> None:
        self.fake = fake
        self.answers = 0

    def ask(self) -> None:
        for attempt in range(9):
            if run(self.fake, f"wget -qO- -T {2**attempt} http://web/")[:2] == (0, b"hello"):
                self.answers += 1
                return
        raise AssertionError("the service has never answered")


@settings(max_examples=20, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["link web box", "link web", "network shop", "link box"]),
            st.sampled_from(["latency 40ms", "latency 3s", "loss 10%", "loss 60%", "loss 100%", "down"]),
            st.integers(1, 90),
        ),
        max_size=4,
    )
)
def test_who_tries_again_survives(troubles: list[tuple[str, str, int]]) -> None:
    fake = START.fork()
    for target, effect, seconds in troubles:
        fake.fault(f"{target} {effect} for {seconds}s")
    poller = Poller(fake)
    for _ in range(3):
        poller.ask()
    fake.advance("20m")
    poller.ask()
    assert poller.answers == 4
    assert hashlib.md5(run(fake, GET)[1]).hexdigest() == hashlib.md5(b"hello").hexdigest()
    open_sockets = [socket for socket in fake.snapshot().kernel.sockets.values() if socket.state != "LISTEN"]
    assert not open_sockets  # whatever was lost, nothing is left of it

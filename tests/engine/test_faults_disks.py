"""Disks that are slow, failing or full by rule: of a container's layer, of a volume, and the one that all is on."""

from __future__ import annotations

import io
import tarfile
from typing import Any

import docker
import pytest
from hypothesis import given, settings, strategies as st

from fakedocker.faults.model import FaultError
from fakedocker.testing import FakeDocker


def make() -> FakeDocker:
    fake = FakeDocker(images=["alpine"])
    fake.client.volumes.create("data")
    volumes = {"data": {"bind": "/data", "mode": "rw"}}
    for name in ("box", "other"):
        fake.client.containers.run("alpine", "sleep infinity", name=name, volumes=volumes, detach=True)
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


def tar(data: bytes) -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as archive:
        entry = tarfile.TarInfo("file")
        entry.size = len(data)
        archive.addfile(entry, io.BytesIO(data))
    return target.getvalue()


def test_every_call_to_a_slow_disk_takes_its_time(fake: FakeDocker) -> None:
    script = "echo hi > /data/file; cat /data/file; echo done"
    assert run(fake, script)[2] < 0.01
    fake.fault("volume data latency 200ms for 1m")
    code, output, seconds = run(fake, script)
    assert (code, output, round(seconds, 1)) == (0, b"hi\ndone\n", 0.6)  # it makes the file, writes and reads it
    assert round(run(fake, "mkdir /data/below; mv /data/file /data/below/")[2], 1) == 0.4
    assert round(run(fake, "cat /data/below/file", "other")[2], 1) == 0.2
    assert run(fake, script.replace("/data", "/tmp"))[2] < 0.01
    fake.advance("1m")
    assert run(fake, script)[2] < 0.01


@pytest.mark.parametrize(
    ("command", "seconds"),
    [("sh /data/s", 0.2), ("diff /data/s /data/t", 0.4), ("cp /data/t /tmp/t", 0.2), ("cat /data/t", 0.2)],
)
def test_a_program_that_reads_a_file_at_once_waits_as_one_that_reads_it_in_pieces(
    fake: FakeDocker, command: str, seconds: float
) -> None:
    run(fake, "echo 'echo hi' > /data/s; echo a > /data/t")
    fake.fault("volume data latency 200ms")
    assert round(run(fake, command)[2], 1) == seconds


def test_what_comes_after_a_slow_write_waits_for_it(fake: FakeDocker) -> None:
    fake.fault("disk of box latency 1s")
    stream = fake.client.containers.get("box").exec_run(
        ["sh", "-c", "echo one; echo x >> /tmp/file; echo two; date +%s > /tmp/when; echo three"], stream=True
    )
    said = [(line, fake.now().timestamp()) for line in stream.output]
    assert b"".join(line for line, _ in said) == b"one\ntwo\nthree\n"
    first = said[0][1]
    assert [round(at - first) for _, at in said] == [0, 2, 4]
    fake.clear_faults()
    assert run(fake, "cat /tmp/when")[1]


def test_a_slow_disk_of_a_container_is_no_other_ones(fake: FakeDocker) -> None:
    fake.fault("disk of box latency 100ms")
    assert round(run(fake, "echo x > /tmp/x")[2], 1) == 0.2
    assert run(fake, "echo x > /tmp/x", "other")[2] < 0.01
    assert run(fake, "echo x > /data/x")[2] < 0.01
    fake.client.containers.get("box").rename("renamed")
    assert round(run(fake, "echo x > /tmp/y", "renamed")[2], 1) == 0.2
    fake.clear_faults()
    assert run(fake, "echo x > /tmp/z", "renamed")[2] < 0.01


def test_programs_in_python_wait_for_a_slow_disk(fake: FakeDocker) -> None:
    script = """
import threading, time
def count():
    for _ in range(3):
        time.sleep(0.1)
threading.Thread(target=count).start()
begun = time.time()
with open("/file", "w") as file:
    file.write("x" * 10)
print(open("/file").read(), round(time.time() - begun))
"""
    fake.client.images.pull("python", "3.12")
    box = fake.client.containers.create("python:3.12", ["python", "-c", script], name="py")
    fake.fault("disk of py latency 1s")
    box.start()
    assert box.wait()["StatusCode"] == 0
    assert box.logs() == b"xxxxxxxxxx 3\n"


def test_reads_that_fail(fake: FakeDocker) -> None:
    assert run(fake, "echo hi > /data/file; echo hi > /tmp/file")[0] == 0
    rule = fake.fault("volume data failing reads")
    code, output, _ = run(fake, "echo more >> /data/file; cat /data/file")
    assert (code, b"Input/output error" in output) == (1, True)
    assert run(fake, "cat /tmp/file")[:2] == (0, b"hi\n")
    box = fake.client.containers.get("box")
    with pytest.raises(docker.errors.APIError, match="input/output error"):
        box.get_archive("/data/file")
    fake.clear_faults(rule.number)
    assert run(fake, "cat /data/file")[:2] == (0, b"hi\nmore\n")


def test_a_layer_to_which_no_write_gets_through(fake: FakeDocker) -> None:
    fake.fault("disk of box failing")
    box = fake.client.containers.get("box")
    assert b"Input/output error" in run(fake, "echo hi > /tmp/file")[1]
    assert b"Input/output error" in run(fake, "rm /etc/hostname /etc/passwd")[1]
    assert run(fake, "echo hi > /data/file; cat /data/file; cat /etc/alpine-release > /dev/null")[:2] == (0, b"hi\n")
    with pytest.raises(docker.errors.APIError, match="input/output error"):
        box.put_archive("/tmp", tar(b"x"))
    box.put_archive("/data", tar(b"x"))
    fake.client.containers.get("other").put_archive("/tmp", tar(b"x"))


def test_a_file_without_a_name_is_forgotten_on_a_failing_disk(fake: FakeDocker) -> None:
    box = fake.client.containers.get("box")
    holder = "exec 3> /data/file; rm /data/file; sleep 10; echo x >&3; echo $?"
    held = fake.client.api.exec_create("box", ["sh", "-c", holder])["Id"]
    output = fake.client.api.exec_start(held, stream=True)
    fake.advance("1s")
    fake.fault("volume data failing")
    assert b"".join(output).endswith(b"1\n")
    assert box.exec_run("ls /data").output == b""


def test_a_layer_that_is_full(fake: FakeDocker) -> None:
    fake.fault("disk of box 1000B left")
    assert run(fake, "head -c 900 /dev/zero > /tmp/small")[:2] == (0, b"")
    assert b"No space left on device" in run(fake, "head -c 5000 /dev/zero > /tmp/large")[1]
    assert run(fake, "head -c 5000 /dev/zero > /tmp/large", "other")[0] == 0


@pytest.mark.parametrize(
    ("rule", "said"), [("disk full", "no space left on device"), ("disk failing", "input/output error")]
)
def test_what_the_daemon_cannot_do_then(fake: FakeDocker, rule: str, said: str) -> None:
    client = fake.client
    client.images.build(fileobj=io.BytesIO(b"FROM alpine\nRUN echo hi > /file\n"), tag="built")
    fake.fault(rule)
    with pytest.raises(docker.errors.APIError, match=said):
        client.containers.create("alpine")
    with pytest.raises(docker.errors.ImageNotFound):  # docker-py passes over the error in the stream
        client.images.pull("redis")
    with pytest.raises(docker.errors.BuildError, match=said):
        client.images.build(fileobj=io.BytesIO(b"FROM alpine\nRUN echo again > /file\n"))
    assert said in run(fake, "echo hi > /tmp/file")[1].decode().lower()
    client.containers.get("box").restart(timeout=0)
    fake.clear_faults()
    client.containers.create("built")


def test_what_makes_no_sense_is_refused(fake: FakeDocker) -> None:
    fake.fault("disk of box failing")
    before = fake.snapshot()
    for text, expected in [
        ("disk of nobody failing", "no container 'nobody'; there are box, other"),
        ("disk of box failing", "disk of box has such a fault already"),
        ("disk of other failing once", "disk failing happens once: expected no count and no chance"),
        ("volume nothing latency 1s", "no volume 'nothing'; there are data"),
        ("volume data latency soon", "expected a duration"),
    ]:
        with pytest.raises(FaultError, match=expected):
            fake.fault(text)
    assert fake.snapshot() is before


START = make()


def facts(fake: FakeDocker) -> list[Any]:
    script = "for i in 1 2 3; do echo $i >> /tmp/file; done; cat /tmp/file; ls -l /tmp; mkdir -p /tmp/a; rmdir /tmp/a"
    box = fake.client.containers.get("other")
    return [run(fake, script, "other"), box.attrs, box.diff(), list(box.get_archive("/tmp/file")[0]), str(fake.now())]


@settings(max_examples=10, deadline=None)
@given(st.sets(st.sampled_from(["disk of box latency 1s", "disk of box failing", "volume data full", "volume data failing reads",
                                "disk failing in 2h", "volume data latency 3s"]), max_size=4))  # fmt: skip
def test_nothing_changes_for_whom_no_rule_is_about(rules: set[str]) -> None:
    plain, faulty = START.fork(), START.fork()
    for rule in sorted(rules):
        faulty.fault(rule)
    assert facts(plain) == facts(faulty)


class Keeper:
    """Keeps a list of jobs in a volume: it tries again, later each time, and never says that one is kept that is not."""

    def __init__(self, fake: FakeDocker) -> None:
        self.fake = fake
        self.kept: list[str] = []

    def keep(self, job: str) -> None:
        for attempt in range(12):
            step = f"echo {job} > /data/{job}.new && mv /data/{job}.new /data/{job} && cat /data/{job}"
            if run(self.fake, step)[:2] == (0, f"{job}\n".encode()):
                self.kept.append(job)
                return
            self.fake.advance(f"{2**attempt}s")
        raise AssertionError(f"{job} has never been kept")


TROUBLES = st.lists(
    st.tuples(
        st.sampled_from(["full", "failing", "failing reads", "latency 700ms", "1B left"]),
        st.integers(0, 5),
        st.integers(1, 60),
    ),
    max_size=4,
    unique_by=lambda trouble: trouble[0].replace("1B left", "full"),
)


@settings(max_examples=20, deadline=None)
@given(TROUBLES, st.integers(1, 4))
def test_who_tries_again_survives(troubles: list[tuple[str, int, int]], jobs: int) -> None:
    fake = START.fork()
    for effect, after, lasts in troubles:
        fake.fault(f"volume data {effect}" + (f" in {after}s" if after else "") + f" for {lasts}s")
    keeper = Keeper(fake)
    for job in range(jobs):
        keeper.keep(f"job{job}")
    fake.advance("2m")
    found = run(fake, "cat /data/*")[1].split()
    assert found == [job.encode() for job in keeper.kept] and len(found) == jobs

"""What containers are said to use: statistics, sizes, and what a limit of memory makes of it."""

from __future__ import annotations

import docker
import pytest

from fakedocker.durability import snapshot
from fakedocker.testing import FakeDocker


@pytest.fixture
def fake() -> FakeDocker:
    made = FakeDocker()
    made.image("api", logs=["up"])
    made.client.containers.run("api", name="web", detach=True, mem_limit="512m")
    return made


def cpu_percent(sample: dict[str, dict[str, int]]) -> float:
    """As docker's client reckons it (docker/cli cli/command/container/stats_helpers.go)."""
    now, before = sample["cpu_stats"], sample["precpu_stats"]
    used = now["cpu_usage"]["total_usage"] - before["cpu_usage"]["total_usage"]  # type: ignore[index]
    system = now["system_cpu_usage"] - before["system_cpu_usage"]
    return used / system * now["online_cpus"] * 100


def stats(fake: FakeDocker) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = fake.client.containers.get("web").stats(stream=False)
    return found


def test_statistics_tell_what_is_said(fake: FakeDocker) -> None:
    fake.usage("web", cpu=1.5, memory="300m", network=("10MB", 2000), disk=(4096, "1kB"))
    sample = stats(fake)
    assert round(cpu_percent(sample)) == 150
    assert (sample["memory_stats"]["usage"], sample["memory_stats"]["limit"]) == (300 << 20, 512 << 20)
    assert (sample["networks"]["eth0"]["rx_bytes"], sample["networks"]["eth0"]["tx_bytes"]) == (10_000_000, 2000)  # type: ignore[index]
    amounts = [(entry["op"], entry["value"]) for entry in sample["blkio_stats"]["io_service_bytes_recursive"]]  # type: ignore[index,attr-defined]
    assert amounts == [("read", 4096), ("write", 1000)]
    fake.usage("web", cpu=0)
    assert round(cpu_percent(stats(fake))) == 0
    assert stats(fake)["memory_stats"]["usage"] == 300 << 20
    assert stats(fake)["cpu_stats"]["cpu_usage"]["total_usage"] > 1_000_000_000  # type: ignore[index]  # it never falls


def test_nothing_is_different_where_nothing_is_said(fake: FakeDocker) -> None:
    other = fake.fork()
    other.usage("web", size=1)
    assert stats(other) == stats(fake)


def test_more_memory_than_the_limit_ends_it(fake: FakeDocker) -> None:
    fake.usage("web", memory="512m")
    fake.assert_container("web", "running")
    fake.usage("web", memory=(512 << 20) + 1)
    fake.assert_container("web", "oom-killed")
    fake.assert_container("web", "exited", exit_code=137)
    assert fake.client.containers.get("web").attrs["State"]["OOMKilled"]


def test_the_size_on_disk_outlives_a_run_and_the_rest_does_not(fake: FakeDocker) -> None:
    plain = stats(fake)["memory_stats"]["usage"]
    fake.usage("web", size="5MB", memory="100m")
    listed = fake.client.api.containers(size=True)[0]
    assert listed["SizeRw"] == 5_000_000
    fake.client.containers.get("web").restart()
    assert stats(fake)["memory_stats"]["usage"] == plain
    assert fake.client.api.containers(size=True)[0]["SizeRw"] == 5_000_000
    used = {found["Id"]: found["SizeRw"] for found in fake.client.df()["Containers"]}
    assert used == {listed["Id"]: 5_000_000}


def test_snapshots_include_it(fake: FakeDocker) -> None:
    fake.usage("web", memory=1000)
    world = snapshot.decode(snapshot.encode(fake.snapshot()))
    assert stats(FakeDocker(world=world))["memory_stats"]["usage"] == 1000


def test_what_cannot_be_used_is_refused(fake: FakeDocker) -> None:
    before = fake.snapshot()
    for problem, settings in [
        ("expected a number of CPUs, such as 1.5, not -1", {"cpu": -1}),
        ("the machine has 2 CPUs, fewer than 400", {"cpu": 400}),
        ("the machine has .* bytes of memory, less than", {"memory": "2000g"}),
        ("expected a size, such as 300_000_000 or '300MB', not 'much'", {"memory": "much"}),
        ("expected what was received and sent, such as network=", {"network": "10MB"}),
    ]:
        with pytest.raises(ValueError, match=problem):
            fake.usage("web", **settings)  # type: ignore[arg-type]  # as each case gives it
    with pytest.raises(TypeError, match="nothing is said: expected some of cpu="):
        fake.usage("web")
    with pytest.raises(ValueError, match="no container 'wbe'; there are web"):
        fake.usage("wbe", cpu=1)
    assert fake.snapshot() is before
    fake.put("web", "exited")
    with pytest.raises(
        ValueError, match="container web is exited: only a running one uses anything but room on the disk"
    ):
        fake.usage("web", cpu=1)
    fake.usage("web", size=1)
    with pytest.raises(docker.errors.NotFound):
        fake.client.containers.get("wbe")

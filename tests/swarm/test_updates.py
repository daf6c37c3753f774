"""Rolling updates: order, parallelism, delays, failures, rolling back; that a snapshot in the middle of one goes on alike."""

from __future__ import annotations

from typing import Any

import pytest

from fakedocker.base.clock import SECOND_NS
from helpers.swarm_world import Manager


@pytest.fixture
def manager() -> Manager:
    return Manager("alpine", "busybox")


def begin(manager: Manager, replicas: int = 3, image: str = "busybox", **settings: Any) -> None:
    """A service of alpine that is being updated to another image."""
    manager.service("web", replicas=replicas)
    manager.pass_seconds(1)

    def change(spec: Any) -> None:
        spec["TaskTemplate"]["ContainerSpec"]["Image"] = image
        spec["UpdateConfig"] = {"Parallelism": 1, "Monitor": SECOND_NS, **settings}

    manager.update("web", change)


def status(manager: Manager) -> tuple[str, str]:
    found = manager.get("/services/web").get("UpdateStatus", {})
    return found.get("State", ""), found.get("Message", "")


def images(manager: Manager) -> str:
    """The images of running tasks by slot: a for alpine, b for busybox."""
    return "".join(image[0] for image in manager.running("web"))


def test_one_slot_after_the_other(manager: Manager) -> None:
    begin(manager, Delay=2 * SECOND_NS)
    seen = []
    for _ in range(150):
        manager.pass_seconds(0.1)
        if not seen or seen[-1] != images(manager):
            seen.append(images(manager))
    assert seen == ["aaa", "aa", "baa", "ba", "bba", "bb", "bbb"]
    assert status(manager) == ("completed", "update completed")


def test_parallelism_and_none(manager: Manager) -> None:
    begin(manager, 4, Parallelism=2, Delay=3 * SECOND_NS)
    assert status(manager) == ("updating", "update in progress")
    manager.pass_seconds(2)
    assert images(manager) == "bbaa"
    manager.update(
        "web",
        lambda spec: (
            spec["TaskTemplate"]["ContainerSpec"].update(Image="alpine"),
            spec["UpdateConfig"].update(Parallelism=0),
        ),
    )
    manager.pass_seconds(2)
    assert images(manager) == "aaaa"


def test_start_first(manager: Manager) -> None:
    begin(manager, 2, Order="start-first")
    least = 2
    for _ in range(60):
        manager.pass_seconds(0.05)
        least = min(least, len(manager.running("web")))
    manager.pass_seconds(4)
    assert least == 2
    assert images(manager) == "bb"
    assert status(manager)[0] == "completed"


def test_an_update_pauses_at_a_failure(manager: Manager) -> None:
    begin(manager, image="nosuchimage")
    manager.pass_seconds(3)
    failed = manager.tasks("web")[3]
    assert status(manager) == ("paused", f"update paused due to failure or early termination of task {failed['ID']}")
    assert images(manager) == "aa"
    manager.pass_seconds(20)
    assert images(manager) == "aa"
    manager.update("web", lambda spec: spec["TaskTemplate"]["ContainerSpec"].update(Image="busybox"))
    manager.pass_seconds(15)
    assert images(manager) == "bbb"
    assert status(manager) == ("completed", "update completed")


def test_an_update_goes_on_in_spite_of_failures(manager: Manager) -> None:
    begin(manager, image="nosuchimage", FailureAction="continue")
    manager.pass_seconds(15)
    assert images(manager) == ""
    assert status(manager)[0] == "completed"


def test_a_share_of_failures_is_taken(manager: Manager) -> None:
    manager.service("web", "sh", "-c", "exec sleep 1000", replicas=4)
    manager.pass_seconds(1)

    def change(spec: Any) -> None:
        script = "test $SLOT != 2 && exec sleep 1000; exit 1"
        spec["TaskTemplate"]["ContainerSpec"].update(Command=["sh", "-c", script], Env=["SLOT={{.Task.Slot}}"])
        spec["UpdateConfig"] = {"Parallelism": 1, "Monitor": SECOND_NS, "MaxFailureRatio": 0.25}
        spec["TaskTemplate"]["RestartPolicy"] = {"Condition": "none"}

    manager.update("web", change)
    manager.pass_seconds(20)
    assert status(manager)[0] == "completed"
    assert len(manager.running("web")) == 3


def test_an_update_rolls_itself_back(manager: Manager) -> None:
    begin(manager, image="nosuchimage", FailureAction="rollback")
    failed = ""
    for _ in range(30):
        manager.pass_seconds(0.1)
        if status(manager)[0] == "rollback_started":
            failed = status(manager)[1]
            break
    assert failed == f"update rolled back due to failure or early termination of task {manager.tasks('web')[3]['ID']}"
    manager.pass_seconds(20)
    assert images(manager) == "aaa"
    assert status(manager) == ("rollback_completed", "rollback completed")
    service = manager.get("/services/web")
    assert service["Spec"]["TaskTemplate"]["ContainerSpec"]["Image"] == "alpine"
    assert "PreviousSpec" not in service
    changes = [
        attributes.get("updatestate.new")
        for action, attributes in manager.events("service")
        if "updatestate.new" in attributes
    ]
    assert changes == ["updating", "rollback_started", "rollback_completed"]


def test_rolling_back_by_hand(manager: Manager) -> None:
    begin(manager)
    manager.pass_seconds(10)
    manager.update("web", rollback="previous")
    assert status(manager) == ("rollback_started", "manually requested rollback")
    manager.pass_seconds(25)
    assert images(manager) == "aaa"
    assert status(manager) == ("rollback_completed", "rollback completed")
    manager.update("web", rollback="previous")
    manager.pass_seconds(25)
    assert images(manager) == "bbb"


def test_rolling_back_stops_at_a_failure_of_its_own(manager: Manager) -> None:
    manager.service("web", image="nosuchimage", replicas=1)
    manager.pass_seconds(1)

    def change(spec: Any) -> None:
        spec["TaskTemplate"]["ContainerSpec"]["Image"] = "alpine"

    manager.update("web", change)
    manager.pass_seconds(10)
    manager.update("web", rollback="previous")
    manager.pass_seconds(10)
    state, message = status(manager)
    assert state == "rollback_paused"
    assert message.startswith("rollback paused due to failure or early termination of task ")


def test_what_leaves_tasks_as_they_are(manager: Manager) -> None:
    manager.service("web", replicas=2)
    manager.pass_seconds(1)
    before = manager.tasks("web")
    manager.update("web", lambda spec: spec.update(Labels={"a": "b"}))
    manager.update("web", lambda spec: spec["TaskTemplate"].update(Placement={"Constraints": ["node.role==manager"]}))
    manager.pass_seconds(3)
    assert [task["ID"] for task in manager.tasks("web")] == [task["ID"] for task in before]
    assert "UpdateStatus" not in manager.get("/services/web")
    manager.update("web", lambda spec: spec["TaskTemplate"].update(ForceUpdate=1))
    manager.pass_seconds(15)
    assert len(manager.tasks("web")) == 4


def test_scaling_while_updating(manager: Manager) -> None:
    begin(manager, 2, Delay=2 * SECOND_NS)
    manager.pass_seconds(2)
    manager.update("web", lambda spec: spec["Mode"].update(Replicated={"Replicas": 4}))
    manager.pass_seconds(20)
    assert images(manager) == "bbbb"
    assert status(manager)[0] == "completed"


def test_a_service_removed_in_the_middle_of_an_update(manager: Manager) -> None:
    begin(manager, Delay=5 * SECOND_NS)
    manager.pass_seconds(2)
    manager.good("DELETE", "/services/web")
    manager.pass_seconds(30)
    assert manager.get("/tasks") == manager.get("/containers/json", all="1") == []


@pytest.mark.parametrize("after", [0.05, 1.0, 2.3, 4.1, 6.0, 9.5])
def test_a_snapshot_in_the_middle_goes_on_alike(manager: Manager, after: float) -> None:
    begin(manager, Delay=SECOND_NS)
    manager.pass_seconds(after)
    middle = manager.engine.world
    manager.pass_seconds(20)
    there = manager.engine.world
    for _ in range(2):
        manager.engine.restore(middle)
        manager.engine.advance(there.now_ns)
        world = manager.engine.world
        assert world.services == there.services
        assert world.service_tasks == there.service_tasks
        assert world.containers == there.containers
        assert world.events == there.events or world.events.entries() == there.events.entries()


def test_a_fork_in_the_middle_goes_its_own_way(manager: Manager) -> None:
    begin(manager, Delay=SECOND_NS)
    manager.pass_seconds(2)
    other = Manager(begun=False)
    other.engine.restore(manager.engine.world)
    other.update("web", rollback="previous")
    other.pass_seconds(20)
    manager.pass_seconds(20)
    assert (images(manager), images(other)) == ("bbb", "aaa")


def test_a_snapshot_of_an_update_survives_the_disk(manager: Manager) -> None:
    from fakedocker.durability.reading import loads
    from fakedocker.durability.writing import dumps

    begin(manager, Delay=SECOND_NS)
    manager.pass_seconds(2)
    middle = loads(dumps(manager.engine.world))
    manager.pass_seconds(15)
    other = Manager(begun=False)
    other.engine.restore(middle)
    other.engine.advance(manager.engine.now_ns)
    assert other.engine.world.services == manager.engine.world.services
    assert other.engine.world.service_tasks == manager.engine.world.service_tasks

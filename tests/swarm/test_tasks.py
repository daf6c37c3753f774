"""Tasks: their states on the clock, their containers, restarts, placement, jobs, history, secrets in files, logs."""

from __future__ import annotations

import json
from typing import Any

import pytest

from fakedocker.swarm import constraints
from fakedocker.swarm.constraints import Place
from fakedocker.wire.http import Request
from helpers.swarm_world import Manager, data, service_spec


@pytest.fixture
def manager() -> Manager:
    return Manager("alpine")


def test_a_task_goes_through_its_states(manager: Manager) -> None:
    manager.service("web")
    seen: list[tuple[str, str]] = []
    for _ in range(400):
        status = manager.tasks("web")[0]["Status"]
        entry = (status["State"], status["Message"])
        if entry not in seen:
            seen.append(entry)
        manager.pass_seconds(0.001)
    assert seen == [
        ("new", "created"), ("pending", "pending task scheduling"), ("assigned", "scheduler assigned task to node"), ("accepted", "accepted"),
        ("preparing", "preparing"), ("ready", "prepared"), ("starting", "starting"), ("running", "started"),
    ]  # fmt: skip


def test_a_task_is_a_container(manager: Manager) -> None:
    service = manager.service(
        "web", Env=["WHO={{.Service.Name}}.{{.Task.Slot}} on {{.Node.Hostname}}", "B"], Hostname="{{.Task.Name}}", User="nobody", Labels={"of": "service"},
        Hosts=["10.1.1.1 other"], CapabilityAdd=["NET_ADMIN"], Resources={"Limits": {"MemoryBytes": 64 << 20, "NanoCPUs": 5 * 10**8, "Pids": 9}},
        Mounts=[{"Type": "volume", "Source": "{{.Service.Name}}-data", "Target": "/data"}],
    )  # fmt: skip
    manager.pass_seconds(1)
    (task,) = manager.tasks("web")
    assert task["NodeID"] == manager.node
    assert task["ServiceID"] == service
    found = manager.get(f"/containers/{task['Status']['ContainerStatus']['ContainerID']}/json")
    assert found["Name"] == f"/web.1.{task['ID']}"
    assert found["State"]["Pid"] == task["Status"]["ContainerStatus"]["PID"] > 0
    config, host = found["Config"], found["HostConfig"]
    assert config["Labels"] == {
        "com.docker.swarm.node.id": manager.node, "com.docker.swarm.service.id": service, "com.docker.swarm.service.name": "web",
        "com.docker.swarm.task": "", "com.docker.swarm.task.id": task["ID"], "com.docker.swarm.task.name": f"web.1.{task['ID']}",
    }  # fmt: skip
    assert config["Env"][:2] == ["WHO=web.1 on docker-host", "B"]
    assert config["Hostname"] == f"web.1.{task['ID']}"
    assert (config["Entrypoint"], config["User"], config["Image"]) == (["sleep", "1000"], "nobody", "alpine:latest")
    assert (host["Memory"], host["NanoCpus"], host["PidsLimit"]) == (64 << 20, 5 * 10**8, 9)
    assert host["ExtraHosts"] == ["other:10.1.1.1"]
    assert host["CapAdd"] == ["CAP_NET_ADMIN"] or host["CapAdd"] == ["NET_ADMIN"]
    assert found["Mounts"][0]["Name"] == "web-data"
    assert manager.get("/services/web")["Spec"]["Labels"] == {"of": "service"}


def test_scaling(manager: Manager) -> None:
    manager.service("web", replicas=2)
    manager.pass_seconds(1)
    first = [task["ID"] for task in manager.tasks("web")]
    manager.update("web", lambda spec: spec["Mode"].update(Replicated={"Replicas": 4}))
    manager.pass_seconds(1)
    assert [slot for slot, state, _ in manager.states("web") if state == "running"] == [1, 2, 3, 4]
    assert manager.get("/services", status="1")[0]["ServiceStatus"] == {
        "RunningTasks": 4,
        "DesiredTasks": 4,
        "CompletedTasks": 0,
    }
    manager.update("web", lambda spec: spec["Mode"].update(Replicated={"Replicas": 1}))
    assert manager.states("web")[1:] == [(slot, "running", "remove") for slot in (2, 3, 4)]
    manager.pass_seconds(3)
    assert [task["ID"] for task in manager.tasks("web")] == first[:1]
    assert len(manager.get("/containers/json", all="1")) == 1


def test_there_is_a_limit_to_what_can_be_wished(manager: Manager, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fakedocker.operations.swarm.orchestrating.MOST_TASKS", 5)
    manager.service("web", replicas=2**60)
    manager.service("job", replicas=None, Mode={"ReplicatedJob": {"MaxConcurrent": 2**60, "TotalCompletions": 2**60}})
    manager.pass_seconds(1)
    assert len(manager.running("web")) == 5
    assert manager.get("/services", filters={"name": ["web"]}, status="1")[0]["ServiceStatus"]["DesiredTasks"] == 2**60


def test_a_removed_service_takes_its_tasks_with_it(manager: Manager) -> None:
    manager.service("web", replicas=2)
    manager.pass_seconds(1)
    assert manager.good("DELETE", "/services/web") == b""
    assert manager.get("/services") == []
    assert {task["DesiredState"] for task in manager.get("/tasks")} == {"remove"}
    manager.pass_seconds(3)
    assert manager.get("/tasks") == manager.get("/containers/json", all="1") == []
    assert not manager.engine.world.service_tasks


def test_a_service_is_removed_before_its_tasks_are_anywhere(manager: Manager) -> None:
    manager.service("web", replicas=3)
    manager.good("DELETE", "/services/web")
    assert manager.get("/tasks") == []
    manager.pass_seconds(1)
    assert manager.get("/containers/json", all="1") == []


def test_an_ended_task_gets_a_successor_after_a_delay(manager: Manager) -> None:
    manager.service("web", "sh", "-c", "exit 3", RestartPolicy={"Condition": "any", "Delay": 2 * 10**9})
    manager.pass_seconds(1)
    first, second = manager.tasks("web")
    assert (first["Status"]["State"], first["Status"]["Err"]) == ("failed", "task: non-zero exit (3)")
    assert (first["Status"]["Message"], first["DesiredState"]) == ("started", "shutdown")
    assert first["Status"]["ContainerStatus"]["ExitCode"] == 3
    assert (second["Status"]["State"], second["DesiredState"]) == ("ready", "ready")
    manager.pass_seconds(1.5)
    assert len(manager.tasks("web")) == 3


@pytest.mark.parametrize(
    ("condition", "code", "count"), [("none", 1, 1), ("on-failure", 0, 1), ("on-failure", 1, 3), ("any", 0, 3)]
)
def test_restart_conditions(manager: Manager, condition: str, code: int, count: int) -> None:
    policy = {"Condition": condition, "Delay": 10**9}
    manager.service("web", "sh", "-c", f"exit {code}", RestartPolicy=policy)
    manager.pass_seconds(2)
    tasks = manager.tasks("web")
    assert len(tasks) == count
    assert tasks[0]["Status"]["State"] == ("failed" if code else "complete")


def test_attempts_are_counted(manager: Manager) -> None:
    manager.service("web", "false", RestartPolicy={"Condition": "any", "Delay": 10**8, "MaxAttempts": 2})
    manager.pass_seconds(20)
    assert manager.states("web") == [(1, "failed", "shutdown")] * 3
    before = {task["ID"] for task in manager.tasks("web")}
    manager.update("web", lambda spec: spec["TaskTemplate"].update(ForceUpdate=1))
    manager.pass_seconds(20)
    assert before.isdisjoint(task["ID"] for task in manager.tasks("web"))  # counted anew; of the old ones none is kept


def test_attempts_in_a_window(manager: Manager) -> None:
    policy = {"Condition": "any", "Delay": 10**9, "MaxAttempts": 3, "Window": 2 * 10**9}
    manager.service("web", "false", RestartPolicy=policy)
    manager.pass_seconds(30)
    assert len(manager.tasks("web")) == 4 == policy["MaxAttempts"] + 1  # kept; it goes on
    assert manager.states("web")[-1][1] in ("ready", "starting", "running", "failed")


def test_history_is_kept_up_to_a_limit(manager: Manager) -> None:
    manager.service("web", "false", RestartPolicy={"Condition": "any", "Delay": 10**9})
    manager.pass_seconds(15)
    assert len(manager.tasks("web")) == 5
    containers = manager.get("/containers/json", all="1", filters={"name": ["web"]})
    assert len(containers) <= 5
    swarm = manager.get("/swarm")
    spec = {**swarm["Spec"], "Orchestration": {"TaskHistoryRetentionLimit": 2}}
    manager.post("/swarm/update", spec, version=swarm["Version"]["Index"])
    manager.pass_seconds(3)
    assert len(manager.tasks("web")) == 2


def test_an_image_that_is_nowhere_is_rejected_again_and_again(manager: Manager) -> None:
    manager.service("web", image="nosuchimage")
    manager.pass_seconds(1)
    first, second = manager.tasks("web")
    for task in (first, second):
        assert (task["Status"]["State"], task["Status"]["Err"]) == ("rejected", "No such image: nosuchimage:latest")
        assert "ContainerStatus" not in task["Status"]
    assert second["DesiredState"] == "ready"
    manager.pass_seconds(5)
    assert len(manager.tasks("web")) == 3


def test_an_image_that_is_not_here_is_pulled() -> None:
    manager = Manager()
    manager.service("web", image="alpine")
    manager.pass_seconds(0.2)
    assert manager.states("web") == [(1, "preparing", "running")]
    manager.pass_seconds(5)
    assert manager.running("web") == ["alpine"]
    assert manager.image("alpine")["RepoTags"] == ["alpine:latest"]


def test_a_start_that_fails(manager: Manager) -> None:
    manager.service("web", "/no/such/program", RestartPolicy={"Condition": "none"})
    manager.pass_seconds(1)
    (task,) = manager.tasks("web")
    assert task["Status"]["State"] == "failed"
    assert task["Status"]["Err"].startswith("starting container failed: failed to create task for container:")
    assert task["Status"]["ContainerStatus"]["ExitCode"] == 127


def test_a_task_waits_for_its_health(manager: Manager) -> None:
    check = {"Test": ["CMD", "test", "-e", "/tmp/ready"], "Interval": 10**9, "Retries": 2}
    manager.service("web", "sh", "-c", "sleep 3; touch /tmp/ready; sleep 1000", Healthcheck={**check, "Retries": 9})
    manager.pass_seconds(2)
    assert manager.states("web") == [(1, "starting", "running")]
    manager.pass_seconds(4)
    assert manager.states("web") == [(1, "running", "running")]
    manager.service("ill", Healthcheck=check, RestartPolicy={"Condition": "none"})
    manager.pass_seconds(5)
    (task,) = manager.tasks("ill")
    assert (task["Status"]["State"], task["Status"]["Err"]) == (
        "failed",
        "task: non-zero exit (137): dockerexec: unhealthy container",
    )


def test_a_running_task_that_becomes_unhealthy_is_replaced(manager: Manager) -> None:
    check = {"Test": ["CMD", "test", "!", "-e", "/tmp/broken"], "Interval": 10**9, "Retries": 1}
    manager.service("web", Healthcheck=check, RestartPolicy={"Condition": "any", "Delay": 10**9})
    manager.pass_seconds(3)
    (task,) = manager.tasks("web")
    identifier = task["Status"]["ContainerStatus"]["ContainerID"]
    execution = json.loads(
        manager.good("POST", f"/containers/{identifier}/exec", body={"Cmd": ["touch", "/tmp/broken"]})
    )["Id"]
    manager.good("POST", f"/exec/{execution}/start", body={"Detach": True})
    manager.pass_seconds(6)
    assert [state for _, state, _ in manager.states("web")] == ["failed", "running"]


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"Placement": {"Constraints": ["node.role==worker"]}}, "scheduling constraints not satisfied on 1 node"),
        ({"Placement": {"Platforms": [{"OS": "windows"}]}}, "unsupported platform on 1 node"),
        ({"Resources": {"Reservations": {"NanoCPUs": 3 * 10**9}}}, "insufficient resources on 1 node"),
        ({"Resources": {"Reservations": {"GenericResources": [{"DiscreteResourceSpec": {"Kind": "gpu", "Value": 1}}]}}}, "insufficient resources on 1 node"),
        ({"Mounts": [{"Type": "volume", "Target": "/x", "VolumeOptions": {"DriverConfig": {"Name": "nfs"}}}]}, "missing plugin on 1 node"),
    ],
)  # fmt: skip
def test_a_task_that_no_node_takes_is_pending(manager: Manager, settings: dict[str, Any], reason: str) -> None:
    manager.service("web", **settings)
    manager.pass_seconds(1)
    (task,) = manager.tasks("web")
    assert task["Status"]["State"] == "pending"
    assert task["Status"]["Err"] == f"no suitable node ({reason})"
    assert "NodeID" not in task


def test_a_pending_task_finds_a_place_when_there_is_one(manager: Manager) -> None:
    manager.service("web", Placement={"Constraints": ["node.labels.disk == ssd"]})
    manager.pass_seconds(1)
    assert manager.states("web") == [(1, "pending", "running")]
    (node,) = manager.get("/nodes")
    spec = {**node["Spec"], "Labels": {"disk": "ssd"}}
    manager.post(f"/nodes/{manager.node}/update", spec, version=node["Version"]["Index"])
    manager.pass_seconds(1)
    assert manager.states("web") == [(1, "running", "running")]


def test_replicas_of_a_node_and_its_ports_are_limited(manager: Manager) -> None:
    manager.service("web", replicas=2, Placement={"MaxReplicas": 1})
    port = {"Ports": [{"TargetPort": 80, "PublishedPort": 8080, "PublishMode": "host"}]}
    manager.service("one", replicas=2, EndpointSpec=port)
    manager.pass_seconds(1)
    assert manager.tasks("web")[1]["Status"]["Err"] == "no suitable node (max replicas per node limit exceed)"
    first, second = manager.tasks("one")
    assert second["Status"]["Err"] == "no suitable node (host-mode port already in use on 1 node)"
    shown = {"Protocol": "tcp", "TargetPort": 80, "PublishedPort": 8080, "PublishMode": "host"}
    assert shown in first["Status"]["PortStatus"]["Ports"]
    manager.update("one", lambda spec: spec["Mode"].update(Replicated={"Replicas": 1}))
    manager.pass_seconds(3)
    assert manager.states("one") == [(1, "running", "running")]


def _available(manager: Manager, availability: str) -> None:
    (node,) = manager.get("/nodes")
    spec = {**node["Spec"], "Availability": availability}
    manager.post(f"/nodes/{manager.node}/update", spec, version=node["Version"]["Index"])


def test_a_drained_node_runs_nothing(manager: Manager) -> None:
    manager.service("web")
    manager.service("everywhere", replicas=None, Mode={"Global": {}})
    manager.pass_seconds(1)
    _available(manager, "drain")
    manager.pass_seconds(3)
    assert manager.states("web") == [(1, "shutdown", "shutdown"), (1, "pending", "running")]
    assert manager.tasks("web")[1]["Status"]["Err"] == "no suitable node (1 node not available for new tasks)"
    assert manager.states("everywhere") == [(0, "shutdown", "shutdown")]
    _available(manager, "active")
    manager.pass_seconds(1)
    assert manager.states("web")[1:] == [(1, "running", "running")]
    assert manager.states("everywhere")[1:] == [(0, "running", "running")]


def test_a_paused_node_keeps_what_it_runs(manager: Manager) -> None:
    manager.service("web")
    manager.pass_seconds(1)
    _available(manager, "pause")
    manager.service("more")
    manager.pass_seconds(1)
    assert manager.states("web") == [(1, "running", "running")]
    assert manager.states("more") == [(1, "pending", "running")]


def test_a_global_service_has_one_task_by_node(manager: Manager) -> None:
    manager.service("agent", replicas=None, Mode={"Global": {}})
    manager.pass_seconds(1)
    (task,) = manager.tasks("agent")
    assert "Slot" not in task
    names = manager.get("/containers/json")[0]["Names"]
    assert names == [f"/agent.{manager.node}.{task['ID']}"]
    assert manager.get("/services", status="1")[0]["ServiceStatus"]["DesiredTasks"] == 1
    manager.service(
        "nowhere", replicas=None, Mode={"Global": {}}, Placement={"Constraints": ["node.hostname!=docker-host"]}
    )
    manager.pass_seconds(1)
    assert manager.tasks("nowhere") == []


def test_a_replicated_job_runs_until_as_many_have_completed(manager: Manager) -> None:
    mode = {"ReplicatedJob": {"MaxConcurrent": 2, "TotalCompletions": 5}}
    manager.service("job", "sh", "-c", "sleep 1", replicas=None, Mode=mode)
    manager.pass_seconds(1)
    assert manager.states("job") == [(0, "running", "complete"), (1, "running", "complete")]
    status = manager.get("/services", status="1")[0]["ServiceStatus"]
    assert status == {"RunningTasks": 2, "DesiredTasks": 2, "CompletedTasks": 0}
    manager.pass_seconds(6)
    assert manager.states("job") == [(slot, "complete", "complete") for slot in range(5)]
    assert manager.get("/services", status="1")[0]["ServiceStatus"]["CompletedTasks"] == 5
    assert manager.tasks("job")[0]["JobIteration"] == {}
    manager.update("job", lambda spec: spec["TaskTemplate"].update(ForceUpdate=1))
    manager.pass_seconds(8)
    assert manager.get("/services/job")["JobStatus"]["JobIteration"] == {"Index": 1}
    assert len([task for task in manager.tasks("job") if task["JobIteration"] == {"Index": 1}]) == 5


def test_a_failing_job_is_tried_again_where_its_policy_says_so(manager: Manager) -> None:
    manager.service("job", "false", replicas=None, Mode={"GlobalJob": {}}, RestartPolicy={"Condition": "none"})
    policy = {"Condition": "on-failure", "Delay": 10**9, "MaxAttempts": 2}
    manager.service("again", "false", replicas=None, Mode={"ReplicatedJob": {}}, RestartPolicy=policy)
    manager.pass_seconds(10)
    assert manager.states("job") == [(0, "failed", "shutdown")]
    assert manager.states("again") == [(0, "failed", "shutdown")] * 3


def test_secrets_and_configs_are_files(manager: Manager) -> None:
    secret = manager.post("/secrets/create", {"Name": "password", "Data": data("hunter2")})["ID"]
    config = manager.post(
        "/configs/create",
        {
            "Name": "settings",
            "Data": data('for {{.Service.Name}} {{env "A"}} {{secret "p"}}'),
            "Templating": {"Name": "golang"},
        },
    )["ID"]
    manager.service(
        "web", "sh", "-c", "cat /run/secrets/p /etc/app/settings /plain; ls -ln /run/secrets/p /plain; echo x > /run/secrets/p; mount | grep secrets; exec sleep 1000",
        Secrets=[{"SecretID": secret, "SecretName": "password", "File": {"Name": "p", "UID": "7", "GID": "8", "Mode": 0o440}}],
        Configs=[
            {"ConfigID": config, "ConfigName": "settings", "File": {"Name": "/etc/app/settings", "UID": "0", "GID": "0", "Mode": 0o444}},
            {"ConfigID": config, "ConfigName": "settings", "File": {"Name": "plain", "Mode": 0o400}},
        ], Env=["A=b"],
    )  # fmt: skip
    manager.pass_seconds(1)
    text = logs(manager, "web")
    assert text.startswith("hunter2for web b hunter2for web b hunter2")
    lines = text.splitlines()
    assert "-r--r-----" in lines[0] + lines[1] and " 7 " in text and " 8 " in text
    assert "Read-only file system" in logs(manager, "web", "stderr")
    assert "tmpfs on /run/secrets/p type tmpfs (ro,relatime)" in text
    identifier = manager.tasks("web")[0]["Status"]["ContainerStatus"]["ContainerID"]
    archive = manager.good("GET", f"/containers/{identifier}/archive", {"path": "/run/secrets/p"})
    assert b"hunter2" in archive
    manager.good("DELETE", "/services/web")
    manager.pass_seconds(3)
    assert not [name for name in manager.engine.world.kernel.filesystems if name.startswith("given:")]


def logs(manager: Manager, name: str, stream: str = "stdout", **query: Any) -> str:
    """What a service's tasks have written."""
    answer = manager.good("GET", f"/services/{name}/logs", {stream: "1", **query})
    text = b""
    while answer:
        size = int.from_bytes(answer[4:8], "big")
        text, answer = text + answer[8 : 8 + size], answer[8 + size :]
    return text.decode()


def test_followed_logs_end_with_the_swarm(manager: Manager) -> None:
    manager.post("/services/create", service_spec("web", "sh", "-c", "echo begun; sleep 1000"))
    manager.pass_seconds(5)
    request = Request(method="GET", target="/services/web/logs?stdout=1&follow=1")
    exchange = manager.engine.submit(request)
    manager.engine.turn()
    assert b"begun" in exchange.take()
    assert not exchange.ended
    manager.post("/swarm/leave", force="1")
    manager.engine.turn()
    assert exchange.ended


def test_logs_of_all_tasks(manager: Manager) -> None:
    identifier = manager.service(
        "web", "sh", "-c", "echo from $HOSTNAME; echo more; exec sleep 1000", replicas=2, Hostname="{{.Task.Slot}}"
    )
    manager.pass_seconds(1)
    assert sorted(logs(manager, "web").splitlines()) == ["from 1", "from 2", "more", "more"]
    assert logs(manager, "web", tail="1").splitlines() == ["more", "more"]
    task = manager.tasks("web")[0]
    line = logs(manager, "web", tail="1", details="1").splitlines()[0]
    assert line == (
        f"com.docker.swarm.node.id={manager.node},com.docker.swarm.service.id={identifier},com.docker.swarm.task.id={task['ID']} more"
    )
    assert manager.refused("GET", "/services/web/logs") == (500, "Bad parameters: you must choose at least one stream")
    assert (
        manager.refused("GET", "/services/web/logs", stdout="1", tail="x")[1]
        == 'tail value must be a positive integer or "all"'
    )
    assert (
        manager.refused("GET", "/services/web/logs", stdout="1", tail="-2")[1] == "negative tail values not supported"
    )
    status, answer = manager.ask("GET", f"/tasks/{task['ID']}/logs", {"stdout": "1"})
    assert status == 200
    assert answer.count(b"from 1") == 1 and b"from 2" not in answer


def test_logs_are_followed_until_the_service_is_gone(manager: Manager) -> None:
    from fakedocker.wire.http import Request

    manager.service("web", "sh", "-c", "while true; do echo tick; sleep 1; done", replicas=2)
    exchange = manager.engine.submit(Request(method="GET", target="/services/web/logs?stdout=1&follow=1"))
    manager.engine.turn()
    manager.pass_seconds(4)
    taken = exchange.take()
    assert taken.count(b"tick") >= 6
    assert not exchange.ended
    manager.good("DELETE", "/services/web")
    manager.pass_seconds(3)
    assert exchange.ended


def test_filters_of_tasks(manager: Manager) -> None:
    identifier = manager.service("web", Labels={"a": "b"})
    manager.service("other")
    manager.pass_seconds(1)

    def count(**filters: list[str]) -> int:
        return len(manager.get("/tasks", filters=filters))

    assert count() == 2
    assert count(service=["web"]) == count(service=[identifier]) == count(name=["web.1"]) == count(label=["a=b"]) == 1
    assert count(node=["self"]) == count(node=["docker-host"]) == count(**{"desired-state": ["running"]}) == 2
    assert count(**{"desired-state": ["shutdown"]}) == count(runtime=["plugin"]) == 0
    assert count(**{"_up-to-date": ["true"]}) == 2
    assert manager.refused("GET", "/tasks", filters={"service": ["none"]}) == (404, "service none not found")
    assert manager.refused("GET", "/tasks", filters={"desired-state": ["gone"]}) == (
        500,
        "Invalid desired-state filter: 'gone'",
    )
    task = manager.tasks("web")[0]
    assert manager.get(f"/tasks/{task['ID'][:10]}") == task
    assert manager.refused("GET", "/tasks/none") == (404, "task none not found")


def test_a_container_that_somebody_removes_is_replaced(manager: Manager) -> None:
    manager.service("web", RestartPolicy={"Condition": "any", "Delay": 10**9})
    manager.pass_seconds(1)
    identifier = manager.tasks("web")[0]["Status"]["ContainerStatus"]["ContainerID"]
    manager.good("DELETE", f"/containers/{identifier}", {"force": "1"})
    manager.pass_seconds(3)
    assert [(state, desired) for _, state, desired in manager.states("web")] == [
        ("failed", "shutdown"),
        ("running", "running"),
    ]


def test_leaving_removes_the_containers(manager: Manager) -> None:
    manager.service("web", replicas=2)
    manager.service("slow", image="nginx")
    manager.pass_seconds(1)
    manager.post("/swarm/leave", force="1")
    manager.pass_seconds(10)
    assert manager.get("/containers/json", all="1") == []
    world = manager.engine.world
    assert not world.services and not world.service_tasks


def test_constraints_of_a_place() -> None:
    place = Place("abc", "Host", "192.168.65.3", "manager", "linux", "x86_64", {"Zone": "a"})
    for text, met in (
        ("node.id==ABC", True), ("node.hostname != other", True), ("node.role==manager", True), ("node.ip==192.168.65.0/24", True),
        ("node.ip!=192.168.65.3", False), ("node.platform.arch==x86_64", True), ("node.labels.Zone==a", True), ("node.labels.zone==a", False),
        ("node.labels.none!=x", True), ("engine.labels.x!=y", True), ("engine.labels.x==y", False), ("something==else", False),
        ("node.ip==everywhere", False), ("node.platform.os==windows", False),
    ):  # fmt: skip
        assert constraints.met([text], place) is met, text


def test_restoring_in_the_middle_of_a_start_goes_on_alike(manager: Manager) -> None:
    manager.service("web", replicas=3)
    manager.pass_seconds(0.1)
    middle = manager.engine.world
    manager.pass_seconds(5)
    there = manager.engine.world
    manager.engine.restore(middle)
    manager.engine.advance(there.now_ns)
    assert manager.engine.world.service_tasks == there.service_tasks
    assert service_spec("web")  # the helper makes one anew


def test_a_daemon_that_comes_up_again_goes_on_with_its_tasks(manager: Manager) -> None:
    manager.service("web", replicas=2, RestartPolicy={"Condition": "any", "Delay": 10**9})
    manager.service("late", image="nosuchimage", RestartPolicy={"Condition": "any", "Delay": 4 * 10**9})
    manager.pass_seconds(1)
    manager.engine.inject("daemon down for 30s")
    manager.pass_seconds(29)
    assert all(not container.has_process for container in manager.engine.world.containers.values())
    manager.pass_seconds(5)
    assert [(state, desired) for _, state, desired in manager.states("web")] == [("failed", "shutdown")] * 2 + [
        ("running", "running")
    ] * 2
    assert manager.tasks("web")[0]["Status"]["Err"] == "task: non-zero exit (137)"
    before = len(manager.tasks("late"))
    manager.pass_seconds(9)
    assert len(manager.tasks("late")) > before or before == 5


def test_a_manager_that_locks_itself_waits_for_its_key() -> None:
    manager = Manager("alpine", begun=False)
    manager.post(
        "/swarm/init", {"ListenAddr": "0.0.0.0:2377", "Spec": {"EncryptionConfig": {"AutoLockManagers": True}}}
    )
    key = manager.get("/swarm/unlockkey")["UnlockKey"]
    manager.service("web")
    manager.pass_seconds(1)
    manager.engine.inject("daemon restart")
    manager.pass_seconds(15)
    locked = (
        503,
        'Swarm is encrypted and needs to be unlocked before it can be used. Please use "docker swarm unlock" to unlock it.',
    )
    assert manager.refused("GET", "/services") == manager.refused("GET", "/swarm") == locked
    assert manager.get("/info")["Swarm"]["LocalNodeState"] == "locked"
    assert manager.get("/containers/json") == []
    assert manager.refused("POST", "/swarm/leave") == (
        503,
        "Swarm is encrypted and locked. Please unlock it first or use `--force` to ignore this message.",
    )
    assert manager.refused("POST", "/swarm/unlock", {"UnlockKey": "open"}) == (400, "invalid key string")
    assert manager.refused("POST", "/swarm/unlock", {"UnlockKey": "SWMKEY-1-AAAA"}) == (
        401,
        "swarm could not be unlocked: invalid key provided",
    )
    manager.post("/swarm/unlock", {"UnlockKey": key})
    manager.pass_seconds(7)
    assert [state for _, state, _ in manager.states("web")] == ["failed", "running"]
    manager.engine.inject("daemon restart")
    manager.pass_seconds(15)
    manager.post("/swarm/leave", force="1")
    assert manager.get("/info")["Swarm"]["LocalNodeState"] == "inactive"

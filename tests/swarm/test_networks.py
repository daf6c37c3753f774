"""Networks of a swarm: overlay networks, addresses and names of services, published ports, who may be where."""

from __future__ import annotations

import json
from typing import Any

import pytest

from fakedocker.kernel.records import HOST
from fakedocker.operations.networks.router import WorldRouter
from helpers.swarm_world import Manager, service_spec

PRECONDITION = "rpc error: code = FailedPrecondition desc = "


@pytest.fixture
def manager() -> Manager:
    return Manager("alpine", "nginx")


def overlay(manager: Manager, name: str, **more: Any) -> str:
    identifier: str = manager.post("/networks/create", {"Name": name, "Driver": "overlay", **more})["Id"]
    return identifier


def run(manager: Manager, script: str, network: str = "", name: str = "client") -> str:
    """What a container prints that runs a script in a network."""
    host = {"NetworkMode": network} if network else {}
    manager.post("/containers/create", {"Image": "alpine", "Cmd": ["sh", "-c", script], "HostConfig": host}, name=name)
    manager.good("POST", f"/containers/{name}/start")
    manager.good("POST", f"/containers/{name}/wait")
    answer = manager.good("GET", f"/containers/{name}/logs", {"stdout": "1", "stderr": "1"})
    manager.good("DELETE", f"/containers/{name}", {"force": "1"})
    text = b""
    while answer:
        size = int.from_bytes(answer[4:8], "big")
        text, answer = text + answer[8 : 8 + size], answer[8 + size :]
    return text.decode()


def test_a_swarm_begins_with_its_networks(manager: Manager) -> None:
    found = {network["Name"]: network for network in manager.get("/networks")}
    assert sorted(found) == ["bridge", "docker_gwbridge", "host", "ingress", "none"]
    ingress = manager.get("/networks/ingress")
    assert (ingress["Scope"], ingress["Driver"], ingress["Ingress"]) == ("swarm", "overlay", True)
    assert ingress["IPAM"]["Config"] == [{"Subnet": "10.0.0.0/24", "Gateway": "10.0.0.1"}]
    assert ingress["Options"] == {"com.docker.network.driver.overlay.vxlanid_list": "4096"}
    assert ingress["Containers"]["ingress-sbox"]["IPv4Address"] == "10.0.0.2/24"
    assert ingress["Peers"][0]["IP"] == "192.168.65.3"
    bridge = manager.get("/networks/docker_gwbridge")
    assert (bridge["Scope"], bridge["Driver"]) == ("local", "bridge")
    assert bridge["Containers"]["ingress-sbox"]["Name"] == "gateway_ingress-sbox"
    assert [network["Name"] for network in manager.get("/networks", filters={"scope": ["swarm"]})] == ["ingress"]
    assert manager.get("/networks", filters={"dangling": ["true"]}) == []
    status, words = manager.refused("DELETE", "/networks/docker_gwbridge")
    assert status == 403
    assert 'network docker_gwbridge has active endpoints (name:"gateway_ingress-sbox"' in words
    manager.post("/swarm/leave", force="1")
    assert sorted(network["Name"] for network in manager.get("/networks")) == [
        "bridge",
        "docker_gwbridge",
        "host",
        "none",
    ]
    assert manager.get("/networks/docker_gwbridge")["Containers"] == {}
    manager.post("/swarm/init", {"ListenAddr": "0.0.0.0:2377"})
    assert len(manager.get("/networks")) == 5


def test_overlay_networks_need_a_swarm() -> None:
    engine = Manager(begun=False)
    assert engine.refused("POST", "/networks/create", {"Name": "net", "Driver": "overlay"})[0] == 503


def test_overlay_networks_have_subnets_of_the_swarms_pools(manager: Manager) -> None:
    first, second = (
        overlay(manager, "one"),
        overlay(manager, "two", IPAM={"Config": [{"Subnet": "10.9.0.0/16"}]}, Labels={"a": "b"}, Attachable=True),
    )
    found = manager.get("/networks/one")
    assert len(first) == 25
    assert found["IPAM"]["Config"] == [{"Subnet": "10.0.1.0/24", "Gateway": "10.0.1.1"}]
    assert found["Containers"] is None
    assert "Peers" not in found
    other = manager.get(f"/networks/{second}")
    assert (other["IPAM"]["Config"][0]["Gateway"], other["Labels"], other["Attachable"]) == (
        "10.9.0.1",
        {"a": "b"},
        True,
    )
    assert other["Options"]["com.docker.network.driver.overlay.vxlanid_list"] == "4098"
    pools = Manager(begun=False)
    pools.post("/swarm/init", {"ListenAddr": "0.0.0.0", "DefaultAddrPool": ["20.0.0.0/16"], "SubnetSize": 26})
    overlay(pools, "one")
    assert pools.get("/networks/one")["IPAM"]["Config"][0]["Subnet"] == "20.0.0.64/26"
    assert manager.events("network")[-2:] == [("create", {"name": "one"}), ("create", {"name": "two"})]


@pytest.mark.parametrize(
    ("request_", "status", "words"),
    [
        ({"Name": "ingress"}, 409, "network with name ingress already exists"),
        ({"Name": "a b"}, 400, "rpc error: code = InvalidArgument desc = name must be valid as a DNS name component"),
        ({"Name": "x", "Ingress": True, "Attachable": True}, 400, "rpc error: code = InvalidArgument desc = ingress network cannot be attachable"),
    ],
)  # fmt: skip
def test_what_no_overlay_network_can_be(manager: Manager, request_: dict[str, Any], status: int, words: str) -> None:
    assert manager.refused("POST", "/networks/create", {"Driver": "overlay", **request_}) == (status, words)


def test_a_second_ingress_network_is_refused(manager: Manager) -> None:
    identifier = manager.get("/networks/ingress")["Id"]
    words = f"rpc error: code = AlreadyExists desc = ingress network ({identifier}) is already present"
    assert manager.refused("POST", "/networks/create", {"Name": "x", "Driver": "overlay", "Ingress": True}) == (
        409,
        words,
    )


def test_another_ingress_network_in_place_of_the_first(manager: Manager) -> None:
    ports = {"Ports": [{"TargetPort": 80, "PublishedPort": 8080}]}
    identifier = manager.service("web", image="nginx", EndpointSpec=ports)
    needed = PRECONDITION + f"ingress network cannot be removed because service {identifier} depends on it"
    assert manager.refused("DELETE", "/networks/ingress") == (400, needed)
    manager.good("DELETE", "/services/web")
    manager.pass_seconds(3)
    manager.good("DELETE", "/networks/ingress")
    lacking = PRECONDITION + "service needs ingress network, but no ingress network is present"
    assert manager.refused("POST", "/services/create", service_spec("web", EndpointSpec=ports)) == (400, lacking)
    overlay(manager, "mine", Ingress=True)
    manager.service("web", EndpointSpec=ports)


def test_a_service_has_an_address_and_its_tasks_have_theirs(manager: Manager) -> None:
    network = overlay(manager, "net")
    manager.service("web", replicas=2, Networks=[{"Target": "net", "Aliases": ["site"]}])
    service = manager.get("/services/web")
    assert service["Spec"]["Networks"] == [{"Target": network, "Aliases": ["site"]}]
    assert service["Endpoint"]["VirtualIPs"] == [{"NetworkID": network, "Addr": "10.0.1.2/24"}]
    manager.pass_seconds(1)
    first, second = manager.tasks("web")
    (attachment,) = first["NetworksAttachments"]
    assert attachment["Addresses"] == ["10.0.1.3/24"]
    shown = attachment["Network"]
    assert (shown["ID"], shown["Spec"]["Name"], shown["Spec"]["Scope"], shown["DriverState"]["Name"]) == (
        network,
        "net",
        "swarm",
        "overlay",
    )
    assert shown["IPAMOptions"]["Configs"] == [{"Subnet": "10.0.1.0/24", "Gateway": "10.0.1.1"}]
    assert second["NetworksAttachments"][0]["Addresses"] == ["10.0.1.4/24"]
    container = manager.get(f"/containers/{first['Status']['ContainerStatus']['ContainerID']}/json")
    assert list(container["NetworkSettings"]["Networks"]) == ["net"]
    settings = container["NetworkSettings"]["Networks"]["net"]
    assert (settings["IPAddress"], settings["IPAMConfig"], settings["Gateway"]) == (
        "10.0.1.3",
        {"IPv4Address": "10.0.1.3"},
        "",
    )
    inspected = manager.get("/networks/net")
    assert inspected["Containers"]["lb-net"]["Name"] == "net-endpoint"
    assert len(inspected["Containers"]) == 3
    manager.good("DELETE", "/services/web")
    manager.pass_seconds(6)
    assert manager.get("/networks/net")["Containers"] is None
    assert not [key for key in manager.engine.world.addresses if key[0] == network]


def test_a_network_tells_of_its_services_where_it_is_asked(manager: Manager) -> None:
    overlay(manager, "net")
    manager.service("web", replicas=2, Networks=[{"Target": "net"}])
    manager.pass_seconds(1)
    assert "Services" not in manager.get("/networks/net", scope="swarm")
    web = manager.get("/networks/net", verbose="true")["Services"]["web"]
    assert (web["VIP"], web["Ports"]) == ("10.0.1.2", [])
    assert [task["EndpointIP"] for task in web["Tasks"]] == ["10.0.1.3", "10.0.1.4"]
    assert web["Tasks"][0]["Info"] == {"Host IP": "192.168.65.3"}
    assert "Services" not in manager.get("/networks/bridge", verbose="1")
    assert manager.refused("GET", "/networks/net", scope="local") == (404, "network net not found")
    assert manager.get("/networks/bridge", scope="swarm")["Name"] == "bridge"
    assert manager.refused("GET", "/networks/none", scope="swarm")[0] == 404
    assert manager.refused("GET", "/networks/net", verbose="maybe") == (400, "invalid value for verbose: maybe")


def test_names_of_services(manager: Manager) -> None:
    overlay(manager, "net", Attachable=True)
    overlay(manager, "other", Attachable=True)
    manager.service("web", replicas=2, Networks=[{"Target": "net", "Aliases": ["site"]}])
    manager.service("flat", replicas=2, Networks=[{"Target": "net"}], EndpointSpec={"Mode": "dnsrr"})
    manager.pass_seconds(1)
    assert "VirtualIPs" not in manager.get("/services/flat")["Endpoint"]
    tasks = [
        task["NetworksAttachments"][0]["Addresses"][0].partition("/")[0]
        for name in ("web", "flat")
        for task in manager.tasks(name)
    ]

    def names(network: str, name: str) -> list[str]:
        text = run(
            manager, f"getent ahosts {name} | awk '{{print $1}}' | sort -u; nslookup {name} | tail -n +3", network
        )
        return sorted({line.split()[-1] for line in text.splitlines() if line.startswith("Address")})

    assert names("net", "web") == names("net", "site") == ["10.0.1.2"]
    assert names("net", "tasks.web") == sorted(tasks[:2])
    assert names("net", "flat") == names("net", "tasks.flat") == sorted(tasks[2:])
    assert names("other", "web") == []


def test_connections_to_a_service_go_round_its_tasks(manager: Manager) -> None:
    overlay(manager, "net", Attachable=True)
    script = "hostname > /usr/share/nginx/html/index.html; exec nginx -g 'daemon off;'"
    manager.service(
        "web",
        "sh",
        "-c",
        script,
        image="nginx",
        replicas=3,
        Hostname="task{{.Task.Slot}}",
        Networks=[{"Target": "net"}],
    )
    manager.pass_seconds(3)
    answers = run(
        manager, "for i in 1 2 3 4; do wget -qO- http://web/; done; ping -c 1 web | tail -1", "net"
    ).splitlines()
    assert sorted(answers[:3]) == ["task1", "task2", "task3"]
    assert answers[3] == answers[0]
    manager.update("web", lambda spec: spec["Mode"].update(Replicated={"Replicas": 0}))
    manager.pass_seconds(5)
    assert "Connection refused" in run(manager, "wget -qO- http://web/", "net")


def test_a_published_port_leads_to_every_task(manager: Manager) -> None:
    script = "hostname > /usr/share/nginx/html/index.html; exec nginx -g 'daemon off;'"
    ports = {"Ports": [{"TargetPort": 80, "PublishedPort": 8080}]}
    manager.service(
        "web", "sh", "-c", script, image="nginx", replicas=2, Hostname="task{{.Task.Slot}}", EndpointSpec=ports
    )
    manager.pass_seconds(3)
    service = manager.get("/services/web")
    ingress = manager.get("/networks/ingress")["Id"]
    assert service["Endpoint"]["VirtualIPs"] == [{"NetworkID": ingress, "Addr": "10.0.0.3/24"}]
    router = WorldRouter(manager.engine.draft)
    routes = [router.route(HOST, "127.0.0.1", 8080, "tcp") for _ in range(3)]
    containers = [task["Status"]["ContainerStatus"]["ContainerID"] for task in manager.tasks("web")]
    assert {getattr(route, "network", "") for route in routes} == set(containers)
    assert {getattr(route, "port", 0) for route in routes} == {80}
    assert sorted(run(manager, "for i in 1 2; do wget -qO- 172.17.0.1:8080; done").splitlines()) == ["task1", "task2"]
    assert list(manager.get("/containers/json")[0]["NetworkSettings"]["Networks"]) == ["ingress"]
    taken = {
        "Image": "alpine",
        "Cmd": ["sleep", "9"],
        "HostConfig": {"PortBindings": {"80/tcp": [{"HostPort": "8080"}]}},
    }
    manager.post("/containers/create", taken, name="late")
    status, answer = manager.ask("POST", "/containers/late/start")
    assert status == 500
    assert "Bind for 0.0.0.0:8080 failed: port is already allocated" in json.loads(answer)["message"]
    manager.update("web", lambda spec: spec.update(EndpointSpec={"Ports": [{"TargetPort": 80, "PublishedPort": 9090}]}))
    assert (8080, "tcp", 4) not in manager.engine.world.ports
    assert (9090, "tcp", 6) in manager.engine.world.ports
    manager.good("DELETE", "/services/web")
    assert not manager.engine.world.ports
    manager.pass_seconds(5)


def test_a_stopping_task_is_reached_no_more(manager: Manager) -> None:
    overlay(manager, "net", Attachable=True)
    manager.service("web", replicas=2, Networks=[{"Target": "net"}])
    manager.pass_seconds(1)
    addresses = [task["NetworksAttachments"][0]["Addresses"][0].partition("/")[0] for task in manager.tasks("web")]
    manager.update("web", lambda spec: spec["Mode"].update(Replicated={"Replicas": 1}))
    manager.pass_seconds(0.5)
    assert manager.states("web")[1] == (2, "running", "remove")
    assert addresses[1] not in run(manager, "nslookup tasks.web", "net")
    manager.pass_seconds(4)
    assert len(manager.tasks("web")) == 1


def test_containers_in_a_swarms_network(manager: Manager) -> None:
    network = overlay(manager, "closed")
    overlay(manager, "open", Attachable=True)
    manager.post(
        "/containers/create",
        {"Image": "alpine", "Cmd": ["sleep", "9"], "HostConfig": {"NetworkMode": "closed"}},
        name="outsider",
    )
    status, answer = manager.ask("POST", "/containers/outsider/start")
    assert status == 500
    assert json.loads(answer)["message"] == (
        "failed to set up container networking: Could not attach to network closed: "
        "rpc error: code = PermissionDenied desc = network closed not manually attachable"
    )
    body = {"Image": "alpine", "Cmd": ["sleep", "99"], "HostConfig": {"NetworkMode": "open"}}
    body["NetworkingConfig"] = {"EndpointsConfig": {"open": {"IPAMConfig": {"IPv4Address": "10.0.2.50"}}}}
    manager.post("/containers/create", body, name="guest")
    manager.good("POST", "/containers/guest/start")
    settings = manager.get("/containers/guest/json")["NetworkSettings"]["Networks"]["open"]
    assert settings["IPAddress"] == "10.0.2.50"
    status, words = manager.refused("DELETE", "/networks/open")
    assert status == 400
    assert "is in use by task" in words
    manager.good("DELETE", "/containers/guest", {"force": "1"})
    manager.good("DELETE", "/networks/open")
    manager.good("DELETE", f"/networks/{network}")
    assert manager.events("network")[-2:] == [("remove", {"name": "open"}), ("remove", {"name": "closed"})]


def test_networks_that_services_use_are_kept(manager: Manager) -> None:
    network = overlay(manager, "net")
    overlay(manager, "unused")
    identifier = manager.service("web", Networks=[{"Target": "net"}])
    assert manager.refused("DELETE", "/networks/net") == (
        400,
        PRECONDITION + f"network {network} is in use by service {identifier}",
    )
    assert manager.post("/networks/prune")["NetworksDeleted"] == ["unused"]
    manager.good("DELETE", "/services/web")
    manager.pass_seconds(5)
    manager.good("DELETE", "/networks/net")


def test_a_network_is_removed_while_tasks_are_leaving_it(manager: Manager) -> None:
    first = overlay(manager, "net")
    manager.service("web", Networks=[{"Target": "net"}])
    manager.pass_seconds(1)
    manager.good("DELETE", "/services/web")
    manager.good("DELETE", "/networks/net")
    assert manager.get("/networks/net")["Id"] == first
    assert (
        manager.refused("POST", "/services/create", service_spec("x", Networks=[{"Target": "net"}]))[1]
        == "network net not found"
    )
    manager.pass_seconds(5)
    assert manager.refused("GET", "/networks/net") == (404, "network net not found")
    overlay(manager, "net")
    manager.service("web", Networks=[{"Target": "net"}])
    manager.pass_seconds(1)
    manager.good("DELETE", "/services/web")
    manager.good("DELETE", "/networks/net")
    again = overlay(manager, "net")
    manager.pass_seconds(5)
    assert manager.get("/networks/net")["Id"] == again


def test_which_networks_services_can_be_in(manager: Manager) -> None:
    manager.post("/networks/create", {"Name": "local"})

    def refused(name: str) -> tuple[int, str]:
        return manager.refused("POST", "/services/create", service_spec("x", Networks=[{"Target": name}]))

    words = "The network local cannot be used with services. Only networks scoped to the swarm can be used, such as those created with the overlay driver."
    assert refused("local") == (403, words)
    assert refused("none") == (404, "could not find the corresponding predefined swarm network: network none not found")
    spec = service_spec("x")
    spec["TaskTemplate"]["Networks"] = [{"Target": "ingress"}]
    words = 'rpc error: code = InvalidArgument desc = Service cannot be explicitly attached to the ingress network "ingress"'
    assert manager.refused("POST", "/services/create", spec) == (400, words)
    spec["TaskTemplate"]["Networks"] = [{"Target": "host"}]
    manager.post("/services/create", spec)
    manager.pass_seconds(1)
    container = manager.tasks("x")[0]["Status"]["ContainerStatus"]["ContainerID"]
    assert manager.get(f"/containers/{container}/json")["HostConfig"]["NetworkMode"] == "host"


def test_changing_networks(manager: Manager) -> None:
    one, two = overlay(manager, "one"), overlay(manager, "two")
    spec = service_spec("web")
    spec["TaskTemplate"]["Networks"] = [{"Target": "one"}]
    manager.post("/services/create", spec)
    manager.pass_seconds(1)
    manager.update("web", lambda spec: spec["TaskTemplate"].update(Networks=[{"Target": "two"}]))
    manager.pass_seconds(8)
    assert [one["NetworkID"] for one in manager.get("/services/web")["Endpoint"]["VirtualIPs"]] == [two]
    assert manager.tasks("web")[-1]["NetworksAttachments"][0]["Network"]["ID"] == two
    assert not [key for key in manager.engine.world.addresses if key[0] == one]
    manager.service("old", Networks=[{"Target": "one"}])
    found = manager.get("/services/old")
    changed = {**found["Spec"], "Networks": [{"Target": "two"}]}
    refusal = manager.refused("POST", "/services/old/update", changed, version=found["Version"]["Index"])
    assert refusal == (
        501,
        "rpc error: code = Unimplemented desc = networks must be migrated to TaskSpec before being changed",
    )


def test_a_network_without_room(manager: Manager) -> None:
    overlay(manager, "tiny", IPAM={"Config": [{"Subnet": "10.7.0.0/30"}]})
    manager.service("web", Networks=[{"Target": "tiny"}])
    manager.pass_seconds(1)
    assert manager.states("web") == [(1, "new", "running")]
    assert manager.refused("POST", "/services/create", service_spec("more", Networks=[{"Target": "tiny"}]))[0] == 403
    overlay(manager, "small", IPAM={"Config": [{"Subnet": "10.7.1.0/29"}]})
    manager.service("five", replicas=5, Networks=[{"Target": "small"}])
    manager.pass_seconds(1)
    assert [state for _, state, _ in manager.states("five")][:5].count("new") == 1
    manager.good("DELETE", "/services/web")
    manager.good("DELETE", "/services/five")
    manager.pass_seconds(5)
    overlay(manager, "pair", IPAM={"Config": [{"Subnet": "10.7.2.0/30"}]})
    manager.service(
        "flat", Networks=[{"Target": "pair"}], EndpointSpec={"Mode": "dnsrr"}, RestartPolicy={"Condition": "none"}
    )
    manager.pass_seconds(1)
    (task,) = manager.tasks("flat")
    assert (task["Status"]["State"], task["Status"]["Err"]) == (
        "rejected",
        "node is missing network attachments, ip addresses may be exhausted",
    )


def test_a_registry_that_is_a_service(manager: Manager) -> None:
    manager.pull("registry", "2")
    ports = {"Ports": [{"TargetPort": 5000, "PublishedPort": 5555}]}
    manager.post(
        "/services/create",
        {"Name": "registry", "TaskTemplate": {"ContainerSpec": {"Image": "registry:2"}}, "EndpointSpec": ports},
    )
    manager.pass_seconds(3)
    manager.good("POST", "/images/alpine/tag", {"repo": "localhost:5555/mine", "tag": "1"})
    manager.lines("POST", "/images/localhost:5555/mine/push", {"tag": "1"}, x_registry_auth="e30=")
    manager.good("DELETE", "/images/localhost:5555/mine:1")
    manager.service("mine", image="localhost:5555/mine:1")
    manager.pass_seconds(3)
    assert manager.running("mine") == ["localhost:5555/mine:1"]


def test_leaving_with_networks_in_use(manager: Manager) -> None:
    overlay(manager, "net", Attachable=True)
    manager.service(
        "web",
        replicas=2,
        Networks=[{"Target": "net"}],
        EndpointSpec={"Ports": [{"TargetPort": 80, "PublishedPort": 80}]},
    )
    manager.pass_seconds(1)
    manager.post(
        "/containers/create",
        {"Image": "alpine", "Cmd": ["sleep", "99"], "HostConfig": {"NetworkMode": "net"}},
        name="guest",
    )
    manager.good("POST", "/containers/guest/start")
    manager.post("/swarm/leave", force="1")
    manager.pass_seconds(5)
    assert [container["Names"] for container in manager.get("/containers/json")] == [["/guest"]]
    assert not manager.engine.world.ports

"""What lists and inspections show: tables, templates, JSON."""

from __future__ import annotations

from typing import Any

import pytest

from helpers.cli_world import NOW_NS, World

NOW = NOW_NS // 1_000_000_000
ID = "0c16c1fdcf40" + "e" * 52
IMAGE = "sha256:f1cfbe289b4d" + "1" * 52

CONTAINERS: list[dict[str, Any]] = [
    {
        "Id": ID, "Names": ["/web"], "Image": "nginx:1.27", "ImageID": "sha256:84c2", "Command": "/docker-entrypoint.sh nginx -g 'daemon off;'",
        "Created": NOW - 7200, "State": "running", "Status": "Up 2 hours", "Labels": {"b": "2", "a": "1"},
        "Ports": [
            {"IP": "::", "PrivatePort": 80, "PublicPort": 8080, "Type": "tcp"},
            {"IP": "0.0.0.0", "PrivatePort": 80, "PublicPort": 8080, "Type": "tcp"},
            {"PrivatePort": 443, "Type": "tcp"}, {"PrivatePort": 444, "Type": "tcp"}, {"PrivatePort": 53, "Type": "udp"},
        ],
        "Mounts": [{"Type": "volume", "Name": "data", "Driver": "local"}],
        "NetworkSettings": {"Networks": {"n2": {}, "bridge": {}}}, "SizeRw": 2, "SizeRootFs": 132_200_000,
    },
    {
        "Id": "d" * 64, "Names": ["/job"], "Image": IMAGE, "ImageID": IMAGE, "Command": "sh -c 'exit 3'", "Created": NOW - 5,
        "State": "exited", "Status": "Exited (3) 1 second ago", "Labels": {}, "Ports": [], "Mounts": [], "NetworkSettings": {"Networks": {"none": {}}},
    },
]  # fmt: skip


def ps(*argv: str) -> World:
    world = World({"GET /containers/json": (200, CONTAINERS)})
    assert world.run("ps", *argv) == 0
    return world


def test_the_table_of_containers() -> None:
    assert ps("-a").printed == (
        "CONTAINER ID   IMAGE          COMMAND                  CREATED         STATUS                    PORTS                                                          NAMES\n"
        "0c16c1fdcf40   nginx:1.27     \"/docker-entrypoint.…\"   2 hours ago     Up 2 hours                53/udp, 443-444/tcp, 0.0.0.0:8080->80/tcp, [::]:8080->80/tcp   web\n"
        "dddddddddddd   f1cfbe289b4d   \"sh -c 'exit 3'\"         5 seconds ago   Exited (3) 1 second ago                                                                  job\n"
    )  # fmt: skip


@pytest.mark.parametrize(
    ("argv", "printed"),
    [
        (("-q",), "0c16c1fdcf40\ndddddddddddd\n"),
        (("--no-trunc", "-q"), f"{ID}\n{'d' * 64}\n"),
        (("--format", "{{.Names}} {{.Labels}} {{.Label \"a\"}} {{.Mounts}} {{.LocalVolumes}} {{.Networks}}"), "web a=1,b=2 1 data 1 bridge,n2\njob    0 none\n"),
        (("--format", "table {{.Names}}\\t{{.State}}"), "NAMES     STATE\nweb       running\njob       exited\n"),
        (("--format", "table {{upper .Names}}\\t{{.Label \"com.x.my-label\"}}"), "NAMES     my label\nWEB       \nJOB       \n"),
        (("--format", "{{json .Names}} {{len .Image}}"), '"web" 10\n"job" 12\n'),
        (("-s", "--format", "{{.Size}}"), "2B (virtual 132MB)\n0B\n"),
    ],
)  # fmt: skip
def test_formats_of_containers(argv: tuple[str, ...], printed: str) -> None:
    assert ps(*argv).printed == printed


def test_json_has_all_columns() -> None:
    line = ps("--format", "json").printed.splitlines()[1]
    assert line == (
        '{"Command":"\\"sh -c \'exit 3\'\\"","CreatedAt":"2027-01-15 07:59:55 +0000 UTC","HealthStatus":"","ID":"dddddddddddd","Image":"f1cfbe289b4d","Labels":"",'
        '"LocalVolumes":"0","Mounts":"","Names":"job","Networks":"none","Platform":null,"Ports":"","RunningFor":"5 seconds ago","Size":"0B",'
        '"State":"exited","Status":"Exited (3) 1 second ago"}'
    )


def test_sizes_are_asked_for_only_when_they_are_shown() -> None:
    request = "GET /containers/json"
    assert "size" not in ps().query(request)
    assert "size" not in ps("--format", "{{.Names}}").query(request)
    assert ps("--format", "{{.Size}}").query(request)["size"] == "1"
    assert ps("-s").query(request)["size"] == "1"


def test_what_ps_asks_for() -> None:
    query = ps("-n", "3", "-f", "Label=a=b", "-f", "name=x", "-f", "name=y").query("GET /containers/json")
    assert query == {"limit": "3", "filters": '{"label":{"a=b":true},"name":{"x":true,"y":true}}'}
    assert ps("-l").query("GET /containers/json") == {"limit": "1"}
    assert ps("-a").query("GET /containers/json") == {"all": "1"}


@pytest.mark.parametrize(
    ("format_text", "complaint"),
    [
        ("{{", "failed to parse template: template: :1: unclosed action\n"),
        ("{{.Nope}}", 'failed to execute template: template: :1:2: executing "" at <.Nope>: can\'t evaluate field Nope in type *formatter.ContainerContext\n'),
    ],
)  # fmt: skip
def test_bad_templates_are_found_before_the_daemon_is_asked(format_text: str, complaint: str) -> None:
    world = World()
    assert world.run("ps", "--format", format_text) == 1
    assert (world.complaints, world.asked) == (complaint, [])


def test_a_format_of_the_configuration() -> None:
    world = World(
        {"GET /containers/json": (200, CONTAINERS)},
        files={"/root/.docker": None, "/root/.docker/config.json": '{"psFormat":"{{.Names}}"}'},
    )
    world.run("ps")
    assert world.printed == "web\njob\n"


IMAGES = [
    {"Id": IMAGE, "RepoTags": ["alpine:3.20", "alpine:latest", "r.io:5000/x:1"], "RepoDigests": ["alpine@sha256:" + "0" * 64], "Created": NOW - 86400 * 3, "Size": 1_985_893, "SharedSize": -1, "Containers": -1},
    {"Id": "sha256:" + "a" * 64, "RepoTags": None, "RepoDigests": None, "Created": NOW - 60, "Size": 0, "SharedSize": -1, "Containers": -1},
]  # fmt: skip


def images(*argv: str) -> World:
    world = World({"GET /images/json": (200, IMAGES)})
    assert world.run("images", *argv) == 0
    return world


def test_the_table_of_images() -> None:
    assert images().printed == (
        "IMAGE           ID             DISK USAGE   CONTENT SIZE   EXTRA\n"
        "alpine:3.20     f1cfbe289b4d       1.99MB             0B        \n"
        "alpine:latest   f1cfbe289b4d       1.99MB             0B        \n"
        "r.io:5000/x:1   f1cfbe289b4d       1.99MB             0B        \n"
    )


def test_the_table_of_images_with_a_format_and_before_29() -> None:
    older = World({"GET /images/json": (200, IMAGES)}, profile="28")
    assert older.run("images") == 0
    listed = images("--format", "table").printed  # without those that have no name, also where a format is given
    assert [line.split() for line in listed.splitlines()] == [line.split() for line in older.printed.splitlines()[:-1]]
    assert older.printed == (
        "REPOSITORY    TAG       IMAGE ID       CREATED              SIZE\n"
        "alpine        3.20      f1cfbe289b4d   3 days ago           1.99MB\n"
        "alpine        latest    f1cfbe289b4d   3 days ago           1.99MB\n"
        "r.io:5000/x   1         f1cfbe289b4d   3 days ago           1.99MB\n"
        "<none>        <none>    aaaaaaaaaaaa   About a minute ago   0B\n"
    )


def test_digests_and_filters_of_images() -> None:
    world = images("--digests", "--format", "{{.Tag}} {{.Digest}} {{.SharedSize}}", "alp*")
    assert world.printed.splitlines()[0] == f"3.20 sha256:{'0' * 64} N/A"
    assert world.printed.splitlines()[2] == "1 <none> N/A"
    assert world.query("GET /images/json") == {"filters": '{"reference":{"alp*":true}}'}


def test_bad_templates_of_images() -> None:
    world = World({"GET /images/json": (200, IMAGES)})
    assert world.run("images", "--format", "{{.X}}") == 1
    assert world.complaints == (
        'template parsing error: template: :1:2: executing "" at <.X>: can\'t evaluate field X in type *formatter.imageContext\n'
    )


def test_history_is_cut_for_people() -> None:
    step = {"Id": "<missing>", "Created": NOW - 60, "CreatedBy": "/bin/sh -c #(nop)  ENV PATH=/usr/local/sbin:/usr/local/bin", "Size": 1_985_893, "Comment": ""}  # fmt: skip
    world = World({"GET /images/alpine/history": (200, [step])})
    world.run("history", "alpine")
    assert world.printed == (
        "IMAGE       CREATED              CREATED BY                                      SIZE      COMMENT\n"
        "<missing>   About a minute ago   /bin/sh -c #(nop)  ENV PATH=/usr/local/sbin:…   1.99MB    \n"
    )
    world.run("history", "-H=false", "--format", "{{.Size}} {{.CreatedSince}}", "alpine")
    assert world.printed.splitlines()[-1] == "1985893 2027-01-15T07:59:00Z"


def test_networks_and_volumes_are_sorted_as_people_count() -> None:
    network = {"Id": "3" * 64, "Driver": "bridge", "Scope": "local", "Created": "2026-11-24T06:37:19.890124455Z"}
    volume = {"Driver": "local", "Scope": "local", "Mountpoint": "/m", "Labels": None}
    world = World(
        {
            "GET /networks": (200, [{**network, "Name": "n10"}, {**network, "Name": "n9"}]),
            "GET /volumes": (200, {"Volumes": [{**volume, "Name": "v10"}, {**volume, "Name": "v2"}]}),
        }
    )
    world.run("network", "ls", "--format", "{{.Name}} {{.CreatedAt}}")
    world.run("volume", "ls")
    assert world.printed == (
        "n9 2026-11-24 06:37:19.890124455 +0000 UTC\nn10 2026-11-24 06:37:19.890124455 +0000 UTC\n"
        "DRIVER    VOLUME NAME\nlocal     v2\nlocal     v10\n"
    )


USAGE = {
    "LayersSize": 1_985_899,
    "Images": [{**IMAGES[0], "Containers": 1, "SharedSize": 1_985_893, "Size": 1_985_899}],
    "Containers": [{**CONTAINERS[1], "SizeRw": 6}],
    "Volumes": [{"Name": "data", "Driver": "local", "Scope": "local", "Mountpoint": "/m", "UsageData": {"RefCount": 0, "Size": 10}}],
    "BuildCache": [],
}  # fmt: skip


def test_disk_usage() -> None:
    world = World({"GET /system/df": (200, USAGE)})
    world.run("system", "df")
    assert world.printed == (
        "TYPE            TOTAL     ACTIVE    SIZE      RECLAIMABLE\n"
        "Images          1         1         1.986MB   1.986MB (99%)\n"
        "Containers      1         0         6B        6B (100%)\n"
        "Local Volumes   1         0         10B       10B (100%)\n"
        "Build Cache     0         0         0B        0B\n"
    )


def test_disk_usage_of_each_object() -> None:
    world = World({"GET /system/df": (200, USAGE)})
    world.run("system", "df", "-v")
    assert [line for line in world.printed.splitlines() if line.endswith(":") or "usage" in line] == [
        "Images space usage:", "Containers space usage:", "Local Volumes space usage:", "Build cache usage: 0B",
    ]  # fmt: skip
    assert "data          0         10B\n" in world.printed


# inspecting


def test_inspect_shows_json_as_it_came() -> None:
    world = World({"GET /containers/web/json": (200, b'{"Id":"1","A":[],"B":{"x":"<>"}}')})
    assert world.run("container", "inspect", "web") == 0
    assert world.printed == (
        '[\n    {\n        "Id": "1",\n        "A": [],\n        "B": {\n            "x": "<>"\n        }\n    }\n]\n'
    )


def test_a_name_is_looked_for_everywhere() -> None:
    world = World(
        {"GET /volumes/data": (200, {"Name": "data"}), "GET /info": (200, {"Swarm": {"ControlAvailable": False}})}
    )
    assert world.run("inspect", "data", "--format", "{{.Name}}") == 0
    assert world.printed == "data\n"
    assert world.asked == [
        "GET /containers/data/json",
        "GET /images/data/json",
        "GET /networks/data",
        "GET /volumes/data",
    ]
    assert world.run("inspect", "nosuch") == 1
    assert world.complaints == "error: no such object: nosuch\n"
    assert world.asked[-2:] == ["GET /info", "GET /plugins/nosuch/json"]


def test_what_is_found_is_shown_before_what_is_not() -> None:
    world = World({"GET /containers/a/json": (200, {"Name": "/a"}), "GET /info": (200, {})})
    assert world.run("inspect", "a", "nosuch", "--format", "{{.Name}}") == 1
    assert (world.printed, world.complaints) == ("/a\n", "error: no such object: nosuch\n")


def test_errors_of_the_daemon_are_no_reason_to_look_elsewhere() -> None:
    world = World({"GET /containers/a/json": (500, {"message": "boom"})})
    assert world.run("inspect", "a") == 1
    assert (world.printed, world.complaints) == ("[]\n", "Error response from daemon: boom\n")


def test_sizes_of_containers_are_asked_for() -> None:
    world = World({"GET /containers/a/json": (200, {"SizeRw": 2})})
    world.run("inspect", "-s", "a", "--format", "{{.SizeRw}}")
    assert (world.printed, world.query("GET /containers/a/json")) == ("2\n", {"size": "1"})


def test_events_are_told_in_words() -> None:
    event = b'{"Type":"container","Action":"die","Actor":{"ID":"abc","Attributes":{"name":"ev","exitCode":"0"}},"time":1795507898,"timeNano":1795507898295125187}\n'
    world = World({"GET /events": (200, event)})
    assert world.run("events", "--until", "10m", "-f", "type=container") == 0
    assert world.printed == "2026-11-24T08:11:38.295125187Z container die abc (exitCode=0, name=ev)\n"
    assert world.query("GET /events") == {"until": f"{NOW - 600}.000000000", "filters": '{"type":{"container":true}}'}
    world.run("events", "--format", "{{.Actor.Attributes.name}} {{.Action}}")
    assert world.printed.endswith("ev die\n")

"""forego, which runs what a Procfile says, each line of its programs under its name; and docker-gen, which writes a
configuration of nginx from the containers of the engine, as the image nginxproxy/nginx-proxy has both.

From app/Procfile and nginx.tmpl of nginx-proxy/nginx-proxy 1.6 (which hosts, paths, servers and headers there are), and
the logs that both write. Of templates only that one is simulated; certificates are not.
"""

from __future__ import annotations

import hashlib
import re
from typing import Final

from fakedocker.base.json_types import JsonObject
from fakedocker.base.numbers import is_digits
from fakedocker.kernel.program import System, Unsimulated
from fakedocker.userland.inputs import State, text_of
from fakedocker.userland.processes.dates import format_date
from fakedocker.userland.services import connections, docker_watch
from fakedocker.userland.services.connections import Connection
from fakedocker.userland.tools import Register

PROGRAMS = Register()
_PATH: Final = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_HUP, _INT, _QUIT, _ALRM, _TERM, _CHLD = 1, 2, 3, 14, 15, 17
TEMPLATE: Final = "/app/nginx.tmpl"


# forego


@PROGRAMS.program("forego")
def _forego(system: System, argv: tuple[str, ...], state: State) -> int:
    """forego start [-r]: runs the Procfile of this directory until it is told to end; -r starts again what has ended."""
    if argv[1:2] != ("start",) or set(argv[2:]) - {"-r"}:
        raise Unsimulated(" ".join(argv[1:]) or "what it does")
    if "running" not in state:
        for number in (_HUP, _INT, _QUIT, _ALRM, _TERM, _CHLD):
            system.catch(number, "catch")
        lines = text_of(system.read_file("Procfile")).splitlines()
        found = [line.partition(":") for line in lines if line.strip()]
        state.update(commands={name.strip(): rest.strip() for name, _, rest in found}, running={}, ending=False)
        state["width"] = max(len("forego"), *(len(name) + 2 for name in state["commands"]))
        for place, name in enumerate(state["commands"]):
            _say(system, state, "forego", f"starting {name}.1 on port {5000 + 100 * place}")
            _start(system, state, name)
    while state["running"] and not state.get("quit"):
        _look(system, state, argv)
    return 2 if state.get("quit") else 0


def _say(system: System, state: State, who: str, text: str) -> None:
    system.put(f"{who:<{state['width']}} | {text}\n")


def _start(system: System, state: State, name: str) -> None:
    reader, writer = system.pipe()
    table = system.descriptors()
    own = system.use_table({0: table[0], 1: table[writer], 2: table[writer]})
    shell = system.find_program("sh", system.environment.get("PATH", _PATH))
    pid = system.spawn(shell, ("sh", "-c", f"exec {state['commands'][name]}"), system.environment)
    system.restore_table(own)
    system.close(writer)
    state["running"][name] = {"pid": pid, "reads": reader, "rest": ""}


def _look(system: System, state: State, argv: tuple[str, ...]) -> None:
    """Take signals, mind who has ended, and pass on what is written. Blocks; it is begun again by a signal."""
    while (number := system.take_signal()) is not None:
        if number == _QUIT:  # which the image's base has as its stop signal, and Go ends a program with
            system.put("SIGQUIT: quit\n", 2)
            state["quit"] = True
            return
        if number != _CHLD and not state["ending"]:
            state["ending"] = True
            for name, row in state["running"].items():
                _say(system, state, "forego", f"sending SIGTERM to {name}.1")
                system.kill(row["pid"], _TERM)
    for name, row in list(state["running"].items()):
        if row["reads"] < 0 and system.reap(row["pid"]) is not None:
            del state["running"][name]
            if not state["ending"] and "-r" in argv:
                port = 5000 + 100 * list(state["commands"]).index(name)
                _say(system, state, "forego", f"starting {name}.1 on port {port}")
                _start(system, state, name)
    readers = {row["reads"]: name for name, row in state["running"].items() if row["reads"] >= 0}
    if not readers and state["running"]:
        system.wait_for_child(None, interruptible=True)
        return
    for descriptor in system.poll(list(readers), None) if readers else ():
        _pass_on(system, state, readers[descriptor])


def _pass_on(system: System, state: State, name: str) -> None:
    """What a program has written, with its name before each line."""
    row = state["running"][name]
    data = system.read(row["reads"])
    if not data:
        system.close(row["reads"])
        row["reads"] = -1
    *lines, row["rest"] = (row["rest"] + text_of(data)).split("\n")
    for line in lines:
        _say(system, state, f"{name}.1", line)


# docker-gen


@PROGRAMS.program("docker-gen")
def _docker_gen(system: System, argv: tuple[str, ...], state: State) -> int:
    """docker-gen -watch -notify COMMAND TEMPLATE FILE."""
    notify, words = "", list(argv[1:])
    while words and words[0].startswith("-"):
        option = words.pop(0).lstrip("-")
        if option in ("notify", "wait", "event-filter"):
            value = words.pop(0) if words else ""
            notify = value if option == "notify" else notify
        elif option not in ("watch", "only-exposed"):
            raise Unsimulated(f"-{option}")
    if len(words) != 2 or words[0] != TEMPLATE:
        raise Unsimulated(f"the template {words[0] if words else ''}")
    if "connections" not in state:
        for number in (_TERM, _INT, _CHLD):
            system.catch(number, "catch")
        connections.open_listeners(system, state, ())
        state.update(written=0, ending=False)
        path = system.environment.get("DOCKER_HOST", "unix:///var/run/docker.sock").removeprefix("unix://")
        try:
            docker_watch.begin(system, state, path, "1.24")
        except docker_watch.Unreachable:
            raise Unsimulated(f"going on without {path}") from None

    def receive(descriptor: int, connection: Connection) -> bool:
        stays = docker_watch.receive(system, state, connection)
        for action, name in state["docker"].pop("heard", ()):
            if action not in ("start", "stop", "die"):
                continue
            _tell(system, f"Received event {action} for container {name[:12]}")
        docker = state["docker"]
        if docker["containers"] is not None and docker["generation"] > state["written"]:
            state["written"] = docker["generation"]
            _write(system, docker["containers"], words[1], notify)
        return stays

    def wakes() -> bool:
        while (number := system.take_signal()) is not None:
            state["ending"] = state["ending"] or number != _CHLD
        for pid in system.children():
            system.reap(pid)
        return bool(state["ending"])

    connections.serve(system, state, receive, wakes)
    _tell(system, "Received signal: terminated")
    return 0


def _tell(system: System, text: str) -> None:
    system.put(f"{format_date('%Y/%m/%d %H:%M:%S', system.now_ns // 1_000_000_000)} {text}\n", 2)


def _write(system: System, containers: list[JsonObject], path: str, notify: str) -> None:
    running = [one for one in containers if one["State"].get("Running")]
    text = configuration(system, running)
    try:
        same = system.read_file(path) == text.encode()
    except OSError:
        same = False
    if same:
        _tell(system, f"Contents of {path} did not change. Skipping notification '{notify}'")
        return
    system.write_file(path, text.encode(), mode=0o644)
    _tell(system, f"Generated '{path}' from {len(running)} containers")
    if notify:
        _tell(system, f"Running '{notify}'")
        shell = system.find_program("sh", system.environment.get("PATH", _PATH))
        system.spawn(shell, ("sh", "-c", notify), system.environment)


# nginx's configuration

_HEAD: Final = """\
# What fakedocker's docker-gen makes of the containers.
map $http_x_forwarded_proto $proxy_x_forwarded_proto { default $http_x_forwarded_proto; '' $scheme; }
map $http_x_forwarded_host $proxy_x_forwarded_host { default $http_x_forwarded_host; '' $host; }
map $http_x_forwarded_port $proxy_x_forwarded_port { default $http_x_forwarded_port; '' $server_port; }
map $server_port $host_port { default :$server_port; 80 ''; 443 ''; }
map $proxy_x_forwarded_proto $proxy_x_forwarded_ssl { default off; https on; }
server_names_hash_bucket_size 128;
log_format vhost '$host $remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent" "$upstream_addr"';
access_log off;
proxy_http_version 1.1;
proxy_set_header Host $host$host_port;
proxy_set_header X-Real-IP $remote_addr;
proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
proxy_set_header X-Forwarded-Host $proxy_x_forwarded_host;
proxy_set_header X-Forwarded-Proto $proxy_x_forwarded_proto;
proxy_set_header X-Forwarded-Ssl $proxy_x_forwarded_ssl;
proxy_set_header X-Forwarded-Port $proxy_x_forwarded_port;
proxy_set_header X-Original-URI $request_uri;
"""
_SERVER: Final = "server {{\n    server_name {name};\n    listen 80{default};\n    access_log /var/log/nginx/access.log vhost;\n{body}}}\n"


def configuration(system: System, running: list[JsonObject]) -> str:
    """nginx's configuration for running containers that say in VIRTUAL_HOST which hosts they answer for."""
    own = next((one for one in running if one["Id"].startswith(system.hostname)), None)
    networks = set(own["NetworkSettings"]["Networks"]) if own is not None else set()
    hosts: dict[str, dict[tuple[str, str], list[JsonObject]]] = {}
    for one in sorted(running, key=lambda one: str(one["Name"])):
        environment = _environment(one)
        if environment.get("VIRTUAL_HOST_MULTIPORTS"):
            system.unsimulated("VIRTUAL_HOST_MULTIPORTS")
        protocol = environment.get("VIRTUAL_PROTO", "http")
        if protocol != "http":
            system.unsimulated(f"VIRTUAL_PROTO={protocol}")
        for host in environment.get("VIRTUAL_HOST", "").split(","):
            if host.strip():
                place = (environment.get("VIRTUAL_PATH", "/"), environment.get("VIRTUAL_DEST", ""))
                hosts.setdefault(host.strip(), {}).setdefault(place, []).append(one)
    # A name that no host has; the default server, as the first one.
    parts = [_HEAD, _SERVER.format(name="_", default="", body="    return 503;\n")]
    for host, places in sorted(hosts.items()):
        body = "    return 404;\n" if "/" not in (path for path, _ in places) else ""
        locations = ""
        for (path, destination), members in sorted(places.items()):
            upstream = (
                host if path == "/" else f"{host}-{hashlib.sha1(path.encode(), usedforsecurity=False).hexdigest()}"
            )
            upstream = re.sub(r"[^\w.-]", "-", upstream)
            parts.append(_upstream(upstream, members, networks))
            locations += f"    location {path} {{\n        proxy_pass http://{upstream}{destination};\n    }}\n"
        default = " default_server" if system.environment.get("DEFAULT_HOST") == host else ""
        body = locations + (f"    location / {{\n    {body}    }}\n" if body else "")
        parts.append(_SERVER.format(name=host, default=default, body=body))
    return "".join(parts)


def _upstream(name: str, members: list[JsonObject], networks: set[str]) -> str:
    servers = []
    for one in members:
        known = one["NetworkSettings"]["Networks"]
        address = next((known[key]["IPAddress"] for key in sorted(known) if key in networks), "")
        if address:
            servers.append(f"    server {address}:{_port(one)};\n")
    return f"upstream {name} {{\n{''.join(servers) or '    server 127.0.0.1 down;' + chr(10)}}}\n"


def _port(container: JsonObject) -> str:
    """VIRTUAL_PORT, else the only one that is exposed, else 80."""
    wanted = _environment(container).get("VIRTUAL_PORT", "")
    exposed = [
        port.partition("/")[0] for port in container["NetworkSettings"].get("Ports") or {} if port.endswith("/tcp")
    ]
    return wanted if is_digits(wanted) else exposed[0] if len(exposed) == 1 else "80"


def _environment(container: JsonObject) -> dict[str, str]:
    return dict(entry.partition("=")[::2] for entry in container["Config"].get("Env") or ())

"""nginx's processes: a master that minds its workers and takes signals, workers that answer requests."""

from __future__ import annotations

import json
from typing import Final

from fakedocker.base.json_types import JsonObject
from fakedocker.kernel.program import APPEND, CREATE, WRITE, System
from fakedocker.userland.inputs import State, bytes_of
from fakedocker.userland.processes.dates import format_date
from fakedocker.userland.services import nginx_pages as pages
from fakedocker.userland.services.connections import Connection
from fakedocker.userland.services.http import Request, Response, Style, serve
from fakedocker.userland.services.nginx_config import Block, ConfigProblem, argument, find, read_sources
from fakedocker.userland.services.nginx_proxy import Upstreams, Waiting
from fakedocker.userland.services.nginx_request import Exchange
from fakedocker.userland.services.nginx_site import (
    ACCESS_LOG,
    LEVELS,
    Site,
    absolute,
    error_log,
    lookup,
    make_site,
    setting,
    worker_count,
)
from fakedocker.userland.tools import find_user, parse_size

HANDED: Final = 63
"""The descriptor at which a process finds what the one before it has handed over."""
MASTER_TITLE: Final = "nginx: master process"
WORKER_TITLE: Final = "nginx: worker process"
_CPUS: Final = 2
_FATAL: Final = 2
"""The status of a worker that would end the same way again."""
_HUP, _INT, _QUIT, _USR1, _TERM, _CHLD, _WINCH = 1, 2, 3, 10, 15, 17, 28
_SIGNAL_TEXTS: Final = {
    _HUP: "SIGHUP) received, reconfiguring", _INT: "SIGINT) received, exiting", _QUIT: "SIGQUIT) received, shutting down",
    _USR1: "SIGUSR1) received, reopening logs", _TERM: "SIGTERM) received, exiting",
    _WINCH: "SIGWINCH) received, shutting down workers",
}  # fmt: skip
_ORDER: Final = ("Server", "Date", "Content-Type", "Content-Length", "Last-Modified", "Location", "Connection")


def stamp(system: System) -> str:
    """The time as nginx's error log has it."""
    return format_date("%Y/%m/%d %H:%M:%S", system.now_ns // 1_000_000_000)


def pid_file(site: Site) -> str:
    return absolute(argument(site.main, "pid", "/var/run/nginx.pid"))


def hand_over(system: System, settings: JsonObject) -> None:
    """Put what the next program must know where it looks for it."""
    reader = system.make_reader(json.dumps(settings).encode())
    system.release_table(system.use_table({**system.descriptors(), HANDED: reader}))


def _take_over(system: System, state: State) -> None:
    """Read what was handed over, once."""
    if "sources" in state:
        return
    state.setdefault("handed", b"")
    while piece := system.read(HANDED):
        state["handed"] += piece
    system.close(HANDED)
    handed = json.loads(state.pop("handed"))
    state.update(handed)
    state["sources"] = tuple((path, text) for path, text in handed["sources"])
    state["listeners"] = {int(descriptor): port for descriptor, port in handed["listeners"].items()}


def _log(system: System, state: State, level: str, text: str, scope: tuple[Block, ...] | None = None) -> None:
    """A line in the error log of a scope, where its level is high enough."""
    site = make_site(state["path"], state["sources"])
    path, least = error_log(scope or (site.main,))
    if LEVELS.index(level) < LEVELS.index(least):
        return
    descriptor = 2 if path == "stderr" else state["logs"].get(path)
    if descriptor is not None:
        system.put(bytes_of(f"{stamp(system)} [{level}] {system.pid}#{system.pid}: {text}\n"), descriptor)


def _reopen_logs(system: System, state: State) -> None:
    for path, descriptor in list(state["logs"].items()):
        try:
            state["logs"][path] = system.open(absolute(path), WRITE | CREATE | APPEND)
        except OSError as problem:
            _log(system, state, "emerg", f'open() "{path}" failed ({problem.errno}: {problem.strerror})')
        else:
            system.close(descriptor)


# the master


def run_master(system: System, state: State, version: str) -> int:
    """From the first notice to the last. Blocks."""
    _take_over(system, state)
    if "workers" not in state:
        site = make_site(state["path"], state["sources"])
        path = pid_file(site)
        for number in (*_SIGNAL_TEXTS, _CHLD):
            system.catch(number, "catch")
        for text in (
            'using the "epoll" event method',
            f"nginx/{version}",
            "built by gcc 12.2.0 (Debian 12.2.0-14) ",
            f"OS: Linux {_kernel_release(system)}",
            "getrlimit(RLIMIT_NOFILE): 1048576:1048576",
        ):
            _log(system, state, "notice", text)
        try:
            system.write_file(path, f"{system.pid}\n".encode(), mode=0o644)
        except OSError as problem:
            said = f'open() "{path}" failed ({problem.errno}: {problem.strerror})'
            _log(system, state, "emerg", said)
            system.put(f"nginx: [emerg] {said}\n", 2)
            return 1
        state.update(workers=[], leaving=[], ending=0)
        _start_workers(system, state, worker_count(site, _CPUS))
    return _supervise(system, state)


def _kernel_release(system: System) -> str:
    try:
        return system.read_file("/proc/sys/kernel/osrelease").decode().strip()
    except OSError:
        return "6.12.0"


def _start_workers(system: System, state: State, count: int, *, first: bool = True) -> None:
    """Start workers; each has the listeners, the logs and the configuration as it was read."""
    if first:
        _log(system, state, "notice", "start worker processes")
    search_path = system.environment.get("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
    program = system.find_program("nginx", search_path)
    settings = {key: state[key] for key in ("sources", "path", "globals", "listeners", "logs", "addresses")}
    for _ in range(count):
        reader = system.make_reader(json.dumps(settings).encode())
        own = system.use_table({**system.descriptors(), HANDED: reader})
        pid = system.spawn(program, (WORKER_TITLE,), system.environment)
        system.restore_table(own)
        state["workers"].append(pid)
        _log(system, state, "notice", f"start worker process {pid}")


def _supervise(system: System, state: State) -> int:
    while True:
        number = system.take_signal()
        if number in _SIGNAL_TEXTS:
            _log(system, state, "notice", f"signal {number} ({_SIGNAL_TEXTS[number]}")
            _obey(system, state, number)
        _reap_workers(system, state)
        if state["ending"] and not state["workers"]:
            _log(system, state, "notice", "exit")
            try:
                system.remove_file(pid_file(make_site(state["path"], state["sources"])))
            except OSError as problem:
                _log(system, state, "alert", f"unlink() failed ({problem.errno}: {problem.strerror})")
            return 0
        if number is None:
            system.pause_for_signal()


def _obey(system: System, state: State, number: int) -> None:
    if number == _HUP:
        _reconfigure(system, state)
    elif number == _USR1:
        _reopen_logs(system, state)
        _tell_workers(system, state["workers"], _USR1)
    elif number == _WINCH:
        state["leaving"] += state["workers"]
        _tell_workers(system, state["workers"], _QUIT)
    elif not state["ending"] or number != _QUIT:
        state["ending"] = number
        _tell_workers(system, state["workers"], _QUIT if number == _QUIT else _TERM)


def _tell_workers(system: System, workers: list[int], number: int) -> None:
    for pid in workers:
        if system.reap_stopped(pid) is None:
            _kill(system, pid, number)


def _kill(system: System, pid: int, number: int) -> None:
    try:
        system.kill(pid, number)
    except ProcessLookupError:  # it has ended, and is to be reaped
        return


def _reap_workers(system: System, state: State) -> None:
    """Say how workers have ended; those that were not told to are replaced."""
    lost = 0
    for pid in list(state["workers"]):
        status = system.reap(pid)
        if status is None:
            continue
        state["workers"].remove(pid)
        _log(system, state, "notice", f"signal 17 (SIGCHLD) received from {pid}")
        if status > 128:
            _log(system, state, "alert", f"worker process {pid} exited on signal {status - 128}")
        else:
            _log(system, state, "notice", f"worker process {pid} exited with code {status}")
        if status == _FATAL and pid not in state["leaving"]:
            said = f"worker process {pid} exited with fatal code {status} and cannot be respawned"
            _log(system, state, "alert", said)
            continue
        if pid in state["leaving"]:
            state["leaving"].remove(pid)
        elif not state["ending"]:
            lost += 1
    _start_workers(system, state, lost, first=False)


def _reconfigure(system: System, state: State) -> None:
    """New workers by the configuration as it is now; the old ones leave. A wrong one changes nothing."""
    _log(system, state, "notice", "reconfiguring")
    try:
        sources = read_sources(system, state["path"], state["globals"])
        site = make_site(state["path"], sources)
        addresses = {host: system.resolve(host) for host, _, _ in site.hosts}
        for host, called, directive in site.hosts:
            if not addresses[host]:
                raise ConfigProblem(f"host not found in {called}", directive.place)
        logs = dict(state["logs"])
        for path in site.log_paths():
            if path not in logs:
                logs[path] = system.open(absolute(path), WRITE | CREATE | APPEND)
        listeners = _rebind(system, state["listeners"], site)
    except ConfigProblem as problem:
        _log(system, state, "emerg", str(problem))
        return
    except OSError as problem:
        _log(system, state, "emerg", f"{problem.filename} failed ({problem.errno}: {problem.strerror})")
        return
    for descriptor in set(state["listeners"]) - set(listeners):
        system.close(descriptor)
    state.update(sources=sources, addresses=addresses, logs=logs, listeners=listeners)
    _log(system, state, "notice", 'using the "epoll" event method')
    old = list(state["workers"])
    _start_workers(system, state, worker_count(site, _CPUS))
    state["leaving"] += old
    _tell_workers(system, old, _QUIT)


def _rebind(system: System, listeners: dict[int, int], site: Site) -> dict[int, int]:
    """The listeners of a new configuration, as far as possible the old ones. OSError where a port cannot be had."""
    found: dict[int, int] = {}
    for address, port in site.endpoints():
        known = next((descriptor for descriptor, other in listeners.items() if other == port), None)
        try:
            found[system.listen(port, address) if known is None else known] = port
        except OSError as problem:
            problem.filename = f"bind() to {address}:{port}"
            raise
    return found


# workers


def run_worker(system: System, state: State, version: str) -> int:
    """Answer requests until told to stop. Blocks."""
    _take_over(system, state)
    site = make_site(state["path"], state["sources"])
    if "connections" not in state:
        state.update(connections={}, accepted=0, turns={}, stopping=0)
        for number in (_HUP, _WINCH):
            system.catch(number, "ignore")
        for number in (_INT, _QUIT, _USR1, _TERM):
            system.catch(number, "catch")
        if not _become_user(system, state, site):
            return _FATAL
    upstreams = Upstreams(state["addresses"], state["turns"])

    def handle(request: Request, connection: Connection) -> Response | None:
        return _answer(system, state, site, upstreams, request, connection, version)

    def wakes() -> bool:
        return _is_over(system, state)

    def reject(status: int) -> Response:
        return pages.page(status, f"nginx/{version}")

    style = Style(
        f"nginx/{version}", _ORDER, (("Connection", "keep-alive"),), reasons=tuple(pages.STATUS_REASONS.items())
    )
    limit = parse_size(setting((site.http, site.main), "client_max_body_size", "1m").rstrip("b")) or (1 << 40)
    serve(system, state, handle, style, wakes, reject=reject, maximum_body_bytes=min(limit, 64 << 20))
    for text in ("gracefully shutting down", "exiting") if state["stopping"] == _QUIT else ("exiting",):
        _log(system, state, "notice", text)
    _log(system, state, "notice", "exit")
    return 0


def _become_user(system: System, state: State, site: Site) -> bool:
    """Give up the superuser's rights. False where that is refused (ngx_worker_process_init in nginx's ngx_process_cycle.c)."""
    directive = find(site.main, "user")
    name = directive.arguments[0] if directive is not None else "nginx"
    entry = find_user(system, name)
    if entry is None or system.uid != 0:
        return True
    uid, gid = int(entry[2]), int(entry[3])
    for what, number in (("setgid", gid), ("setuid", uid)):
        try:
            system.set_user(*((system.uid, gid) if what == "setgid" else (uid, gid)))
        except OSError as problem:
            _log(system, state, "emerg", f"{what}({number}) failed ({problem.errno}: {problem.strerror})")
            return False
    return True


def _is_over(system: System, state: State) -> bool:
    """Take signals; whether the worker is to end now. One that is to end gracefully first finishes its requests."""
    number = system.take_signal()
    if number == _USR1:
        _reopen_logs(system, state)
    elif number is not None:
        state["stopping"] = number
    if not state["stopping"]:
        return False
    for descriptor in state["listeners"]:
        system.close(descriptor)
    state["listeners"] = {}
    return state["stopping"] != _QUIT or not any("waits" in connection for connection in state["connections"].values())


def _answer(
    system: System,
    state: State,
    site: Site,
    upstreams: Upstreams,
    request: Request,
    connection: Connection,
    version: str,
) -> Response | None:
    """The response to a request, logged; None while an upstream is waited for."""
    exchange = Exchange(system, site, upstreams, request, connection, version, len(state["connections"]))
    try:
        response = exchange.respond()
    except Waiting:
        return None
    for scope, said in exchange.messages:
        _log(system, state, "error", said, scope)
    for path, form in _access_logs(site, exchange):
        if path in state["logs"]:
            system.put(bytes_of(exchange.variables.fill_log(form) + "\n"), state["logs"][path])
    if exchange.token() == "nginx":
        response = response._replace(headers=(("Server", "nginx"), *response.headers))
    return response


def _access_logs(site: Site, exchange: Exchange) -> list[tuple[str, str]]:
    """(path, format) of where a request is logged."""
    given = lookup(exchange.scope, "access_log")
    if not given:
        return [(ACCESS_LOG, site.formats["combined"])]
    found = []
    for item in given:
        path, *rest = item.arguments
        if path == "off":
            return []
        name = rest[0] if rest and "=" not in rest[0] else "combined"
        conditions = [word.removeprefix("if=") for word in rest if word.startswith("if=")]
        if all(exchange.variables.fill(condition) not in ("", "0") for condition in conditions):
            found.append((path, site.formats[name]))
    return found

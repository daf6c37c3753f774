"""nginx's command line: -t, -T, -v, -V, -s, -c, -g, -q; and what is done before the master process runs.

Processes are titled as nginx titles them by executing the program again under another argv[0]; what the new one must
know waits at descriptor `HANDED`.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from fakedocker.base.numbers import is_digits
from fakedocker.kernel.program import APPEND, CREATE, WRITE, System
from fakedocker.kernel.utility import Utility
from fakedocker.userland.inputs import State, bytes_of
from fakedocker.userland.services.nginx_config import ConfigProblem, argument, find, read_sources
from fakedocker.userland.services.nginx_processes import (
    MASTER_TITLE,
    WORKER_TITLE,
    hand_over,
    pid_file,
    run_master,
    run_worker,
    stamp,
)
from fakedocker.userland.services.nginx_site import ERROR_LOG, Site, absolute, conflicts, make_site
from fakedocker.userland.tools import Register, UsageProblem, find_user, stat_or_none
from fakedocker.userland.versions import version_of

PROGRAMS = Register()
VERSION: Final = "1.27.1"
_CONFIG: Final = "/etc/nginx/nginx.conf"
_SIGNALS: Final = {"stop": 15, "quit": 3, "reopen": 10, "reload": 1}
_TEMPORARY: Final = (
    ("/var/cache/nginx", ("client_temp", "proxy_temp", "fastcgi_temp", "uwsgi_temp", "scgi_temp")),
    ("/var/lib/nginx/tmp", ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")),
    ("/var/lib/nginx", ("body", "proxy", "fastcgi", "uwsgi", "scgi")),
)
"""Where nginx.org's, Alpine's and Debian's nginx were built to keep bodies for a while; it is the folder their package has."""
_BIND_TRIES: Final = 5
_BIND_PAUSE_NS: Final = 500_000_000
_BUILT: Final = (
    "built by gcc 12.2.0 (Debian 12.2.0-14) \nbuilt with OpenSSL 3.0.14 4 Jun 2024\nTLS SNI support enabled\n"
    "configure arguments: --prefix=/etc/nginx --sbin-path=/usr/sbin/nginx --modules-path=/usr/lib/nginx/modules"
    " --conf-path=/etc/nginx/nginx.conf --error-log-path=/var/log/nginx/error.log"
    " --http-log-path=/var/log/nginx/access.log --pid-path=/var/run/nginx.pid --lock-path=/var/run/nginx.lock"
    " --user=nginx --group=nginx --with-compat --with-file-aio --with-threads --with-http_auth_request_module"
    " --with-http_gunzip_module --with-http_gzip_static_module --with-http_realip_module --with-http_ssl_module"
    " --with-http_stub_status_module --with-http_v2_module --with-stream --with-stream_ssl_module\n"
)
_HELP: Final = """Usage: nginx [-?hvVtTq] [-s signal] [-p prefix]
             [-e filename] [-c filename] [-g directives]

Options:
  -?,-h         : this help
  -v            : show version and exit
  -V            : show version and configure options then exit
  -t            : test configuration and exit
  -T            : test configuration, dump it and exit
  -q            : suppress non-error messages during configuration testing
  -s signal     : send signal to a master process: stop, quit, reopen, reload
  -p prefix     : set prefix path (default: /etc/nginx/)
  -e filename   : set error log file (default: /var/log/nginx/error.log)
  -c filename   : set configuration file (default: /etc/nginx/nginx.conf)
  -g directives : set global directives out of configuration file

"""


class _Emergency(Exception):
    """nginx cannot start; the message has been shown."""


class _Call(NamedTuple):
    """What the command line says."""

    letters: frozenset[str]
    config: str
    globals_text: str
    signal: str


@PROGRAMS.program("nginx")
def _nginx(system: System, argv: tuple[str, ...], state: State) -> int:
    version = version_of(system, "NGINX_VERSION", VERSION)
    if argv[0].startswith(WORKER_TITLE):
        return run_worker(system, state, version)
    if argv[0].startswith(MASTER_TITLE):
        return run_master(system, state, version)
    try:
        call = _parse(argv)
    except UsageProblem as problem:
        system.put(f"nginx: {problem.message}\n", 2)
        return 1
    if call.letters & set("vV?h"):
        system.put(f"nginx version: nginx/{version}\n", 2)
        system.put(_BUILT if "V" in call.letters else _HELP if call.letters & set("?h") else "", 2)
        return 0
    try:
        return _run(system, argv, state, call)
    except ConfigProblem as problem:
        _complain(system, "emerg", str(problem))
    except _Emergency:
        pass
    if call.letters & set("tT"):
        system.put(f"nginx: configuration file {call.config} test failed\n", 2)
    return 1


def _parse(argv: tuple[str, ...]) -> _Call:
    """The options. Raises UsageProblem."""
    letters: set[str] = set()
    values = {"c": _CONFIG, "g": "", "s": "", "p": "", "e": ""}
    words = list(argv[1:])
    while words:
        word = words.pop(0)
        if not word.startswith("-") or word == "-":
            raise UsageProblem(f'invalid option: "{word}"')
        for place, letter in enumerate(word[1:], 1):
            if letter in values:
                value = word[place + 1 :] or (words.pop(0) if words else "")
                if not value:
                    raise UsageProblem(f'option "-{letter}" requires parameter')
                values[letter] = value
                break
            if letter not in "?hvVtTq":
                raise UsageProblem(f'invalid option: "{letter}"')
            letters.add(letter)
    if values["s"] and values["s"] not in _SIGNALS:
        raise UsageProblem(f'invalid option: "-s {values["s"]}"')
    return _Call(frozenset(letters), absolute(values["c"]), values["g"], values["s"])


def _complain(system: System, level: str, text: str) -> None:
    """To the log nginx is built with, and to standard error."""
    line = f"{stamp(system)} [{level}] {system.pid}#{system.pid}: {text}\n"
    try:
        descriptor = system.open(ERROR_LOG, WRITE | CREATE | APPEND)
    except OSError as problem:
        said = f'open() "{ERROR_LOG}" failed ({problem.errno}: {problem.strerror})'
        system.put(f"nginx: [alert] could not open error log file: {said}\n", 2)
    else:
        system.put(bytes_of(line), descriptor)
        system.close(descriptor)
    if level != "notice":
        system.put(bytes_of(f"nginx: [{level}] {text}\n"), 2)


def _run(system: System, argv: tuple[str, ...], state: State, call: _Call) -> int:
    """Test, signal, or start. Raises ConfigProblem, _Emergency."""
    if "prepared" not in state:
        state["prepared"] = _prepare(system, call)
    prepared: dict[str, Any] = state["prepared"]
    site = make_site(call.config, prepared["sources"])
    if call.signal:
        return _signal_master(system, site, call.signal)
    if call.letters & set("tT"):
        return _tell_tested(system, call, prepared)
    _open_listeners(system, state, site)
    if argument(site.main, "daemon", "on") == "on" and not state.get("forked"):
        system.fork(Utility("nginx", {**state, "forked": True}))
        return 0
    if state.get("forked"):
        system.set_session()
    hand_over(system, {**prepared, "path": call.config, "globals": call.globals_text, "listeners": state["listeners"]})
    search_path = system.environment.get("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
    title = f"{MASTER_TITLE} {' '.join(argv)}"
    system.execute(system.find_program(argv[0], search_path), (title,), dict(system.environment))
    return 1


def _prepare(system: System, call: _Call) -> dict[str, Any]:
    """Read the configuration, look up what it names, make folders, open logs."""
    sources = read_sources(system, call.config, call.globals_text)
    site = make_site(call.config, sources)
    user = find(site.main, "user")
    if user is not None and system.uid:
        said = 'the "user" directive makes sense only if the master process runs with super-user privileges, ignored'
        _complain(system, "warn", f"{said} in {user.file}:{user.line}")
    elif user is not None and find_user(system, user.arguments[0]) is None:
        raise ConfigProblem(f'getpwnam("{user.arguments[0]}") failed', user.place)
    addresses: dict[str, list[str]] = {}
    for host, called, directive in site.hosts:
        addresses[host] = system.resolve(host)
        if not addresses[host]:
            raise ConfigProblem(f"host not found in {called}", directive.place)
    for said in conflicts(site):
        _complain(system, "warn", said)
    if call.signal:
        return {"sources": sources}
    _make_folders(system, "nginx" if user is None else user.arguments[0])
    logs: dict[str, int] = {}
    for path in site.log_paths():
        try:
            logs[path] = system.open(absolute(path), WRITE | CREATE | APPEND)
        except OSError as problem:
            _complain(system, "emerg", f'open() "{path}" failed ({problem.errno}: {problem.strerror})')
            raise _Emergency from None
    return {"sources": sources, "addresses": addresses, "logs": logs}


def _make_folders(system: System, user: str) -> None:
    """The folders for temporary files, given to the workers' user (ngx_create_paths in nginx's src/core/ngx_file.c)."""
    owner = find_user(system, user) if not system.uid else None
    folder, names = next((place for place in _TEMPORARY if stat_or_none(system, place[0])), _TEMPORARY[0])
    for name in names:
        path = f"{folder}/{name}"
        try:
            system.make_directory(path, 0o700)
        except FileExistsError:
            pass
        except OSError as problem:
            _complain(system, "emerg", f'mkdir() "{path}" failed ({problem.errno}: {problem.strerror})')
            raise _Emergency from None
        if owner is None or system.stat(path).uid == int(owner[2]):
            continue
        try:
            system.change_owner(path, int(owner[2]), -1)
        except OSError as problem:
            _complain(system, "emerg", f'chown("{path}", {owner[2]}) failed ({problem.errno}: {problem.strerror})')
            raise _Emergency from None


def _tell_tested(system: System, call: _Call, prepared: dict[str, Any]) -> int:
    path = pid_file(make_site(call.config, prepared["sources"]))
    try:
        system.close(system.open(path, WRITE | CREATE))
    except OSError as problem:
        _complain(system, "emerg", f'open() "{path}" failed ({problem.errno}: {problem.strerror})')
        raise _Emergency from None
    if "q" not in call.letters:
        system.put(f"nginx: the configuration file {call.config} syntax is ok\n", 2)
        system.put(f"nginx: configuration file {call.config} test is successful\n", 2)
    if "T" in call.letters:
        for name, text in prepared["sources"]:
            if name.startswith("/") and "*" not in name:
                system.put(bytes_of(f"# configuration file {name}:\n{text}\n"))
    return 0


def _signal_master(system: System, site: Site, name: str) -> int:
    _complain(system, "notice", "signal process started")
    path = pid_file(site)
    try:
        text = system.read_file(path).decode("ascii", "replace").strip()
    except OSError as problem:
        _complain(system, "error", f'open() "{path}" failed ({problem.errno}: {problem.strerror})')
        return 1
    if not is_digits(text):
        _complain(system, "error", f'invalid PID number "{text}" in "{path}"')
        return 1
    try:
        system.kill(int(text), _SIGNALS[name])
    except OSError as problem:
        _complain(system, "alert", f"kill({text}, {_SIGNALS[name]}) failed ({problem.errno}: {problem.strerror})")
        return 1
    return 0


def _open_listeners(system: System, state: State, site: Site) -> None:
    """Bind what is to be listened at; five times where somebody else has a port. Blocks. Raises _Emergency."""
    listeners: dict[int, int] = state.setdefault("listeners", {})
    while True:
        if "pause_ns" in state:
            system.sleep_until(state["pause_ns"])
            del state["pause_ns"]
        failed = 0
        for address, port in site.endpoints():
            if port in listeners.values():
                continue
            try:
                listeners[system.listen(port, address)] = port
            except OSError as problem:
                _complain(system, "emerg", f"bind() to {address}:{port} failed ({problem.errno}: {problem.strerror})")
                failed = problem.errno or 1
        if not failed:
            return
        if failed != 98:
            raise _Emergency
        state["tries"] = state.get("tries", 0) + 1
        if state["tries"] >= _BIND_TRIES:
            _complain(system, "emerg", "still could not bind()")
            raise _Emergency
        _complain(system, "notice", "try again to bind() after 500ms")
        state["pause_ns"] = system.now_ns + _BIND_PAUSE_NS

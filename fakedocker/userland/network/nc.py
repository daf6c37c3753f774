"""nc, busybox's and OpenBSD's: a connection joined to standard input and output, or to a program."""

from __future__ import annotations

from fakedocker.kernel.program import System
from fakedocker.userland.inputs import State
from fakedocker.userland.network.connecting import connect
from fakedocker.userland.network.network_tools import addresses_of
from fakedocker.userland.processes.children import launch
from fakedocker.userland.tools import Options, Register, UsageProblem, is_busybox, parse_options, say, strtol

PROGRAMS = Register()
_USAGE = "[OPTIONS] HOST PORT  - connect\nnc [OPTIONS] -l -p PORT [HOST] [PORT]  - listen\n"
# What /etc/services calls the ports that people try.
_SERVICES = {
    22: "ssh", 25: "smtp", 53: "domain", 80: "http", 443: "https", 3306: "mysql", 5432: "postgresql", 6379: "redis",
}  # fmt: skip


@PROGRAMS.program("nc", "ncat", "netcat", usage=_USAGE)
def _nc(system: System, argv: tuple[str, ...], state: State) -> int:
    options, program = _options(system, argv)
    if "l" in options:
        return _serve(system, state, options, program)
    if len(options.operands) < 2:
        raise UsageProblem()
    if "z" in options:
        return _scan(system, state, options)
    if "socket" not in state:
        descriptor = _connection(system, state, options, _remote_port(system, options.operands[1]))
        if descriptor is None:
            return 1
        state["socket"] = descriptor
    if program:
        return _run(system, state, program)
    return _relay(system, state, options)


def _options(system: System, argv: tuple[str, ...]) -> tuple[Options, tuple[str, ...]]:
    """The options, and the program of -e with its arguments: busybox takes all that follows for it."""
    words = list(argv)
    program: tuple[str, ...] = ()
    if is_busybox(system) and "-e" in words:
        place = words.index("-e")
        program = tuple(words[place + 1 :])
        words = words[:place]
    options = parse_options(system, tuple(words), "lkvnuzp:w:q:e:c:i:o:s:46N", {"sh-exec=": "c", "exec=": "e"})
    if not program and (options.last("e") or options.last("c")):
        program = ("sh", "-c", options.last("c")) if options.last("c") else tuple(options.last("e").split())
    return options, program


def _port_of_name(text: str) -> int | None:
    return next((number for number, name in _SERVICES.items() if name == text), None)


def _remote_port(system: System, text: str) -> int:
    """A port to connect to, by its number or its service. Raises UsageProblem."""
    number, rest = strtol(text)
    named = _port_of_name(text)
    if named is not None:
        return named
    if is_busybox(system):
        if not text or rest or not 0 <= number < 1 << 16:
            raise UsageProblem(f"bad port '{text}'", 1, bare=True)
    elif not text or rest:
        raise UsageProblem(f"port number invalid: {text}", 1, bare=True)
    elif not 0 < number < 1 << 16:
        raise UsageProblem(f"port number too {'large' if number > 0 else 'small'}: {text}", 1, bare=True)
    return number


def _local_port(system: System, text: str) -> int:
    """A port to listen at. Raises UsageProblem."""
    if is_busybox(system):
        return _remote_port(system, text)
    number, rest = strtol(text)
    named = _port_of_name(text)
    if named is not None:
        return named
    if rest or not 0 <= number < 1 << 32:
        raise UsageProblem("getaddrinfo: Servname not supported for ai_socktype", 1, bare=True)
    return number & 0xFFFF


def _timeout_ns(system: System, text: str) -> int:
    """The value of -w. Raises UsageProblem."""
    number, rest = strtol(text)
    if is_busybox(system):
        if not text or rest or not 0 <= number < 1 << 31:
            raise UsageProblem(f"invalid number '{text}'", 1, bare=True)
    elif not text or rest:
        raise UsageProblem(f"timeout invalid: {text}", 1, bare=True)
    elif not 0 <= number < 1 << 31:
        raise UsageProblem(f"timeout too {'large' if number > 0 else 'small'}: {text}", 1, bare=True)
    return number * 1_000_000_000


# listening


def _serve(system: System, state: State, options: Options, program: tuple[str, ...]) -> int:
    """Take one connection, with -k one after the other; with -e a program has each. Blocks."""
    port = _local_port(system, options.last("p") or (options.operands[-1] if options.operands else "0"))
    protocol = "udp" if "u" in options else "tcp"
    if "listener" not in state:
        try:
            state["listener"] = system.listen(port, protocol=protocol)
        except OSError as problem:
            say(system, f"bind: {problem.strerror}" if is_busybox(system) else str(problem.strerror))
            return 1
        if "v" in options:
            said = f"listening on 0.0.0.0:{port} ..." if is_busybox(system) else f"Listening on 0.0.0.0 {port}"
            system.put(f"{said}\n", 2)
    while True:
        if "socket" not in state:
            state["socket"] = system.accept(state["listener"])
            if "v" in options:
                address, number = system.peer(state["socket"])
                said = f"connect to 0.0.0.0:{port} from {address}:{number} ({address}:{number})"
                gnu = f"Connection received on {address} {number}"
                system.put(f"{said if is_busybox(system) else gnu}\n", 2)
        if not program:
            status = _relay(system, state, options)
        elif "k" in options:
            status = _spawn(system, state, program)
        else:
            return _run(system, state, program)
        if "k" not in options:
            return status
        system.close(state.pop("socket"))
        state.pop("stdin", None)


def _spawn(system: System, state: State, program: tuple[str, ...]) -> int:
    """Start a program whose standard input, output and errors are the connection. Blocks."""
    system.drain()
    children: list[int] = state.setdefault("children", [])
    state["children"] = [child for child in children if system.reap(child) is None]
    entries = dict(system.descriptors())
    connection = entries[state["socket"]]
    kept = {fd: held for fd, held in entries.items() if fd not in (state["socket"], state.get("listener"))}
    old = system.use_table({**kept, 0: connection, 1: connection, 2: connection})
    try:
        state["child"] = launch(system, program)
        state["children"].append(state["child"])
    except OSError as problem:
        said = str(problem.strerror)
    else:
        said = ""
    finally:
        system.restore_table(old)
    if said:
        say(system, f"can't execute '{program[0]}': {said}")
        return 127
    return 0


def _run(system: System, state: State, program: tuple[str, ...]) -> int:
    """A program has the only connection; its status is nc's. Blocks."""
    if "child" not in state:
        status = _spawn(system, state, program)
        if status:
            return status
        system.close(state["socket"])
    while (ended := system.reap(state["child"])) is None:
        system.wait_for_child(state["child"])
    return ended


# connecting


def _connection(system: System, state: State, options: Options, port: int) -> int | None:
    """A connected socket; None after a message. Blocks."""
    host = options.operands[0]
    addresses = addresses_of(system, host)
    if not addresses:
        said = f'getaddrinfo for host "{host}" port {port}: Name or service not known'
        say(system, f"bad address '{host}'" if is_busybox(system) else said)
        return None
    protocol = "udp" if "u" in options else "tcp"
    until_ns = None
    if "w" in options:
        until_ns = state.setdefault("give_up_ns", system.now_ns + _timeout_ns(system, options.last("w")))
    try:
        descriptor = connect(system, state, addresses[0], port, protocol, until_ns)
    except OSError as problem:
        _not_connected(system, options, host, addresses[0], port, problem)
        return None
    finally:
        if "refusal" not in state:
            state.pop("give_up_ns", None)
    if "v" in options:
        opened = f"{host} ({addresses[0]}:{port}) open"
        where = f"{host} ({addresses[0]})" if host != addresses[0] else host
        gnu = f"Connection to {where} {port} port [{protocol}/{_SERVICES.get(port, '*')}] succeeded!"
        system.put(f"{opened if is_busybox(system) else gnu}\n", 2)
    return descriptor


def _not_connected(system: System, options: Options, host: str, address: str, port: int, problem: OSError) -> None:
    if not is_busybox(system):
        if "v" in options:
            where = f"{host} ({address})" if host != address else host
            protocol = "udp" if "u" in options else "tcp"
            say(system, f"connect to {where} port {port} ({protocol}) failed: {problem.strerror}")
    elif "v" in options:
        say(system, f"{host} ({address}:{port}): {problem.strerror}")
    elif "z" not in options:
        say(system, f"can't connect to remote host ({address}): {problem.strerror}")


def _scan(system: System, state: State, options: Options) -> int:
    """-z: only look whether ports are open; several where a range is given (OpenBSD's)."""
    first, _, last = options.operands[1].partition("-")
    begin, end = _remote_port(system, first), _remote_port(system, last or first)
    ports = range(min(begin, end), max(begin, end) + 1)
    while state.setdefault("scanned", 0) < len(ports):
        descriptor = _connection(system, state, options, ports[state["scanned"]])
        if descriptor is not None:
            system.close(descriptor)
            state["open"] = True
        state["scanned"] += 1
    return 0 if state.get("open") else 1


def _relay(system: System, state: State, options: Options) -> int:
    """Bytes both ways until the other side ends, or nothing came for -w seconds. Blocks."""
    timeout_ns = _timeout_ns(system, options.last("w")) if "w" in options else None
    state.setdefault("stdin", True)
    while True:
        until = None if timeout_ns is None else state.setdefault("until_ns", system.now_ns + timeout_ns)
        ready = system.poll([state["socket"], *([0] if state["stdin"] else [])], until)
        if not ready:
            return 1 if is_busybox(system) else 0
        state.pop("until_ns", None)
        for descriptor in ready:
            try:
                data = system.read(descriptor)
            except OSError as problem:
                if descriptor == 0:
                    state["stdin"] = False
                    continue
                say(system, str(problem.strerror))
                return 1
            if descriptor == 0:
                if data:
                    system.put(data, state["socket"])
                else:
                    state["stdin"] = False
                    system.shut_down(state["socket"])
            elif data:
                system.put(data)
            else:
                return 0

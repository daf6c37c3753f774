"""Stream sockets: listeners found by network and port, connections as two pipes. Addresses' meaning is the router's.

A datagram socket is treated as a connection, except that connecting to a port nobody listens at succeeds and the first
read fails (ECONNREFUSED), as with UDP.
"""

from __future__ import annotations

import errno

from fakedocker.filesystem.errors import failure
from fakedocker.kernel import pipes, transit
from fakedocker.kernel.events import Closed, Connected
from fakedocker.kernel.records import Process, Socket, Stream
from fakedocker.kernel.router import Route, Router
from fakedocker.kernel.state import KernelDraft
from fakedocker.kernel.ways import SYN_SENT, Way

BACKLOG = 128
FIRST_EPHEMERAL_PORT = 32768
EPHEMERAL_PORTS = 28232
ANY_ADDRESS = ("0.0.0.0", "::", "")


def listen(
    draft: KernelDraft, router: Router, process: Process, network: str, port: int, address: str, protocol: str
) -> int:
    """A listening socket. EADDRINUSE, EADDRNOTAVAIL; EACCES below 1024 is the caller's rule, as containers allow it."""
    if not port:
        port = _free_port(draft, network, protocol)
    key = (network, protocol, port)
    if not _is_local(router, network, address):
        raise failure(errno.EADDRNOTAVAIL)
    others = draft.ports.get(key, ())
    for other in others:
        bound = draft.sockets[other].local[0]
        if bound == address or bound in ANY_ADDRESS or address in ANY_ADDRESS:
            raise failure(errno.EADDRINUSE)
    if not router.may_listen(network, port, protocol):
        raise failure(errno.EADDRINUSE)
    number = draft.new_id()
    draft.sockets[number] = Socket(protocol, network, (address, port), state="LISTEN", owner=process.pid)
    draft.ports[key] = (*others, number)
    return number


def find_listener(draft: KernelDraft, network: str, address: str, port: int, protocol: str) -> int | None:
    """The listening socket that a connection to this address would reach; one bound to the address goes first."""
    found = None
    for number in draft.ports.get((network, protocol, port), ()):
        bound = draft.sockets[number].local[0]
        if bound == address:
            return number
        if bound in ANY_ADDRESS:
            found = number
    return found


def connect(
    draft: KernelDraft, router: Router, process: Process, network: str, address: str, port: int, protocol: str
) -> int:
    """A socket connected from a network namespace to an address. The errnos of connect(2)."""
    if address in ANY_ADDRESS:
        address = "127.0.0.1"
    route: Route | int
    listener = find_listener(draft, network, address, port, protocol) if address.startswith("127.") else None
    if listener is not None:
        route = Route(network, address, port, "127.0.0.1")
    else:
        route = router.route(network, address, port, protocol)
        if isinstance(route, int):
            raise failure(route)
        listener = find_listener(draft, route.network, route.address, route.port, protocol)
    local = (route.source, _free_port(draft, network, protocol))
    way = route.way
    if listener is None or len(draft.sockets[listener].backlog) >= BACKLOG:
        if not route.proxied and protocol == "tcp" and way is None:
            raise failure(errno.ECONNREFUSED)
        error = errno.ECONNRESET if route.proxied and protocol != "udp" else errno.ECONNREFUSED
        number = draft.new_id()
        made = Socket(protocol, network, local, (address, port), error=error, owner=process.pid, way=way)
        draft.sockets[number] = made
        if way is not None and protocol == "tcp":
            made.error, made.refusal = 0, error
            transit.begin(draft, number)
        return number
    there, here = pipes.make_pipe(draft), pipes.make_pipe(draft)
    for pipe in (there, here):
        pipes.add_ends(draft, pipe, readers=1, writers=1)
    number = draft.new_id()
    draft.sockets[number] = Socket(
        protocol, network, local, (address, port), reader=here, writer=there, owner=process.pid, way=way
    )
    arriving = Socket(protocol, route.network, (route.address, route.port), local, reader=there, writer=here, way=way)
    if way is None:
        _arrive(draft, listener, arriving)
        return number
    other = draft.new_id()
    draft.sockets[other] = arriving
    arriving.peer, draft.sockets.for_update(number).peer = number, other
    if protocol == "tcp":
        arriving.state, arriving.listener = "SYN_RECV", listener
        transit.begin(draft, number)
    else:
        _join(draft, listener, other)
    return number


def connect_from_outside(
    draft: KernelDraft, network: str, address: str, port: int, source: tuple[str, int]
) -> str | None:
    """A connection whose other end is a new stream; None where nobody listens."""
    listener = find_listener(draft, network, address, port, "tcp")
    if listener is None or len(draft.sockets[listener].backlog) >= BACKLOG:
        return None
    inward = pipes.make_pipe(draft)
    pipes.add_ends(draft, inward, readers=1, writers=1)
    name = f"connection:{inward}"
    draft.streams[name] = Stream(inward, (1, 0))
    _arrive(draft, listener, Socket("tcp", network, (address, port), source, reader=inward, stream=name))
    return name


def connect_outward(draft: KernelDraft, process: Process, network: str, path: str) -> int:
    """A socket whose other end is a new stream: `Connected` tells whoever is outside."""
    here = pipes.make_pipe(draft)
    pipes.add_ends(draft, here, readers=1, writers=1)
    name = f"outward:{here}"
    draft.streams[name] = Stream(here, (1, 0))
    number = draft.new_id()
    draft.sockets[number] = Socket("unix", network, (path, 0), reader=here, stream=name, owner=process.pid)
    draft.emitted.append(Connected(name))
    return number


def accept(draft: KernelDraft, process: Process, number: int) -> int | None:
    """The first connection that waits; None when there is none, and the process is listed. EINVAL for no listener."""
    listener = draft.sockets.for_update(number)
    if listener.state != "LISTEN":
        raise failure(errno.EINVAL)
    if not listener.backlog:
        if process.pid not in listener.waiters:
            listener.waiters += (process.pid,)
        return None
    first, *rest = listener.backlog
    listener.backlog = tuple(rest)
    draft.sockets.for_update(first).owner = process.pid
    return first


def take(draft: KernelDraft, process: Process, number: int, size: int) -> bytes | None:
    """Bytes from the other side; None to wait. ECONNRESET, ECONNREFUSED, ENOTCONN."""
    socket = draft.sockets[number]
    if socket.error:
        error = socket.error
        socket = draft.sockets.for_update(number)
        socket.error = 0
        socket.state = "CLOSE"
        raise failure(error)
    if socket.state == "LISTEN":
        raise failure(errno.ENOTCONN)
    if socket.held or socket.transit:
        size = min(size, transit.arrived(draft, socket))
        if size <= 0:
            _list(draft, process, number)
            return None
    return pipes.take(draft, socket.reader, process.pid, size) if socket.reader else b""


def readable(draft: KernelDraft, process: Process, number: int) -> bool:
    """Whether a read, or an accept, would not wait, or it is time to ask `is_connected` again; if not, the process is listed."""
    socket = draft.sockets[number]
    if socket.asked and socket.state != SYN_SENT:
        return True
    if (socket.held or socket.transit) and not socket.error:
        if transit.arrived(draft, socket) > 0:
            return True
        _list(draft, process, number)
        return False
    if socket.state != "LISTEN":
        return bool(socket.error) or not socket.reader or pipes.readable(draft, socket.reader, process.pid)
    if socket.backlog:
        return True
    _list(draft, process, number)
    return False


def hold(draft: KernelDraft, number: int, held: bool) -> None:
    """Keep what comes for a socket from it, or let it have that again: whoever waits for it looks."""
    if draft.sockets[number].held == held:
        return
    draft.sockets.for_update(number).held = held
    _wake(draft, number)


def go_by(draft: KernelDraft, number: int, peer: int, way: Way | None) -> None:
    """Let the way from one end of a connection to the other be another one."""
    if draft.sockets[number].way != way:
        socket = draft.sockets.for_update(number)
        socket.way, socket.peer = way, peer


def _wake(draft: KernelDraft, number: int) -> None:
    """Let all look again who wait for a socket."""
    socket = draft.sockets.for_update(number)
    waiters, socket.waiters = socket.waiters, ()
    draft.wake_all(waiters)
    if socket.reader and (pipe := draft.pipes[socket.reader]).read_waiters:
        waiters, draft.pipes.for_update(socket.reader).read_waiters = pipe.read_waiters, ()
        draft.wake_all(waiters)


def is_connected(draft: KernelDraft, process: Process, number: int) -> bool:
    """Whether a connection stands; if it does not yet, the process is listed. ECONNREFUSED, ECONNRESET, ETIMEDOUT."""
    socket = draft.sockets[number]
    if socket.state == SYN_SENT:
        _list(draft, process, number)
        draft.sockets.for_update(number).asked = True
        return False
    if socket.asked:
        draft.sockets.for_update(number).asked = False
    if socket.error and socket.way is not None:
        raise failure(socket.error)
    return True


def arrival_due(draft: KernelDraft, number: int) -> None:
    """Something that is under way to a socket arrives, or is sent again."""
    socket: Socket | None = draft.sockets.get(number)
    if socket is None or not socket.transit or socket.transit[0].at_ns > draft.now_ns:
        return
    if socket.state == SYN_SENT:
        outcome = transit.shake(draft, number)
        if outcome is not None:
            _begin(draft, number, outcome)
        return
    count, is_given_up = transit.settle(draft, number)
    if count and socket.listener:
        _stand(draft, number)
    elif count:
        _wake(draft, number)
    if is_given_up and socket.peer in draft.sockets:
        draft.sockets.for_update(socket.peer).error = errno.ETIMEDOUT
        _wake(draft, socket.peer)


def _begin(draft: KernelDraft, number: int, outcome: int) -> None:
    """A connection stands for who has asked for it, or never will."""
    socket = draft.sockets.for_update(number)
    socket.error = outcome or socket.refusal
    socket.state = "CLOSE" if socket.error else "ESTABLISHED"
    if socket.peer and not outcome:
        transit.establish(draft, socket.peer)
    elif socket.peer:
        close(draft, socket.peer)
    _wake(draft, number)


def _stand(draft: KernelDraft, number: int) -> None:
    """A connection stands for the other end too: it waits to be accepted, unless nobody listens any more."""
    socket = draft.sockets.for_update(number)
    listener, socket.listener, socket.state = socket.listener, 0, "ESTABLISHED"
    if listener in draft.sockets:
        _join(draft, listener, number)
        return
    if socket.peer in draft.sockets:
        draft.sockets.for_update(socket.peer).error = errno.ECONNRESET
        _wake(draft, socket.peer)
    close(draft, number)


def _list(draft: KernelDraft, process: Process, number: int) -> None:
    """Let a process be woken when a socket has something for it."""
    socket = draft.sockets[number]
    if process.pid not in socket.waiters:
        draft.sockets.for_update(number).waiters += (process.pid,)


def shut_down(draft: KernelDraft, number: int) -> None:
    """No more bytes from this side."""
    socket = draft.sockets.for_update(number)
    if socket.writer:
        if socket.peer:
            transit.send(draft, socket, 0)
        writer, socket.writer = socket.writer, 0
        socket.state = "FIN_WAIT2"
        pipes.add_ends(draft, writer, writers=-1)
    elif socket.stream and socket.state != "FIN_WAIT2":
        socket.state = "FIN_WAIT2"
        _close_outward(draft, socket.stream)


def close(draft: KernelDraft, number: int) -> None:
    """Forget a socket; a listener resets the connections that nobody has accepted."""
    socket = draft.sockets.for_update(number)
    if socket.state == "LISTEN":
        key = (socket.network, socket.protocol, socket.local[1])
        left = tuple(other for other in draft.ports.get(key, ()) if other != number)
        if left:
            draft.ports[key] = left
        else:
            draft.ports.pop(key)
        for waiting in socket.backlog:
            close(draft, waiting)
        draft.wake_all(socket.waiters)
    if socket.state == SYN_SENT and socket.peer in draft.sockets:
        close(draft, socket.peer)  # whom no SYN has reached
    shut_down(draft, number)
    if socket.reader:
        pipes.add_ends(draft, socket.reader, readers=-1)
    if socket.stream and (stream := draft.streams.pop(socket.stream)) is not None and stream.input in draft.pipes:
        pipes.add_ends(draft, stream.input, writers=-draft.pipes[stream.input].writers)
    del draft.sockets[number]


def _arrive(draft: KernelDraft, listener: int, arriving: Socket) -> None:
    number = draft.new_id()
    draft.sockets[number] = arriving
    _join(draft, listener, number)


def _join(draft: KernelDraft, listener: int, number: int) -> None:
    """A connection waits to be accepted."""
    owner = draft.sockets.for_update(listener)
    owner.backlog = (*owner.backlog, number)
    waiters, owner.waiters = owner.waiters, ()
    draft.wake_all(waiters)


def _close_outward(draft: KernelDraft, name: str) -> None:
    stream = draft.streams.get(name)
    if stream is not None and stream.writers != (0, 0):
        draft.streams.for_update(name).writers = (0, 0)
        draft.emitted.append(Closed(name, 1))


def _is_local(router: Router, network: str, address: str) -> bool:
    if address in ANY_ADDRESS or address.startswith("127."):
        return True
    return any(address == own.text for interface in router.interfaces(network) for own in interface.addresses)


def _free_port(draft: KernelDraft, network: str, protocol: str) -> int:
    """A port of the ephemeral range that nobody listens at; the next each time, so that replays agree."""
    while True:
        port = FIRST_EPHEMERAL_PORT + draft.new_id() % EPHEMERAL_PORTS
        if (network, protocol, port) not in draft.ports:
            return port

"""Ways that are slow, or lose packets: what is under way between the two ends of a connection, and when it arrives.

A connection whose way has nothing to say has `Socket.way` None, and what is written is there at once. Else the sender's bytes stand in
the pipe at once as well, and the receiver's `transit` says which of them have not arrived; a timer of the kind "arrival" looks again.

Source: RFC 9293 and Linux. A SYN that is lost is sent again after 1, 2, 4 ... seconds, and given up after the seventh
(net.ipv4.tcp_syn_retries); data after the retransmission time-out of RFC 6298 with Linux's least variation of 200 ms
(TCP_RTO_MIN), twice as late each time to at most 120 s (TCP_RTO_MAX), and given up after the fifteenth (tcp_retries2); what at
least three segments of the same write have followed is sent again after a round trip (fast retransmit, RFC 5681). The time-out is that of the
first measure and stays; nothing limits what is under way but the 64 KiB of a pipe. Acknowledgements are not lost.
"""

from __future__ import annotations

import errno

from fakedocker.base.clock import LAST_NS
from fakedocker.kernel.records import Socket
from fakedocker.kernel.state import KernelDraft
from fakedocker.kernel.ways import ARRIVAL, NO_WAY, SYN_SENT, Segment, Way

ONE_IN = 1_000_000
SEGMENT_BYTES = 1448
SYN_NS = 1_000_000_000
SYNS = 7
LONGEST_TIMEOUT_NS = 120_000_000_000
RETRIES = 15
NOTICED = 3
"""How many later segments tell the sender that one is lost."""
NEVER_NS = LAST_NS + 1
"""When something arrives that nobody will send again, or that has not set out."""


def is_lost(draft: KernelDraft, way: Way) -> bool:
    """Whether a packet is lost, drawn from the world's seed."""
    return bool(way.loss) and int.from_bytes(draft.random_bytes(8), "big") % ONE_IN < way.loss


def look_at(draft: KernelDraft, number: int, at_ns: int) -> None:
    """Let what is under way to a socket be looked at then."""
    draft.timers.add((at_ns, draft.new_id(), ARRIVAL, number))


def arrived(draft: KernelDraft, socket: Socket) -> int:
    """How many bytes may be read of those in a socket's pipe."""
    if socket.held or not socket.reader:
        return 0
    return draft.pipes[socket.reader].size - sum(segment.size for segment in socket.transit)


def send(draft: KernelDraft, sender: Socket, size: int) -> None:
    """Bytes, or with 0 of them the end of the stream, set out for the other end of a connection, behind what is under way to it."""
    number = sender.peer
    found: Socket | None = draft.sockets.get(number)
    if found is None or not (sender.way or found.transit):
        return
    socket = draft.sockets.for_update(number)
    segment = _set_out(draft, sender.way or NO_WAY, size) if sender.state != SYN_SENT else Segment(size, NEVER_NS)
    socket.transit = (*socket.transit, segment)
    if len(socket.transit) == 1:
        look_at(draft, number, segment.at_ns)


def _set_out(draft: KernelDraft, way: Way, size: int) -> Segment:
    packets = max(-(-size // SEGMENT_BYTES), 1)
    missing = [place for place in range(packets) if is_lost(draft, way)]
    if not missing:
        return Segment(size, draft.now_ns + way.delay_ns)
    is_noticed = packets - missing[-1] > NOTICED
    return Segment(size, draft.now_ns + (2 * way.delay_ns if is_noticed else way.timeout_ns), True)


def begin(draft: KernelDraft, number: int) -> None:
    """Let the first SYN of a connection set out."""
    socket = draft.sockets.for_update(number)
    socket.state = SYN_SENT
    socket.transit = (_syn(draft, socket.way or NO_WAY, 0),)
    look_at(draft, number, socket.transit[0].at_ns)


def _syn(draft: KernelDraft, way: Way, tries: int) -> Segment:
    """A SYN and its acknowledgement."""
    if is_lost(draft, way) or is_lost(draft, way):
        return Segment(0, draft.now_ns + (SYN_NS << tries), True, tries)
    return Segment(0, draft.now_ns + 2 * way.delay_ns, False, tries)


def shake(draft: KernelDraft, number: int) -> int | None:
    """The time of a SYN has come. Gives whether the connection stands (0), has failed (an errno), or neither yet (None)."""
    socket = draft.sockets.for_update(number)
    syn, way = socket.transit[0], socket.way or NO_WAY
    if not syn.lost:
        socket.transit = ()
        return 0
    if syn.tries + 1 >= SYNS:
        socket.transit = ()
        return errno.ETIMEDOUT
    socket.transit = (_syn(draft, way, syn.tries + 1),)
    look_at(draft, number, socket.transit[0].at_ns)
    return None


def establish(draft: KernelDraft, number: int) -> None:
    """A connection stands for who has asked for it: the other end hears of it, and what was written to it sets out."""
    socket = draft.sockets.for_update(number)
    way = socket.way or NO_WAY
    socket.transit = (
        Segment(0, draft.now_ns + way.delay_ns),
        *(_set_out(draft, way, segment.size) for segment in socket.transit),
    )
    look_at(draft, number, socket.transit[0].at_ns)


def settle(draft: KernelDraft, number: int) -> tuple[int, bool]:
    """Let arrive at a socket what is due. Gives how many segments have arrived, and whether the first that has not is given up."""
    socket = draft.sockets.for_update(number)
    way, count = socket.way or NO_WAY, 0
    pending = list(socket.transit)
    while pending and pending[0].at_ns <= draft.now_ns:
        if not pending[0].lost:
            pending.pop(0)
            count += 1
        else:
            pending[0] = _again(draft, way, pending[0])
    socket.transit = tuple(pending)
    if pending and pending[0].at_ns < NEVER_NS:
        look_at(draft, number, pending[0].at_ns)
    return count, bool(pending) and pending[0].at_ns == NEVER_NS


def _again(draft: KernelDraft, way: Way, segment: Segment) -> Segment:
    """A lost segment is sent once more, or given up."""
    if not is_lost(draft, way):
        return Segment(segment.size, draft.now_ns + way.delay_ns, False, segment.tries)
    tries = segment.tries + 1
    wait_ns = min(way.timeout_ns << tries, LONGEST_TIMEOUT_NS) if tries <= RETRIES else NEVER_NS - draft.now_ns
    return Segment(segment.size, draft.now_ns + wait_ns, True, tries)

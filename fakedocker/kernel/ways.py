"""What a way does to packets, and what is under way on it: plain values, which `transit.py` works with."""

from __future__ import annotations

from msgspec import Struct

LEAST_VARIATION_NS = 200_000_000
SYN_SENT = "SYN_SENT"
"""The state of a socket whose connection does not stand yet."""
ARRIVAL = "arrival"
"""The kind of timer that looks at what is under way to a socket."""


class Way(Struct, frozen=True, gc=False):
    """How long a packet takes one way, and how many millionths of them are lost."""

    delay_ns: int = 0
    loss: int = 0

    @property
    def timeout_ns(self) -> int:
        """After how long data is sent again that is not acknowledged."""
        return 2 * self.delay_ns + max(4 * self.delay_ns, LEAST_VARIATION_NS)


NO_WAY = Way()


class Segment(Struct, frozen=True, gc=False):
    """Something under way to a socket: so many bytes of its pipe; none for the end of the stream, or for the connection itself.

    `at_ns` is when it arrives, or, where it is lost, is sent again; `tries` how often it was.
    """

    size: int
    at_ns: int
    lost: bool = False
    tries: int = 0

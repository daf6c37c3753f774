"""A rule of what goes wrong, as plain data; and the table of what can go wrong with what.

Rules are part of the world, so that a snapshot, a fork and undo include them and what they have counted so far. This
module must not know how a rule is written, nor what its effect does.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

from msgspec import Struct

from fakedocker.base.extensions import Extension
from fakedocker.base.messages import Refusal
from fakedocker.wire.http import Request

OPERATION, WIRE, CONTAINER, IMAGE, REGISTRY, DISK, DAEMON, NETWORK, LINK, DNS, VOLUME, NODE, CLOCK = (
    "operation",
    "wire",
    "container",
    "image",
    "registry",
    "disk",
    "daemon",
    "network",
    "link",
    "dns",
    "volume",
    "node",
    "clock",
)

ALARM: Final = "fault"
"""The kind of timer that begins or ends what a rule does by itself."""
ERROR, LATENCY, RESET, LOST, STALL, TRUNCATED = "error", "latency", "reset", "lost", "stall", "truncated"
DOWN, UNAUTHORIZED, NOT_FOUND, TOO_MANY = "down", "unauthorized", "not found", "toomanyrequests"
MISMATCH, SLOW, CUT_OFF, AUTH_DOWN = "digest mismatch", "slow", "cut off", "auth down"
LOSS, AHEAD, BEHIND = "loss", "ahead", "behind"
OOM, EXIT, UNHEALTHY, BUSY, EXEC_HANGS = "oom", "exit", "unhealthy", "busy", "exec hangs"
FULL, FAILING, FAILING_READS, RESTART = "full", "failing", "failing reads", "restart"

_ON_REQUESTS: Final = (ERROR, LATENCY, RESET, LOST, STALL, TRUNCATED)
_ON_LINKS: Final = (DOWN, LATENCY, LOSS)
_ON_DISKS: Final = (FULL, FAILING, FAILING_READS, LATENCY)
_ON_PULLS: Final = (UNAUTHORIZED, NOT_FOUND, TOO_MANY, ERROR, MISMATCH, SLOW, CUT_OFF)

EFFECTS: Final[dict[str, tuple[str, ...]]] = {
    OPERATION: _ON_REQUESTS,
    WIRE: (LATENCY, RESET, LOST, STALL, TRUNCATED),
    CONTAINER: (OOM, EXIT, UNHEALTHY, BUSY, EXEC_HANGS, *_ON_REQUESTS),
    IMAGE: _ON_PULLS,
    REGISTRY: (DOWN, AUTH_DOWN, *_ON_PULLS),
    DISK: _ON_DISKS,
    DAEMON: (RESTART, DOWN),
    NETWORK: _ON_LINKS,
    LINK: _ON_LINKS,
    DNS: (NOT_FOUND,),
    VOLUME: _ON_DISKS,
    NODE: (DOWN,),
    CLOCK: (AHEAD, BEHIND),
}
"""What can go wrong with each kind of target."""

ON_CONTAINERS: Final = (OOM, EXIT, UNHEALTHY, BUSY, EXEC_HANGS)
"""What strikes a container itself, rather than requests about it: its process 1 ends, its health checks fail, it cannot
be removed, what is executed in it does nothing."""
LASTING: Final = frozenset(
    (target, effect) for target in (DISK, DAEMON, NETWORK, LINK, VOLUME, NODE, CLOCK) for effect in EFFECTS[target]
)
"""What is a state of the world while the rule is there, rather than something that requests meet."""

ONE_IN: Final = 1_000_000
"""Chances are counted in millionths."""


class Rule(Struct, frozen=True, kw_only=True):
    """Something that goes wrong.

    A rule looks at the cases it is about (requests, pulls), from `from_ns` to `until_ns`; of those it strikes the ones
    from the `first` on, `times` in all, each with its chance.
    """

    target: str
    effect: str
    number: int = 0
    """Given when it is put into a world."""
    operation: str = ""
    """Which operation, for that target; see `requests.OPERATIONS`."""
    name: str = ""
    """Of the registry, image, container, network, volume or node, or the name that DNS is asked for; of a link one of its containers; of a disk
    the container whose layer it holds, "" for the one that all is on; with an
    operation the container, image, network or volume it is done to, "" for any."""
    other: str = ""
    """Of a link, the other container, "" for every other and the host; of the disk of a container, once it is put into a world, that container's id."""
    status: int = 500
    """Of the HTTP answer of an error."""
    message: str = ""
    """Of an error; "" for one that says that it is a fault."""
    amount: int = 0
    """Of latency: nanoseconds (of a disk for each call, of a link one way); of loss: millionths of packets; of a clock: nanoseconds; of a truncated or stalled stream: bytes that still come; of slow: how many times; of an
    exit: its code; of a download that is cut off: bytes that still come, 0 for one layer's; of a full disk or volume: bytes that are left, or millionths of it where negative."""
    first: int = 1
    times: int = 0
    """How often it strikes, 0 for always."""
    chance: int = ONE_IN
    """In millionths, drawn from the world's seed."""
    delay_ns: int = 0
    """How long after it is put into the world it begins."""
    lasts_ns: int = 0
    """How long it lasts then, 0 for ever."""
    from_ns: int = 0
    until_ns: int = 0
    """When it begins and ends, on the world's clock; set when it is put into a world, 0 for no end."""
    seen: int = 0
    """How many cases it has looked at."""
    struck: int = 0
    """How many of them it has struck."""


Outcome: TypeAlias = "Refusal | int | None"
"""What becomes of a request: it is refused, takes so many nanoseconds longer, or nothing."""
FaultKind: TypeAlias = Callable[[Rule, Request], Outcome]
"""An effect on requests that is none of `EFFECTS`."""
BROUGHT: Final[Extension[FaultKind]] = Extension()
"""Such effects by the word that names them in a rule. A text in quotes after it is the rule's message."""
ON_REQUESTS: Final = frozenset({OPERATION, WIRE, CONTAINER})
"""The targets whose effects are on requests."""


class FaultError(ValueError):
    """A rule that makes no sense; the message says what was expected."""

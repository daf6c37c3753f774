"""Running the commands of a link on a console, the same everywhere: on a terminal, in a page, and where one is checked.

While they run the wall's clock is one of their own that goes on by what is waited for, so that it makes no difference
how fast the machine is. Nobody types meanwhile; Ctrl-C ends all that is still to come. A command that only ends when
somebody ends it is ended after a minute.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from fakedocker.base.clock import SECOND_NS
from fakedocker_shell.links import Link, LinkProblem
from fakedocker_shell.repl.console import Console
from fakedocker_shell.repl.interaction import Interaction, Look, Typed

LOOKS = 20_000
"""How often a command of a link may look at what is typed before it is ended: some hundredths of a second each."""
WATCHED_NS = 60 * SECOND_NS
"""How long it may wait, by the wall's clock."""
_OWN = re.compile(r"\s*:([A-Za-z?]\S*)")
_INTERRUPT, _END = b"\x03", b"\x04"
_ENDINGS = (_INTERRUPT, _END, _INTERRUPT)
"""What is typed to end a command, one after the other."""


class LinkStopped(Exception):
    """Not all of a link's commands were run; the text says why."""


def inputs(console: Console, link: Link) -> Iterator[str]:
    """The link's commands, one complete input after the other; what is complete may depend on what was run before."""
    pending: list[str] = []
    for line in link.run.split("\n"):
        pending.append(line)
        text = "\n".join(pending)
        if console.is_complete(text):
            pending.clear()
            if text.strip():
                yield text
    if pending:
        yield "\n".join(pending)


def run(console: Console, link: Link) -> Interaction[None]:
    """Run the link's commands, each shown behind a prompt.

    Raises:
        LinkStopped: they were interrupted, or one did not end.
    """
    typed = yield Look(0.0)
    clock = _Clock(typed)
    console.foreground.see(typed)
    try:
        for text in inputs(console, link):
            if console.ended:
                break
            _refuse_own(text)
            console.show(f"root@docker-host:{console.directory}# " + text.replace("\n", "\n> "), "1")
            yield from _ended(console.run(text, clock.typed()), clock)
    finally:
        console.foreground.now_ns = clock.wall_ns
        console.keep_pace()


def _refuse_own(text: str) -> None:
    """Of the terminal's own commands a link has those that a scenario can have: none of them writes a file, say."""
    from fakedocker_shell.scenarios.player import OWN_COMMANDS

    found = _OWN.match(text)
    if found is not None and found[1] not in OWN_COMMANDS:
        raise LinkStopped(f"a link does not run `:{found[1]}`; what follows it was not run")


class _Clock:
    """The wall's clock as a link's commands see it, and as it is."""

    def __init__(self, typed: Typed) -> None:
        self.now_ns = self.wall_ns = typed.now_ns
        self._size = typed.size

    def typed(self, keys: bytes = b"") -> Typed:
        return Typed(keys, self._size, self.now_ns)

    def look(self, seconds: float) -> Interaction[bool]:
        """Let that time pass; gives whether somebody has interrupted."""
        real = yield Look(0.0)
        self.wall_ns, self._size = real.now_ns, real.size
        self.now_ns += int(seconds * SECOND_NS)
        return _INTERRUPT in real.keys


def _ended(steps: Interaction[bytes], clock: _Clock) -> Interaction[None]:
    """Run a command to its end, which comes in the end."""
    keys = b""
    looks, since_ns, endings = 0, clock.now_ns, iter(_ENDINGS)
    interrupted = False
    try:
        look = next(steps)
        while True:
            wished = yield from clock.look(look.seconds)
            interrupted |= wished
            looks += 1
            if wished or looks > LOOKS or clock.now_ns - since_ns > WATCHED_NS:
                keys = next(endings, b"")
                if not keys:
                    raise LinkStopped("a command of the link does not end")
                looks, since_ns = 0, clock.now_ns
            look = steps.send(clock.typed(keys))
            keys = b""
    except StopIteration:
        if interrupted:
            raise LinkStopped("interrupted: the rest of the link's commands was not run") from None
    finally:
        steps.close()


def open_lesson(console: Console, link: Link) -> None:
    """Open the link's lesson. Raises LinkProblem where there is none of that name."""
    from fakedocker_shell.repl.opening import open_with
    from fakedocker_shell.scenarios import learning
    from fakedocker_shell.scenarios.problems import ScenarioProblem

    try:
        open_with(console, learning.find(console.course, link.lesson))
    except ScenarioProblem:
        raise LinkProblem("there is no lesson of its name") from None


def drive(steps: Interaction[None], size: tuple[int, int]) -> None:
    """Run it where nobody types, as fast as it goes. Raises LinkStopped."""
    try:
        next(steps)
        while True:
            steps.send(Typed(b"", size, 0))
    except StopIteration:
        return

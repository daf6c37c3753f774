"""A session in a page, from its first line to its last: the prompt asks, commands run, and between them others are heard.

Nothing blocks: while a command runs, its interaction's waits are waits of the loop. What the page is told is a kind and
a text, what it says comes to `Page`'s methods.
"""

from __future__ import annotations

import asyncio
import re
import signal
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, cast

import msgspec
from msgspec import Struct
from msgspec.structs import replace
from prompt_toolkit.data_structures import Size
from prompt_toolkit.history import FileHistory
from prompt_toolkit.output.vt100 import Vt100_Output

from fakedocker_shell.links import Link, LinkProblem, read
from fakedocker_shell.page import telling
from fakedocker_shell.page.keyboard import Keyboard
from fakedocker_shell.page.screen import PageScreen
from fakedocker_shell.page.surroundings import IN_A_BROWSER, Surroundings
from fakedocker_shell.repl import link_running
from fakedocker_shell.repl.console import Console
from fakedocker_shell.repl.interaction import Interaction, T, Typed
from fakedocker_shell.repl.meta_base import MetaProblem
from fakedocker_shell.repl.meta_links import share
from fakedocker_shell.repl.opening import begin_terminal
from fakedocker_shell.repl.prompt import Prompt
from fakedocker_shell.repl.session_journal import SessionJournal
from fakedocker_shell.repl.timeline import differs
from fakedocker_shell.repl.tty import Tty, whole_milliseconds
from fakedocker_shell.scenarios import learning
from fakedocker_shell.scenarios.course import Course
from fakedocker_shell.scenarios.problems import ScenarioProblem

if TYPE_CHECKING:
    from typing import TextIO

Post = Callable[[str, str], None]
WELCOME = "A simulated host with docker. F1 helps, :lesson next teaches."
BREATH_SECONDS = 0.05
"""How long a command may work before the page's messages are looked at."""
SHARED_SECONDS = 0.01
"""The same where others wait for the processor."""
SHORT_KEYS = 16
LONGEST_INPUT, LONGEST_SHARED_INPUT = 1 << 18, 8_192
"""How many characters may stand at the prompt: painting them takes a time that grows with them."""
_AT_ONCE = re.compile(r"[^\x00-\x1f\x7f]{4,}")
STATE = Path("/home/pyodide/state")
KEPT_FILES = ("progress.json", "history")
"""What of the state directory the page keeps."""
KEPT_CHARACTERS = 1 << 16


class Settings(Struct, frozen=True):
    """What a page says at the beginning.

    Args:
        rows, columns: of the terminal.
        link: the end of the address, "" for none.
        address: of the page.
        kept: files of the state directory, by name.
        state: the state directory.
    """

    rows: int
    columns: int
    link: str = ""
    address: str = ""
    kept: dict[str, str] = {}
    state: str = str(STATE)


class Page:
    """One session, and what the page says to it.

    Args:
        post: tells the page something.
        settings: what it has said at the beginning.
        link: what its address asks for.
        surroundings: what it is shown in.
    """

    def __init__(self, post: Post, settings: Settings, link: Link, surroundings: Surroundings | None = None) -> None:
        self._post = post
        self._link = link
        surroundings = self._surroundings = surroundings or IN_A_BROWSER
        self._keyboard = Keyboard()
        self._screen = PageScreen(lambda text: post("output", text), settings.rows, settings.columns)
        self._state = Path(settings.state) / "fakedocker"
        self._kept = _restored(self._state, settings.kept)
        environment = {"TERM": "xterm-256color", "XDG_STATE_HOME": settings.state}
        size = (settings.rows, settings.columns)
        self._console = Console(
            self._screen.write_bytes, size, surroundings.meta, link.seed, environment, link.profile, link.date, link.assume,
            link.storage,
        )  # fmt: skip
        self._console.address = settings.address
        self._console.files = self._state
        self._console.course = surroundings.course
        self._clock = whole_milliseconds(time.monotonic_ns)
        journal, observer = self._new_journal(environment, size), surroundings.observer
        ran = observer.ran if observer is not None else None
        self._tty = Tty(self._console, _Shown(self._screen), self._clock, journal, ran)
        history = FileHistory(str(self._state / "history"))
        is_shared = surroundings.sharing is not None
        self._longest = LONGEST_SHARED_INPUT if is_shared else LONGEST_INPUT
        self._is_too_long = False
        self._prompt = Prompt(self._tty, self._keyboard, self._output(), history, is_shared)
        self._answer: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._told = self._console.engine.world
        self._state_told = ""
        self._pictures = telling.Pictures()
        self._breathed = 0.0

    def _new_journal(self, environment: dict[str, str], size: tuple[int, int]) -> SessionJournal | None:
        """None where the session does what a link says before anything is typed, or nobody keeps account of one that
        begins in a lesson."""
        link, observer = self._link, self._surroundings.observer
        if link.run or (link.lesson and observer is None):
            return None
        course = self._surroundings.course
        begun = begin_terminal(
            link.seed, environment, size, None, link.profile, link.date, link.assume, link.storage, course
        )
        begun = replace(begun, lesson=link.lesson if _is_lesson(course, link.lesson) else "")
        return SessionJournal(begun) if observer is None else observer.journal(begun)

    def _output(self) -> Vt100_Output:
        def size() -> Size:
            return Size(*self._screen.size())

        file = cast("TextIO", self._screen)  # it has of a file what is asked of it
        return Vt100_Output(file, size, term="xterm-256color", enable_cpr=True)

    # what the page says

    def feed(self, text: str) -> None:
        """Keys. What would make the line at the prompt too long is not taken."""
        if len(text) > SHORT_KEYS and not self._keyboard.is_taken and len(text) > self._room():
            if not self._is_too_long:
                self._is_too_long = True
                self._post("problem", f"what stands at the prompt is at most {self._longest} characters")
            return
        self._is_too_long = False
        is_edited = not self._keyboard.is_taken and self._console.editing_mode != "vi"
        self._keyboard.feed(_pasted(text) if is_edited and self._surroundings.sharing is not None else text)

    def _room(self) -> int:
        return self._longest - len(self._prompt.session.default_buffer.text)

    def resize(self, rows: int, columns: int) -> None:
        """The terminal has another size."""
        self._screen.resize(rows, columns)
        self._keyboard.wake()
        app = self._prompt.session.app
        if app.is_running:
            app.renderer.erase(leave_alternate_screen=False)
            app.invalidate()

    def shown(self, characters: int) -> None:
        """So much of the output has been shown."""
        self._screen.shown(characters)

    def answer(self, yes: bool) -> None:
        """Whether the link's commands are to be run."""
        if not self._answer.done():
            self._answer.set_result(yes)

    def journal(self) -> str:
        """The session's journal until now; "" where none is kept."""
        kept = self._tty.journal
        return kept.text().decode() if kept is not None else ""

    def share(self) -> None:
        """Tell the page a link to the present state."""
        try:
            self._post("link", share(self._console))
        except MetaProblem as problem:
            self._post("problem", str(problem))

    # the session

    async def run(self) -> int:
        """To its end; gives the exit status."""
        await self._open()
        ticking = asyncio.ensure_future(self._look_at_world())
        try:
            while not self._console.ended:
                self._tell_busy(False)
                text = await self._prompt.ask()
                self._tell_busy(True)
                if text is not None:
                    unread = await self._drive(self._tty.steps(text, self._prompt.typed_ahead()))
                    self._prompt.go_on(unread[: self._longest])
                    self._tell()
        finally:
            ticking.cancel()
        self._screen.flush()
        return self._console.exit_status

    async def _open(self) -> None:
        console, link = self._console, self._link
        self._post("course", _json(telling.course(console)))
        try:
            if link.lesson:
                link_running.open_lesson(console, link)
            else:
                console.say(WELCOME)
        except LinkProblem as problem:
            self._post("refused", str(problem))
            link = Link()
        self._tell()
        if link.run and await self._is_wanted(link):
            self._tell_busy(True)
            try:
                await self._drive(link_running.run(console, link))
            except link_running.LinkStopped as problem:
                console.say(str(problem))
            self._tell()

    async def _is_wanted(self, link: Link) -> bool:
        self._screen.flush()
        self._post("ask", link.run)
        return await self._answer

    async def _drive(self, steps: Interaction[T]) -> T:
        """Run an interaction; its waits let the page's messages in, as does work that takes long."""
        sharing = self._surroundings.sharing
        self._breathed = time.monotonic()
        if sharing is not None:
            sharing.begin()
        with self._keyboard.taken():
            try:
                look = next(steps)
                while True:
                    await self._pause(look.seconds)
                    typed = Typed(self._keyboard.take(), self._screen.size(), self._clock())
                    if self._tty.journal is not None:
                        self._tty.journal.typed(typed)
                    look = steps.send(typed)
            except StopIteration as end:
                result: T = end.value
                return result
            finally:
                steps.close()
                if sharing is not None:
                    sharing.end()

    async def _pause(self, seconds: float) -> None:
        sharing = self._surroundings.sharing
        if seconds <= 0 and time.monotonic() - self._breathed < (BREATH_SECONDS if sharing is None else SHARED_SECONDS):
            return
        self._screen.flush()
        if sharing is not None:
            sharing.end_slice()
        await self._screen.has_room()
        await (self._keyboard.wait(seconds) if seconds > 0 else asyncio.sleep(0))
        if sharing is not None:
            await sharing.next_slice()
        self._breathed = time.monotonic()

    # what the page is told

    def _tell_busy(self, is_busy: bool) -> None:
        self._screen.flush()
        self._post("busy", "1" if is_busy else "")

    def _tell(self) -> None:
        """What stands beside the terminal, and what is to be kept."""
        self._screen.flush()
        self._told = self._console.engine.snapshot()
        state = _json(telling.state(self._console, self._pictures))
        if state != self._state_told:
            self._state_told = state
            self._post("state", state)
        for name in KEPT_FILES:
            text = _content(self._state / name)
            if text != self._kept.get(name, ""):
                self._kept[name] = text
                self._post("keep", _json([name, text]))
                if name == "progress.json":
                    self._post("course", _json(telling.course(self._console)))

    async def _look_at_world(self) -> None:
        """While somebody thinks, the world may change too."""
        while True:
            await asyncio.sleep(1)
            if differs(self._told, self._console.engine.world):
                self._tell()


class _Shown:
    """The screen as `Tty` knows it, which is never asked for keys here."""

    def __init__(self, screen: PageScreen) -> None:
        self.write = screen.write_bytes
        self.size = screen.size

    def raw(self) -> AbstractContextManager[None]:
        raise NotImplementedError("a page's commands are driven by its session")

    def read(self, seconds: float) -> bytes:
        raise NotImplementedError("a page's commands are driven by its session")


def begin(post: Post, settings: str) -> Page:
    """A session as the page's address asks for it; one that is not as it should be is refused in words, and a usual
    session begun.

    Args:
        settings: `Settings` as JSON.
    """
    if not hasattr(asyncio.get_running_loop(), "slow_callback_duration"):
        _prepare(asyncio.get_running_loop())
    return begin_with(post, msgspec.json.decode(settings, type=Settings), IN_A_BROWSER)


def begin_with(post: Post, given: Settings, surroundings: Surroundings) -> Page:
    """As `begin`, in other surroundings."""
    link = Link()
    try:
        link = read(given.link) if given.link else link
    except LinkProblem as problem:
        post("refused", str(problem))
    return Page(post, given, link, surroundings)


def _prepare(loop: asyncio.AbstractEventLoop) -> None:
    """Give a browser's loop what prompt_toolkit asks of one, and take signals away, which it would be told of."""
    loop.slow_callback_duration = 0.1
    if hasattr(signal, "SIGWINCH"):
        del signal.SIGWINCH


def _pasted(text: str) -> str:
    """What has come at once, as pasted: a line editor looks at each key of what was typed, and at a paste once."""
    return text if "\x1b" in text else _AT_ONCE.sub("\x1b[200~\\g<0>\x1b[201~", text)


def _is_lesson(course: Course | None, name: str) -> bool:
    try:
        return bool(name and learning.find(course, name))
    except ScenarioProblem:
        return False


def _restored(directory: Path, kept: dict[str, str]) -> dict[str, str]:
    """Put back what the page has kept; gives what is there now."""
    directory.mkdir(parents=True, exist_ok=True)
    for name in KEPT_FILES:
        text = kept.get(name, "")
        if 0 < len(text) <= KEPT_CHARACTERS * 2:
            (directory / name).write_text(text, encoding="utf-8")
    return {name: _content(directory / name) for name in KEPT_FILES}


def _content(path: Path) -> str:
    """The end of a file, from the beginning of a line; "" where there is none."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""
    return text if len(text) <= KEPT_CHARACTERS else text[-KEPT_CHARACTERS:].partition("\n")[2]


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()

"""A session in a page, driven here by a loop like any: what it says to the page, and what it makes of what the page says."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from fakedocker_shell.links import Link, write
from fakedocker_shell.page.keyboard import Keyboard
from fakedocker_shell.page.screen import UNSHOWN_CHARACTERS, PageScreen
from fakedocker_shell.page.session import Page, begin
from fakedocker_shell.repl.session_journal import is_journal

SECONDS = 120.0
CURSOR = "\x1b[6n"


class Browser:
    """The page's side: keeps what it is told, and answers as a terminal does that is asked where its cursor is."""

    def __init__(self, state: Path, link: str = "", kept: dict[str, str] | None = None) -> None:
        self.told: list[tuple[str, str]] = []
        settings = {
            "rows": 24,
            "columns": 100,
            "link": link,
            "address": "https://example.org/",
            "kept": kept or {},
            "state": str(state),
        }
        self._unanswered = 0
        self.page: Page = begin(self._post, json.dumps(settings))

    def _post(self, kind: str, text: str) -> None:
        self.told.append((kind, text))
        if kind == "output":
            self._unanswered += text.count(CURSOR)
            asyncio.get_running_loop().call_soon(self._show, len(text))

    def _show(self, characters: int) -> None:
        self.page.shown(characters)
        while self._unanswered:
            self._unanswered -= 1
            self.page.feed("\x1b[1;1R")

    @property
    def output(self) -> str:
        return "".join(text for kind, text in self.told if kind == "output")

    def last(self, kind: str) -> str:
        return next((text for each, text in reversed(self.told) if each == kind), "")

    def count(self, kind: str) -> int:
        return sum(each == kind for each, _ in self.told)

    async def until(self, done: Callable[[], bool]) -> None:
        async with asyncio.timeout(SECONDS):
            while not done():
                await asyncio.sleep(0.01)

    async def prompt(self) -> None:
        """Until a line is asked for, and the prompt is painted."""
        await self.until(lambda: self.last("busy") == "" and self.count("busy") > 0)

    def ended(self) -> int:
        """How many commands have ended: so often a prompt has come."""
        return self.told.count(("busy", ""))

    async def type(self, line: str) -> None:
        """A line, to its end."""
        before = self.ended()
        self.page.feed(line + "\r")
        await self.until(lambda: self.ended() > before)


def play(
    state: Path, steps: Callable[[Browser], Awaitable[None]], link: str = "", kept: dict[str, str] | None = None
) -> Browser:
    """Open a page, do something in it, and leave its shell."""

    async def played() -> Browser:
        browser = Browser(state, link, kept)
        running = asyncio.ensure_future(browser.page.run())
        await steps(browser)
        browser.page.feed("exit 7\r")
        async with asyncio.timeout(SECONDS):
            assert await running == 7
        return browser

    return asyncio.run(played())


def test_commands_and_what_stands_beside_them(tmp_path: Path) -> None:
    async def steps(browser: Browser) -> None:
        await browser.prompt()
        await browser.type("docker run --name first hello-world")

    browser = play(tmp_path, steps)
    assert "Hello from Docker!" in browser.output
    state = json.loads(browser.last("state"))
    assert state["lesson"] is None
    assert state["picture"].startswith("<svg") and ">first<" in state["picture"]
    assert "first" in state["words"]
    assert len(json.loads(browser.last("course"))) >= 47


def test_a_terminal_in_a_container(tmp_path: Path) -> None:
    async def steps(browser: Browser) -> None:
        await browser.prompt()
        browser.page.feed("docker run -it --name box alpine\r")
        await browser.until(lambda: "/ # " in browser.output)
        browser.page.feed("echo in''side; stty size\r")
        await browser.until(lambda: "24 100" in browser.output)
        browser.page.resize(30, 90)
        browser.page.feed("stty size\r")
        await browser.until(lambda: "30 90" in browser.output)
        before = browser.ended()
        browser.page.feed("exit\r")
        await browser.until(lambda: browser.ended() > before)

    assert "\ninside\r\n" in play(tmp_path, steps).output


def test_an_interrupt_ends_what_is_watched(tmp_path: Path) -> None:
    async def steps(browser: Browser) -> None:
        await browser.prompt()
        await browser.type("docker run -d --name web nginx")
        browser.page.feed("docker logs -f web\r")
        await browser.until(lambda: "start worker process 9" in browser.output)
        before = browser.ended()
        browser.page.feed("\x03")
        await browser.until(lambda: browser.ended() > before)
        await browser.type("echo status $?")

    assert "^C" in play(tmp_path, steps).output


def test_an_interrupt_ends_what_works_for_ever(tmp_path: Path) -> None:
    async def steps(browser: Browser) -> None:
        await browser.prompt()
        before = browser.ended()
        browser.page.feed("while :; do :; done\r")
        await browser.until(lambda: browser.last("busy") == "1")
        browser.page.feed("\x03")
        await browser.until(lambda: browser.ended() > before)

    play(tmp_path, steps)


def test_a_lesson_is_told_and_what_was_solved_is_kept(tmp_path: Path) -> None:
    async def steps(browser: Browser) -> None:
        await browser.prompt()
        await browser.type(":lesson ports-conflict")
        await browser.type(":hint")
        lesson = json.loads(browser.last("state"))["lesson"]
        assert [goal["holds"] for goal in lesson["goals"]] == [True, False, False, True]
        assert len(lesson["hints"]) == 1
        assert not lesson["is_solved"] and not lesson["explanation"]
        await browser.type("docker run -d --name web2 -p 8081:80 nginx")

    browser = play(tmp_path / "one", steps, "#v=1")
    lesson = json.loads(browser.last("state"))["lesson"]
    assert lesson["is_solved"] and lesson["explanation"] and lesson["next"]
    kept = dict(json.loads(text) for kind, text in browser.told if kind == "keep")
    assert "ports-conflict" in kept["progress.json"]
    assert ":hint" in kept["history"]

    async def look(browser: Browser) -> None:
        await browser.prompt()
        browser.page.feed("\x1b[A\x1b[A\x15echo again\r")
        await browser.until(lambda: "again\r\n" in browser.output)

    again = play(tmp_path / "two", look, "", kept)
    solved = [entry["id"] for entry in json.loads(again.last("course")) if entry["is_solved"]]
    assert solved == ["ports-conflict"]


def test_a_link_is_asked_about_and_run(tmp_path: Path) -> None:
    link = Link(
        seed=3, date="2024-10-01", run="docker volume create one\ndocker logs nothing\ndocker volume create two"
    )

    async def steps(browser: Browser) -> None:
        await browser.until(lambda: browser.last("ask") != "")
        assert browser.last("ask") == link.run
        assert "volume create" not in browser.output
        browser.page.answer(True)
        await browser.prompt()
        browser.page.share()

    browser = play(tmp_path, steps, write(link))
    assert "one\r\n" in browser.output and "two\r\n" in browser.output
    assert "No such container: nothing" in browser.output
    expected = Link(seed=3, date="2024-10-01", run="docker volume create one\ndocker volume create two")
    assert browser.last("link") == write(expected, "https://example.org/")


def test_a_link_that_is_not_wanted_is_not_run(tmp_path: Path) -> None:
    async def steps(browser: Browser) -> None:
        await browser.until(lambda: browser.last("ask") != "")
        browser.page.answer(False)
        await browser.prompt()
        await browser.type("docker volume ls -q")

    assert "one\r\n" not in play(tmp_path, steps, write(Link(run="docker volume create one"))).output


@pytest.mark.parametrize(
    "link",
    ["#v=1&run=<script>", "#v=1&lesson=nothing-of-that-name&run=" + base64.urlsafe_b64encode(b"docker ps!!").decode()],
)
def test_a_link_that_is_wrong_is_refused_in_words(link: str, tmp_path: Path) -> None:
    async def steps(browser: Browser) -> None:
        await browser.prompt()

    browser = play(tmp_path, steps, link)
    assert browser.last("refused")
    assert "<" not in browser.last("refused")
    assert browser.last("ask") == ""


def test_the_journal_is_there_to_download(tmp_path: Path) -> None:
    journals: list[str] = []

    async def steps(browser: Browser) -> None:
        await browser.prompt()
        await browser.type("docker volume create one")
        journals.append(browser.page.journal())

    play(tmp_path, steps)
    assert is_journal(journals[0].encode())
    assert "docker volume create one" in journals[0]


def test_what_is_typed_ahead_is_the_next_lines(tmp_path: Path) -> None:
    async def steps(browser: Browser) -> None:
        await browser.prompt()
        browser.page.feed("docker run alpine sleep 1\recho ahead$((1+1))\r")
        await browser.until(lambda: "ahead2" in browser.output)

    play(tmp_path, steps)


def test_output_waits_for_a_page_that_is_slow() -> None:
    async def written() -> None:
        sent: list[str] = []
        screen = PageScreen(sent.append, 24, 80)
        screen.write_bytes("ä".encode()[:1])
        screen.write_bytes("ä".encode()[1:] + b"x" * UNSHOWN_CHARACTERS)
        screen.flush()
        assert sent[0][0] == "ä"
        waiting = asyncio.ensure_future(screen.has_room())
        await asyncio.sleep(0)
        assert not waiting.done()
        screen.shown(10)
        await asyncio.wait_for(waiting, SECONDS)

    asyncio.run(written())


def test_keys_go_to_whoever_has_the_keyboard() -> None:
    async def typed() -> None:
        keyboard = Keyboard()
        with keyboard.taken():
            keyboard.feed("a")
            await keyboard.wait(SECONDS)
            assert keyboard.take() == b"a"
            keyboard.feed("left")
        assert "".join(key.data for key in keyboard.read_keys()) == "left"

    asyncio.run(typed())


def test_what_is_typed_before_a_command_has_begun_is_the_command_s(tmp_path: Path) -> None:
    """Between the line's end and the command's beginning nobody reads keys."""

    async def steps(browser: Browser) -> None:
        await browser.prompt()
        before, post = browser.ended(), browser.page._post

        def typing(kind: str, text: str) -> None:
            if (kind, text) == ("busy", "1"):
                browser.page.feed("early\r")
            post(kind, text)

        browser.page._post = typing
        browser.page.feed("read x; echo got-$x\r")
        await browser.until(lambda: browser.ended() > before)
        browser.page._post = post

    output = play(tmp_path, steps).output
    assert "got-early" in output and "early: command not found" not in output


def test_what_the_prompt_was_told_of_its_cursor_is_no_key() -> None:
    async def typed() -> bytes:
        keyboard = Keyboard()
        keyboard.feed("a\x1b[1;1Rb\x1b[A")
        with keyboard.taken():
            return keyboard.take()

    assert asyncio.run(typed()) == b"ab\x1b[A"


def test_a_state_that_is_the_same_is_not_told_again(tmp_path: Path) -> None:
    async def steps(browser: Browser) -> None:
        await browser.prompt()
        await browser.type("docker ps")
        before = browser.count("state")
        await browser.type("docker images")
        assert browser.count("state") == before
        await browser.type("docker volume create kept")
        assert browser.count("state") == before + 1

    assert "kept" in json.loads(play(tmp_path, steps).last("state"))["words"]

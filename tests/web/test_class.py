"""A class over real sockets: learners each in a world of their own, a page that comes back, and what the teacher sees."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable

from fakedocker_shell.links import Link, write
from fakedocker_shell.web.classroom import Rules
from helpers.web_world import ClassWorld, a_class


def play(steps: Callable[[ClassWorld], Awaitable[None]], rules: Rules | None = None) -> None:
    async def played() -> None:
        async with a_class(rules) as world:
            await steps(world)

    asyncio.run(played())


def test_two_learners_do_not_see_each_other() -> None:
    async def steps(world: ClassWorld) -> None:
        ada, bob = await asyncio.gather(world.learner("Ada"), world.learner("Bob"))
        await asyncio.gather(ada.type("docker volume create of-ada"), bob.type("docker volume create of-bob"))
        await asyncio.gather(ada.type("docker volume ls"), bob.type("docker volume ls"))
        assert "of-ada" in ada.output and "of-bob" in bob.output
        for page, other in ((ada, "of-bob"), (bob, "of-ada"), (ada, "Bob"), (bob, "Ada")):
            assert all(other not in text for _, text in page.told)

    play(steps)


def test_a_lost_connection_comes_back_to_the_same_world() -> None:
    async def steps(world: ClassWorld) -> None:
        page = await world.learner("Ada")
        await page.type("docker volume create kept")
        page.abort()
        again = await world.learner("Ada", identifier=page.id)
        assert again.id == page.id
        await again.until(lambda: "kept\r\n" in again.output)
        await again.type("docker volume ls -q; echo there$((1+1))")
        assert "kept\r\nthere2" in again.output
        assert json.loads(again.last("course"))

    play(steps)


def test_output_goes_on_while_nobody_is_connected() -> None:
    async def steps(world: ClassWorld) -> None:
        page = await world.learner("Ada")
        page.send("keys", text="seq 200000; echo en''ded\r")
        await page.until(lambda: page.last("busy") == "1")
        page.abort()
        desk = world.classroom.learners[page.id].desk
        assert desk is not None
        await page.until(lambda: "\nended" in desk.tail.text())
        again = await world.learner("Ada", identifier=page.id)
        await again.until(lambda: "\nended" in again.output)
        assert len(again.output) < 200_000

    play(steps)


def test_another_window_takes_a_session_over() -> None:
    async def steps(world: ClassWorld) -> None:
        first = await world.learner("Ada")
        second = await world.learner("Ada", identifier=first.id)
        await first.until(lambda: first.closed is not None)
        assert first.closed is not None and "another window" in first.closed[1]
        await second.type("echo here$((1+1))")
        assert "here2" in second.output

    play(steps)


def test_a_name_is_needed_and_is_ones_own() -> None:
    async def steps(world: ClassWorld) -> None:
        await world.learner("Ada")
        for name, told in (
            ("", "a name is needed"),
            ("  ", "a name is needed"),
            ("ADA", "here already"),
            ("a\x1b[2J", "not shown"),
        ):
            page = await world.learner(name)
            assert told in page.last("denied") and page.id == ""
        page.send("start", name="Bob", settings={"rows": 24, "columns": 80})
        await page.until(lambda: page.count("joined"))

    play(steps)


def test_there_are_only_so_many_places() -> None:
    async def steps(world: ClassWorld) -> None:
        await world.learner("Ada")
        page = await world.learner("Bob")
        assert page.last("denied") == "all 1 places are taken"

    play(steps, Rules(learners=1, is_class=True))


def test_a_world_that_nobody_comes_back_to_is_let_go() -> None:
    async def played() -> None:
        now = [0.0]
        async with a_class(Rules(is_class=True, kept_seconds=300), clock=lambda: now[0]) as world:
            page = await world.learner("Ada")
            learner = world.classroom.learners[page.id]
            page.abort()
            await page.until(lambda: learner.desk is None or not learner.desk.is_connected)
            now[0] = 299.0
            world.classroom.sweep()
            assert learner.desk is not None
            now[0] = 301.0
            world.classroom.sweep()
            assert learner.desk is None
            again = await world.learner("Ada", identifier=page.id)
            await again.type("docker volume ls -q; echo empty$((1+1))")
            assert "empty2" in again.output

    asyncio.run(played())


def test_the_teacher_sees_each_learner_live() -> None:
    async def steps(world: ClassWorld) -> None:
        teacher = await world.teacher()
        ada = await world.learner("Ada")
        await world.learner("<script>alert(1)</script>")
        await ada.type(":lesson ports-conflict")
        await ada.type("docker run -d --name web2 -p 8081:80 nginx")
        await teacher.until(lambda: teacher.row("Ada").get("is_solved"))
        row = teacher.row("Ada")
        assert row["lesson"] == "ports-conflict" and row["goals"] == [True, True, True, True]
        assert row["command"] == "docker run -d --name web2 -p 8081:80 nginx"
        assert str(row["picture"]).startswith("<svg") and ">web2<" in str(row["picture"])
        assert teacher.row("<script>alert(1)</script>")["is_here"]
        teacher.send("watch", number=row["number"])
        await teacher.until(lambda: "Done with 1 command" in teacher.last("output") or teacher.count("output") > 1)
        assert json.loads(teacher.last("watched"))["name"] == "Ada"
        await ada.type("echo live$((40+2))")
        await teacher.until(lambda: "live42" in "".join(text for kind, text in teacher.told if kind == "output"))
        before = teacher.count("output")
        teacher.send("watch", number=0)
        await ada.type("echo alone$((40+2))")
        await ada.type("echo alone again")
        assert not any("alone42" in text for _, text in teacher.told[before:] if _ == "output")
        ada.abort()
        await teacher.until(lambda: teacher.row("Ada").get("is_here") is False)

    play(steps)


def test_a_teacher_types_nothing_into_a_learners_terminal() -> None:
    async def steps(world: ClassWorld) -> None:
        await world.learner("Ada")
        teacher = await world.teacher()
        teacher.send("keys", text="docker ps\r")
        await teacher.until(lambda: teacher.closed is not None)
        assert teacher.closed is not None and teacher.closed[0] == 1008

    play(steps)


def test_a_link_is_handed_out_and_asked_about() -> None:
    async def steps(world: ClassWorld) -> None:
        teacher = await world.teacher()
        ada = await world.learner("Ada")
        link = Link(run="docker volume create from-link")
        teacher.send("hand-out", link="#v=1&run=<b>")
        await teacher.until(lambda: teacher.last("problem"))
        assert "<" not in teacher.last("problem")
        teacher.send("hand-out", link=write(link, "https://elsewhere/"))
        await ada.until(lambda: ada.last("handed"))
        assert json.loads(ada.last("handed")) == {"link": write(link), "lesson": "", "run": link.run}
        assert teacher.last("handed") == "1"
        opened = await world.learner("Ada", link=write(link), identifier=ada.id)
        await opened.until(lambda: opened.last("ask"))
        assert "from-link" not in opened.output
        opened.send("answer", yes=True)
        await opened.until(lambda: "from-link\r\n" in opened.output)

    play(steps)


def test_a_session_that_ends_can_be_begun_anew() -> None:
    async def steps(world: ClassWorld) -> None:
        page = await world.learner("Ada")
        page.send("keys", text="exit 3\r")
        await page.until(lambda: page.last("ended") == "3")
        again = await world.learner("Ada", identifier=page.id)
        await again.type("echo anew$((1+1))")
        assert "anew2" in again.output

    play(steps)


def test_nothing_is_written_on_the_server_and_no_file_of_it_is_read() -> None:
    async def steps(world: ClassWorld) -> None:
        page = await world.learner("Ada")
        for line in (":record stolen", ":lesson /etc/passwd", ":lesson ../../x.md"):
            await page.type(line)
        assert "not on a server" in page.output
        assert page.output.count("no lesson of that name") == 2

    play(steps)

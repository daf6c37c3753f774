"""Many learners and one processor: who works for ever or says too much does not keep others from working."""

from __future__ import annotations

import asyncio

from fakedocker_shell.web.classroom import Rules
from fakedocker_shell.web.memory import Meter, TooMuchMemory
from fakedocker_shell.web.turns import LearnersShare, Turns
from helpers.web_world import a_class

BUSY = (
    "while :; do :; done",
    "docker run alpine sh -c 'while :; do :; done'",
    "yes",
    "docker run --rm --init alpine yes",
    "seq 1000000000",
    "while :; do docker ps; done",
)


def test_the_busy_do_not_starve_others() -> None:
    """Six learners who never come to an end, and one whose commands do."""

    async def played() -> None:
        async with a_class() as world:
            busy = [await world.learner(f"busy {number}") for number in range(len(BUSY))]
            quick = await world.learner("quick")
            for page, line in zip(busy, BUSY, strict=True):
                page.send("keys", text=line + "\r")
            for page in busy:
                await page.until(lambda page=page: page.last("busy") == "1")
            for number in range(5):
                await quick.type(f"echo quick$(({number}+10))")
                assert f"quick{number + 10}" in quick.output
            for page in busy:
                while page.last("busy"):
                    page.send("keys", text="\x03")
                    await asyncio.sleep(0.1)

    asyncio.run(played())


def test_a_page_that_shows_nothing_is_not_sent_more_and_more() -> None:
    async def played() -> None:
        async with a_class() as world:
            page = await world.learner("Ada")
            page.shows = False
            page.send("keys", text="yes\r")
            await page.until(lambda: len(page.output) > 400_000)
            other = await world.learner("Bob")
            for number in range(3):
                await other.type(f"echo {number}")
            assert len(page.output) < 5_000_000
            page.send("keys", text="\x03")

    asyncio.run(played())


def test_long_pastes_at_the_prompt_are_bounded_and_let_others_in() -> None:
    async def played() -> None:
        async with a_class() as world:
            page, other = await world.learner("Ada"), await world.learner("Bob")
            for _ in range(20):
                page.send("keys", text="x" * 60_000)
            await other.type("echo in$((1+1))between")
            assert "in2between" in other.output
            await page.until(lambda: "at most" in page.last("problem"))
            before = page.ended()
            page.send("keys", text="\x15\x03")
            await page.until(lambda: page.ended() > before)
            await page.type("echo after$((1+1))")
            assert "after2" in page.output

    asyncio.run(played())


def test_a_world_that_has_become_too_large_is_let_go() -> None:
    async def played() -> None:
        size = [0]

        def measure() -> int:
            size[0] += 1 << 20
            return size[0]

        async with a_class(Rules(is_class=True, memory_bytes=20 << 20), measure=measure) as world:
            page = await world.learner("Ada")
            page.send("keys", text="while :; do docker volume create; done\r")
            await page.until(lambda: page.last("ended"))
            assert "too large" in page.last("problem")
            assert world.classroom.learners[page.id].desk is None

    asyncio.run(played())


def test_a_meter_counts_what_grows_in_a_learners_turns() -> None:
    size = [100]
    meter = Meter(50, lambda: size[0])
    meter.began()
    size[0] = 140
    meter.ended()
    size[0] = 1000  # somebody else's
    meter.began()
    size[0] = 1020
    meter.ended()
    meter.ended()
    assert meter.taken_bytes == 60
    try:
        meter.began()
    except TooMuchMemory:
        return
    raise AssertionError("it is more than it may be")


def test_long_commands_wait_for_short_ones_and_for_one_another() -> None:
    async def played() -> None:
        turns = Turns()
        order: list[str] = []

        def share(name: str) -> LearnersShare:
            return LearnersShare(turns, lambda: order.append(name), lambda: None)

        quick = share("quick")
        quick.begin()
        assert turns.short == 1
        one, two = asyncio.ensure_future(turns.wait()), asyncio.ensure_future(turns.wait())
        await asyncio.sleep(0.02)
        assert not one.done() and not two.done()
        quick.end()
        assert turns.short == 0
        await asyncio.gather(one, two)
        await quick.next_slice()
        quick.end()
        assert order == ["quick", "quick"]

    asyncio.run(played())

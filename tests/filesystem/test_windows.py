"""What engines fetch of the machine's files: each keeps its own, in whichever threads they run."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from fakedocker.filesystem import windows
from fakedocker.filesystem.windows import Answer, Block, Outside, Windows, read

PIECE = Outside("/shown", "file", "1", 0, 5)


@pytest.fixture(autouse=True)
def shown() -> Iterator[None]:
    windows.READERS["/shown"] = lambda path, stamp, offset, size: b"hello"
    yield
    del windows.READERS["/shown"]


def test_a_thread_reads_through_the_windows_that_it_has_entered() -> None:
    told: dict[str, list[Block]] = {"first": [], "second": []}

    def witness(name: str) -> Windows:
        def note(block: Block, answer: Answer) -> None:
            told[name].append(block)

        return Windows(note)

    first, second = witness("first"), witness("second")
    is_second_in, may_second_leave = threading.Event(), threading.Event()

    def other() -> None:
        with second:
            is_second_in.set()
            assert may_second_leave.wait(30)
            assert read(PIECE, 0, 5) == b"hello"

    thread = threading.Thread(target=other)
    with first:
        thread.start()
        assert is_second_in.wait(30)
        assert read(PIECE, 0, 5) == b"hello"  # while the other thread is within its own
    may_second_leave.set()
    thread.join()
    assert {name: len(blocks) for name, blocks in told.items()} == {"first": 1, "second": 1}

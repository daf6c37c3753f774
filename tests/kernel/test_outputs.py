"""Outputs that are put down first and sorted in later give what those give that are sorted in at once."""

from __future__ import annotations

import pytest
from hypothesis import example, given, strategies as st

from fakedocker.base.history import History
from fakedocker.base.persistent import Map
from fakedocker.containers import logs
from fakedocker.containers.model import Chunk
from fakedocker.world import outputs
from fakedocker.world.outputs import Outputs

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("write"), st.sampled_from("abc"), st.integers(0, 300)),
        st.tuples(st.sampled_from(["read", "make", "remove"]), st.sampled_from("abc"), st.just(0)),
        st.tuples(st.sampled_from(["freeze", "rollback", "list"]), st.just(""), st.just(0)),
    ),
    max_size=60,
)


def entries(history: History[Chunk] | None) -> list[Chunk] | None:
    return None if history is None else history.entries()


@example([("make", "a", 0), ("write", "a", 1), ("remove", "a", 0), ("write", "a", 1)], 1_000)
@given(STEPS, st.sampled_from([1, 1_000, 1 << 20]))
def test_nobody_can_tell_when_they_are_sorted_in(steps: list[tuple[str, str, int]], together_bytes: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(outputs, "TOGETHER_BYTES", together_bytes)
        patch.setattr(logs, "OUTPUT_LIMIT_BYTES", 2_000)
        marks: list[str] = []
        table = Outputs(Map(), marks, "outputs")
        model: dict[str, History[Chunk]] = {}
        frozen: dict[str, History[Chunk]] = {}
        for number, (step, stream, size_bytes) in enumerate(steps):
            if step == "write":
                chunk = Chunk(number, 1, b"x" * size_bytes)
                assert table.write(stream, chunk) == (stream in model)
                if stream in model:
                    model[stream] = logs.with_output(model[stream], [chunk])
                    assert marks
            elif step == "make":
                table[stream] = model[stream] = History()
            elif step == "remove":
                assert entries(table.pop(stream)) == entries(model.pop(stream, None))
            elif step == "read":
                assert entries(table.get(stream)) == entries(model.get(stream))
                assert (stream in table) == (stream in model)
            elif step == "list":
                assert {key: value.entries() for key, value in table.items()} == {
                    key: value.entries() for key, value in model.items()
                }
            elif step == "freeze":
                assert {key: value.entries() for key, value in table.freeze().items()} == {
                    key: value.entries() for key, value in model.items()
                }
                frozen = dict(model)
                marks.clear()
            else:
                table.rollback()
                model = dict(frozen)
                marks.clear()

"""Tables over persistent maps, and histories, against plain dicts and lists."""

from __future__ import annotations

from hypothesis import given, strategies as st

from fakedocker.base.history import History
from fakedocker.base.persistent import Map, Table

STEPS = st.lists(
    st.tuples(st.sampled_from(["set", "delete", "freeze", "rollback", "pop"]), st.integers(0, 5), st.integers(0, 9)),
    max_size=60,
)


@given(st.dictionaries(st.integers(0, 5), st.integers()), STEPS)
def test_a_table_is_a_dict(start: dict[int, int], steps: list[tuple[str, int, int]]) -> None:
    table: Table[int, int] = Table(Map(start))
    frozen, model = Map(start), dict(start)
    for step, key, value in steps:
        if step == "set":
            table[key] = model[key] = value
        elif step == "delete" and key in model:
            del table[key], model[key]
        elif step == "pop":
            assert table.pop(key) == model.pop(key, None)
        elif step == "freeze":
            before = frozen
            held = dict(before)
            frozen = table.freeze()
            assert dict(frozen) == model
            assert dict(before) == held, "freezing changed an older map"
        elif step == "rollback":
            table.rollback()
            model = dict(frozen)
        assert dict(table.items()) == model
        assert len(table) == len(model)
        assert all((key in table) == (key in model) and table.get(key) == model.get(key) for key in range(6))


def test_an_unchanged_table_freezes_to_the_same_map() -> None:
    base = Map({1: 2})
    table: Table[int, int] = Table(base)
    assert table.freeze() is base


def test_the_first_change_is_told_once() -> None:
    told: list[str] = []
    table: Table[int, int] = Table(Map(), told, "name")
    table[1] = 1
    table[2] = 2
    assert told == ["name"]
    table.freeze()
    del table[1]
    assert told == ["name", "name"]
    table.rollback()
    table[3] = 3
    assert told == ["name", "name", "name"]


@given(st.lists(st.tuples(st.integers(0, 9), st.booleans()), max_size=80), st.sampled_from([0, 3, 7]))
def test_branches_of_a_history_do_not_see_each_other(steps: list[tuple[int, bool]], limit: int) -> None:
    versions: list[tuple[History[int], list[int]]] = [(History(limit), [])]
    for value, branch in steps:
        history, model = versions[len(versions) // 2] if branch else versions[-1]
        versions.append((history.append(value), [*model, value]))
    for history, model in versions:
        kept = model[-limit:] if limit else model
        assert history.entries() == kept
        assert history.end == len(model)
        assert history.entries(history.end - 1) == model[-1:]
        for number in range(history.end + 1):
            rest = history.since(number)
            assert rest.entries() == kept[max(0, number - history.start) :]
            assert rest.append(11).entries(history.end) == [11]
            assert (rest.end, len(rest)) == (history.end, len(rest.entries()))

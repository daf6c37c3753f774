"""The stored form of values: what is read is what was written, nothing acts, and everything is checked and bounded."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from msgspec import msgpack

from fakedocker.base.history import History
from fakedocker.base.persistent import Map
from fakedocker.containers.model import Chunk
from fakedocker.durability import registry, rows
from fakedocker.durability.migrations import MIGRATIONS, Changed
from fakedocker.durability.problems import Unreadable, Unstorable
from fakedocker.durability.reading import Reader, loads
from fakedocker.durability.writing import SLICE_CELLS, Writer, dumps
from fakedocker.engine.journal import Entry
from fakedocker.filesystem.content import Rope, Slice
from fakedocker.filesystem.node import Node
from fakedocker.kernel.utility import Utility
from helpers.paths import ROOT


def packed(*written: list[Any]) -> bytes:
    return msgpack.encode([list(row) for row in written])


def reference(number: int) -> int:
    return 2 * number


def number(value: int) -> int:
    return 2 * value + 1


@pytest.mark.parametrize(
    "value",
    [
        None, True, 0, -1, 2**61, 2**61 + 1, -(2**70), 10**400, 1.5, "", "a", "ü", "\udc80\ud800", b"", b"x" * 64, b"x" * 65,
        (), [], {}, set(), frozenset({1, "a", None}), Map({"b": 1, "a": (2,)}), bytearray(b"abc"), ((1, 2), (1, 2)),
        {"k": [1, {"l": {2, 3}}], 5: None}, list(range(3000)), {n: str(n) for n in range(1500)}, Map({n: n for n in range(1500)}),
    ],
)  # fmt: skip
def test_plain_values_are_read_as_they_were(value: Any) -> None:
    read = loads(dumps(value))
    assert type(read) is type(value)
    assert read == value


def test_what_is_shared_is_shared_again() -> None:
    archive = bytes(range(256)) * 40
    inner = [1]
    value = {"a": inner, "b": inner, "c": Rope((Slice(archive, 0, 5000), Slice(archive, 5000, 10)), (5000, 5010))}
    read = loads(dumps(value))
    assert read["a"] is read["b"]
    assert read["c"].pieces[0].source is read["c"].pieces[1].source
    assert len(dumps(value)) < 2 * len(archive)


def test_a_history_is_stored_as_far_as_it_goes() -> None:
    chunk = Chunk(at_ns=1, fd=1, data=b"x")
    short: History[Chunk] = History(3).extend([chunk] * 5, 5)
    longer = short.append(chunk)
    read = loads(dumps((short, longer)))
    assert [(part.start, part.end, part.size_bytes, len(part)) for part in read] == [(2, 5, 5, 3), (3, 6, 5, 3)]


def test_nothing_is_too_deep() -> None:
    value: Any = ()
    for _ in range(50_000):
        value = (value, 1)
    read = loads(dumps(value))
    for _ in range(50_000):
        read, one = read
        assert one == 1
    assert read == ()
    while value:  # what is deep is taken apart step by step, as comparing it would be
        value = value[0]


def test_what_holds_itself_is_refused() -> None:
    loop: list[Any] = [1]
    loop.append({"again": loop})
    with pytest.raises(Unstorable, match="holds itself"):
        dumps(loop)


def test_the_same_value_gives_the_same_bytes_in_every_process() -> None:
    code = (
        "from fakedocker.assembly import create_engine; from fakedocker.durability.snapshot import encode; import hashlib;"
        "from fakedocker.wire.http import Request; e = create_engine(4);"
        "e.perform(Request(method='POST', target='/images/create?fromImage=nginx&tag=latest'));"
        "e.perform(Request(method='POST', target='/containers/create?name=web', body=b'{\"Image\":\"nginx\"}',"
        " headers={'content-type': 'application/json'})); e.perform(Request(method='POST', target='/containers/web/start'));"
        "print(hashlib.sha256(encode(e.world)).hexdigest())"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", code], env={"PYTHONHASHSEED": seed}, cwd=ROOT, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2")
    }
    assert len(digests) == 1


def test_a_pause_comes_after_a_bounded_number_of_cells() -> None:
    writer = Writer()
    value = [{"name": str(n), "parts": (n, (n,))} for n in range(20_000)], Map({n: (n,) for n in range(50_000)})
    sizes = [sum(map(len, rows.unpack(writer.take()))) for _ in writer.write(value)]
    assert len(sizes) > 10
    assert max(sizes) <= 2 * SLICE_CELLS


class Evil:
    def __reduce__(self) -> tuple[Any, ...]:
        return (print, ("evil",))


@pytest.mark.parametrize("value", [Evil(), print, Evil, lambda: 0, sys, Path("/"), iter(())])
def test_what_is_no_plain_data_is_not_written(value: Any) -> None:
    with pytest.raises(Unstorable):
        dumps((value,))


@pytest.mark.parametrize(
    "name",
    [
        "os.system", "builtins.eval", "durability.registry.import_module", "durability.registry.layout_of", "engine.Engine", "api.server.Server",
        "testing.fake.FakeDocker", "kernel.kernel.Kernel", "durability.directory.StateDirectory", "userland.sh.code.code_for", "nosuch.Thing",
        "world.world.World.__init__", "durability.rows.msgpack", "__main__.Evil", "", ".", "world.world", "world.world.Struct",
    ],
)  # fmt: skip
def test_only_plain_data_of_fakedocker_can_be_named(name: str) -> None:
    with pytest.raises(Unreadable, match="which is no plain data of fakedocker"):
        loads(packed([rows.CLASS, name, "a"], [rows.FIRST_CLASS, number(1)], [rows.END, reference(0)]))


NODE = ["kind", "mode", "uid", "gid", "mtime_ns", "links", "content", "target", "rdev"]


def node_rows(**changed: Any) -> bytes:
    """A node whose fields are as they should be, but for some cells."""
    cells = {
        "kind": reference(0), "mode": number(0o644), "uid": number(0), "gid": number(0), "mtime_ns": number(5), "links": number(1),
        "content": b"abc", "target": reference(1), "rdev": reference(2), **changed,
    }  # fmt: skip
    return packed(
        [rows.TEXT, "file"], [rows.TEXT, ""], [rows.TUPLE, number(0), number(0)], [rows.TUPLE, reference(1), number(0)],
        [rows.CLASS, "filesystem.node.Node", *cells], [rows.FIRST_CLASS, *cells.values()], [rows.END, reference(4)],
    )  # fmt: skip


def test_fields_are_checked_against_their_types() -> None:
    assert loads(node_rows()) == Node("file", 0o644, mtime_ns=5, content=b"abc")
    wrong: dict[str, Any] = {
        "kind": [reference(1), number(1), None], "mode": [reference(0), None, 1.5, b"x"], "content": [None, number(3), reference(0)],
        "rdev": [reference(0), reference(3), None, b"12"], "target": [b"", number(0), reference(2)],
    }  # fmt: skip
    for field, cells in wrong.items():
        for cell in cells:
            with pytest.raises(Unreadable, match=f"the {field} of a filesystem.node.Node of it is of the wrong kind"):
                loads(node_rows(**{field: cell}))


def test_a_field_that_has_come_since_has_its_default_and_any_other_difference_is_named() -> None:
    short = packed(
        [rows.TEXT, "dir"], [rows.CLASS, "filesystem.node.Node", "mode", "kind"], [rows.FIRST_CLASS, number(0o755), reference(0)],
        [rows.END, reference(1)],
    )  # fmt: skip
    assert loads(short) == Node("dir", 0o755)
    with pytest.raises(Unreadable, match=r"another version: its filesystem\.node\.Node lacks mode"):
        loads(
            packed([rows.TEXT, "dir"], [rows.CLASS, "filesystem.node.Node", "kind"], [rows.FIRST_CLASS, reference(0)])
        )
    with pytest.raises(Unreadable, match=r"another version: its filesystem\.node\.Node has colour"):
        loads(packed([rows.CLASS, "filesystem.node.Node", *NODE, "colour"]))


def test_an_older_format_is_migrated(monkeypatch: pytest.MonkeyPatch) -> None:
    def change(fields: dict[str, Any]) -> dict[str, Any]:
        return {"kind": fields["type"], "mode": fields["permissions"]}

    monkeypatch.setitem(MIGRATIONS, 1, {"files.Inode": Changed("filesystem.node.Node", change)})
    old = packed(
        [rows.TEXT, "dir"], [rows.CLASS, "files.Inode", "type", "permissions"], [rows.FIRST_CLASS, reference(0), number(0o700)],
        [rows.END, reference(1)],
    )  # fmt: skip
    assert loads(old, 1) == Node("dir", 0o700)
    with pytest.raises(Unreadable, match=r"names files\.Inode"):
        loads(old)


@pytest.mark.parametrize(
    "written",
    [
        [[rows.END, reference(0)]],
        [[rows.TUPLE, reference(0)], [rows.END, None]],
        [[rows.END, None], [rows.TUPLE]],
        [[rows.TUPLE, [1]], [rows.END, reference(0)]],
        [[rows.TUPLE, {"a": 1}], [rows.END, reference(0)]],
        [[rows.DICT, number(1)], [rows.END, reference(0)]],
        [[rows.LIST], [rows.DICT, reference(0), number(1)], [rows.END, reference(1)]],
        [[rows.NUMBER, 10**9], [rows.END, reference(0)]],
        [[rows.NUMBER, bytes(2 << 20)], [rows.END, reference(0)]],
        [[rows.BYTES, 10**12], [rows.END, reference(0)]],
        [[rows.BYTE_ARRAY, 10**12], [rows.END, reference(0)]],
        [[rows.TEXT, b"\xff"], [rows.END, reference(0)]],
        [[rows.TEXT, 5], [rows.END, reference(0)]],
        [[rows.JOINED, number(rows.TUPLE), 0], [rows.END, reference(0)]],
        [["x", 1], [rows.END, None]],
        [[999, 1], [rows.END, None]],
        [[-5, 1], [rows.END, None]],
        [[], [rows.END, None]],
        [7],
        7,
    ],
)
def test_rows_that_make_no_sense_are_refused(written: Any) -> None:
    with pytest.raises(Unreadable):
        loads(msgpack.encode(written))


def test_parts_are_used_once_so_that_little_cannot_become_much() -> None:
    part = [rows.PART, *[number(1)] * 500]
    bomb = packed(part, [rows.JOINED, number(rows.TUPLE), *[0] * 1000], [rows.END, reference(0)])
    with pytest.raises(Unreadable, match="used twice"):
        loads(bomb)


def test_a_key_is_small_so_that_hashing_it_is_bounded() -> None:
    deep: list[list[Any]] = [[rows.TUPLE]]
    deep += [[rows.TUPLE, reference(place)] for place in range(50_000)]
    for tag in (rows.DICT, rows.MAP):
        with pytest.raises(Unreadable, match="a key is no small value"):
            loads(packed(*deep, [tag, reference(50_000), number(1)], [rows.END, reference(50_001)]))
    with pytest.raises(Unreadable, match="a key is no small value"):
        loads(packed(*deep, [rows.SET, reference(50_000)], [rows.END, reference(50_001)]))


def test_what_is_nested_is_refused_before_it_is_looked_at() -> None:
    with pytest.raises(Unreadable):
        loads(b"\x91" * 1_000_000 + b"\xc0")


def test_random_bytes_and_random_changes_are_read_or_refused() -> None:
    chance = random.Random(7)
    whole = dumps(Entry(1, 2, "request", 3, {"a": Node("dir", 0o755), "b": Utility("cat", {"x": [1, 2]}), "c": {1, 2}}))
    for _ in range(3000):
        data = bytearray(whole)
        for _ in range(chance.randrange(1, 4)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        try:
            loads(bytes(data))
        except Unreadable as problem:
            assert str(problem)
    for _ in range(300):
        with pytest.raises(Unreadable):
            loads(chance.randbytes(chance.randrange(40)))


def test_every_class_that_may_be_stored_has_a_layout() -> None:
    """An annotation that cannot be turned into a question would be found only when such a value is to be kept."""
    from importlib import import_module

    refused = []
    for module in sorted(registry._modules()):
        for kind in vars(import_module(module)).values():
            if isinstance(kind, type) and kind.__module__ == module and registry.is_plain(kind):
                try:
                    registry.layout_of(kind)
                except (TypeError, NameError) as problem:
                    refused.append(f"{kind.__module__}.{kind.__name__}: {problem}")
    functions = ("collections.abc.Callable", "re.Pattern")  # rows of tables in the code, which no world has
    assert [text for text in refused if not any(word in text for word in functions)] == []


def test_no_module_of_the_project_uses_what_runs_code_when_it_reads() -> None:
    for path in sorted([*ROOT.glob("fakedocker/**/*.py"), *ROOT.glob("shell/**/*.py"), *ROOT.glob("tools/*.py")]):
        for line in path.read_text("utf-8").splitlines():
            words = line.split()
            assert not (words[:1] in (["import"], ["from"]) and {"pickle", "marshal", "shelve"} & set(words)), path


def test_reading_stops_at_the_end() -> None:
    reader = Reader()
    reader.read(dumps(1))
    with pytest.raises(Unreadable, match="something follows its end"):
        reader.read(dumps(1))
    with pytest.raises(Unreadable, match="not whole"):
        Reader().finish()

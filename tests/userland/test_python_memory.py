"""What a Python program remembers survives every wait: copied, written as plain data and read again, it goes on alike."""

from __future__ import annotations

from typing import Any

import pytest

from fakedocker.kernel.program import Block
from fakedocker.userland.languages.machine.memory import ScriptMemory
from fakedocker.userland.languages.python import running, startup
from fakedocker.userland.languages.python.interpreter import Interpreter

VERSION = (3, 12, 1)
PROGRAM = """
import time, collections, functools, threading, sqlite3
class Node:
    def __init__(self, v): self.v, self.next = v, self
    def __eq__(self, other): return isinstance(other, Node) and self.v == other.v
    def __hash__(self): return hash(self.v)
shared = [1]
alias = {"a": shared, "b": shared}
nodes = {Node(n): n for n in range(3)}
found = {"x", "y", 3, (1, 2)}
def count():
    n = 0
    try:
        while True:
            time.sleep(1)
            n += 1
            yield n
    finally:
        print("closed")
def outer():
    total = 0
    def add(n):
        nonlocal total
        total += n
        return total
    return add
add = outer()
c = collections.Counter("abca")
g = count()
log = []
t = threading.Thread(target=lambda: (time.sleep(2), log.append("thread")))
t.start()
con = sqlite3.connect(":memory:")
con.execute("create table t (n)")
for n in g:
    con.execute("insert into t values (?)", (n,))
    print(con.in_transaction, con.execute("select sum(n) from t").fetchone())
    shared.append(n)
    print(n, add(n), alias["b"] is shared, len(alias["a"]), nodes[Node(1)], (1, 2) in found, c["a"])
    try:
        with open("/nope"): pass
    except OSError as e:
        time.sleep(1)
        print(type(e).__name__, [x * n for x in range(3)])
    if n == 3: break
g.close()
t.join()
print(sorted(map(str, found)), log, Node(5).next.v)
"""


class System:
    """A clock, a place for output, and no files; it lets nobody wait without going away first."""

    environment = {"PYTHONHASHSEED": "0"}  # noqa: RUF012
    directory = "/"
    argv = ("python3",)
    uid = 0

    def __init__(self) -> None:
        self.now_ns = 0
        self.output: list[str] = []

    def put(self, data: bytes | str, fd: int = 1) -> None:
        self.output.append(data if isinstance(data, str) else data.decode())

    def stat(self, path: str, follow: bool = True) -> Any:
        raise FileNotFoundError(2, "No such file or directory")

    open = list_directory = read_file = real_path = identify = stat

    def pause_for_signal(self, until_ns: int | None = None) -> None:
        assert until_ns is not None
        if self.now_ns < until_ns:
            self.now_ns = until_ns
            raise Block

    def poll(self, fds: list[int], until_ns: int | None = None) -> list[int]:
        self.pause_for_signal(until_ns)
        return []

    def is_terminal(self, fd: int) -> bool:
        return False

    def signals_pending(self) -> bool:
        return False

    def random(self, bound: int) -> int:
        return 1 % bound

    def charge(self, units: int) -> None: ...
    def drain(self) -> None: ...
    def memory_held(self, size_bytes: int) -> None: ...
    def unsimulated(self, what: str, why: str = "") -> None:
        raise AssertionError(what)


def played(again: str) -> str:
    """What the program prints when its memory is treated so at every wait."""
    system: Any = System()
    m = startup.begin(system, VERSION, ["main.py"], "/", False, "/usr/local/bin/python3")
    assert running.enter(m, PROGRAM, "/main.py") is None
    waits = 0
    while True:
        try:
            assert running.run(m) == 0
            assert waits > 3
            return "".join(system.output)
        except Block:
            waits += 1
            memory = m.memory
            if again == "copied":
                memory = memory.copy()
            elif again == "stored":
                memory = ScriptMemory.restored("python", memory.rows)
            m = Interpreter(system, memory, VERSION)


@pytest.mark.parametrize("again", ["copied", "stored"])
def test_a_program_goes_on_alike_after_every_wait(again: str) -> None:
    assert played(again) == played("kept")

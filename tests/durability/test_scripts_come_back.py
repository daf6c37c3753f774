"""Scripts that wait are read back by a process that has run none of their language, and go on from there."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from fakedocker.durability.writing import dumps
from fakedocker.userland.languages.machine.code import Source
from fakedocker.userland.languages.machine.memory import ScriptMemory
from helpers.lasting_machine import LastingMachine
from helpers.services_machine import Machine

NODE = """
const { EventEmitter } = require('events');
class Counter extends EventEmitter { #n = 0; tick() { this.emit('tick', ++this.#n, [...this.seen]); } seen = new Set(); }
const counter = new Counter();
const log = new Map();
counter.on('tick', (n) => { counter.seen.add(n); log.set(n, { when: n }); });
function* numbers() { let i = 0; while (true) yield i++; }
const source = numbers();
async function run() { for (;;) { await new Promise((done) => setTimeout(done, 1000)); counter.tick(); source.next(); if (log.size > 5) { console.log(log); return; } } }
run();
"""
PYTHON = """
import collections, time
class Counter:
    def __init__(self): self.seen = collections.deque(maxlen=3)
    def tick(self, n): self.seen.append(n); return len(self.seen)
def numbers():
    n = 0
    while True:
        yield n
        n += 1
counter, source = Counter(), numbers()
names = {'counter': counter, counter: [counter]}
for n in source:
    time.sleep(1)
    counter.tick(n)
    if n > 5:
        print(list(counter.seen), names['counter'] is counter)
        break
"""
READING = """
import sys
from fakedocker.durability.reading import loads
from fakedocker.durability.writing import dumps
data = open(sys.argv[1], 'rb').read()
memory = loads(data)
assert dumps(memory) == data, 'another memory'
print(type(memory.copy()).__name__, len(memory.rows))
"""


@pytest.mark.parametrize(("name", "program", "source"), [("a.js", "node", NODE), ("a.py", "python3", PYTHON)])
def test_a_waiting_script_is_read_by_a_fresh_process(tmp_path: Path, name: str, program: str, source: str) -> None:
    box = Machine({f"/app/{name}": source})
    box.serve(program, f"/app/{name}", seconds=3)
    (memory,) = _memories(box)
    place = tmp_path / "memory"
    place.write_bytes(dumps(memory))
    read = subprocess.run([sys.executable, "-c", READING, str(place)], capture_output=True, text=True, check=False)
    assert read.stderr == "", read.stderr
    assert read.stdout == f"ScriptMemory {len(memory.rows)}\n"


def _memories(box: Machine) -> list[ScriptMemory]:
    found: list[ScriptMemory] = []
    for process in box.draft.processes.values():
        state = getattr(process.body, "state", None) or {}
        found += [value for value in state.values() if isinstance(value, ScriptMemory)]
    return found


WAITING = """
const { execSync } = require('child_process');
function inner() { return execSync('sleep 2; echo slept').toString(); }
console.log(inner(), new Error('after').stack.split('\\n')[1].trim());
"""


def test_a_script_goes_on_in_a_function_whose_source_is_compiled_anew() -> None:
    box = LastingMachine({"/app/a.js": WAITING})
    service = box.serve("node", "/app/a.js", seconds=1)
    Source.known.clear()
    box.collect()
    box.settle(service.pid, 5)
    assert service.stdout == "slept\n at Object.<anonymous> (/app/a.js:4:22)\n"
    assert service.status == 0

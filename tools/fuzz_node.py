"""Random small programs for node: what the real one says of them, and what the simulated one says.

    python tools/fuzz_node.py [PROGRAMS] [SEED] [--jobs JOBS]

Half of the programs are lines that evaluate something and print it, or the error's message and place, or its trace, and a few
async functions that tell in which order things happen; half are parts of programs of tests/data/node-cases with some tokens changed,
of which only what their SyntaxError says is compared. Every difference that is
no mark is printed; at the end, or when it is interrupted, how many programs there were, how many of them end here with a mark, and how many are told otherwise;
exits with 1 if any is. Not a test: it has no end, and its answers depend on the machine's node.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import random
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from fuzz_node_programs import HEAD, changed, line  # noqa: E402
from fuzz_node_statements import order  # noqa: E402

from fakedocker.userland.languages.javascript.compiler import FILE  # noqa: E402
from fakedocker.userland.languages.javascript.escapes import Refused  # noqa: E402
from fakedocker.userland.languages.javascript.node_host.loading import pointed_at  # noqa: E402
from fakedocker.userland.languages.javascript.units import from_units  # noqa: E402
from fakedocker.userland.languages.machine.cells import NotSimulated  # noqa: E402
from fakedocker.userland.languages.machine.code import Source  # noqa: E402
from helpers.node_cases import VERSION, read_cases, subjects  # noqa: E402
from helpers.services_machine import Machine  # noqa: E402

MARK = "fakedocker: node: "
BROKEN = "the engine is broken: "
BATCH = 300
"""Programs of which node is asked at once."""
LINES = 75
"""Lines in a program that is run: what stands behind one that ends with a mark is run anew."""
ORDERS = 30
"""Lines of a program that wait for each other: these take node's own time."""
LONGEST_SECONDS = 60
NAME = "/app/main.cjs"
"""No .js, of which it is to be found out first whether it is a module."""
END = "\x1e\n"
LATER_HEAD = """\
const { inspect } = require('util');
const waiting = [];
const later = (f) => waiting.push(f);
let seen = [];
process.on('unhandledRejection', (e) => seen.push(`unhandled ${e}`));
"""
LATER_TAIL = """
(async () => {
  for (const f of waiting) {
    seen = [];
    const log = (...values) => seen.push(values.map((v) => (typeof v === 'string' ? v : inspect(v))).join(' '));
    try { log('=', await f(log)); } catch (e) { log(`${e?.name}: ${e?.message}`); }
    await new Promise((r) => setTimeout(r, 4));
    for (let turn = 0; turn < 4; turn++) await new Promise((r) => setImmediate(r)); // a busy machine may come to the timer first
    console.log(seen.join('\\n'));
    console.log('\\x1e');
  }
})();
"""
ASKED = """\
const vm = require('vm');
require('readline').createInterface({ input: process.stdin }).on('line', (line) => {
  const told = [];
  for (const program of JSON.parse(line)) {
    let said = null;
    try { vm.compileFunction(program, ['exports', 'require', 'module', '__filename', '__dirname'], { filename: '/app/main.cjs' }); }
    catch (e) { said = e.stack.split('\\n    at ')[0]; }
    told.push(said);
  }
  process.stdout.write(JSON.stringify(told) + '\\n');
});
"""


class Found(NamedTuple):
    """What came of some programs: how many, how many marks, and what was told otherwise."""

    programs: int
    marks: int
    told: list[str]


class Node:
    """The real node, which says what is wrong with the syntax of programs."""

    def __init__(self) -> None:
        self._start()

    def _start(self) -> None:
        self.process = subprocess.Popen(
            ["node", "-e", ASKED], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )

    def ask(self, programs: list[str]) -> list[str | None]:
        """Of each program None if nothing is wrong; "crash" where node itself ends."""
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(json.dumps(programs) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if answer:
            found: list[str | None] = json.loads(answer)
            return found
        self.process.wait()
        self._start()
        if len(programs) == 1:
            return ["crash"]
        middle = len(programs) // 2
        return self.ask(programs[:middle]) + self.ask(programs[middle:])


@cache
def node() -> Node:
    """The node of this process."""
    return Node()


@cache
def known_programs() -> tuple[str, ...]:
    """The programs of the cases with whose syntax nothing is wrong."""
    texts = [
        text
        for subject in subjects()
        for case in read_cases(subject)
        for name, text in case.files.items()
        if name.endswith(".js")
    ]
    return tuple(text for text, said in zip(texts, node().ask(texts), strict=True) if said is None)


def ours(program: str) -> str | None:
    """What the simulated one says of the syntax of a program; a text that begins with the mark if it does not say."""
    try:
        Source.of("javascript", program, NAME, FILE).code()
    except NotSimulated as missing:
        return f"{MARK}{missing}"
    except Refused as problem:
        return from_units(f"{pointed_at(problem, program, NAME)}\nSyntaxError: {problem.message}")
    except Exception as report:  # an exception of the engine's own
        return f"{BROKEN}{report!r}"
    return None


def compare_syntax(programs: list[str]) -> Found:
    """Compare what is said of the syntax of programs."""
    marks, told = 0, []
    for program, want in zip(programs, node().ask(programs), strict=True):
        got = ours(program)
        if got is not None and got.startswith(MARK):
            marks += 1
        elif want not in (got, "crash"):
            told.append(f"{program!r}\n  node: {want!r}\n  ours: {got!r}")
    return Found(len(programs), marks, told)


def whole(lines: list[str]) -> str:
    """The program of some lines, which tells where each ends."""
    if lines and lines[0].startswith("later("):
        return LATER_HEAD + "\n".join(lines) + LATER_TAIL
    return HEAD + "\n".join(f"{one} console.log('\\x1e');" for one in lines) + "\n"


def both_outputs(program: str) -> tuple[list[str], list[str], str]:
    """What node prints, a part a line of the program that it comes to the end of, and what `simulated_output` gives meanwhile."""
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "main.cjs"
        path.write_text(program)
        with (
            (Path(directory) / "printed").open("w+b") as file,
            subprocess.Popen(["node", path], stdout=file, stderr=subprocess.DEVNULL) as process,
        ):
            found_parts, ended = simulated_output(program)
            try:
                process.wait(LONGEST_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
            process.wait()
            file.seek(0)
            printed = file.read()
    wanted = printed.decode("utf-8", "replace").replace(directory, "/app").split(END)[:-1]
    return wanted, found_parts, ended


def simulated_output(program: str) -> tuple[list[str], str]:
    """What the simulated one prints, likewise, and why it ended before the end: a mark, or the engine's own exception."""
    box = Machine({NAME: program})
    ended = ""
    try:
        pid, stream = box.start(
            "/srv/bin/node", "main.cjs", directory="/app", environment={"NODE_VERSION": VERSION}
        )  # fmt: skip
        box.settle(pid, LONGEST_SECONDS)
        if pid not in box.exited:
            ended = f"{MARK}the program has not come to its end in the time that it is given here"
    except AssertionError as report:
        ended = f"{BROKEN}{report}"
    printed, said = (box.output.get(f"{stream}/{fd}", b"").decode("utf-8", "replace") for fd in (1, 2))
    return printed.split(END)[:-1], ended or said


def is_chance(line: str, want: str, got: str) -> bool:
    """Whether node itself does not print the same each time, and what is printed here is among that: timers wait for a busy machine."""
    answers = {"".join(both_outputs(whole([line]))[0]) for _ in range(3)}
    return got in answers and answers | {want} != {got}


def compare_lines(lines: list[str]) -> Found:
    """Compare what lines print; the syntax of those that are wrong."""
    wrong_syntax = [one for one, said in zip(lines, node().ask(lines), strict=True) if said is not None]
    programs, marks, told = compare_syntax(wrong_syntax)
    pending = [one for one in lines if one not in set(wrong_syntax)]
    while pending:
        if ours(whole(pending[:LINES])) is not None:
            found = compare_syntax(pending)
            programs, marks, told = programs + found.programs, marks + found.marks, told + found.told
            pending = [one for one in pending if ours(one) is None]
            programs -= len(pending)
            continue
        wanted, found_parts, ended = both_outputs(whole(pending[:LINES]))
        both = list(zip(pending, wanted, found_parts, strict=False))
        told += [
            f"{one}\n  node: {want!r}\n  ours: {got!r}"
            for one, want, got in both
            if want != got and not (one.startswith("later(") and is_chance(one, want, got))
        ]
        programs += len(both)
        done, pending = len(both) >= len(pending[:LINES]), pending[len(both) :]
        if not done:  # not both came to the end of the first of them
            programs += 1
            marks += MARK in ended
            if len(wanted) > len(found_parts) and MARK not in ended:
                told.append(f"{pending[0]}\n  node: {wanted[len(both)]!r}\n  ours: {ended}")
            pending = pending[1:]
    return Found(programs, marks, told)


def batch(name: str) -> Found:
    """The programs of a batch, which its name gives."""
    chance = random.Random(name)
    if name.endswith("order"):
        return compare_lines([order(chance) for _ in range(ORDERS)])
    if name.endswith("lines"):
        return compare_lines([line(chance) for _ in range(BATCH)])
    return compare_syntax([changed(chance, chance.choice(known_programs())) for _ in range(BATCH)])


def main() -> None:
    parser = argparse.ArgumentParser(description="Compare random programs with the real node.")
    parser.add_argument("programs", nargs="?", type=int, default=1000)
    parser.add_argument("seed", nargs="?", default="0")
    parser.add_argument("--jobs", type=int, default=1, help="processes at once")
    options = parser.parse_args()
    rounds = max(1, -(-options.programs // (2 * BATCH + ORDERS)))
    names = [f"{options.seed} {number} {kind}" for number in range(rounds) for kind in ("syntax", "lines", "order")]
    programs, marks, wrong, began = 0, 0, 0, time.monotonic()
    with multiprocessing.Pool(options.jobs) as workers, suppress(KeyboardInterrupt):
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.default_int_handler)
        for found in workers.imap(batch, names):
            programs, marks, wrong = programs + found.programs, marks + found.marks, wrong + len(found.told)
            for told in found.told:
                print(told, flush=True)
    speed = programs / (time.monotonic() - began)
    print(f"{programs} programs, {marks} marks, {wrong} told otherwise; {speed:.0f} programs a second")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()

"""How much work is done for what people wait for, counted in calls of this project's functions: the same on every machine.

python -m benchmarks.counts             the counts beside those on record; exits with 1 if one has grown by more than a third
python -m benchmarks.counts --record    put them on record

A count says nothing of what a call costs; it finds what is done more often than before, or more often in a large world than in
a small one, which is what slows a program down step by step. Calls of functions with names count, as Python's versions differ
in what else is a call. What is counted has been done before, so that nothing is made for the first time.
"""

from __future__ import annotations

import gc
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import CodeType, FrameType

from benchmarks.builds import build, terminal
from benchmarks.in_process import create, engine_with, lifecycle
from fakedocker.engine.engine import Engine
from fakedocker.wire.http import Request
from fakedocker_shell.session import make_engine

RECORDED = Path(__file__).parent / "counts.json"
ROOTS = tuple(str(Path(__file__).parents[1] / name) for name in ("fakedocker/", "shell/"))
ALLOWED = 4 / 3
SMALL, LARGE = 100, 1_000
GROWTH = 1.1
"""How many times the calls of a small world what is one request's work may take in a large one."""
FILE_BYTES = 4 << 20


def calls(action: Callable[[], object]) -> int:
    """How often functions of this project are called."""
    count = 0
    known: dict[CodeType, bool] = {}

    def note(frame: FrameType, event: str, argument: object) -> None:
        nonlocal count
        if event == "call":
            code = frame.f_code
            ours = known.get(code)
            if ours is None:
                ours = known[code] = code.co_filename.startswith(ROOTS) and not code.co_name.startswith("<")
            count += ours

    gc.collect()
    sys.setprofile(note)
    try:
        action()
    finally:
        sys.setprofile(None)
    return count


def ask(engine: Engine, method: str, target: str, body: bytes = b"") -> bytes:
    """What a request is answered, all of it."""
    exchange = engine.perform(Request(method=method, target=target, body=body))
    assert exchange.reply is not None
    assert exchange.reply.status < 300, exchange.reply
    parts = [exchange.reply.body or b""]
    while part := exchange.take():
        parts.append(part)
    return b"".join(parts)


def requests(count: int) -> dict[str, Callable[[], object]]:
    """What is asked of an engine with so many containers."""
    engine = engine_with(count)
    box = create(engine)
    ask(engine, "POST", f"/containers/{box}/start")
    return {
        "ping": lambda: ask(engine, "GET", "/_ping"),
        "create, start, stop, rm": lambda: lifecycle(engine),
        "inspect": lambda: ask(engine, "GET", f"/containers/{box}/json"),
        "a refused request": lambda: engine.perform(Request(method="GET", target="/containers/nobody/json")),
    }


def commands() -> dict[str, Callable[[], object]]:
    """What is typed in the terminal."""
    engine, _ = make_engine()
    write = f"head -c {FILE_BYTES} /dev/zero > /tmp/file"
    terminal(engine, f"docker pull -q alpine; docker run -d --name box alpine sleep 1000000; {write}")
    lines = (
        "true",
        "docker ps",
        "docker exec box true",
        "docker run --rm alpine true",
        "docker cp /tmp/file box:/tmp/file",
        "docker save alpine -o /tmp/alpine.tar",
        "i=0; while [ $i -lt 1000 ]; do i=$((i+1)); done",
    )
    return {line: lambda line=line: terminal(engine, line) for line in lines}  # type: ignore[misc]  # bound at once


def measure() -> Iterator[tuple[str, int]]:
    """Each thing's name, and its count.

    Raises:
        AssertionError: what is one request's work grows with the number of containers.
    """
    small, large = requests(SMALL), requests(LARGE)
    for name, action in small.items():
        action()
        large[name]()
        counted, in_large = calls(action), calls(large[name])
        assert in_large <= counted * GROWTH, (
            f"{name}: {counted} calls among {SMALL} containers, {in_large} among {LARGE}"
        )
        yield name, counted
    for name, action in commands().items():
        action()
        yield name, calls(action)
    engine = engine_with(0)
    build(engine, 2)
    yield "a build of ten steps, from the cache", calls(lambda: build(engine, 2))


def main(words: list[str]) -> int:
    recorded: dict[str, int] = json.loads(RECORDED.read_text()) if RECORDED.exists() else {}
    counts = {}
    has_grown = False
    print(f"{'what':58} {'calls':>10} {'on record':>10}")
    for name, count in measure():
        counts[name] = count
        before = recorded.get(name)
        grown = before is not None and count > before * ALLOWED
        has_grown |= grown
        print(f"{name:58} {count:>10,} {before or 0:>10,}{'   has grown by more than a third' if grown else ''}")
    if words == ["--record"]:
        RECORDED.write_text(json.dumps(counts, indent=2) + "\n")
        return 0
    missing = sorted(recorded.keys() ^ counts.keys())
    if missing:
        print(f"not on both lists: {', '.join(missing)}; `make bench-short RECORD=1` puts them on record")
    return 1 if has_grown or missing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

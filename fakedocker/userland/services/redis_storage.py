"""What redis keeps on disk, and its log. The files have redis's names; in them is JSON."""

from __future__ import annotations

import json
from contextlib import suppress

from fakedocker.kernel.program import System
from fakedocker.userland.inputs import State
from fakedocker.userland.processes.dates import format_date


def log(system: System, mark: str, text: str, role: str = "M") -> None:
    """A line of the log; `mark` tells how grave it is."""
    seconds, nanoseconds = divmod(system.now_ns, 1_000_000_000)
    stamp = f"{format_date('%d %b %Y %H:%M:%S', seconds)}.{nanoseconds // 1_000_000:03d}"
    system.put(f"{system.pid}:{role} {stamp} {mark} {text}\n")


def paths(state: State) -> tuple[str, str]:
    """Of the snapshot and of the append-only file."""
    folder = state["settings"]["dir"].rstrip("/")
    return f"{folder}/{state['settings']['dbfilename']}", f"{folder}/appendonlydir/appendonly.aof.1.incr.aof"


def load(system: System, state: State) -> None:
    """Take up what was kept, if anything was."""
    snapshot, appended = paths(state)
    path = appended if state["settings"]["appendonly"] == "yes" else snapshot
    try:
        kept = json.loads(system.read_file(path))
    except (OSError, ValueError):
        return
    state["data"], state["expires"] = kept["data"], kept["expires"]
    count = sum(len(base) for base in state["data"].values())
    if path == snapshot:
        log(system, "*", f"Loading RDB produced by version {kept['version']}")
        log(system, "*", f"RDB age {(system.now_ns - kept['saved_ns']) // 1_000_000_000} seconds")
        log(system, "*", f"Done loading RDB, keys loaded: {count}, keys expired: 0.")
        log(system, "*", "DB loaded from disk: 0.000 seconds")
    else:
        log(system, "*", "DB loaded from append only file: 0.000 seconds")


def save(system: System, state: State, path: str) -> None:
    """Raises OSError."""
    kept = {key: state[key] for key in ("data", "expires", "version")} | {"saved_ns": system.now_ns}
    system.write_file(path, json.dumps(kept).encode())


def append(system: System, state: State) -> None:
    """Keep the data on disk after a change, where --appendonly asks for it."""
    if state["settings"]["appendonly"] != "yes":
        return
    path = paths(state)[1]
    with suppress(OSError):  # mostly: it is there; if not, writing fails too
        system.make_directory(path.rpartition("/")[0], 0o755)
    try:
        save(system, state, path)
    except OSError as problem:
        log(system, "#", f"Error writing to the AOF file: {problem.strerror}")

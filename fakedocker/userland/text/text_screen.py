"""What the full-screen editors share: a text with a cursor as plain data, keys, and how it is drawn on a terminal.

It must not know any editor's commands.
"""

from __future__ import annotations

from typing import Any, Final

from fakedocker.kernel.program import System
from fakedocker.userland.inputs import State, text_of
from fakedocker.userland.tools import stat_or_none

Text = dict[str, Any]
"""lines; row and column of the cursor; top: the first row shown; name; changed; message: what the status line says."""
_KEYS: Final = {
    b"\x1b[A": "up", b"\x1b[B": "down", b"\x1b[C": "right", b"\x1b[D": "left", b"\x1b[H": "home", b"\x1b[F": "end", b"\x1b[3~": "delete",
    b"\x1b[5~": "page up", b"\x1b[6~": "page down", b"\x1bOA": "up", b"\x1bOB": "down", b"\x1bOC": "right", b"\x1bOD": "left",
    b"\x7f": "backspace", b"\b": "backspace", b"\r": "enter", b"\n": "enter", b"\x1b": "escape",
}  # fmt: skip
_TAB: Final = 8
_LARGEST_BYTES: Final = 1 << 20
_ESCAPE_NS: Final = 50_000_000  # what comes later than this behind an escape is a key of its own


def open_text(system: System, name: str) -> Text:
    """A file as a text; an empty one where there is no file. Raises OSError."""
    data = b""
    found = stat_or_none(system, name) if name else None
    if found is not None:
        if found.kind == "dir":
            raise IsADirectoryError(21, "Is a directory")
        if found.size_bytes > _LARGEST_BYTES:
            raise OSError(27, "File too large")
        data = system.read_file(name)
    lines = text_of(data).split("\n")
    if len(lines) > 1 and not lines[-1]:
        lines.pop()
    return {
        "lines": lines, "row": 0, "column": 0, "top": 0, "name": name, "changed": False, "message": "",
        "is_new": found is None, "is_whole": not data or data.endswith(b"\n"),
    }  # fmt: skip


def save_text(system: System, text: Text, name: str) -> int:
    """Write a text, each line with its newline; gives the number of bytes. Raises OSError."""
    data = "".join(f"{line}\n" for line in text["lines"]).encode("utf-8", "surrogateescape")
    if text["lines"] == [""]:
        data = b""
    system.write_file(name, data)
    text["changed"], text["is_new"], text["name"] = False, False, name
    return len(data)


# the terminal


def take_terminal(system: System, state: State) -> None:
    """Raw keys and the other screen; `give_terminal` undoes it."""
    state["modes"] = dict(system.terminal_mode(0))
    system.set_terminal_mode(0, canonical=False, echo=False, signals=False)
    system.put("\x1b[?1049h\x1b[H\x1b[2J")


def give_terminal(system: System, state: State) -> None:
    system.put("\x1b[?1049l")
    system.set_terminal_mode(0, **state["modes"])


def read_key(system: System, state: State, *, has_meta: bool = True) -> str:
    """The next key: a name, a character, or ^X for a control key; "" at the end of input. Blocks.

    Args:
        has_meta: an escape that another key follows at once is one key with it (nano's M-X), and not two as in vi.
    """
    state["key"] = state.get("key", b"") or state.pop("next", b"")
    while True:
        key: bytes = state.get("key", b"")
        if key == b"\x1b" or (key.startswith((b"\x1b[", b"\x1bO")) and key not in _KEYS and len(key) < 6):
            if key == b"\x1b" and not system.poll([0], state.setdefault("escape_ns", system.now_ns + _ESCAPE_NS)):
                break
        elif key and not _is_partial(key):
            break
        data = system.read(0, 1)
        if not data:
            return ""
        if key == b"\x1b" and not has_meta and data not in b"[O":
            state["next"] = data
            break
        state["key"] = key + data
    state["key"] = b""
    state.pop("escape_ns", None)
    if key in _KEYS:
        return _KEYS[key]
    if len(key) == 1 and key[0] < 32 and key != b"\t":
        return f"^{chr(key[0] + 64)}"
    return text_of(key) if not key.startswith(b"\x1b") else "unknown"


def _is_partial(key: bytes) -> bool:
    """Whether bytes are the beginning of a character of UTF-8."""
    if key[0] < 0xC0:
        return False
    return len(key) < (2 if key[0] < 0xE0 else 3 if key[0] < 0xF0 else 4)


def drawn(text: Text, rows: int, columns: int, filler: str) -> tuple[list[str], int, int]:
    """The rows of a text that a window shows, and where its cursor is in it (from 0). Scrolls as far as needed."""
    text["top"] = max(min(text["top"], text["row"]), text["row"] - rows + 1)
    shown = [line.expandtabs(_TAB) for line in text["lines"][text["top"] : text["top"] + rows]]
    column = len(text["lines"][text["row"]][: text["column"]].expandtabs(_TAB))
    left = max(0, column - columns + 1)
    window = [line[left : left + columns] for line in shown]
    return window + [filler] * (rows - len(window)), text["row"] - text["top"], column - left


def paint(system: System, lines: list[str], row: int, column: int) -> None:
    """Put a whole screen, and the cursor (from 0) on it."""
    body = "\r\n".join(f"{line}\x1b[K" for line in lines)
    system.put(f"\x1b[?25l\x1b[H{body}\x1b[{row + 1};{column + 1}H\x1b[?25h".encode("utf-8", "surrogateescape"))


# editing


def move(text: Text, key: str, page: int, *, past_end: bool) -> bool:
    """Move the cursor for a key; False where the key is no movement.

    Args:
        past_end: whether the cursor may stand behind the last character of a line.
    """
    lines, row, column = text["lines"], text["row"], text["column"]
    steps = {"up": -1, "down": 1, "page up": -page, "page down": page}
    if key in steps:
        row = max(0, min(len(lines) - 1, row + steps[key]))
    elif key in ("left", "right"):
        column += 1 if key == "right" else -1
        if past_end and column < 0 and row:
            row, column = row - 1, len(lines[row - 1])
        elif past_end and column > len(lines[row]) and row + 1 < len(lines):
            row, column = row + 1, 0
    elif key in ("home", "end"):
        column = 0 if key == "home" else len(lines[row])
    else:
        return False
    text["row"], text["column"] = row, column
    keep_inside(text, past_end)
    return True


def keep_inside(text: Text, past_end: bool) -> None:
    text["row"] = max(0, min(text["row"], len(text["lines"]) - 1))
    width = len(text["lines"][text["row"]])
    text["column"] = max(0, min(text["column"], width if past_end else width - 1))


def insert(text: Text, piece: str) -> None:
    line = text["lines"][text["row"]]
    text["lines"][text["row"]] = line[: text["column"]] + piece + line[text["column"] :]
    text["column"] += len(piece)
    text["changed"] = True


def break_line(text: Text) -> None:
    line = text["lines"][text["row"]]
    text["lines"][text["row"] : text["row"] + 1] = [line[: text["column"]], line[text["column"] :]]
    text["row"], text["column"], text["changed"] = text["row"] + 1, 0, True


def delete_before(text: Text) -> None:
    """Backspace: the character before the cursor, or the line's beginning."""
    row, column, lines = text["row"], text["column"], text["lines"]
    if column:
        lines[row] = lines[row][: column - 1] + lines[row][column:]
        text["column"] -= 1
    elif row:
        text["column"] = len(lines[row - 1])
        lines[row - 1 : row + 1] = [lines[row - 1] + lines[row]]
        text["row"] -= 1
    else:
        return
    text["changed"] = True


def delete_at(text: Text) -> None:
    """The character under the cursor, or the end of the line."""
    row, column, lines = text["row"], text["column"], text["lines"]
    if column < len(lines[row]):
        lines[row] = lines[row][:column] + lines[row][column + 1 :]
    elif row + 1 < len(lines):
        lines[row : row + 2] = [lines[row] + lines[row + 1]]
    else:
        return
    text["changed"] = True


def find_next(text: Text, wanted: str) -> bool:
    """Move to the next place of some letters, from the cursor on and round; False where there is none."""
    rows = len(text["lines"])
    for step in range(rows + 1):
        row = (text["row"] + step) % rows
        start = text["column"] + 1 if not step else 0
        place = text["lines"][row].find(wanted, start)
        if place >= 0:
            text["row"], text["column"] = row, place
            return True
    return False

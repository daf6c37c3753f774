"""vi in a terminal: its modes, the commands that a first lesson teaches, and those of the colon. What is left out says so."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from fakedocker.base.numbers import is_digits
from fakedocker.kernel.program import System
from fakedocker.userland.inputs import State
from fakedocker.userland.text import text_screen as screen
from fakedocker.userland.text.text_screen import Text

_MOVES: Final = {
    "h": "left", "j": "down", "k": "up", "l": "right", "0": "home", "$": "end", "^F": "page down", "^B": "page up",
    " ": "right", "enter": "down", "backspace": "left",
}  # fmt: skip
_PREFIXES: Final = ("d", "y", "g", "Z", "r", "c")
_WORD: Final = re.compile(r"\w+|[^\w\s]+")


def edit(system: System, state: State, name: str, read_only: bool = False) -> int:
    """Edit a file until the user leaves. Blocks."""
    if "text" not in state:
        try:
            text = state["text"] = screen.open_text(system, name)
        except OSError as problem:
            system.put(f'"{name}" {problem.strerror}\n', 2)
            return 1
        size = sum(len(line) + 1 for line in text["lines"]) if text["lines"] != [""] else 0
        count = len(text["lines"]) if size else 0
        text["message"] = (
            f'"{name}" [New]' if text["is_new"] and name else f'"{name}" {count}L, {size}B' if name else ""
        )
        state["mode"], state["pending"], state["line"], state["kept"], state["past"] = "command", "", "", [], []
        state["read_only"] = read_only
        screen.take_terminal(system, state)
        _draw(system, state)
    while not state.get("over"):
        key = screen.read_key(system, state, has_meta=False)
        if not key:
            break
        state["text"]["message"] = ""
        {"command": _command, "insert": _insert, "line": _line}[state["mode"]](system, state, key)
        _draw(system, state)
    screen.give_terminal(system, state)
    return 0


def _page(system: System) -> int:
    return max(1, system.window_size(0)[0] - 1)


def _insert(system: System, state: State, key: str) -> None:
    text: Text = state["text"]
    if key in ("escape", "^C"):
        state["mode"] = "command"
        text["column"] -= 1
        screen.keep_inside(text, past_end=False)
    elif key == "enter":
        screen.break_line(text)
    elif key == "backspace":
        screen.delete_before(text)
    elif key == "delete":
        screen.delete_at(text)
    elif len(key) == 1:
        screen.insert(text, key)
    else:
        screen.move(text, key, _page(system), past_end=True)


# commands of single keys


def _command(system: System, state: State, key: str) -> None:
    text: Text = state["text"]
    command = state["pending"] + key if len(key) == 1 or state["pending"] else key
    state["pending"] = ""
    if key in ("escape", "^C", "^L"):
        return
    if command in _PREFIXES:
        state["pending"] = command
        return
    if key in (":", "/") and len(command) == 1:
        state["mode"], state["line"] = "line", key
        return
    if screen.move(text, _MOVES.get(command, command), _page(system), past_end=False) or _jump(state, text, command):
        return
    if command not in _CHANGES:
        text["message"] = f"not simulated: {command}"
        system.unsimulated(f"the command {command}", quiet=True)
        return
    if command in ("ZZ", "u"):
        _CHANGES[command](system, state, text)
        return
    state["past"] = [*state["past"][-99:], [list(text["lines"]), text["row"], text["column"]]]
    _CHANGES[command](system, state, text)
    screen.keep_inside(text, past_end=state["mode"] == "insert")


def _jump(state: State, text: Text, command: str) -> bool:
    if command in ("gg", "G"):
        text["row"] = 0 if command == "gg" else len(text["lines"]) - 1
    elif command == "w":
        _next_word(text)
    elif command == "b":
        _last_word(text)
    elif command == "n":
        _search(state, text)
    else:
        return False
    screen.keep_inside(text, past_end=False)
    return True


def _next_word(text: Text) -> None:
    match = next((m for m in _WORD.finditer(text["lines"][text["row"]]) if m.start() > text["column"]), None)
    if match is not None:
        text["column"] = match.start()
    elif text["row"] + 1 < len(text["lines"]):
        text["row"] += 1
        first = _WORD.search(text["lines"][text["row"]])
        text["column"] = first.start() if first else 0


def _last_word(text: Text) -> None:
    starts = [m.start() for m in _WORD.finditer(text["lines"][text["row"]]) if m.start() < text["column"]]
    if starts:
        text["column"] = starts[-1]
    elif text["row"]:
        text["row"] -= 1
        starts = [m.start() for m in _WORD.finditer(text["lines"][text["row"]])]
        text["column"] = starts[-1] if starts else 0


def _search(state: State, text: Text) -> None:
    wanted = state.get("wanted", "")
    if not wanted or not screen.find_next(text, wanted):
        text["message"] = f"E486: Pattern not found: {wanted}"


def _begin_insert(state: State, text: Text, column: int) -> None:
    state["mode"] = "insert"
    text["column"] = column


def _open_line(state: State, text: Text, row: int) -> None:
    text["lines"].insert(row, "")
    text["row"], text["changed"] = row, True
    _begin_insert(state, text, 0)


def _take_line(state: State, text: Text, *, away: bool) -> None:
    state["kept"] = [text["lines"][text["row"]]]
    if away:
        text["lines"].pop(text["row"])
        text["lines"] = text["lines"] or [""]
        text["changed"] = True


def _put_lines(state: State, text: Text, row: int) -> None:
    text["lines"][row:row] = state["kept"]
    text["row"], text["column"] = row, 0
    text["changed"] = text["changed"] or bool(state["kept"])


def _cut_rest(text: Text) -> None:
    text["lines"][text["row"]] = text["lines"][text["row"]][: text["column"]]
    text["changed"] = True


def _delete_letter(text: Text) -> None:
    if text["column"] < len(text["lines"][text["row"]]):
        screen.delete_at(text)


def _delete_word(text: Text) -> None:
    line, column = text["lines"][text["row"]], text["column"]
    match = next((m for m in _WORD.finditer(line) if m.start() > column), None)
    text["lines"][text["row"]] = line[:column] + (line[match.start() :] if match else "")
    text["changed"] = True


def _undo(system: System, state: State, text: Text) -> None:
    if not state["past"]:
        text["message"] = "Already at oldest change"
        return
    *state["past"], last = state["past"]
    text["lines"], text["row"], text["column"] = list(last[0]), last[1], last[2]
    screen.keep_inside(text, past_end=False)


def _join(text: Text) -> None:
    row, lines = text["row"], text["lines"]
    if row + 1 < len(lines):
        lines[row : row + 2] = [f"{lines[row]} {lines[row + 1].lstrip()}".rstrip()]
        text["changed"] = True


_CHANGES: Final[dict[str, Callable[[System, State, Text], None]]] = {
    "i": lambda system, state, text: _begin_insert(state, text, text["column"]),
    "a": lambda system, state, text: _begin_insert(state, text, text["column"] + 1),
    "I": lambda system, state, text: _begin_insert(state, text, 0),
    "A": lambda system, state, text: _begin_insert(state, text, len(text["lines"][text["row"]])),
    "o": lambda system, state, text: _open_line(state, text, text["row"] + 1),
    "O": lambda system, state, text: _open_line(state, text, text["row"]),
    "x": lambda system, state, text: _delete_letter(text),
    "delete": lambda system, state, text: _delete_letter(text),
    "D": lambda system, state, text: _cut_rest(text),
    "d$": lambda system, state, text: _cut_rest(text),
    "dw": lambda system, state, text: _delete_word(text),
    "dd": lambda system, state, text: _take_line(state, text, away=True),
    "yy": lambda system, state, text: _take_line(state, text, away=False),
    "p": lambda system, state, text: _put_lines(state, text, text["row"] + 1),
    "P": lambda system, state, text: _put_lines(state, text, text["row"]),
    "J": lambda system, state, text: _join(text),
    "u": _undo,
    "ZZ": lambda system, state, text: _run(system, state, "x"),
}


# the command line at the bottom


def _line(system: System, state: State, key: str) -> None:
    if key in ("escape", "^C") or (key == "backspace" and len(state["line"]) == 1):
        state["mode"], state["line"] = "command", ""
    elif key == "backspace":
        state["line"] = state["line"][:-1]
    elif key == "enter":
        line, state["mode"], state["line"] = state["line"], "command", ""
        if line.startswith("/"):
            state["wanted"] = line[1:] or state.get("wanted", "")
            _search(state, state["text"])
        else:
            _run(system, state, line[1:].strip())
    elif len(key) == 1:
        state["line"] += key


def _run(system: System, state: State, command: str) -> None:
    """A command of the colon."""
    text: Text = state["text"]
    match = re.fullmatch(r"(wq|w|x|q)(!?)(?:\s+(\S+))?", command)
    if match is not None:
        verb, forced, name = match[1], bool(match[2]), match[3] or text["name"]
        if "w" in verb or (verb == "x" and text["changed"]):
            if not _write(system, state, name, forced):
                return
        elif verb == "q" and text["changed"] and not forced:
            text["message"] = "E37: No write since last change (add ! to override)"
            return
        state["over"] = verb != "w"
    elif is_digits(command) or command == "$":
        text["row"] = int(command) - 1 if command != "$" else len(text["lines"]) - 1
        screen.keep_inside(text, past_end=False)
    elif command:
        text["message"] = f"E492: Not an editor command (or not simulated): {command}"
        system.unsimulated(f"the command :{command}", quiet=True)


def _write(system: System, state: State, name: str, forced: bool) -> bool:
    text: Text = state["text"]
    if not name:
        text["message"] = "E32: No file name"
    elif state["read_only"] and not forced:
        text["message"] = "E45: 'readonly' option is set (add ! to override)"
    else:
        is_new = text["is_new"]
        try:
            size = screen.save_text(system, text, name)
        except OSError as problem:
            text["message"] = f'"{name}" E212: Can\'t open file for writing: {problem.strerror}'
            return False
        text["message"] = f'"{name}"{" [New]" if is_new else ""} {len(text["lines"])}L, {size}B written'
        return True
    return False


def _draw(system: System, state: State) -> None:
    text: Text = state["text"]
    rows, columns = system.window_size(0)
    window, row, column = screen.drawn(text, max(1, rows - 1), columns, "~")
    status = text["message"]
    if state["mode"] == "line":
        status, row, column = state["line"], rows - 1, len(state["line"])
    elif state["mode"] == "insert":
        status = "-- INSERT --"
    screen.paint(system, [*window, status[:columns]], row, column)

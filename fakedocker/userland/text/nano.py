"""nano in a terminal: a text, the keys of its two lines of help that people use, and its questions."""

from __future__ import annotations

from typing import Final

from fakedocker.kernel.program import System
from fakedocker.userland.inputs import State
from fakedocker.userland.text import text_screen as screen
from fakedocker.userland.text.text_screen import Text

_HELP: Final = (
    (("^G", "Help"), ("^O", "Write Out"), ("^W", "Where Is"), ("^K", "Cut"), ("^X", "Exit")),
    (("^A", "Home"), ("^E", "End"), ("^D", "Delete"), ("^U", "Paste"), ("^C", "Location")),
)
_INVERSE: Final = "\x1b[7m{}\x1b[0m"
_AROUND_ROWS: Final = 4  # the title, the status line and two lines of help
_MOVES: Final = {
    "^A": "home",
    "^E": "end",
    "^P": "up",
    "^N": "down",
    "^F": "right",
    "^B": "left",
    "^V": "page down",
    "^Y": "page up",
}


def edit(system: System, state: State, name: str, version: str) -> int:
    """Edit a file until the user leaves. Blocks."""
    if "text" not in state:
        try:
            text = state["text"] = screen.open_text(system, name)
        except OSError as problem:
            system.put(f"Error reading {name}: {problem.strerror}\n", 2)
            return 1
        count = len(text["lines"]) if text["lines"] != [""] else 0
        text["message"] = "New File" if text["is_new"] else f"Read {count} line{'s' * (count != 1)}"
        state["question"], state["answer"], state["cut"] = "", "", []
        screen.take_terminal(system, state)
        _draw(system, state, version)
    while not state.get("over"):
        key = screen.read_key(system, state)
        if not key:
            break
        text = state["text"]
        text["message"] = ""
        if state["question"]:
            _answer(system, state, key)
        else:
            _press(system, state, key)
        _draw(system, state, version)
    screen.give_terminal(system, state)
    return 0


def _press(system: System, state: State, key: str) -> None:
    text: Text = state["text"]
    page = max(1, system.window_size(0)[0] - _AROUND_ROWS)
    if screen.move(text, _MOVES.get(key, key), page, past_end=True):
        return
    if key == "enter":
        screen.break_line(text)
    elif key == "backspace":
        screen.delete_before(text)
    elif key in ("delete", "^D"):
        screen.delete_at(text)
    elif key == "^K":
        state["cut"] = [text["lines"].pop(text["row"])]
        text["lines"] = text["lines"] or [""]
        text["column"], text["changed"] = 0, True
        screen.keep_inside(text, past_end=True)
    elif key == "^U" and state["cut"]:
        text["lines"][text["row"] : text["row"]] = state["cut"]
        text["row"], text["changed"] = text["row"] + len(state["cut"]), True
    elif key == "^C":
        lines, row = len(text["lines"]), text["row"] + 1
        text["message"] = f"line {row}/{lines} ({100 * row // lines}%), col {text['column'] + 1}"
    elif key in ("^O", "^S", "^W"):
        state["question"] = "search" if key == "^W" else "name"
        state["answer"] = text["name"] if key != "^W" else ""
        if key == "^S" and text["name"]:
            _save(system, state, text["name"])
    elif key == "^X":
        if text["changed"]:
            state["question"] = "leave"
        else:
            state["over"] = True
    elif len(key) == 1:
        screen.insert(text, key)
    else:
        text["message"] = f"not simulated: {key}"
        system.unsimulated(f"the key {key}", quiet=True)


def _answer(system: System, state: State, key: str) -> None:
    text: Text = state["text"]
    if key in ("^C", "escape"):
        state["question"] = ""
        state["leaving"] = False
        text["message"] = "Cancelled"
    elif state["question"] == "leave":
        if key in "nN":
            state["over"] = True
        elif key in "yY":
            state["question"], state["answer"], state["leaving"] = "name", text["name"], True
    elif key == "enter":
        question, state["question"] = state["question"], ""
        if question == "name":
            _save(system, state, state["answer"])
        elif not screen.find_next(text, state["answer"]):
            text["message"] = f'"{state["answer"]}" not found'
    elif key == "backspace":
        state["answer"] = state["answer"][:-1]
    elif len(key) == 1:
        state["answer"] += key


def _save(system: System, state: State, name: str) -> None:
    text: Text = state["text"]
    state["question"] = ""
    if not name:
        text["message"] = "Cancelled"
        return
    try:
        screen.save_text(system, text, name)
    except OSError as problem:
        text["message"] = f"Error writing {name}: {problem.strerror}"
        state["leaving"] = False
        return
    count = len(text["lines"])
    text["message"] = f"Wrote {count} line{'s' * (count != 1)}"
    state["over"] = bool(state.get("leaving"))


def _draw(system: System, state: State, version: str) -> None:
    text: Text = state["text"]
    rows, columns = system.window_size(0)
    body_rows = max(1, rows - _AROUND_ROWS)
    window, row, column = screen.drawn(text, body_rows, columns, "")
    left = f"  GNU nano {version}"
    title = (text["name"] or "New Buffer").center(max(1, columns - 2 * len(left)))
    mark = " Modified" if text["changed"] else ""
    bar = (left + title)[: columns - len(mark)].ljust(columns - len(mark)) + mark
    status = f"[ {text['message']} ]".center(columns).rstrip() if text["message"] else ""
    if state["question"] == "leave":
        status = _INVERSE.format("Save modified buffer? (Y/N, ^C cancels)".ljust(columns))
    elif state["question"]:
        prompt = "File Name to Write: " if state["question"] == "name" else "Search: "
        status = _INVERSE.format(f"{prompt}{state['answer']}".ljust(columns))
        row, column = body_rows, len(prompt) + len(state["answer"])
    width = columns // len(_HELP[0])
    help_lines = [
        "".join(f"{_INVERSE.format(key)} {what}".ljust(width + 8) for key, what in line).rstrip() for line in _HELP
    ]
    screen.paint(system, [_INVERSE.format(bar), *window, status, *help_lines], row + 1, column)

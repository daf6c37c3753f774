"""The line editor of an interactive shell: plain keys, history, completion.

Reads one key at a time, so that what is typed ahead stays for the command that runs next. Its memory is a tuple in the
shell's state; what it writes is what busybox's editor writes, or readline's in bash. It must not know what a line
means.
"""

from __future__ import annotations

from contextlib import suppress
from typing import NamedTuple

from fakedocker.userland.sh.completion import complete
from fakedocker.userland.sh.state import ShellState

_ASK_POSITION = "\x1b[6n"
_BRACKETED_ON, _BRACKETED_OFF = "\x1b[?2004h", "\x1b[?2004l\r"
_WINDOW_CHANGED = 28


class Edited(NamedTuple):
    """`place` counts back in history from the end; `saved` is the line that was being typed before."""

    prompt: str
    text: str = ""
    cursor: int = 0
    place: int = 0
    saved: str = ""
    key: bytes = b""  # the beginning of a key of several bytes
    listed: bool = False  # a first Tab found several candidates


def begin(shell: ShellState, prompt: str) -> Edited:
    """Show the prompt and take the terminal over."""
    system = shell.system
    system.set_terminal_mode(0, canonical=False, echo=False, signals=False)
    system.catch(_WINDOW_CHANGED, "catch")
    shell.error(
        _BRACKETED_ON + prompt if shell.is_bash() else prompt + (_ASK_POSITION if shell.dialect.name == "ash" else "")
    )
    return Edited(prompt.rpartition("\n")[2])


def read_line(shell: ShellState) -> tuple[str, str]:
    """Edit until a line is done. Gives line, end or interrupt, and the text. Blocks."""
    system = shell.system
    while True:
        state = Edited(*shell.editor) if shell.editor is not None else Edited("")
        if system.signals_pending():
            _redraw_after_signals(shell, state)
        data = system.read(0, 1)
        if not data:
            return _leave(shell, "end", "")
        key = state.key + data
        if _is_partial(key):
            shell.editor = state._replace(key=key)
            continue
        outcome = _press(shell, state._replace(key=b""), key)
        if outcome is not None:
            return _leave(shell, *outcome)


def _redraw_after_signals(shell: ShellState, state: Edited) -> None:
    while (number := shell.next_signal()) is not None:
        if number == _WINDOW_CHANGED:
            shell.error(f"\r{state.prompt}{state.text}\x1b[J")


def _leave(shell: ShellState, outcome: str, text: str) -> tuple[str, str]:
    system = shell.system
    if outcome == "end" and not shell.is_bash():
        shell.error("\n")
    if shell.is_bash():
        shell.error(_BRACKETED_OFF)
    with suppress(OSError):  # the terminal may be gone
        system.set_terminal_mode(0, canonical=True, echo=True, signals=True)
    system.catch(_WINDOW_CHANGED, "default")
    return outcome, text


def _is_partial(key: bytes) -> bool:
    if key == b"\x1b" or key in (b"\x1b[", b"\x1bO"):
        return True
    if key.startswith(b"\x1b["):
        return not 0x40 <= key[-1] <= 0x7E
    if key[0] >= 0xC0:
        return len(key) < (2 if key[0] < 0xE0 else 3 if key[0] < 0xF0 else 4)
    return False


_CONTROL_KEYS = {
    b"\x1b[A": "up",
    b"\x1bOA": "up",
    b"\x10": "up",
    b"\x1b[B": "down",
    b"\x1bOB": "down",
    b"\x0e": "down",
    b"\x1b[C": "right",
    b"\x06": "right",
    b"\x1b[D": "left",
    b"\x02": "left",
    b"\x1b[H": "home",
    b"\x1b[1~": "home",
    b"\x01": "home",
    b"\x1b[F": "end",
    b"\x1b[4~": "end",
    b"\x05": "end",
    b"\x1b[3~": "delete",
    b"\x7f": "backspace",
    b"\x08": "backspace",
    b"\x15": "kill_before",
    b"\x0b": "kill_after",
    b"\x17": "kill_word",
    b"\x0c": "clear",
    b"\t": "complete",
}


def _press(shell: ShellState, state: Edited, key: bytes) -> tuple[str, str] | None:
    """One key; the outcome when it ends the line."""
    if key in (b"\r", b"\n"):
        shell.error("\n")
        return "line", state.text
    if key == b"\x03":
        shell.error("^C\n")
        return "interrupt", ""
    if key == b"\x04":
        if not state.text:
            return "end", ""
        name = "delete"
    else:
        name = _CONTROL_KEYS.get(key, "")
    if name == "complete":
        shell.editor = _complete(shell, state)
    elif name:
        shell.editor = _edit(shell, state, name)
    elif key[0] >= 0x20:
        shell.editor = _insert(shell, state, key.decode("utf-8", "replace"))
    else:
        shell.editor = state
    return None


def _insert(shell: ShellState, state: Edited, text: str) -> Edited:
    tail = state.text[state.cursor :]
    shell.error(text + tail + "\b" * len(tail))
    whole = state.text[: state.cursor] + text + tail
    return state._replace(text=whole, cursor=state.cursor + len(text), listed=False)


def _show(shell: ShellState, state: Edited, text: str, cursor: int) -> Edited:
    """Draw the line again from its prompt."""
    shell.error(f"\r{state.prompt}{text}\x1b[J" + "\b" * (len(text) - cursor))
    return state._replace(text=text, cursor=cursor, listed=False)


def _edit(shell: ShellState, state: Edited, name: str) -> Edited:
    text, cursor = state.text, state.cursor
    if name in ("up", "down"):
        return _from_history(shell, state, 1 if name == "up" else -1)
    if name == "clear":
        shell.error("\x1b[H\x1b[J")
        return _show(shell, state, text, cursor)
    if name in ("left", "home", "right", "end"):
        target = {"left": max(0, cursor - 1), "home": 0, "right": min(len(text), cursor + 1), "end": len(text)}[name]
        shell.error("\b" * (cursor - target) if target < cursor else text[cursor:target])
        return state._replace(cursor=target)
    if name == "backspace":
        return _cut(shell, state, max(0, cursor - 1), cursor)
    if name == "delete":
        return _cut(shell, state, cursor, min(len(text), cursor + 1))
    if name == "kill_before":
        return _cut(shell, state, 0, cursor)
    if name == "kill_after":
        return _cut(shell, state, cursor, len(text))
    start = len(text[:cursor].rstrip())
    while start and text[start - 1] != " ":
        start -= 1
    return _cut(shell, state, start, cursor)


def _cut(shell: ShellState, state: Edited, start: int, end: int) -> Edited:
    if start == end:
        return state
    tail = state.text[end:]
    shell.error("\b" * (state.cursor - start) + tail + "\x1b[J" + "\b" * len(tail))
    return state._replace(text=state.text[:start] + tail, cursor=start, listed=False)


def _from_history(shell: ShellState, state: Edited, step: int) -> Edited:
    place = state.place + step
    if not 0 <= place <= len(shell.history):
        return state
    saved = state.text if state.place == 0 else state.saved
    text = saved if place == 0 else shell.history[-place]
    return _show(shell, state._replace(place=place, saved=saved), text, len(text))


def _complete(shell: ShellState, state: Edited) -> Edited:
    """Insert what all candidates share; a second Tab lists them."""
    head = state.text[: state.cursor]
    start, candidates = complete(shell, head)
    if not candidates:
        shell.error("\a")
        return state
    shared = candidates[0]
    for candidate in candidates[1:]:
        while not candidate.startswith(shared):
            shared = shared[:-1]
    if len(candidates) == 1 and not shared.endswith("/"):
        shared += " "
    if len(shared) > len(head) - start:
        text = head[:start] + shared + state.text[state.cursor :]
        return _show(shell, state, text, start + len(shared))
    if not state.listed:
        shell.error("\a")
        return state._replace(listed=True)
    names = [
        candidate.rstrip("/").rpartition("/")[2] + ("/" if candidate.endswith("/") else "") for candidate in candidates
    ]
    shell.error("\n" + "  ".join(names) + "\n")
    return _show(shell, state, state.text, state.cursor)

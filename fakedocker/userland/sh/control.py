"""Leaving: loops, functions, traps, errors and the shell itself. All of it is frames popped and undone.

A transfer gives the next operation, or one of SWITCH, YIELD, EXITED and BLOCKED for the machine. It must not know
commands.
"""

from __future__ import annotations

from typing import Final

from fakedocker.userland.sh.code import Code, CodeKey, code_for
from fakedocker.userland.sh.dialect import ShellError
from fakedocker.userland.sh.state import (
    CALL,
    DOT,
    EVAL,
    EXIT_TRAP,
    LOOP,
    PREFIX,
    REDIRECTION,
    TRAP,
    Frame,
    ShellState,
    Value,
)

SWITCH: Final = -1  # go on at shell.code, shell.pc
YIELD: Final = -2  # the slice is used up; go on at shell.pc
EXITED: Final = -3  # with shell.status
BLOCKED: Final = -4  # the process sleeps; go on at shell.pc when it is woken

ERR_TRAP: Final = -1
_RETURNING: Final = (CALL, EVAL, DOT, TRAP)
_MAXIMUM_FRAMES = 6000


def go(shell: ShellState, code: Code, pc: int) -> int:
    if code is shell.code:
        return pc
    shell.code = code
    shell.pc = pc
    return SWITCH


Saved = tuple[str, Value | None, bool, str | None]
"""A variable as it was: name, value, whether children get it, attributes."""


def push_frame(shell: ShellState, frame: Frame) -> None:
    if len(shell.frames) > _MAXIMUM_FRAMES:
        said = "maximum function nesting level exceeded" if shell.is_bash() else "out of stack"
        raise ShellError(said, 2)
    shell.frames.append(frame)


def save_variables(shell: ShellState, names: tuple[str, ...]) -> tuple[Saved, ...]:
    return tuple((name, shell.variables.get(name), name in shell.exports, shell.attributes.get(name)) for name in names)


def restore_variables(shell: ShellState, saved: tuple[Saved, ...]) -> None:
    for name, value, exported, attributes in reversed(saved):
        if value is None:
            shell.variables.pop(name, None)
        else:
            shell.variables[name] = value
        if exported:
            shell.exports |= {name}
        elif name in shell.exports:
            shell.exports -= {name}
        if attributes != shell.attributes.get(name):
            others = {key: letters for key, letters in shell.attributes.items() if key != name}
            shell.attributes = others if attributes is None else {**others, name: attributes}
            shell.recompute_slow()


def pop_frame(shell: ShellState) -> Frame:
    """Take the top frame off and undo what it stands for."""
    frame = shell.frames.pop()
    kind = frame[0]
    if kind == REDIRECTION:
        if frame[1] is not None:
            shell.system.restore_table(frame[1])
    elif kind == PREFIX:
        restore_variables(shell, frame[1])
    elif kind in _RETURNING:
        shell.suppress = frame[4]
        if kind == CALL:
            shell.parameters = frame[5]
            restore_variables(shell, frame[6])
        elif kind == DOT and frame[5] is not None:
            shell.parameters = frame[5]
    return frame


def return_to(shell: ShellState, frame: Frame) -> int:
    """Go on after the frame of a call, eval, dot or trap, which has been popped."""
    kind = frame[0]
    del shell.stack[frame[3] :]
    if kind == TRAP:
        shell.status = frame[5]
    elif kind == CALL and shell.status and frame[7]:
        return failed(shell, go(shell, frame[1], frame[2]))
    return go(shell, frame[1], frame[2])


def failed(shell: ShellState, following: int) -> int:
    """After a failure that counts: `following`, unless set -e is on or there is an ERR trap."""
    if shell.suppress:
        return following
    action = shell.traps.get(ERR_TRAP)
    if action and not any(frame[0] == TRAP for frame in shell.frames):
        pc = shell.pc if following == SWITCH else following
        code = shell.code
        if "e" in shell.options:
            code, pc = _exit_code(shell, shell.status), 0
        push_frame(shell, (TRAP, code, pc, len(shell.stack), shell.suppress, shell.status))
        return enter(shell, action)
    if "e" in shell.options:
        return exit_shell(shell, shell.status)
    return following


def _exit_code(shell: ShellState, status: int) -> Code:
    return code_for(CodeKey(f"exit {status}", 0, shell.dialect))


def run_trap(shell: ShellState, action: str, pc: int) -> int:
    """Run a trap's action and then go on at `pc` of the present code, with the present $?."""
    assert shell.code is not None
    push_frame(shell, (TRAP, shell.code, pc, len(shell.stack), shell.suppress, shell.status))
    return enter(shell, action)


def enter(shell: ShellState, source: str) -> int:
    """Begin to run a source; a frame that says where to go on has been pushed."""
    shell.code = code_for(CodeKey(source, 0, shell.dialect, aliases=shell.active_aliases()))
    shell.pc = 0
    return SWITCH


def let_tables_go(shell: ShellState) -> None:
    """Before the process becomes another program: nothing will put the saved descriptor tables back."""
    for place, frame in enumerate(shell.frames):
        if frame[0] == REDIRECTION and frame[1] is not None:
            shell.system.release_table(frame[1])
            shell.frames[place] = (REDIRECTION, None)


def end_of_unit(shell: ShellState) -> int:
    """A complete command has ended: go on with the next of its source, or return to whoever ran the source."""
    assert shell.code is not None
    following = shell.code.next(shell.active_aliases())
    if following is not None:
        shell.code = following
        shell.pc = 0
        return SWITCH
    if not shell.frames:
        return shell.next_input()
    frame = pop_frame(shell)
    if frame[0] == EXIT_TRAP:
        return finish_exit(shell, frame[1])
    return return_to(shell, frame)


def end_function(shell: ShellState) -> int:
    return return_to(shell, pop_frame(shell))


def return_from(shell: ShellState, status: int) -> int:
    """`return`: leave the innermost function or sourced file; at top level of a script, the script (dash, ash)."""
    while shell.frames:
        frame = pop_frame(shell)
        kind = frame[0]
        if kind in (CALL, DOT):
            shell.status = status
            return return_to(shell, frame)
        if kind == EXIT_TRAP:
            return finish_exit(shell, status)
    return exit_shell(shell, status)


def leave_loops(shell: ShellState, count: int, following: int, again: bool) -> int:
    """`break` and (again) `continue` of the count-th loop outwards; a function call is a border."""
    target = None
    for place in range(len(shell.frames) - 1, -1, -1):
        kind = shell.frames[place][0]
        if kind == LOOP:
            target = place
            count -= 1
            if count == 0:
                break
        elif kind in (CALL, EXIT_TRAP):
            break
    shell.status = 0
    if target is None:
        return following
    while len(shell.frames) - 1 > target:
        pop_frame(shell)
    _, code, break_pc, continue_pc, break_depth, continue_depth = shell.frames[target]
    if again:
        del shell.stack[continue_depth:]
        return go(shell, code, continue_pc)
    shell.frames.pop()
    del shell.stack[break_depth:]
    return go(shell, code, break_pc)


def exit_shell(shell: ShellState, status: int) -> int:
    """Leave everything, run the EXIT trap, end the process."""
    while shell.frames:
        frame = pop_frame(shell)
        if frame[0] == EXIT_TRAP:
            return finish_exit(shell, status)
    shell.stack.clear()
    shell.status = status & 255
    action = shell.traps.get(0)
    if action:
        shell.traps = {number: text for number, text in shell.traps.items() if number != 0}
        shell.frames.append((EXIT_TRAP, shell.status))
        shell.suppress = 0
        return enter(shell, action)
    return finish_exit(shell, status)


def finish_exit(shell: ShellState, status: int) -> int:
    shell.status = status & 255
    return EXITED


def abandon(shell: ShellState) -> None:
    """Back to the top level, as after an error in an interactive shell."""
    while shell.frames:
        pop_frame(shell)
    shell.stack.clear()
    shell.suppress = 0


def fail(shell: ShellState, problem: ShellError) -> int:
    """An error that no command can handle: an interactive shell gives up the command, any other one ends (POSIX 2.8.1).

    bash ends only for unset parameters; for other errors it gives up what stands on the same line.
    """
    shell.status = problem.status & 255
    returns_here = shell.mode in ("interactive", "fed") and shell.subshell_level == 0
    if not returns_here and not (shell.is_bash() and problem.status == 1 and shell.subshell_level == 0):
        return exit_shell(
            shell, 1 if problem.status == 127 and (shell.subshell_level or shell.mode != "command") else problem.status
        )
    code = next((frame[1] for frame in shell.frames if frame[0] in (CALL, EVAL, DOT, TRAP)), shell.code)
    abandon(shell)
    assert code is not None
    shell.code = code
    shell.pc = len(code.operations) - 1  # its end: the next command is read from there
    return SWITCH

"""Operations that decide where to go on: jumps, loops, case; and definitions.

The others are in `commands`, `prefixes`, `redirections`, `processes` and `words`.
"""

from __future__ import annotations

from typing import Any

from fakedocker.userland.sh import control, patterns
from fakedocker.userland.sh.expansion import fixed_pattern, pattern_of
from fakedocker.userland.sh.linking import Linked, operation
from fakedocker.userland.sh.nodes import Parts
from fakedocker.userland.sh.state import LOOP, ShellState
from fakedocker.userland.sh.variables import assign


@operation("end")
def _end(item: tuple[Any, ...], following: int) -> Linked:
    return control.end_of_unit


@operation("end_function")
def _end_function(item: tuple[Any, ...], following: int) -> Linked:
    return control.end_function


@operation("jump")
def _jump(item: tuple[Any, ...], following: int) -> Linked:
    target: int = item[1]
    return lambda shell: target


@operation("if_failed")
def _if_failed(item: tuple[Any, ...], following: int) -> Linked:
    target: int = item[1]
    return lambda shell: target if shell.status else following


@operation("if_succeeded")
def _if_succeeded(item: tuple[Any, ...], following: int) -> Linked:
    target: int = item[1]
    return lambda shell: following if shell.status else target


@operation("negate")
def _negate(item: tuple[Any, ...], following: int) -> Linked:
    def negate(shell: ShellState) -> int:
        shell.status = 0 if shell.status else 1
        return following

    return negate


@operation("status")
def _status(item: tuple[Any, ...], following: int) -> Linked:
    status: int = item[1]

    def set_status(shell: ShellState) -> int:
        shell.status = status
        return following

    return set_status


@operation("substituting")
def _substituting(item: tuple[Any, ...], following: int) -> Linked:
    """Before command substitutions of a command that may turn out to be none: $? is then the status of the last."""

    def begin(shell: ShellState) -> int:
        shell.substituted = 0
        return following

    return begin


@operation("substituted")
def _substituted(item: tuple[Any, ...], following: int) -> Linked:
    def end(shell: ShellState) -> int:
        shell.status = shell.substituted
        return following

    return end


@operation("push_status")
def _push_status(item: tuple[Any, ...], following: int) -> Linked:
    def push(shell: ShellState) -> int:
        shell.stack.append(str(shell.status))
        return following

    return push


@operation("check")
def _check(item: tuple[Any, ...], following: int) -> Linked:
    if not item[1]:
        return lambda shell: following
    return lambda shell: control.failed(shell, following) if shell.status else following


@operation("loop_in")
def _loop_in(item: tuple[Any, ...], following: int) -> Linked:
    """The status of the last turn waits on the stack; a loop without a turn gives 0."""
    _, break_pc, continue_pc = item

    def enter(shell: ShellState) -> int:
        depth = len(shell.stack)
        control.push_frame(shell, (LOOP, shell.code, break_pc, continue_pc, depth, depth + 1))
        shell.stack.append(0)
        return following

    return enter


@operation("loop_back")
def _loop_back(item: tuple[Any, ...], following: int) -> Linked:
    top: int = item[1]

    def back(shell: ShellState) -> int:
        shell.stack[-1] = shell.status
        shell.fuel -= 1
        if shell.fuel < 0:
            shell.pc = top
            return control.YIELD
        return top

    return back


@operation("loop_out")
def _loop_out(item: tuple[Any, ...], following: int) -> Linked:
    def leave(shell: ShellState) -> int:
        shell.status = shell.stack.pop()
        shell.frames.pop()
        return following

    return leave


@operation("for_in")
def _for_in(item: tuple[Any, ...], following: int) -> Linked:
    """The items are on the stack; the number of the next joins them."""
    _, break_pc, continue_pc = item

    def enter(shell: ShellState) -> int:
        depth = len(shell.stack)
        control.push_frame(shell, (LOOP, shell.code, break_pc, continue_pc, depth - 1, depth + 1))
        shell.stack.append(0)
        return following

    return enter


@operation("for_next")
def _for_next(item: tuple[Any, ...], following: int) -> Linked:
    _, name, end, text = item
    out: int = end

    def advance(shell: ShellState) -> int:
        stack = shell.stack
        place = stack[-1]
        items = stack[-2]
        if place >= len(items):
            if not place:
                shell.status = 0
            return out
        if shell.slow:
            if "x" in shell.options and shell.is_bash():
                shell.error(f"{shell.trace_prefix()}{text}\n")
            assign(shell, name, items[place])
        else:
            shell.variables[name] = items[place]
        stack[-1] = place + 1
        return following

    return advance


@operation("for_back")
def _for_back(item: tuple[Any, ...], following: int) -> Linked:
    top: int = item[1]

    def back(shell: ShellState) -> int:
        shell.fuel -= 1
        if shell.fuel < 0:
            shell.pc = top
            return control.YIELD
        return top

    return back


@operation("for_out")
def _for_out(item: tuple[Any, ...], following: int) -> Linked:
    def leave(shell: ShellState) -> int:
        del shell.stack[-2:]
        shell.frames.pop()
        return following

    return leave


@operation("case")
def _case(item: tuple[Any, ...], following: int) -> Linked:
    """The subject is below `count` results of substitutions in patterns."""
    _, items, end, count, text = item
    out: int = end
    tests: list[tuple[str | None, Parts, int]] = [
        (fixed_pattern(parts), parts, target) for alternatives, target in items for parts in alternatives
    ]

    def choose(shell: ShellState) -> int:
        stack = shell.stack
        if count:
            shell.results = tuple(stack[-count:])
            del stack[-count:]
        subject = stack.pop()
        if shell.slow and "x" in shell.options and shell.is_bash():
            shell.error(f"{shell.trace_prefix()}{text}\n")
        fold = "nocasematch" in shell.options
        for fixed, parts, target in tests:
            pattern = pattern_of(shell, parts) if fixed is None else fixed
            if patterns.compiled(pattern, fold).fullmatch(subject):
                shell.status = 0
                return target
        shell.status = 0
        return out

    return choose


@operation("function")
def _function(item: tuple[Any, ...], following: int) -> Linked:
    _, name, body, end, text = item

    def define(shell: ShellState) -> int:
        assert shell.code is not None
        shell.functions = {**shell.functions, name: (shell.code, body, text)}
        shell.status = 0
        return end  # type: ignore[no-any-return]  # as above

    return define


@operation("time_begin")
def _time_begin(item: tuple[Any, ...], following: int) -> Linked:
    def begin(shell: ShellState) -> int:
        shell.stack.append(shell.system.now_ns)
        return following

    return begin


@operation("time_end")
def _time_end(item: tuple[Any, ...], following: int) -> Linked:
    portable: bool = item[1]

    def finish(shell: ShellState) -> int:
        seconds = (shell.system.now_ns - shell.stack.pop()) / 1e9
        if portable:
            shell.error(f"real {seconds:.2f}\nuser 0.00\nsys 0.00\n")
        else:
            minutes = int(seconds // 60)
            shell.error(f"\nreal\t{minutes}m{seconds - 60 * minutes:.3f}s\nuser\t0m0.000s\nsys\t0m0.000s\n")
        return following

    return finish

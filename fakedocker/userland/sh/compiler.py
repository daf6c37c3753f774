"""From the syntax tree to flat operations.

Command substitutions are taken out of their words and computed first, since they alone can wait; what is left of a word
is expanded in one go. `check` says whether a failure counts for set -e; `tail` that nothing follows in this process, so
that a program may replace it. This module must not know how operations are carried out; `operations` explains each.
"""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from fakedocker.userland.sh import nodes
from fakedocker.userland.sh.braces import expand_braces
from fakedocker.userland.sh.command_parser import redirection_target
from fakedocker.userland.sh.dialect import Dialect
from fakedocker.userland.sh.nodes import (
    Assignment,
    Command,
    CommandSubstitution,
    Parameter,
    Parts,
    ProcessSubstitution,
    Redirection,
    Simple,
    Word,
)
from fakedocker.userland.sh.substitutions import Needed, assignment_waits, cat_of_file, extract, opens_process, waits

SPECIAL_BUILTINS = frozenset(
    {"break", ":", "continue", ".", "eval", "exec", "exit", "export", "readonly", "return", "set", "shift", "times",
     "trap", "unset"}
)  # fmt: skip


class Compiler:
    """Collects the operations of one complete command."""

    def __init__(self, dialect: Dialect, source: str) -> None:
        self.dialect = dialect
        self.source = source
        self.operations: list[tuple[Any, ...]] = []
        self.offsets: list[int] = []
        self.safe: set[int] = set()
        self.offset = 0

    # emitting

    def emit(self, *operation: Any) -> int:  # Any: a name and what that operation needs
        self.operations.append(operation)
        self.offsets.append(self.offset)
        return len(self.operations) - 1

    def hole(self) -> int:
        """A place for an operation that is not known yet."""
        return self.emit()

    def fill(self, place: int, *operation: Any) -> None:  # Any: a name and what that operation needs
        self.operations[place] = operation

    @property
    def here(self) -> int:
        return len(self.operations)

    # commands

    def command(self, command: Command, *, check: bool, tail: bool = False) -> None:
        method = getattr(self, f"_{type(command).__name__.lower()}")
        method(command, check, tail)

    def _sequence(self, node: nodes.Sequence, check: bool, tail: bool) -> None:
        for place, command in enumerate(node.commands):
            self.safe.add(self.here)
            self.command(command, check=check, tail=tail and place == len(node.commands) - 1)

    def _group(self, node: nodes.Group, check: bool, tail: bool) -> None:
        self.command(node.body, check=check, tail=tail)

    def _andor(self, node: nodes.AndOr, check: bool, tail: bool) -> None:
        self.command(node.left, check=False)
        jump = self.hole()
        self.command(node.right, check=check, tail=tail)
        self.fill(jump, "if_failed" if node.operator == "&&" else "if_succeeded", self.here)

    def _not(self, node: nodes.Not, check: bool, tail: bool) -> None:
        self.command(node.command, check=False)
        self.emit("negate")

    def _timed(self, node: nodes.Timed, check: bool, tail: bool) -> None:
        self.emit("time_begin")
        self.command(node.command, check=check)
        self.emit("time_end", node.portable)

    def _if(self, node: nodes.If, check: bool, tail: bool) -> None:
        self.command(node.condition, check=False)
        jump = self.hole()
        self.command(node.body, check=check, tail=tail)
        out = self.hole()
        self.fill(jump, "if_failed", self.here)
        if node.otherwise is not None:
            self.command(node.otherwise, check=check, tail=tail)
        else:
            self.emit("status", 0)
        self.fill(out, "jump", self.here)

    def _while(self, node: nodes.While, check: bool, tail: bool) -> None:
        enter = self.hole()
        top = self.here
        self.safe.add(top)
        self.command(node.condition, check=False)
        out = self.hole()
        self.command(node.body, check=check)
        back = self.emit("loop_back", top)
        self.fill(out, "if_succeeded" if node.until else "if_failed", self.here)
        self.emit("loop_out")
        self.fill(enter, "loop_in", self.here, back)

    def _for(self, node: nodes.For, check: bool, tail: bool) -> None:
        self.offset = node.start
        if node.words is None:
            self.emit("parameters")
        else:
            self._arguments(node.words)
        shown = " ".join(self.source[word.start : word.end] for word in node.words or ()) if node.words else '"$@"'
        enter = self.hole()
        top = self.hole()
        self.safe.add(top)
        self.command(node.body, check=check)
        back = self.emit("for_back", top)
        self.fill(top, "for_next", node.name, self.here, f"for {node.name} in {shown}")
        self.emit("for_out")
        self.fill(enter, "for_in", self.here, back)

    def _arithmeticfor(self, node: nodes.ArithmeticFor, check: bool, tail: bool) -> None:
        self._evaluate(node.initial)
        enter = self.hole()
        top = self.here
        self.safe.add(top)
        out = None
        if node.condition:
            self.emit("arithmetic", *self._prepared(node.condition))
            out = self.hole()
        self.command(node.body, check=check)
        step = self.here
        self._evaluate(node.step)
        self.emit("loop_back", top)
        if out is not None:
            self.fill(out, "if_failed", self.here)
        self.emit("loop_out")
        self.fill(enter, "loop_in", self.here, step)

    def _evaluate(self, parts: Parts) -> None:
        """For the effect only; leaves $? alone."""
        if parts:
            self.emit("evaluate", *self._prepared(parts))

    def _case(self, node: nodes.Case, check: bool, tail: bool) -> None:
        self.offset = node.start
        self._string(node.subject.parts, "plain")
        count = 0
        patterns: list[tuple[tuple[Parts, ...], int]] = []
        needed: Needed = []
        prepared = [tuple(extract(self.dialect, word.parts, needed) for word in item.patterns) for item in node.items]
        count = self._substitutions(needed)
        choose = self.hole()
        outs: list[int] = []
        for words, item in zip(prepared, node.items, strict=True):
            patterns.append((words, self.here))
            self.emit("status", 0)
            self.command(item.body, check=check, tail=tail and item.terminator == ";;")
            if item.terminator == ";;":
                outs.append(self.hole())
            # ;& runs on into the next body, as ;;& nearly always does too
        for out in outs:
            self.fill(out, "jump", self.here)
        text = f"case {self.source[node.subject.start : node.subject.end]} in"
        self.fill(choose, "case", tuple(patterns), self.here, count, text)

    def _function(self, node: nodes.Function, check: bool, tail: bool) -> None:
        define = self.hole()
        body = self.here
        self.safe.add(body)
        self.command(node.body, check=True)
        self.emit("end_function")
        self.fill(define, "function", node.name, body, self.here, node.text)

    def _redirected(self, node: nodes.Redirected, check: bool, tail: bool) -> None:
        self._redirection_targets(node.redirections)
        redirect = self.hole()
        self.command(node.command, check=check)
        self.emit("unredirect")
        self.fill(redirect, "redirect", _specification(node.redirections), self.here, "compound")
        self.emit("check", check)

    def _subshell(self, node: nodes.Subshell, check: bool, tail: bool) -> None:
        fork = self.hole()
        self._child_body(node.body, check)
        self.fill(fork, "subshell", self.here)
        self.emit("resume", check)

    def _child_body(self, body: Command, check: bool) -> None:
        """What a forked child runs, up to its exit."""
        self.safe.add(self.here)
        self.command(body, check=check, tail=True)
        self.emit("exit_child")

    def _background(self, node: nodes.Background, check: bool, tail: bool) -> None:
        fork = self.hole()
        self._child_body(node.command, True)
        self.fill(fork, "background", self.here, node.text)

    def _pipeline(self, node: nodes.Pipeline, check: bool, tail: bool) -> None:
        fork = self.hole()
        starts: list[int] = []
        for command in node.commands:
            starts.append(self.here)
            self._child_body(command, check)
        self.fill(fork, "pipeline", tuple(starts), self.here)
        self.emit("resume", check)

    def _arithmeticcommand(self, node: nodes.ArithmeticCommand, check: bool, tail: bool) -> None:
        self.emit("arithmetic", *self._prepared(node.parts))
        self.emit("check", check)

    def _conditional(self, node: nodes.Conditional, check: bool, tail: bool) -> None:
        self.command(node.expression, check=False)
        self.emit("check", check)

    def _test(self, node: nodes.Test, check: bool, tail: bool) -> None:
        for place, operand in enumerate(node.operands):
            second = place == 1
            mode = "pattern" if second and node.operator in ("=", "==", "!=") else "plain"
            self._string(operand, "regular" if second and node.operator == "=~" else mode)
        self.emit("test", node.operator, len(node.operands))

    # simple commands

    def _simple(self, node: Simple, check: bool, tail: bool) -> None:
        self.offset = node.start
        if not node.words:
            self._without_name(node, check)
            return
        name = node.words[0].literal
        words = self._braced(node.words)
        if not node.redirections and not node.assignments and not any(waits(word) for word in words):
            self.emit("command", words, check, tail)
            self.emit("resume", check)
            return
        if name == "exec" and len(words) == 1 and node.redirections:
            self._redirection_targets(node.redirections)
            self.emit("redirect", _specification(node.redirections), self.here + 1, "permanent")
            return
        keeps_assignments = name in SPECIAL_BUILTINS and self.dialect.name != "bash"
        self._with_name(node, words, check, tail, keeps_assignments)

    def _with_name(self, node: Simple, words: tuple[Parts, ...], check: bool, tail: bool, keep: bool) -> None:
        files = any(opens_process(word) for word in words)
        if files:
            self.emit("save_table")
        self._argument_parts(words)
        redirect = None
        if node.redirections:
            self._redirection_targets(node.redirections)
            redirect = self.hole()
        if node.assignments and keep:
            for assignment in node.assignments:
                self._assign(assignment)
        elif node.assignments:
            self.emit("prefix", tuple(assignment.name for assignment in node.assignments))
            for assignment in node.assignments:
                self._string(assignment.value, "value")
                self.emit("prefix_set", assignment.name)
        bare = not node.redirections and not files and (keep or not node.assignments)
        self.emit("execute", check and bare, tail and not files)
        self.emit("resume", check and bare)
        if node.assignments and not keep:
            self.emit("unprefix")
        if redirect is not None:
            self.emit("unredirect")
            self.fill(redirect, "redirect", _specification(node.redirections), self.here, "command")
        if files:
            self.emit("unredirect")
        if not bare:
            self.emit("check", check)

    def _without_name(self, node: Simple, check: bool) -> None:
        """Assignments, redirections, or both; $? is that of the last command substitution (POSIX 2.9.1)."""
        substitutes = any(assignment_waits(assignment) for assignment in node.assignments)
        if substitutes:
            self.emit("substituting")
        redirect = None
        if node.redirections:
            self._redirection_targets(node.redirections)
            redirect = self.hole()
        for assignment in node.assignments:
            self._assign(assignment)
        if redirect is not None:
            if not substitutes:
                self.emit("status", 0)
            self.emit("unredirect")
            self.fill(redirect, "redirect", _specification(node.redirections), self.here, "compound")
        if substitutes:
            self.emit("substituted")
        if substitutes or redirect is not None:
            self.emit("check", check)

    def _assign(self, assignment: Assignment) -> None:
        needed: Needed = []
        value = extract(self.dialect, assignment.value, needed)
        index = None if assignment.subscript is None else extract(self.dialect, assignment.subscript, needed)
        elements = None
        if assignment.elements is not None:
            elements = tuple(
                (None if key is None else extract(self.dialect, key, needed), extract(self.dialect, text, needed))
                for key, word in assignment.elements
                for text in ([word] if key is not None else expand_braces(word))
            )
        count = self._substitutions(needed)
        if not needed and index is None and elements is None and not assignment.append:
            self.emit("assign", assignment.name, value)
        else:
            prepared = replace(assignment, value=value, subscript=index, elements=elements)
            self.emit("assign_general", prepared, count)

    # words

    def _braced(self, words: tuple[Word, ...]) -> tuple[Parts, ...]:
        if "braces" not in self.dialect.features:
            return tuple(word.parts for word in words)
        return tuple(parts for word in words for parts in expand_braces(word.parts))

    def _arguments(self, words: tuple[Word, ...]) -> None:
        self._argument_parts(self._braced(words))

    def _argument_parts(self, words: tuple[Parts, ...]) -> None:
        """Push the fields of words as one tuple; those before a substitution are expanded before it runs."""
        if not any(waits(word) for word in words):
            self.emit("arguments", words)
            return
        self.emit("substituting")
        self.emit("arguments", ())
        for word in words:
            self.emit("add_arguments", *self._prepared(word))

    def _string(self, parts: Parts, mode: str) -> None:
        """Push one string: mode is plain, value, pattern or regular."""
        prepared, count = self._prepared(parts)
        self.emit("string", prepared, count, mode)

    def _prepared(self, parts: Parts) -> tuple[Parts, int]:
        """The parts without substitutions, and how many results these push beforehand."""
        needed: Needed = []
        prepared = extract(self.dialect, parts, needed)
        return prepared, self._substitutions(needed)

    def _substitutions(self, needed: Needed) -> int:
        for guards, node in needed:
            skips = [(self.hole(), guard) for guard in guards]
            self._substitution(node)
            if skips:
                out = self.hole()
                for place, guard in skips:
                    self.fill(place, "unless_needed", guard, self.here)
                self.emit("push", "")
                self.fill(out, "jump", self.here)
        return len(needed)

    def _substitution(self, node: CommandSubstitution | ProcessSubstitution | Parameter) -> None:
        if isinstance(node, Parameter):
            self.emit("push_status")
            return
        fork = self.hole()
        self._child_body(cat_of_file(node.body) if self.dialect.name == "bash" else node.body, True)
        if isinstance(node, ProcessSubstitution):
            self.fill(fork, "process_substitution", node.direction, self.here)
        else:
            self.fill(fork, "substitute", self.here)
            self.emit("substitute_read")

    # redirections

    def _redirection_targets(self, redirections: tuple[Redirection, ...]) -> None:
        for redirection in redirections:
            self._string(redirection_target(redirection), "plain")


def _specification(redirections: tuple[Redirection, ...]) -> tuple[tuple[str, int, str | None], ...]:
    """(operator, descriptor, variable) of each."""
    found = []
    for redirection in redirections:
        operator = "<<" if redirection.operator == "<<-" else redirection.operator
        descriptor = redirection.descriptor
        if descriptor is None:
            descriptor = 0 if operator.startswith("<") else 1
        both = operator == ">&" and redirection.descriptor is None
        found.append((">&?" if both else operator, descriptor, redirection.variable))
    return tuple(found)

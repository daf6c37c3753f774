"""awk's statements and rules: a program run record by record."""

from __future__ import annotations

from collections.abc import Callable

from fakedocker.userland.inputs import bytes_of
from fakedocker.userland.text.awk_expression_parser import Node
from fakedocker.userland.text.awk_expressions import Evaluator, FunctionReturn
from fakedocker.userland.text.awk_functions import sprintf
from fakedocker.userland.text.awk_values import Value, from_input, number_of, sort_key


class LoopBroken(Exception):
    pass


class LoopContinued(Exception):
    pass


class NextRecord(Exception):
    pass


class NextFile(Exception):
    pass


class ProgramExit(Exception):
    pass


class Interpreter(Evaluator):
    """Runs statements and rules."""

    def run(self, node: Node | None) -> None:
        if node is None:
            return
        self.count(1)
        _STATEMENTS[node[0]](self, node)

    def loop_body(self, node: Node | None) -> bool:
        """False when the loop was left with break."""
        if node is None:
            self.count(1)
        try:
            self.run(node)
        except LoopContinued:
            pass
        except LoopBroken:
            return False
        return True

    def process(self, line: str) -> None:
        """One record through all rules."""
        self.variables["NR"] += 1.0
        self.variables["FNR"] += 1.0
        self.set_record(line)
        try:
            for place, (pattern, last, action) in enumerate(self.program.rules):
                if self.selected(place, pattern, last):
                    if action is None:
                        self.output.append(self.record + self.string_of(self.variables["ORS"]))
                    else:
                        self.run(action)
        except NextRecord:
            pass

    def selected(self, place: int, pattern: Node | None, last: Node | None) -> bool:
        if pattern is None:
            return True
        if last is None:
            return self.truth(self.value(pattern))
        if place not in self.ranges:
            if not self.truth(self.value(pattern)):
                return False
            self.ranges.add(place)
        if self.truth(self.value(last)):
            self.ranges.discard(place)
        return True

    def write(self, text: str, target: tuple[str, Node] | None) -> None:
        if target is None:
            self.output.append(text)
            return
        operator, node = target
        name = self.string_of(self.value(node))
        if operator == "|":
            self.pipes.setdefault(name, []).append(text)
        elif name in ("/dev/stdout", "-"):
            self.output.append(text)
        elif name == "/dev/stderr":
            self.system.put(bytes_of(text), 2)
        else:
            if operator == ">>" and name not in self.files:
                self.appending.add(name)
            self.files.setdefault(name, []).append(text)


def _block(self: Interpreter, node: Node) -> None:
    for statement in node[1]:
        self.run(statement)


def _if(self: Interpreter, node: Node) -> None:
    _, condition, yes, no = node
    self.run(yes if self.truth(self.value(condition)) else no)


def _while(self: Interpreter, node: Node) -> None:
    _, condition, body = node
    while self.truth(self.value(condition)):
        if not self.loop_body(body):
            break


def _do(self: Interpreter, node: Node) -> None:
    _, body, condition = node
    while self.loop_body(body) and self.truth(self.value(condition)):
        pass


def _for(self: Interpreter, node: Node) -> None:
    _, initial, condition, step, body = node
    self.run(initial)
    while condition is None or self.truth(self.value(condition)):
        if not self.loop_body(body):
            break
        self.run(step)


def _keys_in_order(self: Interpreter, held: dict[str, Value]) -> list[str]:
    """As they came, or as gawk's PROCINFO["sorted_in"] says: @ind_num_asc, @val_str_desc ..."""
    how = self.string_of(self.array("PROCINFO").get("sorted_in", "")) if self.dialect == "gawk" else ""
    subject, _, rest = how.removeprefix("@").partition("_")
    kind, _, direction = rest.partition("_")
    if subject not in ("ind", "val"):
        return list(held)

    def order(key: str) -> tuple[bool, float, str]:
        value = held[key] if subject == "val" else from_input(key)
        return (False, 0.0, self.string_of(value)) if kind == "str" else sort_key(value)

    return sorted(held, key=order, reverse=direction == "desc")


def _for_in(self: Interpreter, node: Node) -> None:
    _, name, array, body = node
    for key in _keys_in_order(self, self.array(array)):
        self.set(name, from_input(key))
        if not self.loop_body(body):
            break


def _print(self: Interpreter, node: Node) -> None:
    _, arguments, target = node
    values = [self.value(argument) for argument in arguments]
    text = (
        self.string_of(self.variables["OFS"]).join(self.string_of(value, output=True) for value in values)
        if arguments
        else self.record
    )
    self.write(text + self.string_of(self.variables["ORS"]), target)


def _printf(self: Interpreter, node: Node) -> None:
    _, arguments, target = node
    self.write(sprintf(self, [self.value(argument) for argument in arguments]), target)


def _delete(self: Interpreter, node: Node) -> None:
    _, name, index = node
    if index is None:
        self.array(name).clear()
    else:
        self.array(name).pop(self.string_of(self.value(index)), None)


def _raising(make: Callable[[Interpreter, Node], Exception]) -> Callable[[Interpreter, Node], None]:
    def run(self: Interpreter, node: Node) -> None:
        raise make(self, node)

    return run


def _exit(self: Interpreter, node: Node) -> None:
    if node[1] is not None:
        self.status = int(number_of(self.value(node[1]))) & 255
    raise ProgramExit


_STATEMENTS: dict[str, Callable[[Interpreter, Node], None]] = {
    "block": _block,
    "expression": lambda self, node: (self.value(node[1]), None)[1],
    "if": _if,
    "while": _while,
    "do": _do,
    "for": _for,
    "for_in": _for_in,
    "print": _print,
    "printf": _printf,
    "delete": _delete,
    "break": _raising(lambda self, node: LoopBroken()),
    "continue": _raising(lambda self, node: LoopContinued()),
    "next": _raising(lambda self, node: NextRecord()),
    "nextfile": _raising(lambda self, node: NextFile()),
    "exit": _exit,
    "return": _raising(lambda self, node: FunctionReturn("" if node[1] is None else self.value(node[1]))),
}

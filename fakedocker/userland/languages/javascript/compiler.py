"""From a source to its codes: parsed, analysed, and written as operations function by function, each when it is first called."""

from __future__ import annotations

from typing import Final

from fakedocker.userland.languages.javascript import (  # noqa: F401  # they add their kinds of expressions
    direct_assigning,
    direct_members,
    loops,
    stacked_assigning,
    stacked_calls,
    syntax,
)
from fakedocker.userland.languages.javascript.analysis import Analysis, has_simple_parameters, statements_of
from fakedocker.userland.languages.javascript.blocks import initialize, statements
from fakedocker.userland.languages.javascript.calls import (
    call_operation,
    construct,
    construct_operation,
    field_operation,
    leave_operation,
)
from fakedocker.userland.languages.javascript.classes import parent_of
from fakedocker.userland.languages.javascript.code import JsCode
from fakedocker.userland.languages.javascript.emitting import Emitter
from fakedocker.userland.languages.javascript.escapes import Refused
from fakedocker.userland.languages.javascript.functions import takes_name
from fakedocker.userland.languages.javascript.inferred_names import infer_names
from fakedocker.userland.languages.javascript.jumping import give_this, leave
from fakedocker.userland.languages.javascript.nodes import nodes_in
from fakedocker.userland.languages.javascript.patterns import names_of
from fakedocker.userland.languages.javascript.places import start_of
from fakedocker.userland.languages.javascript.redeclarations import refused_before
from fakedocker.userland.languages.javascript.rendering import position
from fakedocker.userland.languages.javascript.resuming import rest_at_first, waiter_operation
from fakedocker.userland.languages.javascript.scopes import LEXICAL, FunctionScope
from fakedocker.userland.languages.javascript.shared import UNINITIALIZED
from fakedocker.userland.languages.javascript.stacked import push
from fakedocker.userland.languages.javascript.stacked_assigning import store
from fakedocker.userland.languages.javascript.statements import parse
from fakedocker.userland.languages.javascript.syntax import Node
from fakedocker.userland.languages.javascript.units import to_units
from fakedocker.userland.languages.javascript.variables import open_parameters, open_scope
from fakedocker.userland.languages.machine.code import COMPILERS, Box, Code, Frame, Operation, Runner, Source

WRAPPER: Final = ("exports", "require", "module", "__filename", "__dirname")
"""The parameters of the function that a file is, for `require`."""
SCRIPT, MODULE, FILE, HOST, PROMPT = "script", "module", "file", "host", "prompt"
"""What a source is: a script whose last value counts, a module, a file that `require` reads, the engine's own codes, or what
was typed at the prompt, whose declarations are global."""


class _Unit:
    """One source and the codes of its functions."""

    def __init__(self, source: Source, kind: str, is_host: bool) -> None:
        self.source = source
        self.is_host = is_host
        self.kind = kind
        parameters = WRAPPER if kind == FILE else ()
        try:
            self.program = parse(to_units(source.text), is_module=kind == MODULE, is_function=kind == FILE)
        except Refused as problem:
            raise refused_before(problem, parameters) from None
        self.analysis = Analysis(self.program, parameters, is_global=kind == PROMPT)
        self.codes: list[JsCode] = []
        self.by_node: dict[int, JsCode] = {}
        self._nodes: dict[int, Node] = {}
        self._collect(self.program)
        infer_names(self.program, to_units(source.text), lambda node: self.by_node.get(id(node)))
        self._write_program(len(parameters))

    def _collect(self, root: Node) -> None:
        """A code for each function, in the order of the source; what they do is written when they are first called."""
        self._add(root, "program", "")
        pending: list[Node] = [root]
        while pending:
            node = pending.pop()
            if isinstance(node, syntax.Function):
                self._add(node, node.kind, node.name)
            elif isinstance(node, syntax.Field) and node.value is not None and node.key is not None:
                self._add(node, "field", "")
                self.codes[-1].names_value = node.computed and takes_name(node.value)
            elif isinstance(node, syntax.Class) and node.constructor is None:
                self._add(node, "derived" if node.parent is not None else "constructor", node.name)
            pending += list(nodes_in(node))[::-1]

    def _add(self, node: Node, kind: str, name: str) -> None:
        code = JsCode(self.source, len(self.codes), name, kind)
        code.is_host = self.is_host
        self.codes.append(code)
        self.by_node[id(node)] = code
        self._nodes[id(node)] = node
        if isinstance(node, syntax.Function):
            self._describe(code, node)
        elif isinstance(node, syntax.Class):
            code.is_strict = True
            code.write = lambda: self._write_default(code)
        elif isinstance(node, syntax.Field):
            code.is_strict = True
            self._place_pseudo(code, self.analysis.functions[id(node)])
            code.write = lambda: self._write_field(code, node)

    def _describe(self, code: JsCode, node: syntax.Function) -> None:
        code.is_async, code.is_generator, code.is_strict = (
            node.is_async,
            node.is_generator,
            node.is_strict or self.program.is_strict,
        )
        code.start, code.end, code.entry_at = node.at, node.end, node.start
        first = next(iter(statements_of(node)), None)
        if isinstance(first, syntax.Return):
            code.first_at = first.at
        elif isinstance(first, syntax.Declaration) and first.pairs[0][1] is not None:
            code.first_at = start_of(first.pairs[0][1])
        elif first is not None and node.kind == "arrow" and hasattr(node.body, "_fields"):
            code.first_at = position(first)
        code.length = next(
            (
                place
                for place, part in enumerate(node.parameters)
                if not isinstance(part, syntax.Name | syntax.ArrayPattern | syntax.ObjectPattern)
            ),
            len(node.parameters),
        )
        scope = self.analysis.functions[id(node)]
        if has_simple_parameters(node):
            code.simple_count = len(node.parameters)
        self._place_pseudo(code, scope)
        code.write = lambda: self._write_function(code, node, scope)

    def _place_pseudo(self, code: JsCode, scope: FunctionScope) -> None:
        """Where a call puts what the function has of itself."""
        names = scope.top.names
        for name, attribute in (
            ("this", "this_slot"),
            ("arguments", "arguments_slot"),
            ("new.target", "target_slot"),
            ("%function", "function_slot"),
        ):
            if name in names and names[name].kind == "pseudo":
                setattr(code, attribute, names[name].slot)
        own = next((variable for variable in names.values() if variable.kind == "name"), None)
        if own is not None:
            code.function_slot = own.slot if code.function_slot < 0 else code.function_slot
        code.box_slots = tuple(
            variable.slot for variable in names.values() if variable.boxed and variable.kind not in LEXICAL
        )

    def _emitter(self, code: JsCode, scope: FunctionScope) -> Emitter:
        return Emitter(
            code, self.analysis, scope, lambda node: self.by_node[id(node)], lambda node: self.by_node[id(node)]
        )

    # writing

    def _write_program(self, parameter_count: int) -> None:
        code = self.codes[0]
        scope = self.analysis.functions[id(self.program)]
        code.is_strict = self.program.is_strict
        code.is_async = self.kind == MODULE
        code.simple_count = parameter_count
        self._place_pseudo(code, scope)
        emitter = self._emitter(code, scope)
        if self.kind in (SCRIPT, PROMPT):
            emitter.result_slot = emitter.new_slot()
        open_scope(emitter, 0)
        if self.kind == MODULE:
            self._link(emitter)
        statements(emitter, self.program.body)
        slot = emitter.result_slot
        end = len(self.source.text)
        emitter.op(lambda frame, machine: frame.stack.append(frame.slots[slot] if slot >= 0 else None), end)
        leave(emitter, end)
        emitter.finish()
        code.slot_count = scope.slot_count

    def _link(self, emitter: Emitter) -> None:
        """The first operation of a module: the boxes of what it imports come from other modules, and its own are told."""
        names = emitter.scope.names
        imported = [
            (names[here].slot, part.source, outside)
            for part in self.program.body
            if isinstance(part, syntax.Import)
            for outside, here in part.names
        ]
        exported = [
            pair
            for part in self.program.body
            if isinstance(part, syntax.Export) and part.source is None
            for pair in part.names
            if pair[0] in names
        ]
        slots = {
            here: (names[here].slot, names[here].kind in LEXICAL)
            for here, _ in exported
            if names[here].kind != "import"
        }
        module = self.source.name

        def run(frame: Frame, machine: Runner) -> None:
            for slot, source, outside in imported:
                frame.slots[slot] = machine.language.imported_box(module, source, outside)
            for here, box in machine.language.bind_exports(module, exported).items():
                if here in slots:
                    slot, is_lexical = slots[here]
                    box.value = UNINITIALIZED if is_lexical else None
                    frame.slots[slot] = box

        emitter.op(run, 0)

    def _write_function(self, code: JsCode, node: syntax.Function, scope: FunctionScope) -> None:
        emitter = self._emitter(code, scope)
        emitter.is_unseen, emitter.body = code.kind == "static", statements_of(node)
        own = next((variable for variable in scope.top.names.values() if variable.kind == "name"), None)
        if own is not None and own.slot != code.function_slot:
            source_slot, slot, boxed = code.function_slot, own.slot, own.boxed

            def copy(frame: Frame, machine: Runner) -> None:
                value = frame.slots[source_slot]
                value = value.value if isinstance(value, Box) else value
                if boxed:
                    frame.slots[slot].value = value
                else:
                    frame.slots[slot] = value

            emitter.op(copy, node.at)
        if code.simple_count < 0:
            self._take_parameters(emitter, node)
        open_scope(emitter, node.at)
        if isinstance(node.body, tuple) and not hasattr(node.body, "_fields"):
            statements(emitter, statements_of(node))
            emitter.op(lambda frame, machine: frame.stack.append(None), node.end - 1)
            if code.kind == "derived":
                give_this(emitter, self.analysis.noted_places[id(node)])
        else:
            push(emitter, statements_of(node)[0])
        leave(emitter, node.end - 1)
        emitter.finish()
        code.slot_count = scope.slot_count

    def _take_parameters(self, emitter: Emitter, node: syntax.Function) -> None:
        """Parameters that are patterns, or have defaults, are taken apart one after the other."""
        open_parameters(emitter, node.at)
        for place, parameter in enumerate(node.parameters):
            if isinstance(parameter, syntax.Rest):
                emitter.op(_rest_from(place), parameter.at)
                store(emitter, parameter.target, initialize)
            else:
                emitter.op(_argument_at(place), parameter.at)
                store(emitter, parameter, initialize)
            emitter.known.update(emitter.function.top.names[name.name] for name in names_of(parameter))
        if node.is_generator:
            emitter.op(rest_at_first, node.at)

    def _write_field(self, code: JsCode, node: syntax.Field) -> None:
        scope = self.analysis.functions[id(node)]
        emitter = self._emitter(code, scope)
        assert node.value is not None
        name = (
            node.key.value
            if isinstance(node.key, syntax.Literal)
            else f"#{node.key.name}"
            if isinstance(node.key, syntax.PrivateName)
            else ""
        )
        emitter.is_unseen = node.is_static
        push(emitter, node.value, str(name))
        leave(emitter, node.at)
        emitter.finish()
        code.slot_count = scope.slot_count

    def _write_default(self, code: JsCode) -> None:
        """The constructor of a class that has none."""
        if code.kind == "derived":
            code.operations = [_default_super, _default_bind, _default_leave]
            code.slot_count = 1
            code.this_slot = 0
        else:
            code.operations = [lambda frame, machine: machine.leave(None)]
        code.positions = [code.start] * len(code.operations)


def _rest_from(place: int) -> Operation:
    """Leave the arguments from a place on, as an array."""

    def run(frame: Frame, machine: Runner) -> None:
        frame.stack.append(machine.language.array(frame.extra.arguments[place:]))

    return run


def _argument_at(place: int) -> Operation:
    """Leave an argument, undefined if it was not given."""

    def run(frame: Frame, machine: Runner) -> None:
        arguments = frame.extra.arguments
        frame.stack.append(arguments[place] if place < len(arguments) else None)

    return run


def _default_super(frame: Frame, machine: Runner) -> object:
    invocation = frame.extra
    realm = machine.language
    parent = parent_of(realm, invocation.function)
    return construct(realm, parent, invocation.arguments, invocation.new_target, "super")


def _default_bind(frame: Frame, machine: Runner) -> object:
    frame.slots[0] = frame.stack.pop()
    function = frame.extra.function
    return machine.language.enter_fields(function, frame.slots[0]) if function.fields else False


def _default_leave(frame: Frame, machine: Runner) -> object:
    return machine.leave(None)


def _compile(source: Source) -> tuple[Code, ...]:
    kind = str(source.options[0])
    if kind == HOST:
        return _host_codes(source)
    return tuple(_Unit(source, kind, len(source.options) > 1 and bool(source.options[1])).codes)


def _host_codes(source: Source) -> tuple[Code, ...]:
    """Codes of the engine's own: a trampoline that calls, what waits below a generator, and what makes fields."""
    codes: list[JsCode] = []
    for operations, slots in (
        ([call_operation, leave_operation], 1),
        ([waiter_operation], 1),
        ([field_operation], 3),
        ([construct_operation, leave_operation], 1),
    ):
        code = JsCode(source, len(codes), "", "host")
        code.is_host = True
        code.operations = list(operations)
        code.positions = [0] * len(operations)
        code.slot_count = slots
        codes.append(code)
    return tuple(codes)


COMPILERS["javascript"] = _compile

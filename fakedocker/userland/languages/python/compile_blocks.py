"""Compound statements: branches, loops, with, try, and what leaves them."""

from __future__ import annotations

from typing import Any

from fakedocker.userland.languages.python import blocks, generators, syntax as s
from fakedocker.userland.languages.python.compile_statements import StatementBuilder
from fakedocker.userland.languages.python.compiler import Label
from fakedocker.userland.languages.python.sets import frozen_constant
from fakedocker.userland.languages.python.values import Live, PyFrame


class BlockBuilder(StatementBuilder):
    def body(self, nodes: s.Nodes) -> None:
        """Emit statements."""
        raise NotImplementedError

    def _if(self, node: s.If) -> None:
        end = Label()
        while True:
            self.at = node.at
            otherwise = Label()
            self.jump_if(node.test, False, otherwise)
            self.body(node.body)
            if not node.orelse:
                self.mark(otherwise)
                break
            self.jump(end)
            self.mark(otherwise)
            if len(node.orelse) == 1 and isinstance(node.orelse[0], s.If):
                node = node.orelse[0]
                continue
            self.body(node.orelse)
            break
        self.mark(end)

    def _while(self, node: s.While) -> None:
        begin, otherwise, end = Label(), Label(), Label()
        self.mark(begin)
        self.at = node.at
        place = len(self.unit.warnings)
        self.jump_if(node.test, False, otherwise)
        told = self.unit.warnings[place:]
        self.blocks.append(("loop", begin, end, False))
        self.body(node.body)
        self.blocks.pop()
        if 10 <= self.unit.minor < 14:  # which have the test a second time behind the body
            self.unit.warnings += told
        self.jump(begin)
        self.mark(otherwise)
        self.body(node.orelse)
        self.mark(end)

    def _for(self, node: s.For) -> None:
        if node.is_async:
            self._async_for(node)
            return
        begin, otherwise, end = Label(), Label(), Label()
        self.at = node.at
        self.push_iterable(node.iter)
        self.emit(generators.get_iterator, self.loop_position(node.iter.at))
        self.mark(begin)
        self.next_item(node.target, otherwise, self.loop_position(node.iter.at))
        self.blocks.append(("loop", begin, end, True))
        self.body(node.body)
        self.blocks.pop()
        self.jump(begin)
        self.mark(otherwise)
        self.body(node.orelse)
        self.mark(end)

    def loop_position(self, at: s.Span) -> s.Span:
        """Where the step of a loop is: no columns are marked for it before 3.13."""
        return at if self.unit.minor >= 13 else (at[0], at[1], at[0], at[1])

    def push_iterable(self, node: Any) -> None:  # Any: a node
        """Emit what a loop goes through: a set of constants is frozen there, and in another order."""
        values = self.unit.set_constant(node)
        if values is not None:
            self.push_value(lambda frame, m: frozen_constant(values, self.unit.hidden), node.at)
        else:
            self.push(node)

    def next_item(self, target: Any, otherwise: Label, at: s.Span) -> None:  # Any: a target
        """Emit: the next item of the iterator on the stack is assigned; at its end go to the label without it."""
        store = self.store(target.id) if isinstance(target, s.Name) else None
        self.emit(generators.for_next(otherwise, store), at)
        self.assign_top(target)

    def _async_for(self, node: s.For) -> None:
        begin, stop, end = Label(), Label(), Label()
        self.push(node.iter)
        self.emit(blocks.get_async_iterator, self.loop_position(node.iter.at))
        self.mark(begin)
        self.emit(blocks.set_handler(stop))
        self.emit(blocks.async_next, node.iter.at)
        self.delegate(node.iter.at)
        self.emit(blocks.drop_handler)
        self.assign_top(node.target)
        self.blocks.append(("loop", begin, end, True))
        self.body(node.body)
        self.blocks.pop()
        self.jump(begin)
        self.mark(stop)
        self.emit(blocks.end_async, node.iter.at)
        self.body(node.orelse)
        self.mark(end)

    # leaving blocks

    def _leave_blocks(self, count: int) -> None:
        """Emit what must be undone of the innermost blocks on the way out."""
        kept = self.blocks
        for index in range(len(kept) - 1, len(kept) - 1 - count, -1):
            kind, *details = kept[index]
            self.blocks = kept[:index]
            if kind == "loop":
                if details[2]:
                    self.drop()
            elif kind == "handler":
                self.emit(blocks.drop_handler)
            elif kind == "finally":
                self.emit(blocks.drop_handler)
                self.final_body(details[0])
            elif kind == "with":
                self.emit(blocks.drop_handler)
                self._exit_normally(details[0], details[1])
            elif kind == "except":
                self.emit(blocks.end_except)
                if details[0] is not None:
                    self.emit(blocks.drop_handler)
                    self.clear(details[0])
            elif kind == "raised":
                self.emit(blocks.end_except)
        self.blocks = kept

    def _level(self) -> int:
        """How many exceptions are being handled here."""
        return sum(kind in ("except", "raised") for kind, *_ in self.blocks)

    def _loop_depth(self, what: str, at: s.Span) -> int:
        for index in range(len(self.blocks) - 1, -1, -1):
            if self.blocks[index][0] == "loop":
                return index
        words = "'break' outside loop" if what == "break" else "'continue' not properly in loop"
        raise self.unit.fail(words, at)

    def _break(self, node: s.Break) -> None:
        self.at = node.at
        index = self._loop_depth("break", node.at)
        self._leave_blocks(len(self.blocks) - index)
        self.jump(self.blocks[index][2])

    def _continue(self, node: s.Continue) -> None:
        self.at = node.at
        index = self._loop_depth("continue", node.at)
        self._leave_blocks(len(self.blocks) - index - 1)
        self.jump(self.blocks[index][1])

    def _return(self, node: s.Return) -> None:
        self.at = node.at
        if self.host.kind != "function":
            raise self.unit.fail("'return' outside function", node.at)
        value = node.value if node.value is not None else s.Constant(None, node.at)
        if not self.blocks:
            evaluation = self.pure(value)
            if evaluation is not None:

                def give(frame: PyFrame, m: Live) -> object:
                    return m.leave(evaluation(frame, m))

                self.emit(give, node.at)
                return
        self.push(value)
        if any(kind != "loop" for kind, *_ in self.blocks):
            slot = self.temporary()

            def keep(frame: PyFrame, m: Live) -> None:
                frame.slots[slot] = frame.stack.pop()

            self.emit(keep)
            self._leave_blocks(len(self.blocks))
            self.push_value(lambda frame, m: frame.slots[slot], node.at)
        self.emit(blocks.leave, node.at)

    # with

    def _with(self, node: s.With) -> None:
        self._with_items(node, node.items)

    def _with_items(self, node: s.With, items: list[s.WithItem]) -> None:
        item, *rest = items
        self.at = item.context_expr.at
        self.push(item.context_expr)
        is_async = node.is_async
        self.emit(blocks.enter_context(is_async), self.exit_position(node, item))
        if is_async:
            self.emit(generators.get_awaitable, item.context_expr.at)
            self.delegate(item.context_expr.at)
        handler, end = Label(), Label()
        if item.optional_vars is None:
            self.drop()
        # the way out stands below on the stack
        self.emit(blocks.set_handler_below(handler, item.optional_vars is not None))
        if item.optional_vars is not None:
            self.assign_top(item.optional_vars)
        at = self.exit_position(node, item)
        self.blocks.append(("with", is_async, at))
        if rest:
            self._with_items(node, rest)
        else:
            self.body(node.body)
        self.blocks.pop()
        self.at = item.context_expr.at
        self.emit(blocks.drop_handler)
        self._exit_normally(is_async, at)
        self.jump(end)
        self.mark(handler)
        self.blocks.append(("raised",))
        self.emit(blocks.exit_raised(self._level() - 1), at)
        if is_async:
            self.emit(generators.get_awaitable, at)
            self.delegate(at)
        self.blocks.pop()
        self.emit(blocks.after_exit, at)
        self.mark(end)

    def exit_position(self, node: s.With, item: s.WithItem) -> s.Span:
        """Where the way out of a context is: at the whole statement before 3.13, so that no columns are marked."""
        row, column = node.at[:2]
        return item.context_expr.at if self.unit.minor >= 13 else (row, column, row, column)

    def _exit_normally(self, is_async: bool, at: s.Span) -> None:
        self.emit(blocks.exit_context, at)
        if is_async:
            self.emit(generators.get_awaitable, at)
            self.delegate(at)
        self.drop()

    # try

    def final_body(self, body: s.Nodes) -> None:
        """One of the copies of a `finally` block, each with its own warnings since 3.9."""
        if self.unit.minor >= 9:
            self.unit.warned.clear()
        self.body(body)

    def _try(self, node: s.Try) -> None:
        self.at = node.at
        if node.finalbody:
            handler, end = Label(), Label()
            self.emit(blocks.set_handler(handler))
            self.blocks.append(("finally", node.finalbody))
            if node.handlers:
                self._try_except(node)
            else:
                self.body(node.body)
            self.blocks.pop()
            self.emit(blocks.drop_handler)
            self.final_body(node.finalbody)
            self.jump(end)
            self.mark(handler)
            cleanup = Label()
            self.emit(blocks.begin_except(self._level()))
            self.emit(blocks.set_handler(cleanup))
            self.blocks.append(("except", None))
            self.blocks.append(("handler",))
            self.final_body(node.finalbody)
            self.blocks.pop()
            self.blocks.pop()
            self.emit(blocks.drop_handler)
            self.emit(blocks.end_and_reraise)
            self.mark(cleanup)
            self.emit(blocks.replace_raised(self._level()))
            self.mark(end)
            return
        self._try_except(node)

    def _try_except(self, node: s.Try) -> None:
        if node.is_star:
            self._try_except_star(node)
            return
        end, cleanup = self._guarded(node), Label()
        for number, each in enumerate(node.handlers):
            if each.type is None and number < len(node.handlers) - 1:
                raise self.unit.fail("default 'except:' must be last", each.at)
            self._handler(each, cleanup, end)
        self.emit(blocks.end_and_reraise)
        self.mark(cleanup)
        self.emit(blocks.replace_raised(self._level()))
        self.mark(end)

    def _guarded(self, node: s.Try) -> Label:
        """The body and the else, and the beginning of what handles; gives the end of it all."""
        handler, end = Label(), Label()
        self.emit(blocks.set_handler(handler))
        self.blocks.append(("handler",))
        self.body(node.body)
        self.blocks.pop()
        self.emit(blocks.drop_handler)
        self.body(node.orelse)
        self.jump(end)
        self.mark(handler)
        self.emit(blocks.begin_except(self._level()))
        return end

    def _try_except_star(self, node: s.Try) -> None:
        end, cleanup, state = self._guarded(node), Label(), self.temporary()
        self.emit(blocks.begin_star(state))
        for each in node.handlers:
            self._star_handler(each, state, cleanup)
        self.emit(blocks.end_star(state))
        self.jump(end)
        self.mark(cleanup)
        self.emit(blocks.replace_raised(self._level()))
        self.mark(end)

    def _star_handler(self, node: s.ExceptHandler, state: int, cleanup: Label) -> None:
        self.at = node.at
        following, caught, after, done = Label(), Label(), Label(), Label()
        level = self._level()
        self.emit(blocks.set_handler(cleanup))
        self.blocks.append(("except", node.name))
        self.blocks.append(("handler",))
        self.push(node.type)
        row, column = node.at[:2]
        at = node.at if self.unit.minor >= 13 else (row, column, row, column)
        self.emit(blocks.unless_star_matches(following, state), at)
        self.emit(blocks.drop_handler)
        self.emit(blocks.set_handler(caught))
        if node.name is not None:
            store = self.store(node.name)

            def name_it(frame: PyFrame, m: Live) -> None:
                store(frame, m, frame.handled[-1])

            self.emit(name_it)
        self.body(node.body)
        self.blocks.pop()
        self.blocks.pop()
        self.at = node.at
        self.emit(blocks.drop_handler)
        self.jump(after)
        self.mark(caught)
        self.emit(blocks.keep_raised(state, level))
        self.mark(after)
        if node.name is not None:
            self.clear(node.name)
        self.jump(done)
        self.mark(following)
        self.emit(blocks.drop_handler)
        self.mark(done)

    def _handler(self, node: s.ExceptHandler, cleanup: Label, end: Label) -> None:
        self.at = node.at
        following = Label()
        # what the expression or the body raises replaces what is being handled
        self.emit(blocks.set_handler(cleanup))
        if node.type is not None:
            self.blocks.append(("except", None))
            self.blocks.append(("handler",))
            self.push(node.type)
            self.blocks.pop()
            self.blocks.pop()
            self.emit(blocks.unless_matches(following, node.type.at), node.type.at)
        if node.name is not None:
            store = self.store(node.name)

            def name_it(frame: PyFrame, m: Live) -> None:
                store(frame, m, frame.stack[-1])

            self.emit(name_it)
            forget = Label()
            self.emit(blocks.set_handler(forget))
        self.blocks.append(("except", node.name))
        self.blocks.append(("handler",))
        self.body(node.body)
        self.blocks.pop()
        self.blocks.pop()
        self.at = node.at
        self.emit(blocks.drop_handler)
        if node.name is not None:
            self.emit(blocks.drop_handler)
            self.clear(node.name)
        self.emit(blocks.end_except)
        self.jump(end)
        if node.name is not None:
            self.mark(forget)
            self.clear(node.name)
            self.emit(blocks.raise_top)
        self.mark(following)
        self.emit(blocks.drop_handler)

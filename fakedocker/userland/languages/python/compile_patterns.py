"""match statements."""

from __future__ import annotations

from typing import Any

from fakedocker.userland.languages.machine.cells import Value
from fakedocker.userland.languages.python import matching, syntax as s
from fakedocker.userland.languages.python.compile_blocks import BlockBuilder
from fakedocker.userland.languages.python.compiler import Evaluation, Label
from fakedocker.userland.languages.python.values import PyFrame


class PatternBuilder(BlockBuilder):
    def _match(self, node: s.Match) -> None:
        self.at = node.at
        self.push(node.subject)
        subject = self.temporary()

        def keep(frame: PyFrame, m: Any) -> None:
            frame.slots[subject] = frame.stack.pop()

        self.emit(keep)
        end = Label()
        for number, case in enumerate(node.cases):
            if case.guard is None and _always(case.pattern) and number < len(node.cases) - 1:
                pattern = case.pattern
                what = "wildcard" if pattern.name is None else f"name capture '{pattern.name}'"
                raise self.unit.fail(f"{what} makes remaining patterns unreachable", pattern.at)
            following = Label()
            self.at = case.pattern.at
            names: list[str] = []
            test = self._pattern(case.pattern, names)
            slots = {name: self.temporary() for name in names}

            def attempt(
                frame: PyFrame,
                m: Any,
                at: s.Span = case.pattern.at,
                test: Any = test,
                slots: Any = slots,
                following: Label = following,
            ) -> None:
                found: dict[str, Value] = {}
                if not test(frame, m, frame.slots[subject], found):
                    frame.place = following.place
                    return
                for name, slot in slots.items():
                    frame.slots[slot] = found[name]

            self.emit(attempt, case.pattern.at)
            for name, slot in slots.items():
                self.push_value(lambda frame, m, slot=slot: frame.slots[slot], case.pattern.at)  # type: ignore[misc]
                self.assign_top(s.Name(name, case.pattern.at))
            if case.guard is not None:
                self.jump_if(case.guard, False, following)
            self.body(case.body)
            self.jump(end)
            self.mark(following)
        self.mark(end)

    def _pattern(self, node: Any, names: list[str]) -> Any:  # Any: a pattern; its test
        """What tests a value: (frame, interpreter, value, names found) -> bool."""
        if isinstance(node, s.MatchValue):
            value = self._pattern_value(node.value)
            return lambda frame, m, subject, found: m.equals(subject, value(frame, m))
        if isinstance(node, s.MatchSingleton):
            wanted = node.value
            return lambda frame, m, subject, found: subject is wanted
        if isinstance(node, s.MatchAs):
            return self._capture(node, names)
        if isinstance(node, s.MatchOr):
            return self._alternatives(node, names)
        if isinstance(node, s.MatchSequence):
            return self._sequence(node, names)
        if isinstance(node, s.MatchMapping):
            return self._mapping(node, names)
        return self._class_pattern(node, names)

    def _pattern_value(self, node: Any) -> Evaluation:  # Any: a node
        value = self.pure(node)
        assert value is not None
        return value

    def _add_name(self, name: str, names: list[str], at: s.Span) -> None:
        if name in names:
            raise self.unit.fail(f"multiple assignments to name '{name}' in pattern", at)
        names.append(name)

    def _capture(self, node: s.MatchAs, names: list[str]) -> Any:
        name = node.name
        if node.pattern is None:
            if name is None:
                return lambda frame, m, subject, found: True
            self._add_name(name, names, node.at)

            def capture(frame: PyFrame, m: Any, subject: Value, found: dict[str, Value]) -> bool:
                found[name] = subject
                return True

            return capture
        inner = self._pattern(node.pattern, names)
        assert name is not None
        self._add_name(name, names, node.at)

        def both(frame: PyFrame, m: Any, subject: Value, found: dict[str, Value]) -> bool:
            if not inner(frame, m, subject, found):
                return False
            found[name] = subject
            return True

        return both

    def _alternatives(self, node: s.MatchOr, names: list[str]) -> Any:
        tests = []
        known: list[str] | None = None
        for index, each in enumerate(node.patterns):
            own: list[str] = []
            if _always(each) and index < len(node.patterns) - 1:
                what = "wildcard" if each.name is None else f"name capture '{each.name}'"
                raise self.unit.fail(f"{what} makes remaining patterns unreachable", each.at)
            tests.append(self._pattern(each, own))
            if known is not None and sorted(own) != sorted(known):
                raise self.unit.fail("alternative patterns bind different names", node.at)
            known = own
        for name in known or []:
            self._add_name(name, names, node.at)

        def alternatives(frame: PyFrame, m: Any, subject: Value, found: dict[str, Value]) -> bool:
            for test in tests:
                inner: dict[str, Value] = {}
                if test(frame, m, subject, inner):
                    found.update(inner)
                    return True
            return False

        return alternatives

    def _sequence(self, node: s.MatchSequence, names: list[str]) -> Any:
        star = next((index for index, each in enumerate(node.patterns) if isinstance(each, s.MatchStar)), -1)
        if sum(isinstance(each, s.MatchStar) for each in node.patterns) > 1:
            raise self.unit.fail("multiple starred expressions in sequence pattern", node.at)
        tests: list[Any] = []
        for each in node.patterns:
            if isinstance(each, s.MatchStar):
                tests.append(each.name)
                if each.name is not None:
                    self._add_name(each.name, names, each.at)
            else:
                tests.append(self._pattern(each, names))
        count = len(tests)

        def sequence(frame: PyFrame, m: Any, subject: Value, found: dict[str, Value]) -> bool:
            items = matching.sequence_items(m, subject)
            if items is None or (len(items) != count if star < 0 else len(items) < count - 1):
                return False
            if star >= 0:
                after = count - 1 - star
                middle = list(items[star : len(items) - after])
                items = [*items[:star], middle, *items[len(items) - after :]]
            for index, (test, item) in enumerate(zip(tests, items, strict=True)):
                if index == star:
                    if test is not None:
                        found[test] = item
                elif not test(frame, m, item, found):
                    return False
            return True

        return sequence

    def _mapping(self, node: s.MatchMapping, names: list[str]) -> Any:
        keys = [self._pattern_value(key) for key in node.keys]
        tests = [self._pattern(each, names) for each in node.patterns]
        rest = node.rest
        if rest is not None:
            self._add_name(rest, names, node.at)

        def mapping(frame: PyFrame, m: Any, subject: Value, found: dict[str, Value]) -> bool:
            values = matching.mapping_values(m, subject, [key(frame, m) for key in keys])
            if values is None:
                return False
            if not all(test(frame, m, value, found) for test, value in zip(tests, values, strict=True)):
                return False
            if rest is not None:
                found[rest] = matching.rest_of_mapping(m, subject, [key(frame, m) for key in keys])
            return True

        return mapping

    def _class_pattern(self, node: s.MatchClass, names: list[str]) -> Any:
        cls = self._pattern_value(node.cls)
        positional = [self._pattern(each, names) for each in node.patterns]
        named = [self._pattern(each, names) for each in node.kwd_patterns]
        attributes = node.kwd_attrs
        for index, name in enumerate(attributes):
            if name in attributes[:index]:
                raise self.unit.fail(f"attribute name repeated in class pattern: {name}", node.kwd_patterns[index].at)

        def of_class(frame: PyFrame, m: Any, subject: Value, found: dict[str, Value]) -> bool:
            values = matching.class_values(m, subject, cls(frame, m), len(positional), attributes)
            if values is None:
                return False
            tests = [*positional, *named]
            return all(test(frame, m, value, found) for test, value in zip(tests, values, strict=True))

        return of_class


def _always(pattern: Any) -> bool:  # Any: a pattern
    return isinstance(pattern, s.MatchAs) and (pattern.pattern is None or _always(pattern.pattern))

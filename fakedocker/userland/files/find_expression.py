"""The expression of find, read to one predicate."""

from __future__ import annotations

from fakedocker.userland.files.find_tests import PLAIN, WITH_ARGUMENT, Found, Predicate, Walk, always, print_path
from fakedocker.userland.processes.children import run_and_wait
from fakedocker.userland.tools import (
    UsageProblem,
    is_busybox,
)


class ExpressionParser:
    """The expression of find: or, and, not, primaries."""

    def __init__(self, walk: Walk, words: list[str]) -> None:
        self.walk = walk
        self.words = words
        self.gathering = 0  # how many -exec ... + there are

    def whole(self) -> Predicate:
        if not self.words:
            return print_path
        predicate = self.disjunction()
        if self.words:
            raise UsageProblem(
                f"unrecognized: {self.words[0]}" if is_busybox(self.walk.system) else "you have too many ')'"
            )
        if self.walk.acts:
            return predicate
        return lambda walk, item: predicate(walk, item) and print_path(walk, item)

    def disjunction(self) -> Predicate:
        left = self.conjunction()
        while self.words and self.words[0] in ("-o", "-or"):
            self.words.pop(0)
            left = _either(left, self.conjunction())
        return left

    def conjunction(self) -> Predicate:
        left = self.negation()
        while self.words and self.words[0] not in ("-o", "-or", ")", ","):
            if self.words[0] in ("-a", "-and"):
                self.words.pop(0)
            left = _both(left, self.negation())
        return left

    def negation(self) -> Predicate:
        if self.words and self.words[0] in ("!", "-not"):
            self.words.pop(0)
            inner = self.negation()
            return lambda walk, item: not inner(walk, item)
        return self.primary()

    def missing_argument(self, name: str) -> UsageProblem:
        busybox = is_busybox(self.walk.system)
        return UsageProblem(f"{name} requires an argument" if busybox else f"missing argument to `{name}'", bare=True)

    def argument(self, name: str) -> str:
        if not self.words:
            raise self.missing_argument(name)
        return self.words.pop(0)

    def primary(self) -> Predicate:
        if not self.words:
            raise UsageProblem("expected an expression", bare=True)
        name = self.words.pop(0)
        if name == "(":
            inner = self.disjunction()
            if not self.words or self.words.pop(0) != ")":
                raise UsageProblem(
                    "invalid expression; I was expecting to find a ')' somewhere but did not see one.", bare=True
                )
            return inner
        if name in PLAIN:
            self.walk.acts = self.walk.acts or name in ("-print", "-print0", "-delete", "-quit", "-ls")
            self.walk.depth_first = self.walk.depth_first or name in ("-delete", "-depth", "-d")
            return PLAIN[name]
        if name in ("-exec", "-execdir"):
            return self.execution(name == "-execdir")
        if name in ("-maxdepth", "-mindepth"):
            number = int(self.argument(name))
            if name == "-maxdepth":
                self.walk.maximum_depth = number
            else:
                self.walk.minimum_depth = number
            return always
        maker = WITH_ARGUMENT.get(name)
        if maker is None:
            said = f"unrecognized: {name}" if is_busybox(self.walk.system) else f"unknown predicate `{name}'"
            raise UsageProblem(said, bare=not is_busybox(self.walk.system))
        if name == "-printf":
            self.walk.acts = True
        return maker(self.walk.system, self.argument(name))

    def execution(self, in_place: bool) -> Predicate:
        template: list[str] = []
        while self.words and self.words[0] != ";" and not (self.words[0] == "+" and template[-1:] == ["{}"]):
            template.append(self.words.pop(0))
        if not self.words:
            raise self.missing_argument("-exec")
        self.walk.acts = True
        parts = tuple(template)
        return self._gathering(parts) if self.words.pop(0) == "+" else self._running(parts, in_place)

    @staticmethod
    def _running(parts: tuple[str, ...], in_place: bool) -> Predicate:
        def act(walk: Walk, item: Found) -> bool:
            shown = f"./{item.path.rpartition('/')[2]}" if in_place else item.path
            directory = (item.path.rpartition("/")[0] or ".") if in_place else ""
            command = tuple(part.replace("{}", shown) for part in parts)
            return walk.once(lambda: run_and_wait(walk.system, walk.state, command, directory=directory) == 0)

        return act

    def _gathering(self, parts: tuple[str, ...]) -> Predicate:
        self.gathering += 1
        number = self.gathering

        def act(walk: Walk, item: Found) -> bool:
            def gather() -> bool:
                walk.state.setdefault("gathered", {}).setdefault(number, (parts, []))[1].append(item.path)
                return True

            return walk.once(gather)

        return act


def _either(left: Predicate, right: Predicate) -> Predicate:
    return lambda walk, item: left(walk, item) or right(walk, item)


def _both(left: Predicate, right: Predicate) -> Predicate:
    return lambda walk, item: left(walk, item) and right(walk, item)

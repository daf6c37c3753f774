"""The expressions of test and [ (POSIX test), for the shells and for the utility.

It must not know who asks: words come in, a truth value or a problem goes out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from fakedocker.base.patterns import lazy_pattern
from fakedocker.kernel.program import Stat, System

_INTEGER = lazy_pattern(r"\s*[-+]?\d+\s*")


class TestProblem(Exception):
    """kind is number, argument, operator, unary, parenthesis or extra; `word` is the culprit."""

    __test__ = False  # nothing for pytest to collect

    def __init__(self, kind: str, word: str) -> None:
        super().__init__(kind)
        self.kind = kind
        self.word = word


def integer(text: str) -> int:
    """Raises TestProblem for what is no decimal integer."""
    if not _INTEGER.fullmatch(text) or not text.isascii():
        raise TestProblem("number", text)
    return int(text)


def _stat(system: System, path: str, follow: bool = True) -> Stat | None:
    try:
        return system.stat(path, follow=follow)
    except OSError:
        return None


def _kind(kind: str) -> Callable[[System, str], bool]:
    def test(system: System, path: str) -> bool:
        found = _stat(system, path)
        return found is not None and found.kind == kind

    return test


def _mode(bit: int) -> Callable[[System, str], bool]:
    def test(system: System, path: str) -> bool:
        found = _stat(system, path)
        return found is not None and bool(found.mode & bit)

    return test


def _is_link(system: System, path: str) -> bool:
    found = _stat(system, path, follow=False)
    return found is not None and found.kind == "link"


def _is_terminal(system: System, text: str) -> bool:
    number = integer(text)
    return number in system.descriptors() and system.is_terminal(number)


def _has_size(system: System, path: str) -> bool:
    found = _stat(system, path)
    return found is not None and found.size_bytes > 0


def _owned(system: System, path: str) -> bool:
    found = _stat(system, path)
    return found is not None and found.uid == system.uid


def _group_owned(system: System, path: str) -> bool:
    found = _stat(system, path)
    return found is not None and found.gid == system.gid


UNARY: Final[dict[str, Callable[[System, str], bool]]] = {
    "-a": lambda system, path: _stat(system, path) is not None,
    "-b": _kind("block"),
    "-c": _kind("char"),
    "-d": _kind("dir"),
    "-e": lambda system, path: _stat(system, path) is not None,
    "-f": _kind("file"),
    "-g": _mode(0o2000),
    "-G": _group_owned,
    "-h": _is_link,
    "-k": _mode(0o1000),
    "-L": _is_link,
    "-n": lambda system, text: text != "",
    "-N": lambda system, path: _stat(system, path) is not None,
    "-O": _owned,
    "-p": _kind("fifo"),
    "-r": lambda system, path: _stat(system, path) is not None and system.access(path, read=True),
    "-s": _has_size,
    "-S": _kind("socket"),
    "-t": _is_terminal,
    "-u": _mode(0o4000),
    "-w": lambda system, path: _stat(system, path) is not None and system.access(path, write=True),
    "-x": lambda system, path: _stat(system, path) is not None and system.access(path, execute=True),
    "-z": lambda system, text: text == "",
}


def newer(system: System, left: str, right: str) -> bool:
    first, second = _stat(system, left), _stat(system, right)
    return first is not None and (second is None or first.mtime_ns > second.mtime_ns)


def _same_file(system: System, left: str, right: str) -> bool:
    first, second = _stat(system, left), _stat(system, right)
    return first is not None and second is not None and (first.device, first.inode) == (second.device, second.inode)


BINARY: Final[dict[str, Callable[[System, str, str], bool]]] = {
    "=": lambda system, left, right: left == right,
    "==": lambda system, left, right: left == right,
    "!=": lambda system, left, right: left != right,
    "<": lambda system, left, right: left < right,
    ">": lambda system, left, right: left > right,
    "-eq": lambda system, left, right: integer(left) == integer(right),
    "-ne": lambda system, left, right: integer(left) != integer(right),
    "-lt": lambda system, left, right: integer(left) < integer(right),
    "-le": lambda system, left, right: integer(left) <= integer(right),
    "-gt": lambda system, left, right: integer(left) > integer(right),
    "-ge": lambda system, left, right: integer(left) >= integer(right),
    "-nt": newer,
    "-ot": lambda system, left, right: newer(system, right, left),
    "-ef": _same_file,
}


class _Expression:
    """Recursive descent over the words; an operator between two words comes before anything else (POSIX test)."""

    def __init__(self, system: System, words: tuple[str, ...]) -> None:
        self.system = system
        self.words = words
        self.place = 0

    def left_over(self) -> int:
        return len(self.words) - self.place

    def disjunction(self) -> bool:
        value = self.conjunction()
        while self.left_over() and self.words[self.place] == "-o":
            self.place += 1
            value = self.conjunction() or value
        return value

    def conjunction(self) -> bool:
        value = self.negation()
        while self.left_over() and self.words[self.place] == "-a":
            self.place += 1
            value = self.negation() and value
        return value

    def negation(self) -> bool:
        if self.left_over() > 1 and self.words[self.place] == "!" and not self._binary_follows():
            self.place += 1
            return not self.negation()
        return self.primary()

    def _binary_follows(self) -> bool:
        return self.left_over() >= 3 and self.words[self.place + 1] in BINARY

    def primary(self) -> bool:
        if not self.left_over():
            raise TestProblem("argument", self.words[-1] if self.words else "")
        word = self.words[self.place]
        if self._binary_follows():
            left, name, right = self.words[self.place : self.place + 3]
            self.place += 3
            return BINARY[name](self.system, left, right)
        if word == "(" and self.left_over() > 1:
            self.place += 1
            value = self.disjunction()
            if not self.left_over() or self.words[self.place] != ")":
                raise TestProblem("parenthesis", ")")
            self.place += 1
            return value
        if word in UNARY and self.left_over() > 1 and (word != "-a" or self.place == 0):
            self.place += 2
            return UNARY[word](self.system, self.words[self.place - 1])
        if self.left_over() >= 2 and self.words[self.place + 1] in BINARY:
            raise TestProblem("argument", self.words[self.place + 1])
        self.place += 1
        return word != ""


def evaluate(system: System, words: tuple[str, ...]) -> bool:
    """The truth of test's arguments.

    Raises:
        TestProblem: the words are no expression.
    """
    if not words:
        return False
    if len(words) == 1:
        return words[0] != ""
    expression = _Expression(system, words)
    value = expression.disjunction()
    if expression.left_over():
        raise TestProblem("extra", words[expression.place])
    return value


def problem_message(problem: TestProblem, dialect: str, words: tuple[str, ...]) -> str:
    """What dash, ash or bash says about it."""
    if dialect == "bash":
        said = {
            "number": f"{problem.word}: integer expression expected",
            "argument": f"{problem.word}: unary operator expected" if len(words) == 2 else "argument expected",
            "parenthesis": "`)' expected",
        }
        return said.get(problem.kind) or (
            f"{problem.word}: binary operator expected" if len(words) == 3 else "too many arguments"
        )
    if dialect == "dash":
        return {
            "number": f"Illegal number: {problem.word}",
            "argument": f"{problem.word}: argument expected",
            "parenthesis": "closing paren expected",
        }.get(problem.kind, f"{words[0]}: unexpected operator")
    return {
        "number": f"{problem.word}: bad number",
        "argument": f"{problem.word}: argument expected",
        "parenthesis": "closing paren expected",
    }.get(problem.kind, f"{problem.word}: unknown operand")

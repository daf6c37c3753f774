"""Makefiles read into a database: assignments, rules, conditionals, includes. It must not know how a target is made."""

from __future__ import annotations

import re
from typing import Final

from fakedocker.base.regex import compile_pattern
from fakedocker.kernel.program import Unsimulated
from fakedocker.userland.make.expansion import Expander, closing_place, split_arguments
from fakedocker.userland.make.model import Database, MakeProblem, Rule, new_rule, stem_of, with_stem

_ASSIGNMENT: Final = compile_pattern(
    r"\s*((?:override\s+|export\s+|private\s+)*)(.*?)\s*(::=|:=|\?=|\+=|!=|=)[ \t]*(.*)", re.DOTALL
)
_CONDITIONAL: Final = re.compile(r"(ifeq|ifneq|ifdef|ifndef)\b\s*(.*)")
_SPECIFIC: Final = compile_pattern(
    r"\s*(?:private\s+|override\s+|export\s+)*([\w.-]+)\s*(::=|:=|\?=|\+=|=)[ \t]*(.*)", re.DOTALL
)
_SEPARATOR: Final = "missing separator"
_SPACES_FOR_TAB: Final = " (did you mean TAB instead of 8 spaces?)"
_INCLUDES: Final = 50
# Stronger origins are not overwritten by weaker ones.
_COMMAND_LINE: Final = ("command line", "environment override")


class Reader:
    """Reads makefiles into a database."""

    def __init__(self, database: Database, expander: Expander) -> None:
        self.database = database
        self.expander = expander
        self._targets: list[_Open] | None = None  # the rules that recipe lines now go to
        self._conditions: list[list[bool]] = []  # [whether this part counts, whether one has counted]
        self._define: list[str] | None = None  # [name, operator, lines...]
        self._depth = 0
        expander.evaluate = self.evaluate

    def read(self, name: str, text: str) -> None:
        """Read one makefile. Raises MakeProblem."""
        self._begin(name)
        self._lines(name, text)
        if self._conditions:
            raise MakeProblem("missing 'endif'", f"{name}:{text.count(chr(10)) + 1}")
        if self._define is not None:
            raise MakeProblem("missing 'endef', unterminated 'define'", f"{name}:{text.count(chr(10)) + 1}")
        self._targets = None

    def _begin(self, name: str) -> None:
        self.database["files"].append(name)
        self.database["variables"]["MAKEFILE_LIST"] = ["simple", " " + " ".join(self.database["files"]), "file"]

    def evaluate(self, text: str) -> None:
        """$(eval): the text as if it stood in the makefile."""
        before, where = self._targets, self.expander.where
        name, _, number = where.rpartition(":")
        self._lines(name, text, first=int(number or 1), fixed=True)
        self._targets, self.expander.where = before, where

    def _lines(self, name: str, text: str, first: int = 1, fixed: bool = False) -> None:
        raw = text.split("\n")
        place = 0
        while place < len(raw):
            number = first if fixed else first + place
            line = raw[place]
            place += 1
            while _is_continued(line) and place < len(raw):
                line += "\n" + raw[place]
                place += 1
            self.expander.where = f"{name}:{number}"
            self._line(name, number, line)

    def _line(self, name: str, number: int, line: str) -> None:
        if self._define is not None:
            self._defined(line)
            return
        if line.startswith("\t") and self._targets is not None:
            if self._counts():
                self._recipe_line(number, line)
            return
        plain = _without_comment(re.sub(r"[ \t]*\\\n[ \t]*", " ", line))
        words = plain.split(None, 1)
        if not words:
            return
        if self._conditional(plain.strip()) or not self._counts():
            return
        if line.startswith("\t") and not _is_assignment(plain):
            raise MakeProblem("recipe commences before first target", self.expander.where)
        self._statement(name, plain, words)

    def _counts(self) -> bool:
        return all(counts for counts, _ in self._conditions)

    def _recipe_line(self, number: int, line: str) -> None:
        text = line[1:].replace("\\\n\t", "\\\n")
        for rule in self._targets or ():
            if text.strip():
                rule.add(number, text, self.expander)

    # conditionals

    def _conditional(self, line: str) -> bool:
        """Whether the line is of a conditional; it is then taken into account."""
        word, _, rest = line.partition(" ")
        if word == "endif":
            if not self._conditions:
                raise MakeProblem("extraneous 'endif'", self.expander.where)
            self._conditions.pop()
            return True
        if word == "else":
            if not self._conditions:
                raise MakeProblem("extraneous 'else'", self.expander.where)
            state = self._conditions.pop()
            outer = self._counts()
            counts = outer and not state[1] and (not rest.strip() or self._holds(rest.strip()))
            self._conditions.append([counts, state[1] or counts])
            return True
        if not _CONDITIONAL.match(line):
            return False
        holds = self._counts() and self._holds(line)
        self._conditions.append([holds, holds])
        return True

    def _holds(self, line: str) -> bool:
        match = _CONDITIONAL.match(line)
        if match is None:
            raise MakeProblem("invalid syntax in conditional", self.expander.where)
        kind, rest = match[1], match[2].strip()
        if kind in ("ifdef", "ifndef"):
            found = self.expander.variable(self.expander.expand(rest))
            return (found is not None and found[1] != "") is (kind == "ifdef")
        if rest.startswith("("):
            end = closing_place(rest, 0)
            parts = split_arguments(rest[1:end], 2) if end > 0 else []
        else:
            parts = [part[1:-1] for part in re.findall(r"\"[^\"]*\"|'[^']*'", rest)]
        if len(parts) != 2:
            raise MakeProblem("invalid syntax in conditional", self.expander.where)
        left, right = (self.expander.expand(part).strip() for part in parts)
        return (left == right) is (kind == "ifeq")

    # statements

    def _statement(self, name: str, line: str, words: list[str]) -> None:
        keyword = words[0]
        rest = words[1].strip() if len(words) > 1 else ""
        if keyword in ("include", "-include", "sinclude"):
            self._include(name, self.expander.expand(rest), keyword == "include")
        elif keyword == "define":
            head = re.sub(r"\s*(::=|:=|\?=|\+=|=)$", "", rest)
            self._define = [self.expander.expand(head).strip(), rest[len(head) :].strip() or "="]
        elif keyword == "undefine":
            self.database["variables"].pop(self.expander.expand(rest), None)
        elif keyword in ("export", "unexport") and not _is_assignment(line):
            self._export(keyword == "export", rest)
        elif keyword == "vpath":
            raise Unsimulated("vpath", 2)
        elif _is_assignment(line):
            self._targets = None
            match = _ASSIGNMENT.fullmatch(line)
            assert match is not None
            variable = self.expander.expand(match[2]).strip()
            if not variable:
                raise MakeProblem("empty variable name", self.expander.where)
            self.assign(variable, match[3], match[4], "override" if "override" in match[1] else "file")
            if "export" in match[1]:
                self.database["exports"][variable] = True
        else:
            self._rule(name, line)

    def _include(self, name: str, files: str, needed: bool) -> None:
        where = self.expander.where
        self._targets = None
        for pattern in files.split():
            for file in self.expander.glob(pattern) or [pattern]:
                try:
                    text = self.expander.system.read_file(file).decode("utf-8", "surrogateescape")
                except OSError as problem:
                    if needed:
                        self.expander.say(f"{where}: {file}: {problem.strerror}\n", 2)
                        self.database["missing"].append(file)
                    continue
                self._depth += 1
                if self._depth > _INCLUDES:
                    raise Unsimulated("so deep an include", 2)
                self._begin(file)
                self._lines(file, text)
                self._depth -= 1
        self.expander.where = where

    def _export(self, exported: bool, rest: str) -> None:
        names = self.expander.expand(rest).split()
        if not names:
            self.database["export_all"] = exported
        for variable in names:
            self.database["exports"][variable] = exported

    def _defined(self, line: str) -> None:
        assert self._define is not None
        if line.split(None, 1)[:1] == ["endef"]:
            name, operator, *lines = self._define
            self._define = None
            if self._counts():
                self.assign(name, operator, "\n".join(lines), "file")
            return
        self._define.append(line)

    def assign(self, name: str, operator: str, value: str, origin: str) -> None:
        """Give a variable its value, unless a stronger one stands."""
        variables = self.database["variables"]
        before = variables.get(name)
        if before is not None and before[2] in _COMMAND_LINE and origin == "file":
            return
        variables[name] = assigned(self.expander, before, operator, value, origin)

    # rules

    def _rule(self, name: str, line: str) -> None:
        colon = _top_level_place(line, ":")
        if colon < 0:
            self._no_rule(line)
            return
        if line[colon : colon + 2] == "::":
            raise Unsimulated("a double-colon rule", 2)
        targets = self.expander.expand(line[:colon]).split()
        rest = line[colon + 1 :]
        match = _SPECIFIC.fullmatch(rest)
        if match is not None and ";" not in rest.partition("=")[0]:
            for target in targets:
                self.database["specific"].setdefault(target, []).append([match[1], match[2], match[3]])
            self._targets = []
            return
        head, semicolon, first = rest.partition(";")
        second = _top_level_place(head, ":")
        pattern = self.expander.expand(head[:second]).strip() if second >= 0 else ""
        prerequisites = self.expander.expand(head[second + 1 :] if second >= 0 else head)
        self._targets = self._entered(name, targets, pattern, prerequisites)
        if semicolon and first.strip():
            self._recipe_line(int(self.expander.where.rpartition(":")[2]), "\t" + first.lstrip())

    def _no_rule(self, line: str) -> None:
        """A line that is neither: what it expands to may be nothing, or a rule."""
        text = self.expander.expand(line)
        if not text.strip():
            return
        if text != line and (":" in text or "=" in text):
            self.evaluate(text)
            return
        raise MakeProblem(_SEPARATOR + (_SPACES_FOR_TAB if line.startswith(" " * 8) else ""), self.expander.where)

    def _entered(self, name: str, targets: list[str], pattern: str, prerequisites: str) -> list[_Open]:
        normal, _, order = prerequisites.partition("|")
        needs = [found for word in normal.split() for found in (self.expander.glob(word) or [word])]
        rules = []
        if not pattern and any("%" in target for target in targets):
            rule = new_rule(needs, order.split(), name)
            rule["targets"] = targets
            rule["recipe"] = []
            self.database["patterns"].append(rule)
            return [_Open(rule, targets[0])]
        for target in (found for word in targets for found in (self.expander.glob(word) or [word])):
            own, own_order, stem = needs, order.split(), ""
            if pattern:
                fitting = stem_of(pattern, target)
                if fitting is None:
                    self.expander.say(f"{self.expander.where}: target '{target}' doesn't match the target pattern\n", 2)
                    continue
                stem = fitting
                own, own_order = ([with_stem(word, stem) for word in part] for part in (own, own_order))
            rules.append(self._joined(name, target, own, own_order, stem))
        return rules

    def _joined(self, name: str, target: str, needs: list[str], order: list[str], stem: str) -> _Open:
        """The rule of a target with what this line adds; a later recipe replaces an earlier one."""
        if target.startswith(".") and "/" not in target:
            self.database["special"].setdefault(target, [])
            self.database["special"][target] += needs
        elif not self.database["goal"]:
            self.database["goal"] = target
        known: Rule | None = self.database["rules"].get(target)
        if known is None:
            known = self.database["rules"][target] = new_rule([], [], name)
        known["prerequisites"] += needs
        known["order_only"] += order
        known["stem"] = stem or known["stem"]
        return _Open(known, target)


class _Open:
    """A rule that recipe lines are given to; the first of them replaces an earlier recipe, with make's warning."""

    def __init__(self, rule: Rule, target: str) -> None:
        self._rule, self._target, self._is_new = rule, target, True

    def add(self, number: int, text: str, expander: Expander) -> None:
        before, name = self._rule["recipe"], self._rule["file"]
        if self._is_new and before:
            expander.say(f"{name}:{number}: warning: overriding recipe for target '{self._target}'\n", 2)
            expander.say(f"{name}:{before[0][0]}: warning: ignoring old recipe for target '{self._target}'\n", 2)
        self._rule["recipe"] = [*(() if self._is_new else before or ()), [number, text]]
        self._is_new = False


def assigned(expander: Expander, before: list[str] | None, operator: str, value: str, origin: str) -> list[str]:
    """What a variable is after an assignment: [flavor, value, origin]."""
    if operator == "?=":
        return before if before is not None else ["recursive", value, origin]
    if operator == "+=" and before is not None:
        added = expander.expand(value) if before[0] == "simple" else value
        return [before[0], f"{before[1]} {added}" if before[1] else added, origin]
    if operator in (":=", "::="):
        return ["simple", expander.expand(value), origin]
    if operator == "!=":
        return ["simple", expander.shell([expander.expand(value)]), origin]
    return ["recursive", value, origin]


def _is_continued(line: str) -> bool:
    return (len(line) - len(line.rstrip("\\"))) % 2 == 1


def _without_comment(line: str) -> str:
    place = line.find("#")
    while place > 0 and line[place - 1] == "\\":
        line = line[: place - 1] + line[place:]
        place = line.find("#", place)
    return line if place < 0 else line[:place]


def _top_level_place(line: str, letters: str) -> int:
    """The first of some letters outside of references."""
    depth = 0
    for place, letter in enumerate(line):
        depth += (letter in "({") - (letter in ")}")
        if letter in letters and depth <= 0:
            return place
    return -1


def _is_assignment(line: str) -> bool:
    """Whether an = comes before any colon that is not part of it."""
    place = _top_level_place(line, ":=")
    if place < 0:
        return False
    return line[place] == "=" or line[place : place + 2] == ":=" or line[place : place + 3] == "::="

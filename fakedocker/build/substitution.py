"""Variables in a Dockerfile: $NAME, ${NAME} and its modifiers, quotes and escapes.

Source: the Dockerfile reference, "Environment replacement"; buildkit frontend/dockerfile/shell. A word that is expanded
loses its quotes, so this is also what takes them away from words without variables.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from fakedocker.base.regex import Pattern, compile_pattern
from fakedocker.build.lines import BadDockerfile
from fakedocker.build.words import go_quoted

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*|[0-9]+|[@*#?\-$!]")
_REFERENCE = re.compile(r"\$(?:\{([A-Za-z_][A-Za-z0-9_]*)[^}]*\}|([A-Za-z_][A-Za-z0-9_]*))")
_END = ""
EXPANDED_LIMIT = 1 << 20
"""How long a word may become; the kernel takes no argument of more than 128 KiB (MAX_ARG_STRLEN)."""


def expand(word: str, variables: Mapping[str, str], escape: str = "\\") -> str:
    """A word with its variables replaced and its quotes taken away.

    Raises:
        BadDockerfile: a quote or brace without its end, a modifier that is none, or a variable that must be set.
    """
    return _expanded(word, variables, escape)[0]


def expand_words(word: str, variables: Mapping[str, str], escape: str = "\\") -> list[str]:
    """The same, split at the spaces that came out of unquoted variables: only EXPOSE has that."""
    return _expanded(word, variables, escape)[1]


def expand_shown(text: str, variables: Mapping[str, str], escape: str = "\\") -> str:
    """An instruction as progress shows it: variables that are set replaced, quotes and everything else as written.

    Source: buildkit frontend/dockerfile/dockerfile2llb (processCmdEnv).
    """
    parts: list[str] = []
    index = 0
    double = False
    while index < len(text):
        character = text[index]
        end = index + 1
        if character == escape:
            end = index + 2
        elif character == "'" and not double:
            end = text.find("'", index + 1) + 1
            if not end:
                return text
        elif character == '"':
            double = not double
        elif character == "$" and (match := _REFERENCE.match(text, index)) is not None:
            end = match.end()
            if (match[1] or match[2]) in variables:
                try:
                    parts.append(expand(match[0], variables, escape))
                except BadDockerfile:
                    return text
                index = end
                continue
        parts.append(text[index:end])
        index = end
    return "".join(parts)


def _expanded(word: str, variables: Mapping[str, str], escape: str) -> tuple[str, list[str]]:
    try:
        return _Expansion(word, variables, escape).until(_END)
    except BadDockerfile as problem:
        raise BadDockerfile(f"failed to process {go_quoted(word)}: {problem}") from None


class _Expansion:
    """A word being read from left to right."""

    def __init__(self, text: str, variables: Mapping[str, str], escape: str) -> None:
        self._text = text
        self._variables = variables
        self._escape = escape
        self._index = 0
        self._left = EXPANDED_LIMIT

    def _peek(self) -> str:
        return self._text[self._index : self._index + 1]

    def _next(self) -> str:
        character = self._peek()
        self._index += 1
        return character

    def until(self, stop: str, raw: bool = False) -> tuple[str, list[str]]:
        """Everything up to a character, "" for the end.

        Args:
            raw: keep escapes, for patterns.

        Raises:
            BadDockerfile: the character does not come.
        """
        whole: list[str] = []
        fields = _Fields()
        while (character := self._peek()) and character != stop:
            if character == "'":
                piece = self._single_quoted()
                fields.add(piece)
            elif character == '"':
                piece = self._double_quoted()
                fields.add(piece)
            elif character == "$":
                piece = self._dollar()
                fields.split(piece)
            else:
                piece = self._next()
                if piece == self._escape:
                    if not self._peek():
                        break
                    piece = (piece if raw else "") + self._next()
                    fields.add(piece)
                elif piece.isspace():
                    fields.end()
                else:
                    fields.add(piece)
            whole.append(piece)
            self._left -= len(piece)
            if self._left < 0:
                raise BadDockerfile(f"fakedocker: a word of more than {EXPANDED_LIMIT} characters is not simulated")
        if stop:
            if not self._peek():
                raise BadDockerfile(f"unexpected end of statement while looking for matching {stop}")
            self._next()
        return "".join(whole), fields.finish()

    def _single_quoted(self) -> str:
        end = self._text.find("'", self._index + 1)
        if end < 0:
            raise BadDockerfile("unexpected end of statement while looking for matching single-quote")
        found = self._text[self._index + 1 : end]
        self._index = end + 1
        return found

    def _double_quoted(self) -> str:
        self._next()
        found: list[str] = []
        while (character := self._peek()) != '"':
            if not character:
                raise BadDockerfile("unexpected end of statement while looking for matching double-quote")
            if character == "$":
                found.append(self._dollar())
                continue
            self._next()
            if character == self._escape and self._peek() in ('"', "$", self._escape):
                character = self._next()
            found.append(character)
        self._next()
        return "".join(found)

    def _dollar(self) -> str:
        self._next()
        if self._peek() != "{":
            name = self._name()
            return self._variables.get(name, "") if name else "$"
        self._next()
        if not self._peek():
            raise BadDockerfile("syntax error: missing '}'")
        name = self._name()
        if not name:
            raise BadDockerfile("bad substitution")
        return self._modified(name)

    def _name(self) -> str:
        match = _NAME.match(self._text, self._index)
        if match is None:
            return ""
        self._index = match.end()
        return match[0]

    def _modified(self, name: str) -> str:
        """What ${NAME...} gives, from after the name."""
        value = self._variables.get(name)
        modifier = self._next()
        if modifier == "}":
            return value or ""
        empty_counts = modifier == ":"
        if empty_counts:
            modifier = self._next()
        shown = (":" if empty_counts else "") + modifier
        if modifier == "/" and not empty_counts:
            return self._replaced(value or "")
        if modifier not in ("+", "-", "?") and (empty_counts or modifier not in ("#", "%")):
            problem = f"unsupported modifier ({shown}) in substitution" if modifier else "syntax error: missing '}'"
            raise BadDockerfile(problem)
        word = self._word("}", raw=modifier in ("#", "%"))
        absent = value is None or (empty_counts and not value)
        if modifier == "-":
            return word if absent else value or ""
        if modifier == "+":
            return "" if absent else word
        if modifier == "?":
            if absent:
                what = "is not allowed to be unset" if value is None else "is not allowed to be empty"
                raise BadDockerfile(f"{name}: {word or what}")
            return value or ""
        return _trimmed(value or "", word, modifier)

    def _word(self, stop: str, raw: bool) -> str:
        try:
            return self.until(stop, raw)[0]
        except BadDockerfile:
            if not self._peek():
                raise BadDockerfile("syntax error: missing '}'") from None
            raise

    def _replaced(self, value: str) -> str:
        """${NAME/PATTERN/TEXT}, with // for every occurrence."""
        everywhere = self._peek() == "/"
        if everywhere:
            self._next()
        pattern = self._word("/", raw=True)
        text = self._word("}", raw=False)
        return _pattern(pattern).sub(lambda _: text, value, count=0 if everywhere else 1)


class _Fields:
    """The words of an expansion, for those who want more than one."""

    def __init__(self) -> None:
        self._done: list[str] = []
        self._current = ""
        self._begun = False

    def add(self, text: str) -> None:
        self._current += text
        self._begun = True

    def end(self) -> None:
        if self._begun:
            self._done.append(self._current)
        self._current, self._begun = "", False

    def split(self, text: str) -> None:
        """Add the value of a variable, whose spaces separate words."""
        for position, part in enumerate(re.split(r"\s+", text)):
            if position:
                self.end()
            if part:
                self.add(part)

    def finish(self) -> list[str]:
        self.end()
        return self._done


def _trimmed(value: str, word: str, modifier: str) -> str:
    """${NAME#PATTERN} and its kin: without the shortest, or doubled the longest, match at one end."""
    greedy = word.startswith(modifier)
    expression = _pattern(word[1:] if greedy else word)
    rest = expression.without(value, end=modifier == "%", greedy=greedy)
    return value if rest is None else rest


def _pattern(pattern: str) -> Pattern:
    """A regular expression of a pattern with * and ?."""
    parts = []
    index = 0
    while index < len(pattern):
        character = pattern[index]
        if character == "*":
            parts.append(".*")
        elif character == "?":
            parts.append(".")
        else:
            if character == "\\" and index + 1 < len(pattern):
                index += 1
                character = pattern[index]
            parts.append(re.escape(character))
        index += 1
    return compile_pattern("".join(parts), int(re.DOTALL), longest=True)

"""The grammar of commands: compound commands, POSIX's (2.10) and bash's, on top of the simple ones.

`parse` gives the tree of a whole source; `parse_command` the next complete command, as a shell reads them one by one.
Input that ends too early raises `Incomplete`, so that a terminal can ask for another line. It must not know what
commands mean.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from fakedocker.base.patterns import lazy_pattern
from fakedocker.userland.sh import nodes
from fakedocker.userland.sh.command_parser import CommandParser
from fakedocker.userland.sh.dialect import BASH, Dialect, SyntaxProblem
from fakedocker.userland.sh.lexer import Lexeme
from fakedocker.userland.sh.nodes import Command, Literal, Part, Parts, Token, Word
from fakedocker.userland.sh.part_reader import merge

_NAME = lazy_pattern(r"[A-Za-z_][A-Za-z0-9_]*")
_TEST_UNARY: Final = frozenset(f"-{letter}" for letter in "abcdefghknoprstuvwxzGLNOSR")
_TEST_BINARY: Final = frozenset(
    {"=", "==", "!=", "=~", "<", ">", "-eq", "-ne", "-lt", "-le", "-gt", "-ge", "-nt", "-ot", "-ef"}
)


class Parser(CommandParser):
    """One source being parsed; see `CommandParser` for the arguments."""

    def compound(self, word: str) -> Command:
        return _COMPOUND[word](self)

    def _if(self) -> Command:
        self._note("keyword", self.take())
        condition = self.sequence(frozenset({"then"}), "then")
        self.keyword("then")
        body = self.sequence(frozenset({"elif", "else", "fi"}), "fi")
        otherwise: Command | None = None
        if self.next_is("elif"):
            return nodes.If(condition, body, self._if())
        if self.next_is("else"):
            self.keyword("else")
            otherwise = self.sequence(frozenset({"fi"}), "fi")
        self.keyword("fi")
        return nodes.If(condition, body, otherwise)

    def _while(self) -> Command:
        lexeme = self.take()
        self._note("keyword", lexeme)
        until = self.source[lexeme.start : lexeme.end] == "until"
        condition = self.sequence(frozenset({"do"}), "do")
        return nodes.While(condition, self._do_group(), until)

    def _do_group(self) -> Command:
        self.keyword("do")
        body = self.sequence(frozenset({"done"}), "done")
        self.keyword("done")
        return body

    def _for(self) -> Command:
        self._note("keyword", self.take())
        lexeme = self.peek()
        if self.has("arithmetic-command") and self.source.startswith("((", lexeme.start):
            return self._arithmetic_for(lexeme)
        self.take()
        name = lexeme.word.literal if lexeme.word is not None else None
        if lexeme.kind == "end":
            self.error(lexeme)
        if name is None or not _NAME.fullmatch(name):
            bash = f"`{self.source[lexeme.start : lexeme.end]}': not a valid identifier"
            said = bash if self.dialect.name == "bash" else "bad for loop variable"
            raise SyntaxProblem(said, lexeme.start, kind="sentence")
        self.skip_newlines()
        words: tuple[Word, ...] | None = None
        following = self.peek()
        if following.word is not None and following.word.literal == "in":
            self._note("keyword", self.take())
            words = self._for_words()
        elif self.next_is(";"):
            self.take()
        self.skip_newlines()
        return nodes.For(name, words, self._do_group(), lexeme.start)

    def _for_words(self) -> tuple[Word, ...]:
        words: list[Word] = []
        while True:
            lexeme = self.peek()
            if lexeme.word is None:
                break
            self._note("word", self.take())
            words.append(lexeme.word)
        if lexeme.kind != "newline" and not self.next_is(";"):
            self.error(lexeme, "do")
        self.take()
        return tuple(words)

    def _arithmetic_for(self, lexeme: Lexeme) -> Command:
        text = self._double_parenthesis(lexeme.start)
        expressions = text.split(";") if text is not None else []
        if len(expressions) != 3:
            raise SyntaxProblem("((", lexeme.start)
        initial, condition, step = (self.parts_of(part) for part in expressions)
        self.skip_newlines()
        if self.next_is(";"):
            self.take()
            self.skip_newlines()
        body = self._brace() if self.next_is("{") else self._do_group()
        return nodes.ArithmeticFor(initial, condition, step, body)

    def _double_parenthesis(self, start: int) -> str | None:
        """The inside of (( ... )) that begins at `start`; None, and nothing read, where it is two subshells."""
        self._ahead = None
        found = self._arithmetic(start + 2)
        if found is None:
            self.position = start
            return None
        return self.source[start + 2 : self.position - 2]

    def _case(self) -> Command:
        self._note("keyword", self.take())
        lexeme = self.take()
        if lexeme.word is None:
            self.error(lexeme)
        self.skip_newlines()
        following = self.peek()
        if following.word is None or following.word.literal != "in":
            self.error(following, "in")
        self._note("keyword", self.take())
        self.skip_newlines()
        items: list[nodes.CaseItem] = []
        while not self.next_is("esac"):
            items.append(self._case_item())
        self.keyword("esac")
        return nodes.Case(lexeme.word, tuple(items), lexeme.start)

    def _case_item(self) -> nodes.CaseItem:
        if self.next_is("("):
            self.take()
        patterns: list[Word] = []
        while True:
            lexeme = self.take()
            if lexeme.word is None:
                self.error(lexeme, "esac" if lexeme.kind == "end" else ")")
            patterns.append(lexeme.word)
            separator = self.take()
            if separator.text == ")":
                break
            if separator.text != "|":
                self.error(separator, ")")
        terminators = frozenset({";;", ";&", ";;&", "esac"})
        body = self.sequence(terminators, ";;", may_be_empty=True)
        terminator = self.reserved(self.peek())
        if terminator != "esac":
            self.take()
            self.skip_newlines()
        return nodes.CaseItem(tuple(patterns), body, ";;" if terminator == "esac" else terminator)

    def _brace(self) -> Command:
        self._note("keyword", self.take())
        body = self.sequence(frozenset({"}"}), "}")
        self.keyword("}")
        return nodes.Group(body)

    def _parenthesis(self) -> Command:
        lexeme = self.peek()
        if self.has("arithmetic-command") and self.source.startswith("((", lexeme.start):
            text = self._double_parenthesis(lexeme.start)
            if text is not None:
                self.tokens.append(Token("keyword", lexeme.start, self.position))
                return nodes.ArithmeticCommand(self.parts_of(text))
        self.take()
        body = self.sequence(frozenset({")"}), ")")
        self.take()
        return nodes.Subshell(body)

    def _function(self) -> Command:
        start = self.peek().start
        self._note("keyword", self.take())
        lexeme = self.take()
        name = lexeme.word.literal if lexeme.word is not None else None
        if name is None:
            self.error(lexeme)
        if self.next_is("("):
            self.take()
            if not self.next_is(")"):
                self.error(self.peek())
            self.take()
        self.skip_newlines()
        return self._function_body(name, start)

    # [[ ]]

    def _conditional(self) -> Command:
        self._note("keyword", self.take())
        expression = self._test_or()
        closing = self.take()
        if closing.word is None or closing.word.literal != "]]":
            self.error(closing, "]]" if self.dialect.name != "bash" else "")
        self._note("keyword", closing)
        return nodes.Conditional(expression)

    def _test_or(self) -> Command:
        left = self._test_and()
        while self.next_is("||"):
            self.take()
            left = nodes.AndOr("||", left, self._test_and())
        return left

    def _test_and(self) -> Command:
        left = self._test_primary()
        while self.next_is("&&"):
            self.take()
            left = nodes.AndOr("&&", left, self._test_primary())
        return left

    def _test_primary(self) -> Command:
        self.skip_newlines()
        if self.next_is("!"):
            self.take()
            return nodes.Not(self._test_primary())
        if self.next_is("("):
            self.take()
            inner = self._test_or()
            if not self.next_is(")"):
                self.error(self.peek())
            self.take()
            return inner
        first = self.take()
        if first.word is None:
            self.error(first)
        literal = first.word.literal
        following = self.peek()
        ends = following.word is not None and following.word.literal == "]]"
        if literal in _TEST_UNARY and following.word is not None and not ends:
            self.take()
            return nodes.Test(literal, (following.word.parts,))
        return self._test_after(first.word)

    def _test_after(self, left: Word) -> Command:
        lexeme = self.peek()
        operator = (lexeme.word.literal if lexeme.word is not None else lexeme.text) or ""
        if operator not in _TEST_BINARY:
            return nodes.Test("", (left.parts,))
        self.take()
        if operator == "=~":
            return nodes.Test(operator, (left.parts, self._regular_expression()))
        right = self.take()
        if right.word is None:
            self.error(right)
        return nodes.Test(operator, (left.parts, right.word.parts))

    def _regular_expression(self) -> Parts:
        """The right side of =~: up to a blank outside parentheses; only quotes and $ are special."""
        while self.source[self.position : self.position + 1] in (" ", "\t"):
            self.position += 1
        parts: list[Part] = []
        depth = 0
        while self.position < len(self.source):
            character = self.source[self.position]
            if (character.isspace() and depth <= 0) or (character == ")" and depth == 0):
                break
            if character in "()|&;<>[]{}^" or character.isspace():
                depth += {"(": 1, ")": -1}.get(character, 0)
                parts.append(Literal(character))
                self.position += 1
                continue
            part = self._word_part([])
            if part is None:
                break
            parts.append(part)
        return merge(parts)


_COMPOUND: Final[dict[str, Callable[[Parser], Command]]] = {
    "if": Parser._if,
    "while": Parser._while,
    "until": Parser._while,
    "for": Parser._for,
    "case": Parser._case,
    "{": Parser._brace,
    "(": Parser._parenthesis,
    "function": Parser._function,
    "[[": Parser._conditional,
}


def parse_command(
    source: str, position: int, dialect: Dialect, final: bool, aliases: Mapping[str, str] | None = None
) -> tuple[Command | None, int]:
    """The complete command at `position`, and where the next begins; (None, end) when there is none.

    Raises:
        Incomplete: the source ends inside the command (here-documents excepted where `final`).
        SyntaxProblem: it can not be a command.
    """
    parser = Parser(source, position, dialect, final, aliases)
    command = parser.complete_command()
    return command, parser.position - parser.inserted


def parse(source: str, dialect: Dialect = BASH, *, final: bool = False) -> nodes.Script:
    """The tree and the tokens of a whole source. Time is linear in its length; raises as `parse_command`."""
    parser = Parser(source, 0, dialect, final)
    commands: list[Command] = []
    while (command := parser.complete_command()) is not None:
        commands.append(command)
    return nodes.Script(tuple(commands), tuple(parser.tokens))

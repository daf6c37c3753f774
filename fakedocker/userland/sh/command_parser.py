"""The grammar of lists, pipelines, simple commands and redirections (POSIX 2.10), and of aliases.

Compound commands are added by `Parser`, which extends this class. It must not know what commands mean.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NoReturn

from fakedocker.base.patterns import lazy_pattern
from fakedocker.userland.sh import nodes
from fakedocker.userland.sh.dialect import BASH, Dialect, Incomplete, SyntaxProblem
from fakedocker.userland.sh.lexer import Lexeme, Lexer, PendingHere, assignment_of
from fakedocker.userland.sh.nodes import Command, Literal, Parts, Redirection, Sequence, Token, Word

_NAME = lazy_pattern(r"[A-Za-z_][A-Za-z0-9_]*")
_REDIRECTIONS: Final = frozenset({"<", ">", ">>", "<<", "<<-", "<&", ">&", "<>", ">|", "<<<", "&>", "&>>"})
_RESERVED: Final = frozenset(
    {"if", "then", "else", "elif", "fi", "do", "done", "case", "esac", "while", "until", "for", "{", "}", "!"}
)
_EXTENDED_RESERVED: Final = {"function": "function-keyword", "[[": "conditional", "time": "time-keyword"}
COMPOUND: Final = frozenset({"if", "while", "until", "for", "case", "{", "(", "function", "[["})
_CLOSING: Final = frozenset({"then", "else", "elif", "fi", "do", "done", "esac", "}"})
_DECLARATIONS: Final = frozenset({"declare", "typeset", "local", "export", "readonly"})


class CommandParser(Lexer):
    """One source being parsed; see `Lexer` for the arguments.

    Args:
        aliases: replaced where they stand as a command's name.
    """

    def __init__(
        self,
        source: str,
        position: int = 0,
        dialect: Dialect = BASH,
        final: bool = False,
        aliases: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(source, position, dialect, final)
        self.aliases = aliases or {}
        self.expand_next = False  # an alias that ended in a blank stood before (POSIX 2.3.1)
        self.inserted = 0  # characters that aliases added before `position`

    # what is being looked at

    def error(self, lexeme: Lexeme, expected: str = "") -> NoReturn:
        if lexeme.kind == "end":
            raise Incomplete("end of file", lexeme.start, expected)
        text = self.source[lexeme.start : lexeme.end]
        if lexeme.kind == "newline":
            raise SyntaxProblem("newline", lexeme.start, expected)
        if lexeme.kind == "operator":
            name = "redirection" if text in _REDIRECTIONS else text
        elif self.reserved(lexeme):
            name = text
        else:
            name = "word"
        raise SyntaxProblem(name, lexeme.start, expected, text=text)

    def reserved(self, lexeme: Lexeme) -> str:
        """The reserved word or the operator that this is, else ""."""
        if lexeme.kind == "operator":
            return lexeme.text
        text = lexeme.word.literal if lexeme.word is not None else None
        if text is None:
            return ""
        if text in _RESERVED or (text in _EXTENDED_RESERVED and self.has(_EXTENDED_RESERVED[text])):
            return text
        return ""

    def next_is(self, *words: str) -> bool:
        return self.reserved(self.peek()) in words

    def keyword(self, word: str) -> None:
        """Take that reserved word, or complain that it was expected."""
        lexeme = self.peek()
        if self.reserved(lexeme) != word:
            self.error(lexeme, word)
        self._note("keyword", self.take())

    def _note(self, kind: str, lexeme: Lexeme) -> None:
        self.tokens.append(Token(kind, lexeme.start, lexeme.end))

    def skip_newlines(self) -> None:
        while self.peek().kind == "newline":
            self.take()

    # lists

    def complete_command(self) -> Command | None:
        """Commands up to the end of a line, None at the end of the source."""
        self.skip_newlines()
        if self.peek().kind == "end":
            return None
        commands: list[Command] = []
        while True:
            command, separated = self._list_element()
            commands.append(command)
            lexeme = self.peek()
            if lexeme.kind in ("newline", "end"):
                if lexeme.kind == "newline":
                    self.take()
                elif self.pending_heres:
                    self._here_at_end()
                return commands[0] if len(commands) == 1 else Sequence(tuple(commands))
            if not separated:
                self.error(lexeme)

    def _here_at_end(self) -> None:
        if not self.final:
            raise Incomplete("here-document", self.position)
        self._read_here_documents()

    def _list_element(self) -> tuple[Command, bool]:
        """A command, and whether `;` or `&` ended it."""
        start = self.peek().start
        command = self.and_or()
        if not self.next_is("&", ";"):
            return command, False
        separator = self.take()
        self._note("operator", separator)
        if separator.text == "&":
            return nodes.Background(command, " ".join(self.source[start : separator.start].split())), True
        return command, True

    def sequence(self, stops: frozenset[str], expected: str = "", may_be_empty: bool = False) -> Command:
        """Commands up to one of the reserved words `stops`, which is left."""
        commands: list[Command] = []
        while True:
            self.skip_newlines()
            lexeme = self.peek()
            if lexeme.kind == "end" or self.reserved(lexeme) in stops:
                break
            if commands and self.reserved(lexeme) in _CLOSING:
                self.error(lexeme, expected)
            command, separated = self._list_element()
            commands.append(command)
            following = self.peek()
            if not separated and following.kind not in ("newline", "end") and self.reserved(following) not in stops:
                self.error(following, expected)
        if lexeme.kind == "end":
            self.error(lexeme, expected)
        if not commands and not may_be_empty:
            self.error(lexeme)
        return Sequence(tuple(commands))

    def nested_commands(self, opening: str) -> Command:
        saved = self._ahead, self.pending_heres
        self._ahead, self.pending_heres = None, []
        self.depth += 1
        self._check_depth()
        try:
            body = self.sequence(frozenset({")"}), ")", may_be_empty=True)
        except Incomplete as problem:
            if problem.kind == "token" and problem.expected == ")":
                raise Incomplete(opening, problem.offset, kind="quote" if self.dialect is BASH else "token") from None
            raise
        self.take()
        self.depth -= 1
        self._ahead, self.pending_heres = saved
        return body

    def separate_commands(self, source: str) -> Command:
        inner = type(self)(source, 0, self.dialect, True, self.aliases)
        inner.depth = self.depth + 1
        inner._check_depth()
        return inner.everything()

    def everything(self) -> Command:
        commands: list[Command] = []
        while (command := self.complete_command()) is not None:
            commands.append(command)
        return Sequence(tuple(commands))

    def and_or(self) -> Command:
        left = self.pipeline()
        while self.next_is("&&", "||"):
            operator = self.take()
            self._note("operator", operator)
            self.skip_newlines()
            left = nodes.AndOr(operator.text, left, self.pipeline())
        return left

    def pipeline(self) -> Command:
        timed = portable = negated = False
        while self.next_is("!", "time"):
            if self.reserved(self.peek()) == "!":
                negated = not negated
            else:
                timed = True
            self._note("keyword", self.take())
            word = self.peek().word
            if timed and word is not None and word.literal == "-p":
                portable = True
                self.take()
            if timed and self.peek().kind in ("newline", "end"):
                return nodes.Timed(Sequence(()), portable)
        commands = [self.command()]
        while self.next_is("|", "|&"):
            operator = self.take()
            self._note("operator", operator)
            if operator.text == "|&":
                both = Redirection(">&", 2, (Literal("1"),))
                commands[-1] = nodes.Redirected(commands[-1], (both,))
            self.skip_newlines()
            commands.append(self.command())
        result: Command = commands[0] if len(commands) == 1 else nodes.Pipeline(tuple(commands))
        if negated:
            result = nodes.Not(result)
        return nodes.Timed(result, portable) if timed else result

    # commands

    def command(self) -> Command:
        self._expand_alias()
        lexeme = self.peek()
        word = self.reserved(lexeme)
        if word in COMPOUND:
            self.depth += 1
            self._check_depth()
            command = self.compound(word)
            self.depth -= 1
            redirections = self.redirections()
            return nodes.Redirected(command, redirections) if redirections else command
        if word in _CLOSING or (lexeme.kind == "operator" and word not in _REDIRECTIONS):
            self.error(lexeme)
        if lexeme.kind in ("end", "newline"):
            self.error(lexeme)
        return self.simple()

    def compound(self, word: str) -> Command:
        """The compound command that begins with one of `COMPOUND`, which has not been taken."""
        raise NotImplementedError

    def _expand_alias(self) -> None:
        """Replace aliases in the source itself, until the word is none or has been one already (POSIX 2.3.1)."""
        seen: set[str] = set()
        while self.aliases:
            word = self.peek().word
            name = word.literal if word is not None else None
            if word is None or name is None or name in seen or name not in self.aliases:
                return
            seen.add(name)
            value = self.aliases[name]
            self.source = self.source[: word.start] + value + self.source[word.end :]
            self.inserted += len(value) - (word.end - word.start)
            self.position = word.start
            self._ahead = None
            self.expand_next = value.endswith((" ", "\t"))

    def _test_word(self) -> Lexeme:
        """busybox: && and || are words between [[ and ]]."""
        lexeme = self.peek()
        if (
            lexeme.text in ("&&", "||")
            and self.has("test-words")
            and "]]" in self.source[lexeme.end :].partition("\n")[0]
        ):
            word = Word((Literal(lexeme.text),), lexeme.start, lexeme.end)
            self._ahead = lexeme = Lexeme("word", "", lexeme.start, lexeme.end, word)
        return lexeme

    def simple(self) -> Command:
        assignments: list[nodes.Assignment] = []
        words: list[Word] = []
        redirections: list[Redirection] = []
        late: list[Command] = []
        start = end = self.peek().start
        while True:
            if self.expand_next and words:
                self.expand_next = False
                self._expand_alias()
            in_test = words and words[0].literal == "[[" and words[-1].literal != "]]"
            lexeme = self._test_word() if in_test else self.peek()
            if self._is_redirection(lexeme):
                self._redirection(redirections)
                end = self.position if self._ahead is None else end
                continue
            if lexeme.word is None:
                break
            self.take()
            end = lexeme.end
            assignment = assignment_of(lexeme, self.has("arrays"))
            if assignment is not None and not words:
                assignments.append(assignment)
                self._note("assignment", lexeme)
                continue
            self._note("word" if words else "command", lexeme)
            if lexeme.elements is not None and assignment is not None:
                if words[0].literal not in _DECLARATIONS:
                    raise SyntaxProblem("(", lexeme.start)
                words.append(Word((Literal(assignment.name),), lexeme.start, lexeme.end))
                late.append(nodes.Simple((assignment,), (), (), lexeme.start, lexeme.end))
                continue
            words.append(lexeme.word)
            if len(words) == 1 and not assignments and not redirections and self.next_is("("):
                return self._function_after_name(lexeme)
        command = nodes.Simple(tuple(assignments), tuple(words), tuple(redirections), start, end)
        return Sequence((command, *late)) if late else command

    def _function_after_name(self, lexeme: Lexeme) -> Command:
        name = lexeme.word.literal if lexeme.word is not None else None
        opening = self.take()
        if not self.next_is(")"):
            self.error(opening if name is None or self.peek().kind == "word" else self.peek())
        self.take()
        if name is None or (self.dialect.name != "bash" and not _NAME.fullmatch(name)):
            raise SyntaxProblem("bad function name", lexeme.start, kind="sentence")
        self.skip_newlines()
        return self._function_body(name, lexeme.start)

    def _function_body(self, name: str, start: int) -> Command:
        body = self.command()
        if isinstance(body, nodes.Simple) and self.dialect.name == "bash":
            raise SyntaxProblem(self.source[body.start : body.end].split()[0], body.start)
        return nodes.Function(name, body, self.source[start : self._last_end()])

    def _last_end(self) -> int:
        return self._ahead.start if self._ahead is not None else self.position

    # redirections

    def _is_redirection(self, lexeme: Lexeme) -> bool:
        return lexeme.kind == "descriptor" or (lexeme.kind == "operator" and lexeme.text in _REDIRECTIONS)

    def redirections(self) -> tuple[Redirection, ...]:
        found: list[Redirection] = []
        while self._is_redirection(self.peek()):
            self._redirection(found)
        return tuple(found)

    def _redirection(self, found: list[Redirection]) -> None:
        descriptor: int | None = None
        variable: str | None = None
        lexeme = self.take()
        start = lexeme.start
        if lexeme.kind == "descriptor":
            if lexeme.text.startswith("{"):
                variable = lexeme.text[1:-1]
            else:
                descriptor = int(lexeme.text)
            lexeme = self.take()
        target = self.peek()
        if target.word is None:
            self.error(target)
        self.take()
        self.tokens.append(Token("redirection", start, target.end))
        if lexeme.text in ("<<", "<<-"):
            here = _here_document(target.word.parts, lexeme.text == "<<-")
            self.pending_heres.append(here)
            found.append(_HereRedirection("<<", descriptor, (), variable, pending=here))
        else:
            found.append(Redirection(lexeme.text, descriptor, target.word.parts, variable))


class _HereRedirection(Redirection, frozen=True, kw_only=True):
    """A redirection that waits for the body of its here-document."""

    pending: PendingHere


def _here_document(parts: Parts, strip_tabs: bool) -> PendingHere:
    text: list[str] = []
    quoted = False
    for part in parts:
        if isinstance(part, Literal):
            text.append(part.text)
        elif isinstance(part, nodes.Quoted):
            quoted = True
            text.append(part.text)
        elif isinstance(part, nodes.DoubleQuoted):
            quoted = True
            text.extend(inner.text for inner in part.parts if isinstance(inner, Literal | nodes.Quoted))
        elif isinstance(part, nodes.Parameter):
            text.append("$" + part.name)
    return PendingHere("".join(text), quoted, strip_tabs)


def redirection_target(redirection: Redirection) -> Parts:
    """The word of a redirection; for a here-document its body."""
    return redirection.pending.parts if isinstance(redirection, _HereRedirection) else redirection.target

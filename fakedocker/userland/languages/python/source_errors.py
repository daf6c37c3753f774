"""What is wrong with a source: SyntaxError and its kinds, in the words of the version."""

from __future__ import annotations


class SourceError(Exception):
    """A SyntaxError, IndentationError or TabError.

    Args:
        kind: the name of the class.
        words: the message.
        start: (line from 1, column in characters from 0).
        end: likewise, behind the last character; None for a caret of one character.
        text: the line with its newline; "" when there is none.

    Attributes:
        is_late: whether the tokenizer tells of it only where the parser comes there.
        warnings: what is warned of before: (line, words).
    """

    is_late = False

    def __init__(
        self, kind: str, words: str, start: tuple[int, int], end: tuple[int, int | None] | None, text: str
    ) -> None:
        super().__init__(words)
        self.kind = kind
        self.words = words
        self.start = start
        self.end = end
        self.text = text
        self.warnings: list[tuple[int, str]] = []

    def late(self) -> SourceError:
        """Itself, as one that the tokenizer tells of only where the parser comes there."""
        self.is_late = True
        return self

"""What can go wrong with a template."""

from __future__ import annotations


class TemplateError(Exception):
    """A template that does not parse or whose execution failed; the text is Go's, position included.

    `printed` is what an execution had printed by then.
    """

    def __init__(self, message: str, printed: str = "") -> None:
        super().__init__(message)
        self.printed = printed


class CallError(Exception):
    """A function of a template was called with what it does not take; the executor adds the position."""

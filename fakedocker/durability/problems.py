"""What can be wrong with a state, in words for whoever has it."""

from __future__ import annotations


class StateProblem(Exception):
    """A state directory that cannot be used; the text says why and what to do."""


class Unreadable(Exception):
    """Bytes that are no state of this version; the text says what is wrong."""


class Unstorable(TypeError):
    """A value that is no plain data of fakedocker, and cannot be kept; the text names its type."""

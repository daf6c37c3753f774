"""Regular expressions of users, matched in bounded time.

Whoever matches a pattern that comes from a user (grep, sed, globs, filters, rewriting rules) compiles it here and never
with `re`, whose backtracking takes time exponential in the text for patterns as short as `(a|aa)+$`. The interface is
that of `re`.

A pattern is handed to `re` where its work is known to be small for a text of this length; else it is an automaton's
(time linear in the text), and where it has back-references or looks around, a backtracking machine's with a limit of
steps (`LimitExceeded`).
"""

from fakedocker.base.regex.backtracking import LimitExceeded
from fakedocker.base.regex.pattern import IGNORECASE, MULTILINE, Found, Pattern, PatternProblem, compile_pattern

__all__ = ["IGNORECASE", "MULTILINE", "Found", "LimitExceeded", "Pattern", "PatternProblem", "compile_pattern"]

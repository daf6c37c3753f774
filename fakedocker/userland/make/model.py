"""What make knows: variables, rules and problems, as plain data that lives in a program's state.

It must not know the language of makefiles, nor how a target is made.
"""

from __future__ import annotations

from typing import Any, Final

Database = dict[str, Any]
"""variables: name -> [flavor, value, origin]; rules: target -> Rule; patterns: [Rule with targets]; special: names of
targets that begin with a dot; specific: target -> [[name, operator, value]]; exports: name -> bool; files; goal."""
Rule = dict[str, Any]
"""prerequisites, order_only: names; recipe: [[line number, text]] or None; file; stem."""

# GNU make's own variables and rules, as far as they matter where nothing is compiled.
DEFAULTS: Final = {
    "AR": "ar", "ARFLAGS": "rv", "CC": "cc", "CXX": "g++", "CPP": "$(CC) -E", "RM": "rm -f", "LD": "ld", "AS": "as", "INSTALL": "install",
    "MAKE": "$(MAKE_COMMAND)", "SHELL": "/bin/sh", ".SHELLFLAGS": "-c", "MAKE_COMMAND": "make",
    "COMPILE.c": "$(CC) $(CFLAGS) $(CPPFLAGS) $(TARGET_ARCH) -c", "COMPILE.cc": "$(CXX) $(CXXFLAGS) $(CPPFLAGS) $(TARGET_ARCH) -c",
    "LINK.c": "$(CC) $(CFLAGS) $(CPPFLAGS) $(LDFLAGS) $(TARGET_ARCH)", "LINK.cc": "$(CXX) $(CXXFLAGS) $(CPPFLAGS) $(LDFLAGS) $(TARGET_ARCH)",
    "LINK.o": "$(CC) $(LDFLAGS) $(TARGET_ARCH)", "OUTPUT_OPTION": "-o $@",
}  # fmt: skip
_BUILT_IN: Final = (
    ("%", "%.o", "$(LINK.o) $^ $(LOADLIBES) $(LDLIBS) -o $@"),
    ("%", "%.c", "$(LINK.c) $^ $(LOADLIBES) $(LDLIBS) -o $@"),
    ("%.o", "%.c", "$(COMPILE.c) $(OUTPUT_OPTION) $<"),
    ("%", "%.cc", "$(LINK.cc) $^ $(LOADLIBES) $(LDLIBS) -o $@"),
    ("%.o", "%.cc", "$(COMPILE.cc) $(OUTPUT_OPTION) $<"),
    ("%", "%.cpp", "$(LINK.cc) $^ $(LOADLIBES) $(LDLIBS) -o $@"),
    ("%.o", "%.cpp", "$(COMPILE.cc) $(OUTPUT_OPTION) $<"),
    ("%", "%.sh", "cat $< >$@\nchmod a+x $@"),
)


class MakeProblem(Exception):
    """What ends make.

    Args:
        text: the message after "*** ".
        where: "Makefile:3", or "" for one of make's own.
    """

    def __init__(self, text: str, where: str = "") -> None:
        super().__init__(text)
        self.text = text
        self.where = where


class NeedsShell(Exception):
    """The output of a command is needed to go on."""

    def __init__(self, command: str) -> None:
        super().__init__(command)
        self.command = command


def new_rule(prerequisites: list[str], order_only: list[str], file: str) -> Rule:
    return {"prerequisites": prerequisites, "order_only": order_only, "recipe": None, "file": file, "stem": ""}


def built_in_patterns() -> list[Rule]:
    """The implicit rules that are always there, after those of the makefile."""
    rules = []
    for target, source, recipe in _BUILT_IN:
        rule = new_rule([source], [], "<builtin>")
        rule["targets"] = [target]
        rule["recipe"] = [[None, line] for line in recipe.split("\n")]
        rules.append(rule)
    return rules


def stem_of(pattern: str, name: str) -> str | None:
    """What % stands for where a pattern fits a name; the directory is left out of the match when the pattern has none."""
    before, percent, after = pattern.partition("%")
    if not percent:
        return "" if pattern == name else None
    directory, slash, base = name.rpartition("/")
    shown = name if "/" in pattern or not slash else base
    if len(shown) <= len(before) + len(after) or not (shown.startswith(before) and shown.endswith(after)):
        return None
    stem = shown[len(before) : len(shown) - len(after)]
    return stem if shown is name else f"{directory}/{stem}"


def with_stem(pattern: str, stem: str) -> str:
    """A prerequisite's pattern with its %, a stem's directory going in front."""
    if "%" not in pattern:
        return pattern
    directory, slash, base = stem.rpartition("/")
    return directory + slash + pattern.replace("%", base, 1)

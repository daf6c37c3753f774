"""Targets brought up to date: which are out of date, and their recipes run one line after the other.

All that is known of a build is plain data in the program's state: a stack of targets, each with how far it is. It must
not know the language of makefiles.
"""

from __future__ import annotations

import re
from typing import Any, Final

from fakedocker.kernel.program import System
from fakedocker.userland.inputs import State, bytes_of, text_of
from fakedocker.userland.make.expansion import Expander
from fakedocker.userland.make.frames import Frame, applies, commands, new_frame
from fakedocker.userland.make.model import (
    Database,
    MakeProblem,
    NeedsShell,
    Rule,
    built_in_patterns,
    stem_of,
    with_stem,
)
from fakedocker.userland.make.reading import assigned
from fakedocker.userland.processes.children import run_captured, start, wait
from fakedocker.userland.tools import stat_or_none

# What job.c looks for before it runs a command without a shell.
_SHELL_LETTERS: Final = re.compile(r"""[#;"*?\[\]&|<>(){}$`^~!\\'=\n]""")
_SHELL_WORDS: Final = frozenset(
    ". : alias bg break case cd command continue eval exec exit export fc fg for getopts hash if jobs login logout read readonly"
    " return set shift test times trap type ulimit umask unalias unset wait while".split()
)
_CANNOT_RUN: Final = 127


class Builder:
    """Builds goals with a database.

    Args:
        flags: the single letters that make was called with: n s k i B t q.
        name: what messages begin with: make, make[1].
    """

    def __init__(self, system: System, state: State, database: Database, flags: frozenset[str], name: str) -> None:
        self.system = system
        self.state = state
        self.database = database
        self.flags = flags
        self.name = name

    def build(self, goals: list[str]) -> int:
        """Build all goals; gives make's status. Blocks. Raises MakeProblem."""
        state = self.state
        while state.setdefault("goal_index", 0) < len(goals):
            goal = goals[state["goal_index"]]
            stack: list[Frame] = state.setdefault("stack", [])
            if not state.get("begun"):
                state["begun"], state["ran"] = True, False
                if goal not in state.setdefault("done", {}):
                    stack.append(new_frame(goal, "", {}))
            while stack:
                self._step(stack)
            self._finish_goal(goal)
            state["begun"] = False
            state["goal_index"] += 1
            if state.get("status") == 2 and "k" not in self.flags:
                break
        return int(state.get("status", 0))

    def _finish_goal(self, goal: str) -> None:
        outcome = self.state["done"][goal]
        if outcome == "failed":
            self.state["status"] = 2
        elif not self.state["ran"] and not self.flags & {"s", "q"}:
            rule = self.database["rules"].get(goal)
            has_recipe = bool(rule and rule["recipe"]) or goal in self.state.get("implicit", ())
            if has_recipe and goal not in self._phony():
                self.system.put(f"{self.name}: '{goal}' is up to date.\n")
            else:
                self.system.put(f"{self.name}: Nothing to be done for '{goal}'.\n")
        elif "q" in self.flags and self.state["ran"]:
            self.state["status"] = 1

    def _phony(self) -> list[str]:
        found: list[str] = self.database["special"].get(".PHONY", [])
        return found

    # one target

    def _step(self, stack: list[Frame]) -> None:
        frame = stack[-1]
        done: dict[str, str] = self.state["done"]
        if "rule" not in frame:
            frame["rule"] = self._rule_of(frame["target"], frame["parent"])
            frame["variables"] = self._variables_of(frame)
        rule = frame["rule"]
        needs = [*rule["prerequisites"], *rule["order_only"]]
        while frame["index"] < len(needs):
            name = needs[frame["index"]]
            if name in done:
                frame["index"] += 1
                frame["failed"] = frame["failed"] or done[name] == "failed"
            elif any(other["target"] == name for other in stack):
                frame["index"] += 1
                frame["dropped"] = [*frame["dropped"], name]
                self.system.put(f"{self.name}: Circular {frame['target']} <- {name} dependency dropped.\n", 2)
            else:
                stack.append(new_frame(name, frame["target"], frame["variables"]))
                return
            if frame["failed"] and "k" not in self.flags:
                break
        if frame["failed"]:
            outcome = "failed"
            if "k" in self.flags and len(stack) == 1:
                self.system.put(f"{self.name}: Target '{frame['target']}' not remade because of errors.\n", 2)
        else:
            outcome = self._remake(frame)
        done[frame["target"]] = outcome
        stack.pop()

    def _rule_of(self, target: str, parent: str) -> Rule:
        """The rule that makes a target, with its implicit part. Raises MakeProblem where there is none."""
        explicit: Rule | None = self.database["rules"].get(target)
        rule = (
            dict(explicit)
            if explicit is not None
            else {"prerequisites": [], "order_only": [], "recipe": None, "file": "", "stem": ""}
        )
        if not rule["recipe"] and target not in self._phony():
            implicit = self._implicit(target)
            if implicit is not None:
                rule["recipe"], rule["file"], rule["stem"] = implicit["recipe"], implicit["file"], implicit["stem"]
                rule["prerequisites"] = [*implicit["prerequisites"], *rule["prerequisites"]]
                rule["order_only"] = [*implicit["order_only"], *rule["order_only"]]
                self.state["implicit"] = [*self.state.get("implicit", ()), target]
                return rule
        if explicit is None and stat_or_none(self.system, target) is None:
            default = self.database["rules"].get(".DEFAULT")
            if default is not None and default["recipe"]:
                return {**rule, "recipe": default["recipe"], "file": default["file"]}
            needed = f", needed by '{parent}'" if parent else ""
            problem = f"No rule to make target '{target}'{needed}."
            if "k" not in self.flags:
                raise MakeProblem(f"{problem}  Stop")
            self.system.put(f"{self.name}: *** {problem}\n", 2)
            return {**rule, "unmakeable": True}
        return rule

    def _implicit(self, target: str) -> Rule | None:
        """The first pattern rule whose prerequisites exist or can be made; none leads over a second one."""
        for pattern in (*self.database["patterns"], *built_in_patterns()):
            if not pattern["recipe"]:
                continue
            for shape in pattern["targets"]:
                stem = stem_of(shape, target)
                if stem is None:
                    continue
                needs = [with_stem(word, stem) for word in pattern["prerequisites"]]
                if all(self._can_be(name) for name in needs) and (needs or pattern["file"] != "<builtin>"):
                    order = [with_stem(word, stem) for word in pattern["order_only"]]
                    return {**pattern, "prerequisites": needs, "order_only": order, "stem": stem}
        return None

    def _can_be(self, name: str) -> bool:
        return name in self.database["rules"] or stat_or_none(self.system, name) is not None

    def _variables_of(self, frame: Frame) -> dict[str, list[str]]:
        """The variables of a target and of those that it is made for."""
        overlay: dict[str, list[str]] = dict(frame["variables"])
        expander = Expander(self.system, self.database, [])
        for name, operator, value in self.database["specific"].get(frame["target"], ()):
            expander.overlay = overlay
            before = expander.variable(name)
            if before is None or before[2] != "command line":
                overlay[name] = assigned(expander, before, operator, value, "file")
        return overlay

    def _time_ns(self, name: str) -> int | None:
        found = stat_or_none(self.system, name)
        return None if found is None or name in self._phony() else found.mtime_ns

    def _remake(self, frame: Frame) -> str:
        """Run the recipe where the target is out of date. Gives remade, fine or failed. Blocks."""
        target, rule = frame["target"], frame["rule"]
        if rule.get("unmakeable"):
            return "failed"
        if "newer" not in frame:
            self._compare(frame)
        if not frame["stale"]:
            return "fine"
        if not rule["recipe"]:
            return "remade" if stat_or_none(self.system, target) is None or target in self._phony() else "fine"
        if "q" in self.flags:
            self.state["ran"] = True
            return "remade"
        if "t" in self.flags:
            self.state["ran"] = True
            self._touch(target)
            return "remade"
        return self._run_recipe(frame)

    def _compare(self, frame: Frame) -> None:
        """Which prerequisites are newer than the target, and whether it has to be made."""
        target, rule = frame["target"], frame["rule"]
        own_ns, done = self._time_ns(target), self.state["done"]
        newer = []
        for name in rule["prerequisites"]:
            if name in frame["dropped"]:
                continue
            their_ns = self._time_ns(name)
            if own_ns is None or their_ns is None or their_ns > own_ns or done.get(name) == "remade":
                newer.append(name)
        frame["newer"] = newer
        frame["stale"] = own_ns is None or bool(newer) or "B" in self.flags

    def _touch(self, target: str) -> None:
        if target in self._phony():
            return
        self.system.put(f"touch {target}\n")
        if stat_or_none(self.system, target) is None:
            self.system.write_file(target, b"")
        self.system.set_times(target, self.system.now_ns)

    # its recipe

    def _run_recipe(self, frame: Frame) -> str:
        if "lines" not in frame:
            frame["lines"] = self._expanded_recipe(frame)
        lines: list[list[Any]] = frame["lines"]
        while frame["line"] < len(lines):
            number, text = lines[frame["line"]]
            failed = self._run_line(frame, number, text)
            if failed:
                if (
                    ".DELETE_ON_ERROR" in self.database["rules"]
                    and stat_or_none(self.system, frame["target"]) is not None
                ):
                    self.system.put(f"{self.name}: *** Deleting file '{frame['target']}'\n", 2)
                    self.system.remove_file(frame["target"])
                return "failed"
            frame["line"] += 1
        return "remade"

    def _expanded_recipe(self, frame: Frame) -> list[list[Any]]:
        """[line number, command] of every line. Blocks for commands in $(shell)."""
        results: list[str] = frame.setdefault("results", [])
        while True:
            if "shell_command" in frame:
                self._answer_shell(frame, results)
            expander = Expander(self.system, self.database, results, frame.get("said", 0))
            expander.overlay = {**frame["variables"], **self._automatic(frame)}
            try:
                lines = []
                for number, text in frame["rule"]["recipe"]:
                    expander.where = f"{frame['rule']['file']}:{number}"
                    # A variable with several lines gives several commands.
                    lines += [[number, part] for part in commands(expander.expand(text))]
            except NeedsShell as needed:
                frame["shell_command"], frame["said"] = needed.command, expander.said
                continue
            if ".ONESHELL" in self.database["rules"] and lines:
                lines = [[lines[0][0], "\n".join(text for _, text in lines)]]
            return lines

    def _answer_shell(self, frame: Frame, results: list[str]) -> None:
        argv = (self._shell(frame), "-c", frame["shell_command"])
        _, output = run_captured(self.system, self.state, argv)
        results.append(text_of(output))
        del frame["shell_command"]

    def _automatic(self, frame: Frame) -> dict[str, list[str]]:
        rule, target = frame["rule"], frame["target"]
        needs = [name for name in rule["prerequisites"] if name not in frame["dropped"]]
        values = {
            "@": target,
            "<": needs[0] if needs else "",
            "^": " ".join(dict.fromkeys(needs)),
            "+": " ".join(needs),
            "?": " ".join(dict.fromkeys(frame["newer"])),
            "*": rule["stem"],
            "|": " ".join(dict.fromkeys(rule["order_only"])),
        }
        found = {}
        for name, value in values.items():
            parts = [word.rpartition("/") for word in value.split()]
            found[name] = ["simple", value, "automatic"]
            found[f"{name}D"] = [
                "simple",
                " ".join(front or ("/" if slash else ".") for front, slash, _ in parts),
                "automatic",
            ]
            found[f"{name}F"] = ["simple", " ".join(base for _, _, base in parts), "automatic"]
        return found

    def _shell(self, frame: Frame) -> str:
        expander = Expander(self.system, self.database, [])
        expander.overlay = frame["variables"]
        return expander.value("SHELL") or "/bin/sh"

    def _run_line(self, frame: Frame, number: int | None, text: str) -> bool:
        """Run one command; gives whether the target has failed. Blocks."""
        bare = text.lstrip(" \t")
        marks = bare[: len(bare) - len(bare.lstrip("@-+ \t"))]
        command = bare[len(marks) :]
        if not command.strip():
            return False
        special = self.database["special"]
        rules = self.database["rules"]
        silent = "s" in self.flags or "@" in marks or applies(special, rules, ".SILENT", frame["target"])
        dry = "n" in self.flags and "+" not in marks and "$(MAKE)" not in self._raw(frame, number)
        if "child" not in self.state and "not_run" not in frame:
            if "shown" not in frame and (not silent or "n" in self.flags):
                self.system.put(bytes_of(f"{command}\n"))
            self.state["ran"] = True
            if dry:
                return False
            frame["shown"] = True
            self._start(frame, command)
            del frame["shown"]
        status = frame.pop("not_run", 0) or wait(self.system, self.state)
        if not status:
            return False
        place = f"{frame['rule']['file']}:{number}" if number is not None else "<builtin>"
        said = f"Error {status}" if status <= 128 else _SIGNALS.get(status - 128, f"Error {status}")
        if "-" in marks or "i" in self.flags or applies(special, rules, ".IGNORE", frame["target"]):
            self.system.put(f"{self.name}: [{place}: {frame['target']}] {said} (ignored)\n", 2)
            return False
        self.system.put(f"{self.name}: *** [{place}: {frame['target']}] {said}\n", 2)
        return True

    def _raw(self, frame: Frame, number: int | None) -> str:
        """A recipe's line as it is written: one that has $(MAKE) runs even where nothing is to be run."""
        return "".join(text.replace("${MAKE}", "$(MAKE)") for at, text in frame["rule"]["recipe"] if at == number)

    def _start(self, frame: Frame, command: str) -> None:
        environment = self._environment(frame)
        words = command.split()
        plain = not _SHELL_LETTERS.search(command) and words[0] not in _SHELL_WORDS
        argv = tuple(words) if plain and self._shell(frame) == "/bin/sh" else (self._shell(frame), "-c", command)
        self.system.drain()
        try:
            self.state["child"] = start(self.system, argv, environment)
        except OSError as problem:
            self.system.put(f"{self.name}: {argv[0]}: {problem.strerror}\n", 2)
            frame["not_run"] = _CANNOT_RUN if problem.errno == 2 else _CANNOT_RUN - 1

    def _environment(self, frame: Frame) -> dict[str, str]:
        """What a command sees: the environment, exported variables, and make's own."""
        expander = Expander(self.system, self.database, [])
        expander.overlay = frame["variables"]
        environment = dict(self.system.environment)
        exports = self.database["exports"]
        for name, (_, _, origin) in {**self.database["variables"], **frame["variables"]}.items():
            wanted = exports.get(name, origin in ("command line", "environment") or self.database["export_all"])
            if name in ("SHELL", "MAKEFLAGS", "MAKELEVEL") or origin in ("default", "automatic"):
                continue
            if (wanted or name in environment) and re.fullmatch(r"\w+", name) and exports.get(name, True):
                environment[name] = expander.value(name)
        for name, exported in exports.items():
            if not exported:
                environment.pop(name, None)
        environment["MAKELEVEL"] = str(int(self.system.environment.get("MAKELEVEL", "0") or "0") + 1)
        environment["MAKEFLAGS"] = self.database["makeflags"]
        return environment


_SIGNALS: Final = {
    2: "Interrupt",
    6: "Aborted",
    9: "Killed",
    11: "Segmentation fault",
    13: "Broken pipe",
    15: "Terminated",
}

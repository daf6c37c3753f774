"""The terminal's `:fault`: letting things go wrong from the terminal, listing what does, and taking it away again."""

from __future__ import annotations

from fakedocker.base import units
from fakedocker.base.numbers import is_digits
from fakedocker.faults import matching, model
from fakedocker.faults.model import FaultError, Rule
from fakedocker_shell.repl import drawing, explain
from fakedocker_shell.repl.meta_base import MetaCommand, MetaProblem
from fakedocker_shell.repl.terminal_session import TerminalSession

_EXAMPLES = (
    "registry docker.io down for 2m",
    "image nginx toomanyrequests 2 times",
    "container web oom",
    'create error 500 "no luck" 3rd time',
    "disk full",
    "link web db loss 10%",
    "clock ahead 5m",
    "daemon restart",
)


def _fault(terminal: TerminalSession, argument: str) -> str:
    try:
        return _change(terminal, argument) if argument else _list(terminal)
    except FaultError as problem:
        raise MetaProblem(str(problem)) from None


def _change(terminal: TerminalSession, argument: str) -> str:
    from fakedocker.faults import grammar  # read when something is to go wrong, as start-up time matters

    word, _, rest = argument.partition(" ")
    before = terminal.moment()
    if word == "clear":
        text = _clear(terminal, rest.strip())
    else:
        rule = terminal.engine.inject(argument)
        text = f"fault {rule.number}: {grammar.describe(rule)}"
        if all(other.number != rule.number for other in terminal.engine.world.fault_rules):
            text = f"done: {grammar.describe(rule)}"
    terminal.timeline.push(f":fault {argument}", before)
    return "\n".join([text, *(f"  {line}" for line in explain.changes(before.world, terminal.engine.snapshot()))])


def _clear(terminal: TerminalSession, number: str) -> str:
    if number and not is_digits(number):
        raise FaultError(f"usage: :fault clear [N]; {number!r} is no number")
    count = terminal.engine.clear_faults(int(number) if number else None)
    return f"{count} fault{'s' if count != 1 else ''} taken away"


def _list(terminal: TerminalSession) -> str:
    now_ns = terminal.engine.now_ns
    rules = matching.in_force(terminal.engine.world.fault_rules, now_ns)
    if not rules:
        return "\n".join(["nothing goes wrong by itself; for example", *(f"  :fault {text}" for text in _EXAMPLES)])
    from fakedocker.faults import grammar

    rows = [(str(rule.number), grammar.describe(rule), _state(rule, now_ns)) for rule in rules]
    return "\n".join(drawing.table("faults", ("n", "fault", "state"), rows))


def _state(rule: Rule, now_ns: int) -> str:
    if now_ns < rule.from_ns:
        return f"begins in {units.format_duration(rule.from_ns - now_ns)}"
    left = f", {units.format_duration(rule.until_ns - now_ns)} left" if rule.until_ns else ""
    if (rule.target, rule.effect) in model.LASTING:
        return f"on{left}"
    return f"struck {rule.struck} of {rule.seen}{left}"


COMMANDS: dict[str, MetaCommand] = {
    "fault": MetaCommand(
        ":fault [TARGET EFFECT [WHEN]|clear [N]]",
        "let something go wrong by a rule; without words, what does",
        _fault,
        (*(target for target in model.EFFECTS if target != model.OPERATION), "clear"),
    ),
}

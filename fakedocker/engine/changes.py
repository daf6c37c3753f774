"""Inputs that are no requests: what each kind does to the world, and how one is carried out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from fakedocker.engine.core import Core
from fakedocker.faults.model import Rule
from fakedocker.operations.system import kernel_events
from fakedocker.registry.model import OutsideWeb
from fakedocker.world.draft import Draft

if TYPE_CHECKING:
    from fakedocker.containers.usage import SetUsage
    from fakedocker.operations.system.host_folders import FolderChange
    from fakedocker.world.plugins import NewPlugin, Plugin

T = TypeVar("T")
Change = Callable[[Draft, Any], Any]
"""What an input does to the world, by the plain data it comes with."""


def _fault(draft: Draft, rule: Rule | int | None) -> Rule | int:
    """A rule of something going wrong, or the number of one that ends (None for all)."""
    from fakedocker.operations.system import fault_rules  # read when something goes wrong: start-up time matters

    return fault_rules.inject(draft, rule) if isinstance(rule, Rule) else fault_rules.clear(draft, rule)


def rule_of(fault: str | Rule) -> Rule:
    """A fault as a rule, with everything that its grammar refuses refused. Raises FaultError."""
    from fakedocker.faults import grammar  # read when something goes wrong, as start-up time matters

    return grammar.parse(fault if isinstance(fault, str) else grammar.describe(fault))


def _machine(draft: Draft, change: FolderChange) -> None:
    from fakedocker.operations.system import host_folders

    host_folders.apply(draft, change)


def _usage(draft: Draft, wanted: SetUsage) -> None:
    from fakedocker.operations.containers import usage

    usage.say(draft, wanted)


def _next_port(draft: Draft, port: int) -> None:
    draft.next_port = port


def _web(draft: Draft, web: OutsideWeb) -> None:
    draft.web = web


def _plugin(draft: Draft, plugin: NewPlugin) -> Plugin:
    from fakedocker.operations.system import plugins

    return plugins.install(draft, plugin)


def _assume(draft: Draft, assume: bool) -> None:
    draft.assume = assume


CHANGES: Mapping[str, Change] = {
    "assume": _assume,
    "fault": _fault,
    "machine": _machine,
    "plugin": _plugin,
    "ports": _next_port,
    "usage": _usage,
    "web": _web,
}
"""The kinds of inputs that every engine knows beside requests, streams and time.

- assume: whether what fails only because it is not simulated is taken to have worked.
- fault: a rule of something going wrong, or the number of one that ends, None for all.
- machine: what is different in a folder of the machine, see `host_dir`. OSError where it does not fit in.
- plugin: one that is installed. NoSuchPlugin where it cannot be.
- ports: the least port that the daemon picks by itself next: those before are in use on the real machine.
- usage: what a container is said to use. NoSuchUse where it cannot.
- web: what of the web outside there is.
"""


def carry_out(
    core: Core, kind: str, change: Change, payload: Any
) -> Any:  # Any: plain data, as that kind of input takes it
    """Do it, and keep it in the journal. An error leaves both as they were."""
    with core.threads.lock:
        core.take_internal()
        core.settle()
        core.turns += 1
        try:
            changed = change(core.draft, payload)
        except BaseException:
            core.draft.rollback()
            raise
        core.record(kind, 0, payload)
        kernel_events.dispatch(core.draft)
        core.settle()
        return changed


def alter(core: Core, change: Callable[[Draft], T]) -> T:
    """Do it by hand; what the journal keeps is the world that comes of it. An error leaves both as they were."""
    with core.threads.lock:
        core.settle()
        core.turns += 1
        try:
            changed = change(core.draft)
            kernel_events.dispatch(core.draft)
        except BaseException:
            core.draft.rollback()
            raise
        core.settle()
        core.record("restore", 0, core.world)
        return changed

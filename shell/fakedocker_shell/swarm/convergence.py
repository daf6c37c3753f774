"""Waiting until a service's tasks run as they are to, and the progress that is shown meanwhile.

Source: docker/cli command/service/progress/progress.go: it looks five times a second, and a service has converged once
all its tasks have been running for as long as an update is monitored.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Protocol

from fakedocker.base.clock import SECOND_NS
from fakedocker_shell.cli.api import filters_query
from fakedocker_shell.cli.errors import CliError
from fakedocker_shell.cli.main import Invocation
from fakedocker_shell.cli.progress import Display
from fakedocker_shell.swarm import requests

STATES: Final = (
    "new", "allocated", "pending", "assigned", "accepted", "preparing", "ready", "starting", "running", "complete",
    "shutdown", "failed", "rejected",
)  # fmt: skip
"""What a task goes through, in order; those after running are ends."""
_NUMBERS: Final = {state: number for number, state in enumerate(STATES, 1)}
_RUNNING: Final = _NUMBERS["running"]
_COMPLETE: Final = _NUMBERS["complete"]
_LONGEST: Final = max(map(len, STATES[:_COMPLETE]))
_MOST_BARS: Final = 20
_LONGEST_ERROR: Final = 75
_POLL_NS: Final = SECOND_NS // 5
_MONITOR_NS: Final = 5 * SECOND_NS
_ID_DIGITS: Final = 12

Task = Mapping[str, Any]
Show = Callable[..., None]


def is_end(state: str) -> bool:
    """Whether a task in that state runs no more."""
    return _NUMBERS.get(state, 0) > _RUNNING


def _state(task: Task) -> str:
    return str((task.get("Status") or {}).get("State", ""))


def _number(task: Task) -> int:
    return _NUMBERS[_state(task)]


def _is_known(task: Task) -> bool:
    return task.get("DesiredState") in _NUMBERS and _state(task) in _NUMBERS


def _is_running(task: Task) -> bool:
    return not is_end(task["DesiredState"]) and _state(task) == "running"


def _newest(tasks: Sequence[Task], key: str, active: frozenset[str] | None = None) -> dict[Any, Task]:
    """A task for each slot or node: of several the one that is wanted most alive, then the one that is furthest from
    it.

    Args:
        active: the nodes whose tasks count, as do those that have no node yet; None for all.
    """
    found: dict[Any, Task] = {}
    for task in tasks:
        if not _is_known(task):
            continue
        place = task.get(key, 0)
        if (other := found.get(place)) is not None:
            wanted, other_wanted = _NUMBERS[task["DesiredState"]], _NUMBERS[other["DesiredState"]]
            if other_wanted < wanted or (other_wanted == wanted and _number(other) <= _number(task)):
                continue
        if active is not None and task.get("NodeID") and task["NodeID"] not in active:
            continue
        found[place] = task
    return found


class _Bars(Protocol):
    """How the progress of one kind of service is told."""

    def update(self, service: Mapping[str, Any], tasks: Sequence[Task], active: frozenset[str], rollback: bool) -> bool:
        """Show where the tasks are, and say whether all are where they are to be."""


def _overall(show: Show, running: int, total: int, rollback: bool) -> None:
    words = "rolling back update: " if rollback else ""
    show("overall progress", f"{words}{running} out of {total} tasks")


def _bar(show: Show, name: str, task: Task, most: int) -> None:
    """One task: its state and how far that is, or what is wrong with it."""
    error = (task.get("Status") or {}).get("Err", "")
    if error:
        error = error.replace("\n", " ")
        show(name, error if len(error) <= _LONGEST_ERROR else error[: _LONGEST_ERROR - 1] + "\u2026")
        return
    show(name, f"{_state(task):<{_LONGEST}}", _number(task), most)


class _Replicated:
    """Bars by slot, in the order in which the slots were first seen."""

    def __init__(self, show: Show) -> None:
        self._show = show
        self._slots: dict[int, int] = {}
        self._started = False
        self._done = False

    def update(self, service: Mapping[str, Any], tasks: Sequence[Task], active: frozenset[str], rollback: bool) -> bool:
        total = int(service["Spec"]["Mode"]["Replicated"].get("Replicas", 0))
        if not self._started:
            self._started = True
            _overall(self._show, 0, total, rollback)
            for number in range(1, total + 1 if total <= _MOST_BARS else 0):
                self._show(f"{number}/{total}", " ")
        found = _newest(tasks, "Slot", active)
        self._done = self._done and all(_state(task) == "running" for task in found.values())
        for slot, task in sorted(found.items()):
            place = self._slots.setdefault(slot, len(self._slots) + 1)
            if self._done or total > _MOST_BARS or place > total:
                continue
            has_error = (task.get("Status") or {}).get("Err")
            if has_error or not (is_end(task["DesiredState"]) or is_end(_state(task))):
                _bar(self._show, f"{place}/{total}", task, _RUNNING)
        running = sum(_is_running(task) for task in found.values())
        if not self._done:
            _overall(self._show, running, total, rollback)
            self._done = running == total
        return running == total


class _Global:
    """Bars by node."""

    def __init__(self, show: Show) -> None:
        self._show = show
        self._started = False
        self._done = False

    def update(self, service: Mapping[str, Any], tasks: Sequence[Task], active: frozenset[str], rollback: bool) -> bool:
        found = _newest(tasks, "NodeID")
        total = len(found)
        if not self._started:
            if not total:
                self._show("overall progress", "waiting for new tasks")
                return False
            self._started = True
            _overall(self._show, 0, total, rollback)
        self._done = self._done and all(_state(task) == "running" for task in found.values())
        here = {node: task for node, task in sorted(found.items()) if node in active}
        for node, task in here.items():
            if self._done or total > _MOST_BARS:
                continue
            has_error = (task.get("Status") or {}).get("Err")
            if has_error or not (is_end(task["DesiredState"]) or is_end(_state(task))):
                _bar(self._show, node[:_ID_DIGITS], task, _RUNNING)
        running = sum(_is_running(task) for task in here.values())
        if not self._done:
            _overall(self._show, running, total, rollback)
            self._done = running == total
        return running == total


def _of_this_round(service: Mapping[str, Any], tasks: Sequence[Task]) -> list[Task]:
    """The tasks of a job's last run."""
    wanted = ((service.get("JobStatus") or {}).get("JobIteration") or {}).get("Index", 0)
    return [
        task
        for task in tasks
        if (task.get("JobIteration") is not None) and task["JobIteration"].get("Index", 0) == wanted
    ]


def _earliest(tasks: Sequence[Task], key: str) -> dict[Any, Task]:
    """A task for each slot or node: the one that is least far."""
    found: dict[Any, Task] = {}
    for task in filter(_is_known, tasks):
        place = task.get(key, 0)
        if place not in found or _number(found[place]) > _number(task):
            found[place] = task
    return found


class _ReplicatedJob:
    """How many have completed, how many run at once, and bars by slot."""

    def __init__(self, show: Show, service: Mapping[str, Any]) -> None:
        mode = service["Spec"]["Mode"]["ReplicatedJob"]
        self._show = show
        self._at_once = int(mode.get("MaxConcurrent", 0))
        self._total = int(mode.get("TotalCompletions", 0))
        self._started = False

    def update(self, service: Mapping[str, Any], tasks: Sequence[Task], active: frozenset[str], rollback: bool) -> bool:
        del active, rollback
        if not self._started:
            self._started = True
            self._overall(0, 0)
            for number in range(1, self._total + 1 if self._total <= _MOST_BARS else 0):
                self._show(f"{number}/{self._total}", " ")
        found = _earliest(_of_this_round(service, tasks), "Slot")
        for slot, task in sorted(found.items()):
            if self._total <= _MOST_BARS:
                _bar(self._show, f"{slot + 1}/{self._total}", task, _COMPLETE)
        complete = sum(_state(task) == "complete" for task in found.values())
        self._overall(sum(_number(task) < _COMPLETE for task in found.values()), complete)
        return complete == self._total

    def _overall(self, running: int, complete: int) -> None:
        total = self._total
        self._show("job progress", f"{complete:{len(str(total))}} out of {total} complete", complete, total)
        wanted = min(self._at_once, total - complete)
        digits = len(str(self._at_once))
        self._show("active tasks", f"{running:{digits}} out of {wanted:{digits}} tasks")


class _GlobalJob:
    """How many have completed, and bars by node."""

    def __init__(self, show: Show) -> None:
        self._show = show
        self._nodes: frozenset[str] | None = None

    def update(self, service: Mapping[str, Any], tasks: Sequence[Task], active: frozenset[str], rollback: bool) -> bool:
        del rollback
        if self._nodes is None:
            if not tasks and active:
                self._show("job progress", "waiting for tasks")
                return False
            self._nodes = frozenset(task.get("NodeID", "") for task in _of_this_round(service, tasks))
            self._overall(0)
        found = _earliest(
            [task for task in _of_this_round(service, tasks) if task.get("NodeID", "") in self._nodes], "NodeID"
        )
        for node, task in sorted(found.items()):
            if len(self._nodes) <= _MOST_BARS:
                _bar(self._show, node, task, _COMPLETE)
        complete = sum(_state(task) == "complete" for task in found.values())
        self._overall(complete)
        return complete == len(self._nodes)

    def _overall(self, complete: int) -> None:
        total = len(self._nodes or ())
        self._show("job progress", f"{complete:{len(str(total))}} out of {total} complete", complete, total)


def _bars(show: Show, service: Mapping[str, Any]) -> _Bars:
    mode = service["Spec"].get("Mode") or {}
    if (mode.get("Replicated") or {}).get("Replicas") is not None:
        return _Replicated(show)
    if mode.get("Global") is not None:
        return _Global(show)
    if mode.get("ReplicatedJob") is not None:
        return _ReplicatedJob(show, service)
    if mode.get("GlobalJob") is not None:
        return _GlobalJob(show)
    raise CliError("unrecognized service mode")


class _Watch:
    """One wait for a service, from look to look.

    Args:
        name: how the service was asked for; it is shown like that.
    """

    def __init__(self, call: Invocation, name: str, quiet: bool) -> None:
        self._call = call
        self._name = name
        context = call.context
        self._display = Display(
            context, (lambda _: None) if quiet else context.out, context.is_terminal(1) and not quiet
        )
        self._bars: _Bars | None = None
        self._converged = False
        self._since_ns: int | None = None
        self._monitor_ns = _MONITOR_NS
        self._rollback = False
        self._last_word = ""

    def _show(self, name: str, action: str, current: int = 0, total: int = 0) -> None:
        detail = {"current": current, "total": total, "hidecounts": True} if total else {}
        self._display.show({"id": name, "status": action, "progressDetail": detail})

    def _say(self, text: str, name: str = "") -> None:
        self._display.show({"id": name, "status": text})

    async def look(self) -> bool:
        """Look once; whether that is all. Raises CliError where the update has come to a halt."""
        service = await requests.service(self._call, self._name)
        self._monitor_ns = (service["Spec"].get("UpdateConfig") or {}).get("Monitor") or self._monitor_ns
        if self._bars is None:
            self._bars = _bars(self._show, service)
        if self._heed(service.get("UpdateStatus") or {}):
            return True
        now_ns = self._call.context.now_ns()
        if self._converged and self._since_ns is not None and now_ns - self._since_ns >= self._monitor_ns:
            self._show("verify", f"Service {self._name} converged")
            if self._last_word:
                self._say(self._last_word, "rollback")
            return True
        tasks = await self._call.api.get("/tasks", filters_query({"service": [service["ID"]], "_up-to-date": ["true"]}))
        nodes = await self._call.api.get("/nodes")
        active = frozenset(node["ID"] for node in nodes if node["Status"]["State"] != "down")
        self._converged = self._bars.update(service, tasks, active, self._rollback)
        return self._judge(is_job=service.get("JobStatus") is not None)

    def _heed(self, status: Mapping[str, Any]) -> bool:
        """What the engine says of an update under way; whether it is over. Raises CliError."""
        message = status.get("Message", "")
        match status.get("State"):
            case "updating":
                self._rollback = False
            case "completed":
                return not self._converged
            case "paused":
                raise CliError(f"service update paused: {message}")
            case "rollback_started":
                if not self._rollback and message:
                    self._show("rollback", message)
                self._rollback = True
            case "rollback_paused":
                raise CliError(f"service rollback paused: {message}")
            case "rollback_completed":
                if not self._converged:
                    self._last_word = message
                self._rollback = True
        return False

    def _judge(self, is_job: bool) -> bool:
        """Say what the look means for the wait; whether it is over, as it is at once for a job."""
        now_ns = self._call.context.now_ns()
        if self._converged:
            if is_job:
                self._say("job complete")
                return True
            if self._since_ns is None:
                self._since_ns = now_ns
            left_ns = self._monitor_ns - (now_ns - self._since_ns)
            if left_ns >= 0:
                seconds = max(1, -(-left_ns // SECOND_NS))
                self._show("verify", f"Waiting {seconds} seconds to verify that tasks are stable...")
            return False
        if self._since_ns is not None:
            self._show("verify", "Detected task failure")
        self._since_ns = None
        return False

    def leave(self) -> None:
        """The user waits no longer."""
        if not self._converged:
            self._say("Operation continuing in background.")
            self._say(f"Use `docker service ps {self._name}` to check progress.")


async def wait(call: Invocation, name: str, quiet: bool = False) -> None:
    """Wait until a service has converged, or until Ctrl-C; progress goes to standard output.

    Raises:
        CliError: its update has been paused, or it is gone.
    """
    watch = _Watch(call, name, quiet)
    context = call.context
    while not await watch.look():
        until_ns = context.now_ns() + _POLL_NS
        while context.now_ns() < until_ns:
            await context.wait_any(signals=True, until_ns=until_ns)
            signal = context.take_signal()
            if signal == "TERM":
                raise CliError("context canceled")
            if signal == "INT":
                watch.leave()
                return

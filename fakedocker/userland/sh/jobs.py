"""Children: waiting for them, jobs, and job control on a terminal.

Without job control ($- has no m) children stay in the shell's process group and cannot be stopped from the terminal. It
must not know how commands are started.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from fakedocker.userland.sh.endings import shell_status, tell_of_background, tell_of_foreground
from fakedocker.userland.sh.state import Job, Progress, ShellState

_STOP_SIGNALS: Final = {19: "Stopped (signal)", 20: "Stopped", 21: "Stopped (tty input)", 22: "Stopped (tty output)"}
_SIGINT: Final = 2
_SUCCEEDED: Final = (0,)


def new_group(shell: ShellState) -> int | None:
    """The process group for a new job: one of its own with job control."""
    return 0 if "m" in shell.options else None


def to_foreground(shell: ShellState, pid: int) -> None:
    """Give a job the terminal. Nothing happens without one, as with `set -m` in a shell that has none."""
    if "m" in shell.options and shell.interactive:
        with suppress(OSError):
            shell.system.set_foreground(pid)


def back_to_foreground(shell: ShellState) -> None:
    """The shell takes the terminal back after a job."""
    to_foreground(shell, shell.root_pid)


def wait_for_one(shell: ShellState, progress: Progress, here: int) -> bool:
    """A foreground child: its status, or a stopped job. Blocks until one or the other."""
    _, pid, words = progress
    system = shell.system
    ended = system.reap_ending(pid)
    if ended is None:
        if "m" in shell.options and (signal := system.reap_stopped(pid)) is not None:
            _stopped(shell, (pid,), (), " ".join(words), signal)
            return True
        system.wait_for_child(pid, stops="m" in shell.options)
        return False
    take_ending(shell, pid, ended, words, here)
    return True


def take_ending(shell: ShellState, pid: int, ended: int, words: tuple[str, ...], here: int) -> None:
    """What follows from the end of a foreground child.

    Args:
        ended: as `System.reap_ending` gives it.
        words: its command.
    """
    status = ended
    if ended < 0:
        status = shell_status(ended)
        shell.pc = here
        tell_of_foreground(shell, pid, ended, " ".join(words))
    shell.status = status
    shell.pipe_statuses = (status,) if status else _SUCCEEDED
    if shell.jobs or "m" in shell.options:
        _after_foreground(shell, ended == -_SIGINT)


def wait_for_all(shell: ShellState, progress: Progress, here: int) -> bool:
    """A foreground pipeline, whose status is that of its last command (or with pipefail the last failure)."""
    _, pids, statuses, text = progress
    system = shell.system
    while len(statuses) < len(pids):
        pid = pids[len(statuses)]
        if not statuses:
            system.set_marked(False)
        before = system.is_marked()
        ended = system.reap_ending(pid)
        if ended is not None:
            if before:  # what one of them lacked, the next could not read
                system.set_marked(True)
            statuses = (*statuses, shell_status(ended))
            if not shell.is_bash() or len(statuses) == len(pids):
                tell_of_foreground(shell, pid, ended, text)
            continue
        if "m" in shell.options and (signal := system.reap_stopped(pid)) is not None:
            _stopped(shell, pids, tuple(zip(pids, statuses, strict=False)), text, signal)
            return True
        shell.stack[-1] = ("children", pids, statuses, text)
        system.wait_for_child(pid, stops="m" in shell.options)
    shell.pipe_statuses = statuses
    shell.status = statuses[-1]
    if "pipefail" in shell.options:
        shell.status = next((status for status in reversed(statuses) if status), 0)
    _after_foreground(shell, statuses[-1] == 128 + _SIGINT)
    return True


def _after_foreground(shell: ShellState, interrupted: bool) -> None:
    """Args: interrupted: the job ended by SIGINT. In a group of its own it had the Ctrl-C alone, so that the shell
    passes it on to itself."""
    if shell.jobs:
        notice_ended(shell)
    if "m" in shell.options:
        back_to_foreground(shell)
        if interrupted:
            shell.error("\n")
            shell.system.kill(shell.system.pid, _SIGINT)


def _stopped(
    shell: ShellState, pids: tuple[int, ...], statuses: tuple[tuple[int, int], ...], text: str, signal: int
) -> None:
    back_to_foreground(shell)
    job = next((job for job in shell.jobs if job.pids == pids), None)
    if job is None:
        job = Job(next_number(shell), pids, text, group=pids[0])
    job = job._replace(state=_STOP_SIGNALS.get(signal, "Stopped"), statuses=statuses)
    replace(shell, job)
    shell.error(f"\n{describe(shell, job)}\n")
    shell.status = 128 + signal


def wait_again(shell: ShellState, pids: tuple[int, ...], text: str) -> int:
    """fg: wait for a job that was in the background or stopped; its status."""
    system = shell.system
    status = 0
    interrupted = False
    for pid in pids:
        ended = _reap_child(shell, pid) if pid in system.children() else shell.reaped.get(pid, 0)
        if ended is None:
            signal = system.reap_stopped(pid)
            if signal is None:
                system.wait_for_child(pid, stops=True)
                return 0
            _stopped(shell, pids, (), text, signal)
            return shell.status
        found = shell_status(ended)
        if ended < 0:
            tell_of_foreground(shell, pid, ended, text)
        shell.reaped = {**shell.reaped, pid: found}
        status = found
        interrupted = ended == -_SIGINT
    _after_foreground(shell, interrupted)
    return status


# the table of jobs


def next_number(shell: ShellState) -> int:
    return max((job.number for job in shell.jobs), default=0) + 1


def add(shell: ShellState, pids: tuple[int, ...], text: str, *, asked: bool = False) -> None:
    """Note a background job; interactive bash tells its number."""
    group = pids[0] if "m" in shell.options else 0
    job = Job(next_number(shell), pids, text, group=group, asked=asked)
    shell.jobs = (*shell.jobs, job)
    if shell.interactive and shell.is_bash() and not asked:
        shell.error(f"[{job.number}] {pids[-1]}\n")


def inherited(shell: ShellState) -> tuple[Job, ...]:
    """The jobs of a shell as those see them that it forks for command substitutions (bash and busybox sh)."""
    return tuple(job._replace(inherited=True) for job in shell.jobs)


def replace(shell: ShellState, job: Job) -> None:
    others = tuple(other for other in shell.jobs if other.number != job.number)
    shell.jobs = tuple(sorted((*others, job)))


def keep_from_exit(shell: ShellState) -> bool:
    """Whether an interactive shell is not left yet: it says that there are stopped jobs, once, and goes the next time."""
    stopped = any(job.state.startswith("Stopped") for job in shell.jobs)
    if not shell.interactive or not stopped or shell.warned_of_jobs:
        return False
    shell.warned_of_jobs = True
    shell.error("There are stopped jobs.\n" if shell.is_bash() else "You have stopped jobs.\n")
    return True


def forget(shell: ShellState, job: Job) -> None:
    shell.jobs = tuple(other for other in shell.jobs if other.number != job.number)


def notice_ended(shell: ShellState, waited: int = 0) -> None:
    """Reap background children that ended, so that they do not stay zombies; their statuses are kept for `wait`.

    Args:
        waited: the pid that `wait` has been asked for.
    """
    system = shell.system
    for job in shell.jobs:
        changed = job
        if job.inherited:
            continue
        for pid in job.pids:
            if pid in dict(changed.statuses):
                continue
            ended = _reap_child(shell, pid)
            if ended is not None:
                tell_of_background(shell, pid, ended, job.text, waited == pid)
                status = shell_status(ended)
                changed = changed._replace(statuses=(*changed.statuses, (pid, status)))
            elif (
                "m" in shell.options and changed.state == "Running" and (signal := system.reap_stopped(pid)) is not None
            ):
                changed = changed._replace(state=_STOP_SIGNALS.get(signal, "Stopped"))
        if len(changed.statuses) == len(job.pids):
            changed = changed._replace(state="Done")
        if changed is not job:
            replace(shell, changed)
    if not shell.interactive:
        done = [job for job in shell.jobs if job.state == "Done"]
        if done:
            shell.reaped = {**shell.reaped, **{pid: status for job in done for pid, status in job.statuses}}
            shell.jobs = tuple(job for job in shell.jobs if job.state != "Done")


def _reap_child(shell: ShellState, pid: int) -> int | None:
    """How a child ended, as `System.reap_ending`."""
    try:
        return shell.system.reap_ending(pid)
    except OSError:  # somebody else's, after exec
        return 127


def describe(shell: ShellState, job: Job, long: bool = False) -> str:
    """A line of `jobs`."""
    newest = [other.number for other in sorted(shell.jobs, key=lambda other: (other.state == "Running", -other.number))]
    mark = "+" if newest[:1] == [job.number] else "-" if newest[1:2] == [job.number] else " "
    state = _state_text(shell, job)
    pid = f"{job.pids[0]} " if long else ""
    if shell.is_bash():
        running = " &" if job.state == "Running" else ""
        text = job.text
        return f"[{job.number}]{mark}  {pid}{state:<24}{text}{running}"
    if shell.dialect.name == "dash":
        return f"[{job.number}] {mark} {pid}{state:<27}{job.text}"
    return f"[{job.number}]{mark}  {pid}{state:<27}{job.text}"


def _state_text(shell: ShellState, job: Job) -> str:
    if job.state != "Done":
        return job.state
    status = job.status
    names = {
        129: "Hangup",
        130: "Interrupt",
        131: "Quit",
        134: "Aborted",
        137: "Killed",
        139: "Segmentation fault",
        143: "Terminated",
    }
    if status in names:
        return names[status]
    if status:
        return f"Exit {status}" if shell.is_bash() else f"Done({status})"
    return "Done"


def show_changes(shell: ShellState) -> None:
    """Before a prompt: tell of background jobs that ended, and forget them."""
    notice_ended(shell)
    for job in shell.jobs:
        if job.state == "Done":
            if not job.asked:
                shell.error(f"{describe(shell, job)}\n")
            shell.reaped = {**shell.reaped, **dict(job.statuses)}
            forget(shell, job)

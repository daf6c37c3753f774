"""Builtins about children: wait, jobs, fg, bg, disown, times, sleep of bash's kind is no builtin."""

from __future__ import annotations

from typing import Any

from fakedocker.base.numbers import is_digits
from fakedocker.userland.sh import jobs
from fakedocker.userland.sh.builtin_table import builtin, complain
from fakedocker.userland.sh.commands import save_progress
from fakedocker.userland.sh.dialect import ShellError
from fakedocker.userland.sh.state import Job, ShellState


def find_job(shell: ShellState, text: str) -> Job | None:
    """%1, %+, %%, %-, %name."""
    word = text[1:] if text.startswith("%") else text
    listed = sorted(shell.jobs, key=lambda job: (job.state == "Running", -job.number))
    if word in ("", "+", "%"):
        return listed[0] if listed else None
    if word == "-":
        return listed[1] if len(listed) > 1 else None
    if is_digits(word):
        return next((job for job in shell.jobs if job.number == int(word)), None)
    contains = word.startswith("?")
    return next((job for job in shell.jobs if (word[1:] in job.text if contains else job.text.startswith(word))), None)


@builtin("wait", kind="blocking")
def _wait(shell: ShellState, argv: tuple[str, ...], progress: Any) -> int:
    """Interrupted by a caught signal, which gives 128 plus its number (POSIX wait)."""
    system = shell.system
    if progress is not None and (caught := shell.peek_signal()) is not None:
        return 128 + caught
    save_progress(shell, 1)
    words = tuple(word for word in argv[1:] if word != "--")
    if words[:1] == ("-n",) and shell.is_bash():
        return _wait_next(shell)
    if not words:
        while True:
            jobs.notice_ended(shell)
            if not any(job.state == "Running" and not job.inherited for job in shell.jobs):
                break
            system.wait_for_child(None, interruptible=True)
        shell.jobs = tuple(job for job in shell.jobs if job.state != "Done")
        shell.reaped = {}
        return 0
    status = 0
    for word in words:
        status = _wait_for(shell, word)
    return status


def _wait_next(shell: ShellState) -> int:
    while True:
        before = {job.number for job in shell.jobs}
        known = dict(shell.reaped)
        jobs.notice_ended(shell)
        new = [status for pid, status in shell.reaped.items() if pid not in known]
        if new:
            return new[0]
        if not before:
            return 127
        shell.system.wait_for_child(None, interruptible=True)


def _wait_for(shell: ShellState, word: str) -> int:
    if word.startswith("%"):
        job = find_job(shell, word)
        if job is None:
            raise ShellError(
                f"{word}: no such job" if shell.is_bash() else f"No such job: {word}", 127 if shell.is_bash() else 2
            )
        pid = job.pids[-1]
    elif not is_digits(word):
        if shell.is_bash():
            raise ShellError(f"`{word}': not a pid or valid job spec", 1)
        raise ShellError(f"Illegal number: {word}")
    else:
        pid = int(word)
    while True:
        jobs.notice_ended(shell, pid)
        if pid in shell.reaped:
            status = shell.reaped[pid]
            if not shell.is_bash():
                shell.reaped = {key: value for key, value in shell.reaped.items() if key != pid}
            return status
        job = next((job for job in shell.jobs if pid in job.pids and not job.inherited), None)
        if job is None:
            if shell.is_bash():
                shell.complain(f"pid {word} is not a child of this shell", "wait")
            return 127
        if job.state == "Done":
            shell.reaped = {**shell.reaped, **dict(job.statuses)}
            jobs.forget(shell, job)
            continue
        if job.state != "Running":
            return 128 + 20
        shell.system.wait_for_child(pid, interruptible=True)


@builtin("jobs", writes=True)
def _jobs(shell: ShellState, argv: tuple[str, ...]) -> int:
    jobs.notice_ended(shell)
    long = "-l" in argv[1:]
    only_pids = "-p" in argv[1:]
    words = [word for word in argv[1:] if not word.startswith("-")]
    status = 0
    shown: list[Job] = []
    for word in words:
        job = find_job(shell, word)
        if job is None:
            said = f"{word}: no such job" if shell.is_bash() else f"No such job: {word}"
            status = complain(shell, "jobs", said)
        else:
            shown.append(job)
    for job in shown if words else shell.jobs:
        if not job.asked:
            shell.out(f"{job.pids[0]}\n" if only_pids else f"{jobs.describe(shell, job, long)}\n")
    for job in shell.jobs:
        if job.state == "Done":
            jobs.forget(shell, job)
    return status


def _chosen(shell: ShellState, argv: tuple[str, ...]) -> Job:
    if shell.is_bash() and "m" not in shell.options:
        raise ShellError("no job control", 1)
    word = argv[1] if len(argv) > 1 else "%+"
    job = find_job(shell, word)
    if job is not None:
        return job
    if shell.is_bash():
        raise ShellError(f"{'current' if len(argv) < 2 else word}: no such job", 1)
    raise ShellError("No current job" if len(argv) < 2 else f"No such job: {word}")


@builtin("fg", kind="blocking")
def _foreground(shell: ShellState, argv: tuple[str, ...], progress: Any) -> int:
    if progress is None:
        job = _chosen(shell, argv)
        shell.out(f"{job.text}\n")
        jobs.to_foreground(shell, job.group or job.pids[0])
        shell.system.kill(-job.group if job.group else job.pids[0], 18)
        jobs.forget(shell, job)
        progress = (job.pids, job.text)
        save_progress(shell, progress)
    pids, text = progress
    return jobs.wait_again(shell, pids, text)


@builtin("bg")
def _background(shell: ShellState, argv: tuple[str, ...]) -> int:
    job = _chosen(shell, argv)
    shell.system.kill(-job.group if job.group else job.pids[0], 18)
    jobs.replace(shell, job._replace(state="Running"))
    shell.out(f"[{job.number}]{'+' if shell.is_bash() else ''} {job.text}{' &' if shell.is_bash() else ''}\n")
    return 0


@builtin("disown", only="bash")
def _disown(shell: ShellState, argv: tuple[str, ...]) -> int:
    for word in argv[1:] or ("%+",):
        job = find_job(shell, word)
        if job is None:
            return complain(shell, "disown", f"{word}: no such job")
        jobs.forget(shell, job)
    return 0


@builtin("times", special=True)
def _times(shell: ShellState, argv: tuple[str, ...]) -> int:
    digits = "0m0.000000s" if shell.dialect.name == "dash" else "0m0.000s"
    shell.out(f"{digits} {digits}\n{digits} {digits}\n")
    return 0

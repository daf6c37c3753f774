"""What every process of a container is launched with: its environment, and the words and codes of a launch that fails.

Used by process 1, by exec and by health checks alike. Source: moby daemon/start.go, oci_linux.go, and runc.
"""

from __future__ import annotations

from fakedocker.containers.model import Container
from fakedocker.kernel.kernel import ExecError
from fakedocker.operations.containers import links
from fakedocker.world.draft import Draft

DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
FAILED, NOT_EXECUTABLE, NOT_FOUND = 128, 126, 127


def exec_problem(problem: ExecError) -> str:
    """runc's words for a program that cannot be executed."""
    if problem.reason == "chdir":
        return f'chdir to cwd ("{problem.path}") set in config.json failed: {problem.text}'
    return f'exec: "{problem.path}": {problem.text}'


def exit_code_of(message: str) -> int:
    """The exit code that a failed start leaves (moby daemon/start.go translateContainerdStartErr)."""
    not_found = ("executable file not found", "no such file or directory", "system cannot find the file specified")
    if any(text in message for text in not_found):
        return NOT_FOUND
    if "permission denied" in message or "is a directory" in message:
        return NOT_EXECUTABLE
    return FAILED


def environment(
    draft: Draft, container: Container, home: str, terminal: bool, extra: tuple[str, ...] = ()
) -> dict[str, str]:
    """The environment of a process: the daemon's own variables, the container's, and HOME where nobody has set it.

    Args:
        terminal: whether the process has a terminal, be it that of the container or one of its own.
        extra: NAME=VALUE for this process alone.

    Source: moby CreateDaemonEnvironment and container/env.go, runc (HOME from the passwd file); recording env.
    """
    variables = {"PATH": DEFAULT_PATH, "HOSTNAME": container.config.hostname}
    if terminal:
        variables["TERM"] = "xterm"
    if draft.profile.links_set_variables:
        variables |= links.variables(draft, container)
    for entry in (*(container.config.env or ()), *extra):
        name, equals, value = entry.partition("=")
        if equals:
            variables[name] = value
        else:  # a name alone takes a variable away
            variables.pop(name, None)
    if not variables.get("HOME"):
        variables["HOME"] = home
    return variables

"""What --help shows, and what is said of a wrong number of arguments or an unknown command: docker's layout, our words."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from fakedocker_shell.cli.errors import CliError, UnsimulatedError
from fakedocker_shell.cli.flags import Options
from fakedocker_shell.cli.table import Command, Flag, find

_COMMON = ("run", "exec", "ps", "build", "pull", "push", "images", "login", "logout", "search", "version", "info")
_SWARM = ("config", "node", "secret", "service", "stack", "swarm")
NEEDS_SWARM = frozenset(
    {
        "config", "node", "secret", "service", "stack", "swarm ca", "swarm join-token", "swarm leave", "swarm unlock",
        "swarm unlock-key", "swarm update", "volume update",
    }
)  # fmt: skip
"""Commands that --help lists only if the engine is in a swarm."""

NEEDS_EXPERIMENTAL = frozenset({"checkpoint"})
"""Commands that --help lists only if the engine has experimental features."""

_UNQUOTED_DEFAULTS = (
    "list", "map", "ulimit", "int", "uint", "uint16", "uint32", "bool", "duration", "float", "stringToString",
    "ipNetSlice", "ipSlice", "node-addr",
)  # fmt: skip
FLAGGED_GROUPS = frozenset({"compose"})
"""Groups with flags of their own, before the name of the command: plugins whose complaints are short."""
_MISUSED = 16
"""The exit status of compose for a command line that it does not understand."""
_LEFT_OUT = ("dry-run", "compatibility", "builder", "memory", "ssh")
"""Flags of compose, of the group or of its commands, that would change what happens and are not simulated."""
PLUGIN = "buildx"
"""The command that is a plugin, with an older way to complain."""
_NAME_COLUMN = 11
_SLOP = 5
_NARROWEST = 24


def flag_error(command: Command, message: str) -> CliError:
    """A command line that does not parse."""
    if _group(command) in FLAGGED_GROUPS:
        return CliError(message, _MISUSED)
    if is_plugin(command):
        return CliError(f"{message}\nSee '{command.path} --help'.", 125)
    usage = command.usage if command.name else "docker [OPTIONS] COMMAND [ARG...]"
    if command.subcommands and command.name:
        usage = command.path
    return CliError(f"{message}\n\nUsage:  {usage}\n\nRun '{command.path} --help' for more information", 125)


def refuse_left_out(command: Command, *given: Options) -> None:
    """Raise CliError where a flag of compose was given that is not simulated: nothing is accepted silently."""
    for options in given:
        for name in _LEFT_OUT:
            if options.get(name):
                raise UnsimulatedError(f"{command.path} --{name} is not simulated")


def _group(command: Command) -> str:
    return command.name.partition(" ")[0]


def is_plugin(command: Command) -> bool:
    """Whether a command is buildx's."""
    return _group(command) == PLUGIN


def check_argument_count(command: Command, arguments: Sequence[str]) -> None:
    """Raise CliError unless the command takes that many arguments."""
    least, most, count = command.least, command.most, len(arguments)
    if count >= least and (most < 0 or count <= most):
        return
    verb = "Run"
    if most == 0:
        text = "accepts no arguments"
    elif most < 0:
        text, verb = f"requires at least {_arguments(least)}", "See"
    elif least == most:
        text = f"requires {_arguments(least)}"
    elif least == 0:
        text = f"requires at most {_arguments(most)}"
    else:
        text = f"requires at least {least} and at most {_arguments(most)}"
    if is_plugin(command):
        text = text.replace("requires 1", "requires exactly 1")
        raise CliError(
            f"ERROR: \"{command.path}\" {text}.\nSee '{command.path} --help'.\n\nUsage:  {command.usage}\n\n{command.text}\n"
        )
    raise CliError(
        f"docker: '{command.path}' {text}\n\nUsage:  {command.usage}\n\n"
        f"{verb} '{command.path} --help' for more information"
    )


def _arguments(count: int) -> str:
    return f"{count} argument" if count == 1 else f"{count} arguments"


def unknown_command(parent: Command, name: str) -> CliError:
    """A command that does not exist."""
    if parent.name in FLAGGED_GROUPS:
        return CliError(f'unknown docker command: "{parent.name} {name}"', _MISUSED)
    usage = f"\n\nUsage:  {parent.path}" if parent.name else ""
    return CliError(
        f"docker: unknown command: {parent.path} {name}{usage}\n\nRun '{parent.path} --help' for more information"
    )


# --help


def _wrap_once(limit: int, text: str) -> tuple[str, str]:
    """Up to `limit` characters, cut at a blank; a little more if that is all there is."""
    if limit + _SLOP > len(text):
        return text, ""
    cut = max(text.rfind(blank, 0, limit) for blank in " \t\n")
    if cut <= 0:
        return text, ""
    newline = text.rfind("\n", 0, limit)
    if 0 < newline < cut:
        cut = newline
    return text[:cut], text[cut + 1 :]


def _wrap(indent: int, width: int, text: str) -> str:
    """Text broken into lines that begin at column `indent`; the first one is already there."""
    room, begin = width - indent, ""
    if room < _NARROWEST:
        indent = 16
        room = width - indent
        begin = "\n" + " " * indent
    if room < _NARROWEST:
        return text.replace("\n", begin)
    lines: list[str] = []
    while text or not lines:
        line, text = _wrap_once(room - _SLOP, text)
        lines.append(line.replace("\n", "\n" + " " * indent))
    return begin + ("\n" + " " * indent).join(lines)


def _flag_line(flag: Flag) -> tuple[str, str]:
    short = f"  -{flag.short}, " if flag.short else "      "
    kind = "" if flag.type == "bool" else f" {flag.type}"
    text = flag.text
    if flag.default and not (flag.type == "bool" and flag.default == "false"):
        default = flag.default if flag.type in _UNQUOTED_DEFAULTS else f'"{flag.default}"'
        text += f" (default {default})"
    return f"{short}--{flag.name}{kind}", text


def flag_usages(flags: Sequence[Flag], columns: int) -> str:
    """The table of flags, sorted by name and wrapped to the terminal."""
    lines = [_flag_line(flag) for flag in sorted(flags, key=lambda flag: flag.name) if not flag.hidden]
    width = max((len(head) for head, _ in lines), default=0) + 1
    return "\n".join(f"{head:<{width + 2}}{_wrap(width + 2, columns - 1, text)}" for head, text in lines)


def _command_lines(parent: Command, names: Sequence[str], hidden: Collection[str]) -> str:
    rows = []
    for name in names:
        full_name = f"{parent.name} {name}".strip()
        if full_name in hidden:
            continue
        command = find(full_name, parent.release)
        rows.append(f"  {name:<{_NAME_COLUMN}} {command.text if command else ''}".rstrip())
    return "\n".join(rows)


def _sections(command: Command, hidden: Collection[str]) -> list[tuple[str, str]]:
    if command.name:
        return (
            [("Commands", _command_lines(command, sorted(command.subcommands), hidden))] if command.subcommands else []
        )
    groups = [name for name in command.subcommands if (found := find(name, command.release)) and found.subcommands]
    management = sorted(name for name in groups if name not in _SWARM)
    others = sorted(set(command.subcommands) - set(_COMMON) - set(groups))
    return [
        ("Common Commands", _command_lines(command, _COMMON, hidden)),
        ("Management Commands", _command_lines(command, management, hidden)),
        ("Swarm Commands", _command_lines(command, sorted(_SWARM), hidden)),
        ("Commands", _command_lines(command, others, hidden)),
    ]


def help_text(command: Command, columns: int = 80, hidden: Collection[str] = ()) -> str:
    """All of --help for a command.

    Args:
        columns: width of the terminal, or 80.
        hidden: commands that are not listed, by their names without "docker".
    """
    flags = [flag for flag in command.flags.values() if flag.name != "help" and not flag.hidden]
    first = f"{command.path}{' [OPTIONS]' if flags else ''} COMMAND" if command.subcommands else command.usage
    parts = [f"Usage:  {first}", command.text]
    if command.aliases:
        parts.append("Aliases:\n  " + ", ".join(command.aliases))
    options = flag_usages(list(command.flags.values()), columns)
    if command.name and flags:
        parts.append(f"Options:\n{options}")
    parts += [f"{title}:\n{lines}" for title, lines in _sections(command, hidden)]
    if not command.name:
        parts.append(f"Global Options:\n{options}")
    if command.subcommands:
        parts.append(f"Run '{command.path} COMMAND --help' for more information on a command.")
    if not command.name:
        parts.append("For more help on how to use Docker, head to https://docs.docker.com/go/guides/")
    return "\n\n".join(parts) + "\n"

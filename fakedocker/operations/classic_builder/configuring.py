"""What instructions do to the configuration of the stage they are in, and what its history says of them.

Both builders' faces use this. Source: moby builder/dockerfile/dispatchers.go, buildkit
frontend/dockerfile/dockerfile2llb; the comments are those of docker's history, down to their spaces.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable
from typing import Any, Protocol

from fakedocker.base import signals
from fakedocker.base.paths import clean
from fakedocker.base.units import format_duration
from fakedocker.build import instructions as kinds
from fakedocker.build.instructions import CommandLine, Step
from fakedocker.build.words import go_quoted, go_quoted_list
from fakedocker.network.ports import PROTOCOLS, port_range, split_port
from fakedocker.operations.classic_builder.session import BuildFailure
from fakedocker.wire.container import HealthConfig
from fakedocker.world.builds import StageState


class Editor(Protocol):
    """A stage that is being built, whichever builder does it."""

    @property
    def stage(self) -> StageState:
        """What it has come to."""

    def expanded(self, word: str) -> str:
        """A word with its variables replaced. BuildFailure."""

    def expanded_words(self, word: str) -> list[str]:
        """The words that one word becomes. BuildFailure."""

    def configure(self, **fields: object) -> None:
        """Other values for fields of its configuration."""

    def change_stage(self, **fields: object) -> None:
        """Other values for its own fields."""

    def shell(self) -> tuple[str, ...]:
        """What runs the shell form of commands."""

    def say(self, text: str) -> None:
        """A remark for whoever builds."""


def change(editor: Editor, step: Step) -> str:
    """Let an instruction change the configuration; gives the history's words.

    Raises:
        BuildFailure: it cannot be done.
    """
    return _CHANGES[type(step)](editor, step)


def enter(editor: Editor, step: kinds.Workdir) -> str:
    """WORKDIR: the absolute directory that the stage is in from now on. BuildFailure."""
    path = editor.expanded(step.path)
    if not path:
        raise BuildFailure("cannot normalize nothing")
    path = clean(posixpath.join("/", editor.stage.config.working_dir, path))
    editor.configure(working_dir=path)
    return path


def command_words(editor: Editor, command: CommandLine) -> tuple[str, ...]:
    """What is executed: the list itself, or the shell with a line.

    Here-documents of a RUN follow its line; where the line is nothing else, the document is the script.
    """
    if not command.shell:
        return command.words
    line = command.words[0] if command.words else ""
    if len(command.heredocs) == 1 and line.startswith("<<") and not line.split()[1:]:
        line = command.heredocs[0].content
    elif command.heredocs:
        line += "".join(f"\n{heredoc.content}{heredoc.name}" for heredoc in command.heredocs) + "\n"
    return (*editor.shell(), line)


def _env(editor: Editor, step: kinds.Env) -> str:
    pairs = _expanded_pairs(editor, step.pairs)
    environment = list(editor.stage.config.env or ())
    for name, value in pairs:
        entry = f"{name}={value}"
        positions = [index for index, old in enumerate(environment) if old.partition("=")[0] == name]
        if positions:
            environment[positions[0]] = entry
        else:
            environment.append(entry)
    editor.configure(env=tuple(environment))
    return "ENV " + _joined(pairs)


def _label(editor: Editor, step: kinds.Label) -> str:
    pairs = list(step.pairs) if step.literal else _expanded_pairs(editor, step.pairs)
    editor.configure(labels={**(editor.stage.config.labels or {}), **dict(pairs)})
    return "LABEL " + _joined(pairs)


def _expanded_pairs(editor: Editor, pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(editor.expanded(name), editor.expanded(value)) for name, value in pairs]


def _joined(pairs: Iterable[tuple[str, str]]) -> str:
    return " ".join(f"{name}={value}" for name, value in pairs)


def _arg(editor: Editor, step: kinds.Arg) -> str:
    shown = []
    for written, default in step.pairs:
        name = editor.expanded(written)
        value = None if default is None else editor.expanded(default)
        editor.change_stage(arguments=editor.stage.arguments.declare(name, value))
        shown.append(name if value is None else f"{name}={value}")
    return "ARG " + " ".join(shown)


def _maintainer(editor: Editor, step: kinds.Maintainer) -> str:
    editor.change_stage(author=step.name)
    return f"MAINTAINER {step.name}"


def _cmd(editor: Editor, step: kinds.Cmd) -> str:
    words = _words(editor, step.command)
    editor.configure(cmd=words)
    editor.change_stage(command_set=editor.stage.command_set or bool(step.command.words))
    return f"CMD {go_quoted_list(words)}"


def _entrypoint(editor: Editor, step: kinds.Entrypoint) -> str:
    words = _words(editor, step.command)
    editor.configure(entrypoint=words)
    if not editor.stage.command_set:
        editor.configure(cmd=None)
    return f"ENTRYPOINT {go_quoted_list(words)}"


def _words(editor: Editor, command: kinds.CommandLine) -> tuple[str, ...]:
    return command_words(editor, command) if command.words else ()


def _expose(editor: Editor, step: kinds.Expose) -> str:
    before: dict[str, dict[str, Any]] = dict(editor.stage.config.exposed_ports or {})
    editor.configure(exposed_ports=before | {port: {} for port in exposed(editor, step)})
    return f"EXPOSE {' '.join(_ports(editor, step))}"


def _ports(editor: Editor, step: kinds.Expose) -> list[str]:
    return [port for written in step.ports for port in editor.expanded_words(written)]


def exposed(editor: Editor, step: kinds.Expose) -> list[str]:
    """The ports of an EXPOSE, each with its protocol. Raises BuildFailure for one that is none."""
    return [port for text in _ports(editor, step) for port in _exposed(text)]


def _exposed(text: str) -> list[str]:
    """The ports of one specification, each with its protocol (go-connections nat.ParsePortSpec). BuildFailure."""
    container = text.rpartition(":")[2]
    port, protocol = split_port(container)
    bounds = port_range(port)
    if not port:
        raise BuildFailure(f"no port specified: {text}<empty>")
    if bounds is None:
        raise BuildFailure(f"invalid containerPort: {port}")
    if protocol not in PROTOCOLS:
        raise BuildFailure(f"invalid proto: {protocol}")
    return [f"{number}/{protocol}" for number in range(bounds[0], bounds[1] + 1)]


def _volume(editor: Editor, step: kinds.Volume) -> str:
    paths = [editor.expanded(path) for path in step.paths]
    for path in paths:
        if not path:
            raise BuildFailure("VOLUME specified can not be an empty string")
        if clean(path) == "/":
            raise BuildFailure(
                "invalid volume specification: '/': invalid mount config for type \"volume\": invalid specification: destination can't be '/'"
            )
    editor.configure(volumes={**(editor.stage.config.volumes or {}), **{path: {} for path in paths}})
    return f"VOLUME [{' '.join(paths)}]"


def _user(editor: Editor, step: kinds.User) -> str:
    user = editor.expanded(step.user)
    editor.configure(user=user)
    return f"USER {user}"


def _shell(editor: Editor, step: kinds.Shell) -> str:
    editor.configure(shell=step.words)
    return f"SHELL [{' '.join(step.words)}]"


def _stopsignal(editor: Editor, step: kinds.Stopsignal) -> str:
    signal = editor.expanded(step.signal)
    if signals.parse(signal) is None:
        raise BuildFailure(f"invalid signal: {signal}")
    editor.configure(stop_signal=signal)
    return f"STOPSIGNAL {signal}"


def _healthcheck(editor: Editor, step: kinds.Healthcheck) -> str:
    before = editor.stage.config.healthcheck
    if isinstance(before, HealthConfig) and before.test and before.test[0] != "NONE":
        editor.say(f"Note: overriding previous HEALTHCHECK: [{' '.join(before.test)}]\n")
    editor.configure(healthcheck=step.health)
    return f"HEALTHCHECK {_go_health(step.health)}"


def _go_health(health: HealthConfig) -> str:
    """A health check as Go's %q writes the struct."""
    test = go_quoted_list(health.test or ())
    durations = (health.interval, health.timeout, health.start_period, health.start_interval)
    shown = " ".join(go_quoted(format_duration(value or 0)) for value in durations)
    return f"&{{{test} {shown} {_go_character(health.retries or 0)}}}"


def _go_character(number: int) -> str:
    """A number as Go's %q writes it: as the character of that number."""
    special = {7: "\\a", 8: "\\b", 9: "\\t", 10: "\\n", 11: "\\v", 12: "\\f", 13: "\\r", 39: "\\'", 92: "\\\\"}
    character = chr(number) if number <= 0x10FFFF else "\ufffd"
    if number in special:
        return f"'{special[number]}'"
    return f"'{character}'" if character.isprintable() else f"'\\x{number:02x}'"


def _onbuild(editor: Editor, step: kinds.Onbuild) -> str:
    editor.configure(on_build=(*(editor.stage.config.on_build or ()), step.trigger))
    return f"ONBUILD {step.trigger}"


_CHANGES: dict[type[Any], Callable[[Any, Any], str]] = {
    kinds.Arg: _arg,
    kinds.Cmd: _cmd,
    kinds.Entrypoint: _entrypoint,
    kinds.Env: _env,
    kinds.Expose: _expose,
    kinds.Healthcheck: _healthcheck,
    kinds.Label: _label,
    kinds.Maintainer: _maintainer,
    kinds.Onbuild: _onbuild,
    kinds.Shell: _shell,
    kinds.Stopsignal: _stopsignal,
    kinds.User: _user,
    kinds.Volume: _volume,
}
"""From an instruction that only changes the configuration to the function that does it, and gives the history's words."""

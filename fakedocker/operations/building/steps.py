"""What each instruction does to the stage it is in: its variables, its configuration, and what its history says.

Source: moby builder/dockerfile/dispatchers.go. The comments are those of docker's history, down to their spaces.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable
from typing import Any

from fakedocker.base import signals
from fakedocker.base.units import format_duration
from fakedocker.build import instructions as kinds
from fakedocker.build.instructions import Step
from fakedocker.build.words import go_quoted, go_quoted_list
from fakedocker.network.ports import PROTOCOLS, port_range, split_port
from fakedocker.operations.building import copying, running
from fakedocker.operations.building.session import BuildFailure, Session
from fakedocker.wire.container import HealthConfig

_NOP = "#(nop) "


def carry_out(session: Session, step: Step) -> bool:
    """Carry out one step.

    Returns:
        False while it waits for its container, or for an image to copy from. A step whose image has come is carried out
        again; one whose container has ended is not.

    Raises:
        BuildFailure, Refusal: with docker's words.
    """
    if isinstance(step, kinds.Run):
        running.run(session, step)
        return session.task.running is None
    if isinstance(step, kinds.Copy):
        return copying.copy(session, step)
    if isinstance(step, kinds.Workdir):
        _workdir(session, step)
        return True
    comment = _CHANGES[type(step)](session, step)
    running.metadata(session, _NOP, comment)
    return True


def _workdir(session: Session, step: kinds.Workdir) -> None:
    path = session.expanded(step.path)
    if not path:
        raise BuildFailure("cannot normalize nothing")
    path = posixpath.normpath(posixpath.join("/", session.stage.config.working_dir, path))
    session.configure(working_dir=path)
    running.workdir(session, path)


def _env(session: Session, step: kinds.Env) -> str:
    pairs = _expanded_pairs(session, step.pairs)
    environment = list(session.stage.config.env or ())
    for name, value in pairs:
        entry = f"{name}={value}"
        positions = [index for index, old in enumerate(environment) if old.partition("=")[0] == name]
        if positions:
            environment[positions[0]] = entry
        else:
            environment.append(entry)
    session.configure(env=tuple(environment))
    return "ENV " + _joined(pairs)


def _label(session: Session, step: kinds.Label) -> str:
    pairs = list(step.pairs) if step.literal else _expanded_pairs(session, step.pairs)
    session.configure(labels={**(session.stage.config.labels or {}), **dict(pairs)})
    return "LABEL " + _joined(pairs)


def _expanded_pairs(session: Session, pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(session.expanded(name), session.expanded(value)) for name, value in pairs]


def _joined(pairs: Iterable[tuple[str, str]]) -> str:
    return " ".join(f"{name}={value}" for name, value in pairs)


def _arg(session: Session, step: kinds.Arg) -> str:
    shown = []
    for written, default in step.pairs:
        name = session.expanded(written)
        value = None if default is None else session.expanded(default)
        session.change_stage(arguments=session.stage.arguments.declare(name, value))
        shown.append(name if value is None else f"{name}={value}")
    return "ARG " + " ".join(shown)


def _maintainer(session: Session, step: kinds.Maintainer) -> str:
    session.change_stage(author=step.name)
    return f"MAINTAINER {step.name}"


def _cmd(session: Session, step: kinds.Cmd) -> str:
    words = _words(session, step.command)
    session.configure(cmd=words)
    session.change_stage(command_set=session.stage.command_set or bool(step.command.words))
    return f"CMD {go_quoted_list(words)}"


def _entrypoint(session: Session, step: kinds.Entrypoint) -> str:
    words = _words(session, step.command)
    session.configure(entrypoint=words)
    if not session.stage.command_set:
        session.configure(cmd=None)
    return f"ENTRYPOINT {go_quoted_list(words)}"


def _words(session: Session, command: kinds.CommandLine) -> tuple[str, ...]:
    return running.command_words(session, command) if command.words else ()


def _expose(session: Session, step: kinds.Expose) -> str:
    ports = [port for written in step.ports for port in session.expanded_words(written)]
    exposed: dict[str, dict[str, Any]] = dict(session.stage.config.exposed_ports or {})
    for text in ports:
        exposed.update((port, {}) for port in _exposed(text))
    session.configure(exposed_ports=exposed)
    return f"EXPOSE {' '.join(ports)}"


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


def _volume(session: Session, step: kinds.Volume) -> str:
    paths = [session.expanded(path) for path in step.paths]
    for path in paths:
        if not path:
            raise BuildFailure("VOLUME specified can not be an empty string")
        if posixpath.normpath(path) == "/":
            raise BuildFailure(
                "invalid volume specification: '/': invalid mount config for type \"volume\": invalid specification: destination can't be '/'"
            )
        if not path.startswith("/"):
            raise BuildFailure(
                f"invalid mount config for type \"volume\": invalid mount path: '{path}' mount path must be absolute"
            )
    session.configure(volumes={**(session.stage.config.volumes or {}), **{path: {} for path in paths}})
    return f"VOLUME [{' '.join(paths)}]"


def _user(session: Session, step: kinds.User) -> str:
    user = session.expanded(step.user)
    session.configure(user=user)
    return f"USER {user}"


def _shell(session: Session, step: kinds.Shell) -> str:
    session.configure(shell=step.words)
    return f"SHELL [{' '.join(step.words)}]"


def _stopsignal(session: Session, step: kinds.Stopsignal) -> str:
    signal = session.expanded(step.signal)
    if signals.parse(signal) is None:
        raise BuildFailure(f"invalid signal: {signal}")
    session.configure(stop_signal=signal)
    return f"STOPSIGNAL {signal}"


def _healthcheck(session: Session, step: kinds.Healthcheck) -> str:
    before = session.stage.config.healthcheck
    if isinstance(before, HealthConfig) and before.test and before.test[0] != "NONE":
        session.say(f"Note: overriding previous HEALTHCHECK: [{' '.join(before.test)}]\n")
    session.configure(healthcheck=step.health)
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


def _onbuild(session: Session, step: kinds.Onbuild) -> str:
    session.configure(on_build=(*(session.stage.config.on_build or ()), step.trigger))
    return f"ONBUILD {step.trigger}"


_CHANGES: dict[type[Any], Callable[[Session, Any], str]] = {
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

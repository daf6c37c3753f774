"""docker commit --change and docker import --change: a Dockerfile's instructions, as far as they set configuration.

Source: moby builder/dockerfile (BuildFromConfig, dispatchers.go). What they mean for a build, with its cache, history
and containers, is the builder's business.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from msgspec.structs import replace

from fakedocker.base import messages, signals
from fakedocker.base.paths import clean
from fakedocker.build import instructions as kinds
from fakedocker.build.lines import BadDockerfile, BadSyntax, Line, read
from fakedocker.build.parsing import parse
from fakedocker.build.substitution import expand, expand_words
from fakedocker.network import ports
from fakedocker.wire.container import Config

_ALLOWED = (
    "cmd", "entrypoint", "env", "expose", "healthcheck", "label", "onbuild", "stopsignal", "user", "volume", "workdir",
)  # fmt: skip
_DEFAULT_SHELL = ("/bin/sh", "-c")


def apply(config: Config, changes: Iterable[str]) -> Config:
    """The settings after some instructions.

    Args:
        changes: instructions as a Dockerfile has them, one each.

    Raises:
        Refusal: one is no instruction, is not allowed here, or its arguments are wrong.
    """
    text = "\n".join(changes)
    if not text:
        return config
    try:
        lines, escape = read(text)
        for line in lines:
            if line.keyword.lower() not in _ALLOWED:
                raise messages.CHANGE_INVALID(word=line.keyword)
        state = _State(config, escape)
        for line in lines:
            _apply(state, line, escape)
    except BadDockerfile as problem:
        raise messages.BAD_REQUEST(problem=problem) from None
    return state.config


def _apply(state: _State, line: Line, escape: str) -> None:
    try:
        step = parse(line, escape)
    except BadSyntax:
        raise
    except BadDockerfile as problem:
        raise BadDockerfile(f"dockerfile parse error on line {line.number}: {problem}") from None
    _APPLIERS[type(step)](state, step)


class _State:
    """Settings in the middle of being changed."""

    def __init__(self, config: Config, escape: str) -> None:
        self.config = config
        self.command_set = False
        self._escape = escape

    def set(self, **fields: object) -> None:
        self.config = replace(self.config, **fields)

    def _variables(self) -> Mapping[str, str]:
        entries = (entry.partition("=") for entry in self.config.env or ())
        return {name: value for name, _, value in entries}

    def expanded(self, word: str) -> str:
        return expand(word, self._variables(), self._escape)

    def expanded_words(self, word: str) -> list[str]:
        return expand_words(word, self._variables(), self._escape)

    def words(self, command: kinds.CommandLine) -> tuple[str, ...]:
        """What is executed: the list itself, or the shell with a line."""
        shell = self.config.shell if isinstance(self.config.shell, tuple) and self.config.shell else _DEFAULT_SHELL
        return (*shell, *command.words) if command.shell else command.words


def _cmd(state: _State, step: kinds.Cmd) -> None:
    state.set(cmd=state.words(step.command))
    state.command_set = True


def _entrypoint(state: _State, step: kinds.Entrypoint) -> None:
    """A command that was meant for another entrypoint is forgotten."""
    state.set(entrypoint=state.words(step.command), cmd=state.config.cmd if state.command_set else None)


def _env(state: _State, step: kinds.Env) -> None:
    found = dict(entry.partition("=")[::2] for entry in state.config.env or ())
    found.update([(state.expanded(name), state.expanded(value)) for name, value in step.pairs])
    state.set(env=tuple(f"{name}={value}" for name, value in found.items()))


def _label(state: _State, step: kinds.Label) -> None:
    labels = {state.expanded(name): state.expanded(value) for name, value in step.pairs}
    state.set(labels={**(state.config.labels or {}), **labels})


def _expose(state: _State, step: kinds.Expose) -> None:
    found: dict[str, dict[str, Any]] = dict(state.config.exposed_ports or {})
    for word in step.ports:
        for text in state.expanded_words(word):
            number, protocol = ports.split_port(text)
            limits = ports.port_range(number)
            if limits is None:
                raise BadDockerfile(f"invalid containerPort: {number}")
            if protocol not in ports.PROTOCOLS:
                raise BadDockerfile(f"invalid proto: {protocol}")
            found.update((f"{port}/{protocol}", {}) for port in range(limits[0], limits[1] + 1))
    state.set(exposed_ports=found)


def _volume(state: _State, step: kinds.Volume) -> None:
    paths: dict[str, dict[str, Any]] = {state.expanded(path): {} for path in step.paths}
    state.set(volumes={**(state.config.volumes or {}), **paths})


def _user(state: _State, step: kinds.User) -> None:
    state.set(user=state.expanded(step.user))


def _workdir(state: _State, step: kinds.Workdir) -> None:
    wanted = state.expanded(step.path)
    if not wanted:
        raise BadDockerfile("cannot normalize nothing")
    state.set(working_dir=clean(posixpath.join("/", state.config.working_dir, wanted)))


def _stopsignal(state: _State, step: kinds.Stopsignal) -> None:
    wanted = state.expanded(step.signal)
    if signals.parse(wanted) is None:
        raise BadDockerfile(f"invalid signal: {wanted}")
    state.set(stop_signal=wanted)


def _healthcheck(state: _State, step: kinds.Healthcheck) -> None:
    state.set(healthcheck=step.health)


def _onbuild(state: _State, step: kinds.Onbuild) -> None:
    state.set(on_build=(*(state.config.on_build or ()), step.trigger))


_APPLIERS: Mapping[type, Callable[[_State, Any], None]] = {
    kinds.Cmd: _cmd,
    kinds.Entrypoint: _entrypoint,
    kinds.Env: _env,
    kinds.Expose: _expose,
    kinds.Healthcheck: _healthcheck,
    kinds.Label: _label,
    kinds.Onbuild: _onbuild,
    kinds.Stopsignal: _stopsignal,
    kinds.User: _user,
    kinds.Volume: _volume,
    kinds.Workdir: _workdir,
}

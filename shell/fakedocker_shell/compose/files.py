"""From the command line to a project: which files, which variables, which name.

Source: compose-go cli/options.go, and the compose command's answers.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fakedocker.base.clock import SECOND_NS
from fakedocker_shell.cli.context import Context
from fakedocker_shell.cli.errors import CliError, UnsimulatedError
from fakedocker_shell.cli.flags import Options
from fakedocker_shell.cli.times import unix_rfc3339
from fakedocker_shell.compose import dotenv, including, normalizing, schema, tags, yaml_text
from fakedocker_shell.compose.interpolation import INVALID, Interpolation
from fakedocker_shell.compose.merging import merged
from fakedocker_shell.compose.project import USUAL, How, Project, assemble
from fakedocker_shell.compose.values import Place

NAMES = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
_OVERRIDES = (
    "compose.override.yml", "compose.override.yaml", "docker-compose.override.yml", "docker-compose.override.yaml",
)  # fmt: skip
NO_FILE = "no configuration file provided: not found"
_NOT_FOUND = 14
"""The exit status where a file is missing."""
STDIN = "-"
_LONGEST_BYTES = 16 << 20
_EXTENSIONS = 32
"""How many services may extend one another in a row."""


def warn(context: Context, message: str) -> None:
    """A warning as logrus prints it."""
    quoted = message.replace("\\", "\\\\").replace('"', '\\"')
    context.err(f'time="{unix_rfc3339(context.now_ns() // SECOND_NS)}" level=warning msg="{quoted}"\n')


async def load(context: Context, group: Options, how: How = USUAL) -> Project:
    """The project that the flags of `docker compose`, the environment and the working directory mean.

    The file `-` is standard input.

    Args:
        how: what of the usual is left undone.

    Raises:
        CliError: there is none, or it makes no sense.
    """
    given = bytearray()
    while STDIN in group["file"] and (chunk := await context.stdin.read()):
        given += chunk
        if len(given) > _LONGEST_BYTES:
            raise UnsimulatedError("so long a file from standard input is not simulated", INVALID)
    return Loader(context, group, given.decode("utf-8", "replace"), how).load()


def project_name(context: Context, group: Options) -> str:
    """The name of a project, which need have no file: the flag's or the environment's; "" where neither says one."""
    return checked_name(group["project-name"] or context.environment.get("COMPOSE_PROJECT_NAME", ""))


def checked_name(name: str, status: int = 1) -> str:
    """A project's name, or "". Raises CliError with a status for one that may not be."""
    if name and not re.fullmatch(r"[a-z0-9][a-z0-9_-]*", name):
        raise CliError(
            f'invalid project name "{name}": must consist only of lowercase alphanumeric characters, hyphens, and'
            " underscores as well as start with a letter or number",
            status,
        )
    return name


@dataclass(slots=True)
class _Source:
    """A file that was read: its path and what it says."""

    path: str
    document: dict[str, Any]
    takes_back: tuple[tags.Path, ...] = ()


class Loader:
    """Reads one project.

    Args:
        group: the flags between `compose` and the command's name.
        given: what the file `-` says.
    """

    def __init__(self, context: Context, group: Options, given: str = "", how: How = USUAL) -> None:
        self._how = how
        self._context = context
        self._group = group
        self._given = given
        self._included = 0
        self._listed: tuple[str, ...] = ()  # the files of COMPOSE_FILE

    def load(self) -> Project:
        """See `load`."""
        group = self._group
        first = group["file"][0] if group["file"] and group["file"][0] != STDIN else ""
        beside = posixpath.dirname(self._absolute(first)) if first else "."
        near = self._variables(self._absolute(group["project-directory"] or beside), self._context.environment)
        paths = self._paths(near)
        directory = group["project-directory"]
        directory = self._absolute(directory or ".") if directory or paths[0] == STDIN else posixpath.dirname(paths[0])
        variables = self._variables(directory, near)
        name = checked_name(group["project-name"] or variables.get("COMPOSE_PROJECT_NAME", ""), INVALID)
        name = name or self._own_name(paths, variables) or _name_of(directory)
        variables["COMPOSE_PROJECT_NAME"] = name
        place = Place(directory, variables.get("HOME", "/root"), variables, self._how.resolves, self._how.completes)
        document, services = self._model(paths, place, ())
        profiles = group["profile"] or [p for p in variables.get("COMPOSE_PROFILES", "").split(",") if p]
        return assemble(document, services, name=name, place=place, files=paths, profiles=profiles, how=self._how)

    def _own_name(self, paths: Sequence[str], variables: Mapping[str, str]) -> str:
        """The name that the files give the project, the last one that does; "" where none does."""
        found = ""
        for path in paths:
            document = yaml_text.read(self._text(path))
            own = document.get("name") if isinstance(document, dict) else None
            if isinstance(own, str):
                found = _normalized(Interpolation(variables, lambda name: None).text(own, "name")) or found
        return found

    def _model(self, paths: Sequence[str], place: Place, chain: tuple[str, ...]) -> including.Model:
        """What files come to, those that they include among them.

        Args:
            chain: the files by whose include they are read, the outermost first.
        """
        interpolation = Interpolation(
            place.environment,
            lambda name: warn(self._context, f'The "{name}" variable is not set. Defaulting to a blank string.'),
        )
        model = including.Model({}, {})
        for path in paths:
            source = self._read(path, interpolation)
            tags.drop(source.takes_back, model.document, model.services)
            rest = {key: value for key, value in source.document.items() if key not in ("services", "include")}
            model = including.Model(merged(model.document, rest), model.services)
            for name, settings in (source.document.get("services") or {}).items():
                extended = self._extended(source, name, settings, place, interpolation)
                model.services[name] = merged(model.services.get(name, {}), extended)
            for entry in including.read(source.document.get("include"), place):
                self._include(model, entry, place, (*chain, path))
        return model

    def _include(self, model: including.Model, entry: including.Include, place: Place, chain: tuple[str, ...]) -> None:
        self._included += 1
        if self._included > including.MOST:
            raise UnsimulatedError(f"including more than {including.MOST} files is not simulated", INVALID)
        for path in entry.paths:
            including.check_circle(path, chain)
        paths = entry.env_files or (posixpath.join(entry.directory, ".env"),)
        added = self._env_files(paths, place.environment, needed=bool(entry.env_files))
        inside = Place(entry.directory, place.home, {**added, **place.environment}, place.resolves, place.completes)
        including.take_in(model, self._model(entry.paths, inside, chain), inside)

    # files

    def _absolute(self, path: str) -> str:
        return posixpath.normpath(posixpath.join(self._context.directory, path))

    def _exists(self, path: str) -> bool:
        try:
            return self._context.files.stat(path).kind == "file"
        except OSError:
            return False

    def _paths(self, variables: Mapping[str, str]) -> list[str]:
        named = self._group["file"]
        if not named and (listed := variables.get("COMPOSE_FILE", "")):
            named = listed.split(variables.get("COMPOSE_PATH_SEPARATOR") or ":")
            self._listed = tuple(self._absolute(path) for path in named)
        if named:
            return [path if path == STDIN else self._absolute(path) for path in named]
        directory = self._absolute(self._group["project-directory"] or ".")
        while True:
            found = [path for name in NAMES if self._exists(path := posixpath.join(directory, name))]
            if found:
                break
            if directory == "/":
                raise CliError(NO_FILE, _NOT_FOUND)
            directory = posixpath.dirname(directory)
        if len(found) > 1:
            warn(self._context, f"Found multiple config files with supported names: {', '.join(found)}")
            warn(self._context, f"Using {found[0]}")
        overrides = [path for name in _OVERRIDES if self._exists(path := posixpath.join(directory, name))]
        return [found[0], *overrides[:1]]

    def _text(self, path: str) -> str:
        if path == STDIN:
            return self._given
        try:
            return self._context.files.read_bytes(path).decode("utf-8", "replace")
        except OSError as problem:
            call = "stat" if path in self._listed else "open"
            raise CliError(f"{call} {path}: {(problem.strerror or '').lower()}", _NOT_FOUND) from None

    def _read(self, path: str, interpolation: Interpolation) -> _Source:
        written, takes_back = yaml_text.read_tagged(self._text(path))
        document = schema.check(written, path)
        if "version" in document:
            warn(
                self._context,
                f"{path}: the attribute `version` is obsolete, it will be ignored, please remove it to avoid potential"
                " confusion",
            )
        return _Source(path, interpolation.tree(document) if self._how.interpolates else document, takes_back)

    def _variables(self, directory: str, environment: Mapping[str, str]) -> dict[str, str]:
        """An environment, and what .env files add to it."""
        listed = [path for path in self._context.environment.get("COMPOSE_ENV_FILES", "").split(",") if path]
        named = [self._absolute(path) for path in self._group["env-file"] or listed]
        added = self._env_files(named or [posixpath.join(directory, ".env")], environment, needed=bool(named))
        return {**added, **environment}

    def _env_files(self, paths: Sequence[str], environment: Mapping[str, str], *, needed: bool) -> dict[str, str]:
        """What files of variables say, later ones before earlier ones. CliError where one is missing that is needed."""
        added: dict[str, str] = {}
        for path in paths:
            if not needed and not self._exists(path):
                continue
            try:
                text = self._context.files.read_bytes(path).decode("utf-8", "replace")
            except OSError as problem:
                raise CliError(f"Couldn't find env file: {path}") from problem
            found = dotenv.parse(text, path, {**added, **environment})
            added |= {name: value for name, value in found.items() if value is not None}
        return added

    # services

    def _extended(
        self,
        source: _Source,
        name: str,
        settings: Mapping[str, Any],
        place: Place,
        interpolation: Interpolation,
        chain: tuple[tuple[str, str], ...] = (),
    ) -> dict[str, Any]:
        """A service's settings in their long forms, on top of those of the service that it extends.

        Args:
            chain: (service, file) of those that come to it by extending, the outermost first.
        """
        own = dict(settings)
        how = own.pop("extends", None)
        made = normalizing.service(own, place, only_places=not self._how.interpolates)
        if self._how.interpolates and self._how.takes_env_files:
            made = self._with_env_files(made, place)
        if how is None:
            return made
        if (name, source.path) in chain or len(chain) >= _EXTENSIONS:
            (first, where), *others = (*chain, (name, source.path))
            lines = [f"  {first} in {where}", *(f"  extends {other} in {path}" for other, path in others)]
            raise CliError("Circular reference:\n" + "\n".join(lines), INVALID)
        chain = (*chain, (name, source.path))
        wanted = how if isinstance(how, str) else how.get("service", "")
        own_path, file = source.path, how.get("file", "") if isinstance(how, dict) else ""
        if file:
            path = place.path(file)
            source = self._read(path, interpolation)
            place = Place(posixpath.dirname(path), place.home, place.environment, place.resolves, place.completes)
        services = source.document.get("services") or {}
        if wanted not in services:
            where = f" in {file}" if file else ""
            message = f'cannot extend service "{name}" in {own_path}: service "{wanted}" not found{where}'
            raise CliError(message, INVALID)
        below = self._extended(source, wanted, services[wanted], place, interpolation, chain)
        return merged(below, made)

    def _with_env_files(self, settings: dict[str, Any], place: Place) -> dict[str, Any]:
        """With the variables of its env_file, which those that it names itself go before."""
        paths = settings.pop("env_file", None)
        if not paths:
            return settings
        found: dict[str, Any] = {}
        for entry in paths:
            path = place.path(entry["path"])
            if not entry["required"] and not self._exists(path):
                continue
            try:
                text = self._context.files.read_bytes(path).decode("utf-8", "replace")
            except OSError as problem:
                reason = (problem.strerror or "").lower()
                raise CliError(f"env file {path} not found: stat {path}: {reason}", _NOT_FOUND) from None
            if entry.get("format", "") not in ("", "raw"):
                raise CliError(f'unsupported env_file format "{entry["format"]}"', INVALID)
            if entry.get("format"):
                found |= dotenv.parse_raw(text)
            else:
                found |= dotenv.parse(text, path, place.environment)
        found = {key: value for key, value in found.items() if value is not None}
        settings["environment"] = dict(sorted({**found, **settings.get("environment", {})}.items()))
        return settings


def _name_of(directory: str) -> str:
    """A directory's name as a project's."""
    return _normalized(posixpath.basename(directory))


def _normalized(name: str) -> str:
    return re.sub(r"[^a-z0-9_-]", "", name.lower()).lstrip("_-")

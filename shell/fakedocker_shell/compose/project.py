"""A project: its services, networks, volumes and files, named and consistent.

Source: compose-go loader (normalisation, consistency checks, profiles), the compose command's complaints.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from graphlib import TopologicalSorter
from typing import Final

from fakedocker.base.json_types import Json, JsonObject
from fakedocker_shell.cli.errors import CliError
from fakedocker_shell.compose.interpolation import INVALID
from fakedocker_shell.compose.values import Place, flag, pairs

DEFAULT_NETWORK = "default"
NO_SUCH_SERVICE = "no such service: {name}"


@dataclass(frozen=True, slots=True)
class How:
    """How files are read: with variables replaced, completed, with absolute paths, looked at as a whole, and with what the
    files of variables say among what a service names itself."""

    interpolates: bool = True
    completes: bool = True
    resolves: bool = True
    checks: bool = True
    takes_env_files: bool = True


USUAL: Final = How()


@dataclass(frozen=True, slots=True)
class Service:
    """A service: its settings in their long forms, under their names in the file."""

    name: str
    settings: Mapping[str, Json]

    def get(self, key: str, default: Json = None) -> Json:
        """A setting; the default where it is not set."""
        value = self.settings.get(key)
        return default if value is None else value

    @property
    def depends_on(self) -> Mapping[str, Mapping[str, Json]]:
        """What it waits for: service -> condition, required, restart."""
        return self.get("depends_on", {})  # type: ignore[no-any-return]  # settings are untyped data

    def without_dependencies(self) -> Service:
        """The same service, waiting for nothing."""
        return Service(self.name, {key: value for key, value in self.settings.items() if key != "depends_on"})

    @property
    def networks(self) -> Mapping[str, Mapping[str, Json] | None]:
        """The networks it joins, those of higher priority first."""
        joined = self.get("networks", {})
        return dict(sorted(joined.items(), key=lambda item: -((item[1] or {}).get("priority") or 0)))

    @property
    def replicas(self) -> int:
        """How many containers it has."""
        return int(self.get("scale", (self.get("deploy", {})).get("replicas", 1)))


@dataclass(frozen=True, slots=True)
class Project:
    """What files describe.

    Args:
        directory: where relative paths begin.
        files: the paths of its files.
        environment: the variables that the files were read with.
        networks, volumes, secrets, configs: by the names that services use; each has the `name` it has outside.
        disabled: services that are left out: no active profile asks for them, or others were named.
        extensions: what stands under keys that begin with x-.
    """

    name: str
    directory: str
    files: tuple[str, ...]
    environment: Mapping[str, str]
    services: Mapping[str, Service]
    networks: Mapping[str, Mapping[str, Json]]
    volumes: Mapping[str, Mapping[str, Json]]
    secrets: Mapping[str, Mapping[str, Json]]
    configs: Mapping[str, Mapping[str, Json]]
    disabled: Mapping[str, Service] = field(default_factory=dict)
    extensions: Mapping[str, Json] = field(default_factory=dict)

    def image(self, service: Service) -> str:
        """The image a service runs; one that is built here has a name of its own."""
        return str(service.get("image") or f"{self.name}-{service.name}")

    def dependencies(self) -> dict[str, list[str]]:
        """service -> what it depends on."""
        return {
            name: [other for other in service.depends_on if other in self.services]
            for name, service in sorted(self.services.items())
        }

    def levels(self) -> list[list[str]]:
        """The services in groups: each depends on services of earlier groups only. O(services and dependencies)."""
        sorter = TopologicalSorter(self.dependencies())
        sorter.prepare()
        levels = []
        while sorter.is_active():
            levels.append(sorted(sorter.get_ready()))
            sorter.done(*levels[-1])
        return levels

    def selected(self, names: Sequence[str], with_dependencies: bool = True) -> Project:
        """The project with those services alone, and what they depend on; all of them for no names.

        A service that is named is there whatever its profile. Raises CliError for one that there is not.
        """
        if not names:
            return self
        everything = {**self.services, **self.disabled}
        for name in names:
            if name not in everything:
                raise CliError(NO_SUCH_SERVICE.format(name=name))
        wanted = set(names)
        pending = list(names) if with_dependencies else []
        while pending:
            for other in everything[pending.pop()].depends_on:
                if other not in wanted and other in everything:
                    wanted.add(other)
                    pending.append(other)
        services = {name: service for name, service in sorted(everything.items()) if name in wanted}
        if not with_dependencies:
            services = {name: service.without_dependencies() for name, service in services.items()}
        return replace(
            self, services=services, disabled={name: one for name, one in everything.items() if name not in wanted}
        )


def assemble(
    document: Mapping[str, Json],
    services: Mapping[str, Mapping[str, Json]],
    *,
    name: str,
    place: Place,
    files: Sequence[str],
    profiles: Sequence[str],
    how: How = USUAL,
) -> Project:
    """A project of a whole document, whose services are in their long forms.

    Args:
        profiles: those that are active; "*" for all.

    Raises:
        CliError: something that services use is missing, or they depend on one another in a circle.
    """
    complete = _completed if how.completes else dict
    every = {key: Service(key, complete(settings)) for key, settings in sorted(services.items())}
    active = {key: one for key, one in every.items() if _is_active(one, profiles)}
    project = Project(
        name,
        place.directory,
        tuple(files),
        place.environment,
        active,
        _named(document.get("networks"), name, _networks_used(active.values()), how),
        _named(document.get("volumes"), name, _volumes_used(active.values()), how),
        _files("secrets", document.get("secrets"), name, place),
        _files("configs", document.get("configs"), name, place),
        {key: one for key, one in every.items() if key not in active},
        {key: value for key, value in document.items() if key.startswith("x-")},
    )
    if how.checks and how.interpolates:
        for service in active.values():
            _check(project, service, every)
        _check_circles(project)
    return project


def _completed(settings: Mapping[str, Json]) -> JsonObject:
    """With the dependencies that other settings bring, and the network that every service joins."""
    made = dict(settings)
    known: Mapping[str, Json] = {"condition": "service_started", "restart": True, "required": True}
    implied = {link.partition(":")[0]: known for link in made.get("links") or ()}
    for key in ("network_mode", "ipc", "pid", "uts", "cgroup"):
        kind, _, name = str(made.get(key, "")).partition(":")
        if kind == "service":
            implied[name] = known
    for name in made.get("volumes_from") or ():
        if not name.startswith("container:"):
            implied.setdefault(name.partition(":")[0], {"condition": "service_started", "required": True})
    if implied:
        made["depends_on"] = dict(sorted({**implied, **made.get("depends_on", {})}.items()))
    if "network_mode" not in made and not made.get("networks"):
        made["networks"] = {DEFAULT_NETWORK: None}
    return made


def _is_active(service: Service, profiles: Sequence[str]) -> bool:
    wanted = service.get("profiles", [])
    return not wanted or "*" in profiles or any(profile in profiles for profile in wanted)


def _networks_used(services: Iterable[Service]) -> set[str]:
    return {network for service in services for network in service.networks}


def _volumes_used(services: Iterable[Service]) -> set[str]:
    return {
        mount["source"]
        for service in services
        for mount in service.get("volumes", ())
        if mount.get("type") == "volume" and mount.get("source")
    }


def _named(section: Json, project: str, used: set[str], how: How) -> dict[str, JsonObject]:
    """Networks or volumes that are used, each with its name outside of the file."""
    section = dict(section or {})
    if not how.completes:
        return {key: dict(section[key] or {}) for key in sorted(section)}
    if DEFAULT_NETWORK in used:
        section.setdefault(DEFAULT_NETWORK, {})
    found = {}
    for key in sorted(used & section.keys()):
        entry = dict(section[key] or {})
        external = entry.pop("external", None)
        if isinstance(external, dict):
            entry.setdefault("name", external.get("name", key))
            external = True
        if external is not None and flag(external):
            entry = {"name": entry.get("name", key), "external": True}
        else:
            entry.setdefault("name", f"{project}_{key}")
        if "labels" in entry:
            entry["labels"] = pairs(entry["labels"], lambda name: "")
        found[key] = entry
    return found


def _files(kind: str, section: Json, project: str, place: Place) -> dict[str, JsonObject]:
    found = {}
    for key, entry in sorted((section or {}).items()):
        given = entry or {}
        ways = [way for way in ("file", "environment", "content") if given.get(way)]
        if len(ways) > 1:
            raise CliError(f"{kind}.{key}: file|environment|content attributes are mutually exclusive", INVALID)
        external = given.get("external") is not None and flag(given["external"])
        made = {"name": key if external else f"{project}_{key}", **given}
        if "file" in made:
            made["file"] = place.path(made["file"])
        found[key] = made
    return found


def _check(project: Project, service: Service, every: Mapping[str, Service]) -> None:
    """Raise CliError for a service that cannot be."""
    name = service.name
    problem = ""
    missing_dependency = next(
        (
            key for key, how in service.depends_on.items()
            if key not in project.services and (key not in every or how.get("required", True))
        ), None,
    )  # fmt: skip
    if not service.get("image") and not service.get("build"):
        problem = f'service "{name}" has neither an image nor a build context specified'
    elif service.get("network_mode") and service.get("networks"):
        problem = f"service {name} declares mutually exclusive `network_mode` and `networks`"
    elif any(_lacks_target(one) for one in (service.get("develop", {}).get("watch") or ())):
        problem = f"services.{name}.develop.watch: target is required for non-rebuild actions"
    elif undefined := next(iter(sorted(_networks_used([service]) - project.networks.keys())), None):
        problem = f'service "{name}" refers to undefined network {undefined}'
    elif missing_dependency is not None:
        problem = f'service "{name}" depends on undefined service "{missing_dependency}"'
    elif told := _told_twice(service):
        problem = f"services.{name}: can't set distinct values on '{told[0]}' and '{told[1]}'"
    elif undefined := next(iter(sorted(_volumes_used([service]) - project.volumes.keys())), None):
        problem = f'service "{name}" refers to undefined volume {undefined}'
    else:
        for kind, known in (("secret", project.secrets), ("config", project.configs)):
            for item in service.get(f"{kind}s", ()):
                if item["source"] not in known:
                    problem = problem or f'service "{name}" refers to undefined {kind} {item["source"]}'
    if problem:
        raise CliError(f"{problem}: invalid compose project", INVALID)


_TWICE: Final = (
    ("scale", "deploy.replicas"),
    ("cpus", "deploy.resources.limits.cpus"),
    ("mem_limit", "deploy.resources.limits.memory"),
    ("mem_reservation", "deploy.resources.reservations.memory"),
    ("pids_limit", "deploy.resources.limits.pids"),
)
"""What can be said in two places, which must not differ."""


def _told_twice(service: Service) -> tuple[str, str] | None:
    """The two places where a service says different things."""
    for key, path in _TWICE:
        other: Json = service.settings
        for part in path.split("."):
            other = other.get(part) if isinstance(other, Mapping) else None
        if service.get(key) is not None and other is not None and service.get(key) != other:
            return key, path
    return None


def _lacks_target(trigger: Mapping[str, Json]) -> bool:
    return trigger.get("action") not in ("rebuild", "restart") and not trigger.get("target")


def _check_circles(project: Project) -> None:
    """Refuse the first circle that is found going deeper first, in the order of names."""
    dependencies = project.dependencies()
    seen: set[str] = set()
    for first in dependencies:
        path, pending = {first: None}, [iter(dependencies[first])]  # a dictionary, as one is looked up in it
        while path:
            following = next(pending[-1], None)
            if following is None:
                seen.add(path.popitem()[0])
                pending.pop()
            elif following in path:
                walked = " -> ".join([*list(path)[list(path).index(following) :], following])
                raise CliError(f"dependency cycle detected: {walked}", INVALID)
            elif following not in seen:
                path[following] = None
                pending.append(iter(dependencies[following]))

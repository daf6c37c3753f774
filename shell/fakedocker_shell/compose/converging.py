"""Making what there is like what a project describes: networks, volumes, containers, and starting them in order.

Source: compose pkg/compose/create.go and convergence.go; order and words from what the command prints. Where compose
does several things at once, they are done here in the order of their names.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fakedocker_shell.cli.api import Api, escape, filters_query
from fakedocker_shell.cli.errors import CliError, DaemonError
from fakedocker_shell.compose import existing, hooks, labels, requests, stopping, waiting
from fakedocker_shell.compose.existing import Found
from fakedocker_shell.compose.files import warn
from fakedocker_shell.compose.injected_files import inject
from fakedocker_shell.compose.progress import Progress
from fakedocker_shell.compose.project import Project, Service


@dataclass(slots=True)
class Wishes:
    """How containers are to be made.

    Args:
        recreate: "diverged", "force" or "never": which of those that are there are made anew.
        recreate_dependencies: the same for services that were not named.
        named: the services of the command line; empty for all.
        renew_volumes: whether containers made anew get new anonymous volumes.
        scale: service -> how many containers, for some.
        timeout_seconds: how long containers get to stop; None for their own time.
    """

    recreate: str = "diverged"
    recreate_dependencies: str = "diverged"
    named: Sequence[str] = ()
    renew_volumes: bool = False
    remove_orphans: bool = False
    scale: Mapping[str, int] = field(default_factory=dict)
    timeout_seconds: int | None = None


class Convergence:
    """One run over a project."""

    def __init__(self, api: Api, project: Project, progress: Progress, wishes: Wishes) -> None:
        self._api = api
        self._project = project
        self._progress = progress
        self._wishes = wishes
        self.pause: waiting.Pause = api.context.sleep
        """How time is spent while something is waited for."""

    async def ensure_surroundings(self) -> None:
        """Networks and volumes. Raises CliError."""
        for key in self._project.networks:
            await self._ensure_network(key)
        for key in self._project.volumes:
            await self._ensure_volume(key)

    async def create(self) -> None:
        """Networks, volumes and containers, none of them started. Raises CliError."""
        await self._tell_of_orphans()
        await self.ensure_surroundings()
        found = existing.by_service(await existing.find(self._api, self._project.name))
        made_anew: set[str] = set()
        for level in self._project.levels():
            for name in level:
                service = self._project.services[name]
                ours = found.setdefault(name, [])
                if await self._converge(service, ours, made_anew, found):
                    made_anew.add(name)

    async def start(self, quiet: bool = False, only: Sequence[str] = ()) -> dict[str, list[Found]]:
        """Start what does not run, each service after what it depends on. Raises CliError.

        Args:
            quiet: say nothing of it.
            only: the services to start; all for none.

        Returns:
            the containers, by service.
        """
        progress = Progress(self._api.context, "quiet") if quiet else self._progress
        groups = existing.by_service(await existing.find(self._api, self._project.name))
        for level in self._project.levels():
            for name in level:
                if only and name not in only:
                    continue
                await waiting.for_dependencies(self._api, self._project.services[name], groups, progress, self.pause)
                waiting_ones = [one for one in groups.get(name, ()) if not one.is_running]
                for one in waiting_ones:
                    progress.begin(f"Container {one.name}", "Starting")
                    await inject(self._api, self._project, self._project.services[name], one.id)
                    await self._api.post(f"/containers/{one.id}/start")
                    await hooks.run(self._api, self._project.services[name], "post_start", one.id)
                    progress.end(f"Container {one.name}", "Started")
        return groups

    # networks and volumes

    async def _tell_of_orphans(self) -> None:
        every = {**self._project.services, **self._project.disabled}
        found = await existing.find(self._api, self._project.name, one_off=None)
        orphans = [one for one in found if one.service not in every]
        if not orphans:
            return
        if self._wishes.remove_orphans:
            await stopping.remove(self._api, orphans, self._progress, self._wishes.timeout_seconds, stop=True)
        elif self._api.context.environment.get("COMPOSE_IGNORE_ORPHANS", "").lower() not in ("1", "true"):
            names = " ".join(sorted(one.name for one in orphans))
            warn(
                self._api.context,
                f"Found orphan containers ([{names}]) for this project. If you removed or renamed this service in your"
                " compose file, you can run this command with the --remove-orphans flag to clean it up.",
            )

    async def _ensure_network(self, key: str) -> None:
        entry = self._project.networks[key]
        name = str(entry["name"])
        listed = await self._api.get("/networks", filters_query({"name": [name]})) or []
        same = [network for network in listed if network["Name"] == name]
        if same:
            own = (same[0].get("Labels") or {}).get(labels.PROJECT, "")
            if not entry.get("external") and own != self._project.name:
                warn(
                    self._api.context,
                    f'a network with name {name} exists but was not created for project "{self._project.name}".\n'
                    "Set `external: true` to use an existing network",
                )
            return
        if entry.get("external"):
            await self._api.get(f"/networks/{escape(name)}")
            raise CliError(f"network {name} declared as external, but could not be found")
        self._progress.begin(f"Network {name}", "Creating")
        try:
            await self._api.post("/networks/create", None, requests.network(self._project, key))
        except CliError as problem:
            self._progress.end(f"Network {name}", "Error", "error")
            raise CliError(f"failed to create network {name}: {problem.message}") from None
        self._progress.end(f"Network {name}", "Created")

    async def _ensure_volume(self, key: str) -> None:
        entry = self._project.volumes[key]
        name = str(entry["name"])
        try:
            found = await self._api.get(f"/volumes/{escape(name)}")
        except DaemonError as problem:
            if problem.http_status != 404:
                raise
            if entry.get("external"):
                raise CliError(f'external volume "{name}" not found') from None
        else:
            if not entry.get("external") and (found.get("Labels") or {}).get(labels.PROJECT) != self._project.name:
                warn(
                    self._api.context,
                    f'volume "{name}" already exists but was not created by Docker Compose. Use `external: true` to use'
                    " an existing volume",
                )
            return
        self._progress.begin(f'Volume "{name}"', "Creating")
        await self._api.post("/volumes/create", None, requests.volume(self._project, key))
        self._progress.end(f'Volume "{name}"', "Created")

    # containers

    async def _converge(
        self, service: Service, ours: list[Found], made_anew: set[str], found: dict[str, list[Found]]
    ) -> bool:
        """Let a service have the containers it should. Gives whether one that was there was made anew."""
        count = self._wishes.scale.get(service.name, service.replicas)
        if count > 1 and service.get("container_name"):
            name = service.get("container_name")
            raise CliError(
                f'WARNING: The "{service.name}" service is using the custom container name "{name}". Docker requires each'
                " container to have a unique name. Remove the custom name to scale the service.\n"
            )
        if len(ours) > count:
            await stopping.remove(self._api, ours[count:], self._progress, self._wishes.timeout_seconds, stop=True)
            del ours[count:]
        changed = False
        for place, one in enumerate(list(ours)):
            if await self._has_diverged(service, one) or self._follows(service, made_anew):
                ours[place] = await self._recreate(service, one, found)
                changed = True
            elif one.is_running:
                self._progress.end(f"Container {one.name}", "Running")
            else:
                self._progress.end(f"Container {one.name}", "Created")
        number = max((one.number for one in ours), default=0)
        while len(ours) < count:
            number += 1
            ours.append(await self._make(service, number, found))
        return changed

    def _follows(self, service: Service, made_anew: set[str]) -> bool:
        """Whether it has to be made anew because what it depends on was."""
        return any(how.get("restart") and name in made_anew for name, how in service.depends_on.items())

    async def _has_diverged(self, service: Service, one: Found) -> bool:
        wishes = self._wishes
        policy = wishes.recreate
        if wishes.named and service.name not in wishes.named:
            policy = wishes.recreate_dependencies
        if policy == "never":
            return False
        if policy == "force" or one.label(labels.CONFIG_HASH) != requests.config_hash(service):
            return True
        return one.label(labels.IMAGE) != await self._image_id(service)

    async def _image_id(self, service: Service) -> str:
        image = await self._api.get(f"/images/{escape(self._project.image(service))}/json")
        return str(image["Id"])

    def _name(self, service: Service, number: int) -> str:
        return str(service.get("container_name") or f"{self._project.name}-{service.name}-{number}")

    def _networks_of(self, found: Mapping[str, Sequence[Found]]) -> dict[str, str]:
        return {name: ones[0].id for name, ones in found.items() if ones}

    async def _body(
        self, service: Service, number: int, name: str, found: Mapping[str, Sequence[Found]]
    ) -> dict[str, Any]:
        image_id = await self._image_id(service)
        body = requests.container(self._project, service, number, image_id, name, self._networks_of(found))
        return await self._with_volumes_from(service, body, found)

    async def _with_volumes_from(
        self, service: Service, body: dict[str, Any], found: Mapping[str, Sequence[Found]]
    ) -> dict[str, Any]:
        sources = []
        for text in service.get("volumes_from", ()):
            kind, _, rest = text.partition(":")
            if kind == "container":
                sources.append(rest)
            else:
                sources += [f"{one.id}{':' + rest if rest else ''}" for one in found.get(kind, ())]
        if sources:
            body["HostConfig"]["VolumesFrom"] = sources
        return body

    async def _make(self, service: Service, number: int, found: dict[str, list[Found]]) -> Found:
        name = self._name(service, number)
        self._progress.begin(f"Container {name}", "Creating")
        made = await self._create(service, number, name, name, found)
        self._progress.end(f"Container {name}", "Created")
        return made

    async def _create(
        self,
        service: Service,
        number: int,
        name: str,
        temporary_name: str,
        found: dict[str, list[Found]],
        replaced: Found | None = None,
    ) -> Found:
        body = await self._body(service, number, name, found)
        if replaced is not None:
            body["Labels"][labels.REPLACES] = replaced.name
            await self._inherit_volumes(replaced, body)
        query = {"name": temporary_name}
        if service.get("platform"):
            query["platform"] = service.get("platform")
        created = await self._api.post("/containers/create", query, body)
        for warning in created.get("Warnings") or ():
            warn(self._api.context, warning)
        names = [f"/{name}"]
        return Found({"Id": created["Id"], "Names": names, "State": "created", "Labels": body["Labels"]})

    async def _inherit_volumes(self, replaced: Found, body: dict[str, Any]) -> None:
        """Anonymous volumes go on with the container that takes another's place."""
        if self._wishes.renew_volumes:
            return
        host = body["HostConfig"]
        taken = {mount["Target"] for mount in host["Mounts"] or () if mount.get("Source")}
        taken |= {bind.split(":")[1] for bind in host["Binds"] or ()}
        inspected = await self._api.get(f"/containers/{replaced.id}/json")
        for mount in inspected.get("Mounts") or ():
            if mount["Type"] == "volume" and mount["Destination"] not in taken:
                kept = {"Type": "volume", "Source": mount["Name"], "Target": mount["Destination"]}
                others = [one for one in host["Mounts"] or () if one["Target"] != mount["Destination"]]
                host["Mounts"] = [*others, kept]

    async def _recreate(self, service: Service, one: Found, found: dict[str, list[Found]]) -> Found:
        """A new container in the place of one that is there: made under another name, renamed when that is gone."""
        subject = f"Container {one.name}"
        self._progress.begin(subject, "Recreate")
        name = self._name(service, one.number)
        made = await self._create(service, one.number, name, f"{one.id[:12]}_{name}", found, one)
        query = {} if self._wishes.timeout_seconds is None else {"t": str(self._wishes.timeout_seconds)}
        await self._api.post(f"/containers/{one.id}/stop", query)
        await self._api.delete(f"/containers/{one.id}")
        await self._api.post(f"/containers/{made.id}/rename", {"name": name})
        self._progress.end(subject, "Recreated")
        return made

"""What there was when a recording began, as far as what was looked at in it shows.

A container, network or volume that is shown and that nobody had made before was there from the beginning; so was an image that
was shown or used, and that nobody had pulled or built. What nobody looked at is not known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, NamedTuple

from msgspec.structs import replace

from fakedocker.base.json_types import Json, JsonObject
from fakedocker.base.numbers import is_digits
from fakedocker.recordings.file import RecordingProblem
from fakedocker.recordings.told import Told, is_change

MOST_THINGS: Final = 2000
"""Of a kind: a recording that shows more is refused."""
_MAKING_IMAGES: Final = ("/images/", "/build", "/commit", "/session")
_BEFORE: Final = {
    "stop": "running", "kill": "running", "pause": "running", "exec": "running", "unpause": "paused", "start": "exited",
}  # fmt: skip
"""What a container was before something was done to it that went well."""


class ShownContainer(NamedTuple):
    """A container.

    Args:
        state: its status at first.
        shown: as inspect shows it, or a list where `is_listed`.
    """

    id: str
    name: str
    image: str
    state: str
    exit_code: int
    shown: JsonObject
    is_listed: bool


class Shown(NamedTuple):
    """What there was at first, each in the order in which it was shown; networks and volumes as their answers have them."""

    images: tuple[str, ...]
    containers: tuple[ShownContainer, ...]
    networks: tuple[JsonObject, ...]
    volumes: tuple[JsonObject, ...]


def shown_of(told: Iterable[Told]) -> Shown:
    """Look through a recording.

    Raises:
        RecordingProblem: it shows more than `MOST_THINGS` of a kind.
    """
    looking = _Looking()
    for one in told:
        looking.take(one)
    for name, found in (("images", looking.images), ("containers", looking.containers), ("networks", looking.networks), ("volumes", looking.volumes)):  # fmt: skip
        if len(found) > MOST_THINGS:
            raise RecordingProblem(f"it shows {len(found)} {name}, and {MOST_THINGS} are the most")
    containers = sorted(looking.containers.values(), key=_made_at)  # as they were made: one may use another's network
    return Shown(
        tuple(looking.images),
        tuple(containers),
        tuple(looking.networks.values()),
        tuple(looking.volumes.values()),
    )


def images_before(told: Iterable[Told]) -> tuple[str, ...]:
    """The images that containers were made of, and that nobody had pulled or built before."""
    looking = _Looking()
    for one in told:
        looking.look_at_images(one)
    return tuple(looking.images)


def text(value: Json, *names: str) -> str:
    """A text in an answer by the names that lead to it, "" where there is none."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, str) else ""


class _Looking:
    def __init__(self) -> None:
        self.images: dict[str, None] = {}
        self.containers: dict[str, ShownContainer] = {}
        self.networks: dict[str, JsonObject] = {}
        self.volumes: dict[str, JsonObject] = {}
        self._made = ""
        """What was asked that makes images: what they are called stands in it."""
        self._new: set[str] = set()
        """Ids and names of what was made."""
        self._before: dict[str, str] = {}
        """What a container was before the first thing that was done to it, by id or name."""

    def take(self, one: Told) -> None:
        self.look_at_images(one)
        if is_change(one.asked.method, one.path):
            self._note_change(one)
        elif one.asked.method == "GET" and one.status == 200:
            look = _LOOKS.get(one.path) or _look_at_one(one.path)
            if look is not None:
                look(self, one)

    def look_at_images(self, one: Told) -> None:
        path = one.path
        if path.startswith(_MAKING_IMAGES) and one.asked.method == "POST":
            self._made += f" {one.asked.target}"
        elif one.asked.method == "POST" and path == "/containers/create" and one.status == 201:
            self.add_image(text(one.asked_json(), "Image"))

    def add_image(self, name: str) -> None:
        if name and not name.startswith(("sha256:", "<none>")) and name.partition(":")[0] not in self._made:
            self.images[name if ":" in name.rpartition("/")[2] or "@" in name else f"{name}:latest"] = None

    def _note_change(self, one: Told) -> None:
        parts = one.path.split("/")[1:]
        if parts[-1] == "create" and one.status == 201:
            body = one.json()
            self._new.update((text(body, "Id"), text(body, "Name"), text(one.asked_json(), "Name")))
        elif parts[0] == "containers" and len(parts) == 3 and one.status in (200, 201, 204):
            self._before.setdefault(parts[1], _BEFORE.get(parts[2], ""))

    def images_listed(self, one: Told) -> None:
        listed = one.json()
        for image in listed if isinstance(listed, list) else ():
            names = image.get("RepoTags") if isinstance(image, dict) else None
            for name in names if isinstance(names, list) else ():
                self.add_image(name if isinstance(name, str) else "")

    def containers_listed(self, one: Told) -> None:
        listed = one.json()
        for shown in listed if isinstance(listed, list) else ():
            names = shown.get("Names") if isinstance(shown, dict) else None
            name = names[0] if isinstance(names, list) and names and isinstance(names[0], str) else ""
            status = text(shown, "Status")
            code = status[8 : status.find(")")] if status.startswith("Exited (") else ""
            self._add_container(shown, name, text(shown, "Image"), text(shown, "State"), code, is_listed=True)

    def container_inspected(self, one: Told) -> None:
        shown = one.json()
        state = shown.get("State") if isinstance(shown, dict) else None
        code = state.get("ExitCode") if isinstance(state, dict) else 0
        self._add_container(
            shown,
            text(shown, "Name"),
            text(shown, "Config", "Image"),
            text(state, "Status"),
            str(code),
            is_listed=False,
        )

    def _add_container(self, shown: Json, name: str, image: str, state: str, code: str, *, is_listed: bool) -> None:
        identifier, name = text(shown, "Id"), name.removeprefix("/")
        known = self.containers.get(identifier)
        if not identifier or identifier in self._new or (known is not None and (is_listed or not known.is_listed)):
            return
        self.add_image(image)
        before = self._before.get(name) or self._before.get(identifier) or self._before.get(identifier[:12], "")
        exit_code = int(code) if is_digits(code) and len(code) < 4 else 0
        state = known.state if known is not None else before or state
        self.containers[identifier] = ShownContainer(identifier, name, image, state, exit_code, shown, is_listed)

    def network_shown(self, network: Json) -> None:
        identifier = text(network, "Id")
        if identifier and identifier not in self._new:
            self.networks.setdefault(identifier, network)

    def networks_listed(self, one: Told) -> None:
        listed = one.json()
        for network in listed if isinstance(listed, list) else ():
            self.network_shown(network)

    def volume_shown(self, volume: Json) -> None:
        name = text(volume, "Name")
        if name and name not in self._new:
            self.volumes.setdefault(name, volume)

    def volumes_listed(self, one: Told) -> None:
        listed = one.json()
        volumes = listed.get("Volumes") if isinstance(listed, dict) else None
        for volume in volumes if isinstance(volumes, list) else ():
            self.volume_shown(volume)


_Look = Callable[[_Looking, Told], None]
_LOOKS: Final[dict[str, _Look]] = {
    "/images/json": _Looking.images_listed,
    "/containers/json": _Looking.containers_listed,
    "/networks": _Looking.networks_listed,
    "/volumes": _Looking.volumes_listed,
}


def _look_at_one(path: str) -> _Look | None:
    """What looks at an answer about one thing, by its path."""
    parts = path.split("/")[1:]
    if parts[0] == "containers" and len(parts) == 3 and parts[2] == "json":
        return _Looking.container_inspected
    if parts[0] == "networks" and len(parts) == 2:
        return lambda looking, one: looking.network_shown(one.json())
    if parts[0] == "volumes" and len(parts) == 2:
        return lambda looking, one: looking.volume_shown(one.json())
    if parts[0] == "images" and len(parts) >= 3 and parts[-1] == "json":
        return lambda looking, one: looking.images_listed(_as_list(one))
    return None


def _as_list(one: Told) -> Told:
    """An answer about one thing as a list of it."""
    first, *rest = one.parts or (one.end,)
    parts = (replace(first, data=b"[" + first.data), *rest, replace(one.end, data=b"]"))
    return replace(one, parts=parts)


def _made_at(container: ShownContainer) -> tuple[str, str]:
    created = container.shown.get("Created")
    return (created, container.id) if isinstance(created, str) else ("", container.id)

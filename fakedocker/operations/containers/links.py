"""Links between containers on the default bridge: names that one container has for another, and what they put into it.

Source: moby daemon/links.go, daemon/daemon_unix.go registerLinks, daemon/links (environment variables) and opts
ParseLink. A link's name is that of the container that has it and the alias, `second/first`; docker finds the linked
container by it. On user-defined networks links are aliases of the network, and none of this.
"""

from __future__ import annotations

from msgspec.structs import replace

from fakedocker.base import messages
from fakedocker.base.messages import Refusal
from fakedocker.containers.model import Container, Link
from fakedocker.network import model as network_model
from fakedocker.network.ports import port_key, split_port
from fakedocker.operations.networks import attachments
from fakedocker.operations.system import lookup
from fakedocker.wire.container import HostConfig
from fakedocker.world.draft import Draft

_NETWORKS = ("", "default", "bridge", network_model.HOST, network_model.NONE)
_NOT_PASSED_ON = ("HOME", "PATH")
"""Variables of a linked container that say nothing to another one."""


def parse(text: str) -> tuple[str, str]:
    """NAME[:ALIAS] as name and alias, also in the form that inspect shows it in.

    Raises:
        Refusal: it is none.
    """
    if not text:
        raise messages.LINK_EMPTY()
    parts = text.split(":")
    if len(parts) > 2:
        raise messages.LINK_FORMAT(text=text)
    if len(parts) == 1:
        return text, text
    if parts[0].startswith("/"):
        return parts[0][1:], parts[1].rpartition("/")[2]
    return parts[0], parts[1]


def resolve(draft: Draft, host: HostConfig) -> tuple[tuple[str, Container], ...]:
    """The links of a container to be: aliases, and the containers they mean.

    Raises:
        Refusal: a link is none, or leads to what is no container or has no network of its own.
    """
    if host.network_mode not in _NETWORKS:
        return ()
    found = []
    for text in host.links or ():
        name, alias = parse(text)
        other = _container(draft, name)
        while other.network_mode.startswith("container:"):
            other = _container(draft, other.network_mode.partition(":")[2])
        if other.network_mode == network_model.HOST:
            raise messages.LINKS_HOST_NETWORK()
        found.append((alias.strip("/"), other))
    return tuple(found)


def are_deprecated(draft: Draft, host: HostConfig | None) -> bool:
    """Whether the engine warns of the links of a container to be (moby daemon/create.go)."""
    in_bridge = host is not None and host.network_mode in ("", "default", "bridge")
    return not draft.profile.links_set_variables and in_bridge and bool(host and host.links)


def _container(draft: Draft, name: str) -> Container:
    """A container to link to. That there is none is the request's fault: 400, so that no client pulls an image."""
    try:
        return lookup.container(draft, name)
    except Refusal as refusal:
        raise messages.LINK_CONTAINER(name=name, problem=refusal.message) from None


def register(draft: Draft, container: Container, links: tuple[tuple[str, Container], ...]) -> None:
    """Give a new container its links; an alias that it has already keeps its meaning."""
    kept: dict[str, Link] = {}
    for alias, other in links:
        name = f"{container.name}/{alias}"
        if name not in draft.container_names:
            kept[alias] = Link(alias=alias, container_id=other.id, container_name=other.name)
            _name(draft, name, other.id)
    if kept:
        draft.containers[container.id] = replace(draft.containers[container.id], links=tuple(kept.values()))


def _name(draft: Draft, name: str, identifier: str) -> None:
    other = draft.containers[identifier]
    draft.container_names[name] = identifier
    draft.containers[identifier] = replace(other, link_names=tuple(sorted((*other.link_names, name))))


def _forget_name(draft: Draft, name: str) -> None:
    other = draft.containers.get(draft.container_names.pop(name) or "")
    if other is not None:
        rest = tuple(known for known in other.link_names if known != name)
        draft.containers[other.id] = replace(other, link_names=rest)


def renamed(draft: Draft, container: Container, name: str) -> None:
    """A container has got another name, and its links with it."""
    for link in container.links:
        if f"{container.name}/{link.alias}" in draft.container_names:
            _forget_name(draft, f"{container.name}/{link.alias}")
            _name(draft, f"{name}/{link.alias}", link.container_id)


def forget(draft: Draft, container: Container) -> None:
    """A container goes, with its names for others and theirs for it; who links to it keeps the link."""
    for link in container.links:
        if f"{container.name}/{link.alias}" in draft.container_names:
            _forget_name(draft, f"{container.name}/{link.alias}")
    for name in draft.containers[container.id].link_names:
        draft.container_names.pop(name)


def remove(draft: Draft, name: str) -> None:
    """docker rm --link: one link goes, named by its container and its alias.

    Raises:
        Refusal: the name is a container's own, or no link.
    """
    parent, _, alias = name.strip("/").rpartition("/")
    lookup.container(draft, name)
    if not parent:
        raise messages.LINK_OWN_NAME()
    holder = draft.containers.get(draft.container_names.get(parent, ""))
    if holder is None:
        raise messages.LINK_PARENT(parent=f"/{parent}", name=f"/{name.strip('/')}")
    _forget_name(draft, f"{parent}/{alias}")
    rest = tuple(link for link in holder.links if link.alias != alias)
    draft.containers[holder.id] = replace(draft.containers[holder.id], links=rest)


def shown(draft: Draft, container: Container) -> tuple[str, ...] | None:
    """HostConfig.Links as inspect has them: /other:/container/alias."""
    found = []
    for link in container.links:
        other = draft.containers.get(link.container_id)
        name = other.name if other is not None else link.container_name
        found.append(f"/{name}:/{container.name}/{link.alias}")
    return tuple(found) or None


def check_running(draft: Draft, container: Container) -> None:
    """Refuse a start while a linked container does not run, or is not on the default bridge."""
    if not container.links or "bridge" not in dict(container.networks):
        return
    for link in container.links:
        other = draft.containers.get(link.container_id)
        if other is None or not other.is_running:
            name = other.name if other is not None else link.container_name
            raise messages.LINK_NOT_RUNNING(name=name, link=f"{container.name}/{link.alias}")
        if _address(draft, other) is None:
            raise messages.LINK_NO_BRIDGE(id=other.id)


def _address(draft: Draft, container: Container) -> str | None:
    """A container's address on the default bridge."""
    endpoint = draft.endpoints[draft.network_names["bridge"]].get(container.id)
    return endpoint.address if endpoint is not None else None


def variables(draft: Draft, container: Container) -> dict[str, str]:
    """The environment variables that links put into a container (moby daemon/links ToEnv)."""
    found: dict[str, str] = {}
    for link in container.links:
        other = draft.containers.get(link.container_id)
        address = _address(draft, other) if other is not None else None
        if other is not None and address is not None:
            found |= _variables_of(f"/{container.name}/{link.alias}", other, address)
    return found


def _variables_of(name: str, other: Container, address: str) -> dict[str, str]:
    alias = name.rpartition("/")[2].upper().replace("-", "_")
    found: dict[str, str] = {}
    exposed = sorted(other.config.exposed_ports or {}, key=port_key)
    for index, text in enumerate(exposed):
        port, protocol = split_port(text)
        whole = f"{protocol}://{address}:{port}"
        if index == 0:
            found[f"{alias}_PORT"] = whole
        prefix = f"{alias}_PORT_{port}_{protocol.upper()}"
        found |= {prefix: whole, f"{prefix}_ADDR": address, f"{prefix}_PORT": port, f"{prefix}_PROTO": protocol}
    found[f"{alias}_NAME"] = name
    for entry in other.config.env or ():
        key, equals, value = entry.partition("=")
        if equals and key not in _NOT_PASSED_ON:
            found[f"{alias}_ENV_{key}"] = value
    return found


def host_lines(draft: Draft, container: Container) -> list[str]:
    """What links put into /etc/hosts: the other's address under its alias, its host name and its name."""
    lines = []
    for link in container.links:
        other = draft.containers.get(link.container_id)
        if other is None:
            continue
        names = " ".join(dict.fromkeys((link.alias, other.config.hostname, other.name)))
        lines += [
            f"{endpoint.address}\t{names}" for endpoint in attachments.endpoints_of(draft, other) if endpoint.address
        ]
    return lines


def holders(draft: Draft, container: Container) -> list[Container]:
    """The containers that have a link to this one."""
    names = (name.rpartition("/")[0] for name in container.link_names)
    found = (draft.containers.get(draft.container_names.get(name, "")) for name in names)
    return [holder for holder in found if holder is not None]

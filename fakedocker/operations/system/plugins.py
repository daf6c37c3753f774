"""Plugins: those that are built into the engine, as more than one answer tells them, and those that somebody has installed.

Sources: moby plugin/{store,errors,backend_linux,manager_linux}.go, daemon/network.go (pluginRefCount), volume/drivers/extpoint.go.
"""

from __future__ import annotations

from msgspec.structs import replace

from fakedocker.base import messages, reference
from fakedocker.base.json_types import JsonObject
from fakedocker.operations.system import filters as filtering
from fakedocker.operations.system.filters import Filters
from fakedocker.world.draft import Draft
from fakedocker.world.plugins import CAPABILITIES, Kind, NewPlugin, NoSuchPlugin, Plugin

VOLUME_PLUGINS = ("local",)
NETWORK_PLUGINS = ("bridge", "host", "ipvlan", "macvlan", "null", "overlay")
LOG_PLUGINS = ("awslogs", "fluentd", "gcplogs", "gelf", "journald", "json-file", "local", "splunk", "syslog")
LIST_FILTERS = ("enabled", "capability")


def install(draft: Draft, asked: NewPlugin) -> Plugin:
    """Put a plugin into the world.

    Raises:
        NoSuchPlugin: its name is none, or there is one of that name or a driver of the engine's own; or another kind.
    """
    if asked.kind not in CAPABILITIES:
        kinds = " or ".join(repr(kind) for kind in CAPABILITIES)
        raise NoSuchPlugin(f"expected a plugin of kind {kinds}, not {asked.kind!r}: no other is simulated")
    try:
        name = reference.parse(asked.name).with_default_tag().familiar
    except reference.InvalidReference as problem:
        raise NoSuchPlugin(f"{asked.name!r} is no name of a plugin: {problem}") from None
    if asked.name in (*VOLUME_PLUGINS, *NETWORK_PLUGINS) or any(other.name == name for other in draft.plugins):
        raise NoSuchPlugin(f"plugin {name} already exists")
    made = Plugin(
        id=draft.digest("plugin"), name=name, kind=asked.kind, description=asked.description, enabled=asked.enabled
    )
    draft.plugins = (*draft.plugins, made)
    return made


def find(draft: Draft, name: str) -> Plugin:
    """A plugin by its name, with or without the tag latest, or the beginning of its id.

    Raises:
        Refusal: there is none, or more than one.
    """
    found = [one for one in draft.plugins if name in (one.id, one.name) or f"{name}:latest" == one.name]
    found = found or [one for one in draft.plugins if one.id.startswith(name)]
    if len(found) > 1:
        raise messages.PLUGIN_AMBIGUOUS(name=name)
    if not found:
        raise messages.NO_SUCH_PLUGIN(name=name)
    return found[0]


def driver(draft: Draft, name: str, kind: Kind) -> Plugin:
    """The plugin that is a driver of that name (plugin/store.go Get).

    Raises:
        Refusal: there is none, or it is disabled, or no driver of that kind.
    """
    plugin = find(draft, name)
    if not plugin.enabled:
        raise messages.PLUGIN_DISABLED(name=name)
    if plugin.kind != kind:
        raise messages.PLUGIN_CAPABILITY(capability=CAPABILITIES[kind])
    return plugin


def names(draft: Draft, kind: Kind) -> tuple[str, ...]:
    """All drivers of a kind, in order."""
    own = VOLUME_PLUGINS if kind == "volume" else NETWORK_PLUGINS
    if not draft.plugins:
        return own
    return tuple(sorted((*own, *(one.name for one in draft.plugins if one.enabled and one.kind == kind))))


def is_used(draft: Draft, plugin: Plugin) -> bool:
    """Whether volumes or networks are of a plugin. Linear in their number."""
    if plugin.kind == "volume":
        return any(volume.driver == plugin.name for volume in draft.volumes.values())
    return any(network.driver == plugin.name for network in draft.networks.values())


def select(draft: Draft, filters: Filters) -> list[Plugin]:
    """The plugins that pass the filters (plugin/backend_linux.go List)."""
    enabled = filtering.boolean(filters, "enabled")
    wanted = filters.get("capability", ())
    return [
        plugin
        for plugin in draft.plugins
        if (enabled is None or plugin.enabled == enabled) and (not wanted or CAPABILITIES[plugin.kind] in wanted)
    ]


def enable(draft: Draft, name: str) -> None:
    """Switch a plugin on. Refusal where it is so already."""
    plugin = find(draft, name)
    if plugin.enabled:
        raise messages.PLUGIN_ENABLED(name=plugin.name)
    _change(draft, plugin, replace(plugin, enabled=True), "enable")


def disable(draft: Draft, name: str, force: bool) -> None:
    """Switch a plugin off. Refusal where it is so already, or is used and not forced."""
    plugin = find(draft, name)
    if is_used(draft, plugin) and not force:
        raise messages.PLUGIN_IN_USE(name=plugin.name)
    if not plugin.enabled:
        raise messages.PLUGIN_IS_DISABLED(name=plugin.name)
    _change(draft, plugin, replace(plugin, enabled=False), "disable")


def remove(draft: Draft, name: str, force: bool) -> Plugin:
    """Remove a plugin, and give it. Refusal where it is used or enabled, and not forced."""
    plugin = find(draft, name)
    if not force and is_used(draft, plugin):
        raise messages.PLUGIN_IN_USE(name=plugin.name)
    if not force and plugin.enabled:
        raise messages.PLUGIN_STILL_ENABLED(name=plugin.name)
    _change(draft, plugin, None, "remove")
    return plugin


def _change(draft: Draft, plugin: Plugin, after: Plugin | None, action: str) -> None:
    kept = (after if other is plugin else other for other in draft.plugins)
    draft.plugins = tuple(other for other in kept if other is not None)
    draft.record_event("plugin", action, plugin.id, {"name": plugin.name}.items())


def describe(plugin: Plugin) -> JsonObject:
    """What the API says of a plugin: of one that needs nothing of its host."""
    return {
        "Config": {
            "Args": {"Description": "", "Name": "", "Settable": None, "Value": None},
            "Description": plugin.description,
            "Documentation": "",
            "Entrypoint": ["/plugin"],
            "Env": None,
            "Interface": {"Socket": "plugin.sock", "Types": [f"docker.{CAPABILITIES[plugin.kind]}/1.0"]},
            "IpcHost": False,
            "Linux": {"AllowAllDevices": False, "Capabilities": None, "Devices": None},
            "Mounts": None,
            "Network": {"Type": "none"},
            "PidHost": False,
            "PropagatedMount": "/data" if plugin.kind == "volume" else "",
            "User": {},
            "WorkDir": "",
        },
        "Enabled": plugin.enabled,
        "Id": plugin.id,
        "Name": plugin.name,
        "PluginReference": _whole(plugin.name),
        "Settings": {"Args": [], "Devices": [], "Env": [], "Mounts": []},
    }


def _whole(name: str) -> str:
    parsed = reference.parse(name)
    return f"{parsed.name}:{parsed.tag}"

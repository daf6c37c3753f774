"""Templates in a service's specification: {{.Service.Name}} and its kin in variables, host names and mounts.

Source: swarmkit template/{context,expand}.go. Of Go's templates there are fields, and `index` of the labels.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from msgspec import UNSET, Struct
from msgspec.structs import replace

from fakedocker.base.patterns import lazy_pattern
from fakedocker.wire.container import DriverConfig, Mount, VolumeOptions
from fakedocker.wire.service import ContainerSpec

_ACTION = lazy_pattern(r"\{\{-?\s*(.*?)\s*-?\}\}", re.DOTALL)
_FIELD = lazy_pattern(r"(?:\.[A-Za-z]\w*)+")
_LABEL = lazy_pattern(r'index\s+\.Service\.Labels\s+(?:"([^"]*)"|`([^`]*)`)')


class InvalidTemplate(ValueError):
    """A text is no template, or asks for what there is not; the message is Go's."""


class Context(Struct, frozen=True, kw_only=True):
    """What templates can tell."""

    service_id: str
    service_name: str
    service_labels: Mapping[str, str] = {}
    node_id: str
    node_hostname: str
    node_system: str
    node_architecture: str
    task_id: str
    task_name: str
    slot: int

    def fields(self) -> dict[str, str]:
        """Every field by its path. A task of a global service has the node's id for a slot."""
        return {
            ".Service.ID": self.service_id, ".Service.Name": self.service_name, ".Node.ID": self.node_id, ".Node.Hostname": self.node_hostname,
            ".Node.Platform.Architecture": self.node_architecture, ".Node.Platform.OS": self.node_system, ".Task.ID": self.task_id,
            ".Task.Name": self.task_name, ".Task.Slot": str(self.slot) if self.slot else self.node_id,
        }  # fmt: skip


def text(template: str, context: Context, more: Callable[[str], str | None] | None = None) -> str:
    """A template's text.

    Args:
        more: gives what actions mean that a context knows nothing of, None where they mean nothing.

    Raises:
        InvalidTemplate: it is none.
    """
    if "{{" not in template:
        return template

    def meaning(match: re.Match[str]) -> str:
        action = match[1]
        known = context.fields().get(action)
        if known is not None:
            return known
        label = _LABEL.fullmatch(action)
        if label is not None:
            return context.service_labels.get(label[1] or label[2] or "", "")
        found = more(action) if more is not None else None
        if found is not None:
            return found
        raise InvalidTemplate(_problem(action))

    result = _ACTION.sub(meaning, template)
    if "{{" in template and _ACTION.search(template) is None:
        raise InvalidTemplate("template: expansion:1: unclosed action")
    return result


def _problem(action: str) -> str:
    if _FIELD.fullmatch(action):
        parts = action.split(".")[1:]
        known = {"Service": ("Service", "struct"), "Node": ("Node", "struct"), "Task": ("Task", "struct")}
        if parts[0] not in known or len(parts) == 1:
            return f'template: expansion:1:2: executing "expansion" at <{action}>: can\'t evaluate field {parts[0]} in type template.Context'
        return f'template: expansion:1:{3 + len(parts[0])}: executing "expansion" at <{action}>: can\'t evaluate field {parts[1]} in type struct {{...}}'
    word = action.split()[0] if action.split() else ""
    if not word:
        return "template: expansion:1: missing value for command"
    return f'template: expansion:1: function "{word}" not defined'


def expand(spec: ContainerSpec, context: Context) -> ContainerSpec:
    """A specification as one task's container has it.

    Raises:
        InvalidTemplate: with what it was in.
    """
    try:
        env = tuple(_variable(entry, context) for entry in spec.env)
    except InvalidTemplate as problem:
        raise InvalidTemplate(f"expanding env failed: {problem}") from None
    try:
        mounts = tuple(_mount(mount, context) for mount in spec.mounts)
    except InvalidTemplate as problem:
        raise InvalidTemplate(f"expanding mounts failed: {problem}") from None
    try:
        hostname = text(spec.hostname, context)
    except InvalidTemplate as problem:
        raise InvalidTemplate(f"expanding hostname failed: {problem}") from None
    return replace(spec, env=env, mounts=mounts, hostname=hostname)


def _variable(entry: str, context: Context) -> str:
    name, equals, value = entry.partition("=")
    if not equals:
        return entry
    try:
        return f"{name}={text(value, context)}"
    except InvalidTemplate as problem:
        raise InvalidTemplate(f'expanding env "{entry}": {problem}') from None


def _mount(mount: Mount, context: Context) -> Mount:
    changes: dict[str, object] = {}
    for what, value in (("source", mount.source), ("target", mount.target)):
        if isinstance(value, str) and value:
            try:
                changes[what] = text(value, context)
            except InvalidTemplate as problem:
                raise InvalidTemplate(f'expanding mount {what} "{value}": {problem}') from None
    options = mount.volume_options
    if isinstance(options, VolumeOptions):
        driver = options.driver_config
        if isinstance(driver, DriverConfig) and driver.options:
            driver = replace(driver, options=_map(driver.options, context))
        labels = _map(options.labels, context) if options.labels else UNSET
        changes["volume_options"] = replace(options, labels=labels, driver_config=driver)
    return replace(mount, **changes)


def _map(values: Mapping[str, str], context: Context) -> dict[str, str]:
    return {key: text(value, context) for key, value in values.items()}

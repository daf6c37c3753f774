"""Answers as older versions of the API have them: fields that newer ones leave out, and without those that came later.

The engine makes each answer in the newest version's form; here it is changed into an older one's. Source: the handlers
of moby api/server/router that ask for the version (image, system, container), daemon/inspect.go, and
docs/api/version-history. What a request of an older version means is the handlers' business.
"""

from __future__ import annotations

import msgspec
from msgspec import UNSET
from msgspec.structs import replace

from fakedocker.base.json_types import Json, JsonObject
from fakedocker.images.model import Image
from fakedocker.network.model import PREDEFINED
from fakedocker.wire.container import Config, ContainerInspect
from fakedocker.wire.image import ImageInspect, ImageSummary
from fakedocker.wire.storage import GraphDriver

Version = tuple[int, int]

_IMAGE_CONFIG: JsonObject = {
    "AttachStderr": False, "AttachStdin": False, "AttachStdout": False, "Cmd": None, "Domainname": "", "Entrypoint": None, "Env": None,
    "Hostname": "", "Image": "", "Labels": None, "OnBuild": None, "OpenStdin": False, "StdinOnce": False, "Tty": False, "User": "",
    "Volumes": None, "WorkingDir": "",
}  # fmt: skip
"""What the configuration of an image always had before 1.50."""


_IMAGE_CONFIG_150: JsonObject = {
    "Cmd": None, "Entrypoint": None, "Env": None, "Labels": None, "OnBuild": None, "User": "", "Volumes": None, "WorkingDir": "",
}  # fmt: skip
"""What engines from 29 on still show of it in 1.50 and 1.51 (moby daemon/server/router/image/inspect_response.go)."""


def image(message: ImageInspect, found: Image, version: Version, slim: bool, storage: str) -> Json:
    """GET /images/NAME/json.

    Args:
        slim: whether the engine leaves out what never says anything.
        storage: the image store's name.
    """
    in_containerd = message.graph_driver is UNSET
    if version < (1, 53):
        message = replace(message, identity=UNSET)
    if version >= (1, 52):
        empty = {
            field: UNSET for field in ("parent", "comment", "author", "docker_version") if not getattr(message, field)
        }
        return replace(message, **empty)
    if in_containerd:
        message = replace(message, graph_driver=GraphDriver(None, storage))
    if version < (1, 48):
        message = replace(message, descriptor=UNSET, manifests=UNSET)
    if version >= (1, 50) and not slim:
        return message
    if version >= (1, 50):
        shown: JsonObject = msgspec.to_builtins(message)
        return shown | {"Config": _IMAGE_CONFIG_150 | shown["Config"]}
    older = msgspec.to_builtins(message)
    older["Config"] = _IMAGE_CONFIG | older["Config"]
    if version < (1, 45):
        if found.container_id or slim:
            older["Container"] = found.container_id
        empty_config = Config(on_build=UNSET if slim else None)
        older["ContainerConfig"] = None if in_containerd else msgspec.to_builtins(empty_config)
        if found.container_config is not None and not in_containerd:
            older["ContainerConfig"] |= msgspec.to_builtins(found.container_config)
    if version < (1, 44):
        older["VirtualSize"] = message.size
    return older


def image_list(messages: list[ImageSummary], version: Version) -> list[Json]:
    """GET /images/json."""
    if version < (1, 47):
        messages = [replace(message, descriptor=UNSET, manifests=UNSET) for message in messages]
    elif version < (1, 48):
        messages = [replace(message, descriptor=UNSET) for message in messages]
    return _image_list(messages, version)


def _image_list(messages: list[ImageSummary], version: Version) -> list[Json]:
    if version >= (1, 44):
        return list(messages)
    older = [msgspec.to_builtins(message) | {"VirtualSize": message.size} for message in messages]
    if version < (1, 43):
        for entry in older:
            if not entry["RepoTags"] and not entry["RepoDigests"]:
                entry |= {"RepoTags": ["<none>:<none>"], "RepoDigests": ["<none>@<none>"]}
    return older


_BRIDGE_FIELDS = (
    "bridge", "hairpin_mode", "link_local_ipv6_address", "link_local_ipv6_prefix_len", "secondary_ip_addresses", "secondary_ipv6_addresses",
)  # fmt: skip
_ADDRESS_FIELDS = (
    "endpoint_id", "gateway", "global_ipv6_address", "global_ipv6_prefix_len", "ip_address", "ip_prefix_len", "ipv6_gateway", "mac_address",
)  # fmt: skip
"""Of the default network; what they say is in Networks too."""


def container(message: ContainerInspect, version: Version, slim: bool, storage: str) -> Json:
    """GET /containers/ID/json: before 1.45 the short id and the host name were among the aliases in networks of users.

    Args:
        slim: whether the engine leaves out what never says anything.
        storage: the image store's name.
    """
    if version < (1, 52) and message.storage is not UNSET:
        message = replace(message, storage=UNSET, graph_driver=GraphDriver(None, storage))
    if version < (1, 48):
        message = replace(message, image_manifest_descriptor=UNSET)
    if slim:
        message = _slim_container(message, version)
    if version >= (1, 45):
        return message
    older = msgspec.to_builtins(message)
    own = (message.id[:12], message.config.hostname)
    for name, endpoint in older["NetworkSettings"]["Networks"].items():
        if name not in PREDEFINED:
            endpoint["Aliases"] = list(dict.fromkeys([*(endpoint["Aliases"] or ()), *own]))
    return older


def _slim_container(message: ContainerInspect, version: Version) -> ContainerInspect:
    gone = (*_BRIDGE_FIELDS, *(_ADDRESS_FIELDS if version >= (1, 52) else ()))
    config = message.config if message.config.on_build else replace(message.config, on_build=UNSET)
    settings = replace(message.network_settings, **dict.fromkeys(gone, UNSET))
    return replace(message, config=config, network_settings=settings)


def info(message: JsonObject, version: Version) -> JsonObject:
    """GET /info."""
    older = dict(message)
    if version < (1, 25):
        older["SecurityOptions"] = [
            option.partition(",")[0].removeprefix("name=") for option in message["SecurityOptions"]
        ]
        older["ExecutionDriver"] = "<not supported>"
    if version < (1, 44):
        older["Runtimes"] = {
            name: {key: value for key, value in runtime.items() if key != "status"}
            for name, runtime in message["Runtimes"].items()
        }
    if version < (1, 46):
        older.pop("Containerd")
    if version < (1, 47):
        older["RegistryConfig"] = {
            "AllowNondistributableArtifactsCIDRs": None, "AllowNondistributableArtifactsHostnames": None, **message["RegistryConfig"],
        }  # fmt: skip
    if version < (1, 49):
        older.pop("FirewallBackend")
        commits = {name: message[name]["ID"] for name in ("ContainerdCommit", "RuncCommit", "InitCommit")}
        older |= {name: {"ID": commit, "Expected": commit} for name, commit in commits.items()}
    if version < (1, 50):
        older |= {"BridgeNfIptables": False, "BridgeNfIp6tables": False}
    return older


def disk_usage(message: JsonObject, version: Version) -> JsonObject:
    """GET /system/df before 1.52."""
    older = dict(message)
    if "Images" in message:
        older["Images"] = _image_list(message["Images"], version)
    if version < (1, 42):
        older["BuildCache"] = [
            {key: value for key, value in record.items() if key != "Parents"} for record in message["BuildCache"]
        ]
    return older

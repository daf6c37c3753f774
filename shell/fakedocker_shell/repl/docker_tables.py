"""Which kind of name stands where in a docker command line: of arguments, of flags' values, of filters and --format.

Tables only. Kinds are keys of `docker_completion.KINDS`; where nothing is known there is no row. It must not know which
names exist.
"""

from __future__ import annotations

from fakedocker.base import signals
from fakedocker.operations.containers import listing, remove
from fakedocker.operations.images import images
from fakedocker.operations.networks import networks
from fakedocker.operations.swarm import nodes, services, stored, tasks
from fakedocker.operations.volumes import volumes

ARGUMENTS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(
        (
            f"compose {name}"
            for name in (
                "build create down images kill logs pause ps pull push restart rm start stop top unpause up wait".split()
            )
        ),
        ("service", "..."),
    ),
    **dict.fromkeys(("compose exec", "compose run", "compose port"), ("service",)),
    "config create": ("", "file"),
    "config inspect": ("config", "..."),
    "config rm": ("config", "..."),
    "container attach": ("running",),
    "container commit": ("container", "image"),
    "container cp": ("container path", "container path"),
    "container create": ("image or offered",),
    "container diff": ("container",),
    "container exec": ("running",),
    "container export": ("container",),
    "container inspect": ("container", "..."),
    "container kill": ("running", "..."),
    "container logs": ("container",),
    "container pause": ("running", "..."),
    "container port": ("active",),
    "container rename": ("container",),
    "container restart": ("container", "..."),
    "container rm": ("stopped", "..."),
    "container run": ("image or offered",),
    "container start": ("stopped", "..."),
    "container stats": ("running", "..."),
    "container stop": ("running", "..."),
    "container top": ("running",),
    "container unpause": ("paused", "..."),
    "container update": ("container", "..."),
    "container wait": ("active", "..."),
    "context inspect": ("context", "..."),
    "context rm": ("context", "..."),
    "context update": ("context",),
    "context use": ("context",),
    "image build": ("directory",),
    "image history": ("image",),
    "image import": ("file", "image"),
    "image inspect": ("image", "..."),
    "image ls": ("image",),
    "image pull": ("image or offered",),
    "image push": ("image",),
    "image rm": ("image", "..."),
    "image save": ("image", "..."),
    "image tag": ("image", "image"),
    "inspect": ("object", "..."),
    "network connect": ("network", "container"),
    "network disconnect": ("network", "container"),
    "network inspect": ("network", "..."),
    "network rm": ("own network", "..."),
    **dict.fromkeys(
        ("node demote", "node inspect", "node promote", "node ps", "node rm"),
        ("node", "..."),
    ),
    "node update": ("node",),
    "secret create": ("", "file"),
    "secret inspect": ("secret", "..."),
    "secret rm": ("secret", "..."),
    "service create": ("image or offered",),
    **dict.fromkeys(("service inspect", "service ps", "service rm"), ("swarm service", "...")),
    **dict.fromkeys(("service logs", "service rollback", "service update"), ("swarm service",)),
    "service scale": ("scale", "..."),
    **dict.fromkeys(("stack deploy", "stack ps", "stack services"), ("stack",)),
    "stack rm": ("stack", "..."),
    "swarm join-token": ("join role",),
    "volume inspect": ("volume", "..."),
    "volume rm": ("volume", "..."),
}
"""Command to the kinds of its arguments; "..." says that the last one is repeated."""

MUST_EXIST = frozenset(
    {
        "running",
        "paused",
        "active",
        "stopped",
        "container",
        "image",
        "image or offered",
        "network",
        "own network",
        "volume",
        "config",
        "node",
        "secret",
        "stack",
        "swarm service",
    }
)
"""Kinds whose names are underlined where they do not exist."""

MADE_BY_COMMAND = frozenset(
    {("container commit", 1), ("image import", 1), ("image tag", 1), ("image ls", 0), ("stack deploy", 0)}
)
"""Arguments that need not exist: names that the command gives, or a pattern."""

FLAG_VALUES: dict[str, str] = {
    "cap-add": "capability",
    "cap-drop": "capability",
    "cidfile": "file",
    "context": "context",
    "driver": "driver",
    "env": "environment",
    "env-file": "file",
    "file": "file",
    "filter": "filter",
    "format": "format",
    "input": "file",
    "iidfile": "file",
    "ipc": "namespace",
    "label-file": "file",
    "link": "container",
    "log-driver": "log driver",
    "mount": "mount",
    "network": "network mode",
    "net": "network mode",
    "output": "file",
    "pid": "namespace",
    "platform": "platform",
    "publish": "port",
    "pull": "pull",
    "restart": "restart policy",
    "signal": "signal",
    "stop-signal": "signal",
    "tag": "image",
    "type": "object type",
    "volume": "volume mount",
    "volumes-from": "container",
    "workdir": "",
    **{f"service create {kind}": kind for kind in ("config", "secret")},
    **{f"service update {kind}-{end}": kind for kind in ("config", "secret", "network") for end in ("add", "rm")},
    "service create network": "network",
    "service update publish-add": "port",
    "service update image": "image or offered",
    "service create mode": "mode",
    "availability": "availability",
    "compose-file": "file",
    "constraint": "constraint",
    "constraint-add": "constraint",
    "endpoint-mode": "endpoint mode",
    "resolve-image": "resolve image",
    "restart-condition": "restart condition",
    "role": "role",
    **dict.fromkeys(("rollback-order", "update-order"), "order"),
    **dict.fromkeys(("rollback-failure-action", "update-failure-action"), "failure action"),
}
"""A flag, where needed with its command -> the kind of its value."""

WORDS: dict[str, tuple[tuple[str, str], ...]] = {
    "capability": tuple(
        (name, "capability")
        for name in (
            "ALL", "AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_ADMIN", "NET_BIND_SERVICE", "NET_RAW",
            "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_ADMIN", "SYS_CHROOT", "SYS_PTRACE", "SYS_TIME",
        )
    ),
    "availability": (
        ("active", "takes tasks"),
        ("pause", "takes no new tasks"),
        ("drain", "gives its tasks away"),
    ),
    "constraint": (
        ("node.role==manager", "managers alone"),
        ("node.role==worker", "workers alone"),
        ("node.hostname==", "one node"),
        ("node.labels.", "a label of nodes"),
    ),
    "context": (("default", "context"),),
    "endpoint mode": (("vip", "one address for all tasks"), ("dnsrr", "the addresses of the tasks")),
    "failure action": (
        ("pause", "leave it as it is"),
        ("continue", "go on"),
        ("rollback", "go back to what was before"),
    ),
    "join role": (("worker", "runs tasks"), ("manager", "runs the swarm too")),
    "log driver": (("json-file", "what docker logs shows"), ("local", "the same, compressed"), ("none", "no log")),
    "mount": (
        ("type=bind,source=", "a path of the host"),
        ("type=volume,source=", "a volume"),
        ("type=tmpfs,target=", "memory"),
    ),
    "mode": (
        ("replicated", "so many tasks"),
        ("global", "a task on each node"),
        ("replicated-job", "so many tasks that end"),
        ("global-job", "a task on each node that ends"),
    ),
    "namespace": (("host", "that of the host"), ("private", "its own")),
    "object type": tuple((name, "kind of object") for name in ("config", "container", "image", "network", "node", "secret", "service", "task", "volume")),
    "order": (("stop-first", "the old task ends first"), ("start-first", "the new task starts first")),
    "platform": (("linux/amd64", "this machine's"), ("linux/arm64", "another machine's")),
    "pull": (("always", "ask the registry"), ("missing", "only if it is not here"), ("never", "fail if it is not here")),
    "resolve image": (
        ("always", "ask the registry which image it is"),
        ("changed", "only if its name is another"),
        ("never", "do not ask"),
    ),
    "restart condition": (("any", "whenever it ends"), ("on-failure", "when its status is not 0"), ("none", "never")),
    "restart policy": (
        ("no", "leave it ended"),
        ("on-failure", "when its status is not 0"),
        ("on-failure:3", "the same, three times at most"),
        ("always", "whenever it ends"),
        ("unless-stopped", "whenever it ends, unless somebody stopped it"),
    ),
    "role": (("manager", "runs the swarm"), ("worker", "runs tasks")),
    "signal": tuple((name, f"signal {number}") for number, name in sorted(signals.NAMES.items()) if number < 32),
}  # fmt: skip
"""Kinds whose names never change, with a word on each."""

DRIVERS: dict[str, tuple[tuple[str, str], ...]] = {
    "network create": (
        ("bridge", "network of its own on this host"),
        ("macvlan", "addresses of the host's network"),
        ("ipvlan", "the same, one MAC address"),
        ("overlay", "network of a swarm"),
    ),
    "volume create": (("local", "directory of the host"),),
}

FILTERS: dict[str, tuple[str, ...]] = {
    "container ls": listing.LIST_FILTERS,
    "container prune": remove.PRUNE_FILTERS,
    "image ls": images.LIST_FILTERS,
    "image prune": images.PRUNE_FILTERS,
    "network ls": networks.LIST_FILTERS,
    "network prune": networks.PRUNE_FILTERS,
    "config ls": stored.CONFIGS.filters,
    "node ls": nodes.LIST_FILTERS,
    "secret ls": stored.SECRETS.filters,
    "service ls": services.LIST_FILTERS,
    "stack services": services.LIST_FILTERS,
    **dict.fromkeys(
        ("node ps", "service ps", "stack ps"), tuple(name for name in tasks.LIST_FILTERS if not name.startswith("_"))
    ),
    "search": ("is-official", "stars"),
    "system events": ("config", "container", "daemon", "event", "image", "label", "network", "scope", "type", "volume"),
    "system prune": ("label", "label!", "until"),
    "volume ls": volumes.LIST_FILTERS,
    "volume prune": volumes.PRUNE_FILTERS,
}

_STATES = ("created", "running", "paused", "restarting", "removing", "exited", "dead")
_EVENTS = (
    "attach", "commit", "connect", "create", "destroy", "die", "disconnect", "exec_create", "health_status", "kill", "mount", "oom", "pause",
    "pull", "remove", "rename", "restart", "start", "stop", "tag", "unpause", "untag", "update",
)  # fmt: skip
NAME_FILTERS = {
    "config": "config",
    "network": "network",
    "node": "node",
    "secret": "secret",
    "service": "swarm service",
    "volume": "volume",
}
"""The group of a command -> the kind of names that its filter `name` means; containers where there is none."""

FILTER_VALUES: dict[str, tuple[str, ...] | str] = {
    "all": ("true", "false"),
    "ancestor": "image",
    "before": "container",
    "container": "container",
    "dangling": ("true", "false"),
    "desired-state": ("running", "shutdown", "accepted"),
    "driver": ("bridge", "host", "null", "local"),
    "event": _EVENTS,
    "health": ("starting", "healthy", "unhealthy", "none"),
    "image": "image",
    "is-official": ("true", "false"),
    "membership": ("accepted", "pending"),
    "mode": ("replicated", "global", "replicated-job", "global-job"),
    "name": "container",
    "network": "network",
    "node": "node",
    "reference": "image",
    "role": ("manager", "worker"),
    "scope": ("local", "swarm", "global"),
    "service": "swarm service",
    "since": "container",
    "status": _STATES,
    "type": ("container", "image", "volume", "network", "daemon"),
    "until": ("10m", "1h", "24h"),
    "volume": "volume",
}
"""A filter's values, or the kind of name they are."""

INSPECT_FIELDS = (
    "Id", "Name", "Created", "State.Status", "State.ExitCode", "State.Pid", "State.Health.Status", "State.OOMKilled", "Config.Image", "Config.Env",
    "Config.Cmd", "Config.Labels", "HostConfig.RestartPolicy.Name", "HostConfig.Memory", "NetworkSettings.IPAddress", "NetworkSettings.Ports",
    "NetworkSettings.Networks", "Mounts", "RestartCount", "LogPath", "Image", "RepoTags", "RootFS.Layers", "Size", "Driver", "Mountpoint", "Containers",
    "IPAM.Config", "Labels", "Scope", "Spec.Name", "Spec.Labels", "Spec.Mode.Replicated.Replicas",
    "Spec.TaskTemplate.ContainerSpec.Image", "Spec.TaskTemplate.ContainerSpec.Env", "UpdateStatus.State", "Endpoint.Ports", "Status.State",
)  # fmt: skip

ROWS: dict[str, tuple[str, str]] = {
    "container ls": ("rows_containers", "ROWS"),
    "container stats": ("commands.stats", "ROWS"),
    "context ls": ("rows_others", "CONTEXT_ROWS"),
    "image history": ("rows_images", "HISTORY_ROWS"),
    "image ls": ("rows_images", "ROWS"),
    "network ls": ("rows_others", "NETWORK_ROWS"),
    "search": ("rows_others", "SEARCH_ROWS"),
    "volume ls": ("rows_others", "VOLUME_ROWS"),
    "config ls": ("rows_swarm", "CONFIG_ROWS"),
    "node ls": ("rows_swarm", "NODE_ROWS"),
    "secret ls": ("rows_swarm", "SECRET_ROWS"),
    "stack ls": ("rows_swarm", "STACK_ROWS"),
    **dict.fromkeys(("service ls", "stack services"), ("rows_swarm", "SERVICE_ROWS")),
    **dict.fromkeys(("node ps", "service ps", "stack ps"), ("rows_swarm", "TASK_ROWS")),
}
"""Where the columns of a list are: module of `cli`, and its name there."""

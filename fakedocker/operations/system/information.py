"""What the daemon says of itself: version, info, disk usage.

Sources: moby daemon/info.go, disk_usage.go; the exchanges. Versions are those of the world's profile.
"""

from __future__ import annotations

from fakedocker.base import clock
from fakedocker.base.json_types import JsonObject
from fakedocker.containers.model import PAUSED, RUNNING
from fakedocker.operations.buildkit import records
from fakedocker.operations.containers import listing
from fakedocker.operations.images import content_store, descriptions, images
from fakedocker.operations.swarm import cluster
from fakedocker.operations.system.plugins import LOG_PLUGINS, names
from fakedocker.operations.volumes import volumes
from fakedocker.world.draft import Draft


def version(draft: Draft) -> JsonObject:
    """The answer of GET /version."""
    profile = draft.profile
    common = {"ApiVersion": profile.newest_api, "MinAPIVersion": profile.oldest_api, "GitCommit": profile.engine.commit,
              "GoVersion": profile.go_version, "Os": "linux", "Arch": "amd64", "KernelVersion": draft.host.kernel_version,
              "BuildTime": profile.built}  # fmt: skip
    details = {
        **{name: common[name] for name in ("ApiVersion", "Arch", "BuildTime")},
        "Experimental": "false",
        **{name: common[name] for name in ("GitCommit", "GoVersion", "KernelVersion", "MinAPIVersion")},
        **dict(profile.module),
        "Os": common["Os"],
    }
    components = [
        {"Name": "Engine", "Version": profile.engine.version, "Details": details},
        *(
            {"Name": name, "Version": part.version, "Details": {"GitCommit": part.commit}}
            for name, part in (
                ("containerd", profile.containerd),
                ("runc", profile.runc),
                ("docker-init", profile.init),
            )
        ),
    ]
    return {
        "Platform": {"Name": "Docker Engine - Community"},
        "Components": components,
        "Version": profile.engine.version,
        **common,
    }


_DRIVER_STATUS = {
    "overlay2": [
        ["Backing Filesystem", "extfs"],
        ["Supports d_type", "true"],
        ["Using metacopy", "false"],
        ["Native Overlay Diff", "true"],
        ["userxattr", "false"],
    ],
    "overlayfs": [["driver-type", "io.containerd.snapshotter.v1"]],
}


def info(draft: Draft) -> JsonObject:
    """The answer of GET /info."""
    host, profile = draft.host, draft.profile
    states = [container.status for container in draft.containers.values()]
    running, paused = states.count(RUNNING) + states.count("restarting"), states.count(PAUSED)
    runtime = {"path": "runc", "status": {"org.opencontainers.runtime-spec.features": "{}"}}
    return {
        "ID": host.daemon_id, "Containers": len(states), "ContainersRunning": running, "ContainersPaused": paused,
        "ContainersStopped": len(states) - running - paused, "Images": len(draft.images), "Driver": draft.storage,
        "DriverStatus": _DRIVER_STATUS[draft.storage],
        "Plugins": {"Volume": names(draft, "volume"), "Network": names(draft, "network"), "Authorization": None, "Log": LOG_PLUGINS},
        "MemoryLimit": True, "SwapLimit": True, "CpuCfsPeriod": True, "CpuCfsQuota": True, "CPUShares": True, "CPUSet": True,
        "PidsLimit": True, "IPv4Forwarding": True, "Debug": False, "NFd": 24, "OomKillDisable": False, "NGoroutines": 41,
        "SystemTime": clock.rfc3339_nano(draft.wall_ns), "LoggingDriver": "json-file", "CgroupDriver": "systemd", "CgroupVersion": "2",
        "NEventsListener": 0, "KernelVersion": host.kernel_version, "OperatingSystem": host.operating_system, "OSVersion": host.os_version,
        "OSType": "linux", "Architecture": "x86_64", "IndexServerAddress": "https://index.docker.io/v1/",
        "RegistryConfig": {
            "InsecureRegistryCIDRs": ["::1/128", "127.0.0.0/8"],
            "IndexConfigs": {"docker.io": {"Name": "docker.io", "Mirrors": [], "Secure": True, "Official": True}}, "Mirrors": [],
        },
        "NCPU": host.cpus, "MemTotal": host.memory_bytes, "GenericResources": None, "DockerRootDir": "/var/lib/docker", "HttpProxy": "",
        "HttpsProxy": "", "NoProxy": "", "Name": host.hostname, "Labels": [], "ExperimentalBuild": False, "ServerVersion": profile.engine.version,
        "Runtimes": {"io.containerd.runc.v2": runtime, "runc": runtime}, "DefaultRuntime": "runc",
        "Swarm": cluster.info(draft),
        "LiveRestoreEnabled": False, "Isolation": "", "InitBinary": "docker-init", "ContainerdCommit": {"ID": profile.containerd.commit},
        "RuncCommit": {"ID": profile.runc.commit}, "InitCommit": {"ID": profile.init.commit},
        "SecurityOptions": ["name=seccomp,profile=builtin", "name=cgroupns"], "CDISpecDirs": ["/etc/cdi", "/var/run/cdi"],
        "Containerd": {"Address": "/run/containerd/containerd.sock", "Namespaces": {"Containers": "moby", "Plugins": "plugins.moby"}},
        "FirewallBackend": {"Driver": "iptables", **({"Info": profile.firewall} if profile.firewall else {})}, "Warnings": None,
    }  # fmt: skip


def disk_usage(draft: Draft, types: tuple[str, ...], with_health: bool = False) -> JsonObject:
    """The answer of GET /system/df: what images, containers, volumes and the build cache hold.

    Args:
        with_health: whether containers tell of their health.
    """
    everything = not types
    answer: JsonObject = {}
    if built := sum(record["Size"] for record in records.usage(draft)):
        answer["BuilderSize"] = built
    if everything or "image" in types:
        answer["LayersSize"] = content_store.disk_bytes(draft)
        listed, counted = images.select(draft, {}, everything=False), descriptions.holders(draft)
        answer["Images"] = [
            descriptions.summary(draft, image, tags, digests or None, shared=counted, containers=True)
            for image, tags, digests in listed
        ]
    if everything or "container" in types:
        found = listing.select(draft, {}, everything=True, limit=0)
        told = listing.Told(health=with_health, manifest=False)
        answer["Containers"] = [listing.summary(draft, container, with_size=True, told=told) for container in found]
    if everything or "volume" in types:
        answer["Volumes"] = [
            volumes.inspect(volume, volumes.usage(draft, volume)) for volume in volumes.select(draft, {})
        ]
    if everything or "build-cache" in types:
        answer["BuildCache"] = records.usage(draft)
    return answer

"""Every word that the daemon says when it refuses something, with its HTTP status and where it is known from.

One table: a message is called with its fields and gives the `Refusal` to raise. Sources are recordings (their names),
the Engine API's recorded exchanges, or the part of moby that says it. What another release of Docker says in other words
has a row of its own at the end; the engine says a refusal in its release's words where it answers (`Words.reword`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final


class Refusal(Exception):
    """A request that the daemon refuses.

    Args:
        status: of the HTTP answer.
        message: docker's words.
        commits_partial: whether what the request did up to here stays done (a failed start leaves the container and its
            error).
        origin: the message that it was made of, None for one that was not.
        fields: what filled its gaps.
    """

    def __init__(
        self,
        status: int,
        message: str,
        commits_partial: bool = False,
        origin: Message | None = None,
        fields: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.commits_partial = commits_partial
        self.origin = origin
        self.fields = fields


class Message:
    """A refusal with gaps to fill in."""

    __slots__ = ("source", "status", "text")

    def __init__(self, status: int, text: str, source: str) -> None:
        self.status = status
        self.text = text
        self.source = source

    def __call__(self, **fields: object) -> Refusal:
        return Refusal(self.status, self.text.format(**fields), origin=self, fields=fields)


class Words:
    """What a release of Docker says in other words than the table above.

    Args:
        rows: its own message for one of the table.
        texts: its own words for a text of the table.
    """

    def __init__(self, rows: Mapping[Message, Message], texts: Mapping[str, str]) -> None:
        self._rows = rows
        self._texts = texts

    def text(self, text: str) -> str:
        """This release's words for a text of the table."""
        return self._texts.get(text, text)

    def reword(self, refusal: Refusal) -> Refusal:
        """A refusal in this release's words: the same one where it has no other."""
        row = self._rows.get(refusal.origin) if refusal.origin is not None else None
        if row is None:
            return refusal
        fields = refusal.fields or {}
        return Refusal(row.status, row.text.format(**fields), refusal.commits_partial, row, fields)


# any object
NO_NUMBER = Message(500, "{problem}", "moby api/server/router, in Go's words (base/numbers.py)")
PAGE_NOT_FOUND = Message(404, "page not found", "exchanges")
EMPTY_NAME = Message(400, "invalid container name or ID: value is empty", "names")
INVALID_JSON = Message(400, "invalid JSON: {problem}", "exchanges")
ADDRESS_IN_JSON = Message(400, "invalid JSON: {problem}", "moby api/server/httputils, Go net/netip")
EMPTY_BODY = Message(400, "invalid JSON: got EOF while reading request body", "moby api/server/httputils")
TRAILING_CONTENT = Message(400, "unexpected content after JSON", "moby api/server/httputils")
INVALID_FILTERS = Message(400, "invalid filter", "exchanges")
INVALID_FILTER = Message(400, "invalid filter '{name}'", "ps-filters")
INVALID_FILTER_VALUE = Message(400, "invalid filter '{name}=[{value}]'", "images")
INVALID_FILTER_REASON = Message(400, "invalid filter '{name}={value}': {reason}", "ps-filters")
CONTENT_TYPE = Message(400, "unsupported Content-Type header ({given}): must be 'application/json'", "exchanges")
NO_TIME = Message(400, "{problem}", "prune-df, logs")
BAD_REQUEST = Message(400, "{problem}", "moby: the message of the error itself")
EVENTS_ORDER = Message(
    400, "`since` time ({since}) cannot be after `until` time ({until})", "moby api/server/router/system"
)
NOT_SIMULATED = Message(501, "{what} is not simulated by fakedocker", "fakedocker")
NO_UPGRADE = Message(500, "no upgrade proto in request", "moby api/server/router/grpc, buildkit session/manager.go")
UPGRADE_NOT_SUPPORTED = Message(500, "protocol {protocol} not supported", "moby api/server/router/grpc")
SESSION_EXISTS = Message(400, "session {name} already exists", "buildkit session/manager.go")
NO_SESSION = Message(500, "no active session for {name}: context deadline exceeded", "buildkit session/manager.go")
JOB_EXISTS = Message(500, "job ID {name} exists", "buildkit solver/jobs.go")
NO_SUCH_JOB = Message(500, "no such job {name}", "buildkit solver/errdefs")
NO_BUILD_ID = Message(500, "no buildid found in context", "buildkit control/gateway")
NO_SUCH_RESULT = Message(500, "no such ref: {name}", "buildkit frontend/gateway")
NO_FRONTEND = Message(500, "unknown frontend: {name}", "buildkit solver/llbsolver/bridge.go")
NO_EXPORTER = Message(500, 'exporter "{name}" could not be found', "moby builder/builder-next/worker")
INVALID_NETWORK_MODE = Message(500, "invalid netmode {mode}", "buildkit frontend/dockerui")
SEVERAL_PLATFORMS = Message(
    500,
    "exporting multiple references to image store is currently unsupported",
    "moby builder-next/exporter/mobyexporter",
)
UNSUPPORTED_REQUEST = Message(500, "unsupported request {name}", "buildkit solver/errdefs")
BAD_CALL = Message(500, "grpc: error unmarshalling request: proto: {problem}", "grpc-go server.go")
FAULT_KIND = Message(501, "the kind of fault {kind} is not here: nothing that is installed brings it", "fakedocker")
FAULT = Message(500, "{operation} fails by a fault rule of fakedocker", "fakedocker")
PLUGIN_AMBIGUOUS = Message(400, 'multiple plugins found for "{name}"', "moby plugin/errors.go")
PLUGIN_DISABLED = Message(409, "plugin {name} found but disabled", "moby plugin/errors.go")
PLUGIN_CAPABILITY = Message(500, 'plugin does not provide "{capability}" capability', "moby plugin/v2/plugin.go")
PLUGIN_ENABLED = Message(409, "already enabled: plugin {name} is enabled", "moby plugin/manager_linux.go")
PLUGIN_STILL_ENABLED = Message(409, "plugin {name} is enabled", "moby plugin/errors.go")
PLUGIN_IS_DISABLED = Message(
    409, "plugin is already disabled: plugin {name} found but disabled", "moby plugin/manager_linux.go"
)
PLUGIN_IN_USE = Message(409, "plugin {name} is in use", "moby plugin/errors.go")
NO_SUCH_PLUGIN = Message(404, 'plugin "{name}" not found', "moby plugin/store.go")
CLIENT_TOO_OLD = Message(
    400,
    "client version {given} is too old. Minimum supported API version is {minimum}, please upgrade your client to a newer version",
    "exchanges",
)
CLIENT_TOO_NEW = Message(
    400, "client version {given} is too new. Maximum supported API version is {maximum}", "exchanges"
)
OBJECT_TYPE = Message(400, "unknown object type: {kind}", "moby api/server/router/system")
NO_WEBSOCKET = Message(400, "not a websocket handshake", "golang.org/x/net/websocket")
URL_HOST = 'parse "{url}": invalid character in host name'
TOO_DEEP = "exceeded max depth"
SEVERAL_UNTIL = Message(400, "more than one until filter specified", "moby daemon/prune.go")
BASE64 = "illegal base64 data at input byte {at}"
OWN_FAILURE = "fakedocker failed, and nothing has changed: {kind}: {problem}"
WENT_BACK = "the engine went back to an earlier state"

# containers
NO_SUCH_CONTAINER = Message(404, "No such container: {name}", "lifecycle")
AMBIGUOUS_ID = Message(400, "multiple IDs found with provided prefix: {name}", "moby pkg/truncindex")
CONTAINER_NAME = Message(400, "Invalid container name ({name}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed", "names")
NAME_IN_USE = Message(
    409,
    'Conflict. The container name "/{name}" is already in use by container "{id}". '
    "You have to remove (or rename) that container to be able to reuse that name.",
    "names",
)
EMPTY_CONFIG = Message(400, "config cannot be empty in order to create a container", "exchanges")
NO_COMMAND = Message(400, "no command specified", "moby daemon/create.go")
NOT_RUNNING = Message(409, "container {id} is not running", "lifecycle")
NOT_RUNNING_KILL = Message(409, "cannot kill container: {name}: container {id} is not running", "lifecycle")
INVALID_SIGNAL_KILL = Message(400, "cannot kill container: {name}: invalid signal: {signal}", "signals")
INVALID_SIGNAL = Message(400, "invalid signal: {signal}", "signals")
RESTARTING_CONTAINER = Message(
    409, "Container {id} is restarting, wait until the container is running", "moby daemon/errors.go"
)
IPC_PRIVATE = Message(
    400,
    "container {id}: non-shareable IPC (hint: use IpcMode:shareable for the donor container)",
    "moby container_operations_unix.go",
)
JOIN_NAMESPACE = Message(500, "failed to join {what} namespace: {problem}", "moby daemon/oci_linux.go")
NOT_PAUSED = Message(500, "Container {id} is not paused", "lifecycle")
ALREADY_PAUSED = Message(409, "Container {id} is already paused", "lifecycle")
RESTARTING_PAUSE = Message(
    409, "Container {id} is restarting, wait until the container is running", "moby daemon/pause.go"
)
START_PAUSED = Message(409, "cannot start a paused container, try unpause instead", "lifecycle")
START_WITH_BODY = Message(
    400,
    "starting container with non-empty request body was deprecated since API v1.22 and removed in v1.24",
    "moby api/server/router/container",
)
START_REMOVING = Message(409, "container is marked for removal and cannot be started", "moby daemon/start.go")
REMOVE_PAUSED = Message(
    409, 'cannot remove container "{name}": container is paused and must be unpaused first', "lifecycle"
)
REMOVE_RUNNING = Message(
    409,
    'cannot remove container "{name}": container is {state}: stop the container before removing or force remove',
    "lifecycle",
)
REMOVAL_IN_PROGRESS = Message(409, "removal of container {name} is already in progress", "lifecycle")
REMOVAL_FAILED = Message(
    500,
    'container {id}: driver "overlay2" failed to remove root filesystem: unlinkat /var/lib/docker/overlay2/{id}: device or resource busy',
    "moby daemon/delete.go",
)
RENAME_EMPTY = Message(400, "Neither old nor new names may be empty", "exchanges")
RENAME_SAME = Message(400, "Renaming a container with the same name as its current name", "names")
RENAME_FAILED = Message(409, "Error when allocating new name: {problem}", "names")
WAIT_CONDITION = Message(400, 'invalid condition: "{condition}"', "exchanges")
RESIZE_VALUE = Message(400, 'invalid resize {what} "{value}": invalid syntax', "exchanges")
UPDATE_FAILED = Message(409, "Cannot update container {id}: {problem}", "restart")
UPDATE_SWAP = Message(
    500,
    "Cannot update container {id}: runc did not terminate successfully: exit status 1: memory+swap limit should be >= memory limit: unknown",
    "moby daemon/update.go, runc cgroups ConvertMemorySwapToCgroupV2Value",
)
NO_STREAMS = Message(400, "Bad parameters: you must choose at least one stream", "exchanges")
LOGS_UNREADABLE = Message(501, "configured logging driver does not support reading", "logs")
LOG_DRIVER_UNKNOWN = Message(400, 'error looking up logging plugin {driver}: plugin "{driver}" not found', "logs")
LOG_DRIVER_FAILED = Message(
    500, "failed to create task for container: failed to initialize logging driver: {problem}", "moby daemon/monitor.go"
)
MINIMUM_MEMORY = Message(400, "Minimum memory limit allowed is 6MB", "run-basics")
MEMORY_SWAP = Message(
    400, "Minimum memoryswap limit should be larger than memory limit, see usage", "moby daemon_unix.go"
)
MEMORY_SWAP_ALONE = Message(
    400, "You should always set the Memory limit when using Memoryswap limit, see usage", "moby daemon_unix.go"
)
MEMORY_SWAP_UPDATE = Message(
    409,
    "Memory limit should be smaller than already set memoryswap limit, update the memoryswap at the same time",
    "moby container_unix.go",
)
MEMORY_RESERVATION = Message(
    400, "Minimum memory limit can not be less than memory reservation limit, see usage", "moby daemon_unix.go"
)
UPDATE_RUNC = Message(
    500,
    "Cannot update container {id}: runc did not terminate successfully: exit status 1: {problem}: unknown",
    "moby daemon/update.go, runc update",
)
CPU_RANGE = Message(
    400, "range of CPUs is from 0.01 to {count:.2f}, as there are only {count} CPUs available", "run-basics"
)
CPU_CONFLICT = Message(400, "Conflicting options: Nano CPUs and CPU {what} cannot both be set", "moby daemon_unix.go")
CPU_CONFLICT_UPDATE = Message(
    409, "Conflicting options: {what} cannot be updated as {other} has already been set", "moby container_unix.go"
)
AUTO_REMOVE_RESTART = Message(
    400, "can't create 'AutoRemove' container with restart policy", "moby daemon/container.go"
)
HEALTH_TOO_SHORT = Message(400, "{what} in Healthcheck cannot be less than 1ms", "moby daemon/container.go")
HEALTH_RETRIES = Message(400, "Retries in Healthcheck cannot be negative", "moby daemon/container.go")
CAPABILITY = Message(400, 'invalid {field}: unknown capability: "{name}"', "moby oci/caps")
ANNOTATION_EMPTY = Message(
    400, "invalid Annotations: the empty string is not permitted as an annotation key", "moby daemon/container.go"
)
EXTRA_HOST = Message(400, 'bad format for add-host: "{entry}"', "moby opts/hosts.go")
EXTRA_HOST_ADDRESS = Message(400, 'invalid IP address in add-host: "{address}"', "moby opts/hosts.go")
SWAPPINESS = Message(400, "Invalid value: {value}, valid memory swappiness range is 0-100", "moby daemon_unix.go")
MINIMUM_RESERVATION = Message(400, "Minimum memory reservation allowed is 6MB", "moby daemon_unix.go")
CPU_PERIOD = Message(
    400,
    "CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s (i.e. 1000000)",
    "moby daemon_unix.go",
)
CPU_QUOTA = Message(400, "CPU cfs quota can not be less than 1ms (i.e. 1000)", "moby daemon_unix.go")
CPUSET = Message(400, "Invalid value {value} for cpuset {what}: {problem}", "moby daemon_unix.go")
CPUSET_UNAVAILABLE = Message(
    400, "Requested {what} are not available - requested {wanted}, available: {available}", "moby daemon_unix.go"
)
BLOCK_WEIGHT = Message(400, "Range of blkio weight is from 10 to 1000", "moby daemon_unix.go")
MODE_INVALID = Message(400, "invalid {what} mode: {mode}", "moby daemon_unix.go")
SHM_NEGATIVE = Message(400, "SHM size can not be less than 0", "moby daemon_unix.go")
OOM_SCORE = Message(400, "Invalid value {value}, range for oom score adj is [-1000, 1000]", "moby daemon_unix.go")
CGROUP_PARENT = Message(
    400, 'cgroup-parent for systemd cgroup should be a valid slice named as "xxx.slice"', "moby daemon_unix.go"
)
RUNTIME_UNKNOWN = Message(400, "unknown or invalid runtime name: {name}", "moby daemon/runtime_unix.go")
ISOLATION = Message(400, "invalid isolation ({isolation}): linux only supports 'default'", "moby runconfig")
QUALITY_OF_SERVICE = Message(
    400, "invalid option: QoS maximum {what} configuration is not supported on linux", "moby runconfig"
)
CPU_SHARES = Message(400, "invalid CPU shares ({value}): value must be a positive integer", "moby runconfig")
CPU_REAL_TIME = Message(400, "kernel does not support CPU real-time scheduler", "moby runconfig")
STORAGE_OPTION_UNKNOWN = Message(500, "Unknown option {name}", "moby graphdriver/overlay2")
STORAGE_QUOTA = Message(
    500, "--storage-opt is supported only for overlay over xfs with 'pquota' mount option", "moby graphdriver/overlay2"
)
NETWORK_MODE_CONTAINER = Message(
    400, "Invalid network mode: invalid container format container:<name|id>", "moby runconfig"
)
HOSTNAME_CONFLICT = Message(400, "conflicting options: hostname and the network mode", "moby runconfig")
UTS_HOSTNAME_CONFLICT = Message(400, "conflicting options: hostname and the UTS mode", "moby runconfig")
DNS_CONFLICT = Message(400, "conflicting options: dns and the network mode", "moby runconfig")
EXTRA_HOSTS_CONFLICT = Message(
    400, "conflicting options: custom host-to-IP mapping and the network mode", "moby runconfig"
)
PUBLISH_CONFLICT = Message(
    400, "conflicting options: port publishing and the container type network mode", "moby runconfig"
)
EXPOSE_CONFLICT = Message(
    400, "conflicting options: port exposing and the container type network mode", "moby runconfig"
)
LINKS_CONTAINER_NETWORK = Message(
    400,
    "conflicting options: container type network can't be used with links. This would result in undefined behavior",
    "moby runconfig",
)
LINKS_HOST_NETWORK = Message(
    400,
    "conflicting options: host type networking can't be used with links. This would result in undefined behavior",
    "moby runconfig",
)
LINKS_DEPRECATED = "Links on the default bridge network are deprecated and will be removed in a future release. Use a custom network instead."
"""A warning (networks of 29.7.2)."""
LINK_EMPTY = Message(400, "empty string specified for links", "moby opts/opts.go")
LINK_FORMAT = Message(400, "bad format for links: {text}", "moby opts/opts.go")
LINK_CONTAINER = Message(400, "could not get container for {name}: {problem}", "moby daemon_unix.go")
LINK_OWN_NAME = Message(500, "Conflict, cannot remove the default link name of the container", "moby daemon/delete.go")
LINK_PARENT = Message(500, "Cannot get parent {parent} for link name {name}", "moby daemon/delete.go")
LINK_NOT_RUNNING = Message(
    500, "Cannot link to a non running container: /{name} AS /{link}", "moby container_operations_unix.go"
)
LINK_NO_BRIDGE = Message(
    500, "container {id} not attached to default bridge network", "moby container_operations_unix.go"
)
MAC_CONFLICT = Message(400, "conflicting options: mac-address and the network mode", "moby runconfig")
MAC_NETWORK = Message(
    400,
    "if a container-wide MAC address is supplied, HostConfig.NetworkMode must match the identity of a network in NetworkSettings.Networks",
    "moby container_routes.go",
)
MAC_MISMATCH = Message(
    400,
    "the container-wide MAC address must match the endpoint-specific MAC address for the main network, or be left empty",
    "moby container_routes.go",
)
MOUNT_OPTIONS = Message(400, '{option} must not be specified on mount type "{type}"', "moby container_routes.go")
NEEDS_VERSION = Message(
    400, "{route} requires minimum API version {minimum}", "moby server/router/local.go WithMinimumAPIVersion"
)
NEEDS_API = Message(400, "{what} needs API v{version} or newer", "moby container_routes.go")
MANY_ENDPOINTS = Message(
    400, "Container cannot be created with multiple network endpoints: {networks}", "moby container_routes.go"
)
WORKING_DIR_RELATIVE = Message(
    400, "the working directory '{path}' is invalid, it needs to be an absolute path", "moby daemon/container.go"
)
DEVICE_UNKNOWN = Message(
    500,
    'error gathering device information while adding custom device "{path}": {problem}',
    "moby oci/devices_linux.go",
)
DEVICE_RULE = Message(500, "invalid device cgroup rule format: '{rule}'", "moby oci/oci.go")
DEVICE_RULE_NUMBER = Message(500, "invalid {what} value in device cgroup rule format: '{rule}'", "moby oci/oci.go")
DEVICE_NO_STAT = Message(500, "stat {path}: no such file or directory", "moby daemon/daemon_unix.go")
WORKING_DIR_FILE = Message(
    500,
    "Cannot mkdir: {path} is not a directory",
    "moby container/container_unix.go SetupWorkingDirectory",
)
ENV_INVALID = Message(400, "invalid environment variable: {value}", "moby opts.ValidateEnv")
NO_SUCH_USER = Message(400, "unable to find user {user}: no matching entries in passwd file", "run-basics")
ID_RANGE = Message(400, "uids and gids must be in range 0-2147483647", "moby user.GetExecUser")
TMPFS_OPTION = Message(500, 'Invalid tmpfs option "{option}"', "moby sys/mount MergeTmpfsOptions")
NO_SUCH_GROUP = Message(
    400, "unable to find group {group}: no matching entries in group file", "moby daemon/oci_linux.go"
)
START_FAILED = Message(
    400,
    "failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: "
    "unable to start container process: error during container init: {problem}: unknown",
    "run-basics, runc 1.2",
)
RUNC_FAILED = Message(
    500,
    "failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: {problem}: unknown",
    "moby daemon/errors.go setExitCodeFromError; runc 1.2",
)
RUNC_INIT = Message(
    500,
    "failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: "
    "unable to start container process: error during container init: {problem}: unknown",
    "moby daemon/errors.go setExitCodeFromError; runc 1.2",
)
SECCOMP_PROFILE = Message(500, "Decoding seccomp profile failed: {problem}", "moby profiles/seccomp")
SECCOMP_BOTH = Message(
    500,
    "both '{one}' and '{other}' are specified in the seccomp profile, use either '{one}' or '{other}'",
    "moby profiles/seccomp",
)
NAME_SERVER = Message(500, "bad nameserver address {server}: {problem}", "moby libnetwork/sandbox_dns_unix.go")
DETACH_KEYS = Message(400, "Invalid {what} keys ({keys}) provided", "moby daemon/attach.go, daemon/exec.go")
PS_NO_PID = Message(500, "Couldn't find PID field in ps output", "moby daemon/top_unix.go, x-system")
PS_COLUMN = Message(500, 'ps: error: unknown user-defined format specifier "{name}"', "procps-ng ps")
FILTER_STATE = (
    "invalid value for state ({value}): must be one of created, running, paused, restarting, removing, exited, dead"
)
FILTER_HEALTH = "invalid value for health ({value}): must be one of none, starting, healthy, unhealthy"
FILTER_PORT = 'invalid port: "{value}"'
MOUNT_NOT_PROC = "it is not of type proc"
MOUNT_IN_PROC = "it is inside /proc"
MOUNT_REFUSED = 'error mounting "{source}" to rootfs at "{target}": "{place}" cannot be mounted because {reason}'
RLIMIT_VALUE = "wrong rlimit value: RLIMIT_{name}"
RLIMIT_SETTING = "error setting rlimits for ready process: error setting rlimit type {number}: {reason}"
CGROUP_CONFIG = "error setting cgroup config for procHooks process: {problem}"
SETHOSTNAME = "sethostname: invalid argument"
JSON_END = "unexpected end of JSON input"
SECCOMP_KIND = "json: cannot unmarshal {kind} into Go value of type seccomp.Seccomp"
SECCOMP_ACTION = "string {action} is not a valid action for seccomp"
DEVICE_ACCESS = "device access at {index} field cannot be empty"
SYSCTL = 'sysctl "{name}" {problem}'
SYSCTL_HOST_IPC = "is not allowed in the hosts ipc namespace"
SYSCTL_HOST_NETWORK = "not allowed in host network namespace"
SYSCTL_HOSTNAME = 'is not allowed as it conflicts with the OCI "hostname" field'
SYSCTL_NO_NAMESPACE = "is not in a separate kernel namespace"
WRITE_INVALID = "write {path}: invalid argument"
INVALID_VALUE = "invalid argument"
NOT_PERMITTED = "operation not permitted"
TMPFS_MOUNT = 'error mounting "tmpfs" to rootfs at "{target}": mount src=tmpfs, dst={target}, dstFd=/proc/thread-self/fd/8{flags}, data={data}: invalid argument'

# exec
NO_SUCH_EXEC = Message(404, "No such exec instance: {id}", "exchanges")
EXEC_NO_COMMAND = Message(400, "No exec command specified", "exchanges")
ATTACH_PAUSED = Message(409, "container {name} is paused, unpause the container before attach", "moby daemon/attach.go")
ATTACH_RESTARTING = Message(
    409, "container {name} is restarting, wait until the container is running", "moby daemon/attach.go"
)
EXEC_PAUSED = Message(409, "Container {name} is paused, unpause the container before exec", "lifecycle")
EXEC_STARTED = Message(409, "Error: Exec command {id} is already running", "moby daemon/exec.go")
EXEC_ALREADY_RUN = Message(409, "exec command {id} has already run", "exchanges")
EXEC_FAILED = "OCI runtime exec failed: exec failed: unable to start container process: {problem}: unknown"
EXEC_NOT_RUNNING = Message(400, "exec process {id} is not running", "moby daemon/exec.go")

# files
PATH_EMPTY = Message(400, "bad parameter: pathcannot be empty", "exchanges")
NO_SUCH_PATH = Message(404, "Could not find the file {path} in container {name}", "cp")
PATH_FAILED = Message(500, "lstat {path}: {problem}", "Go os, moby daemon/archive.go")
EXTRACT_NOT_DIRECTORY = Message(400, "extraction point is not a directory", "moby container archive")
READ_ONLY_ROOT = Message(403, "container rootfs is marked read-only", "moby daemon/archive_unix.go")
READ_ONLY_VOLUME = Message(403, "mounted volume is marked read-only", "moby daemon/archive_unix.go")
OVERWRITE = Message(400, 'cannot overwrite {old} "{path}" with {new} "{path}"', "moby pkg/archive")
NOT_A_DIRECTORY = "not a directory"
NO_SUCH_FILE = "no such file or directory"

# images
IMAGE_BLANK = Message(400, "image name cannot be blank", "moby image_routes.go")
NO_SUCH_IMAGE = Message(404, "No such image: {name}", "images")
INVALID_REFERENCE = Message(400, "{problem}", "images")
IMAGE_IN_USE = Message(
    409,
    'conflict: unable to remove repository reference "{name}" (must force) - container {container} is using its referenced image {image}',
    "images",
)
IMAGE_IN_USE_RUNNING = Message(
    409,
    "conflict: unable to delete {image} (cannot be forced) - image is being used by running container {container}",
    "images",
)
IMAGE_IN_USE_STOPPED = Message(
    409,
    "conflict: unable to delete {image} (must be forced) - image is being used by stopped container {container}",
    "moby image_delete.go",
)
IMAGE_HAS_CHILDREN = Message(
    409,
    "conflict: unable to delete {image} (cannot be forced) - image has dependent child images",
    "moby image_delete.go",
)
IMAGE_MANY_TAGS = Message(
    409,
    "conflict: unable to delete {image} (must be forced) - image is referenced in multiple repositories",
    "moby image_delete.go",
)
IMAGE_REFERENCE_IN_USE = Message(
    409,
    "conflict: unable to delete {name} (must be forced) - container {container} is using its referenced image {image}",
    "images of 29",
)
REMOVE_PLATFORM = Message(
    400,
    "Content will be removed from all images referencing this variant. Use —-force to force delete.",
    "x-image-ids of 29, moby daemon/containerd/image_delete.go",
)
NO_PLATFORM_IN_INDEX = Message(
    404,
    "image with reference {name} was found but does not provide the specified platform ({platform})",
    "x-archives of 29, moby daemon/containerd/image.go",
)
RESOLVE_NOT_FOUND = 'failed to resolve reference "{name}": {name}: not found'
RESOLVE_FAILED = 'failed to resolve reference "{name}": failed to do request: Head "{url}": {problem}'
TARGET_PULL_DENIED = "pull access denied for {repository}, repository does not exist or may require 'docker login'"
EXPORT_NO_TARGET = Message(404, "no suitable export target found: {problem}", "x-archives of 29")
LOADED_WITHOUT_PLATFORM = Message(
    404,
    "image {name} was loaded, but doesn't provide the requested platform ([{platform}])",
    "x-archives of 29, moby daemon/containerd/image_exporter.go",
)
PULL_DENIED = Message(
    404,
    "pull access denied for {repository}, repository does not exist or may require 'docker login': denied: requested access to the resource is denied",
    "Docker Hub",
)
NOT_IN_CATALOGUE = Message(
    404,
    "{words}fakedocker: {name} is not in its catalogue, which has every official image and few others; "
    "under assume it is taken for granted, and fakedocker.image declares one",
    "fakedocker",
)
DIGEST_NOT_KNOWN = Message(
    404,
    "{words}fakedocker: {name} is not in its catalogue, whose images have digests of their own; "
    "under assume the image that the tag names is taken for it",
    "fakedocker",
)
MANIFEST_UNKNOWN = Message(404, "manifest for {name} not found: manifest unknown: manifest unknown", "implicit-pull")
REGISTRY_LOOKUP = Message(
    500, 'Get "https://{host}/v2/": dial tcp: lookup {name} on 192.168.65.7:53: no such host', "Go net"
)
REGISTRY_DOWN = Message(500, 'Get "{scheme}://{host}/v2/": dial tcp {address}: connect: connection refused', "Go net")
_TOKEN = (
    'Get "https://auth.docker.io/token?scope=repository%3A{scope}%3Apull&service=registry.docker.io": '
    "dial tcp auth.docker.io:443: connect: connection refused"
)
AUTHORIZATION_DOWN = Message(
    500, 'Head "https://registry-1.docker.io/v2/{path}/manifests/{reference}": ' + _TOKEN, "Go net"
)
TARGET_AUTHORIZATION_DOWN = Message(
    500,
    "failed to authorize: failed to fetch anonymous token: " + _TOKEN,
    "containerd core/remotes/docker/{resolver,authorizer}.go",
)
RESOLVE_UNAUTHORIZED = 'failed to resolve reference "{name}": {problem}'
REGISTRY_UNAUTHORIZED = Message(
    500, "unauthorized: authentication required", "distribution registry/api/errcode; moby passes it on with 500"
)
REGISTRY_TOO_MANY = Message(
    500,
    "toomanyrequests: You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit",
    "Docker Hub",
)
REGISTRY_STATUS = Message(
    500, "received unexpected HTTP status: {status} {reason}", "distribution registry/client UnexpectedHTTPStatusError"
)
"""Of a layer whose bytes are not those of its digest (moby distribution/pull_v2.go)."""
COMMIT_DIGEST = (
    'failed commit on ref "layer-{digest}": unexpected commit digest {actual}, expected {digest}: failed precondition'
)
COPY_CUT_OFF = "failed to copy: unexpected EOF"
DOWNLOAD_CUT_OFF = "unexpected EOF"
"""Of a layer whose download has ended too early at every attempt (Go io)."""
DISK_FULL = Message(500, "{action}: no space left on device", "Go os, moby daemon")
DISK_FAILED = Message(500, "{action}: input/output error", "Go os, moby daemon")
NAME_UNKNOWN = Message(
    404,
    "repository {repository} not found: name unknown: repository name not known to registry",
    "x-pull-push, moby distribution/errors.go",
)
PUSH_NO_IMAGE = Message(404, "An image does not exist locally with the tag: {name}", "registry")
PUSH_NO_TAG = Message(404, "tag does not exist: {name}", "moby distribution/push_v2.go")
NO_CREDENTIALS = Message(500, "{request}no basic auth credentials", "moby distribution, docker/distribution client")
LOGIN_REFUSED = "login attempt failed: {problem}"
LOGIN_ATTEMPT = Message(500, "login attempt to {url} failed with status: 401 Unauthorized", "moby registry/auth.go")
PUSH_DENIED = Message(403, "denied: requested access to the resource is denied", "Docker Hub")
SAVE_NO_REFERENCE = Message(404, "reference does not exist", "moby reference/store.go")
SAVE_EMPTY = Message(500, "empty export - not implemented", "moby image/tarexport/save.go")
ARCHIVE_INVALID = Message(500, "{problem}", "Go archive/tar and compress, moby image/tarexport/load.go")
ARCHIVE_NO_FILE = Message(
    500, "open /var/lib/docker/tmp/docker-import-{number}/{path}: no such file or directory", "moby image/tarexport"
)
LOAD_DIFF_ID = Message(
    500, 'invalid diffID for layer {index}: expected "{expected}", got "{actual}"', "moby image/tarexport/load.go"
)
LOAD_LAYER_COUNT = Message(
    500, "invalid manifest, layers length mismatch: expected {expected}, got {actual}", "moby image/tarexport/load.go"
)
LOAD_DIGEST = Message(500, "{path}: digest mismatch: expected {expected}, got {actual}", "fakedocker")
LOAD_SYSTEM = Message(500, "cannot load {system} image on linux", "moby image/tarexport/load.go")
LOAD_TAG = Message(500, 'invalid tag "{name}"', "moby image/tarexport/load.go")
NO_ATTESTATIONS = Message(
    501, "the legacy image store does not support attestations", "moby daemon/images/image_attestations.go"
)
NO_SUCH_PLATFORM = Message(
    404, "no match for platform in manifest {platform}: not found", "containerd core/images, in this project's words"
)
SEVERAL_ATTESTED = Message(
    400, "only one platform value is currently supported", "moby daemon/server/router/image/image_routes.go"
)
EXPORT_OTHER_PLATFORM = Message(
    500, "no suitable export target found for platform {wanted}", "x-archives, moby image/tarexport/save.go"
)
PLATFORM_MISMATCH = Message(
    404,
    "image with reference {name} was found but its platform ({actual}) does not match the specified platform ({wanted})",
    "moby daemon/images/image.go",
)
IMPORT_DIGEST = Message(400, "cannot import digest reference", "moby api/server/router/image")
CHANGE_INVALID = Message(400, "{word} is not a valid change command", "moby builder/dockerfile/builder.go")
FETCH_FAILED = Message(500, "{problem}", "Go net, moby remotecontext")
FETCH_STATUS = Message(500, "failed to GET {url} with status {status}: {body}", "moby remotecontext")
COMMIT_REMOVING = Message(409, "Container {id} is marked for removal and cannot be committed", "moby daemon/commit.go")
LOGIN_FAILED = Message(
    500, 'Get "https://{host}/v2/": unauthorized: incorrect username or password', "moby registry/auth.go"
)
SEARCH_LIMIT = Message(400, "limit {limit} is outside the range of [1, 100]", "moby registry/search_session.go")
PLATFORM_UNREADABLE = "failed to parse platform: {problem}"
MANIFEST_INVALID = Message(400, "manifest invalid: {problem}", "distribution registry/api/errcode")
NO_MATCHING_MANIFEST = Message(
    404, "no matching manifest for linux/amd64 in the manifest list entries", "moby distribution/pull_v2.go"
)
LAYER_VERIFICATION = Message(
    500, "filesystem layer verification failed for digest {digest}", "moby distribution/pull_v2.go"
)
LAYER_COUNT = Message(
    500, "invalid manifest, layers length mismatch: expected {expected}, got {actual}", "moby distribution/pull_v2.go"
)
CONFIGURATION_MISMATCH = Message(
    500,
    "layers from manifest don't match image configuration: {actual} is not {expected}",
    "moby distribution/pull_v2.go",
)
UNKNOWN_BLOB = Message(500, "unknown blob", "distribution, errors.go ErrBlobUnknown")
MANIFEST_BLOB_UNKNOWN = Message(
    404, "manifest blob unknown: blob unknown to registry", "distribution registry/api/errcode"
)
TAG_FORMAT = Message(400, "invalid tag format", "images")
TAG_DIGEST = Message(400, "refusing to create a tag with a digest reference", "moby daemon/images/image_tag.go")
TAG_AMBIGUOUS = Message(
    400, "refusing to create an ambiguous tag using digest algorithm as name", "moby daemon/images/image_tag.go"
)
CHECKSUM_FORMAT = Message(500, "invalid checksum digest format", "opencontainers/go-digest")
OPERATING_SYSTEM = Message(400, "operating system is not supported", "moby pkg/system")

# builds
SESSION_WITH_V1 = Message(
    400,
    "experimental session with v1 builder is no longer supported, use builder version v2 (BuildKit) instead",
    "moby builder/dockerfile",
)
REMOTE_URL = Message(500, "remoteURL ({url}) could not be recognized as URL", "moby builder/remotecontext/detect.go")
REFSPEC = Message(500, "invalid refspec: {reference}", "moby builder/remotecontext/git")
SEVERAL_OUTPUTS = "multiple outputs are not supported"
BUILDER_VERSION = Message(400, "invalid version: {version}", "moby api/server/router/build")
BUILD_SECURITY = Message(400, "security options are not supported on linux", "moby api/server/router/build")
BUILD_SQUASH = Message(400, "squash is only supported with experimental mode", "moby api/server/router/build")
BUILD_PARAMETER = Message(400, "error reading {what}: {problem}", "moby api/server/router/build")
CONTEXT_BROKEN = Message(500, "Error processing tar file(exit status 1): {problem}", "moby pkg/archive")
BUILD_TAG_DIGEST = Message(500, "build tag cannot contain a digest", "moby builder/backend/tag.go")
NO_DOCKERFILE = Message(500, "Cannot locate specified Dockerfile: {name}", "moby builder/remotecontext/detect.go")
CONTEXT_DOWNLOAD = "error downloading remote context {url}: {problem}"
CONTEXT_EMPTY = Message(
    500, "error detecting content type for remote {url}: empty response", "moby builder/remotecontext/remote.go"
)
GIT_FETCH = Message(500, "error fetching: {problem}\n: exit status 128", "moby builder/remotecontext/git")
GIT_CONTEXT_FILE = Message(500, "error setting git context, not a directory: {path}", "moby builder/remotecontext/git")
ULIMIT_TYPE = "failed to parse ulimit: invalid ulimit type: {name}"
ULIMIT_ARGUMENT = "failed to parse ulimit: invalid ulimit argument: {text}"
ULIMIT_ORDER = "failed to parse ulimit: ulimit soft limit must be less than or equal to hard limit: {soft} > {hard}"
CACHE_IMPORTS = "failed to unmarshal cache-imports: {problem}"
UNTIL_DURATION = "failed to parse until duration: {problem}"

# networks
NO_SUCH_NETWORK = Message(404, "network {name} not found", "networks")
NETWORK_NAME_EMPTY = Message(400, "invalid name: name is empty", "exchanges")
NETWORK_EXISTS = Message(409, "network with name {name} already exists", "networks")
NETWORK_PREDEFINED_CREATE = Message(403, "operation is not permitted on predefined {name} network", "networks")
NETWORK_PREDEFINED_REMOVE = Message(403, "{name} is a pre-defined network and cannot be removed", "networks")
NETWORK_CONFIG = Message(400, "invalid network config:\n{problem}", "networks")
CONFIG_ONLY_OPERATOR = Message(
    403,
    "configuration network can only contain network specific fields. Network operator fields like "
    "[ ingress | internal | attachable | scope ] are not supported.",
    "moby libnetwork/network.go",
)
CONFIG_ONLY_FROM = Message(
    403, "a configuration network cannot depend on another configuration network", "moby libnetwork/network.go"
)
NO_CONFIG_NETWORK = Message(404, 'configuration network "{name}" does not exist', "moby libnetwork/controller.go")
LOCAL_INGRESS = Message(403, "Ingress network can only be global scope network", "moby libnetwork/controller.go")
NO_ADDRESS_FAMILY = Message(400, "IPv4 or IPv6 must be enabled", "moby libnetwork/drivers/bridge")
BRIDGE_OPTION = Message(400, "failed to parse {label} value: {value} ({problem})", "moby libnetwork/drivers/bridge")
BRIDGE_MTU = Message(400, "invalid MTU number: {mtu}", "moby libnetwork/drivers/bridge")
ISOLATED_GATEWAY = Message(
    500, "gateway mode 'isolated' can only be used for an internal network", "moby libnetwork/drivers/bridge"
)
LINK_MODE = Message(
    500,
    "requested {driver} mode '{mode}' is not valid, '{default}' mode is the {driver} driver default",
    "moby libnetwork/drivers/{{macvlan,ipvlan}}",
)
NOT_LINK_LOCAL = Message(400, "invalid link local IP address: {address}", "moby libnetwork/network.go")
LINK_LOCAL_NOT_SET = Message(
    500,
    'failed to add interface {interface} to sandbox: error setting interface "{interface}" link local IPs to'
    " [{addresses}]: {problem}",
    "moby libnetwork/osl/interface_linux.go",
)
POOL_OVERLAP = Message(403, "invalid pool request: Pool overlaps with other one on this address space", "networks")
POOLS_EXHAUSTED = Message(400, "all predefined address pools have been fully subnetted", "moby libnetwork/ipam")
NETWORK_ACTIVE = Message(
    403, "error while removing network: network {name} has active endpoints ({endpoints})", "exchanges"
)
ENDPOINT_EXISTS = Message(403, "endpoint with name {container} already exists in network {network}", "networks")
NO_SANDBOX = Message(404, "network sandbox for container {id} not found", "moby libnetwork/controller.go GetSandbox")
NOT_CONNECTED = Message(403, "container {id} is not connected to network {network}", "networks")
ENDPOINT_CONFIG = Message(
    400, "invalid config for network {network}: invalid endpoint settings:\n{problem}", "networks"
)
OUTSIDE_SUBNETS = "no configured subnet or ip-range contain the IP address {address}"
PREDEFINED_ADDRESS = "user specified IP address is supported on user defined networks only"
PREDEFINED_ALIAS = "network-scoped alias is supported only for containers in user defined networks"
NO_STATIC_SUBNET = (
    "user specified IP address is supported only when connecting to networks with user configured subnets"
)
"""Problems of ENDPOINT_CONFIG, from moby runconfig/errors.go and api/types/network/endpoint.go."""
ENDPOINT_SYSCTL = (
    "unrecognised network interface sysctl '{text}'; represent 'net.X.Y.ethN.Z=V' as 'net.X.Y.IFNAME.Z=V', "
    "'X' must be 'ipv4', 'ipv6' or 'mpls'"
)
"""Also a problem of ENDPOINT_CONFIG, from moby daemon/container_operations.go validateEndpointSettings."""
INTERFACE_SYSCTL = Message(
    500,
    "interface specific sysctl setting \"{name}\" must be supplied using driver option 'com.docker.network.endpoint.sysctls'",
    "moby container_routes.go handleSysctlBC",
)
INTERFACE_SYSCTL_NAME = Message(
    500,
    "unable to determine network endpoint for sysctl {name}, use driver option 'com.docker.network.endpoint.sysctls' to set "
    "per-interface sysctls",
    "moby container_routes.go handleSysctlBC",
)
INTERFACE_SYSCTL_NETWORK = Message(
    400,
    "unable to find a network for sysctl {name}: HostConfig.NetworkMode must match the identity of a network in "
    "NetworkSettings.Networks",
    "moby container_routes.go handleSysctlBC",
)
INTERFACE_NAME = Message(
    500,
    'failed to add interface {source} to sandbox: error renaming interface "{source}" to "{name}": {problem}',
    "moby libnetwork/sandbox.go, osl/interface_linux.go",
)
BRIDGE_NAME = Message(500, "{problem}", "Linux rtnetlink, by moby libnetwork/drivers/bridge/setup_device_linux.go")
BRIDGE_CONFLICT = Message(
    403,
    "cannot create network {id} ({name}): conflicts with network {other} ({name}): networks have same bridge name",
    "moby libnetwork/drivers/bridge",
)
SCOPE_DOWNGRADE = Message(403, "cannot downgrade network scope for {driver} networks", "moby libnetwork/controller.go")
ADDRESS_IN_USE = Message(403, "Address already in use", "networks")
NO_ADDRESS = Message(
    403, "no available IPv4 addresses on this network's address pools: {network} ({id})", "moby libnetwork"
)
NONE_MODE_CONNECT = Message(
    400,
    "container cannot be connected to multiple networks with one of the networks in private (none) mode",
    "moby runconfig",
)
CONTAINER_HOST_MODE = Message(
    400,
    "container sharing network namespace with another container or host cannot be connected to any other network",
    "moby",
)
HOST_MODE_CONNECT = Message(
    400,
    "cannot connect container to host network - container must be created in host network mode",
    "moby runconfig/errors.go",
)
HOST_MODE_DISCONNECT = Message(
    400,
    "cannot disconnect container from host network - container was created in host network mode",
    "moby runconfig/errors.go",
)
PUBLISHING_FAILED = Message(
    500,
    "driver failed programming external connectivity on endpoint {name} ({endpoint}): {problem}",
    "moby libnetwork/endpoint.go, portallocator",
)
PORT_TAKEN = "Bind for {address}:{port} failed: port is already allocated"
NETWORKING_FAILED = "failed to set up container networking: {problem}"
JOIN_OWN_NETWORK = Message(500, "cannot join own network namespace", "moby daemon/container_operations.go")
JOIN_STOPPED_NETWORK = Message(
    409, "cannot join network of a non running container: {id}", "moby daemon/container_operations.go"
)
ONE_NETWORK_OF = Message(403, 'only one instance of "{driver}" network is allowed', "moby libnetwork/controller.go")
NETWORK_TYPE_FILTER = Message(400, "invalid filter: 'type'='{value}'", "moby daemon/network/filter.go")
AMBIGUOUS_NETWORK = Message(
    400, "network {name} is ambiguous ({count} matches found based on ID prefix)", "moby daemon/network.go"
)

# volumes and mounts
NO_SUCH_VOLUME = Message(404, "get {name}: no such volume", "volumes")
VOLUME_NAME = Message(
    400,
    'create {name}: "{name}" includes invalid characters for a local volume name, only "[a-zA-Z0-9][a-zA-Z0-9_.-]" are allowed. '
    "If you intended to pass a host directory, use absolute path",
    "volumes",
)
VOLUME_NAME_SHORT = Message(
    400,
    "create {name}: volume name is too short, names should be at least two alphanumeric characters",
    "moby volume/local validateName",
)
VOLUME_PLUGIN = "create {name}: error looking up volume plugin {driver}: {problem}"
VOLUME_CONFLICT = Message(409, "create {name}: conflict: volume name must be unique", "moby volume/service/errors.go")
VOLUME_OVER_FILE = Message(
    500, "cannot mount volume over existing file, file exists {path}", "moby daemon/create_unix.go"
)
VOLUME_OPTION = Message(400, 'create {name}: invalid option: "{option}"', "moby volume/local")
VOLUME_OPTION_MISSING = Message(400, 'create {name}: missing required option: "{option}"', "moby volume/local")
VOLUME_QUOTA = Message(400, "create {name}: quota size requested but no quota support", "moby volume/local")
SUBPATH_MISSING = Message(404, "cannot access path {path}: lstat {path}: no such file or directory", "moby safepath")
SUBPATH_ESCAPES = Message(
    400, "path concatenation escapes the base directory, base: {base}, subpath: {path}", "moby safepath"
)
VOLUME_IN_USE = Message(409, "remove {name}: volume is in use - [{containers}]", "volumes")
MOUNT_MODE = Message(400, "invalid mode: {mode}", "run-basics")
MOUNT_INVALID = Message(400, 'invalid mount config for type "{type}": {problem}', "volumes")
VOLUME_SPECIFICATION = Message(400, "invalid volume specification: '{text}'{problem}", "volumes")
MOUNT_ROOT = Message(400, "invalid specification: destination can't be '/'", "moby volume/mounts")
MOUNT_RELATIVE = Message(400, "invalid mount path: '{path}' mount path must be absolute", "moby volume/mounts")
DEVICE_DRIVER = Message(
    500, 'could not select device driver "{driver}" with capabilities: {capabilities}', "moby daemon/errors.go"
)
CDI_DEVICES = Message(500, "CDI device injection failed: unresolvable CDI devices {devices}", "moby daemon/cdi.go")
DUPLICATE_MOUNT = Message(400, "Duplicate mount point: {target}", "volumes")
VOLUMES_FROM = Message(400, "invalid volumes-from specification: {text}", "moby volume/mounts")
MOUNT_TYPE_UNKNOWN = "mount type unknown"
BIND_SOURCE_MISSING = "bind source path does not exist: {path}"

# ports
SECURITY_OPTION = Message(500, 'invalid --security-opt {number}: "{option}"', "moby daemon/daemon_unix.go")
INVALID_PORT = Message(400, 'invalid port specification: "{text}"', "moby daemon/container.go")
NO_FREE_PORT = Message(500, "all ports are allocated", "moby libnetwork/portallocator")
UNKNOWN_PROTOCOL = "unknown protocol"

# swarm; what the managers' own interface says comes with the code of its protocol
NO_SWARM = Message(503, "This node is not part of a swarm", "moby daemon/cluster/errors.go")
NOT_SWARM = Message(
    503,
    'This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect this node to swarm and try again.',
    "names",
)
SWARM_EXISTS = Message(
    503,
    'This node is already part of a swarm. Use "docker swarm leave" to leave this swarm and join another one.',
    "moby daemon/cluster/errors.go",
)
SWARM_LEAVE = Message(
    503,
    "You are attempting to leave the swarm on a node that is participating as a manager. "
    "Removing the last manager erases all current state of the swarm. Use `--force` to ignore this message. ",
    "moby daemon/cluster/swarm.go",
)
SWARM_NAME = Message(400, 'swarm spec must be named "default"', "moby daemon/cluster/swarm.go")
SWARM_EMPTY_ADDRESS = Message(
    400, 'invalid {what} "{address}": invalid empty address', "moby daemon/cluster/swarm.go validateAddr"
)
SWARM_LISTEN_ADDRESS = Message(
    400,
    "listen address must be an IP address or network interface (with optional port number)",
    "moby daemon/cluster/listen_addr.go",
)
SWARM_ADVERTISE_ADDRESS = Message(
    400,
    "advertise address must be a non-zero IP address or network interface (with optional port number)",
    "moby daemon/cluster/listen_addr.go",
)
UNKNOWN_PORT = Message(500, "listen tcp: lookup tcp/{port}: unknown port", "Go net LookupPort")
SWARM_DATA_ADDRESS = Message(
    400, "data path address must be a non-zero IP address or network interface", "moby daemon/cluster/listen_addr.go"
)
SWARM_DATA_PORT = Message(
    500, "Datapath port number is not in valid range (1024-49151) : {port}", "moby daemon/cluster/listen_addr.go"
)
SWARM_SUBNET_SIZE = Message(500, "subnet size is out of range: {size}", "moby daemon/cluster/listen_addr.go")
SWARM_POOL = Message(
    500, "invalid base pool {pool}: invalid CIDR address: {pool}", "moby daemon/cluster/listen_addr.go"
)
SWARM_POOL_SMALL = Message(
    500, 'invalid CIDR: "{pool}". Subnet size is too small for pool: {size}', "moby daemon/cluster/listen_addr.go"
)
SWARM_REMOTE = Message(400, "at least 1 RemoteAddr is required to join", "moby daemon/cluster/swarm.go")
SWARM_TOKEN = Message(500, "invalid join token", "swarmkit ca/config.go")
SWARM_JOIN_REFUSED = Message(
    503,
    'rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial tcp {address}: connect: connection refused"',
    "grpc-go internal/transport",
)
SWARM_JOIN_TIMEOUT = Message(
    503,
    "Timeout was reached before node joined. The attempt to join the swarm will continue in the background. "
    'Use the "docker info" command to see the current swarm status of your node.',
    "moby daemon/cluster/errors.go",
)
SWARM_LOCKED = Message(
    503,
    'Swarm is encrypted and needs to be unlocked before it can be used. Please use "docker swarm unlock" to unlock it.',
    "moby daemon/cluster/errors.go",
)
SWARM_LEAVE_LOCKED = Message(
    503,
    "Swarm is encrypted and locked. Please unlock it first or use `--force` to ignore this message.",
    "moby daemon/cluster/swarm.go",
)
SWARM_KEY_FORM = Message(400, "invalid key string", "swarmkit manager/encryption ParseHumanReadableKey")
SWARM_KEY = Message(401, "swarm could not be unlocked: invalid key provided", "moby daemon/cluster/errors.go")
SWARM_NOT_LOCKED = Message(409, "swarm is not locked", "moby daemon/cluster/errors.go")
SWARM_VERSION = Message(
    400,
    "invalid {what} version '{text}': strconv.ParseUint: parsing \"{text}\": invalid syntax",
    "moby api/server/router/swarm",
)
STORED_VERSION = Message(400, "invalid {what} version", "moby api/server/router/swarm")
SWARM_FLAG = Message(400, "invalid value for {name}: {text}", "moby api/server/router/swarm")
SWARM_TEMPLATING = Message(
    400,
    "{what} templating is not supported on the specified API version: {version}",
    "moby api/server/router/swarm",
)
OUT_OF_SEQUENCE = Message(
    500, "rpc error: code = Unknown desc = update out of sequence", "swarmkit manager/state/store/memory.go"
)
INVALID_ROLE = Message(400, 'invalid Role: "{value}"', "moby daemon/cluster/convert/node.go")
INVALID_AVAILABILITY = Message(400, 'invalid Availability: "{value}"', "moby daemon/cluster/convert/node.go")
INVALID_KIND_FILTER = Message(500, "Invalid {name} filter: '{value}'", "moby daemon/cluster/filters.go")
NO_SUCH_OBJECT = Message(404, "{what} {name} not found", "moby daemon/cluster/helpers.go")
AMBIGUOUS_OBJECT = Message(400, "{what} {name} is ambiguous ({count} matches found)", "moby daemon/cluster/helpers.go")
OBJECT_EXISTS = Message(
    409, "rpc error: code = AlreadyExists desc = {what} {name} already exists", "swarmkit manager/controlapi"
)
INVALID_ARGUMENT = Message(400, "rpc error: code = InvalidArgument desc = {problem}", "swarmkit manager/controlapi")
FAILED_PRECONDITION = Message(
    400, "rpc error: code = FailedPrecondition desc = {problem}", "swarmkit manager/controlapi"
)
UNIMPLEMENTED = Message(501, "rpc error: code = Unimplemented desc = {problem}", "swarmkit manager/controlapi")
UNKNOWN_ERROR = Message(500, "rpc error: code = Unknown desc = {problem}", "grpc-go status: an error without a code")
LAST_MANAGER = "attempting to demote the last manager of the swarm"
NODE_IS_MANAGER = (
    "node {id} is a cluster manager and is a member of the raft cluster. It must be demoted to worker before removal"
)
"""Problems of FAILED_PRECONDITION (swarmkit manager/controlapi/node.go)."""
CLUSTER_EXPIRY = "minimum certificate expiry time is: 1h0m0s"
CLUSTER_HEARTBEAT = "heartbeat time period cannot be a negative duration"
OBJECT_NAME_EMPTY = "name must be provided"
OBJECT_NAME = (
    "invalid name, only 64 [a-zA-Z0-9-_.] characters allowed, and the start and end character must be [a-zA-Z0-9]"
)
OBJECT_DATA = "{what} data must be larger than 0 and less than {limit} bytes"
OBJECT_UPDATE = "only updates to Labels are allowed"
OBJECT_IN_USE = "{what} '{name}' is in use by the following {noun}: {services}"
SECRET_DRIVER_NAME = "secret driver must have a name"
SECRET_DRIVER = 'plugin "{name}" not found'
"""Problems of INVALID_ARGUMENT (swarmkit manager/controlapi/{cluster,secret,config}.go)."""
CA_PROTOCOL = 'invalid protocol: "{protocol}"'
LISTEN_ADDRESS = "could not parse listen address {address}"

# services of a swarm
SERVICE_EXISTS = Message(
    409,
    "rpc error: code = AlreadyExists desc = name conflicts with an existing object: service {name} already exists",
    "swarmkit manager/controlapi/service.go",
)
SERVICE_ROLLBACK = Message(500, "unrecognized rollback option {value}", "moby daemon/cluster/services.go")
SERVICE_AUTH_FROM = Message(500, "unsupported registryAuthFrom value", "moby daemon/cluster/services.go")
SERVICE_NO_PREVIOUS = Message(500, "service does not have a previous spec", "moby daemon/cluster/services.go")
SERVICE_NETWORK = Message(
    403,
    "The network {name} cannot be used with services. Only networks scoped to the swarm can be used, such as those created with the overlay driver.",
    "moby daemon/cluster/networks.go",
)
SERVICE_NO_NETWORK = Message(500, "network {name} not found", "moby daemon/cluster/helpers.go")
SERVICE_NO_STREAMS = Message(
    500, "Bad parameters: you must choose at least one stream", "moby api/server/router/swarm/helpers.go"
)
SERVICE_SWAP = Message(
    400, "memory swap provided, but no memory-limit was set", "moby daemon/cluster/convert/service.go"
)
SERVICE_TAIL = Message(500, 'tail value must be a positive integer or "all"', "moby daemon/cluster/services.go")
SERVICE_TAIL_NEGATIVE = Message(500, "negative tail values not supported", "moby daemon/cluster/services.go")
DIGEST_WARNING = (
    "image {image} could not be accessed on a registry to record\nits digest. Each node will access {image} independently,\n"
    "possibly leading to different nodes running different\nversions of the image.\n"
)
"""Of a service whose image no registry knows, for clients that do not ask themselves (moby daemon/cluster/services.go)."""
UNSUPPORTED_RUNTIME = "unsupported runtime"
MISMATCHED_RUNTIME = "mismatched Runtime and *Spec fields"
INVALID_MOUNT_TYPE = 'invalid MountType: "{type}"'
INVALID_PROPAGATION = 'invalid MountPropagation: "{value}"'
INVALID_CONDITION = 'invalid RestartCondition: "{value}"'
INVALID_FAILURE_ACTION = "unrecognized update failure action {value}"
INVALID_ORDER = "unrecognized update order {value}"
SEVERAL_MODES = "must specify only one service mode"
INVALID_RESOLUTION = 'invalid resolution mode: "{value}"'
"""Problems of BAD_REQUEST (moby daemon/cluster/convert)."""
SERVICE_NAME_EMPTY = "meta: name must be provided"
SERVICE_NAME = "name must be valid as a DNS name component"
SERVICE_NAME_LONG = "name must be 63 characters or fewer"
SERVICE_CPUS = "invalid cpu value {value}: Must be at least 0.001"
SERVICE_MEMORY = "invalid memory value {value}: Must be at least 4MiB"
RESTART_NEGATIVE = "TaskSpec: restart-{what} cannot be negative"
UPDATE_NEGATIVE = "TaskSpec: update-{what} cannot be negative"
UPDATE_RATIO = "TaskSpec: update-maxfailureratio cannot be less than 0 or bigger than 1"
JOB_UPDATE_CONFIG = "Jobs may not have an update config"
REFERENCE_MALFORMED = "malformed {what} reference"
REFERENCE_NO_TARGET = "malformed {what} reference, no target provided"
REFERENCE_NO_FILE = "malformed {kind} reference, invalid target file name provided"
REFERENCE_CONFLICT = "{what} references '{one}' and '{other}' have a conflicting target: '{target}'"
REFERENCE_NOT_FOUND = "{noun} not found: {names}"
IMAGE_REQUIRED = "ContainerSpec: image reference must be provided"
IMAGE_INVALID = 'ContainerSpec: "{image}" is not a valid repository/tag'
SERVICE_MOUNT_TWICE = "ContainerSpec: duplicate mount point: {target}"
SERVICE_HEALTH_SHORT = "ContainerSpec: {what} in HealthConfig cannot be less than 1ms"
SERVICE_HEALTH_RETRIES = "ContainerSpec: Retries in HealthConfig cannot be negative"
REPLICAS_NEGATIVE = "Number of replicas must be non-negative"
CONCURRENT_NEGATIVE = "Maximum concurrent jobs must not be negative"
COMPLETIONS_NEGATIVE = "Total completed jobs must not be negative"
ENDPOINT_DNSRR = "EndpointSpec: port published with ingress mode can't be used with dnsrr mode"
ENDPOINT_DUPLICATE = "EndpointSpec: duplicate published ports provided"
PORT_IN_USE_HOST = "port '{port}' is already in use by service '{name}' ({id}) as a host-published port"
PORT_IN_USE_INGRESS = "port '{port}' is already in use by service '{name}' ({id}) as an ingress port"
INGRESS_ATTACHED = 'Service cannot be explicitly attached to the ingress network "{name}"'
"""Problems of INVALID_ARGUMENT (swarmkit manager/controlapi/service.go)."""
NO_PREVIOUS_SPEC = "service {id} does not have a previous spec"
"""A problem of FAILED_PRECONDITION."""
MODE_CHANGE = "service mode change is not allowed"
RENAMED_SERVICE = "renaming services is not supported"
NETWORKS_CHANGE = "networks must be migrated to TaskSpec before being changed"
"""Problems of UNIMPLEMENTED."""
TASK_ALLOCATED = "pending task scheduling"
TASK_ASSIGNED = "scheduler assigned task to node"
TASK_CONFIRMED = "scheduler confirmed task can run on preassigned node"
TASK_EXIT = "task: non-zero exit ({code})"
TASK_UNHEALTHY = "dockerexec: unhealthy container"
TASK_START_FAILED = "starting container failed: {problem}"
TASK_NO_ADDRESS = "node is missing network attachments, ip addresses may be exhausted"
TASK_NO_NODE = "no suitable node ({reason})"
NODE_UNAVAILABLE = "1 node not available for new tasks"
NODE_RESOURCES = "insufficient resources on 1 node"
NODE_PLUGIN = "missing plugin on 1 node"
NODE_CONSTRAINTS = "scheduling constraints not satisfied on 1 node"
NODE_PLATFORM = "unsupported platform on 1 node"
NODE_PORT = "host-mode port already in use on 1 node"
NODE_REPLICAS = "max replicas per node limit exceed"
"""What is told of a task (swarmkit manager/scheduler, manager/allocator, agent/exec; moby daemon/cluster/executor)."""
UPDATE_STARTED = "update in progress"
UPDATE_COMPLETED = "update completed"
UPDATE_PAUSED = "update paused due to failure or early termination of task {task}"
UPDATE_ROLLED_BACK = "update rolled back due to failure or early termination of task {task}"
ROLLBACK_REQUESTED = "manually requested rollback"
ROLLBACK_DONE = "rollback completed"
ROLLBACK_STOPPED = "rollback paused due to failure or early termination of task {task}"
"""What is told of an update (swarmkit manager/orchestrator/update/updater.go, manager/controlapi/service.go)."""
SERVICE_SINCE = Message(500, "could not parse since timestamp: {problem}", "moby daemon/cluster/services.go")
NOT_AVAILABLE = Message(500, "{what} is not available", "moby daemon/cluster/executor/container")
NO_INTEGER = Message(500, 'strconv.Atoi: parsing "{text}": invalid syntax', "Go strconv")

# networks of a swarm
NOT_ATTACHABLE = Message(
    500,
    "Could not attach to network {network}: rpc error: code = PermissionDenied desc = network {network} not manually attachable",
    "moby daemon/cluster/networks.go AttachNetwork, swarmkit manager/controlapi/resource.go",
)
INGRESS_EXISTS = Message(
    409,
    "rpc error: code = AlreadyExists desc = ingress network ({id}) is already present",
    "swarmkit manager/controlapi/network.go",
)
INGRESS_ATTACHABLE = "ingress network cannot be attachable"
"""A problem of INVALID_ARGUMENT (swarmkit manager/controlapi/network.go)."""
INGRESS_NEEDED = "ingress network cannot be removed because service {id} depends on it"
NETWORK_OF_SERVICE = "network {network} is in use by service {id}"
NETWORK_OF_TASK = "network {network} is in use by task {id}"
NO_INGRESS = "service needs ingress network, but no ingress network is present"
"""Problems of FAILED_PRECONDITION (swarmkit manager/controlapi/{network,service}.go)."""
PREDEFINED_NETWORK = Message(
    404,
    "could not find the corresponding predefined swarm network: network {name} not found",
    "moby daemon/cluster/networks.go",
)

# Docker 29, where it says something else: recordings of 29.7.2, or its sources
_WORDS_29: Final = Words(
    {
        INVALID_JSON: Message(400, "invalid JSON: {problem.in_field}", "exchanges, Go encoding/json"),
        NO_TIME: Message(
            400,
            "failed to parse value as time or duration: {problem.reason}",
            "prune-df, moby daemon/internal/timestamp",
        ),
        ALREADY_PAUSED: Message(409, "container {id} is already paused", "lifecycle"),
        NO_STREAMS: Message(400, "must specify at least one of 'stdout' or 'stderr'", "exchanges"),
        SERVICE_NO_STREAMS: Message(
            400, "must specify at least one of 'stdout' or 'stderr'", "moby daemon/server/router/swarm"
        ),
        PATH_EMPTY: Message(400, "bad parameter: path cannot be empty", "exchanges"),
        **{
            each: Message(each.status, each.text.removesuffix(": unknown"), each.source)
            for each in (UPDATE_SWAP, UPDATE_RUNC, START_FAILED, RUNC_FAILED, RUNC_INIT)
        },
    },
    {
        EXEC_FAILED: EXEC_FAILED.removesuffix(": unknown"),
        OUTSIDE_SUBNETS: "no configured subnet contains IP address {address}",
        PREDEFINED_ADDRESS: "user-specified IP address is supported on user-defined networks only",
        PREDEFINED_ALIAS: "network-scoped aliases are only supported for user-defined networks",
    },
)
WORDS: Final[Mapping[str, Words]] = {"28": Words({}, {}), "29": _WORDS_29}
"""By the name that a profile has for them (`base.profiles`)."""

"""What the client of one release of Docker does and says otherwise than that of another.

A command knows its release (`table.Command.release`), and so do a context and an invocation. Texts stand here where two
releases have different ones; where they have the same, in the command that says them. Sources: recordings of the clients
28.2.2 and 29.7.2, and their sources.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from fakedocker.base.profiles import EngineProfile

USUAL: Final = "28"
"""The release of a command line for which none is named."""

# texts of 28, which name what another release says in their place
BUILD_CONTEXT = "error checking context: {problem}"
CREDENTIALS = "Error saving credentials: {problem}"
CONTENT = 'Error reading content from "{source}": {problem}'
ENV_FILE = "{problem}"
LABEL_FILE = "{problem!s}"
NAMES_EMPTY = "Error: Neither old nor new names may be empty"
NOT_IN_SWARM = "Error: This node is not part of a swarm"
NOT_LOCKED = "Error: swarm is not locked"
NOT_TTY = "the input device is not a TTY"
NO_AUTHORITY = "No CA information available"
NO_COMPOSE_FILE = "Specify a Compose file (with --compose-file)"
NO_PASSWORD = "Error: Password Required"
NO_PUBLIC_PORT = "Error: No public port '{port}' published for {name}"
NO_SUCH_OBJECT = "Error: No such object: {name}"
NO_SUCH_SERVICE = "Error: no such service: {name}"
NO_USERNAME = "Error: Non-null Username Required"
NOT_INTERACTIVE = "Error: Cannot perform an interactive login from a non TTY device"
PARSING_REFERENCE = 'Error parsing reference: "{name}" is not a valid repository/tag: {problem}'
PORT_NUMBER = 'Error: invalid port ({port}): strconv.ParseUint: parsing "{number}": invalid syntax'
PRETTY_FORMAT = "Cannot supply extra formatting options to the pretty template"
RENAME = "Error: failed to rename container named {name}"
RESOLVE_IMAGE = "Invalid option {option} for flag --resolve-image"
SECRET_DRIVER = "When using secret driver secret data must be empty"
SECURITY_OPTION = "Invalid --security-opt: {option}"
START = "Error: failed to start containers: {names}"
UNSUPPORTED_OPTIONS = "Compose file contains unsupported options:\n\n{options}\n"


class Release(Struct, frozen=True):
    """How the client of a release differs.

    Args:
        flag_table: the file with its commands and flags.
        texts: what it says in place of a text above.
        vendor: whom `docker version` and `docker info` name beside the client, "" for nobody.
        lists_images_as_tree: whether `docker images` has the view with disk usage, and --tree.
        hides_untagged: whether `docker images` leaves out images without a name, unless they are asked for.
        forgives_missing: whether `docker rm -f` says nothing of containers that there are not.
        wraps_rename: whether what goes wrong with `docker rename` is told in one line.
        shows_health: whether lists of containers have a column for health.
        shows_firewall: whether `docker info` tells of the firewall.
        shows_virtual_size: whether lists of images have that column.
        warns_of_loopback: whether a name server on a loopback address is warned of.
        parses_addresses: whether addresses of networks are parsed before the engine sees them.
    """

    flag_table: str
    texts: Mapping[str, str]
    vendor: str
    lists_images_as_tree: bool
    hides_untagged: bool
    forgives_missing: bool
    wraps_rename: bool
    shows_health: bool
    shows_firewall: bool
    shows_virtual_size: bool
    warns_of_loopback: bool
    parses_addresses: bool

    def text(self, text: str, **fields: object) -> str:
        """What it says for a text above, its gaps filled in."""
        return self.texts.get(text, text).format(**fields)


_RELEASE_28 = Release(
    flag_table="flag_table.json", texts={}, vendor="", lists_images_as_tree=False, hides_untagged=False, forgives_missing=False,
    wraps_rename=False, shows_health=False, shows_firewall=False, shows_virtual_size=True, warns_of_loopback=True,
    parses_addresses=False,
)  # fmt: skip
_RELEASE_29 = Release(
    flag_table="flag_table_29.json",
    texts={
        BUILD_CONTEXT: "checking context: {problem}",
        CREDENTIALS: "error saving credentials: {problem}",
        CONTENT: 'error reading content from "{source}": {problem}',
        ENV_FILE: "--env-file: {problem}",
        LABEL_FILE: "--label-file: {problem}",
        NOT_IN_SWARM: "error: this node is not part of a swarm",
        NOT_LOCKED: "error: swarm is not locked",
        NOT_TTY: "cannot attach stdin to a TTY-enabled container because stdin is not a terminal",
        NO_AUTHORITY: "no CA information available",
        NO_COMPOSE_FILE: "specify a Compose file (with --compose-file)",
        NO_PASSWORD: "error: password is required",
        NO_PUBLIC_PORT: "no public port '{port}' published for {name}",
        PORT_NUMBER: "invalid port '{number}': invalid syntax",
        NO_SUCH_OBJECT: "error: no such object: {name}",
        NO_SUCH_SERVICE: "no such service: {name}",
        NO_USERNAME: "error: username is required",
        NOT_INTERACTIVE: "error: cannot perform an interactive login from a non-TTY device",
        PARSING_REFERENCE: 'error parsing reference: "{name}" is not a valid repository/tag: {problem}',
        PRETTY_FORMAT: "cannot supply extra formatting options to the pretty template",
        RENAME: "failed to rename container: {problem}",
        RESOLVE_IMAGE: "invalid option {option} for flag --resolve-image",
        SECRET_DRIVER: "when using secret driver secret data must be empty",
        SECURITY_OPTION: "invalid --security-opt: {option}",
        START: "failed to start containers: {names}",
        UNSUPPORTED_OPTIONS: "compose file contains unsupported options:\n\n{options}\n",
    },
    vendor="Docker Engine - Community", lists_images_as_tree=True, hides_untagged=True, forgives_missing=True, wraps_rename=True,
    shows_health=True, shows_firewall=True, shows_virtual_size=False, warns_of_loopback=False, parses_addresses=True,
)  # fmt: skip
RELEASES: Final[Mapping[str, Release]] = {USUAL: _RELEASE_28, "29": _RELEASE_29}
"""By `base.profiles.Client.release`."""


def of(profile: EngineProfile) -> Release:
    """The release of a profile's client."""
    return RELEASES[profile.client.release]

"""The Go types behind the engine's answers, for templates: their fields in order, with their keys in JSON.

docker's client decodes an answer into such a type before a template sees it. That decides which names a template may
use (.ID, .HostConfig.NanoCPUs), how values print and what `json` leaves out. The types stand in `api_type_table`.
"""

from __future__ import annotations

import base64
import re
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Final

from fakedocker.base.units import format_duration
from fakedocker_shell.cli import api_type_table, api_type_table_29, api_type_table_swarm
from fakedocker_shell.cli.releases import USUAL
from fakedocker_shell.gotemplate.types import (
    ANY,
    BOOL,
    FLOAT64,
    INT,
    INT64,
    STRING,
    UINT64,
    Field,
    Type,
    map_of,
    pointer_to,
    slice_of,
)


def parse_time(text: str) -> tuple[datetime, int]:
    """RFC 3339 as (time to the second, in UTC; nanoseconds). Raises ValueError."""
    match = re.fullmatch(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9})\d*)?(Z|[+-]\d\d:\d\d)", text)
    if match is None:
        raise ValueError(f"not a time: {text!r}")
    base = datetime.fromisoformat(match[1]).replace(tzinfo=UTC)
    if match[3] != "Z":
        sign = -1 if match[3][0] == "+" else 1
        base += sign * timedelta(hours=int(match[3][1:3]), minutes=int(match[3][4:6]))
    return base, int((match[2] or "0").ljust(9, "0"))


def time_text(text: str) -> str:
    """A time of an answer as Go prints it: 2026-11-24 06:37:19.890124455 +0000 UTC."""
    try:
        base, nanoseconds = parse_time(text or "0001-01-01T00:00:00Z")
    except ValueError:
        return text
    fraction = f".{nanoseconds:09d}".rstrip("0") if nanoseconds else ""
    return f"{base:%Y-%m-%d %H:%M:%S}".rjust(19, "0") + f"{fraction} +0000 UTC"


def _unix(text: str, scale: int) -> int:
    base, nanoseconds = parse_time(text or "0001-01-01T00:00:00Z")
    return int(base.timestamp()) * scale + (nanoseconds if scale > 1 else 0)


_GO_LAYOUT: Final = (
    ("2006", "%Y"), ("January", "%B"), ("Jan", "%b"), ("Monday", "%A"), ("Mon", "%a"), ("01", "%m"), ("02", "%d"),
    ("15", "%H"), ("03", "%I"), ("04", "%M"), ("05", "%S"), ("PM", "%p"), ("-0700", "+0000"), ("MST", "UTC"),
    ("Z07:00", "Z"),
)  # fmt: skip


def _formatted(text: str, layout: str) -> str:
    base, _ = parse_time(text or "0001-01-01T00:00:00Z")
    for written, directive in _GO_LAYOUT:
        layout = layout.replace(written, directive)
    return base.strftime(layout)


def _port_part(index: int) -> Any:
    def part(port: str) -> str:
        number, _, protocol = port.partition("/")
        return (number, protocol or "tcp")[index]

    return part


_PORT: Final = Type(
    "string",
    "nat.Port",
    methods={"Port": _port_part(0), "Proto": _port_part(1), "Int": lambda port: int(port.partition("/")[0] or 0)},
)
_TIME: Final = Type(
    "struct",
    "time.Time",
    text=time_text,
    encode=lambda text: text or "0001-01-01T00:00:00Z",
    methods={
        "String": time_text,
        "Unix": lambda text: _unix(text, 1),
        "UnixNano": lambda text: _unix(text, 1_000_000_000),
        "IsZero": lambda text: not text or text == "0001-01-01T00:00:00Z",
        "Format": _formatted,
    },
)
_DURATION: Final = Type(
    "int",
    "time.Duration",
    text=format_duration,
    methods={"String": format_duration, "Seconds": lambda ns: ns / 1e9, "Nanoseconds": lambda ns: ns},
)


def _bytes_text(data: str) -> str:
    """Bytes, which JSON carries in base64, as Go prints them: [104 105]."""
    return "[" + " ".join(str(byte) for byte in base64.b64decode(data or "")) + "]"


def _bytes_characters(data: str) -> str:
    """The same as the text that they are."""
    return base64.b64decode(data or "").decode("utf-8", "replace")


def _mode_text(mode: int) -> str:
    """Permissions as Go prints them: -r--r--r--."""
    letters = zip(range(8, -1, -1), "rwx" * 3, strict=True)
    return "-" + "".join(letter if mode >> bit & 1 else "-" for bit, letter in letters)


def _or_nothing(text: Any) -> str:
    """A text, or "" for a value that is not there."""
    return str(text or "")


_ADDRESS: Final = Type(
    "struct", "netip.Addr", text=lambda text: text or "invalid IP", encode=_or_nothing, omits_zero=True
)
_PREFIX: Final = Type(
    "struct", "netip.Prefix", text=lambda text: text or "invalid Prefix", encode=_or_nothing, omits_zero=True
)
_EMPTY: Final = Type("struct", "struct {}")
_BINDINGS: Final = "[]nat.PortBinding"

_NAMED_STRINGS: Final = (
    "mount.Type mount.Propagation mount.Consistency container.NetworkMode container.CgroupnsMode container.IpcMode "
    "container.CgroupSpec container.PidMode container.UTSMode container.UsernsMode container.Isolation "
    "container.RestartPolicyMode events.Type events.Action digest.Digest swarm.LocalNodeState"
)

_KNOWN: Final[dict[str, Type]] = {
    "string": STRING,
    "bool": BOOL,
    "int": INT,
    "int64": INT64,
    "uint": Type("uint", "uint"),
    "uint16": Type("uint", "uint16"),
    "uint32": Type("uint", "uint32"),
    "uint64": UINT64,
    "float64": FLOAT64,
    "[]byte": Type("slice", "[]uint8", text=_bytes_text, characters=_bytes_characters, encode=str),
    "os.FileMode": Type("uint", "fs.FileMode", text=_mode_text),
    "interface{}": ANY,
    "struct{}": _EMPTY,
    "time.Time": _TIME,
    "time.Duration": _DURATION,
    "nat.Port": _PORT,
    "netip.Addr": _ADDRESS,
    "netip.Prefix": _PREFIX,
    "network.HardwareAddr": Type("string", "network.HardwareAddr"),
    **{name: Type("string", name) for name in _NAMED_STRINGS.split()},
}
_USUAL_TABLES: Final = (api_type_table.TABLE, api_type_table_swarm.TABLE)
_TABLES: Final = {USUAL: _USUAL_TABLES, "29": (*_USUAL_TABLES, api_type_table_29.TABLE)}
"""By the release of the client: a type of a later table is in place of one of an earlier one."""


class _Types:
    """The types that one release of the client knows."""

    def __init__(self, release: str) -> None:
        self._types = dict(_KNOWN)
        self._blocks: dict[str, list[str]] = {}
        name = ""
        for line in "".join(_TABLES[release]).strip().splitlines():
            if line.startswith("  "):
                self._blocks[name].append(line)
            elif line:
                name = line
                self._blocks[name] = []

    def _field(self, line: str) -> Field:
        words = line.split()
        if words[0] == "+":
            kind = self.named(words[1])
            return Field(words[1].rpartition(".")[2], kind, "", embedded=True)
        rest = words[2:]
        omit = "?" in rest
        keys = [word for word in rest if word != "?"]
        return Field(words[0], self.named(words[1]), keys[0] if keys else words[0], omit)

    def named(self, name: str) -> Type:
        """See `go_type`."""
        known = self._types.get(name)
        if known is not None:
            return known
        if name.startswith("*"):
            kind = pointer_to(self.named(name[1:]))
        elif name.startswith("[]"):
            kind = slice_of(self.named(name[2:]))
        elif name.startswith("[2]"):
            kind = Type("slice", name, element=self.named(name[3:]))
        elif name.startswith("map[string]"):
            kind = map_of(STRING, self.named(name[11:]))
        elif name == "strslice.StrSlice":
            kind = Type("slice", name, element=STRING)
        elif name == "nat.PortMap":
            kind = Type("map", name, key=_PORT, element=self.named(_BINDINGS))
        elif name == "nat.PortSet":
            kind = Type("map", name, key=_PORT, element=_EMPTY)
        else:
            kind = Type("struct", name, fields=tuple(map(self._field, self._blocks[name])))
        self._types[name] = kind
        return kind


@cache
def _types_of(release: str) -> _Types:
    return _Types(release)


def go_type(name: str, release: str = USUAL) -> Type:
    """The type of that name, as Go writes it: "container.State", "*container.State", "[]string".

    Args:
        release: of the client, see `releases`.
    """
    return _types_of(release).named(name)

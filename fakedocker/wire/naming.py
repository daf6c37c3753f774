"""How Python names become the Engine API's: snake_case to Pascal case, with the API's own capitals."""

from __future__ import annotations

from collections.abc import Callable

_WORDS = {
    "id": "ID", "ids": "IDs", "ip": "IP", "ipv4": "IPv4", "ipv6": "IPv6", "ipam": "IPAM", "oom": "OOM", "dns": "DNS", "rw": "RW", "uts": "UTS",
    "io": "IO", "bps": "Bps", "iops": "IOps", "os": "OS", "cpu": "CPU", "nfd": "NFd", "ncpu": "NCPU", "api": "API",
}  # fmt: skip


def pascal(**exceptions: str) -> Callable[[str], str]:
    """A renaming for msgspec: words are capitalised, acronyms written out, and whole names overridden by `exceptions`."""

    def rename(name: str) -> str:
        if name in exceptions:
            return exceptions[name]
        return "".join(_WORDS.get(word, word[:1].upper() + word[1:]) for word in name.rstrip("_").split("_"))

    return rename

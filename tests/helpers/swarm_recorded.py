"""What the real client was recorded to print about swarms (tools/record_swarm_cases.py), and how outputs are compared with it.

Ids, tokens, keys, digests, times, ages and the widths of columns are masked; of lines that repeat one is left, as how often
a wait looks is chance. While a service converges, what stands between its beginning and its end is left out for that reason.
"""

from __future__ import annotations

import json
import re

from helpers.paths import DATA

CASES = json.loads((DATA / "swarm_cases.json").read_text())["scenarios"]
DIRECTORY = "/tmp/swarm-cases"
_ID = r"(?=[a-z]*[0-9])[0-9a-z]"
_MASKS = (
    (r"SWMTKN-1-[0-9a-z]{50}-[0-9a-z]{25}", "TOKEN"),
    (r"SWMKEY-1-[0-9A-Za-z+/]+", "KEY"),
    (r"[0-9a-f]{64}", "DIGEST"),
    (rf"\b{_ID}{{25}}\b", "ID"),
    (rf"\b{_ID}{{12}}\b", "SHORT"),
    (r"(?:Less than a second|About a minute|\d+ (?:seconds?|minutes?))(?= ago)", "AGE"),
    (r"(?i)\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z| \+0000 UTC)", "TIME"),
    (r"[A-Z][a-z]{2} +\d+ \d\d:\d\d(?= /)", "TIME"),
    (r"\d{4}/\d\d/\d\d \d\d:\d\d:\d\d", "TIME"),
    (r'"Index": \d+', '"Index": N'),
    (r"[A-Za-z0-9+/]{40,}={0,2}", "BASE64"),
    (r" +", " "),
    (r"Runtimes: .*", "Runtimes: ..."),  # the order of a Go map, another at each call
)
_CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", re.DOTALL)
_SERVICE = re.compile(r"(?:Creating|Updating) service ")
_BETWEEN = re.compile(r"(?:\d+/\d+|SHORT): |(?:overall|job) progress: |active tasks: |verify: Waiting ")


def masked(text: str) -> list[str]:
    """The lines of an output, what varies masked."""
    lines: list[str] = []
    last_progress = ""
    for line in _CERTIFICATE.sub("PEM", text).splitlines():
        for pattern, replacement in _MASKS:
            line = re.sub(pattern, replacement, line)
        line = line.rstrip()
        if _BETWEEN.match(line + " "):
            last_progress = line if line.startswith(("overall", "job")) else last_progress
            continue
        if last_progress:
            lines.append(last_progress)
            last_progress = ""
        if not lines or lines[-1] != line or not line:
            lines.append(line)
    return _in_order([*lines, last_progress] if last_progress else lines)


def _in_order(lines: list[str]) -> list[str]:
    """Services of a stack are made in an order of Go's own; it counts for nothing."""
    services = sorted(line for line in lines if _SERVICE.match(line))
    return [services.pop(0) if _SERVICE.match(line) else line for line in lines]

"""How a build by BuildKit is compared with a recording.

BuildKit works on several steps at once, so that what a recording shows of the order and of the numbers of steps is chance.
The rules: the same steps with the same lines, whatever their numbers; a base image is done or cached; the two streams of a
process come in any order; everything that is no step is the same, in the same order.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

RECORDING = Path(__file__).parent / "buildkit" / "buildkit.json"
_MASKS = (
    (re.compile(r"sha256:[0-9a-f]{64}"), "<digest>"),
    (re.compile(r"ref [0-9a-z-]+::[0-9a-z]+"), "ref <ref>"),
    (re.compile(r"\b\d+\.\d{3} "), "<at> "),
    (re.compile(r"(?<= )\d+\.\ds\b"), "<seconds>"),
    (re.compile(r"exporting layers <seconds> done"), "exporting layers done"),
    (re.compile(r"(transferring \w+: [\d.]+k?B) <seconds> done"), r"\1 done"),
    (re.compile(r"\b\d+(\.\d+)?(B|kB|MB)\b"), "<size>"),
    (re.compile(r"file:[0-9a-f]+"), "file:<sum>"),
)


def masked(text: str) -> str:
    for pattern, replacement in _MASKS:
        text = pattern.sub(replacement, text)
    return text


def view(text: str) -> tuple[list[tuple[str, ...]], list[str]]:
    """The steps, sorted, and the other lines in order."""
    steps: dict[str, list[str]] = {}
    others: list[str] = []
    for line in masked(text).split("\n"):
        match = re.match(r"#(\d+) (.*)", line)
        if match is None:
            others.append(line)
        else:
            steps.setdefault(match[1], []).append(match[2])
    found = [step(lines) for lines in steps.values()]
    logs = [line for line in others if line.startswith("<at> ")]
    return sorted(found), [line for line in others if line and not line.startswith("<at> ")] + sorted(logs)


def step(lines: list[str]) -> tuple[str, ...]:
    name, *rest = lines
    if "FROM " in name:
        rest = [line for line in rest if line not in ("DONE <seconds>", "CACHED")]
    logs = sorted(line for line in rest if line.startswith("<at> "))
    return (name, *logs, *(line for line in rest if not line.startswith("<at> ")))


def differences(want: dict[str, Any], got: dict[str, Any]) -> list[tuple[object, object]]:
    """What is not as it was recorded, as pairs of what was recorded and what is."""
    pairs: list[tuple[object, object]] = [(want["exit"], got["exit"])]
    if want["directive"] != "setup":
        pairs.append((view(want["stderr"]), view(got["stderr"])))
        if "history" in want["command"]:  # what made the base image is the catalogue's business
            made = [line for line in want["stdout"].split("\n") if line.endswith("dockerfile.v0")]
            pairs.append((made, got["stdout"].split("\n")[: len(made)]))
        else:
            pairs.append((masked(want["stdout"]), masked(got["stdout"])))
    return [(recorded, now) for recorded, now in pairs if recorded != now]

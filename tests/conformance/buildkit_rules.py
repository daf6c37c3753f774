"""How a build by BuildKit is compared with a recording.

BuildKit works on several steps at once, so that what a recording shows of the order and of the numbers of steps is chance.
The rules: the same steps with the same lines, whatever their numbers; a base image is done, cached or given up; the two
streams of a process come in any order; of what is told when it begins and when it ends, the end counts, however long it took
and however often the display came back to its step; a remark stands in its step or only at the end, as it comes early or
late; everything that is no step is the same, in the same order.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent / "buildkit"
RECORDINGS = (("buildkit", "28"), ("buildkit-29", "29"), ("x-buildkit-29", "29"))
"""By name, with the profile of the engine; the client is buildx 0.13 with all of them."""
_MASKS = (
    (re.compile(r"sha256:[0-9a-f]{64}"), "<digest>"),
    (re.compile(r"ref [0-9a-z-]+::[0-9a-z]+"), "ref <ref>"),
    (re.compile(r"\b\d+\.\d{3} "), "<at> "),
    (re.compile(r"(?<= )\d+\.\ds\b"), "<seconds>"),
    (re.compile(r" <seconds> done"), " done"),
    (re.compile(r"\b\d+(\.\d+)?(B|kB|MB)\b"), "<size>"),
    (re.compile(r"file:[0-9a-f]+"), "file:<sum>"),
)
SHORT_ID = re.compile(r"\b[0-9a-f]{12}\b")
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT[0-9:.]+Z")
BUILD = re.compile(r'(?<="Ref":")\w+')
CACHE = re.compile(r"(?<=Build Cache) +\d+ +\d+")
"""How many entries BuildKit's own cache has, some of them of files that it keeps for itself."""
BASE = re.compile(r"ADD alpine-|CMD \[\"/bin/sh\"\]|ENV PATH=")


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
    name, *told = lines
    rest: list[str] = []
    for place, line in enumerate(told):
        ends_later = any(other.startswith(f"{line} ") for other in told[place + 1 :])
        is_again = line == name or (line == "DONE <seconds>" and line in told[place + 1 :])
        if not (ends_later or is_again or line.startswith("WARN: ")):
            rest.append(line)
    if "FROM " in name:
        rest = [line for line in rest if line not in ("DONE <seconds>", "CACHED", "CANCELED")]
    logs = sorted(line for line in rest if line.startswith("<at> "))
    return (name, *logs, *(line for line in rest if not line.startswith("<at> ")))


def differences(want: dict[str, Any], got: dict[str, Any]) -> list[tuple[object, object]]:
    """What is not as it was recorded, as pairs of what was recorded and what is."""
    pairs: list[tuple[object, object]] = [(want["exit"], got["exit"])]
    if want["directive"] != "setup":
        pairs.append((view(want["stderr"]), view(got["stderr"])))
        pairs.append((answer(want["command"], want["stdout"]), answer(got["command"], got["stdout"])))
    return [(recorded, now) for recorded, now in pairs if recorded != now]


def answer(command: str, text: str) -> object:
    """What may be compared of what a command printed."""
    if "history" in command:  # what made the base image is the catalogue's business, and when, the clock's
        lines = [re.sub(r"\b(\d+|Less than a) \w+ ago", "<ago>", line) for line in masked(text).split("\n")]
        made = [" ".join(SHORT_ID.sub("<id>", line).split()) for line in lines if line.endswith("dockerfile.v0")]
        return [line for line in made if not BASE.search(line)]
    if command.startswith("docker image inspect b:1") and "--format" not in command:
        return _keys(json.loads(text))
    return sorted(
        SHORT_ID.sub("<id>", INSTANT.sub("<time>", BUILD.sub("<ref>", CACHE.sub("", masked(text))))).split("\n")
    )


def _keys(document: Any) -> Any:
    """A document's keys, without the directory that only a base image says."""
    if isinstance(document, dict):
        return {key: _keys(value) for key, value in document.items() if key != "WorkingDir"}
    return [_keys(value) for value in document] if isinstance(document, list) else type(document).__name__

"""The tables of what 29.7.2 answers where 28.2.2 says something else; see `test_changes_29.py`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from conformance.recording_sets import HERE, RecordingSet

_TABLES: dict[str, list[dict[str, Any]]] = json.loads((HERE / "changes-29.json").read_text())
ANSWERS, WORDS = _TABLES["answers"], _TABLES["words"]


def problems(recordings: RecordingSet, name: str, index: int, seen: dict[str, Any]) -> list[str]:
    """What is not as the table of words has it.

    Args:
        name, index: of a step.
        seen: what was answered to it, as `conformance.view` gives it.
    """
    found = []
    for row in WORDS:
        if row["step"] != f"{name}:{index}":
            continue
        says = row["classic_store"] if "overlay2" in recordings.profile else recordings.profile[1]
        stream = row["stream"]
        if stream == "json":
            told = set(_paths(seen["json"]))
            here, elsewhere = set(row[says]), set(row["29" if says == "28" else "28"])
            if not here <= told or elsewhere & told:
                found.append(
                    f"{row['step']}: of the keys of {says}, {sorted(here - told)} are missing; too many: {sorted(elsewhere & told)}"
                )
        elif stream != "ids":  # which are compared as the recordings are
            now = seen["exit"] if stream == "exit" else _lines(seen[stream])
            if now != row[says]:
                found.append(f"{row['step']}: {says} says {row[says]}, and now it is {now}")
    return found


def _lines(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.split("\n") if line.strip()]


def _paths(shape: Any, at: str = "") -> Iterator[str]:
    """The places of a document's keys, as the table has them."""
    if isinstance(shape, dict):
        for key, value in shape.items():
            yield f"{at}.{key}".lstrip(".")
            yield from _paths(value, f"{at}.{key}")
    elif isinstance(shape, list):
        for value in shape:
            yield from _paths(value, f"{at}.[]" if at else "[]")

"""Where two answers differ: by place, with ids of the one standing for ids of the other."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from fakedocker.base.json_types import Json

_DIGEST = re.compile(r"(?:sha256:)?([0-9a-f]{64})")
_ID = re.compile(r"[0-9a-f]{12,64}")
_SHOWN = 120


class Names:
    """Which of our ids stands for which recorded one."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def translate(self, text: str) -> str:
        """A recorded text with our ids in it."""
        return _ID.sub(lambda match: self._known.get(match[0], match[0]), text)

    def learn(self, recorded: Json, ours: Json) -> None:
        """Pair the ids of two answers, place by place."""
        if isinstance(recorded, dict) and isinstance(ours, dict):
            for key in recorded.keys() & ours.keys():
                self.learn(recorded[key], ours[key])
        elif isinstance(recorded, list) and isinstance(ours, list):
            for one, other in zip(recorded, ours, strict=False):
                self.learn(one, other)
        elif isinstance(recorded, str) and isinstance(ours, str):
            pairs = (_DIGEST.fullmatch(recorded), _DIGEST.fullmatch(ours))
            if pairs[0] is not None and pairs[1] is not None:
                self._known[pairs[0][1]] = pairs[1][1]
                self._known[pairs[0][1][:12]] = pairs[1][1][:12]


def differences(recorded: Json, ours: Json, names: Names, at: str = "") -> Iterator[tuple[str, str]]:
    """Where two answers differ, and how."""
    numbers = (int, float)
    if type(recorded) is not type(ours) and not (isinstance(recorded, numbers) and isinstance(ours, numbers)):
        yield at, f"recorded {_shown(recorded)}, ours {_shown(ours)}"
    elif isinstance(recorded, dict) and isinstance(ours, dict):
        yield from _of_objects(recorded, ours, names, at)
    elif isinstance(recorded, list) and isinstance(ours, list):
        if len(recorded) != len(ours):
            yield at, f"{len(recorded)} recorded, {len(ours)} ours: {_shown(ours)}"
        for index, (one, other) in enumerate(zip(recorded, ours, strict=False)):
            yield from differences(one, other, names, f"{at}[{index}]")
    elif recorded != ours and not (isinstance(recorded, str) and names.translate(recorded) == ours):
        yield at, f"recorded {_shown(recorded)}, ours {_shown(ours)}"


def _of_objects(recorded: dict[str, Json], ours: dict[str, Json], names: Names, at: str) -> Iterator[tuple[str, str]]:
    known = {names.translate(key): key for key in recorded}
    for key in sorted(known.keys() | ours.keys()):
        if key not in ours:
            yield f"{at}.{key}", f"missing; recorded {_shown(recorded[known[key]])}"
        elif key not in known:
            yield f"{at}.{key}", f"not recorded; ours {_shown(ours[key])}"
        else:
            yield from differences(recorded[known[key]], ours[key], names, f"{at}.{key}")


def _shown(value: Json) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"

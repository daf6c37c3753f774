"""What a world that begins from a recording answers by: a value of the world, so that it is snapshotted with it.

The recording is followed change by change. What was looked at after so many changes is answered from it after just those
changes; a change that is not in it *leaves* it, and nothing is answered from it any more.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Final
from urllib.parse import parse_qsl, urlencode

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from fakedocker.base.json_types import Json
from fakedocker.base.patterns import lazy_pattern
from fakedocker.base.persistent import Map
from fakedocker.recordings.told import Part, Told, is_change, path_of

NOTES_KEPT: Final = 1000
ID: Final = lazy_pattern(r"[0-9a-f]{64}")
"""Of a container, a network, an exec, a volume without a name."""
_NAME: Final = lazy_pattern(r"[a-zA-Z0-9][a-zA-Z0-9_.-]+")
_HIJACKING: Final = lazy_pattern(r"POST /(?:containers/[^/]+/attach|exec/[^/]+/start)")
_OF_THE_CONNECTION: Final = ("content-length", "transfer-encoding", "connection", "upgrade")
"""Headers that say how bytes come, which is the server's own business."""
_UPGRADE: Final = (("Connection", "Upgrade"), ("Upgrade", "tcp"))


class Answer(Struct, frozen=True, kw_only=True, eq=False):
    """A recorded answer.

    Args:
        number: of the change that it answers, from 0 on; -1 for a request that changes nothing.
        changes: how many were asked before it.
        parts, end: when it came; see `told.Part`.
        is_whole: whether it came to its end; else the client gave it up.
        is_held: whether it can be given; else it is not known whole, and only that it was asked counts.
        hijacks: whether the connection carries raw bytes both ways after the head.
        ids: what the thing made by it is called, by kind.
        exit_code: what a container had ended with, where it tells that one has.
    """

    number: int
    changes: int
    status: int = 0
    headers: tuple[tuple[str, str], ...] = ()
    parts: tuple[Part, ...] = ()
    end: Part = Part(b"", 0, 0, False)
    is_whole: bool = True
    is_held: bool = True
    hijacks: bool = False
    ids: tuple[tuple[str, str], ...] = ()
    exit_code: int | None = None


class Recorded(Struct, frozen=True, kw_only=True, eq=False):
    """How far a recording has been followed, and what it answers.

    Args:
        answers: by request, in the order in which they were asked, see `key_of`.
        done: the changes that were asked again.
        followed: how many there are before the first that was not.
        looked: how often something was looked at since the last change.
        left: the request with which the recording was left; "" while it is followed.
        notes: what the double has done otherwise than the recorded engine, the eldest first.
    """

    answers: Map[str, tuple[Answer, ...]]
    done: Map[int, bool] = Map()
    followed: int = 0
    looked: Map[str, int] = Map()
    left: str = ""
    notes: tuple[str, ...] = ()

    def look(self, key: str) -> tuple[Answer | None, Recorded]:
        """What answers a request that changes nothing, and how it goes on: the next answer in turn, the last again and again."""
        if (
            len(self.done) != self.followed
        ):  # changes came in another order, and it is not known what was true between them
            return None, self
        held = [answer for answer in self.answers.get(key, ()) if answer.changes == self.followed and answer.is_held]
        if not held:
            return None, self
        count = self.looked.get(key, 0)
        return held[min(count, len(held) - 1)], replace(self, looked=self.looked.set(key, count + 1))

    def change(self, key: str) -> Answer | None:
        """What answers a change; None where the recording has no more such."""
        return next((answer for answer in self.answers.get(key, ()) if answer.number not in self.done), None)

    def is_due(self, answer: Answer, part: Part) -> bool:
        """Whether all has been asked that was asked between a request and a part of its answer."""
        return all(number in self.done for number in range(answer.changes, part.changes) if number != answer.number)

    def having_done(self, answer: Answer) -> Recorded:
        """It goes on after a change."""
        done, followed = self.done.set(answer.number, True), self.followed
        while followed in done:
            followed += 1
        return replace(self, done=done, followed=followed, looked=Map())

    def leave(self, line: str) -> Recorded:
        """It is followed no further from this request on."""
        return replace(self, left=line)

    def noting(self, note: str) -> Recorded:
        """With one more note; the eldest are dropped."""
        return replace(self, notes=(*self.notes, note)[-NOTES_KEPT:])


def key_of(method: str, target: str, body: bytes) -> str:
    """A request as it is found again: without the version of the API, and whatever the order of what it names."""
    query = urlencode(sorted((name, _plain(value)) for name, value in parse_qsl(target.partition("?")[2], True)))
    digest = hashlib.sha256(_canonical(body)).hexdigest() if body else ""
    return f"{method} {path_of(target)}?{query} {digest}"


def _plain(value: str) -> str:
    return _canonical(value.encode()).decode() if value[:1] in ("{", "[") else value


def _canonical(data: bytes) -> bytes:
    """JSON in one order of keys; anything else as it is."""
    try:
        return msgspec.json.encode(msgspec.json.decode(data), order="deterministic")
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return data


def answers_of(told: Iterable[Told]) -> Map[str, tuple[Answer, ...]]:
    """The answers of a recording, by request."""
    requests = list(told)
    names = _names(requests)
    found: dict[str, list[Answer]] = {}
    for one in requests:
        method = one.asked.method
        number = one.changes if is_change(method, one.path) else -1
        answer = Answer(number=number, changes=one.changes, is_held=False)
        if one.answered is not None and not one.is_cut:
            answer = Answer(
                number=number, changes=one.changes, status=one.status, headers=_headers(one.answered.headers, one.status),
                parts=one.parts, end=one.end, is_whole=one.is_whole,
                hijacks=one.status < 300 and _HIJACKING.fullmatch(f"{method} {one.path}") is not None, ids=_ids(one, names), exit_code=_exit_code(one),
            )  # fmt: skip
        found.setdefault(key_of(method, one.asked.target, one.asked.body), []).append(answer)
    return Map({key: tuple(answers) for key, answers in found.items()})


def _headers(headers: Mapping[str, str], status: int) -> tuple[tuple[str, str], ...]:
    kept = tuple((name, value) for name, value in headers.items() if name.lower() not in _OF_THE_CONNECTION)
    return (*kept, *_UPGRADE) if status == 101 else kept


def _field(value: Json, name: str) -> str:
    found = value.get(name) if isinstance(value, dict) else None
    return found if isinstance(found, str) else ""


def _names(requests: Iterable[Told]) -> dict[str, str]:
    """The names of containers by id, where they were told."""
    found: dict[str, str] = {}
    for one in requests:
        if one.asked.method == "GET" and one.status == 200 and one.path.startswith("/containers/"):
            told = one.json()
            for shown in told if isinstance(told, list) else [told]:
                names = shown.get("Names") if isinstance(shown, dict) else None
                name = names[0] if isinstance(names, list) and names else _field(shown, "Name")
                if isinstance(name, str):
                    found.setdefault(_field(shown, "Id"), name.removeprefix("/"))
    return found


def _ids(one: Told, names: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """What the thing that was made is called."""
    if one.asked.method != "POST" or one.status != 201:
        return ()
    if one.path == "/volumes/create":
        name = _field(one.json(), "Name")
        return (("volume", name),) if ID.fullmatch(name) else ()
    parts = one.path.split("/")[1:]
    identifier = _field(one.json(), "Id")
    if ID.fullmatch(identifier) is None:
        return ()
    if parts == ["containers", "create"]:
        name = names.get(identifier, "")
        return (("container", identifier), *((("container name", name),) if _NAME.fullmatch(name) else ()))
    if parts == ["networks", "create"]:
        return (("network", identifier),)
    return (("exec", identifier),) if parts[0] == "containers" and parts[-1] == "exec" else ()


def _exit_code(one: Told) -> int | None:
    """What a wait has told."""
    if one.asked.method != "POST" or not one.path.endswith("/wait") or one.status != 200:
        return None
    told = one.json()
    code = told.get("StatusCode") if isinstance(told, dict) else None
    return code if isinstance(code, int) and 0 <= code <= 255 else None

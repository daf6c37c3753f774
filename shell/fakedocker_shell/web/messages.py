"""What the page may say over its websocket, and within which limits; everything else is no message.

The kinds are those that `page/worker.js` passes on to a session in a page, and those of the teacher's view.
"""

from __future__ import annotations

from typing import Annotated, TypeAlias

import msgspec
from msgspec import Meta, Struct

LONGEST_FIRST_BYTES = 512 << 10
"""Of the message that begins a session: it brings what the browser has kept."""
LONGEST_BYTES = 256 << 10
LONGEST_KEYS = 65_536
LONGEST_NAME = 40
LONGEST_LINK = 16_384
Identifier = Annotated[str, Meta(max_length=64)]
Kept = Annotated[str, Meta(max_length=200_000)]


class Asked(Struct, frozen=True, forbid_unknown_fields=True):
    """What a page says of itself when it begins."""

    rows: Annotated[int, Meta(ge=2, le=400)]
    columns: Annotated[int, Meta(ge=10, le=1000)]
    link: Annotated[str, Meta(max_length=LONGEST_LINK)] = ""
    address: Annotated[str, Meta(max_length=2000)] = ""
    kept: Annotated[dict[Identifier, Kept], Meta(max_length=4)] = {}


class Start(Struct, frozen=True, tag_field="kind", tag="start", forbid_unknown_fields=True):
    """A learner comes, or comes back: `id` is what was told then, "" for somebody new."""

    settings: Asked
    id: Identifier = ""
    name: Annotated[str, Meta(max_length=LONGEST_NAME)] = ""


class Keys(Struct, frozen=True, tag_field="kind", tag="keys", forbid_unknown_fields=True):
    text: Annotated[str, Meta(max_length=LONGEST_KEYS)]


class Size(Struct, frozen=True, tag_field="kind", tag="size", forbid_unknown_fields=True):
    rows: Annotated[int, Meta(ge=1, le=400)]
    columns: Annotated[int, Meta(ge=1, le=1000)]


class Shown(Struct, frozen=True, tag_field="kind", tag="shown", forbid_unknown_fields=True):
    characters: Annotated[int, Meta(ge=0, le=1 << 30)]


class Answer(Struct, frozen=True, tag_field="kind", tag="answer", forbid_unknown_fields=True):
    yes: bool


class Share(Struct, frozen=True, tag_field="kind", tag="share", forbid_unknown_fields=True):
    """A link to the present state is wanted."""


class Journal(Struct, frozen=True, tag_field="kind", tag="journal", forbid_unknown_fields=True):
    """The session's journal is wanted."""


class Watch(Struct, frozen=True, tag_field="kind", tag="watch", forbid_unknown_fields=True):
    """The teacher looks over a learner's shoulder, by number; 0 for nobody's."""

    number: Annotated[int, Meta(ge=0)]


class HandOut(Struct, frozen=True, tag_field="kind", tag="hand-out", forbid_unknown_fields=True):
    """The teacher hands out a link to all."""

    link: Annotated[str, Meta(max_length=LONGEST_LINK)]


OfLearner: TypeAlias = Start | Keys | Size | Shown | Answer | Share | Journal
OfTeacher: TypeAlias = Watch | HandOut
of_learner = msgspec.json.Decoder(OfLearner).decode
of_teacher = msgspec.json.Decoder(OfTeacher).decode


def told(kind: str, text: str) -> str:
    """A message to the page."""
    return msgspec.json.encode({"kind": kind, "text": text}).decode("utf-8", "replace")

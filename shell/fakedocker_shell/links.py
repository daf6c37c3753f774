"""Links: a session as the end of an address, `#v=1&profile=&seed=&date=&lesson=&run=`, as runs are deterministic.

A link comes from anybody. It is taken apart within limits, and refused in words when anything in it is not as it should
be; its commands hold no control characters, so that what is shown of them is what will be run. Running it is
`repl.link_running`'s business.
"""

from __future__ import annotations

import base64
import binascii
import re
import unicodedata
from urllib.parse import parse_qsl, quote

from msgspec import Struct

from fakedocker.base.clock import morning_of
from fakedocker.base.numbers import is_digits
from fakedocker.base.profiles import DEFAULT, PROFILES, profile_named, storage_named

VERSION = "1"
LONGEST_CHARACTERS = 16_384
LONGEST_RUN_BYTES = 8_192
MOST_LINES = 200
LARGEST_SEED = 2**63 - 1
KEYS = ("v", "profile", "storage", "seed", "date", "assume", "lesson", "run")
_LESSON = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_BASE64URL = re.compile(r"[A-Za-z0-9_-]*")
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Categories of characters that are not shown, or change how others are."""


class LinkProblem(Exception):
    """A link that cannot be opened or made; the text says why, and holds nothing of the link but what is harmless."""


class Link(Struct, frozen=True):
    """What a link says.

    Args:
        profile, storage, seed, date, assume: of the world; see `session.make_engine`. "" for the usual.
        lesson: the id of the lesson that is opened; "" for none.
        run: the commands, as they are typed: a line each, or several for one that goes on.
    """

    profile: str = DEFAULT
    storage: str = ""
    seed: int = 0
    date: str = ""
    assume: bool = False
    lesson: str = ""
    run: str = ""


def read(text: str) -> Link:
    """A link, from an address or its end.

    Raises:
        LinkProblem: it is none, or not as it should be.
    """
    _, hash_sign, fragment = text.partition("#")
    if len(text) > LONGEST_CHARACTERS:
        raise LinkProblem(f"it is longer than {LONGEST_CHARACTERS} characters")
    found = _fields(fragment if hash_sign else text)
    if found.get("v") != VERSION:
        raise LinkProblem(f"it does not say v={VERSION}, the form that this version knows")
    link = Link(
        profile=_profile(found.get("profile", "")),
        storage=found.get("storage", ""),
        seed=_seed(found.get("seed", "")),
        date=_date(found.get("date", "")),
        assume=_switch(found.get("assume", "")),
        lesson=_lesson(found.get("lesson", "")),
        run=_run(found.get("run", "")),
    )
    try:
        storage_named(profile_named(link.profile), link.storage)
    except ValueError:
        raise LinkProblem("its storage is none that its profile has") from None
    return link


def write(link: Link, address: str = "") -> str:
    """A link as text, which `read` gives back the same from.

    Args:
        address: of the page that it leads to.

    Raises:
        LinkProblem: it would be larger than a link may be.
    """
    data = link.run.encode()
    given = {
        "v": VERSION,
        "profile": "" if link.profile == DEFAULT else link.profile,
        "storage": link.storage,
        "seed": str(link.seed) if link.seed else "",
        "date": link.date,
        "assume": "1" if link.assume else "",
        "lesson": link.lesson,
        "run": base64.urlsafe_b64encode(data).decode().rstrip("="),
    }
    text = address.partition("#")[0] + "#" + "&".join(f"{key}={quote(value)}" for key, value in given.items() if value)
    read(text)
    return text


def _fields(fragment: str) -> dict[str, str]:
    if not fragment:
        raise LinkProblem("it says nothing")
    try:
        pairs = parse_qsl(fragment, keep_blank_values=True, strict_parsing=True, max_num_fields=len(KEYS))
    except ValueError:
        raise LinkProblem("it is not made of the parts that a link has") from None
    found: dict[str, str] = {}
    for key, value in pairs:
        if key not in KEYS:
            raise LinkProblem(f"it has a part that is not known; known are {', '.join(KEYS)}")
        if key in found:
            raise LinkProblem(f"it says {key} twice")
        found[key] = value
    return found


def _profile(text: str) -> str:
    if text and text not in PROFILES:
        raise LinkProblem(f"its profile is none of {', '.join(PROFILES)}")
    return text or DEFAULT


def _seed(text: str) -> int:
    if text and (not is_digits(text) or len(text) > len(str(LARGEST_SEED)) or int(text) > LARGEST_SEED):
        raise LinkProblem(f"its seed is no number up to {LARGEST_SEED}")
    return int(text or "0")


def _date(text: str) -> str:
    if not text:
        return ""
    try:
        morning_of(text)
    except ValueError:
        raise LinkProblem("its date is no day as YYYY-MM-DD") from None
    return text


def _switch(text: str) -> bool:
    if text not in ("", "0", "1"):
        raise LinkProblem("its assume is neither 0 nor 1")
    return text == "1"


def _lesson(text: str) -> str:
    if text and not _LESSON.fullmatch(text):
        raise LinkProblem("its lesson is no name of one")
    return text


def _run(text: str) -> str:
    if not _BASE64URL.fullmatch(text):
        raise LinkProblem("its commands are not written in base64url")
    if len(text) > LONGEST_RUN_BYTES * 4 // 3 + 4:
        raise LinkProblem(f"its commands are more than {LONGEST_RUN_BYTES} bytes")
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        run = data.decode()
    except (binascii.Error, UnicodeDecodeError):
        raise LinkProblem("its commands are not written in base64url") from None
    if len(data) > LONGEST_RUN_BYTES:
        raise LinkProblem(f"its commands are more than {LONGEST_RUN_BYTES} bytes")
    if run.count("\n") >= MOST_LINES:
        raise LinkProblem(f"its commands are more than {MOST_LINES} lines")
    if hides(run):
        raise LinkProblem("its commands hold characters that are not shown")
    return run


def hides(text: str) -> bool:
    """Whether a text holds characters that are not shown, or change how others are; ends of lines and tabs are no such."""
    if text.isascii() and text.isprintable():
        return False
    return any(character not in "\n\t" and unicodedata.category(character) in _HIDDEN for character in text)

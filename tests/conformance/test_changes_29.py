"""What 29.7.2 answers where 28.2.2 says something else: every row of a table, asked of both.

`changes-29.json` has two tables, made from the recordings of both engines. *answers*: a command after some others, and what
either prints (what is on standard error begins with !). *words*: every step of the recordings that was answered otherwise,
with the stream in which; they are held where the recordings are played (`test_recordings.py`), and here against each other.
"""

from __future__ import annotations

import re
from typing import Any

import pytest

from conformance.changes_29 import ANSWERS, WORDS, problems
from conformance.conformance import Normaliser, view
from conformance.recording_sets import SETS, RecordingSet
from fakedocker.base.profiles import PROFILES
from helpers.cli_host import Host

CURL = "curl -s --unix-socket /var/run/docker.sock http://x"
MASKS = (
    (re.compile(r"sha256:[0-9a-f]{64}"), "<digest>"),
    (re.compile(r"\b[0-9a-f]{64}\b"), "<ID>"),
    (re.compile(r"\b(?=[0-9a-f]*[a-f])(?=[0-9a-f]*\d)[0-9a-f]{12}\b"), "<id>"),
    (re.compile(r"\b\d+(\.\d+)?MB"), "<size>"),
    (re.compile(r"\r"), ""),
)


def masked(text: str) -> list[str]:
    for pattern, replacement in MASKS:
        text = pattern.sub(replacement, text)
    return text.splitlines()


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("row", ANSWERS, ids=lambda row: row["name"])
def test_what_is_answered(row: dict[str, Any], profile: str) -> None:
    host = Host("/changes", "2024-10-01", profile)
    host.run(row["setup"].replace("CURL", CURL))
    _, out, err = host.run(row["command"].replace("CURL", CURL))
    assert [*masked(out), *(f"! {line}" for line in masked(err))] == row[profile]


def test_the_table_has_every_subject() -> None:
    subjects = {row["name"].partition(":")[0] for row in ANSWERS}
    assert subjects == {"versions", "store", "images", "json", "client"}
    assert (len(ANSWERS), len({row["step"] for row in WORDS})) == (61, 76)
    assert all(row["28"] != row["29"] for row in WORDS if row["stream"] != "ids")


@pytest.mark.parametrize("recordings", SETS, ids=lambda recordings: recordings.folder.name)
def test_the_words_are_those_of_the_recordings(recordings: RecordingSet) -> None:
    for name in recordings.names:
        steps = recordings.steps(name)
        normalise = Normaliser("\n".join(step["command"] for step in steps))
        for index, step in enumerate(steps):
            assert not problems(recordings, name, index, view(step, normalise))

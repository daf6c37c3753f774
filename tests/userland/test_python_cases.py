"""The programs whose answers real interpreters have given: the same here, or a mark; no other answer."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from helpers.frozen_machine import FrozenMachine as Machine

CASES = Path(__file__).parents[1] / "data/python-cases"
VERSIONS = {"3.11": "3.11.7", "3.12": "3.12.1", "3.13": "3.13.0"}
MARKED = frozenset(
    (
        "beginners: enum without value",
        "concurrency: thread exception",
        "functions: argument errors",
        "library: hashes and encodings",
        "library: json",
        "library: re",
        "syntax_errors: double star",
        "syntax_errors: tabs and spaces",
        "tracebacks: import error name",
        "tutorials: dict writer that fails",
        "tutorials: enum traffic light",
        "tutorials: path that fails",
        "tutorials: pattern that fails",
        "tutorials: strptime that fails",
        "types: sets",
    )
)
"""Programs that are marks, in one version at least. It may only shrink."""
OLD_FSTRINGS = frozenset(
    (
        "strings: fstrings",
        "syntax_errors: empty fstring",
        "syntax_errors: fstring single brace",
        "syntax_errors: unclosed fstring brace",
    )
)
"""Those of them that are marks before Python 3.12, whose f-strings another parser reads. It may only shrink."""
Answer = list[str | int]


def cases() -> Iterator[tuple[str, str, str, Answer]]:
    """(name, version, source, answer) of every program."""
    for file in sorted(CASES.glob("*.txt")):
        answers = json.loads(file.with_suffix(".json").read_text(encoding="utf-8"))
        for part in re.split(r"(?m)^### ", file.read_text(encoding="utf-8"))[1:]:
            name, _, source = part.partition("\n")
            for version, answer in answers[name].items():
                yield f"{file.stem}: {name}", version, source, answer


KNOWN = {(name, version): (source, answer) for name, version, source, answer in cases()}


@pytest.mark.parametrize(("name", "version"), list(KNOWN))
def test_a_program_answers_as_it_does_on_the_real_interpreter(name: str, version: str) -> None:
    source, answer = KNOWN[name, version]
    box = Machine({"/app/main.py": source})
    settings = f"PYTHON_VERSION={VERSIONS[version]} PYTHONHASHSEED=0"
    result = box.sh(f"export {settings}; cd /app; exec python3 main.py < /dev/null")
    if "fakedocker: python3: " in result.stderr:
        assert name in MARKED or (version == "3.11" and name in OLD_FSTRINGS), result.stderr
    else:
        stderr = result.stderr.replace("/srv/lib/python", "/usr/local/lib/python")
        stderr = re.sub(r"(?m)^(Ran \d+ tests?) in \d+\.\d+s$", r"\1 in 0.000s", stderr)
        found = [result.stdout, placeless(stderr), result.status]
        assert found == [answer[0], placeless(str(answer[1])), answer[2]]


def placeless(text: str) -> str:
    """What was printed, without addresses of objects that an exception was ignored in."""
    return re.sub(r"(?m)(?<= at )0x[0-9a-f]+(?=>$)", "0x0", text)

"""Small pages that the real PHP has answered: the same to the byte, or refused with a mark; nothing in between."""

from __future__ import annotations

import json

import pytest

from helpers.paths import ROOT
from helpers.services_machine import Machine

RECORDED = json.loads((ROOT / "tests" / "data" / "php-cases.json").read_text(encoding="utf-8"))["cases"]
MARKED = frozenset(
    {
        "and or",
        "array as text",
        "arrow function",
        "break and continue",
        "class",
        "comparisons side by side",
        "destructuring",
        "division by zero",
        "for",
        "global",
        "large numbers",
        "loose comparison",
        "match",
        "not a number",
        "numeric texts",
        "octal and hex",
        "references",
        "sort",
        "static",
        "switch",
        "syntax error",
        "uncaught",
        "undefined key",
        "undefined variable",
        "unknown function",
    }
)
"""Those that end with a mark: what PHP would warn of, what is no part of the small language, and mistakes."""


@pytest.mark.parametrize("name", sorted(RECORDED))
def test_it_prints_what_php_has_printed_or_says_that_it_cannot(name: str) -> None:
    case = RECORDED[name]
    box = Machine({"/app/page.php": case["source"]})
    result = box.sh("PHP_VERSION=8.2.32 php /app/page.php")
    if name in MARKED:
        assert result.stderr.startswith("fakedocker: php: ") and result.stderr.endswith(" is not simulated\n")
        assert case["output"].startswith(result.stdout), "what came before is right"
        assert result.status == 255
    else:
        assert (result.stdout, result.status, result.stderr) == (case["output"], case["status"], "")

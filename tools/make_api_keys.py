"""Write tests/data/api-keys-29.json: which keys the answers of engine 29 have at which API version.

    make_api_keys.py api-versions-29.json

The source has, for each image store and answer, the keys at the first version and at each where they change. Here the
keys stand once, and what changes besides; ids are ID.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

OUT = Path(__file__).parent.parent / "tests" / "data" / "api-keys-29.json"
_ID = re.compile(r"[0-9a-f]{64}")


def changes(versions: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """{"keys": at the first version, "versions": {version: [what came, what went]}, "types": media types by version}."""
    first, *others = versions
    keys = _keys(versions[first])
    found: dict[str, Any] = {
        "first": first,
        "keys": sorted(keys),
        "versions": {},
        "types": {first: _type(versions[first])},
    }
    for version in others:
        now = _keys(versions[version])
        found["versions"][version] = [sorted(now - keys), sorted(keys - now)]
        if _type(versions[version]) != list(found["types"].values())[-1]:
            found["types"][version] = _type(versions[version])
        keys = now
    return found


def _keys(answer: dict[str, Any]) -> set[str]:
    return {_ID.sub("ID", key) for key in answer["keys"]}


def _type(answer: dict[str, Any]) -> str:
    return str(answer["content_type"])


def main() -> int:
    source = json.loads(Path(sys.argv[1]).read_text())
    written: dict[str, Any] = {}
    for store in ("overlay2", "containerd"):
        answers = {name: entry for name, entry in source[store].items() if name not in ("version", "accept", "attest")}
        written[store] = {
            "version": source[store]["version"],
            "attestations": source[store]["attest"],
            "answers": {name: changes(entry) for name, entry in answers.items()},
        }
    OUT.write_text(json.dumps(written, indent=1, sort_keys=True) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

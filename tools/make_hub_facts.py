"""Write the facts about Docker's official images as the package keeps them, one file for each repository.

    make_hub_facts.py TAGS.json.xz CONFIGS.json.xz [--check]

Both files are described in docs/hub.md. Writes fakedocker/registry/hub/facts; --check writes nothing and says what differs.
"""

from __future__ import annotations

import argparse
import json
import lzma
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from fakedocker.registry.hub import kept

FOLDER = Path(__file__).parent.parent / "fakedocker" / "registry" / "hub" / "facts"
LIMIT_BYTES = 2_500_000
"""What all files together may be: they are in the wheel."""


def make_files(tags: dict[str, Any], configs: dict[str, Any]) -> dict[str, bytes]:
    """Every file by its name."""
    files = {f"{name}.facts": _repository(tags[name], configs[name]) for name in sorted(tags)}
    last = max(days[-1] for repository in tags.values() for _, _, _, days in repository["images"])
    index = kept.Index(last, {name: len(tags[name]["tags"]) for name in sorted(tags)})
    files["index.json"] = msgspec.json.format(msgspec.json.encode(index), indent=1) + b"\n"
    return files


def _repository(listed: dict[str, Any], configured: dict[str, Any]) -> bytes:
    images = [[*image, config] for image, config in zip(listed["images"], configured["images"], strict=True)]
    tags = sorted(listed["tags"].items())
    return msgspec.msgpack.encode(
        kept.Head(
            listed["source"],
            len(images),
            _blocks(images, list(range(len(images))), kept.BLOCK_BYTES),
            _blocks(tags, [tag for tag, _ in tags], kept.BLOCK_BYTES),
            _blocks(configured["configs"], list(range(len(configured["configs"]))), kept.CONFIG_BLOCK_BYTES),
        )
    )


def _blocks(rows: Sequence[Any], names: Sequence[str | int], limit_bytes: int) -> kept.Blocks:
    parts: list[bytes] = []
    first: list[str | int] = []
    pending: list[Any] = []
    size = 0
    for row, name in zip(rows, names, strict=True):
        if not pending:
            first.append(name)
        pending.append(row)
        size += len(msgspec.json.encode(row))
        if size > limit_bytes:
            parts.append(kept.compress(msgspec.json.encode(pending)))
            pending, size = [], 0
    if pending:
        parts.append(kept.compress(msgspec.json.encode(pending)))
    return kept.Blocks(tuple(parts), tuple(first))


def _read(path: Path) -> dict[str, Any]:
    with lzma.open(path) as file:
        found: dict[str, Any] = json.load(file)
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("tags", type=Path)
    parser.add_argument("configs", type=Path)
    parser.add_argument("--check", action="store_true", help="write nothing; say what differs")
    options = parser.parse_args()
    files = make_files(_read(options.tags), _read(options.configs))
    size = sum(map(len, files.values()))
    if size > LIMIT_BYTES:
        print(f"{size} bytes are more than {LIMIT_BYTES}", file=sys.stderr)
        return 1
    before = {path.name: path.read_bytes() for path in FOLDER.glob("*") if path.is_file()}
    if options.check:
        differing = sorted(name for name in files.keys() | before.keys() if files.get(name) != before.get(name))
        print("\n".join(differing) or "nothing differs")
        return 1 if differing else 0
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (FOLDER / name).write_bytes(data)
    for name in before.keys() - files.keys():
        (FOLDER / name).unlink()
    print(f"{len(files)} files, {size} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Write docs/operations.md from the table of what the engine can be asked: make_operations.py [--check]."""

from __future__ import annotations

import sys
from pathlib import Path

from fakedocker.wire.endpoints import ENDPOINTS, GRPC_METHOD

PAGE = Path(__file__).parent.parent / "docs" / "operations.md"
HEAD = """# What the engine can be asked

Made from `fakedocker/wire/endpoints.py` by `tools/make_operations.py`. The names are those of rules of faults (`fault("start on web error
500")`) and of assertions about calls (`assert_asked("start", "web")`); docker's long form works in assertions too: `container start` is
`start`. An operation that came after API 1.24 is refused to older versions in the daemon's words.

| operation | requests | about | since API |
| --- | --- | --- | --- |
"""


def page() -> str:
    """The page as it should be."""
    rows: dict[str, list[str]] = {}
    about: dict[str, str] = {}
    since: dict[str, str] = {}
    for endpoint in ENDPOINTS:
        method = "gRPC" if endpoint.method == GRPC_METHOD else endpoint.method
        query = f"?{endpoint.parameter}=" if endpoint.parameter else ""
        rows.setdefault(endpoint.operation, []).append(f"`{method} {endpoint.path.replace('*', '')}{query}`")
        about[endpoint.operation] = about.get(endpoint.operation) or endpoint.about
        since[endpoint.operation] = since.get(endpoint.operation) or endpoint.since
    lines = [f"| {name} | {', '.join(paths)} | {about[name]} | {since[name]} |" for name, paths in rows.items()]
    return HEAD + "\n".join(lines) + "\n"


def main() -> int:
    if "--check" in sys.argv[1:]:
        return 0 if PAGE.read_text() == page() else 1
    PAGE.write_text(page())
    return 0


if __name__ == "__main__":
    sys.exit(main())

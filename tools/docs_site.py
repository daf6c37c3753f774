"""What the site of docs/ needs beside mkdocs.yml: blocks without the words that say how they are tried."""

from __future__ import annotations

import re

_OPENING = re.compile(r'^(`{3,}\w+)(?=[ \t])[^\n]*?( title="[^"\n]*")?[^\n]*$', re.MULTILINE)


def on_page_markdown(markdown: str, **_: object) -> str:
    """A page's text as mkdocs is to read it: of what stands behind a block's language only the title is known there."""
    return _OPENING.sub(lambda match: match[1] + (match[2] or ""), markdown)

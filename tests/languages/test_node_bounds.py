"""What node computes in one piece is bounded: nothing may interrupt it."""

from __future__ import annotations

import pytest

from fakedocker.userland.languages.javascript.node_host import deflating
from helpers.cli_host import Host

BEYOND = {
    "so much to compress": "require('zlib').gzipSync(Buffer.alloc(1 << 18))",
    "so long a search": "require('zlib').deflateSync(Array.from({ length: 3000 }, (_, i) => 'k' + (i * 7919 % 1000)).join(' '))",
}


@pytest.mark.parametrize("what", sorted(BEYOND))
def test_more_is_refused_in_words(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deflating, "_MOST_STEPS", 100)
    host = Host("/root/work")
    host.write({"beyond.js": BEYOND[what]})
    host.run("docker create --name box node:20 node /beyond.js; docker cp beyond.js box:/beyond.js")
    status, _, said = host.run("docker start -a box")
    assert status == 1
    assert said.startswith("fakedocker: node: ") and said.endswith(" is not simulated\n")

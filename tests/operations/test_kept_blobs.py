"""containerd's store keeps the blobs of layers as they came, so that what is saved or pushed is what manifests name."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
from collections.abc import Callable

import pytest
from operations.test_archives import digest, foreign_image
from operations.test_push import push

from fakedocker.durability.snapshot import decode, encode
from fakedocker.engine.engine import Engine
from helpers.archive_world import Daemon, make_tar, members

NAME = "localhost:5000/other/app"
LAYER = make_tar(("./", b""), ("./etc/os-release", b"ID=other\n"), ("./bin/a", b"x" * 9000))


def named(files: dict[str, bytes], name: str) -> bytes:
    """The archive, with another name for its image."""
    index = json.loads(files["index.json"])
    index["manifests"][0]["annotations"]["org.opencontainers.image.ref.name"] = name
    return make_tar(*{**files, "index.json": json.dumps(index).encode()}.items())


def blobs_of(archive: bytes) -> dict[str, bytes]:
    """What is in an archive by the digest in its name, each looked at."""
    found = {path.removeprefix("blobs/sha256/"): data for path, data in members(archive).items() if "sha256/" in path}
    assert all(digest(data) == name for name, data in found.items())
    return found


def load(daemon: Daemon, archive: bytes) -> None:
    assert "Loaded image" in daemon.load(archive)[-1]["stream"]


@pytest.mark.parametrize("compress", [gzip.compress, bz2.compress, lzma.compress, bytes])
def test_what_is_saved_can_be_loaded_again(compress: Callable[[bytes], bytes]) -> None:
    blob = compress(LAYER)
    raw, files = foreign_image([LAYER], [blob])
    daemon = Daemon(profile="29")
    load(daemon, named(files, f"{NAME}:1"))
    before = daemon.image(f"{NAME}:1")
    saved = daemon.save(f"{NAME}:1")
    assert blobs_of(saved)[digest(blob)] == blob
    assert blobs_of(saved)[digest(raw)] == raw
    daemon.good("DELETE", f"/images/{NAME}:1")
    load(daemon, saved)
    after = daemon.image(f"{NAME}:1")
    assert {**after, "Metadata": None} == {**before, "Metadata": None}
    assert blobs_of(daemon.save(f"{NAME}:1")) == blobs_of(saved)


def test_one_layer_in_two_compressions_is_saved_in_both() -> None:
    daemon = Daemon(profile="29")
    blobs = [gzip.compress(LAYER, level, mtime=0) for level in (1, 9)]
    for number, blob in enumerate(blobs):
        load(daemon, named(foreign_image([LAYER], [blob], Labels={"n": str(number)})[1], f"{NAME}:{number}"))
    for number, blob in enumerate(blobs):
        saved = blobs_of(daemon.save(f"{NAME}:{number}"))
        assert saved[digest(blob)] == blob
        assert digest(blobs[1 - number]) not in saved
    load(Daemon(profile="29"), daemon.save(f"{NAME}:1"))


def test_what_was_pushed_comes_back_with_its_blobs() -> None:
    blob = gzip.compress(LAYER, mtime=0)
    daemon = Daemon(profile="29")
    load(daemon, named(foreign_image([LAYER], [blob])[1], f"{NAME}:1"))
    saved = blobs_of(daemon.save(f"{NAME}:1"))
    assert "error" not in push(daemon, NAME, "1")[-1]
    daemon.good("DELETE", f"/images/{NAME}:1")
    daemon.pull(NAME, "1")
    assert blobs_of(daemon.save(f"{NAME}:1")) == saved


def test_a_kept_world_keeps_the_blobs() -> None:
    blob = gzip.compress(LAYER, mtime=0)
    daemon = Daemon(profile="29")
    load(daemon, named(foreign_image([LAYER], [blob])[1], f"{NAME}:1"))
    saved = daemon.save(f"{NAME}:1")
    again = Daemon(profile="29")
    engine: Engine = again.engine
    engine.restore(decode(encode(daemon.engine.snapshot())))
    assert again.save(f"{NAME}:1") == saved


def test_the_classic_store_keeps_the_layers_alone() -> None:
    daemon = Daemon()
    load(daemon, named(foreign_image([LAYER], [gzip.compress(LAYER)])[1], f"{NAME}:1"))
    assert all(layer.blob is None for layer in daemon.engine.world.layers.values())
    assert members(daemon.save(f"{NAME}:1"))[f"blobs/sha256/{digest(LAYER)}"] == LAYER

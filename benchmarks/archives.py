"""Bytes through the socket: save, load, cp both ways, import and a build's context, of random bytes that nothing makes smaller.

python -m benchmarks archives. What a second carries, and beside it how fast this machine's sha256 is: a layer is known by two
digests, that of its archive and that of its blob, so no engine that is asked for both is faster than half of it.
"""

from __future__ import annotations

import hashlib
import io
import random
import tarfile
import time
from collections.abc import Callable, Iterator

import docker

from benchmarks.sockets import fakedocker, running

SIZE_BYTES = 100 << 20
GOAL = "300 MB/s"


def measure() -> Iterator[tuple[str, str, str]]:
    data = random.Random(1).randbytes(SIZE_BYTES)
    yield "sha256 of this machine", _rate(lambda: hashlib.sha256(data)), ""
    with running(*fakedocker()) as path:
        client = docker.DockerClient(base_url=f"unix://{path}", timeout=600)
        client.images.pull("alpine")
        yield from _measure(client, data)
        client.close()


def _measure(client: docker.DockerClient, data: bytes) -> Iterator[tuple[str, str, str]]:
    tar = _tar({"data": data})
    yield "docker import", _rate(lambda: client.api.import_image_from_data(tar, repository="imported")), ""
    box = client.containers.create("alpine", "true")
    yield "docker cp into a container", _rate(lambda: box.put_archive("/", tar)), GOAL
    yield "docker cp out of it", _rate(lambda: _count(box.get_archive("/data")[0])), GOAL
    box.commit("saved")
    pieces: list[bytes] = []
    yield "docker save", _rate(lambda: pieces.extend(client.api.get_image("saved"))), GOAL
    saved = b"".join(pieces)
    client.images.remove("saved", force=True)
    box.remove()
    yield "docker load", _rate(lambda: client.images.load(saved)), GOAL
    context = _tar({"Dockerfile": b"FROM alpine\nCOPY data /data\n", "data": data})

    def build() -> int:
        return _count(client.api.build(fileobj=io.BytesIO(context), custom_context=True, rm=True, tag="built"))

    yield "docker build of a context with one large file", _rate(build), GOAL


def _tar(files: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as archive:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return target.getvalue()


def _count(chunks: Iterator[bytes]) -> int:
    return sum(len(chunk) for chunk in chunks)


def _rate(action: Callable[[], object]) -> str:
    """Megabytes of the payload a second; each is done once, as doing it again finds it done."""
    began = time.perf_counter()
    action()
    return f"{SIZE_BYTES / 1e6 / (time.perf_counter() - began):,.0f} MB/s"

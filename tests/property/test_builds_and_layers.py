"""Random Dockerfiles and random writes: what is built twice is the same, and containers never change their image."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from typing import Any

from hypothesis import HealthCheck, given, settings, strategies as st
from msgspec import UNSET
from msgspec.structs import replace

from fakedocker.filesystem import content as contents, diff
from fakedocker.filesystem.node import ROOT
from fakedocker.filesystem.overlay import Filesystem
from fakedocker.images.model import Image
from helpers.build_world import Builds, Built, Solved, fresh

EXAMPLES = int(os.environ.get("FAKEDOCKER_EXAMPLES", "15"))
BOUNDED = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])

FILES = {"a.txt": "a", "b.txt": "b", "d/c.txt": "c"}
NUMBERS = st.integers(0, 3)
LAYERED = st.one_of(
    st.builds("RUN echo {} >> /log{}".format, NUMBERS, NUMBERS),
    st.builds("RUN mkdir -p /dir{0} && touch /dir{0}/f{1}".format, NUMBERS, NUMBERS),
    st.builds("RUN rm -rf /dir{0} /log{0} && echo x > /x{0}".format, NUMBERS),
    st.builds("COPY {} /copied{}/".format, st.sampled_from(sorted(FILES)), NUMBERS),
    st.builds("WORKDIR /work{}".format, NUMBERS),
)
PLAIN = st.one_of(
    st.builds("ENV N{}={}".format, NUMBERS, NUMBERS),
    st.builds("LABEL l={}".format, NUMBERS),
    st.builds('CMD ["echo", "{}"]'.format, NUMBERS),
    st.builds("USER {}".format, st.sampled_from(["root", "0:0"])),
    st.builds("EXPOSE {}".format, NUMBERS.map(lambda number: 80 + number)),
)
INSTRUCTIONS = st.lists(st.one_of(LAYERED, PLAIN), min_size=1, max_size=6)


def dockerfile(instructions: Iterable[str]) -> str:
    return "\n".join(("FROM alpine", *instructions)) + "\n"


def image(builds: Builds, built: Built | Solved) -> Image:
    return builds.engine.world.images[built.image]


@BOUNDED
@given(INSTRUCTIONS)
def test_the_same_dockerfile_gives_the_same_image(instructions: list[str]) -> None:
    text = dockerfile(instructions)
    for build in (Builds.build, Builds.solve):
        one, two = fresh(), fresh()
        assert build(one, text, FILES).image == build(two, text, FILES).image == build(two, text, FILES).image


@BOUNDED
@given(INSTRUCTIONS)
def test_both_builders_make_the_same_files_and_settings(instructions: list[str]) -> None:
    text = dockerfile(instructions)
    builds = fresh()
    classic, graph = image(builds, builds.build(text, FILES)), image(builds, builds.solve(text, FILES))
    layers = builds.engine.world.layers
    assert names(layers[classic.top].tree) == names(layers[graph.top].tree)
    assert classic.config == replace(graph.config, args_escaped=UNSET)  # CMD says so with BuildKit alone


def names(tree: Any) -> dict[str, tuple[Any, ...]]:
    """Every file of a tree, without times."""
    entries = diff.subtree_entries(Filesystem.on(tree), ROOT, "")
    return {
        entry.path: (
            entry.kind,
            entry.mode,
            entry.uid,
            entry.gid,
            entry.target,
            contents.read(entry.content, 0, 1 << 16),
        )
        for entry in entries
    }


@BOUNDED
@given(INSTRUCTIONS, st.data())
def test_a_changed_instruction_changes_exactly_the_layers_after_it(
    instructions: list[str], data: st.DataObject
) -> None:
    position = data.draw(st.integers(0, len(instructions) - 1))
    changed = [*instructions[:position], "RUN echo changed > /changed", *instructions[position + 1 :]]
    builds = fresh()
    before = builds.solve(dockerfile(instructions), FILES)
    after = builds.solve(dockerfile(changed), FILES)
    kept = image(builds, builds.solve(dockerfile(instructions[:position]), FILES)).layers
    first, second = image(builds, before).layers, image(builds, after).layers
    assert first[: len(kept)] == second[: len(kept)] == kept
    assert not set(first[len(kept) :]) & set(second[len(kept) :])
    cached = [after.steps[name] for name in after.steps]
    layered = sum(line.split()[0] in ("RUN", "COPY", "WORKDIR") for line in dict.fromkeys(instructions[:position]))
    assert not any(cached[layered:]) or len(cached) != len(set(changed))


WRITES = st.lists(
    st.one_of(
        st.builds("echo {} >> /etc/motd".format, NUMBERS),
        st.builds("rm -rf /etc/apk /var/cache".format),
        st.builds("mkdir -p /new{0}; echo {1} > /new{0}/f".format, NUMBERS, NUMBERS),
        st.builds("mv /etc/passwd /etc/p{0} 2>/dev/null".format, NUMBERS),
        st.builds("chmod {} /etc/group 2>/dev/null".format, st.sampled_from(["600", "4755"])),
        st.builds("ln -sf /etc/group /link{}".format, NUMBERS),
        st.builds("ln /etc/group /hard{} 2>/dev/null".format, NUMBERS),
        st.builds("rm -f /new{0}/f; rmdir /new{0} 2>/dev/null".format, NUMBERS),
        st.builds("rm -rf /opt; mkdir /opt; echo x > /opt/x".format),
    ),
    min_size=1,
    max_size=8,
)


@BOUNDED
@given(st.lists(WRITES, min_size=1, max_size=2))
def test_writing_in_containers_changes_no_image_and_diff_tells_it(scripts: list[list[str]]) -> None:
    builds = fresh()
    base = next(iter(builds.engine.world.images.values()))
    layers = {chain: builds.engine.world.layers[chain] for chain in base.layers}
    before = {chain: (names(layer.tree), sum_of(layer.archive())) for chain, layer in layers.items()}
    for script in scripts:
        identifier = written(builds, script)
        filesystem = builds.engine.world.kernel.filesystems[identifier]
        told = {
            (change["Path"], change["Kind"])
            for change in json.loads(builds.call("GET", f"/containers/{identifier}/changes")[1]) or []
        }
        assert told == difference(filesystem)
    world = builds.engine.world
    assert {
        chain: (names(world.layers[chain].tree), sum_of(world.layers[chain].archive())) for chain in base.layers
    } == before
    assert world.images[base.id] == base


def written(builds: Builds, script: list[str]) -> str:
    """A container that has run a script."""
    body = json.dumps({"Image": "alpine", "Cmd": ["sh", "-c", "; ".join(script)]}).encode()
    identifier = str(json.loads(builds.call("POST", "/containers/create", body)[1])["Id"])
    builds.call("POST", f"/containers/{identifier}/start")
    builds.call("POST", f"/containers/{identifier}/wait")
    return identifier


def sum_of(content: Any) -> int:
    return hash(tuple(contents.chunks(content)))


def difference(filesystem: Filesystem) -> set[tuple[str, int]]:
    """What `docker diff` should say, from two whole listings: 0 changed, 1 new, 2 gone; what a gone directory had is left out."""
    old, new = listing(Filesystem.on(filesystem.base)), listing(filesystem)
    found = {(path, 1) for path in new.keys() - old.keys()}
    found |= {(path, 0) for path in new.keys() & old.keys() if new[path] != old[path]}
    gone = old.keys() - new.keys()
    found |= {
        (path, 2)
        for path in gone
        if path.rpartition("/")[0] not in gone and new.get(path.rpartition("/")[0], ("dir",))[0] == "dir"
    }
    parents = {parent for path, _ in found for parent in above(path)}
    return found | {(parent, 0) for parent in parents if parent in old and parent in new} - {
        (path, 0) for path, kind in found if kind
    }


def above(path: str) -> list[str]:
    parts = path.split("/")[1:-1]
    return ["/" + "/".join(parts[: count + 1]) for count in range(len(parts))]


def listing(filesystem: Filesystem) -> dict[str, tuple[Any, ...]]:
    """Every path with all that makes it what it is."""
    found = {}
    pending = [("", ROOT)]
    while pending:
        path, inode = pending.pop()
        node = filesystem.node(inode)
        if path:
            found[path] = (
                node.kind,
                node.mode,
                node.uid,
                node.gid,
                node.target,
                node.mtime_ns,
                node.links if node.kind != "dir" else 0,
                bytes(contents.read(node.content, 0, 1 << 16)),
            )
        if node.kind == "dir":
            pending += [(f"{path}/{name}", child) for name, child in filesystem.entries(inode).items()]
    return found

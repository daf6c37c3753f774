"""What becomes of a build's result: an image with its names, or files for the client.

Source: moby builder/builder-next/exporter (the "moby" exporter), buildkit exporter/{local,tar}; the recording.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence

import msgspec

from fakedocker.base import clock, reference
from fakedocker.base.clock import MILLISECOND_NS
from fakedocker.base.reference import Reference
from fakedocker.filesystem import diff
from fakedocker.filesystem.archive import write_tar
from fakedocker.filesystem.content import Content
from fakedocker.filesystem.node import ROOT, LayerEntry
from fakedocker.filesystem.overlay import Filesystem
from fakedocker.images.model import HistoryEntry, Image, Layer, make_image
from fakedocker.operations.buildkit import progress, records, session_requests
from fakedocker.operations.buildkit.progress import SolveEnd, Teller
from fakedocker.operations.buildkit.solve import WHOLE, Solve
from fakedocker.operations.images import content_store, images, save, target_saving
from fakedocker.operations.system import lookup
from fakedocker.operations.system.event_attributes import image_event
from fakedocker.registry import attestations
from fakedocker.registry.attestations import Attestation
from fakedocker.registry.manifests import MANIFEST_TYPE, make_manifest
from fakedocker.world import asks
from fakedocker.world.asks import Answer
from fakedocker.world.draft import Draft
from fakedocker.world.solves import HistoryStep

COMMENT = "buildkit.dockerfile.v0"
_EXPORT_NS = 20 * MILLISECOND_NS
_INDENT = 2
_IMAGES = ("docker", "oci")
"""Exporters that make an archive of an image."""
_NAMES = {
    "moby": "exporting to image",
    "docker": "exporting to docker image format",
    "oci": "exporting to oci image format",
    "local": "exporting to client directory",
    "tar": "exporting to client tarball",
}


def _teller(solve: Solve) -> Teller:
    name = _NAMES[solve.task.options.exporter]
    return Teller(progress.internal_digest(solve.task, name), name)


def begin(solve: Solve) -> None:
    """Every vertex is done."""
    now_ns = solve.draft.now_ns
    solve.change(opened_ns=now_ns)
    exporter = solve.task.options.exporter
    if exporter in _NAMES:
        solve.tell(_teller(solve).started(now_ns))
    solve.change(timer=solve.set_timer(now_ns + (_EXPORT_NS if exporter in _NAMES else 0), WHOLE))


def finish(solve: Solve) -> None:
    """The export is complete, and the build with it."""
    exporter, now_ns, began_ns = solve.task.options.exporter, solve.draft.now_ns, solve.task.opened_ns
    if exporter == "moby":
        teller = _teller(solve)
        solve.tell(teller.status("exporting layers", now_ns, began_ns))
        image = _store(solve)
        for what in _written(image):
            solve.tell(teller.status(what, now_ns, now_ns))
        _name(solve, teller, image)
        solve.tell(teller.completed(began_ns, now_ns))
        solve.end(SolveEnd(image_id=image.id, names=tuple(map(_shown, solve.task.options.tags))))
        return
    if exporter not in _NAMES:
        solve.end(SolveEnd())
    elif solve.task.synced:
        _offer_files(solve)
    else:
        _send_files(solve)
        solve.end(SolveEnd())


# an image


def _store(solve: Solve) -> Image:
    image, layers = _image(solve)
    return images.add(solve.draft, image, layers, _attestation(solve, image, layers), _build(solve))


def _build(solve: Solve) -> tuple[str, str] | None:
    """The build that an image in containerd's store says it came of: a name of it, and when that was."""
    if not content_store.is_used(solve.draft):
        return None
    return records.make_id(solve.draft, f"build/{solve.task.id}"), clock.rfc3339_nano(solve.draft.now_ns)


def _attestation(solve: Solve, image: Image, layers: tuple[Layer, ...], now_ns: int = 0) -> Attestation | None:
    """What is attested of an image in containerd's store: when it was built, so that no two builds give the same.

    Args:
        now_ns: when that was, 0 for now.
    """
    if not content_store.is_used(solve.draft) or not solve.task.options.attests:
        return None
    digest = content_store.manifest_of(image, layers, by_buildkit=True).digest
    tags = [reference.parse(text).with_default_tag().familiar for text in solve.task.options.tags]
    now = clock.rfc3339_nano(now_ns or solve.draft.now_ns)
    began = clock.rfc3339_nano(solve.task.opened_ns)
    name = f"pkg:docker/{tags[0].replace(':', '@')}" if tags else ""
    return attestations.provenance(digest, name, began, now, is_artifact=True)


def _written(image: Image) -> Iterator[str]:
    """What is told of an image's documents once they are written."""
    if image.target is None:
        yield f"writing image {image.id}"
        return
    for part in image.target.parts:
        yield f"exporting attestation manifest {part.digest}" if part.attests else f"exporting manifest {part.digest}"
        if not part.attests:
            yield f"exporting config {image.config_digest}"
    if image.target.is_index:
        yield f"exporting manifest list {image.id}"


def _image(solve: Solve) -> tuple[Image, tuple[Layer, ...]]:
    """The image that the target stage has come to.

    Nothing in it depends on when the build was run but the times of its layers, so that a build from the cache gives
    the same image.
    """
    outcome, draft = solve.task.outcome, solve.draft
    assert outcome is not None
    base = next((base.image for base in solve.task.bases if base.name == outcome.base), None)
    layers: list[Layer] = []
    chain = solve.chain(outcome.vertex)
    while chain:
        layers.append(draft.layers[chain])
        chain = layers[-1].parent
    history = list(base.history) if base is not None else []
    history += _history(solve, outcome.history, history[-1].created_ns if history else 0)
    image = make_image(
        created_ns=history[-1].created_ns if history else 0,
        config=outcome.config,
        layers=tuple(reversed(layers)),
        history=tuple(history),
        architecture=base.architecture if base is not None else "amd64",
        os=base.os if base is not None else "linux",
        variant=base.variant if base is not None else "",
        author=outcome.author,
    )
    return image, tuple(reversed(layers))


def _history(solve: Solve, steps: Sequence[HistoryStep], base_ns: int) -> Iterator[HistoryEntry]:
    """The entries of a build's own steps.

    One without a layer has the time of the layer before it, of those that are new; the first ones have that of the first
    layer that is, and that of the base where none is (buildkit exporter/containerimage/writer.go, normalizeLayersAndHistory).
    """
    states = [solve.state(step.vertex) if step.vertex >= 0 else None for step in steps]
    layers = [state if state is not None and state.layer else None for state in states]
    created_ns = next((layer.created_ns for layer in layers if layer is not None), base_ns)
    for step, layer in zip(steps, layers, strict=True):
        created_ns = layer.created_ns if layer is not None else created_ns
        yield HistoryEntry(
            created_ns=created_ns, created_by=step.created_by, comment=COMMENT, empty_layer=layer is None
        )


def _name(solve: Solve, teller: Teller, image: Image) -> None:
    draft = solve.draft
    for text in solve.task.options.tags:
        given = reference.parse(text)
        name = given.with_default_tag()
        before = draft.images.get(draft.tags.get(f"{name.name}:{name.tag}", ""))
        images.set_reference(draft, f"{name.name}:{name.tag}", image.id)
        draft.tag_times[image.id] = draft.now_ns
        image_event(draft, image.id, "tag", name.familiar)
        is_kept = image.target is not None
        _tell_name(solve, teller, f"{name.name}:{name.tag}" if is_kept else _shown(text), is_kept=is_kept)
        if before is not None and before.target is not None:
            _drop_nameless(draft, before)
    if image.target is not None and not solve.task.options.tags:
        _tell_name(solve, teller, f"moby-dangling@{image.id}", is_kept=True)


def _tell_name(solve: Solve, teller: Teller, name: str, *, is_kept: bool) -> None:
    now_ns = solve.draft.now_ns
    solve.tell(teller.status(f"naming to {name}", now_ns, now_ns))
    if is_kept:
        solve.tell(teller.status(f"unpacking to {name}", now_ns, now_ns))


def _drop_nameless(draft: Draft, image: Image) -> None:
    """Containerd's store keeps no image that a build has taken the last name of, unless a container is made of it."""
    is_named = bool(draft.image_tags.get(image.id))
    if not is_named and image.id in draft.images and not lookup.image_users(draft, image):
        images.discard(draft, image)


def _shown(text: str) -> str:
    """A name in full, with no more of a tag than was given."""
    given = reference.parse(text)
    return f"{given.name}:{given.tag}" if given.tag else given.name


# files


def _send_files(solve: Solve) -> None:
    draft, began_ns = solve.draft, solve.task.opened_ns
    teller = _teller(solve)
    if solve.task.options.exporter in _IMAGES:
        content, what = _archive(solve), "sending tarball"
        _tell_image(solve, teller)
    else:
        content = _files(solve)
        what = "copying files" if solve.task.options.exporter == "local" else "sending tarball"
    solve.tell(teller.status(what, draft.now_ns, began_ns, current=len(content)))
    solve.tell(teller.completed(began_ns, draft.now_ns))
    draft.notify("files", solve.task.id, content)


def _offer_files(solve: Solve) -> None:
    """Ask the client to take the result."""
    exporter = solve.task.options.exporter
    if exporter == "local":
        outcome = solve.task.outcome
        assert outcome is not None
        session_requests.ask(solve, asks.TAKE_FILES, WHOLE, tree=solve.tree(outcome.vertex))
    else:
        if exporter in _IMAGES:
            _tell_image(solve, _teller(solve))
        session_requests.ask(
            solve, asks.TAKE_ARCHIVE, WHOLE, content=_archive(solve) if exporter in _IMAGES else _files(solve)
        )
    solve.change(timer=0)
    solve.save()


def taken(solve: Solve, answer: Answer) -> None:
    """The client has taken the result, or will not."""
    now_ns, began_ns, teller = solve.draft.now_ns, solve.task.opened_ns, _teller(solve)
    what = "copying files" if solve.task.options.exporter == "local" else "sending tarball"
    solve.tell(teller.status(what, now_ns, began_ns, current=answer.size_bytes))
    solve.tell(teller.completed(began_ns, now_ns, answer.problem))
    if answer.problem:
        solve.end(progress.failed(solve.task, answer.problem, (0, 0)))
        return
    layout = _layout(solve)
    solve.end(SolveEnd(response=tuple(_response(solve, layout)) if layout is not None else ()))


def _files(solve: Solve) -> Content:
    """The files of the result as a tar."""
    outcome = solve.task.outcome
    assert outcome is not None
    tree = solve.tree(outcome.vertex)
    entries: list[LayerEntry] = list(diff.subtree_entries(Filesystem.on(tree), ROOT, ""))
    return write_tar(entries)


def _full_names(solve: Solve) -> list[Reference]:
    return [reference.parse(text).with_default_tag() for text in solve.task.options.tags]


def _layout(solve: Solve) -> Image | None:
    """The result as containerd's store would have it, for an archive of an image; None for what else is exported.

    A manifest of docker's own kind has nothing attested beside it.
    """
    exporter = solve.task.options.exporter
    if exporter not in _IMAGES or not content_store.is_used(solve.draft):
        return None
    image, layers = _image(solve)
    if exporter == "oci":
        attestation = _attestation(solve, image, layers, solve.task.opened_ns)
        return content_store.of_config(image, layers, attestation)
    manifest = make_manifest(image, content_store.remote_layers(layers), MANIFEST_TYPE, _INDENT)
    return content_store.of_manifest(solve.draft, manifest)


def _response(solve: Solve, layout: Image) -> Iterator[tuple[str, str]]:
    """What BuildKit tells of the image in an archive (exporter/oci/export.go): an index has no configuration of its own."""
    yield "containerimage.digest", layout.id
    if layout.target is not None and not layout.target.is_index:
        yield "containerimage.config.digest", layout.config_digest
    described = target_saving.build_descriptor(layout, _created(solve))
    yield "containerimage.descriptor", base64.b64encode(msgspec.json.encode(described)).decode()
    if names := _full_names(solve):
        yield "image.name", ",".join(f"{name.name}:{name.tag}" for name in names)


def _created(solve: Solve) -> str:
    return clock.rfc3339_seconds(solve.task.opened_ns)


def _tell_image(solve: Solve, teller: Teller) -> None:
    now_ns = solve.draft.now_ns
    solve.tell(teller.status("exporting layers", now_ns, solve.task.opened_ns))
    layout = _layout(solve)
    for what in _written(layout) if layout is not None else ():
        solve.tell(teller.status(what, now_ns, now_ns))


def _archive(solve: Solve) -> Content:
    """The result as an archive of an image: in containerd's store as BuildKit writes one, else as docker save does."""
    layout = _layout(solve)
    names = _full_names(solve)
    if layout is None:
        return save.archive_of(solve.draft, [(_image(solve)[0], names)])
    for_docker = solve.task.options.exporter == "docker"
    return b"".join(target_saving.save_build(solve.draft, layout, names, _created(solve), for_docker=for_docker))

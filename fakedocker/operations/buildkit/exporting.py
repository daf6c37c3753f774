"""What becomes of a build's result: an image with its names, or files for the client.

Source: moby builder/builder-next/exporter (the "moby" exporter), buildkit exporter/{local,tar}; the recording.
"""

from __future__ import annotations

from fakedocker.base import reference
from fakedocker.base.clock import MILLISECOND_NS
from fakedocker.filesystem import diff
from fakedocker.filesystem.archive import write_tar
from fakedocker.filesystem.content import Content
from fakedocker.filesystem.node import ROOT, LayerEntry
from fakedocker.filesystem.overlay import Filesystem
from fakedocker.images.model import HistoryEntry, Image, Layer, make_image
from fakedocker.operations.buildkit import progress, session_requests
from fakedocker.operations.buildkit.progress import SolveEnd, Teller
from fakedocker.operations.buildkit.solve import WHOLE, Solve
from fakedocker.operations.images import images, save
from fakedocker.operations.system.event_attributes import image_event
from fakedocker.world import asks
from fakedocker.world.asks import Answer
from fakedocker.world.solves import HistoryStep

COMMENT = "buildkit.dockerfile.v0"
_EXPORT_NS = 20 * MILLISECOND_NS
_NAMES = {
    "moby": "exporting to image",
    "docker": "exporting to docker image format",
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
        solve.tell(teller.status(f"writing image {image.id}", now_ns, now_ns))
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
    images.add(solve.draft, image, layers)
    return image


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
    created_ns = base.created_ns if base is not None else 0
    for step in outcome.history:
        entry = _history_entry(solve, step, created_ns)
        created_ns = entry.created_ns
        history.append(entry)
    image = make_image(
        created_ns=created_ns,
        config=outcome.config,
        layers=tuple(reversed(layers)),
        history=tuple(history),
        architecture=base.architecture if base is not None else "amd64",
        os=base.os if base is not None else "linux",
        variant=base.variant if base is not None else "",
        author=outcome.author,
    )
    return image, tuple(reversed(layers))


def _history_entry(solve: Solve, step: HistoryStep, before_ns: int) -> HistoryEntry:
    """An entry; one without a layer has the time of the one before it."""
    state = solve.state(step.vertex) if step.vertex >= 0 else None
    has_layer = state is not None and state.layer
    created_ns = state.created_ns if state is not None and has_layer else before_ns
    return HistoryEntry(created_ns=created_ns, created_by=step.created_by, comment=COMMENT, empty_layer=not has_layer)


def _name(solve: Solve, teller: Teller, image: Image) -> None:
    draft = solve.draft
    for text in solve.task.options.tags:
        given = reference.parse(text)
        name = given.with_default_tag()
        images.set_reference(draft, f"{name.name}:{name.tag}", image.id)
        draft.tag_times[image.id] = draft.now_ns
        image_event(draft, image.id, "tag", name.familiar)
        solve.tell(teller.status(f"naming to {_shown(text)}", draft.now_ns, draft.now_ns))


def _shown(text: str) -> str:
    """A name in full, with no more of a tag than was given."""
    given = reference.parse(text)
    return f"{given.name}:{given.tag}" if given.tag else given.name


# files


def _send_files(solve: Solve) -> None:
    draft, began_ns = solve.draft, solve.task.opened_ns
    teller = _teller(solve)
    if solve.task.options.exporter == "docker":
        content, what = _archive(solve), "sending tarball"
        solve.tell(teller.status("exporting layers", draft.now_ns, began_ns))
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
        if exporter == "docker":
            solve.tell(_teller(solve).status("exporting layers", solve.draft.now_ns, solve.task.opened_ns))
        session_requests.ask(
            solve, asks.TAKE_ARCHIVE, WHOLE, content=_archive(solve) if exporter == "docker" else _files(solve)
        )
    solve.change(timer=0)
    solve.save()


def taken(solve: Solve, answer: Answer) -> None:
    """The client has taken the result, or will not."""
    now_ns, began_ns, teller = solve.draft.now_ns, solve.task.opened_ns, _teller(solve)
    what = "copying files" if solve.task.options.exporter == "local" else "sending tarball"
    solve.tell(teller.status(what, now_ns, began_ns, current=answer.size_bytes))
    solve.tell(teller.completed(began_ns, now_ns, answer.problem))
    solve.end(progress.failed(solve.task, answer.problem, (0, 0)) if answer.problem else SolveEnd())


def _files(solve: Solve) -> Content:
    """The files of the result as a tar."""
    outcome = solve.task.outcome
    assert outcome is not None
    tree = solve.tree(outcome.vertex)
    entries: list[LayerEntry] = list(diff.subtree_entries(Filesystem.on(tree), ROOT, ""))
    return write_tar(entries)


def _archive(solve: Solve) -> Content:
    """The result as docker save writes images."""
    image, _ = _image(solve)
    names = [reference.parse(text).with_default_tag() for text in solve.task.options.tags]
    return save.archive_of(solve.draft, [(image, names)])

"""COPY and ADD: a layer made of files from the context, another stage, an image, or the Dockerfile itself.

Source: moby builder/dockerfile/copy.go and internals.go (performCopy); the Dockerfile reference.
"""

from __future__ import annotations

from msgspec.structs import replace

from fakedocker.base.messages import Refusal
from fakedocker.build.instructions import Copy
from fakedocker.filesystem.node import LayerEntry
from fakedocker.filesystem.tree import Tree, apply_layer
from fakedocker.filesystem.walk import MountTable
from fakedocker.operations.classic_builder import bases, cache, copies, downloads, placeholders, sources
from fakedocker.operations.classic_builder.copies import Transfer
from fakedocker.operations.classic_builder.downloads import URL_SCHEMES
from fakedocker.operations.classic_builder.session import BuildFailure, Session, needs_buildkit
from fakedocker.operations.classic_builder.sources import Source
from fakedocker.operations.system import assume
from fakedocker.world.builds import Download

_CLASSIC_FLAGS = ("chown", "from")


def copy(session: Session, step: Copy) -> bool:
    """Carry out a COPY or ADD, from the cache if it has it.

    Returns:
        False while the image to copy from is being pulled; this is called again then.

    Raises:
        BuildFailure: a source is missing, the destination cannot take it, or the owner is unknown.
        Refusal: the image to copy from cannot be had.
    """
    for flag in step.flags:
        if flag not in _CLASSIC_FLAGS:
            raise needs_buildkit(flag)
    given = [session.expanded(source) for source in step.sources]
    destination = session.expanded(step.destination)
    owner = session.expanded(step.owner)
    if not _fetched(session, step, given):
        return False
    tree = _origin(session, step)
    if tree is None:
        return False
    remote = _remote_tree(session)
    with copies.mounted(session.draft, "source", tree) as table, copies.mounted(session.draft, "remote", remote) as web:
        made: list[str] = []
        found = _find(session, step, table, web, given, destination, made)
        doubtful = bool(made)
        if step.stage:
            doubtful = doubtful or placeholders.are_doubtful(session.draft, found, _origin_chain(session, step))
        documents = {
            heredoc.name: copies.document(session, heredoc, session.task.plan.escape) for heredoc in step.heredocs
        }
        checksums = [source.checksum for source in found]
        checksums += [sources.document_checksum(name, content) for name, content in documents.items()]
        if len(checksums) > 1 and not destination.endswith("/"):
            what = "more than one source file, the destination must be a directory and end with a /"
            raise BuildFailure(f"When using {step.keyword} with {what}")
        checksum = checksums[0] if len(checksums) == 1 else sources.joined("multi", checksums)
        comment = f"#(nop) {step.keyword} {f'--chown={owner} ' if owner else ''}{checksum} in {destination} "
        wanted = cache.comparable(replace(session.stage.config, cmd=(*session.shell(), comment)))
        if cache.probe(session, wanted):
            return True
        target = copies.absolute(session.stage.config.working_dir, destination)
        image = session.draft.images.get(session.stage.image_id)
        transfer = Transfer(
            documents=tuple(documents.items()), target=target, owner=owner,
            keeps_owners=bool(step.stage), unpacks=step.unpacks,
        )  # fmt: skip
        placed = [(web if source.remote else table, source) for source in found]
        layer = copies.make_layer(session.draft, image.top if image is not None else "", placed, transfer)
    cache.commit(session, wanted, replace(layer, assumed=True) if doubtful and layer is not None else layer)
    session.change(downloaded=())
    return True


def _fetched(session: Session, step: Copy, given: list[str]) -> bool:
    """Whether every URL has been fetched; the next one is begun where that is not so. BuildFailure."""
    done = {download.url for download in session.task.downloaded}
    for url in given:
        if not url.startswith(URL_SCHEMES) or url in done:
            continue
        if not step.unpacks:
            raise BuildFailure("COPY failed: source can't be a URL for COPY")
        if not downloads.file_name(url):
            raise BuildFailure(f"ADD failed: cannot determine filename from url: {url}")
        sandbox = f"sandbox:{session.task.id}.{session.draft.draw()}"
        session.change(download=Download(url=url, sandbox=sandbox))
        session.save()
        downloads.start(session.draft, "solve", sandbox, url)
        return False
    return True


def _remote_tree(session: Session) -> Tree:
    """What the step has fetched, as files."""
    entries = [
        LayerEntry(downloads.file_name(download.url), "file", 0o600, mtime_ns=download.mtime_ns, content=download.data)
        for download in session.task.downloaded
    ]
    return apply_layer(Tree.empty(), entries)


def _origin(session: Session, step: Copy) -> Tree | None:
    """The files to copy from; None while they are being pulled."""
    if not step.stage:
        return session.task.context
    try:
        image = bases.copied_from(session, step.stage)
    except (BuildFailure, Refusal) as problem:
        raise BuildFailure(f"invalid from flag value {step.stage}: {problem.message}") from None
    if image is None:
        return None
    return session.draft.layers[image.top].tree if image.top else Tree.empty()


def _origin_chain(session: Session, step: Copy) -> str:
    """The layers of what is copied from; it is here."""
    image = bases.copied_from(session, step.stage)
    return "" if image is None else image.top


def _find(
    session: Session,
    step: Copy,
    table: MountTable,
    web: MountTable,
    given: list[str],
    destination: str,
    made: list[str],
) -> list[Source]:
    """What the sources name; `made` gets the paths of placeholders. BuildFailure."""
    found: list[Source] = []
    for source in given:
        try:
            if source.startswith(URL_SCHEMES):
                fetched = sources.find(session.draft, web, downloads.file_name(source), from_context=False)
                found += [replace(one, remote=True) for one in fetched]
            elif step.stage:
                chain = _origin_chain(session, step)
                found += placeholders.find(session.draft, table, source, destination, chain, made)
            else:
                found += sources.find(session.draft, table, source, from_context=True)
        except BuildFailure as problem:
            raise BuildFailure(f"{step.keyword} failed: {problem.message}") from None
    for path in made:
        session.say(assume.placeholder_note(path))
    if not found and not step.heredocs:
        raise BuildFailure(f"{step.keyword} failed: no source files were specified")
    return found

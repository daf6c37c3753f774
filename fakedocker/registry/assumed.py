"""Images that nobody knows, taken for granted under assume: a program that is not simulated, and nothing else.

Their layer is marked as assumed, so that a stand-in runs in place of whatever command a container has, and steps of a build upon
them are taken to have worked. Two names never give the same image. This module must not know worlds or pulls.
"""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from fakedocker.base.platform import Platform
from fakedocker.base.reference import Reference
from fakedocker.filesystem.archive import write_tar
from fakedocker.filesystem.node import LayerEntry
from fakedocker.filesystem.program_files import MACHINES, PLACEHOLDER_FAMILY, program_head
from fakedocker.filesystem.tree import Tree, apply_layer
from fakedocker.images.model import HistoryEntry, Layer, chain_id, make_image
from fakedocker.registry import blobs
from fakedocker.registry.hub.lookup import PATH
from fakedocker.registry.manifests import make_manifest
from fakedocker.registry.model import Manifest, RemoteLayer
from fakedocker.wire.image import ImageConfig

LABEL: Final = "fakedocker.assumed"
"""Of such an image: the name that it was asked for by."""
_FOLDERS: Final = ("etc", "tmp", "usr", "var")
"""Those that are no links in any distribution: an image of programs is often copied whole over another."""


def manifest(name: Reference, platform: Platform) -> Manifest:
    """The image that a name is taken for.

    Args:
        name: with a tag or a digest. The digest is what the image is then known by.
    """
    architecture = platform.architecture if platform.architecture in MACHINES else "amd64"
    program = name.path.rpartition("/")[2]
    head = program_head(PLACEHOLDER_FAMILY, program, architecture=architecture)
    entries = (
        *(LayerEntry(folder, "dir", 0o1777 if folder == "tmp" else 0o755) for folder in _FOLDERS),
        LayerEntry(program, "file", 0o755, content=head),
    )
    archive = write_tar(entries)
    sums = blobs.archive_sums(archive)
    layer = Layer(
        chain_id=chain_id("", sums.diff_id), parent="", diff_id=sums.diff_id, size_bytes=len(head), entries=entries,
        tree=apply_layer(Tree.empty(), entries), assumed=True,
    )  # fmt: skip
    config = ImageConfig(env=(f"PATH={PATH}",), cmd=(f"/{program}",), labels={LABEL: name.familiar})
    image = make_image(
        created_ns=0, config=config, layers=(layer,), architecture=architecture, variant=platform.variant,
        history=(HistoryEntry(created_ns=0, created_by="fakedocker: assume: nobody knows how this image was made"),),
    )  # fmt: skip
    made = make_manifest(image, [RemoteLayer(digest=sums.digest, size_bytes=sums.size_bytes, layer=layer)])
    return replace(made, digest=name.digest) if name.digest else made

"""Assume: what fails only because it is not simulated is taken to have worked.

A setting of the world, off by default. A step or a process counts as having failed for that reason if the process that
failed, or the one whose failure it waited for, has met a boundary of the simulation (`kernel.marks`); everything else
fails as always. What a step leaves that is taken to have worked, or in which something that failed so was passed over, is
a layer with `assumed` set: the files above it are tainted, as some of them would be others.
"""

from __future__ import annotations

from typing import Final

from fakedocker.filesystem.content import Content
from fakedocker.filesystem.program_files import HEADER_BYTES, LINE_MARK, PLACEHOLDER_FAMILY, program_file
from fakedocker.operations.system import files
from fakedocker.world.draft import Draft

COMMAND_NOT_FOUND: Final = 127
"""The status of shells, and of a process that could not be started."""
_PROGRAM_BYTES: Final = 1 << 20
_PROGRAM_FOLDERS: Final = ("bin", "sbin")


def forgives(draft: Draft, status: int, marked: bool) -> bool:
    """Whether the end of a process is taken for success though it is none.

    Args:
        status: its exit status.
        marked: whether its failure is that of a boundary of the simulation.
    """
    return draft.assume and status != 0 and marked


def is_tainted(draft: Draft, chain: str) -> bool:
    """Whether a step below the top of a chain was taken to have worked. Time grows with the number of its layers."""
    while chain:
        layer = draft.layers.get(chain)
        if layer is None:
            return False
        if layer.assumed:
            return True
        chain = layer.parent
    return False


def make_room(draft: Draft, root: str, chain: str, path: str) -> None:
    """Let a folder be where an image that nobody knows has its program, which often lies in a folder of its own name.

    Args:
        root: the file system of a container.
        chain: its image's uppermost layer.
        path: what is to be a folder, or below it.
    """
    if not draft.assume or not is_tainted(draft, chain):
        return
    table, first = files.only(root), f"/{path.strip('/').partition('/')[0]}"
    if not files.exists(draft, table, first):
        return
    node = files.node_at(draft, table, first, follow=False)
    if node.kind != "file" or len(node.content) != HEADER_BYTES:
        return
    if LINE_MARK + PLACEHOLDER_FAMILY.encode() in files.read(draft, root, first):
        files.remove_tree(draft, table, first)


def forgives_step(draft: Draft, chain: str, status: int, marked: bool) -> bool:
    """Whether a step of a build is taken to have worked.

    Args:
        chain: the layers that it began with. Upon tainted ones a command that is not found may be one that a step would have made.
        status, marked: see `forgives`.
    """
    return forgives(
        draft, status, marked or (status == COMMAND_NOT_FOUND and draft.assume and is_tainted(draft, chain))
    )


def step_note(exit_code: int) -> str:
    """What the output of a step says that is taken to have worked."""
    return f"fakedocker: assume: this step ended with {exit_code} at what is not simulated; taken to have worked\n"


def placeholder_note(path: str) -> str:
    """What the output of a step says of something that is made up."""
    return f"fakedocker: assume: {path} is a placeholder: the step that would have made it is not simulated\n"


def is_program(path: str) -> bool:
    """Whether something made up at a path is taken for a program."""
    return path.strip("/").rpartition("/")[0].rpartition("/")[2] in _PROGRAM_FOLDERS


def placeholder_program(path: str) -> Content:
    """The content of a program that is made up: it runs, and says that it is not simulated."""
    return program_file(PLACEHOLDER_FAMILY, path.rpartition("/")[2], _PROGRAM_BYTES)

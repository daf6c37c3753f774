"""URLs of git repositories, as builds take them: https://HOST/PATH.git#REFERENCE:DIRECTORY.

Source: moby builder/remotecontext/{urlutil,git}, buildkit frontend/dockerfile/dfgitutil. This module must not know who
fetches.
"""

from __future__ import annotations

from typing import NamedTuple

from fakedocker.base.patterns import lazy_pattern

_REPOSITORY = lazy_pattern(r"(?:git://|ssh://|git@|github\.com/)[^#]*|https?://[^#]*\.git")
_WEB = ("http://", "https://")


class GitUrl(NamedTuple):
    """A repository, and what is wanted of it.

    Args:
        remote: without the fragment.
        reference: a branch, tag or commit; "" for the default branch.
        directory: the part of its files that is wanted, "" for all.
    """

    remote: str
    reference: str
    directory: str

    @property
    def is_web(self) -> bool:
        """Whether it is fetched by HTTP."""
        return self.remote.startswith(_WEB)

    @property
    def identifier(self) -> str:
        """What BuildKit calls it (client/llb/source.go)."""
        place = self.remote.partition("://")[2]
        fragment = self.reference + (f":{self.directory}" if self.directory else "")
        return f"git://{place}{f'#{fragment}' if fragment else ''}"


def parse(url: str) -> GitUrl | None:
    """A URL of a repository; None for one of anything else."""
    remote, _, fragment = url.partition("#")
    if not _REPOSITORY.fullmatch(remote):
        return None
    reference, _, directory = fragment.partition(":")
    if remote.startswith("github.com/"):
        remote = f"https://{remote}"
    return GitUrl(remote, reference, directory.strip("/"))

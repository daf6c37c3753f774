"""Images that the catalogue does not have: which of them may exist, what is said of those, and what they are taken for under assume.

The list of official images is complete, so one that is not in it does not exist. Of all other repositories the catalogue has few: whether
they exist is not known here, and docker's words alone would be false.
"""

from __future__ import annotations

from typing import Final

from fakedocker.base import messages, platform as platforms
from fakedocker.base.reference import Reference
from fakedocker.registry import assumed
from fakedocker.registry.model import Manifest
from fakedocker.world.draft import Draft

HUB: Final = "docker.io"
PUBLIC: Final = frozenset(
    "ghcr.io quay.io gcr.io mcr.microsoft.com public.ecr.aws registry.k8s.io k8s.gcr.io registry.gitlab.com docker.elastic.co"
    " nvcr.io lscr.io cgr.dev registry.access.redhat.com registry.redhat.io icr.io docker.io mirror.gcr.io us.gcr.io eu.gcr.io docker.redpanda.com".split()
)
"""Registries that everybody can reach."""
MIRRORS: Final = {"public.ecr.aws": "docker/library/", "mirror.gcr.io": "library/"}
"""Registries that have copies of the official images, and below which path."""
PUBLIC_ENDINGS: Final = (".pkg.dev", ".azurecr.io", ".amazonaws.com", ".jfrog.io")


def official_path(name: Reference) -> str:
    """Where the catalogue has the official image that a name elsewhere is a copy of, "" for a name that is none."""
    prefix = MIRRORS.get(name.domain, "")
    return f"library/{name.path.removeprefix(prefix)}" if prefix and name.path.startswith(prefix) else ""


def may_be_a_registry(draft: Draft, domain: str) -> bool:
    """Whether there may be a registry of that name outside: a public one, or under assume any with a name of the Internet."""
    host, _, port = domain.partition(":")
    if domain in PUBLIC or domain.endswith(PUBLIC_ENDINGS):
        return True
    last = host.rpartition(".")[2]
    return (
        draft.assume
        and not port
        and "." in host
        and last.isalpha()
        and last not in ("localhost", "invalid", "test", "local")
    )


def taken_for_granted(draft: Draft, name: Reference, platform: str, words: str) -> Manifest:
    """What a name stands for under assume that nobody knows.

    Args:
        words: docker's, for an image that does not exist.

    Raises:
        Refusal: it does not exist, or it may and nothing is assumed.
    """
    is_official = name.domain == HUB and name.path.startswith("library/")
    if (is_official and not name.digest) or not may_be_a_registry(draft, name.domain):
        raise messages.Refusal(404, words)
    if draft.assume:
        return assumed.manifest(name, platforms.parse(platform or "linux/amd64"))
    if is_official:
        raise messages.DIGEST_NOT_KNOWN(words=f"{words}\n", name=name.familiar)
    beside = f"{words}\n" if name.domain == HUB else ""
    raise messages.NOT_IN_CATALOGUE(words=beside, name=name.familiar)

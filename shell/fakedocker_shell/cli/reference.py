"""Names of images: host/path:tag@digest, by the grammar of the distribution project's references."""

from __future__ import annotations

import re

from msgspec import Struct

from fakedocker.base.patterns import lazy_pattern

_DOMAIN_PART = r"(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])"
_DOMAIN = rf"(?:(?:{_DOMAIN_PART}(?:\.{_DOMAIN_PART})*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?)"
_PATH_PART = r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
_REFERENCE = lazy_pattern(
    rf"(?P<name>(?:(?P<domain>{_DOMAIN})/)?(?P<path>{_PATH_PART}(?:/{_PATH_PART})*))"
    r"(?::(?P<tag>\w[\w.-]{0,127}))?(?:@(?P<digest>[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}))?",
    re.ASCII,
)
_IDENTIFIER = lazy_pattern("[a-f0-9]{64}")
DEFAULT_DOMAIN = "docker.io"


class Reference(Struct, frozen=True):
    """A name, taken apart.

    Args:
        domain: the registry's host, "docker.io" if none is written.
        path: the repository there, "library/alpine".
        tag: empty without one.
        digest: empty without one.
    """

    domain: str
    path: str
    tag: str = ""
    digest: str = ""

    @property
    def name(self) -> str:
        """Registry and repository: "docker.io/library/alpine"."""
        return f"{self.domain}/{self.path}"

    @property
    def familiar_name(self) -> str:
        """The repository as people write it: "alpine", "user/app", "localhost:5000/app"."""
        if self.domain != DEFAULT_DOMAIN:
            return self.name
        return self.path.removeprefix("library/") if self.path.count("/") == 1 else self.path

    @property
    def suffix(self) -> str:
        """The tag and digest as written after a name."""
        return (f":{self.tag}" if self.tag else "") + (f"@{self.digest}" if self.digest else "")

    @property
    def familiar(self) -> str:
        """The whole reference as people write it."""
        return self.familiar_name + self.suffix

    def __str__(self) -> str:
        return self.name + self.suffix

    def with_default_tag(self) -> Reference:
        """Itself, tagged "latest" if it has neither tag nor digest."""
        return self if self.tag or self.digest else Reference(self.domain, self.path, "latest")


def parse(text: str) -> Reference:
    """A reference, its registry and "library/" filled in. Raises ValueError with docker's words."""
    if _IDENTIFIER.fullmatch(text):
        raise ValueError(
            f"invalid repository name ({text}), cannot specify 64-byte hexadecimal strings as repository names"
        )
    domain, remainder = _split_domain(text)
    path = remainder.partition("@")[0] if "@" in remainder else remainder
    colon = path.find(":")
    repository = path[:colon] if colon >= 0 else path
    if repository.lower() != repository:
        raise ValueError(f"invalid reference format: repository name ({repository}) must be lowercase")
    match = _REFERENCE.fullmatch(f"{domain}/{remainder}")
    if match is None:
        raise ValueError("invalid reference format")
    if len(match["path"]) > 255:
        raise ValueError("repository name must not be more than 255 characters")
    digest = match["digest"] or ""
    if digest:
        algorithm, _, digits = digest.partition(":")
        lengths = {"sha256": 64, "sha384": 96, "sha512": 128}
        if algorithm not in lengths:
            raise ValueError("unsupported digest algorithm")
        if len(digits) != lengths[algorithm]:
            raise ValueError("invalid checksum digest length")
    return Reference(match["domain"], match["path"], match["tag"] or "", digest)


def _split_domain(text: str) -> tuple[str, str]:
    host, slash, rest = text.partition("/")
    looks_like_host = any(c in host for c in ".:") or host == "localhost" or host.lower() != host
    if not slash or not looks_like_host:
        domain, remainder = DEFAULT_DOMAIN, text
    else:
        domain, remainder = host, rest
    if domain == "index.docker.io":
        domain = DEFAULT_DOMAIN
    if domain == DEFAULT_DOMAIN and "/" not in remainder:
        remainder = f"library/{remainder}"
    return domain, remainder

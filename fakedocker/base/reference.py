"""The grammar of image references: [registry/]namespace/name[:tag][@digest], with every rule and error text.

Source: distribution/reference (normalize.go, reference.go); the texts are in recordings run-basics and images.
"""

from __future__ import annotations

import functools
import re

from msgspec import Struct
from msgspec.structs import replace

from fakedocker.base.patterns import lazy_pattern

DEFAULT_DOMAIN = "docker.io"
_LEGACY_DOMAIN = "index.docker.io"
_OFFICIAL = "library"
_NAME_LIMIT = 255

_COMPONENT = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_PATH = rf"{_COMPONENT}(?:/{_COMPONENT})*"
_DOMAIN_PART = r"(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])"
_DOMAIN = rf"(?:{_DOMAIN_PART}(?:\.{_DOMAIN_PART})*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?"
_TAG = r"[\w][\w.-]{0,127}"
_DIGEST = r"[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}"

_REFERENCE = lazy_pattern(rf"(?:({_DOMAIN})/)?({_PATH})(?::({_TAG}))?(?:@({_DIGEST}))?", re.ASCII)
_TAG_ONLY = lazy_pattern(_TAG, re.ASCII)
_IDENTIFIER = lazy_pattern(r"[a-f0-9]{64}")


class InvalidReference(ValueError):
    """The text is no reference; its message is docker's."""


class Reference(Struct, frozen=True):
    """A reference with its domain spelled out; tag and digest are "" where absent."""

    domain: str
    path: str
    tag: str
    digest: str

    @property
    def name(self) -> str:
        """The repository with its domain: docker.io/library/alpine."""
        return f"{self.domain}/{self.path}"

    @property
    def familiar_name(self) -> str:
        """The repository as people write it: alpine, user/app, localhost:5000/app."""
        if self.domain != DEFAULT_DOMAIN:
            return self.name
        namespace, _, rest = self.path.partition("/")
        return rest if namespace == _OFFICIAL and "/" not in rest and rest else self.path

    @property
    def familiar(self) -> str:
        """The whole reference as people write it."""
        return self.familiar_name + (f":{self.tag}" if self.tag else "") + (f"@{self.digest}" if self.digest else "")

    def with_default_tag(self) -> Reference:
        """The same, with the tag latest where there is neither tag nor digest."""
        return self if self.tag or self.digest else replace(self, tag="latest")


@functools.lru_cache(4096)
def parse(text: str) -> Reference:
    """Parse a reference as people write it.

    Raises:
        InvalidReference: with docker's own words.
    """
    if _IDENTIFIER.fullmatch(text):
        raise InvalidReference(f"invalid repository name ({text}), cannot specify 64-byte hexadecimal strings")
    domain, remainder = _split_domain(text)
    remote_name = remainder
    for separator in ("@", ":"):
        remote_name = remote_name.partition(separator)[0]
    if remote_name.lower() != remote_name:
        raise InvalidReference(f"invalid reference format: repository name ({remote_name}) must be lowercase")
    match = _REFERENCE.fullmatch(f"{domain}/{remainder}")
    if match is None or match[1] is None:
        raise InvalidReference("invalid reference format")
    if len(remote_name) > _NAME_LIMIT:
        raise InvalidReference(
            f"invalid reference format: repository name must not be more than {_NAME_LIMIT} characters"
        )
    digest = match[4] or ""
    if digest:
        _check_digest(digest)
    return Reference(match[1], match[2], match[3] or "", digest)


def is_tag(text: str) -> bool:
    """Whether the text may be a tag."""
    return _TAG_ONLY.fullmatch(text) is not None


def looks_like_digest(text: str) -> bool:
    """Whether the text is an algorithm and a whole sha256 in hexadecimal."""
    return re.fullmatch(r"sha256:[0-9a-f]{64}", text) is not None


def _split_domain(text: str) -> tuple[str, str]:
    """The domain and the rest: the first part is a domain if it has a dot, a colon or a capital, or is localhost."""
    first, slash, rest = text.partition("/")
    if not slash or not (first == "localhost" or "." in first or ":" in first or first.lower() != first):
        domain, remainder = DEFAULT_DOMAIN, text
    else:
        domain, remainder = first, rest
    if domain == _LEGACY_DOMAIN:
        domain = DEFAULT_DOMAIN
    if domain == DEFAULT_DOMAIN and "/" not in remainder:
        remainder = f"{_OFFICIAL}/{remainder}"
    return domain, remainder


def _check_digest(digest: str) -> None:
    algorithm, _, digits = digest.partition(":")
    lengths = {"sha256": 64, "sha384": 96, "sha512": 128}
    if algorithm not in lengths:
        raise InvalidReference("unsupported digest algorithm")
    if len(digits) != lengths[algorithm]:
        raise InvalidReference("invalid checksum digest length")
    if digits.lower() != digits:
        raise InvalidReference("invalid checksum digest format")

"""The reference grammar, with docker's own error texts."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from fakedocker.base import reference


@pytest.mark.parametrize(
    ("text", "full", "familiar"),
    [
        ("alpine", "docker.io/library/alpine", "alpine"),
        ("user/app", "docker.io/user/app", "user/app"),
        ("library/alpine:3.20", "docker.io/library/alpine", "alpine:3.20"),
        ("docker.io/alpine", "docker.io/library/alpine", "alpine"),
        ("index.docker.io/user/app", "docker.io/user/app", "user/app"),
        ("localhost/app", "localhost/app", "localhost/app"),
        ("localhost:5000/team/app:v1", "localhost:5000/team/app", "localhost:5000/team/app:v1"),
        ("registry.example.com/a/b/c", "registry.example.com/a/b/c", "registry.example.com/a/b/c"),
        ("Registry/app", "Registry/app", "Registry/app"),
        ("a__b--c.d", "docker.io/library/a__b--c.d", "a__b--c.d"),
    ],
)
def test_names(text: str, full: str, familiar: str) -> None:
    parsed = reference.parse(text)
    assert (parsed.name, parsed.familiar) == (full, familiar)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "invalid reference format"),
        ("alpine:bad:tag", "invalid reference format"),
        ("BadImage", "invalid reference format: repository name (library/BadImage) must be lowercase"),
        ("user/Bad", "invalid reference format: repository name (user/Bad) must be lowercase"),
        ("-app", "invalid reference format"),
        ("a..b", "invalid reference format"),
        ("app:" + "t" * 129, "invalid reference format"),
        ("app@sha256:12", "invalid reference format"),
        ("f" * 64, f"invalid repository name ({'f' * 64}), cannot specify 64-byte hexadecimal strings"),
        ("a" * 300, "invalid reference format: repository name must not be more than 255 characters"),
    ],
)
def test_errors(text: str, problem: str) -> None:
    with pytest.raises(reference.InvalidReference) as caught:
        reference.parse(text)
    assert str(caught.value) == problem


COMPONENT = st.from_regex(r"[a-z0-9]+((_|__|-{1,3})[a-z0-9]+){0,2}", fullmatch=True).filter(
    lambda part: part != "localhost"
)
TAG = st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,20}", fullmatch=True)


@given(
    st.lists(COMPONENT, min_size=1, max_size=3),
    st.one_of(st.just(""), TAG),
    st.sampled_from(["", "localhost:5000/", "example.com/"]),
)
def test_familiar_form_means_the_same(path: list[str], tag: str, domain: str) -> None:
    text = domain + "/".join(path) + (f":{tag}" if tag else "")
    parsed = reference.parse(text)
    assert reference.parse(parsed.familiar) == parsed
    assert parsed.with_default_tag().tag == (tag or "latest")

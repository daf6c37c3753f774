"""apk: what it installs, removes, says, and how it fails."""

from __future__ import annotations

import pytest

from helpers.packages_world import Box

FETCH = (
    "fetch https://dl-cdn.alpinelinux.org/alpine/v3.20/main/x86_64/APKINDEX.tar.gz\n"
    "fetch https://dl-cdn.alpinelinux.org/alpine/v3.20/community/x86_64/APKINDEX.tar.gz\n"
)


@pytest.fixture
def box() -> Box:
    return Box("alpine:3.20")


def test_add_says_what_apk_says(box: Box) -> None:
    result = box.sh("apk add --no-cache curl")
    assert result.status == 0 and result.stderr == ""
    assert result.stdout == FETCH + (
        "(1/10) Installing ca-certificates (20240705-r0)\n"
        "(2/10) Installing brotli-libs (1.1.0-r2)\n"
        "(3/10) Installing c-ares (1.33.1-r0)\n"
        "(4/10) Installing libunistring (1.2-r0)\n"
        "(5/10) Installing libidn2 (2.3.7-r0)\n"
        "(6/10) Installing nghttp2-libs (1.62.1-r0)\n"
        "(7/10) Installing libpsl (0.21.5-r1)\n"
        "(8/10) Installing zstd-libs (1.5.6-r0)\n"
        "(9/10) Installing libcurl (8.9.1-r1)\n"
        "(10/10) Installing curl (8.9.1-r1)\n"
        "Executing busybox-1.36.1-r29.trigger\n"
        "Executing ca-certificates-20240705-r0.trigger\n"
        "OK: 13 MiB in 24 packages\n"
    )


def test_what_is_added_can_be_run_and_is_known(box: Box) -> None:
    assert box.sh("curl --version").status == 127
    box.sh("apk add -q curl bash")
    assert box.sh("curl --version; which curl bash; bash -c 'a=(1 2); echo ${#a[@]}'").stdout.endswith(
        "/usr/bin/curl\n/bin/bash\n2\n"
    )
    assert "curl" in box.sh("cat /etc/apk/world").stdout.split()
    assert "P:curl\nV:8.9.1-r1\n" in box.sh("cat /lib/apk/db/installed").stdout
    assert box.sh("apk info -e curl nano").stdout == "curl\n"
    assert box.sh("apk info -e nano").status == 1
    assert box.sh("apk info -L curl").stdout == "curl-8.9.1-r1 contains:\nusr/bin/curl\n\n"
    assert box.sh("apk info -W /usr/bin/curl").stdout == "/usr/bin/curl is owned by curl-8.9.1-r1\n"
    assert box.sh("apk add --no-cache curl").stdout.endswith("OK: 15 MiB in 28 packages\n")


def test_a_package_takes_an_applets_place_and_gives_it_back(box: Box) -> None:
    box.sh("apk add -q wget")
    assert box.sh("readlink /usr/bin/wget").status == 1
    box.sh("apk del -q wget")
    assert box.sh("readlink /usr/bin/wget").stdout == "/bin/busybox\n"


def test_a_virtual_package_goes_with_all_it_needed(box: Box) -> None:
    before = box.sh("apk info").stdout
    added = box.sh("apk add --no-cache --virtual .build-deps gcc musl-dev make")
    assert "Installing .build-deps (20231114.2213" in added.stdout
    assert ".build-deps" in box.sh("cat /etc/apk/world").stdout.split()
    removed = box.sh("apk del .build-deps").stdout
    assert removed.startswith("(1/") and "Purging .build-deps (" in removed
    assert removed.index("Purging gcc ") < removed.index("Purging gmp ")
    assert box.sh("apk info").stdout == before
    assert box.sh("ls /usr/bin/gcc").status != 0


def test_what_others_need_stays(box: Box) -> None:
    box.sh("apk add -q curl")
    result = box.sh("apk del libcurl")
    assert result.stdout.startswith(
        "World updated, but the following packages are not removed due to:\n  libcurl: curl-8.9.1-r1[libcurl]\n"
    )
    assert box.sh("curl --version").status == 0


def test_unknown_packages_and_versions(box: Box) -> None:
    result = box.sh("apk add --no-cache nosuch curl")
    assert (result.status, result.stderr) == (1, "fakedocker: apk: the package nosuch is not simulated\n")
    assert "Installing curl (8.9.1-r1)" in result.stdout and box.sh("curl --version").status == 0
    assert "nosuch" not in box.sh("cat /etc/apk/world").stdout
    result = box.sh("apk add --no-cache jq=1.0-r0")
    assert (result.status, result.stderr) == (
        1,
        "fakedocker: apk: the version jq=1.0-r0 (known is 1.7.1-r0) is not simulated\n",
    )
    result = box.sh("apk add --no-cache curl=1.0-r0")
    assert result.stderr == "ERROR: unable to select packages:\n  curl-8.9.1-r1:\n    breaks: world[curl=1.0-r0]\n"
    result = box.sh("apk add --no-cache '~nosuch' a b c; echo $?")
    assert "(no such package)" in result.stderr and result.stdout.endswith("1\n")
    box.sh("sed -i s/3.20/3.21/ /etc/os-release; apk add tree")
    assert box.draft.marks[box.draft.marked].what == "the index of Alpine 3.21, for which that of 3.20 stands,"
    assert box.sh("apk add -q 'curl>=8' 'jq~1.7' bash=5.2.26-r0").status == 0


def test_indexes_are_kept_unless_told_otherwise(box: Box) -> None:
    box.sh("apk add --no-cache tree")
    assert box.sh("ls /var/cache/apk").stdout == ""
    assert box.sh("apk update").stdout.endswith("OK: 24167 distinct packages available\n")
    assert len(box.sh("ls /var/cache/apk").stdout.split()) == 2
    assert "fetch" not in box.sh("apk add nano").stdout
    assert "fetch" in box.sh("apk add -U jq").stdout
    assert box.sh("apk search -v jq").stdout.startswith("jq-1.7.1-r0 - A lightweight")


@pytest.mark.parametrize(("option", "action"), [("", "updating and opening"), ("--no-cache", "fetching")])
def test_without_a_network(option: str, action: str) -> None:
    result = Box("alpine:3.20", online=False).sh(f"apk add {option} curl")
    assert result.status == 1
    assert result.stdout == FETCH
    assert result.stderr == (
        f"WARNING: {action} https://dl-cdn.alpinelinux.org/alpine/v3.20/main: temporary error (try again later)\n"
        f"WARNING: {action} https://dl-cdn.alpinelinux.org/alpine/v3.20/community: temporary error (try again later)\n"
        "ERROR: unable to select packages:\n  curl (no such package):\n    required by: world[curl]\n"
    )


def test_who_may_not_and_where_nobody_can(box: Box) -> None:
    text = "ERROR: Unable to lock database: {0}\nERROR: Failed to open apk database: {0}\n"
    result = box.sh("apk add curl", user=(65534, 65534))
    assert (result.status, result.stderr) == (99, text.format("Permission denied"))
    result = Box("alpine:3.20", read_only=True).sh("apk add curl")
    assert (result.status, result.stderr) == (99, text.format("Read-only file system"))


def test_services_bring_their_users_and_files(box: Box) -> None:
    assert "Executing nginx-1.26.2-r0.pre-install\n" in box.sh("apk add nginx").stdout
    assert box.sh("id -un nginx 2>/dev/null || grep -c ^nginx: /etc/passwd").stdout.strip() in ("nginx", "1")
    assert box.sh("stat -c %U /run/nginx").stdout == "nginx\n"
    assert "listen 80" in box.sh("cat /etc/nginx/http.d/default.conf").stdout


def test_time_and_space_grow_with_the_packages(box: Box) -> None:
    small = box.seconds("apk add --no-cache tree")
    used = int(box.sh("du -sk / | cut -f1").stdout)
    large = box.seconds("apk add --no-cache build-base")
    assert 0 < small < 2 < large < 60
    assert int(box.sh("du -sk / | cut -f1").stdout) - used > 200_000


def test_every_dependency_is_in_the_index() -> None:
    from fakedocker.userland.packages import index

    for known in (
        index.distribution("alpine"),
        *(index.distribution("debian", name) for name in ("bookworm", "noble")),
    ):
        names = {*known.packages}
        names.update(
            word for package in known.packages.values() for word in package.details.get("provides", "").split()
        )
        for package in known.packages.values():
            assert set(package.needs + package.recommends) <= names, package.name


def test_the_version_of_apk(box: Box) -> None:
    for option in ("--version", "-V"):
        result = box.sh(f"apk {option}")
        assert (result.status, result.stdout) == (0, "apk-tools 2.14.4, compiled for x86_64.\n")

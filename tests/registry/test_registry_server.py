"""A registry behind a real socket: in memory and in a folder, for plain HTTP and for skopeo."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from fakedocker.api.registry_server import DirectoryFolder, drawn
from fakedocker.registry.distribution.access import Access
from fakedocker.registry.distribution.contents import Contents, MemoryBlobs
from fakedocker.registry.distribution.layout import FolderContents
from helpers.build_world import Builds
from helpers.paths import ROOT
from helpers.registry_serving import ask, serving

CLIENTS = Path(os.environ.get("FAKEDOCKER_CLIENTS", ROOT / ".clients"))
"""Where `make clients` puts programs that the machine does not have."""
SKOPEO = shutil.which("skopeo", path=f"{CLIENTS / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}") or ""
needs_skopeo = pytest.mark.skipif(
    not SKOPEO, reason="skopeo is not installed; `make clients` does it where there is apt"
)


def test_a_blob_goes_in_and_out() -> None:
    data = b"x" * 200_000
    digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
    with serving(Contents(MemoryBlobs(), drawn)) as port:
        target = f"/v2/a/blobs/uploads/?digest={digest}"
        assert ask(port, "POST", target, [data[:7], data[7:]])[0] == 201
        assert ask(port, "GET", f"/v2/a/blobs/{digest}") == (200, data)
        assert ask(port, "HEAD", f"/v2/a/blobs/{digest}") == (200, b"")
        assert ask(port, "GET", "/v2/") == (200, b"{}")


def test_what_is_no_request_is_refused() -> None:
    with serving(Contents(MemoryBlobs(), drawn)) as port:
        assert ask(port, "GET", "/" + "x" * 70_000)[0] == 431


def test_a_folder_outlives_its_server(tmp_path: Path) -> None:
    digest = f"sha256:{hashlib.sha256(b'data').hexdigest()}"
    with serving(FolderContents(DirectoryFolder(tmp_path), drawn)) as port:
        ask(port, "POST", f"/v2/a/blobs/uploads/?digest={digest}", b"data")
    with serving(FolderContents(DirectoryFolder(tmp_path), drawn)) as port:
        assert ask(port, "GET", f"/v2/a/blobs/{digest}") == (200, b"data")
        assert ask(port, "DELETE", f"/v2/a/blobs/{digest}")[0] == 202
    assert list(tmp_path.iterdir()) == []


def test_the_command_says_where_it_listens_and_ends_when_told(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "fakedocker_shell",
        "registry",
        "--host-port",
        "127.0.0.1:0",
        "--dir",
        str(tmp_path),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        host, _, port = process.stdout.readline().strip().partition(":")
        assert host == "127.0.0.1"
        assert ask(int(port), "GET", "/v2/_catalog") == (200, b'{"repositories":[]}\n')
        process.terminate()
        assert process.wait(300) == 0


def test_the_command_wants_users_where_it_asks_for_them() -> None:
    command = [sys.executable, "-m", "fakedocker_shell", "registry", "--auth", "basic"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (2, "fakedocker registry: --auth basic takes a --user\n")


def skopeo(*arguments: str) -> None:
    ended = subprocess.run([SKOPEO, "--insecure-policy", *arguments], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr


@needs_skopeo
def test_skopeo_copies_a_saved_image_into_a_registry_and_back_into_an_engine(tmp_path: Path) -> None:
    builds = Builds()
    image = builds.build("FROM alpine\nRUN echo hello > /hello\n", t="app:1").image
    saved = tmp_path / "app.tar"
    saved.write_bytes(builds.save("app:1"))
    with serving(Contents(MemoryBlobs(), drawn)) as port:
        place = f"docker://127.0.0.1:{port}/me"
        skopeo("copy", "--dest-tls-verify=false", f"docker-archive:{saved}", f"{place}/app:1")
        skopeo("copy", "--src-tls-verify=false", "--dest-tls-verify=false", f"{place}/app:1", f"{place}/other:2")
        skopeo("copy", "--src-tls-verify=false", f"{place}/other:2", f"docker-archive:{tmp_path}/back.tar:back:1")
        skopeo("copy", "--src-tls-verify=false", f"{place}/other:2", f"oci-archive:{tmp_path}/oci.tar:oci:1")
    other = Builds()
    for name in ("back.tar", "oci.tar"):
        status, answer = other.call("POST", "/images/load", (tmp_path / name).read_bytes())
        assert (status, b"Loaded image" in answer) == (200, True), answer
    assert other.json("/images/back:1/json")["Id"] == image
    assert other.run("back:1", "cat /hello") == other.run("oci:1", "cat /hello") == "hello\n"


@needs_skopeo
def test_skopeo_says_who_it_is(tmp_path: Path) -> None:
    builds = Builds()
    saved = tmp_path / "alpine.tar"
    saved.write_bytes(builds.save("alpine"))
    for mode in ("basic", "token"):
        access = Access(mode=mode, users={"me": "pw"}, secret=b"s")
        with serving(Contents(MemoryBlobs(), drawn), access) as port:
            target = f"docker://127.0.0.1:{port}/me/alpine:1"
            skopeo("copy", "--dest-tls-verify=false", "--dest-creds=me:pw", f"docker-archive:{saved}", target)
            with pytest.raises(AssertionError, match="unauthorized"):
                skopeo("inspect", "--tls-verify=false", "--creds=me:no", target)

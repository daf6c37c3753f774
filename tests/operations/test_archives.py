"""docker save, load and import, and commit --change: archives with true digests, and none that does harm."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import io
import json
import lzma
import sys
import tarfile
from typing import Any

import pytest
from backports import zstd
from hypothesis import HealthCheck, given, settings, strategies as st

from fakedocker.engine.inflight import TimeMode
from fakedocker.filesystem import gzip_stored
from helpers.archive_world import Daemon, make_tar, members

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd


@pytest.fixture(scope="module")
def saved() -> dict[str, Any]:
    """An archive of a small image with a layer of its own, and what the engine said of it."""
    daemon = Daemon()
    daemon.pull("alpine")
    daemon.run("echo payload > /p; ln -s /p /l; mkdir -m 700 /d; rm /etc/motd; head -c 20000 /dev/zero > /z")
    daemon.commit("mine", tag="v1")
    return {"archive": daemon.save("mine:v1"), "image": daemon.image("mine:v1"), "daemon": daemon}


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


# saving


def test_every_blob_has_the_digest_in_its_name(saved: dict[str, Any]) -> None:
    files = members(saved["archive"])
    blobs = {name: data for name, data in files.items() if name.startswith("blobs/")}
    assert len(blobs) == 4
    assert all(name == f"blobs/sha256/{digest(data)}" for name, data in blobs.items())
    assert json.loads(files["oci-layout"]) == {"imageLayoutVersion": "1.0.0"}


def test_docker_and_oci_describe_the_same_image(saved: dict[str, Any]) -> None:
    files, image = members(saved["archive"]), saved["image"]
    [entry] = json.loads(files["manifest.json"])
    assert entry["RepoTags"] == ["mine:v1"]
    assert entry["Config"] == "blobs/sha256/" + image["Id"].removeprefix("sha256:")
    layers = [f"sha256:{digest(files[path])}" for path in entry["Layers"]]
    assert layers == image["RootFS"]["Layers"] == json.loads(files[entry["Config"]])["rootfs"]["diff_ids"]
    [descriptor] = json.loads(files["index.json"])["manifests"]
    assert descriptor["annotations"] == {
        "io.containerd.image.name": "docker.io/library/mine:v1",
        "org.opencontainers.image.ref.name": "v1",
    }
    manifest = json.loads(files["blobs/sha256/" + descriptor["digest"].removeprefix("sha256:")])
    assert manifest["config"]["digest"] == image["Id"]
    assert [layer["digest"] for layer in manifest["layers"]] == layers
    assert json.loads(files["repositories"]) == {"mine": {"v1": layers[-1].removeprefix("sha256:")}}
    with tarfile.open(fileobj=io.BytesIO(files[entry["Layers"][-1]])) as layer:
        names = {member.name: member for member in layer}
    assert names["d"].mode == 0o700 and names["l"].linkname == "/p" and names["etc/.wh.motd"].isfile()


def test_shared_layers_are_there_once_and_a_bare_name_means_all_its_tags(saved: dict[str, Any]) -> None:
    daemon = saved["daemon"]
    daemon.good("POST", "/images/mine:v1/tag", {"repo": "mine", "tag": "again"})
    try:
        files = members(daemon.save("mine", "alpine"))
    finally:
        daemon.good("DELETE", "/images/mine:again")
    entries = json.loads(files["manifest.json"])
    assert [sorted(entry["RepoTags"]) for entry in entries] == [["mine:again", "mine:v1"], ["alpine:latest"]]
    assert entries[0]["Layers"][0] == entries[1]["Layers"][0]
    assert len([name for name in files if name.startswith("blobs/")]) == 2 + 2 * 2


def test_an_image_saved_by_its_id_has_no_name(saved: dict[str, Any]) -> None:
    identifier = saved["image"]["Id"]
    for name in (identifier, identifier.removeprefix("sha256:"), identifier.removeprefix("sha256:")[:12]):
        files = members(saved["daemon"].save(name))
        assert json.loads(files["manifest.json"])[0]["RepoTags"] is None
        assert "repositories" not in files


@pytest.mark.parametrize(
    ("name", "status", "message"),
    [
        ("nosuch", 404, "No such image: nosuch"),
        ("alpine:nosuch", 404, "reference does not exist"),
        ("BAD", 400, "invalid reference format: repository name (library/BAD) must be lowercase"),
    ],
)
def test_what_is_not_there_cannot_be_saved(saved: dict[str, Any], name: str, status: int, message: str) -> None:
    for path, query in (("/images/get", {"names": ["alpine", name]}), (f"/images/{name}/get", None)):
        answer, body = saved["daemon"].ask("GET", path, query)
        assert (answer, json.loads(body)) == (status, {"message": message})


# loading


def test_a_fresh_engine_loads_the_same_image(saved: dict[str, Any]) -> None:
    daemon = Daemon(seed=99)
    assert daemon.load(saved["archive"]) == [{"stream": "Loaded image: mine:v1\n"}]
    found = daemon.image("mine:v1")
    assert {**found, "Metadata": None, "Parent": ""} == {**saved["image"], "Metadata": None, "Parent": ""}
    assert daemon.save("mine:v1") == saved["archive"]
    assert daemon.run("cat /l; stat -c %a /d; ls /etc/motd 2>&1; wc -c < /z", "mine:v1")[1].splitlines() == [
        "payload", "700", "ls: /etc/motd: No such file or directory", "20000",
    ]  # fmt: skip
    assert ("load", found["Id"], found["Id"]) in daemon.events("image")


@pytest.mark.parametrize("compress", [gzip.compress, bz2.compress, lzma.compress, zstd.compress])
def test_an_archive_may_be_compressed(saved: dict[str, Any], compress: Any) -> None:
    assert Daemon().load(compress(saved["archive"])) == [{"stream": "Loaded image: mine:v1\n"}]


def test_progress_is_told_for_layers_that_are_new(saved: dict[str, Any]) -> None:
    daemon = Daemon()
    daemon.pull("alpine")
    base, own = (layer.removeprefix("sha256:")[:12] for layer in saved["image"]["RootFS"]["Layers"])
    lines = daemon.load(saved["archive"], quiet=False)
    assert {line["id"] for line in lines if "id" in line} == {own} != {base}
    last = [line for line in lines if line.get("status") == "Loading layer"][-1]
    assert last["progressDetail"]["current"] == last["progressDetail"]["total"] > 20000
    layers = dict(daemon.engine.world.layers)
    assert daemon.load(saved["archive"], quiet=False) == [{"stream": "Loaded image: mine:v1\n"}]
    assert all(layers[chain] is layer for chain, layer in daemon.engine.world.layers.items())


def test_a_layer_that_is_here_need_not_be_in_the_archive(saved: dict[str, Any]) -> None:
    """As docker-squash writes them: the layers below are named, and left out."""
    files = members(saved["archive"])
    [entry] = json.loads(files["manifest.json"])
    without = make_tar(*((name, files[name]) for name in ("manifest.json", entry["Config"], entry["Layers"][-1])))
    daemon = Daemon()
    assert "no such file or directory" in daemon.load(without)[-1]["error"]
    daemon.pull("alpine")
    assert "error" not in daemon.load(without)[-1]
    assert daemon.image("mine:v1")["Id"] == saved["image"]["Id"]


def test_a_name_moves_to_the_loaded_image(saved: dict[str, Any]) -> None:
    daemon = Daemon()
    daemon.pull("busybox")
    daemon.good("POST", "/images/busybox/tag", {"repo": "mine", "tag": "v1"})
    before = daemon.image("busybox")["Id"]
    assert daemon.load(saved["archive"]) == [
        {"stream": f"The image mine:v1 already exists, renaming the old one with ID {before} to empty string\n"},
        {"stream": "Loaded image: mine:v1\n"},
    ]
    assert daemon.image("busybox")["Id"] == before
    assert daemon.image("mine:v1")["Id"] == saved["image"]["Id"]


def test_without_a_name_the_id_is_told(saved: dict[str, Any]) -> None:
    identifier = saved["image"]["Id"]
    daemon = Daemon()
    assert daemon.load(saved["daemon"].save(identifier)) == [{"stream": f"Loaded image ID: {identifier}\n"}]
    assert daemon.image(identifier)["RepoTags"] == []


def test_parents_come_along_where_they_are_in_the_archive(saved: dict[str, Any]) -> None:
    daemon = Daemon()
    assert len(daemon.load(saved["daemon"].save("mine:v1", "alpine"))) == 2
    assert daemon.image("mine:v1")["Parent"] == daemon.image("alpine")["Id"]


def foreign_image(layers: list[bytes], blobs: list[bytes], **config: Any) -> tuple[bytes, dict[str, bytes]]:
    """An OCI layout as another tool writes it: the configuration, and the files by their paths."""
    document = {"os": "linux", "architecture": "amd64", "created": "2020-02-03T04:05:06.7Z", "config": config}
    document["rootfs"] = {"type": "layers", "diff_ids": [f"sha256:{digest(layer)}" for layer in layers]}
    raw = json.dumps(document, indent=1).encode()

    def descriptor(data: bytes, kind: str) -> dict[str, Any]:
        return {"mediaType": f"application/vnd.oci.image.{kind}", "digest": f"sha256:{digest(data)}", "size": len(data)}

    manifest = json.dumps(
        {
            "schemaVersion": 2,
            "config": descriptor(raw, "config.v1+json"),
            "layers": [descriptor(blob, "layer.v1.tar+gzip") for blob in blobs],
        }
    ).encode()
    name = {"annotations": {"org.opencontainers.image.ref.name": "example.com/other/app:2"}}
    index = {"schemaVersion": 2, "manifests": [{**descriptor(manifest, "manifest.v1+json"), **name}]}
    files = {f"blobs/sha256/{digest(data)}": data for data in (raw, manifest, *blobs)}
    return raw, {"oci-layout": b'{"imageLayoutVersion":"1.0.0"}', "index.json": json.dumps(index).encode(), **files}


def test_an_oci_layout_of_another_tool_keeps_its_digests() -> None:
    layer = make_tar(("./", b""), ("./etc/os-release", b"ID=other\n"), ("./bin/a", b"x" * 9000))
    blob = gzip.compress(layer, mtime=7)
    raw, files = foreign_image([layer], [blob], Cmd=["/bin/a"], Labels={"k": "v"}, Odd={"kept": True})
    daemon = Daemon()
    assert daemon.load(make_tar(*files.items())) == [{"stream": "Loaded image: example.com/other/app:2\n"}]
    image = daemon.image("example.com/other/app:2")
    assert image["Id"] == f"sha256:{digest(raw)}"
    assert image["Created"] == "2020-02-03T04:05:06.7Z"
    assert image["Config"]["Labels"] == {"k": "v"}
    again = members(daemon.save("example.com/other/app:2"))
    assert again[f"blobs/sha256/{digest(layer)}"] == layer
    assert again[f"blobs/sha256/{digest(raw)}"] == raw


def test_docker_archives_before_oci_have_links_for_shared_layers() -> None:
    layer = make_tar(("f", b"text"))
    config = json.dumps(
        {"os": "linux", "architecture": "amd64", "rootfs": {"diff_ids": [f"sha256:{digest(layer)}"] * 2}}
    ).encode()
    manifest = json.dumps([{"Config": "c.json", "RepoTags": ["old:1"], "Layers": ["a/layer.tar", "b/layer.tar"]}])
    archive = make_tar(
        ("a/layer.tar", layer),
        ("b/layer.tar", "../a/layer.tar"),
        ("c.json", config),
        ("manifest.json", manifest.encode()),
    )
    daemon = Daemon()
    assert daemon.load(archive) == [{"stream": "Loaded image: old:1\n"}]
    assert daemon.image("old:1")["Id"] == f"sha256:{digest(config)}"


# what is wrong changes nothing


def changed(archive: bytes, name: str, content: bytes | str | None) -> bytes:
    """An archive with one member replaced, or left out for None."""
    files: dict[str, bytes | str] = {**members(archive)}
    del files[name]
    if content is not None:
        files[name] = content
    return make_tar(*files.items())


def layer_path(archive: bytes) -> str:
    path: str = json.loads(members(archive)["manifest.json"])[0]["Layers"][-1]
    return path


def with_manifest(archive: bytes, **fields: Any) -> bytes:
    [entry] = json.loads(members(archive)["manifest.json"])
    return changed(archive, "manifest.json", json.dumps([{**entry, **fields}]).encode())


HOSTILE_LAYERS = {
    "a cut off layer": make_tar(("f", b"x" * 5000))[:2000],
    "no tar": b"junk" * 1000,
}


def hostile_image(layer: bytes) -> bytes:
    _, files = foreign_image([layer], [layer])
    return make_tar(*files.items())


def hard_link_out() -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as tar:
        info = tarfile.TarInfo("shadow")
        info.type, info.linkname = tarfile.LNKTYPE, "../../etc/shadow"
        tar.addfile(info)
    return stream.getvalue()


BROKEN = {
    "nothing that is a tar": lambda good: b"junk\n",
    "a cut off archive": lambda good: good[: len(good) // 2],
    "a cut off compressed archive": lambda good: gzip.compress(good)[:-2000],
    "compressed junk": lambda good: b"\x1f\x8b\x08\x00" + bytes(range(200)),
    "a changed layer": lambda good: changed(good, layer_path(good), b"\0" * 1024),
    "a missing layer": lambda good: changed(good, layer_path(good), None),
    "a missing configuration": lambda good: with_manifest(good, Config="nosuch.json"),
    "a configuration that is none": lambda good: with_manifest(good, Config="oci-layout"),
    "too few layers": lambda good: with_manifest(good, Layers=[layer_path(good)]),
    "layers in another order": lambda good: with_manifest(
        good, Layers=json.loads(members(good)["manifest.json"])[0]["Layers"][::-1]
    ),
    "a name that is none": lambda good: with_manifest(good, RepoTags=["mine:v1", "BAD:1"]),
    "a name without a tag": lambda good: with_manifest(good, RepoTags=["mine"]),
    "a manifest that is none": lambda good: changed(good, "manifest.json", b'{"Config":'),
    "a configuration outside": lambda good: with_manifest(good, Config="../../etc/passwd"),
    "a layer at an absolute place": lambda good: with_manifest(good, Layers=["/etc/passwd", "/etc/passwd"]),
    "a layer that is a link out": lambda good: changed(good, layer_path(good), "/etc/passwd"),
    "a layer that is a link to itself": lambda good: changed(good, layer_path(good), layer_path(good).rpartition("/")[2]),
    "an exported file system": lambda good: make_tar(("f", b"x"), ("g", "f")),
    **{what: (lambda good, layer=layer: hostile_image(layer)) for what, layer in HOSTILE_LAYERS.items()},
}  # fmt: skip


@pytest.mark.parametrize("what", BROKEN)
def test_a_bad_archive_changes_nothing(saved: dict[str, Any], what: str) -> None:
    daemon = Daemon(mode=TimeMode.MANUAL)
    before = daemon.engine.world
    [line] = daemon.load(BROKEN[what](saved["archive"]))
    assert line["error"] == line["errorDetail"]["message"] != ""
    assert daemon.engine.world is before


@pytest.mark.parametrize("layer", [make_tar(("../../etc/passwd", b"")), make_tar(("a/../../b", b"x")), hard_link_out()])
def test_a_path_that_leads_out_of_a_layer_stays_in_its_root(layer: bytes) -> None:
    assert "Loaded image" in Daemon().load(hostile_image(layer))[-1]["stream"]


def test_docker_says_what_is_wrong(saved: dict[str, Any]) -> None:
    good, daemon = saved["archive"], Daemon()
    own = saved["image"]["RootFS"]["Layers"][-1]
    swapped = with_manifest(good, Layers=json.loads(members(good)["manifest.json"])[0]["Layers"][::-1])
    base = saved["image"]["RootFS"]["Layers"][0]
    said = {
        b"junk\n": "unexpected EOF",
        with_manifest(good, Layers=[]): "invalid manifest, layers length mismatch: expected 0, got 2",
        swapped: f'invalid diffID for layer 0: expected "{base}", got "{own}"',
        with_manifest(good, RepoTags=["mine"]): 'invalid tag "mine"',
    }
    assert [daemon.load(archive)[0]["error"] for archive in said] == list(said.values())


def test_a_layer_may_link_out_of_its_archive_but_never_writes_there() -> None:
    layer = make_tar(("etc", "/"), ("etc/passwd", b"text"), ("/abs", b"inside"))
    daemon = Daemon()
    daemon.load(hostile_image(layer))
    [tree] = [found.tree for found in daemon.engine.world.layers.values()]
    assert tree.find("etc/passwd") is not None and tree.find("abs") is not None and tree.find("passwd") is None


def test_a_small_archive_that_claims_to_be_endless_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fakedocker.filesystem.compression.LIMIT_BYTES", 1 << 20)
    daemon = Daemon(mode=TimeMode.MANUAL)
    [line] = daemon.load(gzip.compress(bytes(4 << 20)))
    assert line["error"] == "no space left on device"


# importing


def test_an_exported_file_system_can_be_imported(saved: dict[str, Any]) -> None:
    daemon = saved["daemon"]
    exported = daemon.good("GET", "/containers/box/export")
    query = {"fromSrc": "-", "repo": "flat", "tag": "1", "changes": ['CMD ["cat", "/p"]', "ENV A=1"]}
    [line] = daemon.lines("POST", "/images/create", query, gzip.compress(exported))
    image = daemon.image("flat:1")
    assert line == {"status": image["Id"]}
    assert image["RootFS"]["Layers"] == [f"sha256:{digest(exported)}"]
    assert (image["Config"]["Cmd"], image["Config"]["Env"]) == (["cat", "/p"], ["A=1"])
    assert image["Comment"] == "Imported from -"
    assert ("import", image["Id"], image["Id"]) in daemon.events("image")
    daemon.good("POST", "/containers/create", {"name": "flat"}, {"Image": "flat:1"})
    daemon.good("POST", "/containers/flat/start")
    daemon.good("POST", "/containers/flat/wait")
    assert daemon.good("GET", "/containers/flat/logs", {"stdout": "1"})[8:] == b"payload\n"


@pytest.mark.parametrize(
    ("query", "body", "status", "message"),
    [
        ({"fromSrc": "-"}, b"junk\n", 500, "unexpected EOF"),
        ({"fromSrc": "-", "changes": "RUN true"}, b"", 400, "RUN is not a valid change command"),
        ({"fromSrc": "-", "changes": "ENV"}, b"", 400, "dockerfile parse error on line 1: ENV requires at least one argument"),
        ({"fromSrc": "-", "repo": "BAD"}, b"", 400, "invalid reference format: repository name (library/BAD) must be lowercase"),
        ({"fromSrc": "-", "platform": "windows/amd64"}, b"", 400, "operating system is not supported"),
        (
            {"fromSrc": "http://example.com/x.tar"}, b"", 500,
            'Get "http://example.com/x.tar": dial tcp: lookup example.com on 192.168.65.7:53: no such host',
        ),
    ],
)  # fmt: skip
def test_a_bad_import_changes_nothing(query: dict[str, str], body: bytes, status: int, message: str) -> None:
    daemon = Daemon(mode=TimeMode.MANUAL)
    before = daemon.engine.world
    answer, said = daemon.ask("POST", "/images/create", query, body)
    assert (answer, json.loads(said)["message"]) == (status, message)
    assert daemon.engine.world is before


# changes of a commit


def test_commit_applies_changes_over_the_containers_settings() -> None:
    daemon = Daemon()
    daemon.pull("alpine")
    body = {"Image": "alpine", "Cmd": ["sleep", "1"], "Env": ["A=1", "B=2"], "Labels": {"a": "x"}, "User": "nobody"}
    daemon.good("POST", "/containers/create", {"name": "box"}, body)
    changes = (
        'ENTRYPOINT ["sh", "-c"]', "ENV B=3 C=$A", "EXPOSE 80 53/udp", "LABEL b=y", "USER 1000", "VOLUME /data",
        "WORKDIR /srv", "STOPSIGNAL SIGINT", "HEALTHCHECK --interval=5s CMD true", "ONBUILD RUN x",
    )  # fmt: skip
    daemon.commit("changed", changes=changes)
    config = daemon.image("changed")["Config"]
    assert config["Entrypoint"] == ["sh", "-c"]
    assert sorted(entry for entry in config["Env"] if not entry.startswith("PATH=")) == ["A=1", "B=3", "C=1"]
    assert set(config["ExposedPorts"]) == {"80/tcp", "53/udp"}
    assert config["Labels"] == {"a": "x", "b": "y"}
    assert (config["User"], config["WorkingDir"], config["StopSignal"]) == ("1000", "/srv", "SIGINT")
    assert config["Volumes"] == {"/data": {}}
    assert config["Healthcheck"] == {"Test": ["CMD-SHELL", "true"], "Interval": 5_000_000_000}
    assert config["OnBuild"] == ["RUN x"]


# any small container


SCRIPTS = st.lists(
    st.sampled_from(
        [
            "echo a > /a", "mkdir -p /d/e", "echo x >> /d/f", "rm -rf /etc/apk", "ln -s ../a /d/link", "ln /a /b", "chmod 4711 /a",
            "mkfifo /pipe", "head -c 70000 /dev/zero > /zeros", "rm -rf /d; mkdir /d; echo new > /d/n", "touch '/ü ß'",
            "chown 12:34 /etc/hosts /a", f"touch /{'long' * 60}", "rm -rf /var; mkdir /var",
        ]
    ),
    min_size=1, max_size=6,
)  # fmt: skip


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(SCRIPTS)
def test_commit_save_and_load_is_a_round_trip(script: list[str]) -> None:
    daemon = Daemon()
    daemon.pull("alpine")
    daemon.run("\n".join(script))
    identifier = daemon.commit("round")
    archive = daemon.save("round")
    other = Daemon(seed=7)
    other.load(archive)
    assert other.image("round")["Id"] == identifier
    assert other.save("round") == archive
    look = "find / -xdev -path /proc -prune -o -exec stat -c '%n %a %u %g %s %F' {} + | sort"
    assert other.run(look, "round", "look") == daemon.run(look, "round", "look")


def test_stored_gzip_is_read_back() -> None:
    layer = make_tar(("f", b"text"))
    blob = b"".join(gzip_stored.compress([layer]))
    _, files = foreign_image([layer], [blob])
    assert "Loaded image" in Daemon().load(make_tar(*files.items()))[0]["stream"]

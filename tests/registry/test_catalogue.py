"""The built-in catalogue: what Docker Hub offers here, and that its data are real and what the sources say."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
import zlib
from pathlib import Path

import pytest
from msgspec.structs import replace

from fakedocker.base.clock import instant
from fakedocker.filesystem import content as contents, gzip_stored
from fakedocker.filesystem.archive import write_tar
from fakedocker.filesystem.node import LayerEntry, Node
from fakedocker.filesystem.program_files import program_file
from fakedocker.filesystem.tree import Tree
from fakedocker.images.model import chain_id
from fakedocker.kernel.loader import read_image
from fakedocker.registry import blobs, catalogue, stored
from fakedocker.registry.hub.lookup import day_of
from fakedocker.registry.model import Manifest
from helpers.paths import ROOT

DAY = day_of(instant("2024-10-01"))
"""On which the images are those of the recordings."""
TOOLS = ROOT / "tools"
SMALL_BYTES = 10_000_000
REPOSITORIES = [
    *(
        f"library/{name}"
        for name in "alpine busybox debian golang hello-world httpd mariadb memcached mongo mysql".split()
    ),
    *(f"library/{name}" for name in "nginx node postgres python rabbitmq redis registry ubuntu wordpress".split()),
    "hashicorp/http-echo",
    "testcontainers/ryuk",
    "traefik/whoami",
]
WANTED = (
    "alpine alpine:3 alpine:3.18 alpine:3.19 alpine:3.20 alpine:3.20.3 alpine:edge busybox busybox:1.36 busybox:glibc"
    " busybox:musl busybox:uclibc debian debian:12 debian:bookworm debian:bookworm-slim debian:bullseye"
    " debian:bullseye-slim golang golang:alpine hello-world httpd httpd:alpine memcached mongo mysql mysql:8 mysql:8.4"
    " nginx nginx:1.26 nginx:1.27 nginx:1.27.1 nginx:1.27-alpine nginx:alpine nginx:stable node node:20 node:20-alpine"
    " node:20-slim node:22 node:alpine node:lts postgres postgres:15 postgres:16 postgres:16-alpine postgres:alpine python"
    " python:3.12 python:3.12-alpine python:3.12-slim python:alpine python:slim rabbitmq:3-management redis redis:7"
    " redis:alpine registry:2 ubuntu ubuntu:20.04 ubuntu:22.04 ubuntu:24.04 ubuntu:focal ubuntu:jammy ubuntu:noble"
)


def hub(name: str) -> Manifest:
    repository, _, tag = name.partition(":")
    found = catalogue.manifest(repository if "/" in repository else f"library/{repository}", tag or "latest", DAY)
    assert found is not None, name
    return found


def tree_of(name: str) -> Tree:
    return hub(name).layers[-1].layer.tree


def node(tree: Tree, path: str) -> Node:
    """What is at an absolute path, all links followed."""
    for _ in range(20):
        parts = path.strip("/").split("/")
        for index in range(1, len(parts) + 1):
            inode = tree.find("/".join(parts[:index]))
            assert inode is not None, path
            found = tree.nodes[inode]
            if found.kind == "link":
                base = [] if found.target.startswith("/") else parts[: index - 1]
                path = _normal([*base, *found.target.split("/"), *parts[index:]])
                break
        else:
            return found
    raise AssertionError(f"too many links: {path}")


def _normal(parts: list[str]) -> str:
    kept: list[str] = []
    for part in parts:
        if part == "..":
            kept.pop()
        elif part and part != ".":
            kept.append(part)
    return "/".join(kept)


def text(name: str, path: str) -> str:
    content = node(tree_of(name), path).content
    return contents.read(content, 0, len(content)).decode()


def has_program(name: str, program: str) -> bool:
    tree = tree_of(name)
    directories = "usr/local/sbin usr/local/bin usr/sbin usr/bin sbin bin".split()
    return any(tree.find(f"{directory}/{program}") is not None for directory in directories)


def every_image() -> list[Manifest]:
    digests: dict[str, Manifest] = {}
    for path in _paths():
        for tag in catalogue._index().repositories[path].tags.values():
            found = catalogue._manifest(tag)
            digests[found.digest] = found
    return list(digests.values())


def _paths() -> list[str]:
    return [path for path in catalogue._index().repositories if "." not in path.partition("/")[0]]


# looking things up


def test_has_what_people_pull() -> None:
    for path in REPOSITORIES:
        assert catalogue.has_repository(path), path
    for name in WANTED.split():
        hub(name)


def test_what_is_not_there() -> None:
    assert catalogue.manifest("library/ngnix", "latest", DAY) is None
    assert catalogue.manifest("library/alpine", "9.99", DAY) is None
    assert catalogue.manifest("alpine", "latest", DAY) is None
    assert not catalogue.has_repository("library/ngnix")
    assert catalogue.tags("library/ngnix", DAY) == ()


def test_a_manifest_is_found_by_its_digest_in_its_own_repository() -> None:
    alpine = hub("alpine")
    assert catalogue.manifest("library/alpine", alpine.digest, DAY) is alpine
    assert catalogue.manifest("library/busybox", alpine.digest, DAY) is None


def test_tags_of_one_image_share_it() -> None:
    assert hub("alpine:3.20").digest == hub("alpine:3").digest == hub("alpine").digest
    assert hub("nginx:1.27").digest == hub("nginx").digest != hub("nginx:1.26").digest
    assert "3.20" in catalogue.tags("library/alpine", DAY)


def test_search_finds_by_name_and_description_most_stars_first() -> None:
    found = catalogue.search("ngin")
    assert found[0] == {
        "name": "nginx",
        "description": found[0]["description"],
        "star_count": found[0]["star_count"],
        "is_official": True,
        "is_automated": False,
    }
    stars = [int(str(entry["star_count"])) for entry in catalogue.search("")]
    assert stars == sorted(stars, reverse=True)
    assert {"mysql", "postgres", "mongo"} <= {entry["name"] for entry in catalogue.search("DATABASE")}
    assert {entry["is_official"] for entry in catalogue.search("whoami")} == {False}
    assert catalogue.search("no such thing") == []


# digests


def test_every_image_is_consistent() -> None:
    for found in every_image():
        image = found.image
        assert hashlib.sha256(found.raw).hexdigest() == found.digest.removeprefix("sha256:")
        assert hashlib.sha256(image.raw_config).hexdigest() == image.id.removeprefix("sha256:")
        document = json.loads(found.raw)
        assert document["config"]["digest"] == image.id
        assert document["config"]["size"] == len(image.raw_config)
        assert [entry["digest"] for entry in document["layers"]] == [remote.digest for remote in found.layers]
        assert [entry["size"] for entry in document["layers"]] == [remote.size_bytes for remote in found.layers]
        parent = ""
        for remote, diff_id in zip(found.layers, image.diff_ids, strict=True):
            layer = remote.layer
            assert (layer.parent, layer.diff_id) == (parent, diff_id)
            assert layer.chain_id == chain_id(parent, diff_id)
            assert remote.size_bytes == gzip_stored.compressed_size(len(write_tar(layer.entries)))
            parent = layer.chain_id
        assert image.top == parent
        assert image.size_bytes == sum(remote.layer.size_bytes for remote in found.layers)
        assert sum(not entry.empty_layer for entry in image.history) == len(found.layers)


@pytest.mark.parametrize("name", ["hello-world", "alpine", "busybox:musl", "traefik/whoami"])
def test_digests_are_those_of_the_bytes(name: str) -> None:
    for remote in hub(name).layers:
        assert remote.size_bytes < SMALL_BYTES
        blob = blobs.bytes_of(remote)
        assert "sha256:" + hashlib.sha256(blob).hexdigest() == remote.digest
        assert "sha256:" + hashlib.sha256(gzip.decompress(blob)).hexdigest() == remote.layer.diff_id
        assert blobs.sums(remote.layer.entries) == (remote.layer.diff_id, remote.digest, remote.size_bytes)
        with tarfile.open(fileobj=io.BytesIO(gzip.decompress(blob))) as archive:
            assert len(archive.getmembers()) == len(remote.layer.entries)


def test_large_layers_made_whole_have_the_digests_that_the_catalogue_states() -> None:
    chosen = [hub("debian:bookworm-slim").layers[0], hub("nginx").layers[1], hub("nginx:alpine").layers[-1]]
    assert 100_000_000 < sum(remote.size_bytes for remote in chosen) < 200_000_000
    for remote in chosen:
        blob, archive, compressed = hashlib.sha256(), hashlib.sha256(), zlib.decompressobj(31)
        size_bytes = 0
        for chunk in gzip_stored.compress(contents.chunks(remote.layer.archive())):
            blob.update(chunk)
            size_bytes += len(chunk)
            archive.update(compressed.decompress(chunk))
        assert compressed.eof
        assert (f"sha256:{blob.hexdigest()}", size_bytes) == (remote.digest, remote.size_bytes)
        assert f"sha256:{archive.hexdigest()}" == remote.layer.diff_id


def test_the_digest_of_a_layer_of_the_catalogue_is_known() -> None:
    remote = hub("alpine").layers[-1]
    assert catalogue.remote_layer(remote.layer) == remote
    assert catalogue.remote_layer(replace(remote.layer, diff_id=f"sha256:{'0' * 64}")) is None


def test_layers_are_shared_as_in_reality() -> None:
    for name, base in {
        "node:20-alpine": "alpine:3.20",
        "httpd:alpine": "alpine:3.20",
        "nginx": "debian:bookworm-slim",
        "postgres": "debian:bookworm-slim",
        "python:slim": "debian:bookworm-slim",
        "node": "debian:bookworm",
        "python": "debian:bookworm",
        "golang": "debian:bookworm",
        "mongo": "ubuntu:24.04",
    }.items():
        assert hub(name).layers[0].digest == hub(base).layers[0].digest, name
    assert [a.digest == b.digest for a, b in zip(hub("node").layers, hub("python").layers, strict=False)][:4] == [
        True
    ] * 4
    assert hub("alpine").layers[0].digest != hub("busybox").layers[0].digest


# what the images are


@pytest.mark.parametrize(
    ("name", "megabytes"),
    {
        "alpine": 7.8,
        "busybox": 4.26,
        "ubuntu": 78.1,
        "debian": 117,
        "debian:bookworm-slim": 74.8,
        "nginx": 188,
        "nginx:alpine": 43.3,
        "node:20": 1100,
        "node:20-alpine": 132,
        "python": 1003,
        "python:3.12-slim": 129,
        "redis": 117,
        "postgres": 431,
        "golang": 845,
    }.items(),
)
def test_sizes_are_like_the_real_ones(name: str, megabytes: float) -> None:
    assert hub(name).image.size_bytes == pytest.approx(megabytes * 1e6, rel=0.02)


def test_alpine_is_alpine() -> None:
    image = hub("alpine").image
    assert image.config.env == ("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",)
    assert image.config.cmd == ("/bin/sh",)
    assert "VERSION_ID=3.20.3" in text("alpine", "/etc/os-release")
    assert text("alpine:3.19", "/etc/alpine-release") == "3.19.4\n"
    assert "nobody:x:65534:65534:nobody:/:/sbin/nologin" in text("alpine", "/etc/passwd")


def test_node_on_alpine_is_as_described() -> None:
    config = hub("node:20-alpine").image.config
    assert isinstance(config.env, tuple)
    assert config.env[1] == "NODE_VERSION=20.15.0"
    assert config.cmd == ("node",)
    assert "node:x:1000:1000:" in text("node:20-alpine", "/etc/passwd")
    assert "root:x:0:0:" in text("node:20-alpine", "/etc/passwd")


def test_nginx_is_as_described() -> None:
    config = hub("nginx").image.config
    assert config.labels == {"maintainer": "NGINX Docker Maintainers <docker-maint@nginx.com>"}
    assert config.entrypoint == ("/docker-entrypoint.sh",)
    assert config.cmd == ("nginx", "-g", "daemon off;")
    assert config.stop_signal == "SIGQUIT"
    assert config.exposed_ports == {"80/tcp": {}}
    assert text("nginx", "/usr/share/nginx/html/index.html").count("Welcome to nginx!") == 2
    tree = tree_of("nginx")
    assert tree.nodes[tree.find("var/log/nginx/access.log") or 0].target == "/dev/stdout"
    assert tree.nodes[tree.find("var/log/nginx/error.log") or 0].target == "/dev/stderr"


@pytest.mark.parametrize("name", ["nginx", "nginx:alpine"])
def test_nginx_knows_the_checksum_of_its_default_site(name: str) -> None:
    checksum, _, path = text(name, "/usr/share/nginx/conffiles.md5").strip().partition("  ")
    assert hashlib.md5(text(name, path).encode()).hexdigest() == checksum


@pytest.mark.parametrize("name", "alpine busybox debian debian:bookworm-slim nginx node python ubuntu mysql".split())
def test_directories_have_the_usual_modes(name: str) -> None:
    tree = tree_of(name)
    assert node(tree, "/tmp").mode == 0o1777
    assert node(tree, "/etc").mode == 0o755
    assert node(tree, "/root").mode in (0o700, 0o550)
    assert node(tree, "/etc/shadow").mode in (0o640, 0o000)


def test_every_directory_is_described_by_some_layer() -> None:
    for found in every_image():
        for remote in found.layers[:1]:
            tree = remote.layer.tree
            undated = [inode for inode in tree.dirs if not tree.nodes[inode].mtime_ns]
            assert len(undated) == 1, "only the root itself has no entry"


@pytest.mark.parametrize(
    ("name", "has", "lacks"),
    [
        ("alpine", "sh ash ls wget vi nc ping ps awk apk", "bash curl python3 git useradd sudo apt-get jq"),
        ("busybox", "sh ls wget vi nc ping ps awk adduser", "bash curl useradd apk apt-get"),
        (
            "debian:bookworm-slim",
            "sh bash ls awk apt-get useradd perl",
            "curl wget ping ps ip vi vim nano less kill git python3",
        ),
        ("nginx", "nginx curl bash envsubst", "wget ping ps ip vim"),
        ("nginx:alpine", "nginx curl sh wget", "bash"),
        ("ubuntu", "bash ps apt-get free kill", "curl wget ping ip vim ifconfig"),
        ("node:20-alpine", "node npm npx yarn sh", "bash curl"),
        ("node:20", "node npm bash curl git gcc", "vim"),
        ("python:slim", "python python3 pip bash", "curl gcc git"),
        ("redis", "redis-server redis-cli gosu bash", "curl ps"),
        ("mysql", "mysqld mysql bash", "ps vim"),
    ],
)
def test_programs_are_there_and_missing_as_in_the_real_image(name: str, has: str, lacks: str) -> None:
    assert [program for program in has.split() if not has_program(name, program)] == []
    assert [program for program in lacks.split() if has_program(name, program)] == []


def test_programs_can_be_run() -> None:
    for name, path, identity in [
        ("alpine", "/bin/sh", ("busybox", "busybox")),
        ("busybox", "/bin/sh", ("busybox", "busybox")),
        ("debian", "/bin/sh", ("gnu", "dash")),
        ("ubuntu", "/usr/bin/awk", ("gnu", "mawk")),
        ("nginx", "/usr/sbin/nginx", ("nginx", "nginx")),
        ("node:20-alpine", "/usr/local/bin/node", ("node", "node")),
        ("python", "/usr/local/bin/python", ("python", "python3")),
        ("hello-world", "/hello", ("hello-world", "hello")),
    ]:
        found = node(tree_of(name), path)
        assert found.mode & 0o111
        assert read_image(contents.read(found.content, 0, 256)).identity == identity


def test_commands_of_images_exist() -> None:
    for found in every_image():
        config, tree = found.image.config, found.layers[-1].layer.tree
        words = [*(config.entrypoint or ()), *(config.cmd or ())]
        if not words:
            continue  # an image to build upon, such as alpine/git's relatives
        path = next(entry.removeprefix("PATH=") for entry in config.env or () if entry.startswith("PATH="))
        names = [words[0]] if words[0].startswith("/") else [f"{part}/{words[0]}" for part in path.split(":")]
        runnable = []
        for name in names:
            try:
                runnable.append(node(tree, name).mode & 0o111)
            except AssertionError:
                continue
        assert any(runnable), found.image.config


def test_busybox_has_hard_links_and_alpine_symbolic_ones() -> None:
    busybox, alpine = tree_of("busybox"), tree_of("alpine")
    assert busybox.find("bin/ls") == busybox.find("bin/sh")
    assert alpine.nodes[alpine.find("bin/ls") or 0].target == "/bin/busybox"


def test_loading_reads_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    original = catalogue._read
    for cached in (catalogue._index, catalogue._manifest, catalogue._layer):
        cached.cache_clear()

    def noted(name: str) -> bytes:
        read.append(name)
        return original(name)

    monkeypatch.setattr(catalogue, "_read", noted)
    nginx = hub("nginx")
    assert len(read) == 1 + 2 + len(nginx.layers)
    hub("nginx:1.27.1")
    assert len(read) == 1 + 2 + len(nginx.layers)


# forms and the tool


@pytest.mark.parametrize(
    "content",
    [
        b"",
        "Größe\n".encode(),
        b"a\0b\0\0\0\0\0c\0\0\0",
        bytes(10),
        bytes(10_000),
        contents.filler("x", 5000),
        program_file("gnu", "ls", 140_000),
    ],
)
def test_contents_are_kept_and_restored(content: contents.Content) -> None:
    restored = stored.restore_content(stored.store_content(content))
    assert len(restored) == len(content)
    assert contents.read(restored, 0, len(content)) == contents.read(content, 0, len(content))


def test_contents_that_cannot_be_kept_are_refused() -> None:
    with pytest.raises(ValueError, match="cannot be kept"):
        stored.store_content(contents.cut(contents.filler("x", 9000), 100, 9000))


def test_the_data_are_what_the_tool_makes_of_the_sources(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(TOOLS))
    import make_catalogue
    from catalogue_sources import Sources

    hashed: list[str] = []
    maker = make_catalogue.Maker(
        Sources(make_catalogue.SOURCES), make_catalogue.read_known(make_catalogue.DATA), hashed.append
    )
    files = make_catalogue.make_files(maker)
    assert hashed == []
    assert files == make_catalogue.read_files(make_catalogue.DATA)
    assert sum(map(len, files.values())) < 6_000_000


@pytest.fixture
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.syspath_prepend(str(TOOLS))
    (tmp_path / "box.toml").write_text(
        """
        [repository]
        path = "library/box"
        description = "A box."
        stars = 1
        [sets.skeleton]
        dirs = "/{tmp var/tmp} 1777"
        files = { "/etc/passwd" = "root:x:0:0::/:/bin/sh\\n" }
        [layers.base]
        include = ["skeleton"]
        created_by = "ADD box@version@.tar /"
        programs = "/bin/box busybox/* 1k"
        links = '''
          /bin/{sh
            ls} -> box
        '''
        size = "5k"
        rest = "/lib/a.so 3\\n/lib/b.so"
        modes = "/lib/a.so 0755 1:2"
        [layers.user]
        created_by = "RUN adduser"
        append = { "/etc/passwd" = "me:x:1:1::/:/bin/sh\\n" }
        [steps]
        base = "DEFAULTS\\nLAYER base\\nENV A=1\\nENV B=2"
        user = "LAYER user\\nENV A=3\\nEXPOSE 80 53/udp\\nENTRYPOINT [\\"box\\", \\"a b\\"]"
        [[images]]
        tags = "1 latest"
        date = "2024-01-02T03:04:05Z"
        vars = { version = "1" }
        steps = "base"
        [[images]]
        tags = "user"
        from = "box:1"
        date = "2024-01-03T00:00:00Z"
        steps = "user"
        """
    )
    return tmp_path


def test_sources_say_what_is_in_a_layer(sources: Path) -> None:
    import make_catalogue
    from catalogue_sources import Sources

    made = {
        image.tags[0]: manifest for image, manifest in make_catalogue.Maker(Sources(sources), {}, print).manifests()
    }
    entries: dict[str, LayerEntry] = {entry.path: entry for entry in made["1"].layers[0].layer.entries}
    assert entries["tmp"].mode == entries["var/tmp"].mode == 0o1777
    assert entries["var"].mode == 0o755
    assert entries["bin/ls"].target == entries["bin/sh"].target == "box"
    assert entries["bin/box"].content == program_file("busybox", "box", 1000)
    assert made["1"].image.size_bytes == 5000
    assert (entries["lib/a.so"].mode, entries["lib/a.so"].uid, entries["lib/a.so"].gid) == (0o755, 1, 2)
    assert len(entries["lib/a.so"].content) == pytest.approx(3 * len(entries["lib/b.so"].content), abs=3)
    assert made["1"].image.history[0].created_by == "ADD box1.tar /"
    user = made["user"].layers[1].layer
    assert [entry.path for entry in user.entries] == ["etc/passwd"]
    assert user.entries[0].content == b"root:x:0:0::/:/bin/sh\nme:x:1:1::/:/bin/sh\n"
    config = made["user"].image.config
    assert isinstance(config.env, tuple)
    assert config.env[1:] == ("A=3", "B=2")
    assert config.exposed_ports == {"53/udp": {}, "80/tcp": {}}
    assert [entry.created_by for entry in made["user"].image.history][-2:] == [
        "EXPOSE map[53/udp:{} 80/tcp:{}]",
        'ENTRYPOINT ["box" "a b"]',
    ]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("stars = 1", "starrs = 1", "unknown key starrs"),
        ('size = "5k"', 'size = "1k"', "are missing"),
        ('"/lib/a.so 0755 1:2"', '"/lib/c.so 0755"', "nothing is at /lib/c.so"),
        ('"/bin/box busybox/* 1k"', '"/bin/box busybox/* much"', "not a size"),
        ('tags = "user"', 'tags = "latest"', "described twice"),
        ('from = "box:1"', 'from = "box:2"', "there is no image box:2"),
        ('include = ["skeleton"]', 'include = ["bones"]', "there is no set bones"),
        ('"/etc/passwd" = "me', '"/etc/password" = "me', "no file of the layers below is at etc/password"),
        ('created_by = "RUN adduser"', 'created_by = ""\ndirs = "/bin/sh/x"', "bin/sh is no directory"),
        ("LAYER user", "LAYER users", "there is no layer users"),
        ("ENV A=3", "ENVY A=3", "unknown step ENVY"),
        ('steps = "user"', 'steps = "nobody"', "there are no steps nobody"),
    ],
)
def test_sources_that_make_no_sense_are_refused(sources: Path, old: str, new: str, problem: str) -> None:
    import make_catalogue
    from catalogue_sources import SourceError, Sources

    path = sources / "box.toml"
    described = path.read_text()
    assert old in described
    path.write_text(described.replace(old, new))
    with pytest.raises(SourceError, match=problem):
        list(make_catalogue.Maker(Sources(sources), {}, print).manifests())


def test_writing_leaves_exactly_the_files(sources: Path, tmp_path: Path) -> None:
    import make_catalogue

    folder = tmp_path / "data"
    make_catalogue.write_files(folder, {"index.json": b"1", "layers/a.json": b"2"})
    make_catalogue.write_files(folder, {"index.json": b"3", "layers/b.json": b"4"})
    assert make_catalogue.read_files(folder) == {"index.json": b"3", "layers/b.json": b"4"}

"""Files that travel: cp both ways, build contexts, save, load, import and export."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from helpers.cli_world import World, archive, entries, messages

ARCHIVE = "/containers/box/archive"
DIRECTORY_BIT = 1 << 31
LINK_BIT = 1 << 27


def path_stat(name: str, mode: int, link: str = "") -> dict[str, str]:
    document = {"name": name, "size": 1, "mode": mode, "mtime": "2026-01-01T00:00:00Z", "linkTarget": link}
    return {"X-Docker-Container-Path-Stat": base64.b64encode(json.dumps(document).encode()).decode()}


class Box(World):
    """A daemon with a container whose files are named by path: "dir", "file" or ("link", target)."""

    def __init__(self, inside: dict[str, Any], **settings: Any) -> None:
        super().__init__(**settings)
        self._inside = inside
        self.client.answers[f"HEAD {ARCHIVE}"] = self._stat
        self.client.answers[f"PUT {ARCHIVE}"] = (200, None)

    def _stat(self, query: dict[str, str], _body: Any) -> Any:
        item = self._inside.get(query["path"].rstrip("/") or "/")
        if item is None:
            return 404, None
        if isinstance(item, tuple):
            return 200, None, path_stat("x", LINK_BIT | 0o777, item[1])
        return 200, None, path_stat("x", DIRECTORY_BIT | 0o755 if item == "dir" else 0o644)

    def serves(self, data: bytes, is_directory: bool) -> None:
        mode = DIRECTORY_BIT | 0o755 if is_directory else 0o644
        self.client.answers[f"GET {ARCHIVE}"] = (200, data, path_stat("x", mode))

    @property
    def put(self) -> tuple[str, dict[str, str | None]]:
        """Where the archive was unpacked, and what was in it."""
        request = f"PUT {ARCHIVE}"
        return self.query(request)["path"], entries(self.body(request))


TREE = {"/work/tree": None, "/work/tree/a": "1\n", "/work/tree/sub": None, "/work/tree/sub/b": "2\n", "/work/f": "x\n"}


@pytest.mark.parametrize(
    ("source", "target", "inside", "unpacked"),
    [
        ("f", "/tmp", {"/tmp": "dir"}, ("/tmp", {"f": "x\n"})),
        ("f", "/tmp/", {"/tmp": "dir"}, ("/tmp/", {"f": "x\n"})),
        ("f", "/tmp/g", {"/tmp": "dir"}, ("/tmp", {"g": "x\n"})),
        ("f", "/tmp/g", {"/tmp/g": "file"}, ("/tmp", {"g": "x\n"})),
        (
            "tree",
            "/srv",
            {"/srv": "dir"},
            ("/srv", {"tree/": None, "tree/a": "1\n", "tree/sub/": None, "tree/sub/b": "2\n"}),
        ),
        ("tree", "/srv", {}, ("/", {"srv/": None, "srv/a": "1\n", "srv/sub/": None, "srv/sub/b": "2\n"})),
        ("tree/.", "/opt", {"/opt": "dir"}, ("/opt", {"./": None, "./a": "1\n", "./sub/": None, "./sub/b": "2\n"})),
        ("f", "/link", {"/link": ("link", "/real"), "/real": "dir"}, ("/real", {"f": "x\n"})),
    ],
)
def test_files_go_into_a_container(source: str, target: str, inside: dict[str, Any], unpacked: Any) -> None:
    world = Box(inside, files=TREE)
    assert world.run("cp", source, f"box:{target}") == 0
    assert world.put == unpacked
    assert (world.printed, world.complaints) == ("", "")


@pytest.mark.parametrize(
    ("source", "target", "inside", "complaint"),
    [
        ("nosuch", "/tmp/", {"/tmp": "dir"}, "lstat /work/nosuch: no such file or directory"),
        ("tree", "/etc/f", {"/etc/f": "file"}, "cannot copy directory"),
        ("f", "/nodir/", {}, "no such directory"),
        ("f/", "/tmp", {"/tmp": "dir"}, "not a directory"),
        ("-", "/nodir", {}, 'destination "box:/nodir" must be a directory'),
    ],
)
def test_what_cannot_go_in(source: str, target: str, inside: dict[str, Any], complaint: str) -> None:
    world = Box(inside, files=TREE)
    assert world.run("cp", source, f"box:{target}") == 1
    assert world.complaints == complaint + "\n"
    assert f"PUT {ARCHIVE}" not in world.asked


def test_an_archive_goes_in_as_it_is() -> None:
    world = Box({"/var": "dir"}, stdin=b"tar")
    assert world.run("cp", "-", "box:/var") == 0
    assert world.body(f"PUT {ARCHIVE}") == b"tar"


@pytest.mark.parametrize(
    ("target", "there", "files"),
    [
        ("./back", {}, {"/work/back": "x\n"}),
        (".", {}, {"/work/passwd": "x\n"}),
        ("./back", {"/work/back": "old\n"}, {"/work/back": "x\n"}),
        ("dir", {"/work/dir": None}, {"/work/dir/passwd": "x\n"}),
    ],
)
def test_a_file_comes_out(target: str, there: dict[str, Any], files: dict[str, str]) -> None:
    world = Box({}, files=there)
    world.serves(archive(("passwd", "x\n")), False)
    assert world.run("cp", "box:/etc/passwd", target) == 0
    for path, content in files.items():
        assert world.files.text(path) == content


@pytest.mark.parametrize(
    ("source", "there", "expected"),
    [
        ("box:/etc/app", {}, ["/work/out", "/work/out/config.json"]),
        ("box:/etc/app", {"/work/out": None}, ["/work/out/app", "/work/out/app/config.json"]),
        ("box:/etc/app/.", {"/work/out": None}, ["/work/out/config.json"]),
    ],
)
def test_a_directory_comes_out(source: str, there: dict[str, Any], expected: list[str]) -> None:
    world = Box({}, files=there)
    name = "./" if source.endswith("/.") else "app"
    world.serves(archive((name, None), (f"{name.rstrip('/')}/config.json", "{}")), True)
    assert world.run("cp", source, "./out") == 0
    for path in expected:
        assert path in world.files.content
    assert world.files.text(expected[-1]) == "{}"


def test_an_archive_comes_out_as_it_is() -> None:
    world = Box({})
    data = archive(("passwd", "x\n"))
    world.serves(data, False)
    assert world.run("cp", "box:/etc/passwd", "-") == 0
    assert world.stdout == data


def test_what_cannot_come_out() -> None:
    world = Box({})
    world.client.answers[f"GET {ARCHIVE}"] = (404, {"message": "Could not find the file /x in container box"})
    assert world.run("cp", "box:/x", "./y") == 1
    assert world.complaints == "Error response from daemon: Could not find the file /x in container box\n"
    assert world.run("cp", "box:/x", "./no/such/y") == 1
    assert 'invalid output path: directory "/work/no/such" does not exist' in world.complaints


def test_what_is_copied_is_told_on_a_terminal() -> None:
    world = Box({"/tmp": "dir"}, files=TREE, terminal=True)
    world.run("cp", "f", "box:/tmp")
    assert world.complaints == "Successfully copied 2.05kB to box:/tmp\n"
    quiet = Box({"/tmp": "dir"}, files=TREE, terminal=True)
    quiet.run("cp", "-q", "f", "box:/tmp")
    assert quiet.complaints == ""


# building

BUILT = messages(
    {"stream": "Step 1/1 : FROM alpine\n"}, {"aux": {"ID": "sha256:1"}}, {"stream": "Successfully built 1\n"}
)


def build(*argv: str, files: dict[str, Any], answer: Any = (200, BUILT), stdin: bytes = b"") -> tuple[World, int]:
    world = World({"POST /build": answer}, files=files, stdin=stdin)
    return world, world.run("build", *argv)


def test_the_context_is_sent_and_the_answer_shown() -> None:
    world, status = build(
        "-t",
        "app:1",
        "--build-arg",
        "V=1",
        ".",
        files={"/work/Dockerfile": "FROM alpine\n", "/work/d": None, "/work/d/f": "x"},
    )
    assert status == 0
    assert entries(world.body("POST /build")) == {"Dockerfile": "FROM alpine\n", "d/": None, "d/f": "x"}
    assert world.query("POST /build") == {
        "dockerfile": "Dockerfile",
        "version": "1",
        "buildargs": '{"V":"1"}',
        "t": ["app:1"],
    }
    assert world.printed == (
        "Sending build context to Docker daemon  3.584kB\r\r\nStep 1/1 : FROM alpine\nSuccessfully built 1\n"
    )


def test_what_dockerignore_names_stays_at_home() -> None:
    files = {
        "/work/Dockerfile": "FROM alpine\n", "/work/.dockerignore": "# no\n*.md\n!keep.md\n**/tmp\nDockerfile*\n",
        "/work/a.md": "", "/work/keep.md": "", "/work/d": None, "/work/d/tmp": None, "/work/d/tmp/x": "", "/work/d/y.md": "",
    }  # fmt: skip
    world, _ = build(".", files=files)
    assert sorted(entries(world.body("POST /build"))) == [".dockerignore", "Dockerfile", "d/", "d/y.md", "keep.md"]


def test_a_dockerfile_alone_from_standard_input() -> None:
    world, status = build("-", files={}, stdin=b"FROM alpine\n")
    assert status == 0
    assert entries(world.body("POST /build")) == {"Dockerfile": "FROM alpine\n"}


def test_a_dockerfile_from_elsewhere_is_sent_under_another_name() -> None:
    world, _ = build("-f", "/root/D", ".", files={"/root/D": "FROM x\n", "/work/f": "1"})
    name = world.query("POST /build")["dockerfile"]
    sent = entries(world.body("POST /build"))
    assert sent[name] == "FROM x\n"
    assert sent[".dockerignore"] == f".dockerignore\n{name}\n"


@pytest.mark.parametrize(
    ("argv", "complaint"),
    [
        (("nosuchdir",), 'unable to prepare context: path "nosuchdir" not found'),
        (
            ("-f", "Dockerfile.nosuch", "."),
            "unable to prepare context: unable to evaluate symlinks in Dockerfile path: lstat /work/Dockerfile.nosuch: no such file or directory",
        ),
        (("f",), "unable to prepare context: context must be a directory: /work/f"),
    ],
)  # fmt: skip
def test_contexts_that_are_none(argv: tuple[str, ...], complaint: str) -> None:
    world, status = build(*argv, files={"/work/f": ""})
    assert status == 1
    assert world.complaints.endswith(f"environment-variable.\n\n{complaint}\n")


def test_a_failed_build_has_the_status_of_its_command() -> None:
    answer = messages(
        {"stream": "Step 1/2 : FROM alpine\n"},
        {"errorDetail": {"code": 4, "message": "The command '/bin/sh -c exit 4' returned a non-zero code: 4"}},
    )
    world, status = build(".", files={"/work/Dockerfile": "x"}, answer=(200, answer))
    assert status == 4
    assert world.complaints.endswith("The command '/bin/sh -c exit 4' returned a non-zero code: 4\n")


def test_a_quiet_build_shows_what_the_engine_says_at_the_end() -> None:
    answer = (200, messages({"aux": {"ID": "sha256:1"}}, {"stream": "sha256:1\n"}))
    world, status = build("-q", "--iidfile", "id", ".", files={"/work/Dockerfile": "x"}, answer=answer)
    assert (status, world.printed, world.files.text("/work/id")) == (0, "sha256:1\n", "sha256:1")


# archives of images


def test_save_writes_a_file_that_is_there_when_it_is_whole() -> None:
    world = World({"GET /images/get": (200, b"tar")})
    assert world.run("save", "a", "b", "-o", "both.tar") == 0
    assert world.files.text("/work/both.tar") == "tar"
    assert world.query("GET /images/get") == {"names": ["a", "b"]}
    assert [path for path in world.files.content if "tmp" in path] == []


def test_save_refuses_to_write_to_a_terminal() -> None:
    world = World(terminal=True)
    assert world.run("save", "a") == 1
    assert world.complaints == "cowardly refusing to save to a terminal. Use the -o flag or redirect\n"


def test_load_and_import_read_files_and_standard_input() -> None:
    loaded = (200, messages({"stream": "Loaded image: a:1\n"}), {"Content-Type": "application/json"})
    world = World(
        {"POST /images/load": loaded, "POST /images/create": (200, messages({"status": "sha256:1"}))},
        files={"/work/a.tar": "tar"},
        stdin=b"more",
    )
    assert world.run("load", "-i", "a.tar") == 0
    assert world.run("import", "-", "flat:1") == 0
    assert world.printed == "Loaded image: a:1\nsha256:1\n"
    assert world.body("POST /images/load") == b"tar"
    assert world.body("POST /images/create") == b"more"
    assert world.run("load", "-i", "nosuch.tar") == 1
    assert world.complaints == "open nosuch.tar: no such file or directory\n"

"""A git repository as it lies on the disk: objects, references, the reflog. It must not know commands or the working
tree.

Objects are loose ones in git's own format, so that their names are git's; packs are not read.
"""

from __future__ import annotations

import re
import zlib
from typing import Final, NamedTuple

from fakedocker.build.shipped import Files, object_bytes, store_tree
from fakedocker.kernel.program import System, Unsimulated
from fakedocker.userland.packages.unpack import make_directories, read_text_or
from fakedocker.userland.tools import join, stat_or_none

NO_OBJECT: Final = "0" * 40
_FULL: Final = re.compile(r"[0-9a-f]{40}")
_PARTIAL: Final = re.compile(r"[0-9a-f]{4,40}")
_SUFFIX: Final = re.compile(r"(~\d*|\^\d*|\^\{\w*\})$")
_SHORT: Final = 7


class GitProblem(Exception):
    """What ends a command.

    Args:
        text: the message, with "fatal: " or "error: " in front where git has it.
        status: the exit status.
    """

    def __init__(self, text: str, status: int = 128) -> None:
        super().__init__(text)
        self.text = text
        self.status = status


class Commit(NamedTuple):
    """A commit, its lines taken apart. Authors are "Name <mail> seconds zone"."""

    name: str
    tree: str
    parents: tuple[str, ...]
    author: str
    committer: str
    message: str

    @property
    def subject(self) -> str:
        """The first paragraph in one line."""
        return " ".join(self.message.strip("\n").split("\n\n", 1)[0].split("\n"))

    @property
    def body(self) -> str:
        return self.message.strip("\n").partition("\n\n")[2]


class Repository:
    """The files under a .git directory.

    Args:
        top: the working tree.
        folder: its .git.
    """

    def __init__(self, system: System, top: str, folder: str) -> None:
        self.system = system
        self.top = top
        self.folder = folder

    def path(self, name: str) -> str:
        return join(self.folder, name)

    def read_text(self, name: str) -> str:
        """A file of the .git directory, "" where there is none."""
        return read_text_or(self.system, self.path(name))

    def write(self, name: str, data: bytes | str) -> None:
        path = self.path(name)
        make_directories(self.system, path.rpartition("/")[0])
        self.system.write_file(path, data.encode("utf-8", "surrogateescape") if isinstance(data, str) else data)

    # objects

    def store(self, kind: str, data: bytes) -> str:
        """Keep an object; gives its name."""
        name, whole = object_bytes(kind, data)
        path = self.path(f"objects/{name[:2]}/{name[2:]}")
        self.system.charge(len(data) // 256)
        if stat_or_none(self.system, path) is None:
            make_directories(self.system, path.rpartition("/")[0])
            self.system.write_file(path, zlib.compress(whole, 1), mode=0o444)
        return name

    def load(self, name: str) -> tuple[str, bytes]:
        """Kind and bytes of an object. Raises GitProblem."""
        try:
            packed = self.system.read_file(self.path(f"objects/{name[:2]}/{name[2:]}"), 1 << 40)
            head, _, data = zlib.decompress(packed).partition(b"\0")
        except (OSError, zlib.error):
            if self._has_packs():
                raise Unsimulated("objects in packs", 128) from None
            raise GitProblem(f"fatal: bad object {name}") from None
        return head.decode().partition(" ")[0], data

    def _has_packs(self) -> bool:
        try:
            return any(name.endswith(".pack") for name in self.system.list_directory(self.path("objects/pack")))
        except OSError:
            return False

    def commit(self, name: str) -> Commit:
        kind, data = self.load(name)
        if kind == "tag":
            return self.commit(data.decode("utf-8", "surrogateescape").split("\n", 1)[0].removeprefix("object "))
        if kind != "commit":
            raise GitProblem(f"error: object {name} is a {kind}, not a commit\nfatal: invalid object", 128)
        head, _, message = data.decode("utf-8", "surrogateescape").partition("\n\n")
        fields: dict[str, list[str]] = {}
        for line in head.split("\n"):
            key, _, value = line.partition(" ")
            fields.setdefault(key, []).append(value)
        return Commit(
            name,
            fields["tree"][0],
            tuple(fields.get("parent", ())),
            fields["author"][0],
            fields["committer"][0],
            message,
        )

    def files_of(self, tree: str, prefix: str = "") -> Files:
        """All files below a tree."""
        found: Files = {}
        for mode, name, entry in self.entries(tree):
            path = prefix + name
            if mode == "40000":
                found |= self.files_of(entry, path + "/")
            else:
                found[path] = (mode, entry)
        return found

    def entries(self, tree: str) -> list[tuple[str, str, str]]:
        """(mode, name, object) of one tree."""
        _, data = self.load(tree)
        found, at = [], 0
        while at < len(data):
            end = data.index(0, at)
            mode, _, name = data[at:end].decode("utf-8", "surrogateescape").partition(" ")
            found.append((mode, name, data[end + 1 : end + 21].hex()))
            at = end + 21
        return found

    def store_tree(self, files: Files) -> str:
        """The tree of some files, with its subtrees."""
        return store_tree(files, self.store)

    # references

    def head(self) -> tuple[str, str]:
        """(branch, commit): the branch "" when detached, the commit "" before the first."""
        text = self.read_text("HEAD").strip()
        if text.startswith("ref: "):
            reference = text[5:]
            return reference.removeprefix("refs/heads/"), self.reference(reference)
        return "", text

    def head_files(self) -> Files:
        """The files of the current commit."""
        _, commit = self.head()
        return self.files_of(self.commit(commit).tree) if commit else {}

    def reference(self, name: str) -> str:
        """What a full name (refs/heads/main) is, "" where there is none."""
        text = self.read_text(name).strip()
        if text.startswith("ref: "):
            return self.reference(text[5:])
        if text:
            return text
        for line in self.read_text("packed-refs").splitlines():
            value, _, known = line.partition(" ")
            if known == name:
                return value
        return ""

    def references(self, prefix: str) -> dict[str, str]:
        """All that begin with a prefix, without it, sorted."""
        found = {}
        for line in self.read_text("packed-refs").splitlines():
            value, _, name = line.partition(" ")
            if name.startswith(prefix) and _FULL.fullmatch(value):
                found[name.removeprefix(prefix)] = value
        for name in self._names(prefix.rstrip("/")):
            found[name.removeprefix(prefix)] = self.reference(name)
        return dict(sorted(found.items()))

    def _names(self, folder: str) -> list[str]:
        try:
            names = self.system.list_directory(self.path(folder))
        except OSError:
            return []
        found = []
        for name in names:
            path = f"{folder}/{name}"
            status = stat_or_none(self.system, self.path(path))
            found += self._names(path) if status is not None and status.kind == "dir" else [path]
        return found

    def set_reference(self, name: str, value: str) -> None:
        self.write(name, f"{value}\n")

    def remove_reference(self, name: str) -> None:
        lines = self.read_text("packed-refs").splitlines()
        kept = [line for line in lines if line.partition(" ")[2] != name]
        if kept != lines:
            self.write("packed-refs", "".join(f"{line}\n" for line in kept))
        if stat_or_none(self.system, self.path(name)) is not None:
            self.system.remove_file(self.path(name))

    def move_head(self, commit: str, who: str, what: str, branch: str | None = None) -> None:
        """Let HEAD (and the branch it is on) be at a commit, and note it in the reflog.

        Args:
            branch: a branch to change to; "" detaches; None stays on the one there is.
        """
        current, before = self.head()
        target = current if branch is None else branch
        if target:
            if branch is not None:
                self.write("HEAD", f"ref: refs/heads/{target}\n")
            if commit:
                self.set_reference(f"refs/heads/{target}", commit)
        else:
            self.write("HEAD", f"{commit}\n")
        line = f"{before or NO_OBJECT} {commit or NO_OBJECT} {who}\t{what}\n"
        self.write("logs/HEAD", self.read_text("logs/HEAD") + line)

    # revisions

    def find(self, text: str) -> str:
        """The object that a revision names. Raises GitProblem."""
        found = self.find_or_none(text)
        if found is None:
            raise GitProblem(
                f"fatal: ambiguous argument '{text}': unknown revision or path not in the working tree.\n"
                "Use '--' to separate paths from revisions, like this:\n'git <command> [<revision>...] -- [<file>...]'"
            )
        return found

    def find_or_none(self, text: str) -> str | None:
        if ":" in text and not text.startswith(":"):
            revision, _, path = text.partition(":")
            return self._in_tree(revision, path)
        match = _SUFFIX.search(text)
        if match is not None:
            base = self.find_or_none(text[: match.start()] or "HEAD")
            return None if base is None else self._ancestor(base, match[1])
        if text in ("HEAD", "@"):
            return self.head()[1] or None
        if text == "ORIG_HEAD":
            return self.read_text(text).strip() or None
        for front in ("", "refs/", "refs/tags/", "refs/heads/", "refs/remotes/"):
            if (front or text.startswith("refs/")) and (value := self.reference(front + text)):
                return value
        if value := self.reference(f"refs/remotes/{text}/HEAD"):
            return value
        return self._by_prefix(text) if _PARTIAL.fullmatch(text) else None

    def _in_tree(self, revision: str, path: str) -> str | None:
        commit = self.find_or_none(revision)
        if commit is None:
            return None
        tree = self.commit(commit).tree
        for part in filter(None, path.split("/")):
            tree = next((entry for _, name, entry in self.entries(tree) if name == part), "")
            if not tree:
                raise GitProblem(f"fatal: path '{path}' does not exist in '{revision}'")
        return tree

    def _ancestor(self, name: str, suffix: str) -> str | None:
        if suffix.startswith("^{"):
            commit = self.commit(name)
            return commit.tree if suffix == "^{tree}" else commit.name
        count = int(suffix[1:] or "1")
        if suffix[0] == "^":
            parents = self.commit(name).parents
            return name if not count else parents[count - 1] if count <= len(parents) else None
        for _ in range(count):
            parents = self.commit(name).parents
            if not parents:
                return None
            name = parents[0]
        return name

    def _by_prefix(self, text: str) -> str | None:
        try:
            rest = self.system.list_directory(self.path(f"objects/{text[:2]}"))
        except OSError:
            return None
        names = [name for name in rest if name.startswith(text[2:])]
        return text[:2] + names[0] if len(names) == 1 else None

    def short(self, name: str, length: int = _SHORT) -> str:
        """An object's name as short as git shows it; longer where it would be ambiguous."""
        try:
            others = [text for text in self.system.list_directory(self.path(f"objects/{name[:2]}")) if text != name[2:]]
        except OSError:
            others = []
        while any(text.startswith(name[2:length]) for text in others):
            length += 1
        return name[:length]

    def is_ancestor(self, old: str, new: str) -> bool:
        return any(commit.name == old for commit in self.history([new]))

    def history(self, starts: list[str]) -> list[Commit]:
        """Commits that can be reached, the newest first, none before those that come of it. O(commits log commits)."""
        import heapq

        seen: dict[str, Commit] = {}
        pending = [self.commit(name).name for name in starts]
        children: dict[str, int] = {}
        while pending:
            name = pending.pop()
            if name in seen:
                continue
            seen[name] = commit = self.commit(name)
            for parent in commit.parents:
                children[parent] = children.get(parent, 0) + 1
                pending.append(parent)
        ready = [
            (-seconds_of(commit.committer), place, name)
            for place, (name, commit) in enumerate(seen.items())
            if not children.get(name)
        ]
        heapq.heapify(ready)
        found, place = [], len(seen)
        while ready:
            commit = seen[heapq.heappop(ready)[2]]
            found.append(commit)
            for parent in commit.parents:
                children[parent] -= 1
                if not children[parent]:
                    place += 1
                    heapq.heappush(ready, (-seconds_of(seen[parent].committer), place, parent))
        return found


def seconds_of(who: str) -> int:
    """When, of "Name <mail> seconds zone"."""
    return int(who.rsplit(" ", 2)[1])

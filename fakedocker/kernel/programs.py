"""From a path to something that runs: looking programs up, reading their heads, `#!` lines, and the body a program
gets.

Look-ups are cached outside the state. An entry counts as long as nothing has changed a name or a mode in the root file
system, so that a cache hit and a walk always agree.
"""

from __future__ import annotations

import errno
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Protocol, TypeVar

from fakedocker.base.extensions import Extension
from fakedocker.filesystem import content as contents
from fakedocker.filesystem.errors import failure
from fakedocker.filesystem.node import Node
from fakedocker.filesystem.overlay import Filesystem
from fakedocker.filesystem.program_files import HEADER_BYTES, PLACEHOLDER_FAMILY
from fakedocker.filesystem.walk import SUPERUSER, Credentials, FileTree, Location, Mount, MountTable, allowed, resolve
from fakedocker.kernel import marks
from fakedocker.kernel.applets import APPLETS
from fakedocker.kernel.loader import Command, Image, Runnable, read_image
from fakedocker.kernel.program import Body, Deferred, Identity, Program, System
from fakedocker.kernel.records import Namespace
from fakedocker.kernel.state import KernelDraft
from fakedocker.kernel.utility import Utility
from fakedocker.kernel.view import View

INTERPRETERS = 4
"""How many `#!` lines may lead from one script to the next (ELOOP beyond)."""
CACHED = 4096
CACHED_NAMESPACES = 65536
EXECUTE = 1


class MakeBody(Protocol):
    """Makes the body of a program that is more than a utility."""

    def __call__(self, identity: Identity, argv: tuple[str, ...], /) -> Body: ...


BodyOf = Callable[[Identity], MakeBody | None]
"""Tells what makes the bodies of a program (a shell, a live program); None for utilities."""


BROUGHT: Final[Extension[Program]] = Extension()
"""Programs that no engine's table has."""


class Programs:
    """All programs there are, by name, and how files lead to them.

    Args:
        programs: utilities by name.
        body_of: asked first for every program that is started.
    """

    def __init__(self, programs: Mapping[str, Program], body_of: BodyOf | None) -> None:
        self._programs = programs
        self._body_of = body_of
        self._scopes: dict[str, _Scope] = {}
        self._shared: dict[tuple[int, tuple[str, ...]], _Scope] = {}
        self._strayed = False  # whether the last walk left the root file system, or did not begin at its root
        self._resets = -1

    def get(self, name: str) -> Program:
        """The utility of a name, among them those that say why something cannot run."""
        program = self._programs.get(name)
        if program is None:
            program = _OWN.get(name) or BROUGHT.find(name)
        return _OWN[NOT_SIMULATED] if program is None else program

    def __contains__(self, name: str) -> bool:
        return name in self._programs or BROUGHT.find(name) is not None

    def body(self, identity: Identity, argv: tuple[str, ...]) -> Body:
        """The body of a program that is to be started."""
        make = self._body_of(identity) if self._body_of is not None else None
        return Utility(self.utility(identity)) if make is None else make(identity, argv)

    def utility(self, identity: Identity) -> str:
        """The name of the utility that a program without a body of its own is."""
        if identity.name in self or identity == WRONG_FORMAT:
            return identity.name
        return NO_APPLET if identity.family == "busybox" else NOT_SIMULATED

    def command(
        self,
        draft: KernelDraft,
        namespace: Namespace,
        name: str,
        search_path: str,
        argv: tuple[str, ...],
        who: Credentials,
    ) -> Command | None:
        """What a command line means, if it is known and as it was when it was found; None otherwise. Constant time."""
        mounts = namespace.mounts
        scope = self._scopes.get(namespace.id)
        if scope is None or scope.seen != draft.files_changed or scope.points is not mounts.points:
            root = draft.filesystems.get(mounts.mounts[0].filesystem, _NO_ROOT)
            if (
                scope is None
                or scope.root is not root
                or scope.points is not mounts.points
                or self._resets != draft.resets
            ):
                scope = self._new_scope(draft, namespace.id, mounts, root, scope)
            scope.seen = draft.files_changed
        known = scope.commands.get((name, search_path, argv[0], None if who is SUPERUSER else who))
        if known is None or (scope.nodes.get(known.inode) or scope.base_nodes.get(known.inode)) is not known.node:
            return None
        return known

    def find_runnable(
        self, view: View, name: str, search_path: str, argv: tuple[str, ...], directory: str, who: Credentials
    ) -> Runnable:
        """What a command line means: `find` and `load`, whose errors it raises; it may be known from then on."""
        path = self.find(view, name, search_path, directory, who)
        found = self.load(view, path, argv, directory, who)
        scope = self._scope(view)
        user = None if who is SUPERUSER else who
        known = scope.runs.get((path, argv[0], user))
        if known is not None and (
            "/" in name or (name, search_path) in scope.paths or (name, search_path, who) in scope.paths
        ):
            inode, node, identity, executable = known
            has_body = self._body_of is not None and self._body_of(identity) is not None
            utility = "" if has_body else self.utility(identity)
            program = self.get(utility or NO_APPLET)
            if isinstance(program, Deferred):
                program = program.loaded()
            command = Command(inode, node, path, identity, executable, utility, program)
            _keep(scope.commands, (name, search_path, argv[0], user), command)
        return found

    def find(self, view: View, name: str, search_path: str, directory: str, who: Credentials) -> str:
        """The path that execvp would run. ENOENT, EACCES."""
        if "/" in name:
            self._executable(view, name, directory, who)
            return name
        scope = self._scope(view)
        key = (name, search_path) if who is SUPERUSER else (name, search_path, who)
        known = scope.paths.get(key)
        if known is not None:
            return known
        problem = errno.ENOENT
        cacheable = True
        for part in search_path.split(":"):
            path = f"{part or '.'}/{name}" if part != "/" else f"/{name}"
            try:
                self._executable(view, path, directory, who)
            except OSError as error:
                if error.errno == errno.EACCES:
                    problem = errno.EACCES
                cacheable = cacheable and not self._strayed
                continue
            if cacheable and not self._strayed:
                _keep(scope.paths, key, path)
            return path
        raise failure(problem)

    def load(self, view: View, path: str, argv: Sequence[str], directory: str, who: Credentials) -> Runnable:
        """What executing a file means. ENOENT, EACCES, ENOEXEC for a text without `#!`, ELOOP, ENOTDIR."""
        words = tuple(argv)
        scope = self._scope(view)
        key = (path, words[0] if words else "", None if who is SUPERUSER else who)
        known = scope.runs.get(key)
        if known is not None and scope.root.get(known[0]) is known[1]:
            return Runnable(path, known[2], words, known[3])
        for _ in range(INTERPRETERS):
            location, image = self._executable(view, path, directory, who)
            if image.kind == "script":
                argument = (image.argument,) if image.argument else ()
                words = (image.interpreter, *argument, path, *words[1:])
                path = image.interpreter
                continue
            if image.kind in ("text", "foreign"):
                raise failure(errno.ENOEXEC)
            identity = image.identity or _MADE_ELSEWHERE
            found = _dispatch(path, identity, words, location.path)
            plain = len(found.argv) == len(words) and found.identity != ("busybox", "busybox")
            if path == key[0] and not self._strayed and plain:
                node = location.tree.node(location.inode)
                _keep(scope.runs, key, (location.inode, node, found.identity, found.executable))
            return found
        raise failure(errno.ELOOP)

    def identify(self, view: View, path: str, directory: str, who: Credentials) -> Identity:
        """Which program a file is. ENOEXEC where it is none."""
        _, image = self._executable(view, path, directory, who)
        if image.identity is None:
            raise failure(errno.ENOEXEC)
        return image.identity

    def _executable(self, view: View, path: str, directory: str, who: Credentials) -> tuple[Location, Image]:
        """Where an executable file is, and what its head says."""
        scope = self._scope(view)
        key = path if who is SUPERUSER else (path, who)
        known = scope.files.get(key)
        if known is not None and scope.root.get(known[0].inode) is known[1]:
            self._strayed = False
            return known[0], known[2]
        mounts = view.namespace.mounts
        watch = _Watch(view, mounts.mounts[0], strayed=path[:1] != "/")
        try:
            location = resolve(watch, mounts, path, directory, True, who)
        finally:
            self._strayed = watch.strayed
        if location.inode is None:
            raise failure(errno.ENOENT)
        node = location.tree.node(location.inode)
        if node.kind != "file" or not allowed(node, EXECUTE, who) or "noexec" in location.mount.options.split(","):
            raise failure(errno.EACCES)
        image = read_image(_head(location, node))
        if not self._strayed:
            _keep(scope.files, key, (location, node, image))
        return location, image

    def forget(self, namespace: str) -> None:
        """Drop what is known about a namespace that is gone."""
        self._scopes.pop(namespace, None)

    def _scope(self, view: View) -> _Scope:
        """What is known about the programs of a namespace as it is now.

        Containers that have changed no name or mode of the same image, and have mounts at the same places, share it.
        """
        mounts = view.namespace.mounts
        root = view.draft.filesystems.get(mounts.mounts[0].filesystem, _NO_ROOT)
        scope = self._scopes.get(view.name)
        if (
            scope is not None
            and scope.root is root
            and scope.points is mounts.points
            and self._resets == view.draft.resets
        ):
            return scope
        return self._new_scope(view.draft, view.name, mounts, root, scope)

    def _new_scope(
        self, draft: KernelDraft, namespace: str, mounts: MountTable, root: Filesystem, scope: _Scope | None
    ) -> _Scope:
        if self._resets != draft.resets:
            self._resets = draft.resets
            self._scopes.clear()
        elif scope is not None and scope.points is mounts.points and scope.is_like(root):
            scope.know(root)
            return scope
        if len(self._scopes) >= CACHED_NAMESPACES:
            self._scopes.clear()
        if root.structure == 0:
            key = (id(root.base), tuple(mount.target for mount in mounts.mounts))
            shared = self._shared.get(key)
            if shared is None or not shared.is_like(root):
                if len(self._shared) >= CACHED:
                    self._shared.clear()
                shared = self._shared[key] = _Scope(root, mounts.points)
            scope = _Scope(root, mounts.points, shared)
        else:
            scope = _Scope(root, mounts.points)
        self._scopes[namespace] = scope
        return scope


class _Watch:
    """A view that notices when a walk leaves the root file system."""

    __slots__ = ("_root", "_view", "strayed")

    def __init__(self, view: View, root: Mount, strayed: bool) -> None:
        self._view = view
        self._root = root
        self.strayed = strayed

    def tree(self, mount: Mount) -> FileTree:
        if mount is not self._root:
            self.strayed = True
        return self._view.tree(mount)


class _Scope:
    """A cache of look-ups that hold while the root file system's names and modes, and the mount points, are the same.

    Args:
        root: the file system they were made in, or one that differs from it in contents only.
        points: the mount points.
        shared: another one whose knowledge it shares.

    Attributes:
        nodes, base_nodes: the changed nodes of `root`, and those below.
        seen: how often file systems had changed when `root` was last compared.
        paths: name and search path -> the path found.
        files: path -> where it is, its node, what its head says. Counts while the node is the same.
        runs: path and argv[0] -> inode, node, identity, executable of a program; likewise.
        commands: name, search path and argv[0] -> all of it.

    Where it is not the superuser who looks, the keys say who.
    """

    __slots__ = ("base_nodes", "commands", "files", "nodes", "paths", "points", "root", "runs", "seen")

    def __init__(self, root: Filesystem, points: dict[str, Any], shared: _Scope | None = None) -> None:
        self.know(root)
        self.points = points
        self.seen = -1
        self.paths: dict[Any, str] = {} if shared is None else shared.paths
        self.files: dict[Any, tuple[Location, Node, Image]] = {} if shared is None else shared.files
        self.runs: dict[Any, tuple[Any, Node, Identity, str]] = {} if shared is None else shared.runs
        self.commands: dict[Any, Command] = {} if shared is None else shared.commands

    def know(self, root: Filesystem) -> None:
        """Let another file system with the same names and modes be the one that is known."""
        self.root = root
        self.nodes, self.base_nodes = root.nodes, root.base.nodes

    def is_like(self, root: Filesystem) -> bool:
        """Whether names and modes in another file system are the same: one of the same line of history, or unchanged."""
        return self.root.base is root.base and self.root.structure == root.structure


_NO_ROOT = Filesystem.empty()
_K = TypeVar("_K")
_V = TypeVar("_V")


def _keep(known: dict[_K, _V], key: _K, value: _V) -> None:
    if len(known) >= CACHED:
        known.clear()
    known[key] = value


def _head(location: Location, node: Node) -> bytes:
    return contents.read(node.content, 0, HEADER_BYTES)


def _dispatch(path: str, identity: Identity, argv: tuple[str, ...], executable: str) -> Runnable:
    """busybox is the applet that argv[0] names, or, called by its own name, the one that the next word names."""
    if identity == ("busybox", "busybox"):
        name = (argv[0] if argv else path).rpartition("/")[2].removeprefix("-")
        if name == "busybox" and len(argv) > 1 and not argv[1].startswith("--"):
            argv = argv[1:]
            name = argv[0].rpartition("/")[2]
        identity = Identity("busybox", name)
    return Runnable(path, identity, argv, executable)


NO_APPLET, NOT_SIMULATED = "busybox: no such applet", "elf: not simulated"
_MADE_ELSEWHERE = Identity("elf", NOT_SIMULATED)
WRONG_FORMAT = Identity("runc", "exec format error")
"""What runc's init becomes where it can execute nothing of what it was to become."""


def _no_applet(system: System, argv: tuple[str, ...], state: dict[str, Any]) -> int:
    name = system.identity.name
    if name in APPLETS:
        system.unsimulated(why=marks.PROGRAM, program=name)
        return 126
    system.put(f"{name}: applet not found\n", 2)
    return 127


def _not_simulated(system: System, argv: tuple[str, ...], state: dict[str, Any]) -> int:
    if system.identity.family == PLACEHOLDER_FAMILY:
        why = marks.FILE
    else:
        why = marks.BINARY if system.identity == _MADE_ELSEWHERE else marks.PROGRAM
    system.unsimulated(why=why)
    return 126


def _wrong_format(system: System, argv: tuple[str, ...], state: dict[str, Any]) -> int:
    """As runc's init ends: it has told that it is ready, and execve fails (runc libcontainer/init_linux.go)."""
    system.put(f"exec {argv[0]}: exec format error\n", 2)
    return 255


_OWN: dict[str, Callable[[System, tuple[str, ...], dict[str, Any]], int]] = {
    NO_APPLET: _no_applet,
    NOT_SIMULATED: _not_simulated,
    WRONG_FORMAT.name: _wrong_format,
}

"""git init, clone, config, remote; and what needs a network, which there is none of but for what is shipped."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from typing import Final, NamedTuple

from fakedocker.build import shipped
from fakedocker.kernel.program import System, Unsimulated
from fakedocker.userland.git.call import Call
from fakedocker.userland.git.objects import GitProblem, Repository
from fakedocker.userland.git.settings import Settings
from fakedocker.userland.git.working_tree import check_out, write_index
from fakedocker.userland.packages.unpack import make_directories
from fakedocker.userland.tools import is_directory, join, stat_or_none

_HINT: Final = """hint: Using 'master' as the name for the initial branch. This default branch name
hint: is subject to change. To configure the initial branch name to use in all
hint: of your new repositories, which will suppress this warning, call:
hint: 
hint: \tgit config --global init.defaultBranch <name>
hint: 
hint: Names commonly chosen instead of 'master' are 'main', 'trunk' and
hint: 'development'. The just-created branch can be renamed via this command:
hint: 
hint: \tgit branch -m <name>
"""  # noqa: W291  # git ends these lines with a space
_CONFIG: Final = "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = {bare}\n"
_CONFIG_OPTIONS: Final = {
    "global": "global", "local": "local", "system": "system", "list": "l", "get": "get", "get-all": "all", "unset": "unset", "unset-all": "unset",
    "add": "add", "replace-all": "replace",
}  # fmt: skip
_DESCRIPTION: Final = "Unnamed repository; edit this file 'description' to name the repository.\n"
_EXCLUDE: Final = """# git ls-files --others --exclude-from=.git/info/exclude
# Lines that start with '#' are comments.
# For a project mostly in C, the following would be a good set of
# exclude patterns (uncomment them if you want to use them):
# *.[oa]
# *~
"""
_URL: Final = re.compile(r"(https?|ftp|git|ssh)://(?:[^@/]*@)?([^/:]+)(?::(\d+))?(/.*)?")
_SCP: Final = re.compile(r"(?:[^@/:]+@)?([^/:]+):(?!//)(.*)")
_NO_REMOTE: Final = """fatal: Could not read from remote repository.

Please make sure you have the correct access rights
and the repository exists."""


def init(call: Call) -> int:
    options = call.options("qb:", {"quiet": "q", "initial-branch=": "b", "bare": "bare"})
    target = options.operands[0] if options.operands else "."
    top = posixpath.normpath(posixpath.join(call.system.directory, target))
    bare = "bare" in options
    folder = top if bare else join(top, ".git")
    if stat_or_none(call.system, join(folder, "HEAD")) is not None:
        if "q" not in options:
            call.put(f"Reinitialized existing Git repository in {folder}/\n")
        return 0
    branch = options.last("b") or call.settings.get("init.defaultBranch")
    if not branch and "q" not in options:
        call.put(_HINT, 2)
    make_repository(call.system, top, folder, branch or "master", bare)
    if "q" not in options:
        call.put(f"Initialized empty Git repository in {folder}/\n")
    return 0


def make_repository(system: System, top: str, folder: str, branch: str, bare: bool = False) -> Repository:
    repository = Repository(system, top, folder)
    try:
        for name in ("branches", "hooks", "info", "objects/info", "objects/pack", "refs/heads", "refs/tags"):
            make_directories(system, repository.path(name))
    except OSError as problem:
        raise GitProblem(f"fatal: cannot mkdir {folder}: {problem.strerror}") from None
    repository.write("HEAD", f"ref: refs/heads/{branch}\n")
    repository.write(
        "config", _CONFIG.format(bare="true" if bare else "false") + "\tlogallrefupdates = true\n" * (not bare)
    )
    repository.write("description", _DESCRIPTION)
    repository.write("info/exclude", _EXCLUDE)
    return repository


# clone


def clone(call: Call) -> int:
    options = call.options(
        "qb:",
        {
            "quiet": "q",
            "branch=": "b",
            "depth=": "depth",
            "single-branch": "single",
            "no-tags": "no-tags",
            "recurse-submodules=?": "sub",
            "recursive": "sub",
        },
    )
    if not options.operands:
        raise GitProblem("fatal: You must specify a repository to clone.\n", 129)
    source = options.operands[0]
    name = options.operands[1] if len(options.operands) > 1 else _humanish(source)
    local = source.removeprefix("file://")
    is_remote = not local.startswith("/") and (
        _URL.fullmatch(source) or (_SCP.fullmatch(source) and stat_or_none(call.system, source) is None)
    )
    origin = None if is_remote else _repository_at(call.system, local)
    if not is_remote and origin is None:
        raise GitProblem(f"fatal: repository '{source}' does not exist")
    top = posixpath.normpath(posixpath.join(call.system.directory, name))
    if is_directory(call.system, top) and call.system.list_directory(top):
        raise GitProblem(f"fatal: destination path '{name}' already exists and is not an empty directory.")
    if "q" not in options:
        call.put(f"Cloning into '{name}'...\n", 2)
    if origin is None:
        folder = shipped.folder_at(source)
        if not folder:
            raise unreachable(call.system, source)
        _cloned_shipped(call, folder, top, source, options.last("b"))
        call.put(shipped.note(source), 2)
        return 0
    if "depth" in options:
        if source.startswith("file://"):
            raise Unsimulated("shallow clones", 128)
        call.put("warning: --depth is ignored in local clones; use file:// instead.\n", 2)
    branch = _cloned(call, origin, top, source, options.last("b"))
    if source == local and "q" not in options:
        call.put("done.\n", 2)
    if not branch and not origin.head()[1]:
        call.put("warning: You appear to have cloned an empty repository.\n", 2)
    return 0


def _humanish(source: str) -> str:
    """The directory that a clone goes to by itself."""
    name = source.rstrip("/").removesuffix("/.git")
    return re.split(r"[/:]", name)[-1].removesuffix(".git")


def _repository_at(system: System, path: str) -> Repository | None:
    full = posixpath.normpath(posixpath.join(system.directory, path))
    for folder in (join(full, ".git"), full, f"{full}.git"):
        if stat_or_none(system, join(folder, "HEAD")) is not None and is_directory(system, join(folder, "objects")):
            return Repository(system, full, folder)
    return None


def unreachable(system: System, url: str) -> GitProblem | Unsimulated:
    """What git says of a repository over a network that there is none of."""
    match = _URL.fullmatch(url)
    if match is not None and match[1] not in ("ssh", "git"):
        shown = url if url.endswith("/") else f"{url}/"
        if not system.resolve(match[2]):
            return GitProblem(f"fatal: unable to access '{shown}': Could not resolve host: {match[2]}")
        return Unsimulated(f"git over HTTP from {shown}", 128)
    if match is not None and match[1] == "git":
        return GitProblem(f"fatal: unable to look up {match[2]} (port 9418) (Temporary failure in name resolution)")
    scp = _SCP.fullmatch(url)
    host = match[2] if match is not None else scp[1] if scp is not None else url
    try:
        system.find_program("ssh", system.environment.get("PATH", "/usr/bin:/bin"))
    except OSError as problem:
        return GitProblem(f"error: cannot run ssh: {problem.strerror}\nfatal: unable to fork")
    return GitProblem(f"ssh: Could not resolve hostname {host}: Temporary failure in name resolution\n{_NO_REMOTE}")


def _cloned(call: Call, origin: Repository, top: str, source: str, wanted: str) -> str:
    """Copy all, and check out the branch; gives its name."""
    branch, commit = origin.head()
    there = _Origin(origin.references("refs/heads/"), origin.references("refs/tags/"), branch, commit)
    there.check(wanted)
    repository = make_repository(call.system, top, join(top, ".git"), branch or "master")
    copy_objects(origin, repository)
    url = posixpath.normpath(posixpath.join(call.system.directory, source)) if "://" not in source else source
    return _begin_working(call, repository, there, url, wanted)


def _cloned_shipped(call: Call, folder: str, top: str, source: str, wanted: str) -> None:
    """The same of a repository that the simulated web has."""
    _Origin({shipped.BRANCH: ""}, {}, shipped.BRANCH, "").check(wanted)
    repository = make_repository(call.system, top, join(top, ".git"), shipped.BRANCH)
    commit = shipped.put(folder, repository.store)
    _begin_working(call, repository, _Origin({shipped.BRANCH: commit}, {}, shipped.BRANCH, commit), source, wanted)


class _Origin(NamedTuple):
    """What is cloned: commits by name of branch and tag, and what its HEAD is."""

    heads: Mapping[str, str]
    tags: Mapping[str, str]
    branch: str
    commit: str

    def check(self, wanted: str) -> None:
        """Raises GitProblem where there is no such branch or tag; "" is the one that HEAD means."""
        if wanted and wanted not in self.heads and wanted not in self.tags:
            raise GitProblem(f"fatal: Remote branch {wanted} not found in upstream origin")


def _begin_working(call: Call, repository: Repository, origin: _Origin, url: str, wanted: str) -> str:
    """Settings, references and the working tree of a clone that has its objects; gives the branch."""
    settings = Settings(call.system, repository.folder, call.given)
    settings.set("local", "remote.origin.url", url)
    settings.set("local", "remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/*")
    heads, tags, branch, commit = origin
    packed = [f"{value} refs/remotes/origin/{name}\n" for name, value in heads.items()]
    packed += [f"{value} refs/tags/{name}\n" for name, value in tags.items()]
    if packed:
        repository.write("packed-refs", "# pack-refs with: peeled fully-peeled sorted \n" + "".join(packed))
    if branch and branch in heads:
        repository.write("refs/remotes/origin/HEAD", f"ref: refs/remotes/origin/{branch}\n")
    if wanted:
        branch, commit = (wanted, heads[wanted]) if wanted in heads else ("", repository.commit(tags[wanted]).name)
    if not commit:
        return ""
    repository.move_head(commit, _who(call), f"clone: from {url}", branch)
    if branch:
        settings.set("local", f"branch.{branch}.remote", "origin")
        settings.set("local", f"branch.{branch}.merge", f"refs/heads/{branch}")
    files = repository.files_of(repository.commit(commit).tree)
    check_out(repository, {}, files, sorted(files))
    write_index(repository, files)
    return branch


def _who(call: Call) -> str:
    """Who a reflog's line is by; nobody has to be known for a clone."""
    try:
        return call.settings.identity("committer")
    except GitProblem:
        return f"unknown <unknown> {call.settings.stamp(None)}"


def copy_objects(source: Repository, target: Repository) -> None:
    """Every loose object. Raises GitProblem where there are packs."""
    system = source.system
    for folder in system.list_directory(source.path("objects")):
        if folder == "pack" and any(
            name.endswith(".pack") for name in system.list_directory(source.path("objects/pack"))
        ):
            raise Unsimulated("objects in packs", 128)
        if len(folder) != 2:
            continue
        for name in system.list_directory(source.path(f"objects/{folder}")):
            if stat_or_none(system, target.path(f"objects/{folder}/{name}")) is None:
                target.write(
                    f"objects/{folder}/{name}", system.read_file(source.path(f"objects/{folder}/{name}"), 1 << 40)
                )


# config, remote


def config(call: Call) -> int:
    options = call.options("l", _CONFIG_OPTIONS)
    which = next((name for name in ("global", "local", "system") if name in options), "")
    settings = call.settings
    words = options.operands
    if "l" in options:
        if which and stat_or_none(call.system, settings.files[which]) is None:
            raise GitProblem(f"fatal: unable to read config file '{settings.files[which]}': No such file or directory")
        call.put("".join(f"{name}={value}\n" for name, value in settings.entries(which)))
        return 0
    if not words:
        raise GitProblem("usage: git config [<options>]", 129)
    if "unset" in options:
        if settings.get(words[0], which or "local") is None:
            return 5
        settings.set(which or "local", words[0], None)
        return 0
    if len(words) == 1:
        values = settings.values(words[0], which)
        if "." not in words[0]:
            raise GitProblem(f"error: key does not contain a section: {words[0]}", 1)
        call.put("".join(f"{value}\n" for value in (values if "all" in options else values[-1:])))
        return 0 if values else 1
    settings.set(which or "local", words[0], words[1], "add" in options)
    return 0


def remote(call: Call) -> int:
    options = call.options("v", {"verbose": "v"})
    settings, words = call.settings, options.operands
    call.repository  # noqa: B018  # there has to be one
    names = list(
        dict.fromkeys(name.split(".")[1] for name, _ in settings.entries("local") if name.startswith("remote."))
    )
    match words:
        case ():
            for name in names:
                url = settings.get(f"remote.{name}.url")
                call.put(f"{name}\t{url} (fetch)\n{name}\t{url} (push)\n" if "v" in options else f"{name}\n")
        case ("add", name, url):
            if name in names:
                raise GitProblem(f"error: remote {name} already exists.", 3)
            settings.set("local", f"remote.{name}.url", url)
            settings.set("local", f"remote.{name}.fetch", f"+refs/heads/*:refs/remotes/{name}/*")
        case ("remove" | "rm" | "get-url" | "set-url", name, *_) if name not in names:
            raise GitProblem(
                f"error: No such remote: '{name}'"
                if words[0] in ("remove", "rm")
                else f"error: No such remote '{name}'",
                2,
            )
        case ("remove" | "rm", name):
            settings.set("local", f"remote.{name}.url", None)
            settings.set("local", f"remote.{name}.fetch", None)
        case ("get-url", name):
            call.put(f"{settings.get(f'remote.{name}.url')}\n")
        case ("set-url", name, url):
            settings.set("local", f"remote.{name}.url", url)
        case _:
            raise Unsimulated(f"git remote {words[0]}", 128)
    return 0


def transfer(call: Call) -> int:
    """fetch, pull, push, ls-remote: refused, as there is no network, or it is not simulated."""
    options = call.options(
        "qufvt",
        {
            "quiet": "q",
            "set-upstream": "u",
            "force": "f",
            "tags": "t",
            "all": "all",
            "rebase": "r",
            "ff-only": "ff",
            "prune": "p",
        },
    )
    name = options.operands[0] if options.operands else "origin"
    url = call.settings.get(f"remote.{name}.url") if call.find_repository() is not None else None
    if url is None and call.name != "ls-remote":
        call.repository  # noqa: B018  # its absence comes first
        if not options.operands and call.name == "push":
            raise GitProblem(
                "fatal: No configured push destination.\nEither specify the URL from the command-line or configure a remote repository using\n\n"
                "    git remote add <name> <url>\n\nand then push using the remote name\n\n    git push <name>\n"
            )
    address = url or name
    if call.name == "push":
        for word in options.operands[1:]:
            source = word.lstrip("+").partition(":")[0]
            if source and call.repository.find_or_none(source) is None:
                raise GitProblem(
                    f"error: src refspec {source} does not match any\nerror: failed to push some refs to '{address}'", 1
                )
    if _URL.fullmatch(address) or (_SCP.fullmatch(address) and stat_or_none(call.system, address) is None):
        raise unreachable(call.system, address)
    if _repository_at(call.system, address) is None:
        raise GitProblem(f"fatal: '{address}' does not appear to be a git repository\n{_NO_REMOTE}")
    raise Unsimulated(f"git {call.name} between repositories (clone copies one)", 128)

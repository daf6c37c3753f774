"""git's command line: options before the command, which commands there are, and the ones that are not simulated."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from fakedocker.kernel.program import System, Unsimulated
from fakedocker.userland.git import beginning, branches, history, merging, plumbing, snapshots, status
from fakedocker.userland.git.call import Call
from fakedocker.userland.git.objects import GitProblem
from fakedocker.userland.inputs import State
from fakedocker.userland.packages.releases import upstream_version
from fakedocker.userland.tools import Register

PROGRAMS = Register()
_COMMANDS: Final[dict[str, Callable[[Call], int]]] = {
    "init": beginning.init, "clone": beginning.clone, "config": beginning.config, "remote": beginning.remote,
    "fetch": beginning.transfer, "pull": beginning.transfer, "push": beginning.transfer, "ls-remote": beginning.transfer,
    "add": snapshots.add, "stage": snapshots.add, "status": status.status, "rm": snapshots.remove, "mv": snapshots.move,
    "restore": snapshots.restore, "reset": snapshots.reset, "commit": snapshots.commit,
    "log": history.log, "show": history.show, "diff": history.diff, "reflog": history.reflog,
    "branch": branches.branch, "checkout": branches.checkout, "switch": branches.switch, "merge": merging.merge, "tag": merging.tag,
    "rev-parse": plumbing.rev_parse, "describe": plumbing.describe, "cat-file": plumbing.cat_file, "ls-tree": plumbing.ls_tree,
    "ls-files": plumbing.ls_files, "hash-object": plumbing.hash_object, "clean": plumbing.clean,
}  # fmt: skip
_KNOWN: Final = frozenset(
    "am annotate apply archive bisect blame bundle cherry cherry-pick commit-tree count-objects credential daemon diff-tree fast-export"
    " filter-branch for-each-ref format-patch fsck gc grep gui help instaweb lfs merge-base mergetool name-rev notes pack-refs prune"
    " range-diff read-tree rebase receive-pack repack replace request-pull rerere rev-list revert send-email shortlog show-branch show-ref"
    " sparse-checkout stash submodule symbolic-ref update-index update-ref upload-pack var verify-commit worktree write-tree".split()
)
_USAGE: Final = """usage: git [-v | --version] [-h | --help] [-C <path>] [-c <name>=<value>]
           [--git-dir=<path>] [--work-tree=<path>] [--no-pager]
           <command> [<args>]

Of git's commands, fakedocker simulates
   {commands}
"""


@PROGRAMS.program("git")
def _git(system: System, argv: tuple[str, ...], state: State) -> int:
    words = list(argv[1:])
    given: list[tuple[str, str]] = []
    try:
        _leading_options(system, state, words, given)
        if not words or words[0] in ("-h", "--help", "help"):
            listed = "\n   ".join(" ".join(sorted(_COMMANDS)[at : at + 8]) for at in range(0, len(_COMMANDS), 8))
            system.put(_USAGE.format(commands=listed))
            return 0 if words else 1
        name = words[0]
        if name in ("-v", "--version", "version"):
            system.put(f"git version {upstream_version(system, 'git')}\n")
            return 0
        if name.startswith("-"):
            raise GitProblem(f"unknown option: {name}\n{_USAGE.partition(chr(10) * 2)[0]}", 129)
        if name not in _COMMANDS:
            if name in _KNOWN:
                raise Unsimulated(f"git {name}", 128)
            raise GitProblem(f"git: '{name}' is not a git command. See 'git --help'.", 1)
        return _COMMANDS[name](Call(system, state, name, tuple(words[1:]), tuple(given)))
    except GitProblem as problem:
        if problem.text:
            system.put(f"{problem.text}\n", 2)
        return problem.status


def _leading_options(system: System, state: State, words: list[str], given: list[tuple[str, str]]) -> None:
    """-C, -c and the like, taken off the words. Raises GitProblem."""
    while words and words[0].startswith("-") and words[0] not in ("-v", "--version", "-h", "--help"):
        word = words.pop(0)
        if word in ("-C", "-c") and not words:
            raise GitProblem(f"no {'directory' if word == '-C' else 'config string'} given for {word}", 129)
        if word == "-C":
            target = words.pop(0)
            if state.get("entered") is None:
                try:
                    system.change_directory(target)
                except OSError as problem:
                    raise GitProblem(f"fatal: cannot change to '{target}': {problem.strerror}") from None
        elif word == "-c":
            name, _, value = words.pop(0).partition("=")
            given.append((name.lower(), value))
        elif word.startswith(("--git-dir", "--work-tree", "--bare", "--namespace")):
            raise Unsimulated(f"git {word.partition('=')[0]}", 128)
        elif word not in ("--no-pager", "-P", "-p", "--paginate"):
            words.insert(0, word)
            break
    state["entered"] = True

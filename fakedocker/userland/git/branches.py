"""git branch, checkout, switch: names for commits, and going from one to another."""

from __future__ import annotations

import re
from typing import Final

from fakedocker.build.shipped import Files
from fakedocker.kernel.program import Unsimulated
from fakedocker.userland.git.call import Call, fits
from fakedocker.userland.git.objects import GitProblem
from fakedocker.userland.git.settings import Settings
from fakedocker.userland.git.snapshots import restore_paths
from fakedocker.userland.git.status import detached_at
from fakedocker.userland.git.working_tree import move_to

_DETACHED: Final = """Note: switching to '{target}'.

You are in 'detached HEAD' state. You can look around, make experimental
changes and commit them, and you can discard any commits you make in this
state without impacting any branches by switching back to a branch.

If you want to create a new branch to retain commits you create, you may
do so (now or later) by using -c with the switch command. Example:

  git switch -c <new-branch-name>

Or undo this operation with:

  git switch -

Turn off this advice by setting config variable advice.detachedHead to false

"""
_LISTED: Final = 4
INVALID: Final = re.compile(r"[\x00-\x20~^:?*\[\\\x7f]|\.\.|@\{|//|^[-/.]|/\.|\.lock$|[/.]$|^@$")


# branch


def branch(call: Call) -> int:
    long = {
        "delete": "d", "all": "a", "remotes": "r", "verbose": "v", "list": "l", "move": "m", "show-current": "current", "force": "f",
        "set-upstream-to=": "u", "no-color": "no-color", "contains=?": "contains", "merged=?": "merged",
    }  # fmt: skip
    options = call.options("dDarvlmMfu:", long)
    if "contains" in options or "merged" in options:
        raise Unsimulated("git branch --contains and --merged", 129)
    repository = call.repository
    current = repository.head()[0]
    words = options.operands
    if "current" in options:
        call.put(f"{current}\n" if current else "")
    elif "d" in options or "D" in options:
        return _delete_branches(call, words, "D" in options or "f" in options)
    elif "m" in options or "M" in options:
        _rename_branch(call, words)
    elif "u" in options:
        remote, _, merge = options.last("u").partition("/")
        name = words[0] if words else current
        settings = call.settings
        settings.set("local", f"branch.{name}.remote", remote)
        settings.set("local", f"branch.{name}.merge", f"refs/heads/{merge}")
        call.put(f"branch '{name}' set up to track '{options.last('u')}'.\n")
    elif words and "l" not in options:
        make_branch(call, words[0], words[1] if len(words) > 1 else "", force="f" in options)
    else:
        shown = _listed(call, "a" in options, "r" in options, "v" in options)
        call.put("".join(line for name, line in shown if not words or any(fits(word, name) for word in words)))
    return 0


def _listed(call: Call, everything: bool, remotes: bool, verbose: bool) -> list[tuple[str, str]]:
    repository = call.repository
    current, head = repository.head()
    rows: list[tuple[str, str, str, str]] = []  # mark, name, shown, commit
    if not remotes:
        if not current and head:
            shown = f"(HEAD detached {detached_at(call)})"
            rows.append(("*", shown, shown, head))
        heads = repository.references("refs/heads/")
        rows += [("*" if name == current else " ", name, name, value) for name, value in heads.items()]
    if remotes or everything:
        front = "remotes/" if everything else ""
        for name, value in repository.references("refs/remotes/").items():
            link = repository.read_text(f"refs/remotes/{name}").strip()
            arrow = f" -> {link.removeprefix('ref: refs/remotes/')}" if link.startswith("ref: ") else ""
            rows.append((" ", name, f"{front}{name}{arrow}", "" if arrow else value))
    width = max((len(shown) for _, _, shown, _ in rows), default=0)
    found = []
    for mark, name, shown, value in rows:
        tail = (
            f"{'':{width - len(shown)}} {repository.short(value)} {repository.commit(value).subject}"
            if verbose and value
            else ""
        )
        found.append((name, f"{mark} {shown}{tail}\n"))
    return found


def make_branch(call: Call, name: str, start: str, force: bool = False) -> str:
    """A new branch at a commit; gives the commit. Raises GitProblem."""
    repository = call.repository
    if INVALID.search(name):
        raise GitProblem(f"fatal: '{name}' is not a valid branch name")
    if repository.reference(f"refs/heads/{name}") and not force:
        raise GitProblem(f"fatal: a branch named '{name}' already exists")
    found = repository.find_or_none(start or "HEAD")
    if found is None:
        raise GitProblem(f"fatal: not a valid object name: '{start or repository.head()[0]}'")
    commit = repository.commit(found).name
    repository.set_reference(f"refs/heads/{name}", commit)
    return commit


def _delete_branches(call: Call, words: tuple[str, ...], force: bool) -> int:
    repository = call.repository
    current, head = repository.head()
    status = 0
    for name in words:
        value = repository.reference(f"refs/heads/{name}")
        if not value:
            call.put(f"error: branch '{name}' not found.\n", 2)
            status = 1
        elif name == current:
            call.put(f"error: Cannot delete branch '{name}' checked out at '{repository.top}'\n", 2)
            status = 1
        elif not force and not repository.is_ancestor(value, head):
            call.put(
                f"error: The branch '{name}' is not fully merged.\nIf you are sure you want to delete it, run 'git branch -D {name}'.\n", 2
            )  # fmt: skip
            status = 1
        else:
            repository.remove_reference(f"refs/heads/{name}")
            call.put(f"Deleted branch {name} (was {repository.short(value)}).\n")
    return status


def _rename_branch(call: Call, words: tuple[str, ...]) -> None:
    repository = call.repository
    current = repository.head()[0]
    old, new = (current, words[0]) if len(words) == 1 else (words[0], words[1])
    value = repository.reference(f"refs/heads/{old}")
    if not value and old != current:
        raise GitProblem(f"error: refname refs/heads/{old} not found\nfatal: Branch rename failed")
    if repository.reference(f"refs/heads/{new}"):
        raise GitProblem(f"fatal: a branch named '{new}' already exists")
    if value:
        repository.remove_reference(f"refs/heads/{old}")
        repository.set_reference(f"refs/heads/{new}", value)
    if old == current:
        repository.write("HEAD", f"ref: refs/heads/{new}\n")


# checkout, switch


def checkout(call: Call) -> int:
    before, paths = call.split_paths()
    has_paths = "--" in call.words
    call.words = before
    options = call.options("b:B:qfd", {"quiet": "q", "detach": "d", "orphan=": "orphan", "force": "f", "track": "t"})
    words = options.operands
    if "orphan" in options or "f" in options:
        raise Unsimulated(f"git checkout --{'orphan' if 'orphan' in options else 'force'}", 129)
    repository = call.repository
    if "b" in options or "B" in options:
        return _to_new_branch(
            call, options.last("b") or options.last("B"), words[0] if words else "", "B" in options, "q" in options
        )
    if has_paths:
        return _checkout_paths(call, paths, words[0] if words else "", quiet=True)
    if not words:
        return 0
    target = _previous(call) if words[0] == "-" else words[0]
    known = (
        repository.find_or_none(target) is not None or _remote_branch(call, target) or target == repository.head()[0]
    )
    if not known:
        return _checkout_paths(call, words, "")
    if len(words) > 1:
        return _checkout_paths(call, words[1:], target)
    return _go_to(call, target, "q" in options, detach="d" in options)


def _checkout_paths(call: Call, paths: tuple[str, ...], revision: str, quiet: bool = False) -> int:
    repository = call.repository
    source: Files | None = None
    if revision:
        source = repository.files_of(repository.commit(repository.find(revision)).tree)
    count = restore_paths(call, paths, source, staged=bool(revision), worktree=True)
    if quiet:  # as git is after a "--"
        return 0
    where = repository.short(repository.commit(repository.find(revision)).tree) if revision else "the index"
    call.put(f"Updated {count} path{'s' * (count != 1)} from {where}\n", 2)
    return 0


def switch(call: Call) -> int:
    options = call.options("c:C:qd", {"create=": "c", "quiet": "q", "detach": "d", "orphan=": "orphan"})
    words = options.operands
    if "orphan" in options:
        raise Unsimulated("git switch --orphan", 129)
    if "c" in options or "C" in options:
        return _to_new_branch(
            call, options.last("c") or options.last("C"), words[0] if words else "", "C" in options, "q" in options
        )
    if not words:
        raise GitProblem("fatal: missing branch or commit argument")
    repository = call.repository
    target = _previous(call) if words[0] == "-" else words[0]
    if (
        "d" not in options
        and not repository.reference(f"refs/heads/{target}")
        and not _remote_branch(call, target)
        and target != repository.head()[0]
    ):
        if repository.find_or_none(target) is None:
            raise GitProblem(f"fatal: invalid reference: {target}")
        hint = "hint: If you want to detach HEAD at the commit, try again with the --detach option."
        kind = "tag" if repository.reference(f"refs/tags/{target}") else "commit"
        raise GitProblem(f"fatal: a branch is expected, got {kind} '{target}'\n{hint}")
    return _go_to(call, target, "q" in options, detach="d" in options)


def _previous(call: Call) -> str:
    """The branch or commit before the last change (checkout -)."""
    for line in reversed(call.repository.read_text("logs/HEAD").splitlines()):
        match = re.search(r"\tcheckout: moving from (\S+) to ", line)
        if match is not None:
            return match[1]
    raise GitProblem(
        "error: pathspec '-' did not match any file(s) known to git"
        if call.name == "checkout"
        else "fatal: invalid reference: @{-1}",
        1,
    )


def _remote_branch(call: Call, name: str) -> str:
    """The one remote branch of a name, as remote/name; a local one is made of it."""
    ends = [known for known in call.repository.references("refs/remotes/") if known.partition("/")[2] == name != "HEAD"]
    return ends[0] if len(ends) == 1 else ""


def _to_new_branch(call: Call, name: str, start: str, force: bool, quiet: bool) -> int:
    repository = call.repository
    current, head = repository.head()
    if not head and not start:
        repository.write("HEAD", f"ref: refs/heads/{name}\n")
    else:
        commit = repository.commit(repository.find(start or "HEAD")).name
        if INVALID.search(name) or (repository.reference(f"refs/heads/{name}") and not force):
            make_branch(call, name, start)
        carried = move_to(
            repository, repository.files_of(repository.commit(commit).tree), "checkout", "switch branches"
        )
        existed = bool(repository.reference(f"refs/heads/{name}"))
        make_branch(call, name, start, force)
        _note(call, current or head, name, commit, name)
        if start and carried and not quiet:
            _put_carried(call, carried)
        if existed and not quiet:
            call.put(f"Reset branch '{name}'\n" if name == current else f"Switched to and reset branch '{name}'\n", 2)
            return 0
    if not quiet:
        call.put(f"Switched to a new branch '{name}'\n", 2)
    return 0


def _note(call: Call, old: str, new: str, commit: str, branch_name: str) -> None:
    """Move HEAD, with the line in the reflog that "checkout -" looks for."""
    settings = call.settings
    try:
        who = settings.identity("committer")
    except GitProblem:  # nobody has to be known to go to another branch
        who = f"unknown <unknown> {settings.stamp(None)}"
    call.repository.move_head(commit, who, f"checkout: moving from {old} to {new}", branch_name)


def _put_carried(call: Call, carried: dict[str, str]) -> None:
    call.put("".join(f"{letter}\t{path}\n" for path, letter in carried.items()))


def _go_to(call: Call, target: str, quiet: bool, detach: bool) -> int:
    repository = call.repository
    current, head = repository.head()
    is_branch = bool(repository.reference(f"refs/heads/{target}")) or (target == current and not head)
    tracked = "" if is_branch or repository.find_or_none(target) is not None else _remote_branch(call, target)
    if tracked:
        make_branch(call, target, tracked)
        settings = Settings(call.system, repository.folder, call.given)
        settings.set("local", f"branch.{target}.remote", tracked.partition("/")[0])
        settings.set("local", f"branch.{target}.merge", f"refs/heads/{target}")
        is_branch = True
    if is_branch and not detach and target == current:
        if not quiet:
            call.put(f"Already on '{target}'\n", 2)
        if head:
            _note(call, current, target, head, target)
        return 0
    commit = repository.commit(repository.find(target))
    carried = move_to(repository, repository.files_of(commit.tree), "checkout", "switch branches")
    to_branch = is_branch and not detach
    if not current and head and not quiet and head != commit.name:
        _tell_left(call, head, commit.name)
    _note(
        call,
        current or head,
        target if to_branch else (target if not detach else commit.name),
        commit.name,
        target if to_branch else "",
    )
    if quiet:
        return 0
    if to_branch:
        # What goes to a pipe is written at the end, behind the messages.
        if call.system.is_terminal(1):
            _put_carried(call, carried)
        call.put(f"Switched to a new branch '{target}'\n" if tracked else f"Switched to branch '{target}'\n", 2)
        if not call.system.is_terminal(1):
            _put_carried(call, carried)
        if tracked:
            call.put(f"branch '{target}' set up to track '{tracked}'.\n")
        return 0
    _put_carried(call, carried)
    if current and call.settings.get("advice.detachedHead") != "false":
        call.put(_DETACHED.format(target=target), 2)
    call.put(f"HEAD is now at {repository.short(commit.name)} {commit.subject}\n", 2)
    return 0


def _tell_left(call: Call, head: str, target: str) -> None:
    """Where HEAD was, and which commits no branch or tag leads to any more."""
    repository = call.repository
    kept = {entry.name for entry in repository.history([target, *repository.references("refs/").values()])}
    lost = [entry for entry in repository.history([head]) if entry.name not in kept]
    if not lost:
        call.put(f"Previous HEAD position was {repository.short(head)} {repository.commit(head).subject}\n", 2)
        return
    listed = "".join(f"  {repository.short(entry.name)} {entry.subject}\n" for entry in lost[:_LISTED])
    if len(lost) > _LISTED:
        listed += f" ... and {len(lost) - _LISTED} more.\n"
    many = len(lost) > 1
    call.put(
        f"Warning: you are leaving {len(lost)} commit{'s' * many} behind, not connected to\nany of your branches:\n\n{listed}\n"
        f"If you want to keep {'them' if many else 'it'} by creating a new branch, this may be a good time\nto do so with:\n\n"
        f" git branch <new-branch-name> {repository.short(head)}\n\n",
        2,
    )

"""git merge, and tag: commits of two parents, and names that stay."""

from __future__ import annotations

from typing import Final

from fakedocker.build.shipped import Files
from fakedocker.kernel.program import Unsimulated
from fakedocker.userland.git.branches import INVALID
from fakedocker.userland.git.call import Call, fits
from fakedocker.userland.git.diffing import differences, loader, mode_lines, stat
from fakedocker.userland.git.objects import GitProblem
from fakedocker.userland.git.snapshots import store_commit
from fakedocker.userland.git.working_tree import move_to

_DIVERGING: Final = """hint: Diverging branches can't be fast-forwarded, you need to either:
hint:
hint: \tgit merge --no-ff
hint:
hint: or:
hint:
hint: \tgit rebase
hint:
fatal: Not possible to fast-forward, aborting."""


def merge(call: Call) -> int:
    long = {
        "no-ff": "no-ff", "ff-only": "ff-only", "ff": "ff", "message=": "m", "no-edit": "no-edit", "quiet": "q", "abort": "abort", "squash": "squash",
    }  # fmt: skip
    options = call.options("m:q", long)
    if "abort" in options or "squash" in options:
        raise Unsimulated("git merge --abort and --squash", 129)
    if len(options.operands) != 1:
        raise Unsimulated("a merge of none or of several branches", 129)
    repository = call.repository
    target = options.operands[0]
    found = repository.find_or_none(target)
    if found is None:
        raise GitProblem(f"merge: {target} - not something we can merge", 1)
    current, head = repository.head()
    if not head:
        raise Unsimulated("a merge before the first commit", 129)
    theirs = repository.commit(found)
    if repository.is_ancestor(theirs.name, head):
        call.put("Already up to date.\n")
        return 0
    old, new = repository.head_files(), repository.files_of(theirs.tree)
    is_straight = repository.is_ancestor(head, theirs.name)
    if not is_straight and "ff-only" in options:
        raise GitProblem(_DIVERGING)
    who = call.settings.identity("committer")
    if is_straight and "no-ff" not in options:
        move_to(repository, new, "merge", "merge")
        call.put(f"Updating {repository.short(head)}..{repository.short(theirs.name)}\nFast-forward\n")
        repository.move_head(theirs.name, who, f"merge {target}: Fast-forward")
    else:
        new = _merged(call, head, theirs.name, old, new)
        move_to(repository, new, "merge", "merge")
        message = options.last("m") or _message(call, target, current)
        tree = repository.store_tree(new)
        made = store_commit(call, tree, (head, theirs.name), call.settings.identity("author"), who, message)
        repository.move_head(made, who, f"merge {target}: Merge made by the 'ort' strategy.")
        call.put("Merge made by the 'ort' strategy.\n")
    entries = differences(old, new)
    load = loader(repository)
    if "q" in options:
        return 0
    call.put(stat(entries, load) + mode_lines(entries))
    return 0


def _message(call: Call, target: str, current: str) -> str:
    """Merge branch 'x' into y; the branch that a repository begins with is not named."""
    kinds = (("tags", "tag"), ("heads", "branch"), ("remotes", "remote-tracking branch"))
    kind = next((word for folder, word in kinds if call.repository.reference(f"refs/{folder}/{target}")), "commit")
    first = call.settings.get("init.defaultBranch") or "master"
    return f"Merge {kind} '{target}'" + ("" if current == first else f" into {current}")


def _merged(call: Call, ours: str, theirs: str, our_files: Files, their_files: Files) -> Files:
    """Both sides' changes since they parted. Raises GitProblem where both have changed one file."""
    repository = call.repository
    there = {entry.name for entry in repository.history([theirs])}
    base = next((entry for entry in repository.history([ours]) if entry.name in there), None)
    if base is None:
        raise GitProblem("fatal: refusing to merge unrelated histories")
    base_files = repository.files_of(base.tree)
    merged = dict(our_files)
    for path in {*base_files, *their_files}:
        before, after, own = base_files.get(path), their_files.get(path), our_files.get(path)
        if after in (before, own):
            continue
        if own != before:
            raise Unsimulated(f"merging changes that both sides made to {path}", 128)
        if after is None:
            merged.pop(path, None)
        else:
            merged[path] = after
    return merged


# tag


def tag(call: Call) -> int:
    long = {"list": "l", "delete": "d", "annotate": "a", "message=": "m", "force": "f", "sort=": "sort"}
    options = call.options("ldam:fn", long)
    repository = call.repository
    tags = repository.references("refs/tags/")
    words = options.operands
    if "sort" in options or "n" in options:
        raise Unsimulated("git tag --sort and -n", 129)
    if "d" in options:
        status = 0
        for name in words:
            if name not in tags:
                call.put(f"error: tag '{name}' not found.\n", 2)
                status = 1
                continue
            repository.remove_reference(f"refs/tags/{name}")
            call.put(f"Deleted tag '{name}' (was {repository.short(tags[name])})\n")
        return status
    if not words or "l" in options:
        call.put("".join(f"{name}\n" for name in tags if not words or any(fits(word, name) for word in words)))
        return 0
    name, target = words[0], words[1] if len(words) > 1 else "HEAD"
    if name in tags and "f" not in options:
        raise GitProblem(f"fatal: tag '{name}' already exists")
    if INVALID.search(name):
        raise GitProblem(f"fatal: '{name}' is not a valid tag name.")
    found = repository.find_or_none(target)
    if found is None:
        raise GitProblem(f"fatal: Failed to resolve '{target}' as a valid ref.")
    if "a" in options or "m" in options:
        if "m" not in options:
            raise Unsimulated("an editor for the message (use -m)", 128)
        message = "\n\n".join(options.values("m"))
        head = f"object {found}\ntype commit\ntag {name}\ntagger {call.settings.identity('committer')}\n\n"
        found = repository.store("tag", f"{head}{message}\n".encode("utf-8", "surrogateescape"))
    repository.set_reference(f"refs/tags/{name}", found)
    return 0

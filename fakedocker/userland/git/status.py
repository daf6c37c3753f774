"""git status: what is staged, changed and untracked, and how the branch stands to the one it follows."""

from __future__ import annotations

from typing import Final

from fakedocker.kernel.program import Unsimulated
from fakedocker.userland.git.call import Call
from fakedocker.userland.git.diffing import differences
from fakedocker.userland.git.working_tree import Changes, changes, read_index

_WORDS: Final = {
    "A": "new file:   ",
    "M": "modified:   ",
    "D": "deleted:    ",
    "R": "renamed:    ",
    "T": "typechange: ",
}


def status(call: Call) -> int:
    long = {
        "short": "s",
        "porcelain=?": "p",
        "branch": "b",
        "long": "l",
        "untracked-files=?": "u",
        "ignored": "ignored",
    }
    options = call.options("sbu::", long)
    if "ignored" in options:
        raise Unsimulated("git status --ignored", 129)
    repository = call.repository
    found = changes(repository, read_index(repository))
    if options.last("u") == "no":
        found = found._replace(untracked=[])
    if "s" in options or "p" in options:
        call.put(_short_status(call, found, "b" in options, relative="s" in options))
    else:
        call.put(long_status(call, found, hidden=options.last("u") == "no"))
    return 0


def _short_status(call: Call, found: Changes, with_branch: bool, relative: bool) -> str:
    branch, commit = call.repository.head()
    lines = []
    if with_branch:
        lines.append(_branch_line(call, branch, commit))
    renames = _renames(call)
    gone = {old for old, _ in renames.values()}
    for path in sorted({*found.staged, *found.unstaged}):
        if path in gone and path not in found.unstaged:
            continue
        shown = call.shown(path) if relative else path
        letter = found.staged.get(path, " ")
        if path in renames:
            letter, shown = "R", f"{renames[path][0]} -> {shown}"
        lines.append(f"{letter}{found.unstaged.get(path, ' ')} {shown}")
    lines += [f"?? {call.shown(path) if relative else path}" for path in found.untracked]
    return "".join(f"{line}\n" for line in lines)


def _branch_line(call: Call, branch: str, commit: str) -> str:
    if not branch:
        return "## HEAD (no branch)"
    if not commit:
        return f"## No commits yet on {branch}"
    upstream = _upstream(call, branch)
    theirs = call.repository.find_or_none(f"refs/remotes/{upstream}") if upstream else None
    if theirs is None:
        return f"## {branch}" + (f"...{upstream} [gone]" if upstream else "")
    ahead, behind = _distance(call, commit, theirs)
    apart = ", ".join(f"{word} {count}" for word, count in (("ahead", ahead), ("behind", behind)) if count)
    return f"## {branch}...{upstream}" + (f" [{apart}]" if apart else "")


def _upstream(call: Call, branch: str) -> str:
    """The remote branch that a branch follows, as remote/name."""
    settings = call.settings
    remote, merge = settings.get(f"branch.{branch}.remote"), settings.get(f"branch.{branch}.merge")
    return f"{remote}/{merge.removeprefix('refs/heads/')}" if remote and merge else ""


def _distance(call: Call, ours: str, theirs: str) -> tuple[int, int]:
    """(commits that only we have, that only they have)"""
    here = {entry.name for entry in call.repository.history([ours])}
    there = {entry.name for entry in call.repository.history([theirs])}
    return len(here - there), len(there - here)


def _renames(call: Call) -> dict[str, tuple[str, str]]:
    """new path -> (old path, shown) of what is staged."""
    entries = differences(call.repository.head_files(), read_index(call.repository))
    return {entry.new[0]: (entry.old[0], "") for entry in entries if entry.letter == "R"}


def long_status(call: Call, found: Changes, hidden: bool = False, committing: bool = False) -> str:
    """What status says, and commit where there is nothing to commit."""
    repository = call.repository
    branch, commit = repository.head()
    lines = [f"On branch {branch}" if branch else f"HEAD detached {detached_at(call)}"]
    lines += _tracking(call, branch, commit)
    if not commit:
        lines += ["", "Initial commit" if committing else "No commits yet", ""]
    if found.staged:
        undo = (
            '(use "git restore --staged <file>..." to unstage)'
            if commit
            else '(use "git rm --cached <file>..." to unstage)'
        )
        lines += ["Changes to be committed:", f"  {undo}"]
        for entry in differences(repository.head_files(), read_index(repository)):
            shown = (
                f"{call.shown(entry.old[0])} -> {call.shown(entry.new[0])}"
                if entry.letter == "R"
                else call.shown(entry.path)
            )
            lines.append(f"\t{_WORDS[entry.letter]}{shown}")
        lines.append("")
    if found.unstaged:
        verb = "add/rm" if "D" in found.unstaged.values() else "add"
        lines += ["Changes not staged for commit:", f'  (use "git {verb} <file>..." to update what will be committed)']
        lines.append('  (use "git restore <file>..." to discard changes in working directory)')
        lines += [f"\t{_WORDS[letter]}{call.shown(path)}" for path, letter in found.unstaged.items()]
        lines.append("")
    if found.untracked:
        lines += ["Untracked files:", '  (use "git add <file>..." to include in what will be committed)']
        lines += [f"\t{call.shown(path)}" for path in found.untracked] + [""]
    if hidden and found.staged:
        lines.append("Untracked files not listed (use -u option to show untracked files)")
    if not found.staged:
        lines.append(_nothing(found, bool(commit)))
    return "".join(f"{line}\n" for line in lines)


def _nothing(found: Changes, has_commit: bool) -> str:
    if found.unstaged:
        return 'no changes added to commit (use "git add" and/or "git commit -a")'
    if found.untracked:
        return 'nothing added to commit but untracked files present (use "git add" to track)'
    if not has_commit:
        return 'nothing to commit (create/copy files and use "git add" to track)'
    return "nothing to commit, working tree clean"


def detached_at(call: Call) -> str:
    """ "at NAME", or "from NAME" once HEAD has moved on; by the last change to another commit that the reflog knows."""
    repository = call.repository
    head = repository.head()[1]
    for line in reversed(repository.read_text("logs/HEAD").splitlines()):
        before, _, what = line.partition("\t")
        if what.startswith("checkout: moving from "):
            commit, target = before.split(" ")[1], what.rpartition(" to ")[2]
            is_name = any(repository.reference(f"refs/{kind}/{target}") for kind in ("tags", "remotes"))
            return f"{'at' if commit == head else 'from'} {target if is_name else repository.short(commit)}"
    return f"at {repository.short(head)}"


def _tracking(call: Call, branch: str, commit: str) -> list[str]:
    """How a branch stands to the one it was cloned from."""
    upstream = _upstream(call, branch) if branch and commit else ""
    if not upstream:
        return []
    theirs = call.repository.find_or_none(f"refs/remotes/{upstream}")
    if theirs is None:
        return [
            f"Your branch is based on '{upstream}', but the upstream is gone.",
            '  (use "git branch --unset-upstream" to fixup)',
            "",
        ]
    if theirs == commit:
        return [f"Your branch is up to date with '{upstream}'.", ""]
    ahead, behind = _distance(call, commit, theirs)
    if not behind:
        commits = f"{ahead} commit{'s' * (ahead != 1)}"
        return [
            f"Your branch is ahead of '{upstream}' by {commits}.",
            '  (use "git push" to publish your local commits)',
            "",
        ]
    if not ahead:
        commits = f"{behind} commit{'s' * (behind != 1)}"
        return [
            f"Your branch is behind '{upstream}' by {commits}, and can be fast-forwarded.",
            '  (use "git pull" to update your local branch)',
            "",
        ]
    return [
        f"Your branch and '{upstream}' have diverged,",
        f"and have {ahead} and {behind} different commits each, respectively.",
        '  (use "git pull" to merge the remote branch into yours)',
        "",
    ]

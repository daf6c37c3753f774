"""git add, rm, mv, restore, reset, commit: from the working tree over the index into commits."""

from __future__ import annotations

import posixpath
from typing import Final

from fakedocker.build.shipped import Files
from fakedocker.kernel.program import Unsimulated
from fakedocker.userland.git.call import Call, fits
from fakedocker.userland.git.diffing import counts, differences, loader, mode_lines, summary_line
from fakedocker.userland.git.objects import Commit, GitProblem
from fakedocker.userland.git.settings import shown_date
from fakedocker.userland.git.status import long_status
from fakedocker.userland.git.working_tree import (
    Ignored,
    blob_name,
    changes,
    check_out,
    compare,
    content,
    read_index,
    tracked_files,
    untracked,
    write_index,
)
from fakedocker.userland.inputs import read_all, text_of
from fakedocker.userland.tools import Options, join, stat_or_none

_MATCHING: Final = "fatal: pathspec '{path}' did not match any files"


# the index


def add(call: Call) -> int:
    options = call.options(
        "AvufnN", {"all": "A", "verbose": "v", "update": "u", "force": "f", "dry-run": "n", "no-ignore-removal": "A"}
    )
    repository = call.repository
    if not options.operands and "A" not in options and "u" not in options:
        call.put(
            "Nothing specified, nothing added.\nhint: Maybe you wanted to say 'git add .'?\n"
            "hint: Turn this message off by running\nhint: \"git config advice.addEmptyPathspec false\"\n", 2
        )  # fmt: skip
        return 0
    index = read_index(repository)
    fresh = [] if "u" in options else untracked(repository, index, whole=True)
    patterns = [call.relative(word) for word in options.operands] or [""]
    ignored: list[str] = []
    for pattern, word in zip(patterns, options.operands or ("",), strict=True):
        if any(fits(pattern, path) for path in (*index, *fresh)) or not pattern:
            continue
        found = stat_or_none(call.system, join(repository.top, pattern), follow=False)
        if found is None:
            raise GitProblem(_MATCHING.format(path=word))
        if found.kind != "dir" and content(repository, pattern) is not None:
            (fresh if "f" in options else ignored).append(pattern)
        elif found.kind == "dir" and Ignored(repository)(pattern, True) and "f" not in options:
            ignored.append(pattern)
    chosen = [path for path in (*index, *fresh) if any(fits(pattern, path) for pattern in patterns)]
    for path in sorted(chosen):
        _stage(call, index, path, "v" in options or "n" in options, "n" in options)
    if "n" not in options:
        write_index(repository, index)
    if ignored:
        call.put(
            "The following paths are ignored by one of your .gitignore files:\n"
            + "".join(f"{path}\n" for path in ignored),
            2,
        )
        call.put(
            'hint: Use -f if you really want to add them.\nhint: Turn this message off by running\nhint: "git config advice.addIgnoredFile false"\n',
            2,
        )
        return 1
    return 0


def _stage(call: Call, index: Files, path: str, shown: bool, dry: bool) -> None:
    now = content(call.repository, path)
    if now is None:
        index.pop(path, None)
        if shown:
            call.put(f"remove '{path}'\n")
        return
    before = index.get(path)
    index[path] = (now[0], blob_name(now[1]) if dry else call.repository.store("blob", now[1]))
    if shown and index[path] != before:
        call.put(f"add '{path}'\n")


def remove(call: Call) -> int:
    options = call.options("rfqn", {"cached": "cached", "force": "f", "quiet": "q", "recursive": "r"})
    repository = call.repository
    index, head = read_index(repository), repository.head_files()
    now = tracked_files(repository, index)
    if not options.operands:
        raise GitProblem("fatal: No pathspec was given. Which files should I remove?")
    chosen: list[str] = []
    for word in options.operands:
        pattern = call.relative(word)
        found = [path for path in index if fits(pattern, path)]
        if not found:
            raise GitProblem(_MATCHING.format(path=word))
        if pattern not in index and "r" not in options and not any(letter in word for letter in "*?["):
            raise GitProblem(f"fatal: not removing '{word}' recursively without -r")
        chosen += found
    if "f" not in options and "cached" not in options:
        changed = [path for path in chosen if path in now and now[path] != index[path]]
        staged = [path for path in chosen if index[path] != head.get(path) and path not in changed]
        for paths, what, advice in (
            (staged, "changes staged in the index", "use --cached to keep the file, or -f to force removal"),
            (changed, "local modifications", "use --cached to keep the file, or -f to force removal"),
        ):
            if paths:
                subject = "the following file has" if len(paths) == 1 else "the following files have"
                raise GitProblem(
                    f"error: {subject} {what}:\n" + "".join(f"    {path}\n" for path in paths) + f"({advice})", 1
                )
    kept = {path: entry for path, entry in index.items() if path not in chosen}
    if "q" not in options:
        call.put("".join(f"rm '{path}'\n" for path in sorted(chosen)))
    if "cached" not in options:
        check_out(repository, index, {}, sorted(chosen))
    write_index(repository, kept)
    return 0


def move(call: Call) -> int:
    options = call.options("fkvn", {"force": "f", "verbose": "v"})
    repository, index = call.repository, read_index(call.repository)
    if len(options.operands) < 2:
        raise GitProblem("usage: git mv [<options>] <source>... <destination>", 129)
    *sources, target = options.operands
    found = stat_or_none(call.system, target)
    into = found is not None and found.kind == "dir"
    for source in sources:
        goal = posixpath.join(target, posixpath.basename(source.rstrip("/"))) if into else target
        old, new = call.relative(source), call.relative(goal)
        moved = [path for path in index if fits(old, path)]
        shown = f"source={old}, destination={new}"
        if stat_or_none(call.system, source, follow=False) is None:
            raise GitProblem(f"fatal: bad source, {shown}")
        if not moved:
            raise GitProblem(f"fatal: not under version control, {shown}")
        if stat_or_none(call.system, goal) is not None and "f" not in options:
            raise GitProblem(f"fatal: destination exists, {shown}")
        call.system.rename(source, goal)
        for path in moved:
            index[new + path[len(old) :]] = index.pop(path)
    write_index(repository, index)
    return 0


def restore(call: Call) -> int:
    options = call.options("SWs:q", {"staged": "S", "worktree": "W", "source=": "s", "quiet": "q"})
    if not options.operands:
        raise GitProblem("fatal: you must specify path(s) to restore")
    repository = call.repository
    source: Files | None = None
    if "s" in options or "S" in options:
        revision = options.last("s", "HEAD")
        commit = repository.find_or_none(revision)
        if commit is None:
            raise GitProblem(f"fatal: could not resolve {revision}")
        source = repository.files_of(repository.commit(commit).tree)
    restore_paths(call, options.operands, source, staged="S" in options, worktree="W" in options or "S" not in options)
    return 0


def restore_paths(call: Call, words: tuple[str, ...], source: Files | None, staged: bool, worktree: bool) -> int:
    """Paths as they are in `source` (the index where None); gives how many. Raises GitProblem."""
    repository, index = call.repository, read_index(call.repository)
    wanted = index if source is None else source
    chosen: set[str] = set()
    for word in words:
        pattern = call.relative(word)
        found = {path for path in (*wanted, *(index if staged else ())) if fits(pattern, path)}
        if not found:
            raise GitProblem(f"error: pathspec '{word}' did not match any file(s) known to git", 1)
        chosen |= found
    now = tracked_files(repository, index)
    if staged and source is not None:
        index = {path: entry for path, entry in index.items() if path not in chosen or path in source}
        index |= {path: source[path] for path in chosen if path in source}
    stale = sorted(path for path in chosen if now.get(path) != wanted.get(path))
    if worktree:
        check_out(repository, index, wanted, stale)
    write_index(repository, index)
    return len(stale)


def reset(call: Call) -> int:
    options = call.options("q", {"soft": "soft", "mixed": "mixed", "hard": "hard", "quiet": "q"})
    repository = call.repository
    words = list(options.operands)
    head = repository.head()[1]
    commit = repository.find_or_none(words[0]) if words else head
    if words and commit is not None:
        words.pop(0)
    elif (
        words and not any(stat_or_none(call.system, word) for word in words) and words[0] not in read_index(repository)
    ):
        repository.find(words[0])
    target = repository.commit(commit or head) if commit or head else None
    files = repository.files_of(target.tree) if target is not None else {}
    if words:
        if "hard" in options or "soft" in options:
            raise GitProblem(f"fatal: Cannot do {'hard' if 'hard' in options else 'soft'} reset with paths.")
        known = {*files, *read_index(repository)}
        found = tuple(word for word in words if any(fits(call.relative(word), path) for path in known))
        restore_paths(call, found, files, staged=True, worktree=False)
    else:
        _reset_all(call, options, target, files)
    if "hard" in options and target is not None and "q" not in options:
        call.put(f"HEAD is now at {repository.short(target.name)} {target.subject}\n")
    elif "soft" not in options and "q" not in options:
        index = read_index(repository)
        left = compare(index, tracked_files(repository, index))
        if left:
            call.put(
                "Unstaged changes after reset:\n" + "".join(f"{letter}\t{path}\n" for path, letter in left.items())
            )
    return 0


def _reset_all(call: Call, options: Options, target: Commit | None, files: Files) -> None:
    """Index, working tree (--hard) and branch as they are at a commit."""
    repository = call.repository
    head = repository.head()[1]
    if "hard" in options:
        index = read_index(repository)
        now = tracked_files(repository, {**index, **files})
        stale = [path for path in sorted({*index, *files}) if now.get(path) != files.get(path)]
        check_out(repository, index, files, stale)
    if "soft" not in options:
        write_index(repository, files)
    if target is not None and target.name != head:
        repository.write("ORIG_HEAD", f"{head}\n")
        who = call.settings.identity("committer")
        repository.move_head(target.name, who, f"reset: moving to {options.operands[0]}")


# commit


def commit(call: Call) -> int:
    long = {
        "message=": "m", "all": "a", "amend": "amend", "no-edit": "no-edit", "allow-empty": "empty", "quiet": "q", "author=": "author",
        "date=": "date", "file=": "F", "allow-empty-message": "empty-message", "no-verify": "n", "signoff": "s",
    }  # fmt: skip
    options = call.options("m:aqF:nsv", long)
    repository = call.repository
    index = read_index(repository)
    if "a" in options:
        for path in list(index):
            _stage(call, index, path, shown=False, dry=False)
    _stage_named(call, index, options.operands)
    branch, head = repository.head()
    amended = repository.commit(head) if "amend" in options and head else None
    if "amend" in options and amended is None:
        raise GitProblem("fatal: You have nothing yet to amend.")
    committer, author = _signatures(call, options.last("author"), options.last("date"), amended)
    write_index(repository, index)
    if index == repository.head_files() and not ("empty" in options or amended):
        call.put(long_status(call, changes(repository, index), committing=True))
        return 1
    message = _message(call, options.values("m"), options.last("F"), amended)
    if "s" in options:
        message += f"\n\nSigned-off-by: {committer.rsplit(' ', 2)[0]}"
    if not message.strip() and "empty-message" not in options:
        raise GitProblem("Aborting commit due to empty commit message.", 1)
    parents = amended.parents if amended else (head,) * bool(head)
    name = store_commit(call, repository.store_tree(index), parents, author, committer, message)
    kind = "commit (amend)" if amended else "commit" if head else "commit (initial)"
    repository.move_head(name, committer, f"{kind}: {message.splitlines()[0] if message else ''}")
    if "q" not in options:
        shows_date = "date" in options or amended is not None or not _is_same_person(author, committer)
        _announce(call, repository.commit(name), branch, not parents, shows_date)
    return 0


def _stage_named(call: Call, index: Files, words: tuple[str, ...]) -> None:
    """The paths that a commit names, as they are now. Raises GitProblem."""
    head = call.repository.head_files()
    for word in words:
        pattern = call.relative(word)
        chosen = [path for path in index if fits(pattern, path)]
        if not chosen:
            raise GitProblem(f"error: pathspec '{word}' did not match any file(s) known to git", 1)
        others = {path for path in {*index, *head} if path not in chosen}
        if any(index.get(path) != head.get(path) for path in others):
            raise Unsimulated("a commit of some paths beside others that are staged", 128)
        for path in chosen:
            _stage(call, index, path, shown=False, dry=False)


def _is_same_person(one: str, other: str) -> bool:
    return one.rsplit(" ", 2)[0] == other.rsplit(" ", 2)[0]


def _signatures(call: Call, author: str, date: str, amended: Commit | None) -> tuple[str, str]:
    """(committer, author)"""
    settings = call.settings
    own = amended.author if amended else settings.identity("author")
    committer = settings.identity("committer")
    if author:
        if "<" not in author or ">" not in author:
            raise GitProblem(f"fatal: --author '{author}' is not 'Name <email>' and matches no existing author")
        own = f"{author} {' '.join(own.rsplit(' ', 2)[1:])}"
    if date:
        own = f"{own.rsplit(' ', 2)[0]} {settings.stamp(date)}"
    return committer, own


def _message(call: Call, given: list[str], file: str, amended: Commit | None) -> str:
    if given:
        text = "\n\n".join(given)
    elif file:
        text = text_of(read_all(call.system, call.state, ()) if file == "-" else call.system.read_file(file))
    elif amended:
        return amended.message.rstrip("\n")
    else:
        raise Unsimulated("an editor for the message (use -m or -F)", 128)
    lines = [line.rstrip() for line in text.strip("\n").split("\n")]
    kept = [line for place, line in enumerate(lines) if line or lines[place - 1 : place] != [""]]
    return "\n".join(kept).rstrip("\n")


def store_commit(call: Call, tree: str, parents: tuple[str, ...], author: str, committer: str, message: str) -> str:
    lines = [f"tree {tree}", *(f"parent {parent}" for parent in parents), f"author {author}", f"committer {committer}"]
    text = "\n".join(lines) + f"\n\n{message}" + "\n" * bool(message)
    return call.repository.store("commit", text.encode("utf-8", "surrogateescape"))


def _announce(call: Call, made: Commit, branch: str, is_root: bool, shows_date: bool) -> None:
    """[main 1234567] subject, and what has changed."""
    repository = call.repository
    root = " (root-commit)" if is_root else ""
    lines = [f"[{branch or 'detached HEAD'}{root} {repository.short(made.name)}] {made.subject}\n"]
    if not _is_same_person(made.author, made.committer):
        lines.append(f" Author: {made.author.rsplit(' ', 2)[0]}\n")
    if shows_date:
        lines.append(f" Date: {shown_date(made.author)}\n")
    before = repository.files_of(repository.commit(made.parents[0]).tree) if made.parents else {}
    entries = differences(before, repository.files_of(made.tree))
    if entries and len(made.parents) < 2:
        load = loader(repository)
        lines.append(summary_line([counts(entry, load) for entry in entries]) + mode_lines(entries))
    call.put("".join(lines))

"""git log, show, diff, reflog: what commits say and how they differ."""

from __future__ import annotations

import re
from typing import Final

from fakedocker.base.regex import Pattern
from fakedocker.build.shipped import Files
from fakedocker.kernel.program import Unsimulated
from fakedocker.userland.git.call import Call, fits
from fakedocker.userland.git.diffing import Difference, Load, differences, loader, names, patch, stat
from fakedocker.userland.git.objects import Commit, GitProblem, seconds_of
from fakedocker.userland.git.settings import shown_date
from fakedocker.userland.git.working_tree import content, read_index, tracked_files
from fakedocker.userland.inputs import bytes_of
from fakedocker.userland.text.posix_regex import RegexProblem, compile_posix
from fakedocker.userland.tools import Options, stat_or_none, strtol

_LOG: Final = {
    "oneline": "oneline", "all": "all", "graph": "graph", "stat": "stat", "patch": "p", "no-patch": "s", "format=": "format", "pretty=?": "format",
    "max-count=": "n", "decorate=?": "decorate", "no-decorate": "plain", "reverse": "reverse", "name-only": "names", "name-status": "status",
    "abbrev-commit": "abbrev", "author=": "author", "grep=": "grep", "date=": "date", "no-merges": "no-merges", "merges": "merges",
    "first-parent": "first-parent", "shortstat": "shortstat", "no-color": "no-color", "color=?": "color", "quiet": "s", "since=": "since", "follow": "follow",
}  # fmt: skip
_LETTERS: Final = "pn:su"
_NOT_SIMULATED: Final = ("since", "shortstat", "follow", "first-parent")
_DATES: Final = {
    "iso": "iso",
    "iso8601": "iso",
    "iso-strict": "strict",
    "short": "short",
    "unix": "unix",
    "default": "default",
}
_PLACEHOLDER: Final = re.compile(
    r"%(C\([^)]*\)|C(?:red|green|blue|reset)|x[0-9a-fA-F]{2}|a[neditIsr]|c[neditIsr]|[HhTtPpsbBdDn%])"
)
_AGES: Final = (
    (60, "second"),
    (3600, "minute"),
    (86400, "hour"),
    (604800, "day"),
    (2592000, "week"),
    (31536000, "month"),
)


# log and show


def log(call: Call) -> int:
    words, paths = call.split_paths()
    call.words = tuple(f"-n{word[1:]}" if re.fullmatch(r"-\d+", word) else word for word in words)
    options = _log_options(call)
    repository = call.repository
    branch, head = repository.head()
    revisions = list(options.operands)
    while (
        len(revisions) > 1
        and repository.find_or_none(revisions[-1]) is None
        and stat_or_none(call.system, revisions[-1])
    ):
        paths = (revisions.pop(), *paths)
    if (
        revisions
        and ".." not in revisions[0]
        and repository.find_or_none(revisions[0]) is None
        and stat_or_none(call.system, revisions[0])
    ):
        paths, revisions = (*revisions, *paths), []
    if not head and not revisions:
        raise GitProblem(f"fatal: your current branch '{branch}' does not have any commits yet")
    found = _chosen(call, options, _reached(call, options, revisions), [call.relative(path) for path in paths])
    if "n" in options:
        limit = strtol(options.last("n"))[0]
        found = found if limit < 0 else found[:limit]
    if "reverse" in options:
        found.reverse()
    if "graph" in options and any(len(entry.parents) > 1 for entry in found):
        raise Unsimulated("a graph of merges", 128)
    decorations = _decorations(call) if _is_decorated(call, options) else {}
    parts = [_shown(call, options, entry, decorations, "log") for entry in found]
    if "graph" in options:
        parts = [_in_graph(part, last=place == len(parts) - 1) for place, part in enumerate(parts)]
    terse = "oneline" in options or options.last("format") == "oneline"
    has_gap = (not terse and not _is_template(options)) or (
        "graph" in options and not terse and not _is_template(options)
    )
    text = (b"\n" if has_gap and "graph" not in options else b"").join(parts)
    if options.last("format").startswith("format:") and text:
        text = text if call.system.is_terminal(1) or _details_wanted(options) else text.removesuffix(b"\n")
    call.put(text)
    return 0


def _log_options(call: Call) -> Options:
    options = call.options(_LETTERS, _LOG)
    for name in _NOT_SIMULATED:
        if name in options:
            raise Unsimulated(f"git {call.name} --{name}", 129)
    return options


def _reached(call: Call, options: Options, revisions: list[str]) -> list[Commit]:
    """The commits that can be reached from what is asked for, without those of A in A..B and ^A."""
    repository = call.repository
    starts, without = [], []
    for word in revisions:
        if ".." in word:
            left, _, right = word.partition("..")
            without.append(repository.find(left or "HEAD"))
            starts.append(repository.find(right.lstrip(".") or "HEAD"))
        elif word.startswith("^"):
            without.append(repository.find(word[1:]))
        else:
            starts.append(repository.find(word))
    if "all" in options:
        starts += [*repository.references("refs/").values()]
    if not starts:
        starts = [repository.head()[1]]
    hidden = {entry.name for entry in repository.history(without)}
    return [entry for entry in repository.history(starts) if entry.name not in hidden]


def _expression(options: Options, name: str) -> Pattern:
    """The expression of --author or --grep. Raises GitProblem."""
    try:
        return compile_posix(options.last(name), extended=False)
    except RegexProblem as problem:
        raise GitProblem(f"fatal: command line, '{options.last(name)}': {problem}") from None


def _chosen(call: Call, options: Options, found: list[Commit], paths: list[str]) -> list[Commit]:
    if paths:
        found = [
            entry
            for entry in found
            if any(fits(path, change.path) for change in _changes(call, entry) for path in paths)
        ]
    if "author" in options:
        found = [entry for entry in found if _expression(options, "author").finds(entry.author)]
    if "grep" in options:
        found = [entry for entry in found if _expression(options, "grep").finds(entry.message)]
    if "no-merges" in options:
        found = [entry for entry in found if len(entry.parents) < 2]
    if "merges" in options:
        found = [entry for entry in found if len(entry.parents) > 1]
    return found


def _is_decorated(call: Call, options: Options) -> bool:
    if "plain" in options:
        return False
    return "decorate" in options or call.system.is_terminal(1) or _is_template(options)


def _is_template(options: Options) -> bool:
    form = options.last("format")
    return "%" in form or form.startswith(("format:", "tformat:"))


def _details_wanted(options: Options) -> bool:
    return any(name in options for name in ("p", "stat", "names", "status"))


def _in_graph(part: bytes, last: bool) -> bytes:
    """A commit's lines behind the graph of a history without branches."""
    lines = part.decode("utf-8", "surrogateescape").removesuffix("\n").split("\n")
    front = "  " if last else "| "
    shown = [f"* {lines[0]}", *((front + line) for line in lines[1:])]
    if len(lines) > 1 and not last:
        shown.append("| ")
    return bytes_of("".join(f"{line}\n" for line in shown))


def _decorations(call: Call) -> dict[str, list[str]]:
    """commit -> names that are there, HEAD first."""
    repository = call.repository
    branch, head = repository.head()
    found: dict[str, list[str]] = {}
    if head:
        found[head] = [f"HEAD -> {branch}" if branch else "HEAD"]
    for name, value in repository.references("refs/tags/").items():
        found.setdefault(repository.commit(value).name, []).append(f"tag: {name}")
    remotes = repository.references("refs/remotes/").items()
    for name, value in sorted(remotes, key=lambda entry: entry[0].endswith("/HEAD")):
        found.setdefault(value, []).append(name)
    for name, value in repository.references("refs/heads/").items():
        if name != branch:
            found.setdefault(value, []).append(name)
    return found


def _shown(call: Call, options: Options, entry: Commit, decorations: dict[str, list[str]], command: str) -> bytes:
    """One commit as log and show write it."""
    repository = call.repository
    form = options.last("format")
    behind = f" ({', '.join(decorations[entry.name])})" if entry.name in decorations else ""
    details = b""
    if "s" not in options and (len(entry.parents) < 2 or command == "show"):
        details = _details(call, options, entry, command)
    if "oneline" in options or form == "oneline":
        name = repository.short(entry.name) if "oneline" in options or "abbrev" in options else entry.name
        return bytes_of(f"{name}{behind} {entry.subject}\n") + details
    if _is_template(options):
        template = form.removeprefix("format:").removeprefix("tformat:")
        return bytes_of(_filled(call, options, entry, template, behind) + "\n") + (b"\n" + details if details else b"")
    if form not in ("", "medium", "short", "full", "fuller"):
        raise GitProblem(f"fatal: invalid --pretty format: {form}")
    if form in ("full", "fuller"):
        raise Unsimulated(f"--pretty={form}", 128)
    name = repository.short(entry.name) if "abbrev" in options else entry.name
    lines = [f"commit {name}{behind}"]
    if len(entry.parents) > 1:
        lines.append("Merge: " + " ".join(repository.short(parent) for parent in entry.parents))
    lines.append(f"Author: {entry.author.rsplit(' ', 2)[0]}")
    if form != "short":
        lines.append(f"Date:   {shown_date(entry.author, _date_form(options))}")
    message = entry.message.rstrip("\n") if form != "short" else entry.subject
    lines += ["", *(f"    {line}" if line or message else "" for line in message.split("\n"))]
    text = "".join(f"{line}\n" for line in lines)
    return bytes_of(text) + (b"\n" + details if details else b"\n" * (form == "short"))


def _date_form(options: Options) -> str:
    given = options.last("date", "default")
    if given not in _DATES:
        raise Unsimulated(f"--date={given}", 128)
    return _DATES[given]


def _changes(call: Call, entry: Commit) -> list[Difference]:
    repository = call.repository
    before = repository.files_of(repository.commit(entry.parents[0]).tree) if entry.parents else {}
    return differences(before, repository.files_of(entry.tree))


def _details(call: Call, options: Options, entry: Commit, command: str) -> bytes:
    if not _details_wanted(options) and (command == "log" or len(entry.parents) > 1):
        return b""
    entries = _changes(call, entry)
    return _difference_text(call, options, entries, loader(call.repository))


def _difference_text(call: Call, options: Options, entries: list[Difference], load: Load) -> bytes:
    """--stat, --name-only and so on, or a patch."""
    if "stat" in options:
        text = bytes_of(stat(entries, load))
        return text + (b"\n" + patch(call.repository, entries, load) if "p" in options else b"")
    if "names" in options or "status" in options:
        return bytes_of(names(entries, "status" in options))
    return patch(call.repository, entries, load)


def _filled(call: Call, options: Options, entry: Commit, template: str, behind: str) -> str:
    """The placeholders of --format (git-log(1), PRETTY FORMATS)."""
    short = call.repository.short

    def replaced(match: re.Match[str]) -> str:
        key = match[1]
        if key[0] == "C":
            return ""
        if key[0] == "x":
            return chr(int(key[1:], 16))
        if key[0] in "ac" and len(key) == 2:
            return _person(call, options, entry.author if key[0] == "a" else entry.committer, key[1])
        return {
            "H": entry.name, "h": short(entry.name), "T": entry.tree, "t": short(entry.tree), "P": " ".join(entry.parents),
            "p": " ".join(map(short, entry.parents)), "s": entry.subject, "b": entry.body + "\n" * bool(entry.body),
            "B": entry.message, "d": behind, "D": behind.strip(" ()"), "n": "\n", "%": "%",
        }[key]  # fmt: skip

    rest = re.search(r"%(?!" + _PLACEHOLDER.pattern[1:] + ")", template)
    if rest is not None and "%%" not in template:
        raise Unsimulated(f"the placeholder {template[rest.start() : rest.start() + 3]}", 128)
    return _PLACEHOLDER.sub(replaced, template)


def _person(call: Call, options: Options, who: str, what: str) -> str:
    name, _, mail = who.rsplit(" ", 2)[0].rpartition(" <")
    if what == "r":
        return _age(call.system.now_ns // 1_000_000_000 - seconds_of(who))
    forms = {"d": _date_form(options), "i": "iso", "I": "strict", "t": "unix", "s": "short"}
    return name if what == "n" else mail.rstrip(">") if what == "e" else shown_date(who, forms[what])


def _age(seconds: int) -> str:
    unit_seconds = 1
    for limit, unit in _AGES:
        if seconds < limit * 2 or unit == "month":
            count = seconds // unit_seconds
            return f"{count} {unit}{'s' * (count != 1)} ago"
        unit_seconds = limit
    raise AssertionError("the last unit has no limit")


def show(call: Call) -> int:
    options = _log_options(call)
    repository = call.repository
    decorations = _decorations(call) if _is_decorated(call, options) else {}
    gap = False
    for word in options.operands or ("HEAD",):
        name = repository.find(word)
        kind, data = repository.load(name)
        if gap:
            call.put("\n")
        if kind == "tag":
            call.put(_tag_text(data))
            name, kind = repository.commit(name).name, "commit"
        if kind == "commit":
            call.put(_shown(call, options, repository.commit(name), decorations, "show"))
        elif kind == "tree":
            entries = repository.entries(name)
            call.put(f"tree {word}\n\n" + "".join(f"{entry}{'/' * (mode == '40000')}\n" for mode, entry, _ in entries))
        else:
            call.put(data)
        gap = kind == "commit" and "oneline" not in options and not _is_template(options)
    return 0


def _tag_text(data: bytes) -> str:
    head, _, message = data.decode("utf-8", "surrogateescape").partition("\n\n")
    fields = dict(line.split(" ", 1) for line in head.split("\n"))
    who = fields["tagger"]
    return f"tag {fields['tag']}\nTagger: {who.rsplit(' ', 2)[0]}\nDate:   {shown_date(who)}\n\n{message}\n"


def reflog(call: Call) -> int:
    lines = call.repository.read_text("logs/HEAD").splitlines()
    for place, line in enumerate(reversed(lines)):
        head, _, what = line.partition("\t")
        call.put(f"{call.repository.short(head.split(' ')[1])} HEAD@{{{place}}}: {what}\n")
    return 0


# diff


def diff(call: Call) -> int:
    words, paths = call.split_paths()
    call.words = words
    long = {
        "cached": "cached", "staged": "cached", "stat": "stat", "name-only": "names", "name-status": "status", "quiet": "quiet",
        "exit-code": "exit", "patch": "p", "no-color": "no-color", "color=?": "color", "no-ext-diff": "x",
    }  # fmt: skip
    options = call.options("pu", long)
    repository = call.repository
    revisions: list[str] = []
    operands = list(options.operands)
    while operands:
        word = operands[0]
        if ".." in word and "/" not in word:
            left, right = re.split(r"\.{2,3}", word, maxsplit=1)
            revisions += [repository.find(left or "HEAD"), repository.find(right or "HEAD")]
        elif (found := repository.find_or_none(word)) is not None:
            revisions.append(found)
        else:
            break
        operands.pop(0)
    for word in operands:
        if stat_or_none(call.system, word) is None:
            repository.find(word)
    wanted = [call.relative(path) for path in (*operands, *paths)]
    old, new, live = _sides(call, options, revisions)
    if wanted:
        old, new = (
            {path: entry for path, entry in side.items() if any(fits(want, path) for want in wanted)}
            for side in (old, new)
        )
    entries = differences(old, new)
    if "quiet" not in options:
        call.put(_difference_text(call, options, entries, loader(repository, live)))
    return 1 if entries and ("quiet" in options or "exit" in options) else 0


def _sides(call: Call, options: Options, revisions: list[str]) -> tuple[Files, Files, dict[str, bytes]]:
    """What is compared with what, and the contents of the working tree by blob."""
    repository = call.repository
    trees = [repository.files_of(repository.commit(name).tree) for name in revisions]
    if len(trees) > 1:
        return trees[0], trees[1], {}
    index = read_index(repository)
    if "cached" in options:
        return trees[0] if trees else repository.head_files(), index, {}
    now = tracked_files(repository, index)
    live = {}
    for path, (_, name) in now.items():
        found = content(repository, path)
        if found is not None and index[path][1] != name:
            live[name] = found[1]
    return trees[0] if trees else index, now, live

"""git rev-parse, describe, cat-file, ls-files, ls-tree, hash-object, clean: for scripts and for a look inside."""

from __future__ import annotations

from fakedocker.kernel.program import Unsimulated
from fakedocker.userland.git.call import Call, fits
from fakedocker.userland.git.objects import GitProblem
from fakedocker.userland.git.working_tree import blob_name, read_index, tracked_files, untracked
from fakedocker.userland.inputs import read_all
from fakedocker.userland.tools import join

_UNKNOWN = """{word}
fatal: ambiguous argument '{word}': unknown revision or path not in the working tree.
Use '--' to separate paths from revisions, like this:
'git <command> [<revision>...] -- [<file>...]'"""


def rev_parse(call: Call) -> int:
    repository = call.repository
    length, named, verify, quiet = 0, False, False, False
    for word in call.words:
        if word == "--short" or word.startswith("--short="):
            length = int(word.partition("=")[2] or "7")
        elif word == "--abbrev-ref":
            named = True
        elif word == "--verify":
            verify = True
        elif word in ("-q", "--quiet"):
            quiet = True
        elif word.startswith("--"):
            call.put(_fact(call, word))
        else:
            found = repository.find_or_none(word)
            if found is None:
                if verify:
                    raise GitProblem("" if quiet else "fatal: Needed a single revision", 1 if quiet else 128)
                call.put(f"{word}\n")
                raise GitProblem(_UNKNOWN.format(word=word).partition("\n")[2])
            if named:
                branch = repository.head()[0]
                call.put(f"{(branch or 'HEAD') if word in ('HEAD', '@') else word}\n")
            else:
                call.put(f"{repository.short(found, length) if length else found}\n")
    return 0


def _fact(call: Call, word: str) -> str:
    repository = call.repository
    inside = f"{call.system.directory}/".startswith(f"{repository.top.rstrip('/')}/")
    facts = {
        "--show-toplevel": repository.top,
        "--git-dir": ".git" if call.system.directory == repository.top else repository.folder,
        "--absolute-git-dir": repository.folder,
        "--is-inside-work-tree": "true" if inside else "false",
        "--is-bare-repository": "false",
    }
    if word not in facts:
        raise Unsimulated(f"git rev-parse {word}", 129)
    return f"{facts[word]}\n"


def describe(call: Call) -> int:
    options = call.options(
        "",
        {
            "tags": "tags",
            "always": "always",
            "dirty=?": "dirty",
            "abbrev=": "abbrev",
            "long": "long",
            "exact-match": "exact",
        },
    )
    repository = call.repository
    commit = repository.commit(repository.find(options.operands[0] if options.operands else "HEAD")).name
    named: dict[str, str] = {}
    for name, value in repository.references("refs/tags/").items():
        if "tags" in options or repository.load(value)[0] == "tag":
            named[repository.commit(value).name] = name
    history = repository.history([commit])
    nearest = next((entry for entry in history if entry.name in named), None)
    tail = ""
    if "dirty" in options:
        index = read_index(repository)
        tail = "-dirty" if index != repository.head_files() or tracked_files(repository, index) != index else ""
    if nearest is None or ("exact" in options and nearest.name != commit):
        if "always" not in options:
            raise GitProblem(
                "fatal: No names found, cannot describe anything."
                if nearest is None
                else f"fatal: no tag exactly matches '{commit}'"
            )
        call.put(f"{repository.short(commit)}{tail}\n")
        return 0
    known = {entry.name for entry in repository.history([nearest.name])}
    distance = sum(entry.name not in known for entry in history)
    behind = (
        f"-{distance}-g{repository.short(commit)}"
        if (distance or "long" in options) and options.last("abbrev") != "0"
        else ""
    )
    call.put(f"{named[nearest.name]}{behind}{tail}\n")
    return 0


def cat_file(call: Call) -> int:
    options = call.options("ptse")
    repository = call.repository
    words = options.operands
    found = repository.find_or_none(words[-1]) if words else None
    if found is None:
        if "e" in options:
            return 1
        raise GitProblem(f"fatal: Not a valid object name {words[-1] if words else ''}")
    kind, data = repository.load(found)
    if "t" in options:
        call.put(f"{kind}\n")
    elif "s" in options:
        call.put(f"{len(data)}\n")
    elif kind == "tree" and "e" not in options:
        call.put("".join(_tree_line(call, mode, name, entry) for mode, name, entry in repository.entries(found)))
    elif "e" not in options:
        call.put(data)
    return 0


def _tree_line(call: Call, mode: str, name: str, entry: str) -> str:
    return f"{mode:0>6} {'tree' if mode == '40000' else 'blob'} {entry}\t{name}\n"


def ls_tree(call: Call) -> int:
    options = call.options("r", {"name-only": "names"})
    if not options.operands:
        raise GitProblem("usage: git ls-tree [-d] [-r] [-t] [-l | --long] [-z] <tree-ish> [<path>...]", 129)
    repository = call.repository
    revision, *paths = options.operands
    name = repository.find_or_none(revision)
    if name is None:
        raise GitProblem(f"fatal: Not a valid object name {revision}")
    tree = repository.commit(name).tree if repository.load(name)[0] != "tree" else name
    rows = repository.entries(tree)
    if "r" in options:
        rows = [(mode, path, entry) for path, (mode, entry) in sorted(repository.files_of(tree).items())]
    for mode, path, entry in rows:
        if not paths or any(fits(want, path) for want in paths):
            call.put(f"{path}\n" if "names" in options else _tree_line(call, mode, path, entry))
    return 0


def ls_files(call: Call) -> int:
    options = call.options(
        "scomd", {"stage": "s", "cached": "c", "others": "o", "modified": "m", "exclude-standard": "x", "deleted": "d"}
    )
    repository = call.repository
    index = read_index(repository)
    wanted = [call.relative(path) for path in options.operands or (".",)]
    paths = sorted(index)
    if "o" in options:
        if "x" not in options:
            raise Unsimulated("git ls-files -o without --exclude-standard", 129)
        paths = untracked(repository, index, whole=True)
    elif "m" in options or "d" in options:
        now = tracked_files(repository, index)
        paths = [path for path in paths if now.get(path) != index[path] and ("m" in options or path not in now)]
    for path in paths:
        if any(fits(want, path) for want in wanted):
            front = f"{index[path][0]} {index[path][1]} 0\t" if "s" in options and path in index else ""
            call.put(f"{front}{call.shown(path)}\n")
    return 0


def hash_object(call: Call) -> int:
    options = call.options("wt:", {"stdin": "stdin"})
    for name in (*(["-"] if "stdin" in options else []), *options.operands):
        try:
            data = read_all(call.system, call.state, ()) if name == "-" else call.system.read_file(name, 1 << 40)
        except OSError as problem:
            raise GitProblem(f"fatal: could not open '{name}' for reading: {problem.strerror}") from None
        call.put(f"{call.repository.store('blob', data) if 'w' in options else blob_name(data)}\n")
    return 0


def clean(call: Call) -> int:
    options = call.options("fdnqx", {"force": "f", "dry-run": "n", "quiet": "q"})
    if "x" in options:
        raise Unsimulated("git clean -x", 129)
    if "f" not in options and "n" not in options:
        raise GitProblem(
            "fatal: clean.requireForce defaults to true and neither -i, -n, nor -f given; refusing to clean"
        )
    repository = call.repository
    for path in untracked(repository, read_index(repository)):
        if path.endswith("/") and "d" not in options:
            continue
        if "q" not in options:
            call.put(f"{'Would remove' if 'n' in options else 'Removing'} {call.shown(path)}\n")
        if "n" not in options:
            _remove(call, join(repository.top, path.rstrip("/")))
    return 0


def _remove(call: Call, path: str) -> None:
    found = call.system.stat(path, follow=False)
    if found.kind == "dir":
        for name in call.system.list_directory(path):
            _remove(call, join(path, name))
        call.system.remove_directory(path)
    else:
        call.system.remove_file(path)

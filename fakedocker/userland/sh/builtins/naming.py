"""Builtins about names: type, command -v, hash, alias, unalias, help."""

from __future__ import annotations

from fakedocker.userland.sh.builtin_table import builtin, builtins_of, complain
from fakedocker.userland.sh.commands import search_path
from fakedocker.userland.sh.quoting import quote_bash, quote_single
from fakedocker.userland.sh.state import ShellState

_KEYWORDS = frozenset(
    ["if", "then", "else", "elif", "fi", "do", "done", "case", "esac", "while", "until", "for", "in", "!", "{", "}"]
)
_MORE_KEYWORDS = {"ash": {"[[", "]]", "function"}, "bash": {"[[", "]]", "function", "time", "select", "coproc"}}


def kind_of(shell: ShellState, name: str) -> tuple[str, str]:
    """What a name stands for, as (kind, detail): alias, keyword, function, builtin, file or ""."""
    alias = dict(shell.active_aliases()).get(name)
    if alias is not None:
        return "alias", alias
    if name in _KEYWORDS or name in _MORE_KEYWORDS.get(shell.dialect.name, ()):
        return "keyword", name
    if name in shell.functions:
        return "function", shell.functions[name][2]
    if name in builtins_of(shell.dialect):
        return "builtin", name
    try:
        return "file", shell.system.find_program(name, search_path(shell))
    except OSError:
        return "", ""


def describe_names(shell: ShellState, names: tuple[str, ...], style: str) -> int:
    """type and command: style is describe, command (-v), kind (-t) or path (-p)."""
    status = 0
    for name in names:
        kind, detail = kind_of(shell, name)
        if not kind:
            status = 127 if not shell.is_bash() and style != "kind" else 1
            if style == "describe":
                _not_found(shell, name)
            continue
        text = _text(shell, name, kind, detail, style)
        if text:
            shell.out(text + "\n")
    return status


def _not_found(shell: ShellState, name: str) -> None:
    if shell.is_bash():
        shell.complain(f"{name}: not found", "type")
    else:
        shell.out(f"{name}: not found\n")


def _text(shell: ShellState, name: str, kind: str, detail: str, style: str) -> str:
    if style == "kind":
        return kind
    if style == "path":
        return detail if kind == "file" else ""
    if style == "command":
        if kind == "alias":
            return f"alias {name}={quote_bash(detail, True) if shell.is_bash() else quote_single(detail)}"
        return detail if kind == "file" else name
    if kind == "alias":
        return f"{name} is aliased to `{detail}'" if shell.is_bash() else f"{name} is an alias for {detail}"
    if kind == "function":
        if shell.is_bash():
            return f"{name} is a function\n{detail}"
        return f"{name} is a {'shell ' if shell.dialect.name == 'dash' else ''}function"
    if kind == "builtin":
        special = builtins_of(shell.dialect)[name].special and not shell.is_bash()
        return f"{name} is a {'special ' if special else ''}shell builtin"
    return f"{name} is a shell keyword" if kind == "keyword" else f"{name} is {detail}"


@builtin("type", writes=True)
def _type(shell: ShellState, argv: tuple[str, ...]) -> int:
    words = argv[1:]
    style = "describe"
    if shell.is_bash():
        while words and words[0].startswith("-"):
            style = {"t": "kind", "p": "path", "P": "path"}.get(words[0][-1], style)
            words = words[1:]
    return describe_names(shell, words, style)


@builtin("hash")
def _hash(shell: ShellState, argv: tuple[str, ...]) -> int:
    if argv[1:2] == ("-r",):
        shell.hashed = ()
        return 0
    status = 0
    for name in argv[1:]:
        kind, path = kind_of(shell, name)
        if kind == "file":
            shell.hashed = (*(held for held in shell.hashed if held != path), path)
        elif not kind:
            status = complain(shell, "hash", f"{name}: not found")
    if len(argv) == 1:
        if shell.is_bash():
            shell.out("hits\tcommand\n" if shell.hashed else "hash: hash table empty\n")
        for path in shell.hashed:
            shell.out(f"   0\t{path}\n" if shell.is_bash() else f"{path}\n")
    return status


@builtin("alias", writes=True)
def _alias(shell: ShellState, argv: tuple[str, ...]) -> int:
    words = tuple(word for word in argv[1:] if word != "-p")
    table = dict(shell.aliases)
    status = 0
    prefix = "alias " if shell.is_bash() else ""
    for word in words or sorted(table):
        name, equals, value = word.partition("=")
        if equals and words:
            table[name] = value
        elif name in table:
            shown = quote_bash(table[name], True) if shell.is_bash() else quote_single(table[name])
            shell.out(f"{prefix}{name}={shown}\n")
        else:
            status = 1
            if shell.is_bash():
                shell.complain(f"{name}: not found", "alias")
            else:
                shell.error(f"alias: {name} not found\n")
    shell.aliases = tuple(sorted(table.items()))
    return status


@builtin("unalias")
def _unalias(shell: ShellState, argv: tuple[str, ...]) -> int:
    if argv[1:2] == ("-a",):
        shell.aliases = ()
        return 0
    table = dict(shell.aliases)
    status = 0
    for name in argv[1:]:
        if table.pop(name, None) is None:
            status = 1
            if shell.is_bash():
                shell.complain(f"{name}: not found", "unalias")
            else:
                shell.error(f"unalias: {name} not found\n")
    shell.aliases = tuple(sorted(table.items()))
    return status


@builtin("help", only="ash bash", writes=True)
def _help(shell: ShellState, argv: tuple[str, ...]) -> int:
    names = sorted(builtins_of(shell.dialect))
    shell.out("Built-in commands:\n------------------\n")
    line = "\t"
    for name in names:
        if len(line) + len(name) > 70:
            shell.out(line.rstrip() + "\n")
            line = "\t"
        line += name + " "
    shell.out(line.rstrip() + "\n")
    return 0

"""set and shopt: the options of the shell."""

from __future__ import annotations

from typing import Final

from fakedocker.userland.sh.builtin_table import builtin, complain
from fakedocker.userland.sh.builtins.declaring import show_all_variables
from fakedocker.userland.sh.dialect import ShellError
from fakedocker.userland.sh.state import ShellState

LONG_OPTIONS: Final = {
    "errexit": "e",
    "noglob": "f",
    "ignoreeof": "I",
    "interactive": "i",
    "monitor": "m",
    "noexec": "n",
    "stdin": "s",
    "xtrace": "x",
    "verbose": "v",
    "vi": "V",
    "emacs": "E",
    "noclobber": "C",
    "allexport": "a",
    "notify": "b",
    "nounset": "u",
    "nolog": "nolog",
    "pipefail": "pipefail",
    "debug": "debug",
    "hashall": "h",
    "braceexpand": "B",
    "posix": "posix",
    "errtrace": "T",
    "functrace": "functrace",
    "physical": "P",
    "history": "history",
    "histexpand": "H",
    "keyword": "k",
    "onecmd": "t",
    "privileged": "p",
}
_LETTERS: Final = frozenset("aefhimnuvxCbBHIEVPTkpts")
_ASH_ORDER: Final = [
    "errexit",
    "noglob",
    "ignoreeof",
    "monitor",
    "noexec",
    "xtrace",
    "verbose",
    "noclobber",
    "allexport",
    "notify",
    "nounset",
    "vi",
    "pipefail",
]
_DASH_ORDER: Final = [
    "errexit",
    "noglob",
    "ignoreeof",
    "interactive",
    "monitor",
    "noexec",
    "stdin",
    "xtrace",
    "verbose",
    "vi",
    "emacs",
    "noclobber",
    "allexport",
    "notify",
    "nounset",
    "nolog",
    "debug",
]
_BASH_ORDER: Final = [
    "allexport",
    "braceexpand",
    "emacs",
    "errexit",
    "errtrace",
    "functrace",
    "hashall",
    "histexpand",
    "history",
    "ignoreeof",
    "interactive-comments",
    "keyword",
    "monitor",
    "noclobber",
    "noexec",
    "noglob",
    "nolog",
    "notify",
    "nounset",
    "onecmd",
    "physical",
    "pipefail",
    "posix",
    "privileged",
    "verbose",
    "vi",
    "xtrace",
]
_BASH_ALWAYS: Final = frozenset({"braceexpand", "hashall", "interactive-comments"})
SHOPT_NAMES: Final = [
    "autocd",
    "cdspell",
    "checkwinsize",
    "cmdhist",
    "dotglob",
    "expand_aliases",
    "extglob",
    "failglob",
    "globstar",
    "histappend",
    "inherit_errexit",
    "lastpipe",
    "login_shell",
    "nocaseglob",
    "nocasematch",
    "nullglob",
    "sourcepath",
    "xpg_echo",
]
_SHOPT_ALWAYS: Final = frozenset({"checkwinsize", "cmdhist", "sourcepath"})


def set_option(shell: ShellState, name: str, on: bool) -> None:
    """Turn an option (its letter or long name) on or off."""
    letter = LONG_OPTIONS.get(name, name)
    shell.options = shell.options | {letter} if on else shell.options - {letter}
    shell.recompute_slow()


def _known(shell: ShellState, name: str) -> bool:
    order = {"ash": _ASH_ORDER, "dash": _DASH_ORDER}.get(shell.dialect.name, _BASH_ORDER)
    return name in order


def _show(shell: ShellState, restorable: bool) -> None:
    order = {"ash": _ASH_ORDER, "dash": _DASH_ORDER}.get(shell.dialect.name, _BASH_ORDER)
    if not restorable and not shell.is_bash():
        shell.out("Current option settings\n")
    for name in order:
        on = LONG_OPTIONS.get(name, name) in shell.options or (shell.is_bash() and name in _BASH_ALWAYS)
        if restorable:
            shell.out(f"set {'-' if on else '+'}o {name}\n")
        else:
            width, gap = (15, "\t") if shell.is_bash() else (16, "")
            shell.out(f"{name:<{width}}{gap}{'on' if on else 'off'}\n")


@builtin("set", special=True, writes=True)
def _set(shell: ShellState, argv: tuple[str, ...]) -> int:
    if len(argv) == 1:
        show_all_variables(shell)
        return 0
    words = argv[1:]
    while words:
        word = words[0]
        if word == "--":
            shell.parameters = words[1:]
            return 0
        if word == "-":
            set_option(shell, "x", False)
            set_option(shell, "v", False)
            if len(words) > 1:
                shell.parameters = words[1:]
            return 0
        if word[0] not in "-+" or len(word) == 1:
            shell.parameters = words
            return 0
        used = apply_option_word(shell, word, words[1] if len(words) > 1 else None, "set")
        if used < 0:
            return 2 if shell.is_bash() else 1
        words = words[used:]
    return 0


def apply_option_word(shell: ShellState, word: str, following: str | None, command: str) -> int:
    """Apply a word like -eu or +o with its name. Gives how many words it used, -1 after an error that was reported."""
    on = word[0] == "-"
    used = 1
    for letter in word[1:]:
        if letter == "o":
            if following is None:
                _show(shell, not on)
                return used
            used = 2
            if not _known(shell, following):
                return _unknown_long(shell, following, on, command)
            set_option(shell, following, on)
        elif letter not in _LETTERS:
            return _unknown_letter(shell, word[0] + letter, command)
        else:
            set_option(shell, letter, on)
    return used


def _unknown_long(shell: ShellState, name: str, on: bool, command: str) -> int:
    sign = "-" if on else "+"
    if shell.is_bash():
        shell.complain(f"{name}: invalid option name", command)
        return -1
    if shell.dialect.name == "dash":
        raise ShellError(f"Illegal option {sign}o {name}")
    shell.complain(f"illegal option {sign}o {name}", command)
    return -1


def _unknown_letter(shell: ShellState, text: str, command: str) -> int:
    if shell.is_bash():
        shell.complain(f"{text}: invalid option", command)
        shell.error("set: usage: set [-abefhkmnptuvxBCEHPT] [-o option-name] [--] [-] [arg ...]\n")
        return -1
    word = "Illegal" if shell.dialect.name == "dash" else "illegal"
    raise ShellError(f"{word} option {text}")


@builtin("shopt", only="bash", writes=True)
def _shopt(shell: ShellState, argv: tuple[str, ...]) -> int:
    letters = "".join(word[1:] for word in argv[1:] if word.startswith("-"))
    names = [word for word in argv[1:] if not word.startswith("-")]
    status = 0
    for name in names or SHOPT_NAMES:
        known = name in SHOPT_NAMES or ("o" in letters and _known(shell, name))
        if not known:
            status = complain(shell, "shopt", f"{name}: invalid shell option name")
            continue
        held = LONG_OPTIONS.get(name, name) if "o" in letters else name
        on = held in shell.options or name in _SHOPT_ALWAYS
        if names and ("s" in letters or "u" in letters):
            set_option(shell, held, "s" in letters)
            continue
        status = status or (0 if on or not names else 1)
        if "q" not in letters and not ("s" in letters and not on) and not ("u" in letters and on):
            shell.out(
                f"shopt -{'s' if on else 'u'} {name}\n" if "p" in letters else f"{name:<15}\t{'on' if on else 'off'}\n"
            )
    return status

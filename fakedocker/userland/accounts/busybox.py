"""adduser, addgroup, deluser and delgroup: busybox's own, and for Debian's links the scripts of `debian`.

Source: busybox 1.36 loginutils/adduser.c, addgroup.c and deluser.c, with Alpine's choice of /sbin/nologin for system
accounts. Passwords are not asked for: a user made without -D has none, as when nobody answers.
"""

from __future__ import annotations

from typing import Final

from fakedocker.base.numbers import is_digits
from fakedocker.kernel.program import System
from fakedocker.userland.accounts import debian
from fakedocker.userland.accounts.database import NORMAL_AGING, Accounts, make_home, remove_tree
from fakedocker.userland.accounts.shadow import Failure
from fakedocker.userland.inputs import State
from fakedocker.userland.tools import Register, UsageProblem, base_name, is_busybox, parse_options, say, stat_or_none

PROGRAMS = Register()
_SYSTEM_IDS: Final = range(100, 1000)
_NORMAL_IDS: Final = range(1000, 60001)
_ALPINE: Final = "/etc/alpine-release"
_USAGE: Final = {
    "adduser": "[OPTIONS] USER [GROUP]\n",
    "addgroup": "[-g GID] [-S] [USER] GROUP\n",
    "deluser": "[--remove-home] USER\n",
    "delgroup": "[USER] GROUP\n",
}


def _adduser(system: System, argv: tuple[str, ...], accounts: Accounts) -> int:
    long = {
        "home=": "h", "gecos=": "g", "shell=": "s", "ingroup=": "G", "disabled-password": "D", "empty-password": "D", "system": "S",
        "no-create-home": "H", "uid=": "u", "skel=": "k",
    }  # fmt: skip
    options = parse_options(system, argv, "h:g:s:G:DSHu:k:", long)
    if len(options.operands) == 2:
        return _add_member(system, accounts, *options.operands)
    if len(options.operands) != 1:
        raise UsageProblem
    name = options.operands[0]
    if accounts.user(name) is not None:
        raise Failure(1, f"user '{name}' in use")
    is_system = "S" in options
    group_name = options.last("G") or ("nogroup" if is_system else "")
    group = accounts.group(group_name) if group_name else None
    if group_name and group is None:
        raise Failure(1, f"unknown group {group_name}")
    if group is None and accounts.group(name) is not None:
        raise Failure(1, f"group '{name}' in use")
    if "u" in options:
        uid = _number(options.last("u"))
        if accounts.has_uid(uid) or (group is None and accounts.has_gid(uid)):
            raise Failure(1, f"uid '{uid}' in use")
    else:
        uid = accounts.free_id(_SYSTEM_IDS if is_system else _NORMAL_IDS, gid=group is None) or 0
    gid = uid if group is None else int(group[2])
    home = options.last("h") or f"/home/{name}"
    shell = options.last("s") or (_system_shell(system) if is_system else system.environment.get("SHELL", "/bin/sh"))
    accounts.add_user(name, uid, gid, options.last("g") or "Linux User,,,", home, shell, NORMAL_AGING)
    if group is None:
        accounts.add_group(name, gid)
    else:
        accounts.add_member(group, name)
    _save(accounts)
    if "H" not in options:
        _give_home(system, home, uid, gid)
    if is_system or "D" in options:
        return 0
    system.put(f"Changing password for {name}\nNew password: \n")
    system.put(f"passwd: password for {name} is unchanged\n", 2)
    return 1


def _system_shell(system: System) -> str:
    return "/sbin/nologin" if stat_or_none(system, _ALPINE) is not None else "/bin/false"


def _give_home(system: System, home: str, uid: int, gid: int) -> None:
    """Its directory: made, or taken over where it is there; with the group's bit, as busybox has it."""
    try:
        if stat_or_none(system, home) is None:
            make_home(system, home, uid, gid, 0o2755)
        else:
            system.change_owner(home, uid, gid)
            system.change_mode(home, 0o2755)
    except OSError as problem:
        say(system, f"{home}: {problem.strerror}")


def _number(text: str) -> int:
    if not is_digits(text):
        raise Failure(1, f"invalid number '{text}'")
    return int(text)


def _save(accounts: Accounts) -> None:
    try:
        accounts.save()
    except OSError:
        raise Failure(1, "permission denied (are you root?)") from None


def _add_member(system: System, accounts: Accounts, name: str, group_name: str) -> int:
    if accounts.user(name) is None:
        raise Failure(1, f"unknown user {name}")
    group = accounts.group(group_name)
    if group is None:
        raise Failure(1, f"unknown group {group_name}")
    accounts.add_member(group, name)
    _save(accounts)
    return 0


def _addgroup(system: System, argv: tuple[str, ...], accounts: Accounts) -> int:
    options = parse_options(system, argv, "g:S", {"gid=": "g", "system": "S"})
    if len(options.operands) == 2:
        return _add_member(system, accounts, *options.operands)
    if len(options.operands) != 1:
        raise UsageProblem
    name = options.operands[0]
    if accounts.group(name) is not None:
        raise Failure(1, f"group '{name}' in use")
    if "g" in options:
        gid = _number(options.last("g"))
        if accounts.has_gid(gid):
            raise Failure(1, f"gid '{gid}' in use")
    else:
        gid = accounts.free_id(_SYSTEM_IDS if "S" in options else _NORMAL_IDS, uid=False) or 0
    accounts.add_group(name, gid)
    _save(accounts)
    return 0


def _deluser(system: System, argv: tuple[str, ...], accounts: Accounts) -> int:
    options = parse_options(system, argv, "", {"remove-home": "remove-home"})
    if len(options.operands) != 1:
        raise UsageProblem
    name = options.operands[0]
    user = accounts.user(name)
    if user is None:
        raise Failure(1, f"unknown user {name}")
    accounts.remove_user(name)
    own = accounts.group(name)
    if own is not None and not own[3]:
        accounts.remove_group(name)
    _save(accounts)
    if "remove-home" in options and stat_or_none(system, user[5]) is not None:
        remove_tree(system, user[5])
    return 0


def _delgroup(system: System, argv: tuple[str, ...], accounts: Accounts) -> int:
    operands = parse_options(system, argv, "").operands
    if len(operands) not in (1, 2):
        raise UsageProblem
    group = accounts.group(operands[-1])
    if len(operands) == 2 and accounts.user(operands[0]) is None:
        raise Failure(1, f"unknown user {operands[0]}")
    if group is None:
        raise Failure(1, f"unknown group {operands[-1]}")
    if len(operands) == 2:
        if not accounts.remove_member(group, operands[0]):
            raise Failure(1, f"can't find {operands[0]} in /etc/group")
    else:
        holder = next((user for user in accounts.users if user[3] == group[2]), None)
        if holder is not None:
            raise Failure(1, f"'{holder[0]}' still has '{group[0]}' as their primary group!")
        accounts.remove_group(group[0])
    _save(accounts)
    return 0


_FUNCTIONS: Final = {"adduser": _adduser, "addgroup": _addgroup, "deluser": _deluser, "delgroup": _delgroup}


def _run(system: System, argv: tuple[str, ...], state: State) -> int:
    if not is_busybox(system):
        return debian.run(system, argv)
    try:
        return _FUNCTIONS[base_name(argv[0])](system, argv, Accounts(system))
    except Failure as failure:
        say(system, failure.message)
        return failure.status


for _name, _usage in _USAGE.items():
    PROGRAMS.program(_name, usage=_usage)(_run)

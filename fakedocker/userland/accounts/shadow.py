"""useradd, usermod, userdel, groupadd, groupmod and groupdel of the shadow utilities, and chpasswd.

Source: shadow 4.13 as Debian 12 has it; its exit statuses and words were observed. It must not know other families'
programs.
"""

from __future__ import annotations

import re
from typing import Final

from fakedocker.base.numbers import is_digits
from fakedocker.kernel.program import System
from fakedocker.userland.accounts.database import NORMAL_AGING, SYSTEM_AGING, Accounts, make_home, remove_tree
from fakedocker.userland.inputs import State, read_text
from fakedocker.userland.network.crypt import sha_crypt
from fakedocker.userland.tools import Options, Register, UsageProblem, is_busybox, parse_options, say, stat_or_none

PROGRAMS = Register()
NORMAL_IDS: Final = range(1000, 60001)
SYSTEM_IDS: Final = range(999, 100, -1)
_NAME: Final = re.compile(r"[a-zA-Z_][a-zA-Z0-9_.-]{0,31}\$?")
_SALT: Final = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_SALT_LETTERS: Final = 16
_LOCKED, _USAGE, _BAD_ARGUMENT, _ID_TAKEN, _UNKNOWN, _IN_USE, _EXISTS = 1, 2, 3, 4, 6, 8, 9
_USER_OPTIONS: Final = {
    "base-dir=": "b", "comment=": "c", "home-dir=": "d", "home=": "d", "defaults": "D", "expiredate=": "e", "inactive=": "f",
    "gid=": "g", "groups=": "G", "skel=": "k", "key=": "K", "no-log-init": "l", "create-home": "m", "no-create-home": "M",
    "no-user-group": "N", "non-unique": "o", "password=": "p", "system": "r", "shell=": "s", "uid=": "u", "user-group": "U",
    "badname": "badname", "badnames": "badname",
}  # fmt: skip


class Failure(Exception):
    """What a program says before it ends with a status."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


def save(system: System, accounts: Accounts) -> None:
    """Raises Failure: it is not root who asks."""
    try:
        accounts.save()
    except OSError as problem:
        say(system, f"{problem.strerror}.")
        raise Failure(_LOCKED, "cannot lock /etc/passwd; try again later.") from None


def _number(text: str, what: str) -> int:
    if not is_digits(text):
        raise Failure(_BAD_ARGUMENT, f"invalid {what} ID '{text}'")
    return int(text)


def _named(options: Options) -> str:
    if len(options.operands) != 1:
        raise UsageProblem(status=_USAGE)
    return options.operands[0]


def _group(accounts: Accounts, text: str) -> list[str]:
    found = accounts.group_of(text)
    if found is None:
        raise Failure(_UNKNOWN, f"group '{text}' does not exist")
    return found


def _supplementary(accounts: Accounts, options: Options) -> list[list[str]]:
    return [_group(accounts, name) for name in options.last("G").split(",") if name]


def _useradd(system: System, argv: tuple[str, ...], state: State) -> int:
    options = parse_options(system, argv, "b:c:d:De:f:g:G:k:K:lmMNop:rs:u:U", _USER_OPTIONS)
    name = _named(options)
    accounts = Accounts(system)
    if _NAME.fullmatch(name) is None and "badname" not in options:
        raise Failure(_BAD_ARGUMENT, f"invalid user name '{name}': use --badname to ignore")
    if accounts.user(name) is not None:
        raise Failure(_EXISTS, f"user '{name}' already exists")
    own_group = "g" not in options and "N" not in options
    if own_group and accounts.group(name) is not None:
        raise Failure(_EXISTS, f"group {name} exists - if you want to add this user to that group, use -g.")
    groups = _supplementary(accounts, options)
    numbers = SYSTEM_IDS if "r" in options else NORMAL_IDS
    if "u" in options:
        uid = _number(options.last("u"), "user")
        if accounts.has_uid(uid) and "o" not in options:
            raise Failure(_ID_TAKEN, f"UID {uid} is not unique")
        _warn_of_range(system, name, uid, "r" in options)
    else:
        uid = accounts.free_id(numbers, gid=False) or 0
    if own_group:
        wanted = accounts.free_id(range(uid, uid + 1), uid=False)
        gid = wanted if wanted is not None and uid in numbers else accounts.free_id(numbers, uid=False) or 0
        accounts.add_group(name, gid)
    else:
        gid = int(_group(accounts, options.last("g"))[2]) if "g" in options else 100
    home = options.last("d") or f"{options.last('b') or '/home'}/{name}"
    aging = SYSTEM_AGING if "r" in options else NORMAL_AGING
    accounts.add_user(name, uid, gid, options.last("c"), home, options.last("s") or "/bin/sh", aging)
    if "p" in options:
        accounts.set_password(name, options.last("p"))
    for group in groups:
        accounts.add_member(group, name)
    save(system, accounts)
    if "m" in options and "M" not in options:
        _make_home(system, home, uid, gid)
    return 0


def _warn_of_range(system: System, name: str, uid: int, is_system: bool) -> None:
    if is_system and uid > SYSTEM_IDS.start:
        text = f"warning: {name}'s uid {uid} is greater than SYS_UID_MAX {SYSTEM_IDS.start}"
    elif not is_system and uid not in NORMAL_IDS:
        text = f"warning: {name}'s uid {uid} outside of the UID_MIN 1000 and UID_MAX 60000 range."
    else:
        return
    system.put(f"useradd {text}\n", 2)


def _make_home(system: System, home: str, uid: int, gid: int) -> None:
    if stat_or_none(system, home) is not None:
        system.put(f"useradd: warning: the home directory {home} already exists.\n", 2)
        system.put("useradd: Not copying any file from skel directory into it.\n", 2)
        return
    try:
        make_home(system, home, uid, gid, 0o755)
    except OSError as problem:
        raise Failure(12, f"cannot create directory {home}: {problem.strerror}") from None


def _usermod(system: System, argv: tuple[str, ...], state: State) -> int:
    long = {
        "append": "a", "comment=": "c", "home=": "d", "gid=": "g", "groups=": "G", "login=": "l", "lock": "L", "move-home": "m",
        "non-unique": "o", "password=": "p", "shell=": "s", "uid=": "u", "unlock": "U", "expiredate=": "e",
    }  # fmt: skip
    options = parse_options(system, argv, "ac:d:e:g:G:l:Lmop:s:u:U", long)
    name = _named(options)
    accounts = Accounts(system)
    user = accounts.user(name)
    if user is None:
        raise Failure(_UNKNOWN, f"user '{name}' does not exist")
    groups = _supplementary(accounts, options)
    if "u" in options:
        uid = _number(options.last("u"), "user")
        if accounts.has_uid(uid) and "o" not in options and user[2] != str(uid):
            raise Failure(_ID_TAKEN, f"UID '{uid}' already exists")
        user[2] = str(uid)
    if "g" in options:
        user[3] = _group(accounts, options.last("g"))[2]
    for letter, field in (("c", 4), ("d", 5), ("s", 6)):
        if letter in options:
            user[field] = options.last(letter)
    if "G" in options:
        for group in accounts.groups:
            if group in groups:
                accounts.add_member(group, name)
            elif "a" not in options:
                accounts.remove_member(group, name)
    if "p" in options:
        accounts.set_password(name, options.last("p"))
    save(system, accounts)
    return 0


def _userdel(system: System, argv: tuple[str, ...], state: State) -> int:
    options = parse_options(system, argv, "fr", {"force": "f", "remove": "r"})
    name = _named(options)
    accounts = Accounts(system)
    user = accounts.user(name)
    if user is None:
        raise Failure(_UNKNOWN, f"user '{name}' does not exist")
    accounts.remove_user(name)
    own = accounts.group(name)
    if own is not None and own[2] == user[3] and not own[3]:
        accounts.remove_group(name)
    save(system, accounts)
    if "r" in options:
        say(system, f"{name} mail spool (/var/mail/{name}) not found")
        if stat_or_none(system, user[5]) is not None:
            remove_tree(system, user[5])
        else:
            say(system, f"{name} home directory ({user[5]}) not found")
    return 0


def _groupadd(system: System, argv: tuple[str, ...], state: State) -> int:
    long = {"force": "f", "gid=": "g", "key=": "K", "non-unique": "o", "password=": "p", "system": "r", "users=": "U"}
    options = parse_options(system, argv, "fg:K:op:rU:", long)
    name = _named(options)
    accounts = Accounts(system)
    if _NAME.fullmatch(name) is None:
        raise Failure(_BAD_ARGUMENT, f"'{name}' is not a valid group name")
    if accounts.group(name) is not None:
        if "f" in options:
            return 0
        raise Failure(_EXISTS, f"group '{name}' already exists")
    if "g" in options:
        gid = _number(options.last("g"), "group")
        if accounts.has_gid(gid) and "o" not in options:
            raise Failure(_ID_TAKEN, f"GID '{gid}' already exists")
    else:
        gid = accounts.free_id(SYSTEM_IDS if "r" in options else NORMAL_IDS, uid=False) or 0
    accounts.add_group(name, gid)
    save(system, accounts)
    return 0


def _groupmod(system: System, argv: tuple[str, ...], state: State) -> int:
    options = parse_options(system, argv, "g:n:o", {"gid=": "g", "new-name=": "n", "non-unique": "o"})
    name = _named(options)
    accounts = Accounts(system)
    group = accounts.group(name)
    if group is None:
        raise Failure(_UNKNOWN, f"group '{name}' does not exist")
    if "g" in options:
        gid = _number(options.last("g"), "group")
        if accounts.has_gid(gid) and "o" not in options and group[2] != str(gid):
            raise Failure(_ID_TAKEN, f"GID '{gid}' already exists")
        for user in accounts.users:
            user[3] = str(gid) if user[3] == group[2] else user[3]
        group[2] = str(gid)
    group[0] = options.last("n") or name
    save(system, accounts)
    return 0


def _groupdel(system: System, argv: tuple[str, ...], state: State) -> int:
    name = _named(parse_options(system, argv, "f", {"force": "f"}))
    accounts = Accounts(system)
    group = accounts.group(name)
    if group is None:
        raise Failure(_UNKNOWN, f"group '{name}' does not exist")
    holder = next((user for user in accounts.users if user[3] == group[2]), None)
    if holder is not None:
        raise Failure(_IN_USE, f"cannot remove the primary group of user '{holder[0]}'")
    accounts.remove_group(name)
    save(system, accounts)
    return 0


def _chpasswd(system: System, argv: tuple[str, ...], state: State) -> int:
    options = parse_options(system, argv, "ec:", {"encrypted": "e", "crypt-method=": "c"})
    accounts = Accounts(system)
    changed = []
    for number, line in enumerate(read_text(system, state, ()).splitlines(), 1):
        name, _, secret = line.partition(":")
        if accounts.user(name) is None:
            if is_busybox(system):
                raise Failure(1, f"unknown user {name}")
            say(system, f"line {number}: user '{name}' does not exist")
            raise Failure(1, "error detected, changes ignored")
        salt = "".join(_SALT[system.random(len(_SALT))] for _ in range(_SALT_LETTERS))
        accounts.set_password(name, secret if "e" in options else sha_crypt(secret.encode(), salt, "6"))
        changed.append(name)
    save(system, accounts)
    if is_busybox(system):
        for name in changed:
            say(system, f"password for '{name}' changed")
    return 0


_FUNCTIONS: Final = {
    "useradd": _useradd, "usermod": _usermod, "userdel": _userdel, "groupadd": _groupadd, "groupmod": _groupmod,
    "groupdel": _groupdel, "chpasswd": _chpasswd,
}  # fmt: skip


def guarded(system: System, argv: tuple[str, ...], state: State, name: str) -> int:
    """Run one of the functions, and say what it fails with."""
    try:
        return _FUNCTIONS[name](system, argv, state)
    except Failure as failure:
        say(system, failure.message)
        return failure.status


for _name in _FUNCTIONS:
    PROGRAMS.program(_name, usage="[OPTIONS] NAME\n", usage_status=_USAGE)(
        lambda system, argv, state, name=_name: guarded(system, argv, state, name)
    )

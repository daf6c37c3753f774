"""adduser, addgroup, deluser and delgroup as Debian's scripts do it. Source: adduser 3.134, whose words were observed.

Passwords are not asked for: a user made without --disabled-password is left with none, as when nobody answers.
"""

from __future__ import annotations

import re
from typing import Final

from fakedocker.kernel.program import System
from fakedocker.userland.accounts.database import NORMAL_AGING, SYSTEM_AGING, Accounts, make_home, remove_tree
from fakedocker.userland.accounts.shadow import Failure, save
from fakedocker.userland.tools import Options, UsageProblem, base_name, parse_options, stat_or_none

_NAME: Final = re.compile(r"[a-z][-a-z0-9_]*\$?")
_SYSTEM_NAME: Final = re.compile(r"[A-Za-z_][-A-Za-z0-9_]*\$?")
_SYSTEM_IDS: Final = range(100, 1000)
_NORMAL_IDS: Final = range(1000, 60000)
_NOWHERE: Final = "/nonexistent"
_BAD_NAME: Final = (
    "Please enter a username matching the regular expression\n            configured via the NAME_REGEX configuration variable.  Use the\n"
    "            `--allow-bad-names' option to relax this check or reconfigure\n            NAME_REGEX in configuration."
)
_LONG: Final = {
    "system": "system", "group": "group", "ingroup=": "ingroup", "gid=": "gid", "uid=": "uid", "home=": "home", "shell=": "shell",
    "gecos=": "gecos", "comment=": "gecos", "disabled-password": "disabled", "disabled-login": "disabled", "no-create-home": "no-home",
    "quiet": "quiet", "debug": "debug", "force-badname": "bad", "allow-bad-names": "bad", "allow-badname": "bad", "firstuid=": "firstuid",
    "lastuid=": "lastuid", "add_extra_groups": "extra", "add-extra-groups": "extra", "conf=": "conf", "remove-home": "remove-home",
    "remove-all-files": "remove-home", "only-if-empty": "only-if-empty", "backup": "backup", "user": "user",
}  # fmt: skip


def run(system: System, argv: tuple[str, ...]) -> int:
    """One of the four, by the name it was called with."""
    name = base_name(argv[0])
    try:
        options = parse_options(system, argv, "q", _LONG)
        if not options.operands:
            raise Failure(1, "Only one or two names allowed.")
        if system.uid:
            raise Failure(1, "Only root may add a user or group to the system.")
        accounts = Accounts(system)
        if name.startswith("del"):
            return _remove(system, accounts, options, is_group=name == "delgroup" or "group" in options)
        return _add(system, accounts, options, is_group=name == "addgroup")
    except UsageProblem as problem:
        system.put(f"{name}: {problem.message}\n", 2)
        return 1
    except Failure as failure:
        system.put(f"{name}: {failure.message}\n", 2)
        return failure.status


def _tell(system: System, options: Options, text: str) -> None:
    if "quiet" not in options and "q" not in options:
        system.put(f"{text}\n")


def _add(system: System, accounts: Accounts, options: Options, *, is_group: bool) -> int:
    name = options.operands[0]
    if len(options.operands) == 2:
        return _add_member(system, accounts, options, name, options.operands[1])
    pattern = _SYSTEM_NAME if "system" in options else _NAME
    if pattern.fullmatch(name) is None and "bad" not in options:
        raise Failure(1, _BAD_NAME)
    if is_group or ("group" in options and "system" not in options):
        return _add_group(system, accounts, options, name)
    if "system" in options:
        return _add_system_user(system, accounts, options, name)
    return _add_user(system, accounts, options, name)


def _add_member(system: System, accounts: Accounts, options: Options, name: str, group_name: str) -> int:
    if accounts.user(name) is None:
        raise Failure(1, f"The user `{name}' does not exist.")
    group = accounts.group(group_name)
    if group is None:
        raise Failure(1, f"The group `{group_name}' does not exist.")
    if not accounts.add_member(group, name):
        system.put(f"adduser: The user `{name}' is already a member of `{group_name}'.\n", 2)
        return 0
    _tell(system, options, f"Adding user `{name}' to group `{group_name}' ...")
    save(system, accounts)
    _tell(system, options, "Done.")
    return 0


def _add_group(system: System, accounts: Accounts, options: Options, name: str) -> int:
    known = accounts.group(name)
    if known is not None:
        if "system" in options and int(known[2]) in _SYSTEM_IDS:
            raise Failure(0, f"The group `{name}' already exists as a system group. Exiting.")
        raise Failure(1, f"The group `{name}' already exists.")
    if "gid" in options:
        gid = int(options.last("gid"))
        if accounts.has_gid(gid):
            raise Failure(1, f"The GID `{gid}' is already in use.")
    else:
        gid = accounts.free_id(_SYSTEM_IDS if "system" in options else _NORMAL_IDS, uid=False) or 0
    _tell(system, options, f"Adding group `{name}' (GID {gid}) ...")
    accounts.add_group(name, gid)
    save(system, accounts)
    _tell(system, options, "Done.")
    return 0


def _asked_group(accounts: Accounts, options: Options) -> list[str] | None:
    """The group that --ingroup or --gid names. Raises Failure."""
    text = options.last("ingroup") or options.last("gid")
    if not text:
        return None
    found = accounts.group_of(text)
    if found is None:
        raise Failure(1, f"The group `{text}' does not exist.")
    return found


def _asked_uid(accounts: Accounts, options: Options) -> int | None:
    if "uid" not in options:
        return None
    uid = int(options.last("uid"))
    if accounts.has_uid(uid):
        raise Failure(1, f"The UID {uid} is already in use.")
    return uid


def _add_system_user(system: System, accounts: Accounts, options: Options, name: str) -> int:
    known = accounts.user(name)
    if known is not None:
        if int(known[2]) in _SYSTEM_IDS:
            _tell(system, options, f"The system user `{name}' already exists. Exiting.")
            return 0
        raise Failure(1, f"The user `{name}' already exists, but is not a system user. Exiting.")
    group = _asked_group(accounts, options) or (None if "group" in options else accounts.group("nogroup"))
    asked = _asked_uid(accounts, options)
    uid = asked if asked is not None else accounts.free_id(_SYSTEM_IDS, gid=False) or 0
    _tell(system, options, f"Adding system user `{name}' (UID {uid}) ...")
    if group is None:
        gid, group_name = accounts.free_id(_SYSTEM_IDS, uid=False) or 0, name
        _tell(system, options, f"Adding new group `{name}' (GID {gid}) ...")
        accounts.add_group(name, gid)
    else:
        gid, group_name = int(group[2]), group[0]
    _tell(system, options, f"Adding new user `{name}' (UID {uid}) with group `{group_name}' ...")
    home = options.last("home") or _NOWHERE
    accounts.add_user(
        name, uid, gid, options.last("gecos"), home, options.last("shell") or "/usr/sbin/nologin", SYSTEM_AGING
    )
    save(system, accounts)
    _make_home(system, options, home, uid, gid, 0o755, skeleton=False)
    return 0


def _add_user(system: System, accounts: Accounts, options: Options, name: str) -> int:
    if accounts.user(name) is not None:
        raise Failure(1, f"The user `{name}' already exists.")
    group = _asked_group(accounts, options)
    if group is None and accounts.group(name) is not None:
        raise Failure(1, f"The group `{name}' already exists.")
    uid = _asked_uid(accounts, options)
    if uid is None:
        uid = accounts.free_id(_NORMAL_IDS, gid=group is None) or 0
    _tell(system, options, f"Adding user `{name}' ...")
    if group is None:
        gid, group_name = uid, name
        _tell(system, options, f"Adding new group `{name}' ({gid}) ...")
        accounts.add_group(name, gid)
    else:
        gid, group_name = int(group[2]), group[0]
    _tell(system, options, f"Adding new user `{name}' ({uid}) with group `{group_name} ({gid})' ...")
    home = options.last("home") or f"/home/{name}"
    comment = options.last("gecos")
    comment += "," * (3 - comment.count(","))
    accounts.add_user(name, uid, gid, comment, home, options.last("shell") or "/bin/bash", NORMAL_AGING)
    extra = accounts.group("users")
    if extra is not None:
        accounts.add_member(extra, name)
    save(system, accounts)
    _make_home(system, options, home, uid, gid, 0o700, skeleton=True)
    if "disabled" not in options:
        system.put("New password: Password change has been aborted.\n", 2)
        system.put("passwd: Authentication token manipulation error\npasswd: password unchanged\n", 2)
        system.put("Try again? [y/N] ")
    if extra is not None:
        _tell(system, options, f"Adding new user `{name}' to supplemental / extra groups `users' ...")
        _tell(system, options, f"Adding user `{name}' to group `users' ...")
    return 0


def _make_home(system: System, options: Options, home: str, uid: int, gid: int, mode: int, *, skeleton: bool) -> None:
    if home == _NOWHERE:
        _tell(system, options, f"Not creating `{home}'.")
    elif "no-home" in options:
        if not skeleton:
            _tell(system, options, f"Not creating home directory `{home}'.")
    elif stat_or_none(system, home) is not None:
        system.put(f"adduser: Warning: The home directory `{home}' already exists.\n", 2)
    else:
        _tell(system, options, f"Creating home directory `{home}' ...")
        if skeleton:
            _tell(system, options, "Copying files from `/etc/skel' ...")
        make_home(system, home, uid, gid, mode, skeleton=skeleton)


def _remove(system: System, accounts: Accounts, options: Options, *, is_group: bool) -> int:
    name = options.operands[0]
    if len(options.operands) == 2:
        group = accounts.group(options.operands[1])
        if accounts.user(name) is None:
            raise Failure(2, f"The user `{name}' does not exist.")
        if group is None:
            raise Failure(3, f"The group `{options.operands[1]}' does not exist.")
        if not accounts.remove_member(group, name):
            raise Failure(6, f"The user `{name}' is not a member of group `{group[0]}'.")
        _tell(system, options, f"Removing user `{name}' from group `{group[0]}' ...")
    elif is_group:
        group = accounts.group(name)
        if group is None:
            raise Failure(3, f"The group `{name}' does not exist.")
        holder = next((user for user in accounts.users if user[3] == group[2]), None)
        if holder is not None:
            raise Failure(7, f"`{holder[0]}' still has `{name}' as their primary group!")
        _tell(system, options, f"Removing group `{name}' ...")
        accounts.remove_group(name)
    else:
        _remove_user(system, accounts, options, name)
    save(system, accounts)
    _tell(system, options, "Done.")
    return 0


def _remove_user(system: System, accounts: Accounts, options: Options, name: str) -> None:
    user = accounts.user(name)
    if user is None:
        raise Failure(2, f"The user `{name}' does not exist.")
    system.put("deluser: `/usr/bin/crontab' not executed. Skipping crontab removal. Package `cron' required.\n", 2)
    if "remove-home" in options:
        _tell(system, options, "Looking for files to backup/remove ...")
        _tell(system, options, "Removing files ...")
        if stat_or_none(system, user[5]) is not None:
            remove_tree(system, user[5])
    _tell(system, options, f"Removing user `{name}' ...")
    accounts.remove_user(name)
    own = accounts.group(name)
    if own is not None and own[2] == user[3] and not own[3]:
        accounts.remove_group(name)

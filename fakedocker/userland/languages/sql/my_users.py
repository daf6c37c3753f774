"""Users and rights in MariaDB, as far as they decide who may come in and see which database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from fakedocker.userland.languages.sql.problems import SqlError, outside
from fakedocker.userland.languages.sql.results import Result
from fakedocker.userland.languages.sql.store import Store, User
from fakedocker.userland.languages.sql.tree import Drop, Simple, TableName

if TYPE_CHECKING:
    from fakedocker.userland.languages.sql.my_access import MySession


def key_of(name: str, host: str) -> str:
    return name if host == "%" else f"{name}@{host}"


def user_for(store: Store, name: str, local: bool) -> User | None:
    """The account that somebody is let in by."""
    if local and (found := store.users.get(key_of(name, "localhost"))) is not None:
        return found
    return store.users.get(name)


def is_root(user: User | None) -> bool:
    return user is not None and (user.name == "root" or any(right == "all on *.*" for right in user.rights))


def may(session: MySession, database: str, name: TableName, what: str) -> None:
    """Raises SqlError where a user may not use a database."""
    user = user_for(session.store, session.memory.get("user", "root"), True) or session.store.users.get(
        session.memory.get("user", "")
    )
    if user is None or is_root(user) or database == "information_schema":
        return
    if any(right.endswith((f" on {database}.*", f" on {database.lower()}.*")) for right in user.rights):
        return
    shown = f"'{user.name}'@'{user.host}'"
    if any(f" on {database}." in right for right in user.rights):
        raise outside("rights on single tables")
    if what == "select":
        raise outside("rights that are missing")
    raise SqlError("1044 42000", f"Access denied for user {shown} to database '{database}'")


def run_users(session: MySession, statement: Simple | Drop) -> Result:
    if isinstance(statement, Drop):
        for name in statement.names:
            key = key_of(name.name, name.schema)
            if key not in session.store.users:
                if statement.missing_ok:
                    continue
                raise SqlError("1396 HY000", f"Operation DROP USER failed for '{name.name}'@'{name.schema}'")
            session.store = replace(session.store, users=session.store.users.delete(key))
        return Result("DROP USER")
    if statement.verb == "flush":
        return Result("FLUSH")
    if statement.verb == "rights":
        return _rights(session, statement)
    name = statement.names[0]
    key = key_of(name.name, name.schema)
    known = session.store.users.get(key)
    if statement.verb == "create user":
        if known is not None:
            if "if not exists" in statement.flags:
                return Result("CREATE USER")
            raise SqlError("1396 HY000", f"Operation CREATE USER failed for '{name.name}'@'{name.schema}'")
        user = User(name.name, statement.text, name.schema)
    else:
        if known is None:
            raise SqlError("1396 HY000", f"Operation ALTER USER failed for '{name.name}'@'{name.schema}'")
        user = replace(known, password=statement.text if "password" in statement.flags else known.password)
    session.store = replace(session.store, users=session.store.users.set(key, user))
    return Result(statement.verb.upper())


def _rights(session: MySession, statement: Simple) -> Result:
    words = list(statement.words)
    mark = "to" if statement.text == "GRANT" else "from"
    if "on" not in words or mark not in words:
        raise outside(f"{statement.text} in such words")
    what, rest = words[: words.index("on")], words[words.index("on") + 1 :]
    target, who = rest[: rest.index(mark)], rest[rest.index(mark) + 1 :]
    if who[-3:] == ["with", "grant", "option"]:
        who = who[:-3]
    if "identified" in who or "," in who:
        raise outside(f"{statement.text} with more words")
    name = who[0]
    host = "%" if len(who) == 1 else who[-1].removeprefix("@")
    key = key_of(name, host)
    user = session.store.users.get(key)
    place = "".join(target)
    if "." not in place:
        place = f"{session.database_name}.{place}"
    if user is None:
        if statement.text == "REVOKE":
            raise SqlError("1141 42000", f"There is no such grant defined for user '{name}' on host '{host}'")
        raise SqlError("1133 28000", "Can't find any matching row in the user table")
    right = f"{'all' if what[0] == 'all' else ' '.join(what)} on {place}"
    rights = set(user.rights)
    if statement.text == "GRANT":
        rights.add(right)
    else:
        if right not in rights:
            raise outside("REVOKE of parts of rights")
        rights.discard(right)
    session.store = replace(
        session.store, users=session.store.users.set(key, replace(user, rights=tuple(sorted(rights))))
    )
    return Result(statement.text)

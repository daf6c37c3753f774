"""How PostgreSQL's clients find their server and log in. Their name in complaints is the state's `called`."""

from __future__ import annotations

from typing import Final

from fakedocker.kernel.program import System
from fakedocker.userland.inputs import State
from fakedocker.userland.network.connecting import connect_by_name
from fakedocker.userland.services.line_input import next_line
from fakedocker.userland.services.sql_service import exchange

SOCKET: Final = "/var/run/postgresql/.s.PGSQL"


def connect(system: System, state: State) -> bool:
    host, port = state["target"]["host"], state["target"]["port"]
    local = not host or host.startswith("/")
    try:
        found = connect_by_name(system, state, host, int(port), local=host if local else "")
    except OSError as problem:
        if local:
            said = f'connection to server on socket "{SOCKET}.{port}" failed: No such file or directory\n\tIs the server running locally and accepting connections on that socket?'
        else:
            said = f'connection to server at "{host}" ({problem.filename}), port {port} failed: {problem.strerror}\n\tIs the server running on that host and accepting TCP/IP connections?'
    else:
        if found is not None:
            state["socket"] = found
            return True
        said = f'could not translate host name "{host}" to address: Name or service not known'
    system.put(f"{state.get('called', 'psql')}: error: {said}\n", 2)
    return False


def log_in(system: System, state: State) -> bool:
    """Once for each database. Asks for a password where one is needed and there is a terminal. Blocks."""
    while not state.get("known"):
        if state.get("asking"):
            line = next_line(system, state)
            system.put("\n")
            state["asking"], state["login"]["password"] = False, line or ""
            system.set_terminal_mode(0, echo=True)
            state.pop("socket", None)
            if not connect(system, state):
                return False
        answer = exchange(system, state, {"login": state["login"]})
        if answer is not None and "error" not in answer:
            state["known"] = True
            return True
        if answer is not None and answer.get("bare") and system.is_terminal(0):
            system.put(f"Password for user {state['login']['user']}: ")
            system.set_terminal_mode(0, echo=False)
            state["asking"] = True
            continue
        said = "server closed the connection unexpectedly" if answer is None else answer["error"]
        host, port = state["target"]["host"], state["target"]["port"]
        where = (
            f'at "{host}" ({system.peer(state["socket"])[0]}), port {port}' if host else f'on socket "{SOCKET}.{port}"'
        )
        level = "" if answer is None or answer.get("bare") else "FATAL:  "
        system.put(f"{state.get('called', 'psql')}: error: connection to server {where} failed: {level}{said}\n", 2)
        return False
    return True

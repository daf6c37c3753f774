"""What the servers of MySQL and MariaDB write to their logs from start to end, each in its own words.

Source: the images mysql:8.4, and mariadb:10.6 and 11 (sql/mysqld.cc). What MariaDB says of InnoDB's settings is left out.
"""

from __future__ import annotations

from fakedocker.base.numbers import is_digits
from fakedocker.kernel.program import System
from fakedocker.userland.processes.dates import format_date
from fakedocker.userland.services.mysql_versions import is_mariadb, label_of
from fakedocker.userland.tools import base_name

_SOCKET = "/var/run/mysqld/mysqld.sock"
_MARIADB_SOCKET = "/run/mysqld/mysqld.sock"


def initializing(system: System, version: str, pid: int) -> None:
    """The files of an empty data directory are made."""
    if is_mariadb(system):
        return  # its tool for that has written this to a file of its own
    _log(
        system, "MY-013169", f"/usr/sbin/mysqld (mysqld {version}) initializing of server in progress as process {pid}"
    )
    _log_engine(system)


def started(system: System, version: str, pid: int, port: int) -> None:
    """The server is ready; port 0 for one that listens at its socket alone."""
    if is_mariadb(system):
        _start_of_mariadb(system, version, pid, port)
        return
    _log(system, "MY-015015", "MySQL Server - start.")
    _log(system, "MY-010116", f"/usr/sbin/mysqld (mysqld {version}) starting as process {pid}")
    _log_engine(system)
    address = "Bind-address: '::' port: 33060, socket: /var/run/mysqld/mysqlx.sock"
    x_plugin = address if port else "Socket: /var/run/mysqld/mysqlx.sock"
    _log(system, "MY-011323", f"X Plugin ready for connections. {x_plugin}")
    about = f"Version: '{version}'  socket: '{_SOCKET}'  port: {port}  MySQL Community Server - GPL."
    _log(system, "MY-010931", f"/usr/sbin/mysqld: ready for connections. {about}")


def ended(system: System, version: str, who: str, *, last: bool) -> None:
    """The server ends by a signal or by a command; `last` unless it was one for the time of preparation."""
    if is_mariadb(system):
        name = base_name(system.argv[0])
        by = "root[root] @ localhost []" if who == "root" else "unknown"
        _say(system, f"{name} (initiated by: {by}): Normal shutdown")
        _say(system, "InnoDB: Starting shutdown...")
        _say(system, f"{name}: Shutdown complete")
        return
    _log(system, "MY-013172", f"Received SHUTDOWN from user {who}. Shutting down mysqld (Version: {version}).")
    _log(system, "MY-010910", f"/usr/sbin/mysqld: Shutdown complete (mysqld {version})  MySQL Community Server - GPL.")
    if last:
        _log(system, "MY-015016", "MySQL Server - end.")


def cannot_listen(system: System, version: str, problem: OSError) -> None:
    """The port is taken, or may not be had."""
    if is_mariadb(system):
        _say(
            system, f"Can't start server: Bind on TCP/IP port. Got error: {problem.errno}: {problem.strerror}", "ERROR"
        )
        _say(system, "Do you already have another server running on port: 3306 ?", "ERROR")
        _say(system, "Aborting", "ERROR")
        return
    _log(system, "MY-010262", f"Can't start server: Bind on TCP/IP port: {problem.strerror}", "ERROR")
    _log(system, "MY-010257", "Do you already have another mysqld server running on port: 3306 ?", "ERROR")


def _start_of_mariadb(system: System, version: str, pid: int, port: int) -> None:
    label, name = label_of(system, version), base_name(system.argv[0])
    if _is_new(version):
        _say(system, f"Starting MariaDB {label} source revision  as process {pid}")
    else:
        _say(system, f"{name} (server {label}) starting as process {pid} ...")
    _say(system, f"InnoDB: {version} started; log sequence number 45452; transaction id 14")
    if port:
        _say(system, "Server socket created on IP: '0.0.0.0'.")
        _say(system, "Server socket created on IP: '::'.")
    _say(system, f"{name}: ready for connections.")
    system.put(f"Version: '{label}'  socket: '{_MARIADB_SOCKET}'  port: {port}  mariadb.org binary distribution\n", 2)


def _is_new(version: str) -> bool:
    return _numbers(version) >= (10, 11)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:2] if is_digits(part))


def _say(system: System, text: str, level: str = "Note") -> None:
    stamp = format_date("%Y-%m-%d %H:%M:%S", system.now_ns // 1_000_000_000)
    system.put(f"{stamp} 0 [{level}] {text}\n", 2)


def _log(system: System, code: str, text: str, level: str = "System", part: str = "Server") -> None:
    seconds, nanoseconds = divmod(system.now_ns, 1_000_000_000)
    stamp = f"{format_date('%Y-%m-%dT%H:%M:%S', seconds)}.{nanoseconds // 1000:06d}Z"
    system.put(f"{stamp} 0 [{level}] [{code}] [{part}] {text}\n", 2)


def _log_engine(system: System) -> None:
    _log(system, "MY-013576", "InnoDB initialization has started.", part="InnoDB")
    _log(system, "MY-013577", "InnoDB initialization has ended.", part="InnoDB")

"""The table of programs: which module has each, imported when the program is first run.

Start-up time is why: a session that runs three programs imports three modules.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any, Final

from fakedocker.kernel.program import Program, System

# Which programs each module has.
_MODULES: Final[dict[str, str]] = {
    "archives": "gunzip gzip tar zcat",
    "awk": "awk gawk mawk",
    "basic": "[ basename dirname echo env expr false printenv printf pwd seq sleep test true yes",
    "children": "doas gosu ionice nice nohup setsid stdbuf su su-exec sudo time timeout watch xargs",
    "digests": "b2sum base32 base64 cksum cmp crc32 diff hd hexdump md5sum od sha1sum sha224sum sha256sum sha384sum"
    " sha3sum sha512sum xxd",
    "files": "chgrp chmod chown cp dd fsync install ln mkdir mkfifo mktemp mv rm rmdir sync touch truncate unlink",
    "find": "find",
    "grep": "egrep fgrep grep",
    "http_client": "curl wget",
    "json_query": "jq",
    "listing": "dir du file ls readlink realpath stat which",
    "machine_info": "arch clear date df free getent groups hostname id less more mount nproc pager reset stty tput tty"
    " umount uname uptime whoami",
    "network_tools": "arp dig host ifconfig ip nc ncat netcat netstat nslookup ping ping6 route ss traceroute",
    "packages.apk": "apk",
    "packages.apt": "apt apt-cache apt-get apt-mark",
    "packages.dpkg": "dpkg dpkg-query",
    "packages.npm": "npm npx yarn",
    "packages.pip": "pip pip3",
    "processes": "kill killall pgrep pidof pkill ps top",
    "sed": "sed",
    "services.databases": "mariadb mariadbd mongod mongosh mysql mysqladmin mysqld pg_isready postgres psql",
    "services.interpreters": "node nodejs python python3",
    "services.nginx": "nginx",
    "services.redis": "redis-cli redis-server",
    "services.small_servers": "apache2 apache2-foreground hello http-echo httpd httpd-foreground registry traefik-whoami"
    " whoami-server",
    "text": "cat comm cut expand fold head nl paste rev sort split strings tac tail tee tr unexpand uniq wc",
}


class Lazy:
    """A program that is imported when it is first called."""

    __slots__ = ("_function", "_module", "_name")

    def __init__(self, module: str, name: str) -> None:
        self._module = module
        self._name = name
        self._function: Program | None = None

    def __call__(self, system: System, argv: tuple[str, ...], state: dict[str, Any], /) -> int:
        function = self._function
        if function is None:
            module = import_module(f"fakedocker.userland.{self._module}")
            function = self._function = module.PROGRAMS[self._name]
        assert function is not None
        return function(system, argv, state)

    def __repr__(self) -> str:
        return f"<program {self._name}>"


PROGRAMS: Final[dict[str, Program]] = {
    name: Lazy(module, name) for module, names in _MODULES.items() for name in names.split()
}

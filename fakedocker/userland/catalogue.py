"""The table of programs: which module has each, imported when the program is first run.

Start-up time is why: a session that runs three programs imports three modules.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any, Final

from fakedocker.kernel.program import Deferred, Program, System

# Which programs each module has.
_MODULES: Final[dict[str, str]] = {
    "accounts.busybox": "addgroup adduser delgroup deluser",
    "accounts.shadow": "chpasswd groupadd groupdel groupmod useradd userdel usermod",
    "files.archives": "tar",
    "files.attributes": "chgrp chmod chown",
    "text.awk": "awk gawk mawk",
    "processes.basic": "[ basename dirname echo env false printenv printf pwd seq sleep test true usleep yes",
    "processes.busybox": "busybox",
    "text.characters": "tr",
    "processes.children": "doas gosu ionice nice nohup setsid stdbuf su su-exec sudo time timeout watch xargs",
    "text.columns": "comm cut join paste",
    "text.comparing": "cmp diff",
    "files.compression": "bunzip2 bzcat bzip2 gunzip gzip lzma unlzma unxz xz xzcat zcat",
    "languages.compilers": "c++ c89 c99 cc cpp g++ gcc",
    "files.copying": "cp install mv",
    "processes.cowsay": "cowsay cowthink fortune",
    "network.curl": "curl",
    "files.dd": "dd",
    "text.digests": "b2sum base32 base64 cksum crc32 md5sum sha1sum sha224sum sha256sum sha384sum sha3sum sha512sum sum",
    "text.dumps": "hd hexdump od xxd",
    "files.files": "fsync ln mkdir mkfifo mknod mktemp rm rmdir sync touch truncate unlink",
    "text.editors": "htop nano vi vim",
    "files.find": "find",
    "git": "git",
    "text.grep": "egrep fgrep grep",
    "text.head_tail": "head tail",
    "network.htpasswd": "htpasswd",
    "files.inspection": "du file stat",
    "network.interfaces": "ip",
    "jq.program": "jq",
    "text.layout": "expand fold nl unexpand",
    "files.listing": "dir ls",
    "processes.disk_free": "df mount umount",
    "processes.expr": "expr",
    "processes.machine_info": "arch clear date free getent groups hostname id less more nproc pager reset stty tput"
    " tty uname uptime whoami",
    "make": "gmake make",
    "network.name_lookup": "dig host nslookup",
    "network.net_tools": "arp ifconfig route",
    "network.nc": "nc ncat netcat",
    "network.network_tools": "ping ping6 traceroute",
    "network.openssl": "openssl",
    "packages.apk": "apk",
    "packages.apt": "apt apt-cache apt-get apt-mark",
    "packages.dpkg": "dpkg dpkg-query",
    "packages.system_tools": "dpkg-architecture ldconfig ldd locale-gen localedef lsb_release strip update-alternatives"
    " update-ca-certificates update-locale",
    "packages.dnf": "dnf microdnf yum",
    "packages.rpm": "rpm",
    "packages.init": "dumb-init tini tini-static",
    "packages.npm": "npm",
    "packages.nodemon": "nodemon",
    "packages.npm_programs": "corepack http-server npx react-scripts serve vite",
    "packages.pip": "pip pip3",
    "packages.poetry": "poetry",
    "packages.python_managers": "pipenv",
    "packages.uv": "uv",
    "packages.yarn": "pnpm pnpx yarn yarnpkg",
    "files.paths": "readlink realpath which which.debianutils",
    "processes.processes": "kill killall pgrep pidof pkill ps top",
    "files.rsync": "rsync",
    "text.sed": "sed",
    "services.apache": "apache2 httpd",
    "services.declared": "declared tells",
    "services.forego": "docker-gen forego",
    "services.stand_in": "stand-in",
    "services.init_scripts": "service",
    "services.go_servers": "echo-server http-echo traefik-whoami whoami",
    "services.mongo": "mongo mongod mongosh",
    "services.mysql_client": "mariadb mariadb-admin mysql mysqladmin",
    "services.mysql_dump": "mariadb-dump mysqldump",
    "services.mysql_server": "mariadbd mysqld",
    "services.nginx": "nginx",
    "languages.javascript.node": "node nodejs",
    "services.postgres": "postgres",
    "services.pg_dump": "pg_dump",
    "services.psql": "pg_isready psql",
    "languages.python.python": "python python3",
    "services.registry": "registry",
    "services.redis_cli": "redis-cli",
    "services.redis_server": "redis-server",
    "services.small_services": "hello memcached ryuk",
    "services.traefik.program": "traefik",
    "network.sockets": "netstat ss",
    "text.sorting": "shuf sort uniq",
    "processes.sysctl": "sysctl",
    "text.text": "cat rev split strings tac tee wc",
    "languages.toolchains.bundles": "bundle bundler composer gem",
    "languages.toolchains.envsubst": "envsubst",
    "languages.toolchains.go": "go gofmt",
    "languages.toolchains.java": "gradle jar java javac mvn",
    "languages.php.php_extensions": "pecl",
    "languages.toolchains.php": "php",
    "languages.toolchains.program": "compiled-program",
    "languages.toolchains.rust": "cargo rustc",
    "languages.toolchains.versions": "irb ruby",
    "files.tree": "tree",
    "files.unzipping": "unzip",
    "network.wget": "wget",
    "files.zipping": "zip",
}


_UTILITIES: Final = ("accounts", "files", "text", "processes", "network", "git", "jq", "make")


def is_utility(name: str) -> bool:
    """Whether a program of that name is one of the tools that every distribution has by the same name."""
    program = PROGRAMS.get(name)
    return isinstance(program, Lazy) and program.module.partition(".")[0] in _UTILITIES


class Lazy(Deferred):
    """A program that is imported when it is first called."""

    __slots__ = ("_function", "_name", "module")

    def __init__(self, module: str, name: str) -> None:
        self.module = module
        self._name = name
        self._function: Program | None = None

    def __call__(self, system: System, argv: tuple[str, ...], state: dict[str, Any], /) -> int:
        return self.loaded()(system, argv, state)

    def loaded(self) -> Program:
        function = self._function
        if function is None:
            module = import_module(f"fakedocker.userland.{self.module}")
            function = self._function = module.PROGRAMS[self._name]
        assert function is not None
        return function

    def __repr__(self) -> str:
        return f"<program {self._name}>"


PROGRAMS: Final[dict[str, Program]] = {
    name: Lazy(module, name) for module, names in _MODULES.items() for name in names.split()
}

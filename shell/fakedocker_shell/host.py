"""The simulated machine that docker runs on: its files, programs and environment.

A Debian 12 with the usual utilities, a home directory to work in, and the docker client. Nothing of the real machine is
in it. This module must not know the terminal.
"""

from __future__ import annotations

from collections.abc import Iterable

from fakedocker.filesystem.node import LayerEntry
from fakedocker.filesystem.program_files import program_file
from fakedocker.filesystem.tree import Tree, apply_layer

HOME = "/root"
WORK = "/work"
"""Where scripts run: an empty directory."""
SHELL_PATH = "/bin/bash"
OWN = "fakedocker"
"""The program that checks projects."""
DOCKER_FAMILY = "docker-cli"
COMPOSE = "docker-compose"
"""Compose by its older name, as Docker Desktop has it still."""
SEARCH_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_PROGRAM_BYTES = 64 * 1024
_DOCKER_BYTES = 41_000_000

_DIRECTORIES = (
    "boot", "dev", "etc", "home", "media", "mnt", "opt", "proc", "root", "run", "srv", "sys", "tmp", "usr", "usr/bin", "usr/lib", "usr/libexec",
    "usr/libexec/docker", "usr/libexec/docker/cli-plugins", "usr/local", "usr/local/bin", "usr/sbin", "usr/share", "var", "var/lib", "var/lib/docker", "var/log", "var/tmp", "work",
)  # fmt: skip
_LINKS = {"bin": "usr/bin", "sbin": "usr/sbin", "lib": "usr/lib", "var/run": "/run"}
_TEXTS = {
    "etc/passwd": (
        "root:x:0:0:root:/root:/bin/bash\ndaemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin\nbin:x:2:2:bin:/bin:/usr/sbin/nologin\n"
        "www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n"
    ),
    "etc/group": "root:x:0:\ndaemon:x:1:\nbin:x:2:\nadm:x:4:\nwww-data:x:33:\ndocker:x:998:\nnogroup:x:65534:\n",
    "etc/hostname": "docker-host\n",
    "etc/hosts": "127.0.0.1\tlocalhost\n192.168.65.3\tdocker-host\n::1\tlocalhost ip6-localhost ip6-loopback\n",
    "etc/resolv.conf": "nameserver 192.168.65.7\n",
    "etc/os-release": (
        'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nNAME="Debian GNU/Linux"\nVERSION_ID="12"\nVERSION="12 (bookworm)"\n'
        'VERSION_CODENAME=bookworm\nID=debian\nHOME_URL="https://www.debian.org/"\n'
    ),
    "etc/issue": "Debian GNU/Linux 12 \\n \\l\n\n",
    "etc/shells": "/bin/sh\n/bin/bash\n",
}
_NOT_SIMULATED = ("apt", "apt-get", "chroot", "gpg", "journalctl", "systemctl", "unshare")
"""What a Debian has, and what here says that it is not simulated."""
_NOT_ON_HOST = frozenset(
    {
        "hello",
        "nginx",
        "httpd",
        "redis-server",
        "postgres",
        "mysqld",
        "mongod",
        "registry",
        "whoami-server",
        "declared",
        "dnf",
        "docker-gen",
        "forego",
        "http-echo",
        "microdnf",
        "ryuk",
        "stand-in",
        "tells",
        "traefik",
        "traefik-whoami",
        "yum",
        "busybox",
        "compiled-program",
        "http-server",
        "nodemon",
        "react-scripts",
        "serve",
        "vite",
        "pnpm",
        "pnpx",
        "corepack",
        "pipenv",
        "poetry",
        "uv",
    }
)


def tree(programs: Iterable[str]) -> Tree:
    """The machine's files.

    Args:
        programs: names of simulated utilities; each becomes a file in /usr/bin.
    """
    entries = [LayerEntry(path, "dir", 0o755) for path in _DIRECTORIES]
    entries += [LayerEntry(path, "dir", 0o1777) for path in ("tmp", "var/tmp")]
    entries += [LayerEntry(path, "link", 0o777, target=target) for path, target in _LINKS.items()]
    entries += [LayerEntry(path, "file", 0o644, content=text.encode()) for path, text in _TEXTS.items()]
    for name in sorted({*programs, "sh", "bash", "dash"} - _NOT_ON_HOST):
        program = "dash" if name == "sh" else name
        entries.append(
            LayerEntry(f"usr/bin/{name}", "file", 0o755, content=program_file("gnu", program, _PROGRAM_BYTES))
        )
    entries += [
        LayerEntry(f"usr/bin/{name}", "file", 0o755, content=program_file("gnu", f"{name} of the host", _PROGRAM_BYTES))
        for name in _NOT_SIMULATED
    ]
    entries.append(
        LayerEntry("usr/bin/docker", "file", 0o755, content=program_file(DOCKER_FAMILY, "docker", _DOCKER_BYTES))
    )
    entries.append(
        LayerEntry(
            "usr/local/bin/docker-compose", "file", 0o755, content=program_file(DOCKER_FAMILY, COMPOSE, _DOCKER_BYTES)
        )
    )
    entries += [
        LayerEntry(
            f"usr/libexec/docker/cli-plugins/docker-{name}",
            "file",
            0o755,
            content=program_file(DOCKER_FAMILY, program, _DOCKER_BYTES),
        )
        for name, program in (("buildx", "docker"), ("compose", COMPOSE))
    ]
    own = program_file(DOCKER_FAMILY, OWN, _DOCKER_BYTES)
    entries.append(LayerEntry(f"usr/local/bin/{OWN}", "file", 0o755, content=own))
    return apply_layer(Tree.empty(), entries)


def environment(terminal: bool) -> dict[str, str]:
    """What the host's shell starts with."""
    variables = {
        "PATH": SEARCH_PATH, "HOME": HOME, "USER": "root", "LOGNAME": "root", "SHELL": SHELL_PATH, "LANG": "C.UTF-8",
        "HOSTNAME": "docker-host",
    }  # fmt: skip
    if terminal:
        variables["TERM"] = "xterm-256color"
    return variables

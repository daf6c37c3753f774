"""go and gofmt as far as their versions and environment, other languages as far as their versions, and gettext's envsubst."""

from __future__ import annotations

import re
from typing import Final

from fakedocker.kernel.program import System
from fakedocker.userland.inputs import State, bytes_of, read_text
from fakedocker.userland.tools import Register, base_name, say

PROGRAMS = Register()
GO_VERSION: Final = "1.23.2"
_VARIABLE = re.compile(r"\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))")


@PROGRAMS.program("go", "gofmt")
def _go(system: System, argv: tuple[str, ...], state: State) -> int:
    environment = system.environment
    settings = {
        "GO111MODULE": "", "GOARCH": "amd64", "GOBIN": "", "GOCACHE": f"{environment.get('HOME', '/root')}/.cache/go-build",
        "GOOS": "linux", "GOPATH": environment.get("GOPATH", "/go"), "GOPROXY": "https://proxy.golang.org,direct",
        "GOROOT": "/usr/local/go", "GOTOOLCHAIN": environment.get("GOTOOLCHAIN", "local"),
        "GOVERSION": f"go{environment.get('GOLANG_VERSION', GO_VERSION)}", "CGO_ENABLED": environment.get("CGO_ENABLED", "1"),
    }  # fmt: skip
    match argv[1:]:
        case ("version",):
            system.put(f"go version {settings['GOVERSION']} linux/amd64\n")
            return 0
        case ("env",):
            system.put("".join(f"{name}='{value}'\n" for name, value in sorted(settings.items())))
            return 0
        case ("env", *names):
            system.put("".join(f"{settings.get(name, '')}\n" for name in names))
            return 0
    say(system, "fakedocker compiles no Go; it knows `go version` and `go env`")
    return 1


_JAVA: Final = (
    'openjdk version "@JAVA@" 2024-07-16 LTS\n'
    "OpenJDK Runtime Environment Temurin-@JAVA@+7 (build @JAVA@+7-LTS)\n"
    "OpenJDK 64-Bit Server VM Temurin-@JAVA@+7 (build @JAVA@+7-LTS, mixed mode, sharing)\n"
)
_PHP: Final = (
    "PHP @PHP_VERSION@ (cli) (built: Sep 27 2024 04:06:37) (NTS)\nCopyright (c) The PHP Group\n"
    "Zend Engine v4.3.12, Copyright (c) Zend Technologies\n"
)
_VERSIONS: Final[dict[str, dict[str, str]]] = {
    "php": dict.fromkeys(("-v", "--version"), _PHP),
    "composer": {"--version": "Composer version 2.8.1 2024-10-04 11:31:01\n"},
    "ruby": dict.fromkeys(("-v", "--version"), "ruby @RUBY_VERSION@ (2024-09-03 revision ef084cc8f4) [x86_64-linux]\n"),
    "gem": dict.fromkeys(("-v", "--version"), "3.5.16\n"),
    "irb": dict.fromkeys(("-v", "--version"), "irb 1.13.1 (2024-05-05)\n"),
    "bundle": dict.fromkeys(("-v", "--version"), "Bundler version 2.5.16\n"),
    "rustc": dict.fromkeys(("-V", "--version"), "rustc @RUST_VERSION@ (eeb90cda1 2024-09-04)\n"),
    "cargo": dict.fromkeys(("-V", "--version"), "cargo @RUST_VERSION@ (2dbb1af80 2024-08-20)\n"),
    "java": {"-version": _JAVA, "--version": _JAVA.replace(' version "@JAVA@"', " @JAVA@")},
    "javac": dict.fromkeys(("-version", "--version"), "javac @JAVA@\n"),
}
"""Programs of which only the version is known: arguments -> what is printed, variables of the image between @."""
_TO_ERRORS: Final = ("java", "-version")
"""The one that prints its version on standard error, as ever."""


@PROGRAMS.program(*_VERSIONS)
def _known_by_version(system: System, argv: tuple[str, ...], state: State) -> int:
    name = base_name(argv[0])
    said = _VERSIONS[name].get(" ".join(argv[1:]))
    if said is None:
        say(
            system, f"fakedocker runs no programs of {name}'s language; it knows `{name} {next(iter(_VERSIONS[name]))}`"
        )
        return 1
    environment = dict(system.environment)
    environment["JAVA"] = environment.get("JAVA_VERSION", "").removeprefix("jdk-").partition("+")[0]
    text = re.sub(r"@(\w+)@", lambda match: environment.get(match[1], ""), said)
    system.put(text, 2 if (name, *argv[1:]) == _TO_ERRORS else 1)
    return 0


@PROGRAMS.program("envsubst")
def _envsubst(system: System, argv: tuple[str, ...], state: State) -> int:
    """Standard input with $NAME and ${NAME} replaced, only those in the argument where there is one."""
    words = argv[1:]
    chosen = None
    if words and words[0] not in ("-v", "--variables"):
        chosen = {match[1] or match[2] for match in _VARIABLE.finditer(words[0])}
    elif len(words) > 1:
        system.put("".join(f"{match[1] or match[2]}\n" for match in _VARIABLE.finditer(words[1])))
        return 0

    def replaced(match: re.Match[str]) -> str:
        name = match[1] or match[2]
        return match[0] if chosen is not None and name not in chosen else system.environment.get(name, "")

    system.put(bytes_of(_VARIABLE.sub(replaced, read_text(system, state, ()))))
    return 0

"""go and gofmt as far as their versions and environment, and gettext's envsubst."""

from __future__ import annotations

import re
from typing import Final

from fakedocker.kernel.program import System
from fakedocker.userland.inputs import State, bytes_of, read_text
from fakedocker.userland.tools import Register, say

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

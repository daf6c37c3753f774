"""Programs of languages of which only the version is known: arguments -> what is printed, variables of the image between @."""

from __future__ import annotations

import re
from typing import Final

from fakedocker.kernel.program import System, Unsimulated
from fakedocker.userland.inputs import State
from fakedocker.userland.packages.unpack import read_text_or
from fakedocker.userland.tools import Register, base_name

PROGRAMS = Register()
_JAVA: Final = (
    'openjdk version "@JAVA@" 2024-07-16 LTS\n'
    "OpenJDK Runtime Environment Temurin-@JAVA@+7 (build @JAVA@+7-LTS)\n"
    "OpenJDK 64-Bit Server VM Temurin-@JAVA@+7 (build @JAVA@+7-LTS, mixed mode, sharing)\n"
)
_PHP: Final = (
    "PHP @PHP_VERSION@ (cli) (built: Sep 27 2024 04:06:37) (NTS)\nCopyright (c) The PHP Group\n"
    "Zend Engine v4.3.12, Copyright (c) Zend Technologies\n"
)
_MAVEN: Final = "Apache Maven @MAVEN_VERSION@\nMaven home: /usr/share/maven\nJava version: @JAVA@, vendor: Eclipse Adoptium, runtime: /opt/java/openjdk\n"
_GRADLE: Final = "\n------------------------------------------------------------\nGradle @GRADLE_VERSION@\n------------------------------------------------------------\n\n"
_VERSIONS: Final[dict[str, dict[str, str]]] = {
    "php": dict.fromkeys(("-v", "--version"), _PHP),
    "composer": dict.fromkeys(("--version", "-V"), "Composer version 2.8.1 2024-10-04 11:31:01\n"),
    "ruby": dict.fromkeys(("-v", "--version"), "ruby @RUBY_VERSION@ (2024-09-03 revision ef084cc8f4) [x86_64-linux]\n"),
    "gem": dict.fromkeys(("-v", "--version"), "3.5.16\n"),
    "irb": dict.fromkeys(("-v", "--version"), "irb 1.13.1 (2024-05-05)\n"),
    "bundle": dict.fromkeys(("-v", "--version"), "Bundler version 2.5.16\n"),
    "rustc": dict.fromkeys(("-V", "--version"), "rustc @RUST_VERSION@ (eeb90cda1 2024-09-04)\n"),
    "cargo": dict.fromkeys(("-V", "--version"), "cargo @RUST_VERSION@ (2dbb1af80 2024-08-20)\n"),
    "java": {"-version": _JAVA, "--version": _JAVA.replace(' version "@JAVA@"', " @JAVA@")},
    "javac": dict.fromkeys(("-version", "--version"), "javac @JAVA@\n"),
    "mvn": dict.fromkeys(("-v", "--version"), _MAVEN),
    "gradle": dict.fromkeys(("-v", "--version"), _GRADLE),
}
_PACKAGES: Final = {
    "GOLANG_VERSION": r"go|golang-go", "JAVA_VERSION": r"openjdk-?\d+-jre(?:-headless)?", "PHP_VERSION": r"php\d\.?\d(?:-cli)?", "PYTHON_VERSION": r"python3|python3\.\d+-minimal", "NODE_VERSION": "nodejs", "CURL_VERSION": "curl",

    "RUBY_VERSION": "ruby", "RUST_VERSION": "rustc?", "MAVEN_VERSION": "maven", "GRADLE_VERSION": "gradle",
}  # fmt: skip
"""Variables of the images of languages -> the packages that tell the same where the language was installed."""
_TO_ERRORS: Final = ("java", "-version")
"""The one that prints its version on standard error, as ever."""


@PROGRAMS.program("irb", "ruby")
def _known(system: System, argv: tuple[str, ...], state: State) -> int:
    return known_by_version(system, argv)


def known_by_version(system: System, argv: tuple[str, ...]) -> int:
    """Tell the version, or that there is nothing else; the exit status."""
    name = base_name(argv[0])
    said = _VERSIONS[name].get(" ".join(argv[1:]))
    if said is None:
        raise Unsimulated("a program of its language")
    text = re.sub(r"@(\w+)@", lambda match: _value(system, match[1]), said)
    system.put(text, 2 if (name, *argv[1:]) == _TO_ERRORS else 1)
    return 0


def version_of(system: System, variable: str, otherwise: str = "") -> str:
    """The version of a language: what the image's variable says, or the package that it was installed by."""
    told = system.environment.get(variable, "")
    if told or variable not in _PACKAGES:
        return told or otherwise
    name = _PACKAGES[variable]
    for path, pattern in (
        ("/lib/apk/db/installed", rf"^P:(?:{name})\nV:(\S+)"),
        ("/var/lib/dpkg/status", rf"^Package: (?:{name})\n(?:.+\n)*?Version: (?:\d+:)?(\S+)"),
    ):
        found = re.findall(pattern, read_text_or(system, path), re.MULTILINE)
        if found:
            return max((re.split(r"[-~_+]", each)[0] for each in found), key=len)
    return otherwise


def _value(system: System, name: str) -> str:
    if name == "JAVA":
        return version_of(system, "JAVA_VERSION").removeprefix("jdk-").partition("+")[0]
    return version_of(system, name, "8.3.12" if name == "PHP_VERSION" else "")

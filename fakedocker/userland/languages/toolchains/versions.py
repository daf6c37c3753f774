"""Programs of languages of which only the version is known: arguments -> what is printed, variables of the image between @."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from fakedocker.base.numbers import is_digits
from fakedocker.kernel.program import System, Unsimulated
from fakedocker.userland import versions
from fakedocker.userland.inputs import State
from fakedocker.userland.packages.unpack import read_text_or
from fakedocker.userland.tools import Register, base_name

PROGRAMS = Register()
_JAVA: Final = (
    'openjdk version "@JAVA@"@JAVA_RELEASED@\n'
    "OpenJDK Runtime Environment @JAVA_VENDOR@(build @JAVA_BUILD@)\n"
    "OpenJDK 64-Bit Server VM @JAVA_VENDOR@(build @JAVA_BUILD@, mixed mode@JAVA_SHARING@)\n"
)
_PHP: Final = (
    "PHP @PHP_VERSION@ (cli) @PHP_BUILT@(NTS)\nCopyright (c) The PHP Group\n"
    "Zend Engine v@ZEND@, Copyright (c) Zend Technologies\n"
)
_MAVEN: Final = "Apache Maven @MAVEN_VERSION@\nMaven home: /usr/share/maven\nJava version: @JAVA@, vendor: @JAVA_OWNER@, runtime: @JAVA_HOME@\n"
_GRADLE: Final = "\n------------------------------------------------------------\nGradle @GRADLE_VERSION@\n------------------------------------------------------------\n\n"
_VERSIONS: Final[dict[str, dict[str, str]]] = {
    "php": dict.fromkeys(("-v", "--version"), _PHP),
    "composer": dict.fromkeys(("--version", "-V"), "Composer version @COMPOSER_VERSION@@COMPOSER_RELEASED@\n"),
    "ruby": dict.fromkeys(("-v", "--version"), "ruby @RUBY_VERSION@@RUBY_RELEASED@ [x86_64-linux]\n"),
    "gem": dict.fromkeys(("-v", "--version"), "@RUBYGEMS@\n"),
    "irb": dict.fromkeys(("-v", "--version"), "irb @IRB@\n"),
    "bundle": dict.fromkeys(("-v", "--version"), "Bundler version @BUNDLER@\n"),
    "rustc": dict.fromkeys(("-V", "--version"), "rustc @RUST_VERSION@@RUSTC_RELEASED@\n"),
    "cargo": dict.fromkeys(("-V", "--version"), "cargo @RUST_VERSION@@CARGO_RELEASED@\n"),
    "java": {"-version": _JAVA, "--version": _JAVA.replace(' version "@JAVA@"', " @JAVA@")},
    "javac": dict.fromkeys(("-version", "--version"), "javac @JAVA@\n"),
    "mvn": dict.fromkeys(("-v", "--version"), _MAVEN),
    "gradle": dict.fromkeys(("-v", "--version"), _GRADLE),
}
_OF_ONE_RELEASE: Final[dict[str, tuple[str, dict[str, str]]]] = {
    "COMPOSER_RELEASED": ("COMPOSER_VERSION", {"2.8.1": " 2024-10-04 11:31:01"}),
    "RUBY_RELEASED": ("RUBY_VERSION", {"3.3.5": " (2024-09-03 revision ef084cc8f4)"}),
    "RUBYGEMS": ("RUBY_VERSION", {"3.3.5": "3.5.16"}),
    "IRB": ("RUBY_VERSION", {"3.3.5": "1.13.1 (2024-05-05)"}),
    "BUNDLER": ("RUBY_VERSION", {"3.3.5": "2.5.16"}),
    "RUSTC_RELEASED": ("RUST_VERSION", {"1.81.0": " (eeb90cda1 2024-09-04)"}),
    "CARGO_RELEASED": ("RUST_VERSION", {"1.81.0": " (2dbb1af80 2024-08-20)"}),
    "PHP_BUILT": ("PHP_VERSION", {"8.3.12": "(built: Sep 27 2024 04:06:37) "}),
}
"""What is known of one release of a language alone: the language's variable, and the release's words."""
_NEEDED: Final = frozenset(("RUBYGEMS", "IRB", "BUNDLER"))
"""Without these there is nothing to print."""
_DEFAULTS: Final = {
    "PHP_VERSION": "8.3.12",
    "COMPOSER_VERSION": "2.8.1",
    "RUBY_VERSION": "",
    "JAVA_HOME": "/opt/java/openjdk",
}
_PACKAGES: Final = {
    "GOLANG_VERSION": r"go|golang-go", "JAVA_VERSION": r"openjdk-?\d+-jre(?:-headless)?", "PHP_VERSION": r"php\d\.?\d(?:-cli)?", "PYTHON_VERSION": r"python3|python3\.\d+-minimal", "NODE_VERSION": "nodejs", "CURL_VERSION": "curl",

    "RUBY_VERSION": "ruby", "RUST_VERSION": "rustc?", "MAVEN_VERSION": "maven", "GRADLE_VERSION": "gradle",
}  # fmt: skip
"""Variables of the images of languages -> the packages that tell the same where the language was installed."""
_TO_ERRORS: Final = ("java", "-version")
"""The one that prints its version on standard error, as ever."""
_LONG_TERM: Final = (21, 25)
"""Releases of Java that call themselves LTS."""


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
    """The version of a language: what its own file says, the image's variable, or the package that it was installed by."""
    told = versions.version_of(system, variable)
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
    if name.startswith("JAVA"):
        return _java(system, name)
    if name == "ZEND":
        major, _, rest = version_of(system, "PHP_VERSION", _DEFAULTS["PHP_VERSION"]).partition(".")
        return f"{int(major) - 4 if is_digits(major) and int(major) > 6 else 2}.{rest}"
    if name in _OF_ONE_RELEASE:
        variable, known = _OF_ONE_RELEASE[name]
        told = known.get(version_of(system, variable, _DEFAULTS.get(variable, "")), "")
        if not told and name in _NEEDED:
            raise Unsimulated("telling which version comes with this release")
        return told
    return version_of(system, name, _DEFAULTS.get(name, ""))


def _java(system: System, name: str) -> str:
    """What Java says of itself. Its variable is jdk-17.0.12+7, jdk8u422-b05, 17.0.2 or 8u212."""
    told = version_of(system, "JAVA_VERSION").removeprefix("jdk").removeprefix("-").replace("_", "+")
    old = re.match(r"(\d)u(\d+)(?:-b(\d+))?", told)
    version = f"1.{old[1]}.0_{old[2]}" if old else told.partition("+")[0]
    build = (old[3] or "" if old else told.partition("+")[2]).partition("-")[0]
    home = system.environment.get("JAVA_HOME", "") or _DEFAULTS["JAVA_HOME"]
    is_temurin = home == _DEFAULTS["JAVA_HOME"]
    first = version.partition(".")[0]
    major = int(old[1]) if old else int(first) if is_digits(first) else 0
    lts = "-LTS" if major in _LONG_TERM and is_temurin else ""
    whole = (f"{version}-b{build}" if old else f"{version}+{build}{lts}") if build else version
    match name:
        case "JAVA":
            return version
        case "JAVA_HOME":
            return home
        case "JAVA_OWNER":
            return "Eclipse Adoptium" if is_temurin else "OpenJDK"
        case "JAVA_VENDOR":
            return "" if not is_temurin else "(Temurin) " if old else f"Temurin-{whole.removesuffix(lts)} "
        case "JAVA_RELEASED":
            return "" if old else _released(version, major) + lts.replace("-", " ")
        case "JAVA_SHARING":
            return "" if old else ", sharing"
    return whole


def _released(version: str, major: int) -> str:
    """The day of an update: the Tuesday nearest to the 17th of a quarter's first month, as announced; "" for other releases.

    The first update follows a release of March in April, one of September in October; 11 was that of September 2018.
    """
    numbers = version.split(".")
    if len(numbers) != 3 or not all(is_digits(number) for number in numbers) or major < 11:
        return ""
    months = 2018 * 12 + 8 + (major - 11) * 6 + 1 + (int(numbers[2]) - 1) * 3
    year, month = divmod(months, 12)
    days = range(14, 21)
    day = next(day for day in days if date(year, month + 1, day).weekday() == 1)
    return f" {year}-{month + 1:02d}-{day:02d}"

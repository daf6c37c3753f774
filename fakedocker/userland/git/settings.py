"""git's configuration files, and who and when a commit is by. It must not know objects."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final

from fakedocker.kernel.program import System
from fakedocker.userland.git.objects import GitProblem
from fakedocker.userland.packages.unpack import make_directories, read_text_or
from fakedocker.userland.tools import user_name, users

_SECTION: Final = re.compile(r'\[([\w.-]+)(?:\s+"((?:[^"\\]|\\.)*)")?\]')
_DATE: Final = re.compile(
    r"(\d{4})[-./](\d\d?)[-./](\d\d?)(?:[T ](\d\d?):(\d\d)(?::(\d\d))?(?:\.\d+)?)?\s*(Z|UTC|GMT|[+-]\d\d:?\d\d)?"
)
_STAMP: Final = re.compile(r"@?(\d{5,})(?:\s+([+-]\d{4}))?")
_UNKNOWN: Final = """{role} identity unknown

*** Please tell me who you are.

Run

  git config --global user.email "you@example.com"
  git config --global user.name "Your Name"

to set your account's default identity.
Omit --global to set the identity only in this repository.

"""


class Settings:
    """The values of all files, later ones winning, and of -c."""

    def __init__(self, system: System, folder: str, given: tuple[tuple[str, str], ...]) -> None:
        self.system = system
        self.home = system.environment.get("HOME", "")
        self.files = {
            "system": "" if system.environment.get("GIT_CONFIG_NOSYSTEM") else "/etc/gitconfig",
            "global": system.environment.get("GIT_CONFIG_GLOBAL") or f"{self.home}/.gitconfig",
            "local": f"{folder}/config" if folder else "",
        }
        self.given = given

    def entries(self, which: str = "") -> list[tuple[str, str]]:
        """(name, value) of one file, or of all."""
        files = [self.files[which]] if which else list(self.files.values())
        found = [entry for path in files if path for entry in parse(read_text_or(self.system, path))]
        return found if which else [*found, *self.given]

    def get(self, name: str, which: str = "") -> str | None:
        values = self.values(name, which)
        return values[-1] if values else None

    def values(self, name: str, which: str = "") -> list[str]:
        wanted = canonical(name)
        return [value for known, value in self.entries(which) if known == wanted]

    def set(self, which: str, name: str, value: str | None, add: bool = False) -> None:
        """Change a file; None takes the name out. Raises GitProblem."""
        path = self.files[which]
        if not path:
            raise GitProblem("fatal: not in a git directory")
        section, key = canonical(name).rpartition(".")[::2]
        if not section:
            raise GitProblem(f"error: key does not contain a section: {name}", 1)
        try:
            make_directories(self.system, path.rpartition("/")[0])
            self.system.write_file(path, changed(read_text_or(self.system, path), section, key, value, add).encode())
        except OSError as problem:
            raise GitProblem(f"error: could not lock config file {path}: {problem.strerror}", 255) from None

    # who and when

    def identity(self, role: str) -> str:
        """ "Name <mail> seconds zone" of the author or the committer. Raises GitProblem."""
        environment = self.system.environment
        variable = f"GIT_{role.upper()}"
        mail = (
            environment.get(f"{variable}_EMAIL")
            or self.get(f"{role}.email")
            or self.get("user.email")
            or environment.get("EMAIL")
        )
        name = environment.get(f"{variable}_NAME") or self.get(f"{role}.name") or self.get("user.name")
        entry = next((fields for fields in users(self.system) if fields[2] == str(self.system.uid)), None)
        if not mail:
            login = entry[0] if entry else user_name(self.system, self.system.uid)
            raise GitProblem(
                _UNKNOWN.format(role=role.capitalize())
                + f"fatal: unable to auto-detect email address (got '{login}@{self.system.hostname}.(none)')"
            )
        if not name:
            name = entry[4].partition(",")[0] if entry else ""
            if not name:
                raise GitProblem(
                    _UNKNOWN.format(role=role.capitalize()) + f"fatal: empty ident name (for <{mail}>) not allowed"
                )
        return f"{name} <{mail}> {self.stamp(environment.get(f'{variable}_DATE'))}"

    def stamp(self, text: str | None) -> str:
        """ "seconds zone" of a date, of now where there is none. Raises GitProblem."""
        if not text:
            return f"{self.system.now_ns // 1_000_000_000} +0000"
        match = _STAMP.fullmatch(text.strip())
        if match is not None:
            return f"{match[1]} {match[2] or '+0000'}"
        match = _DATE.fullmatch(text.strip())
        if match is None:
            raise GitProblem(f"fatal: invalid date format: {text}")
        zone = (match[7] or "+0000").replace(":", "")
        zone = zone if zone[0] in "+-" else "+0000"
        year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
        try:
            local = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
        except ValueError:
            raise GitProblem(f"fatal: invalid date format: {text}") from None
        return f"{int(local.timestamp()) - zone_seconds(zone)} {zone}"


def zone_seconds(zone: str) -> int:
    """Seconds east of Greenwich of "+0130"."""
    seconds = int(zone[1:3]) * 3600 + int(zone[3:5]) * 60
    return -seconds if zone[0] == "-" else seconds


def shown_date(who: str, form: str = "default") -> str:
    """The date of "Name <mail> seconds zone": default, iso, strict, short or unix."""
    seconds, zone = who.rsplit(" ", 2)[1:]
    local = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=int(seconds) + zone_seconds(zone))
    if form == "unix":
        return seconds
    if form == "short":
        return f"{local:%Y-%m-%d}"
    if form == "iso":
        return f"{local:%Y-%m-%d %H:%M:%S} {zone}"
    if form == "strict":
        return f"{local:%Y-%m-%dT%H:%M:%S}" + (f"{zone[:3]}:{zone[3:]}" if zone != "+0000" else "+00:00")
    return f"{local:%a %b} {local.day} {local:%H:%M:%S %Y} {zone}"


def canonical(name: str) -> str:
    """Sections and keys are in lower case; what is between keeps its own."""
    section, _, rest = name.partition(".")
    middle, dot, key = rest.rpartition(".")
    return f"{section.lower()}.{middle}{dot}{key.lower()}"


def parse(text: str) -> list[tuple[str, str]]:
    """(name, value) of a configuration file."""
    found, section = [], ""
    for line in text.splitlines():
        line = line.strip()
        match = _SECTION.match(line)
        if match is not None:
            section = match[1].lower() + (f".{match[2]}" if match[2] is not None else "")
            line = line[match.end() :].strip()
        if not line or line[0] in "#;":
            continue
        key, equals, value = line.partition("=")
        found.append((f"{section}.{key.strip().lower()}", _unquoted(value.strip()) if equals else "true"))
    return found


def _unquoted(value: str) -> str:
    if '"' not in value and "\\" not in value:
        return re.split(r"\s[#;]", value, maxsplit=1)[0].strip()
    return re.sub(r"\\(.)", r"\1", value.replace('"', "") if '\\"' not in value else value.strip('"'))


def changed(text: str, section: str, key: str, value: str | None, add: bool) -> str:
    """A file with a value set, added, or (None) taken out."""
    name, _, inner = section.partition(".")
    title = f'[{name} "{inner}"]' if inner else f"[{name}]"
    lines = text.splitlines()
    current, last_of_section, kept, is_set = "", -1, [], False
    for line in lines:
        match = _SECTION.match(line.strip())
        if match is not None:
            current = match[1].lower() + (f".{match[2]}" if match[2] is not None else "")
        elif current == section and line.strip().partition("=")[0].strip().lower() == key and not add:
            if value is None or is_set:
                continue
            line, is_set = f"\t{key} = {_quoted(value)}", True
        kept.append(line)
        if current == section:
            last_of_section = len(kept)
    if value is not None and not is_set:
        line = f"\t{key} = {_quoted(value)}"
        if last_of_section < 0:
            kept += [title, line]
        else:
            kept.insert(last_of_section, line)
    elif value is None and title in kept:
        place = kept.index(title)
        if place + 1 == len(kept) or kept[place + 1].startswith("["):
            del kept[place]
    return "".join(f"{line}\n" for line in kept)


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"' if any(letter in value for letter in "#;") or value != value.strip() else escaped

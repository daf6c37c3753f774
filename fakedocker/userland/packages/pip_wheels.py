"""Wheels as files: what `pip wheel` and `pip download` leave, and what of it `pip install` finds again.

A wheel of a project that is simulated has its metadata and nothing else: what is installed from it is what is installed from
the index. One that was made elsewhere is not read.
"""

from __future__ import annotations

import io
import posixpath
import re
import struct
import zipfile
from typing import Final, NamedTuple

from fakedocker.kernel.program import System
from fakedocker.userland.packages.pip_site import normalized
from fakedocker.userland.packages.python_index import Project
from fakedocker.userland.packages.unpack import make_directories
from fakedocker.userland.tools import stat_or_none

MOST_FILES: Final = 2_000
"""How many files of a folder of wheels are looked at."""
_LARGEST_BYTES: Final = 1 << 20
_COMMENT: Final = b"made by fakedocker: it has its metadata only"
_NAME: Final = re.compile(r"([^\s-]+?)-([^\s-]*?)(?:-\d[^-]*?)?-[^\s-]+?-[^\s-]+?-[^\s-]+?\.whl")
_TITLE: Final = re.compile(r"[A-Za-z0-9][\w.-]{0,199}", re.ASCII)
_VERSION: Final = re.compile(r"[\w.!+-]{1,100}", re.ASCII)
_MOST_NEEDS: Final = 200
_HEADER: Final = struct.Struct("<4sHHHHHIIIHH")
_FIRST: Final = b"PK\x03\x04"


class Wheel(NamedTuple):
    """A wheel that was saved.

    Args:
        path: absolute.
        title: the project's name as it writes it.
        needs: requirements, as they stand in its metadata.
    """

    path: str
    title: str
    version: str
    needs: tuple[str, ...]

    @property
    def name(self) -> str:
        return normalized(self.title)

    @property
    def called(self) -> str:
        """What pip calls the project of a file, by the file's name."""
        return posixpath.basename(self.path).partition("-")[0]


def file_name(project: Project, version: str, python: str) -> str:
    """What a project's wheel is called for a version of Python such as 3.12."""
    tag = python.replace(".", "")
    end = "py3-none-any" if project.pure else f"cp{tag}-cp{tag}-manylinux_2_17_x86_64.manylinux2014_x86_64"
    title = project.title.replace("-", "_")
    return f"{title.lower() if project.pure else title}-{version}-{end}.whl"


def is_name(path: str) -> bool:
    """Whether a wheel may be called so."""
    return _NAME.fullmatch(posixpath.basename(path)) is not None


def metadata(project: Project, version: str) -> str:
    """What a project says of itself."""
    needs = "".join(f"Requires-Dist: {need}\n" for need in project.needs)
    return f"Metadata-Version: 2.1\nName: {project.title}\nVersion: {version}\n{needs}"


def write(system: System, path: str, project: Project, version: str) -> None:
    """Write a project's wheel. Raises OSError."""
    folder = f"{project.title.replace('-', '_')}-{version}.dist-info"
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.comment = _COMMENT
        for name, text in (
            ("METADATA", metadata(project, version)),
            ("WHEEL", f"Wheel-Version: 1.0\nRoot-Is-Purelib: {str(project.pure).lower()}\n"),
            ("RECORD", "".join(f"{folder}/{each},,\n" for each in ("METADATA", "WHEEL", "RECORD"))),
        ):
            member = zipfile.ZipInfo(f"{folder}/{name}")
            member.create_system = 3
            archive.writestr(member, text)
    make_directories(system, posixpath.dirname(path))
    system.write_file(path, target.getvalue())


def read(system: System, path: str) -> Wheel | None:
    """What a wheel has that was made here; None for anything else, and where it cannot be read."""
    found = stat_or_none(system, path)
    if found is None or found.kind != "file":
        return None
    try:
        data = system.read_file(path, _LARGEST_BYTES)
    except OSError:
        return None
    if not data.startswith(_FIRST) or not data.endswith(_COMMENT) or len(data) < _HEADER.size:
        return None
    *_, size, name_bytes, extra_bytes = _HEADER.unpack_from(data)
    start = _HEADER.size + name_bytes + extra_bytes
    lines = data[start : start + size].decode("utf-8", "replace").splitlines()
    fields = [line.partition(": ")[::2] for line in lines]
    told = dict(reversed(fields))
    title, version = told.get("Name", ""), told.get("Version", "")
    needs = tuple(need for key, need in fields if key == "Requires-Dist")
    is_whole = _TITLE.fullmatch(title) and _VERSION.fullmatch(version) and len(needs) <= _MOST_NEEDS
    return Wheel(path, title, version, needs) if is_whole else None


def found_in(system: System, directory: str) -> list[Wheel]:
    """The wheels in a folder that were made here; none where it is no folder."""
    where = posixpath.normpath(posixpath.join(system.directory, directory))
    try:
        names = sorted(system.list_directory(where))[:MOST_FILES]
    except OSError:
        return []
    wheels = (read(system, posixpath.join(where, name)) for name in names if is_name(name))
    return [wheel for wheel in wheels if wheel is not None]


def not_there(text: str) -> str:
    """What is said of a file that is asked for and is not there."""
    return f"WARNING: Requirement '{text}' looks like a filename, but the file does not exist\n"


def shown(system: System, path: str) -> str:
    """A path as pip shows it: from here on where it lies below, in the root whole (pip._internal.utils.misc.display_path)."""
    below = f"{system.directory}/"
    return f"./{path.removeprefix(below)}" if path.startswith(below) else path

"""`make page`: the site that runs the whole engine in a browser, into dist/page. Any host of static files serves it.

Needs node and npm, and the two indices of packages; what is taken from them is locked in page/package-lock.json,
page/wheels.txt and page/wheels-wasm.txt. Nothing of the site comes from elsewhere once it is made.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterable
from pathlib import Path

PROJECT = Path(__file__).parent.parent
SOURCES = PROJECT / "page"
BUILD = PROJECT / "build-env" / "page"
TARGET = PROJECT / "dist" / "page"
OWN_FILES = (
    "index.html", "page.css", "page.js", "engine.js", "keeping.js", "offline.js", "runtime.js", "worker.js", "icon.svg",
)  # fmt: skip
PYODIDE_FILES = ("pyodide.mjs", "pyodide.asm.mjs")
LEFT_OUT = re.compile(
    r"(^|/)(tests?|__pycache__)/|^fakedocker_shell/page/site/|\.(so|pyi|c|h|pyx|pxd|dll)$|\.dist-info/(?!METADATA|entry_points)"
)
LACKING = {"backports-zstd", "bcrypt", "httptools", "networkx"}
"""Dependencies that the page does without: the library has the first, there is no build of the next two, and what draws with the last is
not for terminals."""
LARGEST_DOWNLOAD_BYTES = 12_000_000


class PageProblem(Exception):
    """The site cannot be made; the text says why."""


def main() -> int:
    try:
        make()
    except PageProblem as problem:
        sys.stderr.write(f"make page: {problem}\n")
        return 1
    except subprocess.CalledProcessError as problem:
        sys.stderr.write(f"make page: {' '.join(map(str, problem.cmd))} has failed\n{problem.stderr or ''}\n")
        return 1
    return 0


def make() -> None:
    for tool in ("node", "npm"):
        if shutil.which(tool) is None:
            raise PageProblem(f"{tool} is needed, and is not there (Debian: apt-get install nodejs npm)")
    check_dependencies()
    modules = install_modules()
    files = collect(download_wheels(modules), build_wheel())
    library = read_zip(modules / "pyodide" / "python_stdlib.zip")
    first = used_at_start(modules)
    used = used_by_lessons(files)
    files, library = compile_modules(files, modules), compile_modules(library, modules)
    boot = {name: data for name, data in library.items() if name in first}
    rest = {name: data for name, data in library.items() if name not in first}
    rows = [(f"site/{name}", name in used, data) for name, data in files.items()]
    rows += [(f"library/{name}", name in used, data) for name, data in rest.items()]
    shutil.rmtree(TARGET, ignore_errors=True)
    TARGET.mkdir(parents=True)
    copy_scripts(modules)
    write_site(boot, rows, modules)
    report()


def sources_digest() -> str:
    """Of everything in this project that the site is made of: tells whether a site is that of the present sources."""
    found = hashlib.sha256()
    for folder in (
        "fakedocker",
        "shell",
        "scenarios",
        "page",
        "tools/make_page.py",
        "tools/page_usage.py",
        "pyproject.toml",
    ):
        place = PROJECT / folder
        for path in [place] if place.is_file() else sorted(place.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                found.update(
                    path.relative_to(PROJECT).as_posix().encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest()
                )
    return found.hexdigest()


def run(command: list[str | Path], folder: Path = PROJECT) -> None:
    subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)


# what it is made of


def check_dependencies() -> None:
    """Raises PageProblem where something that this project depends on is in no list of wheels."""
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    listed = "".join((SOURCES / name).read_text(encoding="utf-8") for name in ("wheels.txt", "wheels-wasm.txt"))
    there = {_plain(name) for name in re.findall(r"^([\w.-]+)==", listed, re.MULTILINE)} | LACKING
    missing = [name for line in project["dependencies"] if (name := _plain(re.split(r"[^\w.-]", line)[0])) not in there]
    if missing:
        raise PageProblem(
            f"{', '.join(missing)}: a dependency that neither page/wheels.txt nor page/wheels-wasm.txt has"
        )


def _plain(name: str) -> str:
    """A name as indices compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def install_modules() -> Path:
    """The npm packages at their locked versions; gives the folder they are in."""
    BUILD.mkdir(parents=True, exist_ok=True)
    names = ("package.json", "package-lock.json")
    locked = b"".join((SOURCES / name).read_bytes() for name in names)
    installed = BUILD / "installed"
    if not installed.exists() or installed.read_bytes() != locked:
        for name in names:
            shutil.copy(SOURCES / name, BUILD / name)
        run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], BUILD)
        installed.write_bytes(locked)
    return BUILD / "node_modules"


def download_wheels(modules: Path) -> list[Path]:
    """The wheels, each with the sum that is locked.

    Raises:
        PageProblem: the compiled one is for another Python than the runtime.
    """
    lock = json.loads((modules / "pyodide" / "pyodide-lock.json").read_text())
    abi, python = lock["info"]["abi_version"], lock["info"]["python"].rpartition(".")[0]
    tag = "cp" + python.replace(".", "")
    plain, compiled = BUILD / "wheels", BUILD / "wheels-wasm"
    download("wheels.txt", plain, "3.12", "cp312", ["manylinux2014_x86_64", "manylinux_2_28_x86_64", "any"])
    try:
        download("wheels-wasm.txt", compiled, python, tag, [f"pyemscripten_{abi}_wasm32"])
    except subprocess.CalledProcessError as problem:
        raise PageProblem(
            f"the locked pyodide is Python {python} with the ABI pyemscripten_{abi}, and page/wheels-wasm.txt names no wheels "
            f"for it: choose versions of both that fit\n{problem.stderr.strip()}"
        ) from None
    for wheel in compiled.glob("*.whl"):
        if not wheel.name.endswith(f"{tag}-{tag}-pyemscripten_{abi}_wasm32.whl"):
            raise PageProblem(
                f"{wheel.name} is for another ABI than the locked pyodide's, which is {tag} pyemscripten_{abi}"
            )
    return [*sorted(plain.glob("*.whl")), *sorted(compiled.glob("*.whl"))]


def download(name: str, folder: Path, python: str, abi: str, platforms: list[str]) -> None:
    """What a list of wheels names; not again while the list is the same."""
    listed = (SOURCES / name).read_bytes() + repr((python, abi, platforms)).encode()
    done = folder / "downloaded"
    if done.exists() and done.read_bytes() == listed:
        return
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    command = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--quiet",
        "--no-deps",
        "--only-binary=:all:",
        "--require-hashes",
    ]
    command += ["--python-version", python, "--implementation", "cp", "--abi", abi, "--abi", "abi3", "--abi", "none"]
    command += [word for platform in platforms for word in ("--platform", platform)]
    run([*command, "--dest", str(folder), "--requirement", str(SOURCES / name)])
    done.write_bytes(listed)


def build_wheel() -> Path:
    folder = BUILD / "own"
    shutil.rmtree(folder, ignore_errors=True)
    run([sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder), str(PROJECT)])
    return next(folder.glob("fakedocker-*.whl"))


def read_zip(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as file:
        return {name: file.read(name) for name in sorted(file.namelist()) if not name.endswith("/")}


def collect(wheels: Iterable[Path], own: Path) -> dict[str, bytes]:
    """The files that Python is given, by name; compiled modules of other machines are left out."""
    return {
        name: data
        for wheel in [*wheels, own]
        for name, data in read_zip(wheel).items()
        if not LEFT_OUT.search(name) or (wheel.name.endswith("wasm32.whl") and name.endswith(".so"))
    }


# what of it is needed when


def used_at_start(modules: Path) -> set[str]:
    """The modules of the library that Python has imported once it runs: these come in the zip that it starts from."""
    script = "import { loadPyodide } from 'pyodide'; const python = await loadPyodide(); console.log(python.runPython(`%s`));"
    code = (
        "import sys; names = [m.__file__ for m in list(sys.modules.values()) if getattr(m, '__file__', None)]; "
        "import json; json.dumps(names)"
    )
    kept = BUILD / "start.json"
    (BUILD / "start.mjs").write_text(script % code)
    salt = hashlib.sha256((BUILD / "start.mjs").read_bytes() + (BUILD / "installed").read_bytes()).hexdigest()
    if not kept.exists() or json.loads(kept.read_text())[0] != salt:
        done = subprocess.run(["node", "start.mjs"], cwd=BUILD, check=True, capture_output=True, text=True)
        kept.write_text(json.dumps([salt, json.loads(done.stdout.strip().splitlines()[-1])]))
    inside = (name.partition(".zip/")[2] for name in json.loads(kept.read_text())[1])
    return {name + "c" for name in inside if name}


def used_by_lessons(files: dict[str, bytes]) -> set[str]:
    """What all lessons and a short session need: the first download has it, and all else is fetched when it is read."""
    folder = BUILD / "unpacked"
    shutil.rmtree(folder, ignore_errors=True)
    for name, data in files.items():
        if name.partition("/")[0] in ("fakedocker", "fakedocker_shell"):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(data)
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, str(PROJECT / "tools" / "page_usage.py")]
    done = subprocess.run(command, env=environment, cwd=BUILD, check=True, capture_output=True, text=True)
    listed = json.loads(done.stdout)
    return {name + "c" if name.endswith(".py") else name for name in listed} | {
        name for name in files if name.endswith((".so", "METADATA", "entry_points.txt"))
    }


# compiling


def compile_modules(files: dict[str, bytes], modules: Path) -> dict[str, bytes]:
    """The same with modules compiled by the page's Python; each is compiled once, whatever else changes."""
    cache = BUILD / "compiled"
    cache.mkdir(exist_ok=True)
    salt = (modules / "pyodide" / "package.json").read_bytes() + (SOURCES / "compile.mjs").read_bytes()
    kept = {
        name: cache / hashlib.sha256(b"\0".join([salt, name.encode(), data])).hexdigest()
        for name, data in files.items()
    }
    wanted = [name for name in files if name.endswith(".py") and not kept[name].exists()]
    if wanted:
        sources = BUILD / "sources"
        shutil.rmtree(sources, ignore_errors=True)
        sources.mkdir()
        rows = []
        for number, name in enumerate(wanted):
            source = sources / f"{number}.py"
            source.write_bytes(files[name])
            rows.append([str(source), name, str(kept[name])])
        (BUILD / "compile.json").write_text(json.dumps(rows))
        shutil.copy(SOURCES / "compile.mjs", BUILD / "compile.mjs")
        run(["node", "compile.mjs", "compile.json"], BUILD)
    return {
        name + "c" if name.endswith(".py") else name: kept[name].read_bytes() if name.endswith(".py") else data
        for name, data in files.items()
    }


# the site


def copy_scripts(modules: Path) -> None:
    for name in OWN_FILES:
        shutil.copy(SOURCES / name, TARGET / name)
    (TARGET / "pyodide").mkdir()
    for name in PYODIDE_FILES:
        shutil.copy(modules / "pyodide" / name, TARGET / "pyodide" / name)
    (TARGET / "xterm").mkdir()
    for name in ("xterm/lib/xterm.mjs", "xterm/css/xterm.css", "addon-fit/lib/addon-fit.mjs"):
        source = modules / "@xterm" / name
        text = re.sub(r"\n//# sourceMappingURL=.*\s*$", "\n", source.read_text(encoding="utf-8"))
        (TARGET / "xterm" / source.name).write_text(text, encoding="utf-8")


def write_site(boot: dict[str, bytes], rows: list[tuple[str, bool, bytes]], modules: Path) -> None:
    """The three downloads, the files that are fetched later, and the list of all.

    Args:
        boot: what Python starts from.
        rows: of each other file its place, whether it is needed soon, and its content.
    """
    packed = [(name, data) for name, is_used, data in rows if is_used]
    later = [(name, data) for name, is_used, data in rows if not is_used]
    pyodide = modules / "pyodide"
    downloads = {
        "python.bin": (pyodide / "pyodide.asm.wasm").read_bytes(),
        "library.bin": stored_zip(boot),
        "site.bin": b"".join(data for _, data in packed),
    }
    sizes = {}
    for name, data in downloads.items():
        written = gzip.compress(data, 9, mtime=0)
        (TARGET / name).write_bytes(written)
        sizes[name] = len(written)
    sources = sources_digest()
    folder = f"later/{sources[:16]}"  # of its version: a page that is older than the site finds nothing, and says so
    for name, data in later:
        path = TARGET / folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    listed = {
        "sources": sources,
        "downloads": sizes,
        "core": core_files(),
        "later_folder": folder,
        "lock": {"info": json.loads((pyodide / "pyodide-lock.json").read_text())["info"], "packages": {}},
        "packed": [[name, len(data)] for name, data in packed],
        "later": [[name, len(data)] for name, data in later],
    }
    (TARGET / "site.json").write_text(json.dumps(listed, separators=(",", ":")))


def core_files() -> list[str]:
    """What a page needs without a network, but for what it fetches when it reads it; site.json is one of them."""
    written = (path.relative_to(TARGET).as_posix() for path in TARGET.rglob("*") if path.is_file())
    return sorted({"site.json", *(name for name in written if not name.startswith("later/"))} - {"offline.js"})


def stored_zip(files: dict[str, bytes]) -> bytes:
    """A zip in which nothing is compressed, so that importing from it is quick; as a whole it is compressed."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_STORED) as file:
        for name, content in files.items():
            file.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content)
    return data.getvalue()


# what is told of it


def report() -> None:
    """The sizes, as a host sends them that compresses scripts, which all do but Python's own server."""
    rows = []
    for path in sorted(TARGET.rglob("*")):
        name = path.relative_to(TARGET).as_posix()
        if path.is_file() and not name.startswith("later/"):
            data = path.read_bytes()
            rows.append((len(data) if name.endswith(".bin") else len(gzip.compress(data, 9)), name))
    total = sum(size for size, _ in rows)
    for size, name in sorted(rows, reverse=True)[:8]:
        sys.stdout.write(f"{size / 1e6:8.2f} MB  {name}\n")
    later = [path.stat().st_size for path in (TARGET / "later").rglob("*") if path.is_file()]
    sys.stdout.write(
        f"{total / 1e6:8.2f} MB  until the terminal is there (at most {LARGEST_DOWNLOAD_BYTES / 1e6:.0f})\n"
    )
    sys.stdout.write(f"{sum(later) / 1e6:8.2f} MB  in {len(later)} files that are fetched when they are read\n")
    if total > LARGEST_DOWNLOAD_BYTES:
        raise PageProblem(f"the download of {total} bytes is larger than {LARGEST_DOWNLOAD_BYTES}")


if __name__ == "__main__":
    sys.exit(main())

"""Commands of npm packages that first projects have: react-scripts, vite, serve and http-server; npx,
corepack.

What they build is plausible: the page of the project and scripts of a size, named by a hash of the sources. It must not
know npm.
"""

from __future__ import annotations

import hashlib
import posixpath
from typing import Final, NamedTuple

from fakedocker.kernel import marks
from fakedocker.kernel.program import System, Unsimulated
from fakedocker.userland.inputs import State, text_of
from fakedocker.userland.packages import facts, npm_project
from fakedocker.userland.packages.npm_registry import Problem, is_whole, resolve
from fakedocker.userland.packages.unpack import make_directories, read_text_or, remove_tree, write_filler, write_text
from fakedocker.userland.processes.children import start, wait
from fakedocker.userland.services.connections import Connection, open_listeners
from fakedocker.userland.services.http import Request, Response, Style, serve
from fakedocker.userland.services.static_files import file_response
from fakedocker.userland.tools import Register, UsageProblem, base_name, parse_options, stat_or_none, strtol

PROGRAMS = Register()
_STYLE: Final = Style(keep_alive=(("Connection", "keep-alive"), ("Keep-Alive", "timeout=5")))
_BUILD_NS: Final = 3_000_000_000
_SCRIPT_BYTES: Final = 143_000
_STYLE_BYTES: Final = 1_400
_MOST_FILES: Final = 2000


class _Bundler(NamedTuple):
    """How one lays out what it builds."""

    page: str  # where the page is, from the project
    public: str  # what is copied as it is
    output: str
    script: str
    sheet: str


_REACT: Final = _Bundler("public/index.html", "public", "build", "static/js/main.{}.js", "static/css/main.{}.css")
_VITE: Final = _Bundler("index.html", "public", "dist", "assets/index-{}.js", "assets/index-{}.css")


# building


@PROGRAMS.program("react-scripts")
def _react_scripts(system: System, argv: tuple[str, ...], state: State) -> int:
    command = argv[1] if len(argv) > 1 else ""
    if command == "build":
        return _build(system, state, _REACT)
    if command == "start":
        return _serve_sources(system, state, _REACT, _port(system.environment.get("PORT", "3000")))
    if command == "test":
        raise Unsimulated("tests by react-scripts")
    system.put(f'Unknown script "{command}".\nPerhaps you need to update react-scripts?\n')
    return 1


@PROGRAMS.program("vite")
def _vite(system: System, argv: tuple[str, ...], state: State) -> int:
    words = [word for word in argv[1:] if not word.startswith("-")]
    options = argv[1:]
    port = next((_port(options[at + 1]) for at, word in enumerate(options[:-1]) if word == "--port"), 0)
    if words[:1] == ["build"]:
        return _build(system, state, _VITE)
    if words[:1] == ["preview"]:
        return _serve_folder(system, state, _VITE.output, port or 4173, "  ➜  Local:   http://localhost:{}/\n")
    return _serve_sources(system, state, _VITE, port or 5173)


def _build(system: System, state: State, bundler: _Bundler) -> int:
    if "until_ns" not in state:
        name = "react-scripts" if bundler is _REACT else "vite"
        system.put(
            "Creating an optimized production build...\n"
            if bundler is _REACT
            else "vite v5.4.8 building for production...\n"
        )
        if stat_or_none(system, bundler.page) is None:
            system.put(f"{name}: could not find a required file: {posixpath.basename(bundler.page)}\n", 2)
            return 1
        state["until_ns"] = system.now_ns + _BUILD_NS
    system.sleep_until(state["until_ns"])
    mark = _hash_of_sources(system)
    script, sheet = bundler.script.format(mark), bundler.sheet.format(mark)
    remove_tree(system, bundler.output)
    _copy_folder(system, bundler.public, bundler.output)
    page = read_text_or(system, bundler.page).replace("%PUBLIC_URL%", "")
    links = f'<script defer="defer" src="/{script}"></script><link href="/{sheet}" rel="stylesheet">'
    write_text(system, f"{bundler.output}/index.html", page.replace("</head>", f"{links}</head>"))
    write_filler(system, f"{bundler.output}/{script}", _SCRIPT_BYTES)
    write_filler(system, f"{bundler.output}/{sheet}", _STYLE_BYTES)
    if bundler is _REACT:
        system.put(
            f"Compiled successfully.\n\nFile sizes after gzip:\n\n  46.2 kB  build/{script}\n  521 B    build/{sheet}\n\nThe build folder is ready to be deployed.\n"
        )
    else:
        system.put(
            f"✓ 34 modules transformed.\ndist/index.html  0.46 kB\ndist/{sheet}  1.40 kB\ndist/{script}  143.00 kB\n✓ built in 3.00s\n"
        )
    return 0


def _sources(system: System, folder: str, found: list[str]) -> list[str]:
    """The files of a folder and those below, sorted."""
    for name in sorted(system.list_directory(folder)) if stat_or_none(system, folder) else []:
        path = posixpath.join(folder, name)
        known = stat_or_none(system, path)
        if known is not None and known.kind == "dir":
            _sources(system, path, found)
        elif known is not None and len(found) < _MOST_FILES:
            found.append(path)
    return found


def _hash_of_sources(system: System) -> str:
    digest = hashlib.sha256()
    for path in _sources(system, "src", []):
        digest.update(path.encode() + b"\0" + system.read_file(path))
    return digest.hexdigest()[:8]


def _copy_folder(system: System, source: str, target: str) -> None:
    make_directories(system, target)
    for path in _sources(system, source, []):
        place = posixpath.join(target, posixpath.relpath(path, source))
        make_directories(system, posixpath.dirname(place))
        system.write_file(place, system.read_file(path))


# serving


def _serve_sources(system: System, state: State, bundler: _Bundler, port: int) -> int:
    """A developer's server: the page as it is, at every path that is no file."""
    told = (
        "Compiled successfully!\n\nYou can now view the project in the browser.\n\n  Local:            http://localhost:{}\n"
        if bundler is _REACT
        else "\n  VITE v5.4.8  ready in 300 ms\n\n  ➜  Local:   http://localhost:{}/\n"
    )
    return _serve(system, state, bundler.public if bundler is _REACT else ".", port, told, bundler.page)


def _serve_folder(system: System, state: State, folder: str, port: int, told: str) -> int:
    return _serve(system, state, folder, port, told, "")


def _port(text: str) -> int:
    """The number of a port. UsageProblem for one that Node refuses, or that is a path to it."""
    number, rest = strtol(text)
    if rest or not text:
        raise Unsimulated("listening on a path")
    if not 0 <= number < 1 << 16:
        reason = f"options.port should be >= 0 and < 65536. Received type number ({number})."
        raise UsageProblem(f"RangeError [ERR_SOCKET_BAD_PORT]: {reason}", 1, bare=True)
    return number


def _serve(system: System, state: State, folder: str, port: int, told: str, fallback: str) -> int:
    """Serve files until the process is ended. Blocks.

    Args:
        fallback: the file that is answered where there is none, "" for a 404.
    """
    if "listeners" not in state:
        if open_listeners(system, state, [port]) is not None:
            system.put(f"Error: listen EADDRINUSE: address already in use :::{port}\n", 2)
            return 1
        system.put(told.replace("{}", str(port)))

    def handle(request: Request, connection: Connection) -> Response:
        missing = Response(404, b"404 Not Found\n", (("Content-Type", "text/plain; charset=utf-8"),))
        if fallback and stat_or_none(system, fallback) is not None:
            page = text_of(system.read_file(fallback)).replace("%PUBLIC_URL%", "").encode()
            missing = Response(200, page, (("Content-Type", "text/html; charset=utf-8"),))
        return file_response(system, folder, request, missing)

    serve(system, state, handle, _STYLE)
    return 0


@PROGRAMS.program("serve")
def _serve_command(system: System, argv: tuple[str, ...], state: State) -> int:
    options = parse_options(system, argv, "sl:p:Cn", {"single": "s", "listen=": "l", "no-clipboard": "n"})
    folder = options.operands[0] if options.operands else "."
    port = (options.last("l") or options.last("p") or system.environment.get("PORT", "3000")).rpartition(":")[2]
    told = "\n   Serving!\n\n   - Local:    http://localhost:{}\n\n"
    return _serve(
        system, state, folder, _port(port), told, posixpath.join(folder, "index.html") if "s" in options else ""
    )


@PROGRAMS.program("http-server")
def _http_server(system: System, argv: tuple[str, ...], state: State) -> int:
    options = parse_options(system, argv, "p:a:c:o", {"port=": "p"})
    default = "public" if stat_or_none(system, "public") is not None else "."
    folder = options.operands[0] if options.operands else default
    told = (
        f"Starting up http-server, serving {folder}\n\n"
        "Available on:\n  http://127.0.0.1:{}\nHit CTRL-C to stop the server\n"
    )
    return _serve(system, state, folder, _port(options.last("p") or system.environment.get("PORT", "8080")), told, "")


# running


@PROGRAMS.program("corepack")
def _corepack(system: System, argv: tuple[str, ...], state: State) -> int:
    """corepack enable: pnpm and yarn are there from then on."""
    if argv[1:2] not in (("enable",), ("prepare",), ("install",), ("use",)):
        system.put("Usage: corepack <command>\n")
        return 0 if len(argv) == 1 else 1
    npm_project.write_command(system, "/usr/local/bin/pnpm", "pnpm")
    return 0


@PROGRAMS.program("npx")
def _npx(system: System, argv: tuple[str, ...], state: State) -> int:
    """A command of node_modules, or of a package that is fetched for it. Blocks."""
    words = list(argv[1:])
    while words and words[0].startswith("-"):
        if words[0] in ("-v", "--version"):
            system.put(f"{npm_project.npm_version(system)}\n")
            return 0
        words = words[2 if words[0] in ("-p", "--package") else 1 :]
    if not words:
        system.put("npx: which command?\n", 2)
        return 1
    if "child" not in state:
        folder = npm_project.read(system).folder
        whole, bound = npm_project.split(words[0])
        name = base_name(whole)
        if name not in npm_project.commands(system, folder):
            folder = posixpath.join(system.environment.get("HOME", "/root"), ".npm/_npx", name)
            try:
                made = resolve({whole: bound}, {}, late=facts.count(system.now_ns))
            except Problem as problem:
                system.put("".join(f"npm error {line}\n" for line in (f"code {problem.code}", *problem.lines)), 2)
                return 1
            if made.lacking:
                raise Unsimulated(made.lacking[0], why=marks.PACKAGE)
            for each, version in made.versions.items():
                npm_project.put(system, folder, each, version)
            if name not in npm_project.commands(system, folder):
                if not is_whole(whole):
                    raise Unsimulated(f"the command of the package {whole}", why=marks.PACKAGE)
                system.put("npm error could not determine executable to run\n", 2)
                return 1
        path = system.environment.get("PATH", "/usr/local/bin:/usr/bin:/bin")
        environment = {**system.environment, "PATH": f"{folder}/node_modules/.bin:{path}"}
        state["child"] = start(system, (name, *words[1:]), environment)
    return wait(system, state)

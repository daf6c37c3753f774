"""java, javac, jar, mvn and gradle: builds in their words. Tests are not run; what a program does is read off its source."""

from __future__ import annotations

import posixpath
import re
from typing import Final

from fakedocker.kernel import marks
from fakedocker.kernel.program import System, Unsimulated
from fakedocker.userland.inputs import State
from fakedocker.userland.languages.toolchains import program, reading
from fakedocker.userland.languages.toolchains.reading import Behaviour
from fakedocker.userland.languages.toolchains.versions import known_by_version
from fakedocker.userland.packages.unpack import read_text_or, remove_tree
from fakedocker.userland.tools import Register, base_name, stat_or_none

PROGRAMS = Register()
_CLASS_BYTES: Final = 1_200
_JAR_BYTES: Final = 2_700
_SPRING_BYTES: Final = 19_800_000
_BUILD_NS: Final = 4_000_000_000
_START_NS: Final = 1_500_000_000
_LINE: Final = "------------------------------------------------------------------------"
_MOST_FILES: Final = 2000


@PROGRAMS.program("java")
def _java(system: System, argv: tuple[str, ...], state: State) -> int:
    words = list(argv[1:])
    path = ""
    while words and words[0].startswith("-") and words[0] not in ("-version", "--version"):
        option = words.pop(0)
        if option in ("-jar", "-cp", "-classpath", "--class-path") and words:
            value = words.pop(0)
            path = value if option == "-jar" else path
            state["classpath"] = value if option != "-jar" else "."
    if not path and (not words or words[0].startswith("-")):
        return known_by_version(system, argv)
    if "behaviour" not in state:
        said = _load(system, state, path, words)
        if said:
            system.put(said, 2)
            return 1
    if state["behaviour"]["banner"]:
        if "until_ns" not in state:
            state["until_ns"] = system.now_ns + _START_NS
        system.sleep_until(state["until_ns"])
    return program.act(system, state, "java")


def _load(system: System, state: State, jar: str, words: list[str]) -> str:
    """Read what is to be run into `state["behaviour"]`; the complaint where there is nothing."""
    if not jar and words[0].endswith(".java"):
        state["behaviour"] = reading.read("java", read_text_or(system, words[0]))
        return ""
    folder = state.get("classpath", ".").split(":")[0] or "."
    path = jar or f"{folder}/{words[0].replace('.', '/')}.class"
    try:
        state["behaviour"] = program.load(system, path)
    except OSError:
        if jar:
            return f"Error: Unable to access jarfile {jar}\n"
        name = words[0]
        return f"Error: Could not find or load main class {name}\nCaused by: java.lang.ClassNotFoundException: {name}\n"
    except program.NotCompiled:
        raise Unsimulated(f"{path}, which was compiled elsewhere,", why=marks.BINARY) from None
    return ""


@PROGRAMS.program("javac")
def _javac(system: System, argv: tuple[str, ...], state: State) -> int:
    files = [word for word in argv[1:] if word.endswith(".java")]
    if not files:
        return known_by_version(system, argv)
    target = argv[argv.index("-d") + 1] if "-d" in argv[:-1] else ""
    for name in files:
        if stat_or_none(system, name) is None:
            system.put(f"error: file not found: {name}\nUsage: javac <options> <source files>\n", 2)
            return 2
        source = read_text_or(system, name)
        package = re.search(r"^\s*package\s+([\w.]+)\s*;", source, re.MULTILINE)
        folder = (
            posixpath.join(target, *package[1].split(".")) if target and package else target or posixpath.dirname(name)
        )
        path = posixpath.join(folder, posixpath.basename(name)[:-5] + ".class")
        program.write(system, path, reading.read("java", source), _CLASS_BYTES, executable=False)
    return 0


@PROGRAMS.program("jar")
def _jar(system: System, argv: tuple[str, ...], state: State) -> int:
    """jar cf, cfe, cvfm: the classes that are named, or found below, in one file."""
    words = [word for word in argv[2:] if word != "-C"]
    if len(argv) < 3 or "c" not in argv[1]:
        raise Unsimulated("anything but making archives")
    target = next((word for word in words if word.endswith((".jar", ".war"))), "")
    found = [program.load(system, name) for name in _files(system, ".", []) if name.endswith(".class")]
    program.write(system, target or "app.jar", reading.merged(found), _JAR_BYTES, executable=False)
    return 0


# builders


def _files(system: System, folder: str, found: list[str]) -> list[str]:
    for name in sorted(system.list_directory(folder)) if stat_or_none(system, folder) is not None else []:
        path = posixpath.join(folder, name)
        known = stat_or_none(system, path)
        if known is not None and known.kind == "dir":
            _files(system, path, found)
        elif known is not None and len(found) < _MOST_FILES:
            found.append(path)
    return found


def _behaviour(system: System, name: str, is_spring: bool) -> Behaviour:
    """Of a project laid out as Maven and Gradle have it."""
    sources = [read_text_or(system, path) for path in _files(system, "src/main/java", []) if path.endswith(".java")]
    made = reading.merged([reading.read("java", source) for source in sources])
    if not is_spring:
        return made
    settings = "".join(
        read_text_or(system, f"src/main/resources/application.{kind}") for kind in ("properties", "yml", "yaml")
    )
    port = re.search(r"(?:server\.port\s*[=:]|port:)\s*\D*(\d+)", settings)
    made["port"] = int(port[1]) if port else 8080
    made["banner"] = (
        f"Starting {name} using Java\nTomcat initialized with port {made['port']} (http)\nTomcat started on port {made['port']} (http) with context path '/'\nStarted {name} in 1.5 seconds (process running for 1.9)"
    )
    return made


@PROGRAMS.program("mvn", "mvnw")
def _mvn(system: System, argv: tuple[str, ...], state: State) -> int:
    goals = [word for word in argv[1:] if not word.startswith("-")]
    if not goals:
        return known_by_version(system, argv) if argv[1:] else 1
    file = next((argv[at + 1] for at, word in enumerate(argv[:-1]) if word in ("-f", "--file")), "pom.xml")
    goals = [goal for goal in goals if goal != file]
    if stat_or_none(system, file) is None:
        system.put(
            f"[INFO] Scanning for projects...\n[INFO] {_LINE}\n[INFO] BUILD FAILURE\n[INFO] {_LINE}\n[ERROR] The goal you specified requires a project to execute but there is no POM in this directory ({system.directory}).\n"
        )
        return 1
    quiet = "-q" in argv or "--quiet" in argv
    pom = re.sub(r"<!--.*?-->", "", read_text_or(system, file), flags=re.DOTALL)
    own = re.sub(r"<(parent|dependencies|build|dependencyManagement|profiles)>.*?</\1>", "", pom, flags=re.DOTALL)
    artifact, version, packaging = (
        _tag(own, name, default)
        for name, default in (("artifactId", "app"), ("version", _tag(pom, "version", "1.0")), ("packaging", "jar"))
    )
    if "until_ns" not in state:
        group = _tag(own, "groupId", _tag(pom, "groupId", "com.example"))
        system.put(
            ""
            if quiet
            else f"[INFO] Scanning for projects...\n[INFO] \n[INFO] {f'< {group}:{artifact} >':-^72}\n[INFO] Building {artifact} {version}\n[INFO] {f'[ {packaging} ]':-^72}\n"
        )
        state["until_ns"] = system.now_ns + _BUILD_NS
    system.sleep_until(state["until_ns"])
    unknown = next((goal for goal in goals if goal not in _PHASES and not goal.startswith(_GOALS)), "")
    if unknown:
        raise Unsimulated(f"the goal {unknown}")
    if "clean" in goals:
        remove_tree(system, "target")
    archives = _archives(pom, goals, artifact, version, packaging)
    if archives:
        spring = "spring-boot" in pom
        made = _behaviour(system, artifact, spring)
        for target in archives:
            program.write(system, target, made, _SPRING_BYTES if spring else _JAR_BYTES, executable=False)
            system.put("" if quiet else f"[INFO] Building {packaging}: {posixpath.join(system.directory, target)}\n")
    elif "spring-boot:run" in goals or "exec:java" in goals:
        state.setdefault("behaviour", _behaviour(system, artifact, "spring-boot" in pom))
        return program.act(system, state, artifact)
    system.put(
        ""
        if quiet
        else f"[INFO] {_LINE}\n[INFO] BUILD SUCCESS\n[INFO] {_LINE}\n[INFO] Total time:  4.000 s\n[INFO] {_LINE}\n"
    )
    return 0


_PHASES: Final = frozenset("clean validate compile test-compile test package verify install deploy site".split())
_GOALS: Final = (
    "dependency:",
    "assembly:single",
    "spring-boot:run",
    "exec:java",
    "compiler:",
    "surefire:",
    "resources:",
)
"""The goals of plugins that are known; those of `dependency` fetch what is never missing here."""


def _archives(pom: str, goals: list[str], artifact: str, version: str, packaging: str) -> list[str]:
    """The archives that goals make: the artifact of `package`, and the assembly plugin's with all dependencies in it."""
    build = _tag(pom, "build", "")
    plain = re.sub(r"<plugins>.*</plugins>", "", build, flags=re.DOTALL)
    final = _tag(plain, "finalName", f"{artifact}-{version}").replace("${project.artifactId}", artifact)
    packages = bool(set(goals) & {"package", "install", "verify", "deploy"})
    found = [f"target/{final}.{packaging}"] if packages else []
    plugins = re.findall(r"<plugin>.*?</plugin>", build, re.DOTALL)
    assembly = next((plugin for plugin in plugins if "maven-assembly-plugin" in plugin), "")
    if assembly and ("assembly:single" in goals or (packages and "<phase>package</phase>" in assembly)):
        own = _tag(assembly, "finalName", final)
        suffix = "" if _tag(assembly, "appendAssemblyId", "true") == "false" else "-jar-with-dependencies"
        found.append(f"target/{own}{suffix}.jar")
    return found


def _tag(text: str, name: str, default: str) -> str:
    match = re.search(rf"<{name}>(.*?)</{name}>", text, re.DOTALL)
    return match[1].strip() if match else default


@PROGRAMS.program("gradle", "gradlew")
def _gradle(system: System, argv: tuple[str, ...], state: State) -> int:
    tasks = [word for word in argv[1:] if not word.startswith("-")]
    build = read_text_or(system, "build.gradle") + read_text_or(system, "build.gradle.kts")
    if not tasks:
        return known_by_version(system, argv)
    if not build:
        system.put(
            f"\nFAILURE: Build failed with an exception.\n\n* What went wrong:\nDirectory '{system.directory}' does not contain a Gradle build.\n\nBUILD FAILED in 1s\n",
            2,
        )
        return 1
    if "until_ns" not in state:
        system.put("\nWelcome to Gradle!\n\n" if "--quiet" not in argv and "-q" not in argv else "")
        state["until_ns"] = system.now_ns + _BUILD_NS
    system.sleep_until(state["until_ns"])
    settings = read_text_or(system, "settings.gradle") + read_text_or(system, "settings.gradle.kts")
    name = re.search(r"rootProject\.name\s*=\s*['\"]([^'\"]+)", settings)
    version = re.search(r"^\s*version\s*=?\s*['\"]([^'\"]+)", build, re.MULTILINE)
    spring = "org.springframework.boot" in build
    title = name[1] if name else base_name(system.directory)
    if set(tasks) & {"build", "assemble", "jar", "bootJar", "shadowJar"}:
        path = f"build/libs/{title}{f'-{version[1]}' if version else ''}.jar"
        program.write(
            system, path, _behaviour(system, title, spring), _SPRING_BYTES if spring else _JAR_BYTES, executable=False
        )
    elif set(tasks) & {"bootRun", "run"}:
        state.setdefault("behaviour", _behaviour(system, title, spring))
        return program.act(system, state, title)
    system.put("\nBUILD SUCCESSFUL in 4s\n5 actionable tasks: 5 executed\n" if "-q" not in argv else "")
    return 0

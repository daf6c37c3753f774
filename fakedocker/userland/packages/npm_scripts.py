"""Scripts of a package.json, run by sh with the commands of node_modules in PATH. It must not know npm's command line."""

from __future__ import annotations

import json

from fakedocker.kernel import marks
from fakedocker.kernel.program import System
from fakedocker.userland.inputs import State
from fakedocker.userland.packages import npm_project
from fakedocker.userland.packages.npm_project import Project
from fakedocker.userland.packages.npm_registry import Problem, is_whole
from fakedocker.userland.packages.unpack import read_text_or
from fakedocker.userland.processes.children import start, wait

_NOT_FOUND = 127
"""What sh ends with where there is no such command; of packages of which only the version is known not all commands are."""


def run_script(
    system: System, state: State, project: Project, name: str, arguments: tuple[str, ...], flags: frozenset[str]
) -> int:
    """Run a script of package.json with those that go before and after it; gives the status of the last. Blocks.

    Args:
        flags: npm's, and "yarn" for how yarn says what it runs.

    Raises:
        Problem: there is no such script.
    """
    scripts = npm_project.scripts_of(project.manifest)
    if name == "start" and name not in scripts and read_text_or(system, f"{project.folder}/server.js"):
        scripts[name] = "node server.js"
    if name not in scripts:
        if "--if-present" in flags:
            return 0
        raise Problem("", (f'Missing script: "{name}"', "", "To see a list of scripts, run:", "  npm run"))
    stages = [stage for stage in (f"pre{name}", name, f"post{name}") if stage in scripts]
    while state.setdefault("stage", 0) < len(stages):
        stage = stages[state["stage"]]
        text = scripts[stage]
        if stage == name and arguments:
            text += " " + " ".join(_quoted(word) for word in arguments)
        if "child" not in state:
            if not flags & {"-s", "--silent"} and state.get("told") != stage:
                state["told"] = stage
                title = f"{project.manifest.get('name', '')}@{project.manifest.get('version', '')}".strip("@")
                system.put(f"$ {text}\n" if "yarn" in flags else f"\n> {title} {stage}\n> {text}\n\n")
            state["child"] = _spawn(system, project, stage, text)
        status = wait(system, state)
        if status == _NOT_FOUND and any(not is_whole(each) for each in npm_project.present(system, project.folder)):
            system.unsimulated(f"a command of the script {stage}", marks.PACKAGE, program="npm")
        if status:
            return status
        state["stage"] += 1
    return 0


def _spawn(system: System, project: Project, stage: str, text: str) -> int:
    path = system.environment.get("PATH", "/usr/local/bin:/usr/bin:/bin")
    environment = {
        **system.environment,
        "PATH": f"{project.folder}/node_modules/.bin:{path}",
        "npm_lifecycle_event": stage,
        "npm_package_name": str(project.manifest.get("name", "")),
        "npm_package_version": str(project.manifest.get("version", "")),
    }
    system.change_directory(project.folder)
    return start(system, ("sh", "-c", text), environment)


def _quoted(word: str) -> str:
    return (
        word if word.replace("-", "").replace("=", "").replace("/", "").replace(".", "").isalnum() else json.dumps(word)
    )

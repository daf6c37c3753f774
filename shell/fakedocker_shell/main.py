"""The `fakedocker` command: the terminal, scripts, and the commands that serve tests.

fakedocker                      open the terminal
fakedocker -c COMMANDS [ARG..]  run commands
fakedocker FILE [ARG..]         run a script; without a terminal, commands are read from standard input
fakedocker serve                serve an engine on sockets
fakedocker docker ARG..         the docker command line, against the engine that DOCKER_HOST names
fakedocker shim ACTION DIR      put a docker into a folder whose engine is started when it is first used
fakedocker record -- COMMAND    keep what a command and a docker engine say to each other
fakedocker verify FILE          ask the double the same, and compare
fakedocker registry             serve a registry on the loopback interface
fakedocker learn [ID]           open the terminal in a lesson
fakedocker web                  serve the page, with the engine here; for classes
fakedocker grade COURSE FILE..  what the transcripts of learners are worth
fakedocker replay PLACE..       play scenarios, or the journal of a session
fakedocker lint PLACE..         look for mistakes in scenarios
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from fakedocker import VERSION
from fakedocker.base.numbers import is_digits
from fakedocker.base.profiles import DEFAULT, PROFILES, STORAGES, profile_named, storage_named
from fakedocker_shell.options import Options

if TYPE_CHECKING:
    from fakedocker.host_dir import MachineFolder
    from fakedocker_shell.links import Link

USAGE = """Usage: fakedocker [OPTIONS] [FILE [ARG...]]
       fakedocker [OPTIONS] -c COMMANDS [NAME [ARG...]]
       fakedocker serve [OPTIONS]
       fakedocker check [OPTIONS] [DIR]
       fakedocker docker ARG...
       fakedocker shim install|status|env|stop|remove DIR
       fakedocker record --to FILE -- COMMAND
       fakedocker verify [OPTIONS] FILE
       fakedocker registry [OPTIONS]
       fakedocker learn [ID|COURSE|URL]
       fakedocker web [OPTIONS]
       fakedocker grade COURSE TRANSCRIPT...
       fakedocker replay|lint FILE|FOLDER...

A simulated Docker engine: a terminal to practise in, and a double for tests.
Without a FILE it opens the terminal, or runs the commands on standard input.

Options:
  -c COMMANDS               Run these commands
      --seed N              Where ids, names and addresses come from (default 0)
      --date YYYY-MM-DD     The day it begins on: images are those that their tags named then
      --profile NAME        Which Docker it is: 29 (default) or 28
      --storage NAME        In which store it keeps its images: overlayfs (that of 29) or overlay2
      --assume              Take what fails only because it is not simulated to have worked
      --journal FILE        Keep the session in this new file; `fakedocker replay FILE` plays it again
      --host-dir DIR[:rw]   Let the simulated host see this folder; with :rw also write to it
      --web URL=DIR         Let builds and imports fetch this URL, and what is below it, from this folder
      --real-web            Let them fetch from real servers on this machine's loopback addresses
      --help                Show this
      --version             Show the version
"""


class _UsageError(Exception):
    """The command line is wrong; the text says why."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; gives the exit status."""
    try:
        return _main(list(sys.argv[1:] if argv is None else argv))
    except _UsageError as problem:
        sys.stderr.write(f"fakedocker: {problem}\nTry 'fakedocker --help'.\n")
        return 2


def _main(arguments: list[str]) -> int:
    options = Options()
    while arguments and arguments[0].startswith("-") and arguments[0] != "-":
        option = arguments.pop(0)
        if option in ("--help", "-h"):
            sys.stdout.write(USAGE)
            return 0
        if option == "--version":
            docker = profile_named(options.profile or DEFAULT)
            known = f"engine {docker.engine.version}, API {docker.newest_api}"
            sys.stdout.write(f"fakedocker {VERSION} ({known})\n")
            return 0
        if option in ("--real-web", "--assume"):
            options.real_web |= option == "--real-web"
            options.assume |= option == "--assume"
            continue
        if option == "-c":
            if options.link is not None:
                return _open_link(["-c", *arguments], options, options.link)
            _check_storage(options)
            return _run_commands(arguments, options)
        _take_option(option, arguments, options)
    _check_storage(options)
    if options.link is not None:
        return _open_link(arguments, options, options.link)
    if arguments and arguments[0] in _COMMANDS:
        return _COMMANDS[arguments[0]](arguments[1:], options)
    if arguments and arguments[0] != "-":
        return _open(options, lambda: _run_file(arguments[0], arguments[1:], options))
    if sys.stdin.isatty() and sys.stdout.isatty():
        return _open(options, lambda: _open_terminal(options))
    return _open(options, lambda: _run(options, "input"))


def _take_option(option: str, arguments: list[str], options: Options) -> None:
    """Take an option that has a value, in the same word or in the next one. Raises _UsageError."""
    name, _, text = option.partition("=")
    if name not in ("--seed", "--date", "--host-dir", "--journal", "--profile", "--storage", "--web", "--link"):
        raise _UsageError(f"unknown option {option}")
    text = text or (arguments.pop(0) if arguments else "")
    if name == "--seed":
        if not is_digits(text.lstrip("-")):
            raise _UsageError(f"--seed takes a whole number, not {text!r}")
        options.seed = int(text)
    elif name == "--date":
        from fakedocker.base.clock import morning_of

        try:
            morning_of(text)
        except ValueError as problem:
            raise _UsageError(f"--date takes a day as YYYY-MM-DD: {problem}") from None
        options.date = text
    elif name == "--profile":
        if text not in PROFILES:
            raise _UsageError(f"--profile takes {' or '.join(PROFILES)}, not {text!r}")
        options.profile = text
    elif name == "--storage":
        if text not in STORAGES:
            raise _UsageError(f"--storage takes {' or '.join(STORAGES)}, not {text!r}")
        options.storage = text
    elif name == "--web":
        from fakedocker.outside_web import split_site

        try:
            options.sites.append(split_site(text))
        except ValueError as problem:
            raise _UsageError(f"--web takes URL=DIR: {problem}") from None
    elif name == "--link":
        options.link = _link(text)
    elif name == "--journal":
        if not text:
            raise _UsageError("--journal takes the name of a new file")
        options.journal = text
    else:
        try:
            options.folders.append(_folder(text))
        except OSError as problem:
            raise _UsageError(str(problem)) from None


def _check_storage(options: Options) -> None:
    """Raises _UsageError where the profile has not the store that was asked for."""
    try:
        storage_named(profile_named(options.profile or DEFAULT), options.storage)
    except ValueError as problem:
        raise _UsageError(str(problem)) from None


def _open(options: Options, run: Callable[[], int]) -> int:
    """Run a session. Raises _UsageError where its journal cannot be kept."""
    if options.journal and options.shown():
        given = "--host-dir" if options.folders else "--web" if options.sites else "--real-web"
        raise _UsageError(
            f"--journal and {given} exclude each other: what is outside of the simulation is in no journal"
        )
    if not options.journal:
        return run()
    try:
        return run()
    except OSError as problem:
        if problem.filename != options.journal:
            raise
        raise _UsageError(f"{options.journal}: {problem.strerror}") from None


def _serve(arguments: list[str], options: Options) -> int:
    from fakedocker_shell import serving

    return serving.main([*options.docker_words(), *arguments])


def _docker(arguments: list[str], options: Options) -> int:
    from fakedocker_shell.real import context

    return context.main(arguments, options.profile or DEFAULT)


def _shim(arguments: list[str], options: Options) -> int:
    from fakedocker_shell.shim import installing

    return installing.main(arguments)


def _record(arguments: list[str], options: Options) -> int:
    from fakedocker_shell.recording import commands

    return commands.record(arguments)


def _verify(arguments: list[str], options: Options) -> int:
    from fakedocker_shell.recording import commands

    return commands.run_verify([*options.docker_words(), *arguments])


def _registry(arguments: list[str], options: Options) -> int:
    from fakedocker_shell import registry_serving

    return registry_serving.main(arguments)


def _link(text: str) -> Link:
    from fakedocker_shell import links

    try:
        return links.read(text)
    except links.LinkProblem as problem:
        raise _UsageError(f"the link cannot be opened: {problem}") from None


def _learn(arguments: list[str], options: Options) -> int:
    if len(arguments) == 1 and arguments[0].startswith(("https://", "http://")):
        options.link = _link(arguments[0])
        if not options.link.lesson:
            raise _UsageError("the link names no lesson; `fakedocker --link URL` opens it")
        return _open_link([], options, options.link)
    from fakedocker_shell.scenarios import commands

    return _open(
        options,
        lambda: commands.learn(
            arguments, options.seed, options.journal, options.profile or DEFAULT, options.date, options.storage
        ),
    )


def _web(arguments: list[str], options: Options) -> int:
    from fakedocker_shell.web import command

    return command.main(arguments)


def _grade(arguments: list[str], options: Options) -> int:
    from fakedocker_shell.grading import command

    return command.main(arguments)


def _replay(arguments: list[str], options: Options) -> int:
    from fakedocker_shell.scenarios import commands

    return commands.replay(arguments, options.profile, options.storage)


def _lint(arguments: list[str], options: Options) -> int:
    from fakedocker_shell.scenarios import commands

    return commands.lint(arguments)


def _check(arguments: list[str], options: Options) -> int:
    from fakedocker_shell.checking import command

    try:
        return command.main(arguments, options.profile or DEFAULT, options.storage)
    except command.CheckUsage as problem:
        raise _UsageError(str(problem)) from None


_COMMANDS: dict[str, Callable[[list[str], Options], int]] = {
    "check": _check,
    "serve": _serve,
    "docker": _docker,
    "shim": _shim,
    "record": _record,
    "verify": _verify,
    "registry": _registry,
    "learn": _learn,
    "web": _web,
    "grade": _grade,
    "replay": _replay,
    "lint": _lint,
}


def _folder(text: str) -> MachineFolder:
    from fakedocker.host_dir import MachineFolder, split_mode

    return MachineFolder(*split_mode(text), lambda problem: print(f"fakedocker: {problem}", file=sys.stderr))


def _open_terminal(options: Options) -> int:
    import gc

    gc.disable()  # importing makes much and no garbage: this saves a twentieth of the time until the prompt
    from fakedocker_shell.repl.app import run

    gc.enable()
    return run(
        options.seed,
        folders=options.shown(),
        journal=options.journal,
        profile=options.profile or DEFAULT,
        date=options.date,
        assume=options.assume,
        storage=options.storage,
    )


def _open_link(arguments: list[str], options: Options, link: Link) -> int:
    if arguments or options != Options(link=link):
        raise _UsageError("--link says all by itself: no other options, files or commands go with it")
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise _UsageError("a link needs a terminal; `fakedocker replay --link URL` does without")
    from fakedocker_shell.links import LinkProblem
    from fakedocker_shell.repl.app import run_link

    try:
        return run_link(link)
    except LinkProblem as problem:
        raise _UsageError(f"the link cannot be opened: {problem}") from None


def _run_commands(words: list[str], options: Options) -> int:
    """-c COMMANDS [NAME [ARG...]]"""
    if not words:
        raise _UsageError("-c takes the commands to run")
    name = words[1] if len(words) > 1 else "fakedocker"
    return _open(options, lambda: _run(options, "command", words[0], name, words[2:]))


def _run_file(path: str, rest: list[str], options: Options) -> int:
    try:
        with open(path, "rb") as file:
            data = file.read()
    except OSError as problem:
        sys.stderr.write(f"fakedocker: {path}: {problem.strerror}\n")
        return 127
    return _run(options, "script", path, parameters=rest, script=data)


def _run(
    options: Options,
    start: str,
    source: str = "",
    name: str = "bash",
    parameters: Sequence[str] = (),
    script: bytes = b"",
) -> int:
    """Run a session that is not typed at the prompt; see `session_journal.Begin`."""
    from fakedocker_shell import running

    begun = running.begin(
        options.seed,
        options.profile or DEFAULT,
        options.date,
        options.assume,
        start,
        source,
        name,
        parameters,
        script,
        options.storage,
    )
    return running.run(begun, options.shown(), options.journal)


if __name__ == "__main__":
    sys.exit(main())

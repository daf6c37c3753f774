"""The terminal's own commands that draw: as text, or in a language of documents. They work on any terminal."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from fakedocker.base.numbers import is_digits
from fakedocker_shell.repl import drawing, explain
from fakedocker_shell.repl.history import Moment
from fakedocker_shell.repl.meta_base import MetaCommand, MetaProblem
from fakedocker_shell.repl.terminal_session import TerminalSession

if TYPE_CHECKING:
    from fakedocker_shell.pictures.model import Picture

FORMATS = ("text", "mermaid", "dot", "svg", "json")
_FORMAT, _TARGET = "--format", "--to"
_SUFFIXES = {"text": "txt", "mermaid": "mmd", "dot": "dot", "svg": "svg", "json": "json"}
_WITH_TARGET = re.compile(rf"(?:^|\s){_TARGET}(?:=|\s+)(\S*)")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")


def _take_format(argument: str, usage: str) -> tuple[list[str], str]:
    """The words of an argument, and the format among them."""
    words, chosen = argument.split(), "text"
    for word in [word for word in words if word.startswith(_FORMAT)]:
        at = words.index(word)
        _, equals, value = word.partition("=")
        if not equals:
            value = words.pop(at + 1) if at + 1 < len(words) else ""
        words.pop(at)
        if value not in FORMATS:
            raise MetaProblem(f"{_FORMAT} is {', '.join(FORMATS[:-1])} or {FORMATS[-1]}, not {value!r}; usage: {usage}")
        chosen = value
    return words, chosen


def _kept(draw: Callable[[TerminalSession, str], str]) -> Callable[[TerminalSession, str], str]:
    """The command with `--to NAME`: the picture goes into a file of the folder the terminal was opened in."""

    def run(terminal: TerminalSession, argument: str) -> str:
        found = _WITH_TARGET.search(argument)
        if found is None:
            return draw(terminal, argument)
        name, argument = found[1], argument[: found.start()] + argument[found.end() :]
        if not _NAME.fullmatch(name):
            raise MetaProblem(f"{_TARGET} takes a name of letters, digits and dashes, not {name!r}")
        text = draw(terminal, argument)
        _, chosen = _take_format(argument, "")
        try:
            with (terminal.files / f"{name}.{_SUFFIXES[chosen]}").open("x", encoding="utf-8") as file:
                file.write(text if text.endswith("\n") else text + "\n")
        except OSError as problem:
            raise MetaProblem(f"not written: {problem.strerror}") from None
        return f"written to {name}.{_SUFFIXES[chosen]}"

    return run


def _write(picture: Picture, chosen: str, columns: int) -> str:
    from fakedocker_shell.pictures import markup, plain, svg

    if chosen == "text":
        return plain.write(picture, columns)
    writers = {"mermaid": markup.write_mermaid, "dot": markup.write_dot, "svg": svg.write, "json": markup.write_json}
    return writers[chosen](picture)


def _nothing_more(words: list[str], usage: str) -> None:
    if words:
        raise MetaProblem(f"usage: {usage}")


def _world(terminal: TerminalSession, argument: str) -> str:
    words, chosen = _take_format(argument, ":world")
    _nothing_more(words, ":world [--format FORMAT]")
    if chosen == "text":
        return drawing.draw(terminal.engine.world, terminal.columns)
    from fakedocker_shell.pictures import views

    return _write(views.whole(terminal.engine.world), chosen, terminal.columns)


def _ports(terminal: TerminalSession, argument: str) -> str:
    from fakedocker_shell.pictures import views

    words, chosen = _take_format(argument, ":ports")
    _nothing_more(words, ":ports [--format FORMAT]")
    return _write(views.ports(terminal.engine.world), chosen, terminal.columns)


def _net(terminal: TerminalSession, argument: str) -> str:
    from fakedocker_shell.pictures import views

    words, chosen = _take_format(argument, ":net")
    _nothing_more(words, ":net [--format FORMAT]")
    return _write(views.networks(terminal.engine.world), chosen, terminal.columns)


def _layers(terminal: TerminalSession, argument: str) -> str:
    from fakedocker.base.messages import Refusal
    from fakedocker.operations.system import lookup
    from fakedocker_shell.pictures import views

    usage = ":layers IMAGE|CONTAINER [--format FORMAT]"
    words, chosen = _take_format(argument, usage)
    if len(words) != 1:
        raise MetaProblem(f"usage: {usage}")
    world = terminal.engine.world
    container = world.containers.get(world.container_names.get(words[0], ""))
    try:
        image = lookup.image(terminal.engine.draft, container.image_id if container is not None else words[0])
    except Refusal as refusal:
        raise MetaProblem(refusal.message) from None
    return _write(views.layers(world, image, container), chosen, terminal.columns)


def _life(terminal: TerminalSession, argument: str) -> str:
    from fakedocker_shell.pictures import lives

    usage = ":life CONTAINER [--format FORMAT]"
    words, chosen = _take_format(argument, usage)
    if len(words) != 1:
        raise MetaProblem(f"usage: {usage}")
    picture = lives.timeline(terminal.engine.world, words)
    if not picture.groups:
        raise MetaProblem(f"no container {words[0]!r}, nor any that the last events tell of")
    return _write(picture, chosen, terminal.columns)


def _timeline(terminal: TerminalSession, argument: str) -> str:
    from fakedocker_shell.pictures import lives

    words, chosen = _take_format(argument, ":timeline")
    _nothing_more(words, ":timeline [--format FORMAT]")
    return _write(lives.timeline(terminal.engine.world), chosen, terminal.columns)


def _diff(terminal: TerminalSession, argument: str) -> str:
    usage = ":diff [N|start|on|off] [--format FORMAT]"
    words, chosen = _take_format(argument, usage)
    if words in (["on"], ["off"]):
        terminal.diffing = words == ["on"]
        return "after each command: what it has changed" if terminal.diffing else "diff is off"
    if len(words) > 1:
        raise MetaProblem(f"usage: {usage}")
    before, now = _earlier(terminal, words[0] if words else "1", usage), terminal.moment()
    if chosen != "text":
        from fakedocker_shell.pictures import views

        return _write(views.difference(before.world, now.world), chosen, terminal.columns)
    return "\n".join(explain.changes(before.world, now.world)) or "nothing has changed"


def _earlier(terminal: TerminalSession, word: str, usage: str) -> Moment:
    """The state before the last N commands that changed something, or that of the beginning."""
    if word == "start":
        return terminal.timeline.first
    if not is_digits(word) or word == "0":
        raise MetaProblem(f"usage: {usage}")
    return terminal.timeline.before(int(word)) or terminal.timeline.first


def _picture(terminal: TerminalSession, argument: str) -> str:
    """A picture that another package brings; without a name, which there are."""
    from fakedocker import plugins
    from fakedocker_shell.pictures.model import Picture

    usage = ":picture [NAME] [--format FORMAT]"
    words, chosen = _take_format(argument, usage)
    if not words:
        return "\n".join(plugins.names(plugins.PICTURES)) or "no package brings pictures"
    _nothing_more(words[1:], usage)
    view = plugins.load(plugins.PICTURES, words[0])
    if view is None:
        raise MetaProblem(f"no package brings a picture {words[0]!r}")
    try:
        picture = view(terminal.engine.world) if callable(view) else None
    except Exception as problem:  # an error of the package's is none of the terminal's
        raise MetaProblem(f"{words[0]} cannot be drawn: {type(problem).__name__}: {problem}") from None
    if not isinstance(picture, Picture):
        raise MetaProblem(f"{words[0]} gives no picture")
    return _write(picture, chosen, terminal.columns)


def _picture_words() -> tuple[str, ...]:
    from fakedocker import plugins

    return (*plugins.names(plugins.PICTURES), *_FORMAT_WORDS)


_FORMAT_WORDS = tuple(f"{_FORMAT}={name}" for name in FORMATS)
COMMANDS = {
    "world": MetaCommand(
        ":world", "draw containers, images, networks, volumes and ports", _kept(_world), _FORMAT_WORDS
    ),
    "layers": MetaCommand(":layers IMAGE|CONTAINER", "draw the layers it is made of", _kept(_layers), _FORMAT_WORDS),
    "life": MetaCommand(":life CONTAINER", "what became of a container, and when", _kept(_life), _FORMAT_WORDS),
    "timeline": MetaCommand(":timeline", "the lives of all containers", _kept(_timeline), _FORMAT_WORDS),
    "ports": MetaCommand(":ports", "which port of the host leads where", _kept(_ports), _FORMAT_WORDS),
    "net": MetaCommand(":net", "who is on which network", _kept(_net), _FORMAT_WORDS),
    "picture": MetaCommand(
        ":picture [NAME]", "draw what another package shows of a world", _kept(_picture), _picture_words
    ),
    "diff": MetaCommand(
        ":diff [N|start|on|off]",
        "what the last N commands have changed; after each command",
        _kept(_diff),
        ("on", "off", "start", *_FORMAT_WORDS),
    ),
}
"""All take --format text, mermaid, dot, svg or json, and --to NAME for a file."""

"""The prompt and its keys, over prompt_toolkit: asks for one complete input after the other.

What a command does and what there is to go back to is the console's. Where keys come from and where the prompt is
painted, a terminal or a page, is its caller's business.
"""

from __future__ import annotations

import asyncio
import importlib
import os
from collections.abc import Callable

from prompt_toolkit.application import get_app, run_in_terminal
from prompt_toolkit.auto_suggest import AutoSuggestFromHistory
from prompt_toolkit.buffer import Buffer, CompletionState
from prompt_toolkit.completion import CompleteEvent, get_common_complete_suffix
from prompt_toolkit.enums import EditingMode
from prompt_toolkit.filters import Condition, completion_is_selected, has_focus, is_searching
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.history import FileHistory, History
from prompt_toolkit.input import Input
from prompt_toolkit.input.typeahead import get_typeahead, store_typeahead
from prompt_toolkit.input.vt100_parser import Vt100Parser
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.key_binding.key_processor import KeyPress
from prompt_toolkit.output import ColorDepth, Output
from prompt_toolkit.shortcuts.prompt import PromptSession
from prompt_toolkit.styles import Style

from fakedocker_shell.repl import toolbar
from fakedocker_shell.repl.completion import ShellCompleter
from fakedocker_shell.repl.highlighting import STYLES, ShellLexer
from fakedocker_shell.repl.tty import Tty

TICK_SECONDS = 0.5
SHARED_TICK_SECONDS = 1.0
PAINTED_EVERY_SECONDS = 0.03
"""How long what is to be painted gathers at least, where many share a processor: a key, what it completes to, what it may become."""
OVER = "The time is over."
MENU_ROWS = 8
_FAILURES = 3
"""How often in a row the line editor may fail before the terminal is given up."""


class Prompt:
    """Asks for one input after the other and has the console run it.

    Args:
        tty: the console, and the screen it is on.
        source: where keys come from.
        sink: where the prompt is painted.
        is_shared: whether many prompts share one processor: this one then paints only what has changed, and lets others
            go before it does.
    """

    def __init__(self, tty: Tty, source: Input, sink: Output, history: History, is_shared: bool = False) -> None:
        self._tty = tty
        console = self.console = tty.console
        self._source = source
        self._failures = 0
        self._is_shared = is_shared
        self._painted = ""
        plain = not console.colours
        self.session: PromptSession[str] = PromptSession(
            self._message,
            multiline=True,
            completer=ShellCompleter(console, self._failed),
            complete_while_typing=True,
            validate_while_typing=False,
            auto_suggest=AutoSuggestFromHistory(),
            history=history,
            lexer=ShellLexer(console, self._failed),
            bottom_toolbar=None if os.environ.get("TERM") == "dumb" else self._toolbar,
            prompt_continuation=_continuation,
            key_bindings=self._keys(),
            style=_style(plain),
            include_default_pygments_style=False,
            color_depth=ColorDepth.DEPTH_1_BIT if plain else ColorDepth.DEPTH_4_BIT,
            editing_mode=_editing_mode(os.environ.get("FAKEDOCKER_EDITING_MODE", "")),
            reserve_space_for_menu=MENU_ROWS,
            refresh_interval=0,
            input=source,
            output=sink,
        )
        if is_shared:
            self.session.app.min_redraw_interval = PAINTED_EVERY_SECONDS
            self.session.app.max_render_postpone_time = (
                None  # two that put it off until the loop is idle keep each other waiting
            )
        self.session.app.renderer.cpr_not_supported_callback = None  # such a terminal has no toolbar, and no lecture

    def loop(self) -> int:
        """Until the shell is left; gives its status.

        The real terminal is raw all the time, between commands too, so that no key is taken for something else there.
        """
        console = self.console
        with self._source.raw_mode():
            while not console.ended:
                text = self._asked(lambda: self.session.prompt(pre_run=self._begin))
                if self._tty.is_over:
                    console.say(OVER)
                    break
                if text is not None:
                    self.go_on(self._tty.run(text, self.typed_ahead()))
        return console.exit_status

    async def ask(self) -> str | None:
        """The next complete input, in a loop that runs already and has no signals; None where there was none this time."""
        asking = self.session.prompt_async(pre_run=self._begin, handle_sigint=False, set_exception_handler=False)
        try:
            text = await asking
        except (Exception, KeyboardInterrupt) as problem:
            return self._answered(problem)
        self._failures = 0
        return text

    def _asked(self, ask: Callable[[], str]) -> str | None:
        try:
            text = ask()
        except (Exception, KeyboardInterrupt) as problem:
            return self._answered(problem)
        self._failures = 0
        return text

    def _answered(self, problem: BaseException) -> str | None:
        """What follows when there was no line; an error of ours in the line editor is told, and the line is asked for
        again."""
        if isinstance(problem, KeyboardInterrupt):
            self.console.status = 130
            return None
        if isinstance(problem, EOFError):
            return "exit"
        self._failures += 1
        if self._failures > _FAILURES:
            raise problem
        self.console.report_failure()
        return None

    def go_on(self, keys: bytes) -> None:
        """After a command: what it has not read is the next line's, and the shell may want other keys (set -o vi)."""
        self._type_ahead(keys)
        wanted = self.console.editing_mode
        if wanted:
            self.session.app.editing_mode = self.session.editing_mode = _editing_mode(wanted)

    def typed_ahead(self) -> bytes:
        """What prompt_toolkit has read beyond the line: it belongs to the command."""
        return "".join(key.data for key in get_typeahead(self._source)).encode("utf-8", "surrogateescape")

    def _type_ahead(self, keys: bytes) -> None:
        """Give back what no command has read."""
        presses: list[KeyPress] = []
        parser = Vt100Parser(presses.append)
        parser.feed_and_flush(keys.decode("utf-8", "replace").replace("\n", "\r"))
        if presses:
            store_typeahead(self._source, presses)

    # what is painted

    def _message(self) -> StyleAndTextTuples:
        console = self.console
        failed: StyleAndTextTuples = [("class:status", f"[{console.status}] ")] if console.status else []
        return [*failed, ("class:prompt", console.prompt)]

    def _toolbar(self) -> str:
        self._painted = toolbar.text(self.console, get_app().output.get_size().columns, not self._is_shared)
        return self._painted

    def _failed(self) -> None:
        self.console.report_failure()

    # time at the prompt

    def _begin(self) -> None:
        get_app().create_background_task(self._keep_time())

    async def _keep_time(self) -> None:
        """Let virtual time go on while somebody thinks; what background work prints comes above the prompt."""
        while True:
            await asyncio.sleep(SHARED_TICK_SECONDS if self._is_shared else TICK_SECONDS)
            if self._tty.is_over:
                get_app().exit(exception=EOFError)
                return
            _import_ahead()
            printed = self._tty.tick()
            if printed:
                data = printed if printed.endswith(b"\n") else printed + b"\r\n"
                await run_in_terminal(lambda data=data: self._tty.screen.write(data))  # type: ignore[misc]  # mypy cannot infer a lambda with a default
            if printed or not self._is_shared or self._painted != self._toolbar():
                get_app().invalidate()

    # keys

    def _keys(self) -> KeyBindings:
        keys = KeyBindings()
        typing = has_focus("DEFAULT_BUFFER") & ~is_searching
        complete = Condition(lambda: self.console.is_complete(get_app().current_buffer.text))

        @keys.add("enter", filter=typing & completion_is_selected)
        def _take_entry(event: KeyPressEvent) -> None:
            event.current_buffer.complete_state = None

        @keys.add("enter", filter=typing & ~completion_is_selected & complete)
        def _run(event: KeyPressEvent) -> None:
            event.current_buffer.validate_and_handle()

        @keys.add("enter", filter=typing & ~completion_is_selected & ~complete)
        def _next_line(event: KeyPressEvent) -> None:
            event.current_buffer.cursor_position = len(event.current_buffer.text)
            event.current_buffer.insert_text("\n")

        @keys.add("c-z", filter=typing)
        def _no_job(event: KeyPressEvent) -> None:
            """There is nothing to stop at the prompt."""

        @keys.add("tab", filter=typing)
        def _complete(event: KeyPressEvent) -> None:
            _complete_at_once(event.current_buffer)

        @keys.add("f1")
        def _help(event: KeyPressEvent) -> None:
            self._show(event, "help")

        @keys.add("f2")
        def _world(event: KeyPressEvent) -> None:
            self._show(event, "world")

        @keys.add("f3")
        def _hint(event: KeyPressEvent) -> None:
            self._show(event, "hint")

        return keys

    def _show(self, event: KeyPressEvent, name: str) -> None:
        """Show what a command of the terminal's own gives, above the prompt, which stays as it is."""
        text = self._tty.glance(name)
        run_in_terminal(lambda: self.console.say(text))
        event.app.invalidate()


def _import_ahead() -> None:
    """Import what the first docker command needs, while somebody thinks. Nothing at all the second time."""
    for name in ("fakedocker.api.routes", "fakedocker_shell.cli.main"):
        importlib.import_module(name)


def _complete_at_once(buffer: Buffer) -> None:
    """Tab: insert what all candidates begin with, and where that says no more show them and choose the next one.

    It does not wait for the menu that opens while typing, so that what is typed after it finds the word completed.
    """
    state = buffer.complete_state
    if state is not None and state.current_completion is not None and len(state.completions) > 1:
        buffer.complete_next()
        return
    buffer.cancel_completion()
    document = buffer.document
    found = list(buffer.completer.get_completions(document, CompleteEvent(completion_requested=True)))
    if len(found) == 1:
        buffer.apply_completion(found[0])
    elif found:
        common = get_common_complete_suffix(document, found)
        if common:
            buffer.insert_text(common)
            found = [completion.new_completion_from_position(len(common)) for completion in found]
        buffer.complete_state = CompletionState(buffer.document, found)
        if not common and state is not None:
            buffer.complete_next()


def _continuation(width: int, line_number: int, wrap_count: int) -> str:
    """What stands before a further line of an input; nothing before what does not fit into a line and goes on in the next."""
    del width, line_number  # it is the same in all of them
    return "" if wrap_count else "> "


def _editing_mode(name: str) -> EditingMode:
    return EditingMode.VI if name.lower() == "vi" else EditingMode.EMACS


def _style(plain: bool) -> Style:
    """The styles; without colours only what matters shows, by underlining and inverting."""
    rules: dict[str, str] = {
        "prompt": "ansigreen bold",
        "status": "ansired bold",
        "bottom-toolbar": "noreverse bg:ansibrightblack fg:ansiwhite",
        "auto-suggestion": "ansibrightblack",
        "completion-menu.completion": "bg:ansibrightblack fg:ansiwhite",
        "completion-menu.completion.current": "bg:ansicyan fg:ansiblack",
        "completion-menu.meta.completion": "bg:ansibrightblack fg:ansicyan",
        "completion-menu.meta.completion.current": "bg:ansicyan fg:ansiblack",
        **STYLES,
    }
    if plain:
        rules = {
            "missing": "underline",
            "unknown": "underline",
            "bottom-toolbar": "reverse",
            "completion-menu.completion.current": "reverse",
        }
    return Style(list(rules.items()))


class PrivateHistory(FileHistory):
    """A history whose file only its owner reads, and that is not lost with a full disk."""

    def store_string(self, string: str) -> None:
        try:
            os.close(os.open(self.filename, os.O_WRONLY | os.O_CREAT, 0o600))
            super().store_string(string)
        except OSError:
            return  # it stays in memory

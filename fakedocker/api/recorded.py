"""Answers of a world that begins from a recording: what the recording holds is answered word for word where it is asked.

A change that it holds is also made by the engine itself, with the ids that were recorded, so that whatever is not in the
recording is answered from the same world. See `recordings.answers` for what is held when.
"""

from __future__ import annotations

from typing import Final

from fakedocker.api import routes
from fakedocker.base.messages import Refusal
from fakedocker.containers.model import PAUSED
from fakedocker.engine.engine import Engine
from fakedocker.engine.inflight import Exchange, Stream, TimeMode
from fakedocker.operations.system import lookup
from fakedocker.recordings.answers import Answer, Recorded, key_of
from fakedocker.recordings.told import Part, is_change, path_of
from fakedocker.wire.http import Reply
from fakedocker.world.draft import Draft, Notice

_METHODS: Final = ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH")
_SUBJECT: Final = ("recorded", "")
_REFUSED: Final = 400


def handle(engine: Engine, draft: Draft, exchange: Exchange) -> Reply | Stream:
    """Answer a request from the recording of the world, else by its route. Raises Refusal as `routes.handle` does."""
    recorded, request = draft.recorded, exchange.request
    if recorded is None or recorded.left or request.method not in _METHODS:
        return routes.handle(engine, draft, exchange)
    key = key_of(request.method, request.target, request.body)
    path = path_of(request.target)
    if not is_change(request.method, path):
        answer, draft.recorded = recorded.look(key)
        return routes.handle(engine, draft, exchange) if answer is None else RecordedStream(answer, None, path, "")
    answer = recorded.change(key)
    if answer is None or not answer.is_held:
        outcome = routes.handle(engine, draft, exchange)
        draft.recorded = recorded.leave(f"{request.method} {path}") if answer is None else recorded.having_done(answer)
        draft.notify(*_SUBJECT)
        return outcome
    line = f"{request.method} {path}"
    own, note = (None, "") if answer.status >= _REFUSED else _do(engine, draft, exchange, answer, line)
    draft.recorded = recorded.having_done(answer)
    _note(draft, note)
    draft.notify(*_SUBJECT)
    return RecordedStream(answer, own, path, line)


def _do(engine: Engine, draft: Draft, exchange: Exchange, answer: Answer, line: str) -> tuple[Stream | None, str]:
    """Let the engine itself make a change; what goes on for it, and what is to be said of it."""
    draft.given_ids = dict(answer.ids)
    try:
        outcome = routes.handle(engine, draft, exchange)
    except Refusal as refusal:
        if not refusal.commits_partial:
            draft.rollback()
        return None, _differs(line, answer, refusal.status, draft.words.reword(refusal).message)
    finally:
        draft.given_ids = {}
    if isinstance(outcome, Reply):
        return None, _differs(line, answer, outcome.status, "")
    return outcome, ""


def _differs(line: str, answer: Answer, status: int, words: str) -> str:
    return "" if status == answer.status else f"{line}: recorded {answer.status}, the double {status} {words}".rstrip()


def _note(draft: Draft, note: str) -> None:
    if note and draft.recorded is not None:
        draft.recorded = draft.recorded.noting(note)


class RecordedStream:
    """An answer as it was recorded, each part of it after the changes and the input that it came after.

    Args:
        own: what goes on in the engine for the same request; nobody hears it.
        path: of the request, without a version.
        line: names the request in notes.
    """

    def __init__(self, answer: Answer, own: Stream | None, path: str, line: str) -> None:
        self._answer = answer
        self._own = own
        self._unheard: Exchange | None = None
        self._path = path
        self._line = line
        self._given = 0
        self._input_bytes = 0
        self._input_ended = False

    @property
    def passive(self) -> bool:
        return self._own is None or self._own.passive

    @property
    def converses(self) -> bool:
        return self._answer.hijacks

    def subjects(self) -> tuple[tuple[str, str | int], ...]:
        return (_SUBJECT, *(self._own.subjects() if self._own is not None else ()))

    def _go_on(self, draft: Draft, exchange: Exchange) -> bool:
        """Let the engine's own go on; whether it has ended."""
        if self._own is None:
            return True
        if self._unheard is None:
            self._unheard = Exchange(exchange.number, exchange.request)
        unheard = self._unheard
        if not unheard.ended:
            self._own.pump(draft, unheard)
            unheard.take()
            if unheard.ended and unheard.reply is not None:
                _note(draft, _differs(self._line, self._answer, unheard.reply.status, ""))
        return unheard.ended

    def pump(self, draft: Draft, exchange: Exchange) -> None:
        has_ended = self._go_on(draft, exchange)
        answer, recorded = self._answer, draft.recorded
        is_over = answer.is_whole and (has_ended or answer.hijacks)
        if recorded is not None and not recorded.left:
            if not exchange.answered and not self._respond(exchange, recorded, is_over):
                return
            while self._given < len(answer.parts) and self._is_due(answer.parts[self._given], recorded):
                exchange.send(answer.parts[self._given].data)
                self._given += 1
            if is_over and self._given == len(answer.parts) and self._is_due(answer.end, recorded):
                self._end_container(draft)
                exchange.finish()
        elif self._given < len(answer.parts) or not answer.is_whole:
            exchange.break_off("reset")  # what would have come is not known any more
        elif is_over:
            exchange.finish()

    def _respond(self, exchange: Exchange, recorded: Recorded, is_over: bool) -> bool:
        """The head, with the whole answer where all of it is due; False where that has ended it."""
        answer = self._answer
        whole = None
        if is_over and not answer.hijacks and self._is_due(answer.end, recorded) and answer.exit_code is None:
            whole = b"".join(part.data for part in answer.parts)
        exchange.respond(
            Reply(status=answer.status, headers=answer.headers, body=whole, hijacked=answer.hijacks, bare=True)
        )
        return whole is None

    def _is_due(self, part: Part, recorded: Recorded) -> bool:
        return (
            recorded.is_due(self._answer, part)
            and self._input_bytes >= part.input_bytes
            and self._input_ended >= part.input_ended
        )

    def _end_container(self, draft: Draft) -> None:
        """A wait has told that its container has ended: so it does in the world."""
        if self._answer.exit_code is None:
            return
        try:
            container = lookup.container(draft, self._path.split("/")[2])
        except Refusal:
            return
        if container.has_process:
            if container.status == PAUSED:
                draft.kernel.thaw_namespace(container.id)
            draft.kernel.end_from_outside(container.pid, self._answer.exit_code)

    def notice(self, draft: Draft, exchange: Exchange, notice: Notice) -> None:
        if self._own is not None and self._unheard is not None and (notice.kind, notice.key) != _SUBJECT:
            self._own.notice(draft, self._unheard, notice)

    def feed(self, draft: Draft, exchange: Exchange, data: bytes) -> None:
        self._input_bytes += len(data)
        if self._own is not None and self._unheard is not None and not self._unheard.ended:
            self._own.feed(draft, self._unheard, data)
        draft.notify(*_SUBJECT)

    def half_close(self, draft: Draft, exchange: Exchange) -> None:
        self._input_ended = True
        if self._own is not None and self._unheard is not None:
            self._own.half_close(draft, self._unheard)
        draft.notify(*_SUBJECT)

    def disconnect(self, draft: Draft, exchange: Exchange) -> None:
        if self._own is not None and self._unheard is not None:
            self._own.disconnect(draft, self._unheard)

    def waits(self, draft: Draft, exchange: Exchange, mode: TimeMode) -> bool:
        """Time can end what the engine itself does for it."""
        own, unheard = self._own, self._unheard
        return own is not None and unheard is not None and not unheard.ended and own.waits(draft, unheard, mode)

"""`POST /session`: a connection over which the engine calls its client, for what a build needs of it.

The client serves files of its directories, secrets and agents, and takes what was built. What builds ask for stands in
their tasks; here it is fetched, and brought back to them. Source: buildkit session/{manager,grpc}.go, session/filesync,
session/secrets, session/sshforward; moby api/server/router/session.
"""

from __future__ import annotations

import hashlib

from fakedocker.api.builds import builds_of
from fakedocker.api.call import Call as Asked
from fakedocker.api.filesync import Budget, Receiver, Sender, TransferProblem
from fakedocker.api.grpc import upgrade_reply
from fakedocker.api.http2 import ENDED, MESSAGE, WRITABLE, Call, Event, Peer
from fakedocker.base import messages
from fakedocker.engine.engine import Engine
from fakedocker.engine.inflight import Exchange, OutputOnly, TimeMode
from fakedocker.filesystem import content as contents
from fakedocker.operations.buildkit import session_requests, solver
from fakedocker.wire import filesync, grpc, protobuf
from fakedocker.wire.filesync import Bytes, Named
from fakedocker.wire.grpc import NOT_FOUND, OK, UNIMPLEMENTED, Failure, Status
from fakedocker.wire.http import Reply
from fakedocker.wire.protobuf import BadMessage
from fakedocker.world.asks import AGENT, FILES, NOTICE, SECRET, TAKE_ARCHIVE, TAKE_FILES, UPLOAD, Answer, Ask
from fakedocker.world.draft import Draft, Notice

_FILE_SYNC, _FILE_SEND = "/moby.filesync.v1.FileSync/DiffCopy", "/moby.filesync.v1.FileSend/DiffCopy"
_UPLOAD = "/moby.upload.v1.Upload/Pull"
_SECRETS, _AGENTS = "/moby.buildkit.secrets.v1.Secrets/GetSecret", "/moby.sshforward.v1.SSH/CheckAgent"
_ID, _SHARED_KEY = "x-docker-expose-session-uuid", "x-docker-expose-session-sharedkey"
_ARCHIVE_PART_BYTES = 32 << 10


class Errand:
    """An ask that a call is under way for.

    Args:
        task: the build's.
    """

    def __init__(self, task: int, ask: Ask) -> None:
        self.task = task
        self.ask = ask

    def begin(self, peer: Peer) -> Call:
        """Make the call."""
        raise NotImplementedError

    def take(self, peer: Peer, call: Call, message: bytes) -> None:
        """What the client says. TransferProblem, BadMessage."""

    def go_on(self, peer: Peer, call: Call) -> None:
        """The client takes more."""

    def answer(self, status: Status) -> Answer:
        """What has come of it, now that the call has ended."""
        raise NotImplementedError

    def close(self) -> None:
        """It is over, in whatever way."""


class FilesErrand(Errand):
    """Files of a directory.

    Args:
        known: what has come of them earlier.
        key: what the cache knows them by.
    """

    def __init__(self, task: int, ask: Ask, key: str, receiver: Receiver) -> None:
        super().__init__(task, ask)
        self._key = key
        self._receiver = receiver

    def begin(self, peer: Peer) -> Call:
        ask = self.ask
        values = {"dir-name": [ask.name], "exclude-patterns": ask.excludes, "followpaths": ask.paths}
        return peer.open(_FILE_SYNC, filesync.headers(values))

    def take(self, peer: Peer, call: Call, message: bytes) -> None:
        for packet in self._receiver.take(message):
            peer.send(call, grpc.frame(protobuf.encode(packet)))
        if self._receiver.finished:
            peer.half_close(call)

    def answer(self, status: Status) -> Answer:
        if status.code == OK and self._receiver.finished:
            return Answer(tree=self._receiver.tree(), key=self._key, size_bytes=self._receiver.size_bytes)
        return Answer(problem=status.text if status.code != OK else "unexpected EOF")

    def close(self) -> None:
        self._receiver.close()


class NamedErrand(Errand):
    """A secret, or whether there is an agent."""

    _data: bytes | None = None

    def begin(self, peer: Peer) -> Call:
        call = peer.open(_SECRETS if self.ask.kind == SECRET else _AGENTS)
        peer.send(call, grpc.frame(protobuf.encode(Named(id=self.ask.name))))
        peer.half_close(call)
        return call

    def take(self, peer: Peer, call: Call, message: bytes) -> None:
        self._data = protobuf.decode(Bytes, message).data

    def answer(self, status: Status) -> Answer:
        if status.code in (NOT_FOUND, UNIMPLEMENTED):
            return Answer(problem=status.brief, missing=True)
        if status.code != OK or self._data is None:
            return Answer(problem=status.brief)
        return Answer(data=self._data)


class UploadErrand(Errand):
    """An archive that the client has been given."""

    def __init__(self, task: int, ask: Ask, budget: Budget) -> None:
        super().__init__(task, ask)
        self._budget = budget
        self._parts: list[bytes] = []
        self._size_bytes = 0

    def begin(self, peer: Peer) -> Call:
        return peer.open(_UPLOAD, [("urlpath", f"/{self.ask.name}"), ("urlhost", "buildkit-session")])

    def take(self, peer: Peer, call: Call, message: bytes) -> None:
        data = protobuf.decode(Bytes, message).data
        self._budget.take(len(data))
        self._parts.append(data)
        self._size_bytes += len(data)

    def answer(self, status: Status) -> Answer:
        if status.code != OK:
            return Answer(problem=status.text)
        return Answer(data=b"".join(self._parts), size_bytes=self._size_bytes)

    def close(self) -> None:
        self._budget.give_back(self._size_bytes)


class FilesOut(Errand):
    """The files of a result."""

    def __init__(self, task: int, ask: Ask) -> None:
        super().__init__(task, ask)
        assert ask.tree is not None
        self._sender = Sender(ask.tree)

    def begin(self, peer: Peer) -> Call:
        call = peer.open(_FILE_SEND, [("buildkit-attachable-exporter-id", "0")])
        self.go_on(peer, call)
        return call

    def take(self, peer: Peer, call: Call, message: bytes) -> None:
        self._sender.take(message)
        self.go_on(peer, call)

    def go_on(self, peer: Peer, call: Call) -> None:
        while peer.room(call) and (message := self._sender.next()) is not None:
            peer.send(call, grpc.frame(message))
        if self._sender.finished:
            peer.half_close(call)

    def answer(self, status: Status) -> Answer:
        if status.code == OK and self._sender.finished:
            return Answer(size_bytes=self._sender.size_bytes)
        return Answer(problem=status.text if status.code != OK else "unexpected EOF")


class ArchiveOut(Errand):
    """The result as one file."""

    def __init__(self, task: int, ask: Ask) -> None:
        super().__init__(task, ask)
        self._rest = contents.chunks(ask.content, _ARCHIVE_PART_BYTES)
        self._done = False

    def begin(self, peer: Peer) -> Call:
        call = peer.open(_FILE_SEND, [("buildkit-attachable-exporter-id", "0")])
        self.go_on(peer, call)
        return call

    def go_on(self, peer: Peer, call: Call) -> None:
        while not self._done and peer.room(call):
            data = next(self._rest, b"")
            if data:
                peer.send(call, grpc.frame(protobuf.encode(Bytes(data=data))))
            else:
                self._done = True
                peer.half_close(call)

    def answer(self, status: Status) -> Answer:
        if status.code == OK and self._done:
            return Answer(size_bytes=len(self.ask.content))
        return Answer(problem=status.text if status.code != OK else "unexpected EOF")


class SessionStream(OutputOnly):
    """A client's session.

    Args:
        head: what its request is answered with.
        name: what builds call it.
        shared_key: what the client calls the place that its files are of.
        budget: what all sessions may hold.
    """

    passive = False
    converses = True

    def __init__(self, head: Reply, name: str, shared_key: str, budget: Budget) -> None:
        self._budget = budget
        self._head = head
        self._name = name
        self._shared_key = shared_key
        self._peer = Peer(is_client=True)
        self._errands: dict[Call, Errand] = {}

    @property
    def name(self) -> str:
        return self._name

    def subjects(self) -> tuple[tuple[str, str | int], ...]:
        return ((NOTICE, self._name),)

    def waits(self, draft: Draft, exchange: Exchange, mode: TimeMode) -> bool:
        return False

    def pump(self, draft: Draft, exchange: Exchange) -> None:
        """Begin with everything that is asked."""
        if not exchange.answered:
            exchange.respond(self._head)
        for task, ask in session_requests.waiting_for(draft, self._name):
            if session_requests.take(draft, task, ask.id):
                self._begin(draft, self._errand(draft, task, ask))
        exchange.send(self._peer.take())

    def _begin(self, draft: Draft, errand: Errand) -> None:
        try:
            self._errands[errand.begin(self._peer)] = errand
        except Failure as problem:
            errand.close()
            solver.answered(draft, errand.task, errand.ask.id, Answer(problem=problem.status.text))

    def notice(self, draft: Draft, exchange: Exchange, notice: Notice) -> None:
        """Looked at when pumped."""

    def _errand(self, draft: Draft, task: int, ask: Ask) -> Errand:
        if ask.kind == FILES:
            key = ""
            known = None
            if ask.keeps:
                key = "local:" + hashlib.sha256(f"{ask.name}:{ask.hint}:{self._shared_key}".encode()).hexdigest()
                record = draft.build_cache.get(key)
                known = record.tree if record is not None else None
            return FilesErrand(task, ask, key, Receiver(self._budget, known))
        if ask.kind == UPLOAD:
            return UploadErrand(task, ask, self._budget)
        if ask.kind in (SECRET, AGENT):
            return NamedErrand(task, ask)
        assert ask.kind in (TAKE_FILES, TAKE_ARCHIVE)
        return FilesOut(task, ask) if ask.kind == TAKE_FILES else ArchiveOut(task, ask)

    def feed(self, draft: Draft, exchange: Exchange, data: bytes) -> None:
        for event in self._peer.receive(data):
            self._happened(draft, event)
        exchange.send(self._peer.take())
        if self._peer.broken:
            exchange.finish()

    def half_close(self, draft: Draft, exchange: Exchange) -> None:
        """HTTP/2 does not go on in one direction."""
        self._lose(draft)
        exchange.finish()

    def disconnect(self, draft: Draft, exchange: Exchange) -> None:
        self._lose(draft)

    def _lose(self, draft: Draft) -> None:
        for event in self._peer.lose("error reading from server: EOF"):
            self._happened(draft, event)

    def _happened(self, draft: Draft, event: Event) -> None:
        call = event.call
        errand = self._errands.get(call)
        if errand is None:
            return
        try:
            if event.kind == MESSAGE:
                errand.take(self._peer, call, event.data)
            elif event.kind == WRITABLE:
                errand.go_on(self._peer, call)
            elif event.kind == ENDED:
                self._end(draft, call, errand.answer(event.status))
        except (TransferProblem, BadMessage) as problem:
            self._peer.cancel(call)
            self._end(draft, call, Answer(problem=str(problem)))

    def _end(self, draft: Draft, call: Call, answer: Answer) -> None:
        errand = self._errands.pop(call)
        errand.close()
        solver.answered(draft, errand.task, errand.ask.id, answer)


def connect(call: Asked) -> SessionStream:
    """A client's session. Refusal."""
    name = call.request.headers.get(_ID, "")
    if _is_open(call.engine, name):
        raise messages.SESSION_EXISTS(name=name)
    try:
        head = upgrade_reply(call)
    except messages.Refusal as refusal:
        raise messages.BAD_REQUEST(problem=refusal.message) from None
    return SessionStream(head, name, call.request.headers.get(_SHARED_KEY, ""), builds_of(call.engine).budget)


def _is_open(engine: Engine, name: str) -> bool:
    return any(isinstance(stream, SessionStream) and stream.name == name for stream in engine.streams())

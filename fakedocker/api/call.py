"""One request on its way through the API: its parts, read as docker's handlers read them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TypeVar

from fakedocker.api import addresses
from fakedocker.base import messages
from fakedocker.base.numbers import parse_whole, problem_of
from fakedocker.engine.engine import Engine
from fakedocker.engine.inflight import Exchange
from fakedocker.filesystem import content as contents
from fakedocker.filesystem.content import Content
from fakedocker.operations.system import filters as filtering
from fakedocker.operations.system.filters import Filters
from fakedocker.wire import decode
from fakedocker.wire.http import JSON, Query, Reply, Request
from fakedocker.world.draft import Draft

T = TypeVar("T")


class Call:
    """What a handler gets.

    Args:
        names: the parts of the path that the route names.
        version: of the API asked for, as numbers.
    """

    __slots__ = ("draft", "engine", "exchange", "names", "query", "request", "version")

    def __init__(
        self,
        engine: Engine,
        draft: Draft,
        exchange: Exchange,
        query: str,
        names: dict[str, str],
        version: tuple[int, int],
    ) -> None:
        self.engine = engine
        self.draft = draft
        self.exchange = exchange
        self.request: Request = exchange.request
        self.query = Query(query)
        self.names = names
        self.version = version

    def body(self, kind: type[T], required: bool = False) -> T:
        """The request's JSON as a message; without a body, an empty one.

        Source: moby api/server/httputils ReadJSON and CheckForJSON: a type may be left out where there is no body.

        Args:
            required: whether there must be a body, as for a new container.

        Raises:
            Refusal: no JSON, or not of that shape, in Go's words.
        """
        body = self.request.body
        content_type = self.request.headers.get("content-type", "")
        media_type = content_type.partition(";")[0].strip().lower()
        if media_type != JSON and (content_type or body):
            raise messages.CONTENT_TYPE(given=media_type)
        if not body:
            if required:
                raise messages.EMPTY_BODY()
            return kind()
        try:
            found = decode.decode(body, kind)
        except decode.TrailingContent:
            raise messages.TRAILING_CONTENT() from None
        except decode.InvalidJSON as problem:
            raise messages.INVALID_JSON(problem=problem) from None
        if self.draft.profile.reads_addresses and (wrong := addresses.problem(found)):
            raise messages.ADDRESS_IN_JSON(problem=wrong)
        return found

    def integer(self, name: str) -> int | None:
        """A whole number of the query, None where there is none.

        Raises:
            Refusal: it is no number, in Go's words (moby's handlers pass strconv's error on).
        """
        text = self.query.text(name)
        if not text:
            return None
        number = parse_whole(text)
        if number is None:
            raise messages.NO_NUMBER(problem=problem_of(text))
        return number

    def content_reply(self, content: Content, media_type: str, headers: tuple[tuple[str, str], ...] = ()) -> Reply:
        """An answer whose bytes are made as they are taken."""
        return self.chunks_reply(contents.chunks(content), media_type, headers)

    def chunks_reply(
        self, chunks: Iterator[bytes], media_type: str, headers: tuple[tuple[str, str], ...] = ()
    ) -> Reply:
        """The same of bytes that come in chunks."""
        self.exchange.source = chunks
        return Reply(headers=(("Content-Type", media_type), *headers), body=None)

    def filters(self, accepted: Collection[str] | None) -> Filters:
        """The query's filters. Refusal for names that are not accepted."""
        return filtering.parse(self.query.text("filters"), accepted)

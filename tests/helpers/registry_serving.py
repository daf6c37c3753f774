"""A registry server in a thread, and requests to it."""

from __future__ import annotations

import asyncio
import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from fakedocker.api.registry_server import RegistryServer
from fakedocker.registry.distribution.access import Access
from fakedocker.registry.distribution.contents import Contents


@contextmanager
def serving(contents: Contents, access: Access | None = None) -> Iterator[int]:
    """A server in a thread of its own; gives its port."""
    loop = asyncio.new_event_loop()
    server = RegistryServer(contents, access or Access())
    port = loop.run_until_complete(server.listen("127.0.0.1", 0))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield port
    finally:
        asyncio.run_coroutine_threadsafe(server.close(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()


def ask(port: int, method: str, target: str, body: bytes | list[bytes] | None = None) -> tuple[int, bytes]:
    """One request; a body in a list goes in chunks."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    try:
        connection.request(method, target, iter(body) if isinstance(body, list) else body, encode_chunked=isinstance(body, list),
                           headers={"Transfer-Encoding": "chunked"} if isinstance(body, list) else {})  # fmt: skip
        reply = connection.getresponse()
        return reply.status, reply.read()
    finally:
        connection.close()

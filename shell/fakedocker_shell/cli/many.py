"""Doing the same to several objects: all requests at once or one after the other, results in the order of the names."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from fakedocker_shell.cli.api import Api, error_message
from fakedocker_shell.cli.context import ConnectionRefused, Query
from fakedocker_shell.cli.errors import CliError, DaemonError

Outcome = CliError | None


async def send_all(
    api: Api, requests: Sequence[tuple[str, str, Query]], report: Callable[[int, Outcome], None]
) -> None:
    """Send requests (method, path, query) at once, and report how each ended, in their order."""
    await api.negotiate()
    exchanges = []
    for method, path, query in requests:
        try:
            exchanges.append(api.client.start(method, api.path(path), query))
        except ConnectionRefused as error:
            raise CliError(str(error)) from None
    for index, exchange in enumerate(exchanges):
        try:
            await exchange.head()
            while not exchange.finished:
                await api.context.wait_any(exchange)
        except ConnectionRefused as error:
            report(index, CliError(str(error)))
            continue
        answer = exchange.response
        failed = answer.status >= 400
        report(index, DaemonError(error_message(answer.status, answer.body), answer.status) if failed else None)


async def one_by_one(names: Sequence[str], action: Callable[[str], Awaitable[None]]) -> None:
    """Do something to each name; what fails does not keep the others from it.

    Raises:
        CliError: all complaints, a line each.
    """
    complaints = []
    for name in names:
        try:
            await action(name)
        except CliError as error:
            complaints.append(error.message)
    raise_all(complaints)


def raise_all(complaints: Sequence[str]) -> None:
    """Raise CliError if there are complaints."""
    if complaints:
        raise CliError("\n".join(complaints))

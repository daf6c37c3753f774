"""`docker compose up` without -d: everything that containers print, until they have all ended or Ctrl-C is pressed.

Source: compose pkg/compose/up.go, and what the command prints.
"""

from __future__ import annotations

from collections.abc import Sequence

from fakedocker.base.clock import SECOND_NS
from fakedocker_shell.cli.main import Invocation
from fakedocker_shell.compose import existing, stopping
from fakedocker_shell.compose.converging import Convergence
from fakedocker_shell.compose.existing import Found
from fakedocker_shell.compose.output import Follower, Printer, short_name
from fakedocker_shell.compose.progress import Progress
from fakedocker_shell.compose.project import Project

_INTERRUPTED = 130


class Attached:
    """One run.

    Args:
        services: whose output is shown.
        stops_together: whether the end of one container ends all.
        colors: whether lines may have colours.
    """

    def __init__(
        self, call: Invocation, project: Project, services: Sequence[str], *, stops_together: bool, colors: bool
    ) -> None:
        self._call = call
        self._colors = colors
        self._project = project
        self._services = services
        self._stops_together = stops_together
        self._followers: dict[str, Follower] = {}
        self._found: list[Found] = []
        self._printer = Printer(call.context, [])

    async def run(self, convergence: Convergence) -> int:
        """Attach, start, and stay until the end. Raises CliError. Returns the exit status."""
        call, options = self._call, self._call.options
        everything = await existing.find(call.api, self._project.name)
        self._found = existing.of_services(everything, self._project.services)
        shown = [one for one in self._found if one.service in self._services]
        names = [short_name(one, self._project.name) for one in shown]
        self._printer = Printer(call.context, names, not options["no-log-prefix"], self._colors, True)
        self._printer.say(f"Attaching to {', '.join(names)}" if names else "Attaching to")
        call.context.take_signal()  # from now on they are ours
        for one in self._found:
            await self._attach(one, is_new=not one.is_running)
        convergence.pause = self._pause
        await convergence.start(quiet=True)
        return await self._follow()

    async def _attach(self, one: Found, is_new: bool) -> None:
        api = self._call.api
        path = f"/containers/{one.id}"
        tty = (await api.get(f"{path}/json"))["Config"]["Tty"]
        query = {"stream": "1", "stdout": "1", "stderr": "1"}
        if self._call.options["timestamps"]:
            query = {"follow": "1", "stdout": "1", "stderr": "1", "timestamps": "1", "tail": "0"}
            stream = await api.open("GET", f"{path}/logs", query)
        else:
            stream = await api.open("POST", f"{path}/attach", query, None, {"Content-Type": "text/plain"}, True)
        waiting = await api.start("POST", f"{path}/wait", {"condition": "next-exit" if is_new else "not-running"})
        name = short_name(one, self._project.name)
        shown = one.service in self._services
        self._followers[one.id] = Follower(self._printer, one, name, stream, tty, waiting, shown)

    async def _pause(self, seconds: float) -> None:
        """Show what is printed for that long."""
        until_ns = self._call.context.now_ns() + int(seconds * SECOND_NS)
        while self._call.context.now_ns() < until_ns:
            self._pump()
            sources = [one.stream for one in self._followers.values() if not one.stream.ended]
            await self._call.context.wait_any(*sources, until_ns=until_ns)
        self._pump()

    def _pump(self) -> None:
        for follower in self._followers.values():
            follower.pump()

    async def _follow(self) -> int:
        context = self._call.context
        chosen = self._call.options["exit-code-from"]
        code = 0
        while self._followers:
            self._pump()
            ended = [one for one in self._followers.values() if one.exit_code is not None and one.stream.ended]
            for follower in ended:
                code = await self._take_ending(follower, code, chosen)
            if ended and self._stops_together:
                return await self._abort(code)
            if (signal := context.take_signal()) in stopping.STOPPING_SIGNALS:
                return await self._interrupted(str(signal))
            if not ended:
                sources = [one.stream for one in self._followers.values() if not one.stream.ended]
                waits = [one.waiting for one in self._followers.values() if one.waiting and not one.waiting.finished]
                await context.wait_any(*sources, *waits, signals=True)
        return code if self._stops_together else 0

    async def _take_ending(self, follower: Follower, code: int, chosen: str) -> int:
        """Say that a container has ended; one that starts again is listened to again. Gives the exit status so far."""
        status = follower.exit_code or 0
        follower.close()
        del self._followers[follower.found.id]
        if follower.shown:
            self._printer.say(f"{follower.name} exited with code {status}")
        state = (await self._call.api.get(f"/containers/{follower.found.id}/json"))["State"]
        if (state["Restarting"] or state["Running"]) and not self._stops_together:
            await self._attach(follower.found, is_new=not state["Running"])
        return status if not chosen or follower.found.service == chosen else code

    async def _abort(self, code: int) -> int:
        self._call.context.err("Aborting on container exit...\n")
        await self._stop_all(shows=False)
        return code

    async def _interrupted(self, signal: str) -> int:
        self._call.context.out("Gracefully stopping... (press Ctrl+C again to force)\n")
        await self._stop_all(shows=True)
        return _INTERRUPTED if signal == "INT" else 0

    async def _stop_all(self, shows: bool) -> None:
        """Stop every container, those first that depend on others, and kill them when Ctrl-C is pressed meanwhile.

        Args:
            shows: whether their last words are shown.
        """
        progress = Progress(self._call.context, self._call.group["progress"], "Stopping")
        timeout = int(self._call.options["timeout"]) if self._call.options.changed("timeout") else None
        for level in reversed(self._project.levels()):
            found = existing.of_services(self._found, level)
            await stopping.stop_or_kill(self._call.context, self._call.api, found, progress, timeout)
        if shows:
            self._pump()
        for follower in self._followers.values():
            follower.close()

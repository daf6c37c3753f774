"""How node answers a request: the functions it goes through, one after the other, each of which may wait.

One request at a time goes through its functions; a response that is ended later, by a timer, is looked for when timers
and errands have run. It must not know sockets.
"""

from __future__ import annotations

from typing import Final

from fakedocker.kernel.program import System
from fakedocker.userland.inputs import State, bytes_of
from fakedocker.userland.languages.javascript import javascript_express as express
from fakedocker.userland.languages.javascript.javascript_evaluation import Evaluator
from fakedocker.userland.languages.javascript.javascript_tokens import UNDEFINED, Complaint, Value
from fakedocker.userland.languages.javascript.javascript_values import KIND, Method, text_of_value
from fakedocker.userland.languages.script_machine import FunctionValue
from fakedocker.userland.services.connections import Connection
from fakedocker.userland.services.http import Request, Response, Style

EXPRESS_STYLE: Final = Style(
    order=(
        "X-Powered-By", "Content-Security-Policy", "X-Content-Type-Options", "Location", "Content-Type", "Content-Length",
        "ETag", "Date", "Connection", "Keep-Alive",
    ),
    keep_alive=(("Connection", "keep-alive"), ("Keep-Alive", "timeout=5")),
)  # fmt: skip
_LATER_NS: Final = 1_000_000


class Answering:
    """The handler of a script's server."""

    def __init__(self, system: System, state: State, evaluator: Evaluator) -> None:
        self._system = system
        self._state = state
        self._evaluator = evaluator

    @property
    def is_busy(self) -> bool:
        """Whether a request is on its way through functions."""
        return "busy" in self._state

    @property
    def is_express(self) -> bool:
        handler = self._state.get("server", {}).get("handler")
        return isinstance(handler, dict) and handler.get(KIND) == "express"

    def handle(self, request: Request, connection: Connection) -> Response | None:
        """What the script makes of a request; None while it has not ended its response. Blocks."""
        memory, state = connection["memory"], self._state
        if "response" not in memory:
            if state.get("busy", connection["number"]) != connection["number"]:
                connection["waits"] = ((), self._system.now_ns + _LATER_NS)
                return None
            if not self.is_busy:
                if state["server"]["handler"] is UNDEFINED:
                    return None
                self._begin(request, connection)
            connection["waits"] = ((), 0)  # it is to go on as soon as it can
            self._go_on()
            memory["response"] = state["way"]["response"]
            self._evaluator.let_go(state["way"]["request"])
            self._evaluator.let_go(state["way"]["chain"])
            del state["busy"], state["way"], connection["waits"]
        return self._finished(memory["response"], connection)

    def _begin(self, request: Request, connection: Connection) -> None:
        evaluator, handler = self._evaluator, self._state["server"]["handler"]
        headers = {"X-Powered-By": "Express"} if self.is_express else {}
        response = {"statusCode": 200, "headers": headers, "body": "", "ended": False}
        asked = express.request_object(evaluator, request)
        found = [express.Step(handler, {}, request.target)]
        if self.is_express:
            found = express.steps(evaluator, handler, request.method, request.target)
        self._state["busy"] = connection["number"]
        self._state["way"] = {
            "request": asked, "response": evaluator.hold("response", response), "chain": evaluator.hold("chain", {}),
            "steps": [list(step) for step in found], "place": 0, "called": False,
        }  # fmt: skip

    def _go_on(self) -> None:
        """Through the steps that are left, until one does not call `next`. Blocks."""
        way, evaluator = self._state["way"], self._evaluator
        try:
            while way["place"] < len(way["steps"]):
                if not self._step(way):
                    return
                way["place"] += 1
                way["called"] = False
        except Complaint as problem:
            if not self.is_express:
                raise
            said = f"{problem.kind}: {problem.message}" if problem.kind else problem.message
            self._system.put(bytes_of(f"{said}\n"), 2)
            express.error_response(evaluator, way["response"], 500, said)
            return
        if self.is_express:
            held = evaluator.held(way["request"])
            express.error_response(evaluator, way["response"], 404, f"Cannot {held['method']} {held['path']}")

    def _step(self, way: dict[str, Value]) -> bool:
        """One step of the way; whether the next one follows. Blocks."""
        evaluator = self._evaluator
        function, parameters, url = way["steps"][way["place"]]
        if isinstance(function, dict) and function.get(KIND) == "middleware":
            return express.apply(evaluator, function, way["request"], way["response"])
        if not isinstance(function, FunctionValue):
            raise Complaint("TypeError", f"{text_of_value(function)} is not a function")
        if not way["called"]:
            evaluator.held(way["request"]).update(params=parameters, url=url)
            evaluator.held(way["chain"]).update(called=False, problem=UNDEFINED)
            evaluator.machine.begin_call(function, [way["request"], way["response"], Method(way["chain"], "next")])
            way["called"] = True
        evaluator.machine.run()
        chain = evaluator.held(way["chain"])
        if chain["problem"] is not UNDEFINED:
            evaluator.throw(chain["problem"])
        return bool(chain["called"])

    def _finished(self, response: dict[str, Value], connection: Connection) -> Response | None:
        """The answer, where the script has ended it; else it is looked for when timers and errands have run."""
        held = self._evaluator.held(response)
        if not held["ended"]:
            times = [timer[0] for timer in self._state["timers"]]
            due_ns = self._system.now_ns if self._state["errands"] else min(times, default=None)
            connection["waits"] = ((), None if due_ns is None else due_ns + 1)
            return None
        self._evaluator.let_go(response)
        headers = tuple((name, text_of_value(value)) for name, value in held["headers"].items())
        return Response(int(held["statusCode"]), bytes_of(held["body"]), headers)

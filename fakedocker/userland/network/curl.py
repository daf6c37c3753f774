"""curl: its options, the requests they make, redirects and retries.

What is said and written is `curl_output`'s, the exchange itself `http_client`'s.
"""

from __future__ import annotations

import base64
import re
from typing import Final
from urllib.parse import quote, urljoin

from fakedocker.base.numbers import is_digits
from fakedocker.kernel.program import System
from fakedocker.userland.inputs import State, bytes_of, read_all
from fakedocker.userland.languages.toolchains.versions import version_of
from fakedocker.userland.network.curl_output import (
    begin_meter,
    complain,
    finish_failed,
    report_failure,
    show_exchange,
    write_answer,
)
from fakedocker.userland.network.http_client import Address, RequestProblem, Response, head_text, parse_url, request
from fakedocker.userland.processes.basic import parse_duration_ns
from fakedocker.userland.tools import Options, Register, UsageProblem, base_name, parse_options

PROGRAMS = Register()
_VERSION: Final = "8.9.1"
_LETTERS: Final = "sSo:OIifLw:X:d:H:vm:u:A:kGVF:T:e:b:c:r:#gNn4601"
_LONG = {
    "silent": "s", "show-error": "S", "output=": "o", "remote-name": "O", "head": "I", "include": "i", "fail": "f", "location": "L",
    "write-out=": "w", "request=": "X", "data=": "d", "data-raw=": "raw", "data-binary=": "binary", "json=": "json", "header=": "H",
    "verbose": "v", "max-time=": "m", "connect-timeout=": "ct", "user=": "u", "user-agent=": "A", "insecure": "k", "retry=": "retry",
    "get": "G", "data-urlencode=": "encoded", "compressed": "z", "http1.1": "h1", "version": "V", "url=": "url", "form=": "F",
    "retry-delay=": "rd", "retry-connrefused": "rc", "retry-all-errors": "ra", "retry-max-time=": "rm", "no-progress-meter": "s",
    "resolve=": "resolve", "noproxy=": "np", "fail-with-body": "fb", "upload-file=": "T", "referer=": "e", "cookie=": "b",
    "range=": "r", "max-redirs=": "redirs", "progress-bar": "#", "no-buffer": "N", "unix-socket=": "unix", "ipv4": "4", "ipv6": "6",
}  # fmt: skip
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_TRANSIENT: Final = frozenset({408, 429, 500, 502, 503, 504})
_DATA: Final = frozenset({"d", "raw", "binary", "json", "encoded"})
_BOUNDARY: Final = "------------------------d74496d66958873e"


@PROGRAMS.program("curl")
def _curl(system: System, argv: tuple[str, ...], state: State) -> int:
    try:
        options = parse_options(system, argv, _LETTERS, _LONG)
    except UsageProblem as problem:
        word = re.search(r"'(?:--)?([^']*)'", problem.message)
        name = word[1] if word else ""
        shown = f"-{name}" if len(name) == 1 else f"--{name}"
        text = "requires parameter" if "requires an argument" in problem.message else "is unknown"
        system.put(f"curl: option {shown}: {text}\ncurl: try 'curl --help' for more information\n", 2)
        return 2
    if (wrong := _number_problem(options)) is not None:
        system.put(f"curl: option {wrong} numerical parameter\n", 2)
        system.put("curl: try 'curl --help' or 'curl --manual' for more information\n", 2)
        return 2
    if "V" in options:
        version = version_of(system, "CURL_VERSION", _VERSION)
        system.put(f"curl {version} (x86_64-pc-linux-gnu) libcurl/{version}\nProtocols: http https\n")
        return 0
    urls = [*options.values("url"), *options.operands]
    if not urls:
        system.put("curl: (2) no URL specified\ncurl: try 'curl --help' for more information\n", 2)
        return 2
    while state.setdefault("place", 0) < len(urls):
        current: State = state.setdefault("current", {"number": state["place"]})
        state["status"] = _transfer(system, current, options, urls[state["place"]])
        state["place"] += 1
        state.pop("current")
    return int(state.get("status", 0))


def _number_problem(options: Options) -> str | None:
    """The option whose number is none, and what curl expected of it."""
    for name in ("retry", "redirs"):
        text = options.last(name, "0")
        if is_digits(text) or (name == "redirs" and text == "-1"):
            continue
        is_negative = name == "retry" and is_digits(text.removeprefix("-"))
        shown = {"retry": "--retry", "redirs": "--max-redirs"}[name]
        return f"{shown}: expected a {'positive' if is_negative else 'proper'}"
    return None


def _transfer(system: System, state: State, options: Options, first_url: str) -> int:
    """One URL, with redirects and retries; the exit status. Blocks."""
    url = state.setdefault("url", first_url if "://" in first_url else f"http://{first_url}")
    state.setdefault("started_ns", system.now_ns)
    if "version" not in state:
        state["version"] = version_of(system, "CURL_VERSION", _VERSION)
    while True:
        if "retry_ns" in state:
            system.sleep_until(state["retry_ns"])
            del state["retry_ns"]
        address = parse_url(url)
        exchange: State = state.setdefault("exchange", _new_exchange(system, options, address))
        try:
            body = _body(system, state, options)
        except OSError as problem:
            complain(system, options, f"(26) Failed to open/read local data from file/application: {problem.strerror}")
            return 26
        message = _message(options, address, body, state)
        begin_meter(system, options, state)
        limits = [_limit(exchange, options.last(name)) for name in ("m", "ct")]
        try:
            response = request(system, exchange, address, message, "I" in options, limits[0], limits[1])
        except RequestProblem as failure:
            status = report_failure(system, options, address, failure, state, message)
            if _retries(system, state, options, failure, None):
                continue
            return finish_failed(system, options, address, state, status)
        if "v" in options:
            show_exchange(system, options, exchange, address, message, response)
        if response.status in _TRANSIENT and _retries(system, state, options, None, response):
            continue
        target = response.header("Location")
        if "L" in options and response.status in _REDIRECTS and target:
            if "i" in options or "I" in options:
                system.put(head_text(response))
            url = state["url"] = urljoin(url, target)
            state["redirects"] = state.get("redirects", 0) + 1
            state["status_before"] = response.status
            state.pop("exchange")
            limit = int(options.last("redirs", "50"))
            if 0 <= limit < state["redirects"]:
                complain(system, options, f"(47) Maximum ({limit}) redirects followed")
                return 47
            continue
        return write_answer(system, options, address, response, state)


def _new_exchange(system: System, options: Options, address: Address) -> State:
    """The state of a request; --resolve may know its address beforehand."""
    exchange: State = {"started_ns": system.now_ns}
    if "unix" in options:
        exchange["path"] = options.last("unix")
    for text in options.values("resolve"):
        host, _, rest = text.partition(":")
        port, _, found = rest.partition(":")
        if host == address.host and port == str(address.port):
            exchange["address"] = found.strip("[]")
    return exchange


def _limit(exchange: State, text: str) -> int | None:
    duration_ns = parse_duration_ns(text) if text else None
    return exchange["started_ns"] + duration_ns if duration_ns else None


def _retries(
    system: System, state: State, options: Options, failure: RequestProblem | None, response: Response | None
) -> bool:
    """Whether to try once more: after 1, 2, 4 ... seconds, or --retry-delay."""
    reason = ""
    if response is not None:
        reason = "HTTP error"
    elif failure is not None and failure.kind == "timeout":
        reason = "timeout"
    elif failure is not None and failure.code == "ECONNREFUSED" and "rc" in options:
        reason = "connection refused"
    elif "ra" in options:
        reason = "(retrying all errors)"
    tries, limit = state.get("tries", 0), int(options.last("retry") or 0)
    if not reason or tries >= limit:
        return False
    delay_ns = parse_duration_ns(options.last("rd")) if "rd" in options else None
    delay_ns = delay_ns or (1 << min(tries, 9)) * 1_000_000_000
    if "s" not in options:
        seconds, left = delay_ns // 1_000_000_000, limit - tries
        system.put(
            f"Warning: Problem: {reason}. Will retry in {seconds} second{'s' * (seconds != 1)}. "
            f"{left} {'retry' if left == 1 else 'retries'} left.\n",
            2,
        )
    state.update(tries=tries + 1, retry_ns=system.now_ns + delay_ns)
    state.pop("exchange")
    state.pop("metered", None)
    return True


# the request


def _body(system: System, state: State, options: Options) -> bytes | None:
    """What is sent, read once. Blocks; raises OSError."""
    if "body" not in state:
        if "T" in options:
            state["body"] = _content(system, state, options.last("T"))
        elif "F" in options:
            state["body"] = b"".join(_form_part(system, state, text) for text in options.values("F"))
            state["body"] += bytes_of(f"--{_BOUNDARY}--\r\n")
        else:
            pieces = [_data(system, state, name, value) for name, value in options.given if name in _DATA]
            state["body"] = b"&".join(pieces) if pieces else None
    body: bytes | None = state["body"]
    return body


def _content(system: System, state: State, name: str) -> bytes:
    if name == "-":
        return read_all(system, state.setdefault("stdin", {}), ())
    return system.read_file(name)


def _data(system: System, state: State, name: str, value: str) -> bytes:
    if name == "encoded":
        key, equals, text = value.partition("=")
        return bytes_of(f"{key}{equals}{quote(text, safe='')}" if equals else quote(value, safe=""))
    if value.startswith("@") and name != "raw":
        content = _content(system, state, value[1:])
        return content.replace(b"\r", b"").replace(b"\n", b"") if name == "d" else content
    return bytes_of(value)


def _form_part(system: System, state: State, text: str) -> bytes:
    name, _, value = text.partition("=")
    head = f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"'
    if not value.startswith("@"):
        return bytes_of(f"{head}\r\n\r\n{value}\r\n")
    path = value[1:].partition(";")[0]
    content = _content(system, state, path)
    kind = "application/octet-stream"
    return bytes_of(f'{head}; filename="{base_name(path)}"\r\nContent-Type: {kind}\r\n\r\n') + content + b"\r\n"


def _method(options: Options, body: bytes | None, state: State) -> str:
    """By the options; after 301, 302 and 303 a POST becomes a GET."""
    if options.last("X"):
        return options.last("X")
    if "I" in options:
        return "HEAD"
    if "T" in options:
        return "PUT"
    turned = state.get("status_before") in (301, 302, 303)
    return "POST" if body is not None and "G" not in options and not turned else "GET"


def _message(options: Options, address: Address, body: bytes | None, state: State) -> bytes:
    method = _method(options, body, state)
    path = address.path
    if "G" in options and body is not None:
        path += ("&" if "?" in path else "?") + body.decode("utf-8", "replace")
        body = None
    if method in ("GET", "HEAD") and "X" not in options:
        body = None
    default_port = address.port == (443 if address.scheme == "https" else 80)
    headers = {"Host": address.host if default_port else f"{address.host}:{address.port}"}
    user = options.last("u") or address.user
    if user:
        headers["Authorization"] = "Basic " + base64.b64encode(bytes_of(user)).decode()
    if "r" in options:
        headers["Range"] = f"bytes={options.last('r')}"
    headers["User-Agent"] = options.last("A") or f"curl/{state['version']}"
    headers["Accept"] = "application/json" if "json" in options else "*/*"
    if "e" in options:
        headers["Referer"] = options.last("e")
    if "b" in options:
        headers["Cookie"] = "; ".join(options.values("b"))
    if body is not None:
        headers["Content-Length"] = str(len(body))
        if "T" not in options:
            headers["Content-Type"] = (
                "application/json"
                if "json" in options
                else f"multipart/form-data; boundary={_BOUNDARY}"
                if "F" in options
                else "application/x-www-form-urlencoded"
            )
    for text in options.values("H"):
        name, _, value = text.partition(":")
        existing = next((key for key in headers if key.lower() == name.strip().lower()), name.strip())
        if value.strip():
            headers[existing] = value.strip()
        else:
            headers.pop(existing, None)
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    return bytes_of("\r\n".join(lines) + "\r\n\r\n") + (body or b"")

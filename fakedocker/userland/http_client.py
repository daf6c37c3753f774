"""curl and wget: HTTP/1.1 over the simulated network.

A request is a small machine whose state is plain data: resolve, connect, send, receive until the message is whole. It must
not know which server answers.
"""

from __future__ import annotations

import base64
import errno
import json
import re
from typing import Any, Final, NamedTuple
from urllib.parse import quote, urljoin

from fakedocker.kernel.program import System
from fakedocker.userland.basic import parse_duration_ns
from fakedocker.userland.inputs import State, bytes_of
from fakedocker.userland.tools import Options, Register, UsageProblem, is_busybox, parse_options, say

PROGRAMS = Register()
_URL = re.compile(r"(?:([a-zA-Z][a-zA-Z0-9+.-]*)://)?(?:([^/@]*)@)?(\[[^\]]*\]|[^/:?#]*)(?::(\d+))?([^#]*)")
CURL_VERSION: Final = "8.9.1"


class Address(NamedTuple):
    scheme: str
    user: str
    host: str
    port: int
    path: str


class RequestProblem(Exception):
    """A request failed. kind is resolve, connect, empty, receive, timeout or scheme."""

    def __init__(self, kind: str, detail: str) -> None:
        super().__init__(kind)
        self.kind = kind
        self.detail = detail


class Response(NamedTuple):
    version: str
    status: int
    reason: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")


def parse_url(url: str) -> Address:
    """A URL, its scheme http by default."""
    match = _URL.match(url)
    assert match is not None
    scheme = (match[1] or "http").lower()
    port = int(match[4]) if match[4] else 443 if scheme == "https" else 80
    path = match[5] or "/"
    return Address(scheme, match[2] or "", match[3], port, path if path.startswith("/") else "/" + path)


def request(
    system: System, state: State, address: Address, message: bytes, head_only: bool, deadline_ns: int | None
) -> Response:
    """Send a request and give the whole answer; everything it knows is in `state`. Blocks.

    Raises:
        RequestProblem: no answer.
    """
    if "socket" not in state:
        if address.scheme not in ("http", "https"):
            raise RequestProblem("scheme", address.scheme)
        _connect(system, state, address)
        if address.scheme == "https":
            raise RequestProblem("tls", address.host)
        system.put(message, state["socket"])
        state["received"] = b""
    while True:
        response = parse_response(state["received"], False, head_only)
        if response is not None:
            return _done(system, state, response)
        if deadline_ns is not None and not system.poll([state["socket"]], deadline_ns):
            _close(system, state)
            raise RequestProblem("timeout", "")
        try:
            data = system.read(state["socket"])
        except OSError as problem:
            _close(system, state)
            raise RequestProblem("receive", str(problem.strerror)) from None
        if not data:
            response = parse_response(state["received"], True, head_only)
            if response is None:
                _close(system, state)
                raise RequestProblem("empty", "")
            return _done(system, state, response)
        state["received"] += data


def _connect(system: System, state: State, address: Address) -> None:
    name = address.host.strip("[]")
    addresses = [name] if re.fullmatch(r"[\d.]+|.*:.*", name) else system.resolve(name)
    if not addresses:
        raise RequestProblem("resolve", name)
    state["address"] = addresses[0]
    try:
        state["socket"] = system.connect(addresses[0], address.port)
    except OSError as problem:
        raise RequestProblem(
            "connect", errno.errorcode.get(problem.errno or 0, "") + "|" + str(problem.strerror)
        ) from None


def _close(system: System, state: State) -> None:
    descriptor = state.pop("socket", None)
    if descriptor is not None:
        system.close(descriptor)


def _done(system: System, state: State, response: Response) -> Response:
    _close(system, state)
    return response


def parse_response(data: bytes, ended: bool, head_only: bool) -> Response | None:
    """The response in `data`, None while it is not whole. `ended` says that nothing will follow."""
    head, found, body = data.partition(b"\r\n\r\n")
    if not found:
        return None
    lines = head.decode("latin-1").split("\r\n")
    version, _, rest = lines[0].partition(" ")
    code, _, reason = rest.partition(" ")
    if not code.isdecimal():
        return None
    headers = tuple((name.strip(), value.strip()) for name, _, value in (line.partition(":") for line in lines[1:]))
    response = Response(version, int(code), reason, headers, b"")
    if head_only or response.status in (204, 304) or 100 <= response.status < 200:
        return response
    if response.header("Transfer-Encoding").lower() == "chunked":
        whole = unchunk(body)
        return response._replace(body=whole) if whole is not None else response._replace(body=body) if ended else None
    length = response.header("Content-Length")
    if length.isdecimal() and len(body) >= int(length):
        return response._replace(body=body[: int(length)])
    return response._replace(body=body) if ended else None


def unchunk(data: bytes) -> bytes | None:
    """The body of a chunked message, None while it is not whole."""
    pieces: list[bytes] = []
    while True:
        line, found, rest = data.partition(b"\r\n")
        if not found:
            return None
        size = int(line.partition(b";")[0] or b"0", 16)
        if size == 0:
            return b"".join(pieces)
        if len(rest) < size + 2:
            return None
        pieces.append(rest[:size])
        data = rest[size + 2 :]


# curl


_CURL_LONG = {
    "silent": "s", "show-error": "S", "output=": "o", "remote-name": "O", "head": "I", "include": "i", "fail": "f", "location": "L",
    "write-out=": "w", "request=": "X", "data=": "d", "data-raw=": "d", "data-binary=": "b64", "json=": "json", "header=": "H", "verbose": "v",
    "max-time=": "m", "connect-timeout=": "ct", "user=": "u", "user-agent=": "A", "insecure": "k", "retry=": "retry", "get": "G",
    "data-urlencode=": "du", "compressed": "z", "http1.1": "h1", "version": "V", "url=": "url", "form=": "F", "retry-delay=": "rd",
    "retry-connrefused": "rc", "retry-all-errors": "ra", "no-progress-meter": "s", "resolve=": "resolve", "noproxy=": "np", "fail-with-body": "fb",
    "upload-file=": "T", "referer=": "e", "cookie=": "cookie", "unix-socket=": "unix",
}  # fmt: skip
_EXITS: Final = {"scheme": 1, "resolve": 6, "connect": 7, "timeout": 28, "tls": 35, "empty": 52, "receive": 56}


@PROGRAMS.program("curl")
def _curl(system: System, argv: tuple[str, ...], state: State) -> int:
    try:
        options = parse_options(system, argv, "sSo:OIifLw:X:d:H:vm:u:A:kGVF:T:e:b:c:x:r:#gNn4601", _CURL_LONG)
    except UsageProblem as problem:
        text = (
            re.sub(r"invalid option -- '(.)'", r"option -\1: is unknown", problem.message)
            .replace("unrecognized option '", "option ")
            .replace("'", ": is unknown")
        )
        system.put(f"curl: {text}\ncurl: try 'curl --help' for more information\n", 2)
        return 2
    if "V" in options:
        system.put(f"curl {CURL_VERSION} (x86_64-pc-linux-gnu) libcurl/{CURL_VERSION}\nProtocols: http https\n")
        return 0
    urls = [*options.values("url"), *options.operands]
    if not urls:
        system.put("curl: (2) no URL specified\ncurl: try 'curl --help' for more information\n", 2)
        return 2
    while state.setdefault("place", 0) < len(urls):
        current: State = state.setdefault("current", {})
        state["status"] = _curl_one(system, current, options, urls[state["place"]])
        state["place"] += 1
        state["current"] = {}
    return int(state.get("status", 0))


def _curl_one(system: System, state: State, options: Options, first_url: str) -> int:
    """One URL, with redirects and retries."""
    url = state.setdefault("url", first_url)
    started_ns = state.setdefault("started_ns", system.now_ns)
    seconds = options.last("m")
    deadline_ns = started_ns + (parse_duration_ns(seconds) or 0) if seconds else None
    while True:
        if "retry_ns" in state:
            system.sleep_until(state["retry_ns"])
            del state["retry_ns"]
        address = parse_url(url)
        body = _curl_body(system, options)
        exchange: State = state.setdefault("exchange", {})
        try:
            response = request(
                system, exchange, address, _curl_message(options, address, body, state), "I" in options, deadline_ns
            )
        except RequestProblem as problem:
            if _may_retry(system, state, options, problem):
                continue
            return _curl_failed(system, options, address, problem, state, deadline_ns)
        if "v" in options:
            _verbose(system, exchange, options, address, body, response, state)
        target = response.header("Location")
        if "L" in options and response.status in (301, 302, 303, 307, 308) and target:
            if "i" in options or "I" in options:
                system.put(_head_text(response))
            url = state["url"] = urljoin(url if "://" in url else f"http://{url}", target)
            state["redirects"] = state.get("redirects", 0) + 1
            state["exchange"] = {}
            if state["redirects"] > 50:
                _curl_say(system, options, "(47) Maximum (50) redirects followed")
                return 47
            continue
        return _curl_output(system, options, address, response, state)


def _may_retry(system: System, state: State, options: Options, problem: RequestProblem) -> bool:
    transient = problem.kind == "timeout" or (problem.kind == "connect" and "rc" in options) or "ra" in options
    tries = state.get("tries", 0)
    if not transient or tries >= int(options.last("retry", "0") or 0):
        return False
    delay = parse_duration_ns(options.last("rd", "")) or (1 << tries) * 1_000_000_000
    state.update(tries=tries + 1, exchange={}, retry_ns=system.now_ns + delay)
    return True


def _curl_body(system: System, options: Options) -> bytes | None:
    pieces: list[bytes] = []
    for name, value in options.given:
        if name == "T":
            return system.read_file(value)
        if name in ("d", "b64", "json"):
            if value.startswith("@"):
                data = system.read_file(value[1:]) if value != "@-" else system.read(0)
                pieces.append(data.replace(b"\n", b"") if name == "d" else data)
            else:
                pieces.append(bytes_of(value))
        elif name == "du":
            key, equals, text = value.partition("=")
            pieces.append(bytes_of(f"{key}{equals}{quote(text, safe='')}" if equals else quote(value, safe="")))
        elif name == "F":
            pieces.append(bytes_of(value))
    return b"&".join(pieces) if pieces else None


def _curl_message(options: Options, address: Address, body: bytes | None, state: State) -> bytes:
    redirected = state.get("redirects", 0) > 0
    method = options.last("X") or (
        "HEAD"
        if "I" in options
        else "PUT"
        if "T" in options
        else "POST"
        if body is not None and "G" not in options and not redirected
        else "GET"
    )
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
    headers["User-Agent"] = options.last("A") or f"curl/{CURL_VERSION}"
    headers["Accept"] = "application/json" if "json" in options else "*/*"
    if body is not None:
        headers["Content-Length"] = str(len(body))
        headers["Content-Type"] = "application/json" if "json" in options else "application/x-www-form-urlencoded"
    for text in options.values("H"):
        name, _, value = text.partition(":")
        existing = next((key for key in headers if key.lower() == name.strip().lower()), name.strip())
        if value.strip():
            headers[existing] = value.strip()
        else:
            headers.pop(existing, None)
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    return bytes_of("\r\n".join(lines) + "\r\n\r\n") + (body or b"")


def _curl_say(system: System, options: Options, text: str) -> None:
    if "s" not in options or "S" in options:
        system.put(f"curl: {text}\n", 2)


def _curl_failed(
    system: System, options: Options, address: Address, problem: RequestProblem, state: State, deadline_ns: int | None
) -> int:
    code = _EXITS[problem.kind]
    milliseconds = (system.now_ns - state["started_ns"]) // 1_000_000
    if problem.kind == "connect":
        reason = "Couldn't connect to server"
        detail = problem.detail.partition("|")[0]
        if detail == "EHOSTUNREACH":
            reason = "No route to host"
        text = f"Failed to connect to {address.host} port {address.port} after {milliseconds} ms: {reason}"
    else:
        text = {
            "scheme": f'Protocol "{problem.detail}" not supported',
            "resolve": f"Could not resolve host: {problem.detail}",
            "tls": "TLS connect error: error:0A00010B:SSL routines::wrong version number",
            "timeout": f"Operation timed out after {milliseconds} milliseconds with 0 bytes received",
            "empty": "Empty reply from server",
            "receive": f"Recv failure: {problem.detail}",
        }[problem.kind]
    _curl_say(system, options, f"({code}) {text}")
    if "w" in options:
        system.put(_written_out(options.last("w"), address, None, state, system))
    return code


def _head_text(response: Response) -> bytes:
    lines = [
        f"{response.version} {response.status} {response.reason}",
        *(f"{name}: {value}" for name, value in response.headers),
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def _curl_output(system: System, options: Options, address: Address, response: Response, state: State) -> int:
    failed = response.status >= 400 and ("f" in options or "fb" in options)
    output = b""
    if "i" in options or "I" in options:
        output += _head_text(response)
    if not failed or "fb" in options:
        output += response.body
    target = options.last("o")
    if "O" in options:
        target = address.path.partition("?")[0].rpartition("/")[2]
    if failed and "fb" not in options:
        pass
    elif target and target != "-":
        try:
            system.write_file(target, output)
        except OSError as problem:
            if "s" not in options or "S" in options:
                system.put(f"Warning: Failed to open the file {target}: {problem.strerror}\n", 2)
            _curl_say(system, options, "(23) client returned ERROR on write, 1 bytes was not written")
            return 23
        if "s" not in options:
            _progress(system, len(output))
    else:
        if "s" not in options and not system.is_terminal(1) and not system.is_terminal(2):
            _progress(system, len(output))
        system.put(output)
    if "w" in options:
        system.put(_written_out(options.last("w"), address, response, state, system))
    if failed:
        _curl_say(system, options, f"(22) The requested URL returned error: {response.status}")
        return 22
    return 0


def _progress(system: System, size: int) -> None:
    system.put("  % Total    % Received % Xferd  Average Speed   Time    Time     Time  Current\n", 2)
    system.put("                                 Dload  Upload   Total   Spent    Left  Speed\n", 2)
    system.put(f"\r100 {size:5d}  100 {size:5d}    0     0  {size:5d}      0 --:--:-- --:--:-- --:--:-- {size:5d}\n", 2)


def _written_out(form: str, address: Address, response: Response | None, state: State, system: System) -> bytes:
    seconds = (system.now_ns - state["started_ns"]) / 1e9
    values: dict[str, Any] = {
        "http_code": f"{response.status if response else 0:03d}", "response_code": f"{response.status if response else 0:03d}",
        "size_download": len(response.body) if response else 0, "content_type": response.header("Content-Type") if response else "",
        "url_effective": f"{address.scheme}://{address.host}{'' if address.port == 80 else f':{address.port}'}{address.path}",
        "time_total": f"{seconds:.6f}", "time_connect": "0.000100", "time_namelookup": "0.000050", "time_starttransfer": f"{seconds:.6f}",
        "num_redirects": state.get("redirects", 0), "remote_ip": state.get("exchange", {}).get("address", ""), "remote_port": address.port,
        "redirect_url": response.header("Location") if response else "", "scheme": address.scheme, "exitcode": 0, "method": "GET",
        "http_version": "1.1", "num_connects": 1,
    }  # fmt: skip
    text = re.sub(r"%\{([a-z_]+)\}", lambda match: str(values.get(match[1], "")), form)
    return bytes_of(text.replace("\\n", "\n").replace("\\t", "\t").replace("\\r", "\r").replace("%%", "%"))


def _verbose(
    system: System,
    exchange: State,
    options: Options,
    address: Address,
    body: bytes | None,
    response: Response,
    state: State,
) -> None:
    head = _curl_message(options, address, body, state).partition(b"\r\n\r\n")[0].decode("utf-8", "replace")
    ip = exchange.get("address", "")
    lines = [
        f"* Host {address.host}:{address.port} was resolved.",
        f"*   Trying {ip}:{address.port}...",
        f"* Connected to {address.host} ({ip}) port {address.port}",
    ]
    lines += [f"> {line}" for line in head.split("\r\n")] + ["> ", "* Request completely sent off"]
    lines += [f"< {line}" for line in _head_text(response).decode("latin-1").rstrip("\r\n").split("\r\n")] + ["< "]
    lines.append(f"* Connection #0 to host {address.host} left intact")
    system.put("".join(f"{line}\r\n" if line[:1] in "<>" else f"{line}\n" for line in lines), 2)


# wget


_WGET_LONG = {"quiet": "q", "output-document=": "O", "spider": "spider", "header=": "header", "post-data=": "post", "timeout=": "T", "tries=": "t", "server-response": "S", "no-check-certificate": "k", "continue": "c", "no-verbose": "nv", "user-agent=": "U", "method=": "method", "body-data=": "post", "directory-prefix=": "P"}  # fmt: skip


@PROGRAMS.program(
    "wget",
    usage="[-cqS] [--spider] [-O FILE] [-o LOGFILE] [--header STR] [--post-data STR | --post-file FILE] URL...\n",
)
def _wget(system: System, argv: tuple[str, ...], state: State) -> int:
    options = parse_options(system, argv, "cqSO:o:T:t:U:P:Y:n:", _WGET_LONG)
    if not options.operands:
        raise UsageProblem("" if is_busybox(system) else "missing URL")
    url = state.setdefault("url", options.operands[0])
    started_ns = state.setdefault("started_ns", system.now_ns)
    deadline_ns = started_ns + (parse_duration_ns(options.last("T")) or 0) if "T" in options else None
    quiet = "q" in options
    while True:
        address = parse_url(url)
        exchange: State = state.setdefault("exchange", {})
        try:
            response = request(
                system, exchange, address, _wget_message(options, address), "spider" in options, deadline_ns
            )
        except RequestProblem as problem:
            _wget_failed(system, address, problem, exchange, quiet)
            return 1 if is_busybox(system) or problem.kind == "receive" else 4
        if not quiet and is_busybox(system):
            system.put(f"Connecting to {address.host} ({exchange['address']}:{address.port})\n", 2)
        if "S" in options:
            system.put(
                "".join(f"  {line}\n" for line in _head_text(response).decode("latin-1").strip().split("\r\n")), 2
            )
        target = response.header("Location")
        if response.status in (301, 302, 303, 307, 308) and target:
            url = state["url"] = urljoin(url if "://" in url else f"http://{url}", target)
            state["exchange"] = {}
            continue
        return _wget_output(system, options, address, response, url, quiet)


def _wget_message(options: Options, address: Address) -> bytes:
    body = bytes_of(options.last("post")) if "post" in options else None
    method = options.last("method") or ("POST" if body is not None else "HEAD" if "spider" in options else "GET")
    host = address.host if address.port == 80 else f"{address.host}:{address.port}"
    lines = [
        f"{method} {address.path} HTTP/1.1",
        f"Host: {host}",
        f"User-Agent: {options.last('U') or 'Wget'}",
        "Connection: close",
    ]
    if body is not None:
        lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
    lines += options.values("header")
    return bytes_of("\r\n".join(lines) + "\r\n\r\n") + (body or b"")


def _wget_failed(system: System, address: Address, problem: RequestProblem, exchange: State, quiet: bool) -> None:
    if is_busybox(system):
        text = {
            "resolve": f"bad address '{address.host}'",
            "connect": f"can't connect to remote host ({exchange.get('address', address.host)}): {problem.detail.partition('|')[2]}",
            "timeout": "download timed out",
            "tls": "TLS error from peer (alert code 40): handshake failure",
            "scheme": f"not an http or ftp url: {address.scheme}:",
        }.get(problem.kind, "error getting response")
        say(system, text)
    elif not quiet:
        text = {
            "resolve": f"wget: unable to resolve host address ‘{address.host}’",
            "connect": f"Connecting to {address.host}:{address.port}... failed: {problem.detail.partition('|')[2]}.",
        }.get(problem.kind, "No data received.")
        system.put(f"{text}\n", 2)


def _wget_output(system: System, options: Options, address: Address, response: Response, url: str, quiet: bool) -> int:
    if response.status >= 400:
        if is_busybox(system):
            say(system, f"server returned error: {response.version} {response.status} {response.reason}")
            return 1
        if not quiet:
            system.put(
                f"HTTP request sent, awaiting response... {response.status} {response.reason}\nERROR {response.status}: {response.reason}.\n",
                2,
            )
        return 8
    if "spider" in options:
        if not quiet:
            system.put("remote file exists\n" if is_busybox(system) else "Remote file exists.\n\n", 2)
        return 0
    name = options.last("O") or address.path.partition("?")[0].rpartition("/")[2] or "index.html"
    if name == "-":
        if not quiet and is_busybox(system):
            system.put("writing to stdout\n", 2)
        system.put(response.body)
        if not quiet:
            _wget_bar(system, "-", len(response.body), "written to stdout")
        return 0
    if "P" in options:
        name = f"{options.last('P').rstrip('/')}/{name}"
    elif "O" not in options and is_busybox(system):
        try:
            system.stat(name)
        except OSError:
            pass
        else:
            say(system, f"can't open '{name}': File exists")
            return 1
    if not quiet and is_busybox(system):
        system.put(f"saving to '{name}'\n", 2)
    try:
        system.write_file(name, response.body)
    except OSError as problem:
        say(system, f"can't open '{name}': {problem.strerror}" if is_busybox(system) else f"{name}: {problem.strerror}")
        return 1 if is_busybox(system) else 3
    if not quiet:
        _wget_bar(system, name, len(response.body), f"'{name}' saved")
    return 0


def _wget_bar(system: System, name: str, size: int, last: str) -> None:
    if is_busybox(system):
        system.put(f"{name[:20]:<20} 100% |{'*' * 32}| {size:5d}  0:00:00 ETA\n{last}\n", 2)
    else:
        system.put(f"Length: {size}\n{last.replace(chr(39), '‘', 1).replace(chr(39), '’')} [{size}/{size}]\n\n", 2)


def json_text(value: object) -> str:
    """JSON as small servers write it."""
    return json.dumps(value, separators=(",", ":"))

"""wget, busybox's and GNU's: downloads to files.

The exchange itself is `http_client`'s. What is done is the same for both; what is said has a function for each.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import urljoin

from fakedocker.base.numbers import is_digits
from fakedocker.kernel.program import System
from fakedocker.userland.inputs import State, bytes_of
from fakedocker.userland.network.http_client import (
    Address,
    RequestProblem,
    Response,
    head_text,
    is_numeric,
    locate,
    parse_url,
    request,
)
from fakedocker.userland.processes.basic import parse_duration_ns
from fakedocker.userland.processes.dates import format_date
from fakedocker.userland.tools import (
    Options,
    Register,
    UsageProblem,
    is_busybox,
    parse_options,
    say,
    speaks_unicode,
    stat_or_none,
)

PROGRAMS = Register()
_LONG = {
    "quiet": "q", "output-document=": "O", "spider": "spider", "header=": "header", "post-data=": "post", "timeout=": "T",
    "tries=": "t", "server-response": "S", "no-check-certificate": "k", "continue": "c", "no-verbose": "nv",
    "user-agent=": "U", "method=": "method", "body-data=": "post", "directory-prefix=": "P", "retry-connrefused": "rc",
}  # fmt: skip
_USAGE = (
    "[-cqS] [--spider] [-O FILE] [-o LOGFILE] [--header STR]\n"
    "\t[--post-data STR | --post-file FILE] [-Y on/off]\n"
    "\t[--no-check-certificate] [-P DIR] [-U AGENT] URL...\n"
)
_GNU_TRIES: Final = 20
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})


@PROGRAMS.program("wget", usage=_USAGE)
def _wget(system: System, argv: tuple[str, ...], state: State) -> int:
    options = parse_options(system, argv, "cqSO:o:T:t:U:P:Y:n:", _LONG)
    if not options.operands:
        raise UsageProblem("" if is_busybox(system) else "missing URL")
    while state.setdefault("place", 0) < len(options.operands):
        current: State = state.setdefault("current", {})
        state["status"] = _download(system, current, options, options.operands[state["place"]]) or state.get("status")
        state["place"] += 1
        state["current"] = {}
    return int(state["status"] or 0)


def _download(system: System, state: State, options: Options, first_url: str) -> int:
    """One URL, with redirects and, for GNU's, further tries. Blocks."""
    url = state.setdefault("url", first_url if "://" in first_url else f"http://{first_url}")
    timeout_ns = parse_duration_ns(options.last("T")) if "T" in options else None
    while True:
        if "wake_ns" in state:
            system.sleep_until(state["wake_ns"])
            del state["wake_ns"]
        address = parse_url(url)
        exchange: State = state.setdefault("exchange", {"started_ns": system.now_ns})
        deadline_ns = exchange["started_ns"] + timeout_ns if timeout_ns else None
        try:
            _announce(system, options, state, address, url)
            message = _message(system, options, address)
            response = request(system, exchange, address, message, "spider" in options, deadline_ns)
        except RequestProblem as problem:
            if _tries_again(system, options, state, problem):
                continue
            return _failed(system, options, address, problem, exchange, state)
        target = response.header("Location")
        redirected = response.status in _REDIRECTS and target
        _show_answer(system, options, exchange, response, target if redirected else "")
        if redirected:
            url = state["url"] = urljoin(url, target)
            state["exchange"] = {"started_ns": system.now_ns}
            continue
        return _keep(system, options, address, response)


def _message(system: System, options: Options, address: Address) -> bytes:
    body = bytes_of(options.last("post")) if "post" in options else None
    method = options.last("method") or ("POST" if body is not None else "HEAD" if "spider" in options else "GET")
    host = address.host if address.port == 80 else f"{address.host}:{address.port}"
    lines = [f"{method} {address.path} HTTP/1.1", f"Host: {host}"]
    if is_busybox(system):
        lines += [f"User-Agent: {options.last('U') or 'Wget'}", "Connection: close"]
    else:
        agent = options.last("U") or "Wget/1.21.3"
        lines += [f"User-Agent: {agent}", "Accept: */*", "Accept-Encoding: identity", "Connection: close"]
    if body is not None:
        lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
    lines += options.values("header")
    return bytes_of("\r\n".join(lines) + "\r\n\r\n") + (body or b"")


def _target(options: Options, address: Address) -> str:
    """The file that is written; "-" is standard output."""
    name = options.last("O")
    if name:
        return name
    name = address.path.partition("?")[0].rpartition("/")[2] or "index.html"
    return f"{options.last('P').rstrip('/')}/{name}" if "P" in options else name


def _keep(system: System, options: Options, address: Address, response: Response) -> int:
    """Judge the answer and write it where it belongs; the exit status."""
    busybox = is_busybox(system)
    quiet = "q" in options
    if response.status >= 400:
        return _refused(system, options, response)
    if "spider" in options:
        if not quiet:
            system.put("remote file exists\n" if busybox else _found(response), 2)
        return 0
    name = _target(options, address)
    if name != "-" and "O" not in options and stat_or_none(system, name) is not None:
        if busybox:
            say(system, f"can't open '{name}': File exists")
            return 1
        name = next(f"{name}.{number}" for number in range(1, 1000) if stat_or_none(system, f"{name}.{number}") is None)
    if not quiet and busybox:
        system.put("writing to stdout\n" if name == "-" else f"saving to '{name}'\n", 2)
    elif not quiet and "n" not in options:
        system.put(_quoted(system, f"Saving to: ‘{'STDOUT' if name == '-' else name}’\n\n"), 2)
    try:
        if name == "-":
            system.put(response.body)
        else:
            system.write_file(name, response.body)
    except OSError as problem:
        say(system, f"can't open '{name}': {problem.strerror}" if busybox else f"{name}: {problem.strerror}")
        return 1 if busybox else 3
    if not quiet:
        (_busybox_bar if busybox else _gnu_bar)(system, options, address, name, response)
    return 0


def _refused(system: System, options: Options, response: Response) -> int:
    if is_busybox(system):
        say(system, f"server returned error: {response.version} {response.status} {response.reason}")
        return 1
    if "q" not in options:
        stamp = _stamp(system)
        said = "Remote file does not exist -- broken link!!!" if "spider" in options else ""
        system.put(f"{said or f'{stamp} ERROR {response.status}: {response.reason}.'}\n\n", 2)
    return 8


def _found(response: Response) -> str:
    if response.header("Content-Type").startswith("text/html"):
        return "Remote file exists and could contain further links,\nbut recursion is disabled -- not retrieving.\n\n"
    return "Remote file exists.\n\n"


# what is said on the way


def _stamp(system: System) -> str:
    return format_date("%Y-%m-%d %H:%M:%S", system.now_ns // 1_000_000_000)


def _quoted(system: System, text: str) -> str:
    return text if speaks_unicode(system) else text.replace("‘", "'").replace("’", "'")


def _announce(system: System, options: Options, state: State, address: Address, url: str) -> None:
    """Say what is connected to, once for each exchange. Raises RequestProblem where the name is unknown."""
    exchange = state["exchange"]
    if "announced" in exchange:
        return
    exchange["announced"] = True
    talkative = "q" not in options and "n" not in options
    if is_busybox(system):
        found = locate(system, exchange, address)
        if talkative:
            host = address.host if address.port == 80 else f"{address.host}:{address.port}"
            system.put(f"Connecting to {host} ({found}:{address.port})\n", 2)
        return
    if not talkative:
        locate(system, exchange, address)
        return
    number = state.get("tries", 0) + 1
    again = f"  (try:{number:2d})" if number > 1 else ""
    if "spider" in options and number == 1:
        system.put("Spider mode enabled. Check if remote file exists.\n", 2)
    port = "" if address.port == 80 else f":{address.port}"
    shown = f"{address.scheme}://{address.host}{port}{address.path}"
    system.put(f"--{_stamp(system)}--{again}  {shown}\n", 2)
    if is_numeric(address.host):
        locate(system, exchange, address)
        system.put(f"Connecting to {address.host}:{address.port}... ", 2)
        return
    system.put(f"Resolving {address.host} ({address.host})... ", 2)
    found = locate(system, exchange, address)
    system.put(f"{found}\nConnecting to {address.host} ({address.host})|{found}|:{address.port}... ", 2)


def _show_answer(system: System, options: Options, exchange: State, response: Response, target: str) -> None:
    """The status, the headers if asked for, the length or where it goes on."""
    head = head_text(response).decode("latin-1").strip().split("\r\n")
    indented = "".join(f"  {line}\n" for line in head)
    if is_busybox(system):
        if "S" in options:
            system.put(f"{indented}  \n", 2)
        return
    if "q" in options or "n" in options:
        return
    status = f"\n{indented}" if "S" in options else f"{response.status} {response.reason}\n"
    system.put(f"connected.\nHTTP request sent, awaiting response... {status}", 2)
    if target:
        system.put(f"Location: {target} [following]\n", 2)
    elif response.status < 400:
        length = response.header("Content-Length") or "unspecified"
        kind = response.header("Content-Type").partition(";")[0]
        system.put(f"Length: {length}{f' [{kind}]' if kind else ''}\n", 2)


def _busybox_bar(system: System, options: Options, address: Address, name: str, response: Response) -> None:
    shown = name.rpartition("/")[2][:20] if name != "/dev/null" else name
    last = "written to stdout" if name == "-" else f"'{name}' saved"
    system.put(f"{shown:<20} 100% |{'*' * 32}| {len(response.body):5d}  0:00:00 ETA\n{last}\n", 2)


def _gnu_bar(system: System, options: Options, address: Address, name: str, response: Response) -> None:
    size = len(response.body)
    if "n" in options:
        port = "" if address.port == 80 else f":{address.port}"
        url = f"{address.scheme}://{address.host}{port}{address.path}"
        system.put(f'{_stamp(system)} URL:{url} [{size}/{size}] -> "{name}" [1]\n', 2)
        return
    rate = f"{size / 1048576 * 10000:.2f}"  # as if it took a tenth of a millisecond
    if system.is_terminal(2):
        system.put(f"\r{name[:19]:<19} 100%[{'=' * 19}>] {size:7d}  --.-KB/s    in 0s      \n", 2)
    else:
        system.put(f"     0K{' ' * 55}100% {rate}M=0s\n", 2)
    what = f"written to stdout [{size}/{size}]" if name == "-" else f"‘{name}’ saved [{size}/{size}]"
    system.put(_quoted(system, f"\n{_stamp(system)} ({rate} MB/s) - {what}\n\n"), 2)


# failures


def _tries_again(system: System, options: Options, state: State, problem: RequestProblem) -> bool:
    """GNU: what took too long, or ended early, is tried up to 20 times, after 1, 2 ... 10 seconds."""
    if is_busybox(system):
        return False
    transient = problem.kind in ("timeout", "empty", "receive") or problem.code == "ETIMEDOUT"
    if not transient and not (problem.code == "ECONNREFUSED" and "rc" in options):
        return False
    tried = state.get("tries", 0) + 1
    if "q" not in options:
        system.put(f"{_reason(problem)}\n", 2)
    limit = int(tries) if is_digits(tries := options.last("t")) else _GNU_TRIES
    if limit and tried >= limit:
        state["gave_up"] = True
        return False
    if "q" not in options:
        system.put("Retrying.\n\n", 2)
    state.update(tries=tried, exchange={"started_ns": 0}, wake_ns=system.now_ns + min(tried, 10) * 1_000_000_000)
    state["exchange"]["started_ns"] = state["wake_ns"]
    return True


def _reason(problem: RequestProblem) -> str:
    if problem.kind == "connect" or (problem.kind == "timeout" and problem.detail == "connect"):
        return f"failed: {problem.message}."
    words = {"timeout": "Read error (Connection timed out) in headers.", "receive": "Read error in headers."}
    return "connected.\nHTTP request sent, awaiting response... " + words.get(problem.kind, "No data received.")


def _failed(
    system: System, options: Options, address: Address, problem: RequestProblem, exchange: State, state: State
) -> int:
    if is_busybox(system):
        text = {
            "resolve": f"bad address '{address.host}'",
            "connect": f"can't connect to remote host ({exchange.get('address', address.host)}): {problem.message}",
            "timeout": "download timed out",
            "tls": "TLS error from peer (alert code 40): handshake failure",
            "scheme": f"not an http or ftp url: {address.scheme}:",
        }.get(problem.kind, "error getting response")
        say(system, text)
        return 1
    if "q" not in options:
        if state.get("gave_up"):
            system.put("Giving up.\n\n", 2)
        elif problem.kind == "resolve":
            system.put("failed: Name or service not known.\n" if "n" not in options else "", 2)
            say(system, f"unable to resolve host address ‘{address.host}’")
        elif problem.kind == "tls":
            system.put("connected.\n", 2)
            say(system, "OpenSSL: error:0A00010B:SSL routines::wrong version number")
            system.put("Unable to establish SSL connection.\n", 2)
        elif problem.kind == "scheme":
            say(system, f"{address.scheme}://{address.host}{address.path}: Unsupported scheme ‘{address.scheme}’.")
        else:
            system.put(f"{_reason(problem)}\n", 2)
    return 1 if problem.kind == "scheme" else 4

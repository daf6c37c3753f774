"""What curl says and writes: bodies, heads, -v, -w, the progress meter, its error messages and exit codes."""

from __future__ import annotations

import re
from typing import Any, Final

from fakedocker.kernel.program import System
from fakedocker.userland.inputs import State, bytes_of
from fakedocker.userland.network.http_client import Address, RequestProblem, Response, head_text, is_numeric
from fakedocker.userland.tools import Options

_EXITS: Final = {
    "scheme": 1, "nonsense": 1, "resolve": 6, "connect": 7, "partial": 18, "timeout": 28, "tls": 35, "empty": 52, "receive": 56,
}  # fmt: skip
_METER_TITLES: Final = (
    "  % Total    % Received % Xferd  Average Speed   Time    Time     Time  Current\n"
    "                                 Dload  Upload   Total   Spent    Left  Speed\n"
)
_METER_ZERO: Final = "\r  0     0    0     0    0     0      0      0 --:--:-- --:--:-- --:--:--     0"


def complain(system: System, options: Options, text: str) -> None:
    """An error message; -s keeps it back unless -S is given."""
    if "s" not in options or "S" in options:
        system.put(f"curl: {text}\n", 2)


def report_failure(
    system: System, options: Options, address: Address, problem: RequestProblem, state: State, message: bytes
) -> int:
    """Say why there was no answer; the exit status. More tries may follow."""
    code = 28 if problem.code == "ETIMEDOUT" else _EXITS[problem.kind]
    milliseconds = (system.now_ns - state["exchange"]["started_ns"]) // 1_000_000
    text = _failure_text(options, address, problem, milliseconds)
    if "v" in options:
        _show_failure(system, state["exchange"], address, problem, text, message)
    if has_meter(system, options) and problem.kind not in ("resolve", "scheme"):
        system.put(f"{_METER_ZERO}\n", 2)
    if "v" in options and problem.kind != "resolve":
        system.put("* closing connection #0\n", 2)
    complain(system, options, f"({code}) {text}")
    return code


def finish_failed(system: System, options: Options, address: Address, state: State, code: int) -> int:
    """What -w shows where there was no answer; gives the exit status on."""
    if "w" in options:
        system.put(_written_out(options.last("w"), address, None, state, system, code))
    return code


# the progress meter


def has_meter(system: System, options: Options) -> bool:
    """It is shown where the bytes themselves are not seen on a terminal."""
    to_file = any(name in "oO" and value != "-" for name, value in options.given)
    return "s" not in options and "#" not in options and (to_file or not system.is_terminal(1))


def begin_meter(system: System, options: Options, state: State) -> None:
    """The meter's titles and its first line, once for each try."""
    if not has_meter(system, options) or state.get("metered"):
        return
    state["metered"] = True
    if "tries" not in state:
        system.put(_METER_TITLES, 2)
    system.put(_METER_ZERO, 2)


def _end_meter(system: System, options: Options, size: int) -> None:
    if has_meter(system, options):
        done = f"{size:5d}  100 {size:5d}    0     0  {size:5d}      0 --:--:-- --:--:-- --:--:-- {size:5d}"
        system.put(f"\r100 {done}\n" if size else f"{_METER_ZERO}\n", 2)
    elif "#" in options and "s" not in options:
        system.put(f"\r{'#' * 72} 100.0%\n", 2)


def _failure_text(options: Options, address: Address, problem: RequestProblem, milliseconds: int) -> str:
    where = f"{address.host} port {address.port} after {milliseconds} ms"
    if problem.kind == "connect":
        return f"Failed to connect to {where}: Couldn't connect to server"
    if problem.kind == "timeout" and problem.detail == "connect":
        if "ct" in options and "m" not in options:
            return f"Failed to connect to {where}: Timeout was reached"
        return f"Connection timed out after {milliseconds} milliseconds"
    return {
        "scheme": f'Protocol "{problem.detail}" not supported',
        "resolve": f"Could not resolve host: {problem.detail}",
        "tls": "TLS connect error: error:0A00010B:SSL routines::wrong version number",
        "timeout": f"Operation timed out after {milliseconds} milliseconds with 0 bytes received",
        "nonsense": "Received HTTP/0.9 when not allowed",
        "empty": "Empty reply from server",
        "partial": f"transfer closed with {problem.detail} bytes remaining to read",
        "receive": f"Recv failure: {problem.message}",
    }[problem.kind]


# -v


def _where_to(exchange: State, address: Address) -> list[str]:
    """Where a name led; an address in the URL leads to itself."""
    found = exchange.get("address", "")
    lines = []
    if not is_numeric(address.host):
        lines += [f"* Host {address.host}:{address.port} was resolved.", "* IPv6: (none)", f"* IPv4: {found}"]
    shown = f"[{found}]" if ":" in found else found
    return [*lines, f"*   Trying {shown}:{address.port}..."]


def _sent(message: bytes) -> list[str]:
    head = message.partition(b"\r\n\r\n")[0].decode("utf-8", "replace")
    return [f"> {line}" for line in head.split("\r\n")] + ["> "]


def _put_lines(system: System, lines: list[str]) -> None:
    system.put("".join(f"{line}\r\n" if line[:1] in "<>" else f"{line}\n" for line in lines), 2)


def show_exchange(
    system: System, options: Options, exchange: State, address: Address, message: bytes, response: Response
) -> None:
    """-v: the connection, the head of the request, the head of the answer."""
    found = exchange.get("address", "")
    lines = [*_where_to(exchange, address), f"* Connected to {address.host} ({found}) port {address.port}"]
    lines += [*_sent(message), "* Request completely sent off"]
    received = head_text(response).decode("latin-1").rstrip("\r\n").split("\r\n")
    lines += [f"< {line}" for line in received] + ["< "]
    if response.body and has_meter(system, options):
        lines.append(f"{{ [{len(response.body)} bytes data]")
    _put_lines(system, lines)


def _show_failure(
    system: System, exchange: State, address: Address, problem: RequestProblem, text: str, message: bytes
) -> None:
    lines: list[str] = []
    if problem.kind == "resolve":
        lines = [f"* {text}"]
    elif problem.kind == "connect" or problem.detail == "connect":
        found = exchange.get("address", "")
        failed = f"* connect to {found} port {address.port} failed: {problem.message}"
        lines = [*_where_to(exchange, address), *([failed] if problem.kind == "connect" else []), f"* {text}"]
    elif problem.kind != "scheme":
        found = exchange.get("address", "")
        lines = [*_where_to(exchange, address), f"* Connected to {address.host} ({found}) port {address.port}"]
        lines += [] if problem.kind == "tls" else [*_sent(message), "* Request completely sent off"]
        lines.append(f"* {text}")
    _put_lines(system, lines)


# output


def write_answer(system: System, options: Options, address: Address, response: Response, state: State) -> int:
    """Write the answer where it belongs; the exit status."""
    failed = response.status >= 400 and ("f" in options or "fb" in options)
    output = head_text(response) if "i" in options or "I" in options else b""
    if not failed or "fb" in options:
        output += response.body
    target = _target(options, address, state["number"])
    if target == "":
        complain(system, options, "(23) Failed writing received data to disk/application")
        return 23
    if failed and "fb" not in options:
        pass
    elif target != "-":
        try:
            system.write_file(target, output)
        except OSError as problem:
            if "s" not in options or "S" in options:
                system.put(f"Warning: Failed to open the file {target}: {problem.strerror}\n", 2)
            complain(system, options, "(23) client returned ERROR on write, 1 bytes was not written")
            return 23
    else:
        system.put(output)
    _end_meter(system, options, 0 if failed and "fb" not in options else len(response.body))
    if "v" in options:
        system.put(f"* Connection #0 to host {address.host} left intact\n", 2)
    code = 22 if failed else 0
    if failed:
        complain(system, options, f"(22) The requested URL returned error: {response.status}")
    if "w" in options:
        system.put(_written_out(options.last("w"), address, response, state, system, code))
    return code


def _target(options: Options, address: Address, number: int) -> str:
    """The file for the URL of this number: -o and -O count in order; "-" is standard output, "" no name at all."""
    targets = [(name, value) for name, value in options.given if name in "oO"]
    if number >= len(targets):
        return "-"
    name, value = targets[number]
    return value if name == "o" else address.path.partition("?")[0].rpartition("/")[2]


def _written_out(
    form: str, address: Address, response: Response | None, state: State, system: System, exit_code: int
) -> bytes:
    """-w: variables and escapes replaced."""
    seconds = (system.now_ns - state["started_ns"]) / 1e9
    code = f"{response.status if response else 0:03d}"
    default_port = address.port == (443 if address.scheme == "https" else 80)
    url = f"{address.scheme}://{address.host}{'' if default_port else f':{address.port}'}{address.path}"
    values: dict[str, Any] = {
        "http_code": code, "response_code": code, "size_download": len(response.body) if response else 0,
        "content_type": response.header("Content-Type") if response else "", "url_effective": url, "url": url,
        "time_total": f"{seconds:.6f}", "time_connect": "0.000100" if response else "0.000000", "time_namelookup": "0.000050",
        "time_starttransfer": f"{seconds if response else 0:.6f}", "time_pretransfer": "0.000110", "time_redirect": "0.000000",
        "num_redirects": state.get("redirects", 0), "remote_ip": state.get("exchange", {}).get("address", ""),
        "remote_port": address.port, "redirect_url": response.header("Location") if response else "", "scheme": address.scheme,
        "exitcode": exit_code, "method": "GET", "http_version": "1.1" if response else "0", "num_connects": 1 if response else 0,
        "size_header": len(head_text(response)) if response else 0, "speed_download": 0, "size_upload": 0, "errormsg": "",
    }  # fmt: skip
    text = re.sub(r"%(?:\{([a-z_]+)\}|(%))", lambda match: match[2] or str(values.get(match[1], "")), form)
    return bytes_of(text.replace("\\n", "\n").replace("\\t", "\t").replace("\\r", "\r"))

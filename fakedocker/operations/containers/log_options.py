"""Options of log drivers: which ones each driver knows, and what they may be.

Source: moby daemon/logger/factory.go ValidateLogOpts, and ValidateLogOpt and New of each driver. Options that only
matter at a start are looked at then, as the driver is made there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import SplitResult, urlsplit

from fakedocker.base import messages, units
from fakedocker.base.numbers import is_digits
from fakedocker.base.patterns import lazy_pattern
from fakedocker.wire.container import LogConfig

Options = Mapping[str, str]

_COMMON: Final = ("env", "env-regex", "labels", "labels-regex", "tag")
_BUILT_IN: Final = (
    "mode", "max-buffer-size", "cache-disabled", "cache-max-file", "cache-max-size", "cache-compress",
)  # fmt: skip
_KNOWN: Final[dict[str, tuple[str, ...]]] = {
    "json-file": ("max-file", "max-size", "compress", *_COMMON),
    "local": ("max-file", "max-size", "compress"),
    "journald": _COMMON,
    "syslog": (
        "syslog-address", "syslog-facility", "syslog-format", "syslog-tls-ca-cert", "syslog-tls-cert", "syslog-tls-key",
        "syslog-tls-skip-verify", *_COMMON,
    ),
    "fluentd": (
        "fluentd-address", "fluentd-async", "fluentd-async-reconnect-interval", "fluentd-buffer-limit", "fluentd-max-retries",
        "fluentd-request-ack", "fluentd-retry-wait", "fluentd-sub-second-precision", "fluentd-write-timeout", *_COMMON,
    ),
    "gelf": (
        "gelf-address", "gelf-compression-level", "gelf-compression-type", "gelf-tcp-max-reconnect", "gelf-tcp-reconnect-delay", *_COMMON,
    ),
    "splunk": (
        "splunk-url", "splunk-token", "splunk-source", "splunk-sourcetype", "splunk-index", "splunk-capath", "splunk-caname",
        "splunk-insecureskipverify", "splunk-format", "splunk-verify-connection", "splunk-gzip", "splunk-gzip-level",
        "splunk-index-acknowledgment", *_COMMON,
    ),
    "awslogs": (
        "awslogs-region", "awslogs-endpoint", "awslogs-group", "awslogs-stream", "awslogs-create-group", "awslogs-datetime-format",
        "awslogs-multiline-pattern", "awslogs-credentials-endpoint", "awslogs-force-flush-interval-seconds", "awslogs-max-buffered-events",
        "awslogs-format", "tag",
    ),
    "gcplogs": (
        "gcp-project", "gcp-log-cmd", "gcp-meta-zone", "gcp-meta-name", "gcp-meta-id", "env", "env-regex", "labels", "labels-regex",
    ),
}  # fmt: skip
_UNKNOWN_WORDS: Final = {
    "local": "unknown log opt '{option}' for log driver {driver}",
    "gelf": 'unknown log opt "{option}" for {driver} log driver',
    "gcplogs": '"{option}" is not a valid option for the {driver} driver',
}
_FACILITIES: Final = "kern user mail daemon auth syslog lpr news uucp cron authpriv ftp local0 local1 local2 local3 local4 local5 local6 local7".split()
_TRUE: Final = ("1", "t", "T", "TRUE", "true", "True")
_FALSE: Final = ("0", "f", "F", "FALSE", "false", "False")
_NUMBER: Final = lazy_pattern(r"[+-]?\d{1,18}")


class _Problem(Exception):
    """What is wrong with an option, in the driver's words."""


def check(log: LogConfig) -> None:
    """Refuse a driver or options that the daemon refuses when a container is made.

    Raises:
        Refusal: in its words.
    """
    driver, options = log.type or "json-file", log.config or {}
    if driver == "none":
        return
    try:
        _check_built_in(options)
        if driver not in _KNOWN:
            raise messages.LOG_DRIVER_UNKNOWN(driver=driver)
        own = {name: value for name, value in sorted(options.items()) if name not in _BUILT_IN}
        if driver == "gelf":  # looks at its address first
            _gelf_address(own)
        for name in own:
            if name not in _KNOWN[driver]:
                words = _UNKNOWN_WORDS.get(driver, "unknown log opt '{option}' for {driver} log driver")
                raise _Problem(words.format(option=name, driver=driver))
        if driver in _CHECKS:
            _CHECKS[driver](own)
    except _Problem as problem:
        raise messages.BAD_REQUEST(problem=problem) from None


def check_start(log: LogConfig) -> None:
    """Refuse to start a container whose log driver cannot be made.

    Raises:
        Refusal: in the daemon's words.
    """
    options = log.config or {}
    try:
        if log.type == "splunk":
            _splunk(options)
        elif log.type == "fluentd" and not _boolean_or(options, "fluentd-async"):
            address = options.get("fluentd-address", "")
            url = urlsplit(address if "://" in address else f"tcp://{address}")
            if url.scheme == "tcp" and (url.hostname or "127.0.0.1") in ("127.0.0.1", "localhost"):
                place = f"127.0.0.1:{url.port or 24224}"
                raise _Problem(f"dial tcp {place}: connect: connection refused")
    except _Problem as problem:
        raise messages.LOG_DRIVER_FAILED(problem=problem) from None


def _check_built_in(options: Options) -> None:
    mode = options.get("mode", "")
    if mode not in ("", "blocking", "non-blocking"):
        raise _Problem(f"logger: logging mode not supported: {mode}")
    if "max-buffer-size" in options:
        if mode != "non-blocking":
            raise _Problem("logger: max-buffer-size option is only supported with 'mode=non-blocking'")
        _size(options["max-buffer-size"], "error parsing option max-buffer-size: ")
    disabled = options.get("cache-disabled", "")
    if disabled and disabled not in (*_TRUE, *_FALSE):
        raise _Problem(f"invalid value for option cache-disabled: {disabled}")


def _size(text: str, before: str = "") -> int:
    """units.RAMInBytes."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?) ?([kKmMgGtTpP])?([iI])?([bB])?", text)
    if found is None:
        raise _Problem(f"{before}invalid size: '{text}'")
    power = "kmgtp".find((found[2] or " ").lower()) + 1
    return int(float(found[1]) * 1024**power)


def _boolean(options: Options, name: str, words: str = "{problem}") -> None:
    """strconv.ParseBool."""
    value = options.get(name, "")
    if value and value not in (*_TRUE, *_FALSE):
        problem = f'strconv.ParseBool: parsing "{value}": invalid syntax'
        raise _Problem(words.format(name=name, problem=problem))


def _boolean_or(options: Options, name: str) -> bool:
    return options.get(name, "") in _TRUE


def _url(text: str) -> SplitResult:
    """url.Parse, for what people write."""
    scheme, colon, _ = text.partition(":")
    if colon and not scheme:
        raise _Problem(f'parse "{text}": missing protocol scheme')
    if colon and "/" not in scheme and not re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*", scheme):
        raise _Problem(f'parse "{text}": first path segment in URL cannot contain colon')
    try:
        found = urlsplit(text)
    except ValueError as problem:
        raise _Problem(f'parse "{text}": {problem}') from None
    port = found.netloc.rpartition("@")[2].rpartition("]")[2].partition(":")[2]
    if port and not is_digits(port):
        raise _Problem(f'parse "{text}": invalid port ":{port}" after host')
    return found


def _has_port(url: SplitResult) -> bool:
    return re.fullmatch(r"(\[[^\]]*\]|[^:\[\]]*):\d*", url.netloc.rpartition("@")[2]) is not None


def _gelf_address(options: Options) -> SplitResult:
    if not options.get("gelf-address"):
        raise _Problem("gelf-address is a required parameter")
    address = _url(options["gelf-address"])
    if address.scheme not in ("udp", "tcp"):
        raise _Problem("gelf: endpoint needs to be TCP or UDP")
    if not _has_port(address):
        raise _Problem("gelf: please provide gelf-address as proto://host:port")
    return address


def _gelf(options: Options) -> None:
    scheme = _gelf_address(options).scheme
    for name, value in options.items():
        if name in ("gelf-compression-level", "gelf-compression-type"):
            if scheme != "udp":
                raise _Problem("compression is only supported on UDP")
            if name == "gelf-compression-level":
                known = _NUMBER.fullmatch(value) is not None and -1 <= int(value) <= 9
            else:
                known = value in ("gzip", "zlib", "none")
            if not known:
                raise _Problem(f'unknown value "{value}" for log opt "{name}" for gelf log driver')
        elif name in ("gelf-tcp-max-reconnect", "gelf-tcp-reconnect-delay"):
            if scheme != "tcp":
                raise _Problem(f'"{name}" is only valid for TCP')
            if _NUMBER.fullmatch(value) is None or int(value) < 0:
                raise _Problem(f'"{name}" must be a positive integer')


def _syslog(options: Options) -> None:
    text = options.get("syslog-address", "")
    if text:
        address = _url(text)
        if address.scheme in ("unix", "unixgram"):
            raise _Problem(f"stat {address.path}: no such file or directory")
        if address.scheme not in ("udp", "tcp", "tcp+tls"):
            raise _Problem(f"unsupported scheme: '{address.scheme}'")
    facility = options.get("syslog-facility", "")
    if facility and facility not in _FACILITIES and not (_NUMBER.fullmatch(facility) and 0 <= int(facility) <= 23):
        raise _Problem("invalid syslog facility")
    if options.get("syslog-format", "") not in ("", "rfc3164", "rfc5424", "rfc5424micro"):
        raise _Problem("Invalid syslog format")


def _fluentd(options: Options) -> None:
    text = options.get("fluentd-address", "")
    problem = _fluentd_address(text) if text else ""
    if problem:
        raise _Problem(f"invalid fluentd-address ({text}): {problem}")
    if options.get("fluentd-buffer-limit"):
        _size(options["fluentd-buffer-limit"])
    _duration(options, "fluentd-retry-wait", "{problem}")
    retries = options.get("fluentd-max-retries", "")
    if retries and not (is_digits(retries)):
        raise _Problem(f'strconv.ParseUint: parsing "{retries}": invalid syntax')
    _boolean(options, "fluentd-async")
    interval_ns = _duration(options, "fluentd-async-reconnect-interval", "invalid value for {name}: {problem}")
    if interval_ns and not 100_000_000 <= interval_ns <= 10_000_000_000:
        given = units.format_duration(interval_ns)
        raise _Problem(
            f'invalid value for fluentd-async-reconnect-interval: value ("{given}") must be between 100ms and 10s'
        )
    _boolean(options, "fluentd-sub-second-precision")
    _boolean(options, "fluentd-request-ack")
    timeout_ns = _duration(
        options, "fluentd-write-timeout", "invalid value for {name}: value must be a duration: {problem}"
    )
    if timeout_ns < 0:
        raise _Problem("invalid value for fluentd-write-timeout: value must be a duration that is non-negative")


def _fluentd_address(text: str) -> str:
    try:
        address = _url(text if "://" in text else f"tcp://{text}")
    except _Problem as problem:
        return str(problem)
    if address.scheme == "unix":
        return "" if address.path.lstrip("/") else "path is empty"
    if address.scheme not in ("tcp", "tls"):
        return f"unsupported scheme: '{address.scheme}'"
    if address.path:
        return "should not contain a path element"
    port = address.netloc.rpartition("@")[2].rpartition("]")[2].partition(":")[2]
    if port and int(port[:8]) > 0xFFFF:
        return f'invalid port: strconv.ParseUint: parsing "{port}": value out of range'
    return ""


def _duration(options: Options, name: str, words: str) -> int:
    if not options.get(name):
        return 0
    try:
        return units.parse_duration(options[name])
    except ValueError as problem:
        raise _Problem(words.format(name=name, problem=problem)) from None


def _awslogs(options: Options) -> None:
    if not options.get("awslogs-group"):
        raise _Problem("must specify a value for log opt 'awslogs-group'")
    _boolean(options, "awslogs-create-group", "must specify valid value for log opt '{name}': {problem}")
    for name in ("awslogs-force-flush-interval-seconds", "awslogs-max-buffered-events"):
        value = options.get(name, "")
        if value and (_NUMBER.fullmatch(value) is None or int(value) <= 0):
            raise _Problem(f"must specify a positive integer for log opt '{name}': {value}")
    date, pattern = "awslogs-datetime-format", "awslogs-multiline-pattern"
    if date in options and pattern in options:
        raise _Problem(f"you cannot configure log opt '{date}' and '{pattern}' at the same time")
    form = options.get("awslogs-format", "")
    if form and form != "json/emf":
        raise _Problem(f"unsupported log format '{form}'")
    if form and (date in options or pattern in options):
        raise _Problem(
            f"you cannot configure log opt '{date}' or '{pattern}' when log opt 'awslogs-format' is set to 'json/emf'"
        )


def _splunk(options: Options) -> None:
    """What splunk.New looks at first."""
    if "splunk-url" not in options:
        raise _Problem("splunk: splunk-url is expected")
    url = _url(options["splunk-url"])
    if url.scheme not in ("http", "https") or url.path not in ("", "/") or url.query or url.fragment:
        raise _Problem("splunk: expected format scheme://dns_name_or_ip:port for splunk-url")
    if "splunk-token" not in options:
        raise _Problem("splunk: splunk-token is expected")


_CHECKS: Final[dict[str, Callable[[Options], None]]] = {
    "gelf": _gelf, "syslog": _syslog, "fluentd": _fluentd, "awslogs": _awslogs,
}  # fmt: skip

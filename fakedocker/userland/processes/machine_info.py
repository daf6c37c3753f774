"""Utilities about the machine and its users: id, whoami, hostname, uname, date, free, uptime, nproc, tty, stty."""

from __future__ import annotations

from typing import Final

from fakedocker.kernel.program import System
from fakedocker.kernel.synthetic import CPUS
from fakedocker.userland.inputs import State
from fakedocker.userland.processes.basic import execute
from fakedocker.userland.processes.date_texts import read_date_ns
from fakedocker.userland.processes.dates import format_date
from fakedocker.userland.tools import (
    Options,
    Register,
    UsageProblem,
    base_name,
    find_user,
    group_name,
    groups_of,
    human_size,
    is_busybox,
    parse_options,
    say,
    strtol,
    tell,
    user_name,
    users,
)

PROGRAMS = Register()
_DATE_OPTIONS = {
    "date=": "d",
    "utc": "u",
    "universal": "u",
    "rfc-2822": "R",
    "rfc-email": "R",
    "iso-8601=?": "I",
    "rfc-3339=": "rfc",
    "reference=": "r",
    "set=": "s",
}
KERNEL_RELEASE: Final = "6.12.0"
KERNEL_VERSION: Final = "#1 SMP PREEMPT_DYNAMIC Debian 6.12.0-1"
_MACHINE_BYTES: Final = 8 << 30


@PROGRAMS.program("whoami", usage="\n")
def _whoami(system: System, argv: tuple[str, ...], state: State) -> int:
    options = parse_options(system, argv, "")
    if options.operands:
        raise UsageProblem("" if is_busybox(system) else f"extra operand ‘{options.operands[0]}’")
    name = user_name(system, system.uid)
    if name == str(system.uid):
        tell(system, f"unknown uid {system.uid}", f"cannot find name for user ID {system.uid}")
        return 1
    system.put(f"{name}\n")
    return 0


@PROGRAMS.program("id", "groups", usage="[-ugGnr] [USER]\n")
def _id(system: System, argv: tuple[str, ...], state: State) -> int:
    options = parse_options(
        system, argv, "ugGnrz", {"user": "u", "group": "g", "groups": "G", "name": "n", "real": "r"}
    )
    uid, gid, more = system.uid, system.gid, list(system.groups)
    if options.operands:
        name = options.operands[0]
        entry = find_user(system, name) or next((fields for fields in users(system) if fields[2] == name), None)
        if entry is None:
            tell(system, f"unknown user {name}", f"‘{name}’: no such user")
            return 1
        uid, gid = int(entry[2]), int(entry[3])
        more = groups_of(system, entry[0])
    groups = [gid, *(group for group in more if group != gid)]
    named = "n" in options
    if base_name(argv[0]) == "groups" or "G" in options:
        shown = [
            group_name(system, group) if named or base_name(argv[0]) == "groups" else str(group) for group in groups
        ]
        system.put(" ".join(shown) + "\n")
    elif "u" in options:
        system.put(f"{user_name(system, uid) if named else uid}\n")
    elif "g" in options:
        system.put(f"{group_name(system, gid) if named else gid}\n")
    else:
        shown_groups = ",".join(_with_name(group, group_name(system, group)) for group in groups)
        # busybox leaves groups= out when there are no supplementary ones to tell of
        tail = (
            f" groups={shown_groups}" if more or not is_busybox(system) or options.operands or system.uid == 0 else ""
        )
        system.put(
            f"uid={_with_name(uid, user_name(system, uid))} gid={_with_name(gid, group_name(system, gid))}{tail}\n"
        )
    return 0


def _with_name(number: int, name: str) -> str:
    return str(number) if name == str(number) else f"{number}({name})"


@PROGRAMS.program("hostname", usage="[-sidf] [HOSTNAME | -F FILE]\n")
def _hostname(system: System, argv: tuple[str, ...], state: State) -> int:
    options = parse_options(
        system, argv, "sidfIF:", {"short": "s", "ip-address": "i", "domain": "d", "fqdn": "f", "all-ip-addresses": "I"}
    )
    if options.operands or "F" in options:
        tell(system, "sethostname: Operation not permitted", "you must be root to change the host name")
        return 1
    if "i" in options or "I" in options:
        interfaces = system.interfaces()
        held = [address for version in (4, 6) for each in interfaces for address in each.of_version(version)]
        own = [address.text for address in held if address.scope == "global"]  # hostname(1), --all-ip-addresses
        addresses = own if "I" in options else system.resolve(system.hostname) or own[:1]
        system.put(" ".join(addresses) + ("\n" if "i" in options or is_busybox(system) else " \n"))
    elif "s" in options:
        system.put(system.hostname.partition(".")[0] + "\n")
    elif "d" in options:
        system.put(_full_name(system).partition(".")[2] + "\n")
    else:
        system.put(f"{_full_name(system) if 'f' in options else system.hostname}\n")
    return 0


def _full_name(system: System) -> str:
    """The first name in the line of /etc/hosts that has the machine's name."""
    try:
        lines = system.read_file("/etc/hosts").decode("utf-8", "replace").splitlines()
    except OSError:
        return system.hostname
    rows = (line.partition("#")[0].split()[1:] for line in lines)
    return next((names[0] for names in rows if system.hostname in names), system.hostname)


@PROGRAMS.program("uname", "arch", usage="[-amnrspvio]\n")
def _uname(system: System, argv: tuple[str, ...], state: State) -> int:
    if base_name(argv[0]) == "arch":
        system.put("x86_64\n")
        return 0
    long = {
        "all": "a", "kernel-name": "s", "nodename": "n", "kernel-release": "r", "kernel-version": "v", "machine": "m",
        "processor": "p", "hardware-platform": "i", "operating-system": "o",
    }  # fmt: skip
    options = parse_options(system, argv, "asnrvmpio", long)
    values = {
        "s": "Linux", "n": system.hostname, "r": KERNEL_RELEASE, "v": KERNEL_VERSION, "m": "x86_64",
        "p": "unknown", "i": "unknown", "o": "Linux" if is_busybox(system) else "GNU/Linux",
    }  # fmt: skip
    chosen = "".join(letter for letter in "snrvmpio" if letter in options)
    wanted = "snrvmo" if "a" in options else chosen or "s"
    system.put(" ".join(values[letter] for letter in wanted) + "\n")
    return 0


@PROGRAMS.program("date", usage="[OPTIONS] [+FMT] [[-s] TIME]\n")
def _date(system: System, argv: tuple[str, ...], state: State) -> int:
    options = parse_options(system, argv, "d:uRI::r:s:D:", _DATE_OPTIONS)
    at_ns = _date_ns(system, options) if options.given else system.now_ns
    if at_ns is None:
        tell(system, f"invalid date '{options.last('d')}'", f"invalid date ‘{options.last('d')}’")
        return 1
    if (options.operands and not options.operands[0].startswith("+")) or "s" in options:
        tell(system, "can't set date: Operation not permitted", "cannot set date: Operation not permitted")
        return 1
    system.put(format_date(_date_format(system, options), *divmod(at_ns, 1_000_000_000)) + "\n")
    return 0


def _date_ns(system: System, options: Options) -> int | None:
    """Which instant is meant; None where nobody can tell."""
    if "d" in options:
        return read_date_ns(system, options.last("d"), options.last("D"))
    if "r" in options:
        return system.stat(options.last("r")).mtime_ns
    return system.now_ns


def _date_format(system: System, options: Options) -> str:
    if options.operands:
        return options.operands[0][1:]
    if not options.given:
        return "%a %b %e %H:%M:%S %Z %Y"
    if "R" in options:
        return "%a, %d %b %Y %H:%M:%S %z"
    if "I" in options:
        kind = options.last("I") or "date"
        return {
            "date": "%Y-%m-%d",
            "hours": "%Y-%m-%dT%H%:z",
            "minutes": "%Y-%m-%dT%H:%M%:z",
            "ns": "%Y-%m-%dT%H:%M:%S,%N%:z",
        }.get(kind, "%Y-%m-%dT%H:%M:%S%:z")
    if "rfc" in options:
        return {"date": "%Y-%m-%d", "ns": "%Y-%m-%d %H:%M:%S.%N%:z"}.get(options.last("rfc"), "%Y-%m-%d %H:%M:%S%:z")
    return "%a %b %e %H:%M:%S %Z %Y"


@PROGRAMS.program("nproc", usage="[--all] [--ignore=N]\n")
def _nproc(system: System, argv: tuple[str, ...], state: State) -> int:
    options = parse_options(system, argv, "", {"all": "a", "ignore=": "i"})
    ignored, rest = strtol(options.last("i", "0"))
    if rest or ignored < 0 or not options.last("i", "0"):
        number = options.last("i")
        said = f"invalid number '{number}'" if is_busybox(system) else f"invalid number: ‘{number}’"
        raise UsageProblem(said, 1, bare=True)
    system.put(f"{max(1, (CPUS if 'a' in options else _allowed_cpus(system)) - ignored)}\n")
    return 0


def _allowed_cpus(system: System) -> int:
    """How many processors the process may run on (sched_getaffinity(2))."""
    status = system.read_file("/proc/self/status").decode("utf-8", "surrogateescape")
    mask = next((line.split()[1] for line in status.splitlines() if line.startswith("Cpus_allowed:")), "")
    return int(mask, 16).bit_count() if mask else CPUS


@PROGRAMS.program("uptime", usage="\n")
def _uptime(system: System, argv: tuple[str, ...], state: State) -> int:
    seconds = int(system.read_file("/proc/uptime").split()[0].partition(b".")[0])
    minutes, hours, days = seconds // 60 % 60, seconds // 3600 % 24, seconds // 86400
    up = f"{days} day{'s' if days != 1 else ''}, " if days else ""
    up += f"{hours:2d}:{minutes:02d}" if hours else f"{minutes} min"
    now = format_date("%H:%M:%S", system.now_ns // 1_000_000_000)
    users_shown = "" if is_busybox(system) else "  0 user,"
    system.put(f" {now} up {up}, {users_shown} load average: 0.00, 0.00, 0.00\n")
    return 0


@PROGRAMS.program("free", usage="[-bkmgh]\n")
def _free(system: System, argv: tuple[str, ...], state: State) -> int:
    options = parse_options(system, argv, "bkmghtw", {"human": "h", "mebi": "m", "gibi": "g", "bytes": "b"})
    total = _MACHINE_BYTES
    used = 900 << 20
    cache = 1200 << 20
    numbers = [total, used, total - used - cache, 4 << 20, cache, total - used]
    unit = {"b": 1, "m": 1 << 20, "g": 1 << 30}.get(options.last_of("bkmg"), 1024)

    def shown(value: int) -> str:
        return human_size(value, busybox=is_busybox(system)) if "h" in options else str(value // unit)

    titles = ("total", "used", "free", "shared", "buff/cache", "available")
    system.put(" " * (14 if is_busybox(system) else 15) + " ".join(f"{title:>11}" for title in titles).lstrip() + "\n")
    front = "Mem:  " if is_busybox(system) else "Mem:   "
    system.put(f"{front}" + " ".join(f"{shown(number):>11}" for number in numbers).rjust(0) + "\n")
    system.put(("Swap: " if is_busybox(system) else "Swap:  ") + " ".join(f"{shown(0):>11}" for _ in range(3)) + "\n")
    return 0


# terminals


@PROGRAMS.program("tty", usage="[-s]\n")
def _tty(system: System, argv: tuple[str, ...], state: State) -> int:
    options = parse_options(system, argv, "s", {"silent": "s", "quiet": "s"})
    terminal = system.is_terminal(0)
    if "s" not in options:
        system.put(f"{system.terminal_name(0) if terminal else 'not a tty'}\n")
    return 0 if terminal else 1


@PROGRAMS.program("stty", usage="[-a|g] [-F DEVICE] [SETTING]...\n")
def _stty(system: System, argv: tuple[str, ...], state: State) -> int:
    if not system.is_terminal(0):
        tell(system, "standard input: Not a tty", "'standard input': Inappropriate ioctl for device")
        return 1
    words = argv[1:]
    if words == ("size",):
        rows, columns = system.window_size(0)
        system.put(f"{rows} {columns}\n")
        return 0
    modes = {
        "echo": {"echo": True}, "-echo": {"echo": False}, "icanon": {"canonical": True},
        "-icanon": {"canonical": False}, "raw": {"canonical": False, "echo": False, "signals": False, "output": False},
        "-raw": {"canonical": True, "echo": True, "signals": True, "output": True},
        "cooked": {"canonical": True, "signals": True, "output": True},
        "sane": {"canonical": True, "echo": True, "signals": True, "output": True}, "isig": {"signals": True},
        "-isig": {"signals": False}, "opost": {"output": True}, "-opost": {"output": False},
    }  # fmt: skip
    for word in words:
        if word in modes:
            system.set_terminal_mode(0, **modes[word])
    if not words or words == ("-a",):
        rows, columns = system.window_size(0)
        mode = system.terminal_mode(0)
        size = f" rows {rows}; columns {columns};" if words else ""
        flags = " ".join(
            ("" if mode[key] else "-") + name
            for key, name in (("signals", "isig"), ("canonical", "icanon"), ("echo", "echo"), ("output", "opost"))
        )
        system.put(
            f"speed 38400 baud;{size}\n{flags}\n" if words else "speed 38400 baud; line = 0;\n-brkint -imaxbel\n"
        )
    return 0


@PROGRAMS.program("clear", "reset", usage="\n")
def _clear(system: System, argv: tuple[str, ...], state: State) -> int:
    system.put("\x1b[H\x1b[J" if is_busybox(system) else "\x1b[H\x1b[2J\x1b[3J")
    return 0


@PROGRAMS.program("tput")
def _tput(system: System, argv: tuple[str, ...], state: State) -> int:
    word = argv[1] if len(argv) > 1 else ""
    rows, columns = system.window_size(1) if system.is_terminal(1) else (24, 80)
    texts = {
        "cols": f"{columns}\n",
        "lines": f"{rows}\n",
        "clear": "\x1b[H\x1b[2J",
        "bold": "\x1b[1m",
        "sgr0": "\x1b(B\x1b[m",
        "colors": "8\n",
    }
    if word == "setaf" and len(argv) > 2:
        system.put(f"\x1b[3{argv[2]}m")
        return 0
    system.put(texts.get(word, ""))
    return 0 if word in texts else 1


@PROGRAMS.program("more", "less", "pager", usage="[FILE]...\n")
def _pager(system: System, argv: tuple[str, ...], state: State) -> int:
    """Shows everything at once, as these do when standard output is no terminal."""
    return execute(system, ("cat", *(word for word in argv[1:] if not word.startswith(("-", "+")))))


@PROGRAMS.program("getent", usage="DATABASE [KEY]...\n")
def _getent(system: System, argv: tuple[str, ...], state: State) -> int:
    if len(argv) < 2 or argv[1] not in ("passwd", "group", "hosts", "ahosts"):
        say(system, "wrong number of arguments" if len(argv) < 2 else f"Unknown database: {argv[1]}")
        return 1
    if argv[1] in ("hosts", "ahosts"):
        status = 0
        for name in argv[2:]:
            addresses = system.resolve(name)
            status = 0 if addresses else 2
            for address in addresses[:1]:
                system.put(f"{address:<15} {name}\n")
        return status
    lines = system.read_file(f"/etc/{argv[1]}").decode("utf-8", "surrogateescape").splitlines()
    found = [
        line
        for line in lines
        if len(argv) < 3 or line.split(":")[0] in argv[2:] or line.split(":")[2:3] in [[word] for word in argv[2:]]
    ]
    system.put("".join(f"{line}\n" for line in found))
    return 0 if found else 2

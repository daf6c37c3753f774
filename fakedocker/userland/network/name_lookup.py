"""nslookup, host and dig: names asked of the simulated name server."""

from __future__ import annotations

from fakedocker.kernel.program import System
from fakedocker.userland.inputs import State
from fakedocker.userland.network.network_tools import addresses_of, nameserver
from fakedocker.userland.processes.dates import format_date
from fakedocker.userland.tools import Register, UsageProblem, is_busybox

PROGRAMS = Register()
_TTL_SECONDS = 600  # what Docker's name server gives


@PROGRAMS.program("nslookup", usage="[-type=QUERY_TYPE] [-debug] HOST [DNS_SERVER]\n")
def _nslookup(system: System, argv: tuple[str, ...], state: State) -> int:
    words = [word for word in argv[1:] if not word.startswith("-")]
    if not words:
        raise UsageProblem()
    name = words[0]
    server = words[1] if len(words) > 1 else nameserver(system)
    addresses = addresses_of(system, name)
    busybox = is_busybox(system)
    system.put(f"Server:\t\t{server}\nAddress:\t{server}{':' if busybox else '#'}53\n\n")
    if not addresses:
        # busybox asks for IPv4 and for IPv6, and says of both what it got
        system.put(f"** server can't find {name}: NXDOMAIN\n\n" * (2 if busybox else 1))
        return 1
    found = "".join(f"Name:\t{name}\nAddress: {address}\n" for address in addresses)
    empty = "Non-authoritative answer:\n\n" if busybox else ""
    system.put(f"Non-authoritative answer:\n{found}\n{empty}")
    return 0


@PROGRAMS.program("host", usage="NAME\n")
def _host(system: System, argv: tuple[str, ...], state: State) -> int:
    names = [word for word in argv[1:] if not word.startswith("-")]
    if not names:
        raise UsageProblem()
    addresses = addresses_of(system, names[0])
    system.put("".join(f"{names[0]} has address {address}\n" for address in addresses))
    if not addresses:
        system.put(f"Host {names[0]} not found: 3(NXDOMAIN)\n")
    return 0 if addresses else 1


@PROGRAMS.program("dig")
def _dig(system: System, argv: tuple[str, ...], state: State) -> int:
    names = [word for word in argv[1:] if not word.startswith(("-", "+", "@")) and word not in ("A", "ANY", "IN")]
    name = names[0].rstrip(".") if names else "."
    servers = [word[1:] for word in argv[1:] if word.startswith("@")]
    server = servers[0] if servers else nameserver(system)
    addresses = addresses_of(system, name)
    if "+short" in argv:
        system.put("".join(f"{address}\n" for address in addresses))
        return 0
    answers = "".join(f"{f'{name}.'.ljust(23)} {_TTL_SECONDS}\tIN\tA\t{address}\n" for address in addresses)
    if "+noall" in argv:
        system.put(answers if "+answer" in argv else "")
        return 0
    status = "NOERROR" if addresses else "NXDOMAIN"
    question = f"{f';{name}.':<31} IN\tA"
    size = len(name) + 18 + 16 * len(addresses)
    system.put(
        f"\n; <<>> DiG 9.18.28-1~deb12u2-Debian <<>> {' '.join(argv[1:])}\n;; global options: +cmd\n;; Got answer:\n"
        f";; ->>HEADER<<- opcode: QUERY, status: {status}, id: {system.random(65536)}\n"
        f";; flags: qr rd ra; QUERY: 1, ANSWER: {len(addresses)}, AUTHORITY: 0, ADDITIONAL: 0\n\n"
        f";; QUESTION SECTION:\n{question}\n\n{f';; ANSWER SECTION:{chr(10)}{answers}{chr(10)}' if answers else ''}"
        f";; Query time: 0 msec\n;; SERVER: {server}#53({server}) (UDP)\n"
        f";; WHEN: {format_date('%a %b %d %H:%M:%S UTC %Y', system.now_ns // 1_000_000_000)}\n"
        f";; MSG SIZE  rcvd: {size}\n\n"
    )
    return 0

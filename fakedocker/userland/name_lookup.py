"""nslookup, host and dig: names asked of the simulated name server."""

from __future__ import annotations

from fakedocker.kernel.program import System
from fakedocker.userland.inputs import State
from fakedocker.userland.network_tools import addresses_of, nameserver
from fakedocker.userland.tools import Register, UsageProblem, base_name, is_busybox

PROGRAMS = Register()


@PROGRAMS.program("nslookup", usage="[-type=QUERY_TYPE] [-debug] HOST [DNS_SERVER]\n")
def _nslookup(system: System, argv: tuple[str, ...], state: State) -> int:
    words = [word for word in argv[1:] if not word.startswith("-")]
    if not words:
        raise UsageProblem()
    server = words[1] if len(words) > 1 else nameserver(system)
    addresses = addresses_of(system, words[0])
    if is_busybox(system):
        system.put(f"Server:\t\t{server}\nAddress:\t{server}:53\n\n")
        if not addresses:
            system.put(f"** server can't find {words[0]}: NXDOMAIN\n\n** server can't find {words[0]}: NXDOMAIN\n\n")
            return 1
        system.put(
            "Non-authoritative answer:\n"
            + "".join(f"Name:\t{words[0]}\nAddress: {address}\n" for address in addresses)
            + "\n"
        )
        return 0
    system.put(f"Server:\t\t{server}\nAddress:\t{server}#53\n\n")
    if not addresses:
        system.put(f"** server can't find {words[0]}: NXDOMAIN\n\n")
        return 1
    system.put(
        "Non-authoritative answer:\n"
        + "".join(f"Name:\t{words[0]}\nAddress: {address}\n" for address in addresses)
        + "\n"
    )
    return 0


@PROGRAMS.program("host", "dig", usage="NAME\n")
def _host(system: System, argv: tuple[str, ...], state: State) -> int:
    short = "+short" in argv
    names = [word for word in argv[1:] if not word.startswith(("-", "+", "@"))]
    if not names:
        raise UsageProblem()
    addresses = addresses_of(system, names[0])
    if base_name(argv[0]) == "host":
        for address in addresses:
            system.put(f"{names[0]} has address {address}\n")
        if not addresses:
            system.put(f"Host {names[0]} not found: 3(NXDOMAIN)\n")
        return 0 if addresses else 1
    if short:
        system.put("".join(f"{address}\n" for address in addresses))
        return 0
    status = "NOERROR" if addresses else "NXDOMAIN"
    system.put(
        f";; ->>HEADER<<- opcode: QUERY, status: {status}, id: 4711\n\n;; QUESTION SECTION:\n;{names[0]}.\t\t\tIN\tA\n\n"
    )
    if addresses:
        system.put(
            ";; ANSWER SECTION:\n" + "".join(f"{names[0]}.\t\t600\tIN\tA\t{address}\n" for address in addresses) + "\n"
        )
    system.put(f";; SERVER: {nameserver(system)}#53({nameserver(system)})\n")
    return 0

"""ping and traceroute, and what the network's tools share: the addresses of a name, the name server."""

from __future__ import annotations

import re

from fakedocker.kernel.program import System
from fakedocker.userland.inputs import State
from fakedocker.userland.network.routing import is_own, route_to
from fakedocker.userland.processes.basic import parse_duration_ns
from fakedocker.userland.tools import Options, Register, UsageProblem, is_busybox, parse_options, say, tell, whole

PROGRAMS = Register()
_NUMERIC = re.compile(r"\d+\.\d+\.\d+\.\d+")

_ROUND_TRIP_NS = 85_000


def addresses_of(system: System, name: str) -> list[str]:
    return [name] if _NUMERIC.fullmatch(name) else system.resolve(name)


def nameserver(system: System) -> str:
    try:
        lines = system.read_file("/etc/resolv.conf").decode("utf-8", "replace").splitlines()
    except OSError:
        return "127.0.0.1"
    return next(
        (line.split()[1] for line in lines if line.startswith("nameserver") and len(line.split()) > 1), "127.0.0.1"
    )


@PROGRAMS.program("ping", "ping6", usage="[OPTIONS] HOST\n", usage_status=2)
def _ping(system: System, argv: tuple[str, ...], state: State) -> int:
    options = parse_options(system, argv, "c:w:W:i:s:t:qn46I:A")
    if not options.operands:
        raise UsageProblem("" if is_busybox(system) else "usage error: Destination address required", 2)
    host = options.operands[0]
    if "address" not in state:
        addresses = addresses_of(system, host)
        if "6" in options or argv[0].endswith("ping6"):
            addresses = [address for address in addresses if ":" in address]
        if not addresses:
            tell(system, f"bad address '{host}'", f"{host}: Name or service not known")
            return 1 if is_busybox(system) else 2
        unreachable = _has_no_network(system, addresses[0])
        if unreachable and not is_busybox(system):
            say(system, "connect: Network is unreachable")
            return 2
        size = whole(system, options.last("s", "56"), "invalid argument: '{}'")
        tail = "data bytes" if is_busybox(system) else f"{size}({size + 28}) bytes of data."
        system.put(f"PING {host} ({addresses[0]})" + (f": {size} {tail}\n" if is_busybox(system) else f" {tail}\n"))
        if unreachable:
            say(system, "sendto: Network unreachable")
            return 1
        state.update(
            address=addresses[0], sent=0, received=0, next_ns=system.now_ns, started_ns=system.now_ns, times=[]
        )
        system.catch(2, "catch")
    return _ping_loop(system, state, host, options)


def _has_no_network(system: System, address: str) -> bool:
    """Whether no route leads there: there is nothing but loopback, or nothing that leads out (docker network create
    --internal)."""
    return not is_own(system, address) and route_to(system, address) is None


def _ping_loop(system: System, state: State, host: str, options: Options) -> int:
    count = whole(system, options.last("c", "0"), "invalid argument: '{}'")
    interval_ns = parse_duration_ns(options.last("i", "1")) or 1_000_000_000
    deadline_ns = state["started_ns"] + (parse_duration_ns(options.last("w")) or 0) if "w" in options else None
    wait_ns = parse_duration_ns(options.last("W", "10")) or 10_000_000_000
    while not (count and state["sent"] >= count):
        if system.take_signal() == 2:
            return _ping_summary(system, state, host)
        _tell_answers(system, state, host, "q" in options)
        if system.now_ns < state["next_ns"]:
            until = min([state["next_ns"], *(when_ns for when_ns, _, _ in state.get("answers", [])[:1])])
            system.pause_for_signal(until if deadline_ns is None else min(deadline_ns, until))
            continue
        if deadline_ns is not None and system.now_ns >= deadline_ns:
            break
        _one_ping(system, state, host, "q" in options)
        state["sent"] += 1
        state["next_ns"] = system.now_ns + interval_ns
    if state.get("errors"):
        wait_ns = min(wait_ns, 3_000_000_000)  # by then the last of them is known
    linger_ns = state.setdefault("linger_ns", system.now_ns + wait_ns)
    while _tell_answers(system, state, host, "q" in options) and state["answers"][0][0] <= linger_ns:
        system.sleep_until(state["answers"][0][0])
    if state["received"] < state["sent"] and state.setdefault("linger_ns", system.now_ns + wait_ns) > system.now_ns:
        until = state["linger_ns"] if deadline_ns is None else min(deadline_ns, state["linger_ns"])
        if until > system.now_ns and system.take_signal() != 2:
            system.sleep_until(until)
    return _ping_summary(system, state, host)


def _one_ping(system: System, state: State, host: str, quiet: bool) -> None:
    number, address = state["sent"], state["address"]
    way_ns = system.echo(address)
    if way_ns is None:
        route = route_to(system, address)
        if route is not None and not route.gateway and not is_busybox(system):  # nobody answers ARP
            state["errors"] = state.get("errors", 0) + 1
            if not quiet:
                system.put(f"From {route.source} icmp_seq={number + 1} Destination Host Unreachable\n")
        return
    milliseconds = (way_ns + _ROUND_TRIP_NS + system.random(40_000)) / 1e6
    state.setdefault("answers", []).append((system.now_ns + way_ns, number, milliseconds))
    _tell_answers(system, state, host, quiet)


def _tell_answers(system: System, state: State, host: str, quiet: bool) -> bool:
    """Show the answers that have come, in their order. Whether others are under way."""
    answers = state.get("answers", [])
    while answers and answers[0][0] <= system.now_ns:
        _, number, milliseconds = answers.pop(0)
        _tell(system, state, host, quiet, number, milliseconds)
    return bool(answers)


def _tell(system: System, state: State, host: str, quiet: bool, number: int, milliseconds: float) -> None:
    address = state["address"]
    state["received"] += 1
    state["times"].append(milliseconds)
    if quiet:
        return
    if is_busybox(system):
        system.put(f"64 bytes from {address}: seq={number} ttl=64 time={milliseconds:.3f} ms\n")
    else:
        name = f"{host} ({address})" if host != address else host
        system.put(f"64 bytes from {name}: icmp_seq={number + 1} ttl=64 time={milliseconds:.3f} ms\n")


def _ping_summary(system: System, state: State, host: str) -> int:
    sent, received, times = state["sent"], state["received"], state["times"]
    loss = round(100 * (sent - received) / sent) if sent else 0
    system.put(f"\n--- {host} ping statistics ---\n")
    if is_busybox(system):
        system.put(f"{sent} packets transmitted, {received} packets received, {loss}% packet loss\n")
        if times:
            system.put(f"round-trip min/avg/max = {min(times):.3f}/{sum(times) / len(times):.3f}/{max(times):.3f} ms\n")
    else:
        elapsed = (system.now_ns - state["started_ns"]) // 1_000_000
        errors = f"+{state['errors']} errors, " if state.get("errors") else ""
        system.put(f"{sent} packets transmitted, {received} received, {errors}{loss}% packet loss, time {elapsed}ms\n")
        if times:
            mean = sum(times) / len(times)
            deviation = (sum((time - mean) ** 2 for time in times) / len(times)) ** 0.5
            system.put(f"rtt min/avg/max/mdev = {min(times):.3f}/{mean:.3f}/{max(times):.3f}/{deviation:.3f} ms\n")
    return 0 if received else 1


@PROGRAMS.program("traceroute", usage="HOST\n")
def _traceroute(system: System, argv: tuple[str, ...], state: State) -> int:
    names = [word for word in argv[1:] if not word.startswith("-")]
    if not names:
        raise UsageProblem()
    addresses = addresses_of(system, names[0])
    if not addresses:
        tell(system, f"bad address '{names[0]}'", f"{names[0]}: Name or service not known")
        return 1
    system.put(f"traceroute to {names[0]} ({addresses[0]}), 30 hops max, 46 byte packets\n")
    system.put(
        f" 1  {names[0]} ({addresses[0]})  0.010 ms  0.008 ms  0.007 ms\n"
        if system.echo(addresses[0]) is not None
        else " 1  *  *  *\n"
    )
    return 0

"""Utilities about the network: ping, nslookup, dig, host, ip, ifconfig, route, arp, nc, netstat, ss, traceroute."""

from __future__ import annotations

import re
from typing import Any

from fakedocker.kernel.program import System
from fakedocker.userland.basic import parse_duration_ns
from fakedocker.userland.inputs import State
from fakedocker.userland.tools import Register, UsageProblem, base_name, is_busybox, parse_options, say, tell

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
        if not addresses:
            tell(system, f"bad address '{host}'", f"{host}: Name or service not known")
            return 1 if is_busybox(system) else 2
        size = int(options.last("s", "56"))
        tail = "data bytes" if is_busybox(system) else f"{size}({size + 28}) bytes of data."
        system.put(f"PING {host} ({addresses[0]})" + (f": {size} {tail}\n" if is_busybox(system) else f" {tail}\n"))
        state.update(
            address=addresses[0], sent=0, received=0, next_ns=system.now_ns, started_ns=system.now_ns, times=[]
        )
        system.catch(2, "catch")
    return _ping_loop(system, state, host, options)


def _ping_loop(system: System, state: State, host: str, options: Any) -> int:
    count = int(options.last("c", "0"))
    interval_ns = parse_duration_ns(options.last("i", "1")) or 1_000_000_000
    deadline_ns = state["started_ns"] + (parse_duration_ns(options.last("w")) or 0) if "w" in options else None
    wait_ns = parse_duration_ns(options.last("W", "10")) or 10_000_000_000
    while not (count and state["sent"] >= count):
        if system.take_signal() == 2:
            return _ping_summary(system, state, host)
        if system.now_ns < state["next_ns"]:
            until = state["next_ns"] if deadline_ns is None else min(deadline_ns, state["next_ns"])
            system.pause_for_signal(until)
            continue
        if deadline_ns is not None and system.now_ns >= deadline_ns:
            break
        _one_ping(system, state, host)
        state["sent"] += 1
        state["next_ns"] = system.now_ns + interval_ns
    if state["received"] < state["sent"] and state.setdefault("linger_ns", system.now_ns + wait_ns) > system.now_ns:
        until = state["linger_ns"] if deadline_ns is None else min(deadline_ns, state["linger_ns"])
        if until > system.now_ns and system.take_signal() != 2:
            system.sleep_until(until)
    return _ping_summary(system, state, host)


def _one_ping(system: System, state: State, host: str) -> None:
    if not system.reachable(state["address"]):
        return
    state["received"] += 1
    milliseconds = (_ROUND_TRIP_NS + system.random(40_000)) / 1e6
    state["times"].append(milliseconds)
    number = state["sent"]
    if is_busybox(system):
        system.put(f"64 bytes from {state['address']}: seq={number} ttl=64 time={milliseconds:.3f} ms\n")
    else:
        name = f"{host} ({state['address']})" if host != state["address"] else host
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
        system.put(f"{sent} packets transmitted, {received} received, {loss}% packet loss, time {elapsed}ms\n")
        if times:
            mean = sum(times) / len(times)
            deviation = (sum((time - mean) ** 2 for time in times) / len(times)) ** 0.5
            system.put(f"rtt min/avg/max/mdev = {min(times):.3f}/{mean:.3f}/{max(times):.3f}/{deviation:.3f} ms\n")
    return 0 if received else 1


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


def _network_of(address: str, prefix: int) -> tuple[str, str]:
    """The network and the broadcast address."""
    value = 0
    for part in address.split("."):
        value = value << 8 | int(part)
    mask = (1 << 32) - (1 << (32 - prefix))
    low, high = value & mask, value | ~mask & 0xFFFFFFFF
    dotted = [".".join(str(number >> shift & 255) for shift in (24, 16, 8, 0)) for number in (low, high)]
    return dotted[0], dotted[1]


def _gateway(address: str, prefix: int) -> str:
    network = _network_of(address, prefix)[0]
    head, _, last = network.rpartition(".")
    return f"{head}.{int(last) + 1}"


@PROGRAMS.program("ip", usage="[OPTIONS] address|route|link|neigh|rule [ARGS]\n")
def _ip(system: System, argv: tuple[str, ...], state: State) -> int:
    words = [word for word in argv[1:] if not word.startswith("-")]
    brief = any(word in ("-br", "-brief", "-o") for word in argv[1:])
    what = words[0] if words else ""
    wanted = words[-1] if len(words) > 1 and words[-1] not in ("show", "list", "dev", "ls") else ""
    if what and "route".startswith(what):
        return _routes(system)
    if not what or not ("address".startswith(what) or "link".startswith(what) or what == "addr"):
        tell(
            system, f"invalid argument '{what}' to 'ip'" if what else "", f'Object "{what}" is unknown, try "ip help".'
        )
        return 1
    for number, (name, address, prefix, mac) in enumerate(system.interfaces(), 1):
        if wanted and wanted != name:
            continue
        if brief:
            system.put(f"{name:<17}{'UNKNOWN' if name == 'lo' else 'UP':<15}{address}/{prefix} \n")
            continue
        loop = name == "lo"
        flags = "LOOPBACK,UP,LOWER_UP" if loop else "BROADCAST,MULTICAST,UP,LOWER_UP"
        peer = "" if loop else "@if" + str(number + 5)
        queue = "noqueue state UNKNOWN qlen 1000" if loop else "noqueue state UP "
        system.put(f"{number}: {name}{peer}: <{flags}> mtu {65536 if loop else 1500} qdisc {queue}\n")
        system.put(
            f"    link/{'loopback' if loop else 'ether'} {mac} brd {'00:00:00:00:00:00' if loop else 'ff:ff:ff:ff:ff:ff'}\n"
        )
        if "link".startswith(what):
            continue
        scope = "host lo" if loop else f"brd {_network_of(address, prefix)[1]} scope global {name}"
        system.put(
            f"    inet {address}/{prefix} {'scope ' if loop else ''}{scope}\n       valid_lft forever preferred_lft forever\n"
        )
    return 0


def _routes(system: System) -> int:
    interfaces = [interface for interface in system.interfaces() if interface[0] != "lo"]
    for name, address, prefix, _ in interfaces[:1]:
        system.put(f"default via {_gateway(address, prefix)} dev {name} \n")
    for name, address, prefix, _ in interfaces:
        system.put(f"{_network_of(address, prefix)[0]}/{prefix} dev {name} scope link  src {address} \n")
    return 0


@PROGRAMS.program("route", usage="\n")
def _route(system: System, argv: tuple[str, ...], state: State) -> int:
    system.put(
        "Kernel IP routing table\nDestination     Gateway         Genmask         Flags Metric Ref    Use Iface\n"
    )
    interfaces = [interface for interface in system.interfaces() if interface[0] != "lo"]
    numeric = any("n" in word for word in argv[1:] if word.startswith("-"))
    for name, address, prefix, _ in interfaces[:1]:
        system.put(
            f"{'0.0.0.0' if numeric else 'default':<15} {_gateway(address, prefix):<15} {'0.0.0.0':<15} UG    0      0        0 {name}\n"
        )
    for name, address, prefix, _ in interfaces:
        mask = ".".join(str((0xFFFFFFFF << (32 - prefix)) >> shift & 255) for shift in (24, 16, 8, 0))
        system.put(
            f"{_network_of(address, prefix)[0]:<15} {'0.0.0.0' if numeric else '*':<15} {mask:<15} U     0      0        0 {name}\n"
        )
    return 0


@PROGRAMS.program("ifconfig", usage="[-a] [IFACE]\n")
def _ifconfig(system: System, argv: tuple[str, ...], state: State) -> int:
    wanted = [word for word in argv[1:] if not word.startswith("-")]
    interfaces = sorted(system.interfaces(), key=lambda interface: interface[0] == "lo")
    for name, address, prefix, mac in interfaces:
        if wanted and name not in wanted:
            continue
        mask = ".".join(str((0xFFFFFFFF << (32 - prefix)) >> shift & 255) for shift in (24, 16, 8, 0))
        kind = "Local Loopback  " if name == "lo" else f"Ethernet  HWaddr {mac.upper()}  "
        broadcast = "" if name == "lo" else f"  Bcast:{_network_of(address, prefix)[1]}"
        flags = "UP LOOPBACK RUNNING  MTU:65536" if name == "lo" else "UP BROADCAST RUNNING MULTICAST  MTU:1500"
        system.put(
            f"{name:<10}Link encap:{kind}\n          inet addr:{address}{broadcast}  Mask:{mask}\n          {flags}  Metric:1\n"
        )
        system.put(
            "          RX packets:0 errors:0 dropped:0 overruns:0 frame:0\n          TX packets:0 errors:0 dropped:0 overruns:0 carrier:0\n"
        )
        system.put("          collisions:0 txqueuelen:1000 \n          RX bytes:0 (0.0 B)  TX bytes:0 (0.0 B)\n\n")
    return 0


@PROGRAMS.program("netstat", "ss", usage="[-ral] [-tuwx] [-enWp]\n")
def _netstat(system: System, argv: tuple[str, ...], state: State) -> int:
    letters = "".join(word[1:] for word in argv[1:] if word.startswith("-"))
    listening, everything = "l" in letters, "a" in letters
    kinds = {kind for letter, kind in (("t", "tcp"), ("u", "udp")) if letter in letters} or {"tcp", "udp"}
    names = {process.pid: base_name(process.argv[0]) for process in system.processes() if process.argv}
    rows = []
    for protocol, local, local_port, remote, remote_port, status, pid in system.sockets():
        if protocol not in kinds or not (everything or (status == "LISTEN" or protocol == "udp") == listening):
            continue
        rows.append((protocol, f"{local}:{local_port}", f"{remote}:{remote_port or '*'}", status, pid))
    if base_name(argv[0]) == "ss":
        system.put("Netid State  Recv-Q Send-Q Local Address:Port  Peer Address:Port Process\n")
        for protocol, local, remote, status, pid in rows:
            owner = f' users:(("{names.get(pid, "?")}",pid={pid},fd=3))' if "p" in letters else ""
            system.put(f"{protocol:<5} {status or 'UNCONN':<6} 0      0      {local:>18} {remote:>18}{owner}\n")
        return 0
    title = (
        "only servers" if listening and not everything else "servers and established" if everything else "w/o servers"
    )
    system.put(f"Active Internet connections ({title})\n")
    owner_title = "PID/Program name    " if "p" in letters else ""
    system.put(f"Proto Recv-Q Send-Q Local Address           Foreign Address         State       {owner_title}\n")
    for protocol, local, remote, status, pid in rows:
        owner = f"{pid}/{names.get(pid, '?')}" if "p" in letters else ""
        system.put(f"{protocol:<5} {0:6d} {0:6d} {local:<23} {remote:<23} {status:<11} {owner}\n")
    return 0


@PROGRAMS.program(
    "nc", "ncat", "netcat", usage="[OPTIONS] HOST PORT  - connect\nnc [OPTIONS] -l -p PORT [HOST] [PORT]  - listen\n"
)
def _nc(system: System, argv: tuple[str, ...], state: State) -> int:
    options = parse_options(system, argv, "lkvnuzp:w:q:e:i:o:s:46NC")
    if "socket" not in state:
        if "l" in options:
            port = int(options.last("p") or (options.operands[-1] if options.operands else "0"))
            if "listener" not in state:
                try:
                    state["listener"] = system.listen(port)
                except OSError as problem:
                    tell(
                        system, f"bind: {problem.strerror}", f"Can't grab 0.0.0.0:{port} with bind : {problem.strerror}"
                    )
                    return 1
                if "v" in options:
                    system.put(
                        f"listening on [any] {port} ...\n"
                        if not is_busybox(system)
                        else f"listening on 0.0.0.0:{port} ...\n",
                        2,
                    )
            state["socket"] = system.accept(state["listener"])
            if "v" in options:
                address, number = system.peer(state["socket"])
                system.put(f"connect to [::ffff:{address}]:{port} from [{address}]:{number}\n", 2)
        else:
            status = _nc_connect(system, state, options)
            if status is not None:
                return status
        state["stdin"] = True
    return _nc_relay(system, state, options)


def _nc_connect(system: System, state: State, options: Any) -> int | None:
    if len(options.operands) < 2:
        raise UsageProblem()
    host, port = options.operands[0], int(options.operands[1].partition("-")[0])
    addresses = addresses_of(system, host)
    if not addresses:
        tell(system, f"bad address '{host}'", f'getaddrinfo for host "{host}" port {port}: Name or service not known')
        return 1
    try:
        state["socket"] = system.connect(addresses[0], port, "udp" if "u" in options else "tcp")
    except OSError as problem:
        if is_busybox(system) and ("z" not in options or "v" in options):
            say(
                system,
                f"{host} ({addresses[0]}:{port}): {problem.strerror}"
                if "v" in options
                else f"can't connect to remote host ({addresses[0]}): {problem.strerror}",
            )
        elif "v" in options:
            system.put(f"nc: connect to {host} ({addresses[0]}) port {port} (tcp) failed: {problem.strerror}\n", 2)
        return 1
    if "v" in options:
        system.put(
            f"{host} ({addresses[0]}:{port}) open\n"
            if is_busybox(system)
            else f"Connection to {host} ({addresses[0]}) {port} port [tcp/*] succeeded!\n",
            2,
        )
    return 0 if "z" in options else None


def _nc_relay(system: System, state: State, options: Any) -> int:
    timeout_ns = parse_duration_ns(options.last("w", "")) if "w" in options else None
    while True:
        until = None if timeout_ns is None else state.setdefault("until_ns", system.now_ns + timeout_ns)
        ready = system.poll([state["socket"], *([0] if state["stdin"] else [])], until)
        if not ready:
            return 1
        state.pop("until_ns", None)
        for descriptor in ready:
            try:
                data = system.read(descriptor)
            except OSError as problem:
                if descriptor == 0:
                    state["stdin"] = False
                    continue
                say(system, str(problem.strerror))
                return 1
            if descriptor == 0:
                if data:
                    system.put(data, state["socket"])
                else:
                    state["stdin"] = False
                    system.shut_down(state["socket"])
            elif data:
                system.put(data)
            else:
                return 0


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
        if system.reachable(addresses[0])
        else " 1  *  *  *\n"
    )
    return 0


@PROGRAMS.program("arp", usage="[-vn]\n")
def _arp(system: System, argv: tuple[str, ...], state: State) -> int:
    return 0

"""netstat and ss: the sockets of a network namespace."""

from __future__ import annotations

from typing import NamedTuple

from fakedocker.kernel.program import System, Unsimulated
from fakedocker.userland.inputs import State
from fakedocker.userland.network.net_tools import route_rows
from fakedocker.userland.tools import Options, Register, base_name, parse_options

PROGRAMS = Register()
_KINDS = (("t", "tcp"), ("u", "udp"))


class _Row(NamedTuple):
    """A socket as it is listed; `state` is "" for UDP."""

    protocol: str
    local: str
    local_port: str
    remote: str
    remote_port: str
    state: str
    owner: str  # "pid/name", "-" where it is not known

    @property
    def is_waiting(self) -> bool:
        return self.state == "LISTEN" or self.protocol.startswith("udp")


def _rows(system: System, kinds: set[str]) -> list[_Row]:
    titles = {process.pid: " ".join(process.argv) for process in system.processes() if process.argv}
    rows = []
    for protocol, local, local_port, remote, remote_port, state, pid in system.sockets():
        if protocol not in kinds:
            continue
        words = titles.get(pid, "").split(" ")
        # a program that rewrites its title ("nginx: master process") is shown by that
        name = titles[pid] if words[0].endswith(":") else base_name(words[0])
        owner = f"{pid}/{name}"[:19] if pid in titles else "-"
        far = remote or ("::" if ":" in local else "0.0.0.0")
        protocol += "6" if ":" in local else ""
        rows.append(_Row(protocol, local, str(local_port), far, str(remote_port or "*"), state, owner))
    return rows


def _chosen(system: System, options: Options) -> list[_Row]:
    """Without -l or -a the connected ones."""
    kinds = {kind for letter, kind in _KINDS if letter in options} or {kind for _, kind in _KINDS}
    return [row for row in _rows(system, kinds) if "a" in options or row.is_waiting == ("l" in options)]


@PROGRAMS.program("netstat", usage="[-ral] [-tuwx] [-enWp]\n")
def _netstat(system: System, argv: tuple[str, ...], state: State) -> int:
    long = {
        "listening": "l", "all": "a", "tcp": "t", "udp": "u", "numeric": "n", "route": "r", "program": "p",
        "programs": "p",
    }  # fmt: skip
    options = parse_options(system, argv, "raltuwxenWpc46v", long)
    if "r" in options and "6" in options:
        raise Unsimulated("the table of IPv6 (see `ip -6 route`)")
    if "r" in options:
        system.put("Kernel IP routing table\n")
        system.put("Destination     Gateway         Genmask         Flags   MSS Window  irtt Iface\n")
        for target, gateway, mask, flags, name in route_rows(system, "n" in options):
            system.put(f"{target:<15} {gateway:<15} {mask:<15} {flags:<7} 0 0          0 {name}\n")
        return 0
    title = "servers and established" if "a" in options else "only servers" if "l" in options else "w/o servers"
    system.put(f"Active Internet connections ({title})\n")
    owner_title = "PID/Program name    " if "p" in options else ""
    system.put(f"Proto Recv-Q Send-Q Local Address           Foreign Address         State       {owner_title}\n")
    for row in _chosen(system, options):
        owner = f"{row.owner:<20}" if "p" in options else ""
        near, far = f"{row.local}:{row.local_port}", f"{row.remote}:{row.remote_port}"
        system.put(f"{row.protocol:<5} {0:6d} {0:6d} {near:<23} {far:<23} {row.state:<11} {owner}\n")
    return 0


def _bracketed(address: str) -> str:
    return f"[{address}]" if ":" in address else address


@PROGRAMS.program("ss")
def _ss(system: System, argv: tuple[str, ...], state: State) -> int:
    long = {"listening": "l", "all": "a", "tcp": "t", "udp": "u", "numeric": "n", "processes": "p", "no-header": "H"}
    options = parse_options(system, argv, "altuxnperiomH46", long)
    rows = _chosen(system, options)
    several = sum(letter in options for letter, _ in _KINDS) != 1
    words = {"LISTEN": "LISTEN", "ESTABLISHED": "ESTAB", "": "UNCONN"}
    heads = ["Netid"] if several else []
    table = [[*heads, "State", "Recv-Q", "Send-Q", "Local Address:Port", "Peer Address:Port", "Process"]]
    rows = [
        row._replace(
            protocol=row.protocol.removesuffix("6"), local=_bracketed(row.local), remote=_bracketed(row.remote)
        )
        for row in rows
    ]
    near = max([len(row.local) for row in rows] + [len("Local Address")])
    far = max([len(row.remote) for row in rows] + [len("Peer Address")])
    for row in rows:
        pid, _, name = row.owner.partition("/")
        owner = f'users:(("{name}",pid={pid},fd=3))' if "p" in options and name else ""
        backlog = "511" if row.state == "LISTEN" else "0"
        ends = [f"{row.local:>{near}}:{row.local_port}", f"{row.remote:>{far}}:{row.remote_port}"]
        front = [row.protocol] if several else []
        table.append([*front, words.get(row.state, row.state), "0", backlog, *ends, owner])
    widths = [max(len(line[column]) for line in table) for column in range(len(table[0]) - 1)]
    for line in table[1 if "H" in options else 0 :]:
        cells = [cell.ljust(width) for cell, width in zip(line, widths, strict=False)]
        system.put(f"{' '.join([*cells, line[-1]]).rstrip()}\n")
    return 0

"""How full the subnets of a network are: Status of GET /networks/ID, from API 1.52 on.

Source: moby daemon/libnetwork Network.IPAMStatus, ipams/defaultipam allocationStatus and newPoolData.
"""

from __future__ import annotations

from typing import Final

from fakedocker.network import pools
from fakedocker.network.model import HOST, NONE, Network, Pool
from fakedocker.wire.network import IPAMStatus, NetworkStatus, SubnetStatus
from fakedocker.world.draft import Draft

_LARGEST: Final = (1 << 64) - 1


def status(draft: Draft, network: Network) -> NetworkStatus:
    """What is taken of each subnet, and what is left to be given out. Time grows with the containers in the network."""
    if network.driver in (HOST, NONE, "null"):
        return NetworkStatus(IPAMStatus({}))
    held = [
        pools.to_number(address)
        for endpoint in draft.endpoints[network.id].values()
        for address in (endpoint.address, endpoint.address_v6)
        if address
    ]
    held += [pools.to_number(own.address) for own in network.own]
    return NetworkStatus(IPAMStatus({pool.subnet: _of(pool, held) for pool in network.pools}))


def _of(pool: Pool, held: list[int]) -> SubnetStatus:
    subnet = pools.parse_subnet(pool.subnet)
    part = pools.parse_subnet(pool.ip_range) if pool.ip_range else subnet
    first, last = int(subnet.network_address), int(subnet.broadcast_address)
    low, high = pools.address_bounds(pool.subnet)
    fixed = [pools.to_number(address) for address in (pool.gateway, *dict(pool.auxiliary).values()) if address]
    taken = {number for number in (*fixed, *held) if first <= number <= last}
    taken |= {number for number, is_reserved in ((first, low > first), (last, high < last)) if is_reserved}
    begin, end = int(part.network_address), int(part.broadcast_address)
    left = end - begin + 1 - sum(begin <= number <= end for number in taken)
    return SubnetStatus(min(len(taken), _LARGEST), min(left, _LARGEST))

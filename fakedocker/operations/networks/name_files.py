"""What the daemon writes of names: a container's hosts and resolv.conf. Source: libnetwork sandbox_dns_unix.go."""

from __future__ import annotations

from fakedocker.containers.model import Container
from fakedocker.operations.networks.attachments import endpoints_of, networks_of
from fakedocker.world.draft import Draft


def hosts_file(draft: Draft, container: Container, links: list[str]) -> str:
    """What /etc/hosts says in a container: its own names, --add-host, and on the default bridge the lines of its links."""
    lines = ["127.0.0.1\tlocalhost", "::1\tlocalhost ip6-localhost ip6-loopback", "fe00::\tip6-localnet", "ff00::\tip6-mcastprefix",
             "ff02::1\tip6-allnodes", "ff02::2\tip6-allrouters"]  # fmt: skip
    for text in container.host_config.extra_hosts or ():
        name, _, address = text.partition(":")
        lines.append(f"{address if address != 'host-gateway' else '172.17.0.1'}\t{name}")
    lines += links
    hostname = container.config.hostname
    shown = f"{hostname}.{container.config.domainname} {hostname}" if container.config.domainname else hostname
    if not container.config.domainname and "." in hostname:
        shown = f"{hostname} {hostname.partition('.')[0]}"
    for endpoint in endpoints_of(draft, container):
        lines += [f"{address}\t{shown}" for address in (endpoint.address, endpoint.address_v6) if address]
    return "\n".join(lines) + "\n"


def resolver_file(draft: Draft, container: Container) -> str:
    """What /etc/resolv.conf says: docker's own server on user-defined networks, else the host's or --dns."""
    host = container.host_config
    embedded = any(network.resolves_names for network in networks_of(draft, container))
    servers = ["127.0.0.11"] if embedded else list(host.dns or ()) or ["192.168.65.7"]
    lines = [f"nameserver {server}" for server in servers]
    if host.dns_search and tuple(host.dns_search) != (".",):
        lines.append(f"search {' '.join(host.dns_search)}")
    options = [*(["ndots:0"] if embedded else []), *(host.dns_options or ())]
    if options:
        lines.append(f"options {' '.join(options)}")
    return "\n".join(lines) + "\n"

"""`fakedocker check` on a simulated host, over the host's own files."""

from __future__ import annotations

import json

from helpers.cli_host import Host


def _host() -> Host:
    host = Host("/root/work")
    host.run("mkdir -p shop/web")
    host.write(
        {
            "shop/web/Dockerfile": "FROM alpine:3.20\nCOPY page /page\n",
            "shop/compose.yml": "services:\n  web: {build: ./web, command: sleep 1000}\n",
        }
    )
    return host


def test_it_says_what_the_machines_own_would() -> None:
    host = _host()
    status, out, err = host.run("fakedocker check shop")
    assert (status, err) == (1, "")
    assert "✗ build web/Dockerfile: failed\n" in out
    assert '"/page": not found' in out
    host.write({"shop/web/page": "hello\n"})
    status, out, _ = host.run("cd shop/web; fakedocker check ..")
    assert (status, out.splitlines()[-1]) == (0, "ok")


def test_nothing_of_it_stays_on_the_host() -> None:
    host = _host()
    host.run("ln -s /etc shop/link; chmod 700 shop/web")
    before = host.run("docker ps -aq; docker images -q; docker network ls -q; ls -lR shop")[1]
    host.run("fakedocker check shop")
    assert host.run("docker ps -aq; docker images -q; docker network ls -q; ls -lR shop")[1] == before


def test_its_options_and_what_it_cannot_do() -> None:
    host = _host()
    report = json.loads(host.run("fakedocker check --json --strict shop")[1])
    assert report["assumed"] is False
    assert host.run("fakedocker check nowhere") == (2, "", "fakedocker: nowhere: No such file or directory\n")
    assert host.run("fakedocker check --nothing")[2] == "fakedocker: unknown option --nothing\n"
    assert "fakedocker: check --watch is not simulated" in host.run("fakedocker check --watch shop")[2]
    assert "fakedocker: serve is not simulated" in host.run("fakedocker serve")[2]
    host.run("head -c 100000000 /dev/zero > shop/large")
    assert host.run("fakedocker check shop")[2] == "fakedocker: shop: more than can be copied\n"


def test_the_same_host_gives_the_same_report() -> None:
    assert _host().run("fakedocker check shop") == _host().run("fakedocker check shop")

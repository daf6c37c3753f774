"""Images of the catalogue whose servers are declared, and distributions besides the usual ones."""

from __future__ import annotations

import pytest

from helpers.cli_host import Host

SERVERS = {
    "elasticsearch:7.17.24": (9200, "You Know, for Search"),
    "ghost": (2368, "<title>Ghost</title>"),
    "grafana/grafana": (3000, '<a href="/login">Found</a>'),
    "jenkins/jenkins:lts": (8080, "Authentication required"),
    "nats": (8222, "<title>NATS</title>"),
    "nextcloud": (80, "<title>Nextcloud</title>"),
    "phpmyadmin": (80, "<title>phpMyAdmin</title>"),
    "portainer/portainer-ce": (9000, "<title>Portainer</title>"),
    "prom/prometheus": (9090, '<a href="/graph">Found</a>'),
    "tomcat": (8080, "HTTP Status 404"),
    "traefik": (80, "404 page not found"),
}


@pytest.mark.parametrize("image", SERVERS)
def test_a_server_answers_and_stops(image: str) -> None:
    host = Host("servers")
    port, answer = SERVERS[image]
    assert host.run(f"docker run -d --name server -p 7000:{port} {image}")[0] == 0
    assert answer in host.run("sleep 20; curl -s localhost:7000")[1]
    assert host.run("docker stop -t 3 server; docker inspect server --format '{{.State.ExitCode}}'")[1] == "server\n0\n"
    assert host.run("docker start server; sleep 20; curl -s localhost:7000")[1].count("\n") > 0


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("prom/prometheus --version", "prometheus, version 2.54.1"),
        ("traefik version", "Version:      3.1.4"),
        ("minio/minio --version", "minio version RELEASE.2024-10-02T17-50-41Z"),
        ("jenkins/jenkins java -version", 'openjdk version "17.0.12"'),
        ("grafana/grafana id -u", "472"),
        ("php:8.3-cli php -v", "PHP 8.3.12 (cli)"),
        ("ruby:slim ruby --version", "ruby 3.3.5 "),
        ("rust cargo --version", "cargo 1.81.0 "),
        ("eclipse-temurin:17 javac -version", "javac 17.0.12"),
    ],
)
def test_other_commands_are_run(command: str, said: str) -> None:
    assert Host("servers").run(f"docker run --rm {command} 2>/dev/null")[1].startswith(said)


@pytest.mark.parametrize(
    ("image", "name"),
    [
        ("fedora", "Fedora Linux 40 (Container Image)"),
        ("rockylinux:9", "Rocky Linux 9.3 (Blue Onyx)"),
        ("almalinux", "AlmaLinux 9.4 (Seafoam Ocelot)"),
        ("amazonlinux", "Amazon Linux 2023.5.20240916"),
        ("centos:7", "CentOS Linux 7 (Core)"),
        ("oraclelinux:9-slim", "Oracle Linux Server 9.4"),
    ],
)
def test_a_distribution_is_itself(image: str, name: str) -> None:
    script = ". /etc/os-release; echo $PRETTY_NAME; cat /etc/redhat-release /etc/system-release; yum --help"
    status, out, err = Host("distributions").run(
        f"docker pull -q {image} > /dev/null; docker run --rm {image} bash -c '{script}'"
    )
    assert out.splitlines()[0] == name
    assert len(set(out.splitlines()[1:3])) == 1
    assert (status, "this program is not simulated" in out + err or "not found" in out + err) != (0, False)

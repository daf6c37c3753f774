"""Images of other people that courses use: their configuration, and that their programs say what they are not."""

from __future__ import annotations

import json

import pytest

from helpers.cli_host import Host


@pytest.mark.parametrize(
    ("image", "wanted"),
    [
        ("grafana/loki:3.1.1", {"User": "10001", "Entrypoint": ["/usr/bin/loki"], "Cmd": ["-config.file=/etc/loki/local-config.yaml"]}),
        ("prom/node-exporter:v1.8.2", {"User": "nobody", "Entrypoint": ["/bin/node_exporter"]}),
        ("quay.io/prometheus/alertmanager:v0.27.0", {"WorkingDir": "/alertmanager", "ExposedPorts": {"9093/tcp": {}}}),
        ("bitnami/postgresql:16", {"User": "1001", "Entrypoint": ["/opt/bitnami/scripts/postgresql/entrypoint.sh"]}),
        ("confluentinc/cp-kafka:7.6.1", {"User": "appuser", "Cmd": ["/etc/confluent/docker/run"]}),
        ("testcontainers/sshd:1.2.0", {"Entrypoint": ["sh", "-c"]}),
        ("ghcr.io/astral-sh/uv:0.4.18", {"WorkingDir": "/io", "Entrypoint": ["/uv"]}),
        ("public.ecr.aws/lambda/python:3.12", {"WorkingDir": "/var/task", "Entrypoint": ["/lambda-entrypoint.sh"]}),
        ("mcr.microsoft.com/mssql/server:2022-latest", {"User": "mssql", "ExposedPorts": {"1433/tcp": {}}}),
        ("gcr.io/distroless/nodejs20-debian12", {"Entrypoint": ["/nodejs/bin/node"]}),
    ],
)  # fmt: skip
def test_a_configuration_is_that_of_its_makers(image: str, wanted: dict[str, object]) -> None:
    host = Host("elsewhere")
    assert host.run(f"docker pull -q {image}")[0] == 0
    config = json.loads(host.run(f"docker inspect -f '{{{{json .Config}}}}' {image}")[1])
    assert {key: config[key] for key in wanted} == wanted


def test_a_health_check_of_an_image_is_kept() -> None:
    host = Host("elsewhere")
    host.run("docker run -d --name mail axllent/mailpit:v1.20.5; sleep 40")
    assert host.run("docker inspect -f '{{.State.Health.Status}}' mail")[1] == "healthy\n"
    history = host.run("docker history --no-trunc axllent/mailpit:v1.20.5")[1]
    assert 'HEALTHCHECK &{["CMD-SHELL" "/mailpit readyz"] "15s" "0s" "10s" "1s" \'\\x00\'}' in history


@pytest.mark.parametrize(
    "image", ["bitnami/redis", "confluentinc/cp-zookeeper", "minio/mc", "redis/redis-stack", "localstack/localstack"]
)
def test_what_they_run_says_that_it_is_not_simulated(image: str) -> None:
    status, _, err = Host("elsewhere").run(f"docker run --rm {image}")
    assert status != 0
    assert "is not simulated" in err


@pytest.mark.parametrize(
    ("image", "command", "said"),
    [
        ("hashicorp/consul:1.19.2", "version", "Consul v1.19.2\n"),
        ("quay.io/keycloak/keycloak:24.0", "--version", "Keycloak 24.0.5\n"),
        ("prom/prometheus:v2.53.2", "--version", "prometheus, version 2.53.2\n"),
        ("docker.elastic.co/elasticsearch/elasticsearch:7.17.0", "elasticsearch --version", "Version: 7.17.0\n"),
        ("portainer/portainer-ce:2.19.5", "--version", "2.19.5\n"),
    ],
)
def test_a_tag_tells_its_own_version(image: str, command: str, said: str) -> None:
    assert Host("elsewhere").run(f"docker run --rm {image} {command} 2>/dev/null")[1] == said


def test_loki_is_ready_after_a_while() -> None:
    host = Host("elsewhere")
    host.run("docker run -d -p 3100:3100 grafana/loki:3.1.1; sleep 1")
    ask = "curl -s -w '%{http_code}' localhost:3100/ready"
    assert host.run(ask)[1] == "Ingester not ready: waiting for 15s after being ready\n503"
    assert host.run(f"sleep 15; {ask}")[1] == "ready\n200"


def test_a_tag_that_nobody_has_described_is_not_in_the_catalogue() -> None:
    assert "catalogue" in Host("elsewhere").run("docker pull grafana/loki:1.2.3")[2]


def test_uv_can_be_copied_from_its_image() -> None:
    host = Host("elsewhere")
    host.write(
        {"Dockerfile": "FROM python:3.12-slim\nCOPY --from=ghcr.io/astral-sh/uv:0.4.18 /uv /bin/\nRUN uv --version\n"}
    )
    status, _, err = host.run("docker build --progress=plain .")
    assert status == 0, err

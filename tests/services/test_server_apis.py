"""What servers by declaration answer at the paths of their APIs, and that nothing else is made up."""

from __future__ import annotations

import json
import tomllib
from importlib import resources

import pytest

from fakedocker.userland.services import server_apis
from helpers.cli_host import Host

NAMES = sorted(
    entry.name.removesuffix(".toml")
    for entry in resources.files("fakedocker.userland.services").joinpath("apis").iterdir()
    if entry.name.endswith(".toml")
)


def _up(image: str, port: int, options: str = "", command: str = "") -> Host:
    host = Host("apis")
    status, _, err = host.run(f"docker run -d --name server -p 7000:{port} {options} {image} {command}; sleep 30")
    assert status == 0, err
    return host


@pytest.mark.parametrize("name", NAMES)
def test_a_table_can_be_read_and_its_json_is_whole(name: str) -> None:
    api = server_apis.load(name)
    for answer in api.answers:
        assert not (answer.body and answer.page)
        if "json" in answer.type:
            json.loads(answer.body.replace("${seconds}", "0"))


@pytest.mark.parametrize("name", NAMES)
def test_a_table_says_where_its_answers_come_from(name: str) -> None:
    text = resources.files("fakedocker.userland.services").joinpath(f"apis/{name}.toml").read_text("utf-8")
    assert text.startswith("# ")
    assert tomllib.loads(text)


@pytest.mark.parametrize(
    ("image", "port", "path", "status", "body"),
    [
        ("grafana/grafana", 3000, "/api/org", 401, '"messageId":"auth.unauthorized"'),
        ("prom/prometheus", 9090, "/-/healthy", 200, "Prometheus Server is Healthy."),
        ("elasticsearch:7.17.24", 9200, "/_cluster/health?pretty", 200, '"status" : "green"'),
        ("elasticsearch:7.17.24", 9200, "/books/_search", 404, "no such index [books]"),
        ("influxdb:2", 8086, "/ping", 204, ""),
        ("influxdb:2", 8086, "/api/v2/buckets", 401, '{"code":"unauthorized","message":"unauthorized access"}'),
        ("hashicorp/consul", 8500, "/v1/status/leader", 200, '"127.0.0.1:8300"'),
        ("hashicorp/vault", 8200, "/v1/sys/health", 200, '"initialized":true,"sealed":false'),
        ("hashicorp/vault", 8200, "/v1/secret/data/x", 403, '{"errors":["permission denied"]}'),
        ("rabbitmq:3-management", 15672, "/api/overview", 401, '"error":"not_authorized"'),
        ("jenkins/jenkins:lts", 8080, "/job/x", 403, "url=/login?from=%2Fjob%2Fx"),
        ("mailhog/mailhog", 8025, "/api/v2/messages", 200, '{"total":0,"count":0,"start":0,"items":[]}'),
    ],
)
def test_what_first_tutorials_ask_is_answered(image: str, port: int, path: str, status: int, body: str) -> None:
    host = _up(image, port)
    answered = host.run(f"curl -s -w '\\n%{{http_code}}' 'localhost:7000{path}'")[1]
    assert answered.rpartition("\n")[2] == str(status)
    assert body in answered
    assert host.run("docker logs server 2>&1 | grep -c 'not simulated'")[1] == "0\n"


@pytest.mark.parametrize(
    ("image", "port", "method", "path"),
    [
        ("grafana/grafana", 3000, "GET", "/metrics"),
        ("prom/prometheus", 9090, "GET", "/api/v1/query"),
        ("elasticsearch:7.17.24", 9200, "PUT", "/books"),
        ("influxdb:2", 8086, "POST", "/write"),
        ("hashicorp/consul", 8500, "PUT", "/v1/kv/a"),
        ("ghost", 2368, "GET", "/ghost/api/admin/site/"),
        ("portainer/portainer-ce", 9000, "GET", "/api/motd"),
    ],
)
def test_what_is_not_known_is_not_made_up(image: str, port: int, method: str, path: str) -> None:
    host = _up(image, port)
    answered = host.run(f"curl -s -X {method} -w '%{{http_code}}' localhost:7000{path}")[1]
    assert answered.startswith("fakedocker: ")
    assert answered.endswith(f": {method} {path} is not simulated\n501")
    assert f"{method} {path} is not simulated" in host.run("docker logs server 2>&1")[1]


def test_what_depends_on_settings_does() -> None:
    secured = _up("elasticsearch:8.15.2", 9200)
    assert secured.run("curl -s localhost:7000; echo $?")[1] == "52\n"
    opened = _up("elasticsearch:8.15.2", 9200, "-e xpack.security.enabled=false")
    assert '"number" : "8.15.2"' in opened.run("curl -s localhost:7000")[1]
    disabled = _up("prom/prometheus", 9090)
    assert disabled.run("curl -s -X POST localhost:7000/-/reload")[1] == "Lifecycle API is not enabled."
    configured = _up("caddy", 80)
    assert "Caddy works!" in configured.run("curl -s localhost:7000")[1]
    changed = "docker exec server sh -c 'echo :80 > /etc/caddy/Caddyfile'; curl -s localhost:7000"
    assert configured.run(changed)[1] == "fakedocker: caddy: GET / is not simulated\n"
    enabled = _up("prom/prometheus", 9090, "", "--config.file=/etc/prometheus/prometheus.yml --web.enable-lifecycle")
    assert "is not simulated" in enabled.run("curl -s -X POST localhost:7000/-/reload")[1]


def test_no_server_calls_itself_fakedocker() -> None:
    host = _up("minio/minio", 9000, "", "server /data")
    head = host.run("curl -sI localhost:7000/minio/health/live")[1]
    assert "Server: MinIO\r\n" in head
    assert "fakedocker" not in head
    host = _up("elasticsearch:7.17.24", 9200)
    assert "Date:" not in host.run("curl -sI localhost:7000/")[1]


def test_bash_passes_on_what_no_variable_can_be_called() -> None:
    command = "docker run --rm -e a.b=1 debian {} -c 'env | grep -c a.b; true' 2>/dev/null"
    assert Host("shells").run(command.format("bash"))[1] == "1\n"
    assert Host("shells").run(command.format("dash"))[1] == "0\n"

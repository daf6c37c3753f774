"""Traefik, which routes by what containers' labels say, read from the engine's mounted socket."""

from __future__ import annotations

import json

import pytest

from fakedocker.userland.services.http import Request
from fakedocker.userland.services.traefik import middlewares, rules
from helpers.cli_host import Host

SOCKET = "-v /var/run/docker.sock:/var/run/docker.sock"
FROM = "curl -s -H 'Host: {}' localhost:8000{}"


def _proxy(options: str = "--api.insecure --providers.docker", image: str = "traefik:v3.1", rest: str = SOCKET) -> Host:
    host = Host("proxied", profile="28")  # those that are older than 3.6.1 ask for API 1.24
    status, _, err = host.run(f"docker run -d --name proxy -p 8000:80 -p 8080:8080 {rest} {image} {options}; sleep 3")
    assert status == 0, err
    return host


def _whoami(host: Host, name: str, *labels: str, image: str = "traefik/whoami") -> None:
    shown = " ".join(f"-l 'traefik.{label}'" for label in labels)
    assert host.run(f"docker run -d --name {name} {shown} {image}; sleep 3")[0] == 0


def test_a_container_is_found_by_its_label_and_by_its_name() -> None:
    host = _proxy()
    _whoami(host, "one", "http.routers.one.rule=Host(`one.localhost`)")
    _whoami(host, "two")
    answer = host.run(FROM.format("one.localhost", "/x?y=1"))[1]
    assert "GET /x?y=1 HTTP/1.1\r\n" in answer
    assert "Host: one.localhost\r\n" in answer
    assert "X-Forwarded-Host: one.localhost\r\n" in answer
    assert "X-Forwarded-Proto: http\r\n" in answer
    assert "Hostname: " in host.run(FROM.format("two", "/"))[1]
    assert host.run(FROM.format("three", "/"))[1] == "404 page not found\n"


def test_it_keeps_up_with_containers_that_come_and_go() -> None:
    host = _proxy()
    assert host.run(FROM.format("web", "/"))[1] == "404 page not found\n"
    _whoami(host, "web")
    assert "Hostname: " in host.run(FROM.format("web", "/"))[1]
    assert host.run("docker stop -t 1 web; sleep 3; " + FROM.format("web", "/"))[1] == "web\n404 page not found\n"
    assert "Hostname: " in host.run("docker start web; sleep 3; " + FROM.format("web", "/"))[1]


def test_servers_of_one_service_take_turns() -> None:
    host = _proxy()
    for name in ("left", "right"):
        _whoami(host, name, "http.routers.r.rule=Host(`both`)", "http.services.s.loadbalancer.server.port=80")
    answers = [host.run(FROM.format("both", "/"))[1].splitlines()[0] for _ in range(4)]
    assert len(set(answers)) == 2
    assert answers[:2] == answers[2:]


def test_who_is_not_exposed_is_not_found() -> None:
    host = _proxy("--providers.docker=true --providers.docker.exposedbydefault=false --entrypoints.web.address=:80")
    _whoami(host, "hidden")
    _whoami(host, "shown", "enable=true")
    assert host.run(FROM.format("hidden", "/"))[1] == "404 page not found\n"
    assert "Hostname: " in host.run(FROM.format("shown", "/"))[1]


def test_the_longer_rule_and_the_higher_priority_come_first() -> None:
    host = _proxy()
    _whoami(host, "all", "http.routers.all.rule=Host(`a.b`)")
    _whoami(host, "api", "http.routers.api.rule=Host(`a.b`) && PathPrefix(`/docs`)")
    _whoami(host, "first", "http.routers.first.rule=Path(`/docs/x`)", "http.routers.first.priority=1000")

    def served(path: str) -> str:
        name = host.run(FROM.format("a.b", path))[1].splitlines()[0].removeprefix("Hostname: ")
        return host.run(f"docker ps --filter id={name} --format '{{{{.Names}}}}'")[1].strip()

    assert [served("/"), served("/docs"), served("/docs/x")] == ["all", "api", "first"]


def test_middlewares_change_requests_and_answer_themselves() -> None:
    host = _proxy()
    secret = "admin:$apr1$H6uskkkW$IgXLP6ewTrSuBkTrqE8wj/"
    _whoami(
        host, "ww", "http.routers.w.rule=PathPrefix(`/docs`)", "http.routers.w.middlewares=s,h",
        "http.middlewares.s.stripprefix.prefixes=/docs", "http.middlewares.h.headers.customresponseheaders.X-Own=yes",
    )  # fmt: skip
    answer = host.run("curl -si localhost:8000/docs/x")[1]
    assert "GET /x HTTP/1.1\r\n" in answer
    assert "X-Forwarded-Prefix: /docs\r\n" in answer
    assert "X-Own: yes\r\n" in answer
    _whoami(
        host, "aa", "http.routers.a.rule=Host(`auth`)", "http.routers.a.middlewares=b",
        f"http.middlewares.b.basicauth.users={secret}",
    )  # fmt: skip
    refused = host.run("curl -si -H Host:auth localhost:8000")[1]
    assert refused.startswith("HTTP/1.1 401 Unauthorized\r\n")
    assert 'Www-Authenticate: Basic realm="traefik"\r\n' in refused
    assert refused.endswith("401 Unauthorized\n")
    _whoami(
        host,
        "mm",
        "http.routers.m.rule=Host(`m`)",
        "http.routers.m.middlewares=r",
        "http.middlewares.r.ratelimit.average=1",
    )
    limited = host.run("curl -s -w '%{http_code}' -H Host:m localhost:8000")[1]
    assert limited == "fakedocker: traefik: the middleware ratelimit is not simulated\n501"


def test_basic_auth_lets_in_who_knows_the_password() -> None:
    host = _proxy()
    made = host.run("docker run --rm httpd:2.4 htpasswd -nbm me secret 2>/dev/null")[1].strip()
    _whoami(host, "aa", "http.routers.a.middlewares=b", f"http.middlewares.b.basicauth.users={made}")
    command = "curl -s -o /dev/null -w '%{{http_code}}' -u me:{} -H Host:aa localhost:8000"
    assert host.run(command.format("secret"))[1] == "200"
    assert host.run(command.format("other"))[1] == "401"


def test_an_entry_point_sends_to_another_one() -> None:
    host = _proxy(
        "--providers.docker --entrypoints.web.address=:80 --entrypoints.websecure.address=:443"
        " --entrypoints.web.http.redirections.entrypoint.to=websecure"
    )
    answer = host.run("curl -si -H Host:a.b localhost:8000/x")[1]
    assert answer.startswith("HTTP/1.1 301 Moved Permanently\r\n")
    assert "Location: https://a.b/x\r\n" in answer


def test_the_dashboards_questions_are_answered() -> None:
    host = _proxy("--api.insecure --providers.docker", "traefik:v2.11")
    _whoami(host, "ww", "http.routers.w.rule=Host(`w`)")
    _whoami(host, "xx", "http.routers.x.rule=Host(`x`)", "http.routers.x.middlewares=nothing")
    raw = json.loads(host.run("curl -s localhost:8080/api/rawdata")[1])
    assert raw["routers"]["w@docker"]["status"] == "enabled"
    assert raw["routers"]["x@docker"]["error"] == ['middleware "nothing@docker" does not exist']
    assert raw["services"]["ww@docker"]["loadBalancer"]["servers"] == [{"url": "http://172.17.0.3:80"}]
    assert "ruleSyntax" not in raw["routers"]["api@internal"]
    names = [row["name"] for row in json.loads(host.run("curl -s localhost:8080/api/http/routers")[1])]
    assert names == sorted(names)
    assert "w@docker" in names
    one = json.loads(host.run("curl -s localhost:8080/api/http/routers/none@docker")[1])
    assert one == {"message": "router not found: none@docker"}
    assert "is not simulated" in host.run("curl -s localhost:8080/api/entrypoints")[1]
    assert "Location: http://localhost:8080/dashboard/\r\n" in host.run("curl -sI localhost:8080/")[1]


def test_settings_may_stand_in_a_file() -> None:
    host = Host("filed", profile="28")
    host.write(
        {"traefik.yml": "api:\n  insecure: true\nentryPoints:\n  web:\n    address: ':80'\nproviders:\n  docker: {}\n"}
    )
    run = f"docker run -d -p 8000:80 -p 8080:8080 -v $PWD/traefik.yml:/etc/traefik/traefik.yml {SOCKET} traefik:v3.1; sleep 3"
    assert host.run(run)[0] == 0
    _whoami(host, "ww")
    assert "Hostname: " in host.run(FROM.format("ww", "/"))[1]


def test_without_the_socket_it_says_so_and_goes_on() -> None:
    host = _proxy(rest="")
    said = host.run("docker logs proxy 2>&1")[1]
    assert (
        'ERR Provider error, retrying in 500ms error="Cannot connect to the Docker daemon at unix:///var/run/docker.sock. '
        in said
    )
    assert host.run(FROM.format("x", "/"))[1] == "404 page not found\n"
    older = _proxy(image="traefik:v2.11", rest="")
    assert 'level=error msg="Provider connection error Cannot connect to' in older.run("docker logs proxy 2>&1")[1]


def test_a_server_that_does_not_listen_is_a_bad_gateway() -> None:
    host = _proxy()
    _whoami(host, "ww", "http.services.s.loadbalancer.server.port=81")
    assert host.run("curl -s -w '%{http_code}' -H Host:ww localhost:8000")[1] == "Bad Gateway502"


def test_labels_that_make_no_sense_are_told() -> None:
    host = _proxy()
    _whoami(host, "ww", "http.routers.w.rulez=Host(`w`)")
    _whoami(host, "xx", "http.routers.x.rule=Hosts(`x`)")
    _whoami(host, "yy", image="alpine sleep 1000")
    said = host.run("docker logs proxy 2>&1")[1]
    assert 'error="field not found, node: rulez" container=ww-' in said
    assert "unsupported function: Hosts" in said
    assert "port is missing" in said


def test_its_health_can_be_checked() -> None:
    host = _proxy("--ping --providers.docker")
    assert host.run("docker exec proxy traefik healthcheck --ping")[:2] == (0, "OK: http://:8080/ping\n")
    assert host.run("curl -s localhost:8080/ping")[1] == "OK"
    assert host.run("docker exec proxy traefik healthcheck")[0] == 1


def test_older_ones_cannot_talk_to_the_newest_engines() -> None:
    """They ask for version 1.24 of the API, which Docker 29 has no longer; since 3.6.1 they take the engine's own."""
    run = f"docker run -d --name {{}} {SOCKET} traefik:{{}} --api.insecure --providers.docker >/dev/null 2>&1; sleep 1; docker logs {{}}"
    host = Host("proxied", "2026-02-01", "29")
    old = host.run(run.format("old", "v3.5", "old"))[1]
    assert (
        'Provider error, retrying in 500ms error="Error response from daemon: client version 1.24 is too old. ' in old
    )
    assert host.run(run.format("new", "v3.6", "new"))[1] == ""
    assert "new@docker" in host.run("docker exec new wget -qO- localhost:8080/api/http/routers")[1]


def test_version_1_and_other_providers_are_refused_in_words() -> None:
    host = Host("old", profile="28")
    assert "traefik: Traefik 1 is not simulated" in host.run("docker run --rm traefik:1.7 --docker")[2]
    other = _proxy("--providers.file.directory=/etc/conf")
    assert "traefik: providers.file is not simulated" in other.run("docker logs proxy 2>&1")[1]


def _request(path: str = "/", host: str = "a.b", method: str = "GET", *headers: tuple[str, str]) -> Request:
    return Request(method, path, "HTTP/1.1", (("Host", host), *headers), b"", ("10.0.0.9", 1), 80)


@pytest.mark.parametrize(
    ("rule", "request_", "wanted"),
    [
        ("Host(`a.b`)", _request(), True),
        ("Host(`A.b`)", _request(host="a.B:8080"), True),
        ("Host(`a.b`) && !PathPrefix(`/x`)", _request("/x/y"), False),
        ("(Host(`x`) || Path(`/p`)) && Method(`POST`)", _request("/p", method="POST"), True),
        ("Host(`x`) || Path(`/p`) && Method(`POST`)", _request("/p"), False),
        ("HostRegexp(`^[a-c]\\.b$`)", _request(), True),
        ("PathRegexp(`/(\\d+)$`)", _request("/12"), True),
        ("Header(`X-One`, `1`)", _request("/", "a", "GET", ("x-one", "1")), True),
        ("Query(`k`, `v`)", _request("/?k=v"), True),
        ("Query(`k`)", _request("/?k"), True),
        ("ClientIP(`10.0.0.0/8`)", _request(), True),
        ("ClientIP(`10.1.0.0/16`)", _request(), False),
    ],
)
def test_rules_of_version_3(rule: str, request_: Request, wanted: bool) -> None:
    assert rules.matches(rules.parse(rule, 3), request_) is wanted


def test_rules_of_version_2_take_several_values_and_no_patterns() -> None:
    assert rules.matches(rules.parse("Host(`x`, `a.b`)", 2), _request())
    assert rules.matches(rules.parse("Query(`k=v`)", 2), _request("/?k=v"))
    with pytest.raises(rules.NotSimulated):
        rules.parse("PathPrefix(`/{id:[0-9]+}`)", 2)
    with pytest.raises(rules.RuleProblem, match="expected one of \\[1\\]"):
        rules.parse("Host(`x`, `a.b`)", 3)


@pytest.mark.parametrize(
    "rule", ["", "Host", "Host(", "Host(`a`) &&", "Host(`a`)) ", "(" * 200, "Host(a)", "!" * 300, "Path(`x`)"]
)
def test_rules_that_make_no_sense_are_refused(rule: str) -> None:
    with pytest.raises(rules.RuleProblem):
        rules.parse(rule, 3)


def test_a_password_that_would_take_too_long_is_refused_in_words() -> None:
    secret = "$2y$31$" + "a" * 53
    labels = middlewares.Middleware("basicauth", {"users": f"me:{secret}"})
    request = Request("GET", "/", "HTTP/1.1", (("Authorization", "Basic bWU6c2VjcmV0"),), b"", ("172.17.0.1", 9), 80)
    with pytest.raises(middlewares.NotSimulated, match="cost 31"):
        middlewares.apply(("auth",), {"auth": labels}, request)

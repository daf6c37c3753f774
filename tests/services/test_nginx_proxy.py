"""nginxproxy/nginx-proxy: nginx in front of containers, by what their VIRTUAL_HOST says."""

from __future__ import annotations

from helpers.cli_host import Host

SOCKET = "-v /var/run/docker.sock:/tmp/docker.sock:ro"
ASK = "curl -s -H 'Host: {}' localhost:8000{}"


def _proxy(rest: str = "") -> Host:
    host = Host("proxied", profile="28")  # docker-gen asks for API 1.24
    run = f"docker run -d --name nginx-proxy -p 8000:80 {SOCKET} {rest} nginxproxy/nginx-proxy; sleep 1"
    assert host.run(run)[0] == 0
    return host


def test_hosts_come_and_go_with_their_containers() -> None:
    host = _proxy()
    assert "503 Service Temporarily Unavailable" in host.run(ASK.format("whoami.example", "/"))[1]
    name = host.run("docker run -d --name whoami -e VIRTUAL_HOST=whoami.example jwilder/whoami")[1].strip()
    assert host.run("sleep 2; " + ASK.format("whoami.example", "/"))[1] == f"I'm {name[:12]}\n"
    assert "503 Service" in host.run("docker stop whoami; sleep 2; " + ASK.format("whoami.example", "/"))[1]


def test_several_hosts_and_containers_and_a_port() -> None:
    host = _proxy()
    for name in ("one", "two"):
        host.run(f"docker run -d --name {name} -e VIRTUAL_HOST=a.b,c.d -e VIRTUAL_PORT=80 traefik/whoami; sleep 2")
    answers = {host.run(ASK.format(asked, "/"))[1].splitlines()[0] for asked in ("a.b", "c.d", "a.b", "c.d")}
    assert len(answers) == 2
    told = host.run(ASK.format("a.b", "/x"))[1]
    assert "X-Real-Ip: 172.17.0.1" in told or "X-Real-IP: 172.17.0.1" in told
    assert "Host: a.b\r\n" in told


def test_paths_and_the_host_that_is_meant_where_none_is() -> None:
    host = _proxy("-e DEFAULT_HOST=paths")
    host.run(
        "docker run -d --name one -e VIRTUAL_HOST=paths -e VIRTUAL_PATH=/x/ -e VIRTUAL_DEST=/ traefik/whoami; sleep 2"
    )
    assert "GET /y HTTP/1.0\r\n" in host.run(ASK.format("paths", "/x/y"))[1].replace("HTTP/1.1", "HTTP/1.0")
    assert "404 Not Found" in host.run(ASK.format("paths", "/"))[1]
    assert "GET /y HTTP" in host.run("curl -s localhost:8000/x/y")[1]


def test_a_container_on_another_network_is_out_of_reach() -> None:
    host = _proxy()
    host.run("docker network create other; docker run -d --network other -e VIRTUAL_HOST=far jwilder/whoami; sleep 2")
    assert "502 Bad Gateway" in host.run(ASK.format("far", "/"))[1]


def test_its_log_names_who_speaks() -> None:
    host = _proxy()
    host.run(ASK.format("x.y", "/"))
    said = host.run("docker logs nginx-proxy 2>&1")[1]
    assert "Info: running nginx-proxy version 1.6.1\n" in said
    assert "forego      | starting dockergen.1 on port 5000\nforego      | starting nginx.1 on port 5100\n" in said
    assert "Generated '/etc/nginx/conf.d/default.conf' from 1 containers\n" in said
    assert "nginx.1     | x.y 172.17.0.1 - - [" in said


def test_it_ends_by_its_signals() -> None:
    host = _proxy()
    exit_code = "docker inspect -f '{{.State.ExitCode}}' nginx-proxy"
    assert host.run(f"docker stop nginx-proxy; {exit_code}")[1] == "nginx-proxy\n2\n"
    assert host.run(f"docker start nginx-proxy; sleep 1; docker kill -s TERM nginx-proxy; sleep 1; {exit_code}")[
        1
    ].endswith("\n0\n")


def test_without_the_socket_it_says_how_to_start_it() -> None:
    for name in ("nginxproxy/nginx-proxy", "jwilder/nginx-proxy"):
        status, _, err = Host("alone").run(f"docker run --rm {name}")
        assert status == 1
        assert "ERROR: you need to share your Docker host socket with a volume at /tmp/docker.sock\n" in err


def test_another_template_is_refused_in_words() -> None:
    host = _proxy()
    refused = host.run("docker exec nginx-proxy docker-gen /etc/own.tmpl /etc/out")
    assert "docker-gen: the template /etc/own.tmpl is not simulated" in refused[2]

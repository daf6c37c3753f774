"""What people who know docker type on its host: commands of the host and of containers together, as the terminal has them."""

from __future__ import annotations

import pytest

from fakedocker_shell.scenarios.player import Player


@pytest.fixture
def host() -> Player:
    return Player()


def said(host: Player, command: str) -> str:
    return host.run(command).output


def test_published_ports_are_listened_at(host: Player) -> None:
    host.run(
        "docker run -d --name web -p 8080:80 nginx; docker run -d --name dns -p 127.0.0.1:53:53/udp alpine sleep 100"
    )
    shown = [line.split() for line in said(host, "ss -tlnH").splitlines()]
    assert [words[3] for words in shown] == ["0.0.0.0:8080", "[::]:8080"]
    listed = said(host, "netstat -tuln")
    assert "tcp        0      0 0.0.0.0:8080            0.0.0.0:*               LISTEN" in listed
    assert "tcp6       0      0 :::8080                 :::*                    LISTEN" in listed
    assert "udp        0      0 127.0.0.1:53            0.0.0.0:*" in listed
    assert " 00000000:0050 00000000:0000 0A " in said(host, "docker exec web cat /proc/net/tcp")
    assert "00000000000000000000000000000000:1F90 " in said(host, "cat /proc/net/tcp6")
    assert "0100007F:0035 00000000:0000 07" in said(host, "cat /proc/net/udp")


def test_an_internal_network_leads_nowhere(host: Player) -> None:
    host.run("docker network create --internal inner; docker pull alpine")
    assert (
        said(host, "docker run --rm --network inner alpine ip route")
        == "172.18.0.0/16 dev eth0 scope link  src 172.18.0.2 \n"
    )
    assert "default via 172.17.0.1 dev eth0 \n" in said(host, "docker run --rm alpine ip route")
    assert "unreachable" in said(host, "docker run --rm --network inner alpine ip route get 8.8.8.8")
    assert "default via 192.168.65.1 dev eth0" in said(host, "ip route")


def test_names_and_mounts_inside(host: Player) -> None:
    host.run("docker pull alpine")
    names = "docker run --rm --hostname web --domainname example.com alpine sh -c 'hostname; hostname -f; hostname -d'"
    assert said(host, names) == "web\nweb.example.com\nexample.com\n"
    mounted = "docker run --rm --tmpfs /t:rw,noexec,exec,nosuid,size=64m,mode=1770 alpine sh -c 'mount | grep /t'"
    assert said(host, mounted) == "tmpfs on /t type tmpfs (rw,nosuid,nodev,relatime,size=65536k,mode=1770)\n"
    assert (
        said(host, "docker run --rm --sysctl net.core.somaxconn=99 alpine sysctl net.core.somaxconn")
        == "net.core.somaxconn = 99\n"
    )
    assert "unknown key" in said(host, "docker run --rm alpine sysctl nope")


def test_gpus_that_are_not_there(host: Player) -> None:
    host.run("docker pull alpine")
    refused = host.run("docker run --gpus all alpine true")
    assert 'could not select device driver "" with capabilities: [[gpu]]' in refused.output
    assert refused.status == 125


def test_compose_by_its_older_name_and_plugins(host: Player) -> None:
    assert said(host, "docker-compose --version") == said(host, "docker compose version")
    host.run("mkdir p; cd p; printf 'services:\\n  a:\\n    image: alpine\\n    command: sleep 100\\n' > compose.yaml")
    assert host.run("docker-compose up -d").status == 0
    assert said(host, "docker compose ps --services") == "a\n"
    assert said(host, "docker plugin ls").split() == ["ID", "NAME", "DESCRIPTION", "ENABLED"]


def test_a_registry_that_asks_for_a_password(host: Player) -> None:
    pytest.importorskip("bcrypt", reason="the registry's passwords are hashed by it")
    host.run("mkdir auth; docker run --rm --entrypoint htpasswd httpd:2 -Bbn me secret > auth/htpasswd")
    settings = "-e REGISTRY_AUTH=htpasswd -e 'REGISTRY_AUTH_HTPASSWD_REALM=Registry Realm' -e REGISTRY_AUTH_HTPASSWD_PATH=/auth/htpasswd"
    host.run(f"docker run -d -p 5000:5000 -v $PWD/auth:/auth {settings} registry:2")
    host.run("docker pull alpine; docker tag alpine localhost:5000/alpine")
    assert said(host, "docker push localhost:5000/alpine").endswith("no basic auth credentials\n")
    refused = 'Error response from daemon: Head "http://localhost:5000/v2/alpine/manifests/latest": no basic auth credentials\n'
    assert said(host, "docker pull -q localhost:5000/alpine") == refused
    wrong = said(host, "docker login -u me -p wrong localhost:5000")
    assert wrong.endswith("login attempt to http://localhost:5000/v2/ failed with status: 401 Unauthorized\n")
    assert "401 Unauthorized" in said(host, "curl -si localhost:5000/v2/")
    assert said(host, "curl -s -u me:secret localhost:5000/v2/_catalog") == '{"repositories":[]}\n'
    assert "Login Succeeded" in said(host, "echo secret | docker login -u me --password-stdin localhost:5000")
    assert "digest: sha256:" in said(host, "docker push localhost:5000/alpine")
    assert said(host, "docker pull -q localhost:5000/alpine") == "localhost:5000/alpine\n".replace("\n", ":latest\n")


def test_images_of_other_registries(host: Player) -> None:
    assert said(host, "docker pull -q quay.io/keycloak/keycloak:26.0") == "quay.io/keycloak/keycloak:26.0\n"
    assert said(host, "docker images --format '{{.Repository}}'") == "quay.io/keycloak/keycloak\n"
    host.run("docker tag quay.io/keycloak/keycloak:26.0 quay.io/me/mine")
    assert "denied" in said(host, "docker push quay.io/me/mine")
    assert "quay.io" not in said(host, "docker search keycloak")
    assert "no such host" in said(host, "docker pull registry.example.com/x")


def test_the_whale_speaks(host: Player) -> None:
    assert " _____ \n< boo >\n ----- \n" in said(host, "docker run --rm docker/whalesay cowsay boo")


def test_a_virtual_environment_is_apart(host: Player) -> None:
    host.run("docker pull python:3.12-slim")
    script = 'python -m venv /v; . /v/bin/activate; pip install -q redis; python -c "import redis; print(1)"; pip list | tail -1; deactivate; python -c "import redis"'
    shown = said(host, f"docker run --rm python:3.12-slim sh -c '{script}'")
    assert shown.startswith("1\nredis   5.0.8\n")
    assert shown.endswith("ModuleNotFoundError: No module named 'redis'\n")


@pytest.mark.parametrize("pattern", ["^(a+)+$", "(a*)*b", r"(\w+\s?)*x", "((a|b)+)+c"])
def test_expressions_that_python_would_try_without_end(host: Player, pattern: str) -> None:
    letters = "a" * 42
    matched = pattern == "^(a+)+$"
    assert said(host, f"echo {letters} | grep -E '{pattern}'; echo $?") == (f"{letters}\n0\n" if matched else "1\n")
    assert said(host, r"echo www.example.com | grep -oE '([a-z]+\.)+[a-z]+'") == "www.example.com\n"


@pytest.fixture
def served(host: Player) -> Player:
    """A host with a server on port 8080, which has an archive."""
    host.run("docker run -d --name web -p 8080:80 nginx; mkdir x; echo hi > x/f; tar -cf x.tar -C x f")
    host.run("docker cp x.tar web:/usr/share/nginx/html/x.tar")
    return host


def test_an_import_from_a_server_inside(served: Player) -> None:
    imported = said(served, "docker import --change 'CMD [\"/f\"]' http://localhost:8080/x.tar mine:1").splitlines()
    assert imported[0] == "Downloading from http://localhost:8080/x.tar"
    assert imported[-1] == said(served, "docker images -q --no-trunc mine:1").strip()
    assert "Imported from http://localhost:8080/x.tar" in said(served, "docker history --no-trunc mine:1")
    assert said(served, "docker inspect -f '{{.Config.Cmd}}' mine:1") == "[/f]\n"
    assert said(served, "docker ps -q | wc -l") == "1\n"


@pytest.mark.parametrize(
    ("url", "told"),
    [
        (
            "http://localhost:8080/nosuch.tar",
            "Error response from daemon: failed to GET http://localhost:8080/nosuch.tar with status 404 Not Found: <html>",
        ),
        (
            "http://localhost:8081/x.tar",
            'Error response from daemon: Get "http://localhost:8081/x.tar": dial tcp 127.0.0.1:8081: connect: connection refused',
        ),
        ("http://127.0.0.1:8080/index.html", "unexpected EOF"),
    ],
)
def test_an_import_that_fails(served: Player, url: str, told: str) -> None:
    result = served.run(f"docker import {url} mine:2")
    assert result.status == 1
    assert told in result.output
    assert said(served, "docker images -q mine") == ""


def test_much_goes_from_one_client_to_another(host: Player) -> None:
    host.run("docker pull -q nginx")
    assert said(host, "docker save nginx | docker load") == "Loaded image: nginx:latest\n"
    host.run("docker run -d --name web nginx; head -c 10000000 /dev/zero > big")
    assert said(host, "docker exec -i web sh -c 'cat > /big' < big; docker exec web cat /big | wc -c") == "10000000\n"
    assert said(host, "docker exec web cat /big | docker exec -i web sh -c 'sleep 1; wc -c'") == "10000000\n"
    assert said(host, "docker export web | docker import - flat").startswith("sha256:")


@pytest.mark.parametrize(
    ("image", "command", "told"),
    [
        ("docker:cli", "docker ps", "fakedocker: docker: this program is not simulated\n"),
        ("docker:dind", "", "fakedocker: dockerd: this program is not simulated\n"),
        ("mcr.microsoft.com/dotnet/sdk:8.0", "dotnet build", "fakedocker: dotnet: this program is not simulated\n"),
    ],
)
def test_what_is_not_simulated_says_so(host: Player, image: str, command: str, told: str) -> None:
    result = host.run(f"docker pull -q {image} > /dev/null; docker run --rm {image} {command}")
    assert (result.status, result.output) == (126, told)


def test_servers_of_courses(host: Player) -> None:
    host.run("docker run -d --name git -p 3000:3000 gitea/gitea; sleep 3")
    assert "<title>Gitea: Git with a cup of tea</title>" in said(host, "curl -s localhost:3000")
    host.run("docker run -d --name mq eclipse-mosquitto; sleep 1")
    assert said(host, "docker logs mq 2>&1 | tail -n 1").endswith("mosquitto version 2.0.18 running\n")


def test_a_mysql_dump_makes_the_database_anew(host: Player) -> None:
    client = "docker exec -i db mysql -uroot -ppw"
    host.run("docker run -d --name db -e MYSQL_ROOT_PASSWORD=pw -e MYSQL_DATABASE=shop mysql:8; sleep 30")
    host.run(
        f"""{client} shop -e 'create table item (id int auto_increment primary key, name varchar(20), price decimal(6,2), """
        """made timestamp default current_timestamp); insert into item (name, price) values ("a", 1.5), ("it`s", null)'"""
    )
    host.run("docker exec db mysqldump -uroot -ppw shop > dump.sql 2> complaints")
    assert "INSERT INTO `item` VALUES (1,'a',1.50,'2024-10-01 " in said(host, "cat dump.sql")
    assert said(host, "cat complaints").startswith("mysqldump: [Warning] Using a password")
    assert host.run(f"{client} -e 'create database two'; {client} two < dump.sql").status == 0
    asked = "-e 'insert into item (name) values (\"new\"); select id, name, price from item' 2> /dev/null"
    assert said(host, f"{client} two {asked}") == "id\tname\tprice\n1\ta\t1.50\n2\tit`s\tNULL\n3\tnew\tNULL\n"
    wrong = host.run("docker exec db mysqldump -uroot -pwrong shop")
    assert wrong.status == 2
    assert "mysqldump: Got error: 1045: Access denied for user 'root'@'localhost'" in wrong.output
    assert "Unknown database 'nosuch'" in said(host, "docker exec db mysqldump -uroot -ppw nosuch")


def test_a_postgres_dump_makes_the_database_anew(host: Player) -> None:
    client = "docker exec -i db psql -U postgres"
    host.run("docker run -d --name db -e POSTGRES_PASSWORD=pw -e POSTGRES_DB=shop postgres:16; sleep 10")
    host.run(
        f"""{client} shop -c "create table item (id serial primary key, name varchar(20) not null, ok boolean default true); """
        """insert into item (name, ok) values ('it''s', false), ('b', true)" """
    )
    host.run(f"docker exec db pg_dump -U postgres shop | gzip > dump.gz; {client} -c 'create database two'")
    assert "COPY public.item (id, name, ok) FROM stdin;\n1\tit's\tf\n2\tb\tt\n\\.\n" in said(host, "gunzip -c dump.gz")
    restored = host.run(f"gunzip -c dump.gz | {client} two")
    assert (restored.status, "ERROR" in restored.output) == (0, False), restored.output
    asked = "-At -c \"insert into item (name) values ('new')\" -c 'select * from item'"
    assert said(host, f"{client} two {asked}") == "INSERT 0 1\n1|it's|f\n2|b|t\n3|new|t\n"
    assert 'database "nosuch" does not exist' in said(host, "docker exec db pg_dump -U postgres nosuch")
    assert "a dump that is not a plain one" in said(host, "docker exec db pg_dump -U postgres -Fc shop")

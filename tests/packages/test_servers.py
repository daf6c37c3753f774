"""Servers and languages that Dockerfiles install with the distribution's own packages."""

from __future__ import annotations

import pytest

from fakedocker_shell.scenarios.player import Player


@pytest.fixture
def host() -> Player:
    made = Player()
    made.run("mkdir app && cd app && mkdir html && echo '<h1>ours</h1>' > html/index.html")
    return made


def built(host: Player, *lines: str) -> str:
    body = "\n".join(lines)
    return host.run(f"cat > Dockerfile <<'END'\n{body}\nEND\ndocker build -q -t app .").output


def said(host: Player, command: str) -> str:
    return host.run(command).output


def test_an_installed_apache_in_the_foreground(host: Player) -> None:
    assert built(
        host,
        "FROM debian:bookworm",
        "RUN apt-get update && apt-get install -y apache2 && rm -rf /var/lib/apt/lists/*",
        "COPY html/ /var/www/html/",
        "EXPOSE 80",
        'CMD ["apachectl", "-D", "FOREGROUND"]',
    ).startswith("sha256:")
    host.run("docker run -d --name web -p 8080:80 app")
    assert said(host, "curl -s localhost:8080") == "<h1>ours</h1>\n"
    assert '"GET / HTTP/1.1" 200 14 "-" "curl/' in said(host, "docker exec web cat /var/log/apache2/access.log")
    assert "resuming normal operations" in said(host, "docker exec web cat /var/log/apache2/error.log")
    assert "GET /" not in said(host, "docker logs web")


def test_an_installed_apache_as_a_service(host: Player) -> None:
    host.run("docker run -d --name box -p 8080:80 ubuntu sleep infinity")
    host.run("docker exec box sh -c 'apt-get update && apt-get install -y apache2' > /dev/null")
    assert "Starting Apache httpd web server" in said(host, "docker exec box service apache2 start")
    assert "Apache2 Default Page" in said(host, "curl -s localhost:8080")
    host.run("docker exec box service apache2 stop")
    assert "(56)" in said(host, 'curl -s localhost:8080 || echo "($?)"')


@pytest.mark.parametrize(
    ("image", "install", "command", "shown"),
    [
        ("debian:bookworm", "apt-get update && apt-get install -y default-jdk", "java -version 2>&1", '"17.0'),
        ("debian:bookworm", "apt-get update && apt-get install -y maven", "mvn -v", "Apache Maven 3"),
        ("ubuntu", "apt-get update && apt-get install -y default-jre", "java --version", "openjdk 21"),
        ("ubuntu", "apt-get update && apt-get install -y openjdk-8-jdk", "javac -version", "javac 1.8.0_"),
        ("debian:bookworm", "apt-get update && apt-get install -y golang", "go version", "go version go1.19"),
        ("debian:bookworm", "apt-get update && apt-get install -y php-cli", "php -v", "PHP 8.2"),
        ("ubuntu", "apt-get update && apt-get install -y php-cli", "php -v", "PHP 8.3"),
        ("ubuntu", "apt-get update && apt-get install -y fortune cowsay", "/usr/games/fortune | /usr/games/cowsay", "(oo)"),
        ("alpine", "apk add --no-cache openjdk17", "javac -version 2>&1", "javac 17"),
        ("alpine", "apk add --no-cache go", "go version", "go version go1.22.7"),
        ("alpine", "apk add --no-cache php83 php83-fpm php83-mysqli", "php -v", "PHP 8.3"),
        ("alpine", "apk add --no-cache ruby-bundler", "ruby -v", "ruby 3.3"),
        ("alpine", "apk add --no-cache cargo", "cargo --version", "cargo 1.78"),
    ],
)  # fmt: skip
def test_installed_languages(host: Player, image: str, install: str, command: str, shown: str) -> None:
    assert built(host, f"FROM {image}", f"RUN {install}").startswith("sha256:")
    assert shown in said(host, f"docker run --rm app sh -c '{command}'")


def test_a_language_that_the_release_has_not(host: Player) -> None:
    run = "docker run --rm debian:bookworm sh -c 'apt-get update > /dev/null; apt-get install -y openjdk-11-jdk'"
    result = host.run(run)
    assert "E: Unable to locate package openjdk-11-jdk" in result.output
    assert result.status == 100

"""Small services: Apache's and busybox's httpd, whoami, the registry's front door, ryuk, memcached, hello-world, go."""

from __future__ import annotations

import json
import re

import pytest

from helpers.services_machine import Machine

CONF = 'ServerRoot "/usr/local/apache2"\nListen 80\nDocumentRoot "/usr/local/apache2/htdocs"\n<IfModule dir_module>\n DirectoryIndex index.html\n</IfModule>\n'  # fmt: skip
APACHE = {
    "/usr/local/apache2/conf/httpd.conf": CONF,
    "/usr/local/apache2/htdocs/index.html": "<html><body><h1>It works!</h1></body></html>\n",
    "/usr/local/apache2/htdocs/sub/x.txt": "x\n",
    "/usr/local/apache2/logs/.keep": "",
}


# Apache


def test_apache_serves_and_logs() -> None:
    box = Machine(APACHE)
    server = box.serve("httpd", "-DFOREGROUND", init=False)
    lines = server.stderr.splitlines()
    assert lines[0] == lines[1]
    assert lines[0].startswith("AH00558: httpd: Could not reliably determine the server's fully qualified domain name, using ")  # fmt: skip
    assert re.fullmatch(r"\[Tue Nov 14 22:13:20\.\d{6} 2023\] \[mpm_event:notice\] \[pid 1:tid 1\] AH00489: Apache/2\.4\.62 \(Unix\) configured -- resuming normal operations", lines[2])  # fmt: skip
    assert lines[3].endswith("AH00094: Command line: 'httpd -D FOREGROUND'")
    head, _, body = box.sh("curl -si http://localhost/").stdout.partition("\r\n\r\n")
    assert body == "<html><body><h1>It works!</h1></body></html>\n"
    assert [line.partition(":")[0] for line in head.split("\r\n")[1:]] == ["Date", "Server", "Last-Modified", "ETag", "Accept-Ranges", "Content-Length", "Content-Type"]  # fmt: skip
    assert "<p>The requested URL was not found on this server.</p>" in box.sh("curl -s http://localhost/nope").stdout
    assert re.search(r'^127\.0\.0\.1 - - \[14/Nov/2023:22:13:\d\d \+0000\] "GET /nope HTTP/1\.1" 404 196$', server.stdout, re.M)  # fmt: skip
    assert box.sh("curl -s -o /dev/null -w '%{http_code} %{redirect_url}' http://localhost/sub").stdout.startswith(
        "301"
    )
    server.signal("WINCH")
    assert server.status == 0
    assert server.stderr.endswith("AH00492: caught SIGWINCH, shutting down gracefully\n")


def test_apache_and_its_configuration() -> None:
    wrong = Machine({**APACHE, "/usr/local/apache2/conf/httpd.conf": CONF + "Nonsense on\n"})
    result = wrong.sh("httpd -t")
    assert result.status == 1
    assert result.stderr == (
        "AH00526: Syntax error on line 7 of /usr/local/apache2/conf/httpd.conf:\nInvalid command 'Nonsense', perhaps"
        " misspelled or defined by a module not included in the server configuration\n"
    )
    named = Machine({**APACHE, "/usr/local/apache2/conf/httpd.conf": CONF.replace("Listen 80", "Listen 8080\nServerName me")})  # fmt: skip
    server = named.serve("httpd", "-DFOREGROUND")
    assert "AH00558" not in server.stderr
    assert "It works!" in named.sh("curl -s http://localhost:8080/").stdout
    assert named.sh("httpd -t").stderr == "Syntax OK\n"


def test_busybox_httpd() -> None:
    box = Machine({"/www/index.html": "hi\n", "/www/a b.txt": "spaced\n"})
    assert box.sh("/bin/httpd -p 8000 -h /www; sleep 1; wget -qO- http://localhost:8000/").stdout == "hi\n"
    assert box.sh("curl -s http://localhost:8000/a%20b.txt").stdout == "spaced\n"
    assert box.sh("wget -qO- http://localhost:8000/nope").stderr.endswith(
        "server returned error: HTTP/1.1 404 Not Found\n"
    )
    assert box.sh("/bin/httpd -f -p 8000 -h /www").stderr == "httpd: bind: Address already in use\n"


# Go


def test_whoami_tells_the_request_back() -> None:
    box = Machine()
    server = box.serve("whoami")
    assert re.fullmatch(r"2023/11/14 22:13:2\d Starting up on port 80\n", server.stderr)
    text = box.sh("curl -s -H 'X-B: 2' -H 'X-A: 1' 'http://localhost/p?q=1'").stdout
    wanted = r"Hostname: box\n(IP: \S+\n)*RemoteAddr: 127\.0\.0\.1:\d+\nGET /p\?q=1 HTTP/1\.1\r\nHost: localhost\r\nUser-Agent: curl/8\.9\.1\r\nAccept: \*/\*\r\nX-A: 1\r\nX-B: 2\r\n\r\n"  # fmt: skip
    assert re.fullmatch(wanted, text)
    told = json.loads(box.sh("curl -s http://localhost/api").stdout)
    assert (told["hostname"], told["method"], told["url"]) == ("box", "GET", "/api")
    assert box.sh("curl -so /dev/null -w '%{http_code}' http://localhost/health").stdout == "200"
    assert box.sh("/bin/whoami").stdout == "root\n"


def test_echo_server_tells_the_request_back() -> None:
    box = Machine()
    settings = "PORT=81 SEND_HEADER_X_SERVER=own LOG_HTTP_HEADERS=1"
    script = "curl -si -d a=b -H 'x-one: 1' 'http://localhost:81/foo?q=1'; curl -s -H 'X-Send-Server-Hostname: false' http://localhost:81/"
    head, told, body, bare = (
        box.sh(f"{settings} echo-server > /tmp/log & sleep 1; {script}").stdout.replace("\r", "").split("\n\n", 3)
    )
    assert head.splitlines()[0] == "HTTP/1.1 200 OK"
    assert {"Content-Type: text/plain", "X-Server: own"} <= set(head.splitlines())
    assert told == "Request served by box"
    assert body == "POST /foo?q=1 HTTP/1.1"
    sent, _, rest = bare.partition("\n\n")
    assert sent.startswith("Host: localhost:81\nAccept: */*\nContent-Length: 3\n") and sent.endswith("\nX-One: 1")
    assert rest.startswith("a=bGET / HTTP/1.1\n\nHost: localhost:81\n")
    log = box.sh("cat /tmp/log").stdout
    assert re.match(
        r"Echo server listening on port 81\.\n-{8}  127\.0\.0\.1:\d+ \| POST /foo\?q=1\nHeaders\nAccept: ", log
    )


def test_the_registry_answers_its_version_check() -> None:
    box = Machine()
    server = box.serve("registry", "serve", "/etc/docker/registry/config.yml")
    assert 'level=info msg="listening on [::]:5000"' in server.stderr
    head = box.sh("curl -si http://localhost:5000/v2/").stdout
    assert head.endswith("\r\n\r\n{}")
    assert "Docker-Distribution-Api-Version: registry/2.0\r\n" in head
    assert json.loads(box.sh("curl -s http://localhost:5000/v2/a/b/tags/list").stdout)["errors"][0]["detail"] == {"name": "a/b"}  # fmt: skip


def test_go_and_envsubst() -> None:
    box = Machine()
    assert box.sh("GOLANG_VERSION=1.22.1 go version").stdout == "go version go1.22.1 linux/amd64\n"
    assert box.sh("A=1 B=2 sh -c 'echo \"\\$A \\${B} \\$C\" | envsubst'").stdout == "1 2 \n"
    assert box.sh('A=1 B=2 sh -c \'echo "\\$A \\$B" | envsubst "\\$A"\'').stdout == "1 $B\n"


# other protocols


def test_ryuk_acknowledges_filters() -> None:
    box = Machine()
    server = box.serve("ryuk")
    assert server.stderr.endswith(" Started!\n")
    assert box.sh("printf 'label=a\\nlabel=b\\n' | nc -w 1 localhost 8080").stdout == "ACK\nACK\n"
    assert "New client connected: 127.0.0.1:" in server.stderr
    assert "Adding label=b\n" in server.stderr


@pytest.mark.parametrize(
    ("sent", "wanted"),
    [
        ("set a 0 0 1\r\n5\r\nget a", "STORED\r\nVALUE a 0 1\r\n5\r\nEND\r\n"),
        ("set a 7 0 1\r\n5\r\nincr a 3\r\ndecr a 100\r\nget a", "STORED\r\n8\r\n0\r\nVALUE a 7 1\r\n0\r\nEND\r\n"),
        ("get none\r\ndelete none", "END\r\nNOT_FOUND\r\n"),
        ("add a 0 0 1\r\n5\r\nadd a 0 0 1\r\n6\r\nappend a 0 0 1\r\n7\r\nget a", "STORED\r\nNOT_STORED\r\nSTORED\r\nVALUE a 0 2\r\n57\r\nEND\r\n"),
        ("nonsense\r\nversion", "ERROR\r\nVERSION 1.6.31\r\n"),
    ],
)  # fmt: skip
def test_memcached(sent: str, wanted: str) -> None:
    box = Machine()
    box.serve("memcached")
    result = box.run("nc", "-w", "1", "localhost", "11211", stdin=f"{sent}\r\n".encode())
    assert result.stdout == wanted


def test_hello_world_greets() -> None:
    text = Machine().sh("hello").stdout
    assert text.startswith("\nHello from Docker!\nThis message shows that your installation appears to be working correctly.\n\n")  # fmt: skip

"""Network tools against live simulated servers: from the host through published ports, and between containers."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from fakedocker_shell.session import Session, make_engine

Run = Callable[[str], str]

PREPARATION = """
docker network create --subnet 10.10.0.0/16 app
docker network create --internal --subnet 10.20.0.0/16 apart
docker run -d --name web --network app --network-alias www -p 8080:80 nginx
docker run -d --name files -p 8081:80 httpd
docker run -d --name client --network app alpine sleep 1000000
docker run -d --name other --network app debian sleep 1000000
docker run -d --name stranger --network apart alpine sleep 1000000
docker run -d --name alone --network none alpine sleep 1000000
docker run -d --name echoes --network app busybox nc -lk -p 9000 -e cat
docker exec web sh -c 'echo moved > /usr/share/nginx/html/page.txt; mkdir /usr/share/nginx/html/dir'
sleep 2
"""


@pytest.fixture(scope="module")
def run() -> Run:
    """Runs a script on the host of a small world; gives what it writes, errors among the rest."""
    engine, _ = make_engine(seed=11)

    def script(source: str) -> str:
        written: list[bytes] = []
        session = Session(engine, lambda descriptor, data: written.append(data))
        session.run_command(source)
        session.run_to_end(lambda: b"")
        return b"".join(written).decode()

    script(PREPARATION)
    return script


def inside(run: Run, container: str, command: str) -> str:
    return run(f"docker exec {container} sh -c {command!r} 2>&1")


# curl, on the host


def test_curl_gets_a_page_through_a_published_port(run: Run) -> None:
    assert run("curl -s localhost:8081") == "<html><body><h1>It works!</h1></body></html>\n"
    assert run("curl -s 127.0.0.1:8080/page.txt") == "moved\n"


def test_curl_shows_heads(run: Run) -> None:
    head = run("curl -sI localhost:8081").split("\r\n")
    assert head[0] == "HTTP/1.1 200 OK"
    assert "Content-Length: 45" in head and head[-2:] == ["", ""]
    assert run("curl -si localhost:8081").endswith("\r\n\r\n<html><body><h1>It works!</h1></body></html>\n")


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("curl -s -o /dev/null -w '%{http_code}\\n' localhost:8080/nope", "404\n"),
        ("curl -s -o page -w '%{http_code} %{size_download}' localhost:8080/page.txt; cat page", "200 6moved\n"),
        ("curl -sO localhost:8080/page.txt; cat page.txt", "moved\n"),
        ("curl -s -o a -o b localhost:8080/page.txt localhost:8081; cat a; wc -c < b", "moved\n45\n"),
        ("docker exec web curl -sL -o /dev/null -w '%{num_redirects} %{http_code}' localhost/dir", "1 403"),
        ("curl -s -o /dev/null -w '%{http_code}' -X POST -d a=1 localhost:8080", "405"),
        ("curl -s -o /dev/null -w '%{http_code}' -T /etc/passwd localhost:8080/page.txt", "405"),
        ("curl -s --resolve example.com:8081:127.0.0.1 example.com:8081 | wc -c", "45\n"),
    ],
)
def test_curl_writes(run: Run, command: str, expected: str) -> None:
    assert run(command) == expected


@pytest.mark.parametrize(
    ("command", "message", "status"),
    [
        ("curl -sS nosuch.invalid", "curl: (6) Could not resolve host: nosuch.invalid", 6),
        (
            "curl -sS localhost:9",
            "curl: (7) Failed to connect to localhost port 9 after 0 ms: Couldn't connect to server",
            7,
        ),
        ("curl -sSf localhost:8080/nope", "curl: (22) The requested URL returned error: 404", 22),
        ("curl -sS -m 2 10.99.0.1", "curl: (28) Connection timed out after 2000 milliseconds", 28),
        ("curl -sS ftp://localhost", 'curl: (1) Protocol "ftp" not supported', 1),
        ("curl -sS", "curl: (2) no URL specified\ncurl: try 'curl --help' for more information", 2),
        ("curl -sS localhost:7001", "curl: (52) Empty reply from server", 52),
    ],
)
def test_curl_words_and_numbers_its_failures(run: Run, command: str, message: str, status: int) -> None:
    server = "(sleep 1 | nc -l -p 7001 >/dev/null) & sleep 0.1; " if "7001" in command else ""
    assert run(f"{server}{command} 2>&1; echo $?") == f"{message}\n{status}\n"


def test_curl_tells_everything_with_v(run: Run) -> None:
    lines = run("curl -sv localhost:8081 2>&1 >/dev/null").replace("\r", "").split("\n")
    assert lines[:6] == [
        "* Host localhost:8081 was resolved.",
        "* IPv6: (none)",
        "* IPv4: 127.0.0.1",
        "*   Trying 127.0.0.1:8081...",
        "* Connected to localhost (127.0.0.1) port 8081",
        "> GET / HTTP/1.1",
    ]
    assert "> Host: localhost:8081" in lines and "< HTTP/1.1 200 OK" in lines
    assert lines[-2] == "* Connection #0 to host localhost left intact"


def test_curl_tries_again(run: Run) -> None:
    assert run("curl --retry 2 --retry-connrefused localhost:9 2>&1 | grep -a Warning") == (
        "Warning: Problem: connection refused. Will retry in 1 second. 2 retries left.\n"
        "Warning: Problem: connection refused. Will retry in 2 seconds. 1 retry left.\n"
    )
    late = "(sleep 4; printf 'HTTP/1.1 200 OK\\r\\nContent-Length: 3\\r\\n\\r\\nok\\n' | nc -l -p 7002 >/dev/null) & "
    assert run(late + "curl -s --retry 5 --retry-connrefused localhost:7002") == "ok\n"


def test_curl_sends_what_it_is_told(run: Run) -> None:
    server = "(sleep 1; printf 'HTTP/1.1 204 No Content\\r\\n\\r\\n') | nc -l -p 7003 > seen & sleep 0.1; "
    sent = run(
        server + "curl -s -u me:pw -A agent -b c=1 -H 'X-One: 1' -d a=b -d @- localhost:7003/p <<< c=d; cat seen"
    )
    head, _, body = sent.partition("\r\n\r\n")
    assert head.split("\r\n")[0] == "POST /p HTTP/1.1"
    wanted = {"Authorization: Basic bWU6cHc=", "User-Agent: agent", "Cookie: c=1", "X-One: 1", "Content-Length: 7"}
    assert wanted <= set(head.split("\r\n"))
    assert body == "a=b&c=d"


# wget


def test_wget_of_gnu_tells_its_story(run: Run) -> None:
    said = run("LANG=C.UTF-8 wget localhost:8080/page.txt 2>&1; cat page.txt*").split("\n")
    assert said[0].startswith("--20") and said[0].endswith("--  http://localhost:8080/page.txt")
    assert said[1:4] == [
        "Resolving localhost (localhost)... 127.0.0.1",
        "Connecting to localhost (localhost)|127.0.0.1|:8080... connected.",
        "HTTP request sent, awaiting response... 200 OK",
    ]
    assert said[4] == "Length: 6 [text/plain]"
    assert "saved [6/6]" in said[9] and said[-2] == "moved"


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("wget -qO- localhost:8080/page.txt", "moved\n"),
        ("wget -q localhost:8080/nope; echo $?", "8\n"),
        ("wget -q localhost:9; echo $?", "4\n"),
        ("wget -q nosuch.invalid; echo $?", "4\n"),
        ("wget -q --spider localhost:8080; echo $?", "0\n"),
        ("wget localhost:9 2>&1 | tail -n 1", "Connecting to localhost (localhost)|127.0.0.1|:9... failed: Connection refused.\n"),
        ("wget localhost:8080/nope 2>&1 | grep -o 'ERROR.*'", "ERROR 404: Not Found.\n"),
    ],
)  # fmt: skip
def test_wget_of_gnu(run: Run, command: str, expected: str) -> None:
    assert run(command) == expected


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("wget -qO- web/page.txt", "moved\n"),
        (
            "cd /tmp; rm -f p*; wget web/page.txt",
            "Connecting to web (10.10.0.2:80)\nsaving to 'page.txt'\n"
            "page.txt             100% |********************************|     6  0:00:00 ETA\n'page.txt' saved\n",
        ),
        ("cd /; wget -q -O page.txt web/page.txt; wget web/page.txt; echo $?", "Connecting to web (10.10.0.2:80)\nwget: can't open 'page.txt': File exists\n1\n"),
        ("wget --spider web; echo $?", "Connecting to web (10.10.0.2:80)\nremote file exists\n0\n"),
        ("wget -q web/nope; echo $?", "wget: server returned error: HTTP/1.1 404 Not Found\n1\n"),
        ("wget web:81; echo $?", "Connecting to web:81 (10.10.0.2:81)\nwget: can't connect to remote host (10.10.0.2): Connection refused\n1\n"),
        ("wget -T 2 10.99.0.1", "Connecting to 10.99.0.1 (10.99.0.1:80)\nwget: download timed out\n"),
        ("wget nosuch", "wget: bad address 'nosuch'\n"),
        ("wget -qS -O /dev/null web/page.txt 2>&1 | head -n 1", "  HTTP/1.1 200 OK\n"),
    ],
)  # fmt: skip
def test_wget_of_busybox(run: Run, command: str, expected: str) -> None:
    assert inside(run, "client", command) == expected


# names and reachability


def test_ping_answers_and_summaries(run: Run) -> None:
    said = inside(run, "client", "ping -c 2 web").split("\n")
    assert said[0] == "PING web (10.10.0.2): 56 data bytes"
    assert said[1].startswith("64 bytes from 10.10.0.2: seq=0 ttl=64 time=")
    assert said[3:6] == ["", "--- web ping statistics ---", "2 packets transmitted, 2 packets received, 0% packet loss"]
    quiet = inside(run, "client", "ping -q -c 1 www").split("\n")
    assert quiet[:4] == [
        "PING www (10.10.0.2): 56 data bytes",
        "",
        "--- www ping statistics ---",
        "1 packets transmitted, 1 packets received, 0% packet loss",
    ]


def test_ping_without_an_answer(run: Run) -> None:
    assert inside(run, "client", "ping -c 1 nosuch; echo $?") == "ping: bad address 'nosuch'\n1\n"
    assert "1 packets transmitted, 0 packets received, 100% packet loss\n1\n" in inside(
        run, "client", "ping -c 1 -W 1 10.10.9.9; echo $?"
    )
    assert "ping: sendto: Network unreachable" in inside(run, "alone", "ping -c 1 10.10.0.2")
    assert run("ping -c 1 nosuch 2>&1; echo $?") == "ping: nosuch: Name or service not known\n2\n"
    unreachable = run("ping -c 1 10.10.9.9; echo $?")
    assert "icmp_seq=1 Destination Host Unreachable" in unreachable
    assert "1 packets transmitted, 0 received, +1 errors, 100% packet loss" in unreachable


def test_names_are_known_where_a_network_is_shared(run: Run) -> None:
    assert inside(run, "client", "nslookup web") == (
        "Server:\t\t127.0.0.11\nAddress:\t127.0.0.11:53\n\n"
        "Non-authoritative answer:\nName:\tweb\nAddress: 10.10.0.2\n\nNon-authoritative answer:\n\n"
    )
    assert inside(run, "client", "nslookup www | grep -c 10.10.0.2") == "1\n"
    assert inside(run, "stranger", "nslookup web >/dev/null; echo $?") == "1\n"
    assert inside(run, "stranger", "ping -c 1 web") == "ping: bad address 'web'\n"
    assert inside(run, "client", "getent hosts web | tr -s ' '") == "10.10.0.2 web\n"


def test_what_is_unreachable_takes_its_time(run: Run) -> None:
    """Linux gives up on a neighbour after 3 s and on a silent address after 127 s."""
    took = "a=$(date +%s); curl -s {}; echo $?; echo $(( $(date +%s) - a ))"
    assert run(took.format("10.10.9.9")) == "7\n3\n"
    assert run(took.format("10.99.0.1")) == "28\n127\n"
    assert run(took.format("--connect-timeout 5 10.99.0.1")) == "28\n5\n"


# addresses, routes, sockets


def test_ip_shows_addresses_and_routes(run: Run) -> None:
    assert inside(run, "client", "ip route") == (
        "default via 10.10.0.1 dev eth0 \n10.10.0.0/16 dev eth0 scope link  src 10.10.0.3 \n"
    )
    shown = inside(run, "client", "ip addr show eth0").split("\n")
    assert shown[0].startswith("2: eth0@if") and "<BROADCAST,MULTICAST,UP,LOWER_UP,M-DOWN> mtu 1500" in shown[0]
    assert shown[2] == "    inet 10.10.0.3/16 brd 10.10.255.255 scope global eth0"
    assert inside(run, "client", "ip route add default via 10.10.0.9; echo $?") == (
        "ip: RTNETLINK answers: Operation not permitted\n2\n"
    )
    assert inside(run, "alone", "ip a | grep -c inet") == "1\n"


def test_ifconfig_and_route(run: Run) -> None:
    shown = inside(run, "client", "ifconfig eth0").split("\n")
    assert shown[0].startswith("eth0      Link encap:Ethernet  HWaddr ")
    assert shown[1] == "          inet addr:10.10.0.3  Bcast:10.10.255.255  Mask:255.255.0.0"
    assert inside(run, "client", "route -n | tail -n 2 | tr -s ' '") == (
        "0.0.0.0 10.10.0.1 0.0.0.0 UG 0 0 0 eth0\n10.10.0.0 0.0.0.0 255.255.0.0 U 0 0 0 eth0\n"
    )


def test_listening_sockets(run: Run) -> None:
    assert inside(run, "echoes", "netstat -tln").split("\n")[-2].split() == [
        "tcp", "0", "0", "0.0.0.0:9000", "0.0.0.0:*", "LISTEN",
    ]  # fmt: skip
    assert inside(run, "echoes", "netstat -tlnp | tail -n 1 | tr -s ' '").endswith("LISTEN 1/nc \n")
    assert run("nc -l -p 7004 & sleep 0.1; ss -ltn | grep 7004 | tr -s ' '; kill $!") == (
        "LISTEN 0 511 0.0.0.0:7004 0.0.0.0:*\n"
    )


# nc


def test_nc_between_containers(run: Run) -> None:
    assert inside(run, "client", "echo hello | nc echoes 9000") == "hello\n"
    assert inside(run, "client", "echo again | nc echoes 9000") == "again\n"
    assert inside(run, "client", "nc -zv echoes 9000; echo $?") == "echoes (10.10.0.6:9000) open\n0\n".replace(
        "10.10.0.6", inside(run, "client", "getent hosts echoes").split()[0]
    )
    assert inside(run, "client", "nc -z web 81; echo $?") == "1\n"
    assert inside(run, "client", "nc nosuch 1") == "nc: bad address 'nosuch'\n"


def test_nc_on_the_host_scans_ports(run: Run) -> None:
    assert run("nc -zv localhost 8080 2>&1") == "Connection to localhost (127.0.0.1) 8080 port [tcp/*] succeeded!\n"
    assert run("nc -zv localhost 8079-8082 2>&1 | grep -c succeeded") == "2\n"
    assert (
        run("nc -zv 127.0.0.1 9 2>&1; echo $?")
        == "nc: connect to 127.0.0.1 port 9 (tcp) failed: Connection refused\n1\n"
    )


def test_a_file_through_nc(run: Run) -> None:
    assert (
        run(
            "nc -l -p 7005 > got & sleep 0.1; nc -N 127.0.0.1 7005 < /etc/hostname; wait; cmp got /etc/hostname && echo same"
        )
        == "same\n"
    )

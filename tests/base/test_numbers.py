"""Numbers as text: other scripts' digits and thousands of digits are no numbers, wherever one is asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from fakedocker.assembly import create_engine
from fakedocker.base.numbers import is_digits, parse_digits, parse_whole
from fakedocker.wire.http import Request
from helpers.repl_screen import Terminal

ODD = ("²", "٣", "9" * 5000, "1_0", "")
COMMANDS = """
    DOCKER_API_VERSION=1.{n} docker ps
    docker run --rm --user '{n}' alpine true
    docker run --rm --user 'root:{n}' alpine true
    docker run --rm -p '{n}:80' alpine true
    docker run --rm --blkio-weight '{n}' alpine true
    docker run --rm --device-read-bps '/dev/sda:{n}' alpine true
    docker run --rm --tmpfs '/x:size={n}' alpine true
    docker run --rm --log-opt 'max-size={n}' alpine true
    docker run --rm --ulimit 'nofile={n}' alpine true
    docker port box '{n}'
    docker top box -o '{n}'
    docker logs --tail '{n}' box
    printf 'FROM alpine\\nCOPY --chown={n} x /\\nCOPY --from={n} /x /\\n' | docker build -
    echo ${n} ${{1:{n}}} {{{n}..3}} $(( {n} )); echo x >&{n}; umask {n}; shift {n}; kill -{n} 1; trap : {n}; wait %{n}
    sleep '{n}' & usleep '{n}'; kill %1
    mknod /tmp/x b '{n}' '{n}'; chmod '{n}' /etc/passwd; chown '{n}:{n}' /etc/passwd
    seq 1 | sort -k '{n}'; seq 1 | cut -f '{n}'; seq 3 | sed '{n}p'; seq 3 | awk '{{print ${n}}}'; head -n '{n}' /etc/passwd
    date -d '@{n}'; stty rows '{n}'; nice -n '{n}' true; timeout '{n}' true; renice '{n}' 1; pgrep -P '{n}'; kill -l '{n}'
    fold -w '{n}' /etc/passwd; split -l '{n}' /etc/passwd; printf '%{n}d' 1; test '{n}' -eq 1; expr '{n}' + 1; jq -n '{n}'
    sh -c 'printf "%{n}d" 1; [ "{n}" -eq 1 ]; echo $(( {n} + 1 ))'; bash -c 'x=abc; echo "${{x:{n}}}"; declare -i y="{n}"'
    :wait {n}
    :diff {n}
    :fault create {n} times
    :check exit {n}
"""


def test_what_is_a_number() -> None:
    assert [text for text in ("0", "007", "9" * 4000, *ODD, "-1", "+1", " 1") if is_digits(text)] == [
        "0", "007", "9" * 4000
    ]  # fmt: skip
    assert [parse_digits(text) for text in ("12", "²", "٣", "-1", "9" * 5000)] == [12, None, None, None, None]
    assert parse_whole("-9223372036854775808") == -(1 << 63)


@pytest.mark.parametrize("number", ODD)
def test_no_number_is_an_error_of_ours(number: str, tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    terminal.run("docker pull -q alpine; docker run -d --name box alpine sleep 1000000")
    for line in COMMANDS.strip().splitlines():
        shown = terminal.run(line.strip().format(n=number))
        assert "fakedocker failed" not in shown and "Traceback" not in shown, line
        assert terminal.reports() == [], line
        assert terminal.console.engine.draft.faults == [], line


def test_a_program_says_that_so_large_a_number_is_not_simulated(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    nines = "9" * 5000
    assert terminal.run(f"expr {nines} + 1; echo $?").endswith("expr: so large a number is not simulated\n1\n")
    assert terminal.run(f"printf '%{nines}d' 1") == "fakedocker: bash: so large a number is not simulated\n"
    assert terminal.run("echo still here") == "still here\n"


@pytest.mark.parametrize("number", ["%C2%B2", "%D9%A3", "9" * 5000])
@pytest.mark.parametrize(
    "target",
    [
        "/containers/json?limit={n}", "/containers/json?size={n}", "/containers/x/logs?tail={n}&stdout=1", "/containers/x/logs?since={n}&stdout=1",
        "/containers/x/resize?h={n}&w=1", "/images/search?term=x&limit={n}", "/events?since={n}&until=1", "/containers/json?filters=%7B%22exited%22:%5B%22{n}%22%5D%7D",
        "/containers/json?filters=%7B%22publish%22:%5B%22{n}%22%5D%7D", "/v1.{n}/info", "/containers/x/stop?t={n}", "/containers/x/kill?signal={n}",
    ],
)  # fmt: skip
def test_nor_in_a_request(target: str, number: str) -> None:
    engine = create_engine()
    for method in ("GET", "POST"):
        reply = engine.perform(Request(method=method, target=target.format(n=number))).reply
        assert reply is None or b"fakedocker failed" not in (reply.body or b"")
    assert engine.draft.faults == []

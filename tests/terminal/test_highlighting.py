"""How what is typed is coloured: what is wrong shows before Enter is pressed."""

from __future__ import annotations

import pytest
from prompt_toolkit.document import Document

from fakedocker_shell.repl.highlighting import ShellLexer, spans
from helpers.repl_screen import Terminal


@pytest.fixture(scope="module")
def terminal(tmp_path_factory: pytest.TempPathFactory) -> Terminal:
    made = Terminal(tmp_path_factory.mktemp("state"))
    made.run(
        "docker pull -q alpine; docker run -d --name web alpine sleep 10000; docker network create net; docker volume create data"
    )
    made.run("f() { :; }; alias ll=ls; touch script; chmod +x script")
    return made


def kinds(terminal: Terminal, text: str) -> dict[str, str]:
    """Each piece of the text that has a kind."""
    return {text[span.start : span.end]: span.kind for span in spans(terminal.console, text)}


@pytest.mark.parametrize(
    ("text", "piece", "kind"),
    [
        ("docker ps", "docker", "program"),
        ("docker ps", "ps", "verb"),
        ("docker pss", "pss", "unknown"),
        ("docker container nosuch", "nosuch", "unknown"),
        ("docker ps --al", "--al", "unknown"),
        ("docker ps --all", "--all", "flag"),
        ("docker run -itd alpine", "-itd", "flag"),
        ("docker run -Zd alpine", "-Zd", "unknown"),
        ("docker stop nosuch", "nosuch", "missing"),
        ("docker rmi nosuch", "nosuch", "missing"),
        ("docker run nosuch/image", "nosuch/image", "missing"),
        ("docker network rm nosuch", "nosuch", "missing"),
        ("docker volume rm nosuch", "nosuch", "missing"),
        ("docker run --volumes-from nosuch alpine", "nosuch", "missing"),
        ("nosuchcommand", "nosuchcommand", "unknown"),
        ("./nosuch", "./nosuch", "unknown"),
        ("./script", "./script", "program"),
        ("cd /tmp && f; ll", "f", "program"),
        ("cd /tmp && f; ll", "&&", "operator"),
        ("ll", "ll", "program"),
        ("echo 'a b'", "'a b'", "string"),
        ("echo 'a b", "'a b", "string"),
        ('echo "a $x"', "$x", "variable"),
        ("x=1", "x=1", "variable"),
        ("if true; then", "if", "keyword"),
        ("ls # all", "# all", "comment"),
        ("ls )", ")", "unknown"),
        ("echo $(docker pss)", "pss", "unknown"),
        (":undo", ":undo", "meta"),
        (":nosuch", ":nosuch", "unknown"),
    ],
)
def test_kinds(terminal: Terminal, text: str, piece: str, kind: str) -> None:
    assert kinds(terminal, text).get(piece) == kind


@pytest.mark.parametrize(
    "text",
    [
        "docker stop web",
        "docker run alpine nosuch --nosuch",
        "docker run busybox",
        "docker run localhost:5000/x",
        "docker tag alpine mine",
        "docker network connect net web",
        "docker volume rm data",
        "docker stop $NAME",
        "docker run --name nosuch alpine",
        "docker build -t nosuch .",
    ],
)
def test_what_may_be_is_not_marked(terminal: Terminal, text: str) -> None:
    assert {"unknown", "missing"}.isdisjoint(kinds(terminal, text).values())


def test_the_lexer_gives_the_text_back(terminal: Terminal) -> None:
    def failed() -> None:
        raise AssertionError("the lexer has failed")

    for text in (
        "for x in 1\ndo docker stop web 'a\nb' $y # c\ndone",
        "cat <<E\n$x\nE",
        "docker run '" + "x" * 6000,
        "\n\n",
        "echo ü \u4f60 | wc",
    ):
        line_of = ShellLexer(terminal.console, failed).lex_document(Document(text))
        lines = ["".join(fragment[1] for fragment in line_of(number)) for number in range(text.count("\n") + 1)]
        assert "\n".join(lines) == text

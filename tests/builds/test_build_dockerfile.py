"""The Dockerfile language: lines, substitution, instructions, plans, and what docker says when something is wrong."""

from __future__ import annotations

import pytest

from fakedocker.build import instructions as kinds
from fakedocker.build.arguments import Arguments
from fakedocker.build.ignore import IgnoreRules, read_patterns
from fakedocker.build.lines import BadDockerfile, Line, read
from fakedocker.build.plan import parse_dockerfile, parse_trigger
from fakedocker.build.substitution import expand, expand_words

VARIABLES = {"A": "one", "EMPTY": "", "PATHS": "/usr/bin:/bin", "PORTS": "80 443", "QUOTED": 'a"b'}


def step(text: str) -> kinds.Step:
    """The one step after a FROM."""
    (found,) = parse_dockerfile(f"FROM alpine\n{text}").stages[0].steps
    return found


def texts(dockerfile: str) -> list[str]:
    return [line.text for line in read(dockerfile)[0]]


@pytest.mark.parametrize(
    ("dockerfile", "expected"),
    [
        ("FROM a\n\n# comment\n  RUN b", ["FROM a", "RUN b"]),
        ("RUN a \\\n    && b", ["RUN a     && b"]),
        ("RUN a \\\n# comment\n\n  b", ["RUN a   b"]),
        ("RUN a \\  \n b", ["RUN a  b"]),
        ("RUN a \\\\\nRUN b", ["RUN a \\\\", "RUN b"]),
        ("RUN a \\\n", ["RUN a "]),
        ("# escape=`\nRUN a `\n b\nRUN c\\", ["RUN a  b", "RUN c\\"]),
        ("# a comment ends the directives\n# escape=`\nRUN a \\\n b", ["RUN a  b"]),
        ("\ufeffFROM a\r\nRUN b\r\n", ["FROM a", "RUN b"]),
        ("RUN <<EOF\nFROM x\n# kept\nEOF\nRUN b", ["RUN <<EOF", "RUN b"]),
        ("CMD <<EOF\nRUN b", ["CMD <<EOF", "RUN b"]),
    ],
)
def test_lines(dockerfile: str, expected: list[str]) -> None:
    assert texts(dockerfile) == expected


def test_a_line_knows_its_number_flags_and_documents() -> None:
    lines, escape = read("# syntax=x\n\nCOPY --from=a --chown='b c' <<-A <<'B' /d/\n\t$x\n\tA\n$y\nB\n")
    assert escape == "\\"
    assert [(line.number, line.keyword, line.flags, line.rest) for line in lines] == [
        (3, "COPY", ("--from=a", "--chown=b c"), "<<-A <<'B' /d/")
    ]
    assert [(document.name, document.content, document.expand) for document in lines[0].heredocs] == [
        ("A", "$x\n", True),
        ("B", "$y\n", False),
    ]


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("$A-${A}", "one-one"),
        ("$UNKNOWN.", "."),
        ("'$A'", "$A"),
        ('"$A b"', "one b"),
        (r"\$A", "$A"),
        (r'"\$A \x"', r"$A \x"),
        ("a$", "a$"),
        ("${UNKNOWN:-x}${EMPTY:-y}${A:-z}", "xyone"),
        ("${EMPTY-x}", ""),
        ("${A:+x}${EMPTY:+y}${EMPTY+z}", "xz"),
        ("${UNKNOWN:-${A}}", "one"),
        ("${UNKNOWN:-'a b'}", "a b"),
        ("${PATHS#*:}", "/bin"),
        ("${PATHS##*/}", "bin"),
        ("${PATHS%/*}", "/usr/bin:"),
        ("${PATHS%%:*}", "/usr/bin"),
        ("${PATHS/bin/x}", "/usr/x:/bin"),
        ("${PATHS//bin/x}", "/usr/x:/x"),
        ("$QUOTED", 'a"b'),
    ],
)
def test_substitution(word: str, expected: str) -> None:
    assert expand(word, VARIABLES) == expected


@pytest.mark.parametrize(
    ("word", "problem"),
    [
        ("'a", "unexpected end of statement while looking for matching single-quote"),
        ('"a', "unexpected end of statement while looking for matching double-quote"),
        ("${A", "syntax error: missing '}'"),
        ("${A:-x", "syntax error: missing '}'"),
        ("${A:=x}", "unsupported modifier (:=) in substitution"),
        ("${NOPE:?gone}", "NOPE: gone"),
        ("${NOPE?}", "NOPE: is not allowed to be unset"),
        ("${EMPTY:?}", "EMPTY: is not allowed to be empty"),
    ],
)
def test_bad_substitution(word: str, problem: str) -> None:
    with pytest.raises(BadDockerfile) as caught:
        expand(word, VARIABLES)
    assert str(caught.value).endswith(f": {problem}")


def test_only_unquoted_variables_split_into_words() -> None:
    assert expand_words("$PORTS", VARIABLES) == ["80", "443"]
    assert expand_words('"$PORTS"', VARIABLES) == ["80 443"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ENV A=1 B='x y' C=a\\ b", (("A", "1"), ("B", "'x y'"), ("C", "a\\ b"))),
        ("ENV A some text", (("A", "some text"),)),
        ('LABEL a=b c="d e"', (("a", "b"), ("c", '"d e"'))),
        ("ARG A B=2", (("A", None), ("B", "2"))),
    ],
)
def test_pairs(text: str, expected: tuple[tuple[str, str], ...]) -> None:
    assert step(text).pairs == expected  # type: ignore[union-attr]  # all of these have pairs


@pytest.mark.parametrize(
    ("text", "words", "shell"),
    [
        ('CMD ["a", "b c"]', ("a", "b c"), False),
        ("CMD ['a']", ("['a']",), True),
        ("RUN  a  |  b ", ("a  |  b",), True),
        ("entrypoint []", (), False),
    ],
)
def test_exec_and_shell_form(text: str, words: tuple[str, ...], shell: bool) -> None:
    found = step(text)
    assert isinstance(found, kinds.Cmd | kinds.Run | kinds.Entrypoint)
    assert (found.command.words, found.command.shell) == (words, shell)


def test_copy_has_its_flags_and_documents() -> None:
    found = step("COPY --from=One --chown=a:b x ./y/* /dst/")
    assert isinstance(found, kinds.Copy)
    assert (found.sources, found.destination, found.stage, found.owner) == (("x", "./y/*"), "/dst/", "One", "a:b")
    inline = step("COPY <<EOF a /dst/\nhello\nEOF")
    assert isinstance(inline, kinds.Copy)
    assert (inline.sources, [document.content for document in inline.heredocs]) == (("a",), ["hello\n"])


def test_healthcheck_in_nanoseconds() -> None:
    found = step("HEALTHCHECK --interval=5s --timeout=1m --retries=3 CMD curl -f x")
    assert isinstance(found, kinds.Healthcheck)
    health = found.health
    assert (health.test, health.interval, health.timeout, health.retries) == (
        ("CMD-SHELL", "curl -f x"), 5 * 10**9, 60 * 10**9, 3,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("dockerfile", "problem"),
    [
        ("", "the Dockerfile (Dockerfile) cannot be empty"),
        ("# nothing\n", "failed to parse Dockerfile: file with no instructions"),
        ("# escape=x\nFROM a", "failed to parse Dockerfile: invalid escape token 'x' does not match ` or \\"),
        ("FROM a\nRUN <<EOF\nx", "failed to parse Dockerfile: unterminated heredoc"),
        ("FROM a\nENV A", "failed to parse Dockerfile: ENV must have two arguments"),
        (
            "FROM a\nLABEL a=b c",
            'failed to parse Dockerfile: Syntax error - can\'t find = in "c". Must be of the form: name=value',
        ),
        (
            'FROM a\nCMD ["a", 1]',
            "failed to parse Dockerfile: when using JSON array syntax, arrays must be comprised of strings only.",
        ),
        ("RUN true", "no build stage in current context"),
        ("FROM a\n\nNOSUCH x", "dockerfile parse error on line 3: unknown instruction: NOSUCH"),
        ("FORM a", "dockerfile parse error on line 1: unknown instruction: FORM (did you mean FROM?)"),
        ("FROM a b", "dockerfile parse error on line 1: FROM requires either one or three arguments"),
        (
            "FROM a AS 1x",
            "dockerfile parse error on line 1: invalid name for build stage: \"1x\", name can't start with a number or contain symbols",
        ),
        ("FROM a AS scratch", 'dockerfile parse error on line 1: invalid name for build stage: "scratch", name is reserved'),
        ("FROM a\nENV =b", "dockerfile parse error on line 2: ENV names can not be blank"),
        ("FROM a\nARG", "dockerfile parse error on line 2: ARG requires at least one argument"),
        ("FROM a\nUSER", "dockerfile parse error on line 2: USER requires exactly one argument"),
        (
            "FROM a\nCOPY x",
            "dockerfile parse error on line 2: COPY requires at least two arguments, but only one was provided. Destination could not be determined",
        ),
        ("FROM a\nCOPY --chwn=a b c", "dockerfile parse error on line 2: unknown flag: --chwn (did you mean chown?)"),
        ("FROM a\nCOPY --from b c", "dockerfile parse error on line 2: missing a value on flag: --from"),
        ("FROM a\nCOPY --from=b --from=c d e", "dockerfile parse error on line 2: duplicate flag specified: --from"),
        ("FROM a\nSHELL bash", "dockerfile parse error on line 2: SHELL requires the arguments to be in JSON form"),
        ("FROM a\nHEALTHCHECK RUN x", 'dockerfile parse error on line 2: Unknown type "RUN" in HEALTHCHECK (try CMD)'),
        ("FROM a\nHEALTHCHECK CMD", "dockerfile parse error on line 2: Missing command after HEALTHCHECK CMD"),
        ("FROM a\nHEALTHCHECK NONE x", "dockerfile parse error on line 2: HEALTHCHECK NONE takes no arguments"),
        ("FROM a\nONBUILD FROM b", "dockerfile parse error on line 2: FROM isn't allowed as an ONBUILD trigger"),
        (
            "FROM a\nONBUILD ONBUILD RUN b",
            "dockerfile parse error on line 2: Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed",
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_dockerfile(dockerfile: str, problem: str) -> None:
    with pytest.raises(BadDockerfile) as caught:
        parse_dockerfile(dockerfile)
    assert str(caught.value) == problem


def test_a_plan_counts_arguments_stages_and_steps() -> None:
    plan = parse_dockerfile("ARG V=1\nFROM a AS One\nRUN x\nFROM one\nCMD y\n")
    assert plan.total == 5
    assert [type(plan.at(position)).__name__ for position in range(5)] == ["Arg", "From", "Run", "From", "Cmd"]
    assert [plan.ends_stage(position) for position in range(5)] == [False, False, True, False, True]
    assert [plan.until(target).total for target in ("ONE", "0", "1")] == [3, 3, 5]
    with pytest.raises(BadDockerfile, match='target stage "two" could not be found'):
        plan.until("two")
    labelled = plan.with_labels({"b": "2", "a": "$x"})
    assert [found.text for found in labelled.stages[-1].steps] == ["CMD y", "LABEL a=$x", "LABEL b=2"]


def test_a_trigger_is_one_instruction() -> None:
    assert isinstance(parse_trigger("RUN a"), kinds.Run)
    with pytest.raises(BadDockerfile, match="single expression"):
        parse_trigger("RUN a\nRUN b")


def test_arguments_have_scopes() -> None:
    outside = Arguments({"GIVEN": "g", "NOPE": "n", "http_proxy": "p"}).declare_early("EARLY", "e").stage()
    assert outside.early_values()["EARLY"] == "e"
    assert outside.values() == {"http_proxy": "p"}
    inside = outside.declare("EARLY", None).declare("GIVEN", "default").declare("UNSET", None)
    assert inside.values() == {"EARLY": "e", "GIVEN": "g", "http_proxy": "p"}
    assert inside.beside(["GIVEN=hidden"]) == ["EARLY=e", "http_proxy=p"]
    assert inside.unused() == ["NOPE"]


@pytest.mark.parametrize(
    ("path", "excluded"),
    [("a.md", True), ("keep.md", False), ("d/a.md", False), ("x/y/z.tmp", True), ("build", True), ("build/x", True)],
)
def test_dockerignore(path: str, excluded: bool) -> None:
    rules = IgnoreRules(read_patterns("# comment\n*.md\n!keep.md\n**/*.tmp\n/build/\n"))
    assert rules.excludes(path) == excluded


def test_a_line_is_a_value() -> None:
    assert read("RUN a")[0] == (Line(1, "RUN a", "RUN", (), "a", end=1),)

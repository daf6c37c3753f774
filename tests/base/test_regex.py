"""Expressions of users are matched in time that is linear in the text, with the longest match where POSIX has it."""

from __future__ import annotations

import random
import re

import pytest

from fakedocker.base.go_patterns import crossing_pattern, path_match
from fakedocker.base.regex import LimitExceeded, Pattern, PatternProblem, compile_pattern
from fakedocker.base.regex.backtracking import Machine as Backtracking
from fakedocker.operations.system.filters import name_matches
from fakedocker.swarm import validation
from fakedocker.userland.make import reading
from fakedocker.userland.sh import patterns
from fakedocker.userland.text.posix_regex import RegexProblem, compile_posix
from helpers.userland_world import Machine

CATASTROPHIC = (
    "(a|aa)+$", "(a+)+$", "(a*)*b", "((a|aa)(a|aa))*c", "(.*)*x", "(a|a)*b", "(a?){30}a{30}x", "(x+x+)+y", "(a*a*a*a*a*)*z",
)  # fmt: skip


@pytest.mark.parametrize("source", CATASTROPHIC)
def test_what_re_never_ends_with_takes_a_step_a_character(source: str, monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[int] = []
    pattern = Pattern(source.replace("$", r"\Z"), longest=True)
    monkeypatch.setattr(pattern, "_direct", _Watched(pattern, given))
    text = "a" * 20_000 + "!"
    assert pattern.search(text) is None and not pattern.finds(text) and pattern.fullmatch(text) is None
    assert given == []  # `re` has never seen it
    assert pattern._searcher.made + pattern._matcher.made < 200  # the rest was known transitions, one a character


class _Watched:
    """Stands for a compiled expression of `re`, and notes the texts it is given."""

    def __init__(self, pattern: Pattern, given: list[int]) -> None:
        self._given = given

    def search(self, text: str, start: int = 0) -> None:
        self._given.append(len(text))

    match = fullmatch = search


@pytest.mark.parametrize("source", ["(a|aa)+(?=!b)", r"(a+)+(?<!a!)b", "(?:a|aa)*?c(?!d)"])
def test_what_looks_around_is_remembered_where_it_failed(source: str) -> None:
    pattern = Pattern(source)
    text = "a" * 400 + "!"
    machine = Backtracking(pattern._program, text, 2 * pattern.groups + 2)
    assert machine.search(0, (1 << 129) - 1, True) is None
    assert machine.steps <= len(pattern._program.code) * (len(text) + 1) * 3


def test_back_references_have_a_limit_of_steps() -> None:
    with pytest.raises(LimitExceeded):
        Pattern(r"(a*)*(a*)*\1$", longest=True).search("a" * 200 + "!")
    said = Machine("gnu").run("bash", "-c", f"echo {'a' * 200}! | grep -P '^(a*)*(a*)*\\1$'; echo $?")
    assert said.stdout == "2\n" and said.stderr == "grep: exceeded PCRE's backtracking limit\n"
    said = Machine("gnu").run("bash", "-c", f"echo {'a' * 200}! | grep -E '^(a*)*(a*)*\\1$'; echo $?")
    assert said.stdout == "2\n" and said.stderr == "grep: memory exhausted\n"


def _random_source(chance: random.Random, depth: int) -> str:
    choice = chance.random()
    if depth == 0 or choice < 0.3:
        return chance.choice(["a", "b", ".", "[ab]", "[^a]", "c"])
    inner = _random_source(chance, depth - 1)
    if choice < 0.55:
        return inner + _random_source(chance, depth - 1)
    if choice < 0.7:
        return f"({inner}|{_random_source(chance, depth - 1)})"
    if choice < 0.9:
        return f"(?:{inner})" + chance.choice(["*", "+", "?", "{1,3}", "{2}"])
    if choice < 0.95:
        return chance.choice(["^", r"\b", r"\Z", "(?=a)", "(?<!b)", "(?!a)"]) + inner
    return f"({inner})"


@pytest.mark.parametrize("seed", range(4))
def test_the_automaton_and_re_agree(seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(150):
        source = _random_source(chance, 4)
        known, own, longest, automaton = (
            re.compile(source),
            Pattern(source),
            Pattern(source, longest=True),
            Pattern(source, longest=True),
        )
        own._quick_limit = automaton._quick_limit = -1
        for _ in range(5):
            text = "".join(chance.choice("abc ") for _ in range(chance.randint(0, 8)))
            assert own.finds(text) == (known.search(text) is not None), (source, text)
            assert (own.fullmatch(text) is None) == (known.fullmatch(text) is None), (source, text)
            best = _longest(source, text)
            for each in (longest, automaton):
                found = each.search(text)
                assert (found.span() if found else None) == best, (source, text)


def _longest(source: str, text: str) -> tuple[int, int] | None:
    for start in range(len(text) + 1):
        for end in range(len(text), start - 1, -1):
            if re.compile(rf"(?:{source})(?=[\s\S]{{{len(text) - end}}}\Z)").match(text, start):
                return start, end
    return None


def test_groups_of_a_match_that_the_automaton_found() -> None:
    pattern = compile_posix("([a-z]+,)*([a-z]+) (x|xy)", extended=True)
    pattern._quick_limit = -1
    found = pattern.search("1 ab,cd,ef xy")
    assert found is not None
    assert (found[0], found.groups(), found.span(2)) == ("ab,cd,ef xy", ("cd,", "ef", "xy"), (8, 10))


def test_what_is_not_well_formed_or_too_big_is_refused() -> None:
    for source in ("(", "(" * 5000 + ")" * 5000, "((a{1,200}|b){1,200}c){1,200}", "a{99999999999}"):
        with pytest.raises(PatternProblem):
            compile_pattern(source)
    with pytest.raises(RegexProblem):
        compile_posix("*x", extended=True)


def test_globs_with_many_stars_are_linear() -> None:
    long = "a" * 5000
    assert not patterns.matches("*a*a*a*a*a*a*c", long)
    assert patterns.strip(long + "b.c", "*a*a*a*b", "##") == ".c"
    assert patterns.strip(long, "*a*a*a*b", "##") == long
    assert patterns.strip("a.b.c", ".*", "%") == "a.b" and patterns.strip("a.b.c", ".*", "%%") == "a"
    assert patterns.compiled("*a*a*a*a*a*a*c")._matcher.made < 100


def test_other_patterns_of_users() -> None:
    long = "a" * 60
    assert not name_matches(["^(a+)+$"], long + "b") and name_matches(["^(a+)+b$"], long + "b")
    assert not path_match("*a*a*a*a*a*a*a*a*a*c", long) and path_match("[^b]*/?", "ax/y") and not path_match("*", "a/b")
    assert crossing_pattern("**/a*a*a*a*a*a*c").fullmatch(f"x/{long}") is None
    script = f"echo '(a+)+$' > p; echo {long}b | grep -f p -E; echo $?; x={long}; [[ ${{x}}b =~ ^(a|aa)+$ ]]; echo $?; find . -name '*a*a*a*a*a*c'"
    assert Machine("gnu").run("bash", "-c", script, directory="/tmp").stdout == "1\n1\n"


def test_fixed_expressions_that_users_text_meets_are_no_worse() -> None:
    """The first took time exponential in a name, the second cubic in a line."""
    assert validation._NAME.fullmatch("a" * 200 + "!") is None and validation._NAME.fullmatch("a-_b--c1") is not None
    assert reading._ASSIGNMENT.fullmatch(" " * 3000 + "x") is None
    found = reading._ASSIGNMENT.match("export A := b c")
    assert found is not None and found.groups() == ("export ", "A", ":=", "b c")


_ATOMS = "a b c . [ab] a* b+ (a|ab) (c|bcd)* (ab|a)? (a|b|ab)+ x? (b|bc) é [^a]".split()


def test_the_longest_match_at_the_first_place_is_what_trying_all_finds() -> None:
    chosen = random.Random(1)
    for _ in range(1500):
        source = "".join(chosen.choice(_ATOMS) for _ in range(chosen.randint(1, 5)))
        text = "".join(chosen.choice("aabbcdx\né") for _ in range(chosen.randint(0, 12)))
        pattern, plain = Pattern(source, longest=True), re.compile(source)
        pattern._quick_limit = -1  # as for a long text
        wanted = next(
            (
                (start, end)
                for start in range(len(text) + 1)
                for end in range(len(text), start - 1, -1)
                if plain.fullmatch(text, start, end)
            ),
            None,
        )
        found = pattern.search(text)
        assert (source, text, found and found.span()) == (source, text, wanted)
        assert pattern.finds(text) == (wanted is not None)


def test_texts_that_a_match_must_have_are_looked_for_first() -> None:
    pattern = Pattern("err.*7.*html", longest=True)
    pattern._quick_limit = -1
    assert not pattern.finds("7 html " * 100 + "err 8")
    assert not pattern.finds("html 7 err")
    assert pattern.finds("an err, 7 and html")
    assert not pattern.finds("an err\n7 and html")
    assert pattern.finds("an err\nerr 7 and html")


def test_a_search_that_tries_for_too_long_goes_over_to_one_that_reads_each_character_once() -> None:
    pattern = Pattern("(a|aa)*b|c", longest=True)
    text = "a" * 3000 + "c"
    found = pattern.search(text)
    assert found is not None
    assert found.span() == (3000, 3001)
    assert pattern._searcher.made > 0

"""The text form of rules: `registry docker.io down for 2m`, `start on web error 500 "no space" 2nd time`.

    RULE    = TARGET EFFECT WHEN*
    TARGET  = registry HOST | image NAME | container NAME | network NAME | link NAME [NAME] | dns NAME | volume NAME | node NAME
            | OPERATION [on NAME] | wire | disk [of NAME] | clock | daemon
    EFFECT  = error [STATUS] ["TEXT"] | latency DURATION | loss N% | ahead DURATION | behind DURATION | reset | lost | stall [after SIZE] | truncated [after SIZE]
            | down | auth down | unauthorized | not found | toomanyrequests | digest mismatch | slow [N x] | cut off [after SIZE]
            | oom | exit N | unhealthy | busy | exec hangs | full | N% | SIZE left | failing [writes] | failing reads | restart
    WHEN    = for DURATION | in DURATION | once | twice | N times | Nth time | from the Nth time | chance N% | always

`parse` and `describe` are inverse to one another. Durations are Go's, sizes docker's. Which effect goes with which
target is said by `model.EFFECTS`.
"""

from __future__ import annotations

import re
from typing import Any, Final

from fakedocker.base import reference, units
from fakedocker.base.numbers import is_digits
from fakedocker.faults import model
from fakedocker.faults.model import FaultError, Rule
from fakedocker.wire.endpoints import OPERATIONS

SYNTAX: Final = "TARGET EFFECT [WHEN]: see `fakedocker.faults.grammar` or docs/testing.md"
SLOW_TIMES: Final = 10
TRUNCATED_BYTES: Final = 100

_NAMED: Final = (
    model.REGISTRY,
    model.IMAGE,
    model.CONTAINER,
    model.NETWORK,
    model.LINK,
    model.DNS,
    model.VOLUME,
    model.NODE,
)
_SYNONYMS: Final = {
    "401": model.UNAUTHORIZED,
    "404": model.NOT_FOUND,
    "429": model.TOO_MANY,
    "mismatch": model.MISMATCH,
    "truncate": model.TRUNCATED,
    "stalled": model.STALL,
}
_TWO_WORDS: Final = {"not": "found", "digest": "mismatch", "cut": "off", "exec": "hangs", "auth": "down",
    "failing": "reads"}  # fmt: skip
_ORDINAL: Final = re.compile(r"([1-9]\d*)(?:st|nd|rd|th)")
_COUNTS: Final = {"once": 1, "twice": 2}


def parse(text: str) -> Rule:
    """The rule that a text says.

    Raises:
        FaultError: it says none; with what was expected.
    """
    return _Reader(_split(text)).rule()


class _Quoted(str):
    """A word that stood in quotes, and so is none of the grammar's."""

    __slots__ = ()


_WORD: Final = re.compile(r"""\s*(?:"((?:\\.|[^"\\])*)"|'([^']*)'|([^\s"']+))""", re.DOTALL)


def _split(text: str) -> list[str]:
    words: list[str] = []
    position = 0
    text = text.rstrip()
    while position < len(text):
        match = _WORD.match(text, position)
        if match is None:
            raise FaultError(f"a quotation without its end: {text[position:].strip()}")
        position = match.end()
        if match[3] is not None:
            words.append(match[3])
        else:
            words.append(_Quoted(match[2] if match[1] is None else re.sub(r"\\(.)", r"\1", match[1], flags=re.DOTALL)))
    return words


def _quote(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


class _Reader:
    """The words of a rule, taken one after the other."""

    def __init__(self, words: list[str]) -> None:
        self._words = words

    def rule(self) -> Rule:
        fields = self._target()
        fields |= self._effect(fields["target"], has_size=not fields.get("name"))
        while self._words:
            fields |= self._when()
        return Rule(**fields)

    def _next(self, expected: str) -> str:
        if not self._words:
            raise FaultError(f"expected {expected}, and there is nothing more")
        return str(self._words.pop(0))

    def _peek(self) -> str:
        return self._words[0] if self._words else ""

    def _takes(self, word: str) -> bool:
        if self._peek() == word:
            self._words.pop(0)
            return True
        return False

    # what it is about

    def _target(self) -> dict[str, Any]:
        word = self._next(
            "a target: " + _listed([*_NAMED, "wire", "disk", "clock", "daemon"]) + ", or an operation such as create"
        )
        longer = (" ".join([word, *self._words[:more]]) for more in (2, 1))
        operation = next((name for name in longer if name in OPERATIONS), word)
        if word == model.LINK:
            name = self._next("the name of the link's first container")
            is_alone = bool(self._words) and self._is_effect(word, self._words[0])
            other = (
                ""
                if is_alone
                else self._next(
                    "the name of the link's second container, or what goes wrong with all links of the first"
                )
            )
            return {"target": word, "name": name, "other": other}
        if word in _NAMED and operation == word:
            expected = "the name that is asked for" if word == model.DNS else f"the name of the {word}"
            return {"target": word, "name": _checked_name(word, self._next(expected))}
        if word == model.DISK and self._takes("of"):  # no effect is called so
            return {"target": word, "name": self._next("the name of the container whose layer it holds")}
        if word in model.EFFECTS and word not in (model.OPERATION, *_NAMED):
            return {"target": word}
        if operation not in OPERATIONS:
            raise FaultError(
                f"unknown target {word!r}; expected {_listed([*_NAMED, 'wire', 'disk', 'clock', 'daemon'])}, or an operation: "
                + ", ".join(OPERATIONS)
            )
        del self._words[: operation.count(" ")]
        name = self._next(f"a name after `{operation} on`") if self._takes("on") else ""
        return {"target": model.OPERATION, "operation": operation, "name": name}

    def _is_effect(self, target: str, word: str) -> bool:
        return word in model.EFFECTS[target] and not isinstance(word, _Quoted)

    # what goes wrong

    def _effect(self, target: str, has_size: bool) -> dict[str, Any]:
        expected = _listed([_EFFECT_FORMS.get(effect, effect) for effect in model.EFFECTS[target]])
        word = self._next(f"what goes wrong with the {target}: {expected}")
        if model.FULL in model.EFFECTS[target] and (word == model.FULL or is_digits(word[:1])):
            return {"effect": model.FULL, "amount": self._room(word, target, has_size)}
        effect = _SYNONYMS.get(word, word)
        if word == model.FAILING and self._takes("writes"):
            effect = model.FAILING
        elif word in _TWO_WORDS and self._takes(_TWO_WORDS[word]):
            effect = f"{word} {_TWO_WORDS[word]}"
        if effect not in model.EFFECTS[target] and target in model.ON_REQUESTS and model.BROUGHT.find(effect):
            is_text = bool(self._words) and isinstance(self._words[0], _Quoted)
            return {"effect": effect, "message": str(self._words.pop(0)) if is_text else ""}
        if effect not in model.EFFECTS[target]:
            raise FaultError(f"unknown fault {word!r} of {_article(target)}; expected {expected}")
        fields: dict[str, Any] = {"effect": effect}
        if effect == model.ERROR:
            fields |= self._error()
        elif effect == model.EXIT:
            fields["amount"] = _exit_code(self._next("an exit code from 0 to 255"))
        elif effect == model.LATENCY:
            fields["amount"] = _duration(self._next("how long the latency is, such as 200ms"))
        elif effect in (model.AHEAD, model.BEHIND):
            fields["amount"] = _duration(self._next(f"how far the clock is {effect}, such as 5m"))
        elif effect == model.LOSS:
            fields["amount"] = _chance(self._next("how many packets are lost, such as 10%"), "a part")
        elif effect in (model.STALL, model.TRUNCATED, model.CUT_OFF):
            default = TRUNCATED_BYTES if effect == model.TRUNCATED else 0
            fields["amount"] = _size(self._next("a size, such as 10kB")) if self._takes("after") else default
        elif effect == model.SLOW:
            factor = re.fullmatch(r"([1-9]\d*)x", self._peek())
            fields["amount"] = int(factor[1]) if factor else SLOW_TIMES
            if factor:
                self._words.pop(0)
        return fields

    def _error(self) -> dict[str, Any]:
        fields: dict[str, Any] = {}
        if re.fullmatch(r"\d+", self._peek()) and not (len(self._words) > 1 and self._words[1] == "times"):
            status = int(self._words.pop(0))
            if not 400 <= status <= 599:
                raise FaultError(f"expected the status of an error, 400 to 599, not {status}")
            fields["status"] = status
        if self._words and (isinstance(self._words[0], _Quoted) or not _begins_when(self._words)):
            fields["message"] = str(self._words.pop(0))
        return fields

    def _room(self, word: str, target: str, has_size: bool) -> int:
        """How many millionths of the disk are left (negative), or how many bytes."""
        if word == model.FULL:
            return 0
        match = re.fullmatch(r"(\d+(?:\.\d+)?)%", word)
        if match is not None and not has_size:
            raise FaultError(
                f"expected `full` or how much is left such as `10MB left`: a {_HOLDERS[target]} has no size to be a part of"
            )
        if match is not None and float(match[1]) <= 100:
            return -round((100 - float(match[1])) * model.ONE_IN / 100)
        size_bytes = _size(word, "`full`, how full such as 95%, or how much is left such as `10MB left`")
        if not self._takes("left"):
            raise FaultError(f"expected `left` after {word}: how much room is left on the disk")
        return size_bytes

    # when

    def _when(self) -> dict[str, Any]:
        word = self._words.pop(0)
        if word == "always":
            return {}
        if word in ("for", "in"):
            duration_ns = _duration(self._next(f"a duration after `{word}`, such as 2m"))
            return {"lasts_ns" if word == "for" else "delay_ns": duration_ns}
        if word in _COUNTS:
            return {"times": _COUNTS[word]}
        if word == "chance":
            return {"chance": _chance(self._next("a chance, such as 10%"))}
        if is_digits(word) and int(word) and self._takes("times"):
            return {"times": int(word)}
        if word == "from":
            self._takes("the")
            return {"first": self._ordinal(self._next("a place, such as 3rd"))}
        if _ORDINAL.fullmatch(word):
            return {"first": self._ordinal(word), "times": 1}
        raise FaultError(f"unknown words {word!r}; expected {_WHEN_FORMS}")

    def _ordinal(self, word: str) -> int:
        match = _ORDINAL.fullmatch(word)
        if match is None:
            raise FaultError(f"expected a place such as 3rd, not {word!r}")
        if not self._takes("time"):
            raise FaultError(f"expected `time` after {word}")
        return int(match[1])


_HOLDERS: Final = {model.VOLUME: "volume", model.DISK: "container's layer"}
_WHEN_FORMS: Final = "`for 2m`, `in 30s`, `once`, `3 times`, `2nd time`, `from the 2nd time`, `chance 10%` or `always`"
_EFFECT_FORMS: Final = {
    model.ERROR: 'error [STATUS] ["TEXT"]',
    model.EXIT: "exit N",
    model.LATENCY: "latency DURATION",
    model.LOSS: "loss 10%",
    model.AHEAD: "ahead DURATION",
    model.BEHIND: "behind DURATION",
    model.STALL: "stall [after SIZE]",
    model.TRUNCATED: "truncated [after SIZE]",
    model.SLOW: "slow [10x]",
    model.CUT_OFF: "cut off [after SIZE]",
    model.FULL: "full, 95%, 10MB left",
    model.FAILING: "failing [writes]",
}


def _begins_when(words: list[str]) -> bool:
    first, second = words[0], words[1] if len(words) > 1 else ""
    return (
        first in ("for", "in", "always", "chance", *_COUNTS)
        or (first == "from" and bool(second))
        or (is_digits(first) and second == "times")
        or (_ORDINAL.fullmatch(first) is not None and second == "time")
    )


def _checked_name(target: str, name: str) -> str:
    if target == model.IMAGE:
        try:
            reference.parse(name)
        except reference.InvalidReference as problem:
            raise FaultError(f"{name!r} is no image: {problem}") from None
    return name


def _duration(text: str) -> int:
    try:
        duration_ns = units.parse_duration(text)
    except ValueError:
        duration_ns = -1
    if duration_ns <= 0:
        raise FaultError(f"expected a duration such as 200ms, 30s or 2m, not {text!r}")
    return duration_ns


def _exit_code(text: str) -> int:
    if not is_digits(text) or int(text) > 255:
        raise FaultError(f"expected an exit code from 0 to 255, not {text!r}")
    return int(text)


def _size(text: str, expected: str = "a size such as 500, 10kB or 1MB") -> int:
    try:
        return units.parse_decimal_size(text)
    except ValueError:
        raise FaultError(f"expected {expected}, not {text!r}") from None


def _chance(text: str, what: str = "a chance") -> int:
    match = re.fullmatch(r"(\d+(?:\.\d+)?)%", text)
    if match is None or not 0 < float(match[1]) <= 100:
        raise FaultError(f"expected {what} of more than 0% and at most 100%, not {text!r}")
    return max(round(float(match[1]) * model.ONE_IN / 100), 1)


def _listed(words: list[str]) -> str:
    return ", ".join(words[:-1]) + f" or {words[-1]}" if len(words) > 1 else words[0]


def _article(target: str) -> str:
    return f"{'an' if target[0] in 'aeiou' else 'a'} {target}" if target != model.WIRE else "the wire"


# writing


def describe(rule: Rule) -> str:
    """A rule as `parse` reads it: without its number and without what it has counted."""
    parts = [rule.operation, *(["on", _name(rule.name)] if rule.name else [])]
    if rule.target != model.OPERATION:
        of = ["of"] if rule.target == model.DISK and rule.name else []
        other = rule.other if rule.target == model.LINK else ""
        parts = [rule.target, *of, *(_name(name) for name in (rule.name, other) if name)]
    return " ".join(part for part in (*parts, *_effect_words(rule), *_when_words(rule)) if part)


def _percent(millionths: int) -> str:
    return f"{f'{millionths * 100 / model.ONE_IN:.4f}'.rstrip('0').rstrip('.')}%"


def _name(name: str) -> str:
    is_an_effect = any(name in effects for effects in model.EFFECTS.values())
    return name if not is_an_effect and re.fullmatch(r"[^\s\"']+", name) else _quote(name)


def _effect_words(rule: Rule) -> list[str]:
    if rule.effect == model.ERROR:
        return [rule.effect, str(rule.status), _quote(rule.message) if rule.message else ""]
    if rule.effect in (model.LATENCY, model.AHEAD, model.BEHIND):
        return [rule.effect, units.format_duration(rule.amount)]
    if rule.effect == model.LOSS:
        return [rule.effect, _percent(rule.amount)]
    if rule.effect in (model.STALL, model.TRUNCATED, model.CUT_OFF) and (rule.amount or rule.effect == model.TRUNCATED):
        return [rule.effect, "after", f"{rule.amount}B"]
    if rule.effect == model.SLOW:
        return [rule.effect, f"{rule.amount}x"]
    if rule.effect == model.EXIT:
        return [rule.effect, str(rule.amount)]
    if rule.effect == model.FULL and rule.amount:
        return [f"{100 + rule.amount * 100 / model.ONE_IN:g}%"] if rule.amount < 0 else [f"{rule.amount}B", "left"]
    return [rule.effect, _quote(rule.message) if rule.message else ""]


def _when_words(rule: Rule) -> list[str]:
    words = []
    if rule.first > 1 and rule.times == 1:
        words.append(f"{_nth(rule.first)} time")
    else:
        words += [f"from the {_nth(rule.first)} time"] if rule.first > 1 else []
        words += [f"{rule.times} times" if rule.times != 1 else "once"] if rule.times else []
    if rule.chance < model.ONE_IN:
        words.append(f"chance {_percent(rule.chance)}")
    if rule.delay_ns:
        words.append(f"in {units.format_duration(rule.delay_ns)}")
    if rule.lasts_ns:
        words.append(f"for {units.format_duration(rule.lasts_ns)}")
    return words


def _nth(number: int) -> str:
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th") if number % 100 not in (11, 12, 13) else "th"
    return f"{number}{ending}"

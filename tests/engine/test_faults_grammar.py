"""Rules of faults as text: what each says, what makes none, and that reading and writing are inverse."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from fakedocker.faults import model
from fakedocker.faults.grammar import describe, parse
from fakedocker.faults.model import EFFECTS, FaultError, Rule
from fakedocker.wire.endpoints import OPERATIONS

SECOND_NS = 1_000_000_000


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("registry docker.io down for 2m", Rule(target="registry", name="docker.io", effect="down", lasts_ns=120 * SECOND_NS)),
        ("registry docker.io auth down", Rule(target="registry", name="docker.io", effect="auth down")),
        ("image nginx:1.27 429 twice", Rule(target="image", name="nginx:1.27", effect="toomanyrequests", times=2)),
        ("image nginx digest mismatch", Rule(target="image", name="nginx", effect="digest mismatch")),
        ("registry docker.io slow 3x", Rule(target="registry", name="docker.io", effect="slow", amount=3)),
        ("registry docker.io cut off once", Rule(target="registry", name="docker.io", effect="cut off", times=1)),
        ("image nginx cut off after 10MB", Rule(target="image", name="nginx", effect="cut off", amount=10_000_000)),
        ("link web db down for 30s", Rule(target="link", name="web", other="db", effect="down", lasts_ns=30 * SECOND_NS)),
        ("link web latency 20ms", Rule(target="link", name="web", effect="latency", amount=SECOND_NS // 50)),
        ('link web "down" loss 2.5%', Rule(target="link", name="web", other="down", effect="loss", amount=25_000)),
        ("network shop down", Rule(target="network", name="shop", effect="down")),
        ("network connect error", Rule(target="operation", operation="network connect", effect="error")),
        ("dns db not found 2 times", Rule(target="dns", name="db", effect="not found", times=2)),
        ("container web exec hangs once", Rule(target="container", name="web", effect="exec hangs", times=1)),
        ("container web oom in 5s", Rule(target="container", name="web", effect="oom", delay_ns=5 * SECOND_NS)),
        (
            'create error 507 "no room" 3rd time',
            Rule(target="operation", operation="create", effect="error", status=507, message="no room", first=3, times=1),
        ),
        ("start on web error", Rule(target="operation", operation="start", name="web", effect="error")),
        ("create error 2 times", Rule(target="operation", operation="create", effect="error", times=2)),
        ("exec start reset", Rule(target="operation", operation="exec start", effect="reset")),
        ("exec reset", Rule(target="operation", operation="exec", effect="reset")),
        ("wire latency 200ms chance 10%", Rule(target="wire", effect="latency", amount=SECOND_NS // 5, chance=100_000)),
        ("logs truncated after 1kB", Rule(target="operation", operation="logs", effect="truncated", amount=1000)),
        ("stop stall from the 2nd time", Rule(target="operation", operation="stop", effect="stall", first=2)),
        ("container web exit 3", Rule(target="container", name="web", effect="exit", amount=3)),
        ("container web unhealthy for 1m", Rule(target="container", name="web", effect="unhealthy", lasts_ns=60 * SECOND_NS)),
        ("volume data 10MB left", Rule(target="volume", name="data", effect="full", amount=10_000_000)),
        ("volume data failing", Rule(target="volume", name="data", effect="failing")),
        ("volume data failing writes", Rule(target="volume", name="data", effect="failing")),
        ("disk of web failing reads in 5s", Rule(target="disk", name="web", effect="failing reads", delay_ns=5 * SECOND_NS)),
        ("disk of web 10MB left", Rule(target="disk", name="web", effect="full", amount=10_000_000)),
        ("disk latency 20ms", Rule(target="disk", effect="latency", amount=SECOND_NS // 50)),
        ("disk 100%", Rule(target="disk", effect="full")),
        ("disk 75%", Rule(target="disk", effect="full", amount=-250_000)),
        ("disk 10MB left", Rule(target="disk", effect="full", amount=10_000_000)),
        ("clock behind 5m for 1s", Rule(target="clock", effect="behind", amount=300 * SECOND_NS, lasts_ns=SECOND_NS)),
        ("node docker-host down for 30s", Rule(target="node", name="docker-host", effect="down", lasts_ns=30 * SECOND_NS)),
        ("daemon down for 30s", Rule(target="daemon", effect="down", lasts_ns=30 * SECOND_NS)),
    ],
)  # fmt: skip
def test_what_a_text_says(text: str, rule: Rule) -> None:
    assert parse(text) == rule


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "",
            "expected a target: registry, image, container, network, link, dns, volume, node, wire, disk, clock or daemon",
        ),
        ("moon down", "unknown target 'moon'; expected registry"),
        ("registry", "expected the name of the registry"),
        ("registry docker.io explode", "unknown fault 'explode' of a registry; expected down"),
        ("wire error 500", "unknown fault 'error' of the wire; expected latency DURATION"),
        ("image Nginx 404", "'Nginx' is no image"),
        ("create error 200", "400 to 599, not 200"),
        ("create error 500 x sometimes", "unknown words 'sometimes'; expected `for 2m`"),
        ("create latency soon", "expected a duration such as 200ms, 30s or 2m, not 'soon'"),
        ("create latency -5s", "expected a duration"),
        ("create reset chance 0%", "expected a chance of more than 0% and at most 100%, not '0%'"),
        ("create reset from the 2nd", "expected `time` after 2nd"),
        ("container web exit 256", "expected an exit code from 0 to 255, not '256'"),
        ("disk 120%", "expected `full`"),
        ("disk 10MB", "expected `left` after 10MB"),
        ("volume data 95%", "a volume has no size to be a part of"),
        ("disk of", "expected the name of the container whose layer it holds"),
        ("disk of web 95%", "a container's layer has no size to be a part of"),
        (
            "disk slow",
            "unknown fault 'slow' of a disk; expected full, 95%, 10MB left, failing [writes], failing reads or latency DURATION",
        ),
        ("link", "expected the name of the link's first container"),
        (
            "link web",
            "expected the name of the link's second container, or what goes wrong with all links of the first",
        ),
        ("link web db slow", "unknown fault 'slow' of a link; expected down, latency DURATION or loss 10%"),
        ("dns", "expected the name that is asked for"),
        ("dns db flaps", "unknown fault 'flaps' of a dns; expected not found"),
        ("start on", "expected a name after `start on`"),
        ('create error "no', "a quotation without its end"),
    ],
)
def test_what_makes_no_rule_says_what_was_expected(text: str, expected: str) -> None:
    with pytest.raises(FaultError) as caught:
        parse(text)
    assert expected in str(caught.value)


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    target = draw(st.sampled_from(sorted(EFFECTS)))
    effect = draw(st.sampled_from(EFFECTS[target]))
    name = draw(st.sampled_from(["web", "docker.io", "a b'c", "localhost:5000/x"]))
    fields: dict[str, object] = {"target": target, "effect": effect}
    if target in (model.REGISTRY, model.CONTAINER, model.NETWORK, model.LINK, model.DNS, model.VOLUME, model.NODE):
        fields["name"] = name
        fields |= {"other": draw(st.sampled_from(["db", "down", "loss", "a b", ""]))} if target == model.LINK else {}
    elif target == model.DISK:
        fields["name"] = draw(st.sampled_from(["", "web", "a b", "of"]))
    elif target == model.IMAGE:
        fields["name"] = draw(st.sampled_from(["nginx", "user/app:1.0", "localhost:5000/x"]))
    elif target == model.OPERATION:
        fields["operation"] = draw(st.sampled_from(OPERATIONS))
        fields["name"] = draw(st.sampled_from(["", name]))
    if effect == model.ERROR:
        fields |= {
            "status": draw(st.integers(400, 599)),
            "message": draw(st.sampled_from(["", "once", "for", "500", 'it\'s "so" \\', "a\nb"])),
        }
    elif effect in (model.LATENCY, model.AHEAD, model.BEHIND):
        fields["amount"] = draw(st.integers(1, 10**13))
    elif effect == model.LOSS:
        fields["amount"] = draw(st.integers(1, model.ONE_IN))
    elif effect == model.EXIT:
        fields["amount"] = draw(st.integers(0, 255))
    elif effect == model.SLOW:
        fields["amount"] = draw(st.integers(1, 1000))
    elif effect in (model.TRUNCATED, model.STALL, model.CUT_OFF):
        fields["amount"] = draw(st.integers(0, 10**9))
    elif effect == model.FULL:
        parts = st.integers(-model.ONE_IN, -1).map(lambda part: part // 100 * 100)
        fields["amount"] = draw(
            st.integers(0, 10**12) | (parts if target == model.DISK and not fields["name"] else st.nothing())
        )
    fields["first"] = draw(st.integers(1, 120))
    fields["times"] = draw(st.integers(0, 5))
    fields["chance"] = draw(st.integers(1, model.ONE_IN))
    fields["delay_ns"] = draw(st.integers(0, 10**13))
    fields["lasts_ns"] = draw(st.integers(0, 10**13))
    return Rule(**fields)  # type: ignore[arg-type]  # built up by kind


@given(rules())
def test_writing_and_reading_are_inverse(rule: Rule) -> None:
    assert parse(describe(rule)) == rule

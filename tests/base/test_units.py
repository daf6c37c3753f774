"""Sizes, ages and durations as docker writes and reads them."""

from __future__ import annotations

import pytest

from fakedocker.base.units import (
    binary_size,
    format_duration,
    human_duration,
    human_size,
    parse_binary_size,
    parse_decimal_size,
    parse_duration,
)

SECOND = 1_000_000_000


@pytest.mark.parametrize(
    ("size", "digits", "text"),
    [
        (0, 4, "0B"), (999, 4, "999B"), (1000, 4, "1kB"), (1_985_893, 4, "1.986MB"), (1_985_893, 3, "1.99MB"),
        (132_200_000, 3, "132MB"), (57_530_000, 4, "57.53MB"), (3072, 4, "3.072kB"), (10**15, 4, "1PB"),
    ],
)  # fmt: skip
def test_decimal_sizes(size: int, digits: int, text: str) -> None:
    assert human_size(size, digits) == text


@pytest.mark.parametrize(
    ("size", "text"), [(0, "0B"), (585_728, "572KiB"), (64 << 20, "64MiB"), (25_276_063_744, "23.54GiB")]
)
def test_binary_sizes(size: int, text: str) -> None:
    assert binary_size(size) == text


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("64m", 64 << 20),
        ("1.5 GiB", 3 << 29),
        ("2048", 2048),
        ("1kb", 1024),
        ("10B", 10),
        (".5k", 512),
        ("32MiB", 32 << 20),
    ],
)
def test_sizes_are_read(text: str, size: int) -> None:
    assert parse_binary_size(text) == size


def test_decimal_sizes_are_read() -> None:
    assert parse_decimal_size("10GB") == 10**10


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("wat", "invalid size: 'wat'"), ("", "invalid size: ''"), ("5q", "invalid suffix: 'q'"), ("-1m", "invalid size: '-1m'"),
        ("1mm", "invalid suffix: 'mm'"), ("1.2.3k", 'strconv.ParseFloat: parsing "1.2.3": invalid syntax'),
    ],
)  # fmt: skip
def test_bad_sizes(text: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=r".*") as caught:
        parse_binary_size(text)
    assert str(caught.value) == complaint


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.9, "Less than a second"), (1, "1 second"), (59, "59 seconds"), (60, "About a minute"), (119, "About a minute"),
        (120, "2 minutes"), (3540, "59 minutes"), (3600, "About an hour"), (5399, "About an hour"), (5400, "2 hours"),
        (47 * 3600, "47 hours"), (48 * 3600, "2 days"), (13 * 86400, "13 days"), (14 * 86400, "2 weeks"),
        (59 * 86400, "8 weeks"), (60 * 86400, "2 months"), (729 * 86400, "24 months"), (730 * 86400, "2 years"),
        (-5, "Less than a second"),
    ],
)  # fmt: skip
def test_ages(seconds: float, text: str) -> None:
    assert human_duration(int(seconds * SECOND)) == text


@pytest.mark.parametrize(
    ("duration", "text"),
    [
        (0, "0s"), (1, "1ns"), (1500, "1.5µs"), (1_500_000, "1.5ms"), (SECOND, "1s"), (90 * SECOND, "1m30s"),
        (3600 * SECOND, "1h0m0s"), (2160 * 3600 * SECOND, "2160h0m0s"), (-SECOND // 2, "-500ms"), (1_100_000_000, "1.1s"),
    ],
)  # fmt: skip
def test_durations_are_written_as_go_does(duration: int, text: str) -> None:
    assert format_duration(duration) == text
    assert parse_duration(text) == duration


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("1x", 'time: unknown unit "x" in duration "1x"'), ("", 'time: invalid duration ""'), ("5", 'time: missing unit in duration "5"'),
        ("s", 'time: invalid duration "s"'), ("wat", 'time: invalid duration "wat"'), ("9999999h", 'time: invalid duration "9999999h"'),
    ],
)  # fmt: skip
def test_bad_durations(text: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=r".*") as caught:
        parse_duration(text)
    assert str(caught.value) == complaint


def test_durations_are_read() -> None:
    assert parse_duration("2h45m") == (2 * 60 + 45) * 60 * SECOND
    assert parse_duration("-1.5h") == -90 * 60 * SECOND
    assert parse_duration("+.5s") == SECOND // 2
    assert parse_duration("0") == 0

"""Projects of many kinds, small ones of our own: what goes through with assume and without, and where the others stop."""

from __future__ import annotations

import pytest

from fakedocker_shell.checking import command
from fakedocker_shell.checking.report import Report
from helpers.paths import DATA

STOPS = {
    "fleet": (),
    "guestbook": (),
    "kiosk": ("dotnet: this program", "apk: the package ncurses-libs"),
    "ledger": ("fakedocker: lukemathwalker/cargo-chef:latest-rust-1 is not in its catalogue",),
    "library": (),
    "poll": (),
    "relay": (),
}
"""Of each project: the true reasons at which its builds stop without assume."""


def reasons(report: Report) -> str:
    """What was met that is not simulated, and docker's own words."""
    return "\n".join((*(each.what for each in report.boundaries), *(build.problem for build in report.builds)))


@pytest.mark.parametrize("name", sorted(STOPS))
def test_with_assume_it_goes_through(name: str) -> None:
    report = command.check(str(DATA / "projects" / name))
    assert not report.failed
    assert report.builds
    for up in report.projects:
        assert up.services and not up.problem
        assert all(port.answers for service in up.services for port in service.ports)


@pytest.mark.parametrize("name", sorted(STOPS))
def test_without_it_every_stop_names_its_reason(name: str) -> None:
    report = command.check(str(DATA / "projects" / name), assume=False)
    assert report.failed == bool(STOPS[name])
    for reason in STOPS[name]:
        assert reason in reasons(report)

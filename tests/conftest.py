"""What holds for all tests."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "fakedocker",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],  # how fast this machine is while others use it is no property of ours
)
settings.load_profile("fakedocker")

LONGEST_SECONDS = 120
"""The most that a test may take: one that waits for good fails then, and says where it waited."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Limit every test's time, where pytest-timeout is installed: pyproject's group of tests has it."""
    asked_for_long = "FAKEDOCKER_EXAMPLES" in os.environ  # as long as one likes
    if config.pluginmanager.hasplugin("timeout") and not asked_for_long:
        for item in items:
            if item.get_closest_marker("timeout") is None:
                item.add_marker(pytest.mark.timeout(LONGEST_SECONDS))

"""What holds for all tests."""

from __future__ import annotations

import os
from pathlib import Path

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


SLOW = frozenset(
    "clients conformance property test_api_description test_archives test_bounded_turns test_catalogue test_connections "
    "test_constant_memory test_hostile_programs test_hostile_requests test_jq test_lazy_processes test_message_chunks "
    "test_readme test_regex test_scenarios_learning test_scenarios_library test_scenarios_outside test_serve_state "
    "test_session_journal test_sh_limits test_slow_readers test_state_crashes test_stored_values test_terminal_pty "
    "test_testing_docker_py_examples test_testing_orchestrator test_testing_plugin test_testing_testcontainers "
    "test_typed_on_the_host test_userland_bounds test_zip".split()
)
"""Folders and files of tests that take long together: they begin first, and `-m "not slow"` leaves them out."""


@pytest.hookimpl(trylast=True)  # after pytest-randomly
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark the slow tests and begin with them; limit every test's time, where pytest-timeout is installed."""
    here = Path(__file__).parent
    for item in items:
        if SLOW & {part.removesuffix(".py") for part in item.path.relative_to(here).parts}:
            item.add_marker("slow")
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)  # so that no worker is left with them at the end
    asked_for_long = "FAKEDOCKER_EXAMPLES" in os.environ  # as long as one likes
    if config.pluginmanager.hasplugin("timeout") and not asked_for_long:
        for item in items:
            if item.get_closest_marker("timeout") is None:
                item.add_marker(pytest.mark.timeout(LONGEST_SECONDS))

"""What holds for all tests."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from fakedocker.operations.system import initial_world
from fakedocker_shell.scenarios import front_matter

# Images are those of the day of the recordings, whatever Docker Hub has become.
initial_world.DEFAULT_START = "2024-10-01T09:00:00Z"
front_matter.DEFAULT_CLOCK = initial_world.DEFAULT_START

settings.register_profile(
    "fakedocker",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],  # how fast this machine is while others use it is no property of ours
)
settings.load_profile("fakedocker")

LONGEST_SECONDS = 600
"""The most that a test may take: one that waits for good fails then, and says where it waited."""


SLOW = frozenset(
    """
    checking clients conformance property
    api/test_connections api/test_hostile_requests api/test_message_chunks api/test_slow_readers
    base/test_regex base/test_stored_values durability/test_serve_state durability/test_state_crashes
    kernel/test_bounded_turns kernel/test_constant_memory kernel/test_lazy_processes
    operations/test_api_description operations/test_archives packages/test_apt packages/test_facts page/test_links page/test_session page/test_site project/test_readme project/test_recipes project/test_zip registry/test_catalogue registry/test_hub
    scenarios/test_learning scenarios/test_library scenarios/test_outside shells/test_limits
    terminal/test_pty terminal/test_session_journal terminal/test_typed_on_the_host
    testing/test_docker_py_examples testing/test_orchestrator testing/test_patching testing/test_plugin testing/test_testcontainers web
    languages/test_node_cases userland/test_bounds userland/test_hostile_programs userland/test_jq
    """.split()
)
"""Folders and files of tests that take long together: they begin first, and `-m "not slow"` leaves them out."""


@pytest.hookimpl(tryfirst=True)  # before -m looks at marks
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark the slow tests; limit every test's time, where pytest-timeout is installed: pyproject's group of tests has it."""
    here = Path(__file__).parent
    for item in items:
        path = item.path.relative_to(here).with_suffix("")
        if SLOW & {path.parts[0], path.as_posix()}:
            item.add_marker("slow")
    asked_for_long = "FAKEDOCKER_EXAMPLES" in os.environ  # as long as one likes
    if config.pluginmanager.hasplugin("timeout") and not asked_for_long:
        for item in items:
            if item.get_closest_marker("timeout") is None:
                item.add_marker(pytest.mark.timeout(LONGEST_SECONDS))


class _SlowOnesFirst:
    """Orders the tests after pytest-randomly has, so that no worker is left with slow ones at the end."""

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items.sort(key=lambda item: item.get_closest_marker("slow") is None)


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(_SlowOnesFirst())

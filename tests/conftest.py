"""What holds for all tests."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

settings.register_profile(
    "fakedocker",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],  # how fast this machine is while others use it is no property of ours
)
settings.load_profile("fakedocker")

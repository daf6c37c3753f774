"""The system calls, seen by one process: what `System` promises, put together from its families.

One `Calls` is made for each slice; its process is owned by the draft for as long. The families are in calls_files.py,
calls_descriptors.py, calls_processes.py and calls_devices.py (terminals and network).
"""

from __future__ import annotations

from fakedocker.kernel.calls_devices import NetworkCalls, TerminalCalls
from fakedocker.kernel.calls_processes import ProcessCalls
from fakedocker.kernel.program import System


class Calls(NetworkCalls, TerminalCalls, ProcessCalls):
    """All of `System`."""

    __slots__ = ()


_PROMISED: type[System] = Calls

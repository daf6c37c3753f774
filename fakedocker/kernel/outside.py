"""Looking into a namespace from outside, with the system calls that its processes have."""

from __future__ import annotations

from fakedocker.kernel.calls import Calls
from fakedocker.kernel.kernel_base import KernelBase, nobody
from fakedocker.kernel.records import HOST


class Outside(KernelBase):
    """See the module's docstring."""

    def outside(self, identifier: str, directory: str = "/") -> Calls:
        namespace = self.draft.namespaces[identifier]
        return Calls(self, nobody(namespace, directory))

    def host_view(self) -> Calls:
        """System calls about the host's files, made as root."""
        return self.outside(HOST)

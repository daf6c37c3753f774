"""GNU make: makefiles read, targets brought up to date."""

from fakedocker.userland.make.command import PROGRAMS

__all__ = ["PROGRAMS"]

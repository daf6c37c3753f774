"""git: repositories in the simulated file system, in git's own formats, with git's own hashes."""

from fakedocker.userland.git.command import PROGRAMS

__all__ = ["PROGRAMS"]

"""What a build has fetched from servers, as files: a file by HTTP, a repository by git; and what is said where it
cannot be had.

Source: buildkit source/{http,git}/source.go.
"""

from __future__ import annotations

from fakedocker.build import git_urls
from fakedocker.build.git_urls import GitUrl
from fakedocker.build.graph import GitOp, HttpOp
from fakedocker.filesystem.node import LayerEntry
from fakedocker.filesystem.tree import Tree, apply_layer
from fakedocker.operations.buildkit.progress import SolveFailure
from fakedocker.operations.buildkit.solve import Solve
from fakedocker.operations.classic_builder import downloads
from fakedocker.operations.classic_builder.downloads import Outcome

_NO_REFERENCE = "fatal: couldn't find remote ref "
_KEY = "failed to load cache key"


def tree_of(solve: Solve, op: HttpOp | GitOp, outcome: Outcome) -> Tree:
    """The files of a vertex. SolveFailure."""
    if isinstance(op, GitOp):
        git = git_urls.parse(op.url)
        assert git is not None
        return repository(git, op.checksum, outcome, solve.draft.now_ns)
    data = content(op.url, outcome)
    if problem := downloads.checksum_problem(op.url, op.checksum, data):
        raise SolveFailure(problem)
    return apply_layer(Tree.empty(), [LayerEntry(op.name, "file", 0o600, mtime_ns=outcome.mtime_ns, content=data)])


def content(url: str, outcome: Outcome) -> bytes:
    """What a web server has sent. SolveFailure."""
    if outcome.problem:
        raise SolveFailure(f"{_KEY}: {outcome.problem}")
    if not 200 <= outcome.status < 400:
        raise SolveFailure(f"{_KEY}: invalid response status {outcome.status}")
    return outcome.data


def repository(git: GitUrl, checksum: str, outcome: Outcome, now_ns: int) -> Tree:
    """The files of a repository. SolveFailure."""
    if outcome.problem.startswith(_NO_REFERENCE):
        raise SolveFailure(f'{_KEY}: repository does not contain ref {git.reference}, output: ""')
    if outcome.problem:
        what = "failed to fetch remote" if git.reference else "error fetching default branch for repository"
        raise SolveFailure(f"{_KEY}: {what} {git.remote}: git stderr:\n{outcome.problem}\n: exit status 128")
    if checksum and not outcome.commit.startswith(checksum):
        raise SolveFailure(f"{_KEY}: expected checksum to match {checksum}, got {outcome.commit}")
    try:
        return downloads.checked_out(outcome, git.directory, now_ns)
    except FileNotFoundError:
        raise SolveFailure(f"failed to open subdir {git.directory}: no such file or directory") from None
    except NotADirectoryError:
        raise SolveFailure(f"failed to open subdir {git.directory}: not a directory") from None

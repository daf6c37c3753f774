"""A report as text for people."""

from __future__ import annotations

from collections.abc import Iterator

from fakedocker.base.units import human_size
from fakedocker_shell.checking.report import Build, Project, Report, Service


def told(report: Report) -> str:
    """The report in lines."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    for build in report.builds:
        yield from _build(build)
        yield ""
    for project in report.projects:
        yield from _project(project)
        yield ""
    if report.boundaries:
        taken = " (what failed only for that was taken to have worked)" if report.assumed else ""
        yield f"Not simulated{taken}:"
        for each in report.boundaries:
            yield f"  {each.where}: {each.what} ({each.why}){f', {each.times} times' if each.times > 1 else ''}"
        yield ""
    for problem in report.problems:
        yield f"note: {problem}"
    if not report.builds and not report.projects:
        yield "no Dockerfile and no compose file here"
    yield "failed" if report.failed else "ok"


def _build(build: Build) -> Iterator[str]:
    where = build.dockerfile + (f" --target {build.target}" if build.target else "")
    size = f"{len(build.layers)} layers, {human_size(build.size_bytes)}"
    yield f"{'✗' if build.problem else '✓'} build {where}: {'failed' if build.problem else size}"
    for step in build.steps:
        note = "cached" if step.cached else "assumed" if step.assumed else f"{step.seconds:.1f}s"
        yield f"    {_short(step.name, 90):90} {note}"
    for line in build.problem.splitlines():
        yield f"    {line}"
    for change in build.changes:
        yield f"    after a change of {_short(change.files, 40)}: {len(change.again)} of {len(build.steps)} steps again"
    if build.unused:
        names = ", ".join(f"{each.name} ({each.files} files, {human_size(each.size_bytes)})" for each in build.unused)
        yield f"    in the context for nothing: {names}"


def _project(project: Project) -> Iterator[str]:
    fine = not project.problem and all(service.ok for service in project.services)
    yield f"{'✓' if fine else '✗'} up {project.file}: {' → '.join(project.order) or 'nothing was started'}"
    for line in project.problem.splitlines():
        yield f"    {line}"
    for service in project.services:
        yield from _service(service)


def _service(service: Service) -> Iterator[str]:
    ports = ", ".join(
        f"{port.host}→{port.container} {'answers' if port.answers else 'is silent'}" for port in service.ports
    )
    parts = [service.state, "a stand-in" if service.stand_in else "", ports]
    reached = f"reaches {', '.join(service.reaches)}" if service.reaches else ""
    told = "; ".join(part for part in (*parts, reached) if part)
    yield f"    {'✓' if service.ok else '✗'} {service.name} ({service.image}): {told}"
    for line in service.logs:
        yield f"        {line}"


def _short(text: str, width: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= width else line[: width - 1] + "…"

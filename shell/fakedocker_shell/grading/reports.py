"""Marks as text, as JSON, and as JUnit's XML: a suite for each learner, a case for each lesson."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree

import msgspec
from msgspec import Struct

from fakedocker_shell.grading.marking import Marked


class Refused(Struct, frozen=True):
    """A transcript that was not marked, and why."""

    path: str
    problem: str


def text(marked: Marked) -> str:
    """What is told of a learner."""
    lines = [f"{marked.learner}: {marked.points} of {marked.most} points"]
    for each in marked.marks:
        sign = "✓" if each.is_solved else "·"
        lines.append(f"  {sign} {each.lesson}: {each.points} of {each.most}: {'; '.join(each.reasons)}")
    return "\n".join([*lines, *(f"  ! {remark}" for remark in marked.remarks)])


def json(course: str, marked: Sequence[Marked], refused: Sequence[Refused]) -> bytes:
    """All of it, for programs."""
    learners = [
        {
            "learner": each.learner,
            "points": each.points,
            "most": each.most,
            "lessons": each.marks,
            "remarks": each.remarks,
        }
        for each in marked
    ]
    return (
        msgspec.json.format(msgspec.json.encode({"course": course, "learners": learners, "refused": refused})) + b"\n"
    )


def junit(course: str, marked: Sequence[Marked], refused: Sequence[Refused]) -> bytes:
    """XML. A lesson that is not solved is a failure, a transcript that is refused an error."""
    root = ElementTree.Element("testsuites", name=course)
    for each in marked:
        failed = sum(not mark.is_solved for mark in each.marks)
        suite = ElementTree.SubElement(
            root, "testsuite", name=each.learner, tests=str(len(each.marks)), failures=str(failed), errors="0"
        )
        properties = ElementTree.SubElement(suite, "properties")
        for name, value in (("points", each.points), ("most", each.most)):
            ElementTree.SubElement(properties, "property", name=name, value=str(value))
        for mark in each.marks:
            case = ElementTree.SubElement(
                suite, "testcase", classname=each.learner, name=f"{mark.lesson}: {mark.title}"
            )
            told = f"{mark.points} of {mark.most} points: {'; '.join(mark.reasons)}"
            if mark.is_solved:
                ElementTree.SubElement(case, "system-out").text = _shown(told)
            else:
                ElementTree.SubElement(case, "failure", message=_shown(told))
        ElementTree.SubElement(suite, "system-out").text = _shown("\n".join(each.remarks))
    for problem in refused:
        suite = ElementTree.SubElement(
            root, "testsuite", name=_shown(problem.path), tests="1", failures="0", errors="1"
        )
        case = ElementTree.SubElement(suite, "testcase", classname=_shown(problem.path), name="transcript")
        ElementTree.SubElement(case, "error", message=_shown(problem.problem))
    data: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return data + b"\n"


def _shown(words: str) -> str:
    """Without what XML cannot hold."""
    return "".join(each if each in "\n\t" or each.isprintable() else "?" for each in words)
